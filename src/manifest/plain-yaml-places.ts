import { type ChildOffset, type FieldOffsets, fieldOffsets } from "./field-offsets.ts";
import { flowOffsets } from "./plain-flow.ts";
import { behindSpaces, contentFrom, contentStart, isDash, keyEnd, nextLine } from "./plain-text.ts";

/** The column of a place, from 0. */
const columnOf = (text: string, at: number): number => at - text.lastIndexOf("\n", at - 1) - 1;

/** Where the value starts that stands behind a colon or a dash in this column, in its line or the ones below. */
function valueStart(text: string, from: number, column: number, behindKey: boolean): number {
  const start = behindSpaces(text, from);
  const first = text[start];
  if (first !== undefined && first !== "\n" && first !== "#") return start;
  const below = contentFrom(text, nextLine(text, start), text.length);
  const indent = below === text.length ? -1 : columnOf(text, below);
  return indent > column || (indent === column && behindKey && isDash(text, below)) ? below : start;
}

/** The first content behind this line that is not indented deeper than a column; the end of the text where there is none. */
function contentInColumn(text: string, from: number, column: number): number {
  for (let line = nextLine(text, from); line < text.length; ) {
    const at = behindSpaces(text, line);
    const first = text[at];
    if (at - line <= column && first !== "\n" && first !== "#") return at;
    line = nextLine(text, at);
  }
  return text.length;
}

/** Where the members of a mapping or the items of a list start, one by one; none for another value. */
function* childOffsets(text: string, first: number): Generator<ChildOffset> {
  if (text[first] === "{" || text[first] === "[") {
    yield* flowOffsets(text, first);
    return;
  }
  const column = columnOf(text, first);
  const inColumn = (at: number) => at < text.length && columnOf(text, at) === column;
  if (isDash(text, first)) {
    for (let at = first, index = 0; inColumn(at) && isDash(text, at); index += 1) {
      yield { step: index, start: valueStart(text, at + 1, column, false) };
      at = contentInColumn(text, at, column);
    }
    return;
  }
  for (let at = first; inColumn(at); ) {
    const end = keyEnd(text, at);
    if (end === -1) return;
    yield { step: text.slice(at, end), start: valueStart(text, end + 1, column, true) };
    do at = contentInColumn(text, at, column);
    while (inColumn(at) && isDash(text, at));
  }
}

/** Finds where fields stand in the text of a document that `plainReader` understands. */
export function plainOffsets(text: string): FieldOffsets {
  const root = contentStart(text, 0, text.length) ?? 0;
  return fieldOffsets(root, (at) => childOffsets(text, at));
}
