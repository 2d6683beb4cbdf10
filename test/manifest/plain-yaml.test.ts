import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { isNode, isPair, parseDocument } from "yaml";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { plainReader } from "../../src/manifest/plain-yaml.ts";
import { plainOffsets } from "../../src/manifest/plain-yaml-places.ts";
import { SCHEMA } from "../../src/manifest/yaml-schema.ts";
import type { FieldPath } from "../../src/model/object.ts";
import { lawRuns, SEED } from "../harness/law-runs.ts";

/** The quick reader of YAML never says anything else than the parsers of all of YAML, and understands what people write. */

const ROOT = join(import.meta.dirname, "../..");

const MANIFESTS = globSync("{test,examples}/**/*.{yaml,yml}", { cwd: ROOT }).toSorted();
const DOCUMENTS = MANIFESTS.flatMap((file) => readFileSync(join(ROOT, file), "utf8").split(/^(?=---)/m)).filter(
  ({ length }) => length < 3000,
);

const quick = (text: string): unknown => plainReader(text)(0, text.length);

/** The value by js-yaml; undefined if it refuses the text. */
function slow(text: string): unknown {
  try {
    return load(text, { schema: SCHEMA, maxDepth: 500 });
  } catch {
    return undefined;
  }
}

/** All paths in a value, and some that are not there. */
function pathsIn(value: unknown, base: FieldPath = []): readonly FieldPath[] {
  const below = Array.isArray(value)
    ? value.flatMap((item: unknown, index) => pathsIn(item, [...base, index]))
    : Object.entries(typeof value === "object" && value !== null ? value : {}).flatMap(([key, item]) =>
        pathsIn(item, [...base, key]),
      );
  return [base, [...base, "absent"], ...below];
}

/** Places by the yaml package. */
function slowOffsets(text: string): (path: FieldPath) => number {
  const document = parseDocument(text, { uniqueKeys: false, merge: true, logLevel: "silent" });
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
      if (isPair(node) && isNode(node.key) && node.key.range) return node.key.range[0];
    }
    return document.contents?.range?.[0] ?? 0;
  };
}

/** What the quick reader makes of a text is what the parsers make of it, or nothing. */
function expectTheSame(text: string): void {
  const value = quick(text);
  if (value === undefined) return;
  expect(value, text).toEqual(slow(text));
  const [offset, expected] = [plainOffsets(text), slowOffsets(text)];
  for (const path of pathsIn(value)) expect([path, offset(path)], text).toEqual([path, expected(path)]);
}

/** Pieces of YAML that change what stands around them. */
const PIECES = [
  ...[
    ": ",
    ":",
    "#",
    " #",
    "-",
    "- ",
    "- - ",
    '"',
    "'",
    "|",
    "|-",
    "|+",
    ">",
    "\n",
    "\n\n",
    "\n ",
    " ",
    "\t",
    "&a ",
    "*a",
    "!",
  ],
  ...[
    "!!str ",
    "{",
    "}",
    "[",
    "]",
    "{}",
    "[]",
    "{a: b}",
    "[a, b]",
    "{a: b, }",
    "{a}",
    "{a:b}",
    "[a:, b]",
    "[{a: 1}]",
    "[ ]",
  ],
  ...[
    "yes",
    "null",
    "~",
    "0o7",
    "012",
    "-1",
    ".5",
    "1e3",
    "1:30",
    "\u00e9",
    "\u2028",
    "\u0085",
    "\u00a0",
    "\uFEFF",
    "\r",
    "\0",
  ],
  ...[
    "...",
    "\n--- ",
    "?",
    "? ",
    "%",
    "@",
    "`",
    ",",
    "<<: ",
    "=",
    "\\",
    "\\n",
    "__proto__: 1\n",
    "on: ",
    "toString: 1\n",
  ],
  ...[
    '"a": 1\n',
    "x: |\n",
    "x: |\n    y\n",
    "x:\n",
    "-\n",
    "- #c\n",
    "'a''b'",
    '"a\\nb"',
    "{'x': y}",
    '{"a": 1, b: [c]}',
    "😀",
  ],
];

const aChange = fc.record({
  at: fc.nat(3000),
  removed: fc.nat(6),
  piece: fc.constantFrom("", ...PIECES),
  line: fc.option(fc.nat(60), { nil: null }),
});

describe("the quick reader of YAML", () => {
  it("reads nearly every manifest here, as the parsers do", () => {
    expect(DOCUMENTS.length).toBeGreaterThan(900);
    for (const text of DOCUMENTS) expectTheSame(text);
    const understood = DOCUMENTS.filter((text) => quick(text) !== undefined);
    expect(understood.length / DOCUMENTS.length).toBeGreaterThan(0.95);
  }, 60_000);

  it("reads a changed manifest as the parsers do, or leaves it to them", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DOCUMENTS),
        fc.array(aChange, { minLength: 1, maxLength: 3 }),
        (document, changes) => {
          let text = document;
          for (const { at, removed, piece, line } of changes) {
            const start = at % (text.length + 1);
            text = text.slice(0, start) + piece + text.slice(start + removed);
            const lines = text.split("\n");
            if (line !== null) text = [...lines, ...lines.slice(line % lines.length).slice(0, 1)].join("\n");
          }
          // Files are cut there, before anything is read.
          fc.pre(!/\n\uFEFF?(?:---|\.\.\.)(?:\s|$)/.test(text));
          expectTheSame(text);
        },
      ),
      { ...SEED, numRuns: lawRuns(3000).numRuns },
    );
  }, 120_000);

  it.each([
    ["words", "a: b c\nd: v1.2\ne: /x\nf: http://a/b#c\n"],
    [
      "numbers and other words",
      "a: 80\nb: 012\nc: 1.5\nd: 0x1F\ne: yes\nf: ~\ng: null\nh: -1\ni: 1e3\nj: 2026-01-01\nk: ---\n",
    ],
    ["nothing", "a:\nb: # c\nc:\n"],
    ["quotes", 'a: "b"\nc: \'d\' # e\nf: ""\ng: \'it\'\'s\'\nh: "a\\nb \\"c\\""\n'],
    ["brackets", 'a: {}\nb: []\nc: {d: e, "f": [1, "x", {g: yes}]} # h\n'],
    [
      "lists in the column of their key, and deeper",
      "a:\n- b: 1\n  c: 2\n- d\ne:\n    - f\n    -   g: h\n        i: j\n",
    ],
    ["text in lines", "a: |\n  b\n   c\n\n  d\n\ne: |-\n  f\n"],
    ["comments and blank lines", "# a\n\nb: # c\n  # d\n  e: f # g\n# h\n"],
    ["a separator", "--- # a\n# b\nc: d\n"],
    ["letters of other scripts", "a: é\n# ß\nb: {c: ö}\n"],
  ])("understands %s", (_what, text) => {
    expect(quick(text)).toBeDefined();
    expectTheSame(text);
  });

  it.each([
    ["a key that stands twice", "a: 1\na: 2\n"],
    ["a key that stands twice in brackets", "a: {b: 1, b: 2}\n"],
    ["a word on several lines", "a: b\n  c\n"],
    ["text in quotes on several lines", 'a: "b\n  c"\n'],
    ["brackets on several lines", "a: [b,\n  c]\n"],
    ["anchors", "a: &b c\nd: *b\n"],
    ["merge keys", "a: 1\n<<: {b: 2}\n"],
    ["tags", "a: !!str 1\n"],
    ["folded text", "a: >\n  b\n"],
    ["tabs", "a:\tb\n"],
    ["keys that are no text", "yes: 1\n"],
    ["keys that objects have of their own", "__proto__: 1\n"],
    ["a second value behind quotes", 'a: "b" c\n'],
    ["lines that are indented as none above", "a:\n    b: 1\n  c: 2\n"],
    ["a directive", "%YAML 1.2\n---\na: b\n"],
    ["content behind the separator", "--- a: b\n"],
    ["a line that ends in a carriage return alone", "a: b # c\rd: e\n"],
    ["a zero in a comment", "a: b # \0\n"],
    ["no mapping", "- a\n"],
  ])("leaves %s to the parsers", (_what, text) => {
    expect(quick(text)).toBeUndefined();
  });

  it("finds documents in the middle of a file", () => {
    const text = "a: 1\n---\nb:\n- c\n---\nd: |\n  e\n";
    const read = plainReader(text);
    expect([read(0, 5), read(5, 16), read(16, text.length)]).toEqual([{ a: 1 }, { b: ["c"] }, { d: "e\n" }]);
  });

  it("takes one look through a list for the places of all its items", () => {
    const route = (index: number) =>
      `- apiVersion: gateway.networking.k8s.io/v1\n  kind: HTTPRoute\n  metadata:\n    name: r${index}\n    namespace: a\n`;
    const text = `apiVersion: v1\nkind: List\nitems:\n${Array.from({ length: 20_000 }, (_, index) => route(index)).join("")}`;
    const { objects } = objectsOf(parseDocuments([{ name: "in.yaml", text }]), "default");
    const begin = performance.now();
    const lines = objects.map((object) => object.locate(["metadata", "name"])?.line);
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(lines).toEqual(Array.from({ length: 20_000 }, (_, index) => 5 * index + 7));
  });
});

describe("very large documents", () => {
  const filler = `${"x".repeat(1023)}\n`;
  const padding = (mebibytes: number) => `# ${filler}`.repeat(mebibytes * 1024);
  const service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  namespace: b\n";

  it("are read if they are plain", () => {
    const { objects } = objectsOf(parseDocuments([{ name: "in.yaml", text: padding(33) + service }]), "default");
    expect(objects.map((object) => object.locate(["metadata", "name"])?.line)).toEqual([33 * 1024 + 4]);
  });

  it("are refused, with what to do, if they are not", () => {
    const { parsed, broken } = parseDocuments([
      { name: "in.yaml", text: `${service}---\n${padding(33)}${service}x: &y z\n` },
    ]);
    expect(parsed).toHaveLength(1);
    expect(broken.map(({ problem }) => [problem.at.line, problem.detail])).toEqual([
      [6, "a document of more than 32 MiB is read only if it is JSON or plain YAML, and this is neither: split it"],
    ]);
  });

  it("are found where they start, from a size on at which no parser looks for their fields", () => {
    const text = `${service}x: &y z\n${padding(9)}`;
    const { objects } = objectsOf(parseDocuments([{ name: "in.yaml", text }]), "default");
    expect(objects.map((object) => object.locate(["metadata", "name"])?.line)).toEqual([1]);
  });
});
