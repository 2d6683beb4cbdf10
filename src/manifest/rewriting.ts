import { type Document, type ParsedNode, parseDocument } from "yaml";
import type { EntryLists } from "../model/grant.ts";
import { isRecord } from "../model/json.ts";
import type { FieldPath } from "../model/object.ts";
import { parseDocuments, type SourceDocument } from "./documents.ts";
import { editOf, type ListEdit } from "./entry-edits.ts";
import { reprinted } from "./reprinting.ts";
import { itemText, spliced } from "./splicing.ts";
import { isPlainWord } from "./yaml-words.ts";

/** The only data that a text holds; undefined where it holds none, or more, or cannot be read. */
function onlyValue(text: string): unknown {
  const { parsed, broken } = parseDocuments([{ name: "", text }]);
  return broken.length === 0 && parsed.length === 1 ? parsed[0]?.value : undefined;
}

function valueAt(value: unknown, path: FieldPath): unknown {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found) && typeof step === "number") found = found[step];
    else if (isRecord(found) && typeof step === "string") found = found[step];
    else return undefined;
  }
  return found;
}

function sameData(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameData(item, b[index]));
  }
  if (!isRecord(a)) return Object.is(a, b);
  if (!isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameData(a[key], b[key]))
  );
}

/** A document's text, taken apart. */
interface Body {
  /** Without byte-order mark, directives, `---` and `...`, ending in one line end. */
  readonly text: string;
  readonly lineEnd: "\n" | "\r\n";
}

const LINE = /[^\n]*\n?/y;
const SEPARATOR = /^---(?:[ \t]*(?:\r?\n|$)|[ \t]+)/;
const DIRECTIVE_OR_NOTHING = /^[ \t]*(?:#|\r?\n|$)|^%/;
const END_OF_DOCUMENT = /^\.\.\.(?:\s|$)/m;

/** Where the text of a document begins: behind `---`, where there is one, and behind the `...` of the document before. */
function beginning(text: string): number {
  let begin = 0;
  for (let at = 0; at < text.length; at = LINE.lastIndex) {
    LINE.lastIndex = at;
    const line = LINE.exec(text)?.[0] ?? "";
    const separator = SEPARATOR.exec(line);
    if (separator !== null) return at + separator[0].length;
    if (END_OF_DOCUMENT.test(line)) begin = LINE.lastIndex;
    else if (!DIRECTIVE_OR_NOTHING.test(line)) return begin;
  }
  return begin;
}

function bodyOf({ text: whole }: SourceDocument): Body {
  const lineEnd = whole.includes("\r\n") ? "\r\n" : "\n";
  const unmarked = whole.replace(/^\uFEFF/gm, "");
  const text = unmarked.slice(beginning(unmarked));
  const ended = text.slice(0, END_OF_DOCUMENT.exec(text)?.index ?? text.length);
  const content = ended.trimEnd().length;
  const newline = ended.indexOf("\n", content);
  const lines = ended.slice(0, newline === -1 ? ended.length : newline).replace(/\r$/, "");
  return { text: lines + lineEnd, lineEnd };
}

/** Scalars stay the text that they are: what `012` or `yes` means is the reader's matter. */
function parsed(text: string): Document.Parsed<ParsedNode> | null {
  const document = parseDocument(text, { schema: "failsafe", logLevel: "silent" });
  return document.errors.length === 0 ? document : null;
}

/** The text of the object alone, every line as it stands; null where it is an item of a list that is not in block style. */
function ownText(text: string, path: FieldPath): string | null {
  if (path.length === 0) return text;
  const document = parsed(text);
  return document === null ? null : itemText(text, document, path);
}

function bySplicing(body: Body, path: FieldPath, edits: readonly ListEdit[]): string | null {
  const text = ownText(body.text, path);
  const document = text === null ? null : parsed(text);
  return text === null || document === null ? null : spliced(text, document, edits, body.lineEnd);
}

function byPrinting(body: Body, path: FieldPath, edits: readonly ListEdit[]): string | null {
  const text = body.text.replaceAll("\r\n", "\n");
  const document = parsed(text);
  const printed = document === null ? null : reprinted(text, document, path, edits);
  return printed?.replaceAll("\n", body.lineEnd) ?? null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** An item of a typed list may leave these to the list; alone it would be nothing. */
const isTyped = (object: unknown): boolean =>
  isRecord(object) && [object.apiVersion, object.kind].every((text) => typeof text === "string" && text !== "");

/** No object of a cluster has other characters in a group, a kind or a name. */
const isPrintable = ({ added }: ListEdit): boolean => added.flat().every(([, text]) => /^[ -~]*$/.test(text));

/** The line of the name in `metadata` in block style, and its indentation: that of the first field there. */
function nameLine(lines: readonly string[]): { readonly at: number; readonly indent: string } | null {
  const start = lines.findIndex((line) => /^metadata:\s*(?:#.*)?$/.test(line));
  const first = lines.findIndex((line, index) => index > start && /^\s+[^\s#]/.test(line));
  const indent = /^ +/.exec(lines[first] ?? "")?.[0];
  if (start === -1 || indent === undefined) return null;
  const at = lines.findIndex((line, index) => index >= first && line.startsWith(`${indent}name:`));
  return at === -1 ? null : { at, indent };
}

/** The text with the namespace that it leaves out, below the name; null where there is no line for it. */
function placed({ text, lineEnd }: Body, namespace: string, meant: unknown): string | null {
  const metadata = isRecord(meant) ? meant.metadata : undefined;
  if (!isRecord(meant) || !isRecord(metadata)) return null;
  if (metadata.namespace === namespace) return text;
  const lines = text.split(lineEnd);
  const name = nameLine(lines);
  if (name === null) return null;
  const written = isPlainWord(namespace) ? namespace : JSON.stringify(namespace);
  const other = lines.toSpliced(name.at + 1, 0, `${name.indent}namespace: ${written}`).join(lineEnd);
  return sameData(onlyValue(other), { ...meant, metadata: { ...metadata, namespace } }) ? other : null;
}

/**
 * The text of one ReferenceGrant as YAML, with its entries as given, and all else as it stands in the file: comments, order, quotes.
 * Entries that are written and wanted stay where they are, each as often as it is wanted; those that are not written are appended
 * in their order; others go, with the comments right above them. What comes out has been read again and holds what is meant.
 *
 * Where the lists that change are in block style, no byte changes but those of their entries, and an item of a List moves to the left.
 * @param source the document that it stands in
 * @param path from the root of the document to the object: empty, or `["items", 3]` for an item of a List
 * @param namespace the one that it is read as of: named in the text if it is not yet
 * @returns YAML of that object alone, ending in one line end, without a leading `---`; null where the text is JSON or cannot be kept
 *   (then the caller writes the object from its data)
 */
export function rewritten(
  source: SourceDocument,
  path: FieldPath,
  lists: EntryLists,
  namespace: string | null = null,
): string | null {
  const object = source.language === "json" ? undefined : valueAt(onlyValue(source.text), path);
  const body = bodyOf(source);
  if (!isTyped(object) || isJson(body.text)) return null;
  const edit = editOf(object, lists);
  if (edit === null || !edit.lists.every(isPrintable)) return null;
  const ways = [bySplicing, byPrinting];
  for (const way of ways) {
    const text = way(body, path, edit.lists);
    if (text === null || !sameData(onlyValue(text), edit.meant)) continue;
    const whole = namespace === null ? text : placed({ ...body, text }, namespace, edit.meant);
    if (whole !== null) return whole;
  }
  return null;
}
