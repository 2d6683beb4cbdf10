import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "docs/decisions");
const LONGEST_LINE = 140;

const read = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const records = readdirSync(FOLDER)
  .filter((file) => file !== "README.md")
  .toSorted();

/** `1. [Title](file.md)` of the list. */
const index = [...read("README.md").matchAll(/^(\d+)\. \[([^\]]+)\]\(([^)]+)\)$/gm)].map(
  ([, number = "", title = "", link = ""]) => ({ number: Number(number), title, link }),
);

/** The number that a file's name begins with. */
const numberOf = (file: string): number => Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]);

/** Folders that git ignores: what is in them is built, and need not be there. */
const builtFolders = readFileSync(join(ROOT, ".gitignore"), "utf8")
  .split("\n")
  .filter((line) => line.endsWith("/"))
  .map((line) => line.replace(/^\//, ""));
const buildScript = readFileSync(join(ROOT, "scripts/build.ts"), "utf8");

/** Is there such a file, or does the build make it? */
const isThere = (path: string): boolean =>
  builtFolders.some((folder) => path.startsWith(folder)) ? buildScript.includes(path) : existsSync(join(ROOT, path));

/** What a record names of this repository, between backquotes: a file, a folder, or a record by its number. */
const pathsIn = (page: string): readonly string[] =>
  [...page.matchAll(/`((?:src|docs|test|cmd|bin|scripts|examples)\/[^`\s]*)`/g)].map(([, path = ""]) => path);

/** Records that are named by their number: `decision 0006`, `(0021)`. */
const numbersIn = (page: string): readonly number[] =>
  [...page.matchAll(/\b(0\d{3})\b/g)].map(([, number]) => Number(number));

it("records are numbered one after the other", () => {
  expect(records.map(numberOf)).toEqual(records.map((_, at) => at + 1));
});

it("the list has every record once, in order, under a title that the record begins with", () => {
  expect(index.map(({ number, link }) => [number, link])).toEqual(records.map((file) => [numberOf(file), file]));
  for (const { number, title, link } of index) {
    expect((read(link).split("\n")[0] ?? "").startsWith(`# ${number}. ${title}`), link).toBe(true);
  }
});

describe.each([...records, "README.md"])("%s", (file) => {
  const page = read(file);

  it(`has no line over ${LONGEST_LINE} columns`, () => {
    expect(page.split("\n").filter((line) => line.length > LONGEST_LINE)).toEqual([]);
  });

  it("names only what is there", () => {
    for (const path of pathsIn(page)) expect(isThere(path), path).toBe(true);
    for (const number of numbersIn(page)) expect(records.map(numberOf)).toContain(number);
  });
});

describe.each(records)("%s", (file) => {
  it("has its number, a date and a status, and says something", () => {
    const [title = "", blank, line = "", ...rest] = read(file).split("\n");
    expect(title).toMatch(new RegExp(`^# ${numberOf(file)}\\. \\S`));
    expect(blank).toBe("");
    expect(line).toMatch(/^Date: \d{4}-\d{2}-\d{2}\. Status: (accepted|replaced by \d{4})\.$/);
    expect(rest.join("\n").trim()).not.toBe("");
  });
});
