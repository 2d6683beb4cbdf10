import { glob, readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { RefgrantError } from "../model/failure.ts";

/** The text of one file, named as the user gave it. Same shape as the manifest reader's input. */
export interface FileText {
  readonly name: string;
  readonly text: string;
}

/** What `-f` and `-R` ask for. */
export interface FileRequest {
  /** Files, folders, globs, or `-` for standard input, in the order given. */
  readonly filenames: readonly string[];
  readonly recursive: boolean;
  /** Reads standard input to its end. */
  readonly readStdin: () => Promise<Uint8Array>;
}

/** The extensions that kubectl takes from a folder. */
const EXTENSIONS: readonly string[] = [".json", ".yaml", ".yml"];
const STDIN = "-";

function hasCode(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function unreadable(name: string, error: unknown): RefgrantError {
  const code = hasCode(error) ? error.code : "";
  if (code === "ENOENT") {
    return new RefgrantError(
      "input",
      `the path ${JSON.stringify(name)} does not exist`,
      "check -f for a typing error",
      { cause: error },
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    return new RefgrantError("input", `${name}: permission denied`, "run as a user who may read it", { cause: error });
  }
  return new RefgrantError("input", `${name} could not be read${code === "" ? "" : ` (${code})`}`, null, {
    cause: error,
  });
}

/** Decodes UTF-8, and UTF-16 with a byte-order mark, which Windows shells write by default. */
function decode(name: string, bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RefgrantError(
      "input",
      `${name} is not UTF-8 text`,
      "convert it, or leave it out of the files given with -f",
      {
        cause: error,
      },
    );
  }
}

async function readText(path: string): Promise<FileText> {
  try {
    return { name: path, text: decode(path, await readFile(path)) };
  } catch (error) {
    throw error instanceof RefgrantError ? error : unreadable(path, error);
  }
}

/** The manifests of a folder by name, those of its folders after them. Links to folders are not followed, so no loop can form. */
async function manifestsIn(folder: string, recursive: boolean): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) folders.push(path);
    else if (EXTENSIONS.includes(extname(entry.name)) && (entry.isFile() || (await stat(path)).isFile()))
      files.push(path);
  }
  if (recursive) for (const inner of folders) files.push(...(await manifestsIn(inner, true)));
  return files;
}

async function expand(name: string, recursive: boolean): Promise<readonly string[]> {
  try {
    const found = await stat(name);
    if (!found.isDirectory()) return [name];
    const files = await manifestsIn(name, recursive);
    if (files.length > 0) return files;
    const advice = recursive ? "name another folder" : "name another folder, or look into its folders too with -R";
    throw new RefgrantError("input", `the folder ${name} holds no manifests (${EXTENSIONS.join(", ")})`, advice);
  } catch (error) {
    if (error instanceof RefgrantError) throw error;
    if (!hasCode(error) || error.code !== "ENOENT" || !/[*?[{]/.test(name)) throw unreadable(name, error);
  }
  const matches = (await Array.fromAsync(glob(name))).toSorted();
  if (matches.length > 0) return (await Promise.all(matches.map((match) => expand(match, recursive)))).flat();
  throw new RefgrantError("input", `no file matches ${JSON.stringify(name)}`, "check -f for a typing error");
}

/**
 * Reads everything that `-f` names, each file once, in the order given; a folder's files by name.
 *
 * @throws RefgrantError("input") for a path that does not exist or cannot be read, a folder without manifests, a glob
 *   without a match, and bytes that are no text.
 */
export async function readFiles({ filenames, recursive, readStdin }: FileRequest): Promise<readonly FileText[]> {
  const texts = new Map<string, FileText>();
  for (const name of filenames) {
    if (name === STDIN) texts.set(name, { name, text: decode("standard input", await readStdin()) });
    else for (const path of await expand(name, recursive)) if (!texts.has(path)) texts.set(path, await readText(path));
  }
  return [...texts.values()];
}
