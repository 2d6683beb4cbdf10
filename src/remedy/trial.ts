import type { Decision } from "../model/decision.ts";
import type { Gap } from "../model/gap.ts";
import { formatPath, keyOf } from "../model/object.ts";
import type { Advice, Repair } from "../model/remedy.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { AdviceEvidence, Judged } from "./evidence.ts";
import { breaksParents, removalOf } from "./parent-refs.ts";
import { changed } from "./world.ts";

/** One decision that advice is wanted on, in the world that it was made in. */
export interface Case<D extends Decision = Decision> {
  readonly snapshot: Snapshot;
  readonly judged: Judged;
  readonly grants: AdviceEvidence["grants"];
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

/**
 * What came of trying repairs. They `open` the question where nothing but the implementation's own rule, the gap, is left between
 * the reference and permission; where they make it say what another says already, it can as well be taken out.
 */
type Attempt =
  | { readonly result: "cures" | "pending" }
  | { readonly result: "opens"; readonly gap: Gap }
  | { readonly result: "repeats"; readonly removal: Repair }
  /** With the same decision in the world after them; null where the reference is gone, or no API server would take that. */
  | { readonly result: "fails"; readonly after: Case | null };

/** Is it a gap that the next reading closes? */
export const isPending = (gap: Gap | null): boolean => gap?.cause === "not-read";

/** Does the verdict depend on what is still to be read? */
function awaits({ outcome }: Decision): boolean {
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
function counterpart(decision: Decision, own: readonly Decision[], after: readonly Decision[]): Decision | undefined {
  const key = identity(decision);
  const index = byIdentity(own).get(key)?.indexOf(decision) ?? -1;
  return byIdentity(after).get(key)?.[index];
}

/** Has something of the object lost its permission? */
function losses(own: readonly Decision[], after: readonly Decision[]): "none" | "pending" | "some" {
  const later = byIdentity(after);
  const lost = [...byIdentity(own)].flatMap(([key, decisions]) =>
    decisions.flatMap(({ outcome }, index) => {
      const now = later.get(key)?.[index];
      return outcome.verdict === "permitted" && now?.outcome.verdict !== "permitted" ? [now] : [];
    }),
  );
  if (lost.length === 0) return "none";
  return lost.every((now) => now !== undefined && awaits(now)) ? "pending" : "some";
}

/** The gap that the implementation has to close; null where something else is in the way, or nothing more was before. */
function gapLeft({ outcome }: Decision, before: Decision): Gap | null {
  if (outcome.verdict !== "unknown" || before.outcome.verdict !== "refused") return null;
  return outcome.gaps.every(({ cause }) => cause === "implementation") ? outcome.gaps[0] : null;
}

/** Can the reference go, and all others stay what they are? They are told apart by their order, since their fields move up. */
function isSpare(on: Case, removal: Repair): boolean {
  const place = identity(on.decision);
  const before = on.own.filter((decision) => identity(decision) !== place);
  const after = on.judge(changed(on.snapshot, [removal.change])).decisions;
  return (
    before.length === after.length &&
    before.every(({ reference, outcome }, index) => {
      const now = after[index];
      if (now === undefined || keyOf(now.reference.referent) !== keyOf(reference.referent)) return false;
      return now.reference.row === reference.row && now.outcome.verdict === outcome.verdict;
    })
  );
}

/** Repairs that no API server would take, since parents repeat: then the reference may be one too many. */
function repeating(on: Case, repairs: readonly Repair[], after: Snapshot): Attempt {
  const removal = removalOf(repairs, on.snapshot, after);
  return removal !== null && isSpare(on, removal) ? { result: "repeats", removal } : { result: "fails", after: null };
}

/**
 * Makes the repairs and judges again: they cure if the reference is then permitted, and nothing else of the object that was is
 * no more.
 *
 * @param alsoThere whether what the reference names has to exist afterwards
 */
function attempt(on: Case, repairs: readonly Repair[], alsoThere = false): Attempt {
  const snapshot = changed(
    on.snapshot,
    repairs.map(({ change }) => change),
  );
  if (breaksParents(on.decision.reference.referrer, on.snapshot, snapshot)) return repeating(on, repairs, snapshot);
  const judged = on.judge(snapshot);
  const own = judged.decisions;
  const decision = counterpart(on.decision, on.own, own);
  if (decision === undefined) return { result: "fails", after: null };
  const after: Case = { ...on, snapshot, judged, decision, own };
  if (awaits(decision)) return { result: "pending" };
  const there = decision.handshake === "attachment" || !alsoThere || decision.referentExistence === "present";
  const cured = decision.outcome.verdict === "permitted" && there;
  const gap = gapLeft(decision, on.decision);
  if (!cured && gap === null) return { result: "fails", after };
  const lost = losses(on.own, own);
  if (lost !== "none") return lost === "pending" ? { result: "pending" } : { result: "fails", after };
  return cured || gap === null ? { result: "cures" } : { result: "opens", gap };
}

/** Is a name put right that is near to what was written? */
export const isNear = (repairs: readonly Repair[]): boolean =>
  repairs.some((repair) => repair.repair === "correct-reference" && repair.because === "near-name");

const wayOfAsking = (repairs: Repairs, gap: Gap): Found => ({
  advice: "way-out",
  wayOut: { way: "repair-and-ask", repairs, gap },
});

/**
 * The first candidate that cures, as advice; else that the reference is one too many; else the first that leaves nothing but
 * the implementation's word. Candidates are made one by one, since each may want to know more of the world.
 */
export function firstCure(on: Case, candidates: Iterable<Candidate>, alsoThere = false): Found {
  let opened: Found = null;
  let spare: Found = null;
  for (const candidate of candidates) {
    if (candidate === "pending") return "pending";
    const attempted = attempt(on, candidate, alsoThere);
    switch (attempted.result) {
      case "pending":
        return "pending";
      case "cures":
        return { advice: "repair", repairs: candidate };
      case "opens":
        opened ??= wayOfAsking(candidate, attempted.gap);
        break;
      case "repeats": {
        const one: Found = { advice: "repair", repairs: [attempted.removal] };
        // What is near to it was meant, and is there; anything else is but another way.
        if (isNear(candidate)) return one;
        spare ??= one;
        break;
      }
      case "fails":
    }
  }
  return spare ?? opened;
}

/**
 * What repairs come to that may not be enough on their own.
 *
 * @param then looks for what else is needed, in the world after them
 * @param otherwise what to say where nothing that follows helps
 */
export function followed(on: Case, repairs: Repairs, then: (after: Case) => Found, otherwise: Found): Found {
  const attempted = attempt(on, repairs);
  switch (attempted.result) {
    case "pending":
      return "pending";
    case "cures":
      return { advice: "repair", repairs };
    case "opens":
      return wayOfAsking(repairs, attempted.gap);
    case "repeats":
      return { advice: "repair", repairs: [attempted.removal] };
    case "fails": {
      const next = attempted.after === null ? null : then(attempted.after);
      if (next === "pending") return "pending";
      if (next?.advice === "repair") return { advice: "repair", repairs: [...repairs, ...next.repairs] };
      if (next?.wayOut.way !== "repair-and-ask") return otherwise;
      return { advice: "way-out", wayOut: { ...next.wayOut, repairs: [...repairs, ...next.wayOut.repairs] } };
    }
  }
}
