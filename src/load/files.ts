import { createReadStream, type Stats } from "node:fs";
import { glob, readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { isKustomization } from "../catalogue/kustomize.ts";
import { RefgrantError } from "../model/failure.ts";
import type { Source, SourceText } from "../model/source.ts";
import { codeOf } from "./error-code.ts";

/** What `-f` and `-R` ask for. */
export interface FileRequest {
  /** Files, folders, globs, or `-` for standard input, in the order given. */
  readonly filenames: readonly string[];
  readonly recursive: boolean;
  /** Reads standard input to its end, or as far as {@link bytesOf} goes. */
  readonly readStdin: () => Promise<Uint8Array>;
}

/** The extensions that kubectl takes from a folder. */
const EXTENSIONS: readonly string[] = [".json", ".yaml", ".yml"];

/** Is a file of this name read where its folder is given? */
export const isTakenFromFolder = (name: string): boolean => EXTENSIONS.includes(extname(name)) || isKustomization(name);
const STDIN = "-";
const URL_START = /^https?:\/\//;
const NOT_TEXT = "ERR_ENCODING_INVALID_ENCODED_DATA";

/** A string of V8 can be hardly larger. */
const LARGEST_MIB = 511;
const LARGEST = LARGEST_MIB * 1024 * 1024;
const TOO_LARGE = `larger than ${LARGEST_MIB} MiB`;

class TooLarge extends Error {
  readonly code = "TOO_LARGE";
}

/** Of a file of more bytes than this the bytes are freed as soon as they are text: no collection of garbage comes soon enough. */
const WORTH_FREEING = 1024 * 1024;

/**
 * Decodes UTF-8, and UTF-16 with a byte-order mark, which Windows shells write by default. Throws if it is neither, or too much
 * for a string.
 */
function decode(bytes: Uint8Array): string {
  if (bytes.length > LARGEST) throw new TooLarge();
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

/**
 * The bytes of what may have no end.
 *
 * @throws if they are too many for a string
 */
export async function bytesOf(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Buffer)) continue;
    length += chunk.length;
    if (length > LARGEST) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The text of a file, FIFO or device. */
async function readText(path: string, found: Stats): Promise<string> {
  if (found.size > LARGEST) throw new TooLarge();
  const bytes = found.isFile() ? await readFile(path) : await bytesOf(createReadStream(path));
  const text = decode(bytes);
  const { buffer } = bytes;
  if (bytes.length > WORTH_FREEING && bytes.length === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
  return text;
}

/** The error for a path that was named with `-f`. */
function namedError(name: string, error: unknown): RefgrantError {
  const options: ErrorOptions = { cause: error };
  const code = codeOf(error);
  switch (code) {
    case "ENOENT":
      if (URL_START.test(name)) {
        return new RefgrantError(
          "input",
          "URLs are not read",
          "fetch it and pipe it in, with -f - for the URL: curl URL | kubectl refgrant COMMAND -f -",
        );
      }
      return new RefgrantError(
        "input",
        `the path ${JSON.stringify(name)} does not exist`,
        "check -f for a typing error",
        options,
      );
    case "EACCES":
    case "EPERM":
      return new RefgrantError("input", `${name}: permission denied`, "run as a user who may read it", options);
    case "TOO_LARGE":
      return new RefgrantError("input", `${name} is ${TOO_LARGE}`, "split it into several files", options);
    case NOT_TEXT:
      return new RefgrantError(
        "input",
        `${name} is not UTF-8 text`,
        "convert it, or leave it out of the files given with -f",
        options,
      );
    default:
      return new RefgrantError("input", `${name} could not be read${code === "" ? "" : ` (${code})`}`, null, options);
  }
}

/** What is wrong with a file or folder that was found, not named. */
function problemOf(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case "ENOENT":
      return "it links to a path that does not exist";
    case "ELOOP":
      return "its links lead in a circle";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "TOO_LARGE":
      return `it is ${TOO_LARGE}`;
    case NOT_TEXT:
      return "it is not UTF-8 text";
    default:
      return code === "" ? "it could not be read" : `it could not be read (${code})`;
  }
}

/** Reads what a folder or a glob led to; null for what is no file. Only files are opened: a FIFO might never end. */
async function readFound(path: string): Promise<Source | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? { name: path, text: await readText(path, found) } : null;
  } catch (error) {
    return { name: path, problem: problemOf(error) };
  }
}

/**
 * The manifests and the kustomization of a folder by name, those of its folders after them. Links to folders are not followed, so no loop can
 * form. Throws only if the folder itself cannot be listed.
 */
async function readFolder(folder: string, recursive: boolean): Promise<readonly Source[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const sources: Source[] = [];
  for (const entry of entries) {
    if (entry.isDirectory() || !isTakenFromFolder(entry.name)) continue;
    const source = await readFound(join(folder, entry.name));
    if (source !== null) sources.push(source);
  }
  if (recursive) {
    for (const entry of entries)
      if (entry.isDirectory()) for (const inner of await readInnerFolder(join(folder, entry.name))) sources.push(inner);
  }
  return sources;
}

async function readInnerFolder(folder: string): Promise<readonly Source[]> {
  try {
    return await readFolder(folder, true);
  } catch (error) {
    return [{ name: folder, problem: problemOf(error) }];
  }
}

/** What a path given with `-f` holds: a file, FIFO or device is read as it is; null if there is no such path. */
async function readNamed(name: string, recursive: boolean): Promise<readonly Source[] | null> {
  try {
    const found = await stat(name);
    if (!found.isDirectory()) return [{ name, text: await readText(name, found) }];
    const sources = await readFolder(name, recursive);
    if (sources.length > 0) return sources;
  } catch (error) {
    if (codeOf(error) === "ENOENT" && /[*?[{]/.test(name) && !URL_START.test(name)) return null;
    throw namedError(name, error);
  }
  const advice = recursive ? "name another folder" : "name another folder, or look into its folders too with -R";
  throw new RefgrantError("input", `the folder ${name} holds no manifests (${EXTENSIONS.join(", ")})`, advice);
}

async function readMatch(path: string, recursive: boolean): Promise<readonly Source[]> {
  try {
    if ((await stat(path)).isDirectory()) return await readFolder(path, recursive);
  } catch (error) {
    return [{ name: path, problem: problemOf(error) }];
  }
  const source = await readFound(path);
  return source === null ? [] : [source];
}

async function readGlob(pattern: string, recursive: boolean): Promise<readonly Source[]> {
  const matches = (await Array.fromAsync(glob(pattern))).toSorted();
  const sources: Source[] = [];
  for (const match of matches) for (const source of await readMatch(match, recursive)) sources.push(source);
  if (sources.length > 0) return sources;
  throw new RefgrantError("input", `no file matches ${JSON.stringify(pattern)}`, "check -f for a typing error");
}

async function readStandardInput(readStdin: FileRequest["readStdin"]): Promise<SourceText> {
  try {
    return { name: STDIN, text: decode(await readStdin()) };
  } catch (error) {
    if (error instanceof RefgrantError) throw error;
    throw namedError("standard input", error);
  }
}

/**
 * Reads everything that `-f` names, each file once, in the order given; a folder's files by name. A file that was found in a
 * folder or through a glob and cannot be read is given back with what is wrong with it, so that it does not stop the others.
 *
 * @throws RefgrantError("input") for a named path that does not exist, cannot be read or is no text, for a folder without
 *   manifests and a glob without a match, and when nothing at all could be read.
 */
export async function readFiles({ filenames, recursive, readStdin }: FileRequest): Promise<readonly Source[]> {
  const sources = new Map<string, Source>();
  for (const name of filenames) {
    if (name === STDIN) {
      sources.set(name, await readStandardInput(readStdin));
      continue;
    }
    const found = (await readNamed(name, recursive)) ?? (await readGlob(name, recursive));
    for (const source of found) if (!sources.has(source.name)) sources.set(source.name, source);
  }
  const all = [...sources.values()];
  const [first] = all;
  if (first !== undefined && "problem" in first && all.every((source) => "problem" in source)) {
    throw new RefgrantError(
      "input",
      `${first.name}: ${first.problem}`,
      "nothing else could be read; mend it and run again",
    );
  }
  return all;
}
