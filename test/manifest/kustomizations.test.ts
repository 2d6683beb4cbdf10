import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";

const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: ns}\n`;

const read = (files: Record<string, string>, named: readonly string[] = []) => {
  const sources = Object.entries(files).map(([name, text]) => ({ name, text }));
  return objectsOf(parseDocuments(sources), "default", new Set(named));
};

/** Whether `overlay/p.yaml` is passed over beside a kustomization with this text. */
const passedOver = (kustomization: string, at = "overlay/kustomization.yaml", patch = "overlay/p.yaml") => {
  const { objects, problems, patches } = read({ [at]: kustomization, [patch]: service("patched") });
  expect(problems).toEqual([]);
  expect(patches).toBe(objects.some(({ id }) => id.name === "patched") ? 0 : 1);
  return patches === 1;
};

describe("patches of kustomizations", () => {
  it.each([
    ["patches", "patches: [{path: p.yaml, target: {kind: Gateway}}]"],
    ["patches of old, which are paths", "patches: [p.yaml]"],
    ["patchesStrategicMerge", "patchesStrategicMerge:\n- p.yaml\n"],
    ["patchesJson6902", "patchesJson6902: [{path: ./p.yaml, target: {kind: Gateway}}]"],
    ["one of several", "patches: [{patch: '- op: remove'}, {path: q.yaml}, {path: ../overlay/p.yaml}]"],
    ["a component", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: p.yaml}]"],
  ])("are passed over: %s", (_what, kustomization) => {
    expect(passedOver(kustomization)).toBe(true);
  });

  it.each([
    ["a resource", "resources: [p.yaml]"],
    ["a resource too", "resources: [./p.yaml]\npatches: [{path: p.yaml}]"],
    ["a file of that name elsewhere", "patches: [{path: ../p.yaml}, {path: deep/p.yaml}, {path: /p.yaml}]"],
    ["an inline patch", 'patches: [{patch: "path: p.yaml"}]\npatchesStrategicMerge: ["kind: Service\\n"]'],
    ["patches that are no list", "patches: p.yaml"],
    ["patches of another type", "patches: [1, null, {path: [p.yaml]}, [p.yaml]]"],
  ])("nothing else is: %s", (_what, kustomization) => {
    expect(passedOver(kustomization)).toBe(false);
  });

  it.each([
    ["overlay/kustomization.yml", "overlay/p.yaml", true],
    ["overlay/Kustomization", "overlay/p.yaml", true],
    ["kustomization.yaml", "p.yaml", true],
    ["/a/kustomization.yaml", "/a/p.yaml", true],
    ["../a/kustomization.yaml", "../a/p.yaml", true],
    ["a\\kustomization.yaml", "a\\p.yaml", true],
    ["overlay/kustomize.yaml", "overlay/p.yaml", false],
    ["other/kustomization.yaml", "overlay/p.yaml", false],
  ])("are found from %s: %s", (at, patch, expected) => {
    // An object of a kind that nobody looks at, so that a file of any name may hold it.
    const kustomization =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches: [{path: p.yaml}]\n";
    expect(passedOver(kustomization, at, patch)).toBe(expected);
  });

  it("are looked for from each kustomization", () => {
    const { objects, patches } = read({
      "base/gateway.yaml": service("base"),
      "base/kustomization.yaml": "resources: [gateway.yaml]",
      "dev/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}, {path: ../shared/p.yaml}]",
      "dev/p.yaml": `${service("a")}---\n${service("b")}`,
      "prod/kustomization.yaml": "patches: [{path: ../shared/p.yaml}]",
      "prod/p.yaml": service("c"),
      "shared/p.yaml": "- op: replace\n  path: /spec\n  value: [\n",
    });
    expect(objects.map(({ id }) => id.name)).toEqual(["base", "c"]);
    // Files are counted, not documents; a broken one is a patch all the same.
    expect(patches).toBe(2);
  });

  it("are read where they were named", () => {
    const files = { "kustomization.yaml": "patches: [{path: p.yaml}]", "p.yaml": service("a") };
    expect(read(files, ["p.yaml"]).objects).toHaveLength(1);
    expect(read(files, ["kustomization.yaml"]).objects).toHaveLength(0);
  });
});

describe("a broken kustomization", () => {
  const files = { "a/kustomization.yaml": "patches: [\n", "a/p.yaml": service("a") };
  it("that was found hides nothing", () => {
    const { objects, problems, gaps } = read(files);
    expect(problems.map(({ cause }) => cause)).toEqual(["no-object"]);
    expect(gaps).toEqual([]);
    expect(objects).toHaveLength(1);
  });
  it("that was named is an error, like every other file", () => {
    const { problems, gaps } = read(files, ["a/kustomization.yaml"]);
    expect(problems.map(({ cause }) => cause)).toEqual(["syntax"]);
    expect(gaps).toHaveLength(1);
  });
});
