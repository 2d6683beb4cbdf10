// Runs every suite that this machine can run, and ends with one line that counts all tests.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goAvailable } from "../test/e2e/harness/go.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function numberAt(value: unknown, key: string): number {
  const found: unknown =
    typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
  return typeof found === "number" ? found : 0;
}

const scratch = mkdtempSync(join(tmpdir(), "refgrant-test-"));

/** Runs one project of vitest.config.ts; a run that reports no test counts as failed. */
function runSuite(project: string): Counts {
  const file = join(scratch, `${project}.json`);
  const run = spawnSync(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    { stdio: "inherit", cwd: join(import.meta.dirname, "..") },
  );
  let result: unknown = null;
  try {
    result = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    process.stderr.write(`suite ${project} left no result\n`);
  }
  const passed = numberAt(result, "numPassedTests");
  const failed = numberAt(result, "numFailedTests");
  const skipped = numberAt(result, "numPendingTests") + numberAt(result, "numTodoTests");
  const broken = failed === 0 && (run.status !== 0 || passed === 0) ? 1 : 0;
  process.stdout.write(`suite ${project}: ${passed} passed, ${failed + broken} failed, ${skipped} skipped\n`);
  return { passed, failed: failed + broken, skipped };
}

const suites = ["architecture", "unit"];
const total = { passed: 0, failed: 0, skipped: 0 };
if (goAvailable()) suites.push("e2e");
else if (process.env.CI === "true") {
  process.stderr.write("There is no Go toolchain, and with CI=true the end-to-end tests may not be left out.\n");
  total.failed += 1;
} else process.stdout.write("There is no Go toolchain: the end-to-end tests (a real API server) are left out.\n");

for (const counts of suites.map(runSuite)) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
