import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { jsonObjects, jsonOffsets } from "../../src/manifest/json.ts";
import { objectsOf } from "../../src/manifest/objects.ts";

/** How long something takes that must not grow with the square of its input; the bound is far from both. */
function milliseconds(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

describe("places in JSON", () => {
  const text = '{"a": [10, {"b": 1, "b\\"c": [[], "}"]}, 12], "d": {"1": null}}';
  const offset = jsonOffsets(text);
  it.each([
    [[], "{"],
    [["a", 2], "12]"],
    [["a", 0], "10,"],
    [["a", 1, 'b"c', 1], '"}"'],
    [["a", 1, "b"], "1,"],
    [["d", "1"], "null"],
    [["d", 1], '{"1"'],
    [["a", 3], "[10"],
    [["a", "1"], "[10"],
    [["a", 0, "b"], "10,"],
    [["e", "f"], '{"a"'],
    [["a", 2], "12]"],
  ])("%j, whatever was asked for before", (path, there) => {
    const expected = text.indexOf(there);
    expect(offset(path)).toBe(expected);
    expect(jsonOffsets(text)(path)).toBe(expected);
  });

  it("of which the first of a key counts, in whatever order fields are asked for", () => {
    const twice = jsonOffsets('{"a": 1, "a": 2, "b": 3}');
    expect([twice(["b"]), twice(["a"])]).toEqual([22, 6]);
  });

  it.each([0, 2])("of thousands of fields of one object take one look through it (indented by %i)", (indent) => {
    const backendRefs = Array.from({ length: 20_000 }, (_, index) => ({ name: `api-${index}`, namespace: "backend" }));
    const route = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "web", namespace: "app" },
      spec: { rules: [{ backendRefs }] },
    };
    const json = JSON.stringify(route, null, indent);
    const [object] = objectsOf(parseDocuments([{ name: "in.json", text: json }]), "default").objects;
    const above = (index: number) => json.slice(0, json.indexOf(`"api-${index}"`)).split("\n");
    const took = milliseconds(() => {
      for (const index of backendRefs.keys()) object?.locate(["spec", "rules", 0, "backendRefs", index, "name"]);
    });
    expect(object?.locate(["spec", "rules", 0, "backendRefs", 19_999, "name"])).toEqual({
      file: "in.json",
      line: above(19_999).length,
      column: (above(19_999).at(-1)?.length ?? 0) + 1,
    });
    expect(took).toBeLessThan(10_000);
  });
});

describe("strings in JSON that do not end", () => {
  it.each([
    ['{"a": "x}', 1],
    ['{"a": 1}{"b": "x \\" y}', 2],
    ['{"a": "x \\" {"}', 1],
    ['{"a": "x \\" {', null],
  ])("%s cuts into %j objects", (text, count) => {
    expect(jsonObjects(text)?.length ?? null).toBe(count);
  });

  it("are looked through once, however many escaped quotes they hold", () => {
    const text = `{"a": "${'\\"'.repeat(500_000)}`;
    expect(milliseconds(() => expect(jsonObjects(text)).toBeNull())).toBeLessThan(5_000);
  });
});
