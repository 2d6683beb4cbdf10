import fc from "fast-check";
import { it } from "vitest";
import { keyOf } from "../../src/model/object.ts";
import { reportOn, snapshotOf, verdictOf } from "../harness/world.ts";
import { advisedOn } from "../remedy/advised.ts";
import { aWorld } from "./worlds.ts";

it("x", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(aWorld, (world) => {
      const s = snapshotOf(world);
      const refs = new Map(
        reportOn(world).decisions.map(({ reference }) => [keyOf(reference.referrer), reference.referrer]),
      );
      for (const id of refs.values())
        for (const { decision, advice } of advisedOn(s, id)) {
          if (advice?.advice !== "way-out" || advice.wayOut.way !== "none") continue;
          const t =
            decision.handshake === "attachment"
              ? decision.outcome.trials
                  .map(
                    (t) =>
                      `${t.failed}|${t.undecided.map((u) => u.clause)}|${t.listener.protocol}${JSON.stringify(t.listener.kinds?.map((k) => k.kind))}${JSON.stringify(t.listener.namespaces)}`,
                  )
                  .join(" ; ")
              : "";
          const line = `${decision.reference.referrer.kind} ${verdictOf(decision)} ${t}`;
          seen.set(line, (seen.get(line) ?? 0) + 1);
        }
    }),
    { numRuns: 600 },
  );
  process.stdout.write([...seen].map(([l, n]) => `${n} ${l}`).join("\n") + "\n");
});
