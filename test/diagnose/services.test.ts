import { describe, expect, it } from "vitest";
import { unselectedServices } from "../../src/diagnose/services.ts";
import type { GrantDecision, GrantTrial, GrantVerdict } from "../../src/model/decision.ts";
import type { Grant, GrantFrom, GrantTo } from "../../src/model/grant.ts";
import { type KubeObject, keyOf, type NamespacedId, type ObjectId } from "../../src/model/object.ts";
import { type Sight, sightOf } from "../../src/model/sight.ts";

const GROUP = "gateway.networking.k8s.io";
const API: NamespacedId = { group: "", kind: "Service", namespace: "backend", name: "api" };
const WEB: NamespacedId = { group: GROUP, kind: "HTTPRoute", namespace: "app", name: "web" };

function service(spec: unknown, id: NamespacedId = API): KubeObject {
  return {
    id,
    apiVersion: "v1",
    labels: new Map(),
    terminating: false,
    body: { apiVersion: "v1", kind: "Service", spec },
    locate: () => null,
  };
}

function sightOn(...objects: readonly KubeObject[]): Sight {
  const byKey = new Map(objects.map((object) => [keyOf(object.id), object]));
  return sightOf({
    source: "cluster",
    closed: true,
    objects: byKey,
    gaps: [],
    problems: [],
    served: null,
    asked: null,
  });
}

/** A grant for HTTPRoutes of app; entries of `to` are completed to "every Service". */
function grant(name: string, to: readonly Partial<GrantTo>[], from: Partial<GrantFrom> = {}): Grant {
  return {
    id: { group: GROUP, kind: "ReferenceGrant", namespace: "backend", name },
    apiVersion: `${GROUP}/v1`,
    from: [{ index: 0, entry: { group: GROUP, kind: "HTTPRoute", namespace: "app", ...from } }],
    to: to.map((entry, index) => ({ index, entry: { group: "", kind: "Service", name: null, ...entry } })),
    terminating: false,
    rejected: false,
  };
}

function decision(outcome: GrantVerdict, referent: ObjectId = API, referrer = WEB): GrantDecision {
  return {
    handshake: "grant",
    reference: {
      handshake: "grant",
      row: "HTTPRoute.backendRefs",
      path: ["spec", "rules", 0, "backendRefs", 0],
      referrer,
      referent,
      scope: null,
      enforcement: "required",
      trustedAs: [referrer],
      implicit: false,
      asksAtHome: false,
      asksUnderMesh: false,
      trustUnknown: false,
      namesUnread: false,
      heldIn: null,
      doubt: null,
      missingReason: "BackendNotFound",
    },
    outcome,
    referentExistence: "present",
  };
}

const trialOf = (one: Grant): GrantTrial => ({ grant: one, from: 0, to: 0, trusting: "app", failed: [], slips: [] });

function permittedBy(first: Grant, ...others: readonly Grant[]): GrantVerdict {
  const trials = [trialOf(first), ...others.map(trialOf)] as const;
  return { verdict: "permitted", witness: { by: "grant", trials }, trials };
}

interface World {
  readonly spec?: unknown;
  readonly grants?: readonly Grant[];
  readonly decisions?: readonly GrantDecision[];
  readonly objects?: readonly KubeObject[];
}

const named = grant("g", [{ name: "api" }]);
const every = grant("every", [{}]);

/** Severity, Service, cause and grants of what is found of a Service without selector that a grant names. */
function found({ spec = {}, grants = [named], decisions = [], objects = [service(spec)] }: World): readonly string[] {
  return unselectedServices(grants, decisions, sightOn(...objects)).map((finding) => {
    if (finding.code !== "service-unselected" || finding.subject !== finding.service) return finding.code;
    const { severity, why, service: id } = finding;
    return `${severity} ${id.namespace}/${id.name} ${why} by ${finding.grants.map((one) => one.id.name).join(", ")}`;
  });
}

const NO_SELECTOR = ["warning backend/api no-selector by g"];

describe("a Service that a grant names", () => {
  const table: readonly (readonly [string, unknown, "external-name" | "no-selector" | null])[] = [
    ["with a selector", { selector: { app: "api" } }, null],
    ["without one", {}, "no-selector"],
    ["with an empty one", { selector: {} }, "no-selector"],
    ["with null for one", { selector: null }, "no-selector"],
    ["without a spec", undefined, null],
    ["of type ClusterIP without one", { type: "ClusterIP" }, "no-selector"],
    ["of type LoadBalancer without one", { type: "LoadBalancer" }, "no-selector"],
    ["without address and without one", { clusterIP: "None" }, "no-selector"],
    ["that is an alias", { type: "ExternalName", externalName: "example.org" }, "external-name"],
    ["that is an alias with a selector", { type: "ExternalName", selector: { app: "api" } }, "external-name"],
    ["whose selector cannot be read", { selector: "app=api" }, null],
    ["whose type cannot be read", { type: 1 }, null],
  ];
  it.each(table)("%s", (_, spec, why) => {
    expect(found({ objects: [service(spec)] })).toEqual(why === null ? [] : [`warning backend/api ${why} by g`]);
  });
  it("that was not read is no finding", () => {
    expect(found({ objects: [{ ...service({}), body: null }] })).toEqual([]);
    expect(found({ objects: [] })).toEqual([]);
  });
});

describe("a Service is opened", () => {
  const table: readonly (readonly [string, Grant])[] = [
    ["another name", grant("g", [{ name: "other" }])],
    ["another kind", grant("g", [{ name: "api", kind: "Secret" }])],
    ["another group", grant("g", [{ name: "api", group: "x.io" }])],
    ["its own namespace alone", grant("g", [{ name: "api" }], { namespace: "backend" })],
    ["every name, which nothing uses", every],
  ];
  it.each(table)("not by a grant for %s", (_, other) => {
    expect(found({ grants: [other] })).toEqual([]);
  });
  it("by an unused grant that names it, whoever is trusted", () => {
    expect(found({ grants: [grant("g", [{ name: "api" }], { group: "x.io", kind: "Thing" })] })).toEqual(NO_SELECTOR);
  });
  it("by a grant for every name that a reference relies on", () => {
    expect(found({ grants: [every], decisions: [decision(permittedBy(every))] })).toEqual([
      "warning backend/api no-selector by every",
    ]);
  });

  const gap = { cause: "failed", groupKind: null, namespace: null, detail: "" } as const;
  const trials = [trialOf(every)];
  const others: readonly (readonly [string, GrantDecision])[] = [
    ["is refused", decision({ verdict: "refused", reason: "RefNotPermitted", trials })],
    ["is not certain", decision({ verdict: "unknown", gaps: [gap], trials })],
    ["a mesh permits", decision({ verdict: "permitted", witness: { by: "meshExemption" }, trials })],
    ["nobody is asked for", decision({ verdict: "permitted", witness: { by: "unenforced" }, trials })],
    [
      "stays in its namespace",
      decision({ verdict: "permitted", witness: { by: "sameNamespace" }, trials }, API, {
        ...WEB,
        namespace: "backend",
      }),
    ],
    ["is to another Service", decision(permittedBy(every), { ...API, name: "other" })],
    ["is to another kind", decision(permittedBy(every), { ...API, kind: "Secret" })],
  ];
  it.each(others)("not by a reference that %s", (_, other) => {
    expect(found({ grants: [every], decisions: [other] })).toEqual([]);
  });
});

describe("findings", () => {
  it("are one for each Service, with all grants that open it", () => {
    const grants = [named, every, grant("a", [{ name: "api" }, { name: "api" }, {}]), grant("unused", [{}])];
    const decisions = [decision(permittedBy(every, named)), decision(permittedBy(every))];
    expect(found({ grants, decisions })).toEqual(["warning backend/api no-selector by a, every, g"]);
  });
  it("come in the order of the Services", () => {
    const grants = [grant("g", [{ name: "z" }, { name: "b" }]), named];
    const objects = ["api", "z", "b"].map((name) => service({}, { ...API, name }));
    expect(found({ grants, objects })).toEqual([
      "warning backend/api no-selector by g",
      "warning backend/b no-selector by g",
      "warning backend/z no-selector by g",
    ]);
  });
});

describe("size", () => {
  it("20,000 references to one Service by 1,000 grants, and 20,000 Services", () => {
    const grants = Array.from({ length: 1_000 }, (_, i) => grant(`g${i}`, [{ name: "api" }, { name: `s${i}` }]));
    const decisions = Array.from({ length: 20_000 }, (_, i) => decision(permittedBy(grants[i % 1_000] ?? named)));
    const objects = Array.from({ length: 20_000 }, (_, i) => service({}, { ...API, name: `s${i}` }));
    const sight = sightOn(service({}), ...objects);
    const start = performance.now();
    expect(unselectedServices(grants, decisions, sight)).toHaveLength(1_001);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
