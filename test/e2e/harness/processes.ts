import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a finished process said. */
export interface ProcessResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code. A process that a signal killed is an error instead. */
  readonly code: number;
}

/** How a process is run. */
export interface ProcessOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads on its standard input; nothing (an empty input) by default. */
  readonly stdin?: string;
}

/**
 * Starts a shell that waits until this process has ended, in whatever way, and then kills `children` and removes `folder`:
 * exit handlers do not run when a test runner is killed. Returns a function that calls it off.
 */
export function cleanUpAfterDeath(folder: string, children: readonly ChildProcess[] = []): () => Promise<void> {
  // Its input ends when this process does. The second given to the killed is for them to let go of their files.
  const script = `trap '' INT TERM HUP
    cat >/dev/null; folder=$1; shift
    if [ $# -gt 0 ]; then kill -9 "$@"; sleep 1; fi
    rm -rf "$folder"`;
  const ids = children.map((child) => String(child.pid));
  const guard = spawn("/bin/sh", ["-c", script, "refgrant-guard", folder, ...ids], {
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return async () => {
    guard.kill("SIGKILL");
    await ended(guard);
  };
}

/** Whether a child has been started and has not ended. */
export function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null && child.pid !== undefined;
}

/** Waits until a child has ended. */
export function ended(child: ChildProcess): Promise<void> {
  if (!running(child)) return Promise.resolve();
  return new Promise((resolve) => {
    child.ref();
    child.once("exit", () => resolve());
  });
}

let home: string | undefined;

/** A home folder of this test process alone, removed after its end, so that no one's kubeconfig or cache is met. */
export function scratchHome(): string {
  if (home === undefined) {
    home = mkdtempSync(join(tmpdir(), "refgrant-home-"));
    cleanUpAfterDeath(home);
  }
  return home;
}

/**
 * The environment that children get: PATH, the temporary folder and a home of their own. Nothing else is handed down, so
 * that a proxy, a KUBECONFIG or a colour setting of the person who runs the tests changes nothing.
 */
export function cleanEnv(additions: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    TMPDIR: tmpdir(),
    HOME: scratchHome(),
    ...additions,
  };
}

/** Runs a process to its end and collects what it writes. A failing exit code is a result, not an error. */
export function runProcess(file: string, args: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...options.env }, cwd: options.cwd, stdio: ["pipe", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === null) {
        reject(new Error(`${file} ${args.join(" ")} was killed by ${signal ?? "a signal"}`));
        return;
      }
      resolve({ stdout: Buffer.concat(stdout).toString("utf8"), stderr: Buffer.concat(stderr).toString("utf8"), code });
    });
    // A process that ends without reading its input closes the pipe: that is its right.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}
