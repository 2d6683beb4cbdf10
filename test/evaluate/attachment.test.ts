import { describe, expect, it } from "vitest";
import { GW, gateway, type Manifest, namespace, reportOn, route, verdictOf } from "../harness/world.ts";

const http = { name: "http", port: 80, protocol: "HTTP" };
const allow = (namespaces: object, more: object = {}) => ({ allowedRoutes: { namespaces, ...more } });
const all = allow({ from: "All" });

/** The verdict on one parentRef of a route in namespace `app` against a Gateway edge/gw with these listeners. */
function attach(
  listeners: readonly object[],
  options: {
    parentRef?: object;
    kind?: string;
    spec?: object;
    labels?: Record<string, string>;
    closed?: boolean;
    more?: readonly Manifest[];
  } = {},
): string {
  const {
    parentRef = {},
    kind = "HTTPRoute",
    spec = {},
    labels = {},
    closed = true,
    more = [namespace("app", labels)],
  } = options;
  const attached = route(kind, "app", "r", { parentRefs: [{ name: "gw", namespace: "edge", ...parentRef }], ...spec });
  const [decision] = reportOn([gateway("edge", "gw", listeners), attached, ...more], closed).decisions;
  if (decision === undefined) throw new Error("no decision");
  return verdictOf(decision);
}

describe("which listeners a parentRef means", () => {
  it.each([
    [{}, "permitted"],
    [{ sectionName: "http" }, "permitted"],
    [{ port: 80 }, "permitted"],
    [{ sectionName: "http", port: 80 }, "permitted"],
    [{ sectionName: "https" }, "refused NoMatchingParent"],
    [{ port: 81 }, "refused NoMatchingParent"],
    [{ sectionName: "http", port: 81 }, "refused NoMatchingParent"],
  ])("%j: %s", (parentRef, verdict) => {
    expect(attach([{ ...http, ...all }], { parentRef })).toBe(verdict);
  });

  it("a Gateway without listeners has no matching one", () => {
    expect(attach([])).toBe("refused NoMatchingParent");
  });

  it("a Gateway that does not exist permits nothing; outside the input it is unknown", () => {
    const orphan = route("HTTPRoute", "app", "r", { parentRefs: [{ name: "gone" }] });
    expect(reportOn([orphan]).decisions.map(verdictOf)).toEqual(["refused ParentNotFound"]);
    expect(reportOn([orphan], false).decisions.map(verdictOf)).toEqual(["unknown"]);
  });
});

describe("namespaces", () => {
  it.each([
    [undefined, "refused NotAllowedByListeners"],
    [{}, "refused NotAllowedByListeners"],
    [{ from: "Same" }, "refused NotAllowedByListeners"],
    [{ from: "All" }, "permitted"],
    [{ from: "None" }, "refused NotAllowedByListeners"],
    [{ from: "Everyone" }, "refused NotAllowedByListeners"],
    [{ from: "Selector" }, "refused NotAllowedByListeners"],
    [{ from: "Selector", selector: {} }, "permitted"],
    [{ from: "All", selector: { matchLabels: { a: "no" } } }, "permitted"],
    [{ from: "Selector", selector: { matchLabels: { team: "a" } } }, "permitted"],
    [{ from: "Selector", selector: { matchLabels: { team: "b" } } }, "refused NotAllowedByListeners"],
    [{ from: "Selector", selector: { matchLabels: { "kubernetes.io/metadata.name": "app" } } }, "permitted"],
    [
      { from: "Selector", selector: { matchExpressions: [{ key: "team", operator: "In", values: ["a", "b"] }] } },
      "permitted",
    ],
    [
      { from: "Selector", selector: { matchExpressions: [{ key: "team", operator: "NotIn", values: ["a"] }] } },
      "refused NotAllowedByListeners",
    ],
    [
      { from: "Selector", selector: { matchExpressions: [{ key: "other", operator: "NotIn", values: ["a"] }] } },
      "permitted",
    ],
    [{ from: "Selector", selector: { matchExpressions: [{ key: "team", operator: "Exists" }] } }, "permitted"],
    [
      { from: "Selector", selector: { matchExpressions: [{ key: "team", operator: "DoesNotExist" }] } },
      "refused NotAllowedByListeners",
    ],
    [
      { from: "Selector", selector: { matchExpressions: [{ key: "team", operator: "Is", values: ["a"] }] } },
      "refused NotAllowedByListeners",
    ],
    [
      { from: "Selector", selector: { matchExpressions: [{ key: "team", operator: "In", values: [] }] } },
      "refused NotAllowedByListeners",
    ],
    [
      {
        from: "Selector",
        selector: { matchLabels: { team: "a" }, matchExpressions: [{ key: "tier", operator: "Exists" }] },
      },
      "refused NotAllowedByListeners",
    ],
  ])("%j: %s", (namespaces, verdict) => {
    const listener = namespaces === undefined ? http : { ...http, ...allow(namespaces) };
    expect(attach([listener], { labels: { team: "a" } })).toBe(verdict);
  });

  describe("where the Namespace is not in the input", () => {
    const selector = (labels: object) => [
      { ...http, ...allow({ from: "Selector", selector: { matchLabels: labels } }) },
    ];
    it("a selector on its labels cannot be told", () => {
      expect(attach(selector({ team: "a" }), { closed: false, more: [] })).toBe("unknown");
    });
    it("a selector on the name that every Namespace is labelled with can", () => {
      expect(attach(selector({ "kubernetes.io/metadata.name": "app" }), { closed: false, more: [] })).toBe("permitted");
      expect(attach(selector({ "kubernetes.io/metadata.name": "b", team: "a" }), { closed: false, more: [] })).toBe(
        "refused NotAllowedByListeners",
      );
    });
    it("a closed world knows that it has no other label", () => {
      expect(attach(selector({ team: "a" }), { more: [] })).toBe("refused NotAllowedByListeners");
    });
  });
});

describe("kinds", () => {
  const tls = (mode: string) => ({ name: "tls", port: 443, protocol: "TLS", tls: { mode } });
  it.each([
    ["HTTPRoute", http, "permitted"],
    ["GRPCRoute", http, "permitted"],
    ["HTTPRoute", { ...http, protocol: "HTTPS" }, "permitted"],
    ["TLSRoute", tls("Passthrough"), "permitted"],
    ["TLSRoute", tls("Terminate"), "permitted"],
    ["TCPRoute", { ...http, protocol: "TCP" }, "permitted"],
    ["UDPRoute", { ...http, protocol: "UDP" }, "permitted"],
    ["TCPRoute", http, "refused NotAllowedByListeners"],
    ["HTTPRoute", tls("Passthrough"), "refused NotAllowedByListeners"],
    ["UDPRoute", { ...http, protocol: "TCP" }, "refused NotAllowedByListeners"],
    // Left open by the specification (docs/rules.md §3.3): not ours to guess.
    ["TCPRoute", tls("Terminate"), "unknown"],
    ["HTTPRoute", { ...http, protocol: "example.com/own" }, "unknown"],
  ])("%s on %j: %s", (kind, listener, verdict) => {
    expect(attach([{ ...listener, ...all }], { kind })).toBe(verdict);
  });

  it.each([
    [[], "permitted"],
    [[{ kind: "HTTPRoute" }], "permitted"],
    [[{ kind: "Foo" }, { kind: "HTTPRoute", group: GW }], "permitted"],
    [[{ kind: "GRPCRoute" }], "refused NotAllowedByListeners"],
    [[{ kind: "HTTPRoute", group: "example.com" }], "refused NotAllowedByListeners"],
  ])("allowedRoutes.kinds %j: %s", (kinds, verdict) => {
    expect(attach([{ ...http, ...allow({ from: "All" }, { kinds }) }])).toBe(verdict);
  });
});

describe("hostnames", () => {
  it.each([
    [undefined, ["a.example.com"], "permitted"],
    ["a.example.com", undefined, "permitted"],
    ["a.example.com", ["a.example.com"], "permitted"],
    ["a.example.com", ["b.example.com", "a.example.com"], "permitted"],
    ["a.example.com", ["b.example.com"], "refused NoMatchingListenerHostname"],
    ["*.example.com", ["a.b.example.com"], "permitted"],
    ["*.example.com", ["example.com"], "refused NoMatchingListenerHostname"],
    ["*.foo.com", ["barfoo.com"], "refused NoMatchingListenerHostname"],
    ["a.example.com", ["*.example.com"], "permitted"],
    ["*.example.com", ["*.example.com"], "permitted"],
    ["*.example.com", ["*.a.example.com"], "permitted"],
    ["*.a.com", ["*.b.com"], "refused NoMatchingListenerHostname"],
  ])("listener %s, route %j: %s", (hostname, hostnames, verdict) => {
    expect(attach([{ ...http, ...all, hostname }], { spec: { hostnames } })).toBe(verdict);
  });

  it("mean nothing to a TCPRoute", () => {
    expect(
      attach([{ name: "t", port: 1, protocol: "TCP", hostname: "a.b", ...all }], {
        kind: "TCPRoute",
        spec: { hostnames: ["c.d"] },
      }),
    ).toBe("permitted");
  });
});

describe("several listeners", () => {
  const closed = { ...http, name: "closed" };
  it("one that admits is enough", () => {
    expect(attach([closed, { ...http, ...all }])).toBe("permitted");
  });
  it("the reason is that of the furthest any of them got", () => {
    const otherHost = { ...http, name: "host", hostname: "x.y", ...all };
    expect(attach([closed, otherHost], { spec: { hostnames: ["a.b"] } })).toBe("refused NoMatchingListenerHostname");
    expect(attach([closed, otherHost], { spec: { hostnames: ["a.b"] }, parentRef: { sectionName: "closed" } })).toBe(
      "refused NotAllowedByListeners",
    );
  });
});

describe("ListenerSets", () => {
  const set = (namespaceName: string, listeners: readonly object[]): Manifest => ({
    apiVersion: `${GW}/v1`,
    kind: "ListenerSet",
    metadata: { namespace: namespaceName, name: "set" },
    spec: { parentRef: { name: "gw", namespace: "edge" }, listeners },
  });
  const holder = (allowedListeners?: object) =>
    gateway("edge", "gw", [{ ...http, ...all }], allowedListeners === undefined ? {} : { allowedListeners });
  const toSet = (namespaceName: string) =>
    route("HTTPRoute", namespaceName, "r", { parentRefs: [{ kind: "ListenerSet", name: "set", namespace: "team" }] });
  const verdicts = (...manifests: readonly Manifest[]) =>
    reportOn([namespace("team", { may: "listen" }), namespace("app"), ...manifests]).decisions.map(
      (decision) => `${decision.reference.referrer.kind} ${verdictOf(decision)}`,
    );

  it.each([
    [undefined, "ListenerSet refused NotAllowed"],
    [{ namespaces: { from: "None" } }, "ListenerSet refused NotAllowed"],
    [{ namespaces: { from: "Same" } }, "ListenerSet refused NotAllowed"],
    [{ namespaces: { from: "All" } }, "ListenerSet permitted"],
    [{ namespaces: { from: "Selector", selector: { matchLabels: { may: "listen" } } } }, "ListenerSet permitted"],
    [{ namespaces: { from: "Selector", selector: { matchLabels: { may: "not" } } } }, "ListenerSet refused NotAllowed"],
  ])("allowedListeners %j: %s", (allowedListeners, verdict) => {
    expect(verdicts(holder(allowedListeners), set("team", []))).toEqual([verdict]);
  });

  it("Same on a listener of a set means the set's namespace", () => {
    const open = holder({ namespaces: { from: "All" } });
    expect(verdicts(open, set("team", [http]), toSet("team"))).toContain("HTTPRoute permitted");
    expect(verdicts(open, set("team", [http]), toSet("edge"))).toContain("HTTPRoute refused NotAllowedByListeners");
  });

  it("a route on a set that is itself refused is attached to nothing", () => {
    expect(verdicts(holder(), set("team", [{ ...http, ...all }]), toSet("app"))).toContain(
      "HTTPRoute refused ListenerSetNotAllowed",
    );
  });

  it("a set without a Gateway that can hold it takes no routes", () => {
    const open = { ...http, ...all };
    const orphan = (parentRef: object | undefined): Manifest => ({
      ...set("team", [open]),
      spec: { parentRef, listeners: [open] },
    });
    expect(verdicts(orphan({ name: "gone" }), toSet("app"))).toEqual([
      "HTTPRoute refused ListenerSetNotAllowed",
      "ListenerSet refused ParentNotFound",
    ]);
    expect(verdicts(orphan(undefined), toSet("app"))).toEqual(["HTTPRoute refused ListenerSetNotAllowed"]);
    expect(verdicts(orphan({ group: "x.io", kind: "Proxy", name: "p" }), toSet("app"))).toEqual([
      "HTTPRoute unknown",
      "ListenerSet unknown",
    ]);
  });

  it("a parentRef to the Gateway does not reach the listeners of a set", () => {
    const viaGateway = route("HTTPRoute", "app", "r", {
      parentRefs: [{ name: "gw", namespace: "edge", sectionName: "own" }],
    });
    expect(
      verdicts(holder({ namespaces: { from: "All" } }), set("team", [{ ...http, name: "own", ...all }]), viaGateway),
    ).toContain("HTTPRoute refused NoMatchingParent");
  });
});

describe("parents of other kinds", () => {
  it('group "" in a parentRef is core, not the default', () => {
    const more: readonly Manifest[] = [
      { apiVersion: "v1", kind: "Service", metadata: { namespace: "edge", name: "gw" } },
    ];
    expect(attach([{ ...http, ...all }], { parentRef: { group: "", kind: "Service" }, more })).toBe("permitted");
  });
  it("a vendor's kind is the implementation's matter", () => {
    expect(attach([{ ...http, ...all }], { parentRef: { group: "example.com", kind: "Proxy" } })).toBe("unknown");
  });
});
