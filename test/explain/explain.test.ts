import { describe, expect, it } from "vitest";
import { explainExit } from "../../src/explain/exit.ts";
import { explainObject } from "../../src/explanations.ts";
import type { ObjectId } from "../../src/model/object.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { explainText } from "../../src/render/explain-text.ts";
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
  withStatus,
} from "../harness/world.ts";

/** What explain says of each kind, and every ending that it has. */

const DISPLAY = { width: 110, color: false, unicode: true, headers: true };

const GRANT = { group: GW, kind: "ReferenceGrant" };
const SERVICE = { group: "", kind: "Service" };
const ROUTE = { group: GW, kind: "HTTPRoute" };

function told(world: readonly Manifest[] | Snapshot, id: ObjectId, closed = true): string {
  const snapshot = "objects" in world ? world : snapshotOf(world, closed);
  const { answer, needs } = explainObject(snapshot, id);
  expect(needs).toEqual([]);
  return `\n${explainText(answer, { display: DISPLAY, world: "" })}exit ${explainExit(answer)}`;
}

const backend = (name: string, home: string): object => ({
  rules: [{ backendRefs: [{ name, namespace: home, port: 80 }] }],
});
const web = (home: string, name = "web", target = "cache"): Manifest =>
  route("HTTPRoute", home, name, backend(target, "shared"));
const all = (...names: readonly string[]): readonly Manifest[] => names.map((name) => namespace(name));
const ofGrant = (name: string, home = "shared"): ObjectId => ({ ...GRANT, namespace: home, name });
const listener = (name: string, namespaces: object, more: object = {}): object => ({
  name,
  port: 80,
  protocol: "HTTP",
  allowedRoutes: { namespaces },
  ...more,
});

describe("explain referencegrant", () => {
  const three = grant("shared", "teams", [{ namespace: "a" }, { namespace: "b" }, { namespace: "gone" }], [{}]);

  it("says who may reference what, who does, what would be without it, and what would be enough", () => {
    const world = [
      ...all("a", "b", "shared"),
      three,
      core("Service", "shared", "cache"),
      core("Service", "shared", "db"),
      web("a"),
    ];
    expect(told(world, ofGrant("teams"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/teams
      HTTPRoutes in a, b and gone may reference every Service in shared (2 today).

      ENTRY     FROM             TO          USED BY
      from[0]   HTTPRoute a      Service *   HTTPRoute a/web rules[0].backendRefs[0] → cache
      from[1]   HTTPRoute b      Service *   nothing
      from[2]   HTTPRoute gone   Service *   nothing: namespace gone does not exist

      If it were deleted: 1 reference would be refused (HTTPRoute a/web → Service shared/cache). No other grant covers it.
      Tighter and enough for today's use: from HTTPRoute a to Service cache   (kubectl refgrant scaffold referencegrant/teams -n shared)

      info     to[0] admits every Service of shared; name the ones that are needed  grant-broad
      exit 0"
    `);
  });

  it("several kinds on both sides, and a target that does not exist", () => {
    const world = [
      ...all("a", "b", "shared"),
      grant(
        "shared",
        "mixed",
        [{ namespace: "a" }, { kind: "Gateway", namespace: "b" }],
        [{ name: "cache" }, { kind: "Secret" }, { name: "nope" }],
      ),
      core("Service", "shared", "cache"),
      core("Secret", "shared", "tls"),
      web("a"),
      web("a", "lost", "nope"),
    ];
    expect(told(world, ofGrant("mixed"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/mixed
      HTTPRoutes in a, and Gateways in b, may reference Services cache and nope, and every Secret (1 today) in shared.

      ENTRY           FROM          TO              USED BY
      from[0] to[0]   HTTPRoute a   Service cache   HTTPRoute a/web rules[0].backendRefs[0] → cache
      from[0] to[1]   HTTPRoute a   Secret *        nothing
      from[0] to[2]   HTTPRoute a   Service nope    HTTPRoute a/lost rules[0].backendRefs[0] → nope (does not exist)
      from[1] to[0]   Gateway b     Service cache   nothing
      from[1] to[1]   Gateway b     Secret *        nothing
      from[1] to[2]   Gateway b     Service nope    nothing: Service shared/nope does not exist

      If it were deleted: 2 references would be refused (HTTPRoute a/lost → Service shared/nope and HTTPRoute a/web → Service shared/cache). No other grant covers them.
      Tighter and enough for today's use: from HTTPRoute a to Services cache and nope   (kubectl refgrant scaffold referencegrant/mixed -n shared)

      warning  to[1] admits every Secret of shared; name the ones that are needed  grant-broad
      exit 0"
    `);
  });

  it("another grant covers its use", () => {
    const world = [
      ...all("app", "shared"),
      grant("shared", "one", [{}], [{ name: "cache" }]),
      grant("shared", "two", [{}], [{}]),
      core("Service", "shared", "cache"),
      web("app"),
    ];
    expect(told(world, ofGrant("one"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/one
      HTTPRoutes in app may reference Service cache in shared.

      ENTRY     FROM            TO              USED BY
      from[0]   HTTPRoute app   Service cache   HTTPRoute app/web rules[0].backendRefs[0] → cache

      If it were deleted: nothing would be refused, ReferenceGrant shared/two covers its use.

      info     everything that it permits, ReferenceGrant shared/two permits too  grant-redundant
      exit 0"
    `);
  });

  it("one that nothing uses, with entries that can match nothing", () => {
    const world = [
      ...all("app", "shared"),
      grant("shared", "idle", [{}, { namespace: "shared" }], [{ name: "*" }, { name: "cache" }]),
      core("Service", "shared", "cache"),
    ];
    expect(told(world, ofGrant("idle"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/idle
      HTTPRoutes in app may reference Service cache in shared.

      ENTRY           FROM               TO              USED BY
      from[0] to[0]   HTTPRoute app      Service "*"     nothing: a name * is no wildcard
      from[0] to[1]   HTTPRoute app      Service cache   nothing
      from[1] to[0]   HTTPRoute shared   Service "*"     nothing: its own namespace needs no grant
      from[1] to[1]   HTTPRoute shared   Service cache   nothing: its own namespace needs no grant

      If it were deleted: no reference would be refused, nothing uses it.

      warning  from[1] names the grant's own namespace, where no grant is needed; it permits nothing  grant-inert
      warning  to[0] has the name "*", which is no wildcard and no object's name; leave the name out to mean every one  grant-inert
      exit 0"
    `);
  });

  it("a slip permits nothing", () => {
    const world = [
      ...all("app", "shared"),
      grant("shared", "slip", [{ kind: "HTTPRoutes" }], [{ name: "cache" }]),
      web("app"),
    ];
    expect(told(world, ofGrant("slip"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/slip
      It permits nothing: no entry of it can match anything.

      ENTRY     FROM                                       TO              USED BY
      from[0]   HTTPRoutes.gateway.networking.k8s.io app   Service cache   nothing: a slip, see below

      If it were deleted: no reference would be refused, nothing uses it.

      warning  from[0] names HTTPRoutes of group gateway.networking.k8s.io: did you mean HTTPRoute of group gateway.networking.k8s.io?  grant-unknown-kind
      exit 0"
    `);
  });

  it("a slip that a reference has too opens what it names", () => {
    const world = [
      ...all("app", "shared"),
      grant("shared", "slip", [{}], [{ group: "core", kind: "Service", name: "cache" }]),
      route("HTTPRoute", "app", "web", {
        rules: [{ backendRefs: [{ group: "core", kind: "Service", name: "cache", namespace: "shared", port: 80 }] }],
      }),
    ];
    expect(told(world, ofGrant("slip"))).toContain("from[0]   HTTPRoute app   Service.core cache   HTTPRoute app/web");
  });

  it("rejected: the API server would not take it", () => {
    const world = [...all("app", "shared"), grant("shared", "wild", [{ namespace: "*" }], [{}]), web("app")];
    expect(told(world, ofGrant("wild"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/wild
      It permits nothing: the API server would refuse this manifest.

      ENTRY     FROM          TO          USED BY
      from[0]   HTTPRoute *   Service *   nothing

      If it were deleted: no reference would be refused, nothing uses it.

      error    spec.from[0].namespace should be the name of one namespace, found "*"  manifest-rejected
               there is no wildcard; name each namespace in an entry of its own
      exit 0"
    `);
  });

  it("being deleted: in effect until it is gone", () => {
    const leaving = grant("shared", "leaving", [{}], [{ name: "cache" }]);
    const metadata = { ...Object(leaving.metadata), deletionTimestamp: "2026-01-01T00:00:00Z" };
    const world = [...all("app", "shared"), { ...leaving, metadata }, core("Service", "shared", "cache"), web("app")];
    expect(told(world, ofGrant("leaving"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/leaving
      HTTPRoutes in app may reference Service cache in shared. It is being deleted, and is in effect until it is gone.

      ENTRY     FROM            TO              USED BY
      from[0]   HTTPRoute app   Service cache   HTTPRoute app/web rules[0].backendRefs[0] → cache

      If it were deleted: 1 reference would be refused (HTTPRoute app/web → Service shared/cache). No other grant covers it.
      exit 0"
    `);
  });

  it("a ReferencePolicy, that nobody reads any more", () => {
    const made = grant("shared", "old", [{}], [{}]);
    const world = [
      ...all("app", "shared"),
      { ...made, kind: "ReferencePolicy", apiVersion: `${GW}/v1alpha2` },
      web("app"),
    ];
    const id = { group: GW, kind: "ReferencePolicy", namespace: "shared", name: "old" };
    expect(told(world, id)).toMatchInlineSnapshot(`
      "
      ReferencePolicy shared/old
      It permits nothing: no release of the Gateway API since v0.6.0 reads ReferencePolicy. Change the kind to ReferenceGrant and keep the spec.

      ENTRY     FROM            TO          USED BY
      from[0]   HTTPRoute app   Service *   nothing

      If it were deleted: no reference would be refused, nothing uses it.
      exit 0"
    `);
  });

  it("files that are not the whole world leave open who else uses it", () => {
    expect(
      told([grant("shared", "open", [{}, { namespace: "b" }], [{}]), web("b")], ofGrant("open"), false),
    ).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/open
      HTTPRoutes in app and b may reference every Service in shared.

      ENTRY     FROM            TO          USED BY
      from[0]   HTTPRoute app   Service *   unknown: HTTPRoutes there could not be seen
      from[1]   HTTPRoute b     Service *   HTTPRoute b/web rules[0].backendRefs[0] → cache

      If it were deleted: 1 reference would be refused (HTTPRoute b/web → Service shared/cache). No other grant covers it.

      info     to[0] admits every Service of shared; name the ones that are needed  grant-broad

      Not all was seen:
        HTTPRoutes and AgentgatewayModels: the input holds nothing of namespace app
      exit 4"
    `);
  });

  it("a kind of which nothing is known", () => {
    const made = grant("shared", "widgets", [{ group: "example.com", kind: "Widget" }], [{ name: "cache" }]);
    expect(
      told([...all("app", "shared"), made, core("Service", "shared", "cache")], ofGrant("widgets")),
    ).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/widgets
      Widgets.example.com in app may reference Service cache in shared.

      ENTRY     FROM                     TO              USED BY
      from[0]   Widget.example.com app   Service cache   unknown: what its kinds refer to is not known

      If it were deleted: nothing that could be seen would be refused.

      info     from[0] names Widget of group example.com, a kind whose references are not known here; whether it is in use cannot be told  grant-unknown-kind
      exit 4"
    `);
  });

  it("uses that together are less than the grant permits take a grant each", () => {
    const world = [
      ...all("a", "b", "shared"),
      grant("shared", "cross", [{ namespace: "a" }, { namespace: "b" }], [{ name: "cache" }, { name: "db" }]),
      core("Service", "shared", "cache"),
      core("Service", "shared", "db"),
      web("a"),
      web("b", "web", "db"),
    ];
    expect(told(world, ofGrant("cross"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/cross
      HTTPRoutes in a and b may reference Services cache and db in shared.

      ENTRY           FROM          TO              USED BY
      from[0] to[0]   HTTPRoute a   Service cache   HTTPRoute a/web rules[0].backendRefs[0] → cache
      from[0] to[1]   HTTPRoute a   Service db      nothing
      from[1] to[0]   HTTPRoute b   Service cache   nothing
      from[1] to[1]   HTTPRoute b   Service db      HTTPRoute b/web rules[0].backendRefs[0] → db

      If it were deleted: 2 references would be refused (HTTPRoute a/web → Service shared/cache and HTTPRoute b/web → Service shared/db). No other grant covers them.
      Tighter and enough for today's use, a grant each:   (kubectl refgrant scaffold referencegrant/cross -n shared)
        from HTTPRoute a to Service cache
        from HTTPRoute b to Service db
      exit 0"
    `);
  });
});

describe("explain service, secret and other targets", () => {
  const cache: ObjectId = { ...SERVICE, namespace: "shared", name: "cache" };

  it("who may reference it, who does, and what would lead nowhere without it", () => {
    const world = [
      ...all("app", "b", "shared"),
      core("Service", "shared", "cache"),
      grant("shared", "app", [{}], [{ name: "cache" }]),
      grant("shared", "every", [{ namespace: "b" }], [{}]),
      web("app"),
      web("b", "grpc"),
      route("GRPCRoute", "b", "denied", backend("cache", "shared")),
      web("shared", "own"),
    ];
    expect(told(world, cache)).toMatchInlineSnapshot(`
      "
      Service shared/cache
      It is open to HTTPRoutes in app and b by ReferenceGrant shared/app and ReferenceGrant shared/every. 3 references from outside its namespace: 2 permitted, 1 refused. 1 reference from inside it: permitted.

      OPENED BY                                   OPEN TO         USED BY
      ReferenceGrant shared/app from[0] to[0]     HTTPRoute app   HTTPRoute app/web
      ReferenceGrant shared/every from[0] to[0]   HTTPRoute b     HTTPRoute b/grpc

      REFERENCED BY        FIELD                     VERDICT     BY
      GRPCRoute b/denied   rules[0].backendRefs[0]   refused     RefNotPermitted: nearest grant shared/every:
                                                                 from[0].kind is HTTPRoute, needs GRPCRoute
      HTTPRoute app/web    rules[0].backendRefs[0]   permitted   ReferenceGrant shared/app from[0] to[0]
      HTTPRoute b/grpc     rules[0].backendRefs[0]   permitted   ReferenceGrant shared/every from[0] to[0]

      If it were deleted: 3 references would lead nowhere (HTTPRoute app/web, HTTPRoute b/grpc and HTTPRoute shared/own), and ReferenceGrant shared/app would name what is not there.
      exit 0"
    `);
  });

  it("nothing opens it and nothing references it", () => {
    expect(told([...all("shared"), core("Service", "shared", "cache")], cache)).toMatchInlineSnapshot(`
      "
      Service shared/cache
      No grant opens it to other namespaces, and nothing references it.
      exit 0"
    `);
    expect(told([core("Service", "shared", "cache")], cache, false)).toMatchInlineSnapshot(`
      "
      Service shared/cache
      No grant in the input opens it to other namespaces, and nothing in the input references it.
      exit 0"
    `);
  });

  it("a Secret of a Gateway, and a ConfigMap that a policy needs", () => {
    const world = [
      ...all("edge", "certs"),
      core("Secret", "certs", "tls"),
      core("ConfigMap", "certs", "ca"),
      gateway("edge", "gw", [
        listener(
          "https",
          { from: "Same" },
          { protocol: "HTTPS", tls: { certificateRefs: [{ name: "tls", namespace: "certs" }] } },
        ),
      ]),
      grant("certs", "edge", [{ kind: "Gateway", namespace: "edge" }], [{ kind: "Secret", name: "tls" }]),
      object(`${GW}/v1`, "BackendTLSPolicy", "certs", "policy", {
        targetRefs: [{ group: "", kind: "Service", name: "api" }],
        validation: { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: "ca" }], hostname: "a.x" },
      }),
    ];
    expect(told(world, { group: "", kind: "Secret", namespace: "certs", name: "tls" })).toMatchInlineSnapshot(`
      "
      Secret certs/tls
      It is open to Gateways in edge by ReferenceGrant certs/edge. 1 reference from outside its namespace: permitted.

      OPENED BY                                 OPEN TO        USED BY
      ReferenceGrant certs/edge from[0] to[0]   Gateway edge   Gateway edge/gw

      REFERENCED BY     FIELD                                 VERDICT     BY
      Gateway edge/gw   listeners[0].tls.certificateRefs[0]   permitted   ReferenceGrant certs/edge from[0] to[0]

      If it were deleted: 1 reference would lead nowhere (Gateway edge/gw), and ReferenceGrant certs/edge would name what is not there.
      exit 0"
    `);
    expect(told(world, { group: "", kind: "ConfigMap", namespace: "certs", name: "ca" })).toMatchInlineSnapshot(`
      "
      ConfigMap certs/ca
      No grant opens it to other namespaces. 1 reference from inside it: permitted.

      If it were deleted: 1 reference would lead nowhere (BackendTLSPolicy certs/policy).
      exit 0"
    `);
  });

  it("a kind of which nothing is known", () => {
    const world = [object("apps/v1", "Deployment", "shared", "api", {})];
    expect(told(world, { group: "apps", kind: "Deployment", namespace: "shared", name: "api" })).toMatchInlineSnapshot(`
      "
      Deployment.apps shared/api
      Nothing is known that a Deployment.apps refers to across namespaces, or that refers to it.
      exit 0"
    `);
  });

  it("a grant of somebody else's", () => {
    const id = { group: "configuration.konghq.com", kind: "KongReferenceGrant", namespace: "shared", name: "x" };
    const world = [object("configuration.konghq.com/v1alpha1", "KongReferenceGrant", "shared", "x", {})];
    expect(told(world, id)).toMatchInlineSnapshot(`
      "
      KongReferenceGrant shared/x
      Nothing is known that a KongReferenceGrant refers to across namespaces, or that refers to it.

      info     is no ReferenceGrant of the Gateway API, but a grant of Kong; it is left out of account  grant-look-alike
      exit 0"
    `);
  });

  it("an object that is not there", () => {
    expect(told([...all("shared")], cache)).toMatchInlineSnapshot(`
      "
      Service shared/cache
      It was not found.
      No grant opens it to other namespaces, and nothing references it.
      exit 0"
    `);
  });
});

describe("explain httproute and other referrers", () => {
  const world = [
    namespace("app", { expose: "true" }),
    ...all("edge", "shared"),
    core("Service", "shared", "cache"),
    core("Service", "app", "own"),
    gateway("edge", "gw", [listener("http", { from: "Selector", selector: { matchLabels: { expose: "true" } } })]),
    grant("shared", "app", [{}], [{ name: "cache" }]),
    withStatus(
      route("HTTPRoute", "app", "web", {
        parentRefs: [{ name: "gw", namespace: "edge" }],
        rules: [
          {
            backendRefs: [
              { name: "own", port: 80 },
              { name: "cache", namespace: "shared", port: 80 },
              { name: "db", namespace: "shared", port: 80 },
            ],
          },
        ],
      }),
      {
        parents: [
          {
            parentRef: { name: "gw", namespace: "edge" },
            controllerName: "example.com/controller",
            conditions: [{ type: "Accepted", status: "True", reason: "Accepted", observedGeneration: 3 }],
          },
        ],
      },
    ),
  ];

  it("what it references and by what right, what would be enough, and what controllers say", () => {
    expect(told(world, { ...ROUTE, namespace: "app", name: "web" })).toMatchInlineSnapshot(`
      "
      HTTPRoute app/web
      It has 3 references: 2 permitted, 1 refused. 1 more stays in its namespace and needs nobody.

      REFERENCE                 TARGET                 VERDICT     BY
      parentRefs[0]             Gateway edge/gw        permitted   listener http
      rules[0].backendRefs[1]   Service shared/cache   permitted   ReferenceGrant shared/app from[0] to[0]
      rules[0].backendRefs[2]   Service shared/db      refused     RefNotPermitted: nearest grant shared/app: to[0].
                                                                   name is cache, needs db

      Enough for rules[0].backendRefs[2], by whoever owns namespace shared: add a ReferenceGrant in shared that lets HTTPRoutes of app use Service db.
        (there is no Service db yet; all HTTPRoutes of app may then use Service db: a grant cannot name a single one.)
      Step by step: kubectl refgrant why-denied httproute/web -n app

      Controller example.com/controller says Accepted=True under Gateway edge/gw, for this generation: it agrees.
      exit 0"
    `);
  });

  it("one that stays at home, and one that references nothing", () => {
    const home = route("HTTPRoute", "app", "home", { rules: [{ backendRefs: [{ name: "own", port: 80 }] }] });
    const idle = route("HTTPRoute", "app", "idle", {});
    expect(told([...world, home], { ...ROUTE, namespace: "app", name: "home" })).toMatchInlineSnapshot(`
      "
      HTTPRoute app/home
      It references nothing of another namespace; 1 reference stays in its namespace and needs nobody.
      exit 0"
    `);
    expect(told([...world, idle], { ...ROUTE, namespace: "app", name: "idle" })).toMatchInlineSnapshot(`
      "
      HTTPRoute app/idle
      It references nothing.
      exit 0"
    `);
  });

  it("a claim, whose data source depends on a feature", () => {
    const claim = object("v1", "PersistentVolumeClaim", "app", "data", {
      dataSourceRef: {
        apiGroup: "snapshot.storage.k8s.io",
        kind: "VolumeSnapshot",
        name: "daily",
        namespace: "shared",
      },
    });
    const id = { group: "", kind: "PersistentVolumeClaim", namespace: "app", name: "data" };
    expect(told([...world, claim], id)).toMatchInlineSnapshot(`
      "
      PersistentVolumeClaim app/data
      It has 1 reference: refused.

      REFERENCE       TARGET                                   VERDICT   BY
      dataSourceRef   VolumeSnapshot.snapshot.storage.k8s.io   refused   RefNotPermitted: no ReferenceGrant in
                      shared/daily                                       namespace shared permits it

      Enough for dataSourceRef, by whoever owns namespace shared: add a ReferenceGrant in shared that lets PersistentVolumeClaims of app use VolumeSnapshot.snapshot.storage.k8s.io daily.
        (all PersistentVolumeClaims of app may then use VolumeSnapshot.snapshot.storage.k8s.io daily: a grant cannot name a single one.)
      Step by step: kubectl refgrant why-denied persistentvolumeclaim/data -n app
      exit 0"
    `);
  });

  it("what takes several steps, and helps several fields, is told together; gaps are not told again", () => {
    const several = [
      ...all("edge", "shared", "app"),
      core("Service", "shared", "cache"),
      gateway("edge", "gw", [
        listener(
          "http",
          { from: "Selector", selector: { matchLabels: { expose: "true" } } },
          { hostname: "a.example" },
        ),
      ]),
      route("HTTPRoute", "app", "web", {
        hostnames: ["b.example"],
        parentRefs: [
          { name: "gw", namespace: "edge" },
          { name: "gone", namespace: "edge" },
        ],
        rules: [0, 1].map(() => ({ backendRefs: [{ name: "cache", namespace: "shared", port: 80 }] })),
      }),
    ];
    expect(told(several, { ...ROUTE, namespace: "app", name: "web" })).toMatchInlineSnapshot(`
      "
      HTTPRoute app/web
      It has 4 references: all refused.

      REFERENCE                 TARGET                 VERDICT   BY
      parentRefs[0]             Gateway edge/gw        refused   NotAllowedByListeners: listener http admits
                                                                 namespaces labelled expose=true (from: Selector);
                                                                 namespace app has no label expose; the listener has
                                                                 hostname a.example, none of the route's (b.example)
      parentRefs[1]             Gateway edge/gone      refused   ParentNotFound: there is no Gateway edge/gone
      rules[0].backendRefs[0]   Service shared/cache   refused   RefNotPermitted: no ReferenceGrant in namespace
                                                                 shared permits it
      rules[1].backendRefs[0]   Service shared/cache   refused   RefNotPermitted: no ReferenceGrant in namespace
                                                                 shared permits it

      Enough for parentRefs[0], all of these:
        1. by whoever may label namespaces: label namespace app expose=true.
        2. by whoever owns namespace app: give HTTPRoute app/web a hostname that listener http serves, such as a.example.
           (requests for it then come to this route, unless an older one has it.)
      What to do for parentRefs[1]: create Gateway edge/gone, or name a parent that exists.
      Enough for rules[0].backendRefs[0] and rules[1].backendRefs[0], by whoever owns namespace shared: add a ReferenceGrant in shared that lets HTTPRoutes of app use Service cache.
        (all HTTPRoutes of app may then use Service cache: a grant cannot name a single one.)
      Step by step: kubectl refgrant why-denied httproute/web -n app
      exit 0"
    `);
    const hidden = snapshotOf(several);
    const gap = {
      cause: "forbidden",
      groupKind: GRANT,
      namespace: null,
      detail: "you may not list referencegrants",
    } as const;
    const text = told({ ...hidden, gaps: [gap] }, { ...ROUTE, namespace: "app", name: "web" });
    expect(text).toContain("you may not list referencegrants");
    expect(text).not.toMatch(/(?:Enough|What to do) for rules/);
  });

  it("the command for the steps is about the same files", () => {
    const { answer } = explainObject(snapshotOf(world), { ...ROUTE, namespace: "app", name: "web" });
    expect(explainText(answer, { display: DISPLAY, world: " -f dir" })).toContain(
      "\nStep by step: kubectl refgrant why-denied httproute/web -n app -f dir\n",
    );
  });

  it("a controller that refuses what is permitted is told once", () => {
    const [first, ...others] = world.toReversed();
    const conditions = [
      { type: "Accepted", status: "False", reason: "NotAllowedByListeners", message: "no", observedGeneration: 3 },
    ];
    const parents = [
      { parentRef: { name: "gw", namespace: "edge" }, controllerName: "example.com/controller", conditions },
    ];
    const refused = { kind: "HTTPRoute", ...first, status: { parents } };
    expect(told([...others, refused], { ...ROUTE, namespace: "app", name: "web" })).toMatchInlineSnapshot(`
      "
      HTTPRoute app/web
      It has 3 references: 2 permitted, 1 refused. 1 more stays in its namespace and needs nobody.

      REFERENCE                 TARGET                 VERDICT     BY
      parentRefs[0]             Gateway edge/gw        permitted   listener http
      rules[0].backendRefs[1]   Service shared/cache   permitted   ReferenceGrant shared/app from[0] to[0]
      rules[0].backendRefs[2]   Service shared/db      refused     RefNotPermitted: nearest grant shared/app: to[0].
                                                                   name is cache, needs db

      Enough for rules[0].backendRefs[2], by whoever owns namespace shared: add a ReferenceGrant in shared that lets HTTPRoutes of app use Service db.
        (there is no Service db yet; all HTTPRoutes of app may then use Service db: a grant cannot name a single one.)
      Step by step: kubectl refgrant why-denied httproute/web -n app

      Controller example.com/controller says Accepted=False (NotAllowedByListeners) under Gateway edge/gw: the specification permits parentRefs[0] → Gateway edge/gw: listener http. Here the YAML is right. It says so: no.
      exit 0"
    `);
  });

  it("a terminal without other symbols gets ASCII", () => {
    const snapshot = snapshotOf(world);
    for (const { id } of snapshot.objects.values()) {
      const text = explainText(explainObject(snapshot, id).answer, {
        display: { ...DISPLAY, unicode: false },
        world: "",
      });
      expect(text).toMatch(/^[\n -~]*$/);
    }
  });

  it("text from objects is cleaned", () => {
    const hostile = route("HTTPRoute", "app", "web", backend("\u001b[31mred", "shared"));
    expect(told([hostile], { ...ROUTE, namespace: "app", name: "web" })).not.toContain("\u001b");
  });
});

describe("explain gateway and listenerset", () => {
  const team = namespace("team", { expose: "true" });
  const world = [
    team,
    ...all("edge", "other"),
    gateway(
      "edge",
      "gw",
      [
        listener("open", { from: "All" }),
        listener("chosen", { from: "Selector", selector: { matchLabels: { expose: "true" } } }, { port: 81 }),
        listener("own", { from: "Same" }, { port: 82, protocol: "TCP" }),
      ],
      { allowedListeners: { namespaces: { from: "Selector", selector: { matchLabels: { expose: "true" } } } } },
    ),
    object(`${GW}/v1`, "ListenerSet", "team", "set", {
      parentRef: { name: "gw", namespace: "edge" },
      listeners: [listener("extra", { from: "Same" }, { port: 83 })],
    }),
    object(`${GW}/v1`, "ListenerSet", "other", "refused", {
      parentRef: { name: "gw", namespace: "edge" },
      listeners: [listener("extra", { from: "Same" }, { port: 84 })],
    }),
    route("HTTPRoute", "team", "both", { parentRefs: [{ name: "gw", namespace: "edge" }] }),
    route("HTTPRoute", "team", "chosen", { parentRefs: [{ name: "gw", namespace: "edge", sectionName: "chosen" }] }),
    route("HTTPRoute", "other", "denied", { parentRefs: [{ name: "gw", namespace: "edge", sectionName: "chosen" }] }),
    route("HTTPRoute", "team", "on-set", { parentRefs: [{ kind: "ListenerSet", name: "set" }] }),
  ];

  it("per listener what it admits, which namespaces those are, and what is attached", () => {
    expect(told(world, { group: GW, kind: "Gateway", namespace: "edge", name: "gw" })).toMatchInlineSnapshot(`
      "
      Gateway edge/gw
      It has 3 listeners, with 2 routes of 1 namespace attached.
      5 references from outside its namespace: 3 permitted, 2 refused.

      LISTENER   PROTOCOL   TAKES                  ADMITS                            ATTACHED
      open       HTTP 80    HTTPRoute, GRPCRoute   every namespace (from: All):      HTTPRoute team/both
                                                   today edge, other and team
      chosen     HTTP 81    HTTPRoute, GRPCRoute   namespaces labelled expose=true   HTTPRoute team/both and
                                                   (from: Selector): today team      HTTPRoute team/chosen
      own        TCP 82     TCPRoute               only namespace edge (from:        nothing
                                                   Same)

      ListenerSets are admitted from namespaces labelled expose=true (from: Selector): today team. ListenerSet team/set adds listeners.

      REFERENCED BY               FIELD           VERDICT     BY
      HTTPRoute other/denied      parentRefs[0]   refused     NotAllowedByListeners: listener chosen admits
                                                              namespaces labelled expose=true (from: Selector);
                                                              namespace other has no label expose
      ListenerSet other/refused   parentRef       refused     NotAllowed: allowedListeners of Gateway edge/gw does
                                                              not admit namespace other
      HTTPRoute team/both         parentRefs[0]   permitted   listener open, listener chosen
      HTTPRoute team/chosen       parentRefs[0]   permitted   listener chosen
      ListenerSet team/set        parentRef       permitted   allowedListeners of Gateway edge/gw

      If it were deleted: 3 references would be refused (HTTPRoute team/both, HTTPRoute team/chosen and ListenerSet team/set).
      If listener chosen were deleted: 1 reference would be refused (HTTPRoute team/chosen).

      warning  listener open admits routes of every namespace (from: All)  listener-open-to-all
      exit 0"
    `);
  });

  it("a set: its Gateway, and what it lets in", () => {
    expect(told(world, { group: GW, kind: "ListenerSet", namespace: "team", name: "set" })).toMatchInlineSnapshot(`
      "
      ListenerSet team/set
      It has 1 listener, with 1 route of 1 namespace attached.
      It has 1 reference: permitted.
      1 reference from inside it: permitted.

      REFERENCE   TARGET            VERDICT     BY
      parentRef   Gateway edge/gw   permitted   allowedListeners of Gateway edge/gw

      LISTENER   PROTOCOL   TAKES                  ADMITS                             ATTACHED
      extra      HTTP 83    HTTPRoute, GRPCRoute   only namespace team (from: Same)   HTTPRoute team/on-set

      REFERENCED BY           FIELD           VERDICT     BY
      HTTPRoute team/on-set   parentRefs[0]   permitted   listener extra

      If it were deleted: 1 reference would be refused (HTTPRoute team/on-set).
      If listener extra were deleted: 1 reference would be refused (HTTPRoute team/on-set).
      exit 0"
    `);
  });

  it("one with nothing attached", () => {
    const lonely = gateway("edge", "gw", [listener("own", { from: "Same" })]);
    expect(told([lonely], { group: GW, kind: "Gateway", namespace: "edge", name: "gw" }, false)).toMatchInlineSnapshot(`
      "
      Gateway edge/gw
      It has 1 listener, and no route in the input is attached.

      LISTENER   PROTOCOL   TAKES                  ADMITS                             ATTACHED
      own        HTTP 80    HTTPRoute, GRPCRoute   only namespace edge (from: Same)   nothing

      ListenerSets are admitted from no namespace (from: None, the default).
      exit 0"
    `);
  });

  it("a namespace: everything out and in, what lets it in, and what breaks with a label", () => {
    const more = [web("team", "crossing"), grant("team", "open", [{ namespace: "other" }], [{}])];
    const id = { group: "", kind: "Namespace", namespace: null };
    expect(told([...world, ...more], { ...id, name: "team" })).toMatchInlineSnapshot(`
      "
      Namespace team
      4 references lead out of it: 3 permitted, 1 refused. 1 reference stays in it: permitted.

      GRANT                      PERMITS                                                   USAGE
      ReferenceGrant team/open   HTTPRoutes in other may reference every Service in team   unused

      OUT OF IT               FIELD            TO                       VERDICT     BY
      HTTPRoute               rules[0].        Service shared/cache     refused     RefNotPermitted: no
      team/crossing           backendRefs[0]                                        ReferenceGrant in
                                                                                    namespace shared
                                                                                    permits it
      HTTPRoute team/both     parentRefs[0]    Gateway edge/gw          permitted   listener open, listener
                                                                                    chosen
      HTTPRoute team/chosen   parentRefs[0]    Gateway edge/gw#chosen   permitted   listener chosen
      ListenerSet team/set    parentRef        Gateway edge/gw          permitted   allowedListeners of
                                                                                    Gateway edge/gw

      ADMITTED BY       FOR                         BECAUSE
      Gateway edge/gw   routes on listener open     every namespace is admitted
      Gateway edge/gw   routes on listener chosen   of its labels: expose=true
      Gateway edge/gw   ListenerSets                of its labels: expose=true

      If label expose=true were removed: 3 references would be refused (HTTPRoute team/chosen → Gateway edge/gw, HTTPRoute team/on-set → ListenerSet set and ListenerSet team/set → Gateway edge/gw).
      exit 0"
    `);
    expect(told([...world, ...more], { ...id, name: "edge" })).toMatchInlineSnapshot(`
      "
      Namespace edge
      5 references lead into it: 3 permitted, 2 refused.

      INTO IT                     FIELD           TO                       VERDICT     BY
      HTTPRoute other/denied      parentRefs[0]   Gateway edge/gw#chosen   refused     NotAllowedByListeners:
                                                                                       listener chosen admits
                                                                                       namespaces labelled
                                                                                       expose=true (from: Selector);
                                                                                       namespace other has no label
                                                                                       expose
      ListenerSet other/refused   parentRef       Gateway edge/gw          refused     NotAllowed: allowedListeners
                                                                                       of Gateway edge/gw does not
                                                                                       admit namespace other
      HTTPRoute team/both         parentRefs[0]   Gateway edge/gw          permitted   listener open, listener
                                                                                       chosen
      HTTPRoute team/chosen       parentRefs[0]   Gateway edge/gw#chosen   permitted   listener chosen
      ListenerSet team/set        parentRef       Gateway edge/gw          permitted   allowedListeners of Gateway
                                                                                       edge/gw

      ADMITTED BY       FOR                       BECAUSE
      Gateway edge/gw   routes on listener open   every namespace is admitted
      exit 0"
    `);
    expect(told(all("quiet"), { ...id, name: "quiet" })).toMatchInlineSnapshot(`
      "
      Namespace quiet
      Nothing refers out of it or into it. No grant stands in it.
      exit 0"
    `);
  });

  it("an XBackend, of which it is disputed what it needs", () => {
    const backendRefs = [{ group: GWX, kind: "XBackend", name: "x", namespace: "edge" }];
    const made = [
      object(`${GWX}/v1alpha1`, "XBackend", "edge", "x", {}),
      grant("edge", "x", [{ namespace: "team" }], [{ group: GWX, kind: "XBackend" }]),
      route("HTTPRoute", "team", "web", { rules: [{ backendRefs }] }),
    ];
    expect(
      told([...world, ...made], { group: GWX, kind: "XBackend", namespace: "edge", name: "x" }),
    ).toMatchInlineSnapshot(`
      "
      XBackend edge/x
      It is open to HTTPRoutes in team by ReferenceGrant edge/x. 1 reference from outside its namespace: unknown.

      OPENED BY                             OPEN TO          USED BY
      ReferenceGrant edge/x from[0] to[0]   HTTPRoute team   perhaps HTTPRoute team/web

      REFERENCED BY        FIELD                     VERDICT   BY
      HTTPRoute team/web   rules[0].backendRefs[0]   unknown   a grant is needed and given; whether an XBackend of
                                                               another namespace works even so, the specification
                                                               leaves open (GEP-4894)
      exit 4"
    `);
    expect(told([...world, ...made], ofGrant("x", "edge"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant edge/x
      HTTPRoutes in team may reference every XBackend in edge (1 today).

      ENTRY     FROM             TO           USED BY
      from[0]   HTTPRoute team   XBackend *   perhaps HTTPRoute team/web rules[0].backendRefs[0] → x

      If it were deleted: 1 reference would be refused (HTTPRoute team/web → XBackend edge/x). No other grant covers it.

      info     to[0] admits every XBackend of edge; name the ones that are needed  grant-broad
      exit 4"
    `);
  });
});

describe("what could not be seen", () => {
  it("is told, and makes the exit code 4", () => {
    const world = snapshotOf([
      ...all("app", "shared"),
      grant("shared", "g", [{}], [{}]),
      core("Service", "shared", "cache"),
    ]);
    const cluster: Snapshot = {
      ...world,
      source: "cluster",
      gaps: [
        {
          cause: "forbidden",
          groupKind: { group: GW, kind: "HTTPRoute" },
          namespace: null,
          detail: "user jo may not list httproutes.gateway.networking.k8s.io",
        },
        { cause: "forbidden", groupKind: SERVICE, namespace: null, detail: "user jo may not list services" },
      ],
    };
    expect(told(cluster, ofGrant("g"))).toMatchInlineSnapshot(`
      "
      ReferenceGrant shared/g
      HTTPRoutes in app may reference every Service in shared.

      ENTRY     FROM            TO          USED BY
      from[0]   HTTPRoute app   Service *   unknown: HTTPRoutes there could not be seen

      If it were deleted: nothing that could be seen would be refused.

      info     to[0] admits every Service of shared; name the ones that are needed  grant-broad

      Not all was seen:
        HTTPRoutes: user jo may not list httproutes.gateway.networking.k8s.io
      exit 4"
    `);
    expect(told(cluster, { ...SERVICE, namespace: "shared", name: "cache" })).toMatchInlineSnapshot(`
      "
      Service shared/cache
      It is open to HTTPRoutes in app by ReferenceGrant shared/g. Nothing that could be seen references it.

      OPENED BY                               OPEN TO         USED BY
      ReferenceGrant shared/g from[0] to[0]   HTTPRoute app   nothing

      Not all was seen:
        HTTPRoutes: user jo may not list httproutes.gateway.networking.k8s.io
      exit 4"
    `);
  });
});
