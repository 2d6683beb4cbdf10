import type { FieldPath } from "../model/object.ts";

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

/** Behind the string that starts at `at`; null if it does not end. */
function stringEnd(text: string, at: number): number | null {
  for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (text[quote - escapes - 1] === "\\") escapes += 1;
    if (escapes % 2 === 0) return quote + 1;
  }
  return null;
}

const STRUCTURE = /["{}[\]:\n]|[^\s"{}[\]:]+/gu;

interface Token {
  readonly token: string;
  readonly index: number;
}

/** Strings, brackets, colons, line breaks outside strings, and other words. A quote that opens no string is left out. */
function* tokens(text: string): Generator<Token> {
  const structure = new RegExp(STRUCTURE);
  // Behind a string that does not end every quote is escaped, so no other ends either and none is looked for.
  let ends = true;
  for (let found = structure.exec(text); found !== null; found = structure.exec(text)) {
    const { 0: token, index } = found;
    if (token !== '"') {
      yield { token, index };
      continue;
    }
    const end: number | null = ends ? stringEnd(text, index) : null;
    ends = end !== null;
    if (end === null) continue;
    yield { token: text.slice(index, end), index };
    structure.lastIndex = end;
  }
}

const ITEMS = '"items"';

/** The scanner's state inside one top-level object. */
interface OpenObject {
  readonly span: Omit<JsonSpan, "end">;
  members: number;
  depth: number;
  readonly items: JsonSpan[];
}

/**
 * Cuts a text into its top-level JSON objects; null if it is anything else, a stray word between them included. Kubernetes'
 * tools accept objects written one after the other without a separator.
 */
export function jsonObjects(text: string): readonly JsonObject[] | null {
  const objects: JsonObject[] = [];
  let depth = 0;
  let line = 0;
  let lineStart = 0;
  let open: OpenObject | null = null;
  let item: Omit<JsonSpan, "end"> | null = null;
  // The last string at depth 1, and whether the list that is open at depth 2 is the one called items.
  let key = "";
  let inItems = false;
  for (const { token, index } of tokens(text)) {
    if (token === "\n") {
      line += 1;
      lineStart = index + 1;
      continue;
    }
    const here = () => ({ start: index, line, column: index - lineStart });
    if (open === null) {
      if (token !== "{") return null;
      open = { span: here(), members: 0, depth: 1, items: [] };
      depth = 1;
      continue;
    }
    switch (token) {
      case "{":
      case "[":
        if (depth === 1) inItems = token === "[" && key === ITEMS;
        if (depth === 2 && inItems && token === "{") item = here();
        depth += 1;
        if (depth > open.depth) open.depth = depth;
        break;
      case "}":
      case "]":
        depth -= 1;
        if (depth === 2 && item !== null) {
          open.items.push({ ...item, end: index + 1 });
          item = null;
        }
        if (depth === 0) {
          const { span, members, depth: deepest, items } = open;
          objects.push({ ...span, end: index + 1, members, depth: deepest, items });
          open = null;
        }
        break;
      case ":":
        open.members += 1;
        break;
      default:
        if (depth === 1 && token.startsWith('"')) key = token;
    }
  }
  return open === null && objects.length > 0 ? objects : null;
}

/** How many members a parsed value has, at all depths: fewer than it was written with if a key stood twice. */
export function memberCount(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const children: readonly unknown[] = Object.values(value);
  let count = Array.isArray(value) ? 0 : children.length;
  for (const child of children) count += memberCount(child);
  return count;
}

const BLANK = /\s*/y;

function skipBlank(text: string, at: number): number {
  BLANK.lastIndex = at;
  BLANK.test(text);
  return BLANK.lastIndex;
}

const SCALAR = /[^\s,\]}]*/y;
const BRACKET_OR_QUOTE = /["{}[\]]/g;

/** Behind the value that starts at `at`. */
function valueEnd(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return stringEnd(text, at) ?? text.length;
  if (first !== "{" && first !== "[") {
    SCALAR.lastIndex = at;
    SCALAR.test(text);
    return SCALAR.lastIndex;
  }
  let depth = 0;
  for (let next = at; next < text.length; ) {
    BRACKET_OR_QUOTE.lastIndex = next;
    const found = BRACKET_OR_QUOTE.exec(text);
    if (found === null) break;
    const { 0: token, index } = found;
    if (token === '"') next = stringEnd(text, index) ?? text.length;
    else {
      depth += token === "{" || token === "[" ? 1 : -1;
      next = index + 1;
      if (depth === 0) return next;
    }
  }
  return text.length;
}

type Step = string | number;

/** Where the members of an object or the items of a list start, one by one; none for another value. */
function* childOffsets(text: string, at: number): Generator<{ readonly step: Step; readonly start: number }> {
  const inList = text[at] === "[";
  if (!inList && text[at] !== "{") return;
  let next = skipBlank(text, at + 1);
  for (let index = 0; next < text.length && text[next] !== (inList ? "]" : "}"); index += 1) {
    let step: Step = index;
    if (!inList) {
      const end = stringEnd(text, next) ?? text.length;
      step = String(JSON.parse(text.slice(next, end)));
      next = skipBlank(text, skipBlank(text, end) + 1);
    }
    yield { step, start: next };
    next = skipBlank(text, valueEnd(text, next));
    if (text[next] === ",") next = skipBlank(text, next + 1);
  }
}

/** An object or a list, looked through as far as it was asked for: what was passed, and what is ahead. */
interface OpenPlace {
  readonly passed: Map<Step, number>;
  readonly ahead: ReturnType<typeof childOffsets>;
}

/** Where one member of an object or one item of a list starts; null if there is none. */
function childOffset({ passed, ahead }: OpenPlace, wanted: Step): number | null {
  const known = passed.get(wanted);
  if (known !== undefined) return known;
  for (let next = ahead.next(); next.done !== true; next = ahead.next()) {
    const { step, start } = next.value;
    if (!passed.has(step)) passed.set(step, start);
    if (step === wanted) return start;
  }
  return null;
}

/**
 * Finds where fields stand in a text that is known to be one JSON value; of an absent field, where its nearest present
 * ancestor does. All fields of an object or a list together cost one look through it.
 */
export function jsonOffsets(text: string): (path: FieldPath) => number {
  const opened = new Map<number, OpenPlace>();
  const open = (at: number): OpenPlace => {
    const place = opened.get(at) ?? { passed: new Map(), ahead: childOffsets(text, at) };
    opened.set(at, place);
    return place;
  };
  return (path) => {
    let at = skipBlank(text, 0);
    for (const step of path) {
      const child = childOffset(open(at), step);
      if (child === null) return at;
      at = child;
    }
    return at;
  };
}
