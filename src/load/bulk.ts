import { glob, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isTakenFromFolder } from "./files.ts";

/** To look at a name takes time too, and a folder may hold many. */
const BYTES_FOR_A_NAME = 512;

/** Counts what paths hold, and ends as soon as it is too much. */
class Bulk {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  get within(): boolean {
    return this.#left >= 0;
  }

  /** A name that was looked at, whatever came of it. */
  name(): void {
    this.#left -= BYTES_FOR_A_NAME;
  }

  /** What is neither a file nor a folder may never end, and is too much. */
  async path(path: string, recursive: boolean): Promise<void> {
    this.name();
    const found = await stat(path).catch(() => null);
    if (found === null) return;
    if (found.isDirectory()) await this.#folder(path, recursive);
    else this.#left -= found.isFile() ? found.size : Number.POSITIVE_INFINITY;
  }

  async #folder(folder: string, recursive: boolean): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (!this.within) return;
      if (entry.isDirectory() ? recursive : isTakenFromFolder(entry.name)) {
        await this.path(join(folder, entry.name), recursive);
      } else this.name();
    }
  }
}

/** Counts what a glob comes by, folders in which nothing matches too, and goes into none any more once it is too much. */
async function countGlob(pattern: string, recursive: boolean, bulk: Bulk): Promise<void> {
  const exclude = (): boolean => {
    bulk.name();
    return !bulk.within;
  };
  for await (const match of glob(pattern, { exclude })) {
    if (!bulk.within) break;
    await bulk.path(match, recursive);
  }
}

/**
 * Whether files, folders and globs, as `-f` and `-R` name them, hold no more than so many bytes of manifests. Nothing is opened
 * but folders. Standard input is more than any number.
 */
export async function holdAtMost(most: number, filenames: readonly string[], recursive: boolean): Promise<boolean> {
  if (filenames.includes("-")) return false;
  const bulk = new Bulk(most);
  for (const name of filenames) {
    if (!bulk.within) break;
    const isThere = await stat(name).catch(() => null);
    if (isThere !== null) await bulk.path(name, recursive);
    else await countGlob(name, recursive, bulk);
  }
  return bulk.within;
}
