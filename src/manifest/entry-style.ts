import { isMap, isScalar, Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Fields } from "./entry-edits.ts";
import { isPlainWord } from "./yaml-words.ts";

/** How the entries of a list are written. */
export interface EntryStyle {
  /** The map that new entries look like; undefined where no entry is a map of its own. */
  readonly template: YAMLMap | undefined;
  /** For what must be quoted. */
  readonly quotes: "QUOTE_SINGLE" | "QUOTE_DOUBLE";
}

const isQuoted = (node: unknown): node is Scalar =>
  isScalar(node) && (node.type === "QUOTE_SINGLE" || node.type === "QUOTE_DOUBLE");

/** The style of the last entry, and the quotes that the core group `""` has in the list, or else any text. */
export function styleOf(list: YAMLSeq | undefined): EntryStyle {
  const maps = (list?.items ?? []).filter((item) => isMap(item)).toReversed();
  const quoted = maps.flatMap(({ items }) => items.map(({ value }) => value)).filter(isQuoted);
  const like = quoted.find(({ value }) => value === "") ?? quoted[0];
  return { template: maps[0], quotes: like?.type === "QUOTE_SINGLE" ? "QUOTE_SINGLE" : "QUOTE_DOUBLE" };
}

/** A text in quotes where it needs them, or where its like has them without need. */
function scalar(text: string, like: unknown, quotes: EntryStyle["quotes"]): Scalar<string> {
  const made = new Scalar(text);
  const likeWord = isQuoted(like) && typeof like.value === "string" && isPlainWord(like.value) ? like.type : undefined;
  made.type = isPlainWord(text) ? (likeWord ?? "PLAIN") : quotes;
  return made;
}

/** The keys and values of a new entry, in the order and the quotes of the style. */
export function scalarsOf(
  fields: Fields,
  { template, quotes }: EntryStyle,
): readonly (readonly [key: Scalar<string>, value: Scalar<string>])[] {
  const pairs = template?.items ?? [];
  const placed = fields.map(([key, text], index) => {
    const at = pairs.findIndex((pair) => isScalar(pair.key) && pair.key.value === key);
    return { key, text, place: at === -1 ? pairs.length + index : at, like: pairs[at] };
  });
  return placed
    .toSorted((a, b) => a.place - b.place)
    .map(({ key, text, like }) => [scalar(key, like?.key ?? pairs[0]?.key, quotes), scalar(text, like?.value, quotes)]);
}
