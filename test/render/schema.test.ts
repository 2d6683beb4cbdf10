import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runCli } from "../harness/cli.ts";

const ROOT = join(import.meta.dirname, "../..");
const schema: object = JSON.parse(readFileSync(join(ROOT, "docs/schema/audit.schema.json"), "utf8"));
const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(schema);

/** Every folder of manifests in the repository is a world to validate the outputs of. */
const folders = [
  ...new Set(globSync(["examples/*/*.yaml", "test/scenarios/*/*.yaml"], { cwd: ROOT }).map((file) => join(file, ".."))),
];

describe("audit -o json and -o yaml", () => {
  it.each(folders.toSorted())("fit docs/schema/audit.schema.json: %s", async (folder) => {
    for (const world of [[], ["--closed-world"]]) {
      const run = (output: string) =>
        runCli(["audit", "-f", ".", ...world, "-o", output], { folder: join(ROOT, folder) });
      const json = await run("json");
      const data: unknown = JSON.parse(json.stdout);
      validate(data);
      expect(validate.errors ?? []).toEqual([]);
      expect(parse((await run("yaml")).stdout)).toEqual(data);
    }
  });

  it("the schema refuses what it should", () => {
    expect(validate({ schemaVersion: "1.0" })).toBe(false);
  });
});
