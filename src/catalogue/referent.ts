import { Field, UNUSABLE, type Unusable } from "../model/fields.ts";
import type { Gap } from "../model/gap.ts";
import { selects } from "../model/labels.ts";
import type { NamespaceAdmission } from "../model/listener.ts";
import {
  type GroupKind,
  includesGroupKind,
  type KubeObject,
  type NamespacedId,
  type ObjectId,
  sameGroupKind,
} from "../model/object.ts";
import type { Sight } from "../model/sight.ts";
import type { Admissions } from "./admission.ts";
import { CLUSTER_SCOPED_REFERENTS, CLUSTER_TRUST_BUNDLE, CORE, GATEWAY, GATEWAY_API } from "./kinds.ts";
import { readAdmission, readSelector } from "./listeners.ts";
import { namesGroup, namesKind, namesNamespace, namesObject } from "./names.ts";
import type { CatalogueRow } from "./row.ts";

/** An object that a field names, or selects without naming it. */
export interface Named {
  readonly referent: ObjectId;
  /** Whether the object's name is written nowhere. */
  readonly implicit: boolean;
  /** Whether its namespace is written, rather than the owner's by default. */
  readonly placed: boolean;
  /** What hides whether a selector takes it in; null where it is certain. */
  readonly doubt: Gap | null;
}

/** What a field is read against. */
export interface Surroundings {
  readonly sight: Sight;
  readonly admissions: Admissions;
  /** Told of what hides objects that a selector may take in. */
  readonly onUnfollowed: (gap: Gap) => void;
}

/** A string of a reference; unusable, and told to the sink, where the API server would not take it. */
function checked(
  field: Field,
  text: string | Unusable,
  form: string,
  valid: (text: string) => boolean,
): string | Unusable {
  if (text === UNUSABLE || valid(text)) return text;
  return field.reject(form, JSON.stringify(text));
}

const aGroup = (field: Field, text: string | Unusable) => checked(field, text, 'an API group ("" is core)', namesGroup);
const aKind = (field: Field, text: string | Unusable) => checked(field, text, "a kind", namesKind);
const aName = (field: Field) => checked(field, field.requiredText(), "the name of an object", namesObject);

/** The namespace that a reference means: its own word, or the owner's. */
function namespaceOf(field: Field, owner: string | null): string | null | Unusable {
  const own = field.at("namespace");
  const written = own.textOr(owner);
  if (written === null || written === UNUSABLE) return written;
  return checked(own, written, "the name of one namespace", namesNamespace);
}

/** An object of a kind without namespaces may not be given one, where the field has room for it (docs/rules.md §2.4). */
function clusterScoped(field: Field, { group, kind }: GroupKind, name: string, local: boolean): ObjectId {
  if (!local && sameGroupKind({ group, kind }, CLUSTER_TRUST_BUNDLE) && field.at("namespace").present) {
    field.at("namespace").reject(`no namespace: ${kind} is cluster-scoped`);
  }
  return { group, kind, namespace: null, name };
}

/** The object that a reference names, defaults applied; null for a reference that the API server would not take. */
export function readReferent(field: Field, owner: ObjectId, row: CatalogueRow): ObjectId | null {
  const { defaults } = row;
  const part = (of: Field, byDefault: string | undefined) =>
    byDefault === undefined ? of.requiredText() : of.textOr(byDefault);
  const groupField = field.at("group");
  const kindField = field.at("kind");
  const group = aGroup(groupField, part(groupField, defaults?.group));
  const kind = aKind(kindField, part(kindField, defaults?.kind));
  const name = aName(field.at("name"));
  if (group === UNUSABLE || kind === UNUSABLE || name === UNUSABLE) return null;
  // A field that is local by its type has no namespace: what is written there is dropped.
  const local = row.handshake === "none" && row.reach === "local";
  const groupKind = { group, kind };
  if (includesGroupKind(CLUSTER_SCOPED_REFERENTS, groupKind)) return clusterScoped(field, groupKind, name, local);
  const namespace = local ? owner.namespace : namespaceOf(field, owner.namespace);
  return namespace === UNUSABLE ? null : { group, kind, namespace, name };
}

/** `spec.dataSourceRef` of a PersistentVolumeClaim: `apiGroup` instead of `group`, absent for core; an empty namespace is none. */
function readDataSource(field: Field, owner: ObjectId): ObjectId | null {
  const group = aGroup(field.at("apiGroup"), field.at("apiGroup").textOr(CORE));
  const kind = aKind(field.at("kind"), field.at("kind").requiredText());
  const name = aName(field.at("name"));
  const namespace = field.at("namespace").text() === "" ? owner.namespace : namespaceOf(field, owner.namespace);
  if (group === UNUSABLE || kind === UNUSABLE || name === UNUSABLE || namespace === UNUSABLE) return null;
  return { group, kind, namespace, name };
}

/** An endpoint whose `type` is the kind; other types name nothing in the cluster. */
function readEndpoint(field: Field, owner: ObjectId, row: CatalogueRow): ObjectId | null {
  const type = field.at("type").text();
  const kinds = [...(row.defaults === null ? [] : [row.defaults]), ...(row.alsoNames ?? [])];
  const target = kinds.find(({ kind }) => kind === type);
  if (target === undefined) return null;
  const name = aName(field.at("name"));
  const namespace = namespaceOf(field, owner.namespace);
  if (name === UNUSABLE || namespace === UNUSABLE) return null;
  return { group: target.group, kind: target.kind, namespace, name };
}

/** `namespace:name` or `name`, separated by commas. */
function readPlugins(field: Field, owner: ObjectId, { defaults }: CatalogueRow): readonly Named[] {
  const text = field.text();
  if (text === undefined || defaults === null) return [];
  return text.split(",").flatMap((part) => {
    const [first = "", second, ...more] = part.trim().split(":");
    const name = second ?? first;
    const namespace = second === undefined ? owner.namespace : first;
    if (more.length > 0 || !namesObject(name) || namespace === null || !namesNamespace(namespace)) {
      if (part.trim() !== "") field.doubt("names of plugins, or namespace:name, between commas", JSON.stringify(part));
      return [];
    }
    const referent = { group: defaults.group, kind: defaults.kind, namespace, name };
    return [{ referent, implicit: false, placed: second !== undefined, doubt: null }];
  });
}

/** The objects whose labels a selector fits, in the namespaces that it takes in. */
function readSelected(field: Field, owner: NamespacedId, row: CatalogueRow, around: Surroundings): readonly Named[] {
  const group = field.at("group").textOr(row.defaults?.group ?? GATEWAY_API);
  const kind = field.at("kind").textOr(row.defaults?.kind ?? UNUSABLE);
  const selector = readSelector(field);
  if (group === UNUSABLE || kind === UNUSABLE || selector === null) return [];
  const namespaces = field.at("namespaces");
  // A selector without a word on namespaces looks at its own, unless its kind is fixed: then it looks at all (§2.7).
  const admission: NamespaceAdmission =
    namespaces.present || row.defaults === null ? readAdmission(namespaces, "Same") : { from: "All" };
  const { sight, admissions, onUnfollowed } = around;
  const hidden = sight.hidden({ group, kind }, admission.from === "Same" ? owner.namespace : null);
  const admitsNobody = admission.from === "invalid" || (admission.from === "Selector" && admission.selector === null);
  if (hidden !== null && !admitsNobody) onUnfollowed(hidden);
  const chosen = ({ id, labels }: KubeObject): readonly Named[] => {
    if (id.namespace === null || !selects(selector.requirements, labels)) return [];
    const answer = admissions.admits(admission, owner.namespace, id.namespace);
    return answer === "no" ? [] : [selected(id, answer === "yes" ? null : answer)];
  };
  return sight.objectsOf({ group, kind }).flatMap(chosen);
}

const selected = (referent: ObjectId, doubt: Gap | null): Named => ({ referent, implicit: true, placed: false, doubt });

/** The scope that Gateways offer themselves in, and routes ask for (GEP-3793). */
const DEFAULT_SCOPE = "All";

/** Does a route ask for the default Gateways? */
export function asksForDefaultGateways(spec: Field): boolean {
  return spec.at("useDefaultGateways").text() === DEFAULT_SCOPE;
}

function readDefaultGateways(field: Field, { sight, onUnfollowed }: Surroundings): readonly Named[] {
  if (field.text() !== DEFAULT_SCOPE) return [];
  const hidden = sight.hidden(GATEWAY, null);
  if (hidden !== null) onUnfollowed(hidden);
  return sight
    .objectsOf(GATEWAY)
    .filter(({ body }) => scopeOf(body) === DEFAULT_SCOPE)
    .map(({ id }) => selected(id, null));
}

function scopeOf(body: unknown): string | undefined {
  return Field.silent(body).at("spec").at("defaultScope").text();
}

const one = (field: Field, referent: ObjectId | null): readonly Named[] =>
  referent === null ? [] : [{ referent, implicit: false, placed: field.leadsTo("namespace"), doubt: null }];

/** Everything that one field names, by the way in which its row is read. */
export function namedBy(field: Field, owner: ObjectId, row: CatalogueRow, around: Surroundings): readonly Named[] {
  switch (row.reading) {
    case "reference":
      return one(field, readReferent(field, owner, row));
    case "data-source":
      return one(field, readDataSource(field, owner));
    case "endpoint":
      return one(field, readEndpoint(field, owner, row));
    case "plugin-list":
      return readPlugins(field, owner, row);
    case "object-selector":
      return owner.namespace === null ? [] : readSelected(field, { ...owner, namespace: owner.namespace }, row, around);
    case "default-gateways":
      return readDefaultGateways(field, around);
  }
}
