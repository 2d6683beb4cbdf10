import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { NAMESPACE, REFERENCE_GRANT } from "../../src/catalogue/kinds.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import type { Decision } from "../../src/model/decision.ts";
import { formatPath, keyOf } from "../../src/model/object.ts";
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

  it("partial sight never lies: hiding a kind in a namespace leaves every verdict equal or unknown", () => {
    const hideable = fc.constantFrom(REFERENCE_GRANT, NAMESPACE);
    fc.assert(
      fc.property(aWorld, hideable, fc.constantFrom("a", "b", "c", null), (world, groupKind, hiddenNamespace) => {
        const whole = snapshotOf(world);
        const gone = [...whole.objects].filter(
          ([, { id }]) =>
            !(
              id.kind === groupKind.kind &&
              (hiddenNamespace === null || id.namespace === hiddenNamespace || id.kind === "Namespace")
            ),
        );
        const partial: Snapshot = {
          ...whole,
          source: "cluster",
          objects: new Map(gone),
          gaps: [
            {
              cause: "forbidden",
              groupKind,
              namespace: groupKind.kind === "Namespace" ? null : hiddenNamespace,
              detail: "hidden",
            },
          ],
        };
        const scope = { namespace: null, selector: [] };
        const seen = bare(audit({ ...whole, source: "cluster" }, scope).decisions);
        for (const [reference, verdict] of bare(audit(partial, scope).decisions)) {
          expect([seen.get(reference), "unknown"]).toContain(verdict);
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
