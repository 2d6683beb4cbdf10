import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROWS } from "../../src/catalogue/rows.ts";
import { explainField, explainObject, explainPair } from "../../src/explanations.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { inquire } from "../../src/pipeline.ts";
import {
  explainFieldJson,
  explainFieldYaml,
  explainJson,
  explainPairJson,
  explainPairYaml,
  explainYaml,
} from "../../src/render/explain-json.ts";
import { whyDeniedJson } from "../../src/render/why-denied-json.ts";
import { GW } from "../harness/world.ts";

const ROOT = join(import.meta.dirname, "../..");
const schema = (name: string): object =>
  JSON.parse(readFileSync(join(ROOT, `docs/schema/${name}.schema.json`), "utf8"));

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
for (const name of ["audit", "why-denied"]) ajv.addSchema(schema(name), `${name}.schema.json`);
const validate = ajv.compile(schema("explain"));

/** Every folder of manifests in the repository is a world to explain. */
const folders = [
  ...new Set(globSync(["examples/*/*.yaml", "test/scenarios/*/*.yaml"], { cwd: ROOT }).map((file) => join(file, ".."))),
];

function worldOf(folder: string, closed: boolean): Snapshot {
  const files = globSync("*.yaml", { cwd: join(ROOT, folder) }).toSorted();
  const sources = files.map((name) => ({ name, text: readFileSync(join(ROOT, folder, name), "utf8") }));
  return snapshotOfManifests(objectsOf(parseDocuments(sources), "default"), closed);
}

function checked(json: string, yaml: string): unknown {
  const data: unknown = JSON.parse(json);
  validate(data);
  expect(validate.errors ?? []).toEqual([]);
  expect(parse(yaml)).toEqual(data);
  return data;
}

describe("explain -o json and -o yaml", () => {
  it.each(folders.toSorted())("fit docs/schema/explain.schema.json: %s", (folder) => {
    for (const closed of [true, false]) {
      const snapshot = worldOf(folder, closed);
      const explanations = [...snapshot.objects.values()].map(({ id }) => explainObject(snapshot, id).answer);
      checked(explainJson(explanations), explainYaml(explanations));
    }
  });

  it("places of decisions are places in the list beside", () => {
    const snapshot = worldOf("examples/world", true);
    for (const { id } of snapshot.objects.values()) {
      const { objects } = JSON.parse(explainJson([explainObject(snapshot, id).answer]));
      const [{ meaning, decisions }] = objects;
      const places = [...(meaning.references ?? []), ...(meaning.incoming ?? []), ...(meaning.outgoing ?? [])];
      for (const place of places) expect(decisions[place]).toBeDefined();
    }
  });

  it("advice and statements name decisions of the list beside, in the words of why-denied", () => {
    const snapshot = worldOf("examples/world", true);
    const told = [...snapshot.objects.values()].flatMap(({ id }) => {
      const [{ meaning, decisions }] = JSON.parse(explainJson([explainObject(snapshot, id).answer])).objects;
      const [answer] = JSON.parse(whyDeniedJson(inquire(snapshot, { objects: [id], hops: false }).answer)).objects;
      for (const { decision } of meaning.advice ?? []) expect(decisions[decision]).toBeDefined();
      if (!meaning.advice || meaning.references === null) return [];
      expect(meaning.advice.map(({ decision: _, ...advice }: { readonly decision: number }) => advice)).toEqual(
        answer.advice.map(({ decision: _, ...advice }: { readonly decision: number }) => advice),
      );
      expect(meaning.status.length).toBe(answer.status.length);
      return meaning.advice;
    });
    expect(told.length).toBeGreaterThan(0);
  });

  it("fit it for pairs", () => {
    const snapshot = worldOf("examples/world", false);
    const kinds = new Map(ROWS.map(({ from: { group, kind } }) => [`${group}/${kind}`, { group, kind }]));
    for (const from of [...kinds.values(), { group: "example.com", kind: "Widget" }]) {
      for (const [group, kind] of [
        ["", "Service"],
        ["", "Secret"],
        [GW, "Gateway"],
        ["example.com", "Thing"],
      ]) {
        const to = { group: group ?? "", kind: kind ?? "", namespace: "backend", name: "api" };
        const { answer } = explainPair(snapshot, { from, namespace: "frontend", name: null, to });
        checked(explainPairJson(answer), explainPairYaml(answer));
      }
    }
  });

  it("fit it for fields", () => {
    const kinds = new Map(ROWS.map(({ from: { group, kind } }) => [`${group}/${kind}`, { group, kind }]));
    const explanation = explainField([...kinds.values(), { group: "", kind: "Secret" }], "");
    expect(explanation.rules.map(({ row }) => row).toSorted()).toEqual(ROWS.map(({ id }) => id).toSorted());
    expect(explanation.targets.map(({ groupKind }) => groupKind.kind)).toContain("Secret");
    checked(explainFieldJson(explanation), explainFieldYaml(explanation));
    const exact = explainField([{ group: GW, kind: "HTTPRoute" }], "rules.backendRefs");
    expect(exact.rules.flatMap(({ below }) => below)).toHaveLength(3);
    checked(explainFieldJson(exact), explainFieldYaml(exact));
  });

  it("the schema refuses what it should", () => {
    expect(validate({ schemaVersion: "1.0" })).toBe(false);
    expect(validate({ schemaVersion: "1.0", fields: [{}] })).toBe(false);
  });
});
