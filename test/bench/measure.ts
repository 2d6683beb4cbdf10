import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A command to measure. Its standard output is thrown away. */
export interface Command {
  /** What it is called in the table. */
  readonly title: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The exit codes that count as success; 0 by default. */
  readonly accept?: readonly number[];
}

/** What one run, or the median of several, took. */
export interface Sample {
  readonly seconds: number;
  /** Peak resident memory in MiB; null where the system does not tell. */
  readonly megabytes: number | null;
}

/** Two commands side by side. */
export interface Comparison {
  readonly first: Sample;
  readonly second: Sample;
  /** The first's time as a multiple of the second's. */
  readonly secondsRatio: number;
  /** The first's memory as a multiple of the second's. */
  readonly megabytesRatio: number | null;
}

const timeCommand = "/usr/bin/time";

/** Whether `time` can report the peak memory of its child in kilobytes. */
function timeWorks(): boolean {
  if (!existsSync(timeCommand)) return false;
  const result = spawnSync(timeCommand, ["-f", "%M", "true"], { encoding: "utf8" });
  return result.status === 0 && /^\d+\s*$/.test(result.stderr);
}

let timeWorksHere: boolean | undefined;

/** The highest resident memory so far of the program that a process runs now, in KiB. */
function peakOf(pid: number): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}

interface Run {
  readonly seconds: number;
  /** The highest value seen while polling, in KiB. */
  readonly polledPeak: number | null;
}

function run(title: string, file: string, args: readonly string[], command: Command, poll: boolean): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let finished = started;
    const child = spawn(file, args, { env: { ...command.env }, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString("utf8");
    });
    let polledPeak: number | null = null;
    const look = (): void => {
      const peak = child.pid === undefined ? null : peakOf(child.pid);
      if (peak !== null) polledPeak = Math.max(peak, polledPeak ?? 0);
    };
    const timer = poll ? setInterval(look, 4) : undefined;
    if (poll) look();
    child.on("error", (error) => {
      clearInterval(timer);
      reject(error);
    });
    child.on("exit", () => {
      finished = performance.now();
      clearInterval(timer);
    });
    child.on("close", (code) => {
      if (code !== null && (command.accept ?? [0]).includes(code)) {
        resolve({ seconds: (finished - started) / 1000, polledPeak });
        return;
      }
      reject(
        new Error(`${title} ended with ${code ?? "a signal"}:\n${stderr.trim().split("\n").slice(-10).join("\n")}`),
      );
    });
  });
}

/**
 * Runs a command once. Peak memory comes from `/usr/bin/time`, which asks the kernel and so misses nothing, also across
 * the `exec` of a shell wrapper; without it, from polling /proc, whose high-water mark is of the program executed last.
 */
export async function measureOnce(command: Command): Promise<Sample> {
  timeWorksHere ??= timeWorks();
  if (!timeWorksHere) {
    const { seconds, polledPeak } = await run(command.title, command.file, command.args, command, true);
    return { seconds, megabytes: polledPeak === null ? null : polledPeak / 1024 };
  }
  const folder = mkdtempSync(join(tmpdir(), "refgrant-time-"));
  try {
    const output = join(folder, "peak");
    const args = ["-f", "%M", "-o", output, command.file, ...command.args];
    const { seconds } = await run(command.title, timeCommand, args, command, false);
    // A failing exit code puts a line of words before the number.
    const peak = Number(readFileSync(output, "utf8").trim().split("\n").at(-1));
    return { seconds, megabytes: peak / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The middle one of some numbers, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (low + high) / 2;
}

function medianSample(samples: readonly Sample[]): Sample {
  const megabytes = samples.map((sample) => sample.megabytes).filter((value) => value !== null);
  return {
    seconds: median(samples.map((sample) => sample.seconds)),
    megabytes: megabytes.length === 0 ? null : median(megabytes),
  };
}

/** Runs two commands in turns, `runs` times each after one run that does not count, and compares the medians. */
export async function compare(first: Command, second: Command, runs: number): Promise<Comparison> {
  await measureOnce(first);
  await measureOnce(second);
  const firstSamples: Sample[] = [];
  const secondSamples: Sample[] = [];
  for (let turn = 0; turn < runs; turn++) {
    firstSamples.push(await measureOnce(first));
    secondSamples.push(await measureOnce(second));
  }
  const one = medianSample(firstSamples);
  const two = medianSample(secondSamples);
  return {
    first: one,
    second: two,
    secondsRatio: one.seconds / two.seconds,
    megabytesRatio: one.megabytes === null || two.megabytes === null ? null : one.megabytes / two.megabytes,
  };
}
