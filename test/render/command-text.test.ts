import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { pasteable } from "../../src/render/command-text.ts";
import { shellWord } from "../../src/render/shell-word.ts";
import { SEED } from "../harness/law-runs.ts";

const said = (word: string): string => execFileSync("/bin/sh", ["-c", `printf %s ${word}`]).toString("utf8");

it("a word reaches the program as it is, whatever a shell would make of it", () => {
  const nasty = fc.constantFrom(
    "'",
    '"',
    "`",
    "$",
    "(",
    ")",
    ";",
    "&",
    "|",
    "\\",
    " ",
    "*",
    "~",
    "!",
    "#",
    "{",
    "a",
    "é",
  );
  fc.assert(
    fc.property(fc.array(nasty, { minLength: 1, maxLength: 8 }), (parts) => {
      const text = parts.join("");
      expect(said(shellWord(text))).toBe(text);
    }),
    { numRuns: 150, ...SEED },
  );
});

it("objects are named as kubectl takes them", () => {
  const gateway = { group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "app", name: "web" };
  expect(pasteable(gateway)).toBe("httproute/web -n app");
  expect(pasteable({ ...gateway, group: "example.com", kind: "Gateway" })).toBe("gateway.example.com/web -n app");
  expect(pasteable({ group: "", kind: "Namespace", namespace: null, name: "app" })).toBe("namespace/app");
});
