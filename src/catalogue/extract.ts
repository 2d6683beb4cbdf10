import { Field, UNUSABLE, type Unusable } from "../model/fields.ts";
import type { Grant } from "../model/grant.ts";
import type { Listener, ListenerHolder } from "../model/listener.ts";
import {
  compareIds,
  type FieldPath,
  formatPath,
  groupKindKey,
  includesGroupKind,
  type KubeObject,
  keyOf,
  type NamespacedId,
  type ObjectId,
  type ObjectKey,
  sameGroupKind,
} from "../model/object.ts";
import type { ParentScope, Reference } from "../model/reference.ts";
import type { InputProblem, Sight } from "../model/snapshot.ts";
import { readGrant } from "./grants.ts";
import {
  CLUSTER_SCOPED_REFERENTS,
  GATEWAY,
  isRoute,
  kindInfo,
  LISTENER_SET,
  REFERENCE_GRANT,
  SERVICE,
} from "./kinds.ts";
import { DEFAULT_TLS_MODE, readAdmission, readListeners } from "./listeners.ts";
import { namesGroup, namesKind, namesNamespace, namesObject } from "./names.ts";
import { type CatalogueRow, type GrantRow, ROWS } from "./rows.ts";
import { fieldsAt, type PathPattern, pathPattern } from "./walk.ts";

/** What the objects of a snapshot say to one another, read once. */
export interface Extract {
  readonly references: readonly Reference[];
  readonly grants: readonly Grant[];
  readonly holders: ReadonlyMap<ObjectKey, ListenerHolder>;
  /** Fields that are not what their schema says. */
  readonly problems: readonly InputProblem[];
}

interface WalkableRow {
  readonly row: CatalogueRow;
  readonly pattern: PathPattern;
}

const ROWS_BY_KIND: ReadonlyMap<string, readonly WalkableRow[]> = Map.groupBy(
  ROWS.map((row) => ({ row, pattern: pathPattern(row.path) })),
  ({ row }) => groupKindKey(row.from),
);

/** The kinds that can refer to something, in the order of the catalogue. */
const REFERRER_KINDS = ROWS.map((row) => row.from).filter(
  (from, index, all) => all.findIndex((other) => sameGroupKind(other, from)) === index,
);

/** What the readers need to know of a referrer besides the field in hand. */
interface Referrer {
  readonly id: NamespacedId;
  readonly root: Field;
  readonly listeners: readonly Listener[];
  /** For a route: its parents split by regime; for other kinds null. */
  readonly scopes: readonly ParentScope[] | null;
  readonly hostnames: readonly string[] | null | Unusable;
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

/** The object that a reference names, defaults applied; null for a reference that the API server would not take. */
function readReferent(field: Field, owner: NamespacedId, row: CatalogueRow): ObjectId | null {
  const { defaults } = row;
  const part = (key: "group" | "kind") =>
    defaults === null ? field.at(key).requiredText() : field.at(key).textOr(defaults[key]);
  const group = checked(field.at("group"), part("group"), 'an API group ("" is core)', namesGroup);
  const kind = checked(field.at("kind"), part("kind"), "a kind", namesKind);
  const name = checked(field.at("name"), field.at("name").requiredText(), "the name of an object", namesObject);
  const written = field.at("namespace").textOr(owner.namespace);
  if (group === UNUSABLE || kind === UNUSABLE || name === UNUSABLE) return null;
  if (includesGroupKind(CLUSTER_SCOPED_REFERENTS, { group, kind })) {
    return { group, kind, namespace: null, name };
  }
  const namespace = checked(field.at("namespace"), written, "the name of one namespace", namesNamespace);
  return namespace === UNUSABLE ? null : { group, kind, namespace, name };
}

function scopesOf(root: Field, owner: NamespacedId, row: CatalogueRow): readonly ParentScope[] {
  const mesh: number[] = [];
  const gateway: number[] = [];
  for (const [index, field] of root.at("spec").at("parentRefs").items().entries()) {
    const referent = readReferent(field, owner, row);
    (referent !== null && sameGroupKind(referent, SERVICE) ? mesh : gateway).push(index);
  }
  const scopes: ParentScope[] = [];
  if (gateway.length > 0 || mesh.length === 0) scopes.push({ regime: "gateway", parentRefs: gateway });
  if (mesh.length > 0) scopes.push({ regime: "mesh", parentRefs: mesh });
  return scopes;
}

/** The field under a path prefix of `path`, walked again from the root. */
function ancestor(root: Field, path: FieldPath, levels: number): Field {
  let field = root;
  for (const step of path.slice(0, path.length - levels)) {
    const next = typeof step === "number" ? field.items()[step] : field.at(step);
    if (next === undefined) return field;
    field = next;
  }
  return field;
}

function inEffect(row: GrantRow, field: Field, { root, listeners }: Referrer): boolean {
  const httpsPorts = () =>
    listeners.filter((listener) => listener.protocol === "HTTPS").map((listener) => listener.port);
  // ListenerSets may bring HTTPS listeners; implementations check those too, with the Gateway's own grants (§2.4).
  const mayGainListeners = () =>
    readAdmission(root.at("spec").at("allowedListeners").at("namespaces"), "None").from !== "None";
  switch (row.condition) {
    case "always":
      return true;
    case "tls-terminates":
      // spec.listeners[i].tls.certificateRefs[j]: two levels up is `tls`.
      return ancestor(root, field.path, 2).at("mode").textOr(DEFAULT_TLS_MODE) !== "Passthrough";
    case "https-port": {
      // spec.tls.frontend.perPort[i].tls.validation.caCertificateRefs[j]: four levels up is the perPort entry.
      const port = ancestor(root, field.path, 4).at("port").integer();
      return port !== undefined && (httpsPorts().includes(port) || mayGainListeners());
    }
    case "https-default": {
      const ownPorts = root.at("spec").at("tls").at("frontend").at("perPort").items();
      const overridden = ownPorts.map((entry) => entry.at("port").integer());
      return mayGainListeners() || httpsPorts().some((port) => port === null || !overridden.includes(port));
    }
  }
}

function* referencesOf(referrer: Referrer, rows: readonly WalkableRow[]): Generator<Reference> {
  for (const { row, pattern } of rows) {
    for (const field of fieldsAt(referrer.root, pattern)) {
      const referent = readReferent(field, referrer.id, row);
      if (referent === null) continue;
      const base = { row: row.id, referrer: referrer.id, path: field.path, referent };
      if (row.handshake === "attachment") {
        const sectionName = field.at("sectionName").textOr(null);
        const port = field.at("port").integerOr(null);
        const { hostnames } = referrer;
        if (sectionName === UNUSABLE || port === UNUSABLE || hostnames === UNUSABLE) continue;
        yield { ...base, handshake: "attachment", sectionName, port, hostnames };
      } else if (inEffect(row, field, referrer)) {
        for (const scope of referrer.scopes ?? [null]) {
          yield { ...base, handshake: "grant", scope, missingReason: row.missingReason };
        }
      }
    }
  }
}

function readHostnames(spec: Field): readonly string[] | Unusable {
  const items = spec.at("hostnames").itemsOr();
  if (items === UNUSABLE) return UNUSABLE;
  const hostnames = items.map((hostname) => hostname.requiredText());
  const readable = hostnames.filter((hostname) => typeof hostname === "string");
  return readable.length === hostnames.length ? readable : UNUSABLE;
}

function readReferrer(id: NamespacedId, root: Field, rows: readonly WalkableRow[]): Referrer {
  const parentRow = rows.find(({ row }) => row.handshake === "attachment")?.row;
  const spec = root.at("spec");
  const route = isRoute(id) && parentRow !== undefined;
  return {
    id,
    root,
    listeners: route ? [] : readListeners(spec),
    scopes: route ? scopesOf(root, id, parentRow) : null,
    hostnames: kindInfo(id)?.route?.hostnames === true ? readHostnames(spec) : null,
  };
}

function readHolder(referrer: Referrer, references: readonly Reference[]): ListenerHolder | null {
  const { id, root, listeners } = referrer;
  if (sameGroupKind(id, GATEWAY)) {
    const allowedListeners = readAdmission(root.at("spec").at("allowedListeners").at("namespaces"), "None");
    return { holder: "gateway", id, listeners, allowedListeners };
  }
  if (sameGroupKind(id, LISTENER_SET)) {
    const parentRef = root.at("spec").at("parentRef");
    if (!parentRef.present) parentRef.reject("the Gateway that the listeners are for");
    const parent = references.find((reference) => reference.handshake === "attachment")?.referent ?? null;
    return { holder: "set", id, listeners, parent };
  }
  return null;
}

/** Collects the problems of one object, each once, however often its field is read. */
function problemSink(object: KubeObject, problems: InputProblem[]) {
  const seen = new Set<string>();
  return (problem: { readonly path: FieldPath; readonly expected: string; readonly found: string }): void => {
    const key = `${formatPath(problem.path)} ${problem.expected}`;
    if (seen.has(key)) return;
    seen.add(key);
    problems.push({ cause: "field", id: object.id, ...problem, at: object.locate(problem.path) });
  };
}

function isNamespaced(id: ObjectId): id is NamespacedId {
  return id.namespace !== null;
}

/** Reads every reference, grant and listener of the objects that can be seen, in an order that only the objects decide. */
export function extract(sight: Sight): Extract {
  const references: Reference[] = [];
  const holders = new Map<ObjectKey, ListenerHolder>();
  const problems: InputProblem[] = [];
  const sorted = (groupKind: { readonly group: string; readonly kind: string }) =>
    sight
      .objectsOf(groupKind)
      .filter((object) => object.body !== null)
      .toSorted((a, b) => compareIds(a.id, b.id));
  for (const kind of REFERRER_KINDS) {
    const rows = ROWS_BY_KIND.get(groupKindKey(kind)) ?? [];
    for (const object of sorted(kind)) {
      const { id } = object;
      if (!isNamespaced(id)) continue;
      const root = Field.root(object.body, problemSink(object, problems));
      const referrer = readReferrer(id, root, rows);
      const own = [...referencesOf(referrer, rows)];
      references.push(...own);
      const holder = readHolder(referrer, own);
      if (holder !== null) holders.set(keyOf(id), holder);
    }
  }
  const grants = sorted(REFERENCE_GRANT).flatMap((object) => {
    const grant = readGrant(object, Field.root(object.body, problemSink(object, problems)));
    return grant === null ? [] : [grant];
  });
  return { references, grants, holders, problems };
}
