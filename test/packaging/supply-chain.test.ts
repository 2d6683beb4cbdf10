import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../scripts/bundle.ts";
import { type BundledPackage, bundledPackages, record, textAt } from "../../scripts/dist/packages.ts";

/** What the project depends on: from where it can come, under which licences, and why (docs/dependencies.md). */

const ROOT = join(import.meta.dirname, "../..");
const read = (name: string): string => readFileSync(join(ROOT, name), "utf8");
const fieldsOf = (name: string): Readonly<Record<string, unknown>> => record(JSON.parse(read(name)));

const manifest = fieldsOf("package.json");
const lock = fieldsOf("package-lock.json");
const page = read("docs/dependencies.md");

/** What the lock file says of each package, by the folder that it is installed in. */
const locked = Object.entries(record(lock.packages)).filter(([folder]) => folder !== "");
const nameOf = (folder: string): string => folder.replace(/^.*node_modules\//, "");

/** A licence that lets everybody pass on what is under it, and asks for no more than its own text. */
const FREE = /^(?:MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)$/;
/** Packages that no such licence covers; docs/dependencies.md says why they may stay. */
const EXCEPTIONS: Readonly<Record<string, RegExp>> = {
  Unlicense: /^stream-buffers$/,
  "PSF-2.0": /^argparse$/,
  "BlueOak-1.0.0": /^(?:chownr|graceful-fs|minipass|tar|yallist)$/,
  "MPL-2.0": /^lightningcss(?:-[\w-]+)?$/,
};
/** Exceptions whose text goes out with every release. */
const PASSED_ON: readonly string[] = ["Unlicense"];
/** Packages that have an install script, and work without it; docs/dependencies.md says why. */
const WITH_SCRIPTS: readonly string[] = ["esbuild"];
/** More than this is a decision. */
const MOST_BUNDLED = 60;

/** The choices that an SPDX expression leaves; one that asks for several licences at once is none of them. */
const choices = (expression: string): readonly string[] => expression.replace(/^\(|\)$/g, "").split(" OR ");

/** The cells of a table of the page, row by row, without its head. */
function table(heading: string): readonly (readonly string[])[] {
  const [, section = ""] = page.split(`## ${heading}\n`);
  const lines = section.split("\n## ")[0]?.split("\n") ?? [];
  const rows = lines.filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const scratch = mkdtempSync(join(tmpdir(), "refgrant-supply-"));
let bundled: readonly BundledPackage[] = [];
beforeAll(async () => {
  bundled = bundledPackages(ROOT, await bundle({ root: ROOT, folder: scratch, commit: "c0ffee" }));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("everything in the lock file", () => {
  it("is there in numbers", () => expect(locked.length).toBeGreaterThan(100));

  it("is one version, known by its hash, from no place of its own", () => {
    for (const [folder, entry] of locked) {
      expect(textAt(entry, "integrity"), folder).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
      expect(textAt(entry, "version"), folder).toMatch(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/);
      expect(record(entry), folder).not.toHaveProperty("resolved");
      expect(record(entry), folder).not.toHaveProperty("link");
    }
  });

  it("is under a licence that is free, or excepted for a reason", () => {
    for (const [folder, entry] of locked) {
      const license = textAt(entry, "license") ?? "";
      const excepted = EXCEPTIONS[license]?.test(nameOf(folder)) ?? false;
      expect(excepted || choices(license).some((choice) => FREE.test(choice)), `${folder}: ${license}`).toBe(true);
    }
  });

  it("needs no install script", () => {
    const scripted = locked.filter(([, entry]) => record(entry).hasInstallScript === true);
    expect(scripted.map(([folder]) => nameOf(folder))).toEqual(WITH_SCRIPTS);
    for (const name of WITH_SCRIPTS) expect(page).toContain(`\`${name}\`: its script only`);
  });

  it("has esbuild's program for every system that a release is built on, without its script", () => {
    const esbuild = textAt(record(record(lock.packages)["node_modules/esbuild"]), "version");
    for (const system of ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"]) {
      const entry = record(record(lock.packages)[`node_modules/@esbuild/${system}`]);
      expect(entry).toMatchObject({ version: esbuild, optional: true });
      expect(entry).not.toHaveProperty("hasInstallScript");
    }
  });
});

describe("exceptions among the licences", () => {
  const rows = table("Licences");

  it("are those of the page, each with its packages and a reason", () => {
    expect(rows.map(([license]) => license)).toEqual(Object.keys(EXCEPTIONS));
    for (const [license = "", names = "", why = ""] of rows) {
      const told = [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
      const under = locked
        .filter(([, entry]) => textAt(entry, "license") === license)
        .map(([folder]) => nameOf(folder));
      const families = under.filter((name) => !told.some((one) => name.startsWith(`${one}-`)));
      expect(told.toSorted()).toEqual([...new Set(families)].toSorted());
      expect(why.length).toBeGreaterThan(20);
    }
  });

  it("are passed on only where the text of the licence asks for nothing", () => {
    const passedOn = bundled.filter(({ license }) => !choices(license).some((choice) => FREE.test(choice)));
    expect([...new Set(passedOn.map(({ license }) => license))]).toEqual(PASSED_ON);
  });
});

describe("direct dependencies", () => {
  const rows = table("Direct");
  const direct = ["dependencies", "optionalDependencies", "devDependencies"].flatMap((sort) =>
    Object.entries(record(manifest[sort])).map(([name, version]) => ({ name, version: String(version) })),
  );

  it("are exactly those of the page, pinned to the version that it tells", () => {
    expect(rows.map(([name, version]) => `${name} ${version}`)).toEqual(
      direct.map(({ name, version }) => `\`${name}\` ${version}`),
    );
    for (const { name, version } of direct) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("each have their licence and a reason", () => {
    for (const [name = "", version, license, why = ""] of rows) {
      const entry = record(record(lock.packages)[`node_modules/${name.replaceAll("`", "")}`]);
      expect(entry, name).toMatchObject({ version, license });
      expect(why.length, name).toBeGreaterThan(4);
    }
  });

  it("are in the bundle where the page says so, and nowhere else", () => {
    const names = new Set(bundled.map((one) => `${one.name} ${one.version}`));
    for (const [name = "", version, , , where] of rows) {
      const isIn = names.has(`${name.replaceAll("`", "")} ${version}`);
      expect(isIn, name).toBe(where === "yes");
    }
  });

  it("of development are in no release", () => {
    const needed = locked.filter(([, entry]) => record(entry).dev !== true);
    const names = new Set(needed.map(([folder, entry]) => `${nameOf(folder)} ${textAt(entry, "version")}`));
    expect(bundled.map(({ name, version }) => `${name} ${version}`).filter((one) => !names.has(one))).toEqual([]);
  });
});

describe("the bundle", () => {
  it("has as many packages as the page says, and no more than are let in", () => {
    const [, told] = /\*\*(\d+) packages are in the bundle\*\*, [^;]*; (\d+) are the most/.exec(page) ?? [];
    expect(bundled.length).toBe(Number(told));
    expect(page).toContain(`; ${MOST_BUNDLED} are the most`);
    expect(bundled.length).toBeLessThanOrEqual(MOST_BUNDLED);
  });
});
