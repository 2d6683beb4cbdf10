import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { holdAtMost } from "../../src/load/bulk.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-bulk-"));
  mkdirSync(join(folder, "manifests", "inner"), { recursive: true });
  writeFileSync(join(folder, "manifests", "a.yaml"), "x".repeat(1000));
  writeFileSync(join(folder, "manifests", "picture.png"), "x".repeat(100_000));
  writeFileSync(join(folder, "manifests", "inner", "b.json"), "x".repeat(50_000));
  symlinkSync("..", join(folder, "manifests", "inner", "up"));
  mkdirSync(join(folder, "crowd"));
  for (let i = 0; i < 100; i += 1) writeFileSync(join(folder, "crowd", `${i}.txt`), "");
  for (let i = 0; i < 100; i += 1) mkdirSync(join(folder, "crowds", `${i}`), { recursive: true });
  execFileSync("mkfifo", [join(folder, "fifo")]);
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each<[most: number, names: readonly string[], recursive: boolean, expected: boolean]>([
  [10_000, ["manifests/a.yaml"], false, true],
  [900, ["manifests/a.yaml"], false, false],
  // Of a folder what is read counts.
  [10_000, ["manifests"], false, true],
  [10_000, ["manifests"], true, false],
  [100_000, ["manifests"], true, true],
  [10_000, ["manifests/*.yaml"], false, true],
  [900, ["manifests/*.yaml"], false, false],
  // So does a glob that finds nothing, and one that finds much.
  [10_000, ["manifests/**/*.nope"], false, true],
  [10_000, ["crowds/**/*.nope"], false, false],
  [10_000, ["crowd/*"], false, false],
  [10_000, ["manifests/picture.png"], false, false],
  // To look at names takes time too.
  [10_000, ["crowd"], false, false],
  [10_000, ["nonexistent"], false, true],
  [10_000_000, ["fifo"], false, false],
  [10_000_000, ["/dev/zero"], false, false],
  [10_000_000, ["-"], false, false],
  [10_000_000, ["manifests", "-"], true, false],
])("%i bytes for %j, recursive %s: %s", async (most, names, recursive, expected) => {
  const paths = names.map((name) => (name === "-" || name.startsWith("/") ? name : join(folder, name)));
  expect(await holdAtMost(most, paths, recursive)).toBe(expected);
});

it("a glob over everything that there is ends at once", async () => {
  const started = performance.now();
  expect(await holdAtMost(2_000_000, ["/**/*.nope", "/**/*.never"], false)).toBe(false);
  expect(performance.now() - started).toBeLessThan(5_000);
});
