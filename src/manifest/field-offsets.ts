import type { FieldPath } from "../model/object.ts";

/** Where a member of an object, or an item of a list, starts in a text. */
export interface ChildOffset {
  readonly step: string | number;
  readonly start: number;
}

/** Finds where a field stands; of an absent one, where its nearest present ancestor does. */
export type FieldOffsets = (path: FieldPath) => number;

/** An object or a list, looked through as far as it was asked for: what was passed, and what is ahead. */
interface OpenPlace {
  readonly passed: Map<ChildOffset["step"], number>;
  readonly ahead: Generator<ChildOffset>;
}

/** Where one member of an object or one item of a list starts; null if there is none. */
function childOffset({ passed, ahead }: OpenPlace, wanted: ChildOffset["step"]): number | null {
  const known = passed.get(wanted);
  if (known !== undefined) return known;
  for (let next = ahead.next(); next.done !== true; next = ahead.next()) {
    const { step, start } = next.value;
    if (!passed.has(step)) passed.set(step, start);
    if (step === wanted) return start;
  }
  return null;
}

/**
 * Finds where fields stand in a text. All fields of an object or a list together cost one look through it.
 * @param root where the value starts that paths begin at
 * @param children looks through the object or the list that starts at a place, one by one; none for another value
 */
export function fieldOffsets(root: number, children: (at: number) => Generator<ChildOffset>): FieldOffsets {
  const opened = new Map<number, OpenPlace>();
  const open = (at: number): OpenPlace => {
    const place = opened.get(at) ?? { passed: new Map(), ahead: children(at) };
    opened.set(at, place);
    return place;
  };
  return (path) => {
    let at = root;
    for (const step of path) {
      const child = childOffset(open(at), step);
      if (child === null) return at;
      at = child;
    }
    return at;
  };
}
