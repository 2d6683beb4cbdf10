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

/**
 * What came of trying repairs, with the same decision in the world after them; null where the reference is gone. They `open` the
 * question where nothing but the implementation's own rule is left between the reference and permission.
 */
export interface Attempt {
  readonly result: "cures" | "opens" | "pending" | "fails";
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

/** Is the verdict the implementation's to give, and was it another before? */
function isOpened({ outcome }: Decision, before: Decision): boolean {
  if (outcome.verdict !== "unknown" || before.outcome.verdict !== "refused") return false;
  return outcome.gaps.every(({ cause }) => cause === "implementation");
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
  const cured = decision.outcome.verdict === "permitted" && there;
  if (!cured && !isOpened(decision, on.decision)) return { result: "fails", after };
  const lost = losses(on.own, own);
  if (lost !== "none") return { result: lost === "pending" ? "pending" : "fails", after };
  return { result: cured ? "cures" : "opens", after };
}

/** The repairs, and the question that they leave to the implementation. */
function openedBy(repairs: Repairs, after: Case | null): Found {
  if (after?.decision.outcome.verdict !== "unknown") return null;
  const [gap] = after.decision.outcome.gaps;
  return { advice: "way-out", wayOut: { way: "repair-and-ask", repairs, gap } };
}

/**
 * The first candidate that cures, as advice; else the first that leaves nothing but the implementation's word. Candidates are
 * made one by one, since each may want to know more of the world.
 */
export function firstCure(on: Case, candidates: Iterable<Candidate>, alsoThere = false): Found {
  let opened: Found = null;
  for (const candidate of candidates) {
    if (candidate === "pending") return "pending";
    const { result, after } = attempt(on, candidate, alsoThere);
    switch (result) {
      case "pending":
        return "pending";
      case "cures":
        return { advice: "repair", repairs: candidate };
      case "opens":
        opened ??= openedBy(candidate, after);
        break;
      case "fails":
    }
  }
  return opened;
}

/**
 * What repairs come to that may not be enough on their own.
 *
 * @param then looks for what else is needed, in the world after them
 * @param otherwise what to say where nothing that follows helps
 */
export function followed(on: Case, repairs: Repairs, then: (after: Case) => Found, otherwise: Found): Found {
  const { result, after } = attempt(on, repairs);
  switch (result) {
    case "pending":
      return "pending";
    case "cures":
      return { advice: "repair", repairs };
    case "opens":
      return openedBy(repairs, after);
    case "fails": {
      const next = after === null ? null : then(after);
      if (next === "pending") return "pending";
      if (next?.advice === "repair") return { advice: "repair", repairs: [...repairs, ...next.repairs] };
      if (next?.wayOut.way !== "repair-and-ask") return otherwise;
      return { advice: "way-out", wayOut: { ...next.wayOut, repairs: [...repairs, ...next.wayOut.repairs] } };
    }
  }
}
