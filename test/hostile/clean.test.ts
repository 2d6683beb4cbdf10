import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jsonText } from "../../src/render/json-text.ts";
import { printable } from "../../src/render/text.ts";
import { yamlText } from "../../src/render/yaml-text.ts";
import { broken, bytesOf, stains } from "./clean.ts";
import { WORDS } from "./words.ts";

/** The checker itself, which all else here relies on, and what it checks in the small. */

const outcome = (stdout: string, stderr = "", exitCode = 0) => bytesOf({ stdout, stderr, exitCode });

describe("the checker", () => {
  it("takes a plain report, colours of our own, and an error", () => {
    expect(broken(outcome("all is well: \u2713 \u4e2d \u{1f600}\n"))).toEqual([]);
    expect(broken(outcome("\u001b[32mgood\u001b[0m\n"), "colours")).toEqual([]);
    expect(broken(outcome("a:\tb\r\n"), "tabs and line ends")).toEqual([]);
    expect(broken(outcome("", "error: there is no such file\n", 3))).toEqual([]);
    // Places in files look like a stack trace, and are none.
    expect(broken(outcome("error    HTTPRoute a/b  x\n         at examples/world/a.yaml:59:5\n", "", 1))).toEqual([]);
  });

  it.each([
    ["a colour where there is no terminal", outcome("\u001b[32mgood\u001b[0m\n")],
    ["a title", outcome("\u001b]0;x\u0007\n")],
    ["C1", outcome("\u009b31m\n")],
    ["a carriage return", outcome("a\rb\n")],
    ["a change of direction", outcome("\u202eb\n")],
    ["a tag", outcome("\u{e0041}\n")],
    ["bytes that are no text", { ...outcome(""), stdout: Uint8Array.of(0xff) }],
    ["a fault of its own", outcome("", "error: unexpected TypeError: x\n", 3)],
    ["a stack trace", outcome("", "error: x\n    at main (file:///a/main.ts:1:2)\n", 3)],
    ["another stack trace", outcome("", "error: x\n    at node:internal/main:1:2\n", 3)],
    ["no exit code", { ...outcome("a\n"), exitCode: null }],
    ["an exit code of nobody", outcome("a\n", "", 5)],
    ["an error beside a report", outcome("a\n", "error: x\n", 3)],
    ["3 without a word", outcome("", "", 3)],
    ["an error and 0", outcome("", "error: x\n", 0)],
  ])("does not take %s", (_, run) => expect(broken(run)).not.toEqual([]));

  it("does not take a foreign colour beside our own", () => {
    expect(broken(outcome("\u001b[31mred\u001b[0m \u001b[5mblinking\n"), "colours")).toEqual([
      "U+001b on standard output",
    ]);
  });
});

describe("a hostile word", () => {
  it.each(WORDS)("is clean in text, and whole in JSON and YAML: %j", (word) => {
    const encoder = new TextEncoder();
    expect(stains(encoder.encode(printable(word)))).toEqual([]);
    const data = { [`key ${word}`]: [word] };
    for (const text of [jsonText(data), yamlText(data)]) expect(stains(encoder.encode(text))).toEqual([]);
    expect(JSON.parse(jsonText(data))).toEqual(data);
    expect(parse(yamlText(data))).toEqual(data);
  });

  it("beyond the first plane is escaped as JSON does it, and as YAML does", () => {
    expect(jsonText({ a: "\u{e0041}" })).toContain('"\\udb40\\udc41"');
    expect(yamlText({ a: "\u{e0041}" })).toBe('"a": "\\U000e0041"\n');
  });
});
