import { describe, expect, it } from "vitest";
import { explainObject } from "../../src/explanations.ts";
import type { Explanation } from "../../src/model/explanation.ts";
import type { Need } from "../../src/model/need.ts";
import { keyOf, type ObjectId } from "../../src/model/object.ts";
import { extended, type Snapshot } from "../../src/model/snapshot.ts";
import { readerOf } from "../harness/reader.ts";
import { core, GW, gateway, grant, type Manifest, namespace, route, snapshotOf } from "../harness/world.ts";

/** What is read of a cluster to explain one object: as much as the answer depends on, however large the rest is. */

/** A world in which everything but the grant of `shared` and its users is `noise`. */
function worldOf(noise: number): Snapshot {
  const many = Array.from({ length: noise }, (_, index): readonly Manifest[] => [
    namespace(`n${index}`),
    core("Service", `n${index}`, "api"),
    grant(`n${index}`, "g", [{}], [{}]),
    route("HTTPRoute", `n${index}`, "web", {
      parentRefs: [{ name: "gw", namespace: "edge" }],
      rules: [{ backendRefs: [{ name: "api", port: 80 }] }],
    }),
  ]);
  const snapshot = snapshotOf([
    ...["app", "shared", "edge"].map((name) => namespace(name)),
    core("Service", "shared", "cache"),
    core("Secret", "shared", "tls"),
    grant("shared", "g", [{}], [{ name: "cache" }]),
    gateway("edge", "gw", [
      { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
    ]),
    route("HTTPRoute", "app", "web", {
      parentRefs: [{ name: "gw", namespace: "edge" }],
      rules: [{ backendRefs: [{ name: "cache", namespace: "shared", port: 80 }] }],
    }),
    ...many.flat(),
  ]);
  return { ...snapshot, source: "cluster", served: null, problems: [] };
}

const needText = (need: Need): string =>
  need.read === "object"
    ? `${need.id.kind} ${need.id.namespace ?? ""}/${need.id.name}`
    : `${need.groupKind.kind}: list of ${need.namespace ?? "all namespaces"}`;

interface Read {
  readonly answer: Explanation;
  readonly rounds: number;
  readonly asked: readonly string[];
}

/** Kinds of implementations are asked for like those of the specification, and a cluster seldom serves them. */
async function read(id: ObjectId, noise = 0): Promise<Read> {
  const whole = worldOf(noise);
  const reader = readerOf(whole);
  const own = whole.objects.get(keyOf(id));
  let snapshot: Snapshot = { ...whole, objects: new Map(own ? [[keyOf(id), own]] : []), asked: new Map() };
  for (let rounds = 0; rounds < 10; rounds += 1) {
    const { answer, needs } = explainObject(snapshot, id);
    if (needs.length === 0) {
      const asked = reader.asked
        .filter((need) => ["", GW].includes((need.read === "object" ? need.id : need.groupKind).group))
        .map(needText);
      return { answer, rounds, asked: [...new Set(asked)].toSorted() };
    }
    snapshot = extended(snapshot, await reader.read(needs));
  }
  throw new Error("it never ends");
}

describe("explain reads", () => {
  const ofGrant: ObjectId = { group: GW, kind: "ReferenceGrant", namespace: "shared", name: "g" };
  const service: ObjectId = { group: "", kind: "Service", namespace: "shared", name: "cache" };
  const ofRoute: ObjectId = { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" };
  const ofGateway: ObjectId = { group: GW, kind: "Gateway", namespace: "edge", name: "gw" };

  it("for a grant: its neighbours, the referrers that it trusts, and what it names", async () => {
    const { asked, rounds } = await read(ofGrant);
    expect(asked).toMatchInlineSnapshot(`
      [
        "HTTPRoute: list of app",
        "Namespace /app",
        "ReferenceGrant: list of shared",
        "Service shared/cache",
      ]
    `);
    expect(rounds).toBeLessThan(4);
  });

  it("for a Service: everything that may refer to it, and the grants of its namespace", async () => {
    const { asked, rounds } = await read(service);
    expect(asked).toMatchInlineSnapshot(`
      [
        "BackendTLSPolicy: list of all namespaces",
        "GRPCRoute: list of all namespaces",
        "Gateway: list of all namespaces",
        "HTTPRoute: list of all namespaces",
        "ListenerSet: list of all namespaces",
        "ReferenceGrant: list of shared",
        "TCPRoute: list of all namespaces",
        "TLSRoute: list of all namespaces",
        "UDPRoute: list of all namespaces",
      ]
    `);
    expect(rounds).toBeLessThan(4);
  });

  it("for a route: what it names", async () => {
    const { asked, rounds } = await read(ofRoute);
    expect(asked).toMatchInlineSnapshot(`
      [
        "Gateway edge/gw",
        "ReferenceGrant: list of shared",
        "Service shared/cache",
      ]
    `);
    expect(rounds).toBeLessThan(5);
  });

  it("for a Gateway: what attaches to it, and the namespaces", async () => {
    const { asked, rounds } = await read(ofGateway);
    expect(asked).toMatchInlineSnapshot(`
      [
        "GRPCRoute: list of all namespaces",
        "HTTPRoute: list of all namespaces",
        "ListenerSet: list of all namespaces",
        "Namespace: list of all namespaces",
        "ReferenceGrant: list of edge",
        "TCPRoute: list of all namespaces",
        "TLSRoute: list of all namespaces",
        "UDPRoute: list of all namespaces",
      ]
    `);
    expect(rounds).toBeLessThan(5);
  });

  it.each([ofGrant, service, ofRoute, ofGateway])("no more questions of a larger cluster: %j", async (id) => {
    const [small, large] = [await read(id), await read(id, 40)];
    expect(large.asked).toEqual(small.asked);
    expect(large.rounds).toBe(small.rounds);
  });
});
