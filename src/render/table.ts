import Table from "cli-table3";
import stringWidth from "string-width";
import { type Display, styled } from "./text.ts";

/** Cells must be printable; they may carry colour and line breaks. */
export type Row = readonly string[];

const ASCII_BORDERS = {
  top: "-",
  "top-mid": "+",
  "top-left": "+",
  "top-right": "+",
  bottom: "-",
  "bottom-mid": "+",
  "bottom-left": "+",
  "bottom-right": "+",
  left: "|",
  "left-mid": "+",
  mid: "-",
  "mid-mid": "+",
  right: "|",
  "right-mid": "+",
  middle: "|",
} as const;

/** Between columns, as kubectl's printers have it. */
export const GUTTER = 3;

/** Characters that take one column each: those of ASCII, and our own symbols. Nearly every cell has no others. */
const ONE_COLUMN_EACH = /^[ -~✓✗·→]*$/;

/** How many columns the widest line of a cell takes. */
export function widthOf(cell: string): number {
  if (ONE_COLUMN_EACH.test(cell)) return cell.length;
  return Math.max(...cell.split("\n").map((line) => stringWidth(line)));
}

/** The width of each column: its widest cell. */
export function columnWidths(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  }
  return widths;
}

function lineOf(row: Row, widths: readonly number[]): string {
  let line = "";
  let column = 0;
  let taken = 0;
  for (const [index, cell] of row.entries()) {
    line += " ".repeat(column - taken) + cell;
    taken = column + widthOf(cell);
    column += (widths[index] ?? 0) + GUTTER;
  }
  return line.trimEnd();
}

/** A row as lines: as many as its tallest cell has. */
function linesOf(row: Row, widths: readonly number[]): readonly string[] {
  if (!row.some((cell) => cell.includes("\n"))) return [lineOf(row, widths)];
  const cells = row.map((cell) => cell.split("\n"));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) =>
    lineOf(
      cells.map((lines) => lines[at] ?? ""),
      widths,
    ),
  );
}

/**
 * The lines of a table without borders: upper-case heads, three spaces between columns, no trailing blanks. None if there
 * are no rows.
 */
export function* plainLines(head: Row, rows: readonly Row[], { headers }: Display): Generator<string> {
  if (rows.length === 0) return;
  const widths = columnWidths(headers ? [head, ...rows] : rows);
  if (headers) yield lineOf(head, widths);
  for (const row of rows) yield* linesOf(row, widths);
}

/** The same as one text. */
export function plainTable(head: Row, rows: readonly Row[], display: Display): string {
  return [...plainLines(head, rows, display)].join("\n");
}

/** A boxed table, for a cross-tab on a terminal. */
export function boxedTable(head: Row, rows: readonly Row[], display: Display): string {
  const table = new Table({
    head: [...head].map((cell) => styled(cell, "bold", display)),
    style: { head: [], border: [], compact: true },
    ...(display.unicode ? {} : { chars: ASCII_BORDERS }),
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** How many columns of the terminal a table would take. */
export function tableWidth(head: Row, rows: readonly Row[], boxed: boolean): number {
  const widths = columnWidths([head, ...rows]);
  const text = widths.reduce((sum, width) => sum + width, 0);
  return boxed ? text + 3 * widths.length + 1 : text + GUTTER * (widths.length - 1);
}
