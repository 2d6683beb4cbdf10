import { describe, expect, it } from "vitest";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { snapshotOfManifests } from "../../src/manifest/snapshot.ts";
import { formatPath } from "../../src/model/object.ts";
import { audit } from "../../src/pipeline.ts";

const read = (text: string, name = "in.yaml") => objectsOf(parseDocuments([{ name, text }]), "default");
const names = (text: string) => read(text).objects.map(({ id }) => `${id.kind} ${id.namespace ?? "-"}/${id.name}`);
const problems = (text: string) =>
  read(text).problems.map((problem) =>
    "at" in problem && problem.at !== null ? `${problem.cause} ${problem.at.line}:${problem.at.column}` : problem.cause,
  );

const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: n\n`;

describe("what Helm, kustomize and kubectl print", () => {
  it.each([
    ["one document", service("a"), ["Service n/a"]],
    ["several", `${service("a")}---\n${service("b")}`, ["Service n/a", "Service n/b"]],
    ["a leading separator", `---\n${service("a")}`, ["Service n/a"]],
    [
      "comments and empty documents between",
      `# one\n---\n---\n# Source: chart/templates/x.yaml\n${service("a")}---\n\n---\n`,
      ["Service n/a"],
    ],
    ["a comment behind the separator", `--- # x\n${service("a")}`, ["Service n/a"]],
    ["document ends", `${service("a")}...\n---\n${service("b")}...\n`, ["Service n/a", "Service n/b"]],
    ["a directive", `%YAML 1.2\n---\n${service("a")}`, ["Service n/a"]],
    ["CRLF", `---\n${service("a")}---\n${service("b")}`.replaceAll("\n", "\r\n"), ["Service n/a", "Service n/b"]],
    ["a byte-order mark", `\uFEFF${service("a")}`, ["Service n/a"]],
    [
      "a byte-order mark behind a separator",
      `${service("a")}---\n\uFEFF${service("b")}`,
      ["Service n/a", "Service n/b"],
    ],
    ["three dashes inside a block scalar", `${service("a")}data:\n  x: |\n    ---\n    y\n`, ["Service n/a"]],
    [
      "merge keys",
      `x: &m\n  name: a\n  namespace: n\napiVersion: v1\nkind: Service\nmetadata:\n  <<: *m\n`,
      ["Service n/a"],
    ],
    ["JSON", '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"n"}}', ["Service n/a"]],
    [
      "JSON objects one after the other",
      '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"n"}}\n{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","namespace":"n"}}',
      ["Service n/a", "Service n/b"],
    ],
    [
      "a list",
      '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"n"}}]}',
      ["Service n/a"],
    ],
    [
      "a typed list in YAML",
      "apiVersion: v1\nkind: ServiceList\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a, namespace: n}\n",
      ["Service n/a"],
    ],
    ["nothing", "", []],
    ["only comments", "# nothing\n---\n", []],
  ])("%s", (_what, text, expected) => {
    expect(names(text)).toEqual(expected);
    expect(problems(text)).toEqual([]);
  });

  it("fills in the namespace of namespaced kinds only", () => {
    const text =
      "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n---\napiVersion: x.io/v1\nkind: Thing\nmetadata: {name: c}\n";
    expect(names(text)).toEqual(["Service default/a", "Namespace -/b", "Thing -/c"]);
    expect(read(text).placed.map(({ name }) => name)).toEqual(["a"]);
  });

  it("keeps no body of Secrets", () => {
    const [secret] = read(
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: n}\nstringData: {password: p}\n",
    ).objects;
    expect(secret?.body).toBeNull();
  });

  it("takes names that mean something to JavaScript", () => {
    const text =
      "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: constructor\n  labels: {__proto__: a, constructor: b}\n";
    expect([...(read(text).objects[0]?.labels ?? [])]).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });
});

describe("what cannot be read", () => {
  it.each([
    [
      "a key that stands twice",
      `${service("a")}---\napiVersion: v1\nkind: Service\nkind: Service\n`,
      ["duplicate-key 9:1"],
      ["Service n/a"],
    ],
    [
      "a key that stands twice in JSON",
      '{"apiVersion":"v1",\n "kind":"Service","kind":"Service"}',
      ["duplicate-key 2:20"],
      [],
    ],
    ["broken YAML", `a: [1\n---\n${service("a")}`, ["syntax"], ["Service n/a"]],
    ["broken JSON", '{"a": 1,, }', ["syntax"], []],
    ["an unknown tag", `a: !include x.yaml\n---\n${service("a")}`, ["syntax"], ["Service n/a"]],
    ["no object", `replicas: 3\n---\n${service("a")}`, ["no-object 1:1"], ["Service n/a"]],
    ["a scalar", `hello\n---\n${service("a")}`, ["no-object 1:1"], ["Service n/a"]],
    ["no name", "apiVersion: v1\nkind: Service\nmetadata: {}\n", ["no-object 1:1"], []],
    ["a name with a slash", "apiVersion: v1\nkind: Service\nmetadata: {name: a/b}\n", ["no-object 1:1"], []],
    ["a number for a kind", "apiVersion: v1\nkind: 1\nmetadata: {name: a}\n", ["no-object 1:1"], []],
    [
      "a version that never was",
      "apiVersion: gateway.networking.k8s.io/v2\nkind: Gateway\nmetadata: {name: a}\n",
      ["unknown-version 1:13"],
      ["Gateway default/a"],
    ],
    [
      "a version that is served no more",
      "apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: ReferenceGrant\nmetadata: {name: a}\n",
      ["unserved-version 1:13"],
      ["ReferenceGrant default/a"],
    ],
  ])("%s", (_what, text, expected, left) => {
    expect(
      problems(text).map((problem, index) => ((expected[index] ?? "").includes(" ") ? problem : problem.split(" ")[0])),
    ).toEqual(expected);
    expect(names(text)).toEqual(left);
  });

  it("hides only what the broken document may have held", () => {
    const gaps = (text: string) => read(text).gaps.map(({ groupKind }) => groupKind?.kind ?? "anything");
    expect(gaps("kind: ReferenceGrant\nspec: [\n")).toEqual(["ReferenceGrant"]);
    expect(gaps("kind: Deployment\nspec: [\n")).toEqual([]);
    expect(gaps("spec: [\n")).toEqual(["anything"]);
    expect(gaps("kind: List\nitems: [\n")).toEqual(["anything"]);
  });

  it("a broken grant makes refusals unknown; a broken route does not", () => {
    const route =
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: a}\nspec: {rules: [{backendRefs: [{name: s, namespace: n}]}]}\n";
    const verdict = (broken: string) => {
      const snapshot = snapshotOfManifests(read(`${route}---\n${service("s")}---\n${broken}`), true);
      return audit(snapshot, { namespace: null, selector: [] }).decisions[0]?.outcome.verdict;
    };
    expect(verdict("kind: ReferenceGrant\nspec: [\n")).toBe("unknown");
    expect(verdict("kind: HTTPRoute\nspec: [\n")).toBe("refused");
  });

  it("the later of two objects with one name counts, and that is said", () => {
    const grant = (kind: string) =>
      `apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: n}\nspec: {from: [{group: gateway.networking.k8s.io, kind: ${kind}, namespace: a}], to: [{group: "", kind: Service}]}\n`;
    const snapshot = snapshotOfManifests(read(`${grant("HTTPRoute")}---\n${grant("GRPCRoute")}`), true);
    expect(snapshot.problems).toMatchObject([{ cause: "duplicate", at: { line: 6 }, first: { line: 1 } }]);
    expect(
      audit(snapshot, { namespace: null, selector: [] }).grants.map(({ grant: { from } }) => from[0]?.entry.kind),
    ).toEqual(["GRPCRoute"]);
  });
});

describe("wrongly typed fields", () => {
  const problemsOf = (spec: string) => {
    const text = `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: a}\nspec:\n${spec}\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: good, namespace: a}\nspec: {rules: [{backendRefs: [{name: s, namespace: n}]}]}\n`;
    const report = audit(snapshotOfManifests(read(text), true), { namespace: null, selector: [] });
    return {
      found: report.findings.flatMap((finding) =>
        "problem" in finding && finding.problem.cause === "field"
          ? [`${finding.code} ${formatPath(finding.problem.path)} ${finding.problem.at?.line}`]
          : [],
      ),
      references: report.decisions.length,
    };
  };

  it.each([
    ["  rules: {}", ["manifest-rejected spec.rules 5"]],
    ["  rules: [3]", ["manifest-rejected spec.rules[0] 5"]],
    ["  rules:\n  - backendRefs: nope", ["manifest-rejected spec.rules[0].backendRefs 6"]],
    ["  rules:\n  - backendRefs:\n    - name: 7", ["manifest-rejected spec.rules[0].backendRefs[0].name 7"]],
    ["  rules:\n  - backendRefs:\n    - port: 80", ["manifest-rejected spec.rules[0].backendRefs[0].name 7"]],
    [
      "  rules:\n  - backendRefs:\n    - {name: s, namespace: '*'}",
      ["manifest-rejected spec.rules[0].backendRefs[0].namespace 7"],
    ],
    [
      "  parentRefs: [{name: gw, port: http}]\n  hostnames: x",
      ["manifest-rejected spec.parentRefs[0].port 5", "manifest-rejected spec.hostnames 6"],
    ],
  ])("%s is told with its place, and hides nothing else", (spec, expected) => {
    const { found, references } = problemsOf(spec);
    expect(found.toSorted()).toEqual(expected.toSorted());
    expect(references).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ["from: []", "spec.from"],
    ["from: [{kind: HTTPRoute, namespace: a}]", "spec.from[0].group"],
    ["from: [{group: gateway.networking.k8s.io/v1, kind: HTTPRoute, namespace: a}]", "spec.from[0].group"],
    ["from: [{group: gateway.networking.k8s.io, kind: '*', namespace: a}]", "spec.from[0].kind"],
    ["from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: '*'}]", "spec.from[0].namespace"],
    ["from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}], to: []", "spec.to"],
    [
      "from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}], to: [{group: '', kind: Service, name: ''}]",
      "spec.to[0].name",
    ],
  ])("of a grant: %s", (spec, path) => {
    const text = `apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: n}\nspec: {${spec}}\n`;
    const report = audit(snapshotOfManifests(read(text), true), { namespace: null, selector: [] });
    const paths = report.findings.flatMap((finding) =>
      "problem" in finding && finding.problem.cause === "field" ? [formatPath(finding.problem.path)] : [],
    );
    expect(paths).toContain(path);
  });
});

describe("places", () => {
  const text = `# a comment\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: gateway.networking.k8s.io/v1\n  kind: HTTPRoute\n  metadata: {name: r, namespace: a}\n  spec:\n    rules:\n    - backendRefs:\n      - name: s\n        namespace: n\n`;
  const locate = (source: string, ...path: (string | number)[]) => read(source).objects[0]?.locate(path);

  it("are those of the field, inside lists too", () => {
    expect(locate(text, "spec", "rules", 0, "backendRefs", 0)).toEqual({ file: "in.yaml", line: 12, column: 9 });
    expect(locate(text, "spec", "rules", 0, "backendRefs", 0, "namespace")).toEqual({
      file: "in.yaml",
      line: 13,
      column: 20,
    });
  });
  it("of an absent field are those of its nearest ancestor", () => {
    expect(locate(text, "spec", "rules", 0, "backendRefs", 0, "port")).toEqual({
      file: "in.yaml",
      line: 12,
      column: 9,
    });
  });
  it("are right in JSON, and in the second object of a line", () => {
    const one = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}';
    expect(read(`${one} ${one}`).objects[1]?.locate([])).toEqual({ file: "in.yaml", line: 1, column: one.length + 2 });
    expect(
      locate('{\n\t"apiVersion": "v1",\n\t"kind": "Namespace", "metadata": {"name": "a"}}', "metadata", "name"),
    ).toEqual({ file: "in.yaml", line: 3, column: 44 });
  });
  it("survive CRLF", () => {
    expect(locate(text.replaceAll("\n", "\r\n"), "spec", "rules", 0, "backendRefs", 0)).toEqual({
      file: "in.yaml",
      line: 12,
      column: 9,
    });
  });
});
