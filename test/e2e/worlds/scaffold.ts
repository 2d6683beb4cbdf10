import { GATEWAY_API } from "../../../src/catalogue/kinds.ts";

/** Worlds of refused references for a real API server. */

type Manifest = Readonly<Record<string, unknown>>;

/** Objects as JSON that kubectl takes: nothing in it can be mistaken. */
export const listOf = (items: readonly Manifest[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });

export const namespace = (name: string): Manifest => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

export const service = (namespace: string, name: string): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace, name },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});

export const secret = (namespace: string, name: string): Manifest => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { namespace, name },
  type: "kubernetes.io/tls",
  data: { "tls.crt": "", "tls.key": "" },
});

/** An object in a namespace, by its name. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** A route without a parent that sends to some Services. */
export const route = (kind: "HTTPRoute" | "GRPCRoute", { namespace, name }: Place, to: readonly Place[]): Manifest => ({
  apiVersion: `${GATEWAY_API}/v1`,
  kind,
  metadata: { namespace, name },
  spec: { rules: [{ backendRefs: to.map((place) => ({ ...place, port: 80 })) }] },
});

/** A Gateway whose one listener takes its certificate from a Secret. */
export const gateway = ({ namespace, name }: Place, certificate: Place): Manifest => ({
  apiVersion: `${GATEWAY_API}/v1`,
  kind: "Gateway",
  metadata: { namespace, name },
  spec: {
    gatewayClassName: "example",
    listeners: [{ name: "https", port: 443, protocol: "HTTPS", tls: { certificateRefs: [certificate] } }],
  },
});

/** What YAML 1.1 takes for a truth value, a number, a date or nothing, and a label of DNS can be. */
export const MISTAKABLE_NAMESPACES: readonly string[] = [
  ..."y n on off no yes true false null".split(" "),
  ..."123 0 08 017 1e3 0x1f 0o17 0b11 2026-01-01 12e03 1-2".split(" "),
];
/** The same for a Service, whose name begins with a letter. */
export const MISTAKABLE_SERVICES: readonly string[] = "y n on off no yes true false null e3 x".split(" ");
/** The same for a subdomain of DNS, which may hold dots. */
export const MISTAKABLE_SUBDOMAINS: readonly string[] = [
  ...MISTAKABLE_NAMESPACES,
  ..."1.5 1.0 0.1 1.e3 1.2.3 10.0.0.1 wildcard.example.com null.y 1.0e3 2026-01-01.0".split(" "),
];

const at = (names: readonly string[], index: number): string => names[index % names.length] ?? "";

/** Each namespace refers from a route and a Gateway to a Service and a Secret of the one after it, all with such names. */
export function mistakableWorld(): string {
  const subdomains = MISTAKABLE_SUBDOMAINS.length;
  const gateways = Array.from({ length: subdomains }, (_, index) => {
    const [from, to] = [at(MISTAKABLE_NAMESPACES, index), at(MISTAKABLE_NAMESPACES, index + 1)];
    const certificate = { namespace: to, name: at(MISTAKABLE_SUBDOMAINS, index) };
    return [
      gateway({ namespace: from, name: at(MISTAKABLE_SUBDOMAINS, index + 1) }, certificate),
      secret(to, certificate.name),
    ];
  });
  const routes = MISTAKABLE_NAMESPACES.map((from, index) => {
    const to = { namespace: at(MISTAKABLE_NAMESPACES, index + 1), name: at(MISTAKABLE_SERVICES, index) };
    return [
      route("HTTPRoute", { namespace: from, name: at(MISTAKABLE_SUBDOMAINS, index + 2) }, [to]),
      service(to.namespace, to.name),
    ];
  });
  return listOf([...MISTAKABLE_NAMESPACES.map(namespace), ...gateways.flat(), ...routes.flat()]);
}

/** How large {@link crowdedWorld} is. */
export const CROWD = { references: 300, namespaces: 40, routes: 60 } as const;

/**
 * HTTPRoutes and GRPCRoutes of namespace `crowd` that refer to Services of other namespaces: each of these is referred to by both
 * kinds, now by its own Services, now by shared ones.
 */
export function crowdedWorld(): string {
  const references = Array.from({ length: CROWD.references }, (_, index) => ({
    kind: index % 7 < 4 ? ("HTTPRoute" as const) : ("GRPCRoute" as const),
    route: `route-${Math.floor(index / 5) % CROWD.routes}`,
    to: {
      namespace: `target-${index % CROWD.namespaces}`,
      name: `service-${Math.floor(index / CROWD.namespaces) % 5}`,
    },
  }));
  const routes = Map.groupBy(references, ({ kind, route: name }) => `${kind}/${name}`);
  const targets = new Map(references.map(({ to }) => [`${to.namespace}/${to.name}`, to]));
  return listOf([
    namespace("crowd"),
    ...Array.from({ length: CROWD.namespaces }, (_, index) => namespace(`target-${index}`)),
    ...[...targets.values()].map((to) => service(to.namespace, to.name)),
    ...[...routes.values()].flatMap((own) => {
      const [first] = own;
      return first === undefined
        ? []
        : [
            route(
              first.kind,
              { namespace: "crowd", name: first.route },
              own.map(({ to }) => to),
            ),
          ];
    }),
  ]);
}
