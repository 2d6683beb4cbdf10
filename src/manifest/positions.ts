import { type Document, isNode, isPair, LineCounter, parseDocument } from "yaml";
import type { FieldPath, Position } from "../model/object.ts";
import type { SourceDocument } from "./documents.ts";
import { jsonOffset } from "./json.ts";

interface Placed {
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * Finds fields in documents. Parsing YAML for places costs six times the parse alone, so only documents that are asked for pay;
 * JSON is looked through as far as the field, which costs next to nothing.
 */
export type Locator = (source: SourceDocument, path: FieldPath) => Position;

function offsetOf(document: Document, path: FieldPath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
    if (isPair(node) && isNode(node.key) && node.key.range) return node.key.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/** What a locator remembers at most. A document parsed for places takes some thirty times its text. */
const MAX_DOCUMENTS = 64;
const MAX_TEXT = 16 * 1024 * 1024;

/** In a longer text a parse that is remembered is cheaper than to look through it for every field. */
const MAX_SCANNED = 1024 * 1024;

/** The place of an offset in a text; line and column count from 1. */
function linePos(text: string, offset: number): { readonly line: number; readonly col: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", lineStart)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, col: offset - lineStart + 1 };
}

function parse({ text }: SourceDocument): Placed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, merge: true, logLevel: "silent" });
  return { document, lines };
}

/**
 * Makes a locator that remembers the documents it was asked for last, as many as fit: objects are asked for by name, so lists
 * in several documents take turns. A field that is absent is found where its nearest present ancestor stands.
 */
export function locator(): Locator {
  // In the order of use: a Map keeps that of insertion.
  const remembered = new Map<SourceDocument, Placed>();
  let size = 0;
  const forgetOldest = (newest: SourceDocument): void => {
    for (const source of remembered.keys()) {
      if (source === newest || (remembered.size <= MAX_DOCUMENTS && size <= MAX_TEXT)) return;
      remembered.delete(source);
      size -= source.text.length;
    }
  };
  const placed = (source: SourceDocument): Placed => {
    const known = remembered.get(source);
    const found = known ?? parse(source);
    if (known === undefined) size += source.text.length;
    else remembered.delete(source);
    remembered.set(source, found);
    forgetOldest(source);
    return found;
  };
  const place = (source: SourceDocument, path: FieldPath) => {
    const { text, language } = source;
    if (language === "json" && text.length <= MAX_SCANNED) return linePos(text, jsonOffset(text, path));
    const { document, lines } = placed(source);
    return lines.linePos(offsetOf(document, path));
  };
  return (source, path) => {
    const { line, col } = place(source, path);
    return {
      file: source.file,
      line: source.lineOffset + line,
      column: col + (line === 1 ? source.columnOffset : 0),
    };
  };
}
