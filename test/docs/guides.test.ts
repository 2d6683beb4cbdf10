import { existsSync, globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { verdicts } from "../e2e/harness/report.ts";
import { runCli, words } from "../harness/cli.ts";
import { linesOf, stepsOf } from "./blocks.ts";
import { blocksOf } from "./page.ts";

/**
 * The guides lead from somebody else's guide to a checked setup, all in the same five parts, with manifests in `examples/guides`. What
 * their commands print is for blocks.test.ts; here that the way is whole and ends well.
 */

const ROOT = join(import.meta.dirname, "../..");
const PAGES = join(ROOT, "docs/guides");
const WORLDS = join(ROOT, "examples/guides");
const PROMPT = "kubectl refgrant ";

const PARTS = [
  /^What is permitted, and by what$/,
  /^What breaks$/,
  /^Tighten it$/,
  /^Keep it so$/,
  /^What .+ does differently$/,
] as const;

const guides = readdirSync(PAGES)
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .map((file) => file.replace(".md", ""));
const pageOf = (guide: string): string => readFileSync(join(PAGES, `${guide}.md`), "utf8");

interface Part {
  readonly title: string;
  readonly text: string;
}

/** The parts of a page, without what stands before the first. */
function partsOf(page: string): readonly Part[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((part) => ({ title: part.slice(0, part.indexOf("\n")), text: part.slice(part.indexOf("\n")) }));
}

/** The arguments of every command of a text, those without output too. */
function commandsOf(text: string): readonly (readonly string[])[] {
  const typed = blocksOf(text)
    .filter(({ language }) => language === "sh")
    .flatMap((block) => linesOf(block.text));
  return [...stepsOf(text), ...typed]
    .map(({ command }) => command.replace(/ {2}#.*$/, ""))
    .filter((command) => command.startsWith(PROMPT))
    .map((command) => words(command.slice(PROMPT.length)));
}

const filenamesOf = (argv: readonly string[]): readonly string[] =>
  argv.flatMap((word, index) => (argv[index - 1] === "-f" ? word.split(",") : []));

/** The manifests that a filename stands for. */
const manifestsAt = (filename: string): readonly string[] =>
  statSync(join(ROOT, filename)).isDirectory() ? globSync(`${filename}/*.yaml`, { cwd: ROOT }) : [filename];

/** The audit of a part that is for a pipeline: it fails on warnings, and here there are none. */
function gateOf(part: Part | undefined): readonly string[] {
  const [gate] = stepsOf(part?.text ?? "")
    .filter(({ whole }) => whole.endsWith("\nExit code: 0\n"))
    .map(({ command }) => words(command.slice(PROMPT.length)))
    .filter(([command]) => command === "audit")
    .filter((argv) => ["--closed-world", "--fail-on", "warning"].every((word) => argv.includes(word)));
  if (gate === undefined) throw new Error("no audit with --closed-world --fail-on warning that ends in 0");
  return gate;
}

/** What a heading is called in a link. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

it("all guides are in the index, and each has its manifests", () => {
  const index = readFileSync(join(PAGES, "README.md"), "utf8");
  expect([...index.matchAll(/\]\(([\w-]+)\.md\)/g)].map(([, guide]) => guide).toSorted()).toEqual(guides.toSorted());
  expect(readdirSync(WORLDS).toSorted()).toEqual(guides.toSorted());
});

describe.each(guides)("the guide %s", (guide) => {
  const page = pageOf(guide);
  const parts = partsOf(page);
  const gate = gateOf(parts[3]);

  it("has the five parts in their order", () => {
    expect(parts.length).toBe(PARTS.length);
    for (const [index, title] of PARTS.entries()) expect(parts[index]?.title).toMatch(title);
  });

  it("shows a command in each part but the last", () => {
    for (const { title, text } of parts.slice(0, -1)) expect(commandsOf(text).length, title).toBeGreaterThan(0);
  });

  it("shows something refused, which is permitted in the end", async () => {
    const [first] = stepsOf(parts[1]?.text ?? "").filter(({ command }) => command.startsWith(`${PROMPT}why-denied `));
    expect(first?.whole).toMatch(/\nExit code: 1\n$/);
    const asked = words((first?.command ?? "").slice(PROMPT.length));
    const inTheEnd = asked.map((word, index) => (asked[index - 1] === "-f" ? filenamesOf(gate).join(",") : word));
    const { stdout, exitCode } = await runCli(inTheEnd, { folder: ROOT });
    expect(stdout).toContain("permitted");
    expect(exitCode).toBe(0);
  });

  it("ends in a world without a warning, where all is permitted and nothing silenced", async () => {
    expect(gate).not.toContain("--ignore");
    const argv = [...gate, "--no-ignore-annotations", "-o", "json"];
    const { stdout, exitCode } = await runCli(argv, { folder: ROOT });
    expect(exitCode).toBe(0);
    const decided = [...verdicts(stdout).values()];
    expect(decided.length).toBeGreaterThan(1);
    expect(new Set(decided)).toEqual(new Set(["permitted"]));
  });

  it("fails a pipeline where it says so", async () => {
    const typed = blocksOf(page)
      .filter(({ language }) => language === "sh")
      .flatMap(({ text }) => linesOf(text));
    expect(typed.length, "a line that ends in another code than 0").toBeGreaterThan(0);
    for (const { command, codes } of typed) {
      const argv = words(command.replace(/ {2}#.*$/, "").slice(PROMPT.length));
      expect(codes, command).toContain((await runCli(argv, { folder: ROOT })).exitCode);
    }
  });

  it("uses every manifest of its own, and no others", () => {
    const used = new Set(
      commandsOf(page)
        .flatMap(filenamesOf)
        .flatMap((filename) => manifestsAt(filename)),
    );
    const own = globSync(`examples/guides/${guide}/**/*.yaml`, { cwd: ROOT });
    expect([...used].toSorted()).toEqual(own.toSorted());
  });
});

describe.each(["README", ...guides])("the links of %s", (guide) => {
  const targets = [...pageOf(guide).matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]*))?\)/g)];

  it("lead somewhere", () => {
    expect(targets.length).toBeGreaterThan(0);
    for (const [link, path = "", anchor] of targets) {
      const target = join(dirname(join(PAGES, `${guide}.md`)), path);
      expect(existsSync(target), link).toBe(true);
      if (anchor === undefined) continue;
      const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
      expect(headings.map(anchorOf), link).toContain(anchor);
    }
  });
});
