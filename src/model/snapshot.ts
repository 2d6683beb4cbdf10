import type { Gap } from "./gap.ts";
import {
  compareText,
  type FieldPath,
  type GroupKind,
  type KubeObject,
  keyOf,
  NAMESPACE,
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
  /**
   * Where a cluster is read by needs: what came of each, by its key, null where it was answered. What is not in here was not
   * looked at. Null where everything was read at once.
   */
  readonly asked: ReadonlyMap<string, Gap | null> | null;
}

/** What came of some needs: the objects that were read, and for each need, by its key, what hides the answer (null: nothing). */
export interface Readings {
  readonly objects: readonly KubeObject[];
  readonly outcomes: ReadonlyMap<string, Gap | null>;
}

/** The snapshot with what was read on top of it. */
export function extended(snapshot: Snapshot, { objects, outcomes }: Readings): Snapshot {
  return {
    ...snapshot,
    objects: new Map([...snapshot.objects, ...objects.map((object) => [keyOf(object.id), object] as const)]),
    asked: new Map([...(snapshot.asked ?? []), ...outcomes]),
  };
}

/** Every namespace that is known to be: by its object, and among files, which seldom hold those, since something stands in it. */
export function namespacesOf({ objects, source }: Snapshot): readonly string[] {
  const names = new Set<string>();
  for (const { id } of objects.values()) {
    if (sameGroupKind(id, NAMESPACE)) names.add(id.name);
    else if (source === "files" && id.namespace !== null) names.add(id.namespace);
  }
  return [...names].toSorted(compareText);
}
