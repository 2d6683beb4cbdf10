import type { Decision } from "../model/decision.ts";
import type { Hop } from "../model/hop.ts";
import type { Sight } from "../model/sight.ts";

/** What may keep traffic from the Services that an object refers to with permission. */
export function nextHops(_decisions: readonly Decision[], _sight: Sight): readonly Hop[] {
  return [];
}
