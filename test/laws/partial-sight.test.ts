import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import { CUSTOM_RESOURCE_DEFINITION, REFERENT_KINDS } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { ROWS } from "../../src/catalogue/rows.ts";
import { exitCode } from "../../src/diagnose/exit-code.ts";
import { environmentOf } from "../../src/load/cluster/options.ts";
import { type ClusterWorld, readCluster } from "../../src/load/cluster/read.ts";
import type { Finding } from "../../src/model/finding.ts";
import type { Gap } from "../../src/model/gap.ts";
import {
  formatPath,
  includesGroupKind,
  type KubeObject,
  keyOf,
  type ObjectKey,
  sameGroupKind,
} from "../../src/model/object.ts";
import type { Report } from "../../src/model/report.ts";
import { audit } from "../../src/pipeline.ts";
import { auditJson } from "../../src/render/audit-json.ts";
import { runCli } from "../harness/cli.ts";
import {
  connectTo,
  type Denial,
  DenyingCluster,
  denialText,
  kindOfRule,
  type Rule,
  ruleIn,
} from "../harness/denying-cluster.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { options } from "../load/cluster/stub.ts";
import { contradictions, identity } from "./contradictions.ts";
import { denialsIn, pairsOf, STORIES, tenantOf } from "./denials.ts";
import { aWorld } from "./worlds.ts";

/**
 * What one is told who may not see everything: an audit through a server that answers 403, as RBAC would, held against the audit of
 * one who sees all. Verdicts are the same or unknown, findings that blame are true, unknown verdicts name the rule to ask for, and
 * whoever gets the rules that are named sees everything in the end.
 */

vi.mock(import("../../src/load/cluster/connect.ts"), async () => {
  const { connected } = await import("../harness/denying-cluster.ts");
  return { connect: async () => connected() };
});

const ROOT = join(import.meta.dirname, "../..");
/** Pairs for each story. */
const PAIRS = lawRuns(60).numRuns;
/** Generated worlds. */
const RUNS = lawRuns(600);
const TIMEOUT = 120_000 + RUNS.numRuns * 300;
/** More rounds of asking than there are kinds of gaps that lead to one another. */
const MOST_ROUNDS = 8;

const EVERYTHING = { namespace: null, selector: [] } as const;
const POLICY = { failOn: "error", allowUnknown: false } as const;
const ENVIRONMENT = environmentOf({}, "");
const REQUEST = {
  kinds: KINDS,
  definitions: true,
  chunkSize: 500,
  namespaces: [],
  signal: new AbortController().signal,
  progress: () => {},
  userAgent: "test",
};

/** One who asks, and what he may do. */
interface Asker {
  readonly cluster: DenyingCluster;
  readonly denials: readonly Denial[];
  readonly rules?: readonly Rule[];
  /** The namespace of the context. */
  readonly home?: string;
}

function readAs({ cluster, denials, rules = [], home = "default" }: Asker): Promise<ClusterWorld> {
  connectTo(cluster.connection(denials, rules, home));
  return readCluster(options(), ENVIRONMENT, REQUEST);
}

function reportOn({ objects: all, gaps, served }: ClusterWorld): Report {
  const objects = new Map<ObjectKey, KubeObject>(all.map((object) => [keyOf(object.id), object]));
  return audit({ source: "cluster", closed: true, objects, gaps, problems: [], served, asked: null }, EVERYTHING);
}

const jsonOf = (report: Report): string => [...auditJson(report)].join("");

/** What one is told of a finding for sure: not the reason, of which the first that is met is told. */
function claimOf(finding: Finding): string {
  const { code, severity, subject } = finding;
  const path = "decision" in finding ? formatPath(finding.decision.reference.path) : "";
  const entry = "entry" in finding ? `${finding.entry.list}[${finding.entry.index}]` : "";
  // A grant that names what is gone is not called unused a second time, so the two count as one.
  const what = code === "grant-dangling" || code === "grant-unused" ? "grant-idle" : `${code} ${path} ${entry}`;
  // That a kind does not exist is told by the finding on a refusal, where there is one.
  const told = code === "ref-not-permitted" ? `reference-unknown-kind ${path} ` : what;
  return `${severity} ${code === "reference-unknown-kind" ? `${code} ${path} ` : told} ${subject === null ? "" : keyOf(subject)}`;
}

/** A controller is believed to speak for a parent that cannot be seen, and not for one that is gone: what it says then is left out. */
function blamed({ findings, decisions }: Report): readonly string[] {
  const unseen = new Set(
    decisions
      .filter(({ handshake, outcome }) => handshake === "attachment" && outcome.verdict === "unknown")
      .map(({ reference }) => keyOf(reference.referrer)),
  );
  return findings
    .filter(({ severity }) => severity !== "info")
    .filter((finding) => !("disagreement" in finding && unseen.has(keyOf(finding.disagreement.statement.object))))
    .map(claimOf);
}

/** Names a gap a rule that the asker does not have? */
function namesRule({ detail }: Gap, { denials, rules = [] }: Asker): boolean {
  const rule = ruleIn(detail);
  const info = rule === null ? null : kindOfRule(rule);
  if (rule === null || info === null) return false;
  return !DenyingCluster.allows({ verb: rule.verb, info, namespace: rule.namespace, name: null }, denials, rules);
}

/**
 * Of hidden Services, Secrets and ConfigMaps only the existence is not known, and hidden owners of references that nobody can
 * refuse would at most name something missing: no verdict is made of that, nor of the versions that definitions tell of.
 */
function hidesExistenceOnly({ groupKind }: Gap): boolean {
  if (groupKind === null) return false;
  const rows = ROWS.filter(({ from }) => sameGroupKind(from, groupKind));
  const asksNobody = rows.length > 0 && rows.every(({ handshake }) => handshake === "none");
  return asksNobody || includesGroupKind([...REFERENT_KINDS, CUSTOM_RESOURCE_DEFINITION], groupKind);
}

/** May a view end well although the whole does not? Only where nothing is hidden but existence, or all that is wrong is that. */
function mayPass(view: Report, whole: Report): boolean {
  if (view.gaps.every(hidesExistenceOnly)) return true;
  const errors = whole.findings.filter(({ severity }) => severity === "error");
  return view.gaps.some(hidesExistenceOnly) && errors.every(({ code }) => code === "target-not-found");
}

/** What a view says that is not so, and what it does not say although it is hidden. */
function faultsOf(view: Report, whole: Report, asker: Asker): readonly string[] {
  // What is certain to one who sees all may be a warning to one who does not.
  const claims = [...whole.findings, ...whole.ignored.map(({ finding }) => finding)].map(claimOf);
  const truly = new Set([...claims, ...claims.map((claim) => claim.replace(/^error/, "warning"))]);
  const known = new Map(whole.decisions.map((decision) => [identity(decision), decision.outcome.verdict]));
  const usage = new Map(whole.grants.map((grant) => [keyOf(grant.grant.id), grant]));
  const seen = new Set(view.decisions.map(identity));
  const isUnknown = (gap: Gap): boolean => gap.cause === "forbidden";
  return [
    ...contradictions(view.decisions, whole.decisions).map((one) => `wrong verdict: ${one.join(" ")}`),
    ...blamed(view).flatMap((claim) => (truly.has(claim) ? [] : [`wrong finding: ${claim}`])),
    ...view.grants.flatMap(({ grant, usage: use, pairs }) => {
      const full = usage.get(keyOf(grant.id));
      const same = pairs.every((pair, at) => pair.usage === "unknown" || pair.usage === full?.pairs[at]?.usage);
      return (use === "unknown" || use === full?.usage) && same ? [] : [`wrong usage: ${keyOf(grant.id)} ${use}`];
    }),
    ...view.decisions.flatMap((decision) => {
      const { outcome } = decision;
      if (outcome.verdict !== "unknown" || known.get(identity(decision)) === "unknown") return [];
      const [gap] = outcome.gaps.filter(isUnknown);
      return gap !== undefined && namesRule(gap, asker) ? [] : [`unknown without a rule: ${identity(decision)}`];
    }),
    ...view.gaps.flatMap((gap) =>
      gap.cause === "implementation" || namesRule(gap, asker) ? [] : [`gap without a rule: ${gap.detail}`],
    ),
    ...(view.gaps.some(isUnknown) || [...known.keys()].every((one) => seen.has(one)) ? [] : ["hidden in silence"]),
    ...(exitCode(whole, POLICY) !== 0 && exitCode(view, POLICY) === 0 && !mayPass(view, whole)
      ? ["a success that is none"]
      : []),
    ...(exitCode(view, POLICY) === 1 && exitCode(whole, POLICY) !== 1 ? ["a failure that is none"] : []),
  ];
}

/** What is wrong with the text: what differs from the whole is hidden, and the text says so. */
function silence(view: string, whole: string): readonly string[] {
  return view === whole || /ask for verbs \[(get|list)\]/.test(view) ? [] : ["the text says nothing of what is hidden"];
}

/** Grants what the gaps name, again and again; what the last reading does not show. */
async function followed(asker: Asker, all: boolean): Promise<Report> {
  const rules = [...(asker.rules ?? [])];
  const rounds = all ? MOST_ROUNDS : 400;
  for (let round = 0; ; round += 1) {
    const world = await readAs({ ...asker, rules });
    const asked = world.gaps.map(({ detail }) => ruleIn(detail)).filter((rule) => rule !== null);
    if (asked.length === 0 || round === rounds) return reportOn(world);
    rules.push(...(all ? asked : asked.slice(0, 1)));
  }
}

const tally = { cases: 0, wrong: 0 };

async function expectHonest(asker: Asker, whole: Report, where: string): Promise<ClusterWorld> {
  const world = await readAs(asker);
  const faults = faultsOf(reportOn(world), whole, asker);
  tally.cases += 1;
  tally.wrong += faults.filter((fault) => fault.startsWith("wrong verdict")).length;
  const about = `${where}: without ${asker.denials.map(denialText).join(" and ")}`;
  expect([about, ...faults]).toEqual([about]);
  return world;
}

const singles = STORIES.reduce((sum, { denials }) => sum + denials.length, 0);
const tellOf = (world: ClusterWorld) => runCli(["audit"], { folder: ROOT, cluster: world });

describe("audit under partial sight", { timeout: TIMEOUT }, () => {
  afterAll(() => {
    process.stdout.write(`partial sight: ${tally.cases} denials audited, ${tally.wrong} wrong verdicts\n`);
  });

  it(`each of the ${singles} single denials in the ${STORIES.length} worlds of the stories`, async () => {
    for (const { folder, cluster, denials } of STORIES) {
      const full = await readAs({ cluster, denials: [] });
      const whole = reportOn(full);
      expect(whole.gaps.filter(({ cause }) => cause !== "implementation")).toEqual([]);
      const told = await tellOf(full);
      for (const denial of denials) {
        const asker: Asker = { cluster, denials: [denial] };
        const world = await expectHonest(asker, whole, folder);
        const { stdout, stderr } = await tellOf(world);
        const about = `${folder}: without ${denialText(denial)}`;
        expect([about, ...silence(`${stdout}${stderr}`, `${told.stdout}${told.stderr}`)]).toEqual([about]);
        expect([about, jsonOf(await followed(asker, true))]).toEqual([about, jsonOf(whole)]);
      }
    }
  });

  it(`${PAIRS} pairs of denials in each of them, or all`, async () => {
    for (const { folder, cluster, denials } of STORIES) {
      const whole = reportOn(await readAs({ cluster, denials: [] }));
      for (const pair of pairsOf(denials, PAIRS)) await expectHonest({ cluster, denials: pair }, whole, folder);
    }
  });

  it("a tenant of one namespace or two of each of them, who gets one rule after the other", async () => {
    for (const { folder, cluster } of STORIES) {
      const whole = reportOn(await readAs({ cluster, denials: [] }));
      const homes = cluster.objects.flatMap(({ info, name }) => (info.kind === "Namespace" ? [name] : []));
      for (const [at, home] of homes.entries()) {
        const { denials, rules } = tenantOf(cluster, [home, homes[at + 1] ?? home]);
        await expectHonest({ cluster, denials, rules, home }, whole, `${folder}, at home in ${home}`);
      }
      const [home = "default"] = homes;
      const tenant = { cluster, ...tenantOf(cluster, [home]), home };
      expect([folder, jsonOf(await followed(tenant, false))]).toEqual([folder, jsonOf(whole)]);
    }
  });

  it("one, two and three denials in generated worlds, and a tenant", async () => {
    const some = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        aWorld,
        some,
        fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1 }),
        async (manifests, picks, homes) => {
          const cluster = new DenyingCluster(manifests);
          const whole = reportOn(await readAs({ cluster, denials: [] }));
          const all = denialsIn(cluster);
          const denials = picks.flatMap((pick) => all[pick % all.length] ?? []);
          await expectHonest({ cluster, denials }, whole, "");
          await expectHonest({ cluster, ...tenantOf(cluster, homes), home: homes[0] ?? "a" }, whole, "");
          expect(jsonOf(await followed({ cluster, denials }, true))).toBe(jsonOf(whole));
        },
      ),
      RUNS,
    );
  });
});
