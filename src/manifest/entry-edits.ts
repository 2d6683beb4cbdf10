import type { EntryLists, GrantFrom, GrantTo } from "../model/grant.ts";
import { isRecord } from "../model/json.ts";

/** An entry as it is to be written: its fields in their order. */
export type Fields = readonly (readonly [key: string, text: string])[];

/** What becomes of one list. */
export interface ListEdit {
  readonly name: keyof EntryLists;
  /** Of each entry that is written, whether it stays. */
  readonly stays: readonly boolean[];
  readonly added: readonly Fields[];
}

/** What becomes of a grant. */
export interface GrantEdit {
  readonly lists: readonly ListEdit[];
  /** The grant as data, with its lists as they are to be. */
  readonly meant: unknown;
}

const KEYS: Readonly<Record<keyof EntryLists, readonly string[]>> = {
  from: ["group", "kind", "namespace"],
  to: ["group", "kind", "name"],
};

function fieldsOf(name: keyof EntryLists, entry: GrantFrom | GrantTo): Fields {
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(entry));
  return KEYS[name].flatMap((key) => {
    const text = fields.get(key);
    return typeof text === "string" ? [[key, text] as const] : [];
  });
}

/** Whether two entries of a list say the same in the fields that the API has; it drops others (docs/rules.md §1.2). */
function sameEntry(name: keyof EntryLists, a: unknown, b: unknown): boolean {
  return isRecord(a) && isRecord(b) && KEYS[name].every((key) => (a[key] ?? null) === (b[key] ?? null));
}

/** Whether anything becomes of a list. */
export const changes = ({ stays, added }: ListEdit): boolean => added.length > 0 || stays.includes(false);

function listEdit(name: keyof EntryLists, written: readonly unknown[], lists: EntryLists): ListEdit {
  const wanted: readonly (GrantFrom | GrantTo)[] = lists[name];
  const hasEntry = (list: readonly unknown[], entry: unknown) => list.some((other) => sameEntry(name, other, entry));
  const added = wanted.filter((entry, index) => !hasEntry(written, entry) && !hasEntry(wanted.slice(0, index), entry));
  const times = (list: readonly unknown[], entry: unknown) =>
    list.filter((other) => sameEntry(name, other, entry)).length;
  return {
    name,
    stays: written.map((entry, index) => times(written.slice(0, index), entry) < times(wanted, entry)),
    added: added.map((entry) => fieldsOf(name, entry)),
  };
}

/**
 * What is to become of a grant, so that it has these entries. Those that are written and wanted stay where they are, each as often
 * as it is wanted and with all that stands in it; those that are not written are appended in their order; others go.
 * @param object the grant as data
 * @returns null where `spec` or a list of it is something else than that
 */
export function editOf(object: unknown, lists: EntryLists): GrantEdit | null {
  if (!isRecord(object)) return null;
  const spec: unknown = object.spec ?? {};
  if (!isRecord(spec)) return null;
  const from: unknown = spec.from ?? [];
  const to: unknown = spec.to ?? [];
  if (!Array.isArray(from) || !Array.isArray(to)) return null;
  const written: Readonly<Record<keyof EntryLists, readonly unknown[]>> = { from, to };
  const edits = [listEdit("from", from, lists), listEdit("to", to, lists)];
  const meant = edits.filter(changes).map(({ name, stays, added }) => {
    const kept: readonly unknown[] = written[name].filter((_entry, index) => stays[index]);
    return [name, [...kept, ...added.map((fields) => Object.fromEntries(fields))]];
  });
  if (meant.length === 0) return { lists: edits, meant: object };
  return { lists: edits, meant: { ...object, spec: { ...spec, ...Object.fromEntries(meant) } } };
}
