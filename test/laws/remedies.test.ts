import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/model/decision.ts";
import { keyOf } from "../../src/model/object.ts";
import type { Advice } from "../../src/model/remedy.ts";
import { type Manifest, reportOn, snapshotOf } from "../harness/world.ts";
import { type Advised, advisedOn, identity, manifestsAfter } from "../remedy/advised.ts";
import { aWorld } from "./worlds.ts";

/** Promises of what is advised, on generated worlds. A failure prints its seed. */

const RUNS = { numRuns: Number(process.env.LAW_RUNS ?? 300) };
const TIMEOUT = 60_000 + RUNS.numRuns * 300;

type Repairing = Advised & { readonly advice: Extract<Advice, { readonly advice: "repair" }> };

const isRepairing = (advised: Advised): advised is Repairing => advised.advice?.advice === "repair";

/** All that is advised in a world. */
function everyAdvice(world: readonly Manifest[], closed = true): readonly Advised[] {
  const snapshot = snapshotOf(world, closed);
  const referrers = new Map(
    reportOn(world, closed).decisions.map(({ reference }) => [keyOf(reference.referrer), reference.referrer]),
  );
  return [...referrers.values()].flatMap((id) => advisedOn(snapshot, id));
}

const permitted = (decisions: readonly Decision[]): ReadonlySet<string> =>
  new Set(decisions.filter(({ outcome }) => outcome.verdict === "permitted").map(identity));

const leadsNowhere = (decision: Decision): boolean =>
  decision.handshake !== "attachment" && decision.referentExistence === "missing";

describe("remedies", { timeout: TIMEOUT }, () => {
  it("every repair that is advised cures, and takes no permission away anywhere", () => {
    const tried = new Map<string, number>();
    const endings = new Map<string, number>();
    fc.assert(
      fc.property(aWorld, (world) => {
        const before = permitted(reportOn(world).decisions);
        for (const advised of everyAdvice(world)) {
          const { advice, decision } = advised;
          if (advice?.advice === "way-out") {
            endings.set(advice.wayOut.way, (endings.get(advice.wayOut.way) ?? 0) + 1);
          }
          if (!isRepairing(advised)) continue;
          const { repairs } = advised.advice;
          const after = reportOn(
            manifestsAfter(
              world,
              repairs.map(({ change }) => change),
            ),
          ).decisions;
          const now = permitted(after);
          const shown = JSON.stringify(repairs.map(({ change }) => change));
          expect(now, shown).toContain(identity(decision));
          expect(
            [...before].filter((reference) => !now.has(reference)),
            shown,
          ).toEqual([]);
          const names = repairs.map(({ repair }) => repair).join(" + ");
          tried.set(names, (tried.get(names) ?? 0) + 1);
        }
      }),
      RUNS,
    );
    const total = [...tried.values()].reduce((sum, count) => sum + count, 0);
    if (process.env.LAW_SHOW) process.stdout.write(`${JSON.stringify([...tried])}\n${JSON.stringify([...endings])}\n`);
    expect(total).toBeGreaterThan(RUNS.numRuns);
  });

  it("nothing is advised on what is permitted and leads somewhere", () => {
    fc.assert(
      fc.property(aWorld, fc.boolean(), (world, closed) => {
        const idle = everyAdvice(world, closed).filter(
          ({ decision, advice }) =>
            decision.outcome.verdict === "permitted" && !leadsNowhere(decision) && advice !== null,
        );
        // A kind that is a slip leads nowhere too.
        expect(idle.filter(({ decision }) => decision.reference.referent.group !== "core")).toEqual([]);
      }),
      RUNS,
    );
  });

  it("there is advice on everything that is refused, unknown, or leads nowhere", () => {
    fc.assert(
      fc.property(aWorld, fc.boolean(), (world, closed) => {
        const silent = everyAdvice(world, closed).filter(
          ({ decision, advice }) =>
            (decision.outcome.verdict !== "permitted" || leadsNowhere(decision)) && advice === null,
        );
        expect(silent).toEqual([]);
      }),
      RUNS,
    );
  });
});
