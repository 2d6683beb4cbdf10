import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { REFERENT_KINDS } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { exitCode } from "../../src/diagnose/exit-code.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { Gap } from "../../src/model/gap.ts";
import { formatPath, keyOf, sameGroupKind } from "../../src/model/object.ts";
import type { Report } from "../../src/model/report.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { audit } from "../../src/pipeline.ts";
import { auditJson } from "../../src/render/audit-json.ts";
import { reportOn, snapshotOf, verdictOf } from "../harness/world.ts";
import { aGrant, aWorld } from "./worlds.ts";

/** Promises that hold in every world, on generated ones. A failure prints its seed. */

const RUNS = { numRuns: Number(process.env.LAW_RUNS ?? 1000) };

const identity = ({ reference }: Decision): string =>
  [
    keyOf(reference.referrer),
    formatPath(reference.path),
    reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "",
  ].join(" ");

const verdicts = (decisions: readonly Decision[]): ReadonlyMap<string, string> =>
  new Map(decisions.map((decision) => [identity(decision), verdictOf(decision)]));

type Path = readonly (string | number)[];

/** The paths of all fields below a value. */
function leavesOf(value: unknown, path: Path): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return [...(path.length === 0 ? [] : [path]), ...inner.flatMap(([key, child]) => leavesOf(child, [...path, key]))];
}

/** A copy of a value with another one at a path. */
function replaced(value: unknown, [step, ...rest]: Path, instead: unknown): unknown {
  if (step === undefined) return instead;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === step ? replaced(item, rest, instead) : item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, key === step ? replaced(child, rest, instead) : child]),
  );
}

/** Without the reason: a refusal seen in part is certain, but which of several obstacles a controller meets first is not. */
const bare = (decisions: readonly Decision[]): ReadonlyMap<string, string> =>
  new Map(decisions.map((decision) => [identity(decision), decision.outcome.verdict]));

describe("laws", () => {
  it("monotone: adding a grant never takes a permission away", () => {
    fc.assert(
      fc.property(aWorld, aGrant, (world, more) => {
        // A grant of the same name would replace one, which is not adding.
        const added = {
          ...more,
          metadata: { namespace: new Map(Object.entries(more.metadata ?? {})).get("namespace"), name: "added" },
        };
        const before = verdicts(reportOn(world).decisions);
        const after = verdicts(reportOn([...world, added]).decisions);
        for (const [reference, verdict] of before)
          if (verdict === "permitted") expect(after.get(reference)).toBe("permitted");
      }),
      RUNS,
    );
  });

  it("partial sight never lies: hiding a kind in a namespace leaves every verdict equal or unknown, and no exit code too good", () => {
    const hideable = fc.constantFrom(...KINDS.map(({ group, kind }) => ({ group, kind })));
    const policy = { failOn: "error", allowUnknown: false } as const;
    fc.assert(
      fc.property(aWorld, hideable, fc.constantFrom("a", "b", "c", null), (world, groupKind, only) => {
        const whole: Snapshot = { ...snapshotOf(world), source: "cluster" };
        const namespace = groupKind.kind === "Namespace" ? null : only;
        const kept = [...whole.objects].filter(
          ([, { id }]) => !(sameGroupKind(id, groupKind) && (namespace === null || id.namespace === namespace)),
        );
        const gap: Gap = { cause: "forbidden", groupKind, namespace, detail: "hidden" };
        const partial: Snapshot = { ...whole, objects: new Map(kept), gaps: [gap] };
        const scope = { namespace: null, selector: [] };
        const full = audit(whole, scope);
        const seen = audit(partial, scope);
        const all = bare(full.decisions);
        for (const [reference, verdict] of bare(seen.decisions)) {
          expect([all.get(reference), "unknown"]).toContain(verdict);
        }
        // Hidden Services, Secrets and ConfigMaps hide nothing but existence, of which no verdict is made.
        const existenceOnly = REFERENT_KINDS.some((kind) => sameGroupKind(kind, groupKind));
        if (exitCode(full, policy) !== 0 && !existenceOnly) expect(exitCode(seen, policy)).not.toBe(0);
        // Nothing is called unused or missing that only cannot be seen.
        const blamed = (report: Report) =>
          report.findings
            .filter(({ code }) => code === "grant-unused" || code === "grant-dangling" || code === "target-not-found")
            .map((finding) => `${finding.code} ${finding.subject?.namespace}/${finding.subject?.name}`);
        const truly = new Set(blamed(full).map((line) => line.replace("grant-dangling", "grant-unused")));
        for (const line of blamed(seen)) expect(truly).toContain(line.replace("grant-dangling", "grant-unused"));
      }),
      RUNS,
    );
  });

  it("a field of the wrong type never permits anything: no refusal turns into a permission", () => {
    const wrong = fc.constantFrom<unknown>(7, "text", [], {}, true, [7], { a: 1 });
    fc.assert(
      fc.property(aWorld, fc.nat(), fc.nat(), wrong, (world, object, field, value) => {
        const manifest = world[object % world.length];
        if (manifest === undefined || !("spec" in manifest)) return;
        const paths = leavesOf(manifest.spec, []);
        const path = paths[field % paths.length];
        if (path === undefined) return;
        const broken = world.map((one) => (one === manifest ? { ...one, spec: replaced(one.spec, path, value) } : one));
        const before = bare(reportOn(world).decisions);
        const report = reportOn(broken);
        const mistyped = report.findings.some(({ code }) => code === "manifest-rejected");
        if (!mistyped) return;
        for (const [reference, verdict] of bare(report.decisions)) {
          if (verdict === "permitted" && before.has(reference)) expect(before.get(reference)).toBe("permitted");
        }
      }),
      RUNS,
    );
  });

  it("files that are not the whole world never contradict the whole world", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const closed = bare(reportOn(world).decisions);
        for (const [reference, verdict] of bare(reportOn(world, false).decisions))
          expect([closed.get(reference), "unknown"]).toContain(verdict);
      }),
      RUNS,
    );
  });

  it("order-free: the report does not depend on the order of the objects", () => {
    const shuffled = aWorld.chain((world) =>
      fc.tuple(fc.constant(world), fc.shuffledSubarray([...world], { minLength: world.length })),
    );
    // Positions in the file follow the order, so the objects are compared as a cluster would give them.
    const unplaced = (manifests: Parameters<typeof snapshotOf>[0]): Snapshot => {
      const snapshot = snapshotOf(manifests);
      return {
        ...snapshot,
        objects: new Map([...snapshot.objects].map(([key, object]) => [key, { ...object, locate: () => null }])),
      };
    };
    fc.assert(
      fc.property(shuffled, ([world, other]) => {
        const json = (manifests: typeof world) =>
          auditJson(audit(unplaced(manifests), { namespace: null, selector: [] }));
        expect(json(other)).toBe(json(world));
      }),
      RUNS,
    );
  });

  it("the same world as YAML documents and as a JSON list gives equal decisions", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const text = world.map((manifest) => `---\n${stringify(manifest)}`).join("");
        const fromYaml = snapshotOfManifests(
          objectsOf(parseDocuments([{ name: "world.yaml", text }]), "default"),
          true,
        );
        expect(verdicts(audit(fromYaml, { namespace: null, selector: [] }).decisions)).toEqual(
          verdicts(reportOn(world).decisions),
        );
      }),
      { numRuns: Math.ceil(RUNS.numRuns / 4) },
    );
  });

  it("a scope only narrows: what is left was decided alike", () => {
    fc.assert(
      fc.property(aWorld, fc.constantFrom("a", "b"), (world, only) => {
        const whole = verdicts(reportOn(world).decisions);
        const narrow = audit(snapshotOf(world), { namespace: only, selector: [] });
        for (const decision of narrow.decisions) {
          expect(whole.get(identity(decision))).toBe(verdictOf(decision));
          expect([decision.reference.referrer.namespace, decision.reference.referent.namespace]).toContain(only);
        }
      }),
      RUNS,
    );
  });

  it("a permitted reference names a grant that exists and, on its own, permits it too", () => {
    fc.assert(
      fc.property(aWorld, (world) => {
        for (const decision of reportOn(world).decisions) {
          if (
            decision.handshake !== "grant" ||
            decision.outcome.verdict !== "permitted" ||
            decision.outcome.witness.by !== "grant"
          )
            continue;
          const { grant } = decision.outcome.witness.trials[0];
          const alone = world.filter((manifest) => {
            const metadata = new Map(Object.entries(manifest.metadata ?? {}));
            return (
              manifest.kind !== "ReferenceGrant" ||
              (metadata.get("namespace") === grant.id.namespace && metadata.get("name") === grant.id.name)
            );
          });
          expect(verdicts(reportOn(alone).decisions).get(identity(decision))).toBe("permitted");
        }
      }),
      RUNS,
    );
  });
});
