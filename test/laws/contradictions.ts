import type { Decision } from "../../src/model/decision.ts";
import { formatPath, keyOf } from "../../src/model/object.ts";
import { verdictOf } from "../harness/world.ts";

/** How the verdicts of two readings of one world are held against each other. */

/** A field and the regime it is judged under. What a selector brings in is told apart by what it is. */
export const identity = ({ reference }: Decision): string =>
  [
    keyOf(reference.referrer),
    formatPath(reference.path),
    reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "",
    reference.handshake !== "none" && reference.implicit ? keyOf(reference.referent) : "",
  ].join(" ");

export const verdicts = (decisions: readonly Decision[]): ReadonlyMap<string, string> =>
  new Map(decisions.map((decision) => [identity(decision), verdictOf(decision)]));

/** Without the reason: a refusal seen in part is certain, but which of several obstacles a controller meets first is not. */
export const bare = (decisions: readonly Decision[]): ReadonlyMap<string, string> =>
  new Map(decisions.map((decision) => [identity(decision), decision.outcome.verdict]));

/**
 * The verdicts of a view that are neither those of the whole nor unknown. A field of which the view cannot tell whether it is
 * a reference, and which the whole knows to be none, may be called permitted where nobody would have to be asked anyway.
 */
export function contradictions(
  view: readonly Decision[],
  whole: readonly Decision[],
): readonly (readonly [string, string])[] {
  const all = bare(whole);
  const asksNobody = new Set(
    view
      .filter(({ reference, outcome }) => {
        const doubtful = reference.handshake === "grant" && reference.doubt !== null;
        return doubtful && outcome.verdict === "permitted" && outcome.witness.by !== "grant";
      })
      .map(identity),
  );
  return [...bare(view)].filter(
    ([reference, verdict]) =>
      verdict !== "unknown" && verdict !== all.get(reference) && !(asksNobody.has(reference) && !all.has(reference)),
  );
}
