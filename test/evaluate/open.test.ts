import { describe, expect, it } from "vitest";
import type { Gap } from "../../src/model/gap.ts";
import { audit } from "../../src/pipeline.ts";
import {
  core,
  findingLines,
  GW,
  gateway,
  grant,
  type Manifest,
  namespace,
  object,
  reportOn,
  route,
  snapshotOf,
  verdictLines,
} from "../harness/world.ts";

/** References that depend on what else there is: on objects that name the referrer, select the referent, or add listeners. */

const AI = "aigateway.envoyproxy.io/v1alpha1";
const ENVOY = "gateway.envoyproxy.io";

function hidden(world: readonly Manifest[], group: string, kind: string): ReturnType<typeof reportOn> {
  const gap: Gap = { cause: "forbidden", groupKind: { group, kind }, namespace: null, detail: "may not list it" };
  const snapshot = snapshotOf(world);
  return audit({ ...snapshot, source: "cluster", gaps: [gap] }, { namespace: null, selector: [] });
}

describe("what Envoy AI Gateway generates from an AIServiceBackend", () => {
  const backends = [
    object(AI, "AIServiceBackend", "models", "llm", {
      backendRef: { group: ENVOY, kind: "Backend", name: "openai" },
    }),
    object(`${ENVOY}/v1alpha1`, "Backend", "models", "openai", {}),
  ];
  const aiRoute = (home: string) =>
    object(AI, "AIGatewayRoute", home, "chat", { rules: [{ backendRefs: [{ name: "llm", namespace: "models" }] }] });
  const first = grant(
    "models",
    "first",
    [{ group: "aigateway.envoyproxy.io", kind: "AIGatewayRoute" }],
    [{ group: "aigateway.envoyproxy.io", kind: "AIServiceBackend", name: "llm" }],
  );
  const second = grant("models", "second", [{}], [{ group: ENVOY, kind: "Backend", name: "openai" }]);
  const own = "AIServiceBackend models/llm backendRef: ";

  it("stays at home while only routes of its own namespace name it", () => {
    expect(verdictLines(reportOn([...backends, aiRoute("models")]))).toContain(`${own}permitted`);
    expect(verdictLines(reportOn(backends))).toContain(`${own}permitted`);
  });

  it("is an HTTPRoute in the namespace of a route elsewhere, which the grant for the AIGatewayRoute does not cover", () => {
    const report = reportOn([...backends, aiRoute("app"), first]);
    expect(verdictLines(report)).toContain(`${own}unknown`);
    expect(findingLines(report)).toEqual(["info unknown-verdict AIServiceBackend models/llm"]);
  });

  it("is permitted by a grant for HTTPRoutes of each of those namespaces, and that grant is in use", () => {
    const report = reportOn([...backends, aiRoute("app"), first, second]);
    expect(verdictLines(report)).toContain(`${own}permitted`);
    expect(report.grants.map(({ usage }) => usage)).toEqual(["used", "used"]);
    const another = reportOn([...backends, aiRoute("app"), aiRoute("web"), first, second]);
    expect(verdictLines(another)).toContain(`${own}unknown`);
    expect(another.grants.map(({ usage }) => usage)).toContain("unknown");
  });

  it("cannot be told while the routes are out of sight", () => {
    const report = hidden(backends, "aigateway.envoyproxy.io", "AIGatewayRoute");
    expect(verdictLines(report)).toContain(`${own}unknown`);
  });

  it("takes a grant for another AIServiceBackend as one for this, so that nothing is refused or unused", () => {
    const misnamed = grant(
      "models",
      "other",
      [{ group: "aigateway.envoyproxy.io", kind: "AIGatewayRoute" }],
      [{ group: "aigateway.envoyproxy.io", kind: "AIServiceBackend", name: "other" }],
    );
    const report = reportOn([...backends, aiRoute("app"), misnamed]);
    expect(verdictLines(report)).toContain("AIGatewayRoute app/chat rules[0].backendRefs[0]: unknown");
    expect(findingLines(report, "warning")).toEqual(["warning grant-dangling ReferenceGrant models/other"]);
  });
});

describe("selectors that cannot be followed", () => {
  const target = gateway("zed", "gw", [{ name: "http", port: 80, protocol: "HTTP" }]);
  const labelled = { ...target, metadata: { namespace: "zed", name: "gw", labels: { tier: "edge" } } };
  const policy = object(`${ENVOY}/v1alpha1`, "ClientTrafficPolicy", "app", "tls", {
    targetSelectors: [
      {
        kind: "Gateway",
        matchLabels: { tier: "edge" },
        namespaces: { from: "Selector", selector: { matchLabels: { team: "z" } } },
      },
    ],
  });
  const reference = "ClientTrafficPolicy app/tls targetSelectors[0]: ";

  it("are unknown where the labels of the namespace are not in the files", () => {
    expect(verdictLines(reportOn([labelled, policy], false))).toEqual([`${reference}unknown`]);
  });

  it("are unknown where Namespaces may not be listed", () => {
    expect(verdictLines(hidden([labelled, policy], "", "Namespace"))).toEqual([`${reference}unknown`]);
  });

  it("name what they select where the labels are known, and nothing where they are otherwise", () => {
    const world = [labelled, policy, namespace("app")];
    expect(verdictLines(reportOn([...world, namespace("zed", { team: "z" })]))).toEqual([
      `${reference}refused RefNotPermitted`,
    ]);
    expect(verdictLines(reportOn([...world, namespace("zed", { team: "y" })]))).toEqual([]);
  });

  it("count as hiding references where the objects themselves are out of sight", () => {
    const keys = object("gateway.kgateway.dev/v1alpha1", "TrafficPolicy", "app", "keys", {
      apiKeyAuth: { secretSelector: { matchLabels: { k: "v" } } },
    });
    const report = hidden([keys], "", "Secret");
    expect(report.hiddenReferrers.map(({ groupKind }) => groupKind?.kind)).toEqual(["Secret"]);
    expect(hidden([policy], "", "Secret").hiddenReferrers).toEqual([]);
  });
});

describe("authorities for clients of a Gateway without an HTTPS listener of its own", () => {
  const reference = "Gateway edge/gw tls.frontend.default.validation.caCertificateRefs[0]: ";
  const frontend = {
    default: { validation: { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca", namespace: "certs" }] } },
  };
  const edge = (from: string, protocol = "HTTP") =>
    gateway("edge", "gw", [{ name: "one", port: 80, protocol }], {
      allowedListeners: { namespaces: { from } },
      tls: { frontend },
    });
  const set = (protocol: string) =>
    object(`${GW}/v1`, "ListenerSet", "app", "more", {
      parentRef: { name: "gw", namespace: "edge" },
      listeners: [{ name: "added", port: 443, protocol }],
    });

  it("are no reference while no HTTPS listener is there", () => {
    expect(verdictLines(reportOn([edge("None")]))).toEqual([]);
    expect(verdictLines(reportOn([edge("All")]))).toEqual([]);
    expect(verdictLines(reportOn([edge("All"), set("HTTP")]))).not.toContain(expect.stringContaining("frontend"));
  });

  it("are left open where a ListenerSet brings one, until a grant settles it", () => {
    expect(verdictLines(reportOn([edge("All"), set("HTTPS")]))).toContain(`${reference}unknown`);
    const granted = grant("certs", "ca", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "ConfigMap" }]);
    expect(verdictLines(reportOn([edge("All"), set("HTTPS"), granted]))).toContain(`${reference}permitted`);
  });

  it("cannot be told while ListenerSets are out of sight", () => {
    expect(verdictLines(hidden([edge("All")], GW, "ListenerSet"))).toEqual([`${reference}unknown`]);
  });

  it("are refused where the Gateway has one", () => {
    expect(verdictLines(reportOn([edge("All", "HTTPS")]))).toEqual([`${reference}refused RefNotPermitted`]);
  });
});

describe("kinds that do not exist", () => {
  const backend = (reference: object) =>
    route("HTTPRoute", "app", "web", { rules: [{ backendRefs: [{ name: "api", ...reference }] }] });

  it.each([
    { title: "core for the core group", reference: { group: "core", kind: "Service" } },
    { title: "a kind in small letters", reference: { kind: "service" } },
    { title: "a plural", reference: { kind: "Services" } },
  ])("are named in a backendRef: $title", ({ reference }) => {
    expect(findingLines(reportOn([backend(reference)]))).toEqual(["error reference-unknown-kind HTTPRoute app/web"]);
    // A grant with the same slip matches and opens nothing.
    const same = grant("back", "g", [{}], [{ name: "api", ...reference }]);
    const report = reportOn([backend({ ...reference, namespace: "back" }), same]);
    expect(findingLines(report, "error")).toEqual(["error reference-unknown-kind HTTPRoute app/web"]);
  });

  it.each([
    { kind: "ConfigMap" },
    { group: "example.com", kind: "Service" },
    { group: "example.com", kind: "service" },
  ])("are not seen in what may be somebody's: %o", (reference) => {
    expect(findingLines(reportOn([backend(reference)], false))).toEqual([]);
  });

  it.each([{ kind: "Service" }, { group: "core", kind: "Service" }, { group: "", kind: "Gateway" }])(
    "refuse a parentRef: %o",
    (parent) => {
      const world = [
        core("Service", "app", "api"),
        route("HTTPRoute", "app", "web", { parentRefs: [{ name: "api", ...parent }] }),
      ];
      expect(verdictLines(reportOn(world))).toEqual(["HTTPRoute app/web parentRefs[0]: refused ParentNotFound"]);
    },
  );

  it("leave open a parent that may be somebody's", () => {
    const world = [
      route("HTTPRoute", "app", "web", { parentRefs: [{ group: "example.com", kind: "Mesh", name: "x" }] }),
    ];
    expect(verdictLines(reportOn(world))).toEqual(["HTTPRoute app/web parentRefs[0]: unknown"]);
  });
});

describe("empty and needless namespaces", () => {
  it("an empty one of a claim's data source is none, as Kubernetes has it", () => {
    const claim = object("v1", "PersistentVolumeClaim", "app", "data", {
      dataSourceRef: { kind: "PersistentVolumeClaim", name: "golden", namespace: "" },
    });
    expect(reportOn([claim]).decisions.map(({ outcome }) => outcome.verdict)).toEqual(["permitted"]);
    expect(findingLines(reportOn([claim], false))).toEqual([]);
  });

  it("one beside a cluster-scoped kind in a local field is dropped, and harms nothing", () => {
    const policy = object(`${GW}/v1`, "BackendTLSPolicy", "app", "tls", {
      targetRefs: [{ group: "", kind: "Service", name: "api" }],
      validation: {
        hostname: "api",
        caCertificateRefs: [{ group: "certificates.k8s.io", kind: "ClusterTrustBundle", name: "ca", namespace: "x" }],
      },
    });
    expect(findingLines(reportOn([policy, core("Service", "app", "api")]), "warning")).toEqual([]);
  });
});

describe("grants that the API server would refuse", () => {
  const app = [
    route("HTTPRoute", "app", "web", { rules: [{ backendRefs: [{ name: "api", namespace: "back", port: 80 }] }] }),
    core("Service", "back", "api"),
  ];
  const refused = ["HTTPRoute app/web rules[0].backendRefs[0]: refused RefNotPermitted"];
  const wild = grant("back", "g", [{}, { namespace: "*" }], [{}]);
  const crowded = grant(
    "back",
    "g",
    Array.from({ length: 17 }, (_, index) => ({ namespace: index === 0 ? "app" : `n${index}` })),
    [{}],
  );
  const unheard: Manifest = { ...grant("back", "g", [{}], [{}]), apiVersion: `${GW}/v7` };

  it.each([
    { title: "one entry has a wildcard", given: wild },
    { title: "there are too many entries", given: crowded },
    { title: "its version never was", given: unheard },
  ])("permit nothing in files: $title", ({ given }) => {
    const report = reportOn([...app, given]);
    expect(verdictLines(report)).toEqual(refused);
    expect(findingLines(report, "error")).toEqual([
      "error manifest-rejected ReferenceGrant back/g",
      "error ref-not-permitted HTTPRoute app/web",
    ]);
  });

  it("are what a cluster has taken all the same, when it is asked", () => {
    const report = audit({ ...snapshotOf([...app, wild]), source: "cluster" }, { namespace: null, selector: [] });
    expect(verdictLines(report)).toEqual(["HTTPRoute app/web rules[0].backendRefs[0]: permitted"]);
  });
});

describe("clauses that may not count", () => {
  const toAi = (name: string, to: string, kind = "AIServiceBackend") =>
    grant(
      "models",
      name,
      [{ group: "aigateway.envoyproxy.io", kind: "AIGatewayRoute" }],
      [{ group: "aigateway.envoyproxy.io", kind, name: to }],
    );
  const aiRoute = object(AI, "AIGatewayRoute", "app", "chat", {
    rules: [{ backendRefs: [{ name: "llm", namespace: "models" }] }],
  });

  it("keep every grant that fails in them alone from being refused or unused, however many others come near", () => {
    const near = Array.from({ length: 12 }, (_, index) => toAi(`near-${index}`, "llm", "AIServiceBackends"));
    const misnamed = Array.from({ length: 12 }, (_, index) => toAi(`other-${index}`, `other-${index}`));
    const report = reportOn([aiRoute, ...near, ...misnamed]);
    expect(verdictLines(report)).toEqual(["AIGatewayRoute app/chat rules[0].backendRefs[0]: unknown"]);
    const unused = report.grants.filter(({ usage }) => usage === "unused").map(({ grant: { id } }) => id.name);
    expect(unused.filter((name) => name.startsWith("other-"))).toEqual([]);
  });
});

describe("what an implementation reads in a route beside its rules", () => {
  it("is asked for under a mesh parent too", () => {
    const plugins = { "konghq.com/plugins": "back:limit" };
    const web = route("HTTPRoute", "app", "web", { parentRefs: [{ group: "", kind: "Service", name: "api" }] });
    const annotated = { ...web, metadata: { namespace: "app", name: "web", annotations: plugins } };
    const plugin = object("configuration.konghq.com/v1", "KongPlugin", "back", "limit", {});
    const lines = verdictLines(reportOn([annotated, plugin, core("Service", "app", "api")]));
    expect(lines.filter((line) => line.includes("annotations"))).toEqual([
      expect.stringMatching(/refused RefNotPermitted$/),
    ]);
  });

  it("a slip of a mesh parent is judged as the mesh that was meant", () => {
    const web = route("HTTPRoute", "app", "web", {
      parentRefs: [{ kind: "Service", name: "api" }],
      rules: [{ backendRefs: [{ name: "api", namespace: "back", port: 80 }] }],
    });
    expect(findingLines(reportOn([web, core("Service", "back", "api")]), "error")).toEqual([
      "error not-attached HTTPRoute app/web",
    ]);
  });
});
