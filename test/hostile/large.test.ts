import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectBounded, measurements, program } from "./program.ts";

/** Input of a hundred megabytes, with HOSTILE_LARGE=1 alone: it takes minutes. */

const WANTED = process.env.HOSTILE_LARGE === "1";
/** What a hundred megabytes may take at most: more would be time or memory without bound. */
const BOUNDS = { busy: 120, peak: 2300 };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-large-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.stdout.write(`large\n${measurements()}`);
});

const PIECE = 20_000;

/** Writes a file piece by piece: a head, so many lines, and a tail. */
function written(name: string, head: string, lines: number, line: (index: number) => string, tail = ""): void {
  const file = openSync(join(folder, name), "w");
  writeSync(file, head);
  for (let at = 0; at < lines; at += PIECE) {
    const count = Math.min(PIECE, lines - at);
    writeSync(file, Array.from({ length: count }, (_, index) => line(at + index)).join(""));
  }
  writeSync(file, tail);
  closeSync(file);
}

const service = (name: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: ns}\n`;
const route = (index: number): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r${index}, namespace: a}\nspec: {rules: [{backendRefs: [{name: s, namespace: b}]}]}\n`;
const MILLION = 1_000_000;
/** A line of the documents below, with which so many make a hundred megabytes. */
const FILLER = "x".repeat(80);

const CASES: readonly (readonly [string, () => void, readonly number[]])[] = [
  [
    "one document of 100 MB, as YAML, in many lines",
    () => written("world.yaml", `${service("s")}data:\n`, 1_070_000, (index) => `  k${index}: ${FILLER}\n`),
    [0, 3],
  ],
  [
    "one document of 100 MB, as YAML, in one text",
    () => written("world.yaml", `${service("s")}data:\n  k: |\n`, 1_200_000, () => `    ${FILLER}\n`),
    [0, 3],
  ],
  [
    "one document of 100 MB, as JSON",
    () =>
      written(
        "world.json",
        '{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"ns"},"data":{',
        1_070_000,
        (index) => `"k${index}":"${FILLER}",`,
        '"k":""}}',
      ),
    [0, 3],
  ],
  [
    "one route of 100 MB, with a reference in every line",
    () =>
      written(
        "world.yaml",
        `${route(0).replace(/spec:.*\n/, "")}spec:\n  rules:\n  - backendRefs:\n`,
        100_000,
        (index) => `    - {name: s${index}, namespace: b, weight: 1} # ${FILLER.repeat(12)}\n`,
      ),
    [1, 3, 4],
  ],
  [
    "1,000,000 documents of other kinds, as YAML",
    () => written("world.yaml", "", MILLION, (index) => `---\n${service(`s${index}`)}`),
    [0, 3],
  ],
  [
    "1,000,000 documents that are no objects",
    () => written("world.yaml", service("s"), MILLION, (index) => `---\nk${index}: v\n`),
    [0, 1, 3],
  ],
  ["1,000,000 broken documents", () => written("world.yaml", service("s"), MILLION, () => "---\n[\n"), [1, 3]],
  [
    "1,000,000 documents, as JSON one after the other",
    () =>
      written(
        "world.json",
        "",
        MILLION,
        (index) => `{"apiVersion":"v1","kind":"Service","metadata":{"name":"s${index}","namespace":"ns"}}\n`,
      ),
    [0, 3],
  ],
  ["500 MB in one line", () => written("world.yaml", `${service("s")}a: `, 6_500_000, () => FILLER, "\n"), [0, 3]],
  [
    "600 MB, more than a text may have",
    () => written("world.yaml", `${service("s")}a: `, 7_600_000, () => FILLER, "\n"),
    [3],
  ],
];

describe.runIf(WANTED)("input without measure", { timeout: 600_000 }, () => {
  it.each(CASES)("ends: %s", async (title, write, exits) => {
    write();
    const name = title.includes("JSON") ? "world.json" : "world.yaml";
    const run = await program(["audit", "-f", name], { folder, patience: 300 });
    rmSync(join(folder, name));
    expectBounded(title, run, BOUNDS);
    expect(exits).toContain(run.exitCode);
  });
});
