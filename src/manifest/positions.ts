import { type Document, isNode, isPair, LineCounter, parseDocument } from "yaml";
import type { FieldPath, Position } from "../model/object.ts";
import type { SourceDocument } from "./documents.ts";
import { jsonOffsets } from "./json.ts";

/** Finds the fields of one document: the place in its text, line and column from 1. */
type Places = (path: FieldPath) => { readonly line: number; readonly col: number };

/**
 * Finds fields in documents. Parsing YAML for places costs six times the parse alone, so only documents that are asked for pay.
 * JSON is looked through as far as the field, and on from there for the next one: all fields of a document together cost one
 * look through each object and list that they stand in.
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

function placesInYaml(text: string): Places {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, merge: true, logLevel: "silent" });
  return (path) => lines.linePos(offsetOf(document, path));
}

function placesInJson(text: string): Places {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  const offset = jsonOffsets(text);
  return (path) => lines.linePos(offset(path));
}

interface Limits {
  readonly documents: number;
  /** Characters of all their text. */
  readonly text: number;
}

/** What a locator remembers at most. A YAML document parsed for places takes some thirty times its text. */
const YAML_LIMITS: Limits = { documents: 64, text: 16 * 1024 * 1024 };
/** Of JSON it remembers numbers, for the objects and lists that were asked for. */
const JSON_LIMITS: Limits = { documents: 1024, text: 256 * 1024 * 1024 };

/** Remembers the places of the documents that were asked for last, as many as fit, and of the last one always. */
function remembering(limits: Limits, placesIn: (text: string) => Places): (source: SourceDocument) => Places {
  // In the order of use: a Map keeps that of insertion.
  const remembered = new Map<SourceDocument, Places>();
  let size = 0;
  const forgetOldest = (newest: SourceDocument): void => {
    for (const source of remembered.keys()) {
      if (source === newest || (remembered.size <= limits.documents && size <= limits.text)) return;
      remembered.delete(source);
      size -= source.text.length;
    }
  };
  return (source) => {
    const known = remembered.get(source);
    const places = known ?? placesIn(source.text);
    if (known === undefined) size += source.text.length;
    else remembered.delete(source);
    remembered.set(source, places);
    forgetOldest(source);
    return places;
  };
}

/**
 * Makes a locator that remembers the documents it was asked for last, as many as fit: objects are asked for by name, so lists
 * in several documents take turns. A field that is absent is found where its nearest present ancestor stands.
 */
export function locator(): Locator {
  const inYaml = remembering(YAML_LIMITS, placesInYaml);
  const inJson = remembering(JSON_LIMITS, placesInJson);
  return (source, path) => {
    const { line, col } = (source.language === "json" ? inJson : inYaml)(source)(path);
    return {
      file: source.file,
      line: source.lineOffset + line,
      column: col + (line === 1 ? source.columnOffset : 0),
    };
  };
}
