import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { worldOf } from "../../cmd/world.ts";
import type { Decision } from "../../src/model/decision.ts";
import { formatPath, keyOf, type ObjectId, sameGroupKind } from "../../src/model/object.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { audit, inquire } from "../../src/pipeline.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { readerOf } from "../harness/reader.ts";
import { type Manifest, snapshotOf, verdictOf } from "../harness/world.ts";
import { aWorld, settled } from "./worlds.ts";

/** One object is answered from what it needs; the whole world is audited; both must say the same of it. */

const RUNS = lawRuns(1000);
const TIMEOUT = 60_000 + RUNS.numRuns * 100;
const EVERYTHING = { namespace: null, selector: [] } as const;

const clusterOf = (world: readonly Manifest[]): Snapshot => ({ ...snapshotOf(settled(world)), source: "cluster" });

/** A decision with all of its evidence that does not depend on what else was read. */
function told(decision: Decision): string {
  const { reference, outcome } = decision;
  const regime = reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "";
  const existence = decision.handshake === "attachment" ? "" : decision.referentExistence;
  const witness = outcome.verdict === "permitted" ? outcome.witness.by : "";
  return `${formatPath(reference.path)} ${keyOf(reference.referent)} ${regime} ${verdictOf(decision)} ${witness} ${existence}`;
}

const of = (id: ObjectId, decisions: readonly Decision[]): readonly string[] =>
  decisions.filter(({ reference }) => keyOf(reference.referrer) === keyOf(id)).map(told);

describe("laws of answers about one object", { timeout: TIMEOUT }, () => {
  it("what is read by needs leads to the verdicts of an audit of everything", async () => {
    await fc.assert(
      fc.asyncProperty(aWorld, fc.nat(), async (manifests, pick) => {
        const snapshot = clusterOf(manifests);
        const report = audit(snapshot, EVERYTHING, { rules: [], annotations: false });
        const referrers = [
          ...new Map(report.decisions.map(({ reference }) => [keyOf(reference.referrer), reference.referrer])).values(),
        ];
        const id = referrers[pick % Math.max(1, referrers.length)];
        if (id === undefined) return;
        const reader = readerOf(snapshot);
        const inquiry = await worldOf(reader, null).ask((world) => inquire(world, { objects: [id], hops: true }));
        expect(inquiry.answers.flatMap(({ decisions }) => decisions.map(told))).toEqual(of(id, report.decisions));
        const errors = report.findings.filter(
          ({ severity, subject, code }) =>
            severity === "error" && subject !== null && keyOf(subject) === keyOf(id) && !code.startsWith("controller-"),
        );
        const found = inquiry.answers.flatMap(({ findings }) =>
          findings.filter(({ severity, code }) => severity === "error" && !code.startsWith("controller-")),
        );
        expect(found.map(({ code }) => code).toSorted()).toEqual(errors.map(({ code }) => code).toSorted());
      }),
      RUNS,
    );
  });

  it("what may not be read leaves a verdict as it is, or unknown", async () => {
    await fc.assert(
      fc.asyncProperty(aWorld, fc.nat(), fc.nat(), async (manifests, pick, hide) => {
        const snapshot = clusterOf(manifests);
        const report = audit(snapshot, EVERYTHING, { rules: [], annotations: false });
        const referrers = [
          ...new Map(report.decisions.map(({ reference }) => [keyOf(reference.referrer), reference.referrer])).values(),
        ];
        const id = referrers[pick % Math.max(1, referrers.length)];
        const kinds = [...snapshot.objects.values()].map((object) => object.id);
        const hidden = kinds[hide % Math.max(1, kinds.length)];
        if (id === undefined || hidden === undefined) return;
        const reader = readerOf(snapshot, (need) =>
          need.read === "object"
            ? sameGroupKind(need.id, hidden) && keyOf(need.id) !== keyOf(id)
            : sameGroupKind(need.groupKind, hidden),
        );
        const inquiry = await worldOf(reader, null).ask((world) => inquire(world, { objects: [id], hops: false }));
        const whole = new Map(
          report.decisions
            .filter(({ reference }) => keyOf(reference.referrer) === keyOf(id))
            .map((decision) => [told(decision).split(" ").slice(0, 3).join(" "), verdictOf(decision)]),
        );
        for (const decision of inquiry.answers.flatMap(({ decisions }) => decisions)) {
          const key = told(decision).split(" ").slice(0, 3).join(" ");
          const verdict = verdictOf(decision);
          // What a selector finds may not be followed, but what is found is judged as it would be.
          const expected = whole.get(key);
          if (verdict !== "unknown" && expected !== undefined)
            expect([key, verdict.split(" ")[0]]).toEqual([key, expected.split(" ")[0]]);
        }
      }),
      RUNS,
    );
  });
});
