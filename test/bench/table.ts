import type { Comparison } from "./measure.ts";

/** What a comparison has to keep to. */
export interface Limits {
  /** Of the ratio of wall clocks, after it is divided by the ratio of the objects. */
  readonly seconds?: number;
  /** Of the ratio of peak memory. */
  readonly memory?: number;
  /** Of the first command's peak memory, in MiB. */
  readonly megabytes?: number;
}

/** Two commands side by side, with what is asked of them. */
export interface Row {
  readonly first: string;
  readonly second: string;
  readonly result: Comparison;
  /** How many times as many objects the first command deals with; 1 by default. */
  readonly objects?: number;
  readonly limits: Limits;
}

/** Something that was counted or measured alone. */
export interface Figure {
  readonly title: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

function seconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2);
}

const whole = (value: number | null): string => (value === null ? "-" : value.toFixed(0));
const ratio = (value: number | null): string => (value === null ? "-" : value.toFixed(2));
const limit = (value: number | undefined): string => (value === undefined ? "" : `${value}`);

/** Lays out lines in columns: words to the left, numbers to the right. */
function columns(lines: readonly (readonly string[])[], words: number): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const cell = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column < words ? text.padEnd(width) : text.padStart(width);
  };
  return lines.map((line) => line.map(cell).join("   ").trimEnd()).join("\n");
}

function secondsRatio({ result, objects = 1 }: Row): number {
  return result.secondsRatio / objects;
}

/** The comparisons as a table for a terminal. */
export function rowTable(rows: readonly Row[]): string {
  const head = ["A", "B", "A s", "B s", "A/B", "limit", "A MB", "B MB", "A/B", "limit"];
  const lines = rows.map((row) => {
    const { first, second, result, objects, limits } = row;
    return [
      first,
      second,
      seconds(result.first.seconds),
      seconds(result.second.seconds),
      objects === undefined ? ratio(result.secondsRatio) : `${ratio(secondsRatio(row))} per object`,
      limit(limits.seconds),
      whole(result.first.megabytes),
      whole(result.second.megabytes),
      ratio(result.megabytesRatio),
      limits.megabytes === undefined ? limit(limits.memory) : `${limits.megabytes} MB`,
    ];
  });
  return columns([head, ...lines], 2);
}

/** The figures as a table for a terminal. */
export function figureTable(figures: readonly Figure[]): string {
  const lines = figures.map(({ title, value, unit, atLeast, atMost }) => [
    title,
    unit,
    value >= 1000 ? value.toFixed(0) : ratio(value),
    atLeast === undefined ? (atMost === undefined ? "" : `at most ${atMost}`) : `at least ${atLeast}`,
  ]);
  return columns([["what", "in", "seen", "limit"], ...lines], 2);
}

const above = (value: number | null, most: number | undefined): boolean =>
  value !== null && most !== undefined && value > most;

/** What does not keep to its limits, a line each. */
export function broken(rows: readonly Row[], figures: readonly Figure[]): readonly string[] {
  return [
    ...rows.flatMap((row) => {
      const { first, second, result, limits } = row;
      const what = `${first} | ${second}`;
      return [
        ...(above(secondsRatio(row), limits.seconds)
          ? [`${what}: ${ratio(secondsRatio(row))} > ${limits.seconds}`]
          : []),
        ...(above(result.megabytesRatio, limits.memory)
          ? [`${what}: ${ratio(result.megabytesRatio)} times the memory > ${limits.memory}`]
          : []),
        ...(above(result.first.megabytes, limits.megabytes)
          ? [`${what}: ${whole(result.first.megabytes)} MB > ${limits.megabytes} MB`]
          : []),
      ];
    }),
    ...figures
      .filter(({ value, atLeast = value, atMost = value }) => value < atLeast || value > atMost)
      .map(({ title, value, unit }) => `${title}: ${ratio(value)} ${unit}`),
  ];
}
