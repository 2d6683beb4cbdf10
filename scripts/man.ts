// Writes the manual pages: node scripts/man.ts FOLDER
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../cmd/commands/table.ts";
import { manPages } from "../cmd/man.ts";
import manifest from "../package.json" with { type: "json" };

/** The day of a release by the headings of a changelog, `## 0.1.0 - 2026-01-31`; empty for one that is not out. */
export function releaseDate(changelog: string, version: string): string {
  const heading = changelog
    .split("\n")
    .find((line) => /^## \[?v?/.test(line) && line.split(/[\s[\]v]+/).includes(version));
  return /\d{4}-\d{2}-\d{2}/.exec(heading ?? "")?.[0] ?? "";
}

/** Writes the manual pages of this version into a folder, which is made if it is not there. The same source gives the same bytes. */
export function writeManPages(folder: string): void {
  const changelog = readFileSync(join(import.meta.dirname, "../CHANGELOG.md"), "utf8");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of manPages(COMMANDS, releaseDate(changelog, manifest.version))) {
    writeFileSync(join(folder, name), text);
  }
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("usage: node scripts/man.ts FOLDER");
  writeManPages(folder);
}
