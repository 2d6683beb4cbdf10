import { isRecord } from "../model/json.ts";
import { type ChildOffset, type FieldOffsets, fieldOffsets } from "./field-offsets.ts";

/** Where a JSON value starts and ends in a text. Lines and columns count from 0. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** One JSON object of a text that may hold several, one after the other. */
export interface JsonObject extends JsonSpan {
  /** How many `key: value` members it is written with, at all depths. */
  readonly members: number;
  /** How deep its innermost object or list is nested; 1 for an object with neither. */
  readonly depth: number;
  /** The objects in its top-level `items`, so that one of them can be read again without the others. */
  readonly items: readonly JsonSpan[];
}

const LINE_FEED = 10;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPENING_BRACKET = 91;
const BACKSLASH = 92;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

const BLANK_CHARACTER = /\s/;
const ITEMS = '"items"';

/** Behind the string that starts at `at`; null if it does not end. */
function stringEnd(text: string, at: number): number | null {
  let end = at + 1;
  for (let code = text.charCodeAt(end); code !== QUOTE; code = text.charCodeAt(++end)) {
    if (code === BACKSLASH) end += 1;
    if (end >= text.length) return null;
  }
  return end + 1;
}

/** Cuts a text into its top-level objects, one character after the other. */
class Scanner {
  readonly #text: string;
  #at = 0;
  #line = 0;
  #lineStart = 0;
  /** Behind a string that does not end every quote is escaped, so no other ends either and none is looked for. */
  #stringsEnd = true;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next object; null at the end of the text, undefined where something else stands. */
  next(): JsonObject | null | undefined {
    while (this.#at < this.#text.length) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === OPENING_BRACE) return this.#object();
      if (code === LINE_FEED) this.#newLine(this.#at);
      else if (code === QUOTE ? this.#string(this.#at) !== null : !BLANK_CHARACTER.test(this.#text[this.#at] ?? "")) {
        return undefined;
      }
      this.#at += 1;
    }
    return null;
  }

  #newLine(at: number): void {
    this.#line += 1;
    this.#lineStart = at + 1;
  }

  #place(at: number): Omit<JsonSpan, "end"> {
    return { start: at, line: this.#line, column: at - this.#lineStart };
  }

  #string(at: number): number | null {
    const end = this.#stringsEnd ? stringEnd(this.#text, at) : null;
    this.#stringsEnd = end !== null;
    return end;
  }

  /** The object that starts here; undefined if it does not end. */
  #object(): JsonObject | undefined {
    const text = this.#text;
    const span = this.#place(this.#at);
    const items: JsonSpan[] = [];
    let members = 0;
    let depth = 0;
    let deepest = 0;
    let item: Omit<JsonSpan, "end"> | null = null;
    // Where the last string at depth 1 starts, and whether the list that is open at depth 2 is the one called items.
    let key = 0;
    let inItems = false;
    for (let at = this.#at; at < text.length; at += 1) {
      switch (text.charCodeAt(at)) {
        case QUOTE: {
          const end = this.#string(at);
          if (end === null) break;
          if (depth === 1) key = at;
          at = end - 1;
          break;
        }
        case COLON:
          members += 1;
          break;
        case LINE_FEED:
          this.#newLine(at);
          break;
        case OPENING_BRACKET:
          if (depth === 1) inItems = text.startsWith(ITEMS, key);
          depth += 1;
          if (depth > deepest) deepest = depth;
          break;
        case OPENING_BRACE:
          if (depth === 1) inItems = false;
          if (depth === 2 && inItems) item = this.#place(at);
          depth += 1;
          if (depth > deepest) deepest = depth;
          break;
        case CLOSING_BRACE:
        case CLOSING_BRACKET:
          depth -= 1;
          if (depth === 2 && item !== null) {
            items.push({ ...item, end: at + 1 });
            item = null;
          }
          if (depth > 0) break;
          this.#at = at + 1;
          return { ...span, end: this.#at, members, depth: deepest, items };
      }
    }
    return undefined;
  }
}

/**
 * Cuts a text into its top-level JSON objects; null if it is anything else, a stray word between them included. Kubernetes'
 * tools accept objects written one after the other without a separator.
 */
export function jsonObjects(text: string): readonly JsonObject[] | null {
  const scanner = new Scanner(text);
  const objects: JsonObject[] = [];
  for (let next = scanner.next(); next !== null; next = scanner.next()) {
    if (next === undefined) return null;
    objects.push(next);
  }
  return objects.length > 0 ? objects : null;
}

/** How many members a parsed value has, at all depths: fewer than it was written with if a key stood twice. */
export function memberCount(value: unknown): number {
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += memberCount(item);
  else if (isRecord(value)) {
    // A parsed object inherits nothing that is listed here, and Object.keys would take several times as long.
    for (const key in value) {
      const child = value[key];
      count += typeof child === "object" ? 1 + memberCount(child) : 1;
    }
  }
  return count;
}

/** Behind the white space that JSON may have here. */
function skipBlank(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code <= SPACE; code = text.charCodeAt(++at));
  return at;
}

/** Behind the value that starts at `start`. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = (stringEnd(text, at) ?? text.length) - 1;
        if (depth === 0) return at + 1;
        break;
      case OPENING_BRACE:
      case OPENING_BRACKET:
        depth += 1;
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        // Behind a word or a number stands what closes the object or the list that it is in.
        if (depth === 0) return at;
        depth -= 1;
        if (depth === 0) return at + 1;
        break;
      case COMMA:
        if (depth === 0) return at;
    }
  }
  return text.length;
}

/** The text of the string between two places. */
function stringAt(text: string, start: number, end: number): string {
  const plain = text.slice(start + 1, end - 1);
  return plain.includes("\\") ? String(JSON.parse(text.slice(start, end))) : plain;
}

/** Where the members of an object or the items of a list start, one by one; none for another value. */
function* childOffsets(text: string, at: number): Generator<ChildOffset> {
  const inList = text[at] === "[";
  if (!inList && text[at] !== "{") return;
  let next = skipBlank(text, at + 1);
  for (let index = 0; next < text.length && text[next] !== (inList ? "]" : "}"); index += 1) {
    let step: ChildOffset["step"] = index;
    if (!inList) {
      const end = stringEnd(text, next) ?? text.length;
      step = stringAt(text, next, end);
      next = skipBlank(text, skipBlank(text, end) + 1);
    }
    yield { step, start: next };
    next = skipBlank(text, valueEnd(text, next));
    if (text[next] === ",") next = skipBlank(text, next + 1);
  }
}

/** Finds where fields stand in a text that is known to be one JSON value. */
export function jsonOffsets(text: string): FieldOffsets {
  return fieldOffsets(skipBlank(text, 0), (at) => childOffsets(text, at));
}
