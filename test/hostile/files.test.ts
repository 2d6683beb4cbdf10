import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { loadAll } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import auditSchema from "../../docs/schema/audit.schema.json" with { type: "json" };
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import type { ObjectId } from "../../src/model/object.ts";
import { runCli } from "../harness/cli.ts";
import { lawRuns } from "../harness/law-runs.ts";
import { broken, bytesOf, expectUnpolluted, Tally } from "./clean.ts";
import { damagedFile, type HostileFile, hostileFile } from "./mutations.ts";

/** Files that nobody meant well with, through every command that reads files. A failure prints its seed and the bytes. */

const RUNS = lawRuns(500);
const TIMEOUT = 60_000 + RUNS.numRuns * 300;
let folder = "";
const tally = new Tally();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const validAudit = new Ajv2020({ strict: false }).compile(auditSchema);

/** Runs a command and gives what it printed, after every promise about any run was held to it. */
async function run(argv: readonly string[], color = false) {
  // A grant of a file is printed with what its line ends and blanks were.
  const besides = color ? "colours" : argv[0] === "scaffold" ? "tabs and line ends" : "nothing";
  const outcome = await runCli(argv, { folder, ...(color ? { terminal: { width: 80, color: true } } : {}) });
  expect(broken(bytesOf(outcome), besides), argv.join(" ")).toEqual([]);
  expectUnpolluted();
  tally.ended(outcome.exitCode);
  return outcome;
}

/** The audit of a file in all its forms, which tell one and the same thing. */
async function audits(name: string): Promise<void> {
  const text = await run(["audit", "-f", name], true);
  const wide = await run(["audit", "-f", name, "-o", "wide"]);
  const json = await run(["audit", "-f", name, "-o", "json"]);
  const yaml = await run(["audit", "-f", name, "-o", "yaml"]);
  expect([wide.exitCode, json.exitCode, yaml.exitCode]).toEqual([text.exitCode, text.exitCode, text.exitCode]);
  if (json.exitCode !== 3) {
    const data: unknown = JSON.parse(json.stdout);
    expect(validAudit(data), JSON.stringify(validAudit.errors)).toBe(true);
    expect(parse(yaml.stdout, { maxAliasCount: -1 })).toEqual(data);
  }
}

/** The text of a file; null where there is none. */
function decoded(bytes: Uint8Array): string | null {
  const encoding = { fffe: "utf-16le", feff: "utf-16be" }[Buffer.from(bytes.subarray(0, 2)).toString("hex")];
  try {
    return new TextDecoder(encoding ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const parsesWith = (read: () => unknown): boolean => {
  try {
    read();
    return true;
  } catch {
    return false;
  }
};

/** Whether another reader than the program's own finds everything in a file in order: YAML, or objects of JSON one after the other. */
function isWhole(bytes: Uint8Array): boolean {
  // Files that were joined bring a byte-order mark each, which another reader does not expect.
  const text = decoded(bytes)?.replace(/^\uFEFF+/gm, "");
  if (text === undefined) return false;
  const separated = text.replace(/\}\s*\{/g, "}\n---\n{");
  return parsesWith(() => loadAll(text)) || parsesWith(() => loadAll(separated));
}

/** The objects that a file holds, as far as it can be read. */
function objectsIn({ name, bytes }: HostileFile): readonly ObjectId[] {
  const text = decoded(bytes);
  return text === null ? [] : objectsOf(parseDocuments([{ name, text }]), "default").objects.map(({ id }) => id);
}

/** Whatever can be asked about one object. */
function questions({ group, kind, name, namespace }: ObjectId, file: string): readonly (readonly string[])[] {
  const type = group === "" ? kind : `${kind}.${group}`;
  const where = namespace === null ? [] : ["-n", namespace];
  const object = `${type}/${name}`;
  return [
    ["why-denied", object, ...where, "-v", "-f", file],
    ["why-denied", object, ...where, "-o", "json", "-f", file, "--closed-world"],
    ["explain", object, ...where, "-f", file],
    ["explain", object, ...where, "-o", "yaml", "-f", file],
    ["scaffold", object, ...where, "-f", file, "--closed-world"],
  ];
}

const GENERAL: readonly (readonly string[])[] = [
  ["scaffold", "-A", "route"],
  ["scaffold", "referencegrants", "-A", "-o", "json"],
  ["why-denied", "route", "-A"],
  ["explain", "ns", "-A"],
];

async function ask(file: HostileFile, at: number): Promise<void> {
  tally.inputs += 1;
  writeFileSync(join(folder, file.name), file.bytes);
  await audits(file.name);
  const objects = objectsIn(file);
  const object = objects[at % (objects.length || 1)];
  const asked = object === undefined ? [] : questions(object, file.name);
  const general = GENERAL[at % GENERAL.length] ?? [];
  const chosen = [...asked.slice(at % 2, 4 + (at % 2)), [...general, "-f", file.name]];
  for (const argv of chosen) await run(argv);
}

describe("hostile files", { timeout: TIMEOUT }, () => {
  afterAll(() => process.stdout.write(tally.told("hostile files")));

  it("that say what they should not are answered or refused, in every form alike", async () => {
    await fc.assert(fc.asyncProperty(hostileFile, fc.nat(1000), ask), RUNS);
  });

  it("that were damaged are answered or refused, in every form alike", async () => {
    await fc.assert(fc.asyncProperty(damagedFile, fc.nat(1000), ask), RUNS);
  });

  it("are never passed over in silence when they cannot be read", async () => {
    let unreadable = 0;
    await fc.assert(
      fc.asyncProperty(damagedFile, async ({ bytes }) => {
        if (isWhole(bytes)) return;
        unreadable += 1;
        tally.inputs += 1;
        writeFileSync(
          join(folder, "other.yaml"),
          "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: ns}\n",
        );
        writeFileSync(join(folder, "damaged.yaml"), bytes);
        const { stdout, stderr, exitCode } = await run(["audit", "-f", "other.yaml,damaged.yaml", "-o", "json"]);
        expect([1, 3, 4]).toContain(exitCode);
        expect(exitCode === 3 ? stderr : stdout).toContain("damaged.yaml");
      }),
      RUNS,
    );
    expect(unreadable).toBeGreaterThan(RUNS.numRuns / 20);
  });
});
