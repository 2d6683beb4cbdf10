import { Field, type FieldProblem } from "../model/fields.ts";
import type { Gap } from "../model/gap.ts";
import type { Grant } from "../model/grant.ts";
import type { ListenerHolder } from "../model/listener.ts";
import {
  formatPath,
  type GroupKind,
  groupKindKey,
  includesGroupKind,
  type KubeObject,
  keyOf,
  type ObjectId,
  type ObjectKey,
  sameGroupKind,
} from "../model/object.ts";
import type { Reference } from "../model/reference.ts";
import type { Sight } from "../model/sight.ts";
import type { InputProblem, ServedKind, Snapshot } from "../model/snapshot.ts";
import { admissionsOf } from "./admission.ts";
import { effectsIn } from "./effect.ts";
import { isGenerating, placeGenerated } from "./generated.ts";
import { readGrant } from "./grants.ts";
import { GATEWAY, isParent, LISTENER_SETS, REFERENCE_GRANT, REFERENCE_POLICY } from "./kinds.ts";
import { kindInfo } from "./known.ts";
import { readAdmission } from "./listeners.ts";
import {
  type Around,
  isWalked,
  namespaced,
  type Referrer,
  readReferrer,
  referencesOf,
  walkableFrom,
} from "./references.ts";
import { ROWS } from "./rows.ts";

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

/** The kinds that can refer to something, in the order of the catalogue. */
const REFERRER_KINDS = [...new Map(ROWS.filter(isWalked).map((row) => [groupKindKey(row.from), row.from])).values()];

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
  let seen: Set<string> | null = null;
  return (problem: FieldProblem): void => {
    seen ??= new Set();
    const key = `${formatPath(problem.path)} ${problem.expected}`;
    if (seen.has(key)) return;
    seen.add(key);
    problems.push({ cause: "field", id: object.id, ...problem, at: object.locate(problem.path) });
  };
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
    sight.objectsOf(groupKind).filter(({ body, id }) => body !== null && isWanted(id));
  for (const kind of REFERRER_KINDS) {
    const rows = walkableFrom(kind);
    const allMatter = focus === null || isParent(kind) || isGenerating(kind);
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
      for (const problem of known.problems) problems.push(problem);
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
