import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Pair,
  type ParsedNode,
  Scalar,
  visit,
  YAMLMap,
  YAMLSeq,
} from "yaml";
import type { FieldPath } from "../model/object.ts";
import { changes, type Fields, type ListEdit } from "./entry-edits.ts";
import { type EntryStyle, scalarsOf, styleOf } from "./entry-style.ts";
import { columnOf, isPadded } from "./splicing.ts";

function newEntry(fields: Fields, style: EntryStyle): YAMLMap {
  const entry = new YAMLMap();
  entry.flow = style.template?.flow === true;
  for (const [key, value] of scalarsOf(fields, style)) entry.items.push(new Pair(key, value));
  return entry;
}

/** Comments as one. */
function joined(...comments: readonly (string | null | undefined)[]): string | null {
  return comments.filter((comment) => comment).join("\n") || null;
}

/** The list of a spec as a node, made where there is none; null where what stands there cannot be changed. */
function listNode(spec: YAMLMap, { name, stays }: ListEdit): YAMLSeq | null {
  const found: unknown = spec.get(name, true);
  if (isSeq(found)) return found.items.length === stays.length ? found : null;
  if (stays.length > 0 || (found !== undefined && !isScalar(found))) return null;
  const list = new YAMLSeq();
  if (isScalar(found)) {
    list.commentBefore = joined(found.commentBefore, found.comment);
    spec.set(name, list);
    return list;
  }
  const before = name === "from" ? spec.items.findIndex(({ key }) => isScalar(key) && key.value === "to") : -1;
  spec.items.splice(before === -1 ? spec.items.length : before, 0, new Pair(new Scalar(name), list));
  return list;
}

function specNode(object: YAMLMap): YAMLMap | null {
  const found: unknown = object.get("spec", true);
  if (isMap(found)) return found;
  if (found !== undefined && !isScalar(found)) return null;
  const spec = new YAMLMap();
  if (found === undefined) object.items.push(new Pair(new Scalar("spec"), spec));
  else object.set("spec", spec);
  return spec;
}

/** Changes the lists of an object; false where that cannot be. */
function changeLists(object: YAMLMap, edits: readonly ListEdit[]): boolean {
  if (!edits.some(changes)) return true;
  const spec = specNode(object);
  if (spec === null) return false;
  const styles = edits.map(({ name }) => spec.get(name, true)).filter((list) => isSeq(list) && list.items.length > 0);
  const other = styles.find((list) => isSeq(list));
  for (const edit of edits.filter(changes)) {
    const list = listNode(spec, edit);
    if (list === null) return false;
    const wasEmpty = list.items.length === 0;
    const style = styleOf(wasEmpty ? other : list);
    const kept = list.items.filter((_entry, index) => edit.stays[index]);
    list.items = [...kept, ...edit.added.map((fields) => newEntry(fields, style))];
    if (wasEmpty || list.items.length === 0) list.flow = spec.flow === true || list.items.length === 0;
  }
  return true;
}

/** Whether every alias of a document names an anchor that stands before it there. */
function holdsItsAnchors(document: Document): boolean {
  const anchors = new Set<string>();
  let held = true;
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) held &&= anchors.has(node.source);
      else if (node.anchor !== undefined) anchors.add(node.anchor);
    },
  });
  return held;
}

interface Layout {
  readonly lineWidth: number;
  readonly indent: number;
  readonly indentSeq: boolean;
  readonly flowCollectionPadding: boolean;
}

/** How an object is indented and padded, as far as the printer can do likewise. */
function layoutOf(text: string, object: YAMLMap): Layout {
  const column = (node: unknown): number => (isScalar(node) || isSeq(node) ? columnOf(text, node.range?.[0] ?? 0) : 0);
  const spec: unknown = object.get("spec", true);
  const fields = isMap(spec) && spec.flow !== true ? spec.items : [];
  const step = fields.length === 0 ? 2 : column(fields[0]?.key) - column(object.items[0]?.key);
  const lists = fields.filter(({ value }) => isSeq(value) && value.flow !== true);
  let flow: Node | undefined;
  visit(object, {
    Collection(_key, node) {
      if (node.flow === true && node.items.length > 0) flow ??= node;
    },
  });
  return {
    lineWidth: 0,
    indent: Math.min(Math.max(step, 1), 8),
    indentSeq: lists.some(({ key, value }) => column(value) > column(key)),
    flowCollectionPadding: flow !== undefined && isPadded(text, flow),
  };
}

/**
 * A grant printed from its nodes, with its lists changed; comments stay, blanks and indentation as far as the printer can.
 * @param text with line feeds alone
 * @param document the same text, parsed; it is changed
 * @param path from the root of the document to the grant
 * @returns null where the grant or a list of it is an alias or comes from a merge key, or an alias in it names an anchor outside
 */
export function reprinted(
  text: string,
  document: Document<ParsedNode>,
  path: FieldPath,
  edits: readonly ListEdit[],
): string | null {
  const object = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(object)) return null;
  const layout = layoutOf(text, object);
  if (!changeLists(object, edits)) return null;
  const list: unknown = document.getIn(path.slice(0, -1), true);
  // The parser gives what stands above the first item to the list.
  if (path.at(-1) === 0 && isSeq(list)) object.commentBefore = joined(list.commentBefore, object.commentBefore);
  const alone = path.length === 0 ? document : new Document(object, { schema: "failsafe" });
  return holdsItsAnchors(alone) ? `${alone.toString(layout).trimEnd()}\n` : null;
}
