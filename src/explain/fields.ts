import type { CatalogueRow } from "../catalogue/row.ts";
import type { FieldRule } from "../model/explanation.ts";
import type { GroupKind } from "../model/object.ts";
import { rowsOf } from "./known.ts";

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

/** Is it the field itself, one of its parts, something above it, or the name of its row? */
function isMeant(row: CatalogueRow, wanted: string): boolean {
  const own = bare(row.path);
  if (wanted === "" || own === wanted || own.startsWith(`${wanted}.`)) return true;
  const [above, part] = [wanted.slice(0, wanted.lastIndexOf(".")), wanted.slice(wanted.lastIndexOf(".") + 1)];
  if (above === own && PARTS.includes(part)) return true;
  return row.id.toLowerCase() === `${row.from.kind.toLowerCase()}.${wanted}`;
}

/**
 * The rules of the fields that a path names, or that stand under it: as `kubectl explain` takes paths, with or without `[]`
 * and `spec.`, in any case. None where the catalogue has no such field.
 */
export function rulesAt(kinds: readonly GroupKind[], path: string): readonly FieldRule[] {
  const wanted = bare(path);
  return kinds.flatMap(rowsOf).flatMap((row) => (isMeant(row, wanted) ? [{ row: row.id }] : []));
}
