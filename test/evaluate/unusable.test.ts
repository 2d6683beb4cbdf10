import { describe, expect, it } from "vitest";
import { core, GW, gateway, grant, type Manifest, namespace, reportOn, route } from "../harness/world.ts";

/**
 * A field of the wrong type must never be taken for an absent one, whose default may be "everything": no such field may
 * turn a refusal into a permission.
 */

const api = core("Service", "backend", "api");
const worlds = [namespace("app"), namespace("backend"), namespace("edge"), api];
const listener = { name: "http", port: 80, protocol: "HTTP" };
const hostRoute = (spec: object) =>
  route("HTTPRoute", "app", "web", { parentRefs: [{ name: "gw", namespace: "edge" }], ...spec });
const open = { allowedRoutes: { namespaces: { from: "All" } } };
const backend = (backendRef: object): Manifest =>
  route("HTTPRoute", "app", "web", {
    rules: [{ backendRefs: [{ name: "api", namespace: "backend", port: 80, ...backendRef }] }],
  });
const toSpec = (entry: object): Manifest => ({
  ...grant("backend", "g", [{}], []),
  spec: { from: [{ group: GW, kind: "HTTPRoute", namespace: "app" }], to: [{ group: "", kind: "Service", ...entry }] },
});

/** What is wrong, and the world with it. Were the field absent, the reference would be permitted in each. */
const CASES: readonly (readonly [string, readonly Manifest[]])[] = [
  ["to[].name: a number", [backend({}), toSpec({ name: 123 })]],
  ["to[].name: a list", [backend({}), toSpec({ name: [] })]],
  [
    "selector: a string",
    [
      hostRoute({}),
      gateway("edge", "gw", [{ ...listener, allowedRoutes: { namespaces: { from: "Selector", selector: "team=x" } } }]),
    ],
  ],
  [
    "matchLabels: a list",
    [
      hostRoute({}),
      gateway("edge", "gw", [
        { ...listener, allowedRoutes: { namespaces: { from: "Selector", selector: { matchLabels: ["a"] } } } },
      ]),
    ],
  ],
  [
    "matchExpressions: an object",
    [
      hostRoute({}),
      gateway("edge", "gw", [
        { ...listener, allowedRoutes: { namespaces: { from: "Selector", selector: { matchExpressions: {} } } } },
      ]),
    ],
  ],
  [
    "matchExpressions[].values: a string",
    [
      hostRoute({}),
      gateway("edge", "gw", [
        {
          ...listener,
          allowedRoutes: {
            namespaces: {
              from: "Selector",
              selector: { matchExpressions: [{ key: "a", operator: "NotIn", values: "b" }] },
            },
          },
        },
      ]),
    ],
  ],
  [
    "from: a list",
    [hostRoute({}), gateway("edge", "gw", [{ ...listener, allowedRoutes: { namespaces: { from: ["All"] } } }])],
  ],
  [
    "listener hostname: a list",
    [hostRoute({ hostnames: ["a.b"] }), gateway("edge", "gw", [{ ...listener, ...open, hostname: ["c.d"] }])],
  ],
  [
    "allowedRoutes.kinds: a string",
    [
      hostRoute({}),
      gateway("edge", "gw", [{ ...listener, allowedRoutes: { namespaces: { from: "All" }, kinds: "TCPRoute" } }]),
    ],
  ],
  [
    "route hostnames: a string",
    [hostRoute({ hostnames: "nope.org" }), gateway("edge", "gw", [{ ...listener, ...open, hostname: "a.b" }])],
  ],
  [
    "route hostnames: numbers",
    [hostRoute({ hostnames: [1] }), gateway("edge", "gw", [{ ...listener, ...open, hostname: "a.b" }])],
  ],
  [
    "parentRef port: a string",
    [
      hostRoute({ parentRefs: [{ name: "gw", namespace: "edge", port: "9999" }] }),
      gateway("edge", "gw", [{ ...listener, ...open }]),
    ],
  ],
  [
    "parentRef sectionName: a number",
    [
      hostRoute({ parentRefs: [{ name: "gw", namespace: "edge", sectionName: 1 }] }),
      gateway("edge", "gw", [{ ...listener, ...open }]),
    ],
  ],
  ["backendRef namespace: a number", [backend({ namespace: 5 })]],
  ["backendRef kind: a list", [backend({ kind: ["Service"] }), toSpec({})]],
  ["backendRef group: a number", [backend({ group: 0 }), toSpec({})]],
  ["backendRef group with a version", [backend({ group: "core/v1" }), toSpec({})]],
  ["backendRef name: empty", [backend({ name: "" }), toSpec({})]],
  ["backendRef name with a slash", [backend({ name: "a/b" }), toSpec({})]],
];

describe("a field of the wrong type", () => {
  it.each(CASES)("%s: nothing is permitted, and the field is told", (_what, manifests) => {
    const report = reportOn([...worlds, ...manifests]);
    expect(report.decisions.filter(({ outcome }) => outcome.verdict === "permitted")).toEqual([]);
    expect(report.findings.map(({ code }) => code)).toContain("manifest-rejected");
  });
});
