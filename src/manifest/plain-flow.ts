import type { ChildOffset } from "./field-offsets.ts";
import {
  beginsWord,
  behindSpaces,
  endsKey,
  type Found,
  HASH,
  isOtherThanText,
  isPrintable,
  keyEnd,
  quotedText,
  type Slicer,
  SPACE,
  wordValue,
} from "./plain-text.ts";

/** Collections in brackets on one line, of words in plain letters or in quotes: YAML 1.2, chapter 7.4, as people write it. */

const MAX_DEPTH = 16;

/** What ends a word, and is nothing that a word is followed by. */
const BRACKETS = "[]{},";

function word(text: string, start: number, slice: Slicer): Found | null {
  if (!beginsWord(text, start)) return null;
  let end = start;
  for (let at = start; !BRACKETS.includes(text[at] ?? ","); at += 1) {
    const code = text.charCodeAt(at);
    if (code === SPACE) continue;
    if (code === HASH || !isPrintable(code) || endsKey(text, at)) return null;
    // Some readers take a colon in front of a bracket or a comma for the end of a key.
    if (text[at] === ":" && BRACKETS.includes(text[at + 1] ?? ",")) return null;
    end = at + 1;
  }
  return { value: wordValue(slice(start, end)), end };
}

/** A key, and where its value starts. */
function keyed(text: string, start: number, slice: Slicer): { readonly key: string; readonly start: number } | null {
  const first = text[start];
  if (first === '"' || first === "'") {
    const quoted = quotedText(text, start, slice);
    if (quoted === null || !endsKey(text, quoted.end)) return null;
    return { key: quoted.value, start: behindSpaces(text, quoted.end + 1) };
  }
  const end = keyEnd(text, start);
  const key = end === -1 ? "" : slice(start, end);
  return end === -1 || isOtherThanText(key) ? null : { key, start: behindSpaces(text, end + 1) };
}

/** Behind the comma here, or at the bracket that closes; null for what is neither. */
function nextStart(text: string, from: number, closing: string): number | null {
  const at = behindSpaces(text, from);
  if (text[at] === closing) return at;
  if (text[at] !== ",") return null;
  const start = behindSpaces(text, at + 1);
  // A comma behind the last is allowed, and rare.
  return text[start] === closing ? null : start;
}

function mapping(text: string, start: number, slice: Slicer, depth: number): Found | null {
  const object: Record<string, unknown> = {};
  let at: number | null = behindSpaces(text, start + 1);
  while (at !== null && text[at] !== "}") {
    const found = keyed(text, at, slice);
    if (found === null || object[found.key] !== undefined || found.key === "__proto__") return null;
    const value = inFlow(text, found.start, slice, depth);
    if (value === null) return null;
    object[found.key] = value.value;
    at = nextStart(text, value.end, "}");
  }
  return at === null ? null : { value: object, end: at + 1 };
}

function list(text: string, start: number, slice: Slicer, depth: number): Found | null {
  const items: unknown[] = [];
  let at: number | null = behindSpaces(text, start + 1);
  while (at !== null && text[at] !== "]") {
    const item = inFlow(text, at, slice, depth);
    if (item === null) return null;
    items.push(item.value);
    at = nextStart(text, item.end, "]");
  }
  return at === null ? null : { value: items, end: at + 1 };
}

function inFlow(text: string, start: number, slice: Slicer, depth: number): Found | null {
  if (depth > MAX_DEPTH) return null;
  switch (text[start]) {
    case "{":
      return mapping(text, start, slice, depth + 1);
    case "[":
      return list(text, start, slice, depth + 1);
    case '"':
    case "'":
      return quotedText(text, start, slice);
    default:
      return word(text, start, slice);
  }
}

/** The value of the collection that starts with this bracket, and its end; null where it is not understood. */
export function flowValue(text: string, start: number, slice: Slicer): Found | null {
  return inFlow(text, start, slice, 0);
}

/** Where the members or items of a collection start that {@link flowValue} understands. */
export function* flowOffsets(text: string, start: number): Generator<ChildOffset> {
  const slice: Slicer = (from, to) => text.slice(from, to);
  const inList = text[start] === "[";
  const closing = inList ? "]" : "}";
  let at: number | null = behindSpaces(text, start + 1);
  for (let index = 0; at !== null && text[at] !== closing; index += 1) {
    const member: { readonly key: string; readonly start: number } | null = inList ? null : keyed(text, at, slice);
    const place: number = member?.start ?? at;
    yield { step: member?.key ?? index, start: place };
    const value = inFlow(text, place, slice, 0);
    at = value === null ? null : nextStart(text, value.end, closing);
  }
}
