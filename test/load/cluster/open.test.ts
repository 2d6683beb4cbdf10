import { describe, expect, it, onTestFinished } from "vitest";
import { CONTEXT_KINDS, type KindInfo } from "../../../src/catalogue/kinds.ts";
import { KINDS } from "../../../src/catalogue/known.ts";
import { type ClusterReader, type OpenRequest, openCluster } from "../../../src/load/cluster/open.ts";
import type { ConnectionOptions } from "../../../src/load/cluster/options.ts";
import { type Need, needKey, wholeList } from "../../../src/model/need.ts";
import { keyOf, type ObjectId } from "../../../src/model/object.ts";
import { sightOf } from "../../../src/model/sight.ts";
import { extended, type Readings, type Snapshot } from "../../../src/model/snapshot.ts";
import {
  discovery,
  environment,
  forbid,
  type Handler,
  item,
  kind,
  listOf,
  options,
  reply,
  routes,
  type Stub,
  serve,
  status,
} from "./stub.ts";

const GRANT = kind("ReferenceGrant");
const ROUTE = kind("HTTPRoute");
const NAMESPACE = kind("Namespace");
const SECRET = kind("Secret");
const SERVICE = kind("Service");
const API = "/apis/gateway.networking.k8s.io/v1";
const SLICE: KindInfo = CONTEXT_KINDS.find((info) => info.kind === "EndpointSlice") ?? GRANT;
const SERVED = [GRANT, ROUTE, kind("GRPCRoute"), kind("Gateway"), SLICE];

interface Opened {
  readonly stub: Stub;
  readonly reader: ClusterReader;
  /** What was asked for after discovery. */
  readonly asked: () => readonly string[];
}

async function open(
  handler: Handler,
  request: Partial<OpenRequest> = {},
  given: Partial<ConnectionOptions> = {},
): Promise<Opened> {
  const stub = await serve(handler);
  const reader = await openCluster(options({ server: stub.url, ...given }), environment(), {
    chunkSize: 500,
    namespaces: [],
    signal: new AbortController().signal,
    progress: () => undefined,
    userAgent: "kubectl-refgrant/test",
    ...request,
  });
  onTestFinished(() => reader.close());
  const before = stub.requests.length;
  return { stub, reader, asked: () => stub.paths().slice(before) };
}

function api(table: Readonly<Record<string, unknown>>, kinds: readonly KindInfo[] = SERVED): Handler {
  return routes({ "/apis": discovery(kinds), ...table });
}

function id(info: Pick<KindInfo, "group" | "kind">, namespace: string | null, name: string): ObjectId {
  return { group: info.group, kind: info.kind, namespace, name };
}

function object(info: Pick<KindInfo, "group" | "kind">, namespace: string | null, name: string): Need {
  return { read: "object", id: id(info, namespace, name) };
}

/** An object as the server sends it, whole or its metadata, as its kind is read. */
function one(info: KindInfo, namespace: string | null, name: string, more = {}) {
  const kindOf = info.read === "metadata" ? "PartialObjectMetadata" : info.kind;
  return { kind: kindOf, ...item(name, namespace), ...more };
}

const gapsIn = ({ outcomes }: Readings) => [...outcomes.values()];
const keysIn = ({ objects }: Readings) => objects.map((found) => keyOf(found.id)).toSorted();

describe("discovery", () => {
  it("is one request, and only what is needed is asked for afterwards", async () => {
    const { stub, reader } = await open(api({}));
    expect(stub.paths()).toEqual(["/apis"]);
    expect(reader.served.filter(({ group }) => group !== "").map((entry) => entry.kind)).toEqual([
      "Gateway",
      "HTTPRoute",
      "GRPCRoute",
      "ReferenceGrant",
    ]);
    expect(reader).toMatchObject({ gaps: [], namespace: "default" });
    expect(await reader.read([])).toEqual({ objects: [], outcomes: new Map() });
    expect(stub.requests).toHaveLength(1);
  });

  it("of a cluster without the Gateway API fails, and leaves no connection", async () => {
    await expect(open(api({}, [SLICE]))).rejects.toMatchObject({ failure: "no-gateway-api" });
  });

  it("fails where the server refuses it", async () => {
    const handler: Handler = (_, response) => reply(response, 403, status(403, "no"));
    await expect(open(handler)).rejects.toMatchObject({ failure: "credentials" });
  });
});

describe("an object", () => {
  it("is got by name, whole or as metadata, as its kind is read", async () => {
    const { stub, reader, asked } = await open(
      api({
        [`${API}/namespaces/a/httproutes/r`]: one(ROUTE, "a", "r", { spec: { hostnames: ["x"] } }),
        "/api/v1/namespaces/a": one(NAMESPACE, null, "a"),
        "/api/v1/namespaces/b/secrets/s": one(SECRET, "b", "s"),
      }),
    );
    const needs = [object(ROUTE, "a", "r"), object(NAMESPACE, null, "a"), object(SECRET, "b", "s")];
    const readings = await reader.read(needs);
    expect(asked().toSorted()).toEqual([
      "/api/v1/namespaces/a",
      "/api/v1/namespaces/b/secrets/s",
      `${API}/namespaces/a/httproutes/r`,
    ]);
    expect(gapsIn(readings)).toEqual([null, null, null]);
    expect([...readings.outcomes.keys()]).toEqual(needs.map(needKey));
    expect(readings.objects.map(({ body }) => body)).toEqual([
      expect.objectContaining({ spec: { hostnames: ["x"] } }),
      null,
      null,
    ]);
    const metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    const accepted = stub.requests.slice(1).map(({ url, headers }) => [url, headers.accept]);
    expect(new Map(accepted as [string, string][])).toEqual(
      new Map([
        [`${API}/namespaces/a/httproutes/r`, "application/json"],
        ["/api/v1/namespaces/a", metadata],
        ["/api/v1/namespaces/b/secrets/s", metadata],
      ]),
    );
  });

  it("that does not exist is no gap", async () => {
    const { reader } = await open(api({}));
    const readings = await reader.read([object(ROUTE, "a", "r")]);
    expect(readings).toEqual({ objects: [], outcomes: new Map([[needKey(object(ROUTE, "a", "r")), null]]) });
  });

  it("that may not be read is a gap with the rule to ask for", async () => {
    const { reader } = await open(
      api({
        [`${API}/namespaces/a/httproutes/r`]: (_: unknown, response: Parameters<typeof forbid>[0]) =>
          forbid(response, "httproutes"),
      }),
    );
    expect(gapsIn(await reader.read([object(ROUTE, "a", "r")]))).toEqual([
      {
        cause: "forbidden",
        groupKind: { group: ROUTE.group, kind: "HTTPRoute" },
        namespace: "a",
        detail:
          'user "jane" may not get httproutes.gateway.networking.k8s.io in namespace a; ask for verbs [get] on that resource (apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"])',
      },
    ]);
  });

  it.each([
    ["a status that helps nobody", 418, status(418, "teapot"), "HTTP status 418: teapot"],
    ["another kind", 200, one(kind("Gateway"), "a", "r"), "did not answer with the HTTPRoute r"],
    ["another object", 200, one(ROUTE, "a", "other"), "did not answer with the HTTPRoute r"],
    ["one without a name", 200, { kind: "HTTPRoute" }, "did not answer with the HTTPRoute r"],
  ])("for which the server gives %s is a gap", async (_, code, body, detail) => {
    const answer = (__: unknown, response: Parameters<typeof reply>[0]) => reply(response, code, body);
    const { reader } = await open(
      api({ [`${API}/namespaces/a/httproutes/r`]: answer, [`${API}/namespaces/a/gateways/g`]: {} }),
    );
    const readings = await reader.read([object(ROUTE, "a", "r")]);
    expect(readings.objects).toEqual([]);
    expect(gapsIn(readings)).toEqual([
      expect.objectContaining({ cause: "failed", namespace: "a", detail: expect.stringContaining(detail) }),
    ]);
  });

  it("of a kind that must be metadata is thrown away when it comes whole", async () => {
    const whole = { kind: "Secret", ...item("s", "b"), data: { key: "c2VjcmV0" } };
    const { reader } = await open(api({ "/api/v1/namespaces/b/secrets/s": whole }));
    const readings = await reader.read([object(SECRET, "b", "s")]);
    expect(readings.objects).toEqual([]);
    expect(gapsIn(readings)).toEqual([expect.objectContaining({ cause: "failed" })]);
  });

  it("of a kind that is not served is not asked for", async () => {
    const { reader, asked } = await open(api({}));
    const readings = await reader.read([
      object(kind("TLSRoute"), "a", "r"),
      object({ group: "example.com", kind: "Bucket" }, "a", "b"),
    ]);
    expect(gapsIn(readings)).toEqual([null, null]);
    expect(asked()).toEqual([]);
  });

  it("with a name that none can have is not asked for", async () => {
    const { reader, asked } = await open(api({}));
    const names = ["", ".", "..", "a/b", "a%2fb"];
    const readings = await reader.read([
      ...names.map((name) => object(ROUTE, "a", name)),
      ...["", "..", "A", "a/b"].map((namespace) => object(ROUTE, namespace, "r")),
      object(ROUTE, null, "r"),
      object(NAMESPACE, "a", "a"),
    ]);
    expect(gapsIn(readings).every((gap) => gap === null)).toBe(true);
    expect(asked()).toEqual([]);
  });

  it("of a kind that the catalogue does not have is read as metadata, in the server's version", async () => {
    const kinds = [...SERVED, { ...GRANT, group: "apps", kind: "Deployment", plural: "deployments", versions: ["v1"] }];
    const found = { kind: "PartialObjectMetadata", ...item("d", "a") };
    const { reader } = await open(api({ "/apis/apps/v1/namespaces/a/deployments/d": found }, kinds));
    const readings = await reader.read([object({ group: "apps", kind: "Deployment" }, "a", "d")]);
    expect(readings.objects).toMatchObject([{ apiVersion: "apps/v1", body: null }]);
  });
});

describe("a list", () => {
  it.each([
    ["of a namespace", wholeList(GRANT, "a"), `${API}/namespaces/a/referencegrants?limit=500`],
    ["of all namespaces", wholeList(GRANT, null), `${API}/referencegrants?limit=500`],
    [
      "of a name",
      { ...wholeList(SERVICE, null), name: "svc" },
      "/api/v1/services?fieldSelector=metadata.name%3Dsvc&limit=500",
    ],
    [
      "of labels",
      {
        ...wholeList(SLICE, "a"),
        labels: new Map([
          ["kubernetes.io/service-name", "svc"],
          ["x", ""],
        ]),
      },
      "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dsvc%2Cx%3D&limit=500",
    ],
  ] as const)("%s is asked for as it is needed", async (_, need, path) => {
    const { reader, asked } = await open((request, response) => {
      if (request.url === "/apis") return reply(response, 200, discovery(SERVED));
      return reply(response, 200, { kind: "AnyList", metadata: {}, items: [item("x", "a")] });
    });
    const readings = await reader.read([need]);
    expect(asked()).toEqual([path]);
    expect(readings.objects).toHaveLength(1);
    expect(readings.outcomes).toEqual(new Map([[needKey(need), null]]));
  });

  it("of several values of one label is asked for at once, each value with its outcome", async () => {
    const { reader, asked } = await open((request, response) => {
      if (request.url === "/apis") return reply(response, 200, discovery(SERVED));
      const slice = (name: string) => item(`${name}-1`, "a", { labels: { of: name } });
      return reply(response, 200, listOf(SLICE, [slice("x"), slice("y")]));
    });
    const of = (value: string): Need => ({ ...wholeList(SLICE, "a"), labels: new Map([["of", value]]) });
    const elsewhere: Need = { ...wholeList(SLICE, "b"), labels: new Map([["of", "x"]]) };
    const readings = await reader.read([of("x"), of("y"), of("not, a label"), elsewhere, of("x")]);
    const list = (namespace: string, selector: string) =>
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}&limit=500`;
    expect(asked().toSorted()).toEqual([list("a", "of+in+%28x%2Cy%29"), list("b", "of%3Dx")]);
    expect([...readings.outcomes]).toEqual(
      [of("x"), of("y"), of("not, a label"), elsewhere].map((need) => [needKey(need), null]),
    );
    await reader.read([of("y")]);
    await reader.read([of("z")]);
    expect(asked()).toHaveLength(3);
  });

  it("of very many values of one label takes several requests", async () => {
    const { reader, asked } = await open(
      api({ "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices": listOf(SLICE, []) }),
    );
    const values = Array.from({ length: 101 }, (_, index) => `service-${index}`);
    await reader.read(values.map((value) => ({ ...wholeList(SLICE, "a"), labels: new Map([["of", value]]) })));
    expect(asked()).toHaveLength(3);
  });

  it("of labels that none can be is not asked for", async () => {
    const { reader, asked } = await open(api({}));
    const labels = [new Map([["a,b", "c"]]), new Map([["a", "b,c"]]), new Map([["", ""]])];
    const readings = await reader.read(labels.map((wanted) => ({ ...wholeList(SLICE, "a"), labels: wanted })));
    expect(gapsIn(readings).every((gap) => gap === null)).toBe(true);
    expect(asked()).toEqual([]);
  });

  it("comes in pages, and begins anew when the server has forgotten one", async () => {
    let forgotten = false;
    const { reader, asked } = await open(
      (request, response) => {
        const url = new URL(request.url ?? "", "http://x");
        if (url.pathname === "/apis") return reply(response, 200, discovery(SERVED));
        if (url.searchParams.get("continue") === null) {
          return reply(response, 200, listOf(GRANT, [item("one", "a")], { continue: "next" }));
        }
        if (forgotten) return reply(response, 200, listOf(GRANT, [item("two", "a")]));
        forgotten = true;
        return reply(response, 410, status(410, "too old"));
      },
      { chunkSize: 1 },
    );
    const readings = await reader.read([wholeList(GRANT, "a")]);
    expect(keysIn(readings).map((key) => key.split("/").at(-1))).toEqual(["one", "two"]);
    expect(gapsIn(readings)).toEqual([null]);
    expect(asked()).toHaveLength(4);
  });

  it("of which a page is enough is one page, and more is a gap", async () => {
    const page: Need = { ...wholeList(SECRET, "a"), extent: "page" };
    const { reader, asked } = await open(
      api({ "/api/v1/namespaces/a/secrets": listOf(SECRET, [item("s", "a")], { continue: "next" }) }),
      { chunkSize: 0 },
    );
    const readings = await reader.read([page]);
    expect(asked()).toEqual(["/api/v1/namespaces/a/secrets?limit=500"]);
    expect(keysIn(readings)).toEqual([keyOf(id(SECRET, "a", "s"))]);
    expect(gapsIn(readings)).toEqual([
      {
        cause: "truncated",
        groupKind: { group: "", kind: "Secret" },
        namespace: "a",
        detail: "there are more than the 1 that were read",
      },
    ]);
  });

  it("that may not be read in a namespace is a gap with the rule to ask for", async () => {
    const { reader } = await open(
      api({
        [`${API}/namespaces/a/referencegrants`]: (_: unknown, response: Parameters<typeof forbid>[0]) =>
          forbid(response, "referencegrants"),
      }),
    );
    expect(gapsIn(await reader.read([wholeList(GRANT, "a")]))).toEqual([
      expect.objectContaining({
        cause: "forbidden",
        namespace: "a",
        detail: expect.stringContaining(
          'user "jane" may not list referencegrants.gateway.networking.k8s.io in namespace a; ask for verbs [list]',
        ),
      }),
    ]);
  });

  it("is tried again when the server is busy", async () => {
    let busy = true;
    const { reader } = await open(
      api({
        [`${API}/namespaces/a/referencegrants`]: (_: unknown, response: Parameters<typeof reply>[0]) => {
          if (!busy) return reply(response, 200, listOf(GRANT, []));
          busy = false;
          return reply(response, 429, status(429, "busy"), { "Retry-After": "0" });
        },
      }),
    );
    expect(gapsIn(await reader.read([wholeList(GRANT, "a")]))).toEqual([null]);
  });

  describe("of all namespaces that is forbidden", () => {
    const denied = (_: unknown, response: Parameters<typeof forbid>[0]) => forbid(response, "services");
    const servicesIn = (namespace: string) => ({
      [`/api/v1/namespaces/${namespace}/services`]: listOf(SERVICE, [item("svc", namespace)]),
    });
    const need: Need = wholeList(SERVICE, null);
    const sighted = (readings: Readings, reader: ClusterReader) => {
      const snapshot: Snapshot = {
        source: "cluster",
        closed: true,
        objects: new Map(),
        gaps: reader.gaps,
        problems: [],
        served: reader.served,
        asked: new Map(),
      };
      return sightOf(extended(snapshot, readings));
    };

    it("is read namespace by namespace, and nothing is hidden where all could be read", async () => {
      const { reader, asked } = await open(
        api({
          "/api/v1/services": denied,
          "/api/v1/namespaces": listOf(NAMESPACE, [item("a", null), item("b", null)]),
          ...servicesIn("a"),
          ...servicesIn("b"),
        }),
      );
      const readings = await reader.read([need]);
      expect(gapsIn(readings)).toEqual([null]);
      expect(keysIn(readings)).toHaveLength(2);
      expect(asked()).toContain("/api/v1/namespaces/a/services?limit=500");
    });

    it("is no list of every namespace where one name is looked for", async () => {
      const { reader, asked } = await open(api({ "/api/v1/services": denied }));
      const readings = await reader.read([{ ...need, name: "svc" }]);
      expect(gapsIn(readings)).toEqual([expect.objectContaining({ cause: "forbidden" })]);
      expect(asked().filter((path) => path.includes("namespaces"))).toEqual([]);
    });

    it("hides the namespaces that could not be read, and no others", async () => {
      const { reader } = await open(
        api({
          "/api/v1/services": denied,
          "/api/v1/namespaces": listOf(NAMESPACE, [item("a", null), item("b", null), item("c", null)]),
          ...servicesIn("a"),
          "/api/v1/namespaces/b/services": denied,
          ...servicesIn("c"),
        }),
      );
      const readings = await reader.read([wholeList(SERVICE, null)]);
      expect(gapsIn(readings)).toEqual([
        expect.objectContaining({
          cause: "forbidden",
          namespace: null,
          exceptNamespaces: new Set(["a", "c"]),
          detail: expect.stringContaining("may not list services in namespace b"),
        }),
      ]);
      const sight = sighted(readings, reader);
      expect(sight.existence(id(SERVICE, "a", "none"))).toBe("missing");
      expect(sight.existence(id(SERVICE, "b", "none"))).toMatchObject({ cause: "forbidden" });
    });

    it("is read in the namespaces that are given where Namespaces may not be listed either", async () => {
      const { reader, asked } = await open(
        api({
          "/api/v1/services": denied,
          "/api/v1/namespaces": (_: unknown, response: Parameters<typeof forbid>[0]) => forbid(response, "namespaces"),
          ...servicesIn("default"),
          ...servicesIn("mine"),
        }),
        { namespaces: ["mine"] },
      );
      const readings = await reader.read([need]);
      expect(gapsIn(readings)).toEqual([expect.objectContaining({ exceptNamespaces: new Set(["default", "mine"]) })]);
      expect(asked().filter((path) => path.startsWith("/api/v1/namespaces?"))).toHaveLength(1);
    });

    it("and in every single one is one gap over all", async () => {
      const { reader } = await open(
        api({
          "/api/v1/services": denied,
          "/api/v1/namespaces": listOf(NAMESPACE, [item("a", null)]),
          "/api/v1/namespaces/a/services": denied,
          "/api/v1/namespaces/default/services": denied,
        }),
      );
      expect(gapsIn(await reader.read([need]))).toEqual([
        {
          cause: "forbidden",
          groupKind: { group: "", kind: "Service" },
          namespace: null,
          detail: expect.stringContaining("may not list services in all namespaces"),
        },
      ]);
    });
  });
});

describe("reading", () => {
  it("asks for nothing twice, in one call or in several", async () => {
    const { reader, asked } = await open(api({ [`${API}/namespaces/a/httproutes/r`]: one(ROUTE, "a", "r") }));
    const need = object(ROUTE, "a", "r");
    const [first, second] = [await reader.read([need, need]), await reader.read([need])];
    expect(asked()).toHaveLength(1);
    expect(keysIn(second)).toEqual([keyOf(id(ROUTE, "a", "r"))]);
    expect(first.outcomes).toEqual(second.outcomes);
  });

  it("asks for all needs of one call at once", async () => {
    const waiting: (() => void)[] = [];
    const { reader } = await open((request, response) => {
      if (request.url === "/apis") return reply(response, 200, discovery(SERVED));
      waiting.push(() => reply(response, 404, status(404, "none")));
      if (waiting.length === 4) for (const answer of waiting) answer();
      return undefined;
    });
    const readings = await reader.read(["a", "b", "c", "d"].map((name) => object(ROUTE, "x", name)));
    expect(gapsIn(readings)).toEqual([null, null, null, null]);
  });

  it("tells of its progress", async () => {
    const events: string[] = [];
    const { reader } = await open(
      api({
        [`${API}/namespaces/a/httproutes/r`]: one(ROUTE, "a", "r"),
        [`${API}/namespaces/a/referencegrants`]: listOf(GRANT, [item("g", "a"), item("h", "a")]),
      }),
      { progress: ({ what, objects }) => events.push(`${what}: ${objects}`) },
    );
    await reader.read([object(ROUTE, "a", "r"), wholeList(GRANT, "a")]);
    expect(events.toSorted()).toEqual(["httproutes: 1", "referencegrants: 2"]);
  });

  it("fails where the connection never gave anything, and is a gap where it did", async () => {
    let down = true;
    const { reader } = await open((request, response) => {
      if (request.url === "/apis") return reply(response, 200, discovery(SERVED));
      if (down) return response.writeHead(302, { Location: "/login" }).end();
      return reply(response, 404, status(404, "none"));
    });
    await expect(reader.read([object(ROUTE, "a", "r")])).rejects.toMatchObject({ failure: "unreachable" });
    down = false;
    expect(gapsIn(await reader.read([object(ROUTE, "a", "s")]))).toEqual([null]);
    down = true;
    expect(gapsIn(await reader.read([object(ROUTE, "a", "t")]))).toEqual([
      expect.objectContaining({ cause: "failed", detail: expect.stringContaining("redirects elsewhere") }),
    ]);
  });

  it("ends at once when it is interrupted", async () => {
    const interrupt = new AbortController();
    const { reader } = await open(
      (request, response) => {
        if (request.url === "/apis") return reply(response, 200, discovery(SERVED));
        return interrupt.abort();
      },
      { signal: interrupt.signal },
    );
    await expect(reader.read([object(ROUTE, "a", "r")])).rejects.toMatchObject({ failure: "interrupted" });
  });

  it("fails when the credentials are refused", async () => {
    const { reader } = await open((request, response) => {
      if (request.url === "/apis") return reply(response, 200, discovery(SERVED));
      return reply(response, 401, status(401, "Unauthorized"));
    });
    await expect(reader.read([object(ROUTE, "a", "r")])).rejects.toMatchObject({ failure: "credentials" });
  });
});

/** Resources of one group as aggregated discovery has them. */
function group(name: string, version: string, resources: readonly object[], freshness = "Current") {
  return { metadata: { name }, versions: [{ version, freshness, resources }] };
}

function resource(kindName: string, plural: string, more = {}) {
  return {
    resource: plural,
    responseKind: { group: "", version: "", kind: kindName },
    singularResource: kindName.toLowerCase(),
    scope: "Namespaced",
    verbs: ["get", "list"],
    ...more,
  };
}

describe("words for types", () => {
  const base = discovery(SERVED);
  const apis = {
    ...base,
    items: [
      group("route.openshift.io", "v1", [resource("Route", "routes")]),
      group("networking.istio.io", "v1", [resource("Gateway", "gateways", { shortNames: ["gw"] })]),
      group("kuma.io", "v1", [resource("Mesh", "meshes", { scope: "Cluster" })]),
      group("apps", "v1", [
        resource("Deployment", "deployments", { shortNames: ["deploy"] }),
        resource("Scale", "deployments/scale"),
      ]),
      group("metrics.k8s.io", "v1beta1", [
        resource("NodeMetrics", "nodes", { singularResource: "", scope: "Cluster" }),
      ]),
      group("authorization.k8s.io", "v1", [
        resource("SubjectAccessReview", "subjectaccessreviews", { verbs: ["create"] }),
      ]),
      ...base.items,
    ],
  };
  const core = {
    kind: "APIGroupDiscoveryList",
    items: [
      group("", "v1", [
        resource("Node", "nodes", { shortNames: ["no"], scope: "Cluster" }),
        resource("Pod", "pods", { shortNames: ["po"] }),
      ]),
    ],
  };
  const handler = routes({ "/apis": apis, "/api": core });

  async function named(word: string): Promise<{ readonly kinds: string; readonly asked: readonly string[] }> {
    const { reader, asked } = await open(handler);
    const kinds = await reader.kindsNamed(word);
    return { kinds: kinds.map((info) => `${info.kind}.${info.group}`).join(" "), asked: asked() };
  }

  const GATEWAY_API = "gateway.networking.k8s.io";

  it.each([
    ["httproute", `HTTPRoute.${GATEWAY_API}`],
    ["HTTPRoutes", `HTTPRoute.${GATEWAY_API}`],
    ["refgrant", `ReferenceGrant.${GATEWAY_API}`],
    [`httproutes.${GATEWAY_API}`, `HTTPRoute.${GATEWAY_API}`],
    [`httproute.v1.${GATEWAY_API}`, `HTTPRoute.${GATEWAY_API}`],
    [`httproute.v7.${GATEWAY_API}`, ""],
    ["httproute.gateway", `HTTPRoute.${GATEWAY_API}`],
    ["gateway", `Gateway.${GATEWAY_API} Gateway.networking.istio.io`],
    ["gateways.networking.istio.io", "Gateway.networking.istio.io"],
    ["gw.networking.istio.io", "Gateway.networking.istio.io"],
    ["gtw", `Gateway.${GATEWAY_API}`],
    ["route", `HTTPRoute.${GATEWAY_API} GRPCRoute.${GATEWAY_API}`],
    ["routes", `HTTPRoute.${GATEWAY_API} GRPCRoute.${GATEWAY_API}`],
    [`route.${GATEWAY_API}`, `HTTPRoute.${GATEWAY_API} GRPCRoute.${GATEWAY_API}`],
    ["route.route.openshift.io", "Route.route.openshift.io"],
    ["svc", "Service."],
    ["services.v1.", "Service."],
    ["ns", "Namespace."],
    ["pods", "Pod."],
    ["deployment.apps", "Deployment.apps"],
    ["deployments.v1.apps", "Deployment.apps"],
    ["deploy.extensions", ""],
    ["endpointslice", "EndpointSlice.discovery.k8s.io"],
  ])("%s", async (word, kinds) => {
    expect(await named(word)).toEqual({ kinds, asked: [] });
  });

  it.each([
    ["deploy", "Deployment.apps"],
    ["Deployments", "Deployment.apps"],
    // kubectl takes the core's before all others of one name.
    ["nodes", "Node. NodeMetrics.metrics.k8s.io"],
    ["no", "Node."],
    ["nodes.v1.", "Node."],
    // A name goes before the short name of another kind.
    ["mesh", "Mesh.kuma.io"],
    ["scale", ""],
    ["subjectaccessreview", ""],
    ["httprout", ""],
  ])("%s, for which the core is looked at", async (word, kinds) => {
    expect(await named(word)).toEqual({ kinds, asked: ["/api"] });
  });

  it("are told with what is read of the kind", async () => {
    const { reader } = await open(handler);
    expect(await reader.kindsNamed("deploy")).toEqual([
      {
        group: "apps",
        kind: "Deployment",
        plural: "deployments",
        scope: "Namespaced",
        versions: null,
        retired: [],
        read: "metadata",
      },
    ]);
    expect(await reader.kindsNamed("refgrant")).toEqual([GRANT]);
  });

  it("are all known, to find what a mistyped one meant", async () => {
    const { reader } = await open(handler);
    expect(reader.words).toEqual(
      expect.arrayContaining(["httproute", "httproutes", "deploy", "deployments.apps", "route", "svc", "gw"]),
    );
    expect(reader.words).not.toContain("nodes/scale");
    expect(reader.words).not.toContain("no");
    await reader.kindsNamed("what");
    expect(reader.words).toContain("no");
    expect(new Set(reader.words).size).toBe(reader.words.length);
  });

  it("and the kinds of needs of the core are asked for once", async () => {
    const found = { kind: "PartialObjectMetadata", ...item("n", null) };
    const { reader, asked } = await open(routes({ "/apis": apis, "/api": core, "/api/v1/nodes/n": found }));
    const node = object({ group: "", kind: "Node" }, null, "n");
    const readings = await reader.read([node, object({ group: "", kind: "Nothing" }, "a", "x")]);
    expect(keysIn(readings)).toEqual(["/Node//n"]);
    expect(gapsIn(readings)).toEqual([null, null]);
    await reader.kindsNamed("no");
    expect(asked()).toEqual(["/api", "/api/v1/nodes/n"]);
  });

  it("of a core that does not tell its kinds leave a gap", async () => {
    const { reader } = await open(
      routes({
        "/apis": apis,
        "/api": (_: unknown, response: Parameters<typeof reply>[0]) => reply(response, 403, status(403, "no")),
      }),
    );
    expect(await reader.kindsNamed("nodes")).toMatchObject([{ kind: "NodeMetrics" }]);
    expect(gapsIn(await reader.read([object({ group: "", kind: "Node" }, null, "n")]))).toEqual([
      expect.objectContaining({ cause: "failed", detail: "the server could not tell whether it has Node" }),
    ]);
  });

  it("of groups that do not answer leave a gap", async () => {
    const stale = { ...base, items: [...base.items, group("metrics.k8s.io", "v1", [], "Stale")] };
    const { reader } = await open(routes({ "/apis": stale }));
    expect(gapsIn(await reader.read([object({ group: "metrics.k8s.io", kind: "PodMetrics" }, "a", "p")]))).toEqual([
      expect.objectContaining({ detail: "the server could not tell whether it has PodMetrics.metrics.k8s.io" }),
    ]);
  });
});

describe("a server without aggregated discovery", () => {
  const legacy = (name: string, entries: readonly object[]) => ({
    kind: "APIResourceList",
    groupVersion: name,
    resources: entries,
  });
  const verbs = ["get", "list"];
  const handler = routes({
    "/apis": {
      kind: "APIGroupList",
      groups: [
        { name: "apps", versions: [{ version: "v1" }] },
        { name: GRANT.group, versions: [{ version: "v1" }] },
        { name: "discovery.k8s.io", versions: [{ version: "v1" }] },
      ],
    },
    [API]: legacy(`${GRANT.group}/v1`, [
      { name: "httproutes", singularName: "httproute", kind: "HTTPRoute", namespaced: true, verbs },
      { name: "httproutes/status", singularName: "", kind: "HTTPRoute", namespaced: true, verbs: ["get"] },
      { name: "referencegrants", singularName: "referencegrant", kind: "ReferenceGrant", namespaced: true, verbs },
    ]),
    "/apis/discovery.k8s.io/v1": legacy("discovery.k8s.io/v1", [
      { name: "endpointslices", singularName: "endpointslice", kind: "EndpointSlice", namespaced: true, verbs },
    ]),
    "/apis/apps/v1": legacy("apps/v1", [
      {
        name: "deployments",
        singularName: "deployment",
        kind: "Deployment",
        namespaced: true,
        shortNames: ["deploy"],
        verbs,
      },
    ]),
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/api/v1": legacy("v1", [{ name: "nodes", singularName: "node", kind: "Node", namespaced: false, verbs }]),
    "/api/v1/nodes/n": { kind: "PartialObjectMetadata", ...item("n", null) },
    [`${API}/namespaces/a/httproutes/r`]: one(ROUTE, "a", "r"),
    "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices": listOf(SLICE, [item("e", "a")]),
  });

  it("is asked only for the groups that are needed", async () => {
    const { stub, reader } = await open(handler);
    expect(stub.paths().toSorted()).toEqual(["/apis", "/apis/discovery.k8s.io/v1", API]);
    expect((await reader.kindsNamed("httproute")).map((info) => info.kind)).toEqual(["HTTPRoute"]);
    const readings = await reader.read([object(ROUTE, "a", "r"), wholeList(SLICE, "a")]);
    expect(keysIn(readings)).toHaveLength(2);
  });

  it("is asked for the others when a word or a need is of none of these", async () => {
    const { reader, asked } = await open(handler);
    expect(await reader.kindsNamed("deploy.apps")).toMatchObject([{ kind: "Deployment" }]);
    expect(asked().toSorted()).toEqual(["/api", "/api/v1", "/apis/apps/v1"]);
    expect(await reader.kindsNamed("node")).toMatchObject([{ kind: "Node", scope: "Cluster" }]);
    expect(keysIn(await reader.read([object({ group: "", kind: "Node" }, null, "n")]))).toEqual(["/Node//n"]);
    expect(asked()).toHaveLength(4);
  });
});

it("knows every kind of the catalogue by the words for it", async () => {
  const kinds = KINDS.filter(({ group: of }) => of !== "");
  const versions = ["v1", "v1beta1", "v1alpha3", "v1alpha2", "v1alpha1"];
  const { reader } = await open(routes({ "/apis": discovery(kinds, null, versions) }));
  for (const info of kinds) {
    for (const word of [info.kind, info.plural]) {
      expect(await reader.kindsNamed(`${word}.${info.group}`)).toContainEqual(
        expect.objectContaining({ group: info.group, kind: info.kind }),
      );
    }
  }
});
