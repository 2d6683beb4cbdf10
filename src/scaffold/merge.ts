import { MOST_ENTRIES } from "../catalogue/grants.ts";
import {
  coversPair,
  coversTo,
  entriesIn,
  type GrantPair,
  pairsIn,
  productsOf,
  sameFrom,
} from "../catalogue/products.ts";
import type { EntryLists, Grant, GrantEntries } from "../model/grant.ts";
import type { Maker } from "../model/remedy.ts";
import type { Merge } from "../model/scaffold.ts";

/** Each entry once, in their order. */
function once<T>(entries: readonly T[], same: (a: T, b: T) => boolean): readonly T[] {
  return entries.filter((entry, index) => entries.findIndex((other) => same(other, entry)) === index);
}

/** What the one says and the others do not. */
function besides(after: EntryLists, before: EntryLists, asked: readonly GrantPair[]): readonly GrantEntries[] {
  const known = [...pairsIn(before), ...asked];
  return productsOf(pairsIn(after).filter((pair) => !known.some((other) => coversPair(other, pair))));
}

/** Adds to a grant what it lacks of some pairs. Each entry is needed: without it one of the pairs is missing. */
export function mergedInto(grant: Grant, pairs: readonly GrantPair[], maker: Maker | null = null): Merge {
  if (grant.rejected) return { merge: "unfit", grant, why: "rejected" };
  if (grant.terminating) return { merge: "unfit", grant, why: "terminating" };
  const before = entriesIn(grant);
  const wanted = productsOf(pairs);
  const from = once(
    wanted.flatMap((product) => product.from),
    sameFrom,
  ).filter((entry) => !before.from.some((known) => sameFrom(known, entry)));
  const to = once(
    wanted.flatMap((product) => product.to),
    coversTo,
  ).filter((entry) => !before.to.some((known) => coversTo(known, entry)));
  const after = { from: [...before.from, ...from], to: [...before.to, ...to] };
  if (after.from.length > MOST_ENTRIES || after.to.length > MOST_ENTRIES) {
    return { merge: "unfit", grant, why: "too-many" };
  }
  const spare = grant.to.filter(({ entry }) => to.some((wide) => coversTo(wide, entry))).map(({ index }) => index);
  return {
    merge: "merged",
    grant,
    added: { from, to },
    asked: wanted,
    maker,
    spare,
    besides: besides(after, before, pairs),
  };
}
