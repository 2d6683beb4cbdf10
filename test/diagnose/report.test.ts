import { describe, expect, it } from "vitest";
import type { GroupKind } from "../../src/model/object.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { audit } from "../../src/pipeline.ts";
import { GW, gateway, grant, namespace, reportOn, route, snapshotOf } from "../harness/world.ts";

const namespaces = [namespace("app"), namespace("backend"), namespace("edge")];

describe("counts", () => {
  const backendRefs = [{ name: "api", namespace: "backend", port: 80 }];
  const parents = {
    gateway: { name: "gw" },
    mesh: { group: "", kind: "Service", name: "self" },
    other: { group: "example.com", kind: "Ingress", name: "i" },
  };
  const grantsCounted = (...names: (keyof typeof parents)[]) =>
    reportOn([
      ...namespaces,
      gateway("app", "gw", [{ name: "http", port: 80, protocol: "HTTP" }]),
      route("HTTPRoute", "app", "web", { parentRefs: names.map((name) => parents[name]), rules: [{ backendRefs }] }),
    ]).counts.crossing.grant;

  it("a field that is judged under several regimes counts once, by the worst of its verdicts", () => {
    expect(grantsCounted("mesh")).toEqual({ permitted: 1, refused: 0, unknown: 0 });
    for (const names of [
      ["gateway", "mesh"],
      ["gateway", "mesh", "other"],
      ["other", "mesh", "gateway"],
    ] as const) {
      expect(grantsCounted(...names), names.join()).toEqual({ permitted: 0, refused: 1, unknown: 0 });
    }
  });

  it("references of cluster-scoped objects are counted apart", () => {
    const { crossing, local } = reportOn([
      ...namespaces,
      {
        apiVersion: `${GW}/v1`,
        kind: "GatewayClass",
        metadata: { name: "c" },
        spec: { parametersRef: { group: "", kind: "ConfigMap", name: "params", namespace: "edge" } },
      },
    ]).counts;
    const none = { permitted: 0, refused: 0, unknown: 0 };
    expect({ crossing, local }).toEqual({
      crossing: { grant: none, attachment: none, none: { ...none, permitted: 1 } },
      local: none,
    });
  });
});

describe("what nobody saw", () => {
  const hidden = (groupKind: GroupKind) => {
    const gaps: Snapshot["gaps"] = [{ cause: "forbidden", groupKind, namespace: null, detail: "hidden" }];
    return audit({ ...snapshotOf(namespaces), source: "cluster", gaps }, { namespace: null, selector: [] });
  };
  it("matters where it may hold references that can be refused", () => {
    expect(hidden({ group: GW, kind: "HTTPRoute" }).hiddenReferrers).toHaveLength(1);
    expect(hidden({ group: GW, kind: "GatewayClass" }).hiddenReferrers).toEqual([]);
    expect(hidden({ group: "configuration.konghq.com", kind: "KongRoute" }).hiddenReferrers).toEqual([]);
  });
  it("may be grants: ReferencePolicies where they are in force, and nowhere else", () => {
    const hidesGrants = (kind: string, version: string) => {
      const groupKind = { group: GW, kind };
      const gaps: Snapshot["gaps"] = [{ cause: "forbidden", groupKind, namespace: null, detail: "hidden" }];
      const served = ["ReferenceGrant", "ReferencePolicy"].map((name) => ({ group: GW, kind: name, version }));
      const whole: Snapshot = { ...snapshotOf(namespaces), source: "cluster", served, gaps };
      return audit(whole, { namespace: null, selector: [] }).hiddenGrants;
    };
    expect(hidesGrants("ReferenceGrant", "v1")).toBe(true);
    expect(hidesGrants("ReferencePolicy", "v1")).toBe(false);
    expect(hidesGrants("ReferencePolicy", "v1alpha2")).toBe(true);
    expect(hidesGrants("HTTPRoute", "v1")).toBe(false);
  });
});

describe("scope", () => {
  it("a finding about a grant follows the grant, and one about an object the object", () => {
    const manifests = [
      ...namespaces,
      gateway("edge", "gw", [
        { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
      ]),
      grant("backend", "g", [{}], [{ name: "api" }]),
    ];
    const codes = (only: string) =>
      audit(snapshotOf(manifests), { namespace: only, selector: [] }).findings.map(({ code }) => code);
    expect(codes("edge")).toEqual(["listener-open-to-all"]);
    expect(codes("app")).toEqual(codes("backend"));
    expect(codes("app")).toContain("grant-dangling");
  });
});
