import fc from "fast-check";
import { GW, gateway, grant, type Manifest, namespace, route } from "../harness/world.ts";

/** Small worlds from few names, so that references, grants and near misses meet often. */

const NAMESPACES = ["a", "b", "c", "constructor"] as const;
const NAMES = ["x", "z"] as const;
const KINDS = ["HTTPRoute", "GRPCRoute", "TCPRoute"] as const;

const ns = fc.constantFrom(...NAMESPACES);
const name = fc.constantFrom(...NAMES);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

/** An object without its undefined members, as a manifest would be written. */
function written(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

const backendRef = fc
  .record({ name, namespace: maybe(ns), kind: maybe(fc.constantFrom("Service", "Secret")), port: fc.constant(80) })
  .map(written);

const parentRef = fc
  .record({
    kind: maybe(fc.constantFrom("Gateway", "ListenerSet")),
    name,
    namespace: maybe(ns),
    sectionName: maybe(fc.constantFrom("l0", "l1")),
    port: maybe(fc.constantFrom(80, 81)),
  })
  .map(written);

const meshParent = fc.record({ group: fc.constant(""), kind: fc.constant("Service"), name, namespace: ns });

const aRoute = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    namespace: ns,
    name,
    parentRefs: fc.array(fc.oneof({ arbitrary: parentRef, weight: 4 }, meshParent), { maxLength: 2 }),
    backendRefs: fc.array(backendRef, { minLength: 1, maxLength: 3 }),
    hostnames: maybe(fc.array(fc.constantFrom("a.x", "*.x", "b.y"), { maxLength: 2 })),
  })
  .map(({ kind, namespace: home, name: own, parentRefs, backendRefs, hostnames }) =>
    route(kind, home, own, written({ parentRefs, rules: [{ backendRefs }], hostnames })),
  );

const admission = fc.oneof(
  fc.constant({}),
  fc.constantFrom("All", "Same").map((from) => ({ allowedRoutes: { namespaces: { from } } })),
  fc.constantFrom("one", "two").map((team) => ({
    allowedRoutes: { namespaces: { from: "Selector", selector: { matchLabels: { team } } } },
  })),
);

const someListeners = fc
  .array(
    fc.record({
      admission,
      protocol: fc.constantFrom("HTTP", "TCP"),
      port: fc.constantFrom(80, 81),
      hostname: maybe(fc.constantFrom("a.x", "*.x")),
      secret: maybe(ns),
    }),
    { maxLength: 2 },
  )
  .map((listeners) =>
    listeners.map(({ admission: allowed, protocol, port, hostname, secret }, index) =>
      written({
        name: `l${index}`,
        protocol,
        port,
        hostname,
        ...allowed,
        tls: secret === undefined ? undefined : { certificateRefs: [{ name: "x", namespace: secret }] },
      }),
    ),
  );

const aGateway = fc
  .record({ namespace: ns, name, listeners: someListeners, from: maybe(fc.constantFrom("All", "Same", "None")) })
  .map(({ namespace: home, name: own, listeners, from }) =>
    gateway(home, own, listeners, from === undefined ? {} : { allowedListeners: { namespaces: { from } } }),
  );

const aListenerSet = fc
  .record({
    namespace: ns,
    name,
    listeners: someListeners,
    parent: fc.record({ name, namespace: maybe(ns) }).map(written),
  })
  .map(
    ({ namespace: home, name: own, listeners, parent }): Manifest => ({
      apiVersion: `${GW}/v1`,
      kind: "ListenerSet",
      metadata: { namespace: home, name: own },
      spec: { parentRef: parent, listeners },
    }),
  );

/** A grant that is likely to be near some reference. */
export const aGrant: fc.Arbitrary<Manifest> = fc
  .record({
    namespace: ns,
    name: fc.constantFrom("g", "h"),
    from: fc.array(fc.record({ kind: fc.constantFrom(...KINDS, "Gateway"), namespace: ns }), {
      minLength: 1,
      maxLength: 2,
    }),
    to: fc.array(fc.record({ kind: fc.constantFrom("Service", "Secret"), name: maybe(name) }).map(written), {
      minLength: 1,
      maxLength: 2,
    }),
  })
  .map(({ namespace: home, name: own, from, to }) => grant(home, own, from, to));

const aNamespace = fc
  .record({ name: ns, team: maybe(fc.constantFrom("one", "two")) })
  .map(({ name: own, team }) => namespace(own, team === undefined ? {} : { team }));

const aCore = fc.record({ kind: fc.constantFrom("Service", "Secret"), namespace: ns, name }).map(
  ({ kind, namespace: home, name: own }): Manifest => ({
    apiVersion: "v1",
    kind,
    metadata: { namespace: home, name: own },
  }),
);

const identity = (manifest: Manifest) =>
  JSON.stringify([manifest.kind, manifest.metadata instanceof Object ? { ...manifest.metadata, labels: null } : null]);

/** A world in which every object stands once. */
export const aWorld: fc.Arbitrary<readonly Manifest[]> = fc.uniqueArray(
  fc.oneof(
    { arbitrary: aRoute, weight: 3 },
    { arbitrary: aGateway, weight: 2 },
    aListenerSet,
    { arbitrary: aGrant, weight: 3 },
    aNamespace,
    aCore,
  ),
  { selector: identity, minLength: 1, maxLength: 12 },
);
