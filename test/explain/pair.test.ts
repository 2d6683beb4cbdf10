import { describe, expect, it } from "vitest";
import { pairExit } from "../../src/explain/exit.ts";
import { explainPair } from "../../src/explanations.ts";
import type { GroupKind, ObjectId } from "../../src/model/object.ts";
import { extended, type Snapshot } from "../../src/model/snapshot.ts";
import { explainPairText } from "../../src/render/explain-pair.ts";
import { readerOf } from "../harness/reader.ts";
import { core, GW, GWX, gateway, grant, namespace, snapshotOf } from "../harness/world.ts";

/** May one object reference another, that need not exist: every ending. */

const DISPLAY = { width: 110, color: false, unicode: true, headers: true };

const WORLD = snapshotOf([
  ...["frontend", "backend", "edge"].map((name) => namespace(name)),
  grant("backend", "allow", [{ namespace: "frontend" }], [{ name: "api" }]),
  core("Service", "backend", "api"),
  core("Service", "backend", "db"),
  gateway("edge", "gw", [
    { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
    { name: "own", port: 81, protocol: "HTTP" },
  ]),
]);

const ROUTE: GroupKind = { group: GW, kind: "HTTPRoute" };
const service = (name: string, home = "backend"): ObjectId => ({ group: "", kind: "Service", namespace: home, name });
const secret: ObjectId = { group: "", kind: "Secret", namespace: "backend", name: "tls" };
const gatewayNamed = (name: string): ObjectId => ({ group: GW, kind: "Gateway", namespace: "edge", name });

function told(from: GroupKind, home: string, to: ObjectId, name: string | null = null, world = WORLD): string {
  const { answer, needs } = explainPair(world, { from, namespace: home, name, to });
  expect(needs).toEqual([]);
  return `\n${explainPairText(answer, DISPLAY)}exit ${pairExit(answer)}`;
}

describe("explain --to", () => {
  it("permitted by an entry", () => {
    expect(told(ROUTE, "frontend", service("api"))).toMatchInlineSnapshot(`
      "
      ✓ HTTPRoutes of frontend may reference Service backend/api: ReferenceGrant backend/allow from[0] to[0]
      exit 0"
    `);
  });

  it("refused, with the nearest grant and what would be enough", () => {
    expect(told(ROUTE, "frontend", service("db"), "web")).toMatchInlineSnapshot(`
      "
      ✗ HTTPRoute frontend/web may not reference Service backend/db: RefNotPermitted: nearest grant backend/allow: to[0].name is api, needs db
        Enough: a ReferenceGrant in namespace backend from HTTPRoute frontend to Service db
        There is no HTTPRoute frontend/web; permission does not depend on that.
      exit 1"
    `);
    expect(told(ROUTE, "nowhere", service("gone"))).toMatchInlineSnapshot(`
      "
      ✗ HTTPRoutes of nowhere may not reference Service backend/gone: RefNotPermitted: nearest grant backend/allow: from[0].namespace is frontend, needs nowhere; to[0].name is api, needs gone
        Enough: a ReferenceGrant in namespace backend from HTTPRoute nowhere to Service gone
        There is no Namespace nowhere; permission does not depend on that.
        There is no Service backend/gone; permission does not depend on that.
      exit 1"
    `);
  });

  it("the same namespace needs no grant", () => {
    expect(told(ROUTE, "backend", service("api"))).toMatchInlineSnapshot(`
      "
      ✓ HTTPRoutes of backend may reference Service backend/api: no grant needed, it is the same namespace
      exit 0"
    `);
  });

  it("attachment is for the listeners, never for a grant", () => {
    expect(told(ROUTE, "frontend", gatewayNamed("gw"))).toMatchInlineSnapshot(`
      "
      ✓ HTTPRoutes of frontend may reference Gateway edge/gw: listener http
      exit 0"
    `);
    expect(told({ group: GW, kind: "TCPRoute" }, "frontend", gatewayNamed("gw"))).toMatchInlineSnapshot(`
      "
      ✗ TCPRoutes of frontend may not reference Gateway edge/gw: NotAllowedByListeners: listener http takes HTTPRoute, GRPCRoute, not TCPRoute (and 1 other listener refuses too)
        Besides, in rules[].backendRefs[]: refused, RefNotPermitted: no ReferenceGrant in namespace edge permits it (rule of AWS Load Balancer Controller)
      exit 1"
    `);
    expect(told(ROUTE, "frontend", gatewayNamed("gone"))).toMatchInlineSnapshot(`
      "
      ✗ HTTPRoutes of frontend may not reference Gateway edge/gone: ParentNotFound: there is no Gateway edge/gone
      exit 1"
    `);
    expect(told({ group: GW, kind: "ListenerSet" }, "frontend", gatewayNamed("gw"))).toMatchInlineSnapshot(`
      "
      ✗ ListenerSets of frontend may not reference Gateway edge/gw: NotAllowed: allowedListeners of Gateway edge/gw does not admit namespace frontend
      exit 1"
    `);
  });

  it("no field names such a kind", () => {
    expect(told(ROUTE, "frontend", secret)).toMatchInlineSnapshot(`
      "
      ✗ HTTPRoutes of frontend may not reference Secret backend/tls: no field of an HTTPRoute is known to name a Secret, and no grant would help
        There is no Secret backend/tls; permission does not depend on that.
      exit 1"
    `);
    expect(told({ group: "", kind: "Pod" }, "frontend", secret)).toMatchInlineSnapshot(`
      "
      ✗ Pods of frontend may not reference Secret backend/tls: no field of a Pod is known to name a Secret, and no grant would help
        There is no Secret backend/tls; permission does not depend on that.
      exit 1"
    `);
  });

  it("what a kind that nobody knows refers to is not known", () => {
    expect(told({ group: "example.com", kind: "Widget" }, "frontend", service("api"))).toMatchInlineSnapshot(`
      "
      ? whether Widgets.example.com of frontend may reference Service backend/api cannot be told: what a Widget.example.com refers to is not known here
      exit 4"
    `);
  });

  it("a backend of a kind that nobody knows goes by grants like any other", () => {
    const widget = { group: "example.com", kind: "Widget", namespace: "backend", name: "x" };
    expect(told(ROUTE, "frontend", widget)).toMatchInlineSnapshot(`
      "
      ✗ HTTPRoutes of frontend may not reference Widget.example.com backend/x: RefNotPermitted: no ReferenceGrant in namespace backend permits it
        Enough: a ReferenceGrant in namespace backend from HTTPRoute frontend to Widget.example.com x
      exit 1"
    `);
  });

  it("fields that never leave their namespace, and rules of implementations", () => {
    const ca = { group: "", kind: "ConfigMap", namespace: "backend", name: "ca" };
    expect(told({ group: GW, kind: "BackendTLSPolicy" }, "frontend", ca)).toMatchInlineSnapshot(`
      "
      ✗ BackendTLSPolicies of frontend may not reference ConfigMap backend/ca: the field has no namespace, so it never leaves its own; no grant changes that
        There is no ConfigMap backend/ca; permission does not depend on that.
      exit 1"
    `);
    const envoy = "gateway.envoyproxy.io";
    expect(told({ group: envoy, kind: "EnvoyProxy" }, "edge", secret)).toMatchInlineSnapshot(`
      "
      ✗ EnvoyProxies of edge may not reference Secret backend/tls: MustBeLocal: Envoy Gateway takes no object of another namespace here, and no grant changes that
        There is no Secret backend/tls; permission does not depend on that.
      exit 1"
    `);
    expect(told({ group: envoy, kind: "EnvoyProxy" }, "edge", service("api"))).toMatchInlineSnapshot(`
      "
      ✓ EnvoyProxies of edge may reference Service backend/api: Envoy Gateway asks for no grant
      exit 0"
    `);
  });

  it("hostnames count: a route's own, and where they are not known, what a listener asks of them", () => {
    const all = { namespaces: { from: "All" } };
    const world = snapshotOf([
      ...["frontend", "edge"].map((name) => namespace(name)),
      gateway("edge", "gw", [
        { name: "corp", port: 80, protocol: "HTTP", hostname: "*.corp.example", allowedRoutes: all },
        { name: "shop", port: 81, protocol: "HTTP", hostname: "shop.example.org", allowedRoutes: all },
        { name: "tcp", port: 82, protocol: "TCP", allowedRoutes: all },
      ]),
      ...[
        { name: "shop", hostnames: ["shop.example.org"] },
        { name: "other", hostnames: ["blog.example.org"] },
        { name: "slip", hostnames: "blog.example.org" },
      ].map(({ name, hostnames }) => ({
        apiVersion: `${GW}/v1`,
        kind: "HTTPRoute",
        metadata: { namespace: "frontend", name },
        // The parentRefs of the route are another question.
        spec: { hostnames, parentRefs: [{ name: "gw", namespace: "edge", sectionName: "tcp" }] },
      })),
    ]);
    const any =
      /: listener corp, with a hostname under \*\.corp\.example or with none; listener shop, with hostname shop\.example\.org or with none\n/;
    const to = gatewayNamed("gw");
    expect(told(ROUTE, "frontend", to, "shop", world)).toMatch(/✓ .*: listener shop\nexit 0/);
    expect(told(ROUTE, "frontend", to, "other", world)).toMatch(/✗ .*NoMatchingListenerHostname: [\s\S]*exit 1/);
    expect(told(ROUTE, "frontend", to, null, world)).toMatch(any);
    expect(told(ROUTE, "frontend", to, "gone", world)).toMatch(any);
    expect(told(ROUTE, "frontend", to, "slip", world)).toMatch(any);
    expect(told({ group: GW, kind: "TCPRoute" }, "frontend", to, null, world)).toContain(": listener tcp\n");
  });

  it("where a grant may not be enough, none is advised", () => {
    const backend = { group: GWX, kind: "XBackend", namespace: "backend", name: "x" };
    expect(told(ROUTE, "frontend", backend)).not.toContain("Enough");
    const grants = snapshotOf([grant("backend", "x", [{ namespace: "frontend" }], [{ group: GWX, kind: "XBackend" }])]);
    expect(told(ROUTE, "frontend", backend, null, grants)).toMatchInlineSnapshot(`
      "
      ? whether HTTPRoutes of frontend may reference XBackend backend/x cannot be told: a grant is needed and given; whether an XBackend of another namespace works even so, the specification leaves open (GEP-4894)
        There is no Namespace frontend; permission does not depend on that.
        There is no XBackend backend/x; permission does not depend on that.
      exit 4"
    `);
  });

  it("of a cluster it reads the grants of one namespace, and three objects", async () => {
    const whole: Snapshot = { ...WORLD, source: "cluster", served: null };
    const reader = readerOf(whole);
    const question = { from: ROUTE, namespace: "frontend", name: "web", to: service("api") };
    let snapshot: Snapshot = { ...whole, objects: new Map(), asked: new Map() };
    let asked = explainPair(snapshot, question);
    for (let round = 0; round < 5 && asked.needs.length > 0; round += 1) {
      snapshot = extended(snapshot, await reader.read(asked.needs));
      asked = explainPair(snapshot, question);
    }
    expect(asked.answer.verdict).toBe("permitted");
    expect(
      reader.asked
        .map((need) => (need.read === "object" ? need.id.kind : `${need.groupKind.kind} in ${need.namespace}`))
        .toSorted(),
    ).toMatchInlineSnapshot(`
      [
        "HTTPRoute",
        "Namespace",
        "ReferenceGrant in backend",
        "Service",
      ]
    `);
  });
});
