import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCUMENTS } from "../../scripts/docs.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("documents that are made from the program's tables", () => {
  it.each([...DOCUMENTS])("%s is up to date", (path, make) => {
    const written = readFileSync(join(ROOT, path), "utf8");
    expect(written === make(), `${path} is not what the tables say: run npm run docs`).toBe(true);
  });

  it.each([...DOCUMENTS])("%s has tables of one width", (path, make) => {
    const widths = make()
      .split("\n\n")
      .filter((block) => block.startsWith("|"))
      .map(
        (block) =>
          new Set(
            block
              .trimEnd()
              .split("\n")
              .map((line) => line.split(/(?<!\\)\|/).length),
          ).size,
      );
    expect(widths.length, path).toBeGreaterThan(2);
    expect(new Set(widths)).toEqual(new Set([1]));
  });
});
