import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { ClusterWorld } from "../../src/load/cluster/read.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { FINDING_CODES } from "../../src/model/finding.ts";
import type { Gap } from "../../src/model/gap.ts";
import { runCli } from "../harness/cli.ts";
import { blocksOf, samplesOf, withSample } from "./page.ts";

/**
 * The samples on the pages of the findings are the report's own text on the worlds in `pages/`: `<code>.yaml`, with
 * `<code>.<variant>.yaml` for other severities and causes. `.fixed.yaml` is the same world after the page's advice was
 * taken. `U=1` writes the samples anew; read the difference before it is committed.
 */

const FOLDER = join(import.meta.dirname, "pages");
const PAGES = join(import.meta.dirname, "../../docs/findings");
const UPDATE = process.env.U === "1";
/** That every code has a page is for findings.test.ts. */
const CODES = Object.keys(FINDING_CODES)
  .filter((code) => existsSync(join(PAGES, `${code}.md`)))
  .toSorted();

/** Columns that samples are folded to. */
const WIDTH = 100;
const INDENT = " ".repeat(9);

const FORBIDDEN: Gap = {
  cause: "forbidden",
  groupKind: { group: "gateway.networking.k8s.io", kind: "ReferenceGrant" },
  namespace: null,
  detail:
    'user "jane" may not list referencegrants.gateway.networking.k8s.io in all namespaces; ask for verbs [list] on that resource (apiGroups: ["gateway.networking.k8s.io"], resources: ["referencegrants"])',
};

/** Worlds that a cluster gives: it serves the kinds that the world has objects of, and hides what is named here. */
const IN_CLUSTER: Readonly<Record<string, readonly Gap[]>> = {
  "field-invalid.yaml": [],
  "field-invalid.fixed.yaml": [],
  "referencegrant-not-served.yaml": [],
  "referencegrant-not-served.fixed.yaml": [],
  "unknown-verdict.forbidden.yaml": [FORBIDDEN],
  "version-old.yaml": [],
  "version-old.fixed.yaml": [],
  "version-old.deprecated.yaml": [],
  "version-old.deprecated.fixed.yaml": [],
  "version-stored.yaml": [],
  "version-stored.fixed.yaml": [],
  "version-stored.deprecated.yaml": [],
  "version-stored.deprecated.fixed.yaml": [],
};

/** Files that are a part of the world only. All others are the whole of it. */
const OPEN = ["unknown-verdict.yaml", "unknown-verdict.fixed.yaml"];

/** Findings that no change of the manifests takes away, and what does. */
const NOT_BY_MANIFEST: Readonly<Record<string, string>> = {
  "controller-refuses-permitted": "the YAML is right, the controller has to change",
  "feature-gated": "feature gates cannot be seen",
  "field-experimental": "nothing is wrong with the reference",
  "grant-terminating": "it goes when the grant does",
  "status-stale": "it goes when the controller has looked again",
};

const worlds = readdirSync(FOLDER).toSorted();
const codeOf = (file: string): string => file.slice(0, file.indexOf("."));
const isFixed = (file: string): boolean => file.endsWith(".fixed.yaml");
const read = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const pageOf = (code: string): string => readFileSync(join(PAGES, `${code}.md`), "utf8");

/** `<code>.yaml` before its variants. */
const worldsOf = (code: string, fixed: boolean): readonly string[] =>
  worlds
    .filter((file) => codeOf(file) === code && isFixed(file) === fixed)
    .toSorted((a, b) => a.split(".").length - b.split(".").length);

function clusterWorld(file: string, gaps: readonly Gap[]): ClusterWorld {
  const text = read(file);
  const { objects } = objectsOf(parseDocuments([{ name: file, text }]), "default");
  const served = parseAllDocuments(text).map((document) => {
    const [group, version] = String(document.get("apiVersion")).split("/");
    const kind = String(document.get("kind"));
    return version === undefined
      ? { group: "", version: String(group), kind }
      : { group: String(group), version, kind };
  });
  return { objects: objects.map((object) => ({ ...object, locate: () => null })), gaps, served };
}

/** What the report says of one world, with the findings of no other codes. */
async function auditOf(file: string, codes: readonly string[]): Promise<string> {
  const gaps = IN_CLUSTER[file];
  const source = gaps === undefined ? ["-f", file, ...(OPEN.includes(file) ? [] : ["--closed-world"])] : [];
  const ignored = CODES.filter((code) => !codes.includes(code)).flatMap((code) => ["--ignore", code]);
  const { stdout } = await runCli(["audit", ...source, ...ignored], {
    folder: FOLDER,
    ...(gaps === undefined ? {} : { cluster: clusterWorld(file, gaps) }),
  });
  return stdout;
}

/** The lines under FINDINGS; none where the report has no such part. */
async function findingsOf(file: string, codes: readonly string[] = [codeOf(file)]): Promise<readonly string[]> {
  const [, found = ""] = /^FINDINGS\n(.*?)\n\n/ms.exec(await auditOf(file, codes)) ?? [];
  return found === "" ? [] : found.split("\n");
}

/** A line in as many as it takes; what follows the first stands under the finding. */
function folded(line: string): readonly string[] {
  if (line.length <= WIDTH) return [line];
  const at = line.lastIndexOf(" ", WIDTH);
  if (at <= INDENT.length) return [line];
  return [line.slice(0, at).trimEnd(), ...folded(`${INDENT}${line.slice(at).trimStart()}`)];
}

/** Whether all that is said in the one stands somewhere in the other: of objects these fields, of lists these items. */
function says(whole: unknown, part: unknown): boolean {
  const matches = (node: unknown, wanted: unknown): boolean => {
    if (Array.isArray(wanted))
      return Array.isArray(node) && wanted.every((item) => node.some((one) => matches(one, item)));
    if (typeof wanted !== "object" || wanted === null) return node === wanted;
    if (typeof node !== "object" || node === null) return false;
    const fields = new Map(Object.entries(node));
    return Object.entries(wanted).every(([key, value]) => matches(fields.get(key), value));
  };
  if (matches(whole, part)) return true;
  return typeof whole === "object" && whole !== null && Object.values(whole).some((inner) => says(inner, part));
}

const documentsOf = (text: string): readonly unknown[] =>
  parseAllDocuments(text).map((document): unknown => document.toJS());

it("every world is of a code", () => {
  for (const file of worlds) expect(CODES, file).toContain(codeOf(file));
  for (const file of [...Object.keys(IN_CLUSTER), ...OPEN]) expect(worlds).toContain(file);
});

describe.each(CODES)("%s", (code) => {
  it("shows what the report says", async () => {
    const found = await Promise.all(worldsOf(code, false).map((file) => findingsOf(file)));
    for (const [index, lines] of found.entries()) expect(lines, worldsOf(code, false)[index]).not.toEqual([]);
    const sample = found
      .flat()
      .flatMap(folded)
      .map((line) => `${line}\n`)
      .join("");
    if (UPDATE) writeFileSync(join(PAGES, `${code}.md`), withSample(pageOf(code), sample));
    else expect(samplesOf(pageOf(code))).toEqual([sample]);
  });

  it("shows every severity that it names", () => {
    const line = pageOf(code).split("\n")[2] ?? "";
    const shown =
      samplesOf(pageOf(code))
        .join("")
        .match(/^(?:error|warning|info)(?= )/gm) ?? [];
    expect(new Set(shown)).toEqual(new Set(line.match(/\b(?:error|warning|info)\b/g)));
  });

  it("is gone when the advice is taken, and no error has come instead", async () => {
    const fixed = worldsOf(code, true);
    expect(fixed.length > 0).toBe(NOT_BY_MANIFEST[code] === undefined);
    for (const file of fixed) {
      expect(worlds, "the world before").toContain(file.replace(".fixed.yaml", ".yaml"));
      expect(await findingsOf(file), file).toEqual([]);
      expect(
        (await findingsOf(file, CODES)).filter((line) => line.startsWith("error")),
        file,
      ).toEqual([]);
    }
  });

  it("advises in YAML what was done", () => {
    if (NOT_BY_MANIFEST[code] !== undefined) return;
    const done = worldsOf(code, true).flatMap((file) => documentsOf(read(file)));
    const advised = blocksOf(pageOf(code)).filter(({ language }) => language === "yaml");
    for (const part of advised.flatMap(({ text }) => documentsOf(text))) {
      expect(says(done, part), JSON.stringify(part)).toBe(true);
    }
  });
});
