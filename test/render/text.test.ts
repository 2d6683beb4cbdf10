import { describe, expect, it } from "vitest";
import { audit } from "../../src/pipeline.ts";
import { article, type Display, printable } from "../../src/render/text.ts";
import { auditJson, auditText, auditWide, auditYaml } from "../harness/printed.ts";
import { core, GW, gateway, grant, type Manifest, namespace, reportOn, route, snapshotOf } from "../harness/world.ts";

const PLAIN: Display = { width: null, color: false, unicode: true, headers: true };

/** Everything that a terminal might obey. */
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const world: readonly Manifest[] = [
  namespace("app"),
  namespace("backend"),
  { ...core("Service", "backend", "api"), spec: { selector: { app: "api" } } },
  grant("backend", "g", [{}], [{ name: "api" }]),
  gateway("edge", "gw", [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } }]),
  route("HTTPRoute", "app", "web", {
    parentRefs: [{ name: "gw", namespace: "edge" }],
    rules: [
      {
        backendRefs: [
          { name: "api", namespace: "backend", port: 80 },
          { name: "other", namespace: "backend", port: 80 },
        ],
      },
    ],
  }),
];

describe("the article of a kind", () => {
  it.each(["Ingress", "HTTPRoute", "XBackend", "AIGatewayRoute", "EnvoyProxy", "MCPRoute", "Upstream"])(
    "is an: %s",
    (kind) => expect(article(kind)).toBe("an"),
  );
  it.each([
    "Secret",
    "Service",
    "UDPRoute",
    "TLSRoute",
    "GRPCRoute",
    "WAFPolicy",
    "ListenerSet",
    "ReferenceGrant",
    "User",
  ])("is a: %s", (kind) => expect(article(kind)).toBe("a"));

  it("stands in findings", () => {
    const ingress = { group: "networking.k8s.io", kind: "Ingress" };
    const routes = [{ group: GW, kind: "HTTPRoute" }];
    const report = reportOn([namespace("b"), grant("b", "g", [ingress], routes)]);
    expect(auditText(report, PLAIN)).toContain("is known here to name an HTTPRoute of another namespace");
  });
});

describe("text from clusters and files", () => {
  const evil = "a\u001b]0;owned\u0007\u001b[31m\u009b2J\u202eb\u2066\r\nc\u0000";

  it("printable keeps letters and drops what a terminal obeys", () => {
    expect(printable(evil)).toBe("a]0;owned[31m2Jb c");
    expect(printable("zażółć ✓ 名前")).toBe("zażółć ✓ 名前");
  });

  it("reaches no output with control characters", () => {
    const hostile: readonly Manifest[] = [
      gateway("edge", "gw", [
        {
          name: evil,
          port: 80,
          protocol: evil,
          hostname: evil,
          allowedRoutes: { namespaces: { from: evil, selector: { matchLabels: { [evil]: evil } } } },
        },
      ]),
      route("HTTPRoute", "app", "web", {
        parentRefs: [
          { name: "gw", namespace: "edge", sectionName: evil },
          { name: evil, namespace: "edge" },
          { name: "gw", namespace: "edge" },
        ],
        hostnames: [evil],
        rules: [
          {
            backendRefs: [
              { name: evil, namespace: "backend" },
              { name: "x", namespace: evil },
            ],
          },
        ],
      }),
      grant("backend", "g", [{ kind: evil }, { namespace: evil }], [{ name: evil }, { kind: evil }]),
    ];
    const report = reportOn(hostile);
    for (const text of [
      auditText(report, PLAIN),
      auditWide(report, PLAIN),
      auditJson(report),
      auditYaml(report),
      auditText(report, { ...PLAIN, width: 120 }),
    ]) {
      expect(CONTROLS.exec(text)).toBeNull();
    }
    expect(JSON.stringify(JSON.parse(auditJson(report)))).toContain(JSON.stringify(evil).slice(1, -1));
  });
});

describe("the matrix", () => {
  const lines = (display: Partial<Display>) => auditText(reportOn(world), { ...PLAIN, ...display }).split("\n");

  it("has permissions, uses and parents in one line for each kind and namespace", () => {
    expect(lines({}).slice(1, 3)).toEqual([
      "FROM            TO backend           ATTACHES TO",
      "HTTPRoute app   Service api  ✓1 ✗1   edge/gw: http",
    ]);
  });

  it("has an ASCII form", () => {
    const text = lines({ unicode: false }).join("\n");
    expect(/[^\x20-\x7e\n]/.exec(text)).toBeNull();
    expect(text).toContain("Service api  +1 x1");
  });

  it("is boxed on a terminal that is wide enough, and folds on one that is not", () => {
    expect(lines({ width: 100 })[1]).toMatch(/^┌─+┬/);
    const narrow = lines({ width: 40 });
    expect(narrow[1]).toBe("(1 target namespace side by side would not fit in 40 columns: one line for each pair)");
    expect(narrow[2]).toBe("FROM            TO        MAY REFERENCE               REFERENCES");
  });

  it("goes without heads where asked", () => {
    const bare = lines({ headers: false });
    expect(bare[0]).toBe("HTTPRoute app   Service api  ✓1 ✗1   edge/gw: http");
    expect(bare.join("\n")).not.toMatch(/FROM|FINDINGS|PERMISSIONS/);
  });

  it("uses colour only to repeat what the words say", () => {
    const text = auditText(reportOn(world), { ...PLAIN, color: true });
    expect(text).toContain("\u001b[31m");
    expect(text.replace(/\u001b\[\d+m/g, "")).toBe(auditText(reportOn(world), PLAIN));
  });
});

describe("a world with nothing across namespaces", () => {
  it("says so in one sentence", () => {
    const local = [
      route("HTTPRoute", "app", "web", { rules: [{ backendRefs: [{ name: "s", port: 80 }] }] }),
      core("Service", "app", "s"),
    ];
    expect(auditText(reportOn(local), PLAIN)).toBe(
      "Nothing crosses a namespace: 1 reference seen, no grant, nothing to report.\n",
    );
  });
});

describe("-o wide", () => {
  it("has every permission and reference on a line of its own", () => {
    const text = auditWide(reportOn(world), PLAIN);
    expect(text.split("\n")).toEqual([
      "GRANT       ENTRY           FROM            TO                    USAGE",
      "backend/g   from[0] to[0]   HTTPRoute app   Service backend/api   used",
      "",
      expect.stringMatching(/^VERDICT +FROM +FIELD +TO +REASON +WHY +SOURCE$/),
      expect.stringMatching(
        /^permitted +HTTPRoute app\/web +parentRefs\[0\] +Gateway edge\/gw +<none> +listener http +world\.json:/,
      ),
      expect.stringMatching(
        /^permitted +HTTPRoute app\/web +rules\[0\]\.backendRefs\[0\] +Service backend\/api +<none> +ReferenceGrant backend\/g from\[0\] to\[0\] /,
      ),
      expect.stringMatching(
        /^refused +HTTPRoute app\/web +rules\[0\]\.backendRefs\[1\] +Service backend\/other +RefNotPermitted +nearest grant backend\/g: to\[0\]\.name is api, needs other /,
      ),
      "",
      expect.stringMatching(/^SEVERITY +CODE +OBJECT +FINDING +SOURCE$/),
      expect.stringMatching(/^error +target-not-found|^warning +listener-open-to-all/),
      "",
    ]);
  });
});

describe("references of cluster-scoped objects", () => {
  const gatewayClass: Manifest = {
    apiVersion: `${GW}/v1`,
    kind: "GatewayClass",
    metadata: { name: "nginx" },
    spec: {
      controllerName: "example.com/controller",
      parametersRef: { group: "", kind: "ConfigMap", name: "params", namespace: "edge" },
    },
  };
  const report = reportOn([namespace("edge"), core("ConfigMap", "edge", "params"), gatewayClass]);

  it("have a line in the matrix, without a namespace, and a word in the summary", () => {
    const [, head, line, , summary] = auditText(report, PLAIN).split("\n");
    expect([head, line]).toEqual(["FROM           TO edge", "GatewayClass   ✓1"]);
    expect(summary).toBe(
      "1 cross-namespace reference (0 for grants, 0 to parents, 1 that nobody has to permit): 1 permitted, 0 refused, 0 unknown. No grants. 0 errors, 0 warnings, 0 info.",
    );
  });

  it("-o wide names the object", () => {
    expect(auditWide(report, PLAIN)).toMatch(
      /^permitted +GatewayClass nginx +parametersRef +ConfigMap edge\/params +<none> /m,
    );
  });

  it("are decisions of their own in JSON", () => {
    expect(JSON.parse(auditJson(report)).decisions).toMatchObject([
      {
        row: "GatewayClass.parametersRef",
        rule: { implementation: "gateway-api", enforcement: null },
        referrer: { kind: "GatewayClass", namespace: null },
        crossesNamespace: true,
        handshake: "none",
        reach: "anywhere",
        verdict: "permitted",
        witness: { by: "unrestricted" },
        referentExistence: "present",
      },
    ]);
  });
});

describe("ignored findings", () => {
  const annotations = { "kubectl-refgrant/ignore": "listener-open-to-all" };
  const annotated = world.map((manifest) =>
    manifest.kind === "Gateway" ? { ...manifest, metadata: { name: "gw", namespace: "edge", annotations } } : manifest,
  );
  const report = audit(
    snapshotOf(annotated),
    { namespace: null, selector: [] },
    { annotations: true, rules: [{ code: "ref-not-permitted", subject: null }] },
  );

  it("are counted at the end of the summary", () => {
    const text = auditText(report, PLAIN);
    expect(text).toMatch(/\. 2 findings ignored \(1 by flag, 1 by annotation\)\.\n$/);
    expect(text).not.toMatch(/FINDINGS|listener-open-to-all/);
  });

  it("-o wide shows none, and counts them behind the tables; what is refused stays among the references", () => {
    const text = auditWide(report, PLAIN);
    expect(text).not.toMatch(/SEVERITY|listener-open-to-all/);
    expect(text).toMatch(/\n\n2 findings ignored \(1 by flag, 1 by annotation\)\.\n$/);
    expect(auditWide(reportOn(world), PLAIN)).not.toContain("ignored");
    expect(text).toMatch(/^refused +HTTPRoute app\/web /m);
  });

  it("are told even where nothing else is, and then there was something to report", () => {
    const missing = route("HTTPRoute", "app", "web", { rules: [{ backendRefs: [{ name: "gone", port: 80 }] }] });
    const silent = audit(
      snapshotOf([namespace("app"), missing]),
      { namespace: null, selector: [] },
      { annotations: true, rules: [{ code: "target-not-found", subject: { namespace: "app", name: "web" } }] },
    );
    const sentence = "Nothing crosses a namespace: 1 reference seen, no grant. 1 finding ignored (1 by flag).\n";
    expect([auditText(silent, PLAIN), auditWide(silent, PLAIN)]).toEqual([sentence, sentence]);
  });

  it("are in the JSON, with who wanted that", () => {
    expect(JSON.parse(auditJson(report)).ignored).toMatchObject([
      { code: "ref-not-permitted", severity: "error", ignoredBy: "flag" },
      { code: "listener-open-to-all", severity: "warning", ignoredBy: "annotation", decision: null },
    ]);
  });
});
