import { describe, expect, it } from "vitest";
import { GW, gateway, type Manifest, namespace, object, route, snapshotOf } from "../harness/world.ts";
import { adviceOn, advisedOn, saidOf } from "./advised.ts";

/** Every ending of a reference that its parent decides. */

const REF = "spec.parentRefs[0]";
const WEB = "HTTPRoute app/web";

const web = (ref: object = {}, more: object = {}): Manifest =>
  route("HTTPRoute", "app", "web", { parentRefs: [{ name: "shared", namespace: "edge", ...ref }], ...more });

const listener = (more: object = {}, allowed?: object): object => ({
  name: "http",
  port: 80,
  protocol: "HTTP",
  ...more,
  ...(allowed === undefined ? {} : { allowedRoutes: allowed }),
});
const ALL = { namespaces: { from: "All" } };
const shared = (...listeners: readonly object[]): Manifest => gateway("edge", "shared", listeners);
const selector = (of: object) => ({ namespaces: { from: "Selector", selector: of } });
const expression = (key: string, operator: string, ...values: readonly string[]) =>
  selector({ matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }] });

const onRoute = (edit: string): string => `${REF} correct-reference: HTTPRoute app/web ${REF}.${edit}`;
const onGateway = (repair: string, edit: string): string => `${REF} ${repair}: Gateway edge/shared ${edit}`;
const onNamespace = (edit: string): string => `${REF} label-namespace: Namespace app ${edit}`;
const AT = "spec.listeners[0].allowedRoutes";

const NAME_IN = (...names: readonly string[]): string =>
  JSON.stringify({
    from: "Selector",
    selector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: names }] },
  });

const set = (more: object = {}, home = "app"): Manifest =>
  object(`${GW}/v1`, "ListenerSet", home, "own", {
    parentRef: { name: "shared", namespace: "edge" },
    listeners: [listener({}, ALL)],
    ...more,
  });
const toSet = web({ kind: "ListenerSet", name: "own", namespace: undefined });

const ENDINGS: readonly (readonly [string, readonly Manifest[], readonly string[]])[] = [
  ...[{ "--server": "https://attacker.example" }, { "-o": "yaml" }, { team: "a b" }, { "a/b/c": "d" }].map(
    (matchLabels): readonly [string, readonly Manifest[], readonly string[]] => [
      `a selector that no label can meet, which is not to be pasted: ${JSON.stringify(matchLabels)}`,
      [web(), namespace("app"), shared(listener({}, selector({ matchLabels })))],
      [
        onGateway(
          "admit-namespace",
          `${AT}.namespaces: ${JSON.stringify(selector({ matchLabels }).namespaces)} → ${NAME_IN("app")}`,
        ),
      ],
    ],
  ),
  [
    "a section that is mistyped",
    [web({ sectionName: "htp" }), shared(listener({ name: "https" }, ALL), listener({}, ALL))],
    [onRoute('sectionName: "htp" → "http"')],
  ],
  [
    "a section that is like none: the first listener that takes the route",
    [web({ sectionName: "public" }), shared(listener({ protocol: "TCP" }, ALL), listener({ name: "web" }, ALL))],
    [onRoute('sectionName: "public" → "web"')],
  ],
  ["a port that no listener has", [web({ port: 8080 }), shared(listener({}, ALL))], [onRoute("port: 8080 → 80")]],
  [
    "section and port of different listeners: the section counts",
    [
      web({ sectionName: "http", port: 443 }),
      shared(listener({ name: "https", port: 443, protocol: "HTTPS" }, ALL), listener({}, ALL)),
    ],
    [onRoute("port: 443 → 80")],
  ],
  [
    "a listener that takes other kinds",
    [web(), shared(listener({}, { ...ALL, kinds: [{ kind: "GRPCRoute" }] }))],
    [onGateway("admit-kind", `${AT}.kinds[1]: - → {"group":"${GW}","kind":"HTTPRoute"}`)],
  ],
  [
    "a listener whose protocol carries no such route",
    [web(), shared(listener({ protocol: "TCP" }, ALL))],
    [`${REF} add-listener HTTP or HTTPS`],
  ],
  ["a Gateway without listeners", [web(), shared()], [`${REF} add-listener HTTP or HTTPS`]],
  [
    "only the Gateway's own namespace, by default",
    [web(), shared(listener())],
    [onGateway("admit-namespace", `${AT}: - → {"namespaces":${NAME_IN("edge", "app")}}`)],
  ],
  [
    "only the Gateway's own namespace, as written",
    [web(), shared(listener({}, { namespaces: { from: "Same" } }))],
    [onGateway("admit-namespace", `${AT}.namespaces: {"from":"Same"} → ${NAME_IN("edge", "app")}`)],
  ],
  [
    "a label that the namespace lacks",
    [web(), namespace("app", { team: "shop" }), shared(listener({}, selector({ matchLabels: { tenant: "web" } })))],
    [onNamespace('metadata.labels.tenant: - → "web"')],
  ],
  [
    "a label that a namespace without any lacks",
    [web(), namespace("app"), shared(listener({}, expression("tenant", "In", "web", "api")))],
    [onNamespace('metadata.labels: - → {"tenant":"web"}')],
  ],
  [
    "a label that only has to be there",
    [web(), namespace("app", { team: "shop" }), shared(listener({}, expression("public", "Exists")))],
    [onNamespace('metadata.labels.public: - → "true"')],
  ],
  [
    "a Namespace that the files do not hold",
    [web(), shared(listener({}, selector({ matchLabels: { tenant: "web" } })))],
    [`${REF} label-namespace: create Namespace app`],
  ],
  [
    "a label with another value: the selector takes that in too",
    [web(), namespace("app", { tenant: "shop" }), shared(listener({}, selector({ matchLabels: { tenant: "web" } })))],
    [
      onGateway(
        "admit-namespace",
        `${AT}.namespaces: {"from":"Selector","selector":{"matchLabels":{"tenant":"web"}}} → ` +
          '{"from":"Selector","selector":{"matchExpressions":[{"key":"tenant","operator":"In","values":["web","shop"]}]}}',
      ),
    ],
  ],
  [
    "a value that is kept out",
    [web(), namespace("app", { tenant: "shop" }), shared(listener({}, expression("tenant", "NotIn", "shop", "old")))],
    [
      onGateway(
        "admit-namespace",
        `${AT}.namespaces: {"from":"Selector","selector":{"matchExpressions":[{"key":"tenant","operator":"NotIn","values":["shop","old"]}]}} → ` +
          '{"from":"Selector","selector":{"matchExpressions":[{"key":"tenant","operator":"NotIn","values":["old"]}]}}',
      ),
    ],
  ],
  [
    "a label that must not be there: the rest of the selector stays",
    [
      web(),
      namespace("app", { tenant: "web", old: "yes" }),
      shared(
        listener(
          {},
          selector({ matchLabels: { tenant: "web" }, matchExpressions: [{ key: "old", operator: "DoesNotExist" }] }),
        ),
      ),
    ],
    [
      onGateway(
        "admit-namespace",
        `${AT}.namespaces: {"from":"Selector","selector":{"matchLabels":{"tenant":"web"},"matchExpressions":[{"key":"old","operator":"DoesNotExist"}]}} → ` +
          '{"from":"Selector","selector":{"matchLabels":{"tenant":"web"}}}',
      ),
    ],
  ],
  [
    "a selector that is missing, or that cannot be read",
    [web(), shared(listener({}, { namespaces: { from: "Selector" } }))],
    [onGateway("admit-namespace", `${AT}.namespaces: {"from":"Selector"} → ${NAME_IN("app")}`)],
  ],
  [
    "a label that would shut the namespace out elsewhere is not given",
    [
      web(),
      namespace("app", { team: "shop" }),
      shared(listener({}, selector({ matchLabels: { tenant: "web" } }))),
      gateway("edge", "internal", [listener({}, expression("tenant", "DoesNotExist"))]),
    ],
    [`${REF} none`],
  ],
  [
    "a hostname that no listener has: the listener's own",
    [web({}, { hostnames: ["shop.example.org"] }), shared(listener({ hostname: "www.example.com" }, ALL))],
    [`${REF} add-hostname: HTTPRoute app/web spec.hostnames[1]: - → "www.example.com"`],
  ],
  [
    "a hostname that no listener has: below the listener's",
    [web({}, { hostnames: ["shop.example.org"] }), shared(listener({ hostname: "*.example.com" }, ALL))],
    [`${REF} add-hostname: HTTPRoute app/web spec.hostnames[1]: - → "shop.example.com"`],
  ],
  [
    "a wildcard of the route's own: never the listener's wildcard",
    [web({}, { hostnames: ["*.example.org"] }), shared(listener({ hostname: "*.example.com" }, ALL))],
    [`${REF} add-hostname: HTTPRoute app/web spec.hostnames[1]: - → "example.example.com"`],
  ],
  [
    "a mistyped parent beside the one that was meant: one is enough",
    [
      web(
        {},
        {
          parentRefs: [
            { name: "shard", namespace: "edge" },
            { name: "shared", namespace: "edge" },
          ],
        },
      ),
      shared(listener({}, ALL)),
    ],
    [`${REF} remove-reference: HTTPRoute app/web ${REF}: {"name":"shard","namespace":"edge"} → -`],
  ],
  [
    "a mistyped section beside the one that was meant: one is enough",
    [
      web(
        {},
        {
          parentRefs: [
            { name: "shared", namespace: "edge", sectionName: "htp" },
            { name: "shared", namespace: "edge", sectionName: "http" },
          ],
        },
      ),
      shared(listener({}, ALL)),
    ],
    [`${REF} remove-reference: HTTPRoute app/web ${REF}: {"name":"shared","namespace":"edge","sectionName":"htp"} → -`],
  ],
  [
    "a section that is like none beside another: the next that is free",
    [
      web(
        {},
        {
          parentRefs: [
            { name: "shared", namespace: "edge", sectionName: "public" },
            { name: "shared", namespace: "edge", sectionName: "http" },
          ],
        },
      ),
      shared(listener({}, ALL), listener({ name: "other", port: 81 }, ALL)),
    ],
    [onRoute('sectionName: "public" → "other"')],
  ],
  [
    "a mistyped parent beside a section of the one that was meant: the API server would refuse both",
    [
      web(
        {},
        {
          parentRefs: [
            { name: "shard", namespace: "edge" },
            { name: "shared", namespace: "edge", sectionName: "http" },
          ],
        },
      ),
      shared(listener({}, ALL)),
    ],
    [`${REF} create-parent Gateway edge/shard`],
  ],
  [
    "the listener that needs least",
    [
      web({}, { hostnames: ["shop.example.org"] }),
      shared(listener({ hostname: "*.example.com" }), listener({ name: "open", hostname: "*.example.net" }, ALL)),
    ],
    [`${REF} add-hostname: HTTPRoute app/web spec.hostnames[1]: - → "shop.example.net"`],
  ],
  [
    "two obstacles, with two owners",
    [web({}, { hostnames: ["shop.example.org"] }), shared(listener({ hostname: "*.example.com" }))],
    [
      onGateway("admit-namespace", `${AT}: - → {"namespaces":${NAME_IN("edge", "app")}}`),
      `${REF} add-hostname: HTTPRoute app/web spec.hostnames[1]: - → "shop.example.com"`,
    ],
  ],
  [
    "a listener that takes the kind, perhaps",
    [
      route("TCPRoute", "app", "web", { parentRefs: [{ name: "shared", namespace: "edge" }] }),
      shared(listener({ protocol: "TLS" })),
    ],
    [`${REF} repair-and-ask`, onGateway("admit-namespace", `${AT}: - → {"namespaces":${NAME_IN("edge", "app")}}`)].map(
      (line) => line.replace(`${REF} admit`, `${REF} admit`),
    ),
  ],
  ["a parent that nobody has", [web()], [`${REF} create-parent Gateway edge/shared`]],
  [
    "a parent whose name is mistyped",
    [web({ name: "shard" }), shared(listener({}, ALL))],
    [onRoute('name: "shard" → "shared"')],
  ],
  [
    "a parent whose name is mistyped, and then a listener that is closed",
    [web({ name: "shard" }), shared(listener())],
    [
      onRoute('name: "shard" → "shared"'),
      onGateway("admit-namespace", `${AT}: - → {"namespaces":${NAME_IN("edge", "app")}}`),
    ],
  ],
  [
    "a parent near by that cannot take such a route is not meant",
    [web({ name: "shard" }), shared(listener({ protocol: "TCP" }, ALL))],
    [`${REF} create-parent Gateway edge/shard`],
  ],
  [
    "a parent whose namespace was left out",
    [web({ namespace: undefined }), shared(listener({}, ALL))],
    [onRoute('namespace: - → "edge"')],
  ],
  [
    "a parent of that name in several other namespaces",
    [web({ namespace: undefined }), shared(listener({}, ALL)), gateway("lab", "shared", [listener({}, ALL)])],
    [`${REF} create-parent Gateway app/shared, there is one elsewhere`],
  ],
  [
    "a slip of the parent's kind",
    [web({ kind: "Gateways" }), shared(listener({}, ALL))],
    [onRoute('kind: "Gateways" → "Gateway"')],
  ],
  [
    "a slip of the parent's kind, and then a listener that is closed",
    [web({ kind: "Gateways" }), shared(listener())],
    [
      onRoute('kind: "Gateways" → "Gateway"'),
      onGateway("admit-namespace", `${AT}: - → {"namespaces":${NAME_IN("edge", "app")}}`),
    ],
  ],
  [
    "a ListenerSet that its Gateway does not take",
    [set(), shared(listener({}, ALL))],
    [`spec.parentRef admit-namespace: Gateway edge/shared spec.allowedListeners: - → {"namespaces":${NAME_IN("app")}}`],
  ],
  [
    "a route on a ListenerSet that its Gateway does not take",
    [toSet, set(), shared(listener({}, ALL))],
    [onGateway("admit-namespace", `spec.allowedListeners: - → {"namespaces":${NAME_IN("app")}}`)],
  ],
  [
    "a route on a ListenerSet, where both are closed",
    [web({ kind: "ListenerSet", name: "own", namespace: "sets" }), set({ listeners: [listener()] }, "sets"), shared()],
    [
      onGateway("admit-namespace", `spec.allowedListeners: - → {"namespaces":${NAME_IN("sets")}}`),
      `${REF} admit-namespace: ListenerSet sets/own ${AT}: - → {"namespaces":${NAME_IN("sets", "app")}}`,
    ],
  ],
  ["a route on a ListenerSet whose Gateway is not there", [toSet, set()], [`${REF} create-parent Gateway edge/shared`]],
  [
    "a parent of a kind that the implementation knows",
    [web({ group: "example.com", kind: "Mesh" })],
    [`${REF} ask-implementation: whether HTTPRoutes may have parents of kind Mesh is the implementation's to say`],
  ],
  [
    "a Service parent that is not there",
    [web({ group: "", kind: "Service" })],
    [`${REF} create-parent Service edge/shared`],
  ],
];

describe("advice on attachments", () => {
  it.each(ENDINGS)("%s", (_, world, lines) => {
    const [{ kind, metadata } = web()] = world;
    const { namespace: home, name }: { namespace?: string; name?: string } = Object(metadata);
    const advised = adviceOn(world, `${kind} ${home}/${name}`);
    expect(advised.filter((line) => line.startsWith("spec.parentRef"))).toEqual(lines);
  });

  it("says where to look while the labels of the namespace are not seen", () => {
    const world = [web(), namespace("app"), shared(listener({}, selector({ matchLabels: { tenant: "web" } })))];
    const gap = { cause: "forbidden", groupKind: { group: "", kind: "Namespace" }, namespace: null } as const;
    const snapshot = snapshotOf(world);
    const objects = new Map([...snapshot.objects].filter(([, { id }]) => id.kind !== "Namespace"));
    const [advised] = advisedOn(
      { ...snapshot, source: "cluster", objects, gaps: [{ ...gap, detail: "hidden" }] },
      { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" },
    );
    expect(saidOf(advised?.advice ?? null)).toEqual(["look: forbidden"]);
  });

  it("says where to look for a parent in files that are not the whole world", () => {
    expect(adviceOn([web()], WEB, false)).toEqual([`${REF} look: outside-input`]);
  });

  it("says of a label in a cluster that other Gateways were not looked at", () => {
    const world = [web(), namespace("app"), shared(listener({}, selector({ matchLabels: { tenant: "web" } })))];
    const id = { group: GW, kind: "HTTPRoute", namespace: "app", name: "web" };
    const label = (source: "cluster" | "files") => advisedOn({ ...snapshotOf(world), source }, id)[0]?.advice;
    expect(label("cluster")).toMatchObject({ repairs: [{ repair: "label-namespace", unchecked: true }] });
    expect(label("files")).toMatchObject({ repairs: [{ repair: "label-namespace", unchecked: false }] });
  });

  it("never opens a listener to all", () => {
    const worlds = ENDINGS.map(([, world]) => world);
    const said = worlds.flatMap((world) => {
      const [{ kind, metadata } = web()] = world;
      const { namespace: home, name }: { namespace?: string; name?: string } = Object(metadata);
      return adviceOn(world, `${kind} ${home}/${name}`);
    });
    expect(said.filter((line) => /→.*"All"/.test(line))).toEqual([]);
  });
});
