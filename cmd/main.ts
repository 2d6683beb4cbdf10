import { once } from "node:events";
import { fstatSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import type { Writable } from "node:stream";
import { isReading } from "../src/load/cluster/file-system.ts";
import { type ConnectionOptions, environmentOf } from "../src/load/cluster/options.ts";
import { type Reading, readingText } from "../src/load/cluster/progress.ts";
import { RefgrantError } from "../src/model/failure.ts";
import { answer } from "./answer.ts";
import { COMPLETE } from "./command-line.ts";
import { failureOutcome } from "./failure.ts";
import type { ClusterQuery, Lookups, Outcome, Pieces, Ports, Progress, Terminal } from "./ports.ts";
import { USER_AGENT } from "./version.ts";

/** What the user types to get here. */
const PROGRAM = "kubectl refgrant";
const PROGRESS_DELAY_MS = 300;
/**
 * How long after the start of the program a shell is answered with what is known by then. The rest of the second is for the
 * start and the end of kubectl, of the script in between, and of this program.
 */
const LOOKUP_MS = 800;
/** To read more than this takes too long for a shell that waits. */
const LOOKUP_BYTES = 2_000_000;

function terminalOf(environment: NodeJS.ProcessEnv): Terminal {
  const { stdout } = process;
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "";
  const dumb = environment.TERM === "dumb";
  return {
    width: stdout.isTTY && stdout.columns > 0 ? stdout.columns : null,
    color: stdout.isTTY && !dumb && environment.NO_COLOR === undefined,
    unicode: process.platform === "win32" ? environment.WT_SESSION !== undefined : /utf-?8/i.test(locale),
  };
}

/** A spinner on a terminal, from 300 ms on; nothing else where standard error is no terminal. */
function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { update: () => {}, stop: () => {} };
  let text = "";
  let spinner: { text: string; stop: () => unknown } | null = null;
  let stopped = false;
  const timer = setTimeout(async () => {
    const { default: ora } = await import("ora");
    if (!stopped) spinner = ora({ text, stream, discardStdin: false }).start();
  }, PROGRESS_DELAY_MS);
  return {
    update: (next) => {
      text = next;
      if (spinner !== null) spinner.text = next;
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}

/** A terminal that is closed takes its programs with it, but not a credential plugin apart from them. `nohup` leaves no terminal. */
const SIGNALS = ["SIGINT", "SIGTERM", ...(process.stderr.isTTY ? (["SIGHUP"] as const) : [])];

/**
 * Runs what waits for others so that Ctrl-C ends it with a message. At all other times a signal ends the process at once, as
 * it should: nothing is half done, and no handler would be heard while references are decided.
 */
async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  interrupt: AbortController = new AbortController(),
): Promise<T> {
  const abort = () => interrupt.abort();
  for (const name of SIGNALS) process.once(name, abort);
  try {
    return await work(interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted || error instanceof RefgrantError) throw error;
    throw new RefgrantError("interrupted", "interrupted", null, { cause: error });
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
  }
}

/** Lookups that have not ended. One that goes on although it was told to end waits for what nothing interrupts. */
const underWay = new Set<Promise<unknown>>();

function tracked<T>(lookup: Promise<T>): Promise<T> {
  underWay.add(lookup);
  const ended = () => underWay.delete(lookup);
  lookup.then(ended, ended);
  return lookup;
}

async function namesWithin(query: Parameters<Lookups["names"]>[0], signal: AbortSignal): ReturnType<Lookups["names"]> {
  const { glimpse } = await import("../src/load/cluster/glimpse.ts");
  const { connection, ...request } = query;
  // Nobody is asked for a password at TAB.
  const environment = environmentOf(process.env, homedir(), false);
  return glimpse(connection, environment, { ...request, signal, userAgent: USER_AGENT });
}

async function namesOfKubeconfig(connection: ConnectionOptions): ReturnType<Lookups["kubeconfigNames"]> {
  const { kubeconfigNames } = await import("../src/load/cluster/kubeconfig.ts");
  return kubeconfigNames(connection, environmentOf(process.env, homedir(), false));
}

async function readFew(filenames: readonly string[], recursive: boolean): ReturnType<Lookups["readFiles"]> {
  const { holdAtMost } = await import("../src/load/bulk.ts");
  if (!(await holdAtMost(LOOKUP_BYTES, filenames, recursive))) {
    throw new RefgrantError("input", "the files are too large to be read at TAB");
  }
  const { readFiles } = await import("../src/load/files.ts");
  return readFiles({ filenames, recursive, readStdin: async () => new Uint8Array() });
}

function lookupsOf(): Lookups {
  const ended = new AbortController();
  const { signal } = ended;
  const over = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const timer = setTimeout(() => ended.abort(), Math.max(0, LOOKUP_MS - performance.now()));
  return {
    over,
    names: (query) => tracked(namesWithin(query, signal)),
    kubeconfigNames: (connection) => tracked(namesOfKubeconfig(connection)),
    readFiles: (filenames, recursive) => tracked(readFew(filenames, recursive)),
    close: () => {
      clearTimeout(timer);
      ended.abort();
    },
  };
}

function portsOf(): Ports {
  const environment = () => environmentOf(process.env, homedir(), process.stdin.isTTY === true);
  const request = ({ chunkSize, namespaces }: ClusterQuery, progress: Progress, signal: AbortSignal) => ({
    chunkSize,
    namespaces,
    signal,
    userAgent: USER_AGENT,
    progress: (reading: Reading) => progress.update(readingText(reading)),
  });
  return {
    terminal: terminalOf(process.env),
    runtime: { node: process.version, platform: process.platform, architecture: process.arch },
    progress: () => progressOn(process.stderr),
    lookups: lookupsOf,
    readFiles: async (filenames, recursive) => {
      const { bytesOf, readFiles } = await import("../src/load/files.ts");
      const readStdin = async () => {
        const { addAbortSignal } = await import("node:stream");
        return interruptible((signal) => bytesOf(addAbortSignal(signal, process.stdin)));
      };
      return readFiles({ filenames, recursive, readStdin });
    },
    contextNamespace: async (connection) => {
      const { contextNamespace } = await import("../src/load/cluster/kubeconfig.ts");
      return contextNamespace(connection, environment());
    },
    readCluster: async (query, progress) => {
      const [{ readCluster }, { KINDS }] = await Promise.all([
        import("../src/load/cluster/read.ts"),
        import("../src/catalogue/known.ts"),
      ]);
      return interruptible((signal) =>
        readCluster(query.connection, environment(), {
          kinds: KINDS,
          definitions: true,
          ...request(query, progress, signal),
          ...(query.meanwhile === undefined ? {} : { meanwhile: query.meanwhile }),
        }),
      );
    },
    openCluster: async (query, progress) => {
      const { openCluster } = await import("../src/load/cluster/open.ts");
      // One for all of the reading, heard only while there is something to wait for.
      const interrupt = new AbortController();
      const reader = await interruptible(
        (signal) =>
          openCluster(query.connection, environment(), {
            ...request(query, progress, signal),
            ...(query.meanwhile === undefined ? {} : { meanwhile: query.meanwhile }),
            expected: query.expected ?? [],
          }),
        interrupt,
      );
      const { served, gaps, namespace, close } = reader;
      return {
        served,
        gaps,
        namespace,
        close,
        // Put together when it is asked for, as the reader does.
        get words() {
          return reader.words;
        },
        kindsNamed: (word) => interruptible(() => reader.kindsNamed(word), interrupt),
        read: (needs) => interruptible(() => reader.read(needs), interrupt),
      };
    },
  };
}

async function outcomeOf(argv: readonly string[]): Promise<Outcome> {
  try {
    return await answer(argv, PROGRAM, portsOf());
  } catch (error) {
    return failureOutcome(error);
  }
}

/** A file as standard output. Node would write to it once, and take what a nearly full disk has room for for the whole. */
async function wholeFile(): Promise<Writable> {
  const stream = await import("node:stream");
  return new stream.Writable({
    decodeStrings: true,
    write: (chunk: Buffer, _encoding, done) => {
      try {
        for (let at = 0; at < chunk.length; ) at += writeSync(process.stdout.fd, chunk, at);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

async function outputOf(): Promise<Writable> {
  const { stdout } = process;
  try {
    const kind = fstatSync(stdout.fd);
    return kind.isFile() || (kind.isCharacterDevice() && !stdout.isTTY) ? await wholeFile() : stdout;
  } catch {
    // There is none: what is written to it then goes nowhere.
    return stdout;
  }
}

/** A reader that has seen enough (`| head`) is no error of ours; a full disk is one, and the report is then not whole. */
function watchStreams(stdout: Writable): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(`error: could not write to standard output: ${error.code ?? "unknown fault"}\n`);
    process.exitCode = 3;
  });
  // There is nowhere left to say it.
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.exitCode = 3;
  });
}

/** Characters that are written at once. */
const CHUNK = 1 << 16;

/**
 * Writes a report as fast as it is taken and no faster: pieces are made when those before are gone, and none any more once
 * nobody takes them.
 */
async function write(stdout: Writable, text: string | Pieces): Promise<void> {
  if (typeof text === "string") {
    if (text !== "") stdout.write(text);
    return;
  }
  let chunk = "";
  for (const piece of text) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    // A fault is told by watchStreams.
    if (!stdout.write(chunk)) await once(stdout, "drain").catch(() => undefined);
    if (!stdout.writable) return;
    chunk = "";
  }
  if (chunk !== "") stdout.write(chunk);
}

/** Does something keep the program that nothing interrupts? */
function isKept(): boolean {
  return underWay.size > 0 || isReading() || process.getActiveResourcesInfo().includes("GetAddrInfoReqWrap");
}

const LAST_WAIT_MS = 50;

/**
 * Ends the program although something of it may still be waiting: a shell that asked at TAB waits for its end. Node would first
 * wait for threads that look up a host or open a file, which may take for ever, and only a signal spares it that.
 */
function leave(patience = 4): void {
  if (!isKept()) process.exit(0);
  if (patience > 0) setTimeout(leave, LAST_WAIT_MS, patience - 1);
  else process.kill(process.pid, "SIGKILL");
}

/** How long what is left of a run may take once all is said. */
const REST_MS = 500;

/**
 * Ends the program where something keeps it that nothing interrupts, once all that is said has been taken: a thread that looks up
 * a host or opens a file. `process.exit` would wait for it too; another program in this one's place does not.
 */
function leaveWhenKept(stdout: Writable): void {
  const kept = setInterval(() => {
    if (stdout.writableLength + process.stderr.writableLength > 0) return;
    const code = String(process.exitCode ?? 0);
    try {
      process.execve?.("/bin/sh", ["sh", "-c", `exit ${code}`], {});
    } catch {
      // There is no such program here.
    }
    process.exit();
  }, REST_MS);
  kept.unref();
}

/** Ends the program once all that is said has been taken. Node would first give back memory piece by piece that goes with it anyway. */
function leaveWhenTaken(stdout: Writable): void {
  leaveWhenKept(stdout);
  if (!stdout.writable || !process.stderr.writable) return;
  // After a fault there is something left to say.
  const next = (then: () => void) => (fault?: Error | null) => {
    if (fault === undefined || fault === null) then();
  };
  stdout.write(
    "",
    next(() =>
      process.stderr.write(
        "",
        next(() => void (isKept() || process.exit())),
      ),
    ),
  );
}

async function main(): Promise<void> {
  const stdout = await outputOf();
  watchStreams(stdout);
  const outcome = await outcomeOf(process.argv.slice(2));
  if (process.argv[2] === COMPLETE) {
    await write(stdout, outcome.stdout);
    stdout.write("", () => leave());
    return;
  }
  if (outcome.stderr !== "") process.stderr.write(outcome.stderr);
  // Setting the code and letting the loop run dry: process.exit would cut off what a pipe has not taken yet. It is set first,
  // since a fault of writing sets another.
  process.exitCode = outcome.exitCode;
  try {
    await write(stdout, outcome.stdout);
  } catch (error) {
    const { stderr, exitCode } = failureOutcome(error);
    process.stderr.write(stderr);
    process.exitCode = exitCode;
  }
  leaveWhenTaken(stdout);
}

void main();
