import type { FieldPath } from "../model/object.ts";
import type { Edit, Json } from "../model/remedy.ts";

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: "test" | "add" | "replace"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string };

/** A path as a JSON pointer (RFC 6901). */
function pointer(path: FieldPath): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/**
 * Edits as a JSON patch. It tests all that it replaces or takes away, and the names of the list items on the way, before it
 * writes: on an object that was changed meanwhile it does nothing.
 */
export function jsonPatch(edits: readonly Edit[]): readonly PatchOperation[] {
  const tests = new Map<string, PatchOperation>();
  for (const { path, was, beside } of edits) {
    for (const { path: where, value } of beside) tests.set(pointer(where), { op: "test", path: pointer(where), value });
    if (was !== undefined) tests.set(pointer(path), { op: "test", path: pointer(path), value: was });
  }
  const writes = edits.map(({ path, was, value }): PatchOperation => {
    if (value === undefined) return { op: "remove", path: pointer(path) };
    return { op: was === undefined ? "add" : "replace", path: pointer(path), value };
  });
  return [...tests.values(), ...writes];
}
