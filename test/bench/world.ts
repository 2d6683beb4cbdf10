/** An object of the benchmark's world, as it would stand in a manifest. */
export interface WorldObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

/** How many objects of each kind a world holds. */
export interface WorldSize {
  readonly namespaces: number;
  readonly gateways: number;
  readonly services: number;
  readonly grants: number;
  readonly routes: number;
}

const gatewayGroup = "gateway.networking.k8s.io";
const gatewayVersion = `${gatewayGroup}/v1`;

/** The HTTPRoutes of a world of the usual size. */
export const usualRoutes = 10_000;

/** The size of the world with that many HTTPRoutes. */
export function worldSize(routes: number): WorldSize {
  return {
    namespaces: Math.max(1, Math.ceil(routes / 10)),
    gateways: Math.max(1, Math.ceil(routes / 50)),
    services: routes,
    grants: Math.ceil(routes / 5),
    routes,
  };
}

/** `index` counted around a circle of `size`. */
function around(index: number, size: number): number {
  return ((index % size) + size) % size;
}

function namespaceName(index: number, size: WorldSize): string {
  return `team-${String(around(index, size.namespaces)).padStart(4, "0")}`;
}

/** Every fifth namespace holds a Gateway. */
function gatewayPlace(index: number, size: WorldSize): { readonly namespace: string; readonly name: string } {
  return { namespace: namespaceName(index * 5, size), name: `gateway-${index}` };
}

function namespace(index: number, size: WorldSize): WorldObject {
  const labels = { team: `t${index % 20}`, exposed: index % 3 === 0 ? "false" : "true" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceName(index, size), labels } };
}

function gateway(index: number, size: WorldSize): WorldObject {
  const listener = (name: string, port: number, namespaces: unknown): unknown => ({
    name,
    port,
    protocol: "HTTP",
    allowedRoutes: { kinds: [{ group: gatewayGroup, kind: "HTTPRoute" }], namespaces },
  });
  return {
    apiVersion: gatewayVersion,
    kind: "Gateway",
    metadata: gatewayPlace(index, size),
    spec: {
      gatewayClassName: "bench",
      listeners: [
        listener("all", 80, { from: "All" }),
        listener("selected", 8080, { from: "Selector", selector: { matchLabels: { exposed: "true" } } }),
        listener("same", 8081, { from: "Same" }),
      ],
    },
  };
}

function service(index: number, size: WorldSize): WorldObject {
  const name = `svc-${Math.floor(index / size.namespaces)}`;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: namespaceName(index, size), labels: { app: name } },
    // Headless: ten thousand addresses would be handed out for nothing.
    spec: { clusterIP: "None", selector: { app: name }, ports: [{ name: "http", port: 8080, protocol: "TCP" }] },
  };
}

/** Two grants a namespace: its four successors may use all its Services, the two after those its `svc-3` only. */
function grant(index: number, size: WorldSize): WorldObject {
  const place = index % size.namespaces;
  const wide = index < size.namespaces;
  const successors = wide ? [1, 2, 3, 4] : [5, 6];
  return {
    apiVersion: gatewayVersion,
    kind: "ReferenceGrant",
    metadata: {
      name: `grant-${Math.floor(index / size.namespaces)}`,
      namespace: namespaceName(place, size),
    },
    spec: {
      from: successors.map((distance) => ({
        group: gatewayGroup,
        kind: "HTTPRoute",
        namespace: namespaceName(place + distance, size),
      })),
      to: [wide ? { group: "", kind: "Service" } : { group: "", kind: "Service", name: "svc-3" }],
    },
  };
}

function listenerFor(index: number): string {
  const turn = index % 10;
  if (turn < 6) return "all";
  return turn < 9 ? "selected" : "same";
}

function route(index: number, size: WorldSize): WorldObject {
  const place = index % size.namespaces;
  const turn = Math.floor(index / size.namespaces);
  const perNamespace = Math.max(1, Math.floor(size.services / size.namespaces));
  const backend = (distance: number, number: number, weight: number): unknown => ({
    name: `svc-${around(number, perNamespace)}`,
    port: 8080,
    weight,
    ...(distance === 0 ? {} : { namespace: namespaceName(place - distance, size) }),
  });
  const rule = (path: string, backendRefs: readonly unknown[]): unknown => ({
    matches: [{ path: { type: "PathPrefix", value: path }, headers: [{ name: "x-tenant", value: `tenant-${place}` }] }],
    filters: [
      { type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-route", value: `route-${index}` }] } },
    ],
    backendRefs,
  });
  // The last reference of every third route has no grant; every other reference across namespaces has one.
  const last = index % 3 === 0 ? backend(7 + (index % 11), turn, 10) : backend(0, turn + 3, 10);
  return {
    apiVersion: gatewayVersion,
    kind: "HTTPRoute",
    metadata: {
      name: `route-${turn}`,
      namespace: namespaceName(place, size),
      labels: { app: `app-${turn}`, team: `t${place % 20}` },
    },
    spec: {
      parentRefs: [{ ...gatewayPlace((index * 7) % size.gateways, size), sectionName: listenerFor(turn + place) }],
      hostnames: [`route-${turn}.team-${place}.example.com`],
      rules: [
        rule("/", [backend(0, turn, 90), backend(0, turn + 1, 10)]),
        rule("/api", [backend(0, turn + 2, 90), backend(1 + (index % 4), turn, 10)]),
        rule("/shared", [backend(5 + (index % 2), 3, 90), last]),
      ],
    },
  };
}

/**
 * The data set of the benchmarks, always the same for the same number of routes: namespaces first, then what lives in
 * them. Each route has three rules with six backendRefs: two or three into other namespaces, one of them without a
 * grant in every third route; its parent mostly lives elsewhere and lets it in by `All` or `Selector`, or, with `Same`, does not.
 */
export function* world(routes: number = usualRoutes): Generator<WorldObject> {
  const size = worldSize(routes);
  for (let index = 0; index < size.namespaces; index++) yield namespace(index, size);
  yield {
    apiVersion: gatewayVersion,
    kind: "GatewayClass",
    metadata: { name: "bench" },
    spec: { controllerName: "example.com/bench" },
  };
  for (let index = 0; index < size.gateways; index++) yield gateway(index, size);
  for (let index = 0; index < size.services; index++) yield service(index, size);
  for (let index = 0; index < size.grants; index++) yield grant(index, size);
  for (let index = 0; index < size.routes; index++) yield route(index, size);
}
