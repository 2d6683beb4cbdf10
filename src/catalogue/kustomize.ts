/** What a kustomization file may be called (kustomize, `api/konfig`, RecognizedKustomizationFileNames). */
const KUSTOMIZATION_FILES: readonly string[] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/**
 * The fields of a kustomization that list patches (kustomize, `api/types`, Kustomization): each item is the path of a file, an
 * object with a `path`, or holds the patch itself.
 */
export const PATCH_FIELDS: readonly string[] = ["patches", "patchesStrategicMerge", "patchesJson6902"];

/** Is this the name of a kustomization file? It may be a path, with either kind of slash. */
export function isKustomization(path: string): boolean {
  return KUSTOMIZATION_FILES.includes(path.split(/[/\\]/).at(-1) ?? path);
}
