import Table from "cli-table3";
import stringWidth from "string-width";
import { type Display, styled } from "./text.ts";

/** Cells must be printable; they may carry colour and, in boxes, line breaks. */
export type Row = readonly string[];

/** cli-table3's border characters, all empty, so that a table looks like one of kubectl's. */
const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
} as const;

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

/** cli-table3 lays out in time square to the rows, so long tables are laid out in pieces of equal column widths. */
const ROWS_AT_ONCE = 100;

/** How many columns the widest line of a cell takes. */
export function widthOf(cell: string): number {
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

function laidOut(rows: readonly Row[], widths: readonly number[], gutter: number): string {
  const table = new Table({
    chars: NO_BORDERS,
    colWidths: widths.map((width) => width + gutter),
    style: { "padding-left": 0, "padding-right": gutter, head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** A table without borders: upper-case heads, three spaces between columns, no trailing blanks. Empty if there are no rows. */
export function plainTable(head: Row, rows: readonly Row[], { headers }: Display): string {
  if (rows.length === 0) return "";
  const all = headers ? [head, ...rows] : rows;
  const widths = columnWidths(all);
  const pieces: string[] = [];
  for (let at = 0; at < all.length; at += ROWS_AT_ONCE) {
    pieces.push(laidOut(all.slice(at, at + ROWS_AT_ONCE), widths, GUTTER));
  }
  return pieces
    .join("\n")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
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
