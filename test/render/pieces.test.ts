import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { auditJson, auditYaml } from "../../src/render/audit-json.ts";
import { auditText } from "../../src/render/audit-text.ts";
import { auditWide } from "../../src/render/audit-wide.ts";
import { jsonPieces, jsonText, type LongDocument, LongList } from "../../src/render/json-text.ts";
import { yamlPieces } from "../../src/render/yaml-text.ts";
import { SEED } from "../harness/law-runs.ts";
import { core, namespace, reportOn, route } from "../harness/world.ts";

const ITEM = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 });
const DOCUMENT = fc.record({
  kind: fc.string(),
  counts: fc.option(ITEM),
  items: fc.array(ITEM),
  "a b": fc.array(ITEM),
});

interface Document {
  readonly kind: string;
  readonly counts: object | null;
  readonly items: readonly object[];
  readonly "a b": readonly object[];
}

function piecewise({ kind, counts, items, ...others }: Document): LongDocument {
  const itself = (item: object): object => item;
  return { kind, counts, items: LongList.of(items, itself), "a b": LongList.of(others["a b"], itself) };
}

describe("a document in pieces", () => {
  it("is, as JSON, the very text of the whole", () => {
    fc.assert(
      fc.property(DOCUMENT, (document) => {
        expect([...jsonPieces(piecewise(document))].join("")).toBe(jsonText(document));
      }),
      SEED,
    );
  });
  it("says as YAML what the whole says", () => {
    fc.assert(
      fc.property(DOCUMENT, (document) => {
        expect(parse([...yamlPieces(piecewise(document))].join(""))).toEqual(JSON.parse(JSON.stringify(document)));
      }),
      SEED,
    );
  });
});

describe("the report on 5,000 references", () => {
  const ROUTES = 500;
  const PER_ROUTE = 10;
  const report = reportOn([
    namespace("shared"),
    core("Service", "shared", "api"),
    ...Array.from({ length: ROUTES }, (_, index) =>
      route("HTTPRoute", `team-${index % 100}`, `route-${index}`, {
        rules: Array.from({ length: PER_ROUTE }, () => ({ backendRefs: [{ namespace: "shared", name: "api" }] })),
      }),
    ),
  ]);
  const display = { width: null, color: false, unicode: true, headers: true };

  it("counts a field of each object, though they stand at the same place and name the same", () => {
    expect(report.counts.crossing.grant).toEqual({ permitted: 0, refused: ROUTES * PER_ROUTE, unknown: 0 });
  });
  it.each([
    ["text", auditText(report, display)],
    ["wide", auditWide(report, display)],
    ["json", auditJson(report)],
    ["yaml", auditYaml(report)],
  ])("comes as %s in pieces that no list makes longer", (_, pieces) => {
    let longest = 0;
    let total = 0;
    for (const piece of pieces) {
      longest = Math.max(longest, piece.length);
      total += piece.length;
    }
    expect(total).toBeGreaterThan(500_000);
    expect(longest).toBeLessThan(20_000);
  });
});
