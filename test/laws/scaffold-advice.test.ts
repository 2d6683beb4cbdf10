import fc from "fast-check";
import { expect, it } from "vitest";
import { formatPath, keyOf } from "../../src/model/object.ts";
import { inquire } from "../../src/pipeline.ts";
import { scaffold } from "../../src/scaffolding.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { snapshotOf } from "../harness/world.ts";
import { aWorld } from "./worlds.ts";

/** What why-denied advises and what scaffold prints are one thing. */

const RUNS = lawRuns(300);

it("the grant that why-denied advises is the one that scaffold prints", {
  timeout: 60_000 + RUNS.numRuns * 300,
}, () => {
  let compared = 0;
  fc.assert(
    fc.property(aWorld, (world) => {
      const snapshot = snapshotOf(world);
      for (const { id } of snapshot.objects.values()) {
        const request = { all: false, anyName: false, assumeRefused: false, into: null, toNamespace: null };
        const style = { name: null, apiVersion: null, made: [] };
        const { granted, grants } = scaffold(snapshot, { objects: [id], ...request, ...style }).answer;
        const [decision, ...others] = granted;
        if (decision === undefined || others.length > 0) continue;
        const { answers } = inquire(snapshot, { objects: [id], hops: false }).answer;
        for (const [about, advice] of answers.flatMap((answer) => [...answer.advice])) {
          const same =
            formatPath(about.reference.path) === formatPath(decision.reference.path) &&
            keyOf(about.reference.referent) === keyOf(decision.reference.referent);
          if (!same || advice.advice !== "repair") continue;
          const [repair, ...more] = advice.repairs;
          if (repair.repair !== "add-grant" || more.length > 0) continue;
          expect(grants.map(({ manifest }) => manifest)).toEqual([repair.change.manifest]);
          compared += 1;
        }
      }
    }),
    RUNS,
  );
  expect(compared).toBeGreaterThan(RUNS.numRuns / 20);
});
