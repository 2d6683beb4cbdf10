import { isKustomization } from "../catalogue/kustomize.ts";

/** Files of a Helm chart (Helm's "Charts", The Chart File Structure), whose values come in variants. */
const OF_CHARTS: readonly RegExp[] = [/^Chart\.ya?ml$/, /^values([.-].+)?\.ya?ml$/];

/**
 * Is a file without an object in it no surprise, going by its name? Other tools keep such files beside manifests: Helm, and
 * kustomize, whose own may go without apiVersion and kind.
 */
export function isBystander(path: string): boolean {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return isKustomization(name) || OF_CHARTS.some((pattern) => pattern.test(name));
}
