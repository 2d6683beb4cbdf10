import { Field } from "../model/fields.ts";
import { isRecord } from "../model/json.ts";
import type { FieldPath } from "../model/object.ts";

/** A row's path, ready to walk. */
export type PathPattern = readonly string[];

/** A key in braces, which may hold dots; or a plain one; or the items of a list. */
const STEP = /\{([^}]*)\}|([^.[\]{}]+)|\[\]/g;

/** Splits `spec.rules[].backendRefs[]` into its steps, `[]` being a step of its own. A key with dots stands in braces. */
export function pathPattern(path: string): PathPattern {
  return [...path.matchAll(STEP)].map(([step, braced, plain]) => braced ?? plain ?? step);
}

/**
 * Whether there is anything at the end of a pattern, or something on the way that is not what belongs there. Most objects have
 * few of the fields that can refer, so this is asked first, of the bare value.
 */
function leadsOn(value: unknown, pattern: PathPattern, depth: number): boolean {
  if (value === undefined || value === null) return false;
  const step = pattern[depth];
  if (step === undefined) return true;
  if (Array.isArray(value)) return step !== "[]" || value.some((item) => leadsOn(item, pattern, depth + 1));
  if (step === "[]" || !isRecord(value)) return true;
  return Object.hasOwn(value, step) && leadsOn(value[step], pattern, depth + 1);
}

function collect(field: Field, pattern: PathPattern, depth: number, found: Field[]): void {
  const step = pattern[depth];
  if (!field.present) return;
  if (step === undefined) found.push(field);
  else if (step === "[]") for (const item of field.items()) collect(item, pattern, depth + 1, found);
  else collect(field.at(step), pattern, depth + 1, found);
}

/** Every present field under `root` that a pattern describes, in the order of the object. */
export function fieldsAt(root: Field, pattern: PathPattern): readonly Field[] {
  const found: Field[] = [];
  if (leadsOn(root.raw, pattern, 0)) collect(root, pattern, 0, found);
  return found;
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
