import { meantGroup, meantKind } from "../catalogue/names.ts";
import type { GrantClause } from "../model/decision.ts";
import type { Grant, GrantFrom, GrantTo, Indexed } from "../model/grant.ts";
import type { GroupKind, NamespacedId } from "../model/object.ts";

/** The side of a reference that a grant looks at: the referrer by kind and namespace, the referent by name too. */
export interface Pair {
  readonly from: GrantFrom;
  readonly to: NamespacedId;
}

/** An entry of `from` with one of `to`, in their grant. */
export interface Entry {
  readonly grant: Grant;
  readonly from: Indexed<GrantFrom>;
  readonly to: Indexed<GrantTo>;
}

/** Every `from` with every `to` of each grant. */
export function* entriesOf(grants: readonly Grant[]): Generator<Entry> {
  for (const grant of grants) {
    for (const from of grant.from) for (const to of grant.to) yield { grant, from, to };
  }
}

/** How many near misses a decision keeps. More would not be read, and a namespace may hold thousands of entries. */
export const NEAREST_KEPT = 8;

/** Stands for every name in a key; no object is called so. */
const ANY_NAME = "";

/** What a reference and an entry that permits it have in common. */
export function targetKey(from: GrantFrom, to: GroupKind, name: string): string {
  return `${from.group}/${from.kind}/${from.namespace}/${to.group}/${to.kind}/${name}`;
}

export function pushTo<T>(index: Map<string, T[]>, key: string, value: T): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [value]);
  else known.push(value);
}

export const NO_ENTRIES: readonly Entry[] = [];

/** The last index of grants that begin with this one: a world that is judged again has mostly the same. */
const MADE = new WeakMap<Grant, NamespaceIndex>();

const EVERY_CLAUSE_COUNTS: readonly GrantClause[] = [];

/**
 * The entries of the grants of one namespace, so that what permits a reference, and what fails it in one clause only, is
 * found without going through the others.
 */
export class NamespaceIndex {
  readonly #grants: readonly Grant[];
  readonly #entries: readonly Entry[];
  #nearMisses: Map<string, Entry[]> | null = null;
  /** By what was meant: entries that only slips keep from matching. */
  #slips: Map<string, Entry[]> | null = null;
  /** By the clauses that do not count, then by what is left; ANY_NAME where every name is meant. */
  readonly #matching = new Map<string, Map<string, Entry[]>>();

  private constructor(grants: readonly Grant[]) {
    this.#grants = grants;
    this.#entries = [...entriesOf(grants)];
  }

  /** The index of these very grants: the one that was made of them before, if there is one. */
  static of(grants: readonly Grant[]): NamespaceIndex {
    const [first] = grants;
    const known = first === undefined ? undefined : MADE.get(first);
    if (known?.isOf(grants) === true) return known;
    const made = new NamespaceIndex(grants);
    if (first !== undefined) MADE.set(first, made);
    return made;
  }

  /** Whether it is as quick to go through all entries as to look some of them up. Most namespaces have few. */
  get #isSmall(): boolean {
    return this.#entries.length <= NEAREST_KEPT;
  }

  /** Is it of these very grants? */
  isOf(grants: readonly Grant[]): boolean {
    return this.#grants.length === grants.length && grants.every((grant, at) => grant === this.#grants[at]);
  }

  /** The entries that match the pair in every clause but the namespace, which is this one. */
  permitting(pair: Pair): readonly Entry[] {
    return this.matchingBut(EVERY_CLAUSE_COUNTS, pair);
  }

  /** Entries that fail in one clause, or by slips alone; where there is none, some of all. */
  nearest(pair: Pair): readonly Entry[] {
    if (this.#isSmall) {
      const near = this.#entries.filter((entry) => isNear(entry, pair));
      return near.length > 0 ? near : this.#entries;
    }
    const { from, to } = pair;
    this.#nearMisses ??= this.#indexNearMisses();
    this.#slips ??= this.#indexSlips();
    const misses = this.#nearMisses;
    const slips = this.#slips;
    const near = new Set([
      ...[to.name, ANY_NAME]
        .flatMap((name) => missKeys(from, to, name))
        .flatMap((key) => misses.get(key) ?? NO_ENTRIES),
      ...meantKeys(from, to).flatMap((key) => slips.get(key) ?? NO_ENTRIES),
    ]);
    return near.size > 0 ? [...near] : this.#entries.slice(0, MOST_SCANNED);
  }

  /** Every entry that fails in none but these clauses. */
  matchingBut(unread: readonly GrantClause[], pair: Pair): readonly Entry[] {
    if (this.#isSmall) {
      return this.#entries.filter((entry) => !entry.grant.rejected && matchesBut(unread, entry, pair));
    }
    const { from, to } = pair;
    const kept = unread.join();
    const index = this.#matching.get(kept) ?? this.#indexMatching(unread);
    this.#matching.set(kept, index);
    const names = unread.includes("to.name") ? [ANY_NAME] : [ANY_NAME, to.name];
    return names.flatMap((name) => index.get(looseKey(unread, from, to, name)) ?? NO_ENTRIES);
  }

  #indexMatching(unread: readonly GrantClause[]): Map<string, Entry[]> {
    const index = new Map<string, Entry[]>();
    for (const entry of this.#entries) {
      if (entry.grant.rejected) continue;
      pushTo(index, looseKey(unread, entry.from.entry, entry.to.entry, entry.to.entry.name ?? ANY_NAME), entry);
    }
    return index;
  }

  #indexSlips(): Map<string, Entry[]> {
    const index = new Map<string, Entry[]>();
    for (const entry of this.#entries) {
      const key = meantKey(entry.from.entry, entry.to.entry, entry.to.entry.name ?? ANY_NAME);
      if ((index.get(key)?.length ?? 0) < NEAREST_KEPT) pushTo(index, key, entry);
    }
    return index;
  }

  #indexNearMisses(): Map<string, Entry[]> {
    const index = new Map<string, Entry[]>();
    for (const entry of this.#entries) {
      for (const key of missKeys(entry.from.entry, entry.to.entry, entry.to.entry.name ?? ANY_NAME)) {
        if ((index.get(key)?.length ?? 0) < NEAREST_KEPT) pushTo(index, key, entry);
      }
    }
    return index;
  }
}

/** Where nothing comes near, it does not matter which of many entries is shown. */
const MOST_SCANNED = 256;

/** What somebody wrote is taken for a wildcard, though there is none. */
const WILDCARD = "*";

function meantKey(from: GrantFrom, to: GroupKind, name: string): string {
  const parts = [
    meantGroup(from.group),
    meantKind(from.kind),
    from.namespace,
    meantGroup(to.group),
    meantKind(to.kind),
  ];
  return [...parts, name].join("/");
}

/** The keys under which an entry may stand that means this pair. */
function meantKeys(from: GrantFrom, to: NamespacedId): readonly string[] {
  return [from.namespace, WILDCARD].flatMap((namespace) =>
    [to.name, ANY_NAME, WILDCARD].map((name) => meantKey({ ...from, namespace }, to, name)),
  );
}

/** How many of the six parts of an entry do not say what the pair needs. */
function mismatches({ from: { entry: from }, to: { entry: to } }: Entry, pair: Pair): number {
  return (
    Number(from.group !== pair.from.group) +
    Number(from.kind !== pair.from.kind) +
    Number(from.namespace !== pair.from.namespace) +
    Number(to.group !== pair.to.group) +
    Number(to.kind !== pair.to.kind) +
    Number(to.name !== null && to.name !== pair.to.name)
  );
}

/** Does an entry match the pair in every clause but these? */
function matchesBut(
  unread: readonly GrantClause[],
  { from: { entry: from }, to: { entry: to } }: Entry,
  pair: Pair,
): boolean {
  return (
    (from.namespace === pair.from.namespace || unread.includes("from.namespace")) &&
    (from.kind === pair.from.kind || unread.includes("from.kind")) &&
    (from.group === pair.from.group || unread.includes("from.group")) &&
    (to.kind === pair.to.kind || unread.includes("to.kind")) &&
    (to.group === pair.to.group || unread.includes("to.group")) &&
    (to.name === null || to.name === pair.to.name || unread.includes("to.name"))
  );
}

/** Does an entry fail in one clause at most, or by slips alone? */
function isNear(entry: Entry, pair: Pair): boolean {
  if (mismatches(entry, pair) <= 1) return true;
  const from = entry.from.entry;
  const to = entry.to.entry;
  return (
    (from.namespace === pair.from.namespace || from.namespace === WILDCARD) &&
    (to.name === null || to.name === pair.to.name || to.name === WILDCARD) &&
    meantKind(from.kind) === meantKind(pair.from.kind) &&
    meantKind(to.kind) === meantKind(pair.to.kind) &&
    meantGroup(from.group) === meantGroup(pair.from.group) &&
    meantGroup(to.group) === meantGroup(pair.to.group)
  );
}

/** A key without what the clauses look at that do not count. */
function looseKey(unread: readonly GrantClause[], from: GrantFrom, to: GroupKind, name: string): string {
  if (unread.length === 0) return targetKey(from, to, name);
  const part = (clause: GrantClause, text: string): string => (unread.includes(clause) ? "" : text);
  return targetKey(
    {
      group: part("from.group", from.group),
      kind: part("from.kind", from.kind),
      namespace: part("from.namespace", from.namespace),
    },
    { group: part("to.group", to.group), kind: part("to.kind", to.kind) },
    part("to.name", name),
  );
}

/** A key for each clause left out: what shares one differs in that clause at most. */
function missKeys(from: GrantFrom, to: GroupKind, name: string): readonly string[] {
  const parts = [from.group, from.kind, from.namespace, to.group, to.kind, name];
  return parts.map((_, left) => `${left}/${parts.map((part, at) => (at === left ? "" : part)).join("/")}`);
}
