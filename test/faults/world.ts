import type http from "node:http";
import type http2 from "node:http2";
import type { Writable } from "node:stream";
import type { KindInfo } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { discovery, kind, listOf, status } from "../load/cluster/stub.ts";

/** A small world without a fault: one reference that a grant permits, one parent that takes the route. */

export type Request = http.IncomingMessage | http2.Http2ServerRequest;
/** What an answer is written to, in HTTP/1.1 and (with a stream) in HTTP/2. */
export interface Response extends Writable {
  readonly writeHead: (code: number, headers: http.OutgoingHttpHeaders) => unknown;
  readonly stream?: http2.ServerHttp2Stream;
}
export type Handler = (request: Request, response: Response) => void;

const GATEWAY_API = "gateway.networking.k8s.io";
export const SERVED: readonly KindInfo[] = ["GatewayClass", "Gateway", "HTTPRoute", "ReferenceGrant"].map(kind);

interface Body {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const object = (apiVersion: string, of: string, namespace: string | null, name: string, spec: object): Body => ({
  apiVersion,
  kind: of,
  metadata: { name, ...(namespace === null ? {} : { namespace }) },
  ...spec,
});
const own = `${GATEWAY_API}/v1`;

const OBJECTS: readonly Body[] = [
  ...["frontend", "backend", "edge"].map((name) => object("v1", "Namespace", null, name, {})),
  object("v1", "Service", "backend", "api", { spec: { ports: [{ port: 80 }] } }),
  object(own, "GatewayClass", null, "any", { spec: { controllerName: "example.com/any" } }),
  object(own, "Gateway", "edge", "shared", {
    spec: {
      gatewayClassName: "any",
      listeners: [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } }],
    },
  }),
  object(own, "HTTPRoute", "frontend", "web", {
    spec: {
      parentRefs: [{ name: "shared", namespace: "edge" }],
      rules: [{ backendRefs: [{ name: "api", namespace: "backend", port: 80 }] }],
    },
  }),
  object(own, "ReferenceGrant", "backend", "from-frontend", {
    spec: {
      from: [{ group: GATEWAY_API, kind: "HTTPRoute", namespace: "frontend" }],
      to: [{ group: "", kind: "Service" }],
    },
  }),
];

export const DISCOVERY = discovery(SERVED);
export const GRANTS: readonly Body[] = OBJECTS.filter((body) => body.kind === "ReferenceGrant");
export const GRANT: KindInfo = kind("ReferenceGrant");

/** Answers with JSON. */
export function answer(response: Response, code: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): void {
  response.writeHead(code, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** The path of a request without its query. */
export function pathOf({ url = "" }: Request): string {
  return url.replace(/\?.*$/, "");
}

/** The query of a request. */
export function queryOf({ url = "" }: Request): URLSearchParams {
  return new URLSearchParams(url.replace(/^[^?]*/, ""));
}

/** What an API server says of itself before Kubernetes 1.26: the groups, and then each version by itself. */
const OLD: Readonly<Record<string, unknown>> = {
  "/apis": {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [{ name: GATEWAY_API, versions: ["v1", "v1beta1"].map((version) => ({ version })) }],
  },
  [`/apis/${own}`]: {
    kind: "APIResourceList",
    groupVersion: own,
    resources: SERVED.map(({ plural: name, kind: of, scope }) => ({
      name,
      kind: of,
      namespaced: scope === "Namespaced",
      verbs: ["get", "list"],
    })),
  },
  [`/apis/${GATEWAY_API}/v1beta1`]: { kind: "APIResourceList", groupVersion: `${GATEWAY_API}/v1beta1`, resources: [] },
};

/** Answers as a server does that knows no aggregated discovery. */
export const oldServer: Handler = (request, response) => {
  const told = OLD[pathOf(request)];
  if (told === undefined) healthy(request, response);
  else answer(response, 200, told);
};

/** Answers as an API server with this world does. */
export const healthy: Handler = (request, response) => {
  const path = pathOf(request);
  if (path === "/apis") return answer(response, 200, DISCOVERY);
  const found = /^\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/.exec(path);
  const [, namespace, plural, name] = found ?? [];
  const info = KINDS.find((candidate) => candidate.plural === plural);
  if (info === undefined) return answer(response, 404, status(404, `nothing at ${path}`));
  const asked = OBJECTS.filter(
    (body) => body.kind === info.kind && (namespace === undefined || body.metadata.namespace === namespace),
  );
  const here =
    info.read !== "metadata"
      ? asked
      : asked.map(({ metadata }) => ({ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata }));
  if (name === undefined) return answer(response, 200, listOf(info, here));
  const one = here.find((body) => body.metadata.name === name);
  if (one === undefined) return answer(response, 404, status(404, `${plural} "${name}" not found`));
  return answer(response, 200, one);
};

function endsIn(request: Request, end: string): boolean {
  return `/${pathOf(request)}`.endsWith(`/${end}`);
}

/** The world, but for requests with paths that end so: `fault` answers those. `"referencegrants"` is the lists of that resource. */
export function but(end: string, fault: Handler, otherwise: Handler = healthy): Handler {
  return (request, response) => (endsIn(request, end) ? fault : otherwise)(request, response);
}

/** The world, once `fault` has answered `times` of the requests with paths that end so. */
export function atFirst(times: number, end: string, fault: Handler, otherwise: Handler = healthy): Handler {
  let left = times;
  return (request, response) => {
    if (left === 0 || !endsIn(request, end)) return otherwise(request, response);
    left -= 1;
    return fault(request, response);
  };
}

/** Ends the connection that a request came over. */
export function cut(response: Response): void {
  if (response.stream === undefined) response.destroy();
  else response.stream.session?.destroy();
}

/** A list of grants with other items, or other metadata, than there are. */
export function grantList(items: unknown, metadata: object = {}): unknown {
  return { kind: "ReferenceGrantList", apiVersion: own, metadata, items };
}
