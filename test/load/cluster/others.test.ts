import { describe, expect, it } from "vitest";
import type { KindInfo } from "../../../src/catalogue/kinds.ts";
import { KINDS } from "../../../src/catalogue/known.ts";
import type { ClusterWorld } from "../../../src/load/cluster/read.ts";
import { discovery, forbid, type Handler, item, kind, listOf, read, reply, routes, serve, status } from "./stub.ts";

/** What a cluster is asked for beside the Gateway API's kinds: those of implementations, other grants, and definitions. */

const GRANT = kind("ReferenceGrant");
const POLICY = kind("SecurityPolicy");
const INGRESS = kind("Ingress");

/** A kind of somebody else, as a server may have it. */
function foreign(group: string, name: string, plural: string, scope: KindInfo["scope"] = "Namespaced"): KindInfo {
  return { group, kind: name, plural, scope, versions: null, retired: [], read: "metadata" };
}

function served(world: ClusterWorld): readonly string[] {
  return world.served.map((entry) => `${entry.kind}.${entry.version}.${entry.group}`);
}

const grantsList = { [`/apis/${GRANT.group}/v1/referencegrants`]: listOf(GRANT, []) };

describe("kinds of implementations", () => {
  it("are known by their kind: version and plural are the server's", async () => {
    const asServed = { ...POLICY, plural: "securitypolicys" };
    const path = `/apis/${POLICY.group}/v2/securitypolicys`;
    const stub = await serve(
      routes({
        "/apis": discovery([GRANT, asServed], ["v1", "v2"], ["v2", "v1"]),
        [`/apis/${GRANT.group}/v1/referencegrants`]: listOf(GRANT, []),
        [path]: listOf(POLICY, [item("oidc", "shop")]),
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, POLICY] });
    expect(served(world)).toContain(`SecurityPolicy.v2.${POLICY.group}`);
    expect(world.objects).toMatchObject([{ id: { kind: "SecurityPolicy", namespace: "shop", name: "oidc" } }]);
  });

  it("are not taken from a subresource of the same kind", async () => {
    const scale = { ...POLICY, plural: "securitypolicies/scale" };
    const stub = await serve(routes({ "/apis": discovery([GRANT, scale]), ...grantsList }));
    const world = await read(stub.url, { kinds: [GRANT, POLICY] });
    expect(served(world)).toEqual([`ReferenceGrant.v1.${GRANT.group}`]);
  });

  it("that are everywhere are read only beside the kind that gives them a meaning", async () => {
    const plugin = foreign("configuration.konghq.com", "KongPlugin", "kongplugins");
    const lists = { ...grantsList, "/apis/networking.k8s.io/v1/ingresses": listOf(INGRESS, [item("web", "shop")]) };
    const without = await serve(routes({ "/apis": discovery([GRANT, INGRESS]), ...lists }));
    expect(served(await read(without.url, { kinds: [GRANT, INGRESS] }))).not.toContain("Ingress.v1.networking.k8s.io");
    expect(without.paths().filter((path) => path.includes("ingresses"))).toEqual([]);

    const beside = await serve(routes({ "/apis": discovery([GRANT, INGRESS, plugin]), ...lists }));
    const world = await read(beside.url, { kinds: [GRANT, INGRESS] });
    expect(world.objects).toMatchObject([{ id: { kind: "Ingress", namespace: "shop", name: "web" } }]);
    expect(beside.paths().filter((path) => path.includes("kongplugins"))).toEqual([]);
  });
});

describe("kinds that look like a grant", () => {
  it("are listed as metadata, also those that nobody has heard of, and none of the Gateway API's twice", async () => {
    const known = KINDS.find((info) => info.kind === "KongReferenceGrant") ?? kind("KongReferenceGrant");
    const unheard = foreign("example.com", "WidgetReferenceGrant", "widgetreferencegrants", "Cluster");
    const stub = await serve(
      routes({
        "/apis": discovery([GRANT, known, unheard, { ...unheard, plural: "widgetreferencegrants/status" }]),
        ...grantsList,
        [`/apis/${known.group}/v1/${known.plural}`]: listOf(known, [item("vault", "shop")]),
        [`/apis/${unheard.group}/v1/${unheard.plural}`]: listOf(unheard, [item("all", null)]),
      }),
    );
    const world = await read(stub.url, { kinds: [GRANT, known] });
    expect(world.gaps).toEqual([]);
    expect(world.objects.map(({ id, body }) => [id.kind, id.namespace, id.name, body])).toEqual([
      ["KongReferenceGrant", "shop", "vault", null],
      ["WidgetReferenceGrant", null, "all", null],
    ]);
    expect(stub.requests).toHaveLength(1 + 3);
  });
});

describe("definitions", () => {
  const DEFINITION = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/referencegrants.${GRANT.group}`;
  const definition = {
    kind: "CustomResourceDefinition",
    metadata: { name: `referencegrants.${GRANT.group}` },
    spec: {
      group: GRANT.group,
      names: { kind: "ReferenceGrant", plural: "referencegrants" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
    },
    status: { storedVersions: ["v1alpha2", "v1"] },
  };
  const withDefinition = (answer: unknown): Handler =>
    routes({
      "/apis": discovery([GRANT, POLICY]),
      ...grantsList,
      [`/apis/${POLICY.group}/v1/securitypolicies`]: listOf(POLICY, []),
      [DEFINITION]: answer,
    });

  it("of the Gateway API's kinds are read by name, and kept without their schemas", async () => {
    const stub = await serve(withDefinition(definition));
    const world = await read(stub.url, { kinds: [GRANT, POLICY], definitions: true });
    expect(stub.paths().filter((path) => path.includes("customresourcedefinitions"))).toEqual([DEFINITION]);
    expect(world.objects).toMatchObject([
      { id: { kind: "CustomResourceDefinition", namespace: null, name: `referencegrants.${GRANT.group}` } },
    ]);
    expect(world.objects[0]?.body).toEqual({
      spec: {
        group: GRANT.group,
        names: { kind: "ReferenceGrant" },
        versions: [{ name: "v1", served: true, storage: true, deprecated: undefined }],
      },
      status: { storedVersions: ["v1alpha2", "v1"] },
    });
  });

  it("that may not be read are one gap, with the rule to ask for", async () => {
    const stub = await serve(
      withDefinition((_: unknown, response: Parameters<Handler>[1]) => forbid(response, "customresourcedefinitions")),
    );
    const world = await read(stub.url, { kinds: [GRANT, POLICY], definitions: true });
    expect(world.gaps).toEqual([
      {
        cause: "forbidden",
        groupKind: { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" },
        namespace: null,
        detail: expect.stringMatching(/^user "jane" may not get .* ask for verbs \[get\] on that resource \(apiGroups/),
      },
    ]);
  });

  it("that the server does not give, or that are none, are a gap; one that is not there is nothing", async () => {
    const failing = await serve(
      withDefinition((_: unknown, response: Parameters<Handler>[1]) => reply(response, 418, status(418, "teapot"))),
    );
    expect((await read(failing.url, { kinds: [GRANT], definitions: true })).gaps).toMatchObject([
      { cause: "failed", detail: expect.stringContaining("teapot") },
    ]);
    const odd = await serve(withDefinition({ ...definition, kind: "ConfigMap" }));
    expect((await read(odd.url, { kinds: [GRANT], definitions: true })).gaps).toMatchObject([{ cause: "failed" }]);
    const aggregated = await serve(withDefinition(undefined));
    expect((await read(aggregated.url, { kinds: [GRANT], definitions: true })).gaps).toEqual([]);
  });
});
