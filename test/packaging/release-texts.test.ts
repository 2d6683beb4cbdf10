import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle, MAIN, PARTS } from "../../scripts/bundle.ts";
import { type BundledPackage, bundledPackages, notice } from "../../scripts/dist/packages.ts";
import { sbom } from "../../scripts/dist/sbom.ts";

/** What a release says of what is in it, made from a bundle as `make dist` makes one. */

const ROOT = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "refgrant-release-"));
const RELEASE = {
  name: "kubectl-refgrant",
  version: "1.2.3",
  description: "Who may reference what",
  license: "Apache-2.0",
  homepage: "https://example.com/refgrant",
  nodeVersion: "26.10.0",
  archives: [{ name: "kubectl-refgrant_v1.2.3_linux_amd64.tar.gz", sha256: "ab".repeat(32) }],
};
let packages: readonly BundledPackage[];

/** What packages ask for where it happens to be installed, and do without. */
const OPTIONAL = ["supports-color", "bufferutil", "utf-8-validate"];

const bundleInto = (name: string) => bundle({ root: ROOT, folder: join(scratch, name), commit: "c0ffee" });

beforeAll(async () => {
  packages = bundledPackages(ROOT, await bundleInto("first"));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("the bundle", () => {
  it("is the same bytes when it is made again, elsewhere", async () => {
    await bundleInto("second");
    const files = readdirSync(join(scratch, "first")).toSorted();
    expect(files).toEqual([MAIN, ...PARTS].toSorted());
    for (const file of files) {
      expect(readFileSync(join(scratch, "second", file)).equals(readFileSync(join(scratch, "first", file))), file).toBe(
        true,
      );
    }
  });

  it("is ASCII, names no place of the machine that made it, and asks for nothing that is not Node's or its own", () => {
    for (const file of [MAIN, ...PARTS]) {
      const text = readFileSync(join(scratch, "first", file), "latin1");
      expect(/[^\0-\x7f]/.test(text), file).toBe(false);
      expect(text.includes(ROOT) || text.includes(scratch), file).toBe(false);
      expect(text.match(/(?<![.\w$"'`/])import\s*\(/g) ?? [], file).toEqual([]);
      const asked = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) => name);
      const foreign = asked.filter(
        (name) => process.getBuiltinModule(name) == null && !PARTS.includes(name.slice(2)) && !OPTIONAL.includes(name),
      );
      expect(foreign, file).toEqual([]);
    }
  });
});

describe("the packages in it", () => {
  it("are those that the program is made with, and none that only tests and builds need", () => {
    const names = packages.map(({ name }) => name);
    for (const name of ["@kubernetes/client-node", "yargs-parser", "cli-table3", "ora", "yaml", "js-yaml"]) {
      expect(names).toContain(name);
    }
    for (const name of ["vitest", "esbuild", "@yao-pkg/pkg", "fast-check", "typescript"])
      expect(names).not.toContain(name);
  });

  it("are pinned, and under licences that let us pass them on", () => {
    for (const { name, license, integrity } of packages) {
      expect(integrity, name).toMatch(/^sha512-/);
      expect(license, name).toMatch(/^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|Unlicense)$/);
    }
  });
});

describe("NOTICE", () => {
  it("has every package with the text of its licence, and Node's", () => {
    const text = notice(packages, { version: "26.10.0", licence: "Node.js is licensed for use as follows" });
    for (const { name, version, licenseText } of packages) {
      expect(text).toContain(`${name} ${version} (`);
      expect(text).toContain(licenseText);
      expect(licenseText.length, name).toBeGreaterThan(200);
    }
    expect(text).toContain("Node.js 26.10.0");
    expect(text).toContain("Node.js is licensed for use as follows");
  });

  it("says nothing of Node where none is brought along", () => {
    expect(notice(packages, null)).not.toContain("Node.js 26");
  });
});

describe("the bill of materials", () => {
  it("is valid by CycloneDX's schema", () => {
    const { resolve } = createRequire(import.meta.url);
    const schemas = join(resolve("@cyclonedx/cyclonedx-library/package.json"), "../res/schema");
    const read = (name: string): object => JSON.parse(readFileSync(join(schemas, name), "utf8"));
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema(read("spdx.SNAPSHOT.schema.json"), "http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json");
    ajv.addSchema(read("jsf-0.82.SNAPSHOT.schema.json"), "http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json");
    const validate = ajv.compile(read("bom-1.6.SNAPSHOT.schema.json"));
    validate(JSON.parse(sbom(RELEASE, packages)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it("has every package and Node, and the archives with their sums", () => {
    const bill = JSON.parse(sbom(RELEASE, packages));
    const names = bill.components.map(({ name, version }: { name: string; version: string }) => `${name} ${version}`);
    expect(names.toSorted()).toEqual(
      [...packages.map(({ name, version }) => `${name} ${version}`), "node 26.10.0"].toSorted(),
    );
    expect(bill.metadata.component.version).toBe("1.2.3");
    expect(bill.metadata.component.components[0].hashes).toEqual([{ alg: "SHA-256", content: "ab".repeat(32) }]);
  });

  it("is the same for the same release, and another for another", () => {
    expect(sbom(RELEASE, packages)).toBe(sbom(RELEASE, packages));
    const serial = (text: string): string => JSON.parse(text).serialNumber;
    expect(serial(sbom(RELEASE, packages))).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(serial(sbom({ ...RELEASE, version: "1.2.4" }, packages))).not.toBe(serial(sbom(RELEASE, packages)));
  });
});
