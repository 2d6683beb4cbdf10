import { type Document, isMap, isNode, isPair, isSeq, type Node, type Scalar, type YAMLSeq } from "yaml";
import type { FieldPath } from "../model/object.ts";
import { changes, type Fields, type ListEdit } from "./entry-edits.ts";
import { type EntryStyle, scalarsOf, styleOf } from "./entry-style.ts";

/** The column of a place in a text, from 0. */
export const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);

/** Whether a flow collection has a blank behind its bracket. */
export const isPadded = (text: string, flow: Node): boolean => text[(flow.range?.[0] ?? 0) + 1] === " ";

const lineStart = (text: string, offset: number): number => (offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1);

function nextLine(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline === -1 ? text.length : newline + 1;
}

/** The column of the comment that is all of a line; -1 for another line. */
function commentColumn(text: string, start: number): number {
  const comment = / *#/y;
  comment.lastIndex = start;
  return (comment.exec(text)?.[0].length ?? 0) - 1;
}

/** A list in block style, and the text that it stands in. */
interface BlockList {
  readonly text: string;
  readonly items: YAMLSeq["items"];
  /** The column of its dashes. */
  readonly column: number;
}

/** A node as a list in block style; null where it is none. */
function blockList(text: string, node: unknown): BlockList | null {
  if (!isSeq(node) || node.flow === true) return null;
  return { text, items: node.items, column: columnOf(text, node.range?.[0] ?? 0) };
}

function scalarText({ value, type }: Scalar<string>): string {
  if (type === "QUOTE_SINGLE") return `'${value.replaceAll("'", "''")}'`;
  return type === "QUOTE_DOUBLE" ? JSON.stringify(value) : value;
}

/** What stands between the dash and the entry, where both begin on one line. */
function gapBefore(text: string, entry: Node | undefined): string {
  const start = entry?.range?.[0] ?? 0;
  return /^ *-( +)$/.exec(text.slice(lineStart(text, start), start))?.[1] ?? " ";
}

/** The lines of a new entry, without their ends. */
function entryLines({ text, column }: BlockList, style: EntryStyle, fields: Fields): readonly string[] {
  const { template } = style;
  const parts = scalarsOf(fields, style).map(([key, value]) => `${scalarText(key)}: ${scalarText(value)}`);
  const dash = `${" ".repeat(column)}-${gapBefore(text, template)}`;
  if (template?.flow === true) {
    const pad = isPadded(text, template) ? " " : "";
    return [`${dash}{${pad}${parts.join(", ")}${pad}}`];
  }
  return parts.map((part, index) => `${index === 0 ? dash : " ".repeat(dash.length)}${part}`);
}

/** Where the text of a node ends, without comments and line ends behind it. */
function contentEnd(text: string, node: unknown): number {
  if (isPair(node)) return contentEnd(text, node.value ?? node.key);
  if ((isSeq(node) || isMap(node)) && node.flow !== true && node.items.length > 0) {
    return contentEnd(text, node.items.at(-1));
  }
  const [start, end] = (isNode(node) ? node.range : null) ?? [0, 0];
  // The range of a block scalar takes the ends of its lines in.
  return end > start ? start + text.slice(start, end).trimEnd().length : end;
}

/** The start of the first line behind an entry, and behind the comments that are indented as its fields are. */
function lineBehind({ text, column }: BlockList, entry: unknown): number {
  let at = nextLine(text, contentEnd(text, entry));
  while (commentColumn(text, at) > column) at = nextLine(text, at);
  return at;
}

/** The start of the line that the dash of an entry stands on; null where it does not begin its line. */
function dashLine({ text, column }: BlockList, entry: unknown): number | null {
  let at = lineStart(text, (isNode(entry) ? entry.range?.[0] : undefined) ?? 0);
  const dash = `${" ".repeat(column)}-`;
  while (!text.startsWith(dash, at)) {
    if (at === 0) return null;
    at = lineStart(text, at - 1);
  }
  return at;
}

/** The start of the comments that stand right above a line, as far up as `from`. */
function commentsAbove(text: string, line: number, from: number): number {
  let at = line;
  while (at > from && commentColumn(text, lineStart(text, at - 1)) !== -1) at = lineStart(text, at - 1);
  return at;
}

/** A part of a text, and what is to stand in its place. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** Where an entry stands, from the start of a line to the start of another. */
interface Place {
  /** With the comments right above it. */
  readonly start: number;
  readonly dash: number;
  readonly end: number;
}

/** The places of all entries; null where one cannot be told from others. */
function placesOf(list: BlockList): readonly Place[] | null {
  let above = 0;
  const places = list.items.map((item) => {
    const dash = dashLine(list, item);
    const end = lineBehind(list, item);
    const place = dash === null ? null : { start: commentsAbove(list.text, dash, above), dash, end };
    above = end;
    return place;
  });
  return places.every((place) => place !== null) ? places : null;
}

/** The start of the blank lines above a line. */
const blanksAbove = (text: string, line: number): number => nextLine(text, text.slice(0, line).trimEnd().length);

/** The end of the blank lines that begin at a line, above another that is not blank. */
const blanksBelow = (text: string, line: number): number => lineStart(text, line + text.slice(line).search(/\S/));

/** The lines of the entries that go, with the comments right above them, and the blank lines that set them apart. */
function removals(list: BlockList, stays: readonly boolean[]): readonly Splice[] | null {
  const places = placesOf(list);
  if (places === null) return null;
  // A comment above the first entry is the list's, but not where others have comments of their own.
  const ownComments = places.slice(1).some(({ start, dash }) => start < dash);
  const splices = places.map(({ start, dash, end }, index) => {
    const begin = index > 0 || ownComments ? start : dash;
    if (stays.slice(0, index).includes(true)) return { start: blanksAbove(list.text, begin), end, lines: [] };
    return { start: begin, end: index < places.length - 1 ? blanksBelow(list.text, end) : end, lines: [] };
  });
  return splices.filter((_splice, index) => stays[index] === false);
}

/** What to do to the text of one list; null where it is no list of blocks, or nothing is to be left of it. */
function splicesOf(text: string, document: Document, { name, stays, added }: ListEdit): readonly Splice[] | null {
  const node: unknown = document.getIn(["spec", name], true);
  const list = blockList(text, node);
  if (!isSeq(node) || list === null || list.items.length !== stays.length || stays.length === 0) return null;
  if (added.length === 0 && !stays.includes(true)) return null;
  const style = styleOf(node);
  const end = lineBehind(list, list.items.at(-1));
  const appended = { start: end, end, lines: added.flatMap((fields) => entryLines(list, style, fields)) };
  const removed = stays.includes(false) ? removals(list, stays) : [];
  return removed === null ? null : [...removed, appended];
}

/**
 * The text of a grant with lines of entries put in and taken out, and no other byte changed.
 * @param text ends in a line end
 * @param document the same text, parsed
 * @returns null where a list that changes is not one of blocks, or is to have no entries
 */
export function spliced(text: string, document: Document, edits: readonly ListEdit[], lineEnd: string): string | null {
  const found = edits.filter(changes).map((edit) => splicesOf(text, document, edit));
  if (!found.every((splices) => splices !== null)) return null;
  // From the end, and what is put in before what goes in front of it.
  const splices = found.flat().toSorted((a, b) => b.end - a.end || b.start - a.start);
  return splices.reduce((left, { start, end, lines }) => {
    return left.slice(0, start) + lines.map((line) => line + lineEnd).join("") + left.slice(end);
  }, text);
}

/** A line of an item, moved to the left; null where it begins to the left of the item's fields. */
function movedLeft(line: string, columns: number): string | null {
  if (line.startsWith(" ".repeat(columns))) return line.slice(columns);
  const content = line.replace(/^ +/, "");
  return content.trim() === "" || content.startsWith("#") ? content : null;
}

/**
 * The text of one object in a list in block style, as a document of its own, with the comments right above it.
 * @param text ends in a line end
 * @param document the same text, parsed
 * @param path from the root of the document to the object
 * @returns null where it is no object in block style, or does not begin on the line of its dash
 */
export function itemText(text: string, document: Document, path: FieldPath): string | null {
  const list = blockList(text, document.getIn(path.slice(0, -1), true));
  const index = path.at(-1);
  if (list === null || typeof index !== "number") return null;
  const item: unknown = list.items[index];
  if (!isMap(item) || item.flow === true) return null;
  const start = item.range?.[0] ?? 0;
  const dash = dashLine(list, item);
  if (dash === null || dash !== lineStart(text, start)) return null;
  const before = index === 0 ? 0 : lineBehind(list, list.items[index - 1]);
  const columns = columnOf(text, start);
  const above = text.slice(commentsAbove(text, dash, before), dash).replaceAll(/^ +/gm, "");
  const first = nextLine(text, start);
  const others = text.slice(first, lineBehind(list, item)).split("\n");
  const moved = others.map((line) => movedLeft(line, columns));
  return moved.includes(null) ? null : above + text.slice(start, first) + moved.join("\n");
}
