import type { GroupKind } from "../model/object.ts";
import { ECOSYSTEM_ROWS } from "./ecosystem.ts";
import {
  BACKEND_TLS_POLICY,
  CLUSTER_TRUST_BUNDLE,
  CONFIG_MAP,
  GATEWAY,
  GATEWAY_API,
  GATEWAY_API_X,
  GATEWAY_CLASS,
  LISTENER_SET,
  PERSISTENT_VOLUME_CLAIM,
  SECRET,
  SERVICE,
  X_BACKEND,
  X_LISTENER_SET,
} from "./kinds.ts";
import type { AttachmentRow, CatalogueRow, FreeRow, GrantRow } from "./row.ts";

/** What most fields of the Gateway API have in common. */
const SPEC = { implementation: "gateway-api", reading: "reference", until: null, quirk: null } as const;
const STANDARD = { channel: "standard" } as const;
const EXPERIMENTAL = { channel: "experimental" } as const;

/** Kinds that a backend reference is known to name besides Services (docs/rules.md §2.2). */
const OTHER_BACKENDS: readonly GroupKind[] = [
  { group: "multicluster.x-k8s.io", kind: "ServiceImport" },
  { group: "inference.networking.k8s.io", kind: "InferencePool" },
  { group: "inference.networking.x-k8s.io", kind: "InferencePool" },
  X_BACKEND,
];

const BACKEND = {
  ...SPEC,
  handshake: "grant",
  defaults: SERVICE,
  alsoNames: OTHER_BACKENDS,
  condition: "always",
  enforcement: "required",
  missingReason: "BackendNotFound",
} as const;

/** A listener's certificates, on a Gateway and on a ListenerSet. */
const CERTIFICATES = {
  ...SPEC,
  ...STANDARD,
  handshake: "grant",
  path: "spec.listeners[].tls.certificateRefs[]",
  defaults: SECRET,
  condition: "tls-terminates",
  enforcement: "required",
  missingReason: "InvalidCertificateRef",
} as const;

/** The authorities that clients' certificates are held against. */
const CLIENT_CAS = {
  ...SPEC,
  handshake: "grant",
  defaults: null,
  alsoNames: [CONFIG_MAP, SECRET, CLUSTER_TRUST_BUNDLE],
  enforcement: "required",
  missingReason: "InvalidCACertificateRef",
} as const;

/** The authorities' old place in each listener. */
const OLD_CLIENT_CAS = {
  ...CLIENT_CAS,
  ...EXPERIMENTAL,
  path: "spec.listeners[].tls.frontendValidation.caCertificateRefs[]",
  alsoNames: [CONFIG_MAP, SECRET],
  condition: "tls-terminates",
  until: "v1.3.0",
} as const;

/** A reference without a namespace of its own. */
const LOCAL = { ...SPEC, handshake: "none", reach: "local", defaults: null, missingReason: null } as const;

/** A listener's filters, which run before routes are looked at (GEP-5224). */
const LISTENER_AUTH = {
  ...BACKEND,
  ...EXPERIMENTAL,
  path: "spec.listeners[].filters.requests[].externalAuth.backendRef",
  missingReason: "InvalidListenerFilterRef",
  since: "v1.7.0",
} as const;
const LISTENER_EXTENSION = {
  ...LOCAL,
  ...EXPERIMENTAL,
  path: "spec.listeners[].filters.requests[].extensionRef",
  missingReason: "InvalidListenerFilterRef",
  since: "v1.7.0",
} as const;

/** A route kind, with what differs between the kinds in rows R1 and R5–R12 of docs/rules.md §2.3. */
interface RouteRows {
  readonly kind: string;
  readonly channel: "standard" | "experimental";
  readonly since: string;
  readonly source: string;
  readonly filters: boolean;
  readonly externalAuth: boolean;
}

const ROUTES: readonly RouteRows[] = [
  { kind: "HTTPRoute", channel: "standard", since: "v0.4.0", source: "httproute", filters: true, externalAuth: true },
  { kind: "GRPCRoute", channel: "standard", since: "v1.1.0", source: "grpcroute", filters: true, externalAuth: false },
  { kind: "TLSRoute", channel: "standard", since: "v1.5.0", source: "tlsroute", filters: false, externalAuth: false },
  { kind: "TCPRoute", channel: "standard", since: "v1.6.0", source: "tcproute", filters: false, externalAuth: false },
  { kind: "UDPRoute", channel: "standard", since: "v1.6.0", source: "udproute", filters: false, externalAuth: false },
];

function rowsOfRoute({ kind, channel, since, source, filters, externalAuth }: RouteRows): readonly CatalogueRow[] {
  const from = { group: GATEWAY_API, kind };
  const file = `apis/v1/${source}_types.go`;
  const parent: AttachmentRow = {
    ...SPEC,
    handshake: "attachment",
    id: `${kind}.parentRefs`,
    from,
    path: "spec.parentRefs[]",
    defaults: GATEWAY,
    alsoNames: [LISTENER_SET, X_LISTENER_SET, SERVICE],
    channel,
    since,
    citation: "§2.3 R1–R4, apis/v1/shared_types.go ParentReference",
  };
  const byDefault: AttachmentRow = {
    ...SPEC,
    ...EXPERIMENTAL,
    handshake: "attachment",
    id: `${kind}.useDefaultGateways`,
    from,
    path: "spec.useDefaultGateways",
    defaults: GATEWAY,
    reading: "default-gateways",
    since: "v1.4.0",
    citation: "§2.3 R5, apis/v1/shared_types.go CommonRouteSpec (GEP-3793)",
  };
  const backend = (name: string, place: string, row: string, more: Partial<GrantRow> = {}): GrantRow => ({
    ...BACKEND,
    id: `${kind}.${name}`,
    from,
    path: `spec.rules[].${place}`,
    channel,
    since,
    citation: `§2.3 ${row}, ${file}`,
    ...more,
  });
  const extension = (name: string, place: string): FreeRow => ({
    ...LOCAL,
    id: `${kind}.${name}`,
    from,
    path: `spec.rules[].${place}`,
    channel,
    since,
    citation: `§2.3 R12, ${file}`,
  });
  const rows: CatalogueRow[] = [parent, byDefault, backend("backendRefs", "backendRefs[]", filters ? "R6" : "R7")];
  if (filters) {
    rows.push(
      backend("requestMirror", "filters[].requestMirror.backendRef", "R8"),
      backend("backendRefs.requestMirror", "backendRefs[].filters[].requestMirror.backendRef", "R9"),
      extension("extensionRef", "filters[].extensionRef"),
      extension("backendRefs.extensionRef", "backendRefs[].filters[].extensionRef"),
    );
  }
  if (externalAuth) {
    const auth = { ...EXPERIMENTAL, since: "v1.4.0" };
    rows.push(
      backend("externalAuth", "filters[].externalAuth.backendRef", "R10 (GEP-1494)", auth),
      backend("backendRefs.externalAuth", "backendRefs[].filters[].externalAuth.backendRef", "R11 (GEP-1494)", auth),
    );
  }
  return rows;
}

const GATEWAY_ROWS: readonly CatalogueRow[] = [
  {
    ...CERTIFICATES,
    id: "Gateway.certificateRefs",
    from: GATEWAY,
    since: "v0.4.0",
    citation: "§2.4 G1, apis/v1/gateway_types.go (GEP-746, GEP-851)",
  },
  {
    ...OLD_CLIENT_CAS,
    id: "Gateway.frontendValidation.caCertificateRefs",
    from: GATEWAY,
    since: "v1.1.0",
    citation: "§2.4 G2, apis/v1/gateway_types.go at v1.3.0 (GEP-91)",
  },
  {
    ...CLIENT_CAS,
    ...STANDARD,
    id: "Gateway.frontend.default.caCertificateRefs",
    from: GATEWAY,
    path: "spec.tls.frontend.default.validation.caCertificateRefs[]",
    condition: "https-default",
    since: "v1.5.0",
    citation: "§2.4 G3, apis/v1/gateway_types.go (GEP-91)",
  },
  {
    ...CLIENT_CAS,
    ...STANDARD,
    id: "Gateway.frontend.perPort.caCertificateRefs",
    from: GATEWAY,
    path: "spec.tls.frontend.perPort[].tls.validation.caCertificateRefs[]",
    condition: "https-port",
    since: "v1.5.0",
    citation: "§2.4 G4, apis/v1/gateway_types.go (GEP-91)",
  },
  {
    ...CERTIFICATES,
    ...EXPERIMENTAL,
    id: "Gateway.backendTLS.clientCertificateRef",
    from: GATEWAY,
    path: "spec.backendTLS.clientCertificateRef",
    condition: "always",
    missingReason: "InvalidClientCertificateRef",
    since: "v1.2.0",
    until: "v1.3.0",
    citation: "§2.4 G5, apis/v1/gateway_types.go at v1.3.0 (GEP-3155)",
  },
  {
    ...CERTIFICATES,
    id: "Gateway.backend.clientCertificateRef",
    from: GATEWAY,
    path: "spec.tls.backend.clientCertificateRef",
    condition: "always",
    missingReason: "InvalidClientCertificateRef",
    since: "v1.5.0",
    citation: "§2.4 G6, apis/v1/gateway_types.go (GEP-3155)",
  },
  {
    ...LOCAL,
    ...STANDARD,
    id: "Gateway.infrastructure.parametersRef",
    from: GATEWAY,
    path: "spec.infrastructure.parametersRef",
    missingReason: "InvalidParameters",
    since: "v1.2.0",
    citation: "§2.4 G7, apis/v1/gateway_types.go",
  },
  {
    ...LOCAL,
    ...STANDARD,
    reach: "anywhere",
    id: "GatewayClass.parametersRef",
    from: GATEWAY_CLASS,
    path: "spec.parametersRef",
    missingReason: "InvalidParameters",
    since: "v0.4.0",
    citation: "§2.4 G8, apis/v1/gatewayclass_types.go",
  },
  {
    ...LISTENER_AUTH,
    id: "Gateway.filters.externalAuth",
    from: GATEWAY,
    citation: "§2.4 G11, apis/v1/gateway_types.go (GEP-5224)",
  },
  {
    ...LISTENER_EXTENSION,
    id: "Gateway.filters.extensionRef",
    from: GATEWAY,
    citation: "§2.4 G12, apis/v1/gateway_types.go (GEP-5224)",
  },
];

const LISTENER_SET_ROWS: readonly CatalogueRow[] = [
  {
    ...SPEC,
    ...STANDARD,
    id: "ListenerSet.parentRef",
    from: LISTENER_SET,
    path: "spec.parentRef",
    defaults: GATEWAY,
    handshake: "attachment",
    since: "v1.5.0",
    citation: "§2.5 L1, apis/v1/listenerset_types.go (GEP-1713)",
  },
  {
    ...CERTIFICATES,
    id: "ListenerSet.certificateRefs",
    from: LISTENER_SET,
    since: "v1.5.0",
    citation: "§2.5 L2, apis/v1/listenerset_types.go (GEP-1713)",
  },
  {
    ...LISTENER_AUTH,
    id: "ListenerSet.filters.externalAuth",
    from: LISTENER_SET,
    citation: "§2.5 L5, apis/v1/listenerset_types.go (GEP-5224)",
  },
  {
    ...LISTENER_EXTENSION,
    id: "ListenerSet.filters.extensionRef",
    from: LISTENER_SET,
    citation: "§2.5 L6, apis/v1/listenerset_types.go (GEP-5224)",
  },
  {
    ...SPEC,
    ...EXPERIMENTAL,
    id: "XListenerSet.parentRef",
    from: X_LISTENER_SET,
    path: "spec.parentRef",
    defaults: GATEWAY,
    handshake: "attachment",
    since: "v1.3.0",
    until: "v1.4.0",
    citation: "§2.5 L1, apisx/v1alpha1/xlistenerset_types.go at v1.4.0 (GEP-1713)",
  },
  {
    ...CERTIFICATES,
    ...EXPERIMENTAL,
    id: "XListenerSet.certificateRefs",
    from: X_LISTENER_SET,
    since: "v1.3.0",
    until: "v1.4.0",
    citation: "§2.5 L3, apisx/v1alpha1/xlistenerset_types.go at v1.4.0 (GEP-1713)",
  },
  {
    ...OLD_CLIENT_CAS,
    id: "XListenerSet.frontendValidation.caCertificateRefs",
    from: X_LISTENER_SET,
    since: "v1.3.0",
    citation: "§2.5 L4, apisx/v1alpha1/xlistenerset_types.go at v1.3.0 (GEP-91)",
  },
];

const X_BACKEND_TRAFFIC_POLICY: GroupKind = { group: GATEWAY_API_X, kind: "XBackendTrafficPolicy" };
const X_TELEMETRY_POLICY: GroupKind = { group: GATEWAY_API_X, kind: "XTelemetryPolicy" };
const BACKEND_LB_POLICY: GroupKind = { group: GATEWAY_API, kind: "BackendLBPolicy" };

/** What a policy is for: always in its own namespace. */
const TARGETS = { ...LOCAL, path: "spec.targetRefs[]", missingReason: "TargetNotFound" } as const;
/** Authorities that a backend's certificate is held against. */
const BACKEND_CAS = {
  ...LOCAL,
  alsoNames: [CONFIG_MAP, CLUSTER_TRUST_BUNDLE],
  missingReason: "InvalidCACertificateRef",
} as const;

const POLICY_ROWS: readonly CatalogueRow[] = [
  {
    ...TARGETS,
    ...STANDARD,
    id: "BackendTLSPolicy.targetRefs",
    from: BACKEND_TLS_POLICY,
    alsoNames: [SERVICE],
    since: "v1.4.0",
    citation: "§2.5 P1, apis/v1/backendtlspolicy_types.go",
  },
  {
    ...BACKEND_CAS,
    ...STANDARD,
    id: "BackendTLSPolicy.caCertificateRefs",
    from: BACKEND_TLS_POLICY,
    path: "spec.validation.caCertificateRefs[]",
    since: "v1.4.0",
    citation: "§2.5 P2, apis/v1/backendtlspolicy_types.go",
  },
  {
    ...SPEC,
    ...EXPERIMENTAL,
    handshake: "grant",
    id: "BackendTLSPolicy.targetRef",
    from: BACKEND_TLS_POLICY,
    path: "spec.targetRef",
    defaults: null,
    alsoNames: [SERVICE],
    condition: "always",
    enforcement: "unverified",
    missingReason: "TargetNotFound",
    since: "v1.0.0",
    until: "v1.0.0",
    quirk: "no implementation is known to have honoured another namespace here",
    citation: "§2.5 P3, apis/v1alpha2/backendtlspolicy_types.go at v1.0.0 (GEP-713)",
  },
  {
    ...BACKEND_CAS,
    ...EXPERIMENTAL,
    id: "BackendTLSPolicy.tls.caCertRefs",
    from: BACKEND_TLS_POLICY,
    path: "spec.tls.caCertRefs[]",
    alsoNames: [CONFIG_MAP],
    since: "v1.0.0",
    until: "v1.0.0",
    citation: "§2.5 P3, apis/v1alpha2/backendtlspolicy_types.go at v1.0.0",
  },
  {
    ...TARGETS,
    ...EXPERIMENTAL,
    id: "BackendLBPolicy.targetRefs",
    from: BACKEND_LB_POLICY,
    since: "v1.1.0",
    until: "v1.2.0",
    citation: "§2.5 P4, apis/v1alpha2/backendlbpolicy_types.go at v1.2.0",
  },
  {
    ...TARGETS,
    ...EXPERIMENTAL,
    id: "XBackendTrafficPolicy.targetRefs",
    from: X_BACKEND_TRAFFIC_POLICY,
    since: "v1.3.0",
    citation: "§2.5 P4, apisx/v1alpha1/xbackendtrafficpolicy_types.go",
  },
  {
    ...BACKEND,
    ...EXPERIMENTAL,
    id: "XTelemetryPolicy.tracing.backendRef",
    from: X_TELEMETRY_POLICY,
    path: "spec.tracing.provider.backendRef",
    since: "v1.7.0",
    quirk: "from names the kind XTelemetryPolicy; GEP-4768 calls it TelemetryPolicy, which matches nothing",
    citation: "§2.5 P5, apisx/v1alpha1/xtelemetrypolicy_types.go (GEP-4768)",
  },
  {
    ...TARGETS,
    ...EXPERIMENTAL,
    id: "XTelemetryPolicy.targetRefs",
    from: X_TELEMETRY_POLICY,
    alsoNames: [GATEWAY],
    since: "v1.7.0",
    citation: "§2.5 P6, apisx/v1alpha1/xtelemetrypolicy_types.go",
  },
];

const EXPERIMENTAL_KIND_ROWS: readonly CatalogueRow[] = [
  {
    ...CERTIFICATES,
    ...EXPERIMENTAL,
    id: "XBackend.clientCertificateRef",
    from: X_BACKEND,
    path: "spec.tls.clientCertificateRef",
    condition: "always",
    enforcement: "disputed",
    missingReason: null,
    since: "v1.6.0",
    quirk: "the field's type lets it cross with a grant; GEP-4894 wants Secrets of its own namespace only",
    citation: "§2.5 X1, apisx/v1alpha1/xbackend_types.go (GEP-4894)",
  },
  {
    ...BACKEND_CAS,
    ...EXPERIMENTAL,
    id: "XBackend.caCertificateRefs",
    from: X_BACKEND,
    path: "spec.tls.validation.caCertificateRefs[]",
    since: "v1.6.0",
    citation: "§2.5 X2, apisx/v1alpha1/xbackend_types.go (GEP-4894)",
  },
  {
    ...LOCAL,
    ...EXPERIMENTAL,
    reach: "anywhere",
    id: "XMesh.parametersRef",
    from: { group: GATEWAY_API_X, kind: "XMesh" },
    path: "spec.parametersRef",
    missingReason: "InvalidParameters",
    since: "v1.4.0",
    citation: "§2.5 X4, apisx/v1alpha1/xmesh_types.go",
  },
];

const KUBERNETES_ROWS: readonly CatalogueRow[] = [
  {
    implementation: "kubernetes",
    handshake: "grant",
    id: "PersistentVolumeClaim.dataSourceRef",
    from: PERSISTENT_VOLUME_CLAIM,
    path: "spec.dataSourceRef",
    defaults: null,
    alsoNames: [{ group: "snapshot.storage.k8s.io", kind: "VolumeSnapshot" }, PERSISTENT_VOLUME_CLAIM],
    reading: "data-source",
    condition: "always",
    enforcement: "feature-gated",
    missingReason: null,
    channel: null,
    since: "v1.26",
    until: null,
    quirk:
      "alpha: the feature gate CrossNamespaceVolumeDataSource has to be on in the API server and in the provisioner, which reads ReferenceGrant v1beta1",
    citation: "§2.7, kubernetes-csi/external-provisioner:pkg/controller/util.go (KEP-3294)",
  },
];

/** Everything that can name an object of another namespace. Code that walks this table knows no kinds. */
export const ROWS: readonly CatalogueRow[] = [
  ...ROUTES.flatMap(rowsOfRoute),
  ...GATEWAY_ROWS,
  ...LISTENER_SET_ROWS,
  ...POLICY_ROWS,
  ...EXPERIMENTAL_KIND_ROWS,
  ...KUBERNETES_ROWS,
  ...ECOSYSTEM_ROWS,
];

const BY_ID: ReadonlyMap<string, CatalogueRow> = new Map(ROWS.map((row) => [row.id, row]));

/** The row that a reference was found by. */
export function rowOf({ row }: { readonly row: string }): CatalogueRow {
  const found = BY_ID.get(row);
  if (found === undefined) throw new Error(`no catalogue row is called ${row}`);
  return found;
}
