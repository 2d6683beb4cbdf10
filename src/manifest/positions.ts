import { type Document, isNode, isPair, LineCounter, parseDocument } from "yaml";
import type { FieldPath, Position } from "../model/object.ts";
import type { SourceDocument } from "./documents.ts";

interface Placed {
  readonly source: SourceDocument;
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

/**
 * Makes a locator that remembers the document it was asked for last: callers go through objects one by one. A field that is
 * absent is found where its nearest present ancestor stands.
 */
export function locator(): Locator {
  let last: Placed | null = null;
  return (source, path) => {
    if (last?.source !== source) {
      const lines = new LineCounter();
      const document = parseDocument(source.text, {
        lineCounter: lines,
        uniqueKeys: false,
        merge: true,
        logLevel: "silent",
      });
      last = { source, document, lines };
    }
    const { line, col } = last.lines.linePos(offsetOf(last.document, path));
    return {
      file: source.file,
      line: source.lineOffset + line,
      column: col + (line === 1 ? source.columnOffset : 0),
    };
  };
}
