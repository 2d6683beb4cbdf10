// Writes the manifests that krew and krew-release-bot read: make krew, or node scripts/krew.ts [--release FOLDER] [--into FOLDER]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import project from "../package.json" with { type: "json" };
import { krewManifest, krewTemplate, readChecksums } from "./krew/manifest.ts";

const ROOT = join(import.meta.dirname, "..");

/**
 * Writes `krew/refgrant.yaml`, the manifest of the release in a folder, and `.krew.yaml`, the template for later ones.
 *
 * @param release the folder that `make dist` filled
 * @param into the folder that gets both files
 * @returns the paths of what was written, within that folder
 * @throws Error where the folder holds no such release
 */
function writeManifests(release: string, into: string): readonly string[] {
  const checksums = join(release, "checksums.txt");
  if (!existsSync(checksums)) throw new Error(`There is no ${checksums}: run make dist first.`);
  const files: ReadonlyMap<string, string> = new Map([
    ["krew/refgrant.yaml", krewManifest(project, readChecksums(readFileSync(checksums, "utf8")))],
    [".krew.yaml", krewTemplate(project.homepage)],
  ]);
  mkdirSync(join(into, "krew"), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(into, path), text);
  return [...files.keys()];
}

try {
  const { values } = parseArgs({
    options: {
      release: { type: "string", default: join(ROOT, "dist/release") },
      into: { type: "string", default: ROOT },
    },
  });
  for (const path of writeManifests(values.release, values.into)) console.log(`wrote ${path}`);
} catch (error) {
  console.error(`krew: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
