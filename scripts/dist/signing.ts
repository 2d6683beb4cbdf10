import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { goAvailable, goCommand, goEnv } from "../../test/e2e/harness/go.ts";
import { cacheFolder } from "../cache-folder.ts";

/** The folder whose go.mod pins quill, the program that signs for macOS without a Mac. */
const MODULE = join(import.meta.dirname, "quill");

/** The program, built once for each version that is pinned. */
function quill(): string {
  const pins = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) pins.update(readFileSync(join(MODULE, file)));
  const binary = join(cacheFolder("dist"), `quill-${pins.digest("hex").slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  if (!goAvailable()) throw new Error("binaries for macOS are signed with a program that is built with Go: install Go");
  process.stderr.write("dist: building quill, which signs for macOS …\n");
  mkdirSync(cacheFolder("dist"), { recursive: true });
  const unfinished = `${binary}.${process.pid}`;
  execFileSync(goCommand(), ["build", "-o", unfinished, "github.com/anchore/quill/cmd/quill"], {
    cwd: MODULE,
    env: goEnv("-mod=readonly -buildvcs=false"),
    stdio: ["ignore", "ignore", "inherit"],
  });
  renameSync(unfinished, binary);
  return binary;
}

const QUIET = { NO_COLOR: "1", QUILL_LOG_QUIET: "true", QUILL_CHECK_FOR_APP_UPDATE: "false" };

/** Signs a binary for macOS ad hoc: without a signature the system would kill it (arm64), or call it damaged. */
export function signAdHoc(file: string): void {
  execFileSync(quill(), ["sign", "--ad-hoc", "--identity", "kubectl-refgrant", file], {
    env: { ...process.env, ...QUIET },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** What the signature of a binary for macOS says. */
export function describeSignature(file: string): string {
  return execFileSync(quill(), ["describe", file], { env: { ...process.env, ...QUIET }, encoding: "utf8" });
}
