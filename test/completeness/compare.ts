import type { CatalogueRow } from "../../src/catalogue/row.ts";
import type { Channel } from "../e2e/harness/modules.ts";
import type { Exception } from "./exceptions.ts";
import { channels, type Field, type Release, releaseOf, releases } from "./schemas.ts";

/** The catalogue held against the schemas. Every check answers with what is wrong, a sentence each. */

/** The two sides, passed in so that a check can also be shown something to object to. */
export interface Comparison {
  readonly fields: readonly Field[];
  /** The catalogue's rows about the Gateway API itself. */
  readonly rows: readonly CatalogueRow[];
  readonly exceptions: readonly Exception[];
}

const newest: Release = releases.at(-1) ?? "";

function spanOf(served: readonly Release[]): string {
  const last = served.at(-1);
  return last === newest ? `since ${served[0]}` : `${served[0]} to ${last}`;
}

/** Kind and path of a field, and where it is: `Gateway spec.tls.x (standard since v1.5, experimental since v1.4)`. */
export function describeField(field: Field): string {
  const spans = channels
    .filter((channel) => field.served[channel].length > 0)
    .map((channel) => `${channel} ${spanOf(field.served[channel])}`);
  return `${field.kind} ${field.path} (${spans.join(", ") || "not served by any release"})`;
}

function stepMatches(pattern: string, step: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (!step.startsWith(first)) return false;
  if (rest.length === 0) return step === first;
  const last = rest.at(-1) ?? "";
  let at = first.length;
  for (const piece of rest.slice(0, -1)) {
    const found = step.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return step.length - last.length >= at && step.endsWith(last);
}

function stepsMatch(pattern: readonly string[], steps: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return steps.length === 0;
  if (head === "**") return steps.some((_, index) => stepsMatch(rest, steps.slice(index))) || stepsMatch(rest, []);
  const [step, ...others] = steps;
  return step !== undefined && stepMatches(head, step) && stepsMatch(rest, others);
}

/** Whether a path is one that an exception's pattern means. */
export function pathMatches(pattern: string, path: string): boolean {
  return stepsMatch(pattern.split("."), path.split("."));
}

/** One line of an exception: one kind, or any, and one pattern. */
interface ExceptionLine {
  readonly kind: string | null;
  readonly pattern: string;
}

function linesOf({ kinds, paths }: Exception): readonly ExceptionLine[] {
  return (kinds === "any" ? [null] : kinds).flatMap((kind) => paths.map((pattern) => ({ kind, pattern })));
}

function lineMatches(line: ExceptionLine, field: Field): boolean {
  return (line.kind === null || line.kind === field.kind) && pathMatches(line.pattern, field.path);
}

/** The exceptions that a field stands on. */
export function exceptionsOf(field: Field, exceptions: readonly Exception[]): readonly Exception[] {
  return exceptions.filter((exception) => linesOf(exception).some((line) => lineMatches(line, field)));
}

/** Whether the row is about the field. */
export function isFieldOf(row: CatalogueRow, field: Field): boolean {
  return row.from.group === field.group && row.from.kind === field.kind && row.path === field.path;
}

/** Fields that look like references, of which nothing says what they are. */
export function unexplainedFields({ fields, rows, exceptions }: Comparison): readonly string[] {
  return fields
    .filter((field) => field.found && !rows.some((row) => isFieldOf(row, field)))
    .filter((field) => exceptionsOf(field, exceptions).length === 0)
    .map((field) => `${describeField(field)} is neither in the catalogue nor an exception`);
}

/** Fields with more than one explanation: one of them is too wide, and would hide what comes later. */
export function twiceExplainedFields({ fields, rows, exceptions }: Comparison): readonly string[] {
  return fields.flatMap((field) => {
    const reasons = exceptionsOf(field, exceptions).map(({ reason }) => reason);
    if (rows.some((row) => isFieldOf(row, field))) reasons.push("It is in the catalogue.");
    return field.found && reasons.length > 1 ? [`${describeField(field)}: ${reasons.join(" And: ")}`] : [];
  });
}

/** Kinds and patterns of exceptions that no field needs. */
export function needlessExceptions({ fields, exceptions }: Comparison): readonly string[] {
  const found = fields.filter((field) => field.found);
  return exceptions
    .flatMap(linesOf)
    .filter((line) => !found.some((field) => lineMatches(line, field)))
    .map(({ kind, pattern }) => `${kind ?? "any kind"} ${pattern} is an exception for no field`);
}

/** Rows about fields that no release has ever had. */
export function rowsWithoutField({ fields, rows }: Comparison): readonly string[] {
  return rows
    .filter((row) => !fields.some((field) => isFieldOf(row, field)))
    .map((row) => `${row.id}: no release has ${row.from.kind} ${row.path}`);
}

/** Rows about fields that fields.ts does not find: what it misses in one place it may miss in others. */
export function rowsNotFound({ fields, rows }: Comparison): readonly string[] {
  return rows
    .filter((row) => fields.some((field) => isFieldOf(row, field) && !field.found))
    .map((row) => `${row.id}: ${row.from.kind} ${row.path} is not found by fields.ts`);
}

function releaseProblems(row: CatalogueRow, field: Field): readonly string[] {
  const problems: string[] = [];
  const channel: Channel = field.served.standard.length > 0 ? "standard" : "experimental";
  const served = field.served[channel];
  const since = served[0] ?? null;
  const last = served.at(-1) ?? null;
  const until = last === newest ? null : last;
  if (row.channel !== channel) problems.push(`channel is ${row.channel}, and it is ${channel}`);
  if ((row.since === null ? null : releaseOf(row.since)) !== since) {
    problems.push(`since is ${row.since}, and it is ${since}`);
  }
  if ((row.until === null ? null : releaseOf(row.until)) !== until) {
    problems.push(`until is ${row.until}, and it is ${until}`);
  }
  const length = last === null || since === null ? 0 : releases.indexOf(last) - releases.indexOf(since) + 1;
  if (served.length !== length) problems.push(`some releases between do not have it: ${served.join(" ")}`);
  return problems.map((problem) => `${row.id}: ${problem}: ${describeField(field)}`);
}

/** Rows whose channel, first or last release are others than those of the schemas. */
export function wrongReleases({ fields, rows }: Comparison): readonly string[] {
  return rows.flatMap((row) => {
    const field = fields.find((one) => isFieldOf(row, one));
    return field === undefined ? [] : releaseProblems(row, field);
  });
}

function shapeProblems(row: CatalogueRow, field: Field): readonly string[] {
  const problems: string[] = [];
  const crosses = field.shapes.some(({ namespace }) => namespace);
  if (row.handshake === "none" && row.reach === "local" && crosses) {
    problems.push("is said to stay in its namespace, and can name another");
  }
  if ((row.handshake === "grant" || row.handshake === "attachment") && !crosses) {
    problems.push("is said to cross namespaces, and cannot name one");
  }
  for (const { defaultGroup, defaultKind } of field.shapes) {
    if (defaultGroup !== (row.defaults?.group ?? null) || defaultKind !== (row.defaults?.kind ?? null)) {
      const said = row.defaults === null ? "none" : `${row.defaults.group}/${row.defaults.kind}`;
      problems.push(`defaults are ${said}, and the API server fills in ${defaultGroup}/${defaultKind}`);
    }
  }
  return problems.map((problem) => `${row.id}: ${problem}: ${describeField(field)}`);
}

/** Rows that contradict the schemas about what a reference may leave out, and whether it can name a namespace. */
export function wrongShapes({ fields, rows }: Comparison): readonly string[] {
  return rows
    .filter(({ reading }) => reading === "reference")
    .flatMap((row) => {
      const field = fields.find((one) => isFieldOf(row, one));
      return field === undefined ? [] : shapeProblems(row, field);
    });
}
