import { kindsNamed, kindWords } from "../src/catalogue/kind-names.ts";
import { GATEWAY_API, type KindInfo } from "../src/catalogue/kinds.ts";
import { kindInfo } from "../src/catalogue/known.ts";
import type { Expected } from "../src/load/cluster/ahead.ts";
import type { ClusterReader } from "../src/load/cluster/open.ts";
import type { WrittenAt } from "../src/manifest/objects.ts";
import { RefgrantError } from "../src/model/failure.ts";
import { type GroupKind, keyOf, type ObjectId } from "../src/model/object.ts";
import { extended, namespacesOf, type Snapshot } from "../src/model/snapshot.ts";
import type { Inquired } from "../src/pipeline.ts";
import { loadFiles } from "./load-files.ts";
import type { ObjectScope, SourcePlan } from "./plan.ts";
import type { Ports, Progress } from "./ports.ts";

/** A kind as a word names it: its scope is all that finding objects depends on. */
export type NamedKind = GroupKind & Pick<KindInfo, "scope">;

/** A world that is asked about some of its objects: files that were read, or a cluster that is read as far as answers need. */
export interface World {
  readonly source: Snapshot["source"];
  /** The namespace of objects where the user names none; null for all of them: files have nothing to do with a context. */
  readonly namespace: string | null;
  /** Namespaces of which the files hold something; none of a cluster, which is not listed. */
  readonly namespaces: readonly string[];
  readonly kindsNamed: (word: string) => Promise<readonly NamedKind[]>;
  /** What a mistyped word for a kind may have meant. */
  readonly words: readonly string[];
  readonly notes: readonly string[];
  /** Puts a question until nothing more has to be read for its answer. */
  readonly ask: <T>(question: (snapshot: Snapshot) => Inquired<T>) => Promise<T>;
  /** Where an object stands in the files; null in a cluster. */
  readonly writtenAt: (id: ObjectId) => WrittenAt | null;
  readonly close: () => void;
}

/** More rounds than any answer takes: parents of parents, then their classes, then advice on each. */
const MOST_ROUNDS = 30;

/** A kind of the catalogue as a word names it. */
export function namedKind({ group, kind }: GroupKind): NamedKind {
  return { group, kind, scope: kindInfo({ group, kind })?.scope ?? "Namespaced" };
}

async function fileWorld(
  plan: SourcePlan & { readonly from: "files" },
  { namespace }: ObjectScope,
  ports: Ports,
  progress: Progress,
): Promise<World> {
  const { snapshot, notes, writtenAt } = await loadFiles(plan, ports, progress);
  progress.update("deciding references");
  return {
    source: "files",
    namespace,
    namespaces: namespacesOf(snapshot),
    kindsNamed: async (word) => kindsNamed(word).map(namedKind),
    get words() {
      return kindWords();
    },
    notes,
    ask: async (question) => question(snapshot).answer,
    writtenAt: (id) => {
      const object = snapshot.objects.get(keyOf(id));
      return (object && writtenAt.get(object)) ?? null;
    },
    close: () => {},
  };
}

/** A cluster as a world, through a reader that closes with it. */
export function worldOf(reader: ClusterReader, namespace: string | null): World {
  let snapshot: Snapshot = {
    source: "cluster",
    closed: true,
    objects: new Map(),
    gaps: reader.gaps,
    problems: [],
    served: reader.served,
    asked: new Map(),
  };
  return {
    source: "cluster",
    namespace: namespace ?? reader.namespace,
    namespaces: [],
    kindsNamed: reader.kindsNamed,
    // Not read before it is wanted: it takes a while to put together.
    get words() {
      return reader.words;
    },
    notes: [],
    ask: async (question) => {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const { answer, needs } = question(snapshot);
        if (needs.length === 0) return answer;
        snapshot = extended(snapshot, await reader.read(needs));
      }
      throw new RefgrantError("unreachable", "the answer needs more and more of the cluster to be read");
    },
    writtenAt: () => null,
    close: reader.close,
  };
}

/** The objects that are named by a word for one kind of the Gateway API, which nearly every cluster serves alike. */
function expectedOf({ targets, namespace, allNamespaces }: ObjectScope): readonly Expected[] {
  if (allNamespaces) return [];
  return targets.flatMap(({ type, name }) => {
    const [kind, ...others] = kindsNamed(type);
    if (name === null || kind === undefined || others.length > 0 || kind.group !== GATEWAY_API) return [];
    const info = kindInfo(kind);
    return info === undefined ? [] : [{ info, namespace, name }];
  });
}

async function clusterWorld(
  { connection, chunkSize }: SourcePlan & { readonly from: "cluster" },
  scope: ObjectScope,
  ports: Ports,
  progress: Progress,
  meanwhile: () => void,
): Promise<World> {
  const { namespace } = scope;
  const namespaces = namespace === null ? [] : [namespace];
  const query = { connection, chunkSize, namespaces, meanwhile, expected: expectedOf(scope) };
  return worldOf(await ports.openCluster(query, progress), namespace);
}

/**
 * Opens a world to be asked about single objects. Whoever opens it closes it.
 *
 * @param meanwhile what may be done while a cluster's first answer is awaited
 * @throws RefgrantError as reading files or connecting to a cluster does
 */
export function openWorld(
  source: SourcePlan,
  scope: ObjectScope,
  ports: Ports,
  progress: Progress,
  meanwhile: () => void = () => {},
): Promise<World> {
  return source.from === "cluster"
    ? clusterWorld(source, scope, ports, progress, meanwhile)
    : fileWorld(source, scope, ports, progress);
}
