import fs from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { crc32 } from "node:zlib";

/** Before the code stand a CRC-32 of it, since V8 takes what it is given on trust, and the number of runs that added to it. */
const CHECKSUM_AT = 0;
const RUNS_AT = 4;
const HEAD_BYTES = 8;
const PREFIX = "code-";

/** Compiled code as it is kept. */
interface KeptCode {
  readonly code: Uint8Array;
  /** How many runs added to it: each compiles what it needed and the ones before did not. */
  readonly runs: number;
}

/** The home folder. Throws where there is none: an empty HOME would stand for the folder that the program is called in. */
function home(): string {
  const folder = homedir();
  if (!isAbsolute(folder)) throw new Error("there is no home folder");
  return folder;
}

/** Where this system keeps what can be made anew. A relative XDG_CACHE_HOME is none (XDG Base Directory Specification). */
function cacheBase(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const { LOCALAPPDATA = "", XDG_CACHE_HOME = "" } = environment;
  if (platform === "win32") return isAbsolute(LOCALAPPDATA) ? LOCALAPPDATA : join(home(), "AppData", "Local");
  if (platform === "darwin") return join(home(), "Library", "Caches");
  return isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home(), ".cache");
}

/** Whether nobody but the caller could have written there. Windows keeps each user's folders apart by itself. */
function isOwn({ uid, mode }: fs.Stats): boolean {
  const { getuid } = process;
  return getuid === undefined || (uid === getuid() && (mode & 0o022) === 0);
}

/** Makes a folder and those that it stands in. Node's own way goes round for ever in a folder like /proc. */
function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (fs.existsSync(folder)) return;
    const parent = dirname(folder);
    if (fs.existsSync(parent)) throw error;
    makeFolder(parent);
    fs.mkdirSync(folder, { mode: 0o700 });
  }
}

/** Makes a folder for the caller alone, where there is none; false where there is one that others could write, or no folder. */
function makeOwn(folder: string): boolean {
  try {
    makeFolder(folder);
    const found = fs.lstatSync(folder);
    return found.isDirectory() && isOwn(found);
  } catch {
    return false;
  }
}

/** The folder of this program among what the user's system keeps. */
function programFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  return join(cacheBase(environment, platform), "kubectl-refgrant");
}

/**
 * A folder of the user's own for what can be made anew, made where there is none. Null where others could write in it: what is
 * kept there is run.
 */
export function ownFolder(name: string, environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | null {
  try {
    const base = programFolder(environment, platform);
    const folder = join(base, name);
    return makeOwn(base) && makeOwn(folder) ? folder : null;
  } catch {
    return null;
  }
}

/** The content of a file of the user's own that is no link; undefined for any other. */
function readOwn(path: string): Buffer | undefined {
  const file = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  try {
    const found = fs.fstatSync(file);
    return found.isFile() && isOwn(found) ? fs.readFileSync(file) : undefined;
  } finally {
    fs.closeSync(file);
  }
}

/**
 * Compiled code in the user's cache folder. It is a convenience: what cannot be read or written, or could be somebody else's, is
 * taken for absent, without a word.
 */
export class CodeCache {
  readonly #base: string;
  readonly #folder: string;

  /**
   * @param build what the code was compiled from, and by what: other builds' code is of no use
   * @throws Error where there is no home folder
   */
  constructor(build: string, environment: NodeJS.ProcessEnv, platform: NodeJS.Platform) {
    this.#base = programFolder(environment, platform);
    this.#folder = join(this.#base, `${PREFIX}${build}`);
  }

  /** The code that is kept under a name; undefined where there is none that can be trusted. */
  read(name: string): KeptCode | undefined {
    try {
      if (![this.#base, this.#folder].every((folder) => isOwn(fs.lstatSync(folder)))) return undefined;
      const bytes = readOwn(join(this.#folder, name));
      if (bytes === undefined) return undefined;
      const code = bytes.subarray(HEAD_BYTES);
      if (code.length === 0 || bytes.readUInt32LE(CHECKSUM_AT) !== crc32(code)) return undefined;
      return { code, runs: bytes.readUInt32LE(RUNS_AT) };
    } catch {
      return undefined;
    }
  }

  /** Keeps code, whole or not at all, and lets go of other builds'. */
  write(name: string, { code, runs }: KeptCode): void {
    try {
      if (!makeOwn(this.#base) || !makeOwn(this.#folder)) return;
      const bytes = Buffer.alloc(HEAD_BYTES + code.length);
      bytes.writeUInt32LE(crc32(code), CHECKSUM_AT);
      bytes.writeUInt32LE(runs, RUNS_AT);
      bytes.set(code, HEAD_BYTES);
      const scratch = join(this.#folder, `${name}.${process.pid}`);
      try {
        fs.writeFileSync(scratch, bytes, { flag: "wx", mode: 0o600 });
        fs.renameSync(scratch, join(this.#folder, name));
      } finally {
        fs.rmSync(scratch, { force: true });
      }
      for (const other of fs.readdirSync(this.#base)) {
        const folder = join(this.#base, other);
        if (other.startsWith(PREFIX) && folder !== this.#folder) fs.rmSync(folder, { recursive: true, force: true });
      }
    } catch {
      // Nothing depends on it.
    }
  }
}
