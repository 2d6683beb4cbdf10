import { isInCatalogue } from "../catalogue/instead.ts";
import { likelyMeant } from "../catalogue/names.ts";
import { OPENED_KINDS, TRUSTED_KINDS } from "../catalogue/referents.ts";
import { ofKind } from "../model/kind-map.ts";
import { type GroupKind, includesGroupKind } from "../model/object.ts";

/** What a kind that nobody knows is a slip of, among kinds of one sort; null for a known kind, and where it may be anybody's. */
function meantAmong(kinds: readonly GroupKind[], written: GroupKind): GroupKind | null {
  return includesGroupKind(kinds, written) || isInCatalogue(written) ? null : likelyMeant(kinds, written);
}

/** What the kind in an entry of `from` is a slip of, if it is one (docs/rules.md §1.3). Such an entry matches nothing. */
export const meantFrom = ofKind((from) => meantAmong(TRUSTED_KINDS, from));

/** What the kind in an entry of `to` is a slip of, if it is one (docs/rules.md §1.3). Such an entry matches nothing. */
export const meantTo = ofKind((to) => meantAmong(OPENED_KINDS, to));
