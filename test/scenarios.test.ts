import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { kindInfo } from "../src/catalogue/known.ts";
import type { Need } from "../src/model/need.ts";
import { runCli, words } from "./harness/cli.ts";
import { type MemoryReader, readerOf } from "./harness/reader.ts";
import { snapshotOfText } from "./harness/world.ts";

/**
 * Golden stories. Each folder under test/scenarios holds manifests and a transcript.md that reads like documentation: a
 * `console` block per command with what it prints, a `stderr` block if it prints there, and its exit code. Where there is a
 * cluster.yaml, commands without -f are answered from it, by needs; forbidden.txt has what the caller may not do there, as
 * `list secrets -n certs`. `U=1` writes the transcripts anew; read the difference before it is committed.
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

/** What may not be asked: verb, resource, and the namespace where it is not all of them. */
function forbids(line: string): (need: Need) => boolean {
  const [verb, plural, , namespace] = line.split(" ");
  return (need) => {
    const kind = need.read === "object" ? need.id : need.groupKind;
    const home = need.read === "object" ? need.id.namespace : need.namespace;
    const asked = need.read === "object" ? "get" : "list";
    return asked === verb && kindInfo(kind)?.plural === plural && (namespace === undefined || home === namespace);
  };
}

function clusterIn(folder: string): MemoryReader | null {
  const file = join(folder, "cluster.yaml");
  if (!existsSync(file)) return null;
  const rules = join(folder, "forbidden.txt");
  const forbidden = existsSync(rules) ? readFileSync(rules, "utf8").trim().split("\n").map(forbids) : [];
  return readerOf(snapshotOfText(readFileSync(file, "utf8")), (need) => forbidden.some((rule) => rule(need)));
}

for (const file of globSync("test/scenarios/*/transcript.md", { cwd: ROOT }).toSorted()) {
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
        const reader = clusterIn(folder);
        const outcome = await runCli(words(command), { folder, ...(reader === null ? {} : { reader }) });
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
