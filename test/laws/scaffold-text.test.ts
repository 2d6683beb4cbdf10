import fc from "fast-check";
import { dump } from "js-yaml";
import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import type { Decision } from "../../src/model/decision.ts";
import { formatPath, keyOf } from "../../src/model/object.ts";
import { audit } from "../../src/pipeline.ts";
import { runCli } from "../harness/cli.ts";
import { lawRuns, SEED } from "../harness/law-runs.ts";
import { type Manifest, verdictOf } from "../harness/world.ts";
import { anOverlappingWorld, aWorld } from "./worlds.ts";

/** The laws of scaffold held against what a user gets: the command's own output, over files with comments. */

// A run of the command takes longer than one of its parts.
const RUNS = { ...SEED, numRuns: Math.ceil(lawRuns(300).numRuns / 3) };
const TIMEOUT = 60_000 + RUNS.numRuns * 1_000;

/** A manifest as somebody keeps it: with comments, and in part what an API server wrote. */
function kept(manifest: Manifest, mark: number): string {
  if (manifest.kind !== "ReferenceGrant") return JSON.stringify(manifest);
  const metadata = { ...Object(manifest.metadata), ...(mark % 2 === 0 ? { creationTimestamp: null } : {}) };
  const text = dump({ ...manifest, metadata, ...(mark % 3 === 0 ? { status: {} } : {}) }, { lineWidth: -1 });
  const lines = text.trimEnd().split("\n");
  return [`# grant ${mark}`, ...lines.map((line, at) => (at % 4 === mark % 4 ? `${line} # line ${at}` : line))].join(
    "\n",
  );
}

const textOf = (documents: readonly string[]): string => `${documents.join("\n---\n")}\n`;

function decisionsIn(text: string): readonly Decision[] {
  const documents = parseDocuments([{ name: "world.yaml", text }]);
  expect(documents.broken).toEqual([]);
  const world = objectsOf(documents, "default");
  return audit(snapshotOfManifests(world, true), { namespace: null, selector: [] }).decisions;
}

/** What each reference is, and its verdict. */
const verdicts = (text: string): readonly string[] =>
  decisionsIn(text).map((decision) => {
    const { reference } = decision;
    const regime = reference.handshake === "grant" ? (reference.scope?.regime ?? "") : "";
    return `${keyOf(reference.referrer)} ${formatPath(reference.path)} ${keyOf(reference.referent)} ${regime} ${verdictOf(decision)}`;
  });

const identityOf = (text: string): string => {
  const [document] = parseDocuments([{ name: "", text }]).parsed;
  const { kind, metadata } = Object(document?.value);
  return `${kind} ${Object(metadata).namespace} ${Object(metadata).name}`;
};

/** The documents with those of another text in their place, or beside them. */
function applied(documents: readonly string[], printed: string): readonly string[] {
  const others = printed === "" ? [] : printed.split(/^---\n/m);
  const names = new Set(others.map(identityOf));
  return [...documents.filter((text) => !names.has(identityOf(text))), ...others.map((text) => text.trimEnd())];
}

const run = (line: readonly string[], documents: readonly string[]) =>
  runCli(["scaffold", ...line, "--closed-world", "-f", "-"], { folder: "/", stdin: textOf(documents) });

const someWorld = fc.oneof(aWorld, anOverlappingWorld);

describe("scaffold, as a command over commented files", { timeout: TIMEOUT }, () => {
  it("makes all grants tight in one run: every verdict stays, and a second run changes nothing", async () => {
    let narrowed = 0;
    await fc.assert(
      fc.asyncProperty(someWorld, async (world) => {
        const documents = world.map(kept);
        if (!world.some(({ kind }) => kind === "ReferenceGrant")) return;
        const { stdout, stderr } = await run(["referencegrants"], documents);
        const after = applied(documents, stdout);
        expect(verdicts(textOf(after)).toSorted()).toEqual(verdicts(textOf(documents)).toSorted());
        if (!stderr.includes("It drops:")) return;
        narrowed += 1;
        const again = await run(["referencegrants"], after);
        expect(applied(after, again.stdout).toSorted()).toEqual(after.toSorted());
      }),
      RUNS,
    );
    expect(narrowed).toBeGreaterThan(RUNS.numRuns / 10);
  });

  it("keeps every comment that does not stand in what goes, or says that it could not", async () => {
    let commented = 0;
    await fc.assert(
      fc.asyncProperty(someWorld, async (world) => {
        const documents = world.map(kept);
        if (!world.some(({ kind }) => kind === "ReferenceGrant")) return;
        const { stdout, stderr } = await run(["referencegrants"], documents);
        for (const text of stdout.split(/^---\n/m)) {
          const before = documents.find((document) => identityOf(document) === identityOf(text));
          if (before === undefined || text === "" || stderr.includes("could not be kept")) continue;
          const [head = ""] = before.split("\n");
          expect(text.startsWith(`${head}\n`)).toBe(true);
          const outside = before
            .split("\n")
            .filter((line) => /^(apiVersion|kind|metadata|spec|status| {2}(name|namespace)):.*#/.test(line));
          for (const line of outside) expect(text).toContain(line);
          commented += outside.length;
        }
      }),
      RUNS,
    );
    expect(commented).toBeGreaterThan(RUNS.numRuns / 10);
  });

  it("grants what is refused, takes nothing away, and has nothing more to grant then", async () => {
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(someWorld, async (world) => {
        const documents = world.map(kept);
        const { stdout, stderr } = await run([], documents);
        if (stdout === "") return;
        granted += 1;
        const after = applied(documents, stdout);
        const lost = new Set(verdicts(textOf(documents)).filter((line) => line.endsWith(" permitted")));
        for (const line of verdicts(textOf(after))) lost.delete(line);
        expect([...lost]).toEqual([]);
        const again = await run([], after);
        expect(again.stdout, stderr).toBe("");
      }),
      RUNS,
    );
    expect(granted).toBeGreaterThan(RUNS.numRuns / 10);
  });
});
