import { describe, expect, it } from "vitest";
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
 * Worlds in which nothing is wrong. Declared whole and read from files, or as a cluster gives them, they raise no warning and
 * no error; where one is raised all the same, it is named. Every reference in them is decided, and so named too.
 */

interface Quiet {
  readonly title: string;
  readonly world: readonly Manifest[];
  /** `Kind namespace/name field: verdict`; only the first words where it is permitted. */
  readonly references: readonly string[];
  /** `severity code Kind namespace/name` of what is raised, if anything is. */
  readonly alarms?: readonly string[];
  /** Where a cluster would not be without what is missing. */
  readonly only?: "files";
}

/** Everything is permitted, unless the line says otherwise. */
const spelledOut = (line: string): string => (line.includes(": ") ? line : `${line}: permitted`);

function check(situations: readonly Quiet[]): void {
  it.each(situations.map((situation) => [situation.title, situation] as const))("%s", (_, situation) => {
    const { world, references, alarms = [], only } = situation;
    const all = [...["app", "backend", "edge"].map((name) => namespace(name)), ...world];
    for (const report of [reportOn(all), ...(only === "files" ? [] : [reportOnCluster(all)])]) {
      expect(verdictLines(report)).toEqual(references.map(spelledOut));
      expect(findingLines(report, "warning")).toEqual(alarms);
    }
  });
}

const onlyApp = {
  allowedRoutes: {
    namespaces: { from: "Selector", selector: { matchLabels: { "kubernetes.io/metadata.name": "app" } } },
  },
};
const HTTP = { name: "http", port: 80, protocol: "HTTP" };
const HTTPS = { name: "https", port: 443, protocol: "HTTPS" };
const api = core("Service", "backend", "api");
const web = core("Service", "app", "web");
const cert = core("Secret", "backend", "cert");
const ca = core("ConfigMap", "backend", "ca");
const toApi = { name: "api", namespace: "backend", port: 80 };
const toWeb = { name: "web", port: 80 };
const toCert = { name: "cert", namespace: "backend" };
const toCa = { group: "", kind: "ConfigMap", name: "ca", namespace: "backend" };
const grantToApi = grant("backend", "g", [{}], [{ name: "api" }]);
const rules = (...backendRefs: readonly object[]) => ({ rules: [{ backendRefs }] });
const shared = gateway("edge", "gw", [{ ...HTTP, ...onlyApp }]);
const EDGE_GATEWAY = { name: "gw", namespace: "edge" };
const MESH = { group: "", kind: "Service", name: "api", namespace: "backend" };

const gatewayClass = object(`${GW}/v1`, "GatewayClass", null, "x", { controllerName: "example.com/ours" });
const says = (type: string, status: string, reason: string, observedGeneration?: number): object => ({
  type,
  status,
  reason,
  message: "",
  lastTransitionTime: "2026-01-01T00:00:00Z",
  observedGeneration: observedGeneration ?? 3,
});
const ACCEPTED = says("Accepted", "True", "Accepted");
const RESOLVED = says("ResolvedRefs", "True", "ResolvedRefs");
const under = (parentRef: object, conditions: readonly object[], controllerName = "example.com/ours"): object => ({
  parentRef,
  controllerName,
  conditions,
});

describe("references that stay in their namespace", () => {
  check([
    {
      title: "a backend, a parent and a certificate whose namespace is written out, and is their owner's",
      world: [
        web,
        core("Secret", "app", "cert"),
        gateway("app", "gw", [{ ...HTTPS, tls: { certificateRefs: [{ name: "cert", namespace: "app" }] } }]),
        route("HTTPRoute", "app", "web", {
          parentRefs: [{ name: "gw", namespace: "app" }],
          ...rules({ ...toWeb, namespace: "app" }),
        }),
      ],
      references: [
        "HTTPRoute app/web parentRefs[0]",
        "HTTPRoute app/web rules[0].backendRefs[0]",
        "Gateway app/gw listeners[0].tls.certificateRefs[0]",
      ],
    },
    ...["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"].map(
      (kind): Quiet => ({
        title: `a backend of a ${kind} with its namespace written out`,
        world: [web, route(kind, "app", "r", rules({ ...toWeb, namespace: "app" }))],
        references: [`${kind} app/r rules[0].backendRefs[0]`],
      }),
    ),
    {
      title: "group and kind left out, and the same group and kind written out",
      world: [
        web,
        gateway("app", "gw", [HTTP]),
        route("HTTPRoute", "app", "web", {
          parentRefs: [{ name: "gw" }, { group: GW, kind: "Gateway", name: "gw", sectionName: "http" }],
          ...rules(toWeb, { ...toWeb, group: "", kind: "Service" }),
        }),
      ],
      references: [
        "HTTPRoute app/web parentRefs[0]",
        "HTTPRoute app/web parentRefs[1]",
        "HTTPRoute app/web rules[0].backendRefs[0]",
        "HTTPRoute app/web rules[0].backendRefs[1]",
      ],
    },
    {
      title:
        "fields that have no namespace: filters of implementations, parameters, targets and authorities of policies",
      world: [
        web,
        core("ConfigMap", "app", "ca"),
        core("ConfigMap", "app", "params"),
        gateway("app", "gw", [HTTP], {
          infrastructure: { parametersRef: { group: "", kind: "ConfigMap", name: "params" } },
        }),
        route("HTTPRoute", "app", "web", {
          rules: [
            {
              filters: [{ type: "ExtensionRef", extensionRef: { group: "example.com", kind: "Filter", name: "f" } }],
              backendRefs: [toWeb],
            },
          ],
        }),
        object(`${GW}/v1`, "BackendTLSPolicy", "app", "p", {
          targetRefs: [{ group: "", kind: "Service", name: "web" }],
          validation: { hostname: "web", caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca" }] },
        }),
      ],
      references: [
        "HTTPRoute app/web rules[0].backendRefs[0]",
        "HTTPRoute app/web rules[0].filters[0].extensionRef",
        "Gateway app/gw infrastructure.parametersRef",
        "BackendTLSPolicy app/p targetRefs[0]",
        "BackendTLSPolicy app/p validation.caCertificateRefs[0]",
      ],
    },
    {
      title: "objects whose namespace has no Namespace among the manifests",
      only: "files",
      world: [
        core("Service", "shop", "cart"),
        gateway("shop", "gw", [HTTP]),
        route("HTTPRoute", "shop", "cart", { parentRefs: [{ name: "gw" }], ...rules({ name: "cart", port: 80 }) }),
      ],
      references: ["HTTPRoute shop/cart parentRefs[0]", "HTTPRoute shop/cart rules[0].backendRefs[0]"],
    },
    {
      title: "an alias of another host, or a Service without selector, that no grant opens",
      world: [
        object("v1", "Service", "app", "alias", { type: "ExternalName", externalName: "example.com" }),
        object("v1", "Service", "app", "manual", { ports: [{ port: 80 }] }),
        route("HTTPRoute", "app", "web", rules({ name: "alias", port: 80 }, { name: "manual", port: 80 })),
      ],
      references: ["HTTPRoute app/web rules[0].backendRefs[0]", "HTTPRoute app/web rules[0].backendRefs[1]"],
    },
    {
      title: "names that a programming language gives a meaning to",
      world: [
        namespace("constructor"),
        core("Service", "constructor", "hasOwnProperty"),
        route("HTTPRoute", "constructor", "toString", rules({ name: "hasOwnProperty", port: 80 })),
      ],
      references: ["HTTPRoute constructor/toString rules[0].backendRefs[0]"],
    },
  ]);
});

describe("rules that refer to nothing", () => {
  check([
    {
      title: "a rule that only redirects",
      world: [
        shared,
        route("HTTPRoute", "app", "web", {
          parentRefs: [EDGE_GATEWAY],
          rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] }],
        }),
      ],
      references: ["HTTPRoute app/web parentRefs[0]"],
    },
    {
      title: "a rule without backends, a rule with an empty list of them, a route without rules",
      world: [
        route("HTTPRoute", "app", "a", { rules: [{}] }),
        route("HTTPRoute", "app", "b", { rules: [{ backendRefs: [] }] }),
        route("HTTPRoute", "app", "c", {}),
      ],
      references: [],
    },
    {
      title: "certificates of a listener that passes TLS through, which are ignored",
      world: [
        gateway("edge", "gw", [
          { name: "tls", port: 443, protocol: "TLS", tls: { mode: "Passthrough", certificateRefs: [toCert] } },
        ]),
      ],
      references: [],
    },
    {
      title: "client authorities for the port of a listener that is not HTTPS",
      world: [
        gateway("edge", "gw", [HTTP], {
          tls: { frontend: { perPort: [{ port: 80, tls: { validation: { caCertificateRefs: [toCa] } } }] } },
        }),
      ],
      references: [],
    },
    {
      title: "kinds that refer to nothing, and kinds that nobody here knows",
      world: [
        { apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "app", name: "web" }, spec: {} },
        { apiVersion: "example.com/v1", kind: "Gateway", metadata: { namespace: "app", name: "gw" }, spec: {} },
      ],
      references: [],
    },
  ]);
});

describe("attachment", () => {
  check([
    {
      title: "a Gateway in the route's namespace that says nothing of namespaces",
      world: [gateway("app", "gw", [HTTP]), route("HTTPRoute", "app", "r", { parentRefs: [{ name: "gw" }] })],
      references: ["HTTPRoute app/r parentRefs[0]"],
    },
    {
      title: "one namespace, selected by the label that every Namespace has without anybody writing it",
      world: [shared, route("HTTPRoute", "app", "r", { parentRefs: [EDGE_GATEWAY] })],
      references: ["HTTPRoute app/r parentRefs[0]"],
    },
    {
      title: "an empty list of kinds, which is the protocol's default",
      world: [
        gateway("edge", "gw", [{ ...HTTP, allowedRoutes: { ...onlyApp.allowedRoutes, kinds: [] } }]),
        route("GRPCRoute", "app", "r", { parentRefs: [EDGE_GATEWAY] }),
      ],
      references: ["GRPCRoute app/r parentRefs[0]"],
    },
    {
      title: "wildcard hostnames on the listener, on the route, on both",
      world: [
        gateway("app", "gw", [
          { ...HTTP, hostname: "*.example.com" },
          { ...HTTP, name: "one", hostname: "a.example.org" },
        ]),
        route("HTTPRoute", "app", "a", { parentRefs: [{ name: "gw" }], hostnames: ["x.y.example.com"] }),
        route("HTTPRoute", "app", "b", { parentRefs: [{ name: "gw" }], hostnames: ["*.example.org"] }),
        route("HTTPRoute", "app", "c", { parentRefs: [{ name: "gw" }], hostnames: ["*.shop.example.com"] }),
      ],
      references: ["a", "b", "c"].map((name) => `HTTPRoute app/${name} parentRefs[0]`),
    },
    {
      title: "a Gateway with listeners for other namespaces beside the one for this route",
      world: [
        gateway("edge", "gw", [
          { ...HTTP, name: "own" },
          { ...HTTP, port: 8080, ...onlyApp },
        ]),
        route("HTTPRoute", "app", "r", { parentRefs: [EDGE_GATEWAY] }),
      ],
      references: ["HTTPRoute app/r parentRefs[0]"],
    },
    {
      title: "one Gateway twice, under different listeners",
      world: [
        gateway("app", "gw", [HTTP, HTTPS]),
        route("HTTPRoute", "app", "r", {
          parentRefs: [
            { name: "gw", sectionName: "http" },
            { name: "gw", sectionName: "https" },
          ],
        }),
      ],
      references: ["HTTPRoute app/r parentRefs[0]", "HTTPRoute app/r parentRefs[1]"],
    },
    {
      title: "a listener of a ListenerSet that takes routes of the same namespace: the set's own, not the Gateway's",
      world: [
        gateway("edge", "gw", [], {
          allowedListeners: {
            namespaces: { from: "Selector", selector: { matchLabels: { "kubernetes.io/metadata.name": "app" } } },
          },
        }),
        object(`${GW}/v1`, "ListenerSet", "app", "set", {
          parentRef: EDGE_GATEWAY,
          listeners: [{ ...HTTP, allowedRoutes: { namespaces: { from: "Same" } } }],
        }),
        route("HTTPRoute", "app", "r", { parentRefs: [{ kind: "ListenerSet", name: "set" }] }),
      ],
      references: ["HTTPRoute app/r parentRefs[0]", "ListenerSet app/set parentRef"],
    },
    {
      title: "a default Gateway that does not take the route, which does not name it",
      world: [
        web,
        gateway("edge", "gw", [HTTP], { defaultScope: "All" }),
        gateway("app", "gw", [HTTP], { defaultScope: "All" }),
        route("HTTPRoute", "app", "r", { useDefaultGateways: "All", ...rules(toWeb) }),
      ],
      references: [
        "HTTPRoute app/r useDefaultGateways",
        "HTTPRoute app/r useDefaultGateways: refused NotAllowedByListeners",
        "HTTPRoute app/r rules[0].backendRefs[0]",
      ],
    },
    {
      title: "routes of one namespace that share a hostname",
      world: [
        gateway("app", "gw", [HTTP]),
        route("HTTPRoute", "app", "a", { parentRefs: [{ name: "gw" }], hostnames: ["a.example.com"] }),
        route("HTTPRoute", "app", "b", { parentRefs: [{ name: "gw" }], hostnames: ["a.example.com"] }),
      ],
      references: ["HTTPRoute app/a parentRefs[0]", "HTTPRoute app/b parentRefs[0]"],
    },
    {
      title: "routes of two namespaces that share a hostname, each with paths of its own",
      world: [
        gateway("edge", "gw", [
          {
            ...HTTP,
            allowedRoutes: {
              namespaces: {
                from: "Selector",
                selector: { matchExpressions: [{ key: "edge", operator: "DoesNotExist" }] },
              },
            },
          },
        ]),
        ...["app", "backend"].map((home) =>
          route("HTTPRoute", home, "r", {
            parentRefs: [EDGE_GATEWAY],
            hostnames: ["a.example.com"],
            rules: [{ matches: [{ path: { type: "PathPrefix", value: `/${home}` } }] }],
          }),
        ),
      ],
      references: ["HTTPRoute app/r parentRefs[0]", "HTTPRoute backend/r parentRefs[0]"],
    },
    {
      title: "a Gateway that takes no ListenerSets, by default and in so many words",
      world: [
        gateway("edge", "a", [HTTP]),
        gateway("edge", "b", [HTTP], { allowedListeners: { namespaces: { from: "None" } } }),
        gateway("edge", "c", [HTTP], { allowedListeners: { namespaces: { from: "Same" } } }),
      ],
      references: [],
    },
  ]);
});

describe("routes of a mesh", () => {
  check([
    {
      title: "a route under a Service of another namespace, with backends there, asks nobody",
      world: [api, route("HTTPRoute", "app", "r", { parentRefs: [MESH], ...rules(toApi) })],
      references: ["HTTPRoute app/r parentRefs[0]", "HTTPRoute app/r rules[0].backendRefs[0] (mesh)"],
    },
    {
      title: "a route of the Service's own namespace",
      world: [
        api,
        route("GRPCRoute", "backend", "r", {
          parentRefs: [{ group: "", kind: "Service", name: "api" }],
          ...rules({ name: "api", port: 80 }),
        }),
      ],
      references: ["GRPCRoute backend/r parentRefs[0]", "GRPCRoute backend/r rules[0].backendRefs[0] (mesh)"],
    },
    {
      title: "a grant that a mesh route alone would use is not called unused: some meshes ask for it",
      world: [api, grantToApi, route("HTTPRoute", "app", "r", { parentRefs: [MESH], ...rules(toApi) })],
      references: ["HTTPRoute app/r parentRefs[0]", "HTTPRoute app/r rules[0].backendRefs[0] (mesh)"],
    },
    {
      title: "a Gateway and a Service as parents, with the grant that the Gateway needs",
      world: [
        api,
        shared,
        grantToApi,
        route("HTTPRoute", "app", "r", { parentRefs: [EDGE_GATEWAY, MESH], ...rules(toApi) }),
      ],
      references: [
        "HTTPRoute app/r parentRefs[0]",
        "HTTPRoute app/r parentRefs[1]",
        "HTTPRoute app/r rules[0].backendRefs[0]",
        "HTTPRoute app/r rules[0].backendRefs[0] (mesh)",
      ],
    },
    {
      title: "a mesh that accepts what the specification permits, and one that knows no such port",
      world: [
        api,
        withStatus(route("HTTPRoute", "app", "a", { parentRefs: [MESH], ...rules(toApi) }), {
          parents: [under(MESH, [ACCEPTED, RESOLVED])],
        }),
        withStatus(route("HTTPRoute", "app", "b", { parentRefs: [MESH] }), {
          parents: [under(MESH, [says("Accepted", "False", "NoMatchingParent")])],
        }),
      ],
      references: [
        "HTTPRoute app/a parentRefs[0]",
        "HTTPRoute app/a rules[0].backendRefs[0] (mesh)",
        "HTTPRoute app/b parentRefs[0]",
      ],
    },
  ]);
});

describe("grants in use", () => {
  check([
    {
      title: "a named Service, from two kinds of route and two namespaces",
      world: [
        api,
        grant(
          "backend",
          "g",
          [{}, { kind: "GRPCRoute" }, { namespace: "edge" }, { kind: "GRPCRoute", namespace: "edge" }],
          [{ name: "api" }],
        ),
        ...["HTTPRoute", "GRPCRoute"].flatMap((kind) =>
          ["app", "edge"].map((home) => route(kind, home, "r", rules(toApi))),
        ),
      ],
      references: ["HTTPRoute app/r", "HTTPRoute edge/r", "GRPCRoute app/r", "GRPCRoute edge/r"].map(
        (referrer) => `${referrer} rules[0].backendRefs[0]`,
      ),
    },
    {
      title: "a backend of weight 0 uses its grant like every other",
      world: [api, grantToApi, route("HTTPRoute", "app", "r", rules({ ...toApi, weight: 0 }))],
      references: ["HTTPRoute app/r rules[0].backendRefs[0]"],
    },
    {
      title: "a mirror, and authorization by another service",
      world: [
        api,
        grantToApi,
        route("HTTPRoute", "app", "r", {
          rules: [
            {
              filters: [
                { type: "RequestMirror", requestMirror: { backendRef: toApi } },
                { type: "ExternalAuth", externalAuth: { protocol: "GRPC", backendRef: toApi } },
              ],
            },
          ],
        }),
      ],
      references: [
        "HTTPRoute app/r rules[0].filters[0].requestMirror.backendRef",
        "HTTPRoute app/r rules[0].filters[1].externalAuth.backendRef",
      ],
    },
    {
      title: "certificates of a Gateway, for clients and for backends, and authorities",
      world: [
        cert,
        ca,
        grant(
          "backend",
          "g",
          [{ kind: "Gateway", namespace: "edge" }],
          [
            { kind: "Secret", name: "cert" },
            { kind: "ConfigMap", name: "ca" },
          ],
        ),
        gateway("edge", "gw", [{ ...HTTPS, tls: { certificateRefs: [toCert] } }], {
          tls: {
            backend: { clientCertificateRef: toCert },
            frontend: { default: { validation: { caCertificateRefs: [toCa] } } },
          },
        }),
      ],
      references: [
        "Gateway edge/gw listeners[0].tls.certificateRefs[0]",
        "Gateway edge/gw tls.frontend.default.validation.caCertificateRefs[0]",
        "Gateway edge/gw tls.backend.clientCertificateRef",
      ],
    },
    {
      title: "a certificate of a ListenerSet, with a grant for ListenerSets of its namespace",
      world: [
        cert,
        grant("backend", "g", [{ kind: "ListenerSet" }], [{ kind: "Secret", name: "cert" }]),
        gateway("app", "gw", [], { allowedListeners: { namespaces: { from: "Same" } } }),
        object(`${GW}/v1`, "ListenerSet", "app", "set", {
          parentRef: { name: "gw" },
          listeners: [{ ...HTTPS, tls: { certificateRefs: [toCert] } }],
        }),
      ],
      references: ["ListenerSet app/set parentRef", "ListenerSet app/set listeners[0].tls.certificateRefs[0]"],
    },
    {
      title: "a ClusterTrustBundle, which no grant could name, as an authority of Gateways and of policies",
      world: [
        web,
        gateway("edge", "gw", [HTTPS], {
          tls: {
            frontend: {
              default: {
                validation: {
                  caCertificateRefs: [
                    { group: "certificates.k8s.io", kind: "ClusterTrustBundle", name: "example.com:signer:v1" },
                  ],
                },
              },
            },
          },
        }),
        object(`${GW}/v1`, "BackendTLSPolicy", "app", "p", {
          targetRefs: [{ group: "", kind: "Service", name: "web" }],
          validation: {
            hostname: "web",
            caCertificateRefs: [{ group: "certificates.k8s.io", kind: "ClusterTrustBundle", name: "roots" }],
          },
        }),
      ],
      references: [
        "Gateway edge/gw tls.frontend.default.validation.caCertificateRefs[0]",
        "BackendTLSPolicy app/p targetRefs[0]",
        "BackendTLSPolicy app/p validation.caCertificateRefs[0]",
      ],
    },
    ...[
      { group: "inference.networking.k8s.io", kind: "InferencePool" },
      { group: "inference.networking.x-k8s.io", kind: "InferencePool" },
      { group: "multicluster.x-k8s.io", kind: "ServiceImport" },
      { group: "gateway.kgateway.dev", kind: "Backend" },
      { group: "gateway.envoyproxy.io", kind: "Backend" },
      { group: "kuma.io", kind: "MeshService" },
    ].map(
      (kind): Quiet => ({
        title: `a ${kind.kind} of ${kind.group} as a backend, with a grant for that kind`,
        world: [
          object(`${kind.group}/v1`, kind.kind, "backend", "api", {}),
          grant("backend", "g", [{}], [{ ...kind, name: "api" }]),
          route("HTTPRoute", "app", "r", rules({ ...toApi, ...kind })),
        ],
        references: ["HTTPRoute app/r rules[0].backendRefs[0]"],
      }),
    ),
    {
      title: "a Service whose selector says which Pods are behind it, headless or not",
      world: [
        object("v1", "Service", "backend", "api", { selector: { app: "api" }, ports: [{ port: 80 }] }),
        object("v1", "Service", "backend", "db", { clusterIP: "None", selector: { app: "db" }, ports: [{ port: 80 }] }),
        grant("backend", "g", [{}], [{ name: "api" }, { name: "db" }]),
        route("HTTPRoute", "app", "r", rules(toApi, { ...toApi, name: "db" })),
      ],
      references: ["HTTPRoute app/r rules[0].backendRefs[0]", "HTTPRoute app/r rules[0].backendRefs[1]"],
    },
    {
      title: "every Service of a namespace, in use: a word, no warning",
      world: [api, grant("backend", "g", [{}], [{}]), route("HTTPRoute", "app", "r", rules(toApi))],
      references: ["HTTPRoute app/r rules[0].backendRefs[0]"],
    },
    {
      title: "a grant that another one makes redundant: a word, no warning",
      world: [
        api,
        grantToApi,
        grant("backend", "also", [{}], [{ name: "api" }]),
        route("HTTPRoute", "app", "r", rules(toApi)),
      ],
      references: ["HTTPRoute app/r rules[0].backendRefs[0]"],
    },
    {
      title: "a trusted namespace that has no Namespace among the manifests, but objects",
      only: "files",
      world: [
        api,
        grant("backend", "g", [{ namespace: "shop" }], [{ name: "api" }]),
        route("HTTPRoute", "shop", "r", rules(toApi)),
      ],
      references: ["HTTPRoute shop/r rules[0].backendRefs[0]"],
    },
    {
      title: "a version that today's releases serve beside v1",
      world: [api, { ...grantToApi, apiVersion: `${GW}/v1beta1` }, route("HTTPRoute", "app", "r", rules(toApi))],
      references: ["HTTPRoute app/r rules[0].backendRefs[0]"],
    },
  ]);

  it("one grant in two versions is one grant: the files hold it twice, and nothing else is said", () => {
    const report = reportOn([
      api,
      grantToApi,
      { ...grantToApi, apiVersion: `${GW}/v1beta1` },
      route("HTTPRoute", "app", "r", rules(toApi)),
    ]);
    expect(report.grants.map(({ usage, uses }) => [usage, uses.length])).toEqual([["used", 1]]);
    expect(findingLines(report)).toEqual(["warning manifest-duplicate ReferenceGrant backend/g"]);
  });
});

describe("grants of which nobody can say that they are unused", () => {
  const SNAPSHOT = { group: "snapshot.storage.k8s.io", kind: "VolumeSnapshot" };
  const claim = object("v1", "PersistentVolumeClaim", "app", "data", {
    dataSourceRef: { apiGroup: SNAPSHOT.group, kind: SNAPSHOT.kind, name: "daily", namespace: "backend" },
  });
  check([
    {
      title: "one for PersistentVolumeClaims, which are of the core group, in use",
      world: [
        claim,
        grant("backend", "g", [{ group: "", kind: "PersistentVolumeClaim" }], [{ ...SNAPSHOT, name: "daily" }]),
      ],
      references: ["PersistentVolumeClaim app/data dataSourceRef"],
    },
    {
      title: "one for PersistentVolumeClaims with a data source of a kind that somebody else populates from",
      world: [
        grant(
          "backend",
          "g",
          [{ group: "", kind: "PersistentVolumeClaim" }],
          [{ group: "example.com", kind: "Dump", name: "daily" }],
        ),
      ],
      references: [],
    },
    {
      title: "one that a policy of Envoy Gateway uses",
      world: [
        api,
        grant("backend", "g", [{ group: "gateway.envoyproxy.io", kind: "SecurityPolicy" }], [{ name: "api" }]),
        object("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", "app", "p", {
          extAuth: { http: { backendRefs: [toApi] } },
        }),
      ],
      references: ["SecurityPolicy app/p extAuth.http.backendRefs[0]"],
    },
    {
      title: "one that an extension of kgateway uses, where that asks for grants",
      world: [
        api,
        grant("backend", "g", [{ group: "gateway.kgateway.dev", kind: "GatewayExtension" }], [{ name: "api" }]),
        object("gateway.kgateway.dev/v1alpha1", "GatewayExtension", "app", "x", {
          extAuth: { grpcService: { backendRef: toApi } },
        }),
      ],
      references: ["GatewayExtension app/x extAuth.grpcService.backendRef"],
    },
    {
      title: "one for a kind of a vendor that nobody here has heard of, to Services and to a kind of its own",
      world: [
        api,
        grant("backend", "a", [{ group: "example.com", kind: "Widget" }], [{ name: "api" }]),
        grant("backend", "b", [{ group: "example.com", kind: "Widget" }], [{ group: "example.com", kind: "Gadget" }]),
      ],
      references: [],
    },
    {
      title: "one for a kind of a vendor that is known, to a kind that it is not known to refer to",
      world: [
        ca,
        grant(
          "backend",
          "g",
          [{ group: "gateway.envoyproxy.io", kind: "SecurityPolicy" }],
          [{ kind: "ConfigMap", name: "ca" }],
        ),
      ],
      references: [],
    },
    {
      title: "grants of others, which are told once and left alone",
      world: [
        object("configuration.konghq.com/v1alpha1", "KongReferenceGrant", "backend", "g", { from: [], to: [] }),
        object("reference.authorization.k8s.io/v1alpha1", "ReferenceGrant", "backend", "g", { from: [], to: [] }),
        object("projectcontour.io/v1", "TLSCertificateDelegation", "backend", "g", {}),
      ],
      references: [],
    },
    {
      title: "a ReferencePolicy where CRDs among the files say that it is in force",
      world: [
        api,
        {
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          metadata: { name: `referencepolicies.${GW}` },
          spec: {
            group: GW,
            names: { kind: "ReferencePolicy" },
            scope: "Namespaced",
            versions: [{ name: "v1alpha2", served: true, storage: true }],
          },
        },
        { ...grantToApi, kind: "ReferencePolicy", apiVersion: `${GW}/v1alpha2` },
        route("HTTPRoute", "app", "r", rules(toApi)),
      ],
      references: ["HTTPRoute app/r rules[0].backendRefs[0]"],
    },
  ]);
});

describe("owners in no namespace", () => {
  check([
    {
      title: "parameters of a GatewayClass and of a mesh, in whatever namespace",
      world: [
        core("ConfigMap", "backend", "params"),
        ...(
          [
            [`${GW}/v1`, "GatewayClass"],
            [`${GWX}/v1alpha1`, "XMesh"],
          ] as const
        ).map(([version, kind]) =>
          object(version, kind, null, "x", {
            controllerName: "example.com/ours",
            parametersRef: { group: "", kind: "ConfigMap", name: "params", namespace: "backend" },
          }),
        ),
      ],
      references: ["GatewayClass x parametersRef", "XMesh x parametersRef"],
    },
  ]);
});

describe("what selectors bring in", () => {
  check([
    {
      title: "targets of a policy's selector in another namespace that no grant covers are passed over",
      world: [
        object("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", "app", "p", {
          targetSelectors: [{ group: GW, kind: "HTTPRoute", matchLabels: {}, namespaces: { from: "All" } }],
        }),
        route("HTTPRoute", "backend", "r", {}),
        route("HTTPRoute", "app", "r", {}),
      ],
      references: [
        "SecurityPolicy app/p targetSelectors[0]",
        "SecurityPolicy app/p targetSelectors[0]: refused RefNotPermitted",
      ],
    },
  ]);
});

describe("what controllers say", () => {
  const attached = route("HTTPRoute", "app", "r", { parentRefs: [EDGE_GATEWAY], ...rules(toApi) });
  const base = [gatewayClass, api, grantToApi, shared];
  const permitted = ["HTTPRoute app/r parentRefs[0]", "HTTPRoute app/r rules[0].backendRefs[0]"];
  const say = (title: string, ...parents: readonly object[]): Quiet => ({
    title,
    world: [...base, withStatus(attached, { parents })],
    references: permitted,
  });
  check([
    { title: "nothing at all", world: [...base, attached], references: permitted },
    say("nothing under any parent"),
    say("that all is well", under(EDGE_GATEWAY, [ACCEPTED, RESOLVED])),
    say(
      "nothing yet: the conditions that an object has before any controller saw it",
      under(EDGE_GATEWAY, [says("Accepted", "Unknown", "Pending"), says("ResolvedRefs", "Unknown", "Pending")]),
    ),
    say(
      "reasons and conditions of its own beside those of the specification",
      under(EDGE_GATEWAY, [
        ACCEPTED,
        RESOLVED,
        says("BackendsAvailable", "False", "EndpointsNotFound"),
        says("example.com/Programmed", "False", "OutOfCoffee"),
      ]),
    ),
    say(
      "that the port of the Service is wrong, which a grant has no part in",
      under(EDGE_GATEWAY, [ACCEPTED, says("ResolvedRefs", "False", "PortNotFound")]),
    ),
    say(
      "that it took some of the rules only, of which none is about references",
      under(EDGE_GATEWAY, [ACCEPTED, RESOLVED, says("PartiallyInvalid", "True", "UnsupportedValue")]),
    ),
    say(
      "that it does not take such a route, for a reason of its own",
      under(EDGE_GATEWAY, [says("Accepted", "False", "OutOfCoffee"), RESOLVED]),
    ),
    say(
      "that it rejected the route for a value, and did not look at its rules",
      under(EDGE_GATEWAY, [says("Accepted", "False", "UnsupportedValue")]),
    ),
    say(
      "that all is well, of an earlier generation",
      under(EDGE_GATEWAY, [says("Accepted", "True", "Accepted", 2), says("ResolvedRefs", "True", "ResolvedRefs", 2)]),
    ),
    say(
      "that all is well; another controller left over what it said of a parent that is no longer named",
      under(EDGE_GATEWAY, [ACCEPTED, RESOLVED]),
      under(
        { name: "former", namespace: "edge" },
        [says("ResolvedRefs", "False", "RefNotPermitted", 1), says("Accepted", "False", "NotAllowedByListeners", 1)],
        "example.com/former",
      ),
    ),
    say(
      "that all is well, under the same parent spelled without its group and kind",
      under({ group: GW, kind: "Gateway", ...EDGE_GATEWAY }, [ACCEPTED, RESOLVED]),
    ),
    {
      title: "of a Gateway nobody has seen: the placeholders that its CRD sets",
      world: [
        gatewayClass,
        withStatus(gateway("edge", "gw", [HTTP]), {
          conditions: [
            {
              type: "Accepted",
              status: "Unknown",
              reason: "Pending",
              message: "Waiting for controller",
              lastTransitionTime: "1970-01-01T00:00:00Z",
            },
          ],
        }),
      ],
      references: [],
    },
    {
      title: "of a listener that some of its certificates are no good: which, is not said",
      world: [
        gatewayClass,
        cert,
        grant("backend", "g", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "Secret", name: "cert" }]),
        withStatus(gateway("edge", "gw", [{ ...HTTPS, tls: { certificateRefs: [toCert] } }]), {
          listeners: [
            { name: "https", conditions: [ACCEPTED, says("ResolvedRefs", "False", "PartiallyInvalidCertificateRef")] },
            { name: "gone", conditions: [says("ResolvedRefs", "False", "RefNotPermitted", 1)] },
          ],
        }),
      ],
      references: ["Gateway edge/gw listeners[0].tls.certificateRefs[0]"],
    },
    {
      title: "that an HTTPRoute gives way to a GRPCRoute with the same hostname: either answer is right",
      world: [
        gatewayClass,
        gateway("app", "gw", [HTTP]),
        route("GRPCRoute", "app", "g", { parentRefs: [{ name: "gw" }], hostnames: ["a.example.com"] }),
        withStatus(route("HTTPRoute", "app", "h", { parentRefs: [{ name: "gw" }], hostnames: ["a.example.com"] }), {
          parents: [under({ name: "gw" }, [says("Accepted", "False", "NotAllowedByListeners"), RESOLVED])],
        }),
      ],
      references: ["HTTPRoute app/h parentRefs[0]", "GRPCRoute app/g parentRefs[0]"],
    },
    {
      title: "that the hostname belongs to a listener that claims it more exactly",
      world: [
        gatewayClass,
        gateway("app", "gw", [HTTP, { ...HTTP, name: "exact", hostname: "a.example.com" }]),
        withStatus(
          route("HTTPRoute", "app", "h", {
            parentRefs: [{ name: "gw", sectionName: "http" }],
            hostnames: ["a.example.com"],
          }),
          {
            parents: [
              under({ name: "gw", sectionName: "http" }, [
                says("Accepted", "False", "NoMatchingListenerHostname"),
                RESOLVED,
              ]),
            ],
          },
        ),
      ],
      references: ["HTTPRoute app/h parentRefs[0]"],
    },
    {
      title: "two parents, each of its own: a leftover stands on neither",
      world: [
        ...base,
        gateway("app", "own", [HTTP]),
        withStatus(route("HTTPRoute", "app", "r", { parentRefs: [EDGE_GATEWAY, { name: "own" }], ...rules(toApi) }), {
          parents: [
            under(EDGE_GATEWAY, [ACCEPTED, RESOLVED]),
            under({ name: "own", namespace: "app" }, [ACCEPTED, RESOLVED], "example.com/other"),
          ],
        }),
      ],
      references: [
        "HTTPRoute app/r parentRefs[0]",
        "HTTPRoute app/r parentRefs[1]",
        "HTTPRoute app/r rules[0].backendRefs[0]",
      ],
    },
    {
      title: "of a route that no listener takes that its references are resolved: the two are judged apart",
      world: [
        gatewayClass,
        api,
        grantToApi,
        gateway("edge", "gw", [HTTP]),
        withStatus(attached, {
          parents: [under(EDGE_GATEWAY, [says("Accepted", "False", "NotAllowedByListeners"), RESOLVED])],
        }),
      ],
      references: [
        "HTTPRoute app/r parentRefs[0]: refused NotAllowedByListeners",
        "HTTPRoute app/r rules[0].backendRefs[0]",
      ],
      alarms: ["error not-attached HTTPRoute app/r"],
    },
    {
      title: "that a reference is not permitted, and none is: said once, not as a disagreement too",
      world: [
        gatewayClass,
        api,
        shared,
        withStatus(attached, {
          parents: [under(EDGE_GATEWAY, [ACCEPTED, says("ResolvedRefs", "False", "BackendNotFound,RefNotPermitted")])],
        }),
      ],
      references: ["HTTPRoute app/r parentRefs[0]", "HTTPRoute app/r rules[0].backendRefs[0]: refused RefNotPermitted"],
      alarms: ["error ref-not-permitted HTTPRoute app/r"],
    },
  ]);
});

describe("files that are not the whole world", () => {
  it.each([
    [
      "a backend, a parent and a certificate that other files may hold",
      [
        route("HTTPRoute", "app", "r", { parentRefs: [EDGE_GATEWAY], ...rules(toApi) }),
        gateway("app", "gw", [{ ...HTTPS, tls: { certificateRefs: [toCert] } }]),
      ],
    ],
    ["a local backend that another file may hold", [route("HTTPRoute", "app", "r", rules(toWeb))]],
    [
      "a grant for a Service and from a namespace that other files may hold",
      [
        grant("backend", "g", [{ namespace: "elsewhere" }], [{ name: "gone" }]),
        route("HTTPRoute", "elsewhere", "r", rules({ ...toApi, name: "gone" })),
      ],
    ],
    [
      "a selector for labels of a Namespace that another file may hold",
      [
        gateway("edge", "gw", [
          { ...HTTP, allowedRoutes: { namespaces: { from: "Selector", selector: { matchLabels: { team: "one" } } } } },
        ]),
        route("HTTPRoute", "app", "r", { parentRefs: [EDGE_GATEWAY] }),
      ],
    ],
  ] as const)("%s: at most a word", (_, world) => {
    const report = reportOn(world, false);
    expect(report.decisions.length).toBeGreaterThan(0);
    expect(verdictLines(report).filter((line) => line.includes(": refused"))).toEqual([]);
    expect(findingLines(report, "warning")).toEqual([]);
  });
});
