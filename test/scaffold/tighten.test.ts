import { describe, expect, it } from "vitest";
import { explainObject } from "../../src/explanations.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { core, GW, GWX, grant, type Manifest, namespace, object, route, snapshotOf } from "../harness/world.ts";
import { grantLines, tightIn } from "./scaffolded.ts";

/** Grants made as tight as their use. */

const to = (kind: string, home: string, ...targets: readonly string[]): Manifest =>
  route(kind, home, `${kind}-${home}-${targets.join("-")}`.toLowerCase(), {
    rules: [{ backendRefs: targets.map((name) => ({ name, namespace: "backend", port: 80 })) }],
  });
const http = (home: string, ...targets: readonly string[]) => to("HTTPRoute", home, ...targets);
const changed = (manifest: Manifest, metadata: object): Manifest => ({
  ...manifest,
  metadata: { ...Object(manifest.metadata), ...metadata },
});

const SERVICES = ["x", "y", "z"].map((name) => core("Service", "backend", name));
const worldOf = (own: Manifest, ...others: readonly Manifest[]): Snapshot =>
  snapshotOf([own, ...others, ...SERVICES, ...["app", "shop", "backend"].map((name) => namespace(name))]);

interface Told {
  readonly result: string;
  readonly printed: readonly string[];
  /** `from×to fate` of each pair. */
  readonly fates: readonly string[];
}

function tight(snapshot: Snapshot): Told {
  const { result, fates, ...more } = tightIn(snapshot, "backend", "allow");
  return {
    result,
    printed: grantLines(more),
    fates: fates.map(({ from, to, fate, open }) => `${from}×${to} ${fate}${open === null ? "" : " open"}`),
  };
}

const allow = (from: Parameters<typeof grant>[2], opened: Parameters<typeof grant>[3]): Manifest =>
  grant("backend", "allow", from, opened);
const shop = { namespace: "shop" };

type Row = readonly [string, readonly [Manifest, ...Manifest[]], Told];
const one = (result: string, entries: string, ...fates: readonly string[]): Told => ({
  result,
  printed: [`backend/allow: ${entries}`],
  fates,
});

const ROWS: readonly Row[] = [
  [
    "a name that is used stays",
    [allow([{}], [{ name: "x" }]), http("app", "x")],
    one("tight", "HTTPRoute app → Service x", "0×0 kept"),
  ],
  [
    "every name becomes the ones that are used, in the order of the alphabet",
    [allow([{}], [{}]), http("app", "z", "x")],
    one("narrowed", "HTTPRoute app → Service x, Service z", "0×0 named"),
  ],
  [
    "a name that nothing uses goes",
    [allow([{}], [{ name: "y" }, { name: "x" }]), http("app", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 dropped", "0×1 kept"),
  ],
  [
    "a source that uses nothing goes",
    [allow([shop, {}], [{}]), http("app", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 dropped", "1×0 named"),
  ],
  [
    "entries stay in their order",
    [allow([shop, {}], [{ name: "z" }, { name: "x" }]), http("app", "x", "z"), http("shop", "x", "z")],
    one(
      "tight",
      "HTTPRoute shop, HTTPRoute app → Service z, Service x",
      "0×0 kept",
      "0×1 kept",
      "1×0 kept",
      "1×1 kept",
    ),
  ],
  [
    "a kind of route that uses nothing goes",
    [allow([{ kind: "GRPCRoute" }, {}], [{ name: "x" }]), http("app", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 dropped", "1×0 kept"),
  ],
  [
    "an entry for every name beside one that is used: the name is enough",
    [allow([{}], [{}, { name: "x" }]), http("app", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 named", "0×1 repeated"),
  ],
  [
    "the same entry twice is kept once",
    [allow([{}, {}], [{ name: "x" }]), http("app", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 kept", "1×0 repeated"),
  ],
  [
    "the same target twice is kept once",
    [allow([{}], [{ name: "x" }, { name: "x" }]), http("app", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 kept", "0×1 repeated"),
  ],
  [
    "its own namespace needs no grant",
    [allow([{ namespace: "backend" }, {}], [{ name: "x" }]), http("app", "x"), http("backend", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 dropped", "1×0 kept"),
  ],
  [
    "a star is the name of nothing",
    [allow([{}], [{ name: "*" }, { name: "x" }]), http("app", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 dropped", "0×1 kept"),
  ],
  [
    "what routes attach to needs no grant",
    [allow([{}], [{ group: GW, kind: "Gateway" }, { name: "x" }]), http("app", "x")],
    one("narrowed", "HTTPRoute app → Service x", "0×0 dropped", "0×1 kept"),
  ],
  [
    "what refers to a target that is not there uses the grant",
    [allow([{}], [{}]), http("app", "gone")],
    one("narrowed", "HTTPRoute app → Service gone", "0×0 named"),
  ],
  ["nothing uses it", [allow([{}], [{}])], { result: "unused", printed: [], fates: ["0×0 dropped"] }],
  [
    "nothing uses it but who needs none",
    [allow([{ namespace: "backend" }], [{}]), http("backend", "x")],
    { result: "unused", printed: [], fates: ["0×0 dropped"] },
  ],
  [
    "what the API server refuses permits nothing",
    [allow([{ namespace: "*" }], [{}]), http("app", "x")],
    { result: "rejected", printed: [], fates: [] },
  ],
  [
    "a kind whose users nobody knows stays as it is",
    [allow([{}, { group: "example.com", kind: "Widget" }], [{ name: "x" }]), http("app", "x")],
    one("tight", "HTTPRoute app, Widget.example.com app → Service x", "0×0 kept", "1×0 kept open"),
  ],
  [
    "what may be used under a disputed rule stays as it is",
    [
      allow([{}], [{ group: GWX, kind: "XBackend" }]),
      route("HTTPRoute", "app", "web", {
        rules: [{ backendRefs: [{ group: GWX, kind: "XBackend", name: "x", namespace: "backend" }] }],
      }),
    ],
    one("tight", `HTTPRoute app → XBackend.${GWX} *`, "0×0 kept open"),
  ],
  [
    "being deleted it counts, and is made tight all the same",
    [
      changed(allow([{}], [{}]), { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/hold"] }),
      http("app", "x"),
    ],
    one("narrowed", "HTTPRoute app → Service x", "0×0 named"),
  ],
];

describe("a grant made as tight as its use", () => {
  it.each(ROWS)("%s", (_, [own, ...others], told) => {
    expect(tight(worldOf(own, ...others))).toEqual(told);
  });

  it("is two where one would let each use what is the other's; what is taken away comes last", () => {
    const own = allow([shop, {}], [{}]);
    const { result, printed } = tight(worldOf(own, http("app", "x"), http("shop", "y")));
    expect({ result, printed }).toEqual({
      result: "narrowed",
      printed: ["backend/app-httproute-x: HTTPRoute app → Service x", "backend/allow: HTTPRoute shop → Service y"],
    });
  });

  it("is none of the names that others have", () => {
    const taken = grant("backend", "app-httproute-x", [{ namespace: "far" }], [{ name: "y" }]);
    const { printed } = tight(worldOf(allow([shop, {}], [{}]), http("app", "x"), http("shop", "y"), taken));
    expect(printed[0]).toBe("backend/app-httproute-x-2: HTTPRoute app → Service x");
  });

  it("has sixteen entries at most", () => {
    const names = Array.from({ length: 20 }, (_, at) => `s${String(at).padStart(2, "0")}`);
    const { grants } = tightIn(worldOf(allow([{}], [{}]), http("app", ...names)), "backend", "allow");
    expect(grants.map(({ to }) => to.length).toSorted((a, b) => a - b)).toEqual([4, 16]);
    expect(grants.at(-1)?.id.name).toBe("allow");
  });

  it("keeps what may be used by somebody who could not be seen, and tightens the rest", () => {
    const gap = {
      cause: "forbidden",
      groupKind: { group: GW, kind: "GRPCRoute" },
      namespace: "shop",
      detail: "hidden",
    } as const;
    const own = allow([{}, shop, { kind: "GRPCRoute", ...shop }], [{}]);
    const world = { ...worldOf(own, http("app", "x")), source: "cluster", gaps: [gap] } as const;
    expect(tight(world)).toMatchObject({ result: "narrowed", fates: ["0×0 named", "1×0 dropped", "2×0 kept open"] });
    expect(tight(world).printed.map((line) => line.split(": ")[1])).toEqual([
      "GRPCRoute shop → Service *",
      "HTTPRoute app → Service x",
    ]);
  });

  it("keeps what files do not tell of", () => {
    const files = snapshotOf([allow([{}, shop], [{}]), http("app", "x"), ...SERVICES], false);
    expect(tight(files)).toMatchObject({ result: "narrowed", fates: ["0×0 named", "1×0 kept open"] });
  });

  it("is as tight as it gets at the second time", () => {
    for (const [, [own, ...others], { result }] of ROWS) {
      const world = worldOf(own, ...others);
      const { grants } = tightIn(world, "backend", "allow");
      if (result === "unused" || result === "rejected") continue;
      const written = grants.map(({ manifest }): Manifest => ({ ...manifest, kind: "ReferenceGrant" }));
      const [again, ...rest] = written.toReversed();
      if (again === undefined) throw new Error("nothing was printed");
      expect(tight(worldOf(again, ...rest, ...others)).result).toBe("tight");
    }
  });

  it("permits what it permitted: what is in use stays permitted", () => {
    for (const [, [own, ...others]] of ROWS) {
      const world = worldOf(own, ...others);
      const { grants } = tightIn(world, "backend", "allow");
      const uses = (snapshot: Snapshot) => {
        const id = { group: GW, kind: "ReferenceGrant", namespace: "backend", name: "allow" };
        const { answer } = explainObject(snapshot, id);
        return answer.explains === "grant" ? answer.ifDeleted.length : null;
      };
      const [again, ...rest] = grants
        .map(({ manifest }): Manifest => ({ ...manifest, kind: "ReferenceGrant" }))
        .toReversed();
      if (again === undefined || rest.length > 0) continue;
      expect(uses(worldOf(again, ...others))).toBe(uses(world));
    }
  });

  it("has the version that it had, unless another is asked for", () => {
    const old: Manifest = { ...allow([{}], [{}]), apiVersion: `${GW}/v1beta1` };
    const world = worldOf(old, http("app", "x"));
    expect(tightIn(world, "backend", "allow").grants[0]?.manifest.apiVersion).toBe(`${GW}/v1beta1`);
    expect(tightIn(world, "backend", "allow", `${GW}/v1`).grants[0]?.manifest.apiVersion).toBe(`${GW}/v1`);
  });

  it("stays as it is where one uses it and another may: of that one nobody knows the namespace", () => {
    const group = "gateway.envoyproxy.io";
    const own = allow([{}], [{ group, kind: "Backend" }]);
    const web = route("HTTPRoute", "app", "web", {
      rules: [{ backendRefs: [{ group, kind: "Backend", name: "x", namespace: "backend" }] }],
    });
    const generated = object("aigateway.envoyproxy.io/v1alpha1", "AIServiceBackend", "models", "llm", {
      schema: { name: "OpenAI" },
      backendRef: { group, kind: "Backend", name: "y", namespace: "backend" },
    });
    expect(tight(worldOf(own, web)).fates).toEqual(["0×0 named"]);
    expect(tight(worldOf(own, web, generated))).toEqual(
      one("tight", `HTTPRoute app → Backend.${group} *`, "0×0 kept open"),
    );
  });

  it("may be of users that only an implementation knows", () => {
    const policy = object("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", "app", "web", {
      targetRefs: [{ group: GW, kind: "HTTPRoute", name: "web" }],
      extAuth: { grpc: { backendRefs: [{ name: "x", namespace: "backend", port: 80 }] } },
    });
    const own = allow([{ group: "gateway.envoyproxy.io", kind: "SecurityPolicy" }], [{}]);
    expect(tight(worldOf(own, policy)).printed).toEqual([
      "backend/allow: SecurityPolicy.gateway.envoyproxy.io app → Service x",
    ]);
  });
});
