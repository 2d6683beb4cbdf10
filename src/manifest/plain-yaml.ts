import { flowValue } from "./plain-flow.ts";
import {
  beginsWord,
  behindSpaces,
  contentFrom,
  contentStart,
  DASH,
  endsKey,
  type Found,
  HASH,
  isDash,
  isLineEnd,
  isOtherThanText,
  isPrintable,
  keyEnd,
  LINE_FEED,
  nextLine,
  quotedText,
  SPACE,
  wordValue,
} from "./plain-text.ts";

/** The most that is kept of words, so that one that comes again is no new string. */
const WORDS = 4096;

/** Deeper than manifests are; what is nested deeper is not understood here. */
const MAX_DEPTH = 64;

/** No line any more, or nothing that is understood. */
const NO_LINE = -1;

/**
 * Reads documents as programs write them, and most people: mappings and lists in block style, with words in plain letters or in quotes
 * on one line, collections in brackets on one line, and texts behind `|`. A document with anything else in it, or with an error, is
 * not understood, and left to a parser of all of YAML.
 */
class PlainReader {
  readonly #text: string;
  readonly #words: string[] = new Array<string>(WORDS).fill("");
  /** Of the lists that are being read, one behind the other: a list that grows takes room for many items. */
  readonly #items: unknown[] = [];
  #end = 0;
  /** Where the line that is next begins, behind its blanks, and how many those are; or {@link NO_LINE}. */
  #at = 0;
  #indent = NO_LINE;
  #understood = true;
  readonly #slice = (start: number, end: number): string => this.#word(start, end);

  constructor(text: string) {
    this.#text = text;
  }

  /** The value of a document that is a mapping; undefined where it is not understood. */
  document(start: number, end: number): unknown {
    this.#end = end;
    this.#understood = true;
    const first = contentStart(this.#text, start, end);
    if (first === null || first === end || (first > 0 && this.#text.charCodeAt(first - 1) !== LINE_FEED))
      return undefined;
    this.#at = first;
    this.#indent = 0;
    const value = this.#mapping(0, 0);
    return this.#understood ? value : undefined;
  }

  #giveUp(): null {
    this.#understood = false;
    this.#indent = NO_LINE;
    return null;
  }

  /** Goes on to the first line with content. */
  #toLine(from: number): void {
    const at = contentFrom(this.#text, from, this.#end);
    if (at === this.#end) {
      this.#indent = NO_LINE;
      return;
    }
    let start = at;
    while (start > from && this.#text.charCodeAt(start - 1) === SPACE) start -= 1;
    this.#at = at;
    this.#indent = at - start;
  }

  /** A part of the text; one that came before is the same string. */
  #word(start: number, end: number): string {
    const text = this.#text;
    const length = end - start;
    const last = text.charCodeAt(end - 1) + text.charCodeAt(end - 2 < start ? start : end - 2) * 11;
    const slot =
      (length * 31 + text.charCodeAt(start) * 7 + last * 67 + text.charCodeAt(start + (length >> 1))) % WORDS;
    const known = this.#words[slot];
    if (known !== undefined && known.length === length && text.startsWith(known, start)) return known;
    const word = text.slice(start, end);
    this.#words[slot] = word;
    return word;
  }

  #mapping(indent: number, depth: number): unknown {
    if (depth > MAX_DEPTH) return this.#giveUp();
    const object: Record<string, unknown> = {};
    while (this.#indent === indent) {
      const end = keyEnd(this.#text, this.#at);
      if (end === -1) return this.#giveUp();
      const key = this.#word(this.#at, end);
      // A key that stands twice is an error; one that every object has is rare enough.
      if (object[key] !== undefined || isOtherThanText(key)) return this.#giveUp();
      object[key] = this.#value(end + 1, indent, depth, true);
    }
    return this.#indent > indent ? this.#giveUp() : object;
  }

  #list(indent: number, depth: number): unknown {
    if (depth > MAX_DEPTH) return this.#giveUp();
    const items = this.#items;
    const base = items.length;
    while (this.#indent === indent && isDash(this.#text, this.#at)) {
      const start = behindSpaces(this.#text, this.#at + 1);
      if (keyEnd(this.#text, start) !== -1) {
        const column = indent + start - this.#at;
        this.#at = start;
        this.#indent = column;
        items.push(this.#mapping(column, depth + 1));
      } else items.push(this.#value(start, indent, depth, false));
    }
    const list = items.slice(base);
    items.length = base;
    return this.#indent > indent ? this.#giveUp() : list;
  }

  /** What stands behind a colon or a dash, in its line or the ones below. A list may begin in the column of its key. */
  #value(from: number, indent: number, depth: number, behindKey: boolean): unknown {
    const text = this.#text;
    const start = behindSpaces(text, from);
    const first = text.charCodeAt(start);
    if (isLineEnd(first) || first === HASH) {
      this.#toLine(nextLine(text, start));
      const isList = isDash(text, this.#at);
      if (this.#indent > indent) {
        return isList ? this.#list(this.#indent, depth + 1) : this.#mapping(this.#indent, depth + 1);
      }
      return isList && behindKey && this.#indent === indent ? this.#list(indent, depth + 1) : null;
    }
    switch (text[start]) {
      case '"':
      case "'":
        return this.#closed(quotedText(text, start, this.#slice));
      case "|":
        return this.#literal(start, indent);
      case "{":
      case "[":
        return this.#closed(flowValue(text, start, this.#slice));
      default:
        return this.#plain(start);
    }
  }

  /** Goes on to the next line; false where something else than a comment stands on this one. */
  #endLine(from: number): boolean {
    const at = behindSpaces(this.#text, from);
    const code = this.#text.charCodeAt(at);
    if (!isLineEnd(code) && (code !== HASH || at === from)) return false;
    this.#toLine(nextLine(this.#text, at));
    return true;
  }

  /** What has an end of its own on this line. */
  #closed(found: Found | null): unknown {
    return found !== null && this.#endLine(found.end) ? found.value : this.#giveUp();
  }

  #plain(start: number): unknown {
    const text = this.#text;
    if (!beginsWord(text, start)) return this.#giveUp();
    let at = start;
    let end = start;
    for (let code = text.charCodeAt(at); !isLineEnd(code); code = text.charCodeAt(++at)) {
      if (code === SPACE) continue;
      if (code === HASH && text.charCodeAt(at - 1) === SPACE) break;
      if (!isPrintable(code) || endsKey(text, at)) return this.#giveUp();
      end = at + 1;
    }
    this.#toLine(nextLine(text, at));
    return wordValue(this.#word(start, end));
  }

  /** The text behind `|`, without blank lines in front of it, and without blanks on blank lines in it. */
  #literal(start: number, indent: number): unknown {
    const text = this.#text;
    const isStripped = text.charCodeAt(start + 1) === DASH;
    const header = behindSpaces(text, start + (isStripped ? 2 : 1));
    if (text.charCodeAt(header) !== LINE_FEED) return this.#giveUp();
    const first = header + 1;
    const column = behindSpaces(text, first) - first;
    let end = first;
    let at = first;
    while (at < this.#end) {
      const content = behindSpaces(text, at);
      const lineEnd = text.indexOf("\n", content);
      if (lineEnd === -1) return this.#giveUp();
      if (lineEnd === content) {
        if (content > at || end === first) return this.#giveUp();
      } else if (content - at < column) break;
      else {
        for (let char = content; char < lineEnd; char += 1)
          if (!isPrintable(text.charCodeAt(char))) return this.#giveUp();
        end = lineEnd;
      }
      at = lineEnd + 1;
    }
    if (column <= indent || end === first) return this.#giveUp();
    this.#toLine(at);
    const lines = text.slice(first + column, end).replaceAll(`\n${" ".repeat(column)}`, "\n");
    return isStripped ? lines : `${lines}\n`;
  }
}

/**
 * A reader of the documents of a file, from the start of one to the start of the next.
 * @returns their value, as a parser of all of YAML gives it; undefined where that has to read it
 */
export function plainReader(text: string): (start: number, end: number) => unknown {
  // Some take a carriage return alone for the end of a line; a zero is an error even in a comment.
  if (/[\0\r\uFEFF]/.test(text)) return () => undefined;
  const reader = new PlainReader(text);
  return (start, end) => reader.document(start, end);
}
