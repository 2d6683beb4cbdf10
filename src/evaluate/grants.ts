import { type EntryPart, isSlip } from "../catalogue/names.ts";
import { DISPUTED_REFERENTS } from "../catalogue/referents.ts";
import { type GrantClause, type GrantTrial, type GrantVerdict, unreadClauses } from "../model/decision.ts";
import { type Gap, implementationGaps } from "../model/gap.ts";
import type { Grant, GrantFrom, GrantTo, Indexed } from "../model/grant.ts";
import { inMap, KindMap } from "../model/kind-map.ts";
import { compareIds, type GroupKind, includesGroupKind, keyOf, type NamespacedId } from "../model/object.ts";
import type { GrantReference } from "../model/reference.ts";
import type { Sight } from "../model/sight.ts";
import { disputed, doubt } from "./doubt.ts";
import {
  type Entry,
  entriesOf,
  NamespaceIndex,
  NEAREST_KEPT,
  NO_ENTRIES,
  type Pair,
  pushTo,
  targetKey,
} from "./grant-index.ts";

/** The clauses in the order in which a person checks them; the same order breaks ties between near misses. */
const CLAUSES: readonly {
  readonly clause: GrantClause;
  readonly part: EntryPart;
  readonly needed: (pair: Pair) => string;
  /** What the entry says; null where it takes everything. */
  readonly written: (from: GrantFrom, to: GrantTo) => string | null;
}[] = [
  { clause: "from.group", part: "group", needed: ({ from }) => from.group, written: (from) => from.group },
  { clause: "from.kind", part: "kind", needed: ({ from }) => from.kind, written: (from) => from.kind },
  {
    clause: "from.namespace",
    part: "namespace",
    needed: ({ from }) => from.namespace,
    written: (from) => from.namespace,
  },
  { clause: "to.group", part: "group", needed: ({ to }) => to.group, written: (_from, to) => to.group },
  { clause: "to.kind", part: "kind", needed: ({ to }) => to.kind, written: (_from, to) => to.kind },
  { clause: "to.name", part: "name", needed: ({ to }) => to.name, written: (_from, to) => to.name },
];

const NONE: readonly never[] = [];

function trial(pair: Pair, grant: Grant, from: Indexed<GrantFrom>, to: Indexed<GrantTo>): GrantTrial {
  const failed: GrantClause[] = grant.id.namespace === pair.to.namespace ? [] : ["grant.namespace"];
  const slips: GrantClause[] = [];
  for (const { clause, part, needed, written } of CLAUSES) {
    const text = written(from.entry, to.entry);
    if (text === null || text === needed(pair)) continue;
    failed.push(clause);
    if (isSlip(part, text, needed(pair))) slips.push(clause);
  }
  if (grant.rejected) failed.push("grant.rejected");
  return {
    grant,
    from: from.index,
    to: to.index,
    trusting: pair.from.namespace,
    failed: failed.length === 0 ? NONE : failed,
    slips: slips.length === 0 ? NONE : slips,
  };
}

/** Whether the entry names the very referent, which says more than "every object of the kind". */
function namesReferent({ grant, to, failed }: GrantTrial): boolean {
  return !failed.includes("to.name") && grant.to.some(({ index, entry }) => index === to && entry.name !== null);
}

/**
 * Nearest first: fewest failed clauses that are no slips, then fewest of all, then entries that name the referent, then the clause that is checked first, that of the place last; at last
 * by name and entry, so that the order is the world's own.
 */
function nearest(a: GrantTrial, b: GrantTrial): number {
  // One that stands elsewhere, or is refused, comes after one that stands there and says something else.
  const rank = ({ failed }: GrantTrial) => {
    const first = CLAUSES.findIndex(({ clause }) => clause === failed[0]);
    return first === -1 ? CLAUSES.length : first;
  };
  const astray = ({ failed, slips }: GrantTrial) => failed.length - slips.length;
  return (
    astray(a) - astray(b) ||
    a.failed.length - b.failed.length ||
    Number(namesReferent(b)) - Number(namesReferent(a)) ||
    rank(a) - rank(b) ||
    compareIds(a.grant.id, b.grant.id) ||
    a.from - b.from ||
    a.to - b.to
  );
}

const AT_HOME: GrantVerdict = { verdict: "permitted", witness: { by: "sameNamespace" }, trials: [] };
const CLUSTER_SCOPED: GrantVerdict = { verdict: "permitted", witness: { by: "clusterScoped" }, trials: [] };

/**
 * What was decided of pairs, so that it is decided once. It is looked up by the strings that they have: to make a key of six
 * strings would take longer than most decisions.
 */
class DecidedPairs {
  /** By the kinds of both, the namespaces of referent and referrer, and the name of the referent. */
  readonly #decided = new KindMap<KindMap<Map<string, Map<string, Map<string, GrantVerdict>>>>>();

  of(pair: Pair, decide: (pair: Pair) => GrantVerdict): GrantVerdict {
    const { from, to } = pair;
    const byTarget = this.#decided.of(to, () => new KindMap()).of(from, () => new Map());
    const byReferrer = inMap(byTarget, to.namespace, () => new Map<string, Map<string, GrantVerdict>>());
    const byName = inMap(byReferrer, from.namespace, () => new Map<string, GrantVerdict>());
    return inMap(byName, to.name, () => decide(pair));
  }
}

/** Decides grant references against all grants of a world. */
export interface GrantEvaluator {
  readonly decide: (reference: GrantReference) => GrantVerdict;
}

/**
 * Indexes the grants once. A reference is then held against the grants in its referent's namespace, and, if none
 * permits, against those in other namespaces that would permit it if they stood there: the commonest mistake.
 *
 * @param kinds the kinds of grant that count
 */
export function grantEvaluator(grants: readonly Grant[], sight: Sight, kinds: readonly GroupKind[]): GrantEvaluator {
  const byNamespace = Map.groupBy(grants, (grant) => grant.id.namespace);
  const indices = new Map<string, NamespaceIndex>();
  const indexOf = (namespace: string): NamespaceIndex => {
    const index = indices.get(namespace) ?? NamespaceIndex.of(byNamespace.get(namespace) ?? []);
    indices.set(namespace, index);
    return index;
  };
  // Grants that name an object outright, wherever they stand: if they would permit it, they may only be misplaced.
  const byTarget = new Map<string, Entry[]>();
  for (const entry of entriesOf(grants)) {
    const { name } = entry.to.entry;
    if (name === null || entry.grant.rejected) continue;
    const key = targetKey(entry.from.entry, entry.to.entry, name);
    if ((byTarget.get(key)?.length ?? 0) < NEAREST_KEPT) pushTo(byTarget, key, entry);
  }

  const held = (pair: Pair, entries: readonly Entry[]): readonly GrantTrial[] => {
    const trials = entries.map(({ grant, from, to }) => trial(pair, grant, from, to));
    return trials.length < 2 ? trials : trials.toSorted(nearest);
  };
  const permitting = (pair: Pair): readonly GrantTrial[] => held(pair, indexOf(pair.to.namespace).permitting(pair));

  /** What comes nearest: in the referent's namespace, in the referrer's by mistake, or naming the referent from anywhere. */
  const nearMisses = (pair: Pair): readonly GrantTrial[] => {
    const here = indexOf(pair.to.namespace).nearest(pair);
    const misplaced = [
      ...indexOf(pair.from.namespace).permitting(pair),
      ...(byTarget.get(targetKey(pair.from, pair.to, pair.to.name)) ?? NO_ENTRIES),
    ].filter(({ grant }) => grant.id.namespace !== pair.to.namespace);
    const once = new Map(
      misplaced.map((entry) => [`${keyOf(entry.grant.id)}/${entry.from.index}/${entry.to.index}`, entry]),
    );
    return held(pair, [...here, ...once.values()]).slice(0, NEAREST_KEPT);
  };

  /** The grants' own word on one pair, whatever the implementation makes of it. */
  const decidePair = (pair: Pair): GrantVerdict => {
    const [first, ...others] = permitting(pair);
    if (first !== undefined) {
      const trials = [first, ...others] as const;
      return { verdict: "permitted", witness: { by: "grant", trials }, trials };
    }
    const gap = kinds.map((kind) => sight.hidden(kind, pair.to.namespace)).find((hidden) => hidden !== null);
    const trials = nearMisses(pair);
    if (gap !== undefined) return { verdict: "unknown", gaps: [gap], trials };
    return { verdict: "refused", reason: "RefNotPermitted", trials };
  };

  const known = new DecidedPairs();
  const remembered = (pair: Pair): GrantVerdict => known.of(pair, decidePair);

  const gapOf = implementationGaps();
  /** Where something else has the last word: what the grants say, and the question that is open. */
  const leftOpen = (byGrants: GrantVerdict, gap: Gap): GrantVerdict => ({
    verdict: "unknown",
    gaps: [gap, ...(byGrants.verdict === "unknown" ? byGrants.gaps : [])],
    trials: byGrants.trials,
  });

  /** The trials that fail in nothing but clauses that may not count. */
  const perhapsEnough = (reference: GrantReference): readonly GrantTrial[] => {
    const { referrer, referent, trustedAs } = reference;
    const unread = unreadClauses(reference);
    if (unread.length === 0 || referent.namespace === null) return [];
    const to = { ...referent, namespace: referent.namespace };
    return trustedAs.flatMap(({ group, kind }) => {
      const pair = { from: { group, kind, namespace: referrer.namespace }, to };
      return held(pair, indexOf(to.namespace).matchingBut(unread, pair));
    });
  };

  const crossing = (reference: GrantReference, byGrants: GrantVerdict): GrantVerdict => {
    const { enforcement, scope, referent, referrer, namesUnread } = reference;
    const granted = byGrants.verdict === "permitted";
    const perhaps = perhapsEnough(reference);
    const open = (about: GroupKind, detail: string): GrantVerdict =>
      leftOpen({ ...byGrants, trials: eachOnce([...perhaps, ...byGrants.trials]) }, gapOf(about, detail));
    switch (enforcement) {
      case "ignored":
        return { verdict: "permitted", witness: { by: "unenforced" }, trials: granted ? byGrants.trials : [] };
      case "same-namespace-only":
        return { verdict: "refused", reason: "MustBeLocal", trials: [] };
      case "required":
      case "feature-gated":
      case "disputed":
        if (scope?.regime === "other" && !granted) {
          return open(referent, "whether a grant is needed under such a parent is the implementation's to say");
        }
        if (granted && (enforcement === "disputed" || includesGroupKind(DISPUTED_REFERENTS, referent))) {
          return open(referent, disputed(reference));
        }
        if (!granted && namesUnread && perhaps.length > 0) return open(referrer, doubt(reference));
        return byGrants;
      case "mode":
      case "declared":
      case "unverified":
        return granted && !reference.trustUnknown ? byGrants : open(referrer, doubt(reference));
      case "generated":
        return open(referrer, doubt(reference));
    }
  };

  /** Any of the kinds that the implementation may look at is enough; the first speaks for the rest. */
  const heldFrom = (namespace: string, { trustedAs }: GrantReference, to: NamespacedId): GrantVerdict => {
    const [first, ...others] = trustedAs;
    const verdictOf = ({ group, kind }: GroupKind): GrantVerdict =>
      remembered({ from: { group, kind, namespace }, to });
    const best = verdictOf(first);
    if (best.verdict === "permitted") return best;
    return others.map(verdictOf).find(({ verdict }) => verdict === "permitted") ?? best;
  };

  /** Objects that are generated in several namespaces: permitted if all are, and otherwise the implementation's to say. */
  const generated = (reference: GrantReference, homes: readonly string[], to: NamespacedId): GrantVerdict => {
    const verdicts = homes.map((home) => ({ home, ...heldFrom(home, reference, to) }));
    const witnesses = verdicts.flatMap(({ verdict, trials }) => (verdict === "permitted" ? trials : []));
    const [first, ...others] = witnesses;
    if (first !== undefined && verdicts.every(({ verdict }) => verdict === "permitted")) {
      return { verdict: "permitted", witness: { by: "grant", trials: [first, ...others] }, trials: witnesses };
    }
    const lacking = verdicts.filter(({ verdict }) => verdict !== "permitted");
    const gaps = lacking.flatMap((verdict) => (verdict.verdict === "unknown" ? verdict.gaps : []));
    const gap = gapOf(reference.referrer, doubt({ ...reference, heldIn: lacking.map(({ home }) => home) }));
    const trials = [...lacking.flatMap((verdict) => verdict.trials), ...witnesses];
    return { verdict: "unknown", gaps: [gap, ...new Set(gaps)], trials };
  };

  const decideCrossing = (reference: GrantReference, to: NamespacedId): GrantVerdict => {
    const { referrer, scope, trustedAs, asksUnderMesh, heldIn } = reference;
    if (scope?.regime === "mesh" && !asksUnderMesh) {
      const from = { namespace: referrer.namespace };
      const trials = trustedAs.flatMap(({ group, kind }) => permitting({ from: { group, kind, ...from }, to }));
      return { verdict: "permitted", witness: { by: "meshExemption" }, trials };
    }
    const away = (heldIn ?? []).filter((home) => home !== to.namespace);
    if (away.length > 0) return generated(reference, away, to);
    return crossing(reference, heldFrom(referrer.namespace, reference, to));
  };

  /** Is the reference at home wherever it is held against grants? */
  const staysAtHome = ({ referrer, heldIn, asksAtHome }: GrantReference, namespace: string): boolean => {
    const homes = heldIn === null || heldIn.length === 0 ? [referrer.namespace] : heldIn;
    return !asksAtHome && homes.every((home) => home === namespace);
  };

  return {
    decide: (reference) => {
      const { referent, doubt: gap } = reference;
      const { namespace } = referent;
      if (namespace === null) return CLUSTER_SCOPED;
      const home = staysAtHome(reference, namespace);
      // What makes the same of other namespaces can be unseen; whether a selector takes in what is at home does not matter.
      if (home && (gap === null || reference.heldIn === null)) return AT_HOME;
      const to = { ...referent, namespace };
      const verdict = home ? AT_HOME : decideCrossing(reference, to);
      // A grant settles what is only left open; what was not seen it does not show.
      const settled = gap === null || (gap.cause === "implementation" && verdict.verdict === "permitted");
      return settled ? verdict : leftOpen(verdict, gap);
    },
  };
}

/** One trial for each pair of entries, the first of them. */
function eachOnce(trials: readonly GrantTrial[]): readonly GrantTrial[] {
  const known = new Map<string, GrantTrial>();
  for (const trial of trials) {
    const key = `${keyOf(trial.grant.id)}/${trial.from}/${trial.to}/${trial.trusting}`;
    if (!known.has(key)) known.set(key, trial);
  }
  return [...known.values()];
}
