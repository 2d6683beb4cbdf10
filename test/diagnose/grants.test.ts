import { describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { findingPlace, findingText } from "../../src/render/finding-prose.ts";
import {
  core,
  type FromEntry,
  GW,
  GWX,
  grant,
  type Manifest,
  namespace,
  object,
  reportOn,
  reportOnCluster,
  route,
  type ToEntry,
} from "../harness/world.ts";

/** What is said of single entries of a grant, and of what stands in them. */

const PLAIN = { width: null, color: false, unicode: true, headers: true };
const NAMESPACES = ["app", "backend", "edge"].map((name) => namespace(name));
const api = core("Service", "backend", "api");
const toApi = { name: "api", namespace: "backend", port: 80 };
const web = (...backendRefs: readonly object[]) => route("HTTPRoute", "app", "web", { rules: [{ backendRefs }] });

const lines = ({ findings }: Report, ...codes: readonly string[]): readonly string[] =>
  findings
    .filter(({ code }) => codes.length === 0 || codes.includes(code))
    .map((finding) => `${finding.severity} ${finding.code}: ${findingText(finding, PLAIN).message}`);

const on = (...world: readonly Manifest[]): Report => reportOn([...NAMESPACES, ...world]);

/** What is said of the kinds in a grant of namespace `backend`, without the code. */
const ofKinds = (from: readonly FromEntry[], to: readonly ToEntry[], ...world: readonly Manifest[]) =>
  lines(on(grant("backend", "g", from, to), ...world), "grant-unknown-kind").map((line) =>
    line.replace(" grant-unknown-kind:", ""),
  );

describe("kinds that nobody knows", () => {
  const strange = { group: "foo.example.com", kind: "Whatever" };
  const unknown = "names Whatever of group foo.example.com, a kind whose references are not known here";

  it("are told with what cannot be told of their use", () => {
    expect(ofKinds([strange], [{ name: "api" }], api)).toEqual([
      `info from[0] ${unknown}; whether it is in use cannot be told`,
    ]);
  });
  it("that can match nothing here are not said to be of open use", () => {
    expect(ofKinds([strange], [{ name: "*" }], api)).toEqual([`info from[0] ${unknown}`]);
  });
  it("are no finding where something uses them", () => {
    const used = web({ ...strange, name: "x", namespace: "backend" });
    expect(ofKinds([{}], [strange], used)).toEqual([]);
    expect(ofKinds([{}], [strange])).toEqual([`info to[0] ${unknown}; whether it is in use cannot be told`]);
  });
  it("that are a slip are asked about even where an equal slip uses them", () => {
    const slip = web({ ...toApi, group: "", kind: "service" });
    expect(ofKinds([{}], [{ kind: "service" }], slip)).toEqual([
      'warning to[0] names service of group "": did you mean Service of group ""?',
    ]);
  });
});

describe("kinds of the catalogue that do not fit what the grant opens", () => {
  const traffic = { group: "gateway.kgateway.dev", kind: "TrafficPolicy" };
  const listener = { group: "gateway.kgateway.dev", kind: "ListenerPolicy" };
  const kong = { group: "configuration.konghq.com", kind: "KongCertificate" };
  const ingress = { group: "networking.k8s.io", kind: "Ingress" };
  const table: readonly (readonly [string, FromEntry, ToEntry, readonly string[]])[] = [
    [
      "no field names it",
      ingress,
      { name: "api" },
      [
        "names Ingress: no field of it is known here to name a Service of another namespace; whether it is in use cannot be told",
      ],
    ],
    [
      "another kind of the implementation has to be trusted, which it names",
      traffic,
      { name: "api" },
      ["names TrafficPolicy: to open a Service for it, a grant has to trust GatewayExtension instead"],
    ],
    [
      "the implementation looks at other kinds instead",
      listener,
      { kind: "ConfigMap", name: "ca" },
      ["names ListenerPolicy: to open a ConfigMap for it, a grant has to trust Gateway or ListenerSet instead"],
    ],
    [
      "another kind of grant decides",
      kong,
      { kind: "Secret", name: "s" },
      [
        "names KongCertificate.configuration.konghq.com: whether it may name a Secret of another namespace, a KongReferenceGrant decides, not a ReferenceGrant",
      ],
    ],
    [
      "that grant does not decide about this kind",
      kong,
      { name: "api" },
      [
        "names KongCertificate.configuration.konghq.com: no field of it is known here to name a Service of another namespace; whether it is in use cannot be told",
      ],
    ],
    ["a field names it", traffic, { kind: "Secret", name: "s" }, []],
    ["a grant for that kind is needed by another field", listener, { kind: "Secret", name: "s" }, []],
  ];
  it.each(table)("%s", (_, from, to, expected) => {
    expect(ofKinds([from], [to])).toEqual(expected.map((text) => `info from[0] ${text}`));
  });
  it("a kind that no field names", () => {
    expect(ofKinds([{}], [traffic])).toEqual([
      "info to[0] names TrafficPolicy: no field is known here to name a TrafficPolicy of another namespace; whether it is in use cannot be told",
    ]);
  });
  it("are no finding of their own where the other side can match nothing", () => {
    expect(ofKinds([ingress], [{ name: "*" }])).toEqual([]);
  });
});

describe("slips", () => {
  it.each([
    [{ group: GW, kind: "XTelemetryPolicy" }, `XTelemetryPolicy of group ${GWX}`],
    [{ group: GW, kind: "TelemetryPolicy" }, `XTelemetryPolicy of group ${GWX}`],
    [{ group: "gateway.envoyproxy.io", kind: "SecurityPolicies" }, "SecurityPolicy of group gateway.envoyproxy.io"],
    [{ group: "k8s.io.networking.gateway", kind: "HTTPRoute" }, `HTTPRoute of group ${GW}`],
  ])("%j is asked about", (from, meant) => {
    const [said] = ofKinds([from], [{ name: "api" }], api);
    expect(said).toMatch(/^warning from\[0\] names /);
    expect(said).toContain(`: did you mean ${meant}?`);
  });
  it("a kind that core does not have is asked about, a vendor's is not", () => {
    expect(ofKinds([{}], [{ group: "", kind: "InferencePool", name: "p" }])).toEqual([
      'warning to[0] names InferencePool of group "": did you mean InferencePool of group inference.networking.k8s.io?',
    ]);
    expect(ofKinds([{}], [{ group: "example.com", kind: "InferencePool", name: "p" }])[0]).toMatch(/^info /);
  });
});

describe("slips of what would permit nothing", () => {
  const inertOf = (from: readonly FromEntry[], to: readonly ToEntry[]) =>
    lines(on(api, grant("backend", "g", from, to)), "grant-inert", "grant-unknown-kind");
  const attaches =
    "names a kind that routes attach to; that is for allowedRoutes of its listeners, a grant has no part in it";
  it("say so, and do not ask what was meant", () => {
    expect(inertOf([{}], [{ group: "", kind: "Gateway" }])).toEqual([`warning grant-inert: to[0] ${attaches}`]);
    expect(inertOf([{}], [{ group: GW, kind: "gateways" }])).toEqual([`warning grant-inert: to[0] ${attaches}`]);
  });
  it("ask what was meant where it would permit something", () => {
    expect(inertOf([{ group: "aga.k8s.aws", kind: "GlobalAccelerator" }], [{ group: "", kind: "Gateway" }])).toEqual([
      `warning grant-unknown-kind: to[0] names Gateway of group "": did you mean Gateway of group ${GW}?`,
    ]);
  });
});

describe("entries that can match nothing", () => {
  const inert = (from: readonly FromEntry[], to: readonly ToEntry[]) =>
    lines(on(api, grant("backend", "g", from, to)), "grant-inert", "grant-broad");
  const without = "names a kind without namespaces, which needs no grant; it permits nothing";
  const attaches =
    "names a kind that routes attach to; that is for allowedRoutes of its listeners, a grant has no part in it";
  const toGateway = { group: GW, kind: "Gateway" };

  it.each([
    { group: GW, kind: "GatewayClass" },
    { group: "", kind: "Namespace" },
    { group: GWX, kind: "XMesh" },
    { group: "certificates.k8s.io", kind: "ClusterTrustBundle" },
  ])("name a kind without namespaces: %j", (kind) => {
    expect(inert([{}], [kind])).toEqual([`warning grant-inert: to[0] ${without}`]);
    expect(inert([kind], [{ name: "api" }])).toEqual([`warning grant-inert: from[0] ${without}`]);
  });
  it.each([
    ["a slip in the group", { group: `${GW}/v1` }],
    ["a slip in the kind", { kind: "HTTPRoutes" }],
    ["the grant's own namespace", { kind: "Gateway", namespace: "backend" }],
  ])("do not count beside a route: %s", (_, slip) => {
    expect(inert([{}, slip], [toGateway])).toContain(`warning grant-inert: to[0] ${attaches}`);
    expect(inert([slip, {}], [toGateway]).join()).not.toContain("grant-broad");
  });
  it("a kind that may refer to a Gateway keeps the entry alive", () => {
    const accelerator = { group: "aga.k8s.aws", kind: "GlobalAccelerator" };
    expect(inert([{}, accelerator], [toGateway]).join()).not.toContain(attaches);
  });
});

describe("fields that a grant has not", () => {
  const from = { group: GW, kind: "HTTPRoute", namespace: "app" };
  const to = { group: "", kind: "Service", name: "api" };
  const ofSpec = (spec: object) => object(`${GW}/v1`, "ReferenceGrant", "backend", "g", spec);
  const ignored = (spec: object) =>
    on(api, web(toApi), ofSpec(spec)).findings.filter(({ code }) => code === "grant-field-ignored");
  const table: readonly (readonly [string, object, readonly string[]])[] = [
    ["none", { from: [from], to: [to] }, []],
    ["a name in from", { from: [{ ...from, name: "only-this-route" }], to: [to] }, ["spec.from[0].name"]],
    ["names in to", { from: [from], to: [to, { group: "", kind: "Service", names: ["s"] }] }, ["spec.to[1].names"]],
    ["a namespace in to", { from: [from], to: [{ ...to, namespace: "x" }] }, ["spec.to[0].namespace"]],
    ["a selector", { from: [from], to: [to], selector: { matchLabels: {} } }, ["spec.selector"]],
    ["one more in other case", { from: [from], to: [{ ...to, Name: "x" }] }, ["spec.to[0].Name"]],
    ["one without a value", { from: [{ ...from, name: null }], to: [to], selector: null }, []],
    [
      "several",
      { from: [{ ...from, labels: {}, name: "x" }], to: [to], mode: "strict" },
      ["spec.mode", "spec.from[0].labels", "spec.from[0].name"],
    ],
  ];
  it.each(table)("%s", (_, spec, paths) => {
    expect(ignored(spec).map((finding) => findingText(finding, PLAIN))).toEqual(
      paths.map((path) => ({
        message: `${path} is no field of a ReferenceGrant, and the API server drops it`,
        reason: null,
        detail: "it restricts nothing: the grant is as wide as without it",
      })),
    );
    expect(ignored(spec).map(({ severity }) => severity)).toEqual(paths.map(() => "warning"));
  });
  const said = (spec: object) =>
    ignored(spec).map((finding) => {
      const { message, detail } = findingText(finding, PLAIN);
      return [message.replace(" is no field of a ReferenceGrant, and the API server drops it", ""), detail];
    });
  const WIDE = "it restricts nothing: the grant is as wide as without it";
  const { namespace: _, ...trusting } = from;
  const { group: __, ...opening } = to;
  const hints: readonly (readonly [string, object, readonly (readonly [string, string | null])[]])[] = [
    [
      "another case",
      { from: [from], to: [{ group: "", kind: "Service", Name: "api" }] },
      [["spec.to[0].Name; did you mean name?", WIDE]],
    ],
    ["another case of a list", { From: [from], to: [to] }, [["spec.From; did you mean from?", null]]],
    [
      "a selector for the namespace",
      { from: [{ ...trusting, namespaceSelector: {} }], to: [to] },
      [["spec.from[0].namespaceSelector", null]],
    ],
    [
      "apiVersion for group",
      { from: [from], to: [{ ...opening, apiVersion: "v1" }] },
      [["spec.to[0].apiVersion; did you mean group?", null]],
    ],
    ["apiVersion beside group", { from: [from], to: [{ ...to, apiVersion: "v1" }] }, [["spec.to[0].apiVersion", WIDE]]],
    [
      "anything in a grant that is refused for another reason",
      { from: [{ ...from, name: "x" }], to: [to, opening] },
      [["spec.from[0].name", null]],
    ],
  ];
  it.each(hints)("say what was meant, and of a grant that is refused no more: %s", (_, spec, expected) => {
    expect(said(spec)).toEqual(expected);
  });
  it("restrict nothing: what the rest of the grant permits is permitted", () => {
    const report = on(api, web(toApi), ofSpec({ from: [{ ...from, name: "another" }], to: [to] }));
    expect(report.decisions.map(({ outcome }) => outcome.verdict)).toEqual(["permitted"]);
  });
  it("stand at their place in the file", () => {
    const report = on(api, ofSpec({ from: [from], to: [{ ...to, namespace: "x" }] }));
    const [finding] = report.findings.filter(({ code }) => code === "grant-field-ignored");
    const id = { group: GW, kind: "ReferenceGrant", namespace: "backend", name: "g" };
    expect(finding && findingPlace(finding, report.locate)).toEqual(report.locate(id, ["spec", "to", 0, "namespace"]));
    expect(report.locate(id, ["spec", "to", 0, "namespace"])).not.toEqual(report.locate(id, ["spec", "to", 0]));
  });
  it("are no finding in a cluster, which has dropped them", () => {
    const world = [...NAMESPACES, api, web(toApi), ofSpec({ from: [from], to: [to], selector: {} })];
    expect(lines(reportOnCluster(world), "grant-field-ignored")).toEqual([]);
  });
});

describe("redundancy", () => {
  it("within one grant is told on the entry", () => {
    const report = on(api, web(toApi), grant("backend", "g", [{}, {}], [{}, { name: "api" }]));
    expect(lines(report, "grant-redundant")).toEqual([
      "info grant-redundant: from[1] adds nothing: from[0] says the same",
      "info grant-redundant: to[1] adds nothing: to[0] takes every Service",
    ]);
  });
  it("is not told of what matches nothing by a slip", () => {
    const slips = [
      grant("backend", "one", [{}], [{ kind: "Services" }, { kind: "Services" }]),
      grant("backend", "two", [{}], [{ kind: "Services" }]),
      grant("backend", "three", [{ kind: "HTTPRoutes" }, { kind: "HTTPRoutes" }], [{}]),
      grant("backend", "four", [{ kind: "HTTPRoutes" }], [{ name: "api" }]),
    ];
    expect(lines(on(api, web(toApi), ...slips), "grant-redundant")).toEqual([]);
  });
  it("is not told of a grant that a broken one covers, nor of one that is refused itself", () => {
    const broken = grant("backend", "broken", [{}], [{}, { kind: "Secrets" }]);
    const narrow = grant("backend", "narrow", [{}], [{ name: "api" }]);
    expect(lines(on(api, web(toApi), broken, narrow), "grant-redundant")).toEqual([]);
    const slipped = grant("backend", "slipped", [{}], [{ name: "api" }, { kind: "Services", name: "api" }]);
    const sound = grant("backend", "sound", [{}], [{}]);
    expect(lines(on(api, web(toApi), sound, slipped), "grant-redundant")).toEqual([]);
    const refused = { ...narrow, apiVersion: `${GW}/v7` };
    expect(lines(on(api, web(toApi), sound, refused), "grant-redundant")).toEqual([]);
  });
  it("is not told of a grant that only one which would be refused covers", () => {
    const narrow = grant("backend", "narrow", [{}], [{ name: "api" }]);
    const wide = grant("backend", "wide", [{}], [{}]);
    const redundant = (apiVersion: string, more: readonly Manifest[] = []) =>
      lines(on(api, web(toApi), narrow, { ...wide, apiVersion }, ...more), "grant-redundant");
    expect(redundant(`${GW}/v1`)).toEqual([
      "info grant-redundant: everything that it permits, ReferenceGrant backend/wide permits too",
    ]);
    expect(redundant(`${GW}/v7`)).toEqual([]);
    expect(redundant(`${GW}/v1alpha2`)).toEqual([]);
    const world = [...NAMESPACES, api, web(toApi), narrow, { ...wide, apiVersion: `${GW}/v1alpha2` }];
    expect(lines(reportOnCluster(world, { problems: [] }), "grant-redundant")).toHaveLength(1);
  });
});
