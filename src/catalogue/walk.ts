import { Field } from "../model/fields.ts";
import type { FieldPath } from "../model/object.ts";

/** A row's path, ready to walk. */
export type PathPattern = readonly string[];

/** A key in braces, which may hold dots; or a plain one; or the items of a list. */
const STEP = /\{([^}]*)\}|([^.[\]{}]+)|\[\]/g;

/** Splits `spec.rules[].backendRefs[]` into its steps, `[]` being a step of its own. A key with dots stands in braces. */
export function pathPattern(path: string): PathPattern {
  return [...path.matchAll(STEP)].map(([step, braced, plain]) => braced ?? plain ?? step);
}

/** Several patterns as one: where they part, and what is wanted of a field at which some of them end. */
export interface Fork<T> {
  readonly here: readonly T[];
  readonly items: Fork<T> | null;
  readonly steps: readonly { readonly step: string; readonly fork: Fork<T> }[];
}

/** Joins patterns, so that what they have in common is walked once. */
export function forkOf<T>(
  patterns: readonly { readonly pattern: PathPattern; readonly wanted: T }[],
  depth = 0,
): Fork<T> {
  const onward = Map.groupBy(
    patterns.filter(({ pattern }) => pattern.length > depth),
    ({ pattern }) => pattern[depth] ?? "",
  );
  const items = onward.get("[]");
  onward.delete("[]");
  return {
    here: patterns.filter(({ pattern }) => pattern.length === depth).map(({ wanted }) => wanted),
    items: items === undefined ? null : forkOf(items, depth + 1),
    steps: [...onward].map(([step, below]) => ({ step, fork: forkOf(below, depth + 1) })),
  };
}

/** Tells of every present field under a present one that the patterns describe: those of each in the order of the object. */
export function walk<T>(field: Field, { here, items, steps }: Fork<T>, found: (wanted: T, field: Field) => void): void {
  for (const wanted of here) found(wanted, field);
  if (items !== null) for (const item of field.items()) if (item.present) walk(item, items, found);
  for (const { step, fork } of steps) if (field.leadsTo(step)) walk(field.at(step), fork, found);
}

/** The field at a place in an object; undefined where there is no such item of a list. */
function fieldAt(root: Field, path: FieldPath): Field | undefined {
  return path.reduce<Field | undefined>(
    (field, step) => (typeof step === "string" ? field?.at(step) : field?.items()[step]),
    root,
  );
}

/** The port that a reference names, which stands at a place in the body of its object; null where it names none. */
export function portAt(body: unknown, path: FieldPath): number | null {
  return fieldAt(Field.silent(body), path)?.at("port").integer() ?? null;
}
