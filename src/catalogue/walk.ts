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

/** Every present field under `root` that a pattern describes, in the order of the object. */
export function* fieldsAt(root: Field, pattern: PathPattern, depth = 0): Generator<Field> {
  const step = pattern[depth];
  if (step === undefined) {
    if (root.present) yield root;
    return;
  }
  if (step === "[]") {
    for (const item of root.items()) yield* fieldsAt(item, pattern, depth + 1);
    return;
  }
  const next = root.at(step);
  if (next.present) yield* fieldsAt(next, pattern, depth + 1);
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
