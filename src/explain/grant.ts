import { inertFrom, inertTo, livePairs } from "../catalogue/grants.ts";
import { NAMESPACE } from "../catalogue/kinds.ts";
import { kindInfo } from "../catalogue/known.ts";
import { openingFor } from "../catalogue/new-grants.ts";
import { type GrantPair, productsOf } from "../catalogue/products.ts";
import { grantUsers, OPENED_KINDS } from "../catalogue/referents.ts";
import { type Decision, unreadClauses } from "../model/decision.ts";
import type { Change, GrantExplanation, OpenedKind, PairMeaning } from "../model/explanation.ts";
import type { Gap } from "../model/gap.ts";
import type { Grant, GrantEntries, GrantFrom, GrantTo } from "../model/grant.ts";
import { type GroupKind, groupKindKey, includesGroupKind, type ObjectId } from "../model/object.ts";
import type { Reference } from "../model/reference.ts";
import type { GrantReport, Usage } from "../model/report.ts";
import type { Sight } from "../model/sight.ts";
import { usesOf } from "./uses.ts";
import { changesIn, type Lookout, type Weighed } from "./weighed.ts";

/** May a reference rely on the grant? Clauses that may not count are left out. */
export function mayRelyOn({ id, from, to }: Grant, reference: Reference): boolean {
  if (reference.handshake !== "grant") return false;
  const { referrer, referent, trustedAs, heldIn } = reference;
  if (referent.namespace !== id.namespace) return false;
  const unread = unreadClauses(reference);
  const homes = [referrer.namespace, ...(heldIn ?? [])];
  return (
    from.some(
      ({ entry }) =>
        (unread.includes("from.kind") || includesGroupKind(trustedAs, entry)) &&
        (unread.includes("from.namespace") || homes.includes(entry.namespace)),
    ) &&
    to.some(
      ({ entry }) =>
        groupKindKey(entry) === groupKindKey(referent) &&
        (entry.name === null || entry.name === referent.name || unread.includes("to.name")),
    )
  );
}

/**
 * What hides those who may use a pair. All of them are asked for at once.
 *
 * @param slip whether a kind in it is a slip of another, so that only those may use it who may look at any kind
 */
function hiddenUsers(from: GrantFrom, to: GrantTo, slip: boolean, lookout: Lookout): readonly Gap[] {
  const gaps = grantUsers(from, to)
    .filter(({ anyTrust }) => anyTrust || !slip)
    .map(({ kind, anywhere }) => lookout.hidden(kind, anywhere ? null : from.namespace));
  return [...new Set(gaps.filter((gap) => gap !== null))];
}

/** What a pair names and is known not to exist. */
function missingOf({ id }: Grant, from: GrantFrom, to: GrantTo, sight: Sight): readonly ObjectId[] {
  const home: ObjectId = { ...NAMESPACE, namespace: null, name: from.namespace };
  const isRead = to.name !== null && kindInfo(to) !== undefined && includesGroupKind(OPENED_KINDS, to);
  const target = isRead ? [{ group: to.group, kind: to.kind, namespace: id.namespace, name: to.name ?? "" }] : [];
  return [home, ...target].filter((named) => sight.existence(named) === "missing");
}

function pairsOf({ grant, report, weighed, lookout, isSlip }: GrantView): readonly PairMeaning[] {
  const usesBy = usesOf(weighed.decisions);
  const usages = new Map(report?.pairs.map(({ from, to, usage }) => [`${from}/${to}`, usage]));
  return grant.from.flatMap((from) =>
    grant.to.map((to): PairMeaning => {
      const inert = inertFrom(grant, from.entry) ?? inertTo(grant, to.entry);
      const key = `${from.index}/${to.index}`;
      const { uses, perhaps } = usesBy(grant, from.index, to.index);
      const slip = uses.length + perhaps.length === 0 && isSlip(from.entry, to.entry);
      const idle = inert !== null || grant.rejected || report === null;
      const hidden = idle ? [] : hiddenUsers(from.entry, to.entry, slip, lookout);
      return {
        from: from.index,
        to: to.index,
        inert,
        usage: slip && hidden.length === 0 ? "unused" : (usages.get(key) ?? "unused"),
        uses,
        perhaps,
        missing: idle || slip ? [] : missingOf(grant, from.entry, to.entry, weighed.sight),
        hidden,
      };
    }),
  );
}

/** How many objects an entry without a name opens. What files do not hold may exist all the same. */
function openedKinds(grant: Grant, weighed: Weighed, closed: boolean): readonly OpenedKind[] {
  const every = livePairs(grant).flatMap(({ to: { entry } }) => (entry.name === null ? [entry] : []));
  const kinds = new Map(every.map(({ group, kind }) => [groupKindKey({ group, kind }), { group, kind }]));
  return [...kinds.values()].map((groupKind) => {
    const seen =
      closed && kindInfo(groupKind) !== undefined && weighed.sight.hidden(groupKind, grant.id.namespace) === null;
    const here = () => weighed.sight.objectsOf(groupKind).filter(({ id }) => id.namespace === grant.id.namespace);
    return { groupKind, count: seen ? here().length : null };
  });
}

/** Does the grant permit more than is used? */
function isWider(grant: Grant, pairs: readonly PairMeaning[]): boolean {
  const anyName = new Set(grant.to.filter(({ entry }) => entry.name === null).map(({ index }) => index));
  return pairs.some(({ inert, usage, to }) => inert === null && (usage === "unused" || anyName.has(to)));
}

/** Who uses what by a pair, each of them once. */
function usedPairs(grant: Grant, pairs: readonly PairMeaning[]): readonly GrantPair[] {
  return pairs.flatMap((pair) => {
    const from = grant.from.find(({ index }) => index === pair.from)?.entry;
    if (from === undefined) return [];
    return pair.uses.map(({ reference }) => ({ from, to: openingFor(reference) }));
  });
}

/** The same use in as few grants as were found to permit nothing else. Of a use that is not all known nothing is said. */
function tighterThan(grant: Grant, pairs: readonly PairMeaning[]): readonly GrantEntries[] {
  const open = pairs.some(({ usage, perhaps, hidden }) => usage === "unknown" || perhaps.length + hidden.length > 0);
  return open || !isWider(grant, pairs) ? [] : productsOf(usedPairs(grant, pairs));
}

/** Is it a loss, or one that another grant makes good? */
const isTold = ({ before, after }: Change): boolean =>
  before.outcome.verdict !== after.outcome.verdict || reliesOnGrants(before);

const reliesOnGrants = ({ outcome }: Decision): boolean =>
  outcome.verdict === "permitted" && outcome.witness.by === "grant";

/** What a grant means, as far as it is told from the references that may rely on it. */
export type GrantMeaning = Pick<GrantExplanation, "usage" | "pairs" | "opened" | "ifDeleted" | "tighter">;

/** What a grant is looked at with. */
export interface GrantView {
  readonly grant: Grant;
  /** Its usage; null for a grant that is not in force. */
  readonly report: GrantReport | null;
  /** The references that may rely on it. */
  readonly weighed: Weighed;
  readonly lookout: Lookout;
  readonly closed: boolean;
  /** Is one of the kinds written where another is meant, so that the entries match nothing? */
  readonly isSlip: (from: GroupKind, to: GroupKind) => boolean;
}

/** A grant is used if any pair of it is, else that is unknown if it is of any. */
function usageOfPairs(pairs: readonly { readonly usage: Usage }[]): Usage {
  const usages = pairs.map(({ usage }) => usage);
  return usages.includes("used") ? "used" : usages.includes("unknown") ? "unknown" : "unused";
}

/** What is known of a grant, without the entries that match nothing since a kind in them is a slip of another. */
export function withoutSlips(report: GrantReport, isSlip: GrantView["isSlip"]): GrantReport {
  const { grant } = report;
  const pairs = report.pairs.filter(({ from, to, usage }) => {
    const trusted = grant.from.find(({ index }) => index === from);
    const opened = grant.to.find(({ index }) => index === to);
    return usage === "used" || trusted === undefined || opened === undefined || !isSlip(trusted.entry, opened.entry);
  });
  if (pairs.length === report.pairs.length) return report;
  const from = grant.from.filter(({ index }) => pairs.some((pair) => pair.from === index));
  const to = grant.to.filter(({ index }) => pairs.some((pair) => pair.to === index));
  return {
    ...report,
    grant: { ...grant, from, to },
    pairs,
    usage: usageOfPairs(pairs),
    inert: pairs.every(({ inert }) => inert),
  };
}

/** Tells what a grant permits, who relies on it, and what would be left without it. */
export function meaningOfGrant(view: GrantView): GrantMeaning {
  const { grant, report, weighed, lookout, closed } = view;
  const pairs = pairsOf(view);
  // Whether others cover what it permits depends on all that are there.
  for (const kind of weighed.extracted.grantKinds) lookout.hidden(kind, grant.id.namespace);
  const others = weighed.extracted.grants.filter((other) => other !== grant);
  const relying = weighed.decisions.filter(({ outcome }) =>
    outcome.trials.some((trial) => "grant" in trial && trial.grant === grant),
  );
  return {
    usage: usageOfPairs(pairs),
    pairs,
    opened: report === null || grant.rejected ? [] : openedKinds(grant, weighed, closed),
    ifDeleted: report === null ? [] : changesIn(weighed, { grants: others }, relying).filter(isTold),
    tighter: report === null ? [] : tighterThan(grant, pairs),
  };
}
