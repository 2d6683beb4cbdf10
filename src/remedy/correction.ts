import { makerOf } from "../catalogue/makers.ts";
import { rowOf } from "../catalogue/rows.ts";
import type { NonEmpty } from "../model/decision.ts";
import { nearWord } from "../model/near-word.ts";
import { type GroupKind, keyOf, type ObjectId } from "../model/object.ts";
import type { Reference } from "../model/reference.ts";
import type { CorrectionReason, Repair } from "../model/remedy.ts";
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { editsOf } from "./edits.ts";
import { isPending } from "./trial.ts";
import { bodyOf } from "./world.ts";

type Correction = Extract<Repair, { readonly repair: "correct-reference" }>;
type CorrectedField = Correction["fields"][number];

/** A field of a reference, with what is to stand there; null for nothing. */
export type Wanted = Pick<CorrectedField, "field" | "value">;

/** What the fields of a reference are called where they stand; null for one that is not written in a field of its own. */
function keyFor(field: CorrectedField["field"], reference: Reference): string | null {
  const { reading } = rowOf(reference);
  switch (reading) {
    case "reference":
      return field;
    case "data-source":
      return field === "group" ? "apiGroup" : field;
    case "endpoint":
      return field === "group" || field === "kind" ? null : field;
    case "plugin-list":
    case "object-selector":
    case "default-gateways":
      return null;
  }
}

/** What a reference says in one of its fields, defaults applied. */
function current(reference: Reference, field: CorrectedField["field"]): string | number | null {
  switch (field) {
    case "group":
    case "kind":
    case "namespace":
    case "name":
      return reference.referent[field];
    case "sectionName":
    case "port":
      return reference.handshake === "attachment" ? reference[field] : null;
  }
}

/** The reference with other fields; null where they are not to be written in it. */
export function correction(
  snapshot: Snapshot,
  reference: Reference,
  wanted: readonly Wanted[],
  because: CorrectionReason,
): Correction | null {
  const object = snapshot.objects.get(keyOf(reference.referrer));
  if (object === undefined || object.body === null) return null;
  const changes = wanted
    .filter(({ field, value }) => value === null || value !== current(reference, field))
    .map(({ field, value }) => ({ field, value, key: keyFor(field, reference) }));
  const edits = editsOf(
    bodyOf(object),
    changes.flatMap(({ key, value }) =>
      key === null ? [] : [{ path: [...reference.path, key], value: value ?? undefined }],
    ),
  );
  if (edits === null || edits.length < changes.length) return null;
  const fields = changes.map(({ field, value }): CorrectedField => ({ field, was: current(reference, field), value }));
  const [first, ...others] = fields;
  if (first === undefined) return null;
  return {
    repair: "correct-reference",
    change: { change: "edit", id: reference.referrer, edits },
    maker: makerOf(object),
    reference,
    fields: [first, ...others] satisfies NonEmpty<CorrectedField>,
    because,
  };
}

/** Another group and kind, as far as they differ. */
export function kindCorrection(snapshot: Snapshot, reference: Reference, meant: GroupKind): Correction | null {
  const wanted = [
    { field: "group", value: meant.group },
    { field: "kind", value: meant.kind },
  ] as const;
  return correction(snapshot, reference, wanted, "slip");
}

/** Shorter names are near to too many others. */
const SHORTEST_NAME = 4;

const withoutDigits = (name: string): string => name.replaceAll(/\d+/g, "");

/** The name that was meant by one that nothing has; null if none is near. `web-2` is no slip of `web-1`. */
export function nearName(name: string, names: readonly string[]): string | null {
  if (name.length < SHORTEST_NAME) return null;
  return nearWord(
    name,
    names.filter((other) => other !== name && withoutDigits(other) !== withoutDigits(name)),
  );
}

/** A name near to that of an object that is not there, among those of its kind and namespace that could be seen. */
export function nearObject(id: ObjectId, sight: Sight): string | "pending" | null {
  if (id.namespace === null) return null;
  if (isPending(sight.hiddenOnPage(id, id.namespace))) return "pending";
  const names = sight
    .objectsOf(id)
    .filter((object) => object.id.namespace === id.namespace)
    .map((object) => object.id.name);
  return nearName(id.name, names.toSorted());
}
