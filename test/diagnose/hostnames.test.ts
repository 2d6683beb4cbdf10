import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commonHostname } from "../../src/catalogue/hostnames.ts";
import { hostnamesTaken } from "../../src/diagnose/hostnames.ts";
import type { AttachmentDecision, AttachmentVerdict, ListenerTrial } from "../../src/model/decision.ts";
import type { Finding } from "../../src/model/finding.ts";
import type { Listener } from "../../src/model/listener.ts";
import { type KubeObject, keyOf, type NamespacedId } from "../../src/model/object.ts";
import { type Sight, sightOf } from "../../src/model/sight.ts";
import { findingText } from "../../src/render/finding-prose.ts";
import { SEED } from "../harness/law-runs.ts";

const GROUP = "gateway.networking.k8s.io";
const GATEWAY: NamespacedId = { group: GROUP, kind: "Gateway", namespace: "edge", name: "gw" };
const OTHER_GATEWAY: NamespacedId = { ...GATEWAY, name: "other" };

/** A listener of any protocol: which routes it takes is decided before. */
function listener(hostname: string | null = null, index = 0): Listener {
  return {
    name: `l${index}`,
    index,
    port: 80,
    protocol: "HTTP",
    hostname,
    tlsMode: "Terminate",
    kinds: null,
    namespaces: { from: "All" },
  };
}

/** A route as far as it matters here. `on` are the listeners that it is attached to. */
interface Route {
  readonly kind?: string;
  readonly at: string;
  readonly hostnames?: readonly string[] | null;
  readonly created?: unknown;
  readonly rules?: unknown;
  readonly on?: readonly Listener[];
  readonly parent?: NamespacedId;
  readonly verdict?: "permitted" | "refused" | "unknown" | "mesh";
}

function idOf({ kind = "HTTPRoute", at }: Route): NamespacedId {
  const [namespace = "", name = ""] = at.split("/");
  return { group: GROUP, kind, namespace, name };
}

function objectOf(route: Route): KubeObject {
  const { hostnames, created, rules } = route;
  return {
    id: idOf(route),
    apiVersion: `${GROUP}/v1`,
    labels: new Map(),
    terminating: false,
    body: { metadata: { creationTimestamp: created }, spec: { hostnames, rules } },
    locate: () => null,
  };
}

function outcomeOf({ on = [listener()], parent = GATEWAY, verdict = "permitted" }: Route): AttachmentVerdict {
  const trials = on.map((listener): ListenerTrial => ({ parent, listener, labels: null, failed: [], undecided: [] }));
  const [first, ...others] = trials;
  if (verdict === "refused" || first === undefined) return { verdict: "refused", reason: "NoMatchingParent", trials };
  if (verdict === "mesh") return { verdict: "permitted", witness: { by: "meshExemption" }, trials: [] };
  if (verdict === "unknown") {
    const gap = { cause: "failed", groupKind: null, namespace: null, detail: "" } as const;
    return { verdict: "unknown", gaps: [gap], trials };
  }
  return { verdict: "permitted", witness: { by: "listener", trials: [first, ...others] }, trials };
}

function decisionOf(route: Route): AttachmentDecision {
  const { parent = GATEWAY, hostnames = [] } = route;
  const referrer = idOf(route);
  return {
    handshake: "attachment",
    reference: {
      handshake: "attachment",
      row: `${referrer.kind}.parentRefs`,
      path: ["spec", "parentRefs", 0],
      referrer,
      referent: parent,
      implicit: false,
      sectionName: null,
      port: null,
      hostnames,
    },
    outcome: outcomeOf(route),
  };
}

function sightOn(routes: readonly Route[]): Sight {
  const objects = new Map(routes.map((route) => [keyOf(idOf(route)), objectOf(route)]));
  return sightOf({ source: "cluster", closed: true, objects, gaps: [], problems: [], served: null, asked: null });
}

function findings(routes: readonly Route[]): readonly Finding[] {
  return hostnamesTaken(routes.map(decisionOf), sightOn(routes));
}

/** `severity younger < other, seniority: hostname`, and whether they match the same. */
function taken(...routes: readonly Route[]): readonly string[] {
  return findings(routes).map((finding) => {
    if (finding.code !== "hostname-taken") return finding.code;
    const { severity, route, other, seniority, parent, hostname, sameMatch } = finding;
    const place = `${parent.name}#${finding.listener.name} ${hostname ?? "(every name)"}`;
    const at = ({ namespace, name }: NamespacedId) => `${namespace}/${name}`;
    return `${severity} ${at(route)} < ${at(other)} ${seniority}: ${place}${sameMatch ? ", same match" : ""}`;
  });
}

const FIRST = "2024-01-01T00:00:00Z";
const SECOND = "2024-01-01T00:00:01Z";
const THIRD = "2025-01-01T00:00:00Z";
const shop: Route = { at: "a/shop", hostnames: ["shop.example.com"], created: SECOND };
const thief: Route = { at: "b/thief", hostnames: ["shop.example.com"], created: FIRST };
const WARNING = ["warning a/shop < b/thief older: gw#l0 shop.example.com, same match"];

describe("two routes with one name on one listener", () => {
  it("of different namespaces: the younger is told of the older", () => {
    expect(taken(shop, thief)).toEqual(WARNING);
    expect(taken(thief, shop)).toEqual(WARNING);
  });
  it("stand on the younger route", () => {
    expect(findings([shop, thief]).map(({ subject }) => subject)).toEqual([idOf(shop)]);
  });

  const quiet: readonly (readonly [string, Partial<Route>])[] = [
    ["of one namespace", { at: "a/thief" }],
    ["that is refused", { verdict: "refused" }],
    ["of which nothing is certain", { verdict: "unknown" }],
    ["in a mesh", { verdict: "mesh" }],
    ["on another listener", { on: [listener(null, 1)] }],
    ["on another Gateway", { parent: OTHER_GATEWAY }],
    ["with another name", { hostnames: ["shop.example.org"] }],
    ["with a wildcard that covers the name", { hostnames: ["*.example.com"] }],
    ["with every name", { hostnames: [] }],
  ];
  it.each(quiet)("but one %s is no finding", (_, change) => {
    expect(taken(shop, { ...thief, ...change })).toEqual([]);
  });

  it("the same route by two of its parentRefs is no finding", () => {
    expect(taken(shop, shop)).toEqual([]);
    expect(taken(shop, thief, shop, thief)).toEqual(WARNING);
  });
  it("whose name is written twice are one finding", () => {
    expect(taken({ ...shop, hostnames: ["shop.example.com", "shop.example.com"] }, thief)).toEqual(WARNING);
  });
  it("on two listeners, or with two names, are a finding each", () => {
    const on = [listener(null, 1), listener(null, 0)];
    const hostnames = ["z.example.com", "b.example.com"];
    expect(taken({ ...shop, on, hostnames }, { ...thief, on, hostnames })).toEqual([
      "warning a/shop < b/thief older: gw#l0 b.example.com, same match",
      "warning a/shop < b/thief older: gw#l0 z.example.com, same match",
      "warning a/shop < b/thief older: gw#l1 b.example.com, same match",
      "warning a/shop < b/thief older: gw#l1 z.example.com, same match",
    ]);
  });
  it("on listeners of two parents with one name are a finding each", () => {
    const twice = [shop, thief, { ...shop, parent: OTHER_GATEWAY }, { ...thief, parent: OTHER_GATEWAY }];
    expect(taken(...twice)).toEqual([...WARNING, WARNING[0]?.replace("gw#", "other#")]);
  });
});

describe("age", () => {
  const table: readonly (readonly [string, unknown, unknown, string])[] = [
    ["a second less", SECOND, FIRST, "a/shop < b/thief older"],
    ["a second more", FIRST, SECOND, "b/thief < a/shop older"],
    ["the same: namespace and name decide", FIRST, FIRST, "b/thief < a/shop same-time"],
    ["of neither known", undefined, undefined, "b/thief < a/shop unknown"],
    ["of the first alone known", FIRST, undefined, "b/thief < a/shop unknown"],
    ["of the second alone known", undefined, FIRST, "b/thief < a/shop unknown"],
    ["as manifests of tools leave it", null, null, "b/thief < a/shop unknown"],
    ["in a form that does not compare", SECOND, "2024-01-01T01:00:00+09:00", "b/thief < a/shop unknown"],
    ["with fractions of a second", "2024-01-01T00:00:00.5Z", FIRST, "b/thief < a/shop unknown"],
    ["that is no string", 20240101, FIRST, "b/thief < a/shop unknown"],
  ];
  it.each(table)("%s", (_, ours, theirs, expected) => {
    expect(taken({ ...shop, created: ours }, { ...thief, created: theirs })).toEqual([
      `warning ${expected}: gw#l0 shop.example.com, same match`,
    ]);
  });
  it("the same: the order is that of the text namespace/name", () => {
    const created = FIRST;
    expect(taken({ ...shop, created }, { ...thief, at: "a-b/thief", created })).toEqual([
      "warning a/shop < a-b/thief same-time: gw#l0 shop.example.com, same match",
    ]);
  });
});

describe("names", () => {
  const table: readonly (readonly [string, string | null, readonly string[], readonly string[], string | null])[] = [
    ["the routes' own", null, ["a.example.com"], ["a.example.com"], "a.example.com"],
    ["one of several", null, ["x.org", "a.example.com"], ["a.example.com", "y.org"], "a.example.com"],
    ["a wildcard of both", null, ["*.example.com"], ["*.example.com"], "*.example.com"],
    ["every name", null, [], [], "(every name)"],
    ["the listener's, where the routes have none", "a.example.com", [], [], "a.example.com"],
    ["the listener's, where the routes' are wider", "a.example.com", ["*.com"], ["*.com"], "a.example.com"],
    ["the routes', where the listener's is wider", "*.com", ["a.com"], ["a.com"], "a.com"],
    ["the narrower of two wildcards", "*.com", ["*.a.com"], ["*.a.com"], "*.a.com"],
    ["none that the listener does not have", "*.org", ["a.com", "a.org"], ["a.com", "b.org"], null],
    ["a wildcard and a name under it", null, ["*.example.com"], ["a.example.com"], null],
    ["nested wildcards", null, ["*.example.com"], ["*.a.example.com"], null],
  ];
  it.each(table)("%s", (_, hostname, ours, theirs, common) => {
    const on = [listener(hostname)];
    expect(taken({ ...shop, on, hostnames: ours }, { ...thief, on, hostnames: theirs })).toEqual(
      common === null ? [] : [`warning a/shop < b/thief older: gw#l0 ${common}, same match`],
    );
  });

  const spelled: readonly (readonly [string, readonly string[], readonly string[], "same" | "shared"])[] = [
    ["the older by the whole name, the younger by none", [], ["a.b.com"], "same"],
    ["the older by the whole name, the younger by a wildcard", ["*.b.com"], ["a.b.com"], "same"],
    ["the older by the longer wildcard", ["*.com"], ["*.b.com"], "same"],
    ["both by the whole name, the older by a wildcard too", ["a.b.com"], ["*.com", "a.b.com"], "same"],
    ["the younger by the whole name, the older by none", ["a.b.com"], [], "shared"],
    ["the younger by the whole name, the older by a wildcard", ["a.b.com"], ["*.b.com"], "shared"],
    ["the younger by the longer wildcard", ["*.b.com"], ["*.com"], "shared"],
  ];
  it.each(spelled)("of one listener, claimed %s", (_, ours, theirs, expected) => {
    const on = [listener("a.b.com")];
    expect(taken({ ...shop, on, hostnames: ours }, { ...thief, on, hostnames: theirs })).toEqual([
      expected === "same"
        ? "warning a/shop < b/thief older: gw#l0 a.b.com, same match"
        : "info a/shop < b/thief older: gw#l0 a.b.com",
    ]);
  });

  const label = fc.constantFrom("a", "b", "c");
  const dotted = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));
  const hostname = fc.oneof(
    dotted,
    dotted.map((name) => `*.${name}`),
    fc.constant(""),
  );
  it("have in common what each says of the other, and that is one of the two", () => {
    fc.assert(
      fc.property(hostname, hostname, (a, b) => {
        const common = commonHostname(a, b);
        expect(commonHostname(b, a)).toBe(common);
        if (common !== undefined) expect([a, b]).toContain(common ?? "");
      }),
    );
  });
});

describe("kinds of routes", () => {
  const both = (kind: string, hostnames: readonly string[] | null): readonly string[] =>
    taken({ ...shop, kind, hostnames }, { ...thief, kind, hostnames });
  it.each(["TCPRoute", "UDPRoute"])("of %s only the oldest is served", (kind) => {
    expect(both(kind, null)).toEqual(["warning a/shop < b/thief older: gw#l0 (every name), same match"]);
  });
  it("TLSRoutes tell requests apart by hostname alone", () => {
    expect(both("TLSRoute", ["shop.example.com"])).toEqual(WARNING);
    expect(taken({ ...shop, kind: "TLSRoute", rules: [{ name: "x" }] }, { ...thief, kind: "TLSRoute" })).toEqual(
      WARNING,
    );
  });
  describe("HTTPRoutes and GRPCRoutes share names, not matches, and an implementation may take one of the two only", () => {
    const rules = [{ matches: [] }];
    const rpc: Route = { ...thief, rules, kind: "GRPCRoute" };
    it("so the younger is warned, whatever their paths", () => {
      const expected = ["warning a/shop < b/thief older: gw#l0 shop.example.com"];
      expect(taken({ ...shop, rules }, rpc)).toEqual(expected);
      const paths = [{ matches: [{ path: { value: "/shop" } }] }];
      const calls = [{ matches: [{ method: { service: "s", method: "m" } }] }];
      expect(taken({ ...shop, rules: paths }, { ...rpc, rules: calls })).toEqual(expected);
    });
    it("whichever of the two it is", () => {
      expect(taken({ ...shop, created: FIRST }, { ...rpc, created: SECOND })).toEqual([
        "warning b/thief < a/shop older: gw#l0 shop.example.com",
      ]);
    });
    it("but of one with the same match before", () => {
      expect(taken(shop, rpc, { ...thief, at: "c/older", created: "2023-01-01T00:00:00Z" })).toContain(
        "warning a/shop < c/older older: gw#l0 shop.example.com, same match",
      );
    });
    it("rather than of one that only shares paths", () => {
      const paths = [{ matches: [{ path: { value: "/shop" } }] }];
      expect(taken({ ...shop, rules: paths }, rpc, { ...shop, at: "c/all", created: FIRST })).toContain(
        "warning a/shop < b/thief older: gw#l0 shop.example.com",
      );
    });
  });
});

const FOUND = { same: WARNING, shared: ["info a/shop < b/thief older: gw#l0 shop.example.com"], apart: [] };

describe("matches of HTTPRoutes", () => {
  const path = (value: string, type?: string) => ({ path: { value, type } });
  const header = (name: string, value: string, type?: string) => ({ name, value, type });
  const all = [{}];
  const one = (match: object) => [{ matches: [match] }];
  const get = one({ path: { value: "/x" }, method: "GET" });
  const table: readonly (readonly [string, unknown, unknown, "same" | "shared" | "apart"])[] = [
    ["no rules: everything", undefined, undefined, "same"],
    ["no matches: everything", all, undefined, "same"],
    ["an empty list of matches: everything", [{ matches: [] }], undefined, "same"],
    ["an empty match: everything", one({}), undefined, "same"],
    ["the prefix / is everything", one(path("/")), undefined, "same"],
    ["an empty list of rules: nothing", [], undefined, "shared"],
    ["paths", one(path("/x")), one(path("/x")), "same"],
    ["paths that differ", one(path("/x")), one(path("/y")), "apart"],
    ["one path under the other", one(path("/x")), one(path("/x/y")), "shared"],
    ["one path far under the other", one(path("/x")), one(path("/x/y/z", "Exact")), "shared"],
    ["one path that begins like the other", one(path("/x")), one(path("/xy")), "apart"],
    ["everything and a path", one(path("/")), one(path("/x", "Exact")), "shared"],
    ["a prefix under a path that is exact", one(path("/x", "Exact")), one(path("/x/y")), "apart"],
    ["paths under one path", one(path("/x/y")), one(path("/x/z", "Exact")), "apart"],
    ["no path: everything", one({ method: "GET" }), one(path("/x")), "shared"],
    ["an expression for a path", one(path("/x.*", "RegularExpression")), one(path("/y")), "shared"],
    ["a path that is none", one(path("x")), one(path("/y")), "shared"],
    [
      "one path of several",
      [...one(path("/y")), ...one(path("/x/y"))],
      [...one(path("/x")), ...one(path("/z"))],
      "shared",
    ],
    [
      "none of several paths",
      [...one(path("/y")), ...one(path("/x/y"))],
      [...one(path("/x/z")), ...one(path("/z"))],
      "apart",
    ],
    ["a path beside a match without", [...one(path("/y")), ...one({ method: "GET" })], one(path("/x")), "shared"],
    [
      "paths deeper than most, with much in common",
      one(path(`${"/d".repeat(40)}/x`)),
      one(path(`${"/d".repeat(40)}/y`)),
      "shared",
    ],
    [
      "paths deeper than most, with little in common",
      one(path(`${"/d".repeat(40)}/x`)),
      one(path(`/x${"/d".repeat(40)}`)),
      "apart",
    ],
    ["a prefix by default", one(path("/x")), one(path("/x", "PathPrefix")), "same"],
    ["types of path", one(path("/x", "Exact")), one(path("/x")), "shared"],
    ["a prefix with a slash at its end", one(path("/x/")), one(path("/x")), "same"],
    ["a path with a slash at its end", one(path("/x/", "Exact")), one(path("/x", "Exact")), "apart"],
    ["the case of a path", one(path("/X")), one(path("/x")), "apart"],
    ["methods", get, get, "same"],
    ["a method more", get, one(path("/x")), "shared"],
    ["methods that differ", get, one({ ...path("/x"), method: "PUT" }), "apart"],
    ["methods that differ, without paths", one({ method: "GET" }), one({ method: "POST" }), "apart"],
    ["methods of which one is the same", [...get, ...one({ method: "PUT" })], one({ method: "PUT" }), "same"],
    ["methods that differ beside one more that meets", [...get, ...all], one({ method: "PUT" }), "shared"],
    [
      "methods that differ, each for paths that meet another's",
      [...get, ...one({ ...path("/y"), method: "PUT" })],
      [...one({ ...path("/x"), method: "PUT" }), ...one({ ...path("/y"), method: "GET" })],
      "apart",
    ],
    ["a method that cannot be read", one({ method: 1 }), one({ method: "PUT" }), "shared"],
    ["headers", one({ headers: [header("h", "1")] }), one({ headers: [header("H", "1", "Exact")] }), "same"],
    ["a header more", one({ headers: [header("h", "1")] }), one({}), "shared"],
    ["values of headers", one({ headers: [header("h", "a")] }), one({ headers: [header("H", "A")] }), "apart"],
    [
      "values of headers beside others",
      one({ headers: [header("h", "a"), header("i", "1")] }),
      one({ headers: [header("a", "1"), header("h", "b")] }),
      "apart",
    ],
    ["other headers", one({ headers: [header("h", "a")] }), one({ headers: [header("i", "b")] }), "shared"],
    [
      "values of headers of which one is an expression",
      one({ headers: [header("h", "a")] }),
      one({ headers: [header("h", "b", "RegularExpression")] }),
      "shared",
    ],
    [
      "values of a header of which the second does not count",
      one({ headers: [header("h", "a"), header("h", "b")] }),
      one({ headers: [header("h", "b")] }),
      "apart",
    ],
    [
      "values of parameters",
      one({ queryParams: [header("q", "1")] }),
      one({ queryParams: [header("q", "2")] }),
      "apart",
    ],
    ["headers that cannot be read", one({ headers: 1 }), one({ headers: [header("h", "a")] }), "shared"],
    [
      "types of headers",
      one({ headers: [header("h", "1")] }),
      one({ headers: [header("h", "1", "RegularExpression")] }),
      "shared",
    ],
    [
      "headers in any order",
      one({ headers: [header("h", "1"), header("i", "2")] }),
      one({ headers: [header("i", "2"), header("h", "1")] }),
      "same",
    ],
    [
      "a header twice: the first counts",
      one({ headers: [header("h", "1"), header("H", "2")] }),
      one({ headers: [header("h", "1")] }),
      "same",
    ],
    ["parameters", one({ queryParams: [header("q", "1")] }), one({ queryParams: [header("q", "1")] }), "same"],
    [
      "the case of parameters",
      one({ queryParams: [header("q", "1")] }),
      one({ queryParams: [header("Q", "1")] }),
      "shared",
    ],
    [
      "a parameter for a header",
      one({ queryParams: [header("q", "1")] }),
      one({ headers: [header("q", "1")] }),
      "shared",
    ],
    ["one match of several", one(path("/y")), [...all, { matches: [path("/x"), path("/y")] }], "same"],
    ["what cannot be read", one({ path: "/x" }), one({ path: "/x" }), "shared"],
    ["rules that are no list", "rules", undefined, "shared"],
    ["matches that are no list", [{ matches: "x" }], undefined, "shared"],
    ["a header without a name", one({ headers: [{ value: "1" }] }), one({ headers: [{ value: "1" }] }), "shared"],
    ["matches beside one that cannot be read", [...one({ headers: 1 }), ...all], undefined, "same"],
  ];
  it.each(table)("%s", (_, ours, theirs, expected) => {
    expect(taken({ ...shop, rules: ours }, { ...thief, rules: theirs })).toEqual(FOUND[expected]);
    expect(taken({ ...shop, rules: theirs }, { ...thief, rules: ours })).toEqual(FOUND[expected]);
  });
});

describe("matches of GRPCRoutes", () => {
  const one = (match: object) => [{ matches: [match] }];
  const method = (service?: string, name?: string, type?: string) => one({ method: { service, method: name, type } });
  const table: readonly (readonly [string, unknown, unknown, "same" | "shared" | "apart"])[] = [
    ["no rules: nothing", undefined, undefined, "shared"],
    ["no matches: everything", [{}], one({}), "same"],
    ["methods", method("s", "m"), method("s", "m", "Exact"), "same"],
    ["a service with and without method", method("s", "m"), method("s"), "shared"],
    ["services", method("s"), method("t"), "apart"],
    ["methods that differ", method("s", "m"), method("s", "n"), "apart"],
    ["a method of every service", method(undefined, "m"), method("t"), "shared"],
    ["a method of every service and another method", method(undefined, "m"), method("t", "n"), "apart"],
    ["methods of every service", method(undefined, "m"), method(undefined, "n"), "apart"],
    ["methods of one service with dots", method("a.A", "X"), method("a.A", "Y"), "apart"],
    ["methods and expressions", method("s", "m"), method("s", "n", "RegularExpression"), "shared"],
    [
      "values of headers",
      one({ headers: [{ name: "h", value: "1" }] }),
      one({ headers: [{ name: "h", value: "2" }] }),
      "apart",
    ],
    ["types", method("s"), method("s", undefined, "RegularExpression"), "shared"],
    ["headers", one({ headers: [{ name: "h", value: "1" }] }), one({ headers: [{ name: "H", value: "1" }] }), "same"],
    ["a header more", one({ headers: [{ name: "h", value: "1" }] }), one({}), "shared"],
  ];
  it.each(table)("%s", (_, ours, theirs, expected) => {
    const kind = "GRPCRoute";
    expect(taken({ ...shop, kind, rules: ours }, { ...thief, kind, rules: theirs })).toEqual(FOUND[expected]);
  });
});

describe("several routes with one name", () => {
  const at = (path: string) => [{ matches: [{ path: { value: path } }] }];
  const hostnames = ["shop.example.com"];
  const NAME = "gw#l0 shop.example.com";
  it("the oldest of another namespace is named", () => {
    expect(taken(shop, thief, { ...thief, at: "c/third", created: THIRD })).toEqual([
      ...WARNING,
      `warning c/third < b/thief older: ${NAME}, same match`,
    ]);
  });
  it("the oldest of another namespace is named, though one of its own is older", () => {
    expect(
      taken({ ...shop, created: THIRD }, { ...thief, created: SECOND }, { ...shop, at: "a/old", created: FIRST }),
    ).toEqual([
      `warning a/shop < b/thief older: ${NAME}, same match`,
      `warning b/thief < a/old older: ${NAME}, same match`,
    ]);
  });
  it("one with the same match is named before an older one without", () => {
    expect(
      taken(
        { at: "a/x", hostnames, created: THIRD, rules: at("/x") },
        { at: "b/x", hostnames, created: SECOND, rules: at("/x") },
        { at: "c/y", hostnames, created: FIRST, rules: at("/") },
      ),
    ).toEqual([`warning a/x < b/x older: ${NAME}, same match`, `info b/x < c/y older: ${NAME}`]);
  });
  it("of several with the same match the oldest is named", () => {
    const rules = [...at("/x"), ...at("/y")];
    expect(
      taken(
        { at: "a/x", hostnames, created: THIRD, rules },
        { at: "b/x", hostnames, created: SECOND, rules: at("/x") },
        { at: "c/y", hostnames, created: FIRST, rules: at("/y") },
      )[0],
    ).toBe(`warning a/x < c/y older: ${NAME}, same match`);
  });
  it("an age that is known counts for more than one that is not, a match in common for more than age", () => {
    const old: Route = { at: "d/old", hostnames, created: FIRST, rules: at("/y") };
    const undated: Route = { at: "b/undated", hostnames, rules: at("/y") };
    const young: Route = { at: "c/young", hostnames, created: SECOND, rules: at("/y") };
    expect(taken(old, undated, young)).toEqual([
      `warning c/young < d/old older: ${NAME}, same match`,
      `warning d/old < b/undated unknown: ${NAME}, same match`,
    ]);
    expect(taken(old, undated, { ...young, rules: at("/y/x") })[0]).toBe(`info c/young < d/old older: ${NAME}`);
    expect(taken(old, { ...undated, rules: at("/x") }, { ...young, rules: at("/x") })[0]).toBe(
      `warning c/young < b/undated unknown: ${NAME}, same match`,
    );
  });
  it("the order of the decisions does not matter", () => {
    const routes: readonly Route[] = ["a/1", "b/2", "a/3", "c/4", "b/5"].map((name, index) => ({
      at: name,
      hostnames,
      created: [FIRST, undefined, SECOND][index % 3],
      rules: at(index % 2 === 0 ? "/x" : "/y"),
    }));
    const expected = taken(...routes);
    fc.assert(
      fc.property(fc.shuffledSubarray([...routes], { minLength: routes.length }), (shuffled) => {
        expect(taken(...shuffled)).toEqual(expected);
      }),
    );
  });
});

describe("every route held against every other", () => {
  const HOST = "a.b.com";
  const on = [listener(HOST)];
  const WRITTEN = ["", "*.com", "*.b.com", HOST];
  const PATHS = ["/x", "/y", "/x/a", "/x/a/b", "/xa"];
  const meet = (one: string, other: string): boolean =>
    `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
  interface Sketch {
    readonly at: string;
    readonly created: string | undefined;
    readonly written: string;
    readonly paths: readonly string[];
    /** Of every one of its matches. */
    readonly demands: Readonly<Record<string, string>>;
  }
  const sketch: fc.Arbitrary<Sketch> = fc.record({
    at: fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2", "3", "4")).map((parts) => parts.join("/")),
    created: fc.constantFrom(undefined, FIRST, SECOND),
    written: fc.constantFrom(...WRITTEN),
    paths: fc.subarray(PATHS),
    demands: fc.dictionary(fc.constantFrom("f", "g", "h"), fc.constantFrom("1", "2"), { maxKeys: 2 }),
  });
  const headersOf = ({ demands }: Sketch) => Object.entries(demands).map(([name, value]) => ({ name, value }));
  const agree = (one: Sketch, other: Sketch): boolean =>
    Object.entries(one.demands).every(([name, value]) => (other.demands[name] ?? value) === value);
  const asText = (one: Sketch): string => JSON.stringify(Object.entries(one.demands).toSorted());
  const routeOf = (one: Sketch): Route => ({
    at: one.at,
    created: one.created,
    on,
    hostnames: one.written === "" ? [] : [one.written],
    rules: one.paths.map((path) => ({ matches: [{ path: { value: path }, headers: headersOf(one) }] })),
  });
  const namespaceOf = ({ at }: Sketch): string | undefined => at.split("/")[0];
  const known = (one: Sketch, other: Sketch): boolean => one.created !== undefined && other.created !== undefined;
  /** The age or name by which two routes are told apart, as text: the less goes first. */
  const rank = (one: Sketch, aged: boolean): string => `${aged ? one.created : ""} ${one.at}`;
  /** What the finding on a route has to be, from all routes one by one. */
  const expected = (one: Sketch, all: readonly Sketch[]): string | null => {
    const before = all
      .filter((other) => namespaceOf(other) !== namespaceOf(one))
      .filter((other) => rank(other, known(one, other)) < rank(one, known(one, other)))
      .map((other) => ({
        other,
        aged: known(one, other),
        same:
          WRITTEN.indexOf(other.written) >= WRITTEN.indexOf(one.written) &&
          asText(one) === asText(other) &&
          other.paths.some((path) => one.paths.includes(path)),
      }))
      .filter(
        ({ other }) =>
          [one, other].some(({ paths }) => paths.length === 0) ||
          (agree(one, other) && other.paths.some((path) => one.paths.some((own) => meet(path, own)))),
      );
    const [first] = before.toSorted((x, y) => {
      if (x.same !== y.same) return x.same ? -1 : 1;
      if (x.aged !== y.aged) return x.aged ? -1 : 1;
      return rank(x.other, x.aged) < rank(y.other, y.aged) ? -1 : 1;
    });
    if (first === undefined) return null;
    const { other, aged, same } = first;
    const severity = same ? "warning" : "info";
    const seniority = aged ? (one.created === other.created ? "same-time" : "older") : "unknown";
    return `${severity} ${one.at} < ${other.at} ${seniority}: gw#l0 ${HOST}${same ? ", same match" : ""}`;
  };
  it("gives the same findings", () => {
    const sketches = fc.uniqueArray(sketch, { maxLength: 8, selector: ({ at }) => at });
    fc.assert(
      fc.property(sketches, (all) => {
        const sorted = all.toSorted((x, y) => (x.at < y.at ? -1 : 1));
        const wanted = sorted.map((one) => expected(one, all)).filter((text) => text !== null);
        expect(taken(...all.map(routeOf))).toEqual(wanted);
      }),
      { numRuns: 1_000, ...SEED },
    );
  });
});

describe("the words", () => {
  const said = (...routes: readonly Route[]): readonly (readonly [string, string | null])[] =>
    findings(routes).map((finding) => {
      const { message, detail } = findingText(finding, { width: null, color: false, unicode: false, headers: true });
      return [message, detail];
    });
  const SHARES = "shares shop.example.com on listener l0 of Gateway edge/gw with";
  const SAME = `${SHARES} HTTPRoute b/thief, and a rule of both matches the same requests`;
  it("name the older route", () => {
    expect(said(shop, thief)).toEqual([[SAME, "HTTPRoute b/thief is the older, so it gets them"]]);
  });
  it("claim no difference in age where there is none", () => {
    expect(said({ ...shop, at: "c/shop", created: FIRST }, thief)).toEqual([
      [
        SAME,
        "both were created at the same time, and HTTPRoute b/thief is the first by namespace and name, so it gets them",
      ],
    ]);
  });
  it("claim nothing about age where none is known", () => {
    const [[, detail] = []] = said({ ...shop, created: undefined }, { ...thief, created: undefined });
    expect(detail).toBe("the one that was created first gets them; the files do not say which");
  });
  describe("tell which may take requests of the other", () => {
    const one = (...matches: readonly object[]) => [{ matches }];
    const path = (value: string, type?: string) => ({ path: { value, type } });
    const headers = (...names: readonly string[]) => ({ headers: names.map((name) => ({ name, value: "1" })) });
    const EACH = "each may take requests of the other with a rule that is more specific";
    const OURS =
      "HTTPRoute a/shop may take requests of HTTPRoute b/thief that rules of both match, never the other way round";
    const THEIRS =
      "HTTPRoute b/thief may take requests of HTTPRoute a/shop that rules of both match, never the other way round";
    const REVERSE = new Map([
      [EACH, EACH],
      [OURS, THEIRS],
      [THEIRS, OURS],
    ]);
    const table: readonly (readonly [string, unknown, unknown, string])[] = [
      ["the exact path", one(path("/a", "Exact")), one(path("/")), OURS],
      ["the exact path, not the longer text", one(path("/a", "Exact")), one({ ...path("/a"), method: "GET" }), OURS],
      ["the longer prefix", one(path("/a/b")), one({ ...path("/a"), method: "GET" }), OURS],
      ["the one with a method", one({ method: "GET" }), one(headers("h", "i")), OURS],
      ["the one with more headers", one(headers("h", "i")), one(headers("j")), OURS],
      ["the one with more parameters", one({ queryParams: [{ name: "q", value: "1" }] }), one({}), OURS],
      ["each by another path", one(path("/a"), path("/b/c")), one(path("/a/b"), path("/b")), EACH],
      ["one, where others of its paths meet none", one(path("/a/b"), path("/x")), one(path("/a"), path("/y")), OURS],
      ["each, where one is an expression", one(path("/.*", "RegularExpression")), one(path("/a")), EACH],
    ];
    it.each(table)("%s", (_, ours, theirs, expected) => {
      const detail = (a: unknown, b: unknown) => said({ ...shop, rules: a }, { ...thief, rules: b })[0]?.[1];
      expect(detail(ours, theirs)).toBe(expected);
      expect(detail(theirs, ours)).toBe(REVERSE.get(expected));
    });
    it("the older, where both are as specific; without ages either", () => {
      const [ours, theirs] = [one(headers("h")), one(headers("i"))];
      expect(said({ ...shop, rules: ours }, { ...thief, rules: theirs })[0]?.[1]).toBe(THEIRS);
      const undated = said({ ...shop, rules: ours, created: undefined }, { ...thief, rules: theirs });
      expect(undated[0]?.[1]).toBe(EACH);
    });
    it("the one that spells out more of the hostname, whatever its matches", () => {
      const on = [listener("shop.example.com")];
      const wide: Route = { ...thief, on, hostnames: ["*.example.com"], rules: one(path("/a", "Exact")) };
      expect(said({ ...shop, on }, wide)[0]?.[1]).toBe(OURS);
    });
    it("GRPCRoutes: the one with the longer service, then method", () => {
      const call = (service: string, method?: string) => one({ method: { service, method } });
      const detail = (a: unknown, b: unknown) =>
        said({ ...shop, kind: "GRPCRoute", rules: a }, { ...thief, kind: "GRPCRoute", rules: b })[0]?.[1];
      expect(detail(call("s", "m"), call("s"))).toBe(OURS.replaceAll("HTTPRoute", "GRPCRoute"));
      expect(detail(call("s"), one({}))).toBe(OURS.replaceAll("HTTPRoute", "GRPCRoute"));
    });
  });
  it("tell that one of two kinds may be refused altogether", () => {
    const rpc: Route = { ...thief, kind: "GRPCRoute", rules: [{}] };
    const message = `${SHARES} GRPCRoute b/thief, and an implementation may accept one of the two kinds only`;
    const gain = "is accepted, and the other may be refused altogether";
    expect(said(shop, rpc)).toEqual([[message, `GRPCRoute b/thief is the older, so it ${gain}`]]);
    expect(said({ ...shop, at: "c/shop", created: undefined }, rpc)).toEqual([
      [message, `the one that was created first ${gain}; the files do not say which`],
    ]);
  });
});

describe("size", () => {
  const hostnames = ["shop.example.com"];
  /** Milliseconds that the findings take, and how many there are. */
  function measure(routes: readonly Route[]): { readonly spent: number; readonly count: number } {
    const decisions = routes.map(decisionOf);
    const sight = sightOn(routes);
    const start = performance.now();
    const count = hostnamesTaken(decisions, sight).length;
    return { spent: performance.now() - start, count };
  }
  const many = (make: (index: number) => Route): readonly Route[] => Array.from({ length: 20_000 }, (_, i) => make(i));

  it("20,000 routes of two namespaces with one name and one match", () => {
    const ages = (index: number): string => FIRST.replace("2024", `${1000 + (index % 9000)}`);
    const { spent, count } = measure(many((i) => ({ at: `ns-${i % 2}/r${i}`, hostnames, created: ages(i) })));
    expect(count).toBeGreaterThan(19_990);
    expect(spent).toBeLessThan(2_000);
  });
  it("20,000 routes of which every other has no age", () => {
    const { spent, count } = measure(
      many((i) => ({ at: `ns-${i % 3}/r${i}`, hostnames, created: i % 2 === 0 ? undefined : FIRST })),
    );
    expect(count).toBeGreaterThan(10_000);
    expect(spent).toBeLessThan(2_000);
  });
  it("20,000 routes with one name and a match each", () => {
    const { spent, count } = measure(
      many((i) => ({
        at: `ns-${i % 2}/r${i}`,
        hostnames,
        rules: [{ matches: [{ headers: [{ name: "n", value: `${i}` }] }] }],
      })),
    );
    expect(count).toBe(0);
    expect(spent).toBeLessThan(2_000);
  });
  it("20,000 routes with one name that each demand another header, or a header and a parameter", () => {
    const asked = (name: string, value: string) => [{ name, value }];
    const { spent, count } = measure(
      many((i) => ({
        at: `ns-${i % 2}/r${i}`,
        hostnames,
        rules: [
          { matches: [{ headers: asked(i % 3 === 0 ? `n${i}` : "n", `${i}`), queryParams: asked("q", `${i % 7}`) }] },
        ],
      })),
    );
    expect(count).toBeGreaterThan(9_000);
    expect(spent).toBeLessThan(2_000);
  });
  it("10,000 routes with one name and two paths each, under one path or not", () => {
    const paths = (index: number) => [1, 2].map((part) => ({ path: { value: `/a/b/${index}/${part}` } }));
    const some = (home: (index: number) => string) =>
      many((i) => ({ at: `${home(i)}/r${i}`, hostnames, rules: [{ matches: paths(i) }] })).slice(0, 10_000);
    const apart = measure(some((i) => `ns-${i % 2}`));
    expect(apart.count).toBe(0);
    expect(apart.spent).toBeLessThan(2_000);
    const above: Route = { at: "a/above", hostnames, rules: [{ matches: [{ path: { value: "/a/b" } }] }] };
    const shared = measure([above, ...some(() => "ns")]);
    expect(shared.count).toBe(10_000);
    expect(shared.spent).toBeLessThan(2_000);
  });
  it("20,000 routes of one namespace, and one of another that is younger", () => {
    const { spent, count } = measure([
      ...many((i) => ({ at: `a/r${i}`, hostnames, created: FIRST })),
      { at: "b/late", hostnames, created: SECOND },
    ]);
    expect(count).toBe(1);
    expect(spent).toBeLessThan(2_000);
  });
});
