import type { Decision } from "../model/decision.ts";
import type { Gap } from "../model/gap.ts";
import { formatPath, keyOf } from "../model/object.ts";
import type { Advice, Repair } from "../model/remedy.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { AdviceEvidence, Judged } from "./evidence.ts";
import { changed } from "./world.ts";

/** One decision that advice is wanted on, in the world that it was made in. */
export interface Case<D extends Decision = Decision> {
  readonly snapshot: Snapshot;
  readonly judged: Judged;
  readonly judge: AdviceEvidence["judge"];
  readonly decision: D;
  /** All decisions of the object. */
  readonly own: readonly Decision[];
}

/** Repairs that belong together, in the order in which they are made. */
export type Repairs = readonly [Repair, ...Repair[]];

/** `pending`: it depends on what is still to be read. */
export type Candidate = Repairs | "pending";

/** What came of looking for advice; null where nothing was found. */
export type Found = Advice | "pending" | null;

/** What came of trying repairs, with the same decision in the world after them; null where the reference is gone. */
export interface Attempt {
  readonly result: "cures" | "pending" | "fails";
  readonly after: Case | null;
}

/** Is it a gap that the next reading closes? */
export const isPending = (gap: Gap | null): boolean => gap?.cause === "not-read";

/** Does the verdict depend on what is still to be read? */
export function awaits({ outcome }: Decision): boolean {
  return outcome.verdict === "unknown" && outcome.gaps.some(isPending);
}

/** A field and the regime it is judged under. What a selector brings in is told apart by what it is. */
function identity({ reference }: Decision): string {
  const regime = reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "";
  const found = reference.handshake !== "none" && reference.implicit ? keyOf(reference.referent) : "";
  return [formatPath(reference.path), regime, found].join(" ");
}

/** Decisions on one field, under one regime, in their order: an annotation may name several objects. */
function byIdentity(decisions: readonly Decision[]): ReadonlyMap<string, readonly Decision[]> {
  return Map.groupBy(decisions, identity);
}

/** The same decision among those of a changed world. */
export function counterpart(
  decision: Decision,
  own: readonly Decision[],
  after: readonly Decision[],
): Decision | undefined {
  const key = identity(decision);
  const index = byIdentity(own).get(key)?.indexOf(decision) ?? -1;
  return byIdentity(after).get(key)?.[index];
}

function worseOf(own: readonly Decision[], after: readonly Decision[]): Attempt["result"] {
  const later = byIdentity(after);
  const lost = [...byIdentity(own)].flatMap(([key, decisions]) =>
    decisions.flatMap(({ outcome }, index) => {
      const now = later.get(key)?.[index];
      return outcome.verdict === "permitted" && now?.outcome.verdict !== "permitted" ? [now] : [];
    }),
  );
  if (lost.length === 0) return "cures";
  return lost.every((now) => now !== undefined && awaits(now)) ? "pending" : "fails";
}

/**
 * Makes the repairs and judges again: they cure if the reference is then permitted, and nothing else of the object that was is
 * no more.
 *
 * @param alsoThere whether what the reference names has to exist afterwards
 */
export function attempt(on: Case, repairs: readonly Repair[], alsoThere = false): Attempt {
  const snapshot = changed(
    on.snapshot,
    repairs.map(({ change }) => change),
  );
  const judged = on.judge(snapshot);
  const own = judged.decisions;
  const decision = counterpart(on.decision, on.own, own);
  if (decision === undefined) return { result: "fails", after: null };
  const after: Case = { ...on, snapshot, judged, decision, own };
  if (awaits(decision)) return { result: "pending", after };
  const there = decision.handshake === "attachment" || !alsoThere || decision.referentExistence === "present";
  if (decision.outcome.verdict !== "permitted" || !there) return { result: "fails", after };
  return { result: worseOf(on.own, own), after };
}

/** The first candidate that cures, as advice. Candidates are made one by one, since each may want to know more of the world. */
export function firstCure(on: Case, candidates: Iterable<Candidate>, alsoThere = false): Found {
  for (const candidate of candidates) {
    if (candidate === "pending") return "pending";
    const { result } = attempt(on, candidate, alsoThere);
    if (result === "pending") return "pending";
    if (result === "cures") return { advice: "repair", repairs: candidate };
  }
  return null;
}
