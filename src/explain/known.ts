import { KNOWN_TARGETS } from "../catalogue/ecosystem.ts";
import { SERVICE } from "../catalogue/kinds.ts";
import type { CatalogueRow } from "../catalogue/row.ts";
import { ROWS } from "../catalogue/rows.ts";
import { type GroupKind, groupKindKey, includesGroupKind, sameGroupKind } from "../model/object.ts";

/** Whose references the tables know, from the side of what is referred to. */

/** Is the kind one that the field is known to name? */
export function mayName({ id, defaults, alsoNames = [] }: CatalogueRow, to: GroupKind): boolean {
  return (
    includesGroupKind([...(defaults === null ? [] : [defaults]), ...alsoNames], to) ||
    KNOWN_TARGETS.some(({ rows, target }) => rows.includes(id) && sameGroupKind(target, to))
  );
}

/** The rows of a kind, in the order of the catalogue. */
export function rowsOf(kind: GroupKind): readonly CatalogueRow[] {
  return ROWS.filter(({ from }) => sameGroupKind(from, kind));
}

/** Does a kind have fields that are followed? */
export function isReferrer(kind: GroupKind): boolean {
  return rowsOf(kind).some(({ handshake }) => handshake !== "foreign-grant");
}

/** Does the field name a backend, so that an implementation may let it name a kind of its own? */
export function namesBackends(row: CatalogueRow): boolean {
  return (
    row.handshake === "grant" &&
    row.reading === "reference" &&
    row.defaults !== null &&
    sameGroupKind(row.defaults, SERVICE)
  );
}

/** A kind that may refer to another, and whether it does so within its namespace only. */
export interface KnownReferrer {
  readonly kind: GroupKind;
  readonly local: boolean;
}

/** The kinds that are known to refer to a kind. */
export function referrersOf(to: GroupKind): readonly KnownReferrer[] {
  const rows = ROWS.filter((row) => row.handshake !== "foreign-grant" && mayName(row, to));
  return [...Map.groupBy(rows, ({ from }) => groupKindKey(from)).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { group, kind } = first.from;
    return [{ kind: { group, kind }, local: same.every((row) => row.handshake === "none" && row.reach === "local") }];
  });
}
