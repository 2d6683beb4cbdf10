import { describe, expect, it } from "vitest";
import { appendOf, edited, editsOf } from "../../src/remedy/edits.ts";
import { jsonPatch } from "../../src/render/json-patch.ts";
import { patched } from "./advised.ts";

/** Changes of single fields, and the patches that make them. */

const body = {
  metadata: { labels: { "a.b/c~d": "x" }, annotations: null },
  spec: { listeners: [{ name: "http", port: 80, tls: {} }, { port: 443 }], rules: [], text: "word" },
};

describe("edits", () => {
  it.each([
    ["a field that is there", ["spec", "listeners", 0, "port"], 81],
    ["a field that is not", ["spec", "listeners", 0, "hostname"], "a.x"],
    ["a field below what is not there", ["spec", "listeners", 1, "allowedRoutes", "namespaces", "from"], "Same"],
    ["a field below what is null", ["metadata", "annotations", "a"], "b"],
    ["an item at the end of a list", ["spec", "listeners", 2], { name: "more" }],
    ["the first item of a list that is not there", ["spec", "hostnames", 0], "a.x"],
    ["a key with slashes, dots and tildes", ["metadata", "labels", "a.b/c~d"], "y"],
    ["a key that objects have by themselves", ["metadata", "labels", "__proto__"], "y"],
    ["a field that is to go", ["spec", "text"], undefined],
  ] as const)("%s: the change and its patch come to the same", (_, path, value) => {
    const edits = editsOf(body, [{ path, value }]);
    if (edits === null) throw new Error("there is no edit");
    const before = structuredClone(body);
    const after = edited(body, edits);
    expect(patched(body, jsonPatch(edits))).toEqual(after);
    expect(body).toEqual(before);
    expect(after).not.toEqual(body);
  });

  it.each([
    ["taking away what is not there", ["spec", "absent"], undefined],
    ["taking away below what is not there", ["spec", "absent", "deeper"], undefined],
    ["a field of a text", ["spec", "text", "field"], 1],
    ["an item of an object", ["spec", 0], 1],
    ["an item past the end", ["spec", "listeners", 5], 1],
  ] as const)("%s is no edit", (_, path, value) => {
    expect(editsOf(body, [{ path, value }])).toBeNull();
    expect(
      editsOf(body, [
        { path: ["spec", "text"], value: "other" },
        { path, value },
      ]),
    ).toBeNull();
  });

  it("appends to lists that are there", () => {
    expect(appendOf(body, ["spec", "listeners"], 1)).toEqual([
      {
        path: ["spec", "listeners", 2],
        was: undefined,
        value: 1,
        given: [{ path: ["spec", "listeners"], value: body.spec.listeners }],
      },
    ]);
    expect(appendOf(body, ["spec", "text"], 1)).toBeNull();
    expect(appendOf(body, ["spec", "absent"], 1)).toBeNull();
  });
});

describe("patches", () => {
  const edits = editsOf(body, [
    { path: ["spec", "listeners", 0, "name"], value: "web" },
    { path: ["spec", "listeners", 0, "port"], value: 8080 },
    { path: ["spec", "text"], value: undefined },
  ]);

  it("test all that they change, the item that it is of, and what is added to, before they write", () => {
    expect(jsonPatch(edits ?? [])).toEqual([
      { op: "test", path: "/spec/listeners/0", value: { name: "http", port: 80, tls: {} } },
      { op: "test", path: "/spec/text", value: "word" },
      { op: "replace", path: "/spec/listeners/0/name", value: "web" },
      { op: "replace", path: "/spec/listeners/0/port", value: 8080 },
      { op: "remove", path: "/spec/text" },
    ]);
  });

  it("test by its name the item that something deeper is changed of", () => {
    const deep = editsOf({ spec: { listeners: [{ name: "http", allowedRoutes: { kinds: [1] } }] } }, [
      { path: ["spec", "listeners", 0, "allowedRoutes", "kinds"], value: [2] },
    ]);
    expect(jsonPatch(deep ?? []).filter(({ op }) => op === "test")).toEqual([
      { op: "test", path: "/spec/listeners/0/name", value: "http" },
      { op: "test", path: "/spec/listeners/0/allowedRoutes/kinds", value: [1] },
    ]);
  });

  it("ask nothing of metadata but what they replace there", () => {
    const labels = editsOf({ metadata: { resourceVersion: "1", labels: { a: "b" } } }, [
      { path: ["metadata", "labels", "c"], value: "d" },
      { path: ["metadata", "labels", "a"], value: "e" },
    ]);
    expect(jsonPatch(labels ?? []).map(({ op, path }) => `${op} ${path}`)).toEqual([
      "test /metadata/labels/a",
      "add /metadata/labels/c",
      "replace /metadata/labels/a",
    ]);
  });

  it.each([
    [
      "a list that is added to",
      ["spec", "listeners", 2],
      { spec: { listeners: [1, 2] } },
      { spec: { listeners: [3] } },
    ],
    ["an object that is added to", ["spec", "text"], { spec: { a: 1 } }, { spec: { a: 1, text: "new" } }],
    [
      "an item whose field is changed",
      ["spec", "a", 0, "b"],
      { spec: { a: [{ b: 1, c: 2 }] } },
      { spec: { a: [{ b: 1, c: 3 }] } },
    ],
    ["a list of which an item goes", ["spec", "a", 0], { spec: { a: [1, 2] } }, { spec: { a: [2] } }],
  ] as const)("do nothing to %s, if it was changed meanwhile, or by themselves", (_, path, before, meanwhile) => {
    const value = _.endsWith("goes") ? undefined : "x";
    const patch = jsonPatch(editsOf(before, [{ path, value }]) ?? []);
    const after = patched(before, patch);
    expect(() => patched(meanwhile, patch)).toThrow();
    expect(() => patched(after, patch)).toThrow();
  });

  it("do nothing to an object whose list was put in another order", () => {
    const turned = { ...body, spec: { ...body.spec, listeners: body.spec.listeners.toReversed() } };
    expect(() => patched(turned, jsonPatch(edits ?? []))).toThrow();
  });
});
