import { describe, expect, it } from "vitest";
import type { Granting } from "../../src/model/scaffold.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import {
  core,
  GW,
  GWX,
  gateway,
  grant,
  type Manifest,
  namespace,
  object,
  route,
  snapshotOf,
} from "../harness/world.ts";
import { grantingIn, grantLines, placeOf } from "./scaffolded.ts";

/** What is printed for the references of a world, and what is said of the others. */

type Backend = readonly [namespace: string, name: string, more?: object];

const refs = (...backends: readonly Backend[]) => ({
  rules: [
    { backendRefs: backends.map(([home, name, more]) => ({ name, namespace: home, port: 80, ...Object(more) })) },
  ],
});
const http = (home: string, ...backends: readonly Backend[]): Manifest =>
  route("HTTPRoute", home, `web-${home}`, refs(...backends));
const grpc = (home: string, ...backends: readonly Backend[]): Manifest =>
  route("GRPCRoute", home, `rpc-${home}`, refs(...backends));

const printed = (world: readonly Manifest[], request: Parameters<typeof grantingIn>[1] = {}) =>
  grantLines(grantingIn(snapshotOf(world), request));
const contents = (world: readonly Manifest[], request: Parameters<typeof grantingIn>[1] = {}) =>
  printed(world, request).map((line) => line.replace(/\/[^:]*: /, ": "));

describe("the grants that references need", () => {
  const many = (count: number): readonly Backend[] =>
    Array.from({ length: count }, (_, at) => ["backend", `s${String(at).padStart(2, "0")}`] as const);

  const ROWS: readonly (readonly [string, readonly Manifest[], readonly string[]])[] = [
    ["none for what stays at home", [http("app", ["app", "api"])], []],
    ["one for one reference", [http("app", ["backend", "api"])], ["backend: HTTPRoute app → Service api"]],
    [
      "one for two references that are the same",
      [http("app", ["backend", "api"], ["backend", "api"])],
      ["backend: HTTPRoute app → Service api"],
    ],
    [
      "one for two routes of a namespace with the same target",
      [http("app", ["backend", "api"]), route("HTTPRoute", "app", "other", refs(["backend", "api"]))],
      ["backend: HTTPRoute app → Service api"],
    ],
    [
      "one for each namespace of targets, in the order of their names",
      [http("app", ["b", "x"], ["a", "y"])],
      ["a: HTTPRoute app → Service y", "b: HTTPRoute app → Service x"],
    ],
    [
      "one for two namespaces that need the same",
      [http("app", ["backend", "api"]), http("shop", ["backend", "api"])],
      ["backend: HTTPRoute app, HTTPRoute shop → Service api"],
    ],
    [
      "one for two kinds of route that need the same",
      [http("app", ["backend", "api"]), grpc("app", ["backend", "api"])],
      ["backend: GRPCRoute app, HTTPRoute app → Service api"],
    ],
    [
      "two where one would let each use what is the other's",
      [http("app", ["backend", "x"]), http("shop", ["backend", "y"])],
      ["backend: HTTPRoute app → Service x", "backend: HTTPRoute shop → Service y"],
    ],
    [
      "two where one needs more than the other",
      [http("app", ["backend", "x"], ["backend", "y"]), http("shop", ["backend", "x"])],
      ["backend: HTTPRoute app → Service x, Service y", "backend: HTTPRoute shop → Service x"],
    ],
    [
      "only what is missing beside a grant that permits the rest",
      [http("app", ["backend", "x"], ["backend", "y"]), grant("backend", "allow", [{}], [{ name: "x" }])],
      ["backend: HTTPRoute app → Service y"],
    ],
    [
      "16 targets in one",
      [http("app", ...many(16))],
      [
        `backend: HTTPRoute app → ${many(16)
          .map(([, name]) => `Service ${name}`)
          .join(", ")}`,
      ],
    ],
  ];

  it.each(ROWS)("%s", (_, world, lines) => {
    expect(contents(world)).toEqual(lines);
  });

  it("hold 16 entries at most", () => {
    const { grants } = grantingIn(snapshotOf([http("app", ...many(17))]));
    expect(grants.map(({ to }) => to.length).toSorted((a, b) => a - b)).toEqual([1, 16]);
    const homes = Array.from({ length: 17 }, (_, at) => http(`app-${at}`, ["backend", "api"]));
    const crowd = grantingIn(snapshotOf(homes)).grants;
    expect(crowd.map(({ from }) => from.length).toSorted((a, b) => a - b)).toEqual([1, 16]);
  });

  it("write out the group, empty or not, and no more than the schema has", () => {
    const [only] = grantingIn(snapshotOf([http("app", ["backend", "api"])])).grants;
    expect(only?.manifest).toEqual({
      apiVersion: `${GW}/v1beta1`,
      kind: "ReferenceGrant",
      metadata: { name: "app-httproute-api", namespace: "backend" },
      spec: {
        from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }],
        to: [{ group: "", kind: "Service", name: "api" }],
      },
    });
  });

  it("open every name of the kinds that are used with --any-name, and nothing twice", () => {
    const world = [http("app", ["backend", "x"], ["backend", "y"]), http("shop", ["backend", "z"])];
    expect(contents(world, { anyName: true })).toEqual(["backend: HTTPRoute app, HTTPRoute shop → Service *"]);
    const [only] = grantingIn(snapshotOf(world), { anyName: true }).grants;
    expect(only?.manifest.spec).toMatchObject({ to: [{ group: "", kind: "Service" }] });
    expect(JSON.stringify(only?.manifest)).not.toContain("null");
  });

  it("are the same whatever the order of the world", () => {
    const world = [http("app", ["b", "x"], ["a", "y"]), http("shop", ["b", "x"], ["b", "z"]), grpc("app", ["a", "y"])];
    expect(printed(world.toReversed())).toEqual(printed(world));
  });

  it("are asked for once: with them nothing is missing", () => {
    const world = [http("app", ["b", "x"], ["a", "y"]), http("shop", ["b", "x"], ["b", "z"]), grpc("app", ["a", "y"])];
    const made = grantingIn(snapshotOf(world)).grants.map(
      ({ manifest }): Manifest => ({ ...manifest, kind: "ReferenceGrant" }),
    );
    const second = grantingIn(snapshotOf([...world, ...made]));
    expect(second).toMatchObject({ grants: [], granted: [], incurable: [], settled: 5 });
    const again = grantingIn(snapshotOf([...world, ...made]), { all: true });
    expect(again.grants.map(({ manifest }) => manifest)).toEqual(made);
  });
});

describe("whom a grant trusts, and what it opens", () => {
  const listener = [
    {
      name: "https",
      port: 443,
      protocol: "HTTPS",
      hostname: "a.b",
      tls: { certificateRefs: [{ name: "own", namespace: "certs" }] },
    },
  ];
  const auth = [
    {
      name: "http",
      port: 80,
      protocol: "HTTP",
      filters: {
        requests: [
          {
            type: "ExternalAuth",
            externalAuth: { protocol: "GRPC", backendRef: { name: "auth", namespace: "shared", port: 80 }, grpc: {} },
          },
        ],
      },
    },
  ];
  const set = (kind: string, version: string, listeners: readonly object[]) =>
    object(version, kind, "app", "more", { parentRef: { name: "edge" }, listeners });

  it.each<readonly [string, readonly Manifest[], string]>([
    ["a Gateway for its certificate", [gateway("app", "edge", listener)], "certs: Gateway app → Secret own"],
    [
      "a ListenerSet for its own certificate, not its Gateway",
      [set("ListenerSet", `${GW}/v1`, listener)],
      "certs: ListenerSet app → Secret own",
    ],
    [
      "an XListenerSet by its own group",
      [set("XListenerSet", `${GWX}/v1alpha1`, listener)],
      `certs: XListenerSet.${GWX} app → Secret own`,
    ],
    [
      "the Gateway for who authorizes at its listener, not the routes",
      [gateway("app", "edge", auth), http("app", ["app", "own"])],
      "shared: Gateway app → Service auth",
    ],
    [
      "the ListenerSet for who authorizes at its listener",
      [set("ListenerSet", `${GW}/v1`, auth)],
      "shared: ListenerSet app → Service auth",
    ],
    [
      "an authority's ConfigMap by its kind",
      [
        gateway("app", "edge", [{ ...listener[0], tls: { certificateRefs: [{ name: "own" }] } }], {
          tls: {
            frontend: {
              default: {
                validation: {
                  caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca", namespace: "certs" }],
                },
              },
            },
          },
        }),
        core("Secret", "app", "own"),
      ],
      "certs: Gateway app → ConfigMap ca",
    ],
    [
      "a pool by its own kind, not as a Service",
      [http("app", ["models", "llm", { group: "inference.networking.k8s.io", kind: "InferencePool" }])],
      "models: HTTPRoute app → InferencePool.inference.networking.k8s.io llm",
    ],
    [
      "a disputed kind all the same",
      [http("app", ["models", "x", { group: GWX, kind: "XBackend", port: undefined }])],
      `models: HTTPRoute app → XBackend.${GWX} x`,
    ],
  ])("%s", (_, world, line) => {
    expect(contents(world)).toContain(line);
    expect(contents(world)).toHaveLength(1);
  });

  it("the Gateway that has the listener, where the policy is not what the implementation looks at", () => {
    const policy = object("gateway.kgateway.dev/v1alpha1", "ListenerPolicy", "app", "web", {
      targetRefs: [{ group: GW, kind: "Gateway", name: "edge" }],
      default: {
        clientCertificateValidation: {
          caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca", namespace: "certs" }],
        },
      },
    });
    expect(contents([policy], { assumeRefused: true })).toEqual(["certs: Gateway app → ConfigMap ca"]);
  });
});

describe("objects that are generated", () => {
  const backend = object("aigateway.envoyproxy.io/v1alpha1", "AIServiceBackend", "models", "llm", {
    schema: { name: "OpenAI" },
    backendRef: { group: "gateway.envoyproxy.io", kind: "Backend", name: "host", namespace: "shared" },
  });
  const from = (home: string) =>
    object("aigateway.envoyproxy.io/v1alpha1", "AIGatewayRoute", home, "chat", {
      parentRefs: [{ group: GW, kind: "Gateway", name: "edge" }],
      rules: [{ backendRefs: [{ name: "llm", namespace: "models" }] }],
    });
  const toHost = (world: readonly Manifest[], assumeRefused: boolean) =>
    contents(world, { assumeRefused }).filter((line) => line.startsWith("shared"));

  it("are trusted where they stand: in every namespace that one is generated in", () => {
    const host = "Backend.gateway.envoyproxy.io host";
    expect(toHost([backend, from("app")], true)).toEqual([`shared: HTTPRoute app → ${host}`]);
    expect(toHost([backend, from("app"), from("shop")], true)).toEqual([
      `shared: HTTPRoute app, HTTPRoute shop → ${host}`,
    ]);
    expect(toHost([backend, from("app"), from("shared")], true)).toEqual([`shared: HTTPRoute app → ${host}`]);
  });

  it("are nobody's to know without being told to assume it", () => {
    expect(toHost([backend, from("app")], false)).toEqual([]);
    const { unknown } = grantingIn(snapshotOf([backend, from("app")]));
    expect(unknown.map(placeOf)).toContain("llm backendRef");
  });

  it("lack what one of several namespaces lacks", () => {
    const half = grant("shared", "allow", [{}], [{ group: "gateway.envoyproxy.io", kind: "Backend" }]);
    expect(toHost([backend, from("app"), half], true)).toEqual([]);
    expect(toHost([backend, from("app"), from("shop"), half], true)[0]).toContain("HTTPRoute shop");
  });
});

describe("names", () => {
  const taken = (name: string, more: object = {}): Manifest => {
    const other = grant("backend", name, [{ namespace: "x" }], [{}]);
    return { ...other, metadata: { ...Object(other.metadata), ...more } };
  };
  const web = http("app", ["backend", "api"]);
  const names = (world: readonly Manifest[], request = {}) =>
    grantingIn(snapshotOf([web, ...world]), request).grants.map(({ id }) => id.name);

  it("count on where another grant has theirs", () => {
    expect(names([])).toEqual(["app-httproute-api"]);
    expect(names([taken("app-httproute-api")])).toEqual(["app-httproute-api-2"]);
    expect(names([taken("app-httproute-api"), taken("app-httproute-api-2")])).toEqual(["app-httproute-api-3"]);
    expect(names([taken("app-httproute-api", { deletionTimestamp: "2026-01-01T00:00:00Z" })])).toEqual([
      "app-httproute-api-2",
    ]);
  });

  it("that are asked for are not given where another grant has them", () => {
    const granting = (world: readonly Manifest[]): Granting =>
      grantingIn(snapshotOf([web, ...world]), { name: "mine" });
    expect(granting([])).toMatchObject({ overwritten: [], grants: [{ id: { name: "mine" } }] });
    expect(granting([taken("mine")])).toMatchObject({ overwritten: [{ namespace: "backend", name: "mine" }] });
    // One of the same name elsewhere is no hindrance.
    expect(granting([grant("app", "mine", [{}], [{}])])).toMatchObject({ overwritten: [] });
  });

  it("that are asked for may be those of the grant that is printed again", () => {
    const allow = grant("backend", "mine", [{}], [{ name: "api" }]);
    expect(grantingIn(snapshotOf([web, allow]), { name: "mine", all: true })).toMatchObject({
      overwritten: [],
      grants: [{ id: { name: "mine" } }],
    });
  });
});

describe("versions", () => {
  const version = (more: Partial<Snapshot>, apiVersion: string | null = null) =>
    grantingIn({ ...snapshotOf([http("app", ["backend", "api"]), namespace("backend")]), ...more }, { apiVersion })
      .grants[0]?.manifest.apiVersion;
  const serving = (served: string): Partial<Snapshot> => ({
    source: "cluster",
    served: [{ group: GW, kind: "ReferenceGrant", version: served }],
  });

  it("are those of the cluster, v1beta1 for files, or what is asked for", () => {
    expect(version({})).toBe(`${GW}/v1beta1`);
    expect(version(serving("v1"))).toBe(`${GW}/v1`);
    expect(version(serving("v1alpha2"))).toBe(`${GW}/v1alpha2`);
    expect(version(serving("v1"), `${GW}/v1beta1`)).toBe(`${GW}/v1beta1`);
  });
});

describe("what is said beside", () => {
  it("a target that is not there yet, with a near name, and that name elsewhere", () => {
    const world = [
      http("app", ["backend", "ordres"]),
      core("Service", "backend", "orders"),
      core("Service", "other", "ordres"),
    ];
    expect(grantingIn(snapshotOf(world))).toMatchObject({
      grants: [{ id: { namespace: "backend" } }],
      early: [
        {
          target: { namespace: "backend", name: "ordres" },
          near: "orders",
          elsewhere: [{ namespace: "other", name: "ordres" }],
        },
      ],
      incurable: [],
    });
  });

  it("nothing of a target that is not there, or not known to be missing", () => {
    const there = [http("app", ["backend", "api"]), core("Service", "backend", "api")];
    expect(grantingIn(snapshotOf(there)).early).toEqual([]);
    expect(grantingIn(snapshotOf([http("app", ["backend", "api"])], false), { assumeRefused: true }).early).toEqual([]);
  });

  it("one target once, however many refer to it", () => {
    const world = [http("app", ["backend", "api"]), http("shop", ["backend", "api"]), namespace("backend")];
    expect(grantingIn(snapshotOf(world)).early).toHaveLength(1);
  });

  it("a Service that stands for a name outside", () => {
    const external = { ...core("Service", "backend", "api"), spec: { type: "ExternalName", externalName: "a.b" } };
    const world = [http("app", ["backend", "api"]), external];
    expect(grantingIn(snapshotOf(world)).externalNames).toMatchObject([{ namespace: "backend", name: "api" }]);
    const allow = grant("backend", "allow", [{}], [{}]);
    expect(grantingIn(snapshotOf([...world, allow])).externalNames).toEqual([]);
    expect(grantingIn(snapshotOf([world[0] ?? external, core("Service", "backend", "api")])).externalNames).toEqual([]);
  });

  it("what is permitted and names nothing", () => {
    const world = [http("app", ["backend", "gone"]), grant("backend", "allow", [{}], [{}]), namespace("backend")];
    expect(grantingIn(snapshotOf(world)).dangling.map(placeOf)).toEqual(["web-app rules[0].backendRefs[0]"]);
  });

  it("a grant that may not be enough", () => {
    const world = [http("app", ["backend", "x", { group: GWX, kind: "XBackend", port: undefined }])];
    expect(grantingIn(snapshotOf(world)).doubtful.map(({ decision }) => placeOf(decision))).toEqual([
      "web-app rules[0].backendRefs[0]",
    ]);
  });

  it("what helps where no grant does, of a kind that there is not", () => {
    const world = [http("app", ["backend", "api", { kind: "Services" }]), core("Service", "backend", "api")];
    expect(grantingIn(snapshotOf(world))).toMatchObject({
      grants: [],
      incurable: [{ why: "no-such-kind", advice: { repairs: [{ repair: "correct-reference" }, {}] } }],
    });
  });

  it("how many are permitted already: by grants, and under a mesh, not at home", () => {
    const mesh = route("HTTPRoute", "app", "mesh", {
      ...refs(["backend", "api"]),
      parentRefs: [{ group: "", kind: "Service", name: "own" }],
    });
    const allow = grant("shared", "allow", [{}], [{}]);
    const world = [http("app", ["app", "own"], ["shared", "x"]), mesh, allow, core("Service", "app", "own")];
    expect(grantingIn(snapshotOf(world))).toMatchObject({ settled: 2, grants: [] });
  });
});

describe("objects that are asked about", () => {
  it("are the only ones that get grants", () => {
    const world = snapshotOf([http("app", ["backend", "api"]), http("shop", ["backend", "api"])]);
    const objects = [{ group: GW, kind: "HTTPRoute", namespace: "shop", name: "web-shop" }];
    expect(grantLines(grantingIn(world, { objects }))).toEqual([
      "backend/shop-httproute-api: HTTPRoute shop → Service api",
    ]);
  });

  it("may be none, or not there", () => {
    const world = snapshotOf([http("app", ["backend", "api"])]);
    const gone = { group: GW, kind: "HTTPRoute", namespace: "app", name: "gone" };
    for (const objects of [[], [gone]]) {
      expect(grantingIn(world, { objects })).toMatchObject({ grants: [], incurable: [], unknown: [], settled: 0 });
    }
  });

  it("may lie in namespaces called as nothing else is", () => {
    const names = ["constructor", "to-string", "has-own-property"];
    const world = names.map((home) => http(home, ["valueof", "api"]));
    expect(contents(world)).toEqual([
      "valueof: HTTPRoute constructor, HTTPRoute has-own-property, HTTPRoute to-string → Service api",
    ]);
  });
});
