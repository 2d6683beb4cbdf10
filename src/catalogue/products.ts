import type { NonEmpty } from "../model/decision.ts";
import type { EntryLists, Grant, GrantEntries, GrantFrom, GrantTo } from "../model/grant.ts";
import { compareText, sameGroupKind } from "../model/object.ts";
import { MOST_ENTRIES } from "./grants.ts";

/** One that is trusted with one thing. */
export interface GrantPair {
  readonly from: GrantFrom;
  readonly to: GrantTo;
}

/** Do two entries trust the same? */
export const sameFrom = (a: GrantFrom, b: GrantFrom): boolean => sameGroupKind(a, b) && a.namespace === b.namespace;

/** Does the one entry open all that the other does? */
export const coversTo = (wide: GrantTo, narrow: GrantTo): boolean =>
  sameGroupKind(wide, narrow) && (wide.name === null || wide.name === narrow.name);

/** Does the one pair say all that the other does? */
export const coversPair = (wide: GrantPair, narrow: GrantPair): boolean =>
  sameFrom(wide.from, narrow.from) && coversTo(wide.to, narrow.to);

/** What a grant says, in its order. */
export const entriesIn = ({ from, to }: Grant): EntryLists => ({
  from: from.map(({ entry }) => entry),
  to: to.map(({ entry }) => entry),
});

/** Lists that a grant can hold: it has an entry at least in each; else null. */
export function filled({ from: [from, ...froms], to: [to, ...tos] }: EntryLists): GrantEntries | null {
  return from === undefined || to === undefined ? null : { from: [from, ...froms], to: [to, ...tos] };
}

/** Everyone who is trusted with everything that is opened. */
export const pairsIn = ({ from, to }: EntryLists): readonly GrantPair[] =>
  from.flatMap((trusted) => to.map((opened) => ({ from: trusted, to: opened })));

// What a file holds may be of any letters, so that no separator is safe.
const fromKey = ({ namespace, kind, group }: GrantFrom): string => JSON.stringify([namespace, kind, group]);
const toKey = ({ kind, group, name }: GrantTo): string => JSON.stringify([kind, group, name]);

/** One side of the pairs: who is trusted with what, or what is opened to whom. */
type Partners = ReadonlyMap<string, ReadonlySet<string>>;

function partnersIn(pairs: readonly (readonly [string, string])[]): Partners {
  const partners = new Map<string, Set<string>>();
  for (const [one, other] of pairs) {
    const known = partners.get(one) ?? new Set<string>();
    partners.set(one, known);
    known.add(other);
  }
  return partners;
}

/** Those that have the same partners, together. */
function alike(partners: Partners, among: readonly string[]): readonly (readonly string[])[] {
  const samePartners = Map.groupBy(among, (one) => [...(partners.get(one) ?? [])].toSorted(compareText).join());
  return [...samePartners.values()];
}

/** What hangs together, from one on. */
function component(start: string, partners: Partners, back: Partners): readonly string[] {
  const found = new Set([start]);
  const passed = new Set<string>();
  for (const one of found) {
    for (const other of partners.get(one) ?? []) {
      if (passed.has(other)) continue;
      passed.add(other);
      for (const next of back.get(other) ?? []) found.add(next);
    }
  }
  return [...found];
}

function chunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / MOST_ENTRIES) }, (_, at) =>
    items.slice(at * MOST_ENTRIES, (at + 1) * MOST_ENTRIES),
  );
}

/** Keys of `from` with keys of `to`. */
type Block = readonly [readonly string[], readonly string[]];

const inPieces = (blocks: readonly Block[]): readonly Block[] =>
  blocks.flatMap(([from, to]) => chunks(from).flatMap((some) => chunks(to).map((others): Block => [some, others])));

/** Blocks that hold what hangs together, each pair once, in the fewer of two ways: grouped by who is trusted, or by what is opened. */
function blocksOf(froms: readonly string[], partners: Partners, back: Partners): readonly Block[] {
  const tos = [...new Set(froms.flatMap((from) => [...(partners.get(from) ?? [])]))].toSorted(compareText);
  const byTrusted = inPieces(
    alike(partners, froms).map((same): Block => [same, [...(partners.get(same[0] ?? "") ?? [])].toSorted(compareText)]),
  );
  const byOpened = inPieces(
    alike(back, tos).map((same): Block => [[...(back.get(same[0] ?? "") ?? [])].toSorted(compareText), same]),
  );
  return byOpened.length < byTrusted.length ? byOpened : byTrusted;
}

function entriesOf<T>(keys: readonly string[], entries: ReadonlyMap<string, T>): NonEmpty<T> | null {
  const [first, ...others] = keys.flatMap((key) => {
    const entry = entries.get(key);
    return entry === undefined ? [] : [entry];
  });
  return first === undefined ? null : [first, ...others];
}

/**
 * The pairs as products that grants can say: all of them, no others, each in one product only, at most 16 entries on a side
 * (docs/rules.md §1.2, §1.3). In the order of their entries, whatever the order of the pairs; few, though not always the fewest there
 * could be.
 */
export function productsOf(pairs: readonly GrantPair[]): readonly GrantEntries[] {
  const froms = new Map(pairs.map(({ from }) => [fromKey(from), from]));
  const tos = new Map(pairs.map(({ to }) => [toKey(to), to]));
  const keyed = pairs.map(({ from, to }) => [fromKey(from), toKey(to)] as const);
  const partners = partnersIn(keyed);
  const back = partnersIn(keyed.map(([from, to]) => [to, from] as const));
  const left = new Set([...froms.keys()].toSorted(compareText));
  const blocks: Block[] = [];
  for (const start of left) {
    const together = component(start, partners, back).toSorted(compareText);
    for (const one of together) left.delete(one);
    blocks.push(...blocksOf(together, partners, back));
  }
  return blocks.flatMap(([some, others]) => {
    const [from, to] = [entriesOf(some, froms), entriesOf(others, tos)];
    return from === null || to === null ? [] : [{ from, to }];
  });
}
