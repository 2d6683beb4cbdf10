import { type Document, isNode, isPair, LineCounter, parseDocument } from "yaml";
import type { FieldPath, Position } from "../model/object.ts";
import type { SourceDocument } from "./documents.ts";

interface Placed {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Finds fields in documents. Parsing for places costs six times the parse alone, so only documents that are asked for pay. */
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
  return (source, path) => {
    const { document, lines } = placed(source);
    const { line, col } = lines.linePos(offsetOf(document, path));
    return {
      file: source.file,
      line: source.lineOffset + line,
      column: col + (line === 1 ? source.columnOffset : 0),
    };
  };
}
