import { expect, it } from "vitest";
import type { KindInfo } from "../../src/catalogue/kinds.ts";
import { glimpse } from "../../src/load/cluster/glimpse.ts";
import {
  environment,
  forbid,
  type Handler,
  item,
  kind,
  options,
  routes,
  type Stub,
  serve,
} from "../load/cluster/stub.ts";

const list = (items: readonly unknown[], metadata = {}) => ({
  kind: "PartialObjectMetadataList",
  apiVersion: "meta.k8s.io/v1",
  metadata,
  items,
});

async function namesFrom(
  table: Parameters<typeof routes>[0],
  kinds: readonly KindInfo[],
  where: { readonly namespace?: string | null; readonly allNamespaces?: boolean } = {},
): Promise<{ readonly names: readonly string[]; readonly stub: Stub }> {
  const handler: Handler = routes(table);
  const stub = await serve(handler);
  const names = await glimpse(options({ server: stub.url }), environment(), {
    kinds,
    namespace: null,
    allNamespaces: false,
    ...where,
    signal: new AbortController().signal,
    userAgent: "test",
  });
  return { names: names.map(({ name, namespace }) => (namespace === null ? name : `${namespace}/${name}`)), stub };
}

const GROUP = "/apis/gateway.networking.k8s.io";

it("asks for one page of metadata, and for no other", async () => {
  const page = list([item("web", "default")], { continue: "more" });
  const { names, stub } = await namesFrom({ [`${GROUP}/v1/namespaces/default/httproutes`]: page }, [kind("HTTPRoute")]);
  expect(names).toEqual(["default/web"]);
  expect(stub.paths()).toEqual([`${GROUP}/v1/namespaces/default/httproutes?limit=500`]);
  expect(stub.requests[0]?.headers.accept).toBe("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
});

it("throws away an answer that holds more than metadata", async () => {
  const secrets = { ...list([{ ...item("tls", "default"), data: { key: "c2VjcmV0" } }]), kind: "SecretList" };
  expect((await namesFrom({ "/api/v1/namespaces/default/secrets": secrets }, [kind("Secret")])).names).toEqual([]);
});

it("goes on to the next version where one is not served", async () => {
  const table = { [`${GROUP}/v1alpha3/tlsroutes`]: list([item("db", "a")]) };
  const { names, stub } = await namesFrom(table, [kind("TLSRoute")], { allNamespaces: true });
  expect(names).toEqual(["a/db"]);
  expect(stub.paths()).toEqual([`${GROUP}/v1/tlsroutes?limit=500`, `${GROUP}/v1alpha3/tlsroutes?limit=500`]);
});

it("asks the server for the version of a kind of which any will do", async () => {
  const info = kind("SecurityPolicy");
  const root = `/apis/${info.group}`;
  const { names } = await namesFrom(
    {
      [root]: {
        kind: "APIGroup",
        preferredVersion: { version: "v1beta7" },
        versions: [{ version: "../../x" }, { version: "v1beta7" }],
      },
      [`${root}/v1beta7/namespaces/n/${info.plural}`]: list([item("p", "n")]),
    },
    [info],
    { namespace: "n" },
  );
  expect(names).toEqual(["n/p"]);
});

it("does not go on where a list is forbidden", async () => {
  const table = {
    [`${GROUP}/v1/httproutes`]: (_: unknown, response: Parameters<Handler>[1]) => forbid(response, "httproutes"),
  };
  const { names, stub } = await namesFrom(table, [kind("HTTPRoute")], { allNamespaces: true });
  expect(names).toEqual([]);
  expect(stub.requests).toHaveLength(1);
});

it("looks for what has no namespace in none", async () => {
  const { names } = await namesFrom({ "/api/v1/namespaces": list([item("a", null), item("b", null)]) }, [
    kind("Namespace"),
  ]);
  expect(names).toEqual(["a", "b"]);
});
