import { type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect } from "vitest";
import { type Besides, type Bytes, broken } from "./clean.ts";

/** The program as a process of its own, for what would take the one of the tests with it. */

const ROOT = join(import.meta.dirname, "../..");

export interface Run extends Bytes {
  /** Until its end, on a machine that may be busy with others. */
  readonly seconds: number;
  /** How long processors were busy with it, in seconds; null where the system does not tell. */
  readonly busy: number | null;
  /** The most memory that it held, in MB; null where the system does not tell. */
  readonly peak: number | null;
}

export interface Circumstances {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What is written to standard input; nothing and its end by default. */
  readonly input?: Readable;
  /** After so many seconds it has hung, and is killed. */
  readonly patience?: number;
  /** The user to be. */
  readonly uid?: number;
}

const HEAP_MB = 1500;
const MOST_MB = 2500;

async function collected(stream: Readable | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** How often a second Linux counts the time of a process. */
const TICKS = 100;

/** What a process took so far; null where the system does not tell. */
function takenBy(pid: number | undefined): { readonly peak: number; readonly busy: number } | null {
  try {
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    // Behind the name of the program, which may hold anything: the 12th and 13th are the time in it and in the system for it.
    const times = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
      .slice(11, 13);
    if (kib === undefined) return null;
    return { peak: Math.round(Number(kib) / 1000), busy: times.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS };
  } catch {
    return null;
  }
}

/** Starts the program in a folder, with as much heap as 32-bit programs had, and waits for its end. */
export async function program(
  argv: readonly string[],
  { folder, environment = {}, input, patience = 150, uid }: Circumstances,
): Promise<Run> {
  const scratch = mkdtempSync(join(tmpdir(), "refgrant-peak-"));
  const options: SpawnOptions = {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: scratch, LANG: "C.UTF-8", ...environment },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  };
  const start = performance.now();
  const node = [`--max-old-space-size=${HEAP_MB}`, join(ROOT, "cmd/main.ts")];
  const child = spawn(process.execPath, [...node, ...argv], options);
  let taken: ReturnType<typeof takenBy> = null;
  const watch = setInterval(() => {
    const now = takenBy(child.pid);
    // Before it takes the machine with it.
    if ((now?.peak ?? 0) > MOST_MB) child.kill("SIGKILL");
    // What it may be replaced by at its end is not the program.
    if (now !== null && now.peak >= (taken?.peak ?? 0)) taken = now;
  }, 20);
  const timer = setTimeout(() => child.kill("SIGKILL"), patience * 1000);
  // It may end before it has taken everything.
  child.stdin?.on("error", () => input?.destroy());
  if (child.stdin !== null) input?.pipe(child.stdin);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([collected(child.stdout), collected(child.stderr), ended]);
  clearTimeout(timer);
  clearInterval(watch);
  input?.destroy();
  const seconds = (performance.now() - start) / 1000;
  rmSync(scratch, { recursive: true });
  return { stdout, stderr, exitCode, seconds, ...(taken ?? { busy: null, peak: null }) };
}

/** What a run may take at most: seconds of processors, and MB of memory. */
export interface Bounds {
  readonly busy: number;
  readonly peak: number;
}

const measured: string[] = [];

/** What was measured so far, one line for each case. */
export const measurements = (): string => measured.map((line) => `  ${line}\n`).join("");

/** Holds a run to every promise about any, and to its bounds. */
export function expectBounded(title: string, run: Run, { busy, peak }: Bounds, besides?: Besides): void {
  measured.push(`${title}: exit code ${run.exitCode}, ${run.seconds.toFixed(1)} s, busy ${run.busy} s, ${run.peak} MB`);
  expect(broken(run, besides), title).toEqual([]);
  expect(run.busy ?? 0, `${title}: seconds`).toBeLessThan(busy);
  expect(run.peak ?? 0, `${title}: MB`).toBeLessThan(peak);
}
