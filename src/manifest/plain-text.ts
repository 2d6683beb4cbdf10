import { plainWord } from "./yaml-schema.ts";

/** Characters by their codes. */
export const LINE_FEED = 10;
export const SPACE = 32;
export const HASH = 35;
const SINGLE_QUOTE = 39;
export const DASH = 45;
const COLON = 58;
const BACKSLASH = 92;
const LAST_OF_ASCII = 127;

/** Marks characters of ASCII. */
function marked(characters: string): Uint8Array {
  const marks = new Uint8Array(128);
  for (const character of characters) marks[character.charCodeAt(0)] = 1;
  return marks;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const IS_LETTER = marked(LETTERS);
const IN_KEY = marked(`${LETTERS}${DIGITS}_./-`);
/** What a plain word can begin with, whatever follows: no indicator of YAML 1.2, chapter 5.3. */
const BEGINS_WORD = marked(`${LETTERS}${DIGITS}_./+~$()<=;^\\`);
/** Plain words that begin with one of these are text; with another, they may be numbers. */
const BEGINS_TEXT = marked(`_/$();^\\`);

/** Words of letters that are no text; any of them has at most so many letters. */
const OTHER_THAN_TEXT: ReadonlyMap<string, boolean | null> = new Map([
  ...["null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"].map((word) => [word, false] as const),
]);
const LONGEST_OTHER = 5;

/** Whether a line ends here, or the text. */
export const isLineEnd = (code: number): boolean => code === LINE_FEED || Number.isNaN(code);

/** Printable for all readers of YAML, and no end of a line for any. */
export const isPrintable = (code: number): boolean =>
  (code >= SPACE && code < 127) || (code >= 0xa0 && code < 0xd800 && code !== 0x2028 && code !== 0x2029);

/** Behind the blanks from here on. */
export function behindSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === SPACE) at += 1;
  return at;
}

/** The start of the line behind this place. */
export function nextLine(text: string, from: number): number {
  if (text.charCodeAt(from) === LINE_FEED) return from + 1;
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end + 1;
}

/** The colon behind the plain key that starts here; -1 where none does. */
export function keyEnd(text: string, start: number): number {
  let code = text.charCodeAt(start);
  if (IS_LETTER[code] !== 1) return -1;
  let at = start;
  while (IN_KEY[code] === 1) code = text.charCodeAt(++at);
  return endsKey(text, at) ? at : -1;
}

/** Whether an item of a list starts here. */
export function isDash(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== DASH) return false;
  const following = text.charCodeAt(at + 1);
  return following === SPACE || isLineEnd(following);
}

/** The first place from the start of a line that is no blank and no comment; `end` where there is none. */
export function contentFrom(text: string, lineStart: number, end: number): number {
  for (let start = lineStart; start < end; ) {
    const at = behindSpaces(text, start);
    const code = text.charCodeAt(at);
    if (at >= end) break;
    if (code === LINE_FEED) start = at + 1;
    else if (code === HASH) start = nextLine(text, at);
    else return at;
  }
  return end;
}

/** Where the content of a document begins, behind the `---` on its first line; null where more stands on that line. */
export function contentStart(text: string, start: number, end: number): number | null {
  if (!text.startsWith("---", start)) return contentFrom(text, start, end);
  const at = behindSpaces(text, start + 3);
  const code = text.charCodeAt(at);
  if (!isLineEnd(code) && (code !== HASH || at === start + 3)) return null;
  return contentFrom(text, nextLine(text, at), end);
}

/** What stands in a text, and where that ends. */
export interface Found {
  readonly value: unknown;
  readonly end: number;
}

/** Makes a string of a part of the text. */
export type Slicer = (start: number, end: number) => string;

const ESCAPED_AS_IN_JSON = /^"(?:[^"\\]|\\["\\/bfnrt])*"$/;

/** The text in quotes that starts here and ends on the same line; null where it is not understood. */
export function quotedText(
  text: string,
  start: number,
  slice: Slicer,
): { readonly value: string; readonly end: number } | null {
  const quote = text.charCodeAt(start);
  let isSimple = true;
  let at = start + 1;
  for (; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      if (quote !== SINGLE_QUOTE || text.charCodeAt(at + 1) !== SINGLE_QUOTE) break;
      isSimple = false;
      at += 1;
    } else if (code === BACKSLASH && quote !== SINGLE_QUOTE) {
      isSimple = false;
      at += 1;
    }
    if (!isPrintable(text.charCodeAt(at))) return null;
  }
  const end = at + 1;
  if (isSimple) return { value: slice(start + 1, at), end };
  if (quote === SINGLE_QUOTE) return { value: text.slice(start + 1, at).replaceAll("''", "'"), end };
  const escaped = text.slice(start, end);
  return ESCAPED_AS_IN_JSON.test(escaped) ? { value: String(JSON.parse(escaped)), end } : null;
}

/** Whether a plain word can start here. */
export function beginsWord(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  if (first > LAST_OF_ASCII) return isPrintable(first);
  if (first !== DASH) return BEGINS_WORD[first] === 1;
  return IN_KEY[text.charCodeAt(start + 1)] === 1;
}

/** Whether a colon here ends the key in front of it. */
export function endsKey(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== COLON) return false;
  const following = text.charCodeAt(at + 1);
  return following === SPACE || isLineEnd(following);
}

/** Whether a word of letters, as a key, is no text. */
export const isOtherThanText = (word: string): boolean => word.length <= LONGEST_OTHER && OTHER_THAN_TEXT.has(word);

/** What a plain word means. */
export function wordValue(word: string): unknown {
  const first = word.charCodeAt(0);
  if (IS_LETTER[first] === 1) return isOtherThanText(word) ? OTHER_THAN_TEXT.get(word) : word;
  return first > LAST_OF_ASCII || BEGINS_TEXT[first] === 1 ? word : plainWord(word);
}
