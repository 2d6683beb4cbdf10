import type { ManifestWorld, WrittenAt } from "../src/manifest/objects.ts";
import { RefgrantError } from "../src/model/failure.ts";
import type { KubeObject, ObjectId } from "../src/model/object.ts";
import type { Snapshot } from "../src/model/snapshot.ts";
import { formatPosition } from "../src/model/source.ts";
import type { SourcePlan } from "./plan.ts";
import type { Ports, Progress } from "./ports.ts";

/** A world, and what to tell the user about how it was read. */
export interface Loaded {
  readonly snapshot: Snapshot;
  readonly notes: readonly string[];
}

/** The world of some files, and where its objects are written. */
export interface LoadedFiles extends Loaded {
  readonly writtenAt: ReadonlyMap<KubeObject, WrittenAt>;
}

/** The namespace of the current context. Files need no cluster, so a kubeconfig that nobody named may be broken. */
async function defaultNamespace({ connection }: SourcePlan, ports: Ports): Promise<string> {
  try {
    return await ports.contextNamespace(connection);
  } catch (error) {
    if (connection.kubeconfig !== null || connection.context !== null) throw error;
    return "default";
  }
}

const NAMES_SHOWN = 3;

function placedNote(placed: readonly ObjectId[], namespace: string, given: boolean): string {
  const names = placed.slice(0, NAMES_SHOWN).map(({ kind, name }) => `${kind} ${name}`);
  const more = placed.length > NAMES_SHOWN ? ` and ${placed.length - NAMES_SHOWN} more` : "";
  const [have, were] = placed.length === 1 ? ["has", "was"] : ["have", "were"];
  const source = given ? "given with -n" : "of the current context; -n names another";
  return `${names.join(", ")}${more} ${have} no namespace and ${were} read as of ${namespace}, the namespace ${source}`;
}

const KUSTOMIZE = "kubectl kustomize DIR | kubectl refgrant audit -f -";

function patchesNote(patches: number): string {
  return patches === 1
    ? `1 patch of a kustomization was passed over; ${KUSTOMIZE} judges what comes of it`
    : `${patches} patches of kustomizations were passed over; ${KUSTOMIZE} judges what comes of them`;
}

/** What to say of input in which there is no object. */
function emptyError({ problems, skipped, patches }: ManifestWorld, filenames: string): RefgrantError {
  const [problem] = problems;
  if (problem !== undefined && "detail" in problem) {
    return new RefgrantError(
      "input",
      `${formatPosition(problem.at)}: ${problem.detail}`,
      "nothing else could be read; give files with Kubernetes objects to -f",
    );
  }
  if (patches > 0) {
    const message = `there are no objects in ${filenames}, only patches of kustomizations`;
    return new RefgrantError("input", message, `judge what comes of them: ${KUSTOMIZE}`);
  }
  const message =
    skipped > 0
      ? `nothing in ${filenames} is of a kind that is looked at`
      : `there is nothing but empty lists in ${filenames}`;
  return new RefgrantError("input", message, "give files with Kubernetes objects to -f");
}

/**
 * Reads the manifests of a plan into a world.
 *
 * @throws RefgrantError `input`
 */
export async function loadFiles(
  plan: SourcePlan & { readonly from: "files" },
  ports: Ports,
  progress: Progress,
): Promise<LoadedFiles> {
  progress.update("reading files");
  const files = await ports.readFiles(plan.filenames, plan.recursive);
  const [{ parseDocuments }, { objectsOf }, { snapshotOfManifests }] = await Promise.all([
    import("../src/manifest/documents.ts"),
    import("../src/manifest/objects.ts"),
    import("../src/manifest/snapshot.ts"),
  ]);
  const documents = parseDocuments(files);
  if (documents.parsed.length === 0 && documents.broken.length === 0) {
    throw new RefgrantError(
      "input",
      `there is no document in ${plan.filenames.join(", ")}`,
      "give files with Kubernetes objects to -f",
    );
  }
  const [broken] = documents.broken;
  if (documents.parsed.length === 0 && broken !== undefined) {
    throw new RefgrantError(
      "input",
      `${formatPosition(broken.problem.at)}: ${broken.problem.detail}`,
      "nothing else could be read; mend it and run again",
    );
  }
  const { namespace } = plan;
  const named = new Set(plan.filenames);
  let world = objectsOf(documents, namespace ?? "default", named);
  const notes: string[] = [];
  if (world.placed.length > 0) {
    const used = namespace ?? (await defaultNamespace(plan, ports));
    if (used !== (namespace ?? "default")) world = objectsOf(documents, used, named);
    notes.push(placedNote(world.placed, used, namespace !== null));
  }
  if (world.objects.length === 0) throw emptyError(world, plan.filenames.join(", "));
  if (world.patches > 0) notes.push(patchesNote(world.patches));
  return { snapshot: snapshotOfManifests(world, plan.closedWorld), notes, writtenAt: world.writtenAt };
}
