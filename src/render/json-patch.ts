import type { Json } from "../model/json.ts";
import type { FieldPath } from "../model/object.ts";
import type { Edit } from "../model/remedy.ts";

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: "test" | "add" | "replace"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string };

/** A path as a JSON pointer (RFC 6901). */
function pointer(path: FieldPath): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Each place is tested once, and nothing that stands in what is tested as a whole. */
function testsOf(edits: readonly Edit[]): readonly PatchOperation[] {
  const asked = edits.flatMap(({ path, was, given }) => [
    ...given,
    ...(was === undefined ? [] : [{ path, value: was }]),
  ]);
  const places = new Map(asked.map(({ path, value }) => [pointer(path), value]));
  const isWithin = (place: string): boolean => [...places.keys()].some((other) => place.startsWith(`${other}/`));
  return [...places].filter(([place]) => !isWithin(place)).map(([path, value]) => ({ op: "test", path, value }));
}

/**
 * Edits as a JSON patch. Before it writes it tests all that it replaces or takes away, and what it adds to: on an object that was
 * changed there meanwhile it does nothing.
 */
export function jsonPatch(edits: readonly Edit[]): readonly PatchOperation[] {
  const writes = edits.map(({ path, was, value }): PatchOperation => {
    if (value === undefined) return { op: "remove", path: pointer(path) };
    return { op: was === undefined ? "add" : "replace", path: pointer(path), value };
  });
  return [...testsOf(edits), ...writes];
}
