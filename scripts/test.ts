// Runs every suite that this machine can run, and ends with one line that counts all tests. With --binary only those that run the
// plugin from end to end, and as the binary that `make dist` made.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goAvailable } from "../test/e2e/harness/go.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, to be said once more at the end, where it is looked for. */
  readonly failures: readonly string[];
}

function numberAt(value: unknown, key: string): number {
  const found: unknown =
    typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
  return typeof found === "number" ? found : 0;
}

/** The tests of a result of vitest's JSON reporter that failed, with what they said first. */
function failuresOf(result: unknown): readonly string[] {
  const { testResults = [] }: { testResults?: readonly { assertionResults?: readonly unknown[]; message?: string }[] } =
    Object(result);
  return testResults.flatMap(({ assertionResults = [], message = "" }) => {
    const failed = assertionResults.flatMap((assertion) => {
      const { status, fullName, failureMessages }: { status?: string; fullName?: string; failureMessages?: string[] } =
        Object(assertion);
      return status === "failed" ? [`${fullName}\n${(failureMessages ?? []).join("\n").slice(0, 3000)}`] : [];
    });
    return failed.length > 0 || message === "" ? failed : [message.slice(0, 3000)];
  });
}

const scratch = mkdtempSync(join(tmpdir(), "refgrant-test-"));

const binary = process.argv.includes("--binary");

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
      ...(binary ? ["test/e2e"] : []),
    ],
    {
      stdio: "inherit",
      cwd: join(import.meta.dirname, ".."),
      env: { ...process.env, ...(binary ? { REFGRANT_PLUGIN: "dist/linux_amd64" } : {}) },
    },
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
  return { passed, failed: failed + broken, skipped, failures: failuresOf(result) };
}

const suites = binary ? [] : ["architecture", "unit"];
const total = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
if (goAvailable()) suites.push("e2e");
else if (process.env.CI === "true") {
  process.stderr.write("There is no Go toolchain, and with CI=true the end-to-end tests may not be left out.\n");
  total.failed += 1;
} else process.stdout.write("There is no Go toolchain: the end-to-end tests (a real API server) are left out.\n");

for (const counts of suites.map(runSuite)) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  failures.push(...counts.failures);
}
rmSync(scratch, { recursive: true, force: true });
for (const failure of failures) process.stdout.write(`\nFAILED: ${failure}\n`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
