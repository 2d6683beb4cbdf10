import { inertFrom, inertTo, livePairs } from "../catalogue/grants.ts";
import { isInCatalogue } from "../catalogue/instead.ts";
import { NAMESPACE, REFERENT_KINDS } from "../catalogue/kinds.ts";
import { makerOf } from "../catalogue/makers.ts";
import { likelyMeant } from "../catalogue/names.ts";
import { isKnownPair, maySelect, OPENED_KINDS, referrersTrustedAs, TRUSTED_KINDS } from "../catalogue/referents.ts";
import { type GrantClause, type GrantDecision, type GrantTrial, unreadClauses } from "../model/decision.ts";
import type { Grant, GrantFrom, GrantTo, Indexed } from "../model/grant.ts";
import { nearWord } from "../model/near-word.ts";
import { type GroupKind, groupKindKey, includesGroupKind, keyOf, type ObjectId } from "../model/object.ts";
import type { Repair } from "../model/remedy.ts";
import { editsOf } from "./edits.ts";
import { type Candidate, type Case, isPending } from "./trial.ts";
import { bodyOf } from "./world.ts";

type CorrectedEntry = Extract<Repair, { readonly repair: "correct-entry" }>;
type EntryField = CorrectedEntry["fields"][number];

/** Something is so, is not, or depends on what is still to be read. */
type Answer = "yes" | "no" | "pending";

/** An entry of a grant. */
interface Place {
  readonly grant: Grant;
  readonly list: "from" | "to";
  readonly index: number;
}

/** Where each clause is written. */
const FIELDS: ReadonlyMap<GrantClause, Pick<Place, "list"> & Pick<EntryField, "field">> = new Map([
  ["from.group", { list: "from", field: "group" }],
  ["from.kind", { list: "from", field: "kind" }],
  ["from.namespace", { list: "from", field: "namespace" }],
  ["to.group", { list: "to", field: "group" }],
  ["to.kind", { list: "to", field: "kind" }],
  ["to.name", { list: "to", field: "name" }],
]);

const entryAt = <T>(list: readonly { readonly index: number; readonly entry: T }[], index: number): T | undefined =>
  list.find((one) => one.index === index)?.entry;

/** The kind that was meant by a slip of it, which nothing is of (docs/rules.md §1.3); null for every other. */
function meantBy(kinds: readonly GroupKind[], written: GroupKind): GroupKind | null {
  return includesGroupKind(kinds, written) || isInCatalogue(written) ? null : likelyMeant(kinds, written);
}

interface Pair {
  readonly from: GrantFrom;
  readonly to: GrantTo;
}

/** The pairs of entries that one entry is part of, as far as something may use them. */
function pairsAt({ grant, list, index }: Place): readonly Pair[] {
  if (grant.rejected) return [];
  const pairs = grant.from.flatMap((from) => grant.to.map((to) => ({ from, to })));
  return (
    pairs
      .filter((pair) => pair[list].index === index)
      .map(({ from, to }) => ({ from: from.entry, to: to.entry }))
      .filter(({ from, to }) => inertFrom(grant, from) === null && inertTo(grant, to) === null)
      .filter(({ from }) => meantBy(TRUSTED_KINDS, from) === null)
      // A reference may name its target with the same slip.
      .map(({ from, to }) => ({ from, to: { ...to, ...meantBy(OPENED_KINDS, to) } }))
  );
}

/** Does a decision rest on the entry, or perhaps? */
function restsOn({ reference, outcome }: GrantDecision, { grant, list, index }: Place): boolean {
  const unread = unreadClauses(reference);
  return outcome.trials.some(
    (trial) =>
      keyOf(trial.grant.id) === keyOf(grant.id) &&
      trial[list] === index &&
      trial.failed.every((clause) => unread.includes(clause)),
  );
}

/**
 * Whether nothing uses the entry: every object that might was seen, and no reference of theirs is permitted by it. Only a page of
 * each kind is asked for; where there are more, it is not known, and taken for used.
 */
function isUnused(place: Place, { judged, judge, snapshot }: Case): Answer {
  const pairs = pairsAt(place);
  if (pairs.some(({ from, to }) => !isKnownPair(from, to) || maySelect(from, to))) return "no";
  const users = new Map(
    pairs.flatMap(({ from, to }) =>
      referrersTrustedAs(from, to).map(
        (kind) => [`${groupKindKey(kind)}/${from.namespace}`, { kind, namespace: from.namespace }] as const,
      ),
    ),
  );
  const gaps = [...users.values()].map(({ kind, namespace }) => judged.sight.hiddenOnPage(kind, namespace));
  if (gaps.some(isPending)) return "pending";
  if (gaps.some((gap) => gap !== null)) return "no";
  const referrers = [...users.values()].flatMap(({ kind, namespace }) =>
    judged.sight.objectsOf(kind).filter(({ id }) => id.namespace === namespace),
  );
  if (referrers.length === 0) return "yes";
  const { decisions } = judge(snapshot, new Set(referrers.map(({ id }) => keyOf(id))));
  const used = decisions.some(
    (decision) =>
      decision.handshake === "grant" &&
      decision.reference.referent.namespace === place.grant.id.namespace &&
      // Of what is generated from an object, it would take a look at other namespaces to tell.
      (decision.reference.heldIn !== null || restsOn(decision, place)),
  );
  return used ? "no" : "yes";
}

/** The trial's pair as it would have to be. */
function needed({ reference }: GrantDecision, { trusting }: GrantTrial, clause: GrantClause): string | null {
  const { referent, trustedAs } = reference;
  switch (clause) {
    case "from.group":
      return trustedAs[0].group;
    case "from.kind":
      return trustedAs[0].kind;
    case "from.namespace":
      return trusting;
    case "to.group":
      return referent.group;
    case "to.kind":
      return referent.kind;
    case "to.name":
      return referent.name;
    case "grant.namespace":
    case "grant.rejected":
      return null;
  }
}

/** Is what the entry names known not to be there? */
function namesNothing(clause: GrantClause, trial: GrantTrial, { judged }: Case): Answer {
  const from = entryAt(trial.grant.from, trial.from);
  const to = entryAt(trial.grant.to, trial.to);
  const missing = (id: ObjectId): Answer => {
    const existence = judged.sight.existence(id);
    if (typeof existence === "string") return existence === "missing" ? "yes" : "no";
    return isPending(existence) ? "pending" : "no";
  };
  if (clause === "from.namespace" && from !== undefined) {
    return missing({ ...NAMESPACE, namespace: null, name: from.namespace });
  }
  if (clause === "to.name" && to !== undefined && to.name !== null && includesGroupKind(REFERENT_KINDS, to)) {
    return missing({ group: to.group, kind: to.kind, namespace: trial.grant.id.namespace, name: to.name });
  }
  return "no";
}

/** Clauses that look at what an object is, not at which it is. */
const OF_KINDS: readonly GrantClause[] = ["from.group", "from.kind", "to.group", "to.kind"];

/** Does the entry look as if it had been meant for this reference? */
function isMeant(astray: readonly GrantClause[], trial: GrantTrial, on: Case): Answer {
  if (astray.every((clause) => OF_KINDS.includes(clause))) return "yes";
  const [clause, ...others] = astray;
  return clause === undefined || others.length > 0 ? "no" : namesNothing(clause, trial, on);
}

/** All that a grant would permit by one of its entries, if that said something else. */
function openedBy({ grant, list, index }: Place, needed: ReadonlyMap<string, string>) {
  const said = new Map([[index, Object.fromEntries(needed)]]);
  const as = <T extends object>(entries: readonly Indexed<T>[], of: Place["list"]): readonly Indexed<T>[] =>
    entries.map((one) => (of === list ? { ...one, entry: { ...one.entry, ...said.get(one.index) } } : one));
  const after: Grant = { ...grant, from: as(grant.from, "from"), to: as(grant.to, "to") };
  const pairs = livePairs(after).filter((pair) => pair[list].index === index);
  const [from, ...moreFrom] = new Set(pairs.map((pair) => pair.from.entry));
  const [to, ...moreTo] = new Set(pairs.map((pair) => pair.to.entry));
  return from === undefined || to === undefined ? null : ({ from: [from, ...moreFrom], to: [to, ...moreTo] } as const);
}

function corrected(place: Place, failed: readonly GrantClause[], trial: GrantTrial, on: Case<GrantDecision>) {
  const object = on.snapshot.objects.get(keyOf(place.grant.id));
  const entry = entryAt<GrantFrom | GrantTo>(place.grant[place.list], place.index);
  if (object === undefined || entry === undefined) return null;
  const was = new Map<string, string | null>(Object.entries(entry));
  const fields = failed.flatMap((clause): readonly EntryField[] => {
    const value = needed(on.decision, trial, clause);
    const field = FIELDS.get(clause)?.field;
    return value === null || field === undefined ? [] : [{ field, was: was.get(field) ?? null, value }];
  });
  const [first, ...others] = fields;
  const at = ["spec", place.list, place.index];
  const edits = editsOf(
    bodyOf(object),
    fields.map(({ field, value }) => ({ path: [...at, field], value })),
  );
  const opens = openedBy(place, new Map(fields.map(({ field, value }) => [field, value])));
  if (first === undefined || edits === null || opens === null) return null;
  return {
    repair: "correct-entry",
    ...place,
    opens,
    change: { change: "edit", id: place.grant.id, edits },
    maker: makerOf(object),
    fields: [first, ...others],
  } satisfies CorrectedEntry;
}

/** Was a namespace mistyped, and nothing else wrong? */
function isNearby({ fields: [{ field, was, value }, ...others] }: CorrectedEntry): boolean {
  return field === "namespace" && others.length === 0 && was !== null && nearWord(was, [value]) !== null;
}

/** The clauses that entries fail; a grant that the API server would refuse may be refused for those. */
const ofEntries = ({ failed }: GrantTrial): readonly GrantClause[] => failed.filter((clause) => FIELDS.has(clause));

/** The entry that fails a trial alone, if nothing uses it, made to say what is needed. */
function* correctedEntry(trial: GrantTrial, on: Case<GrantDecision>): Generator<Candidate> {
  const failed = ofEntries(trial);
  const [list, ...lists] = new Set(failed.map((clause) => FIELDS.get(clause)?.list));
  if (list === undefined || lists.length > 0) return;
  const place: Place = { grant: trial.grant, list, index: trial[list] };
  const astray = failed.filter((clause) => !trial.slips.includes(clause));
  for (const answer of [() => isMeant(astray, trial, on), () => isUnused(place, on)]) {
    const said = answer();
    if (said === "pending") yield "pending";
    if (said !== "yes") return;
  }
  const repair = corrected(place, failed, trial, on);
  if (repair === null) return;
  // What was meant for others is not to open all objects of a kind to these.
  const isWide = repair.opens.to.some(({ name }) => name === null);
  if (isWide && astray.length > 0 && !isNearby(repair)) return;
  yield [repair];
}

/**
 * Entries of grants that were meant for the reference and say something else: the nearest, and those that only slips keep from
 * permitting it. Nothing that uses one of them may be left without it.
 */
export function* correctedEntries(on: Case<GrantDecision>): Generator<Candidate> {
  const inPlace = on.decision.outcome.trials.filter(
    ({ grant, failed }) => failed.length > 0 && !failed.includes("grant.namespace") && !grant.terminating,
  );
  for (const [index, trial] of inPlace.entries()) {
    if (index === 0 || trial.slips.length === ofEntries(trial).length) yield* correctedEntry(trial, on);
  }
}
