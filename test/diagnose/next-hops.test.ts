import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONTEXT_KINDS } from "../../src/catalogue/kinds.ts";
import { KINDS, kindInfo } from "../../src/catalogue/known.ts";
import type { Gap } from "../../src/model/gap.ts";
import type { Hop } from "../../src/model/hop.ts";
import { type Need, needKey } from "../../src/model/need.ts";
import { type GroupKind, keyOf, type ObjectId, sameGroupKind } from "../../src/model/object.ts";
import { extended, type Snapshot } from "../../src/model/snapshot.ts";
import { audit, inquire } from "../../src/pipeline.ts";
import { hopText } from "../../src/render/hop-prose.ts";
import { SEED } from "../harness/law-runs.ts";
import { auditJson } from "../harness/printed.ts";
import { core, GW, gateway, grant, type Manifest, namespace, object, route, snapshotOf } from "../harness/world.ts";

const ROUTE: ObjectId = { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" };
const ISTIO = "istio.io/gateway-controller";

const gatewayClass = (controllerName: string): Manifest =>
  object(`${GW}/v1`, "GatewayClass", null, "x", { controllerName });

const service = (spec: object, name = "api"): Manifest =>
  object("v1", "Service", "backend", name, { ports: [{ port: 80 }, { port: 443 }], selector: { app: "api" }, ...spec });

const pod = (name: string, labels: Record<string, string>): Manifest => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "backend", name, labels: { app: "api", ...labels } },
});

const slice = (endpoints: readonly object[], name = "api", suffix = "1"): Manifest => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: {
    namespace: "backend",
    name: `${name}-${suffix}`,
    labels: { "kubernetes.io/service-name": name },
  },
  addressType: "IPv4",
  endpoints,
});

const endpoint = (address: string, ready: boolean | null, target: string | null = null): object => ({
  addresses: [address],
  ...(ready === null ? {} : { conditions: { ready } }),
  ...(target === null ? {} : { targetRef: { kind: "Pod", name: target } }),
});

const policy = (name: string, spec: object, home = "backend"): Manifest =>
  object("networking.k8s.io/v1", "NetworkPolicy", home, name, { podSelector: {}, policyTypes: ["Ingress"], ...spec });

const DENY = policy("deny", {});
const fromNamespace = (labels: object) => [{ from: [{ namespaceSelector: { matchLabels: labels } }] }];

const backendRef = (more: object = {}): object => ({ name: "api", namespace: "backend", port: 80, ...more });

interface Parts {
  readonly backendRefs?: readonly object[];
  readonly parentRefs?: readonly object[];
  readonly gateway?: object;
  readonly controller?: string;
  readonly service?: Manifest;
  readonly endpoints?: readonly object[];
  readonly more?: readonly Manifest[];
}

/** A route that is permitted to reach a healthy Service by a Gateway of Istio's, but for what is said otherwise. */
function worldOf(parts: Parts = {}): readonly Manifest[] {
  return [
    gatewayClass(parts.controller ?? ISTIO),
    gateway(
      "edge",
      "shared",
      [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } }],
      parts.gateway,
    ),
    route("HTTPRoute", "app", "web", {
      parentRefs: parts.parentRefs ?? [{ name: "shared", namespace: "edge" }],
      rules: [{ backendRefs: parts.backendRefs ?? [backendRef()] }],
    }),
    grant("backend", "open", [{}], [{}]),
    ...["app", "edge", "backend"].map((name) => namespace(name, { team: name })),
    parts.service ?? service({}),
    slice(parts.endpoints ?? [endpoint("10.0.0.1", true)]),
    ...(parts.more ?? []),
  ];
}

function hopsIn(snapshot: Snapshot): readonly Hop[] {
  const { answer, needs } = inquire(snapshot, { objects: [ROUTE], hops: true });
  expect(needs).toEqual([]);
  return answer.answers.flatMap(({ hops }) => hops);
}

const onCluster = (parts: Parts): Snapshot => ({ ...snapshotOf(worldOf(parts)), source: "cluster" });
const messages = (hops: readonly Hop[]): readonly string[] => hops.map((hop) => hopText(hop).message);
const said = (parts: Parts): readonly string[] => messages(hopsIn(onCluster(parts)));

const forbidden = (kind: GroupKind, where: string | null): Gap => ({
  cause: "forbidden",
  groupKind: kind,
  namespace: where,
  detail: "may not",
});

interface Read {
  readonly hops: readonly Hop[];
  /** What was asked for, in each turn. */
  readonly turns: readonly (readonly string[])[];
}

/** Reads a world by needs, of which some kinds are hidden from the caller. */
function readByNeeds(world: readonly Manifest[], hiddenKinds: readonly string[] = []): Read {
  const whole = snapshotOf(world);
  const answered = (need: Need) => {
    const kind = need.read === "object" ? need.id : need.groupKind;
    const where = need.read === "object" ? need.id.namespace : need.namespace;
    if (hiddenKinds.includes(kind.kind)) return { objects: [], gap: forbidden(kind, where) };
    const objects = [...whole.objects.values()].filter((candidate) => {
      if (need.read === "object") return keyOf(candidate.id) === keyOf(need.id);
      return (
        sameGroupKind(candidate.id, kind) &&
        (where === null || candidate.id.namespace === where) &&
        (need.name === null || candidate.id.name === need.name) &&
        [...(need.labels ?? [])].every(([key, value]) => candidate.labels.get(key) === value)
      );
    });
    return { objects, gap: null };
  };
  const served = KINDS.map(({ group, kind, versions }) => ({ group, kind, version: versions?.[0] ?? "v1" }));
  let snapshot: Snapshot = { ...whole, source: "cluster", served, objects: new Map(), asked: new Map() };
  const turns: (readonly string[])[] = [];
  for (;;) {
    const { answer, needs } = inquire(snapshot, { objects: [ROUTE], hops: true });
    if (needs.length === 0) return { hops: answer.answers.flatMap(({ hops }) => hops), turns };
    expect(turns.length).toBeLessThan(10);
    const causes = answer.answers.flatMap(({ hops }) => hops.flatMap((hop) => ("gap" in hop ? [hop.gap.cause] : [])));
    expect(causes).not.toContain("not-read");
    turns.push(needs.map(needKey));
    const readings = needs.map((need) => ({ key: needKey(need), ...answered(need) }));
    snapshot = extended(snapshot, {
      objects: readings.flatMap(({ objects }) => objects),
      outcomes: new Map(readings.map(({ key, gap }) => [key, gap])),
    });
  }
}

describe("a healthy way", () => {
  it("has no hops to tell of", () => {
    expect(hopsIn(onCluster({}))).toEqual([]);
  });

  it("is not looked at unless asked for", () => {
    const { answer } = inquire(onCluster({ endpoints: [] }), { objects: [ROUTE], hops: false });
    expect(answer.answers.map(({ hops }) => hops)).toEqual([[]]);
  });
});

describe("the Service", () => {
  const cases: readonly [string, Parts, readonly string[]][] = [
    [
      "has another port",
      { backendRefs: [backendRef({ port: 8080 })] },
      ["Service backend/api has no port 8080: it has 80 and 443"],
    ],
    [
      "is looked at once for each port",
      { backendRefs: [backendRef(), backendRef({ port: 81 }), backendRef({ port: 81 }), backendRef({ port: 82 })] },
      [
        "Service backend/api has no port 81: it has 80 and 443",
        "Service backend/api has no port 82: it has 80 and 443",
      ],
    ],
    [
      "has no ports",
      { service: service({ ports: [], clusterIP: "None" }) },
      ["Service backend/api has no port 80: it has none"],
    ],
    ["has ports that cannot be read", { service: service({ ports: "80" }) }, []],
    ["is named without a port", { backendRefs: [backendRef({ port: undefined })] }, []],
    ["holds nothing but its name", { service: core("Service", "backend", "api"), endpoints: [] }, []],
    [
      "is another name, whose ports and endpoints say nothing",
      {
        service: service({ type: "ExternalName", externalName: "api.example.com", ports: [], selector: null }),
        endpoints: [],
        more: [DENY],
      },
      ["Service backend/api is of type ExternalName (api.example.com), which implementations should not forward to"],
    ],
    [
      "has no selector",
      { service: service({ selector: {} }), more: [DENY] },
      ["Service backend/api has no selector: requests go to 1 endpoint that somebody else wrote for it"],
    ],
    [
      "has neither selector nor endpoints",
      { service: service({ selector: undefined }), endpoints: [] },
      ["Service backend/api has no selector, and nobody has written endpoints for it"],
    ],
    [
      "has no selector, and endpoints that are not ready",
      { service: service({ selector: {} }), endpoints: [endpoint("10.0.0.1", false)] },
      ["Service backend/api has no selector, and none of the endpoints written for it is ready (1)"],
    ],
  ];
  it.each(cases)("%s", (_, parts, expected) => {
    expect(said(parts)).toEqual(expected);
  });

  it("is no destination where it is missing, which is a finding already", () => {
    const { answer } = inquire(onCluster({ backendRefs: [backendRef({ name: "gone" })] }), {
      objects: [ROUTE],
      hops: true,
    });
    expect(answer.answers.flatMap(({ hops }) => hops)).toEqual([]);
    expect(answer.answers.flatMap(({ findings }) => findings.map(({ code }) => code))).toContain("target-not-found");
  });

  it("is no destination where the reference is refused", () => {
    const world = worldOf({ endpoints: [] }).filter(({ kind }) => kind !== "ReferenceGrant");
    expect(hopsIn({ ...snapshotOf(world), source: "cluster" })).toEqual([]);
  });

  it("may be in the route's own namespace", () => {
    const own = object("v1", "Service", "app", "own", { ports: [{ port: 80 }], selector: { app: "own" } });
    expect(said({ backendRefs: [{ name: "own", port: 80 }], more: [own] })).toEqual([
      "Service app/own has no endpoints: does its selector match the labels of any Pod?",
    ]);
  });
});

describe("endpoints", () => {
  const none = "Service backend/api has no endpoints: does its selector match the labels of any Pod?";
  const cases: readonly [string, Parts, readonly string[]][] = [
    ["there are none", { endpoints: [] }, [none]],
    [
      "one is not ready",
      { endpoints: [endpoint("10.0.0.1", false)] },
      ["the one endpoint of Service backend/api is not ready"],
    ],
    [
      "none is ready",
      { endpoints: [endpoint("10.0.0.1", false), endpoint("10.0.0.2", false)] },
      ["none of the 2 endpoints of Service backend/api is ready"],
    ],
    ["one of several is ready", { endpoints: [endpoint("10.0.0.1", false), endpoint("10.0.0.2", true)] }, []],
    ["one that does not say is ready", { endpoints: [endpoint("10.0.0.1", null)] }, []],
    [
      "one in the other slice is ready",
      { endpoints: [endpoint("10.0.0.1", false)], more: [slice([endpoint("10.0.0.2", true)], "api", "2")] },
      [],
    ],
    [
      "a Pod with two families of addresses counts once",
      {
        endpoints: [endpoint("10.0.0.1", false, "api-0")],
        more: [slice([endpoint("fd00::1", false, "api-0")], "api", "2")],
      },
      ["the one endpoint of Service backend/api is not ready"],
    ],
    [
      "a Pod that is ready in one slice is ready",
      {
        endpoints: [endpoint("10.0.0.1", true, "api-0")],
        more: [slice([endpoint("fd00::1", false, "api-0")], "api", "2")],
      },
      [],
    ],
    [
      "those of another Service do not count",
      { endpoints: [], more: [slice([endpoint("10.0.0.2", true)], "other")] },
      [none],
    ],
  ];
  it.each(cases)("%s", (_, parts, expected) => {
    expect(said(parts)).toEqual(expected);
  });
});

describe("NetworkPolicies, where the proxies run in the Gateway's namespace", () => {
  const kept = "admits nothing from namespace edge, where the proxies of the Gateway run";
  const cases: readonly [string, readonly Manifest[], readonly string[]][] = [
    ["one admits nothing", [DENY], [`NetworkPolicy deny selects the Pods behind Service backend/api, and ${kept}`]],
    ["one of another namespace", [policy("deny", {}, "app")], []],
    ["one is for other Pods", [policy("deny", { podSelector: { matchLabels: { app: "db" } } })], []],
    ["one is for what goes out", [policy("deny", { policyTypes: ["Egress"] })], []],
    [
      "one does not say for what it is",
      [policy("deny", { policyTypes: undefined, ingress: [] })],
      [`NetworkPolicy deny selects the Pods behind Service backend/api, and ${kept}`],
    ],
    ["one cannot be read", [policy("deny", { ingress: "none" })], []],
    ["one admits everyone", [policy("open", { ingress: [{}] })], []],
    ["one admits everyone, with a list that is empty", [policy("open", { ingress: [{ from: [] }] })], []],
    ["one admits a peer that cannot be read", [policy("open", { ingress: [{ from: [{}] }] })], []],
    [
      "one admits the namespace by its name",
      [policy("open", { ingress: fromNamespace({ "kubernetes.io/metadata.name": "edge" }) })],
      [],
    ],
    ["one admits the namespace by another label", [policy("open", { ingress: fromNamespace({ team: "edge" }) })], []],
    [
      "one admits another namespace",
      [policy("other", { ingress: fromNamespace({ team: "app" }) })],
      [`NetworkPolicy other selects the Pods behind Service backend/api, and ${kept}`],
    ],
    ["one admits every namespace", [policy("open", { ingress: fromNamespace({}) })], []],
    [
      "one admits some Pods of the namespace, which the proxies may be",
      [
        policy("open", {
          ingress: [
            {
              from: [
                { namespaceSelector: { matchLabels: { team: "edge" } }, podSelector: { matchLabels: { x: "y" } } },
              ],
            },
          ],
        }),
      ],
      [],
    ],
    [
      "one admits Pods of its own namespace",
      [policy("own", { ingress: [{ from: [{ podSelector: {} }] }] })],
      [`NetworkPolicy own selects the Pods behind Service backend/api, and ${kept}`],
    ],
    [
      "one admits addresses, which the proxies may have",
      [policy("open", { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] })],
      [],
    ],
    ["policies add up", [DENY, policy("open", { ingress: fromNamespace({ team: "edge" }) })], []],
    [
      "one that admits is for other Pods",
      [
        DENY,
        policy("open", {
          podSelector: { matchLabels: { app: "db" } },
          ingress: fromNamespace({ team: "edge" }),
        }),
      ],
      [`NetworkPolicy deny selects the Pods behind Service backend/api, and ${kept}`],
    ],
    [
      "none of several admits",
      [DENY, policy("own", { ingress: [{ from: [{ podSelector: {} }] }] })],
      [
        "NetworkPolicies deny and own select the Pods behind Service backend/api, and none of them admits anything from namespace edge, where the proxies of the Gateway run",
      ],
    ],
  ];
  it.each(cases)("%s", (_, more, expected) => {
    expect(said({ more })).toEqual(expected);
  });

  describe("selecting by a label that the Service does not ask for", () => {
    const DENY_BLUE = policy("deny-blue", { podSelector: { matchLabels: { color: "blue" } } });
    const OPEN_BLUE = policy("open-blue", {
      podSelector: { matchLabels: { color: "blue" } },
      ingress: fromNamespace({ team: "edge" }),
    });
    const [red, blue] = [pod("red", { color: "red" }), pod("blue", { color: "blue" })];
    const pods: typeof cases = [
      ["no Pod has it", [DENY_BLUE, red], []],
      ["there are no Pods", [DENY_BLUE], []],
      [
        "one of two Pods has it",
        [DENY_BLUE, red, blue],
        [`NetworkPolicy deny-blue selects 1 of the 2 Pods behind Service backend/api, and ${kept}`],
      ],
      [
        "the only Pod has it",
        [DENY_BLUE, blue],
        [`NetworkPolicy deny-blue selects the Pods behind Service backend/api, and ${kept}`],
      ],
      [
        "only the Pods that have it are let in",
        [DENY, OPEN_BLUE, red, blue],
        [`NetworkPolicy deny selects 1 of the 2 Pods behind Service backend/api, and ${kept}`],
      ],
      ["all Pods have it, and are let in", [DENY, OPEN_BLUE, blue], []],
    ];
    it.each(pods)("%s", (_, more, expected) => {
      expect(said({ more })).toEqual(expected);
    });
  });

  it("admit the Gateway that has its home with the Pods", () => {
    const own = policy("own", { ingress: [{ from: [{ podSelector: {} }] }] });
    const listeners = [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } }];
    const more = [gateway("backend", "near", listeners), own];
    expect(said({ more, parentRefs: [{ name: "near", namespace: "backend" }] })).toEqual([]);
    expect(
      said({
        more,
        parentRefs: [
          { name: "near", namespace: "backend" },
          { name: "shared", namespace: "edge" },
        ],
      }),
    ).toEqual([`NetworkPolicy own selects the Pods behind Service backend/api, and ${kept}`]);
  });

  it("count for the Gateway behind a ListenerSet", () => {
    const set = object(`${GW}/v1`, "ListenerSet", "app", "mine", {
      parentRef: { name: "shared", namespace: "edge" },
      listeners: [{ name: "http", port: 81, protocol: "HTTP" }],
    });
    const parts: Parts = {
      gateway: { allowedListeners: { namespaces: { from: "All" } } },
      parentRefs: [{ group: GW, kind: "ListenerSet", name: "mine" }],
      more: [set, DENY],
    };
    expect(said(parts)).toEqual([`NetworkPolicy deny selects the Pods behind Service backend/api, and ${kept}`]);
  });

  it("are not told of under a parent that refuses the route", () => {
    expect(said({ parentRefs: [{ name: "shared", namespace: "edge", sectionName: "none" }], more: [DENY] })).toEqual(
      [],
    );
  });
});

describe("NetworkPolicies, where it is not known from where the proxies come", () => {
  const told = "NetworkPolicy deny (admits nothing) selects the Pods behind Service backend/api, and keeps others away";
  const cases: readonly [string, Parts, string][] = [
    [
      "an unknown controller",
      { controller: "example.com/c" },
      "where the proxies of controller example.com/c run is not known",
    ],
    [
      "a namespace of the controller's own",
      { controller: "traefik.io/gateway-controller" },
      "by default the proxies of controller traefik.io/gateway-controller run in its own namespace, and no object says which that is",
    ],
    [
      "the nodes",
      { controller: "io.cilium/gateway-controller" },
      "the proxies of controller io.cilium/gateway-controller run on the nodes, where they are no Pods to a NetworkPolicy",
    ],
    [
      "outside the cluster",
      { controller: "gateway.k8s.aws/alb" },
      "the proxies of controller gateway.k8s.aws/alb run outside the cluster",
    ],
    [
      "proxies that somebody deploys by hand",
      { gateway: { addresses: [{ type: "Hostname", value: "ingress.istio-gateways.svc.cluster.local" }] } },
      `where the proxies of controller ${ISTIO} run is not known`,
    ],
    [
      "proxies behind several addresses",
      { gateway: { addresses: [{ value: "192.0.2.1" }, { value: "192.0.2.2" }] } },
      `where the proxies of controller ${ISTIO} run is not known`,
    ],
    [
      "outside the cluster, under a name",
      { controller: "gateway.k8s.aws/nlb", gateway: { addresses: [{ type: "Hostname", value: "lb.example.com" }] } },
      "the proxies of controller gateway.k8s.aws/nlb run outside the cluster",
    ],
    ["a class that is not there", { gateway: { gatewayClassName: "gone" } }, "where the proxies run is not known"],
    [
      "a mesh",
      { parentRefs: [{ group: "", kind: "Service", name: "own" }], more: [core("Service", "app", "own")] },
      "requests come from the Pods of the mesh that send them",
    ],
  ];
  it.each(cases)("%s", (_, parts, origin) => {
    expect(said({ ...parts, more: [...(parts.more ?? []), DENY] })).toEqual([`${told}: ${origin}`]);
  });

  it("are told of for each way that requests come", () => {
    const mesh = { group: "", kind: "Service", name: "own" };
    const parts: Parts = {
      parentRefs: [{ name: "shared", namespace: "edge" }, mesh],
      more: [core("Service", "app", "own"), DENY],
    };
    expect(hopsIn(onCluster(parts))).toMatchObject([
      { hop: "network-policy", proxies: { run: "gateway", namespace: "edge" } },
      { hop: "network-policy", proxies: { run: "client" } },
    ]);
  });

  it("are not judged, but named with what they admit", () => {
    const ingress = [
      { from: [{ podSelector: { matchLabels: { role: "web" } } }, { ipBlock: { cidr: "10.0.0.0/8" } }] },
      { from: [{ namespaceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] }, podSelector: {} }] },
    ];
    expect(said({ controller: "example.com/c", more: [policy("some", { ingress }), DENY] })).toEqual([
      "NetworkPolicies deny (admits nothing) and some (admits Pods labelled role=web of its own namespace, addresses in 10.0.0.0/8 and all Pods in namespaces labelled team) select the Pods behind Service backend/api, and keep others away: where the proxies of controller example.com/c run is not known",
    ]);
  });

  it("are not told of where one admits everyone", () => {
    expect(said({ controller: "example.com/c", more: [DENY, policy("open", { ingress: [{}] })] })).toEqual([]);
  });

  it("keep a Gateway with one IP address where it is deployed", () => {
    expect(hopsIn(onCluster({ gateway: { addresses: [{ value: "192.0.2.1" }] }, more: [DENY] }))).toMatchObject([
      { hop: "network-policy", proxies: { run: "gateway", namespace: "edge" } },
    ]);
  });
});

describe("read by needs", () => {
  const asksFor = (turns: Read["turns"], kind: string) => turns.flat().filter((key) => key.includes(`/${kind} `));
  const DENY_BLUE = policy("deny-blue", { podSelector: { matchLabels: { color: "blue" } } });

  it("tells what a whole world tells", () => {
    for (const parts of [
      {},
      { endpoints: [] },
      { more: [DENY] },
      { more: [DENY_BLUE, pod("blue", { color: "blue" })] },
    ]) {
      expect(messages(readByNeeds(worldOf(parts)).hops)).toEqual(said(parts));
    }
  });

  it("asks for endpoints and policies along with the Service", () => {
    const { turns } = readByNeeds(worldOf());
    const turnOf = (part: string) => turns.findIndex((keys) => keys.some((key) => key.includes(part)));
    expect(turnOf("EndpointSlice")).toBe(turnOf("/Service/"));
    expect(turnOf("NetworkPolicy")).toBe(turnOf("/Service/"));
  });

  it("asks for Pods only where the Service's selector does not settle what a policy selects", () => {
    expect(asksFor(readByNeeds(worldOf({ more: [DENY] })).turns, "Pod")).toEqual([]);
    expect(asksFor(readByNeeds(worldOf({ more: [DENY_BLUE] })).turns, "Pod")).toEqual(["all /Pod backend  app=api"]);
  });

  it("asks for the Gateway's namespace only where its name does not settle what a policy admits", () => {
    const more = (labels: object) => [policy("some", { ingress: fromNamespace(labels) })];
    const byName = readByNeeds(worldOf({ more: more({ "kubernetes.io/metadata.name": "edge" }) }));
    expect(byName.turns.flat()).not.toContain("object /Namespace//edge");
    const byTeam = readByNeeds(worldOf({ more: more({ team: "edge" }) }));
    expect(byTeam.turns.flat()).toContain("object /Namespace//edge");
  });

  it("tells of no policy where one that admits may select the Pods", () => {
    const open = policy("open-blue", {
      podSelector: { matchLabels: { color: "blue" } },
      ingress: fromNamespace({ team: "edge" }),
    });
    for (const more of [
      [DENY_BLUE, open],
      [DENY, open],
    ]) {
      expect(readByNeeds(worldOf({ more }), ["Pod"]).hops.map(({ hop }) => hop)).toEqual(["not-looked-at"]);
    }
  });

  it("asks for the same, however many other routes, Services and policies there are", () => {
    const others = [1, 2, 3].flatMap((n) => [
      route("HTTPRoute", "app", `other-${n}`, { rules: [] }),
      service({}, `other-${n}`),
      policy(`other-${n}`, { podSelector: { matchLabels: { app: `other-${n}` } } }),
    ]);
    expect(readByNeeds(worldOf({ more: others })).turns).toEqual(readByNeeds(worldOf()).turns);
  });

  const cases: readonly [string, Parts, readonly string[], readonly (readonly [string, string | null])[]][] = [
    [
      "EndpointSlices",
      { endpoints: [] },
      ["EndpointSlice"],
      [
        [
          "whether Services of namespace backend have ready endpoints is not known: may not",
          "kubectl auth can-i list endpointslices.discovery.k8s.io -n backend",
        ],
      ],
    ],
    [
      "EndpointSlices of a Service that has nothing else",
      { service: service({ selector: {} }) },
      ["EndpointSlice"],
      [
        [
          "Service backend/api has no selector: requests go to the endpoints that somebody else writes for it",
          "kubectl get endpointslices -n backend -l kubernetes.io/service-name=api",
        ],
        [
          "whether Services of namespace backend have ready endpoints is not known: may not",
          "kubectl auth can-i list endpointslices.discovery.k8s.io -n backend",
        ],
      ],
    ],
    [
      "NetworkPolicies",
      { more: [DENY] },
      ["NetworkPolicy"],
      [
        [
          "whether NetworkPolicies of namespace backend keep requests away is not known: may not",
          "kubectl auth can-i list networkpolicies.networking.k8s.io -n backend",
        ],
      ],
    ],
    [
      "Pods",
      { more: [DENY_BLUE] },
      ["Pod"],
      [
        [
          "NetworkPolicy deny-blue may select Pods behind Service backend/api, and admits nothing from namespace edge, where the proxies of the Gateway run",
          "kubectl describe networkpolicies deny-blue -n backend",
        ],
        [
          "which Pods of namespace backend its NetworkPolicies select is not known: may not",
          "kubectl auth can-i list pods -n backend",
        ],
      ],
    ],
    [
      "Namespaces",
      { more: [policy("team", { ingress: fromNamespace({ team: "app" }) })] },
      ["Namespace"],
      [
        [
          "whether NetworkPolicies admit the proxies of the Gateway is not known: may not",
          "kubectl auth can-i get namespaces",
        ],
      ],
    ],
    [
      "GatewayClasses",
      { more: [DENY] },
      ["GatewayClass"],
      [
        [
          "NetworkPolicy deny (admits nothing) selects the Pods behind Service backend/api, and keeps others away: where the proxies run is not known",
          "kubectl describe networkpolicies deny -n backend",
        ],
        [
          "whether NetworkPolicies admit the proxies of the Gateway is not known: may not",
          "kubectl auth can-i get gatewayclasses.gateway.networking.k8s.io",
        ],
      ],
    ],
    [
      "Services",
      { more: [DENY] },
      ["Service"],
      [
        [
          "what ports and endpoints Service backend/api has is not known: may not",
          "kubectl auth can-i get services -n backend",
        ],
      ],
    ],
  ];
  it.each(cases)("says that it may not see %s", (_, parts, hiddenKinds, expected) => {
    const told = readByNeeds(worldOf(parts), hiddenKinds).hops.map(hopText);
    expect(told.map(({ message, command }) => [message, command])).toEqual(expected);
  });

  it("does not say so of what it did not need", () => {
    expect(readByNeeds(worldOf({ more: [DENY] }), ["Pod", "Namespace"]).hops.map(({ hop }) => hop)).toEqual([
      "network-policy",
    ]);
    const named = service({ type: "ExternalName", externalName: "x" });
    expect(
      readByNeeds(worldOf({ service: named }), ["EndpointSlice", "NetworkPolicy"]).hops.map(({ hop }) => hop),
    ).toEqual(["external-name"]);
  });

  it("says so once for all Services of a namespace", () => {
    const more = [service({}, "other")];
    const backendRefs = [backendRef(), backendRef({ name: "other" })];
    const { hops } = readByNeeds(worldOf({ backendRefs, more }), ["EndpointSlice"]);
    expect(hops.map(({ hop, service: { name } }) => [hop, name])).toEqual([["not-looked-at", "api"]]);
  });
});

/** Policies with a few labels to select by, and whether they admit the Gateway's namespace; Pods with those labels. */
describe("NetworkPolicies over Pods, held against what Kubernetes says of them", () => {
  const labels = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("0", "1"), { noNullPrototype: true });
  const worlds = fc.record({
    policies: fc.array(fc.record({ selects: labels, admits: fc.boolean() }), { maxLength: 4 }),
    pods: fc.array(labels, { minLength: 1, maxLength: 3 }),
    selector: labels,
  });
  type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

  const manifests = ({ policies, pods, selector }: World): readonly Manifest[] =>
    worldOf({
      service: service({ selector: { app: "api", ...selector } }),
      more: [
        ...policies.map(({ selects, admits }, index) =>
          policy(`p${index}`, {
            podSelector: { matchLabels: selects },
            ingress: admits ? fromNamespace({ team: "edge" }) : [],
          }),
        ),
        ...pods.map((more, index) => pod(`pod${index}`, { ...more, ...selector })),
      ],
    });

  /** For each Pod the policies that keep the Gateway's namespace away, or none if something lets it in. */
  const keptAway = ({ policies, pods, selector }: World): readonly (readonly string[])[] =>
    pods.map((more) => {
      const own: Record<string, string> = { ...more, ...selector };
      const selecting = policies
        .map((one, index) => ({ ...one, name: `p${index}` }))
        .filter(({ selects }) => Object.entries(selects).every(([key, value]) => own[key] === value));
      return selecting.some(({ admits }) => admits) ? [] : selecting.map(({ name }) => name);
    });

  const policyHops = (hops: readonly Hop[]) => hops.filter((hop) => hop.hop === "network-policy");

  it("tells of just those that keep something away, and from how many Pods", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const kept = keptAway(world).filter((names) => names.length > 0);
        const told = policyHops(readByNeeds(manifests(world)).hops);
        expect(told.map(({ policies }) => policies.map(({ id }) => id.name))).toEqual(
          kept.length === 0 ? [] : [[...new Set(kept.flat())].toSorted()],
        );
        for (const { selection } of told) {
          if (selection.by === "pods")
            expect(selection).toMatchObject({ selected: kept.length, all: world.pods.length });
          else expect(kept.length).toBe(world.pods.length);
        }
      }),
      SEED,
    );
  });

  it("is not certain of anything untrue where Pods may not be seen", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const told = policyHops(readByNeeds(manifests(world), ["Pod"]).hops);
        if (told.some(({ selection }) => selection.by === "selector" && selection.certain)) {
          expect(keptAway(world).every((names) => names.length > 0)).toBe(true);
        }
      }),
      SEED,
    );
  });
});

describe("files", () => {
  const saidOf = (parts: Parts, closed: boolean) => messages(hopsIn(snapshotOf(worldOf(parts), closed)));

  it.each([true, false])("hold no endpoints to judge by (complete: %s)", (closed) => {
    expect(saidOf({ endpoints: [] }, closed)).toEqual([]);
    expect(saidOf({ endpoints: [], service: service({ selector: {} }) }, closed)).toEqual([
      "Service backend/api has no selector: requests go to the endpoints that somebody else writes for it",
    ]);
  });

  it.each([true, false])("may hold NetworkPolicies (complete: %s)", (closed) => {
    expect(saidOf({ more: [DENY] }, closed)).toEqual([
      "NetworkPolicy deny selects the Pods behind Service backend/api, and admits nothing from namespace edge, where the proxies of the Gateway run",
    ]);
    expect(
      saidOf({ more: [policy("deny-blue", { podSelector: { matchLabels: { color: "blue" } } })] }, closed),
    ).toEqual([
      "NetworkPolicy deny-blue may select Pods behind Service backend/api, and admits nothing from namespace edge, where the proxies of the Gateway run",
    ]);
  });

  it("that lack the Gateway's Namespace leave open what its labels are", () => {
    const more = [policy("team", { ingress: fromNamespace({ team: "app" }) })];
    const world = worldOf({ more }).filter(({ kind }) => kind !== "Namespace");
    expect(hopsIn(snapshotOf(world, false))).toEqual([]);
  });

  it("have every port of a Service", () => {
    expect(saidOf({ backendRefs: [backendRef({ port: 8080 })] }, false)).toEqual([
      "Service backend/api has no port 8080: it has 80 and 443",
    ]);
  });
});

describe("commands", () => {
  it("can be pasted, whatever the names are", () => {
    const name = "a'$(b);c";
    const odd = service({ ports: [] }, name);
    const commands = hopsIn(onCluster({ backendRefs: [backendRef({ name })], service: odd })).map(
      (hop) => hopText(hop).command,
    );
    expect(commands).toEqual([
      "kubectl get service 'a'\\''$(b);c' -n backend -o wide",
      "kubectl get endpointslices -n backend -l 'kubernetes.io/service-name=a'\\''$(b);c'",
    ]);
  });
});

describe("the kinds that hops are read from", () => {
  it("are known, and no audit lists them", () => {
    for (const info of CONTEXT_KINDS) {
      expect(kindInfo(info)).toBe(info);
      expect(KINDS.some((kind) => sameGroupKind(kind, info))).toBe(false);
    }
  });

  it("change nothing of an audit of files", () => {
    const scope = { namespace: null, selector: [] };
    const odd: Manifest = { apiVersion: "networking.k8s.io/v2", kind: "NetworkPolicy", metadata: { labels: { x: 1 } } };
    const unnamed: Manifest = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "blank" },
    };
    const context = [DENY, pod("a", {}), odd, unnamed, { ...slice([]), kind: "EndpointSliceList" }];
    const bare = audit(
      snapshotOf(
        worldOf().filter(({ kind }) => kind !== "EndpointSlice"),
        false,
      ),
      scope,
    );
    const full = audit(snapshotOf(worldOf({ more: context }), false), scope);
    expect(auditJson(full)).toBe(auditJson(bare));
  });
});
