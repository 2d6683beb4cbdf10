import type { GroupKind } from "../../model/object.ts";
import {
  BACKEND_TLS_POLICY,
  CLUSTER_TRUST_BUNDLE,
  CONFIG_MAP,
  GATEWAY,
  GATEWAY_API,
  GATEWAY_API_X,
  SERVICE,
  X_BACKEND,
  X_TELEMETRY_POLICY,
} from "../kinds.ts";
import type { CatalogueRow } from "../row.ts";
import { BACKEND, CERTIFICATES, EXPERIMENTAL, LOCAL, SPEC, STANDARD } from "./shared.ts";

const X_BACKEND_TRAFFIC_POLICY: GroupKind = { group: GATEWAY_API_X, kind: "XBackendTrafficPolicy" };
const BACKEND_LB_POLICY: GroupKind = { group: GATEWAY_API, kind: "BackendLBPolicy" };

/** What a policy is for: always in its own namespace. */
const TARGETS = { ...LOCAL, path: "spec.targetRefs[]", missingReason: "TargetNotFound" } as const;
/** Authorities that a backend's certificate is held against. */
const BACKEND_CAS = {
  ...LOCAL,
  alsoNames: [CONFIG_MAP, CLUSTER_TRUST_BUNDLE],
  missingReason: "InvalidCACertificateRef",
} as const;

/** The references of policies (docs/rules.md §2.5). */
export const POLICY_ROWS: readonly CatalogueRow[] = [
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

/** The references of the experimental kinds that are no policies (docs/rules.md §2.5). */
export const EXPERIMENTAL_KIND_ROWS: readonly CatalogueRow[] = [
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
