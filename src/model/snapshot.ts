import type { Gap } from "./gap.ts";
import {
  compareIds,
  type FieldPath,
  type GroupKind,
  groupKindKey,
  type KubeObject,
  keyOf,
  type ObjectId,
  type ObjectKey,
  type Position,
  sameGroupKind,
} from "./object.ts";

/** A document or an object of the input that is not as the API server would want it. */
export type InputProblem =
  /** The document could not be parsed: nothing of it was read. */
  | { readonly cause: "syntax" | "duplicate-key"; readonly at: Position; readonly detail: string }
  /** The document is no Kubernetes object; it was passed over. */
  | { readonly cause: "no-object"; readonly at: Position; readonly detail: string }
  /** The same object stands in the input twice; the later one counts, as for `kubectl apply`. */
  | {
      readonly cause: "duplicate";
      readonly id: ObjectId;
      readonly at: Position | null;
      readonly first: Position | null;
    }
  /** A version of a kind that never existed, that today's clusters do not serve, or that is deprecated. */
  | {
      readonly cause: "unknown-version" | "unserved-version" | "deprecated-version";
      readonly id: ObjectId;
      readonly apiVersion: string;
      readonly at: Position | null;
    }
  /** A field of the object is not what its schema says; the object was read as far as it goes. */
  | {
      readonly cause: "field";
      readonly id: ObjectId;
      readonly path: FieldPath;
      readonly expected: string;
      readonly found: string;
      /** Whether the API server takes it all the same. */
      readonly storable: boolean;
      readonly at: Position | null;
    };

/** Which served version of each kind was read. */
export interface ServedKind extends GroupKind {
  readonly version: string;
}

/** What the world is made of, as far as it was seen. */
export interface Snapshot {
  readonly source: "cluster" | "files";
  /** Whether what is not in `objects`, and under no gap, does not exist. False for files, unless they are declared complete. */
  readonly closed: boolean;
  readonly objects: ReadonlyMap<ObjectKey, KubeObject>;
  readonly gaps: readonly Gap[];
  readonly problems: readonly InputProblem[];
  /** Kinds that the cluster serves, of those asked for; null for files, where every kind may occur. */
  readonly served: readonly ServedKind[] | null;
}

/** Objects of one kind that share a name: the first of them, and how many others there are. */
export interface Namesakes {
  readonly first: ObjectId | null;
  readonly others: number;
}

function namesakesByName(objects: readonly KubeObject[]): ReadonlyMap<string, Namesakes> {
  const byName = new Map<string, Namesakes>();
  for (const { id } of objects) {
    const known = byName.get(id.name);
    if (known === undefined || known.first === null) byName.set(id.name, { first: id, others: 0 });
    else byName.set(id.name, { first: compareIds(id, known.first) < 0 ? id : known.first, others: known.others + 1 });
  }
  return byName;
}

/** What of a snapshot may be believed. Gaps are made once each, so that two decisions with the same gap share it. */
export interface Sight {
  /** The objects of one kind, in no particular order. */
  readonly objectsOf: (groupKind: GroupKind) => readonly KubeObject[];
  readonly get: (id: ObjectId) => KubeObject | undefined;
  /** What hides objects of this kind in this namespace; null if all of them were seen. */
  readonly hidden: (groupKind: GroupKind, namespace: string | null) => Gap | null;
  /** Objects of the same kind and name in other namespaces than that of an object that does not exist. */
  readonly namesakes: (id: ObjectId) => Namesakes;
  /** Whether this one object exists; a gap where that cannot be told. */
  readonly existence: (id: ObjectId) => "present" | "missing" | Gap;
}

const NAMESPACE: GroupKind = { group: "", kind: "Namespace" };

/** Answers questions about a snapshot, with what hides the answer as a value. */
export function sightOf(snapshot: Snapshot): Sight {
  const byKind = new Map<string, KubeObject[]>();
  const inhabited = new Set<string>();
  for (const object of snapshot.objects.values()) {
    const key = groupKindKey(object.id);
    const list = byKind.get(key);
    if (list === undefined) byKind.set(key, [object]);
    else list.push(object);
    if (object.id.namespace !== null) inhabited.add(object.id.namespace);
  }
  const namesByKind = new Map<string, ReadonlyMap<string, Namesakes>>();
  const gapsByKind = new Map<string, Gap[]>();
  const gapsOfAnyKind: Gap[] = [];
  for (const gap of snapshot.gaps) {
    if (gap.groupKind === null) gapsOfAnyKind.push(gap);
    else {
      const key = groupKindKey(gap.groupKind);
      const list = gapsByKind.get(key);
      if (list === undefined) gapsByKind.set(key, [gap]);
      else list.push(gap);
    }
  }
  const outside = new Map<string, Gap>();
  const outsideInput = (key: string, groupKind: GroupKind, namespace: string | null, detail: string): Gap => {
    const known = outside.get(key);
    if (known !== undefined) return known;
    const gap: Gap = { cause: "outside-input", groupKind, namespace, detail };
    outside.set(key, gap);
    return gap;
  };
  const recorded = (groupKind: GroupKind, namespace: string | null): Gap | null => {
    const covers = (gap: Gap) => {
      if (namespace === null) return true;
      return gap.namespace === null ? gap.exceptNamespaces?.has(namespace) !== true : gap.namespace === namespace;
    };
    return gapsByKind.get(groupKindKey(groupKind))?.find(covers) ?? gapsOfAnyKind.find(covers) ?? null;
  };
  const hidden: Sight["hidden"] = (groupKind, namespace) => {
    const gap = recorded(groupKind, namespace);
    if (gap !== null || snapshot.closed || namespace === null || inhabited.has(namespace)) return gap;
    return outsideInput(
      `${groupKindKey(groupKind)}/${namespace}/`,
      groupKind,
      namespace,
      `the input holds nothing of namespace ${namespace}`,
    );
  };
  return {
    objectsOf: (groupKind) => byKind.get(groupKindKey(groupKind)) ?? [],
    get: (id) => snapshot.objects.get(keyOf(id)),
    hidden,
    namesakes: (id) => {
      const key = groupKindKey(id);
      const byName = namesByKind.get(key) ?? namesakesByName(byKind.get(key) ?? []);
      namesByKind.set(key, byName);
      return byName.get(id.name) ?? { first: null, others: 0 };
    },
    existence: (id) => {
      if (snapshot.objects.has(keyOf(id))) return "present";
      // In a closed world of files a namespace that holds something exists, with or without its Namespace object.
      const ofClosedFiles = snapshot.source === "files" && snapshot.closed;
      if (ofClosedFiles && sameGroupKind(id, NAMESPACE) && inhabited.has(id.name)) return "present";
      const gap = recorded(id, id.namespace);
      if (gap !== null) return gap;
      if (snapshot.closed) return "missing";
      const where = id.namespace === null ? "" : `${id.namespace}/`;
      return outsideInput(keyOf(id), id, id.namespace, `the input has no ${id.kind} ${where}${id.name}`);
    },
  };
}
