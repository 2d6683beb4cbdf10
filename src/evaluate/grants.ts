import { REFERENCE_GRANT } from "../catalogue/kinds.ts";
import type { GrantClause, GrantTrial, GrantVerdict } from "../model/decision.ts";
import type { Grant, GrantFrom, GrantTo, Indexed } from "../model/grant.ts";
import { compareIds, type GroupKind, keyOf, type NamespacedId } from "../model/object.ts";
import type { GrantReference } from "../model/reference.ts";
import type { Sight } from "../model/snapshot.ts";

/** The side of a reference that a grant looks at: the referrer by kind and namespace, the referent by name too. */
interface Pair {
  readonly from: GrantFrom;
  readonly to: NamespacedId;
}

/** The clauses in the order in which a person checks them; the same order breaks ties between near misses. */
const CLAUSES: readonly {
  readonly clause: GrantClause;
  readonly holds: (pair: Pair, from: GrantFrom, to: GrantTo) => boolean;
}[] = [
  { clause: "from.group", holds: (pair, from) => from.group === pair.from.group },
  { clause: "from.kind", holds: (pair, from) => from.kind === pair.from.kind },
  { clause: "from.namespace", holds: (pair, from) => from.namespace === pair.from.namespace },
  { clause: "to.group", holds: (pair, _from, to) => to.group === pair.to.group },
  { clause: "to.kind", holds: (pair, _from, to) => to.kind === pair.to.kind },
  { clause: "to.name", holds: (pair, _from, to) => to.name === null || to.name === pair.to.name },
];

function trial(pair: Pair, grant: Grant, from: Indexed<GrantFrom>, to: Indexed<GrantTo>): GrantTrial {
  const failed = CLAUSES.filter(({ holds }) => !holds(pair, from.entry, to.entry)).map(({ clause }) => clause);
  const elsewhere = grant.id.namespace !== pair.to.namespace;
  return { grant, from: from.index, to: to.index, failed: elsewhere ? ["grant.namespace", ...failed] : failed };
}

/** Whether the entry names the very referent, which says more than "every object of the kind". */
function namesReferent({ grant, to, failed }: GrantTrial): boolean {
  return !failed.includes("to.name") && grant.to.some(({ index, entry }) => index === to && entry.name !== null);
}

/**
 * Nearest first: fewest failed clauses, then entries that name the referent, then the clause that is checked first; at last
 * by name and entry, so that the order is the world's own.
 */
function nearest(a: GrantTrial, b: GrantTrial): number {
  const rank = ({ failed: [first] }: GrantTrial) => CLAUSES.findIndex(({ clause }) => clause === first);
  return (
    a.failed.length - b.failed.length ||
    Number(namesReferent(b)) - Number(namesReferent(a)) ||
    rank(a) - rank(b) ||
    compareIds(a.grant.id, b.grant.id) ||
    a.from - b.from ||
    a.to - b.to
  );
}

interface Entry {
  readonly grant: Grant;
  readonly from: Indexed<GrantFrom>;
  readonly to: Indexed<GrantTo>;
}

/** Every `from` with every `to` of each grant. */
function* entriesOf(grants: readonly Grant[]): Generator<Entry> {
  for (const grant of grants) {
    for (const from of grant.from) for (const to of grant.to) yield { grant, from, to };
  }
}

/** How many near misses a decision keeps. More would not be read, and a namespace may hold thousands of entries. */
const NEAREST_KEPT = 8;

/** Stands for every name in a key; no object is called so. */
const ANY_NAME = "";

function targetKey(from: GrantFrom, to: GroupKind, name: string): string {
  return `${from.group}/${from.kind}/${from.namespace}/${to.group}/${to.kind}/${name}`;
}

function pushTo<T>(index: Map<string, T[]>, key: string, value: T): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [value]);
  else known.push(value);
}

const NO_ENTRIES: readonly Entry[] = [];

/**
 * The entries of the grants of one namespace, so that what permits a reference, and what fails it in one clause only, is
 * found without going through the others.
 */
class NamespaceIndex {
  readonly #grants: readonly Grant[];
  /** By `from`, kind and name of `to`; ANY_NAME where every name is meant. */
  readonly #permitting = new Map<string, Entry[]>();
  #nearMisses: Map<string, Entry[]> | null = null;

  constructor(grants: readonly Grant[]) {
    this.#grants = grants;
    for (const entry of entriesOf(this.#grants)) {
      const { name } = entry.to.entry;
      pushTo(this.#permitting, targetKey(entry.from.entry, entry.to.entry, name ?? ANY_NAME), entry);
    }
  }

  /** The entries that match the pair in every clause but the namespace, which is this one. */
  permitting({ from, to }: Pair): readonly Entry[] {
    return [
      ...(this.#permitting.get(targetKey(from, to, ANY_NAME)) ?? NO_ENTRIES),
      ...(this.#permitting.get(targetKey(from, to, to.name)) ?? NO_ENTRIES),
    ];
  }

  /** Entries that fail in one clause; where there is none, some of all. */
  nearest({ from, to }: Pair): readonly Entry[] {
    this.#nearMisses ??= this.#indexNearMisses();
    const index = this.#nearMisses;
    const keys = [...missKeys(from, to, to.name), ...missKeys(from, to, ANY_NAME)];
    const near = new Set(keys.flatMap((key) => index.get(key) ?? NO_ENTRIES));
    return near.size > 0 ? [...near] : [...entriesOf(this.#grants).take(MOST_SCANNED)];
  }

  #indexNearMisses(): Map<string, Entry[]> {
    const index = new Map<string, Entry[]>();
    for (const entry of entriesOf(this.#grants)) {
      for (const key of missKeys(entry.from.entry, entry.to.entry, entry.to.entry.name ?? ANY_NAME)) {
        if ((index.get(key)?.length ?? 0) < NEAREST_KEPT) pushTo(index, key, entry);
      }
    }
    return index;
  }
}

/** Where nothing comes near, it does not matter which of many entries is shown. */
const MOST_SCANNED = 256;

/** A key for each clause left out: what shares one differs in that clause at most. */
function missKeys(from: GrantFrom, to: GroupKind, name: string): readonly string[] {
  const parts = [from.group, from.kind, from.namespace, to.group, to.kind, name];
  return parts.map((_, left) => `${left}/${parts.map((part, at) => (at === left ? "" : part)).join("/")}`);
}

/** Decides grant references against all grants of a world. */
export interface GrantEvaluator {
  readonly decide: (reference: GrantReference) => GrantVerdict;
}

/**
 * Indexes the grants once. A reference is then held against the grants in its referent's namespace, and, if none
 * permits, against those in other namespaces that would permit it if they stood there: the commonest mistake.
 */
export function grantEvaluator(grants: readonly Grant[], sight: Sight): GrantEvaluator {
  const byNamespace = Map.groupBy(grants, (grant) => grant.id.namespace);
  const indices = new Map<string, NamespaceIndex>();
  const indexOf = (namespace: string): NamespaceIndex => {
    const index = indices.get(namespace) ?? new NamespaceIndex(byNamespace.get(namespace) ?? []);
    indices.set(namespace, index);
    return index;
  };
  // Grants that name an object outright, wherever they stand: if they would permit it, they may only be misplaced.
  const byTarget = new Map<string, Entry[]>();
  for (const entry of entriesOf(grants)) {
    const { name } = entry.to.entry;
    if (name === null) continue;
    const key = targetKey(entry.from.entry, entry.to.entry, name);
    if ((byTarget.get(key)?.length ?? 0) < NEAREST_KEPT) pushTo(byTarget, key, entry);
  }

  const held = (pair: Pair, entries: readonly Entry[]): readonly GrantTrial[] =>
    entries.map(({ grant, from, to }) => trial(pair, grant, from, to)).toSorted(nearest);
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

  const verdict = (pair: Pair): GrantVerdict => {
    const [first, ...others] = permitting(pair);
    if (first !== undefined) {
      const trials = [first, ...others] as const;
      return { verdict: "permitted", witness: { by: "grant", trials }, trials };
    }
    const gap = sight.hidden(REFERENCE_GRANT, pair.to.namespace);
    const trials = nearMisses(pair);
    if (gap !== null) return { verdict: "unknown", gaps: [gap], trials };
    return { verdict: "refused", reason: "RefNotPermitted", trials };
  };

  const known = new Map<string, GrantVerdict>();
  return {
    decide: ({ referrer, referent, scope }) => {
      const { namespace } = referent;
      if (namespace === null) return { verdict: "permitted", witness: { by: "clusterScoped" }, trials: [] };
      if (namespace === referrer.namespace) {
        return { verdict: "permitted", witness: { by: "sameNamespace" }, trials: [] };
      }
      const pair: Pair = { from: referrer, to: { ...referent, namespace } };
      if (scope?.regime === "mesh") {
        return { verdict: "permitted", witness: { by: "meshExemption" }, trials: permitting(pair) };
      }
      const key = `${targetKey(referrer, referent, referent.name)}/${namespace}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const decided = verdict(pair);
      known.set(key, decided);
      return decided;
    },
  };
}
