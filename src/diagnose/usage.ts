import { inertFrom, inertTo, livePairs } from "../catalogue/grants.ts";
import { NAMESPACE } from "../catalogue/kinds.ts";
import { grantUsers, isKnownPair, maySelect } from "../catalogue/referents.ts";
import { type Decision, type GrantDecision, type GrantTrial, unreadClauses } from "../model/decision.ts";
import type { Grant, GrantFrom, GrantTo } from "../model/grant.ts";
import { groupKindKey } from "../model/object.ts";
import type { GrantReport, PairUsage, Usage } from "../model/report.ts";
import type { Sight } from "../model/sight.ts";

/** What usage is told from. */
export interface UsageEvidence {
  readonly grants: readonly Grant[];
  readonly decisions: readonly Decision[];
  readonly sight: Sight;
}

interface Tally {
  /** `from/to` by index. */
  readonly pairs: Set<string>;
  /**
   * Pairs that a reference may use: under a mesh that asks for a grant after all (docs/rules.md §2.6), or where a grant is needed and
   * may not be enough (§2.9).
   */
  readonly perhaps: Set<string>;
  readonly uses: Decision[];
}

const pairKey = (from: number, to: number): string => `${from}/${to}`;

/** The trials that a decision rests on, and whether it is certain that it does. */
function reliance({ reference, outcome }: GrantDecision): {
  readonly trials: readonly GrantTrial[];
  readonly certain: boolean;
} {
  const unread = unreadClauses(reference);
  const passed = outcome.trials.filter(({ failed }) => failed.every((clause) => unread.includes(clause)));
  return { trials: passed, certain: outcome.verdict === "permitted" && outcome.witness.by === "grant" };
}

function tallyUses(decisions: readonly Decision[]): ReadonlyMap<Grant, Tally> {
  const tallies = new Map<Grant, Tally>();
  for (const decision of decisions) {
    if (decision.handshake !== "grant") continue;
    const { trials, certain } = reliance(decision);
    for (const { grant, from, to } of trials) {
      const tally = tallies.get(grant) ?? { pairs: new Set(), perhaps: new Set(), uses: [] };
      tallies.set(grant, tally);
      (certain ? tally.pairs : tally.perhaps).add(pairKey(from, to));
      if (certain && tally.uses.at(-1) !== decision) tally.uses.push(decision);
    }
  }
  return tallies;
}

/** A pair's usage gives that of its entries: used if any is, else unknown if any is, else unused. */
function together(pairs: readonly PairUsage[]): Usage {
  if (pairs.some(({ usage }) => usage === "used")) return "used";
  return pairs.some(({ usage }) => usage === "unknown") ? "unknown" : "unused";
}

/**
 * For every grant, every pair and every entry of it, whether a decision relies on it. What can match nothing is unused;
 * what only a referrer can use that nobody saw, or a kind that is not in the catalogue, is unknown (docs/rules.md §2.7).
 */
export function usageOf(evidence: UsageEvidence): readonly GrantReport[] {
  const { grants, decisions, sight } = evidence;
  const tallies = tallyUses(decisions);
  const unseen = new Map<string, boolean>();
  const unseenReferrer = (from: GrantFrom, to: GrantTo): boolean => {
    const key = `${groupKindKey(from)}/${from.namespace}/${groupKindKey(to)}`;
    const answer =
      unseen.get(key) ??
      grantUsers(from, to).some(({ kind, anywhere }) => sight.hidden(kind, anywhere ? null : from.namespace) !== null);
    unseen.set(key, answer);
    return answer;
  };
  /** What a selector would have found by its labels, or by those of its namespace. */
  const unseenReferent = ({ id }: Grant, from: GrantFrom, to: GrantTo): boolean =>
    maySelect(from, to) && (sight.hidden(to, id.namespace) !== null || sight.hidden(NAMESPACE, null) !== null);
  const mayBeUsed = (grant: Grant, from: GrantFrom, to: GrantTo): boolean =>
    unseenReferrer(from, to) || unseenReferent(grant, from, to) || !isKnownPair(from, to);
  return grants.map((grant): GrantReport => {
    const tally = tallies.get(grant);
    const pairs = grant.from.flatMap((from) =>
      grant.to.map((to): PairUsage => {
        const inert = grant.rejected || inertFrom(grant, from.entry) !== null || inertTo(grant, to.entry) !== null;
        const key = pairKey(from.index, to.index);
        const doubt = !inert && (mayBeUsed(grant, from.entry, to.entry) || tally?.perhaps.has(key) === true);
        const used = tally?.pairs.has(key) === true;
        return { from: from.index, to: to.index, inert, usage: used ? "used" : doubt ? "unknown" : "unused" };
      }),
    );
    return {
      grant,
      usage: together(pairs),
      inert: grant.rejected || livePairs(grant).length === 0,
      pairs,
      from: new Map(grant.from.map(({ index }) => [index, together(pairs.filter(({ from }) => from === index))])),
      to: new Map(grant.to.map(({ index }) => [index, together(pairs.filter(({ to }) => to === index))])),
      uses: tally?.uses ?? [],
      at: sight.get(grant.id)?.locate([]) ?? null,
    };
  });
}
