import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { itemsAt, parseJson, textAt, valueAt } from "./harness/json.ts";
import { crdFiles } from "./harness/modules.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { binding, rolesFile, rulesOf, untilAllowed } from "./harness/rbac.ts";
import { readManifests, referenceOf } from "./harness/report.ts";
import { definitionsOf, isRetired, PLACED, type Placed, worldOf } from "./worlds/catalogue.ts";

/**
 * Every row of the catalogue, refused by a real API server's objects, gets what scaffold prints for it by a real kubectl, and is
 * then permitted; or is told why no grant helps. All of it as someone who has the documented roles, and no more.
 */

const ROLES = ["kubectl-refgrant", "kubectl-refgrant-secrets", "kubectl-refgrant-vendors", "kubectl-refgrant-objects"];

/** The last bundle that each kind was in with the fields that newer ones do not have. */
const RETIRED = [
  ["v1.3.0", (file: string) => !file.endsWith("_backendtlspolicies.yaml")],
  ["v1.2.0", (file: string) => file.endsWith("_backendlbpolicies.yaml")],
  ["v1.0.0", (file: string) => file.endsWith("_backendtlspolicies.yaml")],
] as const;

const CLUSTERS = [
  { name: "the newest bundle", fixtures: PLACED.filter((one) => !isRetired(one)), old: false },
  { name: "bundles with fields that are gone", fixtures: PLACED.filter(isRetired), old: true },
];

/** A reference as `audit -o json` judges it. */
interface Judged {
  readonly fixture: Placed;
  readonly reference: string;
  readonly handshake: string;
  readonly verdict: string;
  readonly reason: string;
  readonly enforcement: string;
  readonly implicit: boolean;
}

function judgedIn(stdout: string, fixtures: readonly Placed[]): readonly Judged[] {
  const byNamespace = new Map(fixtures.map((fixture) => [fixture.app, fixture]));
  return itemsAt(parseJson(stdout), "decisions").flatMap((decision) => {
    const fixture = byNamespace.get(textAt(decision, "referrer", "namespace") ?? "");
    // A default Gateway is one for the routes of all fixtures.
    if (fixture === undefined || textAt(decision, "referent", "namespace") !== fixture.shared) return [];
    return [
      {
        fixture,
        reference: referenceOf(decision),
        handshake: textAt(decision, "handshake") ?? "",
        verdict: textAt(decision, "verdict") ?? "",
        reason: textAt(decision, "reason") ?? "",
        enforcement: textAt(decision, "rule", "enforcement") ?? "",
        implicit: valueAt(decision, "implicit") === true,
      },
    ];
  });
}

/** May it be unknown after all that a grant can say: for what the specification leaves open, for whom nobody knows to trust? */
function isLeftOpen({ fixture: { row }, enforcement, implicit }: Judged): boolean {
  const trustUnknown = row.handshake === "grant" && row.trustUnknown === true;
  return trustUnknown || implicit || ["disputed", "generated"].includes(enforcement);
}

/** Does a few things at a time. */
async function each<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 4) results.push(...(await Promise.all(items.slice(at, at + 4).map(act))));
  return results;
}

/** How many there are of each. */
const counted = (words: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, same]) => [word, same.length]));

describe.each(CLUSTERS)("what scaffold prints, applied: $name", ({ name, fixtures, old }) => {
  let server: ApiServer;
  let reader: string;
  let before: readonly Judged[];

  const run = (args: readonly string[], kubeconfig = reader): Promise<ProcessResult> =>
    runPlugin(args, { kubectl: server.kubectlBinary, kubeconfig });
  const judged = async (): Promise<readonly Judged[]> => {
    const { code, stdout, stderr } = await run(["audit", "-o", "json"]);
    expect([code, stderr]).toEqual([1, ""]);
    return judgedIn(stdout, fixtures);
  };
  const verdictsNow = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await judged()).map(({ reference, verdict }) => [reference, verdict]));
  const apply = async (stdin: string): Promise<number> => {
    const applied = await server.kubectl(["apply", "-f", "-"], { stdin });
    expect(applied).toMatchObject({ code: 0, stderr: "" });
    const lines = applied.stdout.trim().split("\n");
    for (const line of lines) expect(line).toMatch(/^referencegrant\.gateway\.networking\.k8s\.io\/\S+ created$/);
    return lines.length;
  };

  beforeAll(async () => {
    server = await startApiServer({
      users: [{ name: "reader", token: "token-of-reader" }],
      featureGates: ["AnyVolumeDataSource", "CrossNamespaceVolumeDataSource"],
    });
    if (old) {
      const files = RETIRED.flatMap(([version, takes]) => crdFiles(version, "experimental").filter(takes));
      await server.applyDefinitions(readManifests(files));
    } else {
      await server.applyCrds("v1.7.0", "experimental");
      await server.applyDefinitions(definitionsOf(fixtures));
    }
    await server.applyManifests(worldOf(fixtures));
    await server.applyManifests(readManifests([rolesFile]));
    await server.applyManifests(ROLES.map((role) => binding("reader", role)).join("---\n"));
    await untilAllowed(server, { user: "reader", apiGroup: "", resource: "configmaps", verb: "get" });
    reader = server.kubeconfigFor("reader");
    await server.clearAudit();
    before = await judged();
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("every refused reference is permitted afterwards, or it is said why no grant helps", async () => {
    const refused = before.filter(({ verdict }) => verdict === "refused");
    expect(new Set(refused.map(({ fixture }) => fixture.file)).size).toBe(refused.length);
    const answers = await each(refused, async (one) => {
      const { fixture, implicit } = one;
      const flags = implicit ? ["--all"] : [];
      return { one, ...(await run(["scaffold", fixture.target, "-n", fixture.app, ...flags])) };
    });
    const isGranted = ({ one }: (typeof answers)[number]): boolean =>
      one.handshake === "grant" && one.reason === "RefNotPermitted";
    const granted = answers.filter(isGranted);
    // A default Gateway that takes no route of another namespace: nobody asked for it by name.
    const unasked = answers.filter(({ one }) => one.handshake === "attachment" && one.implicit);
    const told = answers.filter((answer) => !isGranted(answer) && !unasked.includes(answer));
    for (const { one, code, stdout, stderr } of granted) {
      expect([one.fixture.file, code, stderr.includes("No grant helps")]).toEqual([one.fixture.file, 0, false]);
      expect(stdout).toContain(`  namespace: ${one.fixture.shared}\n`);
    }
    for (const { one, code, stdout } of unasked) {
      expect([one.fixture.file, code, stdout]).toEqual([one.fixture.file, 0, ""]);
    }
    for (const { one, code, stdout, stderr } of told) {
      expect([one.fixture.file, code, stdout]).toEqual([one.fixture.file, 1, ""]);
      expect(stderr).toMatch(/^No grant helps /m);
      expect(stderr).toContain(`(${one.reason}):`);
    }

    const documents = granted.map(({ stdout }) => stdout);
    expect(await apply(documents.join("---\n"))).toBe(granted.length);
    const after = await verdictsNow();
    const outcomes = granted.map(({ one }) => ({ ...one, afterwards: after.get(one.reference) ?? "gone" }));
    const left = outcomes.filter(({ afterwards }) => afterwards !== "permitted");
    expect(left.filter((one) => one.afterwards !== "unknown" || !isLeftOpen(one))).toEqual([]);
    for (const { one } of told) expect([one.reference, after.get(one.reference)]).toEqual([one.reference, "refused"]);

    process.stderr.write(
      `${name}: ${refused.length} refused before, of ${before.length} crossing references of ${fixtures.length} fixtures. ` +
        `By a grant ${granted.length}: permitted after ${outcomes.length - left.length}, ` +
        `still unknown ${JSON.stringify(left.map(({ fixture, enforcement }) => `${fixture.file} (${enforcement})`))}. ` +
        `Exit 1: ${JSON.stringify(counted(told.map(({ one }) => `${one.reason}${one.enforcement === "" ? "" : ` (${one.enforcement})`}`)))}: ` +
        `${told.map(({ one }) => one.fixture.file).join(", ")}. Of nobody's asking ${unasked.length}\n`,
    );
  });

  test("what is unknown is left out and named, and is granted where it is taken for refused", async () => {
    const unknown = (await judged()).filter(({ verdict }) => verdict === "unknown");
    const careful = await run(["scaffold", "-A"]);
    expect(careful).toMatchObject({ code: 1, stdout: "" });
    expect(careful.stderr).toMatch(/^Left out, not known to be refused: /m);
    const bold = await run(["scaffold", "-A", "--assume-refused"]);
    expect(bold.stderr).not.toMatch(/^Left out/m);
    const grants = await apply(bold.stdout);
    const after = await verdictsNow();
    const left = unknown.filter(({ reference }) => after.get(reference) !== "permitted");
    expect(left.map(({ reference }) => after.get(reference))).toEqual(left.map(() => "unknown"));
    expect(left.filter((one) => !isLeftOpen(one))).toEqual([]);
    process.stderr.write(
      `${name}: ${unknown.length} unknown ${JSON.stringify(counted(unknown.map(({ enforcement }) => enforcement)))}, ` +
        `with --assume-refused ${grants} grants: permitted after ${unknown.length - left.length}, ` +
        `still unknown ${JSON.stringify(left.map(({ fixture, enforcement }) => `${fixture.file} (${enforcement})`))}\n`,
    );
    // What a grant could say is said: who asks again gets nothing.
    expect((await run(["scaffold", "-A", "--assume-refused"])).stdout).toBe("");
  });

  test("with the documented roles it was the admin's answer, nothing was forbidden, and nothing but reading was asked", async () => {
    const admin = await run(["scaffold", "-A", "--all"], server.adminKubeconfig);
    expect(admin.stdout).not.toBe("");
    expect(await run(["scaffold", "-A", "--all"])).toEqual(admin);
    const events = (await server.auditEvents()).filter(({ user }) => user === "reader");
    expect(events.length).toBeGreaterThan(100);
    expect(events.filter(({ code }) => code === 403).map(({ requestURI }) => requestURI)).toEqual([]);
    expect(new Set(events.map(({ verb }) => verb))).toEqual(new Set(["get", "list"]));
  });

  test.runIf(!old)("the documented roles are enough to ask about one object of every kind", async () => {
    const served = (await server.kubectl(["api-resources", "-o", "name"])).stdout.split("\n");
    const words = ROLES.flatMap(rulesOf)
      .filter(({ verb }) => verb === "get")
      .map(({ apiGroup, resource }) => (apiGroup === "" ? resource : `${resource}.${apiGroup}`))
      .filter((word) => served.includes(word) && !word.startsWith("customresourcedefinitions."));
    expect(words.length).toBeGreaterThan(40);
    await server.clearAudit();
    const answers = await each(words, async (word) => ({
      word,
      ...(await run(["scaffold", `${word}/nothing`, "-n", "app-0"])),
    }));
    for (const { word, code, stdout, stderr } of answers) {
      expect([word, code, stdout]).toEqual([word, 3, ""]);
      expect(stderr).toContain("called nothing");
    }
    const forbidden = (await server.auditEvents()).filter(({ code }) => code === 403);
    expect(forbidden.map(({ requestURI }) => requestURI)).toEqual([]);
  });
});
