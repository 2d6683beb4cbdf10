import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { INSTALL_COMPLETION } from "../../cmd/commands/completion.ts";
import project from "../../package.json" with { type: "json" };
import { runCli, words } from "../harness/cli.ts";
import { commandBlocksIn, documents, linesOf, SORTS, scriptsOf, sortOf, stepsOf, typedIn } from "./blocks.ts";
import { blocksOf } from "./page.ts";

/**
 * Every fenced block of README.md and docs/ is of a sort that is held to what it shows (CONTRIBUTING.md, "Documents"). Here those
 * that need files only; test/e2e/docs.test.ts runs all of them. `U=1` writes outputs anew; read the difference.
 */

const ROOT = join(import.meta.dirname, "../..");
const UPDATE = process.env.U === "1";
const COMMAND = "kubectl refgrant ";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** The anchors that headings of a page have. */
function anchorsOf(page: string): readonly string[] {
  const headings = page.replaceAll(/^ *```.*?^ *```$/gms, "").match(/^#+ .+$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, "")
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** What a block that is not run has wrong; null where it is well. */
function fault(sort: string, text: string): string | null {
  switch (sort) {
    case "yaml":
    case "yaml ci":
      return parseAllDocuments(text).flatMap(({ errors }) => errors)[0]?.message ?? null;
    case "json":
      try {
        JSON.parse(text);
        return null;
      } catch (error) {
        return String(error);
      }
    case "text":
      return /^\$ |^(kubectl|npm|npx|make|curl|helm) /m.exec(text)?.[0] ?? null;
    default:
      return null;
  }
}

describe.each(documents(ROOT))("%s", (file) => {
  const page = read(file);
  const blocks = blocksOf(page);
  const steps = stepsOf(page);

  it("has blocks of known sorts only", () => {
    for (const block of blocks) {
      if (block.language === "stderr") continue;
      expect(SORTS, `line ${block.line}: a block says what it is; CONTRIBUTING.md, "Documents"`).toContain(
        block.language,
      );
      expect(fault(block.language, block.text), `line ${block.line}`).toBeNull();
    }
  });

  it("links to what is there", () => {
    for (const [, link = ""] of page.replaceAll(/^ *```.*?^ *```$/gms, "").matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? file : join(dirname(file), path);
      expect(existsSync(join(ROOT, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(read(target)), link).toContain(anchor);
    }
  });

  it("names the release and the repository of package.json", () => {
    for (const [, version] of page.matchAll(/kubectl-refgrant[_-]v?(\d+\.\d+\.\d+)/g))
      expect(version).toBe(project.version);
    for (const [url] of page.matchAll(/https:\/\/github\.com\/[\w-]+\/kubectl-refgrant/g))
      expect(url).toBe(project.homepage);
  });

  it("leaves nothing to be measured", () => {
    expect(page.match(/.*to be measured.*/gi) ?? []).toEqual([]);
  });

  it("shows no command that is not run", () => {
    const shown = blocks.filter((block) => sortOf(block)?.startsWith("console"));
    expect(steps.length, "a console block is one command behind `$ `, its output, and the exit code").toBe(
      shown.length,
    );
    expect(blocks.filter(({ language }) => language === "stderr").length).toBe(
      steps.filter(({ whole }) => whole.includes("```stderr\n")).length,
    );
    const typed = blocks.filter((block) => ["sh", "yaml ci"].includes(block.language));
    for (const block of typed) expect(typedIn(block), `line ${block.line} has no line that is run`).not.toEqual([]);
    expect(steps.length + typed.length).toBe(commandBlocksIn(page));
  });

  for (const { sort, whole, command, shown } of steps) {
    if (sort !== "console") continue;
    it(`$ ${command}`, async () => {
      expect(command, "other commands than the plugin's are `console shell`").toMatch(/^kubectl refgrant [^|;<>&]*$/);
      expect(whole, "the exit code stands behind the block").toMatch(/Exit code: \d+\n$/);
      const actual = shown(await runCli(words(command.slice(COMMAND.length)), { folder: ROOT }));
      if (UPDATE)
        writeFileSync(
          join(ROOT, file),
          read(file).replace(whole, () => actual),
        );
      else expect(actual).toBe(whole);
    });
  }
});

it("docs/install.md has the line that the help has for completion behind krew", () => {
  const shells = blocksOf(read("docs/install.md")).filter(({ language }) => language === "sh");
  const lines = shells.flatMap(({ text }) => text.split("\n"));
  expect(lines.filter((line) => line.includes("completion kubectl"))).toEqual([INSTALL_COMPLETION]);
});

describe("lines of a block", () => {
  it("are those that the shell reads", () => {
    expect(linesOf("# first\nkubectl get pods \\\n  -A\n\nls\n").map(({ command }) => command)).toEqual([
      "kubectl get pods \\\n  -A",
      "ls",
    ]);
  });

  it.each([
    ["kubectl get pods", [0]],
    ["kubectl refgrant audit", [0, 1, 4]],
    ["kubectl-refgrant audit -f x  # nothing is there, exit code 3", [3]],
    ["npx --yes kubectl-refgrant audit", [0, 1, 4]],
    ["tar -xzf kubectl-refgrant_v1.tar.gz", [0]],
    ["kubectl auth can-i list pods", [0, 1]],
    ["kubectl get pods | grep web", [0, 1]],
  ])("may end in what is an answer: %s", (line, codes) => {
    expect(linesOf(line)).toEqual([{ command: line, codes }]);
  });

  it("of a workflow are its scripts", () => {
    const github = "jobs:\n  check:\n    steps:\n    - uses: a/b@c\n    - run: |\n        ls\n        pwd\n";
    const gitlab = "check:\n  before_script:\n  - ls\n  script:\n  - pwd\n";
    for (const workflow of [github, gitlab])
      expect(scriptsOf(workflow).map(({ command }) => command)).toEqual(["ls", "pwd"]);
    const set = "check:\n  variables:\n    WHERE: here\n  script: [ls $WHERE]\n";
    expect(scriptsOf(set).map(({ command }) => command)).toEqual(["export WHERE='here'", "ls $WHERE"]);
  });
});

describe("a block that is not run", () => {
  const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;

  it.each([
    ["without a language", fenced("", "kubectl get pods")],
    ["of a language of no sort", fenced("bash", "ls")],
    ["indented", `- so:\n  ${fenced("", "  kubectl refgrant audit").trimEnd()}`],
  ])("is counted: %s", (_, page) => {
    expect(commandBlocksIn(page)).toBe(1);
    expect(stepsOf(page)).toEqual([]);
  });

  it("is no command where it shows output only", () => {
    expect(commandBlocksIn(fenced("text", "kubectl is a program") + fenced("yaml", "kind: Service"))).toBe(0);
  });
});
