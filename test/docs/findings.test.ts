import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { type FindingCode, SEVERITIES } from "../../src/model/finding.ts";

/** Every code there is: the union is a type only, so a code that is missing here or too many does not compile. */
const CODES: Readonly<Record<FindingCode, true>> = {
  "controller-permits-refused": true,
  "controller-refuses-permitted": true,
  "data-source-namespace-dropped": true,
  "feature-gated": true,
  "field-experimental": true,
  "field-invalid": true,
  "field-retired": true,
  "gateway-open-to-all": true,
  "grant-broad": true,
  "grant-dangling": true,
  "grant-inert": true,
  "grant-look-alike": true,
  "grant-not-enforced": true,
  "grant-redundant": true,
  "grant-terminating": true,
  "grant-unknown-kind": true,
  "grant-unused": true,
  "hostname-taken": true,
  "ignore-unknown-code": true,
  "listener-open-to-all": true,
  "manifest-duplicate": true,
  "manifest-invalid": true,
  "manifest-rejected": true,
  "mesh-exemption": true,
  "must-be-local": true,
  "namespace-ignored": true,
  "not-attached": true,
  "ref-not-permitted": true,
  referencepolicy: true,
  "referencegrant-not-served": true,
  "service-unselected": true,
  "status-stale": true,
  "target-not-found": true,
  "unknown-verdict": true,
  "version-deprecated": true,
  "version-old": true,
  "version-stored": true,
  "version-unserved": true,
};
const codes = Object.keys(CODES).toSorted();

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

interface Block {
  readonly language: string;
  readonly text: string;
}

/** Fenced blocks, without the indentation of the list they stand in. */
function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^( *)```(\w*)\n(.*?)^ *```$/gms)].map(([, indent = "", language = "", text = ""]) => ({
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

const proseOf = (page: string): string => page.replaceAll(/^ *```.*?^ *```$/gms, "");
const headingsOf = (page: string): readonly string[] => proseOf(page).match(/^#+ .+$/gm) ?? [];
const anchorOf = (heading: string): string => heading.replace(/^#+ /, "").toLowerCase().replaceAll(" ", "-");

/** A finding as the report prints it: a line that begins with a severity, and the indented lines after it. */
const samplesOf = (page: string): readonly string[] =>
  blocksOf(page)
    .filter(({ language, text }) => language === "" && SEVERITIES.some((severity) => text.startsWith(`${severity} `)))
    .flatMap(({ text }) => text.split(/\n(?=\S)/));

/** `ref-not-permitted` → `RefNotPermitted`: where the reason says the same as the code, a report leaves the code out. */
const pascal = (code: string): string =>
  code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

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
    expect(last).toMatch(new RegExp(`\`--ignore ${code}:[a-z-]+/[a-z0-9-]+\``));
    expect(last).toContain(`\`kubectl-refgrant/ignore: ${code}\``);
  });

  it("shows samples of this finding, with severities that it can have", () => {
    for (const sample of samplesOf(page)) {
      expect(severitiesIn(severityLine)).toContain(sample.split(" ")[0]);
      expect(sample.includes(`  ${code}`) || sample.includes(`  ${pascal(code)}`), sample).toBe(true);
    }
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
    const annotations = [...page.matchAll(/kubectl-refgrant\/ignore(?:: |=)([a-z-]+(?:, ?[a-z-]+)*)/g)].flatMap(
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
