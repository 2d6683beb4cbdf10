import { type Decision, type GrantDecision, unreadClauses } from "../model/decision.ts";
import type { Grant } from "../model/grant.ts";

/** The references that one pair of entries permits, and those that it may permit. */
export interface PairUses {
  readonly uses: readonly GrantDecision[];
  readonly perhaps: readonly GrantDecision[];
}

interface Growing {
  readonly uses: GrantDecision[];
  readonly perhaps: GrantDecision[];
}

const NO_USES: PairUses = { uses: [], perhaps: [] };

/** Who relies on each `from` with each `to` of each grant, from one pass over the decisions. */
export function usesOf(decisions: readonly Decision[]): (grant: Grant, from: number, to: number) => PairUses {
  const byGrant = new Map<Grant, Map<string, Growing>>();
  for (const decision of decisions) {
    if (decision.handshake !== "grant") continue;
    const { outcome, reference } = decision;
    const unread = unreadClauses(reference);
    const certain = outcome.verdict === "permitted" && outcome.witness.by === "grant";
    for (const { grant, from, to, failed } of outcome.trials) {
      if (!failed.every((clause) => unread.includes(clause))) continue;
      const pairs = byGrant.get(grant) ?? new Map<string, Growing>();
      byGrant.set(grant, pairs);
      const pair = pairs.get(`${from}/${to}`) ?? { uses: [], perhaps: [] };
      pairs.set(`${from}/${to}`, pair);
      const list = certain ? pair.uses : pair.perhaps;
      if (list.at(-1) !== decision) list.push(decision);
    }
  }
  return (grant, from, to) => byGrant.get(grant)?.get(`${from}/${to}`) ?? NO_USES;
}
