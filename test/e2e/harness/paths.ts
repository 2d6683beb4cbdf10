import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The root folder of this repository. */
export const repositoryRoot: string = resolve(import.meta.dirname, "..", "..", "..");

/** The folder of the built plugin (`make build`). */
export const pluginFolder: string = join(repositoryRoot, "bin");

/** The folder outside the tree where the harness keeps what is costly to make: binaries and upstream modules. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "kubectl-refgrant", "e2e");
}
