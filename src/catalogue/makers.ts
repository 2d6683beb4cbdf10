import type { KubeObject } from "../model/object.ts";
import type { Maker } from "../model/remedy.ts";

/** What writes an object, so that a change of it would be undone; null where nothing is known to. */
export function makerOf(_object: KubeObject): Maker | null {
  return null;
}
