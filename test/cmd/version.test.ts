import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { versionText } from "../../cmd/version.ts";
import manifest from "../../package.json" with { type: "json" };
import { KNOWN_RELEASES } from "../../src/catalogue/releases.ts";
import { ROWS } from "../../src/catalogue/rows.ts";
import { SCHEMA_VERSIONS } from "../../src/render/schema-versions.ts";
import { gatewayApiVersions } from "../e2e/harness/modules.ts";
import { runCli } from "../harness/cli.ts";

const ROOT = join(import.meta.dirname, "../..");
const LINUX = { node: "v26.10.0", platform: "linux", architecture: "x64" };
const schema = (name: string): object =>
  JSON.parse(readFileSync(join(ROOT, `docs/schema/${name}.schema.json`), "utf8"));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema("version"));

const version = (...argv: string[]) => runCli(["version", ...argv], { folder: ROOT });

describe("version", () => {
  it.each([[[]], [["--client"]]])("%j is one line", async (argv) => {
    const text = `kubectl-refgrant v${manifest.version}\n`;
    expect(await version(...argv)).toEqual({ stdout: text, stderr: "", exitCode: 0 });
  });

  it("is the same as JSON and as YAML, in its schema", async () => {
    const [json, yaml] = [await version("-o", "json"), await version("-oyaml")];
    const data: unknown = JSON.parse(json.stdout);
    expect(validate(data), JSON.stringify(validate.errors)).toBe(true);
    expect(load(yaml.stdout)).toEqual(data);
    expect([json.stderr, json.exitCode, yaml.stderr, yaml.exitCode]).toEqual(["", 0, "", 0]);
  });

  it("has what a bug report needs", async () => {
    expect(JSON.parse(await versionText("json", LINUX))).toEqual({
      schemaVersion: "1.0",
      clientVersion: {
        gitVersion: `v${manifest.version}`,
        gitCommit: "unknown",
        nodeVersion: "v26.10.0",
        platform: "linux/amd64",
        gatewayApi: KNOWN_RELEASES,
        schemaVersions: SCHEMA_VERSIONS,
      },
    });
  });

  it.each([
    ["darwin", "arm64", "darwin/arm64"],
    ["darwin", "x64", "darwin/amd64"],
    ["win32", "x64", "windows/amd64"],
    ["linux", "ia32", "linux/386"],
  ])("%s on %s is %s, as kubectl has it", async (platform, architecture, words) => {
    const data: unknown = JSON.parse(await versionText("json", { ...LINUX, platform, architecture }));
    expect(data).toMatchObject({ clientVersion: { platform: words } });
    expect(validate(data)).toBe(true);
  });

  it("refuses what its schema does not have", async () => {
    const data: object = JSON.parse(await versionText("json", LINUX));
    expect([validate({ ...data, surprise: true }), validate({ schemaVersion: "1.0" })]).toEqual([false, false]);
  });
});

describe("what it tells", () => {
  it("are the releases that the published schemas are read of, and that the rules and the catalogue speak of", () => {
    const minor = (release: string): string => release.replace(/\.\d+$/, "");
    const [first = "", last = ""] = [gatewayApiVersions[0], gatewayApiVersions.at(-1)];
    expect([minor(KNOWN_RELEASES.oldest), minor(KNOWN_RELEASES.newest)]).toEqual([minor(first), minor(last)]);
    expect(readFileSync(join(ROOT, "docs/rules.md"), "utf8")).toContain(`up to release ${KNOWN_RELEASES.newest}`);
    const known = gatewayApiVersions.map(minor);
    const named = ROWS.filter(({ implementation }) => implementation === "gateway-api").flatMap(
      ({ channel, since, until }) => (channel === null ? [] : [since, until].filter((release) => release !== null)),
    );
    expect(named.length).toBeGreaterThan(10);
    for (const release of named) expect(known).toContain(minor(release));
  });

  it.each(Object.entries(SCHEMA_VERSIONS))("is the version that docs/schema has of %s", (command, own) => {
    expect(JSON.stringify(schema(command))).toContain(`"schemaVersion":{"const":"${own}"}`);
  });
});
