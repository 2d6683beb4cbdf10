import { type GroupKind, groupKindKey, includesGroupKind, sameGroupKind } from "../model/object.ts";
import { isContext, kindInfo } from "./known.ts";
import type { CatalogueRow } from "./row.ts";
import { rowsFrom } from "./rows.ts";

/** What else decides a reference that somebody expects a grant for a kind to permit (docs/rules.md §2.7, §2.9). */

const namedKinds = ({ defaults, alsoNames = [] }: CatalogueRow): readonly GroupKind[] =>
  defaults === null ? alsoNames : [defaults, ...alsoNames];

/** Is it a kind of the catalogue: one that is read, or that has a field there? */
export function isInCatalogue(kind: GroupKind): boolean {
  return (kindInfo(kind) !== undefined && !isContext(kind)) || rowsFrom(kind).length > 0;
}

/**
 * The kinds that a grant has to trust for the one kind to come to objects of the other: those that its implementation looks
 * at instead of it, or an object that it names and that refers to them in turn.
 */
export function trustedInstead(from: GroupKind, to: GroupKind): readonly GroupKind[] {
  const kinds = rowsFrom(from).flatMap((row): readonly GroupKind[] => {
    if (row.handshake !== "grant") return [];
    if (row.trustedAs !== undefined && includesGroupKind(namedKinds(row), to)) return row.trustedAs;
    const refersOn = (next: CatalogueRow): boolean =>
      next.handshake === "grant" &&
      next.implementation === row.implementation &&
      includesGroupKind(namedKinds(next), to);
    return namedKinds(row).filter((kind) => !sameGroupKind(kind, from) && rowsFrom(kind).some(refersOn));
  });
  return [...new Map(kinds.map((kind) => [groupKindKey(kind), kind])).values()];
}

/** The kind of grant that decides what the one kind says of the other, where that is not ReferenceGrant. */
export function foreignGrantKind(from: GroupKind, to: GroupKind): GroupKind | null {
  const row = rowsFrom(from).find(
    (candidate) => candidate.handshake === "foreign-grant" && includesGroupKind(namedKinds(candidate), to),
  );
  return row?.handshake === "foreign-grant" ? row.grantKind : null;
}
