import { Field, UNUSABLE, type Unusable } from "../model/fields.ts";
import type { Grant, GrantFrom, GrantTo, Indexed, InertCause } from "../model/grant.ts";
import { ofKind, ofKinds } from "../model/kind-map.ts";
import { type FieldPath, type GroupKind, includesGroupKind, type KubeObject, sameGroupKind } from "../model/object.ts";
import { CLUSTER_SCOPED_REFERENTS, GATEWAY, isRoute, LISTENER_SETS, OWN_KINDS } from "./kinds.ts";
import { kindInfo } from "./known.ts";
import { likelyMeant, namesGroup, namesKind, namesNamespace } from "./names.ts";
import { asksAtHome, mayRefer } from "./referents.ts";

/** At most this many entries in `from` and in `to` (docs/rules.md §1.2). */
export const MOST_ENTRIES = 16;

function entries(spec: Field, list: "from" | "to"): readonly Field[] {
  const field = spec.at(list);
  const items = field.items();
  if (items.length === 0) field.reject("at least one entry", field.present ? "an empty list" : "nothing");
  if (items.length > MOST_ENTRIES) field.reject(`at most ${MOST_ENTRIES} entries`, `${items.length}`);
  return items;
}

/** A required string in the form that the CRD demands. What is there in another form is kept, so that it can be shown. */
function checkedText(field: Field, form: string, valid: (text: string) => boolean): string | Unusable {
  const text = field.present ? field.textOr(UNUSABLE) : field.reject(form, "nothing");
  if (text !== UNUSABLE && !valid(text)) field.reject(form, JSON.stringify(text));
  return text;
}

function readFrom(field: Field): GrantFrom | null {
  const group = checkedText(field.at("group"), 'an API group (group: "" for core)', namesGroup);
  const kind = checkedText(field.at("kind"), "a kind", namesKind);
  const namespace = checkedText(field.at("namespace"), "the name of one namespace", namesNamespace);
  return group === UNUSABLE || kind === UNUSABLE || namespace === UNUSABLE ? null : { group, kind, namespace };
}

function readTo(field: Field): GrantTo | null {
  const group = checkedText(field.at("group"), 'an API group (group: "" for core)', namesGroup);
  const kind = checkedText(field.at("kind"), "a kind", namesKind);
  const name = field.at("name").textOr(null);
  // An empty name is inadmissible and read differently everywhere (§1.2), so it grants nothing here.
  if (name === "") field.at("name").reject("a name, or no name at all for every object of the kind");
  return group === UNUSABLE || kind === UNUSABLE || name === UNUSABLE || name === "" ? null : { group, kind, name };
}

function indexed<T>(fields: readonly Field[], read: (field: Field) => T | null): readonly Indexed<T>[] {
  return fields.flatMap((field, index) => {
    const entry = read(field);
    return entry === null ? [] : [{ index, entry }];
  });
}

/**
 * Reads a ReferenceGrant of any version (all have one schema, docs/rules.md §1.2). An entry that lacks what the schema
 * requires grants nothing and is told to the sink behind `root`.
 */
export function readGrant(object: KubeObject, root: Field): Grant | null {
  const { namespace } = object.id;
  if (namespace === null) return null;
  const spec = root.at("spec");
  return {
    id: { ...object.id, namespace },
    apiVersion: object.apiVersion,
    from: indexed(entries(spec, "from"), readFrom),
    to: indexed(entries(spec, "to"), readTo),
    terminating: object.terminating,
    rejected: false,
  };
}

/** What the schema of a grant has, in every version (docs/rules.md §1.2). */
const SPEC_FIELDS: readonly string[] = ["from", "to"];
const FROM_FIELDS: readonly string[] = ["group", "kind", "namespace"];
const TO_FIELDS: readonly string[] = ["group", "kind", "name"];

/** A field that the schema of a grant has not, and the key of the schema that was probably meant by it. */
export interface UnknownField {
  readonly path: FieldPath;
  readonly meant: string | null;
}

/** The key that was meant by another, if that is not there itself: one in other letters, or what the object writes as `apiVersion`. */
function meantKey(written: string, field: Field, known: readonly string[]): string | null {
  const meant = known.find((key) => key === (written === "apiVersion" ? "group" : written.toLowerCase()));
  return meant === undefined || field.at(meant).present ? null : meant;
}

/**
 * The fields of a grant's spec and entries that its schema has not, so that the API server drops them (docs/rules.md §1.2).
 * One without a value says nothing.
 */
export function unknownFields(body: unknown): readonly UnknownField[] {
  const spec = Field.silent(body).at("spec");
  const unknown = (field: Field, known: readonly string[]): readonly UnknownField[] =>
    field
      .entries()
      .filter(([key, { present }]) => present && !known.includes(key))
      .map(([key, { path }]) => ({ path, meant: meantKey(key, field, known) }));
  const entriesOf = (list: "from" | "to") => spec.at(list).items();
  return [
    ...unknown(spec, SPEC_FIELDS),
    ...entriesOf("from").flatMap((entry) => unknown(entry, FROM_FIELDS)),
    ...entriesOf("to").flatMap((entry) => unknown(entry, TO_FIELDS)),
  ];
}

/** Is it a kind without namespaces, as far as kinds are known? */
const isClusterScoped = ofKind(
  (kind) => includesGroupKind(CLUSTER_SCOPED_REFERENTS, kind) || kindInfo(kind)?.scope === "Cluster",
);

/** Why a `from` entry permits nothing, if it does not. */
export function inertFrom(grant: Grant, from: GrantFrom): InertCause | null {
  if (!namesGroup(from.group) || !namesKind(from.kind) || !namesNamespace(from.namespace)) return "invalid-string";
  if (isClusterScoped(from)) return "cluster-scoped";
  if (from.namespace !== grant.id.namespace) return null;
  return grant.to.some(({ entry }) => asksAtHome(from, entry)) ? null : "own-namespace";
}

const ATTACHING: readonly GroupKind[] = [...OWN_KINDS.filter(isRoute), ...LISTENER_SETS];

/** Does a kind, or the one that it is a slip of, attach to the other? Some implementations let a route name it as a backend. */
const attaches = ofKinds((from, to) => likelyMeant(ATTACHING, from) !== null && !mayRefer(from, to));

/** Why a `to` entry permits nothing, if it does not. */
export function inertTo(grant: Grant, to: GrantTo): InertCause | null {
  if (!namesGroup(to.group) || !namesKind(to.kind)) return "invalid-string";
  if (to.name === "*") return "literal-star";
  if (isClusterScoped(to)) return "cluster-scoped";
  if (!sameGroupKind(to, GATEWAY) && !includesGroupKind(LISTENER_SETS, to)) return null;
  const live = grant.from.filter(({ entry }) => inertFrom(grant, entry) === null);
  const trusted = live.length === 0 ? grant.from : live;
  return trusted.length > 0 && trusted.every(({ entry }) => attaches(entry, to)) ? "attachment-target" : null;
}

/** The pairs of a grant that can match something, in their order. */
export function livePairs(
  grant: Grant,
): readonly { readonly from: Indexed<GrantFrom>; readonly to: Indexed<GrantTo> }[] {
  const to = grant.to.filter(({ entry }) => inertTo(grant, entry) === null);
  return grant.from
    .filter(({ entry }) => inertFrom(grant, entry) === null)
    .flatMap((from) => to.map((target) => ({ from, to: target })));
}
