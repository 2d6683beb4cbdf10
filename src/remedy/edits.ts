import type { NonEmpty } from "../model/decision.ts";
import { isRecord, type Json, jsonOf } from "../model/json.ts";
import type { FieldPath } from "../model/object.ts";
import type { Edit } from "../model/remedy.ts";

/** What stands at one step below a value; undefined where nothing does. */
function below(value: unknown, step: string | number): unknown {
  if (typeof step === "number") return Array.isArray(value) ? value[step] : undefined;
  return isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

/** Can a step be taken into this value, be there something or not? */
const takes = (value: unknown, step: string | number): boolean =>
  typeof step === "number" ? Array.isArray(value) && step <= value.length : isRecord(value);

/** A value that stands at the end of a path of which nothing is there yet. */
function wrapped(path: FieldPath, value: Json): Json {
  return path.reduceRight<Json>((inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }), value);
}

/** What has to stand in a body where a path leads: of a list item its name, or all of it if the path leads to a field of it. */
function itemsOn(body: unknown, path: FieldPath): Edit["given"] {
  let at = body;
  return path.flatMap((step, depth): Edit["given"] => {
    at = below(at, step);
    if (typeof step !== "number" || depth === path.length - 1) return [];
    const here = path.slice(0, depth + 1);
    const [item, name] = [jsonOf(at), below(at, "name")];
    if (depth === path.length - 2 && item !== undefined) return [{ path: here, value: item }];
    return typeof name === "string" ? [{ path: [...here, "name"], value: name }] : [];
  });
}

/** Fields of an object that change by themselves: it cannot be asked that they be as they were. */
const RESTLESS = "metadata";

/** What has to stand where something is added: the object or list that it is added to. */
function around(path: FieldPath, holder: unknown): Edit["given"] {
  const value = jsonOf(holder);
  return path.length === 0 || path[0] === RESTLESS || value === undefined ? [] : [{ path, value }];
}

/**
 * The change of one field of a body. Where objects on the way are missing, the outermost of them is set as a whole. Null where
 * nothing would change, or where something on the way is neither an object nor a list.
 */
function editOf(body: unknown, path: FieldPath, value: Json | undefined): Edit | null {
  let at = body;
  for (const [depth, step] of path.entries()) {
    if (!takes(at, step)) return null;
    const next = below(at, step);
    const here = path.slice(0, depth + 1);
    const missing = next === undefined || next === null;
    if (missing) {
      if (value === undefined) return null;
      const given = [...itemsOn(body, here), ...around(path.slice(0, depth), at)];
      return { path: here, was: undefined, value: wrapped(path.slice(depth + 1), value), given };
    }
    if (depth === path.length - 1) return { path, was: jsonOf(next), value, given: itemsOn(body, path) };
    at = next;
  }
  return null;
}

/** One item more at the end of a list; null where there is no such list. */
export function appendOf(body: unknown, path: FieldPath, value: Json): NonEmpty<Edit> | null {
  const list = path.reduce(below, body);
  const edit = Array.isArray(list) ? editOf(body, [...path, list.length], value) : null;
  return edit === null ? null : [edit];
}

/** All of these changes; null where one of them cannot be made. */
export function editsOf(
  body: unknown,
  changes: readonly { readonly path: FieldPath; readonly value: Json | undefined }[],
): NonEmpty<Edit> | null {
  const edits = changes.map(({ path, value }) => editOf(body, path, value));
  const made = edits.filter((edit) => edit !== null);
  const [first, ...others] = made;
  return first === undefined || made.length < edits.length ? null : [first, ...others];
}

function placed(value: unknown, [step, ...rest]: FieldPath, next: Json | undefined): unknown {
  if (step === undefined) return next;
  const inner = placed(below(value, step), rest, next);
  if (typeof step === "number") {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return inner === undefined ? items.toSpliced(step, 1) : items.toSpliced(step, 1, inner);
  }
  const entries = new Map(Object.entries(isRecord(value) ? value : {}));
  if (inner === undefined) entries.delete(step);
  else entries.set(step, inner);
  return Object.fromEntries(entries);
}

/** A body after some changes; the one given stays as it is. */
export function edited(body: unknown, edits: readonly Edit[]): unknown {
  return edits.reduce((before, { path, value }) => placed(before, path, value), body);
}
