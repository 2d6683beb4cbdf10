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

const service = (name: string) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: ns\n`;

describe("what Helm, kustomize and kubectl print", () => {
  it.each([
    ["one document", service("a"), ["Service ns/a"]],
    ["several", `${service("a")}---\n${service("b")}`, ["Service ns/a", "Service ns/b"]],
    ["a leading separator", `---\n${service("a")}`, ["Service ns/a"]],
    [
      "comments and empty documents between",
      `# one\n---\n---\n# Source: chart/templates/x.yaml\n${service("a")}---\n\n---\n`,
      ["Service ns/a"],
    ],
    ["a comment behind the separator", `--- # x\n${service("a")}`, ["Service ns/a"]],
    ["document ends", `${service("a")}...\n---\n${service("b")}...\n`, ["Service ns/a", "Service ns/b"]],
    ["a directive", `%YAML 1.2\n---\n${service("a")}`, ["Service ns/a"]],
    ["CRLF", `---\n${service("a")}---\n${service("b")}`.replaceAll("\n", "\r\n"), ["Service ns/a", "Service ns/b"]],
    ["a byte-order mark", `\uFEFF${service("a")}`, ["Service ns/a"]],
    [
      "a byte-order mark behind a separator",
      `${service("a")}---\n\uFEFF${service("b")}`,
      ["Service ns/a", "Service ns/b"],
    ],
    ["three dashes inside a block scalar", `${service("a")}data:\n  x: |\n    ---\n    y\n`, ["Service ns/a"]],
    [
      "merge keys",
      `x: &m\n  name: a\n  namespace: ns\napiVersion: v1\nkind: Service\nmetadata:\n  <<: *m\n`,
      ["Service ns/a"],
    ],
    ["JSON", '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"ns"}}', ["Service ns/a"]],
    [
      "JSON objects one after the other",
      '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"ns"}}\n{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","namespace":"ns"}}',
      ["Service ns/a", "Service ns/b"],
    ],
    [
      "a list",
      '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"ns"}}]}',
      ["Service ns/a"],
    ],
    [
      "a typed list in YAML",
      "apiVersion: v1\nkind: ServiceList\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a, namespace: ns}\n",
      ["Service ns/a"],
    ],
    [
      "a typed list whose items leave the kind to it, as the API server gives it",
      '{"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRouteList","metadata":{},"items":[{"metadata":{"name":"a","namespace":"ns"}},{"apiVersion":"","kind":"","metadata":{"name":"b","namespace":"ns"}}]}',
      ["HTTPRoute ns/a", "HTTPRoute ns/b"],
    ],
    ["a list of nothing", "apiVersion: v1\nkind: List\nitems: []\n", []],
    ["a list with null for its items", "apiVersion: v1\nkind: List\nitems:\n", []],
    ["a list without items", "apiVersion: v1\nkind: List\n", []],
    ["a typed list without items", "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRouteList\nitems: null\n", []],
    [
      "an object of a kind that only sounds like a list",
      "apiVersion: x.io/v1\nkind: AllowList\nmetadata: {name: a}\n",
      ["AllowList -/a"],
    ],
    [
      "kinds that are not looked at, without names",
      "apiVersion: v1\nkind: Config\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {namespace: [x]}\n",
      [],
    ],
    [
      "documents that are null",
      `---\nnull\n---\n${service("a")}---\n~ # nothing\n--- null\n---\n!!null ""\n`,
      ["Service ns/a"],
    ],
    ["nothing but null", "null", []],
    ["nothing but null behind a separator", "---\nnull\n---\n", []],
    [
      "a list with null among its items",
      `apiVersion: v1\nkind: List\nitems:\n- null\n-\n- {apiVersion: v1, kind: Service, metadata: {name: a, namespace: ns}}\n`,
      ["Service ns/a"],
    ],
    [
      "a typed list in JSON with null among its items",
      '{"apiVersion":"v1","kind":"ServiceList","items":[null,{"metadata":{"name":"a","namespace":"ns"}},null]}',
      ["Service ns/a"],
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
      "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: ns}\nstringData: {password: p}\n",
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
      ["Service ns/a"],
    ],
    [
      "a key that stands twice in JSON",
      '{"apiVersion":"v1",\n "kind":"Service","kind":"Service"}',
      ["duplicate-key 2:20"],
      [],
    ],
    ["broken YAML", `a: [1\n---\n${service("a")}`, ["syntax"], ["Service ns/a"]],
    ["broken JSON", '{"a": 1,, }', ["syntax"], []],
    ["an unknown tag", `a: !include x.yaml\n---\n${service("a")}`, ["syntax"], ["Service ns/a"]],
    ["no object", `replicas: 3\n---\n${service("a")}`, ["no-object 1:1"], ["Service ns/a"]],
    ["a scalar", `hello\n---\n${service("a")}`, ["no-object 1:1"], ["Service ns/a"]],
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

  const GRANT = "apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: g}\n";
  const DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nspec: [\n";
  it.each([
    ["its one kind", "kind: ReferenceGrant\nspec: [\n", ["ReferenceGrant"]],
    ["its one kind, with comments and CRLF", "---  # x\r\nkind: ReferenceGrant # y\r\nspec: [\r\n", ["ReferenceGrant"]],
    ["no kind that matters", DEPLOYMENT, []],
    [
      "kinds inside it, which are references",
      `${GRANT}spec:\n  from:\n  - kind: HTTPRoute\n  to: [\n`,
      ["ReferenceGrant"],
    ],
    ["no kind", "spec: [\n", ["anything"]],
    ["a list", "kind: List\nitems: [\n", ["anything"]],
    ["a typed list", "kind: ServiceList\nitems: [\n", ["anything"]],
    ["two objects without a separator", `${DEPLOYMENT}${GRANT}`, ["anything"]],
    ["two objects, the separator mistyped", `${DEPLOYMENT}--\n${GRANT}`, ["anything"]],
    ["two objects, the second indented", `${DEPLOYMENT}${GRANT.replaceAll(/^/gm, "  ")}`, ["anything"]],
    [
      "two objects, a part of the second indented",
      `${DEPLOYMENT}apiVersion: x/v1\n  kind: ReferenceGrant\n`,
      ["anything"],
    ],
    ["one object, indented", `${GRANT}spec: [\n`.replaceAll(/^/gm, "  "), ["anything"]],
    ["two objects, the second quoted", `${DEPLOYMENT}"apiVersion": x/v1\n"kind": ReferenceGrant\n`, ["anything"]],
    ["two objects, the second with an explicit key", `${DEPLOYMENT}? kind\n: ReferenceGrant\n`, ["anything"]],
    ["two objects, parted by a carriage return", `a: 1\rkind: ReferenceGrant\r${DEPLOYMENT}`, ["anything"]],
    ["a quoted kind", "kind: 'Deployment'\nspec: [\n", ["anything"]],
    ["a tagged kind", "kind: !!str Deployment\nspec: [\n", ["anything"]],
    ["an alias for a kind", "x: &k ReferenceGrant\nkind: *k\nspec: [\n", ["anything"]],
    ["a template", "kind: {{ .Values.kind }}\nspec: 1\n", ["anything"]],
    ["JSON", '{"apiVersion": "apps/v1", "kind": "Deployment", "spec": [,}', ["anything"]],
    ["flow style", "--- {kind: Deployment, spec: [}\n", ["anything"]],
    ["flow style over lines", "{\nkind: Deployment,\nspec: [}\n", ["anything"]],
  ])("a broken document hides what it may have held: %s", (_what, text, expected) => {
    const { gaps, problems } = read(text);
    expect(problems).toHaveLength(1);
    expect(gaps.map(({ groupKind }) => groupKind?.kind ?? "anything")).toEqual(expected);
  });

  it("says nothing of a document's content", () => {
    const [problem] = read("password: *hunter2secret\n").problems;
    expect(problem).toMatchObject({ cause: "syntax", detail: expect.stringContaining("alias") });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });

  it("a file that could not be read is an error and may have held anything", () => {
    const world = objectsOf(
      parseDocuments([
        { name: "x/bad.yaml", problem: "it is not UTF-8 text" },
        { name: "good.yaml", text: service("a") },
      ]),
      "default",
    );
    expect(world.objects).toHaveLength(1);
    expect(world.problems).toEqual([
      { cause: "syntax", at: { file: "x/bad.yaml", line: 1, column: 1 }, detail: "it is not UTF-8 text" },
    ]);
    expect(world.gaps).toEqual([
      {
        cause: "unreadable",
        groupKind: null,
        namespace: null,
        detail: "x/bad.yaml:1:1 could not be read: it is not UTF-8 text",
      },
    ]);
  });

  it("a broken grant makes refusals unknown; a broken route does not", () => {
    const route =
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: a}\nspec: {rules: [{backendRefs: [{name: s, namespace: ns}]}]}\n";
    const verdict = (broken: string) => {
      const snapshot = snapshotOfManifests(read(`${route}---\n${service("s")}---\n${broken}`), true);
      return audit(snapshot, { namespace: null, selector: [] }).decisions[0]?.outcome.verdict;
    };
    expect(verdict("kind: ReferenceGrant\nspec: [\n")).toBe("unknown");
    expect(verdict("kind: HTTPRoute\nspec: [\n")).toBe("refused");
  });

  it("the later of two objects with one name counts, and that is said", () => {
    const grant = (kind: string) =>
      `apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: ns}\nspec: {from: [{group: gateway.networking.k8s.io, kind: ${kind}, namespace: a}], to: [{group: "", kind: Service}]}\n`;
    const snapshot = snapshotOfManifests(read(`${grant("HTTPRoute")}---\n${grant("GRPCRoute")}`), true);
    expect(snapshot.problems).toMatchObject([{ cause: "duplicate", at: { line: 6 }, first: { line: 1 } }]);
    expect(
      audit(snapshot, { namespace: null, selector: [] }).grants.map(({ grant: { from } }) => from[0]?.entry.kind),
    ).toEqual(["GRPCRoute"]);
  });
});

const ROUTE_TO_S =
  "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: a}\nspec: {rules: [{backendRefs: [{name: s, namespace: ns}]}]}\n";
const grantWith = (metadata: string) =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: ${metadata}\nspec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}], to: [{group: "", kind: Service}]}\n`;
const auditOf = (...documents: readonly string[]) =>
  audit(snapshotOfManifests(read(documents.join("---\n")), true), { namespace: null, selector: [] });
const verdictWith = (metadata: string) =>
  auditOf(ROUTE_TO_S, service("s"), grantWith(metadata)).decisions[0]?.outcome.verdict;

describe("names that the API server makes", () => {
  it.each(["{generateName: g-, namespace: ns}", '{name: "", generateName: g-, namespace: ns}'])(
    "a grant counts, with a placeholder for a name: %s",
    (metadata) => {
      expect(names(grantWith(metadata))).toEqual(["ReferenceGrant ns/g-(generated name)"]);
      expect(problems(grantWith(metadata))).toEqual([]);
      expect(read(grantWith(metadata)).gaps).toEqual([]);
      expect(verdictWith(metadata)).toBe("permitted");
    },
  );
  it("objects of one generateName are objects of their own", () => {
    const route = ROUTE_TO_S.replace("name: r", "generateName: r-");
    const report = auditOf(route, route, route.replace("namespace: a", "namespace: b"));
    expect(report.findings.filter(({ code }) => code === "manifest-duplicate")).toEqual([]);
    expect(report.decisions.map(({ reference: { referrer } }) => `${referrer.namespace}/${referrer.name}`)).toEqual([
      "a/r-(generated name 2)",
      "a/r-(generated name)",
      "b/r-(generated name)",
    ]);
  });
  it("no reference can name the placeholder", () => {
    const text = "apiVersion: v1\nkind: Service\nmetadata: {generateName: s-, namespace: ns}\n";
    const [object] = read(text).objects;
    expect(object?.id.name).toMatch(/\s/);
  });
  it("an unusable name beside a generateName is told", () => {
    const found = (name: string) =>
      read(grantWith(`{name: ${name}, generateName: g-, namespace: ns}`)).problems.map((problem) =>
        problem.cause === "field" ? `${formatPath(problem.path)} ${problem.found} ${problem.at?.line}` : problem.cause,
      );
    expect(found("7")).toEqual(["metadata.name the number 7 3"]);
    expect(found("a/b")).toEqual(["metadata.name a string 3"]);
  });
});

describe("objects that cannot be told from others", () => {
  it.each([
    ["{namespace: ns}", "ns", "unknown"],
    ["{name: 7, namespace: ns}", "ns", "unknown"],
    ["{name: a/b, namespace: ns}", "ns", "unknown"],
    ["{generateName: 7, namespace: ns}", "ns", "unknown"],
    ["{namespace: elsewhere}", "elsewhere", "refused"],
    ["{}", null, "unknown"],
    ["[]", null, "unknown"],
    ["x", null, "unknown"],
    ["null", null, "unknown"],
    ["{name: g, namespace: 7}", null, "unknown"],
    ["{name: g, namespace: a/b}", null, "unknown"],
    ["{generateName: g-, namespace: [ns]}", null, "unknown"],
  ])("a grant with metadata %s leaves a gap, so that nothing is refused for it", (metadata, namespace, verdict) => {
    const { gaps, objects } = read(grantWith(metadata));
    expect(objects).toEqual([]);
    expect(gaps).toMatchObject([
      {
        cause: "unreadable",
        groupKind: { group: "gateway.networking.k8s.io", kind: "ReferenceGrant" },
        namespace,
        detail: expect.stringMatching(/^in\.yaml:1:1 was passed over: ReferenceGrant/),
      },
    ]);
    expect(problems(grantWith(metadata))).toEqual(["no-object 1:1"]);
    expect(verdictWith(metadata)).toBe(verdict);
  });
  it("kinds that the catalogue does not know leave none", () => {
    expect(read("apiVersion: apps/v1\nkind: Deployment\nmetadata: {}\n").gaps).toEqual([]);
    expect(read("apiVersion: example.com/v1\nkind: ReferenceGrant\nmetadata: {}\n").gaps).toEqual([]);
  });
  it("an unknown kind that looks like a known one is told, with or without a name", () => {
    for (const metadata of ["{name: a}", "{}"]) {
      const text = `apiVersion: gateway.networking.k8s.io/v1\nkind: HttpRoute\nmetadata: ${metadata}\n`;
      expect(read(text).problems).toMatchObject([{ detail: expect.stringContaining("did you mean HTTPRoute") }]);
    }
  });
  it("items of a plain list name their kinds themselves, and so do those that have a version", () => {
    expect(problems("apiVersion: v1\nkind: List\nitems: [{metadata: {name: a}}]\n")).toEqual(["no-object 3:9"]);
    expect(problems("apiVersion: v1\nkind: ServiceList\nitems: [{apiVersion: v1, metadata: {name: a}}]\n")).toEqual([
      "no-object 3:9",
    ]);
  });
  it("a list whose items are no list is told", () => {
    expect(problems("apiVersion: v1\nkind: List\nitems: {a: 1}\n")).toEqual(["no-object 1:1"]);
  });
});

describe("labels", () => {
  const told = (labels: string) => {
    const { objects, problems } = read(`apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels: ${labels}\n`);
    return {
      labels: Object.fromEntries(objects[0]?.labels ?? []),
      problems: problems.map((problem) =>
        problem.cause === "field"
          ? `${problem.id.name} ${formatPath(problem.path)}: ${problem.expected}, ${problem.found} ${problem.at?.line}`
          : problem.cause,
      ),
    };
  };
  it.each([
    ["x", {}, ["a metadata.labels: an object, a string 5"]],
    ["[x]", {}, ["a metadata.labels: an object, a list 5"]],
    ["{a: b, c: 1}", { a: "b" }, ["a metadata.labels.c: a string, the number 1 5"]],
    [
      "{a: {b: c}, d: true}",
      {},
      ["a metadata.labels.a: a string, an object 5", "a metadata.labels.d: a string, the boolean true 5"],
    ],
    ["", {}, []],
    ["{a: b}", { a: "b" }, []],
  ])("%s", (text, labels, problems) => {
    expect(told(text)).toEqual({ labels, problems });
  });
  it("of kinds that the catalogue does not know are no matter", () => {
    expect(problems("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: {v: 1}}\n")).toEqual([]);
  });
});

describe("annotations", () => {
  it("are strings; others are told, of kinds that are known", () => {
    const object = (type: string, annotations: string) =>
      read(`${type}\nmetadata:\n  name: a\n  annotations: ${annotations}\n`).problems.map((problem) =>
        problem.cause === "field"
          ? `${formatPath(problem.path)}: ${problem.expected}, ${problem.found}`
          : problem.cause,
      );
    const secret = "apiVersion: v1\nkind: Secret";
    expect(object(secret, "{a: b, c: [d], e: null, f.io/g: true}")).toEqual([
      "metadata.annotations.c: a string, a list",
      'metadata.annotations["f.io/g"]: a string, the boolean true',
    ]);
    expect(object(secret, "x")).toEqual(["metadata.annotations: an object, a string"]);
    expect(object("apiVersion: apps/v1\nkind: Deployment", "{a: 1}")).toEqual([]);
  });
});

describe("documents made to overwhelm", () => {
  const row = (item: string) => `[${Array.from({ length: 200 }, () => item).join(",")}]`;
  const bomb = `a: &a ${row("x")}\nb: &b ${row("*a")}\nc: &c ${row("*b")}\n${service("s")}spec: *c\n`;
  const broken = (text: string) =>
    read(`${text}---\n${service("ok")}`).problems.map((problem) =>
      problem.cause === "syntax" ? problem.detail : problem.cause,
    );
  it.each([
    ["aliases in aliases", bomb, "its aliases expand to more than 1,000,000 nodes"],
    ["an alias in itself", `${service("s")}a: &x [*x]\n`, "an alias (*) inside its own anchor (&)"],
    ["an alias in a map in itself", `${service("s")}a: &x {b: {c: *x}}\n`, "an alias (*) inside its own anchor (&)"],
    [
      "a list of itself",
      "apiVersion: v1\nkind: List\nitems: &x\n- {apiVersion: v1, kind: List, items: *x}\n",
      "an alias (*) inside its own anchor (&)",
    ],
    [
      "a long chain of aliases",
      `${service("s")}a0: &a0 [x]\n${Array.from({ length: 20_000 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]\n`).join("")}`,
      "nested too deeply",
    ],
    [
      "a chain that is read from its end, since number keys come first",
      `${service("s")}a0: &a0 [x]\n${Array.from({ length: 20_000 }, (_, i) => `${30_000 - i}: &a${i + 1} [*a${i}]\n`).join("")}`,
      "nested too deeply",
    ],
    ["deep YAML", `${service("s")}spec: ${"[".repeat(100_000)}`, "nested too deeply"],
  ])("%s", (_what, text, detail) => {
    const begin = performance.now();
    expect(broken(text)).toEqual([detail]);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
  it.each([
    ["objects", '{"apiVersion":"v1","kind":"Service","spec":', '{"a":', "}"],
    ["lists", '{"apiVersion":"v1","kind":"Service","spec":', "[", "]"],
    ["Lists", '{"a":', '{"apiVersion":"v1","kind":"List","items":[', "]}"],
  ])("JSON with %s in one another", (_what, before, open, close) => {
    for (const depth of [1000, 50_000]) {
      const text = `${before}${open.repeat(depth)}1${close.repeat(depth)}}`;
      expect(read(text).problems).toMatchObject([{ cause: "syntax", detail: "nested too deeply" }]);
    }
  });
  it("no one is kept from using aliases, or from nesting as deep as CRDs do", () => {
    const shared = `${service("s")}x: &x {a: 1}\ny: [${Array.from({ length: 5000 }, () => "*x").join(",")}]\n`;
    const deep = `${service("s")}spec: ${"[".repeat(200)}${"]".repeat(200)}\n`;
    expect(problems(shared)).toEqual([]);
    expect(problems(deep)).toEqual([]);
    expect(
      problems(JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "a" }, x: [[[[1]]]] })),
    ).toEqual([]);
  });
});

describe("wrongly typed fields", () => {
  const problemsOf = (spec: string) => {
    const text = `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: a}\nspec:\n${spec}\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: good, namespace: a}\nspec: {rules: [{backendRefs: [{name: s, namespace: ns}]}]}\n`;
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
    const text = `apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: ns}\nspec: {${spec}}\n`;
    const report = audit(snapshotOfManifests(read(text), true), { namespace: null, selector: [] });
    const paths = report.findings.flatMap((finding) =>
      "problem" in finding && finding.problem.cause === "field" ? [formatPath(finding.problem.path)] : [],
    );
    expect(paths).toContain(path);
  });
});

describe("places", () => {
  const text = `# a comment\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: gateway.networking.k8s.io/v1\n  kind: HTTPRoute\n  metadata: {name: r, namespace: a}\n  spec:\n    rules:\n    - backendRefs:\n      - name: s\n        namespace: ns\n`;
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
  const ugly = [
    '{ "apiVersion" :"v1",\n"kind":"Namespace" , "metadata":{"name":"a", "x": {}, "y": [ ], "annotations": {"q\\"}{": "\\\\", "b": "]"},',
    '\t"z":[1,-2.5e3 , [ "a,b" ,{"c":null}], true\n ,"last" ] }}',
  ].join("\n");
  it.each([
    [[], "{"],
    [["kind"], '"Namespace"'],
    [["metadata", "name"], '"a",'],
    [["metadata", "x", "gone"], "{}"],
    [["metadata", "y", 0], "[ ]"],
    [["metadata", "annotations", 'q"}{'], '"\\\\"'],
    [["metadata", "annotations", "b"], '"]"'],
    [["metadata", "z", 0], "1,"],
    [["metadata", "z", 1], "-2.5"],
    [["metadata", "z", 2, 0], '"a,b"'],
    [["metadata", "z", 2, 1, "c"], "null"],
    [["metadata", "z", 3], "true"],
    [["metadata", "z", 4], '"last"'],
    [["metadata", "z", 5], "[1,-2"],
    [["metadata", "name", "below", 1], '"a",'],
    [["gone"], "{"],
  ])("in JSON are those that YAML has: %j", (path, found) => {
    const before = ugly.slice(0, ugly.indexOf(found)).split("\n");
    const place = { file: "in.yaml", line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    expect(locate(ugly, ...path)).toEqual(place);
    expect(locate(`# YAML\n${ugly.replaceAll("\t", " ")}`, ...path)).toEqual({ ...place, line: place.line + 1 });
  });
  it("in JSON cost next to nothing", () => {
    const item = (i: number) => ({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: `r${i}`, namespace: "a", annotations: { text: "x".repeat(500) } },
      spec: { rules: [{ backendRefs: [{ name: "s" }] }] },
    });
    const text = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: Array.from({ length: 5000 }, (_, i) => item(i)),
    });
    const { objects } = read(text);
    const timed = (work: () => void): number => {
      const begin = performance.now();
      work();
      return performance.now() - begin;
    };
    const reading = timed(() => read(text));
    const placing = timed(() => {
      for (const object of objects) object.locate(["spec", "rules", 0, "backendRefs", 0]);
    });
    expect(placing).toBeLessThan(5 * reading);
  });
  it("survive CRLF", () => {
    expect(locate(text.replaceAll("\n", "\r\n"), "spec", "rules", 0, "backendRefs", 0)).toEqual({
      file: "in.yaml",
      line: 12,
      column: 9,
    });
  });
  it("in lists that take turns are found without reading them again and again", () => {
    const list = (from: number) =>
      `apiVersion: v1\nkind: List\nitems:\n${Array.from(
        { length: 400 },
        (_, i) =>
          `- apiVersion: gateway.networking.k8s.io/v1\n  kind: HTTPRoute\n  metadata: {name: r${String(2 * i + from).padStart(4, "0")}, namespace: a}\n  spec:\n    rules:\n    - backendRefs:\n      - name: s\n        namespace: ns\n`,
      ).join("")}`;
    const { objects } = objectsOf(
      parseDocuments([
        { name: "even.yaml", text: list(0) },
        { name: "odd.yaml", text: list(1) },
      ]),
      "default",
    );
    const inTurn = objects.toSorted((a, b) => (a.id.name < b.id.name ? -1 : 1));
    const begin = performance.now();
    const places = inTurn.map((object) => object.locate(["spec", "rules", 0, "backendRefs", 0]));
    expect(performance.now() - begin).toBeLessThan(3000);
    expect(places).toEqual(
      Array.from({ length: 800 }, (_, i) => ({
        file: i % 2 === 0 ? "even.yaml" : "odd.yaml",
        line: 3 + 8 * Math.floor(i / 2) + 7,
        column: 9,
      })),
    );
  });
  it("stay right for more documents than are remembered", () => {
    const text = Array.from({ length: 300 }, (_, i) => service(`s${i}`)).join("---\n");
    const { objects } = read(text);
    const lines = () => objects.map((object) => object.locate(["metadata", "name"])?.line);
    const expected = objects.map((_, i) => 6 * i + 4);
    expect([lines(), lines()]).toEqual([expected, expected]);
  });
});
