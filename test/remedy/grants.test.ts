import { describe, expect, it } from "vitest";
import { core, GW, GWX, grant, type Manifest, namespace, object, route, snapshotOf } from "../harness/world.ts";
import { adviceOn, advisedOn, saidOf } from "./advised.ts";

/** Every ending of a reference that a grant decides. */

const WEB = "HTTPRoute app/web";
const REF = "spec.rules[0].backendRefs[0]";

const web = (ref: object = {}, more: object = {}): Manifest =>
  route("HTTPRoute", "app", "web", {
    rules: [{ backendRefs: [{ name: "orders-api", namespace: "backend", port: 80, ...ref }] }],
    ...more,
  });

const service = core("Service", "backend", "orders-api");
const other = (name: string, kind = "HTTPRoute", home = "app"): Manifest =>
  route(kind, home, name, { rules: [{ backendRefs: [{ name: "orders-api", namespace: "backend", port: 80 }] }] });

const added = (name = "app-httproute-orders-api") => `${REF} add-grant: create ReferenceGrant backend/${name}`;
const corrected = (edit: string, name = "allow") => `${REF} correct-entry: ReferenceGrant backend/${name} ${edit}`;

const withSlip = (name: string): Manifest =>
  route("HTTPRoute", "app", name, {
    rules: [{ backendRefs: [{ group: "core", kind: "Service", name: "orders-api", namespace: "backend" }] }],
  });

const leaving = grant("backend", "allow", [{ group: "networking.k8s.io" }], [{}]);

const envoy = "gateway.envoyproxy.io";

const ENDINGS: readonly (readonly [string, readonly Manifest[], readonly string[]])[] = [
  ["no grant at all: a new one", [web(), service], [added()]],
  [
    "a name that is taken gets a number",
    [web(), namespace("x"), grant("backend", "app-httproute-orders-api", [{ namespace: "x" }], [{}]), service],
    [added("app-httproute-orders-api-2")],
  ],
  [
    "an entry of another kind that nothing uses",
    [web(), grant("backend", "allow", [{ kind: "GRPCRoute" }], [{ name: "orders-api" }]), service],
    [corrected('spec.from[0].kind: "GRPCRoute" → "HTTPRoute"')],
  ],
  [
    "an entry of another kind that nothing uses, of a grant of every Service: a new one that is narrower",
    [web(), grant("backend", "allow", [{ kind: "GRPCRoute" }], [{}]), service],
    [added()],
  ],
  [
    "an entry of another target kind that nothing uses, without a name: a new one that is narrower",
    [web(), grant("backend", "allow", [{}], [{ kind: "Secret" }]), service],
    [added()],
  ],
  [
    "an entry for a target that is not there stays",
    [web({ name: "nothing-like-it" }), grant("backend", "allow", [{}], [{ name: "order-api" }]), service],
    [added("app-httproute-nothing-like-it")],
  ],
  [
    "a slip in an entry for a target that is not there stays",
    [web({ name: "nothing-like-it" }), grant("backend", "allow", [{}], [{ group: "core" }]), service],
    [added("app-httproute-nothing-like-it")],
  ],
  [
    "an entry of another kind that something uses stays",
    [web(), other("rpc", "GRPCRoute"), grant("backend", "allow", [{ kind: "GRPCRoute" }], [{}]), service],
    [added()],
  ],
  [
    "an entry with a slip of the group, which nothing can use",
    [web(), other("elsewhere"), grant("backend", "allow", [{ group: "networking.k8s.io" }], [{}]), service],
    [corrected('spec.from[0].group: "networking.k8s.io" → "gateway.networking.k8s.io"')],
  ],
  [
    "an entry with a slip that another reference shares stays",
    [web(), withSlip("slip"), grant("backend", "allow", [{}], [{ group: "core" }]), service],
    [added()],
  ],
  [
    "a grant that is being deleted is not mended",
    [web(), { ...leaving, metadata: { ...Object(leaving.metadata), deletionTimestamp: "2026-01-01T00:00:00Z" } }],
    [added()],
  ],
  [
    "two slips in one entry",
    [web(), grant("backend", "allow", [{}], [{ group: "core", kind: "Services" }]), service],
    [corrected('spec.to[0].group: "core" → "", spec.to[0].kind: "Services" → "Service"')],
  ],
  [
    "a star for a namespace, for which the whole grant is refused",
    [web(), grant("backend", "allow", [{ namespace: "*" }], [{}]), service],
    [corrected('spec.from[0].namespace: "*" → "app"')],
  ],
  [
    "a namespace that is not there",
    [web(), grant("backend", "allow", [{ namespace: "apps" }], [{}]), service],
    [corrected('spec.from[0].namespace: "apps" → "app"')],
  ],
  [
    "a namespace that is there is somebody's",
    [web(), namespace("apps"), grant("backend", "allow", [{ namespace: "apps" }], [{}]), service],
    [added()],
  ],
  [
    "a target that is not there",
    [web(), grant("backend", "allow", [{}], [{ name: "order-api" }]), service],
    [corrected('spec.to[0].name: "order-api" → "orders-api"')],
  ],
  [
    "a target that is there is somebody's",
    [web(), grant("backend", "allow", [{}], [{ name: "payments" }]), service, core("Service", "backend", "payments")],
    [added()],
  ],
  [
    "both lists are wrong: a new grant",
    [web(), grant("backend", "allow", [{ kind: "GRPCRoute" }], [{ kind: "Secret" }]), service],
    [added()],
  ],
  [
    "a name that nothing has, near to one that is granted",
    [web({ name: "order-api" }), grant("backend", "allow", [{}], [{ name: "orders-api" }]), service],
    [`${REF} correct-reference: HTTPRoute app/web ${REF}.name: "order-api" → "orders-api"`],
  ],
  [
    "a name that nothing has, near to one that is not granted",
    [web({ name: "order-api" }), service],
    [`${REF} correct-reference: HTTPRoute app/web ${REF}.name: "order-api" → "orders-api"`, added()],
  ],
  [
    "a namespace that is not there, near to one that has the target",
    [web({ namespace: "backnd" }), grant("backend", "allow", [{}], [{}]), service],
    [`${REF} correct-reference: HTTPRoute app/web ${REF}.namespace: "backnd" → "backend"`],
  ],
  [
    "a namespace that is not there, near to one that has the target and no grant",
    [web({ namespace: "backnd" }), service],
    [`${REF} correct-reference: HTTPRoute app/web ${REF}.namespace: "backnd" → "backend"`, added()],
  ],
  [
    "a namespace that is not there, near to one without the target",
    [web({ namespace: "backnd" }), core("Service", "backend", "payments"), namespace("backend")],
    [`${REF} create-namespace backnd, near backend`],
  ],
  [
    "a namespace that is not there, near to none, with the target elsewhere",
    [web({ namespace: "stores" }), service],
    [`${REF} create-namespace stores, there is Service backend/orders-api`],
  ],
  [
    "a slip of the target's kind",
    [web({ kind: "Services" }), grant("backend", "allow", [{}], [{}]), service],
    [`${REF} correct-reference: HTTPRoute app/web ${REF}.kind: "Services" → "Service"`],
  ],
  [
    "a slip of the target's kind, and then no grant",
    [web({ group: "core", kind: "Service" }), service],
    [`${REF} correct-reference: HTTPRoute app/web ${REF}.group: "core" → ""`, added()],
  ],
  [
    "a slip of the target's kind, and then an entry for it",
    [web({ kind: "Services" }), grant("backend", "allow", [{ namespace: "*" }], [{}]), service],
    [
      `${REF} correct-reference: HTTPRoute app/web ${REF}.kind: "Services" → "Service"`,
      corrected('spec.from[0].namespace: "*" → "app"'),
    ],
  ],
  [
    "an implementation that takes nothing of another namespace",
    [
      object(`${envoy}/v1alpha1`, "EnvoyProxy", "app", "web", {
        backendTLS: { clientCertificateRef: { name: "tls", namespace: "backend" } },
      }),
    ],
    ["spec.backendTLS.clientCertificateRef keep-local Secret app/tls"],
  ],
  [
    "the same, where the object has a copy at home",
    [
      object(`${envoy}/v1alpha1`, "EnvoyProxy", "app", "web", {
        backendTLS: { clientCertificateRef: { name: "tls", namespace: "backend" } },
      }),
      core("Secret", "app", "tls"),
    ],
    [
      'spec.backendTLS.clientCertificateRef correct-reference: EnvoyProxy app/web spec.backendTLS.clientCertificateRef.namespace: "backend" → -',
    ],
  ],
  [
    "a kind that works with a grant, perhaps",
    [web({ group: GWX, kind: "XBackend", port: undefined }), namespace("backend")],
    [`${REF} repair-and-ask`, added("app-httproute-xbackend-orders-api-6117aff0")],
  ],
  [
    "a setting of the implementation, which a grant settles",
    [
      object("gateway.kgateway.dev/v1alpha1", "GatewayExtension", "app", "web", {
        extAuth: { grpcService: { backendRef: { name: "orders-api", namespace: "backend" } } },
      }),
      service,
    ],
    ["spec.extAuth.grpcService.backendRef add-grant: create ReferenceGrant backend/app-gatewayextension-orders-api"],
  ],
];

describe("advice on references that a grant decides", () => {
  it.each(ENDINGS)("%s", (_, world, lines) => {
    const [{ kind, metadata } = web()] = world;
    const { namespace: home, name }: { namespace?: string; name?: string } = Object(metadata);
    expect(adviceOn(world, `${kind} ${home}/${name}`)).toEqual(lines);
  });

  it("tells of a grant in the wrong namespace that would permit it", () => {
    const world = snapshotOf([web(), service, grant("app", "allow", [{}], [{ name: "orders-api" }])]);
    const [advised] = advisedOn(world, { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" });
    expect(advised?.advice).toMatchObject({
      repairs: [
        { repair: "add-grant", id: { namespace: "backend" }, misplaced: { id: { namespace: "app", name: "allow" } } },
      ],
    });
  });

  it("writes the least grant: one kind of one namespace, one object by name", () => {
    const [advised] = advisedOn(snapshotOf([web(), service]), {
      group: GW,
      kind: "HTTPRoute",
      namespace: "app",
      name: "web",
    });
    expect(advised?.advice).toMatchObject({
      repairs: [
        {
          change: {
            manifest: {
              apiVersion: `${GW}/v1beta1`,
              kind: "ReferenceGrant",
              metadata: { name: "app-httproute-orders-api", namespace: "backend" },
              spec: {
                from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }],
                to: [{ group: "", kind: "Service", name: "orders-api" }],
              },
            },
          },
        },
      ],
    });
  });

  it("writes it in the version that the files write theirs in, or that the cluster serves", () => {
    const old: Manifest = { ...grant("backend", "x", [{ namespace: "x" }], [{}]), apiVersion: `${GW}/v1beta1` };
    const snapshot = snapshotOf([web(), service, old, namespace("x")]);
    const id = { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" };
    const manifestIn = (world: typeof snapshot) => advisedOn(world, id)[0]?.advice;
    const written = (version: string) => ({ repairs: [{ change: { manifest: { apiVersion: `${GW}/${version}` } } }] });
    expect(manifestIn(snapshot)).toMatchObject(written("v1beta1"));
    const served = [{ group: GW, kind: "ReferenceGrant", version: "v1" }];
    expect(manifestIn({ ...snapshot, source: "cluster", served })).toMatchObject(written("v1"));
    expect(saidOf(manifestIn({ ...snapshot, source: "cluster", served: [] }) ?? null)).toEqual(["install-grants"]);
  });

  it("names a grant so that any name of a referent gives a valid one", () => {
    const long = `${"a".repeat(250)}.b`;
    for (const [name, expected] of [
      ["UPPER_case..x", "app-httproute-upper-case.x-87fc4ae1"],
      ["-.-", "app-httproute-82e6eedc"],
      ["secret-x", "app-httproute-service-secret-x-cd229ca5"],
      [long, `app-httproute-${"a".repeat(230)}-6ec77952`],
    ] as const) {
      expect(adviceOn([web({ name }), service], WEB)).toEqual([added(expected)]);
    }
  });

  it("says that what it names is not there yet, if that is known", () => {
    const id = { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" };
    const missing = (world: readonly Manifest[], more: object = {}) =>
      advisedOn({ ...snapshotOf(world), ...more }, id)[0]?.advice;
    const there = core("Service", "backend", "nothing-like-it");
    expect(missing([web(), there])).toMatchObject({ repairs: [{ repair: "add-grant", targetMissing: true }] });
    expect(missing([web(), service])).toMatchObject({ repairs: [{ repair: "add-grant", targetMissing: false }] });
    const groupKind = { group: "", kind: "Service" };
    const gap = { cause: "forbidden", groupKind, namespace: "backend", detail: "hidden" };
    expect(missing([web(), namespace("backend")], { source: "cluster", gaps: [gap] })).toMatchObject({
      repairs: [{ repair: "add-grant", targetMissing: false }],
    });
  });

  it("tells of an entry all that it permits when it is corrected", () => {
    const world = [
      web(),
      grant("backend", "allow", [{ group: "networking.k8s.io" }], [{}, { kind: "Secret", name: "x" }]),
    ];
    const [advised] = advisedOn(snapshotOf([...world, service]), {
      group: GW,
      kind: "HTTPRoute",
      namespace: "app",
      name: "web",
    });
    expect(advised?.advice).toMatchObject({
      repairs: [
        {
          repair: "correct-entry",
          opens: {
            from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }],
            to: [
              { kind: "Service", name: null },
              { kind: "Secret", name: "x" },
            ],
          },
        },
      ],
    });
  });

  it("gives grants for objects of different kinds, or of one name, names of their own", () => {
    const gateway = object(`${GW}/v1`, "Gateway", "app", "gw", {
      tls: {
        frontend: {
          default: {
            validation: { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "x", namespace: "certs" }] },
          },
        },
      },
      listeners: [
        { name: "a", protocol: "HTTPS", port: 443, tls: { certificateRefs: [{ name: "x", namespace: "certs" }] } },
      ],
    });
    expect(
      adviceOn([gateway, namespace("certs")], "Gateway app/gw")
        .map((line) => line.split(" ").at(-1))
        .toSorted(),
    ).toEqual(["certs/app-gateway-configmap-x", "certs/app-gateway-secret-x"]);
  });

  it("says where to look while what it depends on is not seen", () => {
    expect(adviceOn([web()], WEB, false)).toEqual([`${REF} look: outside-input`]);
  });

  it("grants nothing in a namespace that the cluster has not", () => {
    const id = { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" };
    const snapshot = snapshotOf([web({ namespace: "elsewhere" }), service, namespace("app"), namespace("backend")]);
    const [advised] = advisedOn({ ...snapshot, source: "cluster" }, id);
    expect(saidOf(advised?.advice ?? null)).toEqual([
      "create-namespace elsewhere, there is Service backend/orders-api",
    ]);
  });

  it("grants nothing there either where the target may not be looked at", () => {
    const gap = {
      cause: "forbidden",
      groupKind: { group: "", kind: "Service" },
      namespace: null,
      detail: "hidden",
    } as const;
    const snapshot = snapshotOf([web({ namespace: "elsewhere" }), namespace("app")]);
    const id = { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" };
    const [advised] = advisedOn({ ...snapshot, source: "cluster", gaps: [gap] }, id);
    expect(saidOf(advised?.advice ?? null)).toEqual(["create-namespace elsewhere"]);
  });

  it("leaves an entry alone while there may be more referrers than were seen", () => {
    const world = [
      web(),
      service,
      namespace("apps"),
      grant("backend", "allow", [{ kind: "GRPCRoute" }], [{ name: "orders-api" }]),
    ];
    const gap = {
      cause: "forbidden",
      groupKind: { group: GW, kind: "GRPCRoute" },
      namespace: "app",
      detail: "hidden",
    } as const;
    const snapshot = { ...snapshotOf(world), gaps: [gap] };
    const [advised] = advisedOn(snapshot, { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" });
    expect(saidOf(advised?.advice ?? null)).toEqual([
      "add-grant: create ReferenceGrant backend/app-httproute-orders-api",
    ]);
  });

  it("asks for a grant of the kind that the implementation looks at, for all homes of what is generated", () => {
    const backend = object("aigateway.envoyproxy.io/v1alpha1", "AIServiceBackend", "models", "llm", {
      backendRef: { group: envoy, kind: "Backend", name: "openai", namespace: "egress" },
    });
    const aiRoute = (home: string): Manifest =>
      object("aigateway.envoyproxy.io/v1alpha1", "AIGatewayRoute", home, "chat", {
        rules: [{ backendRefs: [{ name: "llm", namespace: "models" }] }],
      });
    const lines = adviceOn([backend, aiRoute("a"), aiRoute("b"), namespace("egress")], "AIServiceBackend models/llm");
    expect(lines).toEqual([
      "spec.backendRef add-grant: create ReferenceGrant egress/2-namespaces-httproute-backend-openai-525ad901",
    ]);
  });
});
