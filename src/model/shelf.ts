import type { Gap } from "./gap.ts";
import { type ListNeed, type Need, needKey } from "./need.ts";
import { groupKindKey, type KubeObject, keyOf, NAMESPACE, type ObjectId } from "./object.ts";
import { sightOf } from "./sight.ts";
import type { Readings, Snapshot } from "./snapshot.ts";

/** Gives of a world that was read at once what is needed of it, as a cluster would. */
export type Shelf = (needs: readonly Need[]) => Readings;

/** Of a namespace without an object of its own nothing but its name is known. */
function nameless(id: ObjectId): KubeObject {
  return { id, apiVersion: "v1", labels: new Map(), terminating: false, body: null, locate: () => null };
}

function isWanted({ name, labels }: ListNeed, object: KubeObject): boolean {
  if (name !== null && object.id.name !== name) return false;
  return [...(labels ?? [])].every(([key, value]) => object.labels.get(key) === value);
}

/** Indexes a world, so that what is needed of it is found without going through the rest. */
export function shelfOf(snapshot: Snapshot): Shelf {
  const sight = sightOf(snapshot);
  const byPlace = new Map<string, KubeObject[]>();
  const put = (key: string, object: KubeObject): void => {
    const known = byPlace.get(key);
    if (known === undefined) byPlace.set(key, [object]);
    else known.push(object);
  };
  for (const object of snapshot.objects.values()) {
    const kind = groupKindKey(object.id);
    put(kind, object);
    if (object.id.namespace !== null) put(`${kind}/${object.id.namespace}`, object);
  }
  const one = (id: ObjectId): { readonly found: readonly KubeObject[]; readonly gap: Gap | null } => {
    const object = snapshot.objects.get(keyOf(id));
    if (object !== undefined) return { found: [object], gap: null };
    const existence = sight.existence(id);
    if (existence === "present")
      return { found: groupKindKey(id) === groupKindKey(NAMESPACE) ? [nameless(id)] : [], gap: null };
    return { found: [], gap: existence === "missing" ? null : existence };
  };
  const many = (need: ListNeed): ReturnType<typeof one> => {
    const { groupKind, namespace } = need;
    const place = groupKindKey(groupKind) + (namespace === null ? "" : `/${namespace}`);
    const found = (byPlace.get(place) ?? []).filter((object) => isWanted(need, object));
    return { found, gap: sight.hidden(groupKind, namespace) };
  };
  return (needs) => {
    const answers = needs.map((need) => ({ need, ...(need.read === "object" ? one(need.id) : many(need)) }));
    return {
      objects: answers.flatMap(({ found }) => found),
      outcomes: new Map(answers.map(({ need, gap }) => [needKey(need), gap])),
    };
  };
}

/** The same world, of which nothing has been looked at yet. */
export function unlookedAt(snapshot: Snapshot): Snapshot {
  return { ...snapshot, objects: new Map(), asked: new Map() };
}
