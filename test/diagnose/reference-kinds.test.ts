import { describe, expect, it } from "vitest";
import { findingText } from "../../src/render/finding-prose.ts";
import { GW, GWX, gateway, type Manifest, namespace, object, reportOn, route } from "../harness/world.ts";

/** Which reason a controller gives for a kind that does not exist depends on the field (docs/rules.md §4.2). */

const PLAIN = { width: null, color: false, unicode: true, headers: true };
const HTTPS = { name: "https", port: 443, protocol: "HTTPS" };
const secret = { group: "core", kind: "Secret", name: "s" };
const map = { group: "core", kind: "ConfigMap", name: "m" };
const service = { group: "core", kind: "Service", name: "s" };

/** The reasons of the findings on kinds that do not exist. */
const reasons = (manifest: Manifest) =>
  reportOn([namespace("app"), manifest])
    .findings.filter(({ code }) => code === "reference-unknown-kind")
    .map((finding) => findingText(finding, PLAIN).reason);

const withTls = (tls: object) => gateway("app", "gw", [HTTPS], { tls });
const policy = (spec: object) => object(`${GW}/v1`, "BackendTLSPolicy", "app", "p", spec);
const telemetry = (spec: object) => object(`${GWX}/v1alpha1`, "XTelemetryPolicy", "app", "p", spec);
const filtered = (filter: object) => gateway("app", "gw", [{ ...HTTPS, filters: { requests: [filter] } }]);

describe("the reason for a kind that does not exist", () => {
  const table: readonly (readonly [field: string, manifest: Manifest, reason: string | null])[] = [
    [
      "backendRefs of a route",
      route("HTTPRoute", "app", "web", { rules: [{ backendRefs: [service] }] }),
      "InvalidKind",
    ],
    [
      "a mirror of a route",
      route("HTTPRoute", "app", "web", {
        rules: [{ filters: [{ type: "RequestMirror", requestMirror: { backendRef: service } }] }],
      }),
      "InvalidKind",
    ],
    [
      "extensionRef of a route",
      route("HTTPRoute", "app", "web", { rules: [{ filters: [{ type: "ExtensionRef", extensionRef: map }] }] }),
      null,
    ],
    [
      "certificateRefs of a Gateway",
      gateway("app", "gw", [{ ...HTTPS, tls: { certificateRefs: [secret] } }]),
      "InvalidCertificateRef",
    ],
    [
      "certificateRefs of a ListenerSet",
      object(`${GW}/v1`, "ListenerSet", "app", "set", {
        listeners: [{ ...HTTPS, tls: { certificateRefs: [secret] } }],
      }),
      "InvalidCertificateRef",
    ],
    [
      "caCertificateRefs of a Gateway",
      withTls({ frontend: { default: { validation: { caCertificateRefs: [map] } } } }),
      "InvalidCACertificateKind",
    ],
    [
      "a Gateway's client certificate",
      withTls({ backend: { clientCertificateRef: secret } }),
      "InvalidClientCertificateRef",
    ],
    [
      "parametersRef of a Gateway",
      gateway("app", "gw", [], { infrastructure: { parametersRef: map } }),
      "InvalidParameters",
    ],
    [
      "parametersRef of a GatewayClass",
      object(`${GW}/v1`, "GatewayClass", null, "c", { parametersRef: { ...map, namespace: "app" } }),
      "InvalidParameters",
    ],
    [
      "a listener's authorization",
      filtered({ type: "ExternalAuth", externalAuth: { backendRef: service } }),
      "InvalidListenerFilterRef",
    ],
    ["caCertificateRefs of a policy", policy({ validation: { caCertificateRefs: [map] } }), "InvalidKind"],
    ["targetRefs of a policy", policy({ targetRefs: [service] }), "TargetNotFound"],
    [
      "backendRef of an XTelemetryPolicy",
      telemetry({ tracing: { mode: "Enabled", provider: { backendRef: service } } }),
      "InvalidKind",
    ],
    [
      "caCertificateRefs of an XBackend",
      object(`${GWX}/v1alpha1`, "XBackend", "app", "b", { tls: { validation: { caCertificateRefs: [map] } } }),
      "InvalidKind",
    ],
    [
      "a claim's dataSourceRef",
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { namespace: "app", name: "c" },
        spec: { dataSourceRef: { apiGroup: "core", kind: "PersistentVolumeClaim", name: "other" } },
      },
      null,
    ],
  ];
  it.each(table)("%s", (_, manifest, reason) => {
    expect(reasons(manifest)).toEqual([reason]);
  });
});
