import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import project from "../../package.json" with { type: "json" };
import { archiveName, TARGETS } from "../../scripts/dist/targets.ts";
import { type Checksums, krewManifest, krewTemplate, readChecksums } from "../../scripts/krew/manifest.ts";
import { RULES } from "./krew-rules.ts";

/** The manifest for krew: what scripts/krew.ts writes, held against what krew, its index and its reviewers ask for. */

const ROOT = join(import.meta.dirname, "../..");
const COMMITTED = join(ROOT, "krew/refgrant.yaml");

const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const checksumsOf = (version: string, seed = ""): Checksums =>
  new Map(TARGETS.map((target) => archiveName(target, version)).map((file) => [file, sumOf(seed + file)]));
const textOf = (checksums: Checksums): string => [...checksums].map(([file, sum]) => `${sum}  ${file}\n`).join("");

const { homepage } = project;
const made = krewManifest({ version: "1.2.3", homepage }, checksumsOf("1.2.3"));

const versions = fc
  .tuple(fc.nat(99), fc.nat(99), fc.nat(99))
  .map(([major, minor, patch]) => `${major}.${minor}.${patch}`);

/** Digests, and among them those that YAML takes for a number when nothing stands around them. */
const digests = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 }),
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 64, maxLength: 64 }),
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 60, maxLength: 60 }).map((digits) => `1e5${digits}7`),
);

describe.each(RULES)("$rule", ({ offences, spoilt, why }) => {
  it("holds for a release", () => {
    expect(offences(parse(made)), why).toEqual([]);
  });

  it("holds for whatever version and checksums a release has", () => {
    fc.assert(
      fc.property(versions, fc.uniqueArray(digests, { minLength: 5, maxLength: 5 }), (version, sums) => {
        const files = TARGETS.map((target, at) => [archiveName(target, version), sums[at] ?? ""] as const);
        const text = krewManifest({ version, homepage }, new Map(files));
        expect(offences(parse(text)), why).toEqual([]);
        // krew reads YAML as Go does, which is nearer to YAML 1.1.
        expect(offences(load(text)), why).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it.runIf(existsSync(COMMITTED))("holds for krew/refgrant.yaml", () => {
    expect(offences(parse(readFileSync(COMMITTED, "utf8"))), why).toEqual([]);
  });

  it.each(spoilt)("is broken by %s → %s", (good, bad) => {
    const text = made.replace(good, bad);
    expect(text, "the text to spoil is in the manifest").not.toBe(made);
    expect(offences(parse(text)).length).toBeGreaterThan(0);
  });
});

describe("the manifest", () => {
  it("has the checksum that each archive has", () => {
    for (const [file, sum] of checksumsOf("1.2.3")) {
      expect(made).toContain(`/releases/download/v1.2.3/${file}\n    sha256: ${sum}\n`);
    }
  });

  it("is the same for the same release, in whatever order its checksums stand", () => {
    const turned = new Map([...checksumsOf("1.2.3")].reverse());
    expect(krewManifest({ version: "1.2.3", homepage }, turned)).toBe(made);
  });

  it.each(["1.2", "1.2.3-rc.1", "1.2.3+7", "v1.2.3", "01.2.3", "", "1.2.3\n"])(
    "is not made of version %j",
    (version) => {
      expect(() => krewManifest({ version, homepage }, checksumsOf("1.2.3"))).toThrow(
        `Version ${JSON.stringify(version)} of package.json is not a final one.`,
      );
    },
  );

  it.each([
    "http://github.com/a/b",
    "https://github.com/a",
    "https://github.com/a/b#readme",
    "https://github.com/a/b\nx",
    "https://gitlab.com/a/b",
  ])("is not made for homepage %j", (other) => {
    expect(() => krewManifest({ version: "1.2.3", homepage: other }, checksumsOf("1.2.3"))).toThrow(
      "is not a repository on GitHub",
    );
    expect(() => krewTemplate(other)).toThrow("is not a repository on GitHub");
  });

  it.each(TARGETS)("wants a checksum for $name", (target) => {
    const checksums = new Map(checksumsOf("1.2.3"));
    checksums.delete(archiveName(target, "1.2.3"));
    expect(() => krewManifest({ version: "1.2.3", homepage }, checksums)).toThrow(
      `checksums.txt has no checksum of ${archiveName(target, "1.2.3")}: make dist builds every platform.`,
    );
  });

  it("is not made of the checksums of another version", () => {
    expect(() => krewManifest({ version: "1.2.3", homepage }, checksumsOf("1.2.2"))).toThrow(
      "checksums.txt is of v1.2.2, but package.json says v1.2.3: run make dist again.",
    );
  });
});

describe("checksums.txt", () => {
  it("is read as sha256sum writes it", () => {
    const checksums = checksumsOf("1.2.3");
    expect(readChecksums(textOf(checksums))).toEqual(checksums);
    expect(readChecksums(textOf(checksums).replaceAll("  ", " *").replaceAll("\n", "\r\n"))).toEqual(checksums);
  });

  it.each([
    `${"AB".repeat(32)}  file`,
    `${"ab".repeat(32)} file`,
    `${"ab".repeat(31)}  file`,
    `${"ab".repeat(32)}  file with spaces`,
    "not found",
  ])("may not hold %j", (line) => {
    const text = `${"ab".repeat(32)}  first\n${line}\n`;
    expect(() => readChecksums(text)).toThrow("Line 2 of checksums.txt is no checksum");
  });

  it("may not tell two checksums of one file", () => {
    const twice = `${"ab".repeat(32)}  file\n`;
    expect(readChecksums(twice + twice).size).toBe(1);
    expect(() => readChecksums(`${twice}${"cd".repeat(32)}  file\n`)).toThrow("two checksums of file");
  });
});

/** What krew-release-bot makes of a template: its two functions, with the checksums that it would count of the downloads. */
function filledIn(template: string, tag: string, checksums: Checksums): string {
  return template
    .replaceAll("{{ .TagName }}", tag)
    .replace(/\{\{addURIAndSha "([^"]*)" \.TagName \}\}/g, (_, uri: string) => {
      return `uri: ${uri}\n    sha256: ${checksums.get(uri.replace(/^.*\//, ""))}`;
    });
}

describe(".krew.yaml", () => {
  it("gives the same manifest, once filled in", () => {
    expect(filledIn(krewTemplate(homepage), "v1.2.3", checksumsOf("1.2.3"))).toBe(made);
  });

  it("has what is filled in where krew-release-bot expects it: alone in its line, four spaces in", () => {
    const calls = krewTemplate(homepage)
      .split("\n")
      .filter((line) => line.includes("addURIAndSha"));
    expect(calls).toHaveLength(TARGETS.length);
    for (const line of calls)
      expect(line).toMatch(/^ {4}\{\{addURIAndSha "https:\/\/\S+\/\{\{ \.TagName \}\}\/.*" \.TagName \}\}$/);
  });

  it("is what scripts/krew.ts writes (make krew)", () => {
    expect(readFileSync(join(ROOT, ".krew.yaml"), "utf8")).toBe(krewTemplate(homepage));
  });
});

describe.runIf(existsSync(COMMITTED))("krew/refgrant.yaml", () => {
  const text = existsSync(COMMITTED) ? readFileSync(COMMITTED, "utf8") : "";
  const sums = [...text.matchAll(/\/([^/\n]+)\n {4}sha256: "?([0-9a-f]{64})/g)].map(
    ([, file = "", sum = ""]) => [file, sum] as const,
  );

  // Between the change of the version and the release it is still that of the release before.
  it.runIf(text.includes(`\n  version: v${project.version}\n`))("is what scripts/krew.ts writes (make krew)", () => {
    expect(text).toBe(krewManifest(project, new Map(sums)));
  });
});

describe("scripts/krew.ts", () => {
  let folder: string;
  const run = (
    ...args: readonly string[]
  ): { readonly code: number | null; readonly stdout: string; readonly stderr: string } => {
    const { status, stdout, stderr } = spawnSync(
      join(ROOT, "node_modules/.bin/node"),
      [join(ROOT, "scripts/krew.ts"), ...args],
      {
        encoding: "utf8",
      },
    );
    return { code: status, stdout, stderr };
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "refgrant-krew-"));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("writes both files", () => {
    const checksums = checksumsOf(project.version);
    writeFileSync(
      join(folder, "checksums.txt"),
      `${textOf(checksums)}${sumOf("")}  kubectl-refgrant-${project.version}.tgz\n`,
    );
    expect(run("--release", folder, "--into", folder)).toEqual({
      code: 0,
      stdout: "wrote krew/refgrant.yaml\nwrote .krew.yaml\n",
      stderr: "",
    });
    expect(readFileSync(join(folder, "krew/refgrant.yaml"), "utf8")).toBe(krewManifest(project, checksums));
    expect(readFileSync(join(folder, ".krew.yaml"), "utf8")).toBe(krewTemplate(homepage));
  });

  it("says what to do where no release is, and writes nothing", () => {
    const none = join(folder, "none");
    expect(run("--release", none, "--into", none)).toEqual({
      code: 1,
      stdout: "",
      stderr: `krew: There is no ${join(none, "checksums.txt")}: run make dist first.\n`,
    });
    expect(existsSync(none)).toBe(false);
  });

  it("says what is wrong with a release, and writes nothing", () => {
    const none = join(folder, "other");
    writeFileSync(join(folder, "checksums.txt"), textOf(checksumsOf("0.0.9")));
    expect(run("--release", folder, "--into", none)).toEqual({
      code: 1,
      stdout: "",
      stderr: `krew: checksums.txt is of v0.0.9, but package.json says v${project.version}: run make dist again.\n`,
    });
    expect(existsSync(none)).toBe(false);
  });
});
