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
])("%s is near %s", (word, expected) => {
  expect(nearWord(word, ["namespace", "listener-open-to-all", "grant-broad", "grant-unused"])).toBe(expected);
});
