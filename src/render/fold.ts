import { columnWidths, GUTTER, type Row, widthOf } from "./table.ts";
import type { Display } from "./text.ts";

/** Where a cell is broken: between the steps of a path, the kinds of a list, words. */
const BREAKS = /(?<=[,.\s])(?=[^,.\s])/;
/** Where a name is broken that is longer than a line. */
const HUMPS = /(?<=[a-z])(?=[A-Z])|(?<=-)/;

const piecesOf = (cell: string): readonly string[] => cell.split(BREAKS);
const humpsOf = (cell: string): readonly string[] => piecesOf(cell).flatMap((piece) => piece.split(HUMPS));

const isWithin = (text: string, width: number): boolean => widthOf(text.trimEnd()) <= width;

function folded(cell: string, width: number): string {
  const lines: string[] = [];
  for (const piece of piecesOf(cell).flatMap((whole) => (isWithin(whole, width) ? [whole] : humpsOf(whole)))) {
    const longer = `${lines.at(-1) ?? ""}${piece}`;
    if (lines.length > 0 && isWithin(longer, width)) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Narrows columns until together they take `room`, or none is wider than it has to be: the widest gives first. */
function narrowed(natural: readonly number[], least: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  const canGive = (index: number): boolean => (widths[index] ?? 0) > (least[index] ?? 0);
  for (let total = widths.reduce((sum, one) => sum + one, 0); total > room; total -= 1) {
    const [giver] = [...widths.keys()].filter(canGive).toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (giver === undefined) break;
    widths[giver] = (widths[giver] ?? 0) - 1;
  }
  return widths;
}

/**
 * The rows of a plain table, with cells of several lines where it would be wider than the terminal; as they are where there
 * is none. Names are broken only where nothing else is left to break. Cells must not be coloured yet.
 */
export function foldedToFit(head: Row, rows: readonly Row[], { width }: Display): readonly Row[] {
  if (width === null) return rows;
  const all = [head, ...rows];
  const leastBy = (pieces: (cell: string) => readonly string[]): readonly number[] =>
    columnWidths(all.map((row) => row.map((cell) => pieces(cell).join("\n"))));
  const room = width - GUTTER * (head.length - 1);
  const widths = narrowed(narrowed(columnWidths(all), leastBy(piecesOf), room), leastBy(humpsOf), room);
  return rows.map((row) => row.map((cell, index) => folded(cell, widths[index] ?? 0)));
}
