import { describe, expect, it } from "vitest";
import { appendOf, edited, editOf, editsOf } from "../../src/remedy/edits.ts";
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
    const edit = editOf(body, path, value);
    if (edit === null) throw new Error("there is no edit");
    const before = structuredClone(body);
    const after = edited(body, [edit]);
    expect(patched(body, jsonPatch([edit]))).toEqual(after);
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
    expect(editOf(body, path, value)).toBeNull();
    expect(
      editsOf(body, [
        { path: ["spec", "text"], value: "other" },
        { path, value },
      ]),
    ).toBeNull();
  });

  it("appends to lists that are there", () => {
    expect(appendOf(body, ["spec", "listeners"], 1)).toEqual([
      { path: ["spec", "listeners", 2], was: undefined, value: 1, beside: [] },
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

  it("test all that they change, and which item of a list it is, before they write", () => {
    expect(jsonPatch(edits ?? [])).toEqual([
      { op: "test", path: "/spec/listeners/0/name", value: "http" },
      { op: "test", path: "/spec/listeners/0/port", value: 80 },
      { op: "test", path: "/spec/text", value: "word" },
      { op: "replace", path: "/spec/listeners/0/name", value: "web" },
      { op: "replace", path: "/spec/listeners/0/port", value: 8080 },
      { op: "remove", path: "/spec/text" },
    ]);
  });

  it("do nothing to an object whose list was put in another order", () => {
    const turned = { ...body, spec: { ...body.spec, listeners: body.spec.listeners.toReversed() } };
    expect(() => patched(turned, jsonPatch(edits ?? []))).toThrow();
  });
});
