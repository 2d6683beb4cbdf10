import { describe, expect, test } from "vitest";
import type { CatalogueRow } from "../../src/catalogue/row.ts";
import { ROWS } from "../../src/catalogue/rows.ts";
import {
  type Comparison,
  isFieldOf,
  needlessExceptions,
  pathMatches,
  rowsNotFound,
  rowsWithoutField,
  twiceExplainedFields,
  unexplainedFields,
  wrongReleases,
  wrongShapes,
} from "./compare.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { fieldsOf } from "./fields.ts";
import { channels, type Field, readBundles, readFields, releases } from "./schemas.ts";

/**
 * The catalogue claims to know every field by which an object of the Gateway API can name another one. Here the claim
 * is held against the CRDs of every minor release since v0.4, in both channels: each field that looks like a reference
 * is in the catalogue, or is an exception with a reason.
 */

const bundles = readBundles();
const fields = readFields(bundles);
const rows = ROWS.filter(({ implementation }) => implementation === "gateway-api");
const whole: Comparison = { fields, rows, exceptions: EXCEPTIONS };

/** The numbers, for whoever reads what the test has looked at. */
function summary(): string {
  const found = fields.filter((field) => field.found);
  const count = (some: readonly Field[]): string => {
    const catalogued = some.filter((field) => rows.some((row) => isFieldOf(row, field))).length;
    const [all, known, rest] = [some.length, catalogued, some.length - catalogued].map((n) => `${n}`.padStart(3));
    return `${all} = ${known} rows + ${rest} exceptions`;
  };
  const kinds = new Set(fields.map(({ group, kind }) => `${group}/${kind}`)).size;
  return [
    `${releases.length} releases, ${bundles.length} bundles, ${kinds} kinds, ${fields.length} fields`,
    `look like references: ${count(found)}, for ${EXCEPTIONS.length} reasons`,
    ...releases.flatMap((release) =>
      channels.map((channel) => {
        const there = found.filter((field) => field.served[channel].includes(release));
        return `${release} ${channel.padEnd(12)} ${count(there)}`;
      }),
    ),
  ].join("\n");
}

describe("the catalogue against every release of the Gateway API", () => {
  test("what was looked at", () => {
    process.stdout.write(`${summary()}\n`);
    expect(summary()).toMatchInlineSnapshot(`
      "13 releases, 26 bundles, 17 kinds, 972 fields
      look like references: 180 =  53 rows + 127 exceptions, for 25 reasons
      v0.4 standard      30 =   8 rows +  22 exceptions
      v0.4 experimental  50 =  14 rows +  36 exceptions
      v0.5 standard      30 =   8 rows +  22 exceptions
      v0.5 experimental  52 =  14 rows +  38 exceptions
      v0.6 standard      32 =   8 rows +  24 exceptions
      v0.6 experimental  74 =  20 rows +  54 exceptions
      v0.7 standard      36 =   8 rows +  28 exceptions
      v0.7 experimental  74 =  20 rows +  54 exceptions
      v0.8 standard      36 =   8 rows +  28 exceptions
      v0.8 experimental  74 =  20 rows +  54 exceptions
      v1.0 standard      36 =   8 rows +  28 exceptions
      v1.0 experimental  80 =  22 rows +  58 exceptions
      v1.1 standard      56 =  14 rows +  42 exceptions
      v1.1 experimental  89 =  25 rows +  64 exceptions
      v1.2 standard      57 =  15 rows +  42 exceptions
      v1.2 experimental  97 =  26 rows +  71 exceptions
      v1.3 standard      57 =  15 rows +  42 exceptions
      v1.3 experimental 112 =  29 rows +  83 exceptions
      v1.4 standard      67 =  17 rows +  50 exceptions
      v1.4 experimental 123 =  37 rows +  86 exceptions
      v1.5 standard      91 =  24 rows +  67 exceptions
      v1.5 experimental 123 =  37 rows +  86 exceptions
      v1.6 standard     105 =  28 rows +  77 exceptions
      v1.6 experimental 130 =  39 rows +  91 exceptions
      v1.7 standard     105 =  28 rows +  77 exceptions
      v1.7 experimental 150 =  45 rows + 105 exceptions"
    `);
  });

  test("every field that looks like a reference is in the catalogue, or is an exception with a reason", () => {
    expect(unexplainedFields(whole)).toEqual([]);
  });

  test("no field has two explanations, and no exception is needless", () => {
    expect(twiceExplainedFields(whole)).toEqual([]);
    expect(needlessExceptions(whole)).toEqual([]);
  });

  test("every row is about a field that a release has or had, and that looks like a reference", () => {
    expect(rowsWithoutField(whole)).toEqual([]);
    expect(rowsNotFound(whole)).toEqual([]);
  });

  test("every row has the channel, the first and the last release of its field", () => {
    expect(wrongReleases(whole)).toEqual([]);
  });

  test("every row has the defaults of its field, and crosses namespaces only where the field can name one", () => {
    expect(wrongShapes(whole)).toEqual([]);
  });
});

/** A check that objects to nothing proves nothing. */
describe("the comparison objects to", () => {
  test("a catalogue without one of its rows", () => {
    for (const row of rows) {
      const missing = unexplainedFields({ ...whole, rows: rows.filter((other) => other !== row) });
      expect(missing, row.id).toEqual([expect.stringContaining(`${row.from.kind} ${row.path} (`)]);
    }
  });

  test("another release, channel or path of a row", () => {
    for (const row of rows) {
      const changed = (change: Partial<Pick<CatalogueRow, "path" | "since" | "until" | "channel">>): Comparison => ({
        ...whole,
        rows: [{ ...row, ...change }],
      });
      const wrong = [
        { since: row.since === "v1.2.0" ? "v1.3.0" : "v1.2.0" },
        { since: null },
        { until: row.until === null ? "v1.6.1" : null },
        { channel: row.channel === "standard" ? "experimental" : "standard" },
        { channel: null },
      ] as const;
      for (const change of wrong) expect(wrongReleases(changed(change)), row.id).toHaveLength(1);
      expect(rowsWithoutField(changed({ path: `${row.path}s` })), row.id).toHaveLength(1);
    }
  });

  test("exceptions that are needless or too wide", () => {
    const needless = { kinds: ["Gateway"], paths: ["spec.listeners[].secretName"], reason: "None." } as const;
    expect(needlessExceptions({ ...whole, exceptions: [...EXCEPTIONS, needless] })).toEqual([
      "Gateway spec.listeners[].secretName is an exception for no field",
    ]);
    const wide = { kinds: "any", paths: ["spec.**"], reason: "All." } as const;
    expect(twiceExplainedFields({ ...whole, exceptions: [wide] })).toHaveLength(rows.length);
  });

  test("a default that the API server does not fill in, and a crossing that it does not store", () => {
    const grants = rows.filter((row) => row.handshake === "grant");
    const local = rows.filter((row) => row.handshake === "none" && row.reach === "local");
    const defaults = { group: "example.com", kind: "Other" };
    for (const row of [...grants, ...local]) {
      expect(wrongShapes({ ...whole, rows: [{ ...row, defaults }] })).toHaveLength(1);
    }
    for (const row of grants) {
      const stays: CatalogueRow = { ...row, handshake: "none", reach: "local", missingReason: null };
      expect(wrongShapes({ ...whole, rows: [stays] })).toHaveLength(1);
    }
    for (const row of local) {
      expect(wrongShapes({ ...whole, rows: [{ ...row, handshake: "attachment" }] })).toHaveLength(1);
    }
  });
});

describe("what looks like a reference", () => {
  const text = { type: "string" };
  const object = (properties: object) => ({ type: "object", properties });
  const list = (items: object) => ({ type: "array", items });
  const foundIn = (properties: object): readonly string[] =>
    [...fieldsOf(object({ spec: object(properties) }))].filter(({ found }) => found).map(({ path }) => path);

  test.each([
    ["by its form", { owner: object({ name: text, namespace: text }) }, ["spec.owner"]],
    ["by its form, in a list", { owners: list(object({ kind: text, group: text })) }, ["spec.owners[]"]],
    ["by its form, in a map", { owners: { additionalProperties: object({ resource: text }) } }, ["spec.owners{}"]],
    ["by its name", { tls: object({ caRef: object({}) }) }, ["spec.tls.caRef"]],
    ["as a name of something", { tls: list(object({ secretName: text })) }, ["spec.tls[].secretName"]],
    ["as a text called like a kind", { secrets: list(text), mesh: text }, ["spec.secrets[]", "spec.mesh"]],
    [
      "as a selector",
      { podSelector: object({ matchLabels: object({}) }) },
      ["spec.podSelector", "spec.podSelector.matchLabels"],
    ],
    ["by its documentation", { a: { ...text, description: "The name of the referent." } }, ["spec.a"]],
    ["as one that may hold anything", { config: { type: "object" } }, ["spec.config"]],
    [
      "inside a reference",
      { ref: object({ name: text, kind: text, port: text, sectionName: text }) },
      ["spec.ref", "spec.ref.sectionName"],
    ],
    [
      "not: numbers, host names, choices",
      { port: { type: "integer" }, hostname: text, mode: { ...text, enum: ["A"] } },
      [],
    ],
  ])("%s", (_, properties, expected) => {
    expect(foundIn(properties)).toEqual(expected);
  });

  test.each([
    ["status.**", "status.parents[].parentRef", true],
    ["status.**", "spec.status", false],
    ["spec.**.set[].name", "spec.rules[].filters[].set[].name", true],
    ["spec.**.set[].name", "spec.set[].name", true],
    ["spec.*[].name", "spec.listeners[].name", true],
    ["spec.*[].name", "spec.listeners.name", false],
    ["spec.*", "spec.a.b", false],
    ["spec.a", "spec.ab", false],
  ])("the pattern %s and the path %s", (pattern, path, expected) => {
    expect(pathMatches(pattern, path)).toBe(expected);
  });
});
