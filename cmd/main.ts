import { homedir } from "node:os";
import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import { KINDS } from "../src/catalogue/known.ts";
import { environmentOf } from "../src/load/cluster/options.ts";
import { RefgrantError } from "../src/model/failure.ts";
import { failureOutcome } from "./failure.ts";
import { parse } from "./parse.ts";
import type { ClusterQuery, Outcome, Ports, Progress, Terminal } from "./ports.ts";
import { run } from "./run.ts";
import { USER_AGENT } from "./version.ts";

/** What the user types to get here. */
const PROGRAM = "kubectl refgrant";
const PROGRESS_DELAY_MS = 300;

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

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

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

function portsOf(): Ports {
  const environment = () => environmentOf(process.env, homedir(), process.stdin.isTTY === true);
  const request = ({ chunkSize, namespaces }: ClusterQuery, progress: Progress, signal: AbortSignal) => ({
    chunkSize,
    namespaces,
    signal,
    userAgent: USER_AGENT,
    progress: ({ what, objects }: { readonly what: string; readonly objects: number }) =>
      progress.update(`reading ${what}: ${objects}`),
  });
  return {
    terminal: terminalOf(process.env),
    progress: () => progressOn(process.stderr),
    readFiles: async (filenames, recursive) => {
      const { readFiles } = await import("../src/load/files.ts");
      const readStdin = () => interruptible((signal) => buffer(addAbortSignal(signal, process.stdin)));
      return readFiles({ filenames, recursive, readStdin });
    },
    contextNamespace: async (connection) => {
      const { contextNamespace } = await import("../src/load/cluster/kubeconfig.ts");
      return contextNamespace(connection, environment());
    },
    readCluster: async (query, progress) => {
      const { readCluster } = await import("../src/load/cluster/read.ts");
      return interruptible((signal) =>
        readCluster(query.connection, environment(), {
          kinds: KINDS,
          definitions: true,
          ...request(query, progress, signal),
        }),
      );
    },
    openCluster: async (query, progress) => {
      const { openCluster } = await import("../src/load/cluster/open.ts");
      // One for all of the reading, heard only while there is something to wait for.
      const interrupt = new AbortController();
      const reader = await interruptible(
        (signal) => openCluster(query.connection, environment(), request(query, progress, signal)),
        interrupt,
      );
      return {
        ...reader,
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
    return await run(parse(argv, PROGRAM), portsOf());
  } catch (error) {
    return failureOutcome(error);
  }
}

/** A reader that has seen enough (`| head`) is no error of ours; a full disk is one, and the report is then not whole. */
function watchStream(stream: NodeJS.WriteStream, name: string): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(`error: could not write to ${name}: ${error.code ?? "unknown fault"}\n`);
    process.exitCode = 3;
  });
}

async function main(): Promise<void> {
  watchStream(process.stdout, "standard output");
  watchStream(process.stderr, "standard error");
  const outcome = await outcomeOf(process.argv.slice(2));
  process.stderr.write(outcome.stderr);
  process.stdout.write(outcome.stdout);
  // Setting the code and letting the loop run dry: process.exit would cut off what a pipe has not taken yet.
  process.exitCode = outcome.exitCode;
}

void main();
