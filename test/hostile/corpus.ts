import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { type Tree, treeOf } from "./trees.ts";

/** Manifests that somebody has written, to begin from: those of the examples and of all tests. */

const ROOT = join(import.meta.dirname, "../..");
const LARGEST = 12_000;
const MOST_DOCUMENTS = 12;

function seedOf(file: string): readonly Tree[] {
  try {
    const documents: unknown[] = loadAll(readFileSync(file, "utf8"));
    return documents.filter((document) => typeof document === "object" && document !== null).map(treeOf);
  } catch {
    return [];
  }
}

function seeds(): readonly (readonly Tree[])[] {
  const files = ["examples/**/*.yaml", "test/{scenarios,catalogue,docs,quiet,edge-cases,scaffold}/**/*.yaml"]
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .toSorted()
    .map((file) => join(ROOT, file));
  const small = files.filter((file) => statSync(file).size <= LARGEST);
  return small.map(seedOf).filter((seed) => seed.length > 0 && seed.length <= MOST_DOCUMENTS);
}

/** Each of them the documents of one file. */
export const SEEDS: readonly (readonly Tree[])[] = seeds();
