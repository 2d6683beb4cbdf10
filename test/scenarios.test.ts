import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, words } from "./harness/cli.ts";

/**
 * Golden stories. Each folder under test/scenarios holds manifests and a transcript.md that reads like documentation: a
 * `console` block per command with what it prints, a `stderr` block if it prints there, and its exit code. `U=1` writes the
 * transcripts anew; read the difference before it is committed.
 */

const ROOT = join(import.meta.dirname, "..");
const UPDATE = process.env.U === "1";
const PROMPT = "$ kubectl refgrant ";

/** A command of a transcript, with the text that stands around it. */
const STEP =
  /```console\n\$ kubectl refgrant ([^\n]*)\n([\s\S]*?)```\n(?:```stderr\n([\s\S]*?)```\n)?Exit code: (\d+)\n/g;

function block(
  command: string,
  { stdout, stderr, exitCode }: { stdout: string; stderr: string; exitCode: number },
): string {
  const errors = stderr === "" ? "" : `\`\`\`stderr\n${stderr}\`\`\`\n`;
  return `\`\`\`console\n${PROMPT}${command}\n${stdout}\`\`\`\n${errors}Exit code: ${exitCode}\n`;
}

/** The README shows real output too. */
for (const file of ["README.md", ...globSync("test/scenarios/*/transcript.md", { cwd: ROOT }).toSorted()]) {
  const folder = join(ROOT, dirname(file));
  const text = readFileSync(join(ROOT, file), "utf8");
  describe(file, () => {
    const steps = [...text.matchAll(STEP)];
    it("has steps, and nothing that looks like one and is not", () => {
      expect(steps.length).toBeGreaterThan(0);
      expect(text.split(PROMPT).length - 1).toBe(steps.length);
    });
    for (const [whole, command = ""] of steps) {
      it(command, async () => {
        const outcome = await runCli(words(command), { folder });
        const actual = block(command, outcome);
        if (UPDATE)
          writeFileSync(
            join(ROOT, file),
            readFileSync(join(ROOT, file), "utf8").replace(whole, () => actual),
          );
        else expect(actual).toBe(whole);
      });
    }
  });
}
