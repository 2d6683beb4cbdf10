import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectBounded, measurements, program } from "./program.ts";

/** Input that is small and asks for much, or is much of one thing. Each case is a process of its own, held to bounds. */

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-bombs-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.stdout.write(`bombs\n${measurements()}`);
});

/** What a small input may take: the program alone takes a tenth of either. */
const SMALL = { busy: 10, peak: 500 };
/** What ten megabytes may take. */
const LARGE = { busy: 20, peak: 1200 };

const SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: ns}\n";
const meta = (more: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: ns, ${more}}\n`;
const route = (more: string): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: ns}\n${more}`;
const MEGABYTE = 1_000_000;
const long = (length = 10 * MEGABYTE): string => "x".repeat(length);
const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

const laughs = (open: string, close: string, item: (alias: string, index: number) => string): string =>
  times(12, (level) => {
    const below = level === 0 ? "lol" : `*a${level - 1}`;
    return `a${level}: &a${level} ${open}${Array.from({ length: 10 }, (_, index) => item(below, index)).join(", ")}${close}\n`;
  });

interface Case {
  readonly title: string;
  readonly name?: string;
  readonly text: () => string;
  /** The codes that it may end in. */
  readonly exits: readonly number[];
  readonly says?: string;
}

const REFUSED = [1, 3, 4];

const BOMBS: readonly Case[] = [
  {
    title: "a billion laughs in lists",
    text: () => `${SERVICE}---\n${SERVICE}${laughs("[", "]", (alias) => alias)}`,
    exits: [1],
    says: "aliases expand to more than",
  },
  {
    title: "a billion laughs in mappings",
    text: () => `${SERVICE}---\n${SERVICE}${laughs("{", "}", (alias, index) => `k${index}: ${alias}`)}`,
    exits: [1],
    says: "aliases expand to more than",
  },
  {
    title: "a billion laughs in what is read",
    text: () => `${laughs("[", "]", (alias) => alias)}${route("spec: {rules: *a11, parentRefs: *a11}\n")}`,
    exits: REFUSED,
  },
  {
    title: "a long text, repeated by aliases",
    text: () => `${meta(`annotations: {a: &a "${long(MEGABYTE)}"}`)}b: [${Array(5000).fill("*a").join(", ")}]\n`,
    exits: [0],
  },
  {
    title: "a long name, repeated by aliases in references",
    text: () =>
      route(
        `a: &a "${long(50_000)}"\nspec:\n  rules:\n  - backendRefs:\n${times(2000, () => "    - {name: *a, namespace: other}\n")}`,
      ),
    exits: [0, 1, 4],
  },
  {
    title: "merge keys that double",
    text: () =>
      `${SERVICE}m0: &m0 {a: 1}\n${times(60, (at) => `m${at + 1}: &m${at + 1} {<<: [*m${at}, *m${at}], k${at}: 1}\n`)}`,
    exits: [0, 1],
  },
  {
    title: "merge keys of one large mapping",
    text: () =>
      `${SERVICE}m: &m {${times(3000, (at) => `k${at}: 1, `)}}\nn:\n${times(3000, (at) => `  n${at}: {<<: *m}\n`)}`,
    exits: [3],
  },
  { title: "an alias to what it stands in", text: () => `${SERVICE}a: &a [*a]\n`, exits: [3] },
  { title: "an alias to its own document", text: () => `&a\n${SERVICE}spec: *a\n`, exits: [3] },
  {
    title: "100,000 lists in one another, as JSON",
    name: "deep.json",
    text: () => `{"apiVersion":"v1","kind":"Service","spec":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    exits: [3],
  },
  {
    title: "100,000 objects in one another, as JSON",
    name: "deep.json",
    text: () => `{"apiVersion":"v1","kind":"Service","spec":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`,
    exits: [3],
  },
  {
    title: "100,000 brackets that nobody closes",
    name: "deep.json",
    text: () => `{"a":${"[".repeat(100_000)}`,
    exits: [3],
  },
  {
    title: "100,000 lists in one another, in flow style",
    text: () => `a: ${"[".repeat(100_000)}${"]".repeat(100_000)}\n`,
    exits: [3],
  },
  {
    title: "100,000 mappings in one another, in flow style",
    text: () => `a: ${"{a: ".repeat(100_000)}${"}".repeat(100_000)}\n`,
    exits: [3],
  },
  { title: "100,000 lists in one another, in block style", text: () => `${"- ".repeat(100_000)}a\n`, exits: [3] },
  {
    title: "3,000 mappings in one another, in block style",
    text: () => times(3000, (at) => `${" ".repeat(at)}a:\n`),
    exits: [3],
  },
  { title: "100,000 keys that are keys", text: () => `${"? ".repeat(100_000)}a\n`, exits: [3] },
  {
    title: "a list of lists, 100,000 deep",
    name: "deep.json",
    text: () => `${'{"apiVersion":"v1","kind":"List","items":['.repeat(100_000)}${"]}".repeat(100_000)}`,
    exits: [3],
  },
  {
    title: "100,000 lists of one mapping whose keys are equal",
    text: () => `${SERVICE}a: {${times(100_000, () => "k: 1, ")}}\n`,
    exits: [3],
  },
  { title: "200,000 keys", text: () => `${SERVICE}data:\n${times(200_000, (at) => `  k${at}: 1\n`)}`, exits: [0] },
  { title: "100,000 labels", text: () => meta(`labels: {${times(100_000, (at) => `k${at}: v, `)}}`), exits: [0] },
  { title: "100,000 anchors", text: () => `${SERVICE}a:\n${times(100_000, (at) => `- &a${at} x\n`)}`, exits: [0] },
  { title: "100,000 lines that separate documents", text: () => `${SERVICE}${"---\n".repeat(100_000)}`, exits: [0] },
  { title: "100,000 comments", text: () => `${SERVICE}${"# {{ nothing }}\n".repeat(100_000)}`, exits: [0] },
  { title: "a megabyte of blanks", text: () => `${SERVICE}a:${" ".repeat(MEGABYTE)}1\n`, exits: [0] },
  {
    title: "a megabyte of escaped quotes",
    name: "a.json",
    text: () => `{"a":"${'\\"'.repeat(MEGABYTE / 2)}"}`,
    exits: [3],
  },
  {
    title: "a megabyte of backslashes without an end",
    name: "a.json",
    text: () => `{"a":"${"\\".repeat(MEGABYTE)}`,
    exits: [3],
  },
  { title: "a megabyte of open quotes", text: () => `a: ${"' ".repeat(MEGABYTE / 2)}\n`, exits: [3] },
  { title: "a megabyte of question marks and colons", text: () => `${"? : ".repeat(MEGABYTE / 4)}\n`, exits: [3] },
];

const ROUTES = 300;
const MUCH: readonly Case[] = [
  { title: "ten megabytes that are no YAML", text: () => `${"a: b\n".repeat(2 * MEGABYTE)}]\n`, exits: [3] },
  { title: "a name of ten megabytes", text: () => SERVICE.replace("name: s", `name: ${long()}`), exits: [0, 1] },
  {
    title: "a namespace of ten megabytes",
    text: () =>
      route("spec: {rules: [{backendRefs: [{name: a, namespace: b}]}]}\n").replace(
        "namespace: ns",
        `namespace: ${long()}`,
      ),
    exits: [0, 1, 4],
  },
  {
    title: "a kind of ten megabytes",
    text: () => `${SERVICE}---\n${SERVICE.replace("kind: Service", `kind: ${long()}`)}`,
    exits: [0, 1],
  },
  {
    title: "an API version of ten megabytes",
    text: () => `${SERVICE}---\n${SERVICE.replace("apiVersion: v1", `apiVersion: a/${long()}`)}`,
    exits: [0, 1],
  },
  { title: "a label of ten megabytes", text: () => meta(`labels: {${long()}: ${long()}}`), exits: [0] },
  { title: "a key of ten megabytes", text: () => `${SERVICE}? ${long()}\n: 1\n`, exits: [0, 3] },
  {
    title: "an annotation of ten megabytes that ignores",
    text: () => meta(`annotations: {refgrant.dev/ignore: "${long()}"}`),
    exits: [0, 1],
  },
  {
    title: "a referent of ten megabytes",
    text: () => route(`spec: {rules: [{backendRefs: [{name: a, namespace: ${long()}}]}], hostnames: ["${long()}"]}\n`),
    exits: [0, 1, 4],
  },
  {
    title: "a status of ten megabytes",
    text: () =>
      route(
        `status: {parents: [{parentRef: {name: g}, controllerName: a/b, conditions: [{type: ResolvedRefs, status: "False", reason: RefNotPermitted, message: "${long()}", lastTransitionTime: "2026-01-01T00:00:00Z"}]}]}\n`,
      ),
    exits: [0, 1, 4],
  },
  {
    title: "ten megabytes of hostname",
    text: () =>
      route(
        `spec: {hostnames: ["${"a.".repeat(5 * MEGABYTE)}b", "*.${"-".repeat(MEGABYTE)}"], parentRefs: [{name: g, namespace: b}]}\n`,
      ),
    exits: [0, 1, 4],
  },
];

const NEAR: Case = {
  title: "names that are near to one another",
  text: () =>
    times(
      ROUTES,
      (at) =>
        `${route("spec: {rules: [{backendRefs: [{name: a, namespace: b}]}]}\n").replace("name: r", `name: ${"ab".repeat(2000)}${at}`)}---\n`,
    ),
  exits: [0, 1, 4],
};

async function run({ title, name = "world.yaml", text }: Case, argv: readonly string[]) {
  const own = mkdtempSync(join(folder, "case-"));
  writeFileSync(join(own, name), text());
  const outcome = await program([...argv, "-f", name], { folder: own });
  rmSync(own, { recursive: true });
  return { title: `${title} (${argv.join(" ").slice(0, 40)})`, outcome };
}

const TIMEOUT = 200_000;

describe("a bomb", { timeout: TIMEOUT, concurrent: true }, () => {
  it.each(BOMBS)("does no harm: $title", async (bomb) => {
    const { title, outcome } = await run(bomb, ["audit"]);
    expectBounded(title, outcome, SMALL);
    expect(bomb.exits, title).toContain(outcome.exitCode);
    if (bomb.says !== undefined) expect(Buffer.from(outcome.stdout).toString()).toContain(bomb.says);
  });
});

describe("ten megabytes", { timeout: TIMEOUT, concurrent: true }, () => {
  it.each(MUCH)("are a matter of moments: $title", async (much) => {
    const { title, outcome } = await run(much, ["audit"]);
    expectBounded(title, outcome, LARGE);
    expect(much.exits, title).toContain(outcome.exitCode);
  });

  it("are a matter of moments where a name is looked for that is near to others", async () => {
    const { title, outcome } = await run(NEAR, ["why-denied", "route/none", "-n", "ns", "-o", "json"]);
    expectBounded(title, outcome, LARGE);
    expect(outcome.exitCode).toBe(3);
  });
});
