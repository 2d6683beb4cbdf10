import { kindsNamed, kindWords } from "../../src/catalogue/kind-names.ts";
import { KINDS, kindInfo } from "../../src/catalogue/known.ts";
import { seenIn } from "../../src/load/cluster/by-namespace.ts";
import type { ClusterReader } from "../../src/load/cluster/open.ts";
import type { Gap } from "../../src/model/gap.ts";
import { type Need, needKey } from "../../src/model/need.ts";
import { type GroupKind, type KubeObject, keyOf, sameGroupKind } from "../../src/model/object.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";

/** A cluster in memory that is read by needs, and what it was asked. */
export interface MemoryReader extends ClusterReader {
  readonly asked: readonly Need[];
}

const PAGE = 500;
const FORBIDDEN = { got: "forbidden", user: "jo" } as const;

function matches(need: Need & { readonly read: "list" }, { id, labels }: KubeObject): boolean {
  return (
    sameGroupKind(id, need.groupKind) &&
    (need.namespace === null || id.namespace === need.namespace) &&
    (need.name === null || id.name === need.name) &&
    [...(need.labels ?? [])].every(([key, value]) => labels.get(key) === value)
  );
}

/** What comes of one need: objects, and what hides others. */
function answer(
  need: Need,
  { objects }: Snapshot,
): { readonly found: readonly KubeObject[]; readonly gap: Gap | null } {
  if (need.read === "object") {
    const object = objects.get(keyOf(need.id));
    return { found: object === undefined ? [] : [object], gap: null };
  }
  const found = [...objects.values()].filter((object) => matches(need, object));
  if (need.extent === "all" || found.length <= PAGE) return { found, gap: null };
  const gap: Gap = {
    cause: "truncated",
    groupKind: need.groupKind,
    namespace: need.namespace,
    detail: "there are more",
  };
  return { found: found.slice(0, PAGE), gap };
}

/**
 * Gives the objects of a snapshot as a cluster would, as far as they are asked for.
 *
 * @param forbidden kinds that the caller may not read
 */
export function readerOf(snapshot: Snapshot, forbidden: (need: Need) => boolean = () => false): MemoryReader {
  const asked: Need[] = [];
  const kindOf = (need: Need): GroupKind => (need.read === "object" ? need.id : need.groupKind);
  return {
    asked,
    served: KINDS.map(({ group, kind, versions }) => ({ group, kind, version: versions?.[0] ?? "v1" })),
    gaps: [],
    namespace: "default",
    kindsNamed: async (word) => kindsNamed(word).flatMap((kind) => kindInfo(kind) ?? []),
    words: kindWords(),
    read: async (needs) => {
      asked.push(...needs);
      const outcomes = new Map<string, Gap | null>();
      const objects: KubeObject[] = [];
      for (const need of needs) {
        const { group, kind } = kindOf(need);
        const namespace = need.read === "object" ? need.id.namespace : need.namespace;
        if (forbidden(need)) {
          const info = kindInfo({ group, kind });
          const seen =
            info &&
            seenIn(
              { served: { info, version: "v1" }, outcome: FORBIDDEN },
              namespace,
              need.read === "object" ? "get" : "list",
            );
          outcomes.set(needKey(need), seen?.gaps[0] ?? null);
          continue;
        }
        const { found, gap } = answer(need, snapshot);
        objects.push(...found);
        outcomes.set(needKey(need), gap);
      }
      return { objects, outcomes };
    },
    close: () => {},
  };
}
