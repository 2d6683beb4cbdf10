import { describe, expect, it } from "vitest";
import { GATEWAY_API, GATEWAY_API_X } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { isSlip, likelyMeant, looksLike, meantGroup, meantKind } from "../../src/catalogue/names.ts";
import { OPENED_KINDS, TRUSTED_KINDS } from "../../src/catalogue/referents.ts";
import type { GroupKind } from "../../src/model/object.ts";

const ALL: readonly GroupKind[] = [...TRUSTED_KINDS, ...OPENED_KINDS];

/** `Kind.group`. */
const text = (kind: GroupKind | null): string | null => (kind === null ? null : `${kind.kind}.${kind.group}`);

describe("what was meant by a kind that nobody knows", () => {
  const table: readonly (readonly [group: string, kind: string, meant: string | null])[] = [
    // Case and plural.
    [GATEWAY_API, "httproutes", `HTTPRoute.${GATEWAY_API}`],
    ["gateway.envoyproxy.io", "SecurityPolicies", "SecurityPolicy.gateway.envoyproxy.io"],
    ["gateway.envoyproxy.io", "securitypolicys", "SecurityPolicy.gateway.envoyproxy.io"],
    ["networking.k8s.io", "Ingresses", "Ingress.networking.k8s.io"],
    ["", "Secrets", "Secret."],
    // Groups.
    ["core", "Service", "Service."],
    ["v1", "services", "Service."],
    ["networking.k8s.io", "HTTPRoute", `HTTPRoute.${GATEWAY_API}`],
    ["gateway.k8s.io", "HTTPRoute", `HTTPRoute.${GATEWAY_API}`],
    ["networking.gateway.k8s.io", "HTTPRoute", `HTTPRoute.${GATEWAY_API}`],
    ["gateway.k8s.networking.io", "Gateway", `Gateway.${GATEWAY_API}`],
    [GATEWAY_API_X, "HTTPRoute", `HTTPRoute.${GATEWAY_API}`],
    ["multicluster.k8s.io", "ServiceImport", "ServiceImport.multicluster.x-k8s.io"],
    [`${GATEWAY_API}/v1`, "HTTPRoute", `HTTPRoute.${GATEWAY_API}`],
    // Experimental kinds in the other group, and without their X.
    [GATEWAY_API, "XTelemetryPolicy", `XTelemetryPolicy.${GATEWAY_API_X}`],
    [GATEWAY_API, "TelemetryPolicy", `XTelemetryPolicy.${GATEWAY_API_X}`],
    [GATEWAY_API_X, "TelemetryPolicies", `XTelemetryPolicy.${GATEWAY_API_X}`],
    [GATEWAY_API, "XListenerSet", `XListenerSet.${GATEWAY_API_X}`],
    [GATEWAY_API_X, "ListenerSet", `ListenerSet.${GATEWAY_API}`],
    // A group that has no such kind, where one other group has.
    ["", "InferencePool", "InferencePool.inference.networking.k8s.io"],
    ["", "HTTPRoute", `HTTPRoute.${GATEWAY_API}`],
    [GATEWAY_API, "Secret", "Secret."],
    // Nobody's, several groups', and a vendor's own.
    ["", "Widget", null],
    ["", "Backend", null],
    ["serving.knative.dev", "Service", null],
    ["example.com", "HTTPRoute", null],
    ["example.com", "InferencePool", null],
    ["telemetry.example.com", "TelemetryPolicy", null],
    ["policy.networking.k8s.io", "HTTPRoute", null],
  ];
  it.each(table)("%s %s: %s", (group, kind, meant) => {
    expect(text(likelyMeant(ALL, { group, kind }))).toBe(meant);
  });

  it("core has no kind that is called like one of another group", () => {
    // `kubectl api-resources --api-group=''`
    const names =
      "Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolumeClaim PersistentVolume Pod PodTemplate ReplicationController ResourceQuota Secret ServiceAccount Service";
    const foreign = new Set([...ALL, ...KINDS].filter(({ group }) => group !== "").map(({ kind }) => meantKind(kind)));
    expect(names.split(" ").filter((kind) => foreign.has(meantKind(kind)))).toEqual([]);
  });

  it("no two known kinds of one group are slips of each other", () => {
    for (const kind of KINDS) {
      const like = KINDS.filter((other) => other.group === kind.group && other.kind !== kind.kind);
      expect(like.filter((other) => looksLike(other, kind)).map(text), `${text(kind)}`).toEqual([]);
    }
  });
});

describe("slips of single strings", () => {
  it.each([
    ["group", "networking.gateway.k8s.io", GATEWAY_API, true],
    ["group", `networking.gateway.k8s.io/v1`, GATEWAY_API, true],
    ["group", "inference.networking.x-k8s.io", "inference.networking.k8s.io", true],
    ["group", GATEWAY_API, GATEWAY_API, false],
    ["group", "example.com", GATEWAY_API, false],
    ["group", "apps/v1", "", false],
    ["kind", "SecurityPolicies", "SecurityPolicy", true],
    ["kind", "XTelemetryPolicy", "TelemetryPolicy", false],
  ] as const)("%s %s for %s: %s", (part, written, needed, slip) => {
    expect(isSlip(part, written, needed)).toBe(slip);
  });

  it("come to one key with what was meant", () => {
    const groups = ["networking.gateway.k8s.io", "networking.k8s.io", GATEWAY_API_X, `${GATEWAY_API}/v1`];
    expect(new Set(groups.map(meantGroup))).toEqual(new Set([meantGroup(GATEWAY_API)]));
    expect(["core", "v1", ""].map(meantGroup)).toEqual(["", "", ""]);
    expect(meantGroup("example.com")).not.toBe(meantGroup(GATEWAY_API));
    expect(meantKind("BackendTLSPolicies")).toBe(meantKind("BackendTLSPolicy"));
    expect(meantKind("GatewayClasses")).toBe(meantKind("GatewayClass"));
  });
});
