import type { Gap } from "./gap.ts";
import { KindMap } from "./kind-map.ts";
import type { Labels } from "./labels.ts";
import { type Need, needKey, wholeList } from "./need.ts";
import {
  compareIds,
  type GroupKind,
  groupKindKey,
  type KubeObject,
  keyOf,
  NAMESPACE,
  type ObjectId,
  sameGroupKind,
} from "./object.ts";
import type { Snapshot } from "./snapshot.ts";

const NO_OBJECTS: readonly KubeObject[] = [];

/** The objects of one kind. They are asked for by name so often that a key of all that names one would take most of the time. */
class OfKind {
  readonly objects: KubeObject[] = [];
  #byNamespace: Map<string | null, Map<string, KubeObject>> | null = null;
  #inOrder: readonly KubeObject[] | null = null;

  /** Takes an object, before any is asked for. */
  add(object: KubeObject): void {
    this.objects.push(object);
  }

  get inOrder(): readonly KubeObject[] {
    this.#inOrder ??= this.objects.toSorted((a, b) => compareIds(a.id, b.id));
    return this.#inOrder;
  }

  get({ namespace, name }: ObjectId): KubeObject | undefined {
    this.#byNamespace ??= this.#index();
    return this.#byNamespace.get(namespace)?.get(name);
  }

  #index(): Map<string | null, Map<string, KubeObject>> {
    const byNamespace = new Map<string | null, Map<string, KubeObject>>();
    for (const object of this.objects) {
      const { namespace, name } = object.id;
      const byName = byNamespace.get(namespace);
      if (byName === undefined) byNamespace.set(namespace, new Map([[name, object]]));
      else byName.set(name, object);
    }
    return byNamespace;
  }
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
  /** The objects of one kind, by namespace and name. */
  readonly objectsOf: (groupKind: GroupKind) => readonly KubeObject[];
  readonly get: (id: ObjectId) => KubeObject | undefined;
  /** What hides objects of this kind in this namespace; null if all of them were seen. */
  readonly hidden: (groupKind: GroupKind, namespace: string | null) => Gap | null;
  /** Objects of the same kind and name in other namespaces than that of an object that does not exist. */
  readonly namesakes: (id: ObjectId) => Namesakes;
  /** Every object of a kind and name, by namespace, and what hides others. */
  readonly everywhere: (id: ObjectId) => { readonly ids: readonly ObjectId[]; readonly hidden: Gap | null };
  /** Whether this one object exists; a gap where that cannot be told. */
  readonly existence: (id: ObjectId) => "present" | "missing" | Gap;
  /** The objects of a kind in a namespace that have all these labels, and what hides others; null if nothing does. */
  readonly labelled: (
    groupKind: GroupKind,
    namespace: string,
    labels: Labels,
  ) => { readonly objects: readonly KubeObject[]; readonly hidden: Gap | null };
  /** What hides objects of a kind in a namespace from one who needs no more than a page of them. */
  readonly hiddenOnPage: (groupKind: GroupKind, namespace: string | null) => Gap | null;
}

/** Tells what is still to be read; see {@link Need}. */
export type OnNeed = (need: Need) => void;

/** The gap over what nobody has looked at yet. It is in no verdict once every need is answered. */
function unread({ group, kind }: GroupKind, namespace: string | null): Gap {
  return { cause: "not-read", groupKind: { group, kind }, namespace, detail: "it was not looked at" };
}

/** What came of asking for a list: nothing is hidden, something is, or nobody has asked. */
type Asked = Gap | null | undefined;

/** Does what came of a list leave nothing of the namespace hidden? */
function leavesOut(gap: Gap, namespace: string | null): boolean {
  return namespace !== null && gap.exceptNamespaces?.has(namespace) === true;
}

/** Looks up what came of asking, in a snapshot that was read by needs. */
class Answers {
  readonly #asked: ReadonlyMap<string, Gap | null>;
  readonly #onNeed: OnNeed;

  constructor(asked: ReadonlyMap<string, Gap | null>, onNeed: OnNeed) {
    this.#asked = asked;
    this.#onNeed = onNeed;
  }

  /** What came of the first of these needs that was answered in full; else of the first that was asked. */
  first(needs: readonly Need[], namespace: string | null): Asked {
    const outcomes = needs.map((need): Asked => {
      const outcome = this.#asked.get(needKey(need));
      return outcome && leavesOut(outcome, namespace) ? null : outcome;
    });
    return outcomes.includes(null) ? null : outcomes.find((outcome) => outcome !== undefined);
  }

  /** The same; where none was answered, the last of them, which asks for least, is needed. */
  orNeed(needs: readonly [...(readonly Need[]), Need], groupKind: GroupKind, namespace: string | null): Gap | null {
    const outcome = this.first(needs, namespace);
    if (outcome === null) return null;
    const need = needs.at(-1);
    if (need !== undefined && !this.#asked.has(needKey(need))) this.#onNeed(need);
    return outcome ?? unread(groupKind, namespace);
  }
}

const listsOf = (groupKind: GroupKind, namespace: string | null): readonly [...(readonly Need[]), Need] =>
  namespace === null ? [wholeList(groupKind, null)] : [wholeList(groupKind, null), wholeList(groupKind, namespace)];

function pushTo<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The gap that covers a kind in a namespace, or (null) anywhere; null where none does. */
type Recorded = (groupKind: GroupKind, namespace: string | null) => Gap | null;

function recordedIn(gaps: readonly Gap[]): Recorded {
  const byKind = new Map<string, Gap[]>();
  for (const gap of gaps) if (gap.groupKind !== null) pushTo(byKind, groupKindKey(gap.groupKind), gap);
  const ofAnyKind = gaps.filter(({ groupKind }) => groupKind === null);
  return (groupKind, namespace) => {
    const covers = (gap: Gap) => {
      if (namespace === null) return true;
      return gap.namespace === null ? gap.exceptNamespaces?.has(namespace) !== true : gap.namespace === namespace;
    };
    if (gaps.length === 0) return null;
    return byKind.get(groupKindKey(groupKind))?.find(covers) ?? ofAnyKind.find(covers) ?? null;
  };
}

/** Makes the gaps of what files say nothing about: one for each key. */
function outsideGaps(): (key: string, groupKind: GroupKind, namespace: string | null, detail: string) => Gap {
  const made = new Map<string, Gap>();
  return (key, groupKind, namespace, detail) => {
    const gap: Gap = made.get(key) ?? { cause: "outside-input", groupKind, namespace, detail };
    made.set(key, gap);
    return gap;
  };
}

/**
 * Answers questions about a snapshot, with what hides the answer as a value.
 *
 * @param onNeed told of each question that a snapshot which was read by needs cannot answer yet
 */
export function sightOf(snapshot: Snapshot, onNeed: OnNeed = () => {}): Sight {
  const answers = snapshot.asked === null ? null : new Answers(snapshot.asked, onNeed);
  const byKind = new KindMap<OfKind>();
  const inhabited = new Set<string>();
  for (const object of snapshot.objects.values()) {
    byKind.of(object.id, () => new OfKind()).add(object);
    if (object.id.namespace !== null) inhabited.add(object.id.namespace);
  }
  const unsorted = (groupKind: GroupKind): readonly KubeObject[] => byKind.get(groupKind)?.objects ?? NO_OBJECTS;
  const namesByKind = new Map<string, ReadonlyMap<string, Namesakes>>();
  const outsideInput = outsideGaps();
  const recorded = recordedIn(snapshot.gaps);
  const hidden: Sight["hidden"] = (groupKind, namespace) => {
    const gap = recorded(groupKind, namespace);
    if (gap !== null) return gap;
    if (answers !== null) return answers.orNeed(listsOf(groupKind, namespace), groupKind, namespace);
    if (snapshot.closed || namespace === null || inhabited.has(namespace)) return null;
    return outsideInput(
      `${groupKindKey(groupKind)}/${namespace}/`,
      groupKind,
      namespace,
      `the input holds nothing of namespace ${namespace}`,
    );
  };
  return {
    objectsOf: (groupKind) => byKind.get(groupKind)?.inOrder ?? NO_OBJECTS,
    get: (id) => {
      const object = byKind.get(id)?.get(id);
      if (object === undefined && answers !== null) answers.orNeed(needsOf(id), id, id.namespace);
      return object;
    },
    hidden,
    namesakes: (id) => {
      const key = groupKindKey(id);
      if (answers !== null) answers.orNeed([wholeList(id, null), everyNamed(id)], id, null);
      const byName = namesByKind.get(key) ?? namesakesByName(unsorted(id));
      namesByKind.set(key, byName);
      return byName.get(id.name) ?? { first: null, others: 0 };
    },
    everywhere: (id) => {
      const gap = answers === null ? null : answers.orNeed([wholeList(id, null), everyNamed(id)], id, null);
      const found = unsorted(id).filter((object) => object.id.name === id.name);
      return { ids: found.map((object) => object.id).toSorted(compareIds), hidden: gap };
    },
    existence: (id) => {
      if (byKind.get(id)?.get(id) !== undefined) return "present";
      // In a closed world of files a namespace that holds something exists, with or without its Namespace object.
      const ofClosedFiles = snapshot.source === "files" && snapshot.closed;
      if (ofClosedFiles && sameGroupKind(id, NAMESPACE) && inhabited.has(id.name)) return "present";
      // Of files that are not the whole world no list tells what does not exist.
      const needs = snapshot.closed ? needsOf(id) : ([{ read: "object", id }] as const);
      const gap = recorded(id, id.namespace) ?? answers?.orNeed(needs, id, id.namespace) ?? null;
      if (gap !== null) return gap;
      if (snapshot.closed) return "missing";
      const where = id.namespace === null ? "" : `${id.namespace}/`;
      return outsideInput(keyOf(id), id, id.namespace, `the input has no ${id.kind} ${where}${id.name}`);
    },
    labelled: (groupKind, namespace, labels) => {
      const carries = (object: KubeObject): boolean =>
        object.id.namespace === namespace && [...labels].every(([key, value]) => object.labels.get(key) === value);
      const need: Need = { ...wholeList(groupKind, namespace), labels };
      const needs = [...listsOf(groupKind, namespace), need] as const;
      return {
        objects: unsorted(groupKind).filter(carries),
        hidden: answers === null ? hidden(groupKind, namespace) : answers.orNeed(needs, groupKind, namespace),
      };
    },
    hiddenOnPage: (groupKind, namespace) => {
      if (answers === null) return hidden(groupKind, namespace);
      const page: Need = { ...wholeList(groupKind, namespace), extent: "page" };
      return answers.orNeed([...listsOf(groupKind, namespace), page], groupKind, namespace);
    },
  };
}

/** The objects of that name in all namespaces. */
const everyNamed = (id: ObjectId): Need => ({ ...wholeList(id, null), name: id.name });

/** What would show whether one object exists; the last is the least to ask for. */
const needsOf = (id: ObjectId): readonly [...(readonly Need[]), Need] => [
  ...listsOf(id, id.namespace),
  everyNamed(id),
  { read: "object", id },
];
