import { describe, expect, it } from "vitest";
import { keyOf } from "../../src/model/object.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { judge } from "../../src/pipeline.ts";
import { type Sorting, sorted } from "../../src/scaffold/asked.ts";
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
import { placeOf } from "./scaffolded.ts";

/** What is to be done about one reference, with one condition varied at a time. */

const web = (ref: object = {}, more: object = {}): Manifest =>
  route("HTTPRoute", "app", "web", {
    rules: [{ backendRefs: [{ name: "api", namespace: "backend", port: 80, ...ref }] }],
    ...more,
  });
const api = core("Service", "backend", "api");
const PERMITTING = grant("backend", "allow", [{}], [{ name: "api" }]);
const REF = "web rules[0].backendRefs[0]";

const changed = (manifest: Manifest, metadata: object): Manifest => ({
  ...manifest,
  metadata: { ...Object(manifest.metadata), ...metadata },
});

function sortsIn(snapshot: Snapshot, ask: Partial<Sorting> = {}): readonly string[] {
  const objects = new Set([...snapshot.objects.values()].map(({ id }) => keyOf(id)));
  const { sight, decisions } = judge(snapshot, objects, () => {});
  return decisions.map((decision) => {
    const found = sorted(decision, { all: false, assumeRefused: false, snapshot, sight, ...ask });
    return `${placeOf(decision)}: ${found.sort}${found.sort === "incurable" ? ` ${found.why}` : ""}`;
  });
}

const sorts = (world: readonly Manifest[], ask: Partial<Sorting> = {}, closed = true) =>
  sortsIn(snapshotOf(world, closed), ask);

type Row = readonly [string, readonly Manifest[], readonly string[]];

const nameless = (length: number): Manifest => web({ name: "a".repeat(length) });

describe("references that a grant decides", () => {
  const ROWS: readonly Row[] = [
    ["refused", [web(), api], [`${REF}: grant`]],
    ["refused, and the target is not there", [web(), core("Service", "backend", "other")], [`${REF}: grant`]],
    ["permitted", [web(), api, PERMITTING], [`${REF}: settled`]],
    ["of the route's own namespace, which is written", [web({ namespace: "app" })], [`${REF}: settled`]],
    ["of the route's own namespace, which is not written", [web({ namespace: undefined })], [`${REF}: settled`]],
    ["with no weight, which is a reference all the same", [web({ weight: 0 }), api], [`${REF}: grant`]],
    ["with the group written that is the default", [web({ group: "" }), api], [`${REF}: grant`]],
    ["with a slip of the group", [web({ group: "core", kind: "Service" }), api], [`${REF}: incurable no-such-kind`]],
    ["with a slip of the kind", [web({ kind: "Services" }), api], [`${REF}: incurable no-such-kind`]],
    ["of a kind that nobody knows", [web({ group: "example.com", kind: "Backend" }), api], [`${REF}: grant`]],
    ["with the longest name", [nameless(253), api], [`${REF}: grant`]],
    ["with a name of capitals, which a grant may hold", [web({ name: "API_x" }), api], [`${REF}: grant`]],
    [
      "by a route in a namespace that none is called",
      [changed(web(), { namespace: "App_x" }), api],
      [`${REF}: incurable inadmissible`],
    ],
    ["of a namespace that files lack", [web({ namespace: "lost" }), api], [`${REF}: grant`]],
    [
      "by a route that the API server is to name",
      [changed(web(), { name: undefined, generateName: "web-" }), api],
      ["web-(generated name) rules[0].backendRefs[0]: grant"],
    ],
    [
      "with the grant of another kind of route",
      [web(), api, grant("backend", "allow", [{ kind: "GRPCRoute" }], [{}])],
      [`${REF}: grant`],
    ],
    [
      "with a grant in the route's namespace, where it does not count",
      [web(), api, grant("app", "allow", [{}], [{}])],
      [`${REF}: grant`],
    ],
    [
      "with the two halves in two grants",
      [web(), api, grant("backend", "a", [{}], [{ name: "b" }]), grant("backend", "b", [{ namespace: "b" }], [{}])],
      [`${REF}: grant`],
    ],
    [
      "with a grant that is being deleted, which counts",
      [web(), api, changed(PERMITTING, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
      [`${REF}: settled`],
    ],
    [
      "with a grant that the API server refuses",
      [web(), api, grant("backend", "allow", [{}, { namespace: "*" }], [{}])],
      [`${REF}: grant`],
    ],
    ["with a grant without spec", [web(), api, { ...PERMITTING, spec: undefined }], [`${REF}: grant`]],
    [
      "with a leftover ReferencePolicy, which does not count",
      [web(), api, { ...PERMITTING, apiVersion: `${GW}/v1alpha2`, kind: "ReferencePolicy" }],
      [`${REF}: grant`],
    ],
    [
      "of an InferencePool: a grant for the Service of that name does not count",
      [web({ group: "inference.networking.k8s.io", kind: "InferencePool" }), api, PERMITTING],
      [`${REF}: grant`],
    ],
    [
      "of an XBackend, of which it is disputed whether a grant is enough: refused",
      [web({ group: GWX, kind: "XBackend", port: undefined }), namespace("backend")],
      [`${REF}: grant`],
    ],
    [
      "of an XBackend: granted, and unknown",
      [
        web({ group: GWX, kind: "XBackend", port: undefined }),
        grant("backend", "allow", [{}], [{ group: GWX, kind: "XBackend" }]),
      ],
      [`${REF}: unknown`],
    ],
  ];

  it.each(ROWS)("%s", (_, world, expected) => {
    expect(sorts(world)).toEqual(expected);
  });

  it.each([
    ["a name that is too long", nameless(254)],
    ["a namespace that none is called", web({ namespace: "Back_end" })],
    ["a kind that none is called", web({ group: "a.io", kind: "a b" })],
    ["a group that none is called", web({ group: "a.io/v1", kind: "Backend" })],
  ])("are none with %s: what is wrong with them is a finding", (_, own) => {
    expect(sorts([own, api])).toEqual([]);
  });

  it("are left as they are under a mesh parent, and granted under a Gateway beside it", () => {
    const mesh = { group: "", kind: "Service", name: "front" };
    const edge = { name: "edge" };
    const world = (parentRefs: readonly object[]) => [
      web({}, { parentRefs }),
      api,
      gateway("app", "edge", [{ name: "http", port: 80, protocol: "HTTP" }]),
    ];
    expect(sorts(world([mesh])).filter((line) => line.startsWith(REF))).toEqual([`${REF}: settled`]);
    expect(sorts(world([mesh]), { all: true }).filter((line) => line.startsWith(REF))).toEqual([`${REF}: settled`]);
    expect(
      sorts(world([mesh, edge]))
        .filter((line) => line.startsWith(REF))
        .toSorted(),
    ).toEqual([`${REF}: grant`, `${REF}: settled`]);
  });

  it("are granted wherever a field hides them", () => {
    const backendRef = { name: "api", namespace: "backend", port: 80 };
    const filters = [{ type: "RequestMirror", requestMirror: { backendRef } }];
    const world = [
      route("HTTPRoute", "app", "web", { rules: [{ filters, backendRefs: [{ name: "own", port: 80, filters }] }] }),
      api,
    ];
    expect(sorts(world)).toEqual(
      expect.arrayContaining([
        "web rules[0].filters[0].requestMirror.backendRef: grant",
        "web rules[0].backendRefs[0].filters[0].requestMirror.backendRef: grant",
      ]),
    );
  });

  it("are nobody's where the field counts for nothing: certificates of a listener that passes TLS through", () => {
    const listener = (mode: string) =>
      gateway("app", "edge", [
        {
          name: "tls",
          port: 443,
          protocol: "TLS",
          tls: { mode, certificateRefs: [{ name: "own", namespace: "certs" }] },
        },
      ]);
    const secret = core("Secret", "certs", "own");
    expect(sorts([listener("Terminate"), secret])).toEqual(["edge listeners[0].tls.certificateRefs[0]: grant"]);
    expect(sorts([listener("Passthrough"), secret]).filter((line) => line.endsWith("grant"))).toEqual([]);
  });
});

describe("what the flags change", () => {
  const outside = [web()];
  const unsaid: readonly Manifest[] = [
    web({ group: GWX, kind: "XBackend", port: undefined }),
    grant("backend", "allow", [{}], [{ group: GWX, kind: "XBackend" }]),
  ];

  it.each<readonly [string, readonly Manifest[], Partial<Sorting>, string]>([
    ["--all: what a grant permits", [web(), api, PERMITTING], { all: true }, "grant"],
    ["--all: what stays at home", [web({ namespace: "app" })], { all: true }, "settled"],
    ["without flags: what may be granted elsewhere", outside, {}, "unknown"],
    ["--all: what may be granted elsewhere", outside, { all: true }, "unknown"],
    ["--assume-refused: what may be granted elsewhere", outside, { assumeRefused: true }, "grant"],
    [
      "--assume-refused: what no API server takes",
      [changed(web(), { namespace: "App_x" })],
      { assumeRefused: true },
      "incurable inadmissible",
    ],
    ["--assume-refused: what is permitted", [web(), api, PERMITTING], { assumeRefused: true }, "settled"],
    ["--assume-refused: granted, and the rest is the implementation's", unsaid, { assumeRefused: true }, "open"],
  ])("%s", (_, world, ask, expected) => {
    expect(sorts(world, ask, false)).toEqual([`${REF}: ${expected}`]);
  });
});

describe("in a cluster", () => {
  const inCluster = (world: readonly Manifest[], more: Partial<Snapshot> = {}): readonly string[] =>
    sortsIn({ ...snapshotOf(world), source: "cluster", ...more });
  const both = [namespace("app"), namespace("backend")];

  it("no grant helps in a namespace that there is not", () => {
    expect(inCluster([web(), ...both])).toEqual([`${REF}: grant`]);
    expect(inCluster([web({ namespace: "lost" }), ...both])).toEqual([`${REF}: incurable no-namespace`]);
  });

  it("one may, while namespaces may not be looked at", () => {
    const gap = {
      cause: "forbidden",
      groupKind: { group: "", kind: "Namespace" },
      namespace: null,
      detail: "x",
    } as const;
    expect(inCluster([web({ namespace: "lost" }), namespace("app")], { gaps: [gap] })).toEqual([`${REF}: grant`]);
  });

  it("no grant helps where there is no ReferenceGrant; it need not be of the newest version", () => {
    const served = (version: string) => [{ group: GW, kind: "ReferenceGrant", version }];
    expect(inCluster([web(), ...both], { served: [] })).toEqual([`${REF}: incurable no-grants`]);
    expect(inCluster([web(), ...both], { served: served("v1alpha2") })).toEqual([`${REF}: grant`]);
  });

  it("what is unknown is left out while grants may not be listed", () => {
    const gap = {
      cause: "forbidden",
      groupKind: { group: GW, kind: "ReferenceGrant" },
      namespace: "backend",
      detail: "x",
    } as const;
    expect(inCluster([web(), ...both], { gaps: [gap] })).toEqual([`${REF}: unknown`]);
  });
});

describe("references that no grant decides", () => {
  const attached = (allowedRoutes: object) => [
    web({ namespace: "app" }, { parentRefs: [{ name: "edge", namespace: "edge" }] }),
    gateway("edge", "edge", [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes }]),
    namespace("app"),
  ];
  const PARENT = "web parentRefs[0]";

  it("a parent that admits the route is settled, one that does not is incurable, whatever grants say", () => {
    expect(sorts(attached({ namespaces: { from: "All" } }))).toContain(`${PARENT}: settled`);
    const refused = [...attached({}), grant("edge", "allow", [{}], [{ group: GW, kind: "Gateway" }])];
    expect(sorts(refused)).toContain(`${PARENT}: incurable parent`);
    expect(sorts(refused, { all: true, assumeRefused: true })).toContain(`${PARENT}: incurable parent`);
  });

  it("a parent that was not seen is unknown, and nothing to assume", () => {
    const [own] = attached({});
    const alone = own === undefined ? [] : [own];
    expect(sorts(alone, {}, false)).toContain(`${PARENT}: unknown`);
    expect(sorts(alone, { assumeRefused: true }, false)).toContain(`${PARENT}: unseen-parent`);
  });

  const policy = (ref: object) =>
    object(`${GW}/v1`, "BackendTLSPolicy", "app", "tls", {
      targetRefs: [{ group: "", kind: "Service", name: "api" }],
      validation: { hostname: "a.b", caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca", ...ref }] },
    });
  const AUTHORITY = "tls validation.caCertificateRefs[0]";

  it.each([
    ["no namespace", {}, "settled"],
    ["its own namespace", { namespace: "app" }, "settled"],
    ["another namespace", { namespace: "certs" }, "incurable local-field"],
  ])("a field that never leaves its namespace, with %s", (_, ref, expected) => {
    expect(sorts([policy(ref), core("ConfigMap", "app", "ca")])).toContain(`${AUTHORITY}: ${expected}`);
  });

  it("an object without a namespace needs no grant", () => {
    const edge = gateway(
      "app",
      "edge",
      [{ name: "https", port: 443, protocol: "HTTPS", tls: { certificateRefs: [{ name: "own" }] } }],
      {
        tls: {
          frontend: {
            default: {
              validation: {
                caCertificateRefs: [{ group: "certificates.k8s.io", kind: "ClusterTrustBundle", name: "roots" }],
              },
            },
          },
        },
      },
    );
    const found = sorts([edge, core("Secret", "app", "own")]);
    expect(found).toHaveLength(2);
    expect(found.every((line) => line.endsWith(": settled"))).toBe(true);
  });

  it("an implementation that takes nothing of another namespace is not to be persuaded", () => {
    const proxy = object("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", "app", "web", {
      backendTLS: { clientCertificateRef: { name: "tls", namespace: "backend" } },
    });
    const allow = grant(
      "backend",
      "allow",
      [{ group: "gateway.envoyproxy.io", kind: "EnvoyProxy" }],
      [{ kind: "Secret" }],
    );
    for (const ask of [{}, { all: true, assumeRefused: true }]) {
      expect(sorts([proxy, allow, core("Secret", "backend", "tls")], ask)).toEqual([
        "web backendTLS.clientCertificateRef: incurable must-be-local",
      ]);
    }
  });
});

describe("what a selector brings in", () => {
  const policy = object("gateway.envoyproxy.io/v1alpha1", "BackendTrafficPolicy", "app", "web", {
    targetSelectors: [
      { group: GW, kind: "Gateway", matchLabels: { exposed: "publicly" }, namespaces: { from: "All" } },
    ],
  });
  const edge = changed(gateway("edge", "edge", [{ name: "http", port: 80, protocol: "HTTP" }]), {
    labels: { exposed: "publicly" },
  });
  const allow = grant(
    "edge",
    "allow",
    [{ group: "gateway.envoyproxy.io", kind: "BackendTrafficPolicy" }],
    [{ group: GW, kind: "Gateway" }],
  );
  const SELECTED = "web targetSelectors[0]";

  it("is nobody's wish, unless all is asked for", () => {
    expect(sorts([policy, edge])).toEqual([`${SELECTED}: offered`]);
    expect(sorts([policy, edge], { all: true })).toEqual([`${SELECTED}: grant`]);
    expect(sorts([policy, edge, allow])).toEqual([`${SELECTED}: settled`]);
    expect(sorts([policy, edge], { assumeRefused: true })).toEqual([`${SELECTED}: offered`]);
  });
});
