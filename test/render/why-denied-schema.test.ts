import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runCli } from "../harness/cli.ts";
import { readerOf } from "../harness/reader.ts";
import { snapshotOfText } from "../harness/world.ts";

const ROOT = join(import.meta.dirname, "../..");

const schema = (name: string): object =>
  JSON.parse(readFileSync(join(ROOT, `docs/schema/${name}.schema.json`), "utf8"));

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
ajv.addSchema(schema("audit"), "audit.schema.json");
const fits = ajv.compile(schema("why-denied"));

const folders = [
  ...new Set(globSync(["examples/*/*.yaml", "test/scenarios/*/*.yaml"], { cwd: ROOT }).map((file) => join(file, ".."))),
];

const clusters = globSync("test/scenarios/why-denied-*/cluster.yaml", { cwd: ROOT });

async function checked(run: (output: string) => Promise<{ readonly stdout: string }>): Promise<void> {
  const data: unknown = JSON.parse((await run("json")).stdout);
  fits(data);
  expect(fits.errors ?? []).toEqual([]);
  expect(parse((await run("yaml")).stdout)).toEqual(data);
}

describe("why-denied -o json and -o yaml", () => {
  it.each(folders.toSorted())("fit docs/schema/why-denied.schema.json: %s", async (folder) => {
    for (const more of [[], ["--closed-world"]]) {
      await checked((output) =>
        runCli(["why-denied", "-f", ".", ...more, "-o", output], { folder: join(ROOT, folder) }),
      );
    }
  });

  it.each(clusters)("fit it with next hops and status: %s", async (file) => {
    const snapshot = snapshotOfText(readFileSync(join(ROOT, file), "utf8"));
    const routes = [...snapshot.objects.values()].filter(({ id }) => id.kind === "HTTPRoute").map(({ id }) => id);
    expect(routes.length).toBeGreaterThan(0);
    for (const { namespace, name } of routes) {
      await checked((output) =>
        runCli(["why-denied", `httproute/${name}`, "-n", namespace ?? "", "-o", output], {
          folder: ROOT,
          reader: readerOf(snapshot),
        }),
      );
    }
  });
});
