import { describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { findingText } from "../../src/render/finding-prose.ts";
import {
  core,
  findingLines,
  GW,
  GWX,
  gateway,
  grant,
  type Manifest,
  namespace,
  object,
  reportOn,
  reportOnCluster,
  route,
  verdictLines,
  withStatus,
} from "../harness/world.ts";

/**
 * What is easy to get wrong about references across namespaces, one by one. The rules behind are in docs/rules.md; the
 * numbers are this list's own.
 */

const PLAIN = { width: null, color: false, unicode: true, headers: true };
const NAMESPACES = ["app", "backend", "edge"].map((name) => namespace(name));
const HTTP = { name: "http", port: 80, protocol: "HTTP" };
const HTTPS = { name: "https", port: 443, protocol: "HTTPS" };
const all = { allowedRoutes: { namespaces: { from: "All" } } };
const selecting = (selector: object | undefined) => ({
  allowedRoutes: { namespaces: selector === undefined ? { from: "Selector" } : { from: "Selector", selector } },
});
const api = core("Service", "backend", "api");
const cert = core("Secret", "backend", "cert");
const ca = core("ConfigMap", "backend", "ca");
const toApi = { name: "api", namespace: "backend", port: 80 };
const toCert = { name: "cert", namespace: "backend" };
const toCa = { group: "", kind: "ConfigMap", name: "ca", namespace: "backend" };
const EDGE_GATEWAY = { name: "gw", namespace: "edge" };
const MESH = { group: "", kind: "Service", name: "api", namespace: "backend" };
const BUNDLE = { group: "certificates.k8s.io", kind: "ClusterTrustBundle" };
const rules = (...backendRefs: readonly object[]) => ({ rules: [{ backendRefs }] });
const web = (spec: object = rules(toApi)) => route("HTTPRoute", "app", "web", spec);
const authority = (ref: object) => ({ tls: { frontend: { default: { validation: { caCertificateRefs: [ref] } } } } });

/** The verdicts on a world of files that is declared whole. */
const verdicts = (...world: readonly Manifest[]) => verdictLines(reportOn([...NAMESPACES, ...world]));

/** The verdicts without their owners and fields. */
const bare = (...world: readonly Manifest[]) => verdicts(...world).map((line) => line.slice(line.indexOf(": ") + 2));

/** What is found in such a world. */
const findings = (...world: readonly Manifest[]) => findingLines(reportOn([...NAMESPACES, ...world]));

/** Every finding with its words. */
const said = (...world: readonly Manifest[]) =>
  reportOn([...NAMESPACES, ...world]).findings.map((finding) => {
    const { message, detail } = findingText(finding, PLAIN);
    return `${finding.code}: ${message}${detail === null ? "" : `; ${detail}`}`;
  });

/** The clauses in which the nearest grant fails the one refused reference. */
function nearest(...world: readonly Manifest[]): readonly string[] {
  const refused = reportOn([...NAMESPACES, ...world]).decisions.find(
    ({ handshake, outcome }) => handshake === "grant" && outcome.verdict === "refused",
  );
  return refused?.handshake === "grant"
    ? (refused.outcome.trials[0]?.failed ?? ["no grant comes near"])
    : ["not refused"];
}

const REFUSED = "refused RefNotPermitted";

describe("identity and defaults", () => {
  it("1. a namespace that is written and is the owner's own is local, and a missing target is said to be missing", () => {
    const world = [web(rules({ ...toApi, namespace: "app" })), grant("app", "g", [{ namespace: "edge" }], [{}])];
    expect(bare(...world)).toEqual(["permitted"]);
    expect(said(...world)[0]).toMatch(/^target-not-found: .* Service app\/api; it needs no grant, but there is no/);
    const report = reportOn(world);
    expect(report.findings.map((finding) => findingText(finding, PLAIN).reason)).toContain("BackendNotFound");
  });

  it('2. in backends and secrets, group "" and no group are the same', () => {
    const refs = [toApi, { ...toApi, group: "" }, { ...toApi, kind: "Service" }];
    expect(bare(api, web(rules(...refs)), grant("backend", "g", [{}], [{}]))).toEqual(Array(3).fill("permitted"));
    const tls = { certificateRefs: [toCert, { ...toCert, group: "", kind: "Secret" }] };
    const toSecrets = grant("backend", "g", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "Secret" }]);
    expect(bare(cert, gateway("edge", "gw", [{ ...HTTPS, tls }]), toSecrets)).toEqual(Array(2).fill("permitted"));
  });

  it('3. in parentRefs they are not: no group is the Gateway API, "" is core', () => {
    const parents = [{ ...EDGE_GATEWAY }, { ...EDGE_GATEWAY, group: GW }, { ...EDGE_GATEWAY, group: "" }];
    expect(bare(gateway("edge", "gw", [{ ...HTTP, ...all }]), web({ parentRefs: parents }))).toEqual([
      "permitted",
      "permitted",
      "refused ParentNotFound",
    ]);
  });

  it("4. in grants a missing group is an error and grants nothing; in allowedRoutes.kinds it is the Gateway API", () => {
    const without = object(`${GW}/v1`, "ReferenceGrant", "backend", "g", {
      from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }],
      to: [{ kind: "Service" }],
    });
    expect(bare(api, web(), without)).toEqual([REFUSED]);
    expect(findings(api, web(), without)).toContain("error manifest-rejected ReferenceGrant backend/g");
    const kinds = { allowedRoutes: { namespaces: { from: "All" }, kinds: [{ kind: "HTTPRoute" }] } };
    expect(bare(gateway("edge", "gw", [{ ...HTTP, ...kinds }]), web({ parentRefs: [EDGE_GATEWAY] }))).toEqual([
      "permitted",
    ]);
  });

  it.each(["core", "v1"])('5. group %s is not the core group: nothing matches, and "" is suggested', (group) => {
    const slip = grant("backend", "g", [{}], [{ group }]);
    expect(bare(api, web(), slip)).toEqual([REFUSED]);
    expect(nearest(api, web(), slip)).toEqual(["to.group"]);
    expect(said(api, web(), slip).join("\n")).toContain('did you mean Service of group ""?');
  });

  it("6. group networking.k8s.io has no Services: nothing matches, and the core group is what the near miss lacks", () => {
    const slip = grant("backend", "g", [{}], [{ group: "networking.k8s.io" }]);
    expect(bare(api, web(), slip)).toEqual([REFUSED]);
    expect(nearest(api, web(), slip)).toEqual(["to.group"]);
  });

  it("7. a group with a version in it is no group", () => {
    const versioned = grant("backend", "g", [{ group: `${GW}/v1` }], [{}]);
    expect(bare(api, web(), versioned)).toEqual([REFUSED]);
    expect(findings(api, web(), versioned)).toContain("error manifest-rejected ReferenceGrant backend/g");
  });

  it.each(["networking.gateway.k8s.io", "gateway.networking.x-k8s.io", "networking.k8s.io"])(
    "8. group %s is admissible, matches nothing, and is told as what it was meant for",
    (group) => {
      const slip = grant("backend", "g", [{ group }], [{ name: "api" }]);
      expect(bare(api, web(), slip)).toEqual([REFUSED]);
      expect(nearest(api, web(), slip)).toEqual(["from.group"]);
      expect(said(api, web(), slip).join("\n")).toContain(`did you mean HTTPRoute of group ${GW}?`);
    },
  );

  it.each([
    ["httproute", "Service"],
    ["HttpRoute", "Service"],
    ["HTTPRoutes", "Service"],
    ["HTTPRoute", "services"],
  ])(
    "9. kinds are compared letter by letter, in the singular: %s to %s matches nothing, and what was meant is told",
    (from, to) => {
      const slip = grant("backend", "g", [{ kind: from }], [{ kind: to, name: "api" }]);
      expect(bare(api, web(), slip)).toEqual([REFUSED]);
      expect(nearest(api, web(), slip)).toEqual([from === "HTTPRoute" ? "to.kind" : "from.kind"]);
      expect(said(api, web(), slip).join("\n")).toMatch(/grant-unknown-kind: .*: did you mean (HTTPRoute|Service) /);
    },
  );

  it('10. an empty name is invalid; null is every name; "*" is admissible and matches nothing', () => {
    const named = (name: string | null) => grant("backend", "g", [{}], [{ name }]);
    expect(bare(api, web(), named(""))).toEqual([REFUSED]);
    expect(findings(api, web(), named(""))).toContain("error manifest-rejected ReferenceGrant backend/g");
    expect(bare(api, web(), named(null))).toEqual(["permitted"]);
    expect(bare(api, web(), named("*"))).toEqual([REFUSED]);
    expect(findings(api, web(), named("*"))).toContain("warning grant-inert ReferenceGrant backend/g");
    expect(findings(api, web(), named("*")).join()).not.toContain("manifest-rejected");
  });

  it("11. a grant in the namespace of the reference has no effect; that it stands in the wrong one is the near miss", () => {
    const misplaced = grant("app", "g", [{}], [{ name: "api" }]);
    expect(bare(api, web(), misplaced)).toEqual([REFUSED]);
    expect(nearest(api, web(), misplaced)).toEqual(["grant.namespace"]);
  });

  it("12. a grant that trusts its own namespace has no effect either", () => {
    const own = grant("backend", "g", [{ namespace: "backend" }], [{ name: "api" }]);
    expect(bare(api, web(), own)).toEqual([REFUSED]);
    expect(nearest(api, web(), own)).toEqual(["from.namespace"]);
    expect(findings(api, web(), own)).toContain("warning grant-inert ReferenceGrant backend/g");
  });

  it("13. authorities name group and kind themselves, and a grant for Secrets covers no ConfigMap", () => {
    const trusting = (kind: string) => grant("backend", "g", [{ kind: "Gateway", namespace: "edge" }], [{ kind }]);
    const gw = gateway("edge", "gw", [HTTPS], authority(toCa));
    expect(bare(ca, gw, trusting("ConfigMap"))).toEqual(["permitted"]);
    expect(bare(ca, gw, trusting("Secret"))).toEqual([REFUSED]);
    expect(nearest(ca, gw, trusting("Secret"))).toEqual(["to.kind"]);
    const nameless = gateway("edge", "gw", [HTTPS], authority({ name: "ca", namespace: "backend" }));
    expect(bare(ca, nameless, trusting("Secret"))).toEqual([]);
    expect(findings(ca, nameless)).toContain("error manifest-rejected Gateway edge/gw");
  });
});

describe("whom a grant has to trust", () => {
  const secretGrant = (from: object) => grant("backend", "g", [from], [{ kind: "Secret" }]);
  const set = (apiVersion: string, kind: string, listeners: readonly object[]) =>
    object(apiVersion, kind, "app", "set", { parentRef: EDGE_GATEWAY, listeners });
  const admitting = gateway("edge", "gw", [], { allowedListeners: { namespaces: { from: "All" } } });

  it("14. a grant for the Gateway does not help its routes, nor one for routes the Gateway's certificates", () => {
    const gw = gateway("app", "gw", [{ ...HTTPS, tls: { certificateRefs: [toCert] } }]);
    const toBoth = (kind: string) => grant("backend", "g", [{ kind }], [{ kind: "Service" }, { kind: "Secret" }]);
    const world = [api, cert, gw, web({ parentRefs: [{ name: "gw" }], ...rules(toApi) })];
    const crossing = (kind: string) => verdicts(...world, toBoth(kind)).filter((line) => !line.includes("parentRefs"));
    expect(crossing("Gateway")).toEqual([
      `HTTPRoute app/web rules[0].backendRefs[0]: ${REFUSED}`,
      "Gateway app/gw listeners[0].tls.certificateRefs[0]: permitted",
    ]);
    expect(crossing("HTTPRoute")).toEqual([
      "HTTPRoute app/web rules[0].backendRefs[0]: permitted",
      `Gateway app/gw listeners[0].tls.certificateRefs[0]: ${REFUSED}`,
    ]);
  });

  it("15. certificates of a ListenerSet need a grant for kind ListenerSet in its own namespace", () => {
    const sets = set(`${GW}/v1`, "ListenerSet", [{ ...HTTPS, tls: { certificateRefs: [toCert] } }]);
    const decide = (from: object) => bare(cert, admitting, sets, secretGrant(from)).at(-1);
    expect(decide({ kind: "ListenerSet", namespace: "app" })).toBe("permitted");
    expect(decide({ kind: "ListenerSet", namespace: "edge" })).toBe(REFUSED);
    expect(decide({ kind: "Gateway", namespace: "edge" })).toBe(REFUSED);
    expect(decide({ kind: "Gateway", namespace: "app" })).toBe(REFUSED);
  });

  it("16. and a grant for ListenerSets does not help the Gateway", () => {
    const gw = gateway("edge", "gw", [{ ...HTTPS, tls: { certificateRefs: [toCert] } }]);
    expect(bare(cert, gw, secretGrant({ kind: "ListenerSet", namespace: "edge" }))).toEqual([REFUSED]);
  });

  it("17. an XListenerSet has a group of its own besides", () => {
    const sets = set(`${GWX}/v1alpha1`, "XListenerSet", [{ ...HTTPS, tls: { certificateRefs: [toCert] } }]);
    const decide = (from: object) => bare(cert, admitting, sets, secretGrant(from)).at(-1);
    expect(decide({ group: GWX, kind: "XListenerSet" })).toBe("permitted");
    expect(decide({ group: GW, kind: "XListenerSet" })).toBe(REFUSED);
    expect(decide({ group: GW, kind: "ListenerSet" })).toBe(REFUSED);
  });

  it("18. each kind of route for itself", () => {
    const kinds = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];
    for (const granted of kinds) {
      const permitted = kinds.filter((kind) => {
        const [verdict] = bare(
          api,
          route(kind, "app", "r", rules(toApi)),
          grant("backend", "g", [{ kind: granted }], [{}]),
        );
        return verdict === "permitted";
      });
      expect(permitted).toEqual([granted]);
    }
  });

  it("19. attachment asks no grant: one from routes to Gateways, or from sets to Gateways, does nothing and is told", () => {
    const listeners = [{ ...HTTP, ...selecting({ matchLabels: { team: "none" } }) }];
    const toGateways = grant("edge", "g", [{}, { kind: "ListenerSet" }], [{ group: GW, kind: "Gateway" }]);
    const world = [
      gateway("edge", "gw", listeners),
      web({ parentRefs: [EDGE_GATEWAY] }),
      set(`${GW}/v1`, "ListenerSet", [HTTP]),
      toGateways,
    ];
    expect(bare(...world)).toEqual(["refused NotAllowedByListeners", "refused NotAllowed"]);
    expect(findings(...world)).toContain("warning grant-inert ReferenceGrant edge/g");
  });

  it("20. parameters of GatewayClasses and meshes cross without a grant", () => {
    const parametersRef = { group: "", kind: "ConfigMap", name: "ca", namespace: "backend" };
    const world = [
      ca,
      object(`${GW}/v1`, "GatewayClass", null, "c", { controllerName: "example.com/c", parametersRef }),
      object(`${GWX}/v1alpha1`, "XMesh", null, "m", { controllerName: "example.com/c", parametersRef }),
    ];
    expect(bare(...world)).toEqual(["permitted", "permitted"]);
    expect(findings(...world)).toEqual([]);
  });

  it("21. a Gateway's parameters, extension filters, targets of policies and their authorities never cross", () => {
    const extensionRef = { group: "example.com", kind: "Filter", name: "f", namespace: "backend" };
    const report = reportOn([
      ...NAMESPACES,
      core("ConfigMap", "app", "ca"),
      core("Service", "app", "api"),
      gateway("app", "gw", [HTTP], { infrastructure: { parametersRef: toCa } }),
      web({ rules: [{ filters: [{ type: "ExtensionRef", extensionRef }] }] }),
      object(`${GW}/v1`, "BackendTLSPolicy", "app", "p", {
        targetRefs: [{ group: "", kind: "Service", name: "api", namespace: "backend" }],
        validation: { hostname: "api", caCertificateRefs: [toCa] },
      }),
    ]);
    expect(report.decisions.map(({ reference }) => reference.referent.namespace)).toEqual(Array(4).fill("app"));
    expect(findingLines(report)).toEqual([
      "warning namespace-ignored HTTPRoute app/web",
      "warning namespace-ignored Gateway app/gw",
      "warning namespace-ignored BackendTLSPolicy app/p",
      "warning namespace-ignored BackendTLSPolicy app/p",
    ]);
  });
});

describe("matching", () => {
  it("22. every from goes with every to of one grant", () => {
    const wide = grant("backend", "g", [{}, { kind: "GRPCRoute" }], [{ name: "api" }, { name: "db" }]);
    const refs = rules(toApi, { ...toApi, name: "db" });
    const world = [api, core("Service", "backend", "db"), web(refs), route("GRPCRoute", "app", "r", refs), wide];
    expect(bare(...world)).toEqual(Array(4).fill("permitted"));
  });

  it("23. the from of one grant never goes with the to of another", () => {
    const trusting = grant("backend", "a", [{}], [{ kind: "Secret", name: "cert" }]);
    const opening = grant("backend", "b", [{ kind: "GRPCRoute" }], [{ name: "api" }]);
    expect(bare(api, cert, web(), trusting, opening)).toEqual([REFUSED]);
  });

  it("24. one grant in two versions is one grant", () => {
    const once = grant("backend", "g", [{}], [{ name: "api" }]);
    const report = reportOn([api, web(), once, { ...once, apiVersion: `${GW}/v1beta1` }]);
    expect(report.grants.length).toBe(1);
    expect(verdictLines(report)).toEqual(["HTTPRoute app/web rules[0].backendRefs[0]: permitted"]);
    expect(findingLines(report).join()).not.toContain("grant-redundant");
  });

  it("25. an entry that stands twice does no harm and is told, and two grants that overlap are both kept", () => {
    const twice = grant("backend", "g", [{}, {}], [{ name: "api" }, { name: "api" }]);
    expect(bare(api, web(), twice)).toEqual(["permitted"]);
    expect(said(api, web(), twice)).toEqual([
      "grant-redundant: from[1] adds nothing: from[0] says the same",
      "grant-redundant: to[1] adds nothing: to[0] says the same",
    ]);
    const db = core("Service", "backend", "db");
    const both = rules(toApi, { ...toApi, name: "db" });
    const overlapping = [
      grant("backend", "a", [{}, { namespace: "edge" }], [{ name: "api" }]),
      grant("backend", "b", [{}], [{ name: "api" }, { name: "db" }]),
    ];
    const users = [web(both), route("HTTPRoute", "edge", "r", rules(toApi))];
    expect(findings(api, db, ...users, ...overlapping)).toEqual([]);
  });

  it("26. a grant is redundant only where one other is at least as wide", () => {
    const wide = grant("backend", "wide", [{}], [{}]);
    const narrow = grant("backend", "narrow", [{}], [{ name: "api" }]);
    expect(findings(api, web(), wide, narrow)).toContain("info grant-redundant ReferenceGrant backend/narrow");
    expect(findings(api, web(), wide, narrow)).not.toContain("info grant-redundant ReferenceGrant backend/wide");
  });

  it("27. a grant that is being deleted is in effect, and told", () => {
    const leaving: Manifest = {
      ...grant("backend", "g", [{}], [{ name: "api" }]),
      metadata: { namespace: "backend", name: "g", deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["x/y"] },
    };
    expect(bare(api, web(), leaving)).toEqual(["permitted"]);
    expect(findings(api, web(), leaving)).toEqual(["warning grant-terminating ReferenceGrant backend/g"]);
  });

  it("28. a grant without spec grants nothing, in files and in a cluster that let it in", () => {
    const hollow: Manifest = {
      apiVersion: `${GW}/v1`,
      kind: "ReferenceGrant",
      metadata: { namespace: "backend", name: "g" },
    };
    expect(bare(api, web(), hollow)).toEqual([REFUSED]);
    expect(verdictLines(reportOnCluster([...NAMESPACES, api, web(), hollow]))).toEqual([
      `HTTPRoute app/web rules[0].backendRefs[0]: ${REFUSED}`,
    ]);
  });

  it("29. a grant in a namespace that is being deleted counts while it is there", () => {
    const leaving: Manifest = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "backend", deletionTimestamp: "2026-01-01T00:00:00Z" },
    };
    const report = reportOn([namespace("app"), leaving, api, web(), grant("backend", "g", [{}], [{ name: "api" }])]);
    expect(verdictLines(report)).toEqual(["HTTPRoute app/web rules[0].backendRefs[0]: permitted"]);
  });

  it("30. a trusted namespace that does not exist is valid: the grant sleeps, and that is told", () => {
    const sleeping = grant("backend", "g", [{ namespace: "later" }], [{ name: "api" }]);
    expect(findings(api, sleeping)).toEqual(["warning grant-dangling ReferenceGrant backend/g"]);
  });

  it("31. a grant for kinds whose references are not known is not called unused", () => {
    const others = [
      grant("backend", "a", [{ group: "example.com", kind: "Widget" }], [{ name: "api" }]),
      grant("backend", "b", [{ group: "", kind: "PersistentVolumeClaim" }], [{ group: "example.com", kind: "Dump" }]),
    ];
    const report = reportOn([...NAMESPACES, api, ...others]);
    expect(report.grants.map(({ usage }) => usage)).toEqual(["unknown", "unknown"]);
    expect(findingLines(report).join()).not.toContain("grant-unused");
  });

  it("32. a kind of another group that is called ReferenceGrant is none, nor is a ReferencePolicy that was left over", () => {
    const spec = {
      from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }],
      to: [{ group: "", kind: "Service" }],
    };
    const world = [
      api,
      web(),
      object("reference.authorization.k8s.io/v1alpha1", "ReferenceGrant", "backend", "g", spec),
      object(`${GW}/v1alpha2`, "ReferencePolicy", "backend", "p", spec),
    ];
    expect(bare(...world)).toEqual([REFUSED]);
    expect(findings(...world)).toEqual([
      "error ref-not-permitted HTTPRoute app/web",
      "warning referencepolicy ReferencePolicy backend/p",
      "info grant-look-alike ReferenceGrant backend/g",
    ]);
  });

  it("33. in a cluster without ReferenceGrant every crossing reference is refused; where grants may not be listed it is unknown", () => {
    const world = [...NAMESPACES, api, web()];
    const served = [{ group: GW, kind: "HTTPRoute", version: "v1" }];
    const without = reportOnCluster(world, { served });
    expect(verdictLines(without)).toEqual([`HTTPRoute app/web rules[0].backendRefs[0]: ${REFUSED}`]);
    expect(findingLines(without)).toContain("error referencegrant-not-served");
    const gaps: Snapshot["gaps"] = [
      { cause: "forbidden", groupKind: { group: GW, kind: "ReferenceGrant" }, namespace: null, detail: "forbidden" },
    ];
    expect(verdictLines(reportOnCluster(world, { gaps }))).toEqual([
      "HTTPRoute app/web rules[0].backendRefs[0]: unknown",
    ]);
  });
});

describe("references in odd places", () => {
  const mirror = { type: "RequestMirror", requestMirror: { backendRef: toApi } };
  const auth = { type: "ExternalAuth", externalAuth: { protocol: "HTTP", backendRef: toApi } };

  it("34. mirrors and authorization stand in rules and in backends, and each is held against grants", () => {
    const backend = { name: "own", port: 80, filters: [mirror, auth] };
    const everywhere = web({ rules: [{ filters: [mirror, auth], backendRefs: [backend] }] });
    const world = [api, core("Service", "app", "own"), everywhere];
    const crossing = (...more: readonly Manifest[]) =>
      verdicts(...world, ...more).filter((line) => line.includes("filters"));
    expect(crossing().map((line) => line.split(": ")[1])).toEqual(Array(4).fill(REFUSED));
    expect(crossing().map((line) => line.split(": ")[0]?.replace("HTTPRoute app/web rules[0].", ""))).toEqual([
      "filters[0].requestMirror.backendRef",
      "backendRefs[0].filters[0].requestMirror.backendRef",
      "filters[1].externalAuth.backendRef",
      "backendRefs[0].filters[1].externalAuth.backendRef",
    ]);
    const granted = crossing(grant("backend", "g", [{}], [{ name: "api" }]));
    expect(granted.map((line) => line.split(": ")[1])).toEqual(Array(4).fill("permitted"));
  });

  it.each([
    ["Gateway", "edge"],
    ["ListenerSet", "app"],
  ])(
    "35. a listener's filters belong to the %s that has the listener: no grant for routes helps, nor theirs the routes",
    (kind, home) => {
      const listeners = [{ ...HTTP, filters: { requests: [auth] } }];
      const admitting = { allowedListeners: { namespaces: { from: "All" } } };
      const world =
        kind === "Gateway"
          ? [api, gateway("edge", "gw", listeners)]
          : [
              api,
              gateway("edge", "gw", [], admitting),
              object(`${GW}/v1`, "ListenerSet", "app", "set", { parentRef: EDGE_GATEWAY, listeners }),
            ];
      const onRoute = web({ rules: [{ filters: [auth] }] });
      const decide = (from: object) =>
        verdicts(...world, onRoute, grant("backend", "g", [from], [{ name: "api" }]))
          .filter((line) => line.includes("externalAuth"))
          .map((line) => line.replace(/ .*: /, ": "));
      expect(decide({ kind, namespace: home })).toEqual([`HTTPRoute: ${REFUSED}`, `${kind}: permitted`]);
      expect(decide({ kind: "HTTPRoute", namespace: "app" })).toEqual(["HTTPRoute: permitted", `${kind}: ${REFUSED}`]);
    },
  );

  it("36. a backend of weight 0 is a reference", () => {
    expect(bare(api, web(rules({ ...toApi, weight: 0 })))).toEqual([REFUSED]);
  });

  it("37. a rule without backends, and one that only redirects, refer to nothing", () => {
    const redirect = { type: "RequestRedirect", requestRedirect: { scheme: "https" } };
    expect(verdicts(web({ rules: [{}, { backendRefs: [] }, { filters: [redirect] }] }))).toEqual([]);
  });

  it("38. certificates of a listener that passes TLS through are ignored; without a mode it terminates", () => {
    const listener = (tls: object) => gateway("edge", "gw", [{ name: "tls", port: 443, protocol: "TLS", tls }]);
    expect(bare(cert, listener({ mode: "Passthrough", certificateRefs: [toCert] }))).toEqual([]);
    expect(bare(cert, listener({ mode: "Terminate", certificateRefs: [toCert] }))).toEqual([REFUSED]);
    expect(bare(cert, listener({ certificateRefs: [toCert] }))).toEqual([REFUSED]);
  });

  it("39. authorities of clients count on HTTPS listeners only, those of a port instead of the default", () => {
    const validation = (name: string) => ({ validation: { caCertificateRefs: [{ ...toCa, name }] } });
    const frontend = (port: number) => ({
      tls: { frontend: { default: validation("ca"), perPort: [{ port, tls: validation("own") }] } },
    });
    const fields = (listeners: readonly object[], port: number) =>
      verdicts(gateway("edge", "gw", listeners, frontend(port))).map((line) => line.split(" ")[2]?.split(".")[2]);
    expect(fields([HTTP], 80)).toEqual([]);
    expect(fields([HTTP, HTTPS], 80)).toEqual(["default"]);
    expect(fields([HTTP, HTTPS], 443)).toEqual(["perPort[0]"]);
    expect(fields([HTTPS, { ...HTTPS, name: "other", port: 8443 }], 443)).toEqual(["default", "perPort[0]"]);
  });

  it("40. fields that have moved do nothing in newer releases: files that have them are warned", () => {
    const moved = [
      gateway("edge", "a", [
        { ...HTTPS, tls: { certificateRefs: [], frontendValidation: { caCertificateRefs: [toCa] } } },
      ]),
      gateway("edge", "b", [], { backendTLS: { clientCertificateRef: toCert } }),
      object(`${GW}/v1alpha2`, "BackendTLSPolicy", "backend", "p", {
        targetRef: { group: "", kind: "Service", name: "api" },
        tls: { hostname: "api", caCertRefs: [{ group: "", kind: "ConfigMap", name: "ca" }] },
      }),
    ];
    const grants = grant(
      "backend",
      "g",
      [{ kind: "Gateway", namespace: "edge" }],
      [
        { kind: "Secret", name: "cert" },
        { kind: "ConfigMap", name: "ca" },
      ],
    );
    const retired = findings(api, cert, ca, grants, ...moved).filter((line) => line.includes("field-retired"));
    expect(retired).toEqual([
      "warning field-retired Gateway edge/a",
      "warning field-retired Gateway edge/b",
      "warning field-retired BackendTLSPolicy backend/p",
      "warning field-retired BackendTLSPolicy backend/p",
    ]);
  });

  it.each([
    ["multicluster.x-k8s.io", "ServiceImport"],
    ["inference.networking.k8s.io", "InferencePool"],
    ["inference.networking.x-k8s.io", "InferencePool"],
  ])("41. a %s %s needs a grant for exactly that kind and its own name", (group, kind) => {
    const decide = (to: object) =>
      bare(api, web(rules({ ...toApi, group, kind })), grant("backend", "g", [{}], [to]))[0];
    expect(decide({ group, kind, name: "api" })).toBe("permitted");
    expect(decide({ group, kind, name: "other" })).toBe(REFUSED);
    expect(decide({ name: "api" })).toBe(REFUSED);
    expect(decide({ group: "example.com", kind })).toBe(REFUSED);
  });

  it("42. an XBackend of another namespace needs a grant, and is not promised to work with one", () => {
    const crossing = web(rules({ name: "api", namespace: "backend", group: GWX, kind: "XBackend" }));
    expect(bare(crossing)).toEqual([REFUSED]);
    expect(bare(crossing, grant("backend", "g", [{}], [{ group: GWX, kind: "XBackend", name: "api" }]))).toEqual([
      "unknown",
    ]);
    expect(bare(crossing, grant("backend", "g", [{}], [{ name: "api" }]))).toEqual([REFUSED]);
  });

  it("43. ports have no part in grants", () => {
    const refs = rules(toApi, { ...toApi, port: 8080 });
    expect(bare(api, web(refs), grant("backend", "g", [{}], [{ name: "api" }]))).toEqual(["permitted", "permitted"]);
  });

  it.each(["TCPRoute", "UDPRoute", "TLSRoute"])("44. every rule of a %s is read, not the first alone", (kind) => {
    const many = { rules: [{ backendRefs: [] }, { backendRefs: [toApi] }, { backendRefs: [toApi] }] };
    expect(verdicts(api, route(kind, "app", "r", many))).toEqual(
      [1, 2].map((rule) => `${kind} app/r rules[${rule}].backendRefs[0]: ${REFUSED}`),
    );
  });
});

describe("several parents", () => {
  it("45. the verdict on a backend is that under each parent: a Gateway wants a grant, a Service does not", () => {
    const both = web({ parentRefs: [EDGE_GATEWAY, MESH], ...rules(toApi) });
    expect(verdicts(api, gateway("edge", "gw", [{ ...HTTP, ...all }]), both)).toEqual([
      "HTTPRoute app/web parentRefs[0]: permitted",
      "HTTPRoute app/web parentRefs[1]: permitted",
      `HTTPRoute app/web rules[0].backendRefs[0]: ${REFUSED}`,
      "HTTPRoute app/web rules[0].backendRefs[0] (mesh): permitted",
    ]);
  });

  it("46. two controllers that say different things of their parents are held against the verdicts of their own", () => {
    const words = (status: string, reason: string) => [
      { type: "ResolvedRefs", status, reason, message: "", observedGeneration: 3 },
    ];
    const both = withStatus(web({ parentRefs: [EDGE_GATEWAY, MESH], ...rules(toApi) }), {
      parents: [
        { parentRef: EDGE_GATEWAY, controllerName: "a.example/c", conditions: words("False", "RefNotPermitted") },
        { parentRef: MESH, controllerName: "b.example/c", conditions: words("True", "ResolvedRefs") },
      ],
    });
    const world = [api, gateway("edge", "gw", [{ ...HTTP, ...all }]), both];
    expect(findings(...world).filter((line) => line.includes("controller"))).toEqual([]);
  });

  it("47. one Gateway under two section names is two parents", () => {
    const listeners = [
      { ...HTTP, ...all },
      { ...HTTPS, allowedRoutes: { namespaces: { from: "Same" } } },
    ];
    const parentRefs = ["http", "https"].map((sectionName) => ({ ...EDGE_GATEWAY, sectionName }));
    expect(bare(gateway("edge", "gw", listeners), web({ parentRefs }))).toEqual([
      "permitted",
      "refused NotAllowedByListeners",
    ]);
  });

  it("48. one Gateway with and without its namespace written may be one parent: one word in the status is enough", () => {
    const said = {
      parentRef: { name: "gw" },
      controllerName: "example.com/c",
      conditions: [{ type: "Accepted", status: "True", reason: "Accepted", message: "", observedGeneration: 3 }],
    };
    const twice = withStatus(web({ parentRefs: [{ name: "gw" }, { name: "gw", namespace: "app" }] }), {
      parents: [said],
    });
    expect(bare(gateway("app", "gw", [HTTP]), twice)).toEqual(["permitted", "permitted"]);
    expect(findings(gateway("app", "gw", [HTTP]), twice)).toEqual([]);
  });

  it("49. a parentRef to a Gateway never reaches the listeners of its ListenerSets", () => {
    const set = object(`${GW}/v1`, "ListenerSet", "edge", "set", {
      parentRef: { name: "gw" },
      listeners: [{ ...HTTP, name: "extra", ...all }],
    });
    const gw = gateway("edge", "gw", [{ ...HTTPS, ...all }], { allowedListeners: { namespaces: { from: "Same" } } });
    const named = (parentRef: object) => bare(gw, set, web({ parentRefs: [parentRef] }))[0];
    expect(named({ ...EDGE_GATEWAY, sectionName: "extra" })).toBe("refused NoMatchingParent");
    expect(named({ ...EDGE_GATEWAY, kind: "ListenerSet", name: "set", sectionName: "extra" })).toBe("permitted");
  });

  it("50. Same on a listener of a ListenerSet means the set's namespace", () => {
    const gw = gateway("edge", "gw", [], { allowedListeners: { namespaces: { from: "All" } } });
    const set = object(`${GW}/v1`, "ListenerSet", "app", "set", { parentRef: EDGE_GATEWAY, listeners: [HTTP] });
    const parentRefs = [{ kind: "ListenerSet", name: "set", namespace: "app" }];
    expect(bare(gw, set, web({ parentRefs }))[0]).toBe("permitted");
    expect(bare(gw, set, route("HTTPRoute", "edge", "r", { parentRefs }))[0]).toBe("refused NotAllowedByListeners");
  });

  it.each([
    ["an empty selector selects all", { ...HTTP, ...selecting({}) }, "permitted"],
    ["a missing one none", { ...HTTP, ...selecting(undefined) }, "refused NotAllowedByListeners"],
    [
      "one with an operator that there is not none either",
      { ...HTTP, ...selecting({ matchExpressions: [{ key: "a", operator: "Is", values: ["b"] }] }) },
      "refused NotAllowedByListeners",
    ],
    ["without allowedRoutes it is the listener's namespace", HTTP, "refused NotAllowedByListeners"],
    [
      "None is no word of allowedRoutes, and admits nobody",
      { ...HTTP, allowedRoutes: { namespaces: { from: "None" } } },
      "refused NotAllowedByListeners",
    ],
  ])("51. %s", (_, listener, verdict) => {
    expect(bare(gateway("edge", "gw", [listener]), web({ parentRefs: [EDGE_GATEWAY] }))).toEqual([verdict]);
  });

  it("52. None in allowedRoutes is an error; without allowedListeners no ListenerSet is taken", () => {
    const none = gateway("edge", "gw", [{ ...HTTP, allowedRoutes: { namespaces: { from: "None" } } }]);
    expect(findings(none)).toEqual(["error manifest-rejected Gateway edge/gw"]);
    const set = (home: string) =>
      object(`${GW}/v1`, "ListenerSet", home, "set", { parentRef: EDGE_GATEWAY, listeners: [HTTP] });
    expect(bare(gateway("edge", "gw", []), set("app"))).toEqual(["refused NotAllowed"]);
    expect(bare(gateway("edge", "gw", []), set("edge"))).toEqual(["refused NotAllowed"]);
  });

  it("53. an empty list of kinds is the default of the protocol, not nothing", () => {
    const listener = { ...HTTP, allowedRoutes: { namespaces: { from: "All" }, kinds: [] } };
    expect(bare(gateway("edge", "gw", [listener]), web({ parentRefs: [EDGE_GATEWAY] }))).toEqual(["permitted"]);
  });

  it.each([
    ["*.a.com", "a.com", "refused NoMatchingListenerHostname"],
    ["*.a.com", "x.y.a.com", "permitted"],
    ["*.foo.com", "barfoo.com", "refused NoMatchingListenerHostname"],
    ["x.a.com", "*.a.com", "permitted"],
    ["*.a.com", "*.b.a.com", "permitted"],
    ["*.a.com", "*.b.com", "refused NoMatchingListenerHostname"],
  ])("54. a listener for %s and a route for %s: %s", (hostname, wanted, verdict) => {
    const gw = gateway("app", "gw", [{ ...HTTP, hostname }]);
    expect(bare(gw, web({ parentRefs: [{ name: "gw" }], hostnames: [wanted] }))).toEqual([verdict]);
  });

  it("55. a TLS listener terminates by default, and takes TLSRoutes either way", () => {
    const tlsRoute = route("TLSRoute", "app", "r", { parentRefs: [{ name: "gw" }], hostnames: ["a.com"] });
    const listener = (tls: object | undefined) =>
      gateway("app", "gw", [{ name: "tls", port: 443, protocol: "TLS", ...(tls === undefined ? {} : { tls }) }]);
    for (const tls of [undefined, {}, { mode: "Terminate" }, { mode: "Passthrough" }]) {
      expect(bare(listener(tls), tlsRoute)).toEqual(["permitted"]);
    }
  });

  it("56. files may break the rules on TLS that the API server keeps, and are read all the same", () => {
    const odd = gateway("edge", "gw", [
      { ...HTTP, tls: { certificateRefs: [toCert] } },
      { ...HTTPS, tls: { mode: "Passthrough", certificateRefs: [toCert] } },
      { name: "tcp", port: 90, protocol: "TCP", tls: { certificateRefs: [toCert] } },
    ]);
    expect(verdicts(cert, odd)).toEqual(
      [0, 2].map((index) => `Gateway edge/gw listeners[${index}].tls.certificateRefs[0]: ${REFUSED}`),
    );
  });
});

describe("reading what controllers say", () => {
  const controllerName = "example.com/c";
  const says = (type: string, status: string, reason: string, observedGeneration = 3) => ({
    type,
    status,
    reason,
    message: "",
    observedGeneration,
  });
  const ACCEPTED = says("Accepted", "True", "Accepted");
  const RESOLVED = says("ResolvedRefs", "True", "ResolvedRefs");
  const DENIED = says("ResolvedRefs", "False", "RefNotPermitted");
  const gw = gateway("edge", "gw", [
    { ...HTTP, ...selecting({ matchLabels: { "kubernetes.io/metadata.name": "app" } }) },
  ]);
  const gatewayClass = object(`${GW}/v1`, "GatewayClass", null, "x", { controllerName });
  const toApiGrant = grant("backend", "g", [{}], [{ name: "api" }]);
  const attached = web({ parentRefs: [EDGE_GATEWAY], ...rules(toApi) });
  const told = (...conditions: readonly object[]) =>
    withStatus(attached, { parents: [{ parentRef: EDGE_GATEWAY, controllerName, conditions }] });

  it("57. no word on a parent is no denial; nor is there one from a parent that does not exist", () => {
    expect(findings(api, gw, toApiGrant, withStatus(attached, { parents: [] }))).toEqual([]);
    expect(verdicts(api, toApiGrant, attached)[0]).toBe("HTTPRoute app/web parentRefs[0]: refused ParentNotFound");
    expect(findings(api, toApiGrant, attached)).toEqual(["error not-attached HTTPRoute app/web"]);
  });

  it("58. Accepted does not mean permitted: that is in ResolvedRefs", () => {
    expect(findings(api, gw, told(ACCEPTED, DENIED))).toEqual(["error ref-not-permitted HTTPRoute app/web"]);
    expect(findings(api, gw, told(ACCEPTED, RESOLVED))).toEqual([
      "error ref-not-permitted HTTPRoute app/web",
      "error controller-permits-refused HTTPRoute app/web",
    ]);
  });

  it("59. resolved references on a route that is not attached are as they should be", () => {
    const closed = gateway("edge", "gw", [HTTP]);
    const status = told(says("Accepted", "False", "NotAllowedByListeners"), RESOLVED);
    expect(findings(api, closed, toApiGrant, status)).toEqual(["error not-attached HTTPRoute app/web"]);
  });

  it("60. of the client certificate the Gateway itself speaks, of certificates and authorities its listeners", () => {
    const withCertificates = gateway("edge", "gw", [{ ...HTTPS, tls: { certificateRefs: [toCert] } }], {
      tls: {
        backend: { clientCertificateRef: toCert },
        frontend: { default: { validation: { caCertificateRefs: [toCa] } } },
      },
    });
    const fromGateway = grant(
      "backend",
      "g",
      [{ kind: "Gateway", namespace: "edge" }],
      [
        { kind: "Secret", name: "cert" },
        { kind: "ConfigMap", name: "ca" },
      ],
    );
    const paths = (status: object) =>
      reportOn([...NAMESPACES, gatewayClass, cert, ca, fromGateway, withStatus(withCertificates, status)])
        .findings.filter(({ code }) => code === "controller-refuses-permitted")
        .flatMap((finding) => ("disagreement" in finding ? finding.disagreement.decisions : []))
        .map(({ reference }) => reference.row);
    expect(paths({ conditions: [DENIED] })).toEqual(["Gateway.backend.clientCertificateRef"]);
    expect(paths({ listeners: [{ name: "https", conditions: [DENIED] }] })).toEqual([
      "Gateway.certificateRefs",
      "Gateway.frontend.default.caCertificateRefs",
    ]);
  });

  it.each([
    "InvalidCertificateRef",
    "InvalidCACertificateRef",
    "InvalidKind",
    "BackendNotFound",
    "UnsupportedProtocol",
  ])("61. %s says nothing against a permission", (reason) => {
    const status = told(ACCEPTED, says("ResolvedRefs", "False", reason));
    expect(findings(api, gw, toApiGrant, status)).toEqual([]);
  });

  it("62. what is denied is never explained by what does not exist", () => {
    const world = [gw, attached];
    const report = reportOn([...NAMESPACES, ...world]);
    expect(findingLines(report)).toEqual(["error ref-not-permitted HTTPRoute app/web"]);
    expect(said(...world).join("\n")).not.toMatch(/not exist|not found|NotFound|there is no Service/);
    expect(report.decisions.map((one) => (one.handshake === "grant" ? one.referentExistence : null))).toEqual([
      null,
      "unseen",
    ]);
  });

  it("63. a word of an earlier generation is old; one of this generation may be as old as a grant that came after it", () => {
    const stale = told(says("Accepted", "True", "Accepted", 2), says("ResolvedRefs", "False", "RefNotPermitted", 2));
    expect(findings(api, gw, toApiGrant, stale)).toEqual(["warning controller-refuses-permitted HTTPRoute app/web"]);
    // It is told as a contradiction, and the verdict stays: the equal generation does not overrule the grant.
    const fresh = told(ACCEPTED, DENIED);
    expect(verdicts(api, gw, toApiGrant, fresh)).toEqual([
      "HTTPRoute app/web parentRefs[0]: permitted",
      "HTTPRoute app/web rules[0].backendRefs[0]: permitted",
    ]);
    expect(findings(api, gw, toApiGrant, fresh)).toEqual(["error controller-refuses-permitted HTTPRoute app/web"]);
  });

  it("64. of several reasons one is shown, or some joined with commas: each may be the right one", () => {
    const mixed = web({ parentRefs: [EDGE_GATEWAY], ...rules(toApi, { name: "gone", port: 80 }) });
    for (const reason of ["RefNotPermitted", "BackendNotFound", "BackendNotFound,RefNotPermitted,RefNotPermitted"]) {
      const status = withStatus(mixed, {
        parents: [
          { parentRef: EDGE_GATEWAY, controllerName, conditions: [ACCEPTED, says("ResolvedRefs", "False", reason)] },
        ],
      });
      expect(findings(api, gw, status)).toEqual([
        "error ref-not-permitted HTTPRoute app/web",
        "error target-not-found HTTPRoute app/web",
      ]);
    }
    const joined = told(ACCEPTED, says("ResolvedRefs", "False", "PortNotFound,RefNotPermitted"));
    expect(findings(api, gw, toApiGrant, joined)).toEqual(["error controller-refuses-permitted HTTPRoute app/web"]);
  });

  it("65. PartiallyInvalid is about rules, not about grants", () => {
    const status = told(ACCEPTED, RESOLVED, says("PartiallyInvalid", "True", "UnsupportedValue"));
    expect(findings(api, gw, toApiGrant, status)).toEqual([]);
  });

  it("66. the status of an XBackend, in the place of v1.6 and in that of v1.7, says nothing of grants", () => {
    const backend = object(`${GWX}/v1alpha1`, "XBackend", "app", "b", { type: "Service" });
    for (const [list, ref] of [
      ["parents", "parentRef"],
      ["ancestors", "ancestorRef"],
    ] as const) {
      const status = { [list]: [{ [ref]: EDGE_GATEWAY, controllerName, conditions: [ACCEPTED, DENIED] }] };
      expect(findings(gw, withStatus(backend, status))).toEqual([]);
    }
  });
});

describe("manifests", () => {
  it("67. the defaults of the CRDs apply: groups, kinds, namespaces, modes, who may attach", () => {
    const report = reportOn([
      core("Service", "default", "api"),
      { apiVersion: `${GW}/v1`, kind: "Gateway", metadata: { name: "gw" }, spec: { listeners: [HTTP] } },
      {
        apiVersion: `${GW}/v1`,
        kind: "HTTPRoute",
        metadata: { name: "web" },
        spec: { parentRefs: [{ name: "gw" }], ...rules({ name: "api", port: 80 }) },
      },
    ]);
    expect(verdictLines(report)).toEqual([
      "HTTPRoute default/web parentRefs[0]: permitted",
      "HTTPRoute default/web rules[0].backendRefs[0]: permitted",
    ]);
    expect(findingLines(report)).toEqual([]);
  });

  it("68. lists are expanded, also within lists; kinds that have no part are passed over", () => {
    const list = (...items: readonly Manifest[]): Manifest => ({ apiVersion: "v1", kind: "List", items });
    const deployment: Manifest = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d", namespace: "x" } };
    const world = list(list(api, web()), deployment, {
      apiVersion: `${GW}/v1`,
      kind: "ReferenceGrantList",
      items: [grant("backend", "g", [{}], [{ name: "api" }])],
    });
    expect(bare(world)).toEqual(["permitted"]);
    expect(findings(world)).toEqual([]);
  });

  it("69. every Namespace has the label with its own name, written or not", () => {
    const byName = selecting({
      matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["app"] }],
    });
    expect(bare(gateway("edge", "gw", [{ ...HTTP, ...byName }]), web({ parentRefs: [EDGE_GATEWAY] }))).toEqual([
      "permitted",
    ]);
  });

  it("70. what does not exist is told only where the files are the whole world", () => {
    const world = [web(rules({ name: "gone", port: 80 }))];
    expect(findingLines(reportOn(world))).toEqual(["error target-not-found HTTPRoute app/web"]);
    expect(findingLines(reportOn(world, false))).toEqual([]);
  });

  it("71. a field of the experimental channel is told in files, which clusters of the standard channel drop", () => {
    const filters = [{ type: "ExternalAuth", externalAuth: { protocol: "HTTP", backendRef: toApi } }];
    const world = [
      ...NAMESPACES,
      api,
      web({ rules: [{ filters }] }),
      gateway("app", "gw", [{ ...HTTP, filters: { requests: filters } }]),
      grant("backend", "g", [{}, { kind: "Gateway" }], [{ name: "api" }]),
    ];
    expect(findingLines(reportOn(world))).toEqual([
      "info field-experimental HTTPRoute app/web",
      "info field-experimental Gateway app/gw",
    ]);
    expect(findingLines(reportOnCluster(world))).toEqual([]);
  });
});

describe("what came with v1.7", () => {
  const trusting = grant("backend", "g", [{ kind: "Gateway", namespace: "edge" }], [{ ...BUNDLE, name: "roots" }]);

  it("72. a ClusterTrustBundle is in no namespace, and needs no grant", () => {
    const gw = gateway("edge", "gw", [HTTPS], authority({ ...BUNDLE, name: "example.com:signer:v1" }));
    const report = reportOn([gw]);
    expect(verdictLines(report)).toEqual([
      "Gateway edge/gw tls.frontend.default.validation.caCertificateRefs[0]: permitted",
    ]);
    expect(report.decisions.map(({ outcome }) => outcome.verdict === "permitted" && outcome.witness.by)).toEqual([
      "clusterScoped",
    ]);
  });

  it("73. one with a namespace is refused by the experimental CRDs, and means nothing in a file: that is said", () => {
    const gw = gateway("edge", "gw", [HTTPS], authority({ ...BUNDLE, name: "roots", namespace: "backend" }));
    expect(bare(gw)).toEqual(["permitted"]);
    expect(said(gw)).toContain(
      "manifest-rejected: spec.tls.frontend.default.validation.caCertificateRefs[0].namespace should be no namespace: ClusterTrustBundle is cluster-scoped, found a string",
    );
  });

  it("74. a grant to ClusterTrustBundles has no effect, and that is said", () => {
    expect(findings(trusting)).toEqual(["warning grant-inert ReferenceGrant backend/g"]);
  });

  it("75. an XTelemetryPolicy is trusted under its own group and kind; TelemetryPolicy of the Gateway API matches nothing", () => {
    const policy = object(`${GWX}/v1alpha1`, "XTelemetryPolicy", "app", "p", {
      targetRefs: [{ group: GW, kind: "Gateway", name: "gw" }],
      tracing: { mode: "Enabled", provider: { backendRef: toApi } },
    });
    const decide = (from: object) => bare(api, policy, grant("backend", "g", [from], [{ name: "api" }])).at(0);
    expect(decide({ group: GWX, kind: "XTelemetryPolicy" })).toBe("permitted");
    expect(decide({ group: GW, kind: "TelemetryPolicy" })).toBe(REFUSED);
    expect(decide({ group: GW, kind: "XTelemetryPolicy" })).toBe(REFUSED);
  });

  it("76. an XTelemetryPolicy that traces nothing has no provider, and refers to its targets alone", () => {
    const policy = object(`${GWX}/v1alpha1`, "XTelemetryPolicy", "app", "p", {
      targetRefs: [{ group: GW, kind: "Gateway", name: "gw" }],
      tracing: { mode: "Disabled" },
    });
    expect(verdicts(policy)).toEqual(["XTelemetryPolicy app/p targetRefs[0]: permitted"]);
  });

  it("77. filters on a listener of a ListenerSet that is not HTTP can be stored, and are references", () => {
    const auth = { type: "ExternalAuth", externalAuth: { protocol: "HTTP", backendRef: toApi } };
    const listeners = [{ name: "tcp", port: 90, protocol: "TCP", filters: { requests: [auth] } }];
    const set = object(`${GW}/v1`, "ListenerSet", "edge", "set", { parentRef: { name: "gw" }, listeners });
    const gw = gateway("edge", "gw", [], { allowedListeners: { namespaces: { from: "Same" } } });
    expect(verdicts(api, gw, set).at(-1)).toBe(
      `ListenerSet edge/set listeners[0].filters.requests[0].externalAuth.backendRef: ${REFUSED}`,
    );
  });

  it("78. a backend with a port is read, whether it is an XBackend or a Service, and so is one without", () => {
    const refs = [
      { group: GWX, kind: "XBackend", name: "b", port: 80 },
      { group: GWX, kind: "XBackend", name: "b" },
      { name: "api", namespace: "backend" },
    ];
    expect(bare(api, web(rules(...refs)))).toEqual(["permitted", "permitted", REFUSED]);
  });
});
