import { Field, type FieldProblem, UNUSABLE, type Unusable } from "../model/fields.ts";
import type { Gap } from "../model/gap.ts";
import type { Grant } from "../model/grant.ts";
import type { Listener, ListenerHolder } from "../model/listener.ts";
import {
  compareIds,
  type FieldPath,
  formatPath,
  type GroupKind,
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
import type { Sight } from "../model/sight.ts";
import type { InputProblem, ServedKind, Snapshot } from "../model/snapshot.ts";
import { admissionsOf } from "./admission.ts";
import { type Effects, effectsIn } from "./effect.ts";
import { isGenerating, placeGenerated } from "./generated.ts";
import { readGrant } from "./grants.ts";
import { GATEWAY, LISTENER_SETS, REFERENCE_GRANT, REFERENCE_POLICY, routeInfo, SERVICE } from "./kinds.ts";
import { kindInfo } from "./known.ts";
import { readAdmission, readListeners } from "./listeners.ts";
import { asksForDefaultGateways, type Named, namedBy, readReferent, type Surroundings } from "./referent.ts";
import { meantParent, targetRule } from "./referents.ts";
import type { AttachmentRow, CatalogueRow, FreeRow, GrantRow } from "./row.ts";
import { ROWS, rowsFrom } from "./rows.ts";
import { fieldsAt, type PathPattern, pathPattern } from "./walk.ts";

/** What the objects of a snapshot say to one another, read once. */
export interface Extract {
  readonly references: readonly Reference[];
  /** What hides objects that a selector may take in, which are then in no reference. */
  readonly unfollowed: readonly Gap[];
  /** What permits: every ReferenceGrant, and ReferencePolicies where they are in force. */
  readonly grants: readonly Grant[];
  /** The kinds of grant that count. */
  readonly grantKinds: readonly GroupKind[];
  readonly policies: readonly { readonly grant: Grant; readonly inForce: boolean }[];
  readonly holders: ReadonlyMap<ObjectKey, ListenerHolder>;
  /** Fields that are not what their schema says. */
  readonly problems: readonly InputProblem[];
}

interface WalkableRow {
  readonly row: CatalogueRow;
  readonly pattern: PathPattern;
}

const isWalked = ({ handshake }: CatalogueRow): boolean => handshake !== "foreign-grant";

/** What was made of rows before: most runs meet few kinds. */
const walkable = new Map<string, readonly WalkableRow[]>();

function walkableFrom(kind: GroupKind): readonly WalkableRow[] {
  const key = groupKindKey(kind);
  const known = walkable.get(key);
  if (known !== undefined) return known;
  const rows = rowsFrom(kind)
    .filter(isWalked)
    .map((row) => ({ row, pattern: pathPattern(row.path) }));
  walkable.set(key, rows);
  return rows;
}

/** The kinds that can refer to something, in the order of the catalogue. */
const REFERRER_KINDS = [...new Map(ROWS.filter(isWalked).map((row) => [groupKindKey(row.from), row.from])).values()];

/** What the readers need to know of a referrer besides the field in hand. */
interface Referrer {
  readonly id: ObjectId;
  readonly root: Field;
  readonly listeners: readonly Listener[];
  /** For a route: its parents split by regime; for other kinds null. */
  readonly scopes: readonly ParentScope[] | null;
  readonly hostnames: readonly string[] | null | Unusable;
}

type NamespacedReferrer = Referrer & { readonly id: NamespacedId };

/** What an object is read against, beside its own fields. */
interface Around extends Surroundings {
  readonly effects: Effects;
}

function isInNamespace(referrer: Referrer): referrer is NamespacedReferrer {
  return referrer.id.namespace !== null;
}

/** Which of a route's parents judge its references alike (docs/rules.md §2.6). A slip of a kind is taken for what was meant. */
function regimeOf(parent: ObjectId | null): ParentScope["regime"] {
  if (parent === null || sameGroupKind(parent, GATEWAY) || includesGroupKind(LISTENER_SETS, parent)) return "gateway";
  if (sameGroupKind(parent, SERVICE)) return "mesh";
  const meant = meantParent(parent);
  return meant === null ? "other" : regimeOf({ ...parent, ...meant });
}

const REGIMES: readonly ParentScope["regime"][] = ["gateway", "mesh", "other"];

function scopesOf(root: Field, owner: NamespacedId, row: CatalogueRow): readonly ParentScope[] {
  const spec = root.at("spec");
  const byRegime = new Map<ParentScope["regime"], number[]>();
  for (const [index, field] of spec.at("parentRefs").items().entries()) {
    const regime = regimeOf(readReferent(field, owner, row));
    byRegime.set(regime, [...(byRegime.get(regime) ?? []), index]);
  }
  // A route without parents, or that asks for default ones, is judged as under a Gateway.
  if (!byRegime.has("gateway") && (byRegime.size === 0 || asksForDefaultGateways(spec))) byRegime.set("gateway", []);
  return REGIMES.flatMap((regime) => {
    const parentRefs = byRegime.get(regime);
    return parentRefs === undefined ? [] : [{ regime, parentRefs, shared: byRegime.size > 1 }];
  });
}

/** A namespace that is written in a field that has none, and is not the one that the reference stays in, if in any. */
function droppedNamespace(field: Field, referent: ObjectId): string | null {
  if (referent.namespace === null) return null;
  const written = field.at("namespace").text();
  return written === undefined || written === "" || written === referent.namespace ? null : written;
}

/** What a field names, with what is the same for all that it names. */
interface Naming {
  readonly field: Field;
  readonly path: FieldPath;
  readonly named: Named;
}

/** Parents matter to what a route sends requests to, not to what an implementation reads in it beside (docs/rules.md §2.6). */
const WITHOUT_PARENTS: readonly null[] = [null];

function grantReferences(
  row: GrantRow,
  referrer: NamespacedReferrer,
  naming: Naming,
  effect: Gap | "certain",
  to: Reference[],
): void {
  const { path, named } = naming;
  const { referent, implicit, placed } = named;
  const rule = targetRule(row.id, referent);
  const scopes = row.implementation === "gateway-api" ? (referrer.scopes ?? WITHOUT_PARENTS) : WITHOUT_PARENTS;
  for (const scope of scopes) {
    // Written out: there are as many of these as references, and one literal is far quicker than several that are spread.
    to.push({
      row: row.id,
      path,
      referent,
      implicit,
      handshake: "grant",
      referrer: referrer.id,
      scope,
      trustedAs: row.trustedAs ?? ownKind(row),
      enforcement: rule?.enforcement ?? row.enforcement,
      asksAtHome: row.asksAtHome === true && placed,
      asksUnderMesh: rule?.underMesh === true,
      trustUnknown: row.trustUnknown === true,
      namesUnread: row.namesUnread === true,
      heldIn: null,
      doubt: effect === "certain" ? named.doubt : effect,
      missingReason: row.missingReason,
    });
  }
}

const OWN_KINDS_OF_ROWS = new Map<string, readonly [GroupKind]>();

/** A row's own kind as all that a grant has to trust: one list for each row. */
function ownKind({ id, from: { group, kind } }: GrantRow): readonly [GroupKind] {
  const own = OWN_KINDS_OF_ROWS.get(id) ?? [{ group, kind }];
  OWN_KINDS_OF_ROWS.set(id, own);
  return own;
}

function readSectionName(field: Field): string | null | Unusable {
  const name = field.textOr(null);
  return name === "" ? field.reject("the name of a listener, or nothing for all of them") : name;
}

function attachmentReference(row: AttachmentRow, referrer: NamespacedReferrer, naming: Naming, to: Reference[]): void {
  const { field, path, named } = naming;
  const { referent, implicit } = named;
  const { id, hostnames } = referrer;
  // A default Gateway is named nowhere, so nothing narrows it down.
  const sectionName = implicit ? null : readSectionName(field.at("sectionName"));
  const port = implicit ? null : field.at("port").integerOr(null);
  if (sectionName === UNUSABLE || port === UNUSABLE || hostnames === UNUSABLE) return;
  to.push({
    row: row.id,
    path,
    referent,
    implicit,
    handshake: "attachment",
    referrer: id,
    sectionName,
    port,
    hostnames,
  });
}

function freeReference(
  row: FreeRow,
  { id }: Referrer,
  { field, path, named: { referent } }: Naming,
  to: Reference[],
): void {
  const { reach, missingReason } = row;
  const dropped = reach === "local" ? droppedNamespace(field, referent) : null;
  to.push({
    row: row.id,
    path,
    referent,
    handshake: "none",
    referrer: id,
    reach,
    missingReason,
    droppedNamespace: dropped,
  });
}

function referenceBy(row: CatalogueRow, referrer: Referrer, naming: Naming, around: Around, to: Reference[]): void {
  switch (row.handshake) {
    case "none":
      freeReference(row, referrer, naming, to);
      return;
    case "attachment":
      if (isInNamespace(referrer)) attachmentReference(row, referrer, naming, to);
      return;
    case "grant": {
      if (!isInNamespace(referrer)) return;
      const effect = around.effects(row, naming.field, referrer);
      if (effect !== "none") grantReferences(row, referrer, naming, effect, to);
      return;
    }
    case "foreign-grant":
      return;
  }
}

function referencesOf(referrer: Referrer, rows: readonly WalkableRow[], around: Around): readonly Reference[] {
  const references: Reference[] = [];
  for (const { row, pattern } of rows) {
    for (const field of fieldsAt(referrer.root, pattern)) {
      const { path } = field;
      for (const named of namedBy(field, referrer.id, row, around)) {
        referenceBy(row, referrer, { field, path, named }, around, references);
      }
    }
  }
  return references;
}

function readHostnames(spec: Field): readonly string[] | Unusable {
  const items = spec.at("hostnames").itemsOr();
  if (items === UNUSABLE) return UNUSABLE;
  const hostnames = items.map((hostname) => hostname.requiredText());
  const readable = hostnames.filter((hostname) => typeof hostname === "string");
  return readable.length === hostnames.length ? readable : UNUSABLE;
}

function readReferrer(id: ObjectId, root: Field, rows: readonly WalkableRow[]): Referrer {
  const parentRow = rows.find(({ row }) => row.handshake === "attachment")?.row;
  const spec = root.at("spec");
  const route = routeInfo(id);
  const owner = namespaced(id);
  return {
    id,
    root,
    listeners: isHolder(id) ? readListeners(spec) : [],
    scopes: route !== undefined && parentRow !== undefined && owner !== null ? scopesOf(root, owner, parentRow) : null,
    hostnames: route?.hostnames === true ? readHostnames(spec) : null,
  };
}

function isHolder(id: GroupKind): boolean {
  return sameGroupKind(id, GATEWAY) || includesGroupKind(LISTENER_SETS, id);
}

function readHolder(referrer: Referrer, references: readonly Reference[]): ListenerHolder | null {
  const { root, listeners } = referrer;
  const id = namespaced(referrer.id);
  if (id === null) return null;
  if (sameGroupKind(id, GATEWAY)) {
    const allowedListeners = readAdmission(root.at("spec").at("allowedListeners").at("namespaces"), "None");
    return { holder: "gateway", id, listeners, allowedListeners };
  }
  if (includesGroupKind(LISTENER_SETS, id)) {
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
  return (problem: FieldProblem): void => {
    const key = `${formatPath(problem.path)} ${problem.expected}`;
    if (seen.has(key)) return;
    seen.add(key);
    problems.push({ cause: "field", id: object.id, ...problem, at: object.locate(problem.path) });
  };
}

/** The identity as one in a namespace; null for a cluster-scoped object. */
function namespaced(id: ObjectId): NamespacedId | null {
  return id.namespace === null ? null : { ...id, namespace: id.namespace };
}

/** Is it written in a version that its kind has never had? */
function neverWas({ id, apiVersion }: KubeObject): boolean {
  const info = kindInfo(id);
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  return info !== undefined && info.versions !== null && ![...info.versions, ...info.retired].includes(version);
}

/**
 * Whether ReferencePolicies are in force: where the cluster, or the CRDs among the files, are of the releases before
 * ReferenceGrant v1beta1 (docs/rules.md §1.6).
 */
function policiesInForce(served: readonly ServedKind[] | null): boolean {
  if (served === null) return false;
  const versionOf = (kind: GroupKind) => served.find((other) => sameGroupKind(other, kind))?.version;
  return versionOf(REFERENCE_POLICY) !== undefined && [undefined, "v1alpha2"].includes(versionOf(REFERENCE_GRANT));
}

/** A grant as it was read, and what is wrong with it. */
interface ReadGrant {
  readonly source: Snapshot["source"];
  readonly grant: Grant | null;
  readonly problems: readonly InputProblem[];
}

/** Objects do not change, and a world is judged again and again with the same grants where advice is tried on it. */
const READ = new WeakMap<KubeObject, ReadGrant>();

function grantOf(object: KubeObject, source: Snapshot["source"]): ReadGrant {
  const known = READ.get(object);
  if (known?.source === source) return known;
  const problems: InputProblem[] = [];
  const grant = readGrant(object, Field.root(object.body, problemSink(object, problems)));
  const refused = problems.some((problem) => problem.cause === "field" && !problem.storable);
  const rejected = source === "files" && (refused || neverWas(object));
  const read: ReadGrant = { source, grant: grant === null ? null : { ...grant, rejected }, problems };
  READ.set(object, read);
  return read;
}

/** The objects whose references are wanted, where not all are. */
export interface Focus {
  readonly on: (id: ObjectId) => boolean;
  /** The same world for all other objects: what they would have to be read with is not asked for. */
  readonly aside: Sight;
}

function aroundOf(sight: Sight, onUnfollowed: (gap: Gap) => void): Around {
  const admissions = admissionsOf(sight);
  return { sight, admissions, onUnfollowed, effects: effectsIn(sight, admissions) };
}

/**
 * Reads every reference, grant and listener of the objects that can be seen, in an order that only the objects decide.
 *
 * @param served the kinds and versions that the cluster serves; null where that is not known
 * @param source of files, a grant that the API server would refuse permits nothing; what a cluster holds it has taken
 * @param focus whose references are wanted; null for those of all objects
 */
export function extract(
  sight: Sight,
  served: readonly ServedKind[] | null,
  source: Snapshot["source"],
  focus: Focus | null = null,
): Extract {
  const references: Reference[] = [];
  /** Those of objects out of focus, which tell where generated objects stand. */
  const others: Reference[] = [];
  const holders = new Map<ObjectKey, ListenerHolder>();
  const problems: InputProblem[] = [];
  const unfollowed = new Set<Gap>();
  const around = aroundOf(sight, (gap) => unfollowed.add(gap));
  const aroundOthers = focus === null ? around : aroundOf(focus.aside, () => {});
  const sorted = (groupKind: GroupKind, isWanted: (id: ObjectId) => boolean = () => true) =>
    sight
      .objectsOf(groupKind)
      .filter(({ body, id }) => body !== null && isWanted(id))
      .toSorted((a, b) => compareIds(a.id, b.id));
  for (const kind of REFERRER_KINDS) {
    const rows = walkableFrom(kind);
    const allMatter = focus === null || isHolder(kind) || isGenerating(kind);
    for (const object of sorted(kind, (id) => allMatter || focus.on(id))) {
      const { id } = object;
      const inFocus = focus === null || focus.on(id);
      const root = Field.root(object.body, problemSink(object, problems));
      const referrer = readReferrer(id, root, rows);
      const own = referencesOf(referrer, rows, inFocus ? around : aroundOthers);
      const all = inFocus ? references : others;
      for (const reference of own) all.push(reference);
      const holder = readHolder(referrer, own);
      if (holder !== null) holders.set(keyOf(id), holder);
    }
  }
  const read = (kind: GroupKind): readonly Grant[] =>
    sorted(kind).flatMap((object) => {
      const known = grantOf(object, source);
      problems.push(...known.problems);
      return known.grant === null ? [] : [known.grant];
    });
  const policies = read(REFERENCE_POLICY);
  const inForce = policiesInForce(served);
  return {
    references: placeGenerated(references, others, sight),
    unfollowed: [...unfollowed],
    grants: inForce ? [...read(REFERENCE_GRANT), ...policies] : read(REFERENCE_GRANT),
    grantKinds: inForce ? [REFERENCE_GRANT, REFERENCE_POLICY] : [REFERENCE_GRANT],
    policies: policies.map((grant) => ({ grant, inForce })),
    holders,
    problems,
  };
}
