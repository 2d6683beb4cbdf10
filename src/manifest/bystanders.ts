/**
 * Files that other tools keep beside manifests and that need not be Kubernetes objects: those of kustomize, which may go without
 * apiVersion and kind (kustomize, `api/konfig`, RecognizedKustomizationFileNames), and those of a Helm chart (Helm's "Charts", The
 * Chart File Structure), whose values come in variants.
 */
const BYSTANDERS: readonly RegExp[] = [
  /^kustomization\.ya?ml$/,
  /^Kustomization$/,
  /^Chart\.ya?ml$/,
  /^values([.-].+)?\.ya?ml$/,
];

/** Is a file without an object in it no surprise, going by its name? */
export function isBystander(path: string): boolean {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return BYSTANDERS.some((pattern) => pattern.test(name));
}
