import { OPENED_KINDS } from "../catalogue/referents.ts";
import type { CatalogueRow } from "../catalogue/row.ts";
import type { FieldRule, TargetKind } from "../model/explanation.ts";
import { type GroupKind, includesGroupKind } from "../model/object.ts";
import { rowsNaming, rowsOf } from "./known.ts";

/** What a reference consists of: asked for one of these, the rule is that of the reference. */
const PARTS: readonly string[] = ["group", "apigroup", "kind", "namespace", "name", "port", "sectionname", "weight"];

/** A path as it is compared: without what marks lists and keys, without the `spec` that most begin with, in lower case. */
function bare(path: string): string {
  const text = path
    .replace(/\[[^\]]*\]/g, "")
    .replace(/[{}]/g, "")
    .toLowerCase();
  return text.replace(/^\.?(?:spec(?:\.|$))?/, "").replace(/\.$/, "");
}

const isBelow = (row: CatalogueRow, path: string): boolean => bare(row.path).startsWith(`${path}.`);

/** Is it the field itself, one of its parts, or the name of its row? */
function isItself(row: CatalogueRow, wanted: string): boolean {
  const own = bare(row.path);
  if (own === wanted) return true;
  const [above, part] = [wanted.slice(0, wanted.lastIndexOf(".")), wanted.slice(wanted.lastIndexOf(".") + 1)];
  if (above === own && PARTS.includes(part)) return true;
  return row.id.toLowerCase() === `${row.from.kind.toLowerCase()}.${wanted}`;
}

function rulesOfKind(kind: GroupKind, wanted: string): readonly FieldRule[] {
  const rows = rowsOf(kind);
  const exact = rows.filter((row) => isItself(row, wanted));
  if (exact.length === 0) {
    return rows.flatMap((row) => (wanted === "" || isBelow(row, wanted) ? [{ row: row.id, below: [] }] : []));
  }
  return exact.map((row, index) => {
    // Several rows may share a path; what stands below it is told with the first.
    const isFirst = exact.findIndex(({ path }) => path === row.path) === index;
    const below = isFirst ? rows.filter((other) => isBelow(other, bare(row.path))) : [];
    return { row: row.id, below: below.map(({ id }) => id) };
  });
}

/**
 * The rule of the field that a path names, or else of those that stand under it: as `kubectl explain` takes paths, with or
 * without `[]` and `spec.`, in any case. None where the catalogue has no such field.
 */
export function rulesAt(kinds: readonly GroupKind[], path: string): readonly FieldRule[] {
  const wanted = bare(path);
  return kinds.flatMap((kind) => rulesOfKind(kind, wanted));
}

/** Is the kind there to be referred to: does it refer to nothing, or by the rule of an implementation only? */
function isTarget(kind: GroupKind): boolean {
  const rows = rowsOf(kind);
  return rows.length === 0 || (includesGroupKind(OPENED_KINDS, kind) && rows.every(isOfImplementation));
}

const isOfImplementation = ({ implementation }: CatalogueRow): boolean => implementation !== "gateway-api";

/** What may refer to kinds that are there to be referred to. */
export function targetsAt(kinds: readonly GroupKind[]): readonly TargetKind[] {
  return kinds.filter(isTarget).map((groupKind) => ({ groupKind, rows: rowsNaming(groupKind).map(({ id }) => id) }));
}
