import { describe, expect, it } from "vitest";
import { KINDS } from "../../../src/catalogue/known.ts";
import type { ClusterWorld } from "../../../src/load/cluster/read.ts";
import { keyOf } from "../../../src/model/object.ts";
import { sightOf } from "../../../src/model/sight.ts";
import {
  discovery,
  forbid,
  GRANTS,
  grantsIn,
  type Handler,
  item,
  kind,
  listOf,
  read,
  reply,
  routes,
  serve,
  status,
} from "./stub.ts";

const GRANT = kind("ReferenceGrant");
const NAMESPACE = kind("Namespace");
const SECRET = kind("Secret");

function names(world: ClusterWorld): readonly string[] {
  return world.objects.map(({ id }) => `${id.kind} ${id.namespace ?? ""}/${id.name}`).toSorted();
}

function sight(world: ClusterWorld) {
  return sightOf({
    source: "cluster",
    closed: true,
    objects: new Map(world.objects.map((object) => [keyOf(object.id), object])),
    gaps: world.gaps,
    problems: [],
    served: world.served,
    asked: null,
  });
}

function grantsWith(handler: unknown): Handler {
  return routes({ "/apis": discovery([GRANT]), [GRANTS]: handler });
}

describe("discovery", () => {
  it("asks once, in the aggregated form, and lists nothing that is not served", async () => {
    const served = [GRANT, kind("HTTPRoute"), kind("Gateway")];
    const lists = Object.fromEntries(
      KINDS.map((info) => [
        info.group === "" ? `/api/v1/${info.plural}` : `/apis/${info.group}/v1/${info.plural}`,
        listOf(info, []),
      ]),
    );
    const stub = await serve(routes({ ...lists, "/apis": discovery(served) }));
    const world = await read(stub.url, { kinds: KINDS });
    expect(stub.requests[0]?.headers.accept).toBe(
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
        "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
    );
    expect(world.served.map((entry) => `${entry.kind}.${entry.version}`).toSorted()).toEqual([
      "ConfigMap.v1",
      "Gateway.v1",
      "HTTPRoute.v1",
      "Namespace.v1",
      "PersistentVolumeClaim.v1",
      "ReferenceGrant.v1",
      "Secret.v1",
      "Service.v1",
    ]);
    expect(stub.requests).toHaveLength(1 + world.served.length);
    expect(world.gaps).toEqual([]);
  });

  it.each([
    [["v1beta1", "v1alpha2"], "v1beta1"],
    [["v1alpha2"], "v1alpha2"],
    [["v1", "v1beta1"], "v1"],
  ])("of the served versions %j it reads %s", async (versions, expected) => {
    const path = `/apis/${GRANT.group}/${expected}/referencegrants`;
    const stub = await serve(
      routes({ "/apis": discovery([GRANT], versions), [path]: listOf(GRANT, [item("g", "a")]) }),
    );
    const world = await read(stub.url);
    expect(world.served).toEqual([{ group: GRANT.group, kind: "ReferenceGrant", version: expected }]);
    expect(world.objects[0]?.apiVersion).toBe(`${GRANT.group}/${expected}`);
  });

  it("asks version by version where the server knows no aggregated discovery", async () => {
    const groups = [
      { name: "apps", versions: [{ version: "v1" }] },
      { name: GRANT.group, versions: [{ version: "v1beta1" }, { version: "v2" }, { version: "v3" }] },
    ];
    const stub = await serve(
      routes({
        "/apis": { kind: "APIGroupList", groups },
        [`/apis/${GRANT.group}/v1beta1`]: {
          kind: "APIResourceList",
          resources: [
            { name: "referencegrants", kind: "ReferenceGrant" },
            { name: "httproutes", kind: "SomethingElse" },
          ],
        },
        ...Object.fromEntries(
          ["v2", "v3"].map((version) => [
            `/apis/${GRANT.group}/${version}`,
            { kind: "APIResourceList", resources: [{ name: "tcproutes", kind: "TCPRoute" }] },
          ]),
        ),
        [`/apis/${GRANT.group}/v1beta1/referencegrants`]: listOf(GRANT, []),
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, kind("HTTPRoute"), kind("TCPRoute")] });
    expect(world.served).toEqual([{ group: GRANT.group, kind: "ReferenceGrant", version: "v1beta1" }]);
    expect(world.gaps.map(({ detail }) => detail)).toEqual([
      "tcproutes.gateway.networking.k8s.io is served as v2, v3 only, which this release does not read",
    ]);
    expect(stub.paths().map((path) => path.replace(/\?.*/, ""))).toEqual([
      "/apis",
      `/apis/${GRANT.group}/v1beta1`,
      `/apis/${GRANT.group}/v2`,
      `/apis/${GRANT.group}/v3`,
      `/apis/${GRANT.group}/v1beta1/referencegrants`,
    ]);
  });

  it("takes a kind that it cannot read in any served version for hidden, not for missing", async () => {
    const served = discovery([{ ...GRANT, versions: ["v2"] }, kind("HTTPRoute")], null, ["v2", "v1"]);
    const routeList = listOf(kind("HTTPRoute"), []);
    const stub = await serve(routes({ "/apis": served, [`/apis/${GRANT.group}/v1/httproutes`]: routeList }));
    const world = await read(stub.url, { kinds: [GRANT, kind("HTTPRoute"), kind("TCPRoute")] });
    expect(world.served).toEqual([{ group: GRANT.group, kind: "HTTPRoute", version: "v1" }]);
    expect(world.gaps).toEqual([
      {
        cause: "failed",
        groupKind: { group: GRANT.group, kind: "ReferenceGrant" },
        namespace: null,
        detail: "referencegrants.gateway.networking.k8s.io is served as v2 only, which this release does not read",
      },
    ]);
  });

  it("fails where no Gateway API kind is served in a version that it knows, and says which there are", async () => {
    const served = discovery([GRANT, kind("HTTPRoute")], ["v2", "v3"], ["v3", "v2"]);
    const stub = await serve(routes({ "/apis": served }));
    await expect(read(stub.url, { kinds: KINDS })).rejects.toMatchObject({
      failure: "no-gateway-api",
      message: "this cluster serves the Gateway API as v3, v2 only, which this release does not read",
      advice: expect.stringContaining("newer release"),
    });
    expect(stub.paths()).toEqual(["/apis"]);
  });

  it("takes versions that the server cannot tell about for a gap", async () => {
    const served = discovery([]);
    const stale = { metadata: { name: GRANT.group }, versions: [{ version: "v1", freshness: "Stale", resources: [] }] };
    const stub = await serve(
      routes({ "/apis": { ...served, items: [stale] }, "/api/v1/namespaces": listOf(NAMESPACE, []) }),
    );
    const world = await read(stub.url, { kinds: [GRANT, NAMESPACE] });
    expect(world.gaps.map(({ detail }) => detail)).toEqual([
      "the server could not tell whether it has referencegrants.gateway.networking.k8s.io",
    ]);
  });

  it("fails where nothing of the Gateway API is served, and reads no Secret then", async () => {
    const stub = await serve(routes({ "/apis": discovery([]) }));
    await expect(read(stub.url, { kinds: KINDS })).rejects.toMatchObject({
      failure: "no-gateway-api",
      message: expect.stringContaining("referencegrants.gateway.networking.k8s.io"),
      advice: expect.stringContaining("standard-install.yaml"),
    });
    expect(stub.paths()).toEqual(["/apis"]);
  });

  it.each([
    [403, "credentials", /may|let/],
    [404, "unreachable", /HTTP status 404/],
  ])("fails with a %d", async (code, failure, message) => {
    const stub = await serve((_request, response) => reply(response, code, status(code, "no")));
    await expect(read(stub.url)).rejects.toMatchObject({ failure, message: expect.stringMatching(message) });
  });
});

describe("objects", () => {
  it("keeps what it does not know, and reads labels and deletion", async () => {
    const raw = {
      kind: "ReferenceGrant",
      metadata: {
        name: "constructor",
        namespace: "__proto__",
        deletionTimestamp: "2026-01-01T00:00:00Z",
        labels: { constructor: "x", number: 3 },
      },
      spec: { future: { field: [1, null] } },
    };
    const stub = await serve(grantsWith(listOf(GRANT, [raw])));
    const world = await read(stub.url);
    expect(world.objects).toHaveLength(1);
    expect(world.objects[0]).toMatchObject({
      id: { group: GRANT.group, kind: "ReferenceGrant", namespace: "__proto__", name: "constructor" },
      apiVersion: "gateway.networking.k8s.io/v1",
      labels: new Map([["constructor", "x"]]),
      terminating: true,
      body: raw,
    });
  });

  it("passes over items without a usable name, with a gap", async () => {
    const items = [item("ok", "a"), { metadata: {} }, item("no-namespace", null), item("a/b", "a"), null, "x"];
    const stub = await serve(grantsWith(listOf(GRANT, items)));
    const world = await read(stub.url);
    expect(names(world)).toEqual(["ReferenceGrant a/ok"]);
    expect(world.gaps).toMatchObject([
      { cause: "failed", namespace: null, detail: expect.stringContaining("gave 5 ") },
    ]);
  });

  it("asks for metadata alone, and keeps no body of it", async () => {
    const stub = await serve(
      routes({ "/apis": discovery([]), "/api/v1/secrets": listOf(SECRET, [item("tls", "a", { labels: { a: "b" } })]) }),
    );
    const world = await read(stub.url, { kinds: [SECRET] });
    expect(world.objects).toMatchObject([{ id: { kind: "Secret" }, apiVersion: "v1", body: null }]);
    expect(stub.requests.map((request) => request.headers.accept)).toEqual([
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    ]);
  });

  it("throws away Secrets that come with more than metadata", async () => {
    const full = { kind: "SecretList", apiVersion: "v1", items: [{ ...item("tls", "a"), data: { key: "c2VjcmV0" } }] };
    const stub = await serve(
      routes({ "/apis": discovery([GRANT]), [GRANTS]: listOf(GRANT, []), "/api/v1/secrets": full }),
    );
    const world = await read(stub.url, { kinds: [GRANT, SECRET] });
    expect(world.objects).toEqual([]);
    expect(world.gaps).toMatchObject([
      { cause: "failed", groupKind: { group: "", kind: "Secret" }, detail: expect.stringContaining("SecretList") },
    ]);
    expect(JSON.stringify(world)).not.toContain("c2VjcmV0");
  });

  it("takes a 406 for a gap", async () => {
    const stub = await serve(
      routes({
        "/apis": discovery([GRANT]),
        [GRANTS]: listOf(GRANT, []),
        "/api/v1/secrets": (_: unknown, response: Parameters<Handler>[1]) => reply(response, 406, status(406, "only")),
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, SECRET] });
    expect(world.gaps).toMatchObject([{ cause: "failed", groupKind: { kind: "Secret" }, namespace: null }]);
  });
});

describe("pages", () => {
  /** Pages of two out of `total`; `expire` says at which offset a token has expired, given how often it was asked for. */
  function pages(total: number, expire: (offset: number, asked: number) => boolean): Handler {
    let asked = 0;
    return (request, response) => {
      const query = new URL(request.url ?? "", "http://x").searchParams;
      const offset = Number(query.get("continue") ?? "0");
      const limit = Number(query.get("limit") ?? total);
      if (offset > 0 && expire(offset, ++asked)) return reply(response, 410, status(410, "expired"));
      const items = Array.from({ length: Math.min(limit, total - offset) }, (_, index) =>
        item(`g${offset + index}`, "a"),
      );
      const next = offset + items.length;
      reply(response, 200, listOf(GRANT, items, next < total ? { continue: String(next), remainingItemCount: 1 } : {}));
    };
  }

  it("are followed to the end, and told of", async () => {
    const stub = await serve(grantsWith(pages(5, () => false)));
    const told: unknown[] = [];
    const world = await read(stub.url, { chunkSize: 2, progress: (event) => told.push(event) });
    expect(names(world)).toHaveLength(5);
    expect(stub.paths().slice(1)).toEqual([
      `${GRANTS}?limit=2`,
      `${GRANTS}?limit=2&continue=2`,
      `${GRANTS}?limit=2&continue=4`,
    ]);
    expect(told).toMatchObject([2, 4, 5].map((objects) => ({ what: "referencegrants", objects })));
  });

  it("are not asked for with a chunk size of 0", async () => {
    const stub = await serve(grantsWith(pages(5, () => false)));
    expect(names(await read(stub.url, { chunkSize: 0 }))).toHaveLength(5);
    expect(stub.paths().slice(1)).toEqual([GRANTS]);
  });

  it("begin anew after a 410, without what was read before", async () => {
    const stub = await serve(grantsWith(pages(5, (offset, asked) => offset === 4 && asked === 2)));
    const world = await read(stub.url, { chunkSize: 2 });
    expect(names(world)).toEqual([0, 1, 2, 3, 4].map((index) => `ReferenceGrant a/g${index}`));
    expect(world.gaps).toEqual([]);
  });

  it("are given up for one whole list when they keep expiring", async () => {
    const stub = await serve(grantsWith(pages(5, () => true)));
    expect(names(await read(stub.url, { chunkSize: 2 }))).toHaveLength(5);
    expect(stub.paths().filter((path) => path === `${GRANTS}?limit=2`)).toHaveLength(3);
    expect(stub.paths().at(-1)).toBe(GRANTS);
  });

  it.each([
    ["the same token again", () => ({ continue: "again" }), [item("g", "a")]],
    ["new tokens for nothing", () => ({ continue: String(Math.random()) }), []],
  ])("come to an end although the server gives %s", async (_, metadata, items) => {
    const stub = await serve(
      routes({
        "/apis": discovery([GRANT]),
        [GRANTS]: (_request: unknown, response: Parameters<Handler>[1]) =>
          reply(response, 200, listOf(GRANT, items, metadata())),
        "/api/v1/namespaces": listOf(NAMESPACE, []),
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, NAMESPACE] });
    expect(world.gaps).toMatchObject([{ cause: "failed", detail: expect.stringContaining("come to no end") }]);
    expect(world.objects).toEqual([]);
  });
});

describe("failures of one list", () => {
  it.each([
    ["404", (response: Parameters<Handler>[1]) => reply(response, 404, status(404, "gone")), "HTTP status 404: gone"],
    ["HTML", (response: Parameters<Handler>[1]) => response.end("<html>"), "not the JSON of an API server"],
    ["no items", (response: Parameters<Handler>[1]) => reply(response, 200, { kind: "X" }), "without items"],
  ])("%s is a gap", async (_, answer, detail) => {
    const stub = await serve(
      routes({
        "/apis": discovery([GRANT]),
        [GRANTS]: (_request: unknown, response: Parameters<Handler>[1]) => answer(response),
        "/api/v1/namespaces": listOf(NAMESPACE, [item("a", null)]),
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, NAMESPACE] });
    expect(world.gaps).toMatchObject([
      {
        cause: "failed",
        groupKind: { group: GRANT.group, kind: "ReferenceGrant" },
        namespace: null,
        detail: expect.stringContaining(detail),
      },
    ]);
    expect(names(world)).toEqual(["Namespace /a"]);
  });

  it("end the run when there is no other list", async () => {
    const stub = await serve(grantsWith((_: unknown, response: Parameters<Handler>[1]) => response.end("<html>")));
    await expect(read(stub.url)).rejects.toMatchObject({ failure: "unreachable" });
  });
});

describe("lists that are forbidden for the whole cluster", () => {
  const forbidGrants: Handler = (_request, response) => forbid(response, "referencegrants");

  it("are one gap with the rule to ask for, when no namespace may be read either", async () => {
    const stub = await serve(
      routes({ "/apis": discovery([GRANT]), [GRANTS]: forbidGrants, [grantsIn("default")]: forbidGrants }),
    );
    expect((await read(stub.url)).gaps).toEqual([
      {
        cause: "forbidden",
        groupKind: { group: GRANT.group, kind: "ReferenceGrant" },
        namespace: null,
        detail:
          'user "jane" may not list referencegrants.gateway.networking.k8s.io in all namespaces; ask for verbs [list] on ' +
          'that resource (apiGroups: ["gateway.networking.k8s.io"], resources: ["referencegrants"])',
      },
    ]);
  });

  it("are read where they may be, and everything else stays hidden", async () => {
    const stub = await serve(
      routes({
        "/apis": discovery([GRANT]),
        [GRANTS]: forbidGrants,
        [grantsIn("default")]: forbidGrants,
        [grantsIn("shop")]: listOf(GRANT, [item("g", "shop")]),
        "/api/v1/namespaces": forbidGrants,
        "/api/v1/namespaces/shop": { kind: "PartialObjectMetadata", metadata: { name: "shop", labels: { a: "b" } } },
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, NAMESPACE], namespaces: ["shop"] });
    expect(names(world)).toEqual(["Namespace /shop", "ReferenceGrant shop/g"]);
    const { hidden, existence } = sight(world);
    const grant = { group: GRANT.group, kind: "ReferenceGrant" };
    expect(hidden(grant, "shop")).toBeNull();
    expect(hidden(grant, "default")).toMatchObject({ cause: "forbidden", namespace: "default" });
    expect(hidden(grant, "other")).toMatchObject({
      cause: "forbidden",
      namespace: null,
      detail: expect.stringContaining("only in one of the 2 that were tried"),
    });
    expect(hidden(grant, null)).toMatchObject({ cause: "forbidden" });
    const namespace = { group: "", kind: "Namespace", namespace: null };
    expect(existence({ ...namespace, name: "shop" })).toBe("present");
    expect(existence({ ...namespace, name: "other" })).toMatchObject({
      cause: "forbidden",
      detail:
        'user "jane" may not list namespaces; ask for verbs [list] on that resource (apiGroups: [""], resources: ["namespaces"])',
    });
  });

  it("leave no general gap when every namespace is known", async () => {
    const stub = await serve(
      routes({
        "/apis": discovery([GRANT]),
        [GRANTS]: forbidGrants,
        [grantsIn("a")]: listOf(GRANT, [item("g", "a")]),
        [grantsIn("b")]: forbidGrants,
        [grantsIn("c")]: listOf(GRANT, []),
        "/api/v1/namespaces": listOf(NAMESPACE, [item("c", null), item("b", null), item("a", null)]),
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, NAMESPACE], namespaces: ["no-such"] });
    expect(world.gaps).toMatchObject([{ cause: "forbidden", namespace: "b" }]);
    expect(world.gaps[0]?.exceptNamespaces).toBeUndefined();
    expect(stub.paths().some((path) => path.includes("no-such"))).toBe(false);
  });

  it("are not said to have been tried in any, where only what has no namespace may not be listed", async () => {
    const stub = await serve(
      routes({ "/apis": discovery([GRANT]), [GRANTS]: listOf(GRANT, []), "/api/v1/namespaces": forbidGrants }),
    );
    const world = await read(stub.url, { kinds: [GRANT, NAMESPACE] });
    expect(world.gaps).toMatchObject([{ cause: "forbidden", groupKind: { kind: "Namespace" } }]);
    expect(world.tried).toBeUndefined();
  });

  it("are tried in a hundred namespaces at most, the given ones first", async () => {
    const all = Array.from({ length: 150 }, (_, index) => `n${String(index).padStart(3, "0")}`);
    const lists = Object.fromEntries(all.map((name) => [grantsIn(name), listOf(GRANT, [item("g", name)])]));
    const stub = await serve(
      routes({
        ...lists,
        "/apis": discovery([GRANT]),
        [GRANTS]: forbidGrants,
        "/api/v1/namespaces": listOf(
          NAMESPACE,
          all.map((name) => item(name, null)),
        ),
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, NAMESPACE], namespaces: ["n140"] });
    const { hidden } = sight(world);
    const grant = { group: GRANT.group, kind: "ReferenceGrant" };
    expect(world.objects.filter(({ id }) => id.kind === "ReferenceGrant")).toHaveLength(100);
    expect(hidden(grant, "n140")).toBeNull();
    expect(hidden(grant, "n098")).toBeNull();
    expect(hidden(grant, "n099")).toMatchObject({ cause: "forbidden", namespace: null });
  });
});

describe("credentials that are not accepted", () => {
  it("end the run, also in the middle", async () => {
    const stub = await serve(
      grantsWith((_: unknown, response: Parameters<Handler>[1]) => reply(response, 401, status(401, "Unauthorized"))),
    );
    await expect(read(stub.url, {}, { token: "hidden-token" })).rejects.toMatchObject({
      failure: "credentials",
      message: `${stub.url} does not accept the credentials (Unauthorized)`,
    });
    await expect(read(stub.url)).rejects.toMatchObject({
      failure: "credentials",
      message: `${stub.url} asks for credentials, and none are configured (Unauthorized)`,
    });
  });
});

describe("an interruption", () => {
  it("ends the run and leaves no list under way", async () => {
    const stop = new AbortController();
    const stub = await serve(grantsWith(() => stop.abort()));
    await expect(read(stub.url, { signal: stop.signal })).rejects.toMatchObject({ failure: "interrupted" });
  });

  it("counts before the first request too", async () => {
    const stub = await serve(grantsWith(listOf(GRANT, [])));
    await expect(read(stub.url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ failure: "interrupted" });
    expect(stub.requests).toEqual([]);
  });
});
