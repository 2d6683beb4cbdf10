import { type Document, isNode, isPair, LineCounter, parseDocument } from "yaml";
import type { FieldPath, Position } from "../model/object.ts";
import type { SourceDocument } from "./documents.ts";
import type { FieldOffsets } from "./field-offsets.ts";
import { jsonOffsets } from "./json.ts";
import { LINE_FEED } from "./plain-text.ts";
import { plainOffsets } from "./plain-yaml-places.ts";

/** A place in the text of a document: line and column from 1. */
interface Place {
  readonly line: number;
  readonly col: number;
}

/** Finds the fields of one document. */
type Places = (path: FieldPath) => Place;

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

/** Of a document with more characters than that, and none of the plain sort, only the start is told. */
const LARGEST = 8 * 1024 * 1024;

function placesInYaml(text: string): Places {
  if (text.length > LARGEST) return () => ({ line: 1, col: 1 });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, merge: true, logLevel: "silent" });
  return (path) => lines.linePos(offsetOf(document, path));
}

/** The lines of a text, as far as places in them were asked for. */
class Lines {
  readonly #text: string;
  readonly #starts = [0];
  #end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  place(offset: number): Place {
    for (; this.#end < offset; this.#end += 1) {
      if (this.#text.charCodeAt(this.#end) === LINE_FEED) this.#starts.push(this.#end + 1);
    }
    let line = 0;
    for (let above = this.#starts.length; line < above; ) {
      const middle = (line + above) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) line = middle + 1;
      else above = middle;
    }
    return { line, col: offset - (this.#starts[line - 1] ?? 0) + 1 };
  }
}

/** Places in a text from offsets in it. */
function placesFrom(offsetsIn: (text: string) => FieldOffsets): (text: string) => Places {
  return (text) => {
    const lines = new Lines(text);
    const offset = offsetsIn(text);
    return (path) => lines.place(offset(path));
  };
}

interface Limits {
  readonly documents: number;
  /** Characters of all their text. */
  readonly text: number;
}

/** What a locator remembers at most. A YAML document parsed for places takes some thirty times its text. */
const YAML_LIMITS: Limits = { documents: 64, text: 16 * 1024 * 1024 };
/** Of JSON and plain YAML it remembers numbers, for the objects and lists that were asked for. */
const OFFSET_LIMITS: Limits = { documents: 256, text: 256 * 1024 * 1024 };

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
  const inJson = remembering(OFFSET_LIMITS, placesFrom(jsonOffsets));
  const inPlain = remembering(OFFSET_LIMITS, placesFrom(plainOffsets));
  return (source, path) => {
    const { line, col } = (source.language === "json" ? inJson : source.plain === true ? inPlain : inYaml)(source)(
      path,
    );
    return {
      file: source.file,
      line: source.lineOffset + line,
      column: col + (line === 1 ? source.columnOffset : 0),
    };
  };
}
