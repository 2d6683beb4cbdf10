import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { FINDING_CODES, SEVERITIES } from "../../src/model/finding.ts";
import { blocksOf, samplesOf } from "./page.ts";

const codes = Object.keys(FINDING_CODES).toSorted();

const FOLDER = join(import.meta.dirname, "../../docs/findings");
const files = readdirSync(FOLDER).toSorted();
const read = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const index = read("README.md");
/** `[code](code.md) | severity |` of the tables. */
const rows = [...index.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\) \| ([^|]+) \|/gm)].map(
  ([, code = "", link = "", severity = ""]) => ({ code, link, severity }),
);

const SECTIONS = ["What it says", "Why it matters", "How to fix it", "When to ignore it"];
const LONGEST_LINE = 140;

/** The severities that a sentence names, in its order. */
const severitiesIn = (text: string): readonly string[] => text.match(new RegExp(SEVERITIES.join("|"), "g")) ?? [];

const proseOf = (page: string): string => page.replaceAll(/^ *```.*?^ *```$/gms, "");
const headingsOf = (page: string): readonly string[] => proseOf(page).match(/^#+ .+$/gm) ?? [];
const anchorOf = (heading: string): string => heading.replace(/^#+ /, "").toLowerCase().replaceAll(" ", "-");

it("every code has a page, and every page a code", () => {
  expect(files).toEqual(["README.md", ...codes.map((code) => `${code}.md`)].toSorted());
});

it("the list has every code once, and links to its page", () => {
  expect(rows.map(({ code }) => code).toSorted()).toEqual(codes);
  for (const { code, link } of rows) expect(link).toBe(`${code}.md`);
});

describe.each(codes.filter((code) => files.includes(`${code}.md`)))("%s", (code) => {
  const page = read(`${code}.md`);
  const severityLine = page.split("\n")[2] ?? "";

  it("has its sections in order, none of them empty", () => {
    expect(headingsOf(page)).toEqual([`# ${code}`, ...SECTIONS.map((section) => `## ${section}`)]);
    for (const section of page.split(/^## .*$/m)) expect(section.trim()).not.toBe("");
  });

  it("names its severity as the list does", () => {
    expect(severityLine).toMatch(/^Severity: /);
    const severities = severitiesIn(severityLine);
    expect(severities).not.toEqual([]);
    expect(severitiesIn(rows.find((row) => row.code === code)?.severity ?? "")).toEqual(severities);
  });

  it("ends in how to ignore it", () => {
    const last = page.slice(page.indexOf("## When to ignore it"));
    expect(last).toContain(`\`--ignore ${code}\``);
    if (last.includes("only the flag")) return;
    // An object without a namespace goes by its name alone.
    expect(last).toMatch(new RegExp(`\`--ignore ${code}:(?:[a-z-]+/[a-z0-9-]+|[a-z0-9.-]+)\``));
    expect(last).toContain(`\`kubectl-refgrant/ignore: ${code}\``);
  });
});

describe.each(files)("%s", (file) => {
  const page = read(file);

  it(`has no line over ${LONGEST_LINE} columns`, () => {
    expect(page.split("\n").filter((line) => line.length > LONGEST_LINE)).toEqual([]);
  });

  it("links to what is there", () => {
    for (const [, link = ""] of proseOf(page).matchAll(/\]\(([^)]+)\)/g)) {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : read(path);
      if (anchor !== undefined) expect(headingsOf(target).map(anchorOf), link).toContain(anchor);
    }
  });

  it("ignores only codes that there are", () => {
    const flags = [...page.matchAll(/--ignore ([a-z-]+)/g)].map(([, code]) => code);
    const advice = samplesOf(page).reduce((rest, sample) => rest.replace(sample, ""), page);
    const annotations = [...advice.matchAll(/kubectl-refgrant\/ignore(?:: |=)([a-z-]+(?:, ?[a-z-]+)*)/g)].flatMap(
      ([, list = ""]) => list.split(/, ?/),
    );
    for (const code of [...flags, ...annotations]) expect(codes).toContain(code);
  });

  it("has YAML that can be read, and none that opens a listener to everybody", () => {
    for (const { text } of blocksOf(page).filter(({ language }) => language === "yaml")) {
      expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
      expect(text).not.toMatch(/from: All\b/);
    }
  });

  it("patches no list of listeners", () => {
    expect(page).not.toMatch(/kubectl patch (gateway|listenerset)/);
  });
});
