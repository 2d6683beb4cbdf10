import { expect, it } from "vitest";
import { nearWord } from "../../src/model/near-word.ts";

it.each([
  ["namespce", "namespace"],
  ["NAME", null],
  ["listner-open", "listener-open-to-all"],
  ["liste", "listener-open-to-all"],
  ["list", null],
  ["grant", null],
  ["grant-br", "grant-broad"],
  ["bogus", null],
  ["listener-open-to-all-of-them", "listener-open-to-all"],
  [`grant-unused${"d".repeat(6)}`, "grant-unused"],
  [`grant-unused${"d".repeat(7)}`, null],
])("%s is near %s", (word, expected) => {
  expect(nearWord(word, ["namespace", "listener-open-to-all", "grant-broad", "grant-unused"])).toBe(expected);
});

it("holds a word of any length against candidates at once", () => {
  const started = performance.now();
  expect(nearWord("g".repeat(250_000), ["grant-broad", "grant-unused"])).toBeNull();
  expect(performance.now() - started).toBeLessThan(2_000);
});
