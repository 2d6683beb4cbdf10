import { KNOWN_TARGETS } from "../catalogue/ecosystem.ts";
import { isInCatalogue } from "../catalogue/instead.ts";
import { CONFIG_MAP, CORE, GATEWAY_API, GATEWAY_API_X, isRoute, SERVICE } from "../catalogue/kinds.ts";
import { isForeignGrant } from "../catalogue/known.ts";
import { mayName } from "../catalogue/referents.ts";
import type { CatalogueRow } from "../catalogue/row.ts";
import { ROWS } from "../catalogue/rows.ts";
import { type GroupKind, groupKindKey, includesGroupKind, sameGroupKind } from "../model/object.ts";

/** Whose references the tables know, from the side of what is referred to. */

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

/** Does the field name whatever its owner likes, such as parameters? */
const namesAnything = (row: CatalogueRow): boolean =>
  row.defaults === null &&
  (row.alsoNames ?? []).length === 0 &&
  !KNOWN_TARGETS.some(({ rows }) => rows.includes(row.id));

/** Kinds of implementations are what parameters and filters are written in, and ConfigMaps; others of these groups are not. */
const mayBeAnything = (kind: GroupKind): boolean =>
  isInCatalogue(kind) &&
  !isForeignGrant(kind) &&
  (sameGroupKind(kind, CONFIG_MAP) || ![CORE, GATEWAY_API, GATEWAY_API_X].includes(kind.group));

const ownNames = ({ defaults, alsoNames = [] }: CatalogueRow): readonly GroupKind[] =>
  defaults === null ? alsoNames : [defaults, ...alsoNames];

/** The rows of the fields that may name a kind, in the order of the catalogue. */
export function rowsNaming(to: GroupKind): readonly CatalogueRow[] {
  const anything = mayBeAnything(to);
  return ROWS.filter((row) => mayName(row, to) || (anything && namesAnything(row)));
}

/**
 * The kinds that are known to refer to a kind. That some implementations let routes hand over to routes is left out: for one
 * route all others would have to be read.
 */
export function referrersOf(to: GroupKind): readonly KnownReferrer[] {
  const anything = mayBeAnything(to);
  // What one field takes for a backend, another may be given for one too, whatever comes of it.
  const backend = ROWS.some((row) => namesBackends(row) && includesGroupKind(ownNames(row), to));
  const mayHold = (row: CatalogueRow): boolean =>
    mayName(row, to) || (anything && namesAnything(row)) || (backend && namesBackends(row));
  const rows = ROWS.filter(
    (row) => row.handshake !== "foreign-grant" && mayHold(row) && !(isRoute(to) && isRoute(row.from)),
  );
  return [...Map.groupBy(rows, ({ from }) => groupKindKey(from)).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { group, kind } = first.from;
    return [{ kind: { group, kind }, local: same.every((row) => row.handshake === "none" && row.reach === "local") }];
  });
}
