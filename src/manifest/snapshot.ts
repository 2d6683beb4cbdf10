import { type KubeObject, keyOf, type ObjectKey } from "../model/object.ts";
import type { InputProblem, Snapshot } from "../model/snapshot.ts";
import type { ManifestWorld } from "./objects.ts";

/**
 * The world that files describe. Of two objects with one identity the later counts, as for `kubectl apply`, and the report
 * says so. `closed` declares that the files are the whole world.
 */
export function snapshotOfManifests(world: ManifestWorld, closed: boolean): Snapshot {
  const objects = new Map<ObjectKey, KubeObject>();
  const duplicates: InputProblem[] = [];
  for (const object of world.objects) {
    const key = keyOf(object.id);
    const first = objects.get(key);
    if (first !== undefined) {
      duplicates.push({ cause: "duplicate", id: object.id, at: object.locate([]), first: first.locate([]) });
    }
    objects.set(key, object);
  }
  return {
    source: "files",
    closed,
    objects,
    gaps: world.gaps,
    problems: [...world.problems, ...duplicates],
    served: null,
    asked: null,
  };
}
