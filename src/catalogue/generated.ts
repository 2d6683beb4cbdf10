import { type GroupKind, groupKindKey, keyOf } from "../model/object.ts";
import type { GrantReference, Reference } from "../model/reference.ts";
import type { Sight } from "../model/sight.ts";
import type { GrantRow } from "./row.ts";
import { ROWS, rowOf } from "./rows.ts";

/** The rows by which objects name those from which something is generated. */
const GENERATING: ReadonlySet<string> = new Set(
  ROWS.flatMap((row) => (row.handshake === "grant" && row.generatedBy !== undefined ? [row.generatedBy] : [])),
);

/** The rows of objects from which something is generated. */
const GENERATED: ReadonlySet<string> = new Set(
  ROWS.flatMap((row) => (row.handshake === "grant" && row.generatedBy !== undefined ? [row.id] : [])),
);

const GENERATING_KINDS: ReadonlySet<string> = new Set([...GENERATING].map((row) => groupKindKey(rowOf({ row }).from)));

/** Do objects of the kind tell where an implementation generates others? */
export function isGenerating(kind: GroupKind): boolean {
  return GENERATING_KINDS.has(groupKindKey(kind));
}

type Homes = ReadonlyMap<string, ReadonlySet<string>>;

function homesOf(references: readonly Reference[]): Homes {
  const homes = new Map<string, Set<string>>();
  for (const { row, referent, referrer } of references) {
    if (!GENERATING.has(row) || referrer.namespace === null) continue;
    const key = `${row} ${keyOf(referent)}`;
    homes.set(key, (homes.get(key) ?? new Set()).add(referrer.namespace));
  }
  return homes;
}

function placed(reference: GrantReference, { generatedBy }: GrantRow, homes: Homes, sight: Sight): GrantReference {
  if (generatedBy === undefined) return reference;
  const heldIn = [...(homes.get(`${generatedBy} ${keyOf(reference.referrer)}`) ?? [])].toSorted();
  return { ...reference, heldIn, doubt: reference.doubt ?? sight.hidden(rowOf({ row: generatedBy }).from, null) };
}

/**
 * Says of each object from which an implementation generates others where those stand: in the namespaces of the objects
 * that name it (docs/rules.md §2.9).
 *
 * @param others references that are not wanted themselves, and may be such a naming
 */
export function placeGenerated(
  references: readonly Reference[],
  others: readonly Reference[],
  sight: Sight,
): readonly Reference[] {
  if (!references.some(({ row }) => GENERATED.has(row))) return references;
  const homes = homesOf([...references, ...others]);
  return references.map((reference) => {
    const row = rowOf(reference);
    return reference.handshake === "grant" && row.handshake === "grant"
      ? placed(reference, row, homes, sight)
      : reference;
  });
}
