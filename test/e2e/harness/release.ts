import { existsSync } from "node:fs";
import { join } from "node:path";
import project from "../../../package.json" with { type: "json" };
import { repositoryRoot } from "./paths.ts";

/**
 * The folder of a release of this version: that of REFGRANT_RELEASE where it is set, else `dist/release` where `make dist` has
 * filled it.
 *
 * @returns null where there is no release of the version of package.json
 * @throws Error where REFGRANT_RELEASE names a folder without one
 */
export function releaseFolder(): string | null {
  const isThere = (folder: string): boolean =>
    existsSync(join(folder, "checksums.txt")) &&
    existsSync(join(folder, `kubectl-refgrant_v${project.version}_linux_amd64.tar.gz`));
  const given = process.env.REFGRANT_RELEASE;
  if (given !== undefined && given !== "") {
    if (isThere(given)) return given;
    throw new Error(
      `REFGRANT_RELEASE is set to ${given}, but there is no release of v${project.version}: run make dist.`,
    );
  }
  const built = join(repositoryRoot, "dist", "release");
  return isThere(built) ? built : null;
}
