import { resolve } from "node:path";
import { cacheFolder as folderFor } from "../../../scripts/cache-folder.ts";

/** The root folder of this repository. */
export const repositoryRoot: string = resolve(import.meta.dirname, "..", "..", "..");

/** The folder of the plugin: that of REFGRANT_PLUGIN, from the root of the repository, else what `make build` makes. */
export const pluginFolder: string = resolve(repositoryRoot, process.env.REFGRANT_PLUGIN || "bin");

/** The folder outside the tree where the harness keeps what is costly to make: binaries and upstream modules. */
export function cacheFolder(): string {
  return folderFor("e2e");
}
