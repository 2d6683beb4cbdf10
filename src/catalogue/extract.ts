import { Field } from "../model/fields.ts";
import type { Grant } from "../model/grant.ts";
import type { Listener, ListenerHolder } from "../model/listener.ts";
import {
  compareIds,
  type FieldPath,
  formatPath,
  groupKindKey,
  type KubeObject,
  keyOf,
  type ObjectId,
  type ObjectKey,
  sameGroupKind,
} from "../model/object.ts";
import type { ParentScope, Reference } from "../model/reference.ts";
import type { InputProblem, Sight } from "../model/snapshot.ts";
import { readGrant } from "./grants.ts";
import { GATEWAY, isRoute, LISTENER_SET, REFERENCE_GRANT, SERVICE } from "./kinds.ts";
import { readAdmission, readListeners } from "./listeners.ts";
import { namesNamespace } from "./names.ts";
import { type CatalogueRow, CLUSTER_SCOPED_REFERENTS, type GrantRow, ROWS } from "./rows.ts";
import { fieldsAt, type PathPattern, pathPattern } from "./walk.ts";

/** What the objects of a snapshot say to one another, read once. */
export interface Extract {
  readonly references: readonly Reference[];
  readonly grants: readonly Grant[];
  readonly holders: ReadonlyMap<ObjectKey, ListenerHolder>;
  /** Fields that are not what their schema says. */
  readonly problems: readonly InputProblem[];
}

type NamespacedId = ObjectId & { readonly namespace: string };

/** Route kinds with `spec.hostnames` (`semantics.md` §3.4). */
const KINDS_WITH_HOSTNAMES: readonly string[] = ["HTTPRoute", "GRPCRoute", "TLSRoute"];

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
  readonly hostnames: readonly string[] | null;
}

function readReferent(field: Field, owner: NamespacedId, row: CatalogueRow): ObjectId | null {
  const group =
    row.defaults === null ? field.at("group").requiredText() : (field.at("group").text() ?? row.defaults.group);
  const kind = row.defaults === null ? field.at("kind").requiredText() : (field.at("kind").text() ?? row.defaults.kind);
  const name = field.at("name").requiredText();
  const namespaceField = field.at("namespace");
  const namespace = namespaceField.text() ?? owner.namespace;
  if (group === undefined || kind === undefined || name === undefined) return null;
  if (CLUSTER_SCOPED_REFERENTS.some((scoped) => sameGroupKind(scoped, { group, kind }))) {
    return { group, kind, namespace: null, name };
  }
  if (!namesNamespace(namespace)) {
    namespaceField.reject("the name of one namespace", JSON.stringify(namespace));
    return null;
  }
  return { group, kind, namespace, name };
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
  switch (row.condition) {
    case "always":
      return true;
    case "tls-terminates":
      // spec.listeners[i].tls.certificateRefs[j]: two levels up is `tls`.
      return (ancestor(root, field.path, 2).at("mode").text() ?? "Terminate") !== "Passthrough";
    case "https-port": {
      // spec.tls.frontend.perPort[i].tls.validation.caCertificateRefs[j]: four levels up is the perPort entry.
      const port = ancestor(root, field.path, 4).at("port").integer();
      return port !== undefined && httpsPorts().includes(port);
    }
    case "https-default": {
      const ownPorts = root.at("spec").at("tls").at("frontend").at("perPort").items();
      const overridden = ownPorts.map((entry) => entry.at("port").integer());
      return httpsPorts().some((port) => port === null || !overridden.includes(port));
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
        const sectionName = field.at("sectionName").text() ?? null;
        const port = field.at("port").integer() ?? null;
        yield { ...base, handshake: "attachment", sectionName, port, hostnames: referrer.hostnames };
      } else if (inEffect(row, field, referrer)) {
        for (const scope of referrer.scopes ?? [null]) {
          yield { ...base, handshake: "grant", scope, missingReason: row.missingReason };
        }
      }
    }
  }
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
    hostnames: KINDS_WITH_HOSTNAMES.includes(id.kind)
      ? spec
          .at("hostnames")
          .items()
          .flatMap((hostname) => hostname.text() ?? [])
      : null,
  };
}

function readHolder(referrer: Referrer, references: readonly Reference[]): ListenerHolder | null {
  const { id, root, listeners } = referrer;
  if (sameGroupKind(id, GATEWAY)) {
    const allowedListeners = readAdmission(root.at("spec").at("allowedListeners").at("namespaces"), "None");
    return { id, listeners, allowedListeners, parent: null };
  }
  if (sameGroupKind(id, LISTENER_SET)) {
    const parent = references.find((reference) => reference.handshake === "attachment")?.referent ?? null;
    return { id, listeners, allowedListeners: { from: "None", byDefault: true }, parent };
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
