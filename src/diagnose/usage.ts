import type { Decision } from "../model/decision.ts";
import type { Grant, GrantFrom } from "../model/grant.ts";
import { type GroupKind, groupKindKey, sameGroupKind } from "../model/object.ts";
import type { GrantReport, Usage } from "../model/report.ts";
import type { Sight } from "../model/snapshot.ts";

/** What usage is told from. */
export interface UsageEvidence {
  readonly grants: readonly Grant[];
  readonly decisions: readonly Decision[];
  readonly sight: Sight;
  /** Kinds that the catalogue knows as referrers. */
  readonly referrerKinds: readonly GroupKind[];
}

interface Tally {
  readonly from: Set<number>;
  readonly to: Set<number>;
  readonly uses: Decision[];
}

/** A referrer that nobody saw may rely on the entry: its kind is not in the catalogue, or hidden in that namespace. */
function mayHaveUnseenUser(from: GrantFrom, { sight, referrerKinds }: UsageEvidence): boolean {
  if (!referrerKinds.some((kind) => sameGroupKind(kind, from))) return true;
  return sight.hidden(from, from.namespace) !== null;
}

/** For every grant, and every entry of it, whether a decision relies on it. */
export function usageOf(evidence: UsageEvidence): readonly GrantReport[] {
  const tallies = new Map<Grant, Tally>();
  for (const decision of evidence.decisions) {
    if (decision.handshake !== "grant" || decision.outcome.verdict !== "permitted") continue;
    const { witness } = decision.outcome;
    if (witness.by !== "grant") continue;
    for (const { grant, from, to } of witness.trials) {
      const tally = tallies.get(grant) ?? { from: new Set(), to: new Set(), uses: [] };
      tallies.set(grant, tally);
      tally.from.add(from);
      tally.to.add(to);
      if (tally.uses.at(-1) !== decision) tally.uses.push(decision);
    }
  }
  const unseen = new Map<string, boolean>();
  const unseenUser = (from: GrantFrom): boolean => {
    const key = `${groupKindKey(from)}/${from.namespace}`;
    const answer = unseen.get(key) ?? mayHaveUnseenUser(from, evidence);
    unseen.set(key, answer);
    return answer;
  };
  return evidence.grants.map((grant): GrantReport => {
    const tally = tallies.get(grant);
    const anyUnseen = grant.from.some(({ entry }) => unseenUser(entry));
    const usage = (used: boolean | undefined, doubt: boolean): Usage => (used ? "used" : doubt ? "unknown" : "unused");
    return {
      grant,
      usage: usage(tally !== undefined, anyUnseen),
      from: new Map(grant.from.map(({ index, entry }) => [index, usage(tally?.from.has(index), unseenUser(entry))])),
      to: new Map(grant.to.map(({ index }) => [index, usage(tally?.to.has(index), anyUnseen)])),
      uses: tally?.uses ?? [],
      at: evidence.sight.get(grant.id)?.locate([]) ?? null,
    };
  });
}
