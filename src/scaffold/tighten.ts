import { livePairs } from "../catalogue/grants.ts";
import type { GrantDraft } from "../catalogue/new-grants.ts";
import { entriesIn, type GrantPair, productsOf, sameFrom } from "../catalogue/products.ts";
import type { GrantExplanation, PairMeaning } from "../model/explanation.ts";
import type { EntryLists, Grant, GrantEntries, GrantFrom, GrantTo } from "../model/grant.ts";
import { compareText, type KubeObject, sameGroupKind } from "../model/object.ts";
import type { GrantStyle, PairFate, Tightening, WrittenGrant } from "../model/scaffold.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { written } from "./drafts.ts";
import { rewrittenGrant } from "./rewritten.ts";

/** A pair of entries with what becomes of it: none where nothing uses it. */
interface Judged {
  readonly meaning: PairMeaning;
  readonly pair: GrantPair;
  readonly open: PairFate["open"];
  readonly becomes: readonly GrantPair[];
}

/** Why it is not known whether a pair is used, or by whom else; null where all is known. */
function openness({ usage, perhaps, hidden }: PairMeaning): PairFate["open"] {
  const [gap] = hidden;
  if (gap !== undefined) return gap;
  return perhaps.length > 0 || usage === "unknown" ? "perhaps" : null;
}

/** Could a pair match something if it were all that the grant says? Other entries are no reason to keep it. */
function isLive({ from, to }: GrantPair, grant: Grant): boolean {
  return livePairs({ ...grant, from: [{ index: 0, entry: from }], to: [{ index: 0, entry: to }] }).length > 0;
}

/** What a pair has to go on saying. What may be used by somebody unseen stays as it is. */
function judged(meaning: PairMeaning, pair: GrantPair, grant: Grant): Judged {
  const open = meaning.inert === null && isLive(pair, grant) ? openness(meaning) : null;
  const isUsed = meaning.uses.length > 0;
  if (open !== null || (isUsed && pair.to.name !== null)) return { meaning, pair, open, becomes: [pair] };
  const names = [...new Set(meaning.uses.map(({ reference }) => reference.referent.name))].toSorted(compareText);
  return { meaning, pair, open, becomes: names.map((name) => ({ from: pair.from, to: { ...pair.to, name } })) };
}

/** The pairs that say something which no other says as well; of two that say the same the first. */
function needed(pairs: readonly GrantPair[]): readonly GrantPair[] {
  const key = ({ from, to }: GrantPair, name: string | null): string =>
    JSON.stringify([from.group, from.kind, from.namespace, to.group, to.kind, name]);
  const firsts = new Map<string, GrantPair>();
  for (const pair of pairs) {
    const own = key(pair, pair.to.name);
    if (!firsts.has(own)) firsts.set(own, pair);
  }
  return pairs.filter((pair) => {
    const isFirst = firsts.get(key(pair, pair.to.name)) === pair;
    return isFirst && (pair.to.name === null || !firsts.has(key(pair, null)));
  });
}

function fateOf({ meaning: { from, to }, pair, open, becomes }: Judged, kept: ReadonlySet<GrantPair>): PairFate {
  const left = becomes.filter((one) => kept.has(one));
  const fate = ((): PairFate["fate"] => {
    if (becomes.length === 0) return "dropped";
    if (left.length === 0) return "repeated";
    return left.length === 1 && left[0] === pair ? "kept" : "named";
  })();
  return { from, to, fate, open };
}

/** Entries in the order in which the grant has them; names that stand for every name in the order of the alphabet. */
function inOrder({ from, to }: GrantEntries, grant: Grant): GrantEntries {
  const fromAt = (entry: GrantFrom): number => grant.from.findIndex((own) => sameFrom(own.entry, entry));
  const toAt = (entry: GrantTo): number => {
    const exact = grant.to.findIndex((own) => sameGroupKind(own.entry, entry) && own.entry.name === entry.name);
    return exact === -1 ? grant.to.findIndex((own) => sameGroupKind(own.entry, entry)) : exact;
  };
  const [firstFrom, ...froms] = from.toSorted((a, b) => fromAt(a) - fromAt(b));
  const [firstTo, ...tos] = to.toSorted((a, b) => toAt(a) - toAt(b) || compareText(a.name ?? "", b.name ?? ""));
  return { from: [firstFrom ?? from[0], ...froms], to: [firstTo ?? to[0], ...tos] };
}

function isSame(product: GrantEntries, grant: Grant): boolean {
  const text = (lists: EntryLists): string =>
    JSON.stringify([
      lists.from.map(({ group, kind, namespace }) => [group, kind, namespace]),
      lists.to.map(({ group, kind, name }) => [group, kind, name]),
    ]);
  return text(product) === text(entriesIn(grant));
}

function pairAt(grant: Grant, { from, to }: PairMeaning): GrantPair | null {
  const trusted = grant.from.find(({ index }) => index === from)?.entry;
  const opened = grant.to.find(({ index }) => index === to)?.entry;
  return trusted === undefined || opened === undefined ? null : { from: trusted, to: opened };
}

/** What a tightened grant is written with. */
export interface Writing extends GrantStyle {
  readonly snapshot: Snapshot;
  readonly object: KubeObject;
  /** Every grant of the world. */
  readonly grants: readonly Grant[];
}

/** The grant itself with the first product, and a grant of its own for each of the others. */
function writtenAs(products: readonly GrantEntries[], grant: Grant, writing: Writing): readonly WrittenGrant[] {
  const [first, ...others] = products;
  if (first === undefined) return [];
  const { snapshot, object, grants, apiVersion, made } = writing;
  const drafts = others.map((product): GrantDraft => ({ namespace: grant.id.namespace, ...product }));
  const version = apiVersion ?? object.apiVersion;
  const added = written(drafts, { name: null, apiVersion: version, made }, { snapshot, grants });
  // What is taken away comes last, so that nothing is refused on the way.
  return [...added, rewrittenGrant(grant, object, first, { apiVersion, source: snapshot.source })];
}

/** Makes a grant as tight as today's use. What may be used by somebody whom nobody saw stays as it is. */
export function tightened(explanation: GrantExplanation, writing: Writing): Tightening {
  const { grant, pairs } = explanation;
  const { object } = writing;
  if (grant.rejected) return { explanation, object, result: "rejected", fates: [], grants: [] };
  const all = pairs.flatMap((meaning) => {
    const pair = pairAt(grant, meaning);
    return pair === null ? [] : [judged(meaning, pair, grant)];
  });
  const kept = new Set(needed(all.flatMap(({ becomes }) => becomes)));
  const fates = all.map((one) => fateOf(one, kept));
  if (kept.size === 0) return { explanation, object, result: "unused", fates, grants: [] };
  const first = ({ from }: GrantEntries): number => grant.from.findIndex((own) => sameFrom(own.entry, from[0]));
  const products = productsOf([...kept])
    .map((product) => inOrder(product, grant))
    .toSorted((a, b) => first(a) - first(b));
  const [only, ...others] = products;
  const result = only !== undefined && others.length === 0 && isSame(only, grant) ? "tight" : "narrowed";
  return { explanation, object, result, fates, grants: writtenAs(products, grant, writing) };
}
