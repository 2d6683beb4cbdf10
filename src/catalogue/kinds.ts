import { KindMap } from "../model/kind-map.ts";
import { type GroupKind, includesGroupKind } from "../model/object.ts";

export { NAMESPACE } from "../model/object.ts";

export const CORE = "";
/** The Gateway API's own group. */
export const GATEWAY_API = "gateway.networking.k8s.io";
/** The group of its experimental kinds, whose names begin with an X. */
export const GATEWAY_API_X = "gateway.networking.x-k8s.io";

/** A kind that the tool reads, and how (docs/rules.md §2.1). */
export interface KindInfo extends GroupKind {
  /** The resource, as its maker calls it; a server's own word for it is taken where it has another. */
  readonly plural: string;
  /** What kubectl takes for it too, as its CRD or kube-apiserver says. */
  readonly shortNames?: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  /** Every version that a release served, the one to prefer first; null where any will do (kinds of others). */
  readonly versions: readonly string[] | null;
  /** Those of `versions` that no supported release serves any more. */
  readonly retired: readonly string[];
  /** Those of `versions` that are marked as deprecated, and that the experimental channel at least still serves. */
  readonly deprecated?: readonly string[];
  /** `metadata`: only labels and existence are needed, so nothing else is asked for. */
  readonly read: "object" | "metadata";
  /** For the route kinds: whether they have `spec.hostnames` (docs/rules.md §3.4). */
  readonly route?: { readonly hostnames: boolean };
}

/** Where a kind stands in the API and how it is served: the defaults of the tables below. */
type Own = Pick<KindInfo, "kind" | "plural"> & Partial<KindInfo>;

const gatewayApi = (info: Own): KindInfo => ({
  group: GATEWAY_API,
  scope: "Namespaced",
  versions: ["v1"],
  retired: [],
  read: "object",
  ...info,
});
const experimental = (info: Own): KindInfo => gatewayApi({ group: GATEWAY_API_X, versions: ["v1alpha1"], ...info });
const core = (info: Own): KindInfo => gatewayApi({ group: CORE, read: "metadata", ...info });

const FROM_THE_BEGINNING = { versions: ["v1", "v1beta1", "v1alpha2"], retired: ["v1alpha2"] };
const LONG_EXPERIMENTAL = { versions: ["v1", "v1alpha2"], deprecated: ["v1alpha2"] };

/** The Gateway API's kinds and those of Kubernetes that it refers to, by release (docs/rules.md §2.1). */
export const OWN_KINDS: readonly KindInfo[] = [
  gatewayApi({
    kind: "GatewayClass",
    plural: "gatewayclasses",
    shortNames: ["gc"],
    scope: "Cluster",
    ...FROM_THE_BEGINNING,
  }),
  gatewayApi({ kind: "Gateway", plural: "gateways", shortNames: ["gtw"], ...FROM_THE_BEGINNING }),
  gatewayApi({ kind: "ListenerSet", plural: "listenersets", shortNames: ["lset"] }),
  experimental({ kind: "XListenerSet", plural: "xlistenersets", shortNames: ["lset"], retired: ["v1alpha1"] }),
  gatewayApi({ kind: "HTTPRoute", plural: "httproutes", ...FROM_THE_BEGINNING, route: { hostnames: true } }),
  gatewayApi({
    kind: "GRPCRoute",
    plural: "grpcroutes",
    versions: ["v1", "v1alpha2"],
    retired: ["v1alpha2"],
    route: { hostnames: true },
  }),
  gatewayApi({
    kind: "TLSRoute",
    plural: "tlsroutes",
    versions: ["v1", "v1alpha3", "v1alpha2"],
    deprecated: ["v1alpha3", "v1alpha2"],
    route: { hostnames: true },
  }),
  gatewayApi({ kind: "TCPRoute", plural: "tcproutes", ...LONG_EXPERIMENTAL, route: { hostnames: false } }),
  gatewayApi({ kind: "UDPRoute", plural: "udproutes", ...LONG_EXPERIMENTAL, route: { hostnames: false } }),
  gatewayApi({
    kind: "BackendTLSPolicy",
    plural: "backendtlspolicies",
    shortNames: ["btlspolicy"],
    versions: ["v1", "v1alpha3", "v1alpha2"],
    retired: ["v1alpha2"],
    deprecated: ["v1alpha3"],
  }),
  gatewayApi({
    kind: "BackendLBPolicy",
    plural: "backendlbpolicies",
    shortNames: ["blbpolicy"],
    versions: ["v1alpha2"],
    retired: ["v1alpha2"],
  }),
  experimental({ kind: "XBackend", plural: "xbackends", shortNames: ["xbackend"] }),
  experimental({ kind: "XBackendTrafficPolicy", plural: "xbackendtrafficpolicies", shortNames: ["xbtrafficpolicy"] }),
  experimental({ kind: "XTelemetryPolicy", plural: "xtelemetrypolicies", shortNames: ["xtelemetrypolicy"] }),
  experimental({ kind: "XMesh", plural: "xmeshes", shortNames: ["mesh"], scope: "Cluster" }),
  gatewayApi({ kind: "ReferenceGrant", plural: "referencegrants", shortNames: ["refgrant"], ...FROM_THE_BEGINNING }),
  // That nobody reads it any more is a finding of its own, so its version is not called unserved too.
  gatewayApi({ kind: "ReferencePolicy", plural: "referencepolicies", shortNames: ["refpol"], versions: ["v1alpha2"] }),
  core({ kind: "Namespace", plural: "namespaces", shortNames: ["ns"], scope: "Cluster" }),
  core({ kind: "Service", plural: "services", shortNames: ["svc"], read: "object" }),
  core({ kind: "Secret", plural: "secrets" }),
  core({ kind: "ConfigMap", plural: "configmaps", shortNames: ["cm"] }),
  core({
    kind: "PersistentVolumeClaim",
    plural: "persistentvolumeclaims",
    shortNames: ["pvc"],
    read: "object",
  }),
];

/** Tells which versions of a kind a cluster serves and stores. Read one by one, by name: a list of all would be large. */
export const CUSTOM_RESOURCE_DEFINITION: KindInfo = {
  group: "apiextensions.k8s.io",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
  versions: ["v1"],
  retired: [],
  read: "object",
};

/**
 * Kinds that no reference names: they say what becomes of traffic to a Service that one does name. They are read about one
 * object, never listed for an audit.
 */
export const CONTEXT_KINDS: readonly KindInfo[] = [
  {
    group: "discovery.k8s.io",
    kind: "EndpointSlice",
    plural: "endpointslices",
    scope: "Namespaced",
    versions: ["v1"],
    retired: [],
    read: "object",
  },
  {
    group: "networking.k8s.io",
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    shortNames: ["netpol"],
    scope: "Namespaced",
    versions: ["v1"],
    retired: [],
    read: "object",
  },
  core({ kind: "Pod", plural: "pods", shortNames: ["po"] }),
];

export const SERVICE: GroupKind = { group: CORE, kind: "Service" };
export const SECRET: GroupKind = { group: CORE, kind: "Secret" };
export const CONFIG_MAP: GroupKind = { group: CORE, kind: "ConfigMap" };
export const GATEWAY: GroupKind = { group: GATEWAY_API, kind: "Gateway" };
export const LISTENER_SET: GroupKind = { group: GATEWAY_API, kind: "ListenerSet" };
export const X_LISTENER_SET: GroupKind = { group: GATEWAY_API_X, kind: "XListenerSet" };
export const REFERENCE_GRANT: GroupKind = { group: GATEWAY_API, kind: "ReferenceGrant" };
/** What ReferenceGrant was called before v0.6.0 (docs/rules.md §1.6). */
export const REFERENCE_POLICY: GroupKind = { group: GATEWAY_API, kind: "ReferencePolicy" };
export const GATEWAY_CLASS: GroupKind = { group: GATEWAY_API, kind: "GatewayClass" };
export const BACKEND_TLS_POLICY: GroupKind = { group: GATEWAY_API, kind: "BackendTLSPolicy" };
export const X_BACKEND: GroupKind = { group: GATEWAY_API_X, kind: "XBackend" };
export const HTTP_ROUTE: GroupKind = { group: GATEWAY_API, kind: "HTTPRoute" };
export const GRPC_ROUTE: GroupKind = { group: GATEWAY_API, kind: "GRPCRoute" };
export const TLS_ROUTE: GroupKind = { group: GATEWAY_API, kind: "TLSRoute" };
export const TCP_ROUTE: GroupKind = { group: GATEWAY_API, kind: "TCPRoute" };
export const UDP_ROUTE: GroupKind = { group: GATEWAY_API, kind: "UDPRoute" };
export const X_TELEMETRY_POLICY: GroupKind = { group: GATEWAY_API_X, kind: "XTelemetryPolicy" };
/** Services of other clusters (GEP-1748). */
export const SERVICE_IMPORT: GroupKind = { group: "multicluster.x-k8s.io", kind: "ServiceImport" };
/** The inference extension's backends; its group lost the x- when it became v1. */
export const INFERENCE_POOL: GroupKind = { group: "inference.networking.k8s.io", kind: "InferencePool" };
export const X_INFERENCE_POOL: GroupKind = { group: "inference.networking.x-k8s.io", kind: "InferencePool" };
export const INGRESS: GroupKind = { group: "networking.k8s.io", kind: "Ingress" };
export const PERSISTENT_VOLUME_CLAIM: GroupKind = { group: CORE, kind: "PersistentVolumeClaim" };
export const CLUSTER_TRUST_BUNDLE: GroupKind = { group: "certificates.k8s.io", kind: "ClusterTrustBundle" };
export const ENDPOINT_SLICE: GroupKind = { group: "discovery.k8s.io", kind: "EndpointSlice" };
export const NETWORK_POLICY: GroupKind = { group: "networking.k8s.io", kind: "NetworkPolicy" };
export const POD: GroupKind = { group: CORE, kind: "Pod" };

/** Kinds that add listeners to a Gateway (docs/rules.md §2.5). */
export const LISTENER_SETS: readonly GroupKind[] = [LISTENER_SET, X_LISTENER_SET];

/** Parents of mesh routes: they are asked for nothing (docs/rules.md §2.3 R3). */
export const MESH_PARENTS: readonly GroupKind[] = [SERVICE];

/** Kinds without a namespace that a reference may name; no grant can exist for them (docs/rules.md §1.3). */
export const CLUSTER_SCOPED_REFERENTS: readonly GroupKind[] = [CLUSTER_TRUST_BUNDLE];

/** Kinds whose existence is looked at (docs/decisions/0005). */
export const REFERENT_KINDS: readonly GroupKind[] = [SERVICE, SECRET, CONFIG_MAP];

/** The route kinds, with what is known of each. */
const ROUTE_KINDS = new KindMap<NonNullable<KindInfo["route"]>>();
for (const info of OWN_KINDS) if (info.route !== undefined) ROUTE_KINDS.set(info, info.route);

/** What is known of a route kind; undefined for any other kind. */
export function routeInfo(groupKind: GroupKind): KindInfo["route"] {
  return ROUTE_KINDS.get(groupKind);
}

/** Is it one of the Gateway API's route kinds? */
export function isRoute(groupKind: GroupKind): boolean {
  return routeInfo(groupKind) !== undefined;
}

/** Is it a kind with listeners, that one attaches to? */
export function isParent(groupKind: GroupKind): boolean {
  return includesGroupKind([GATEWAY, ...LISTENER_SETS], groupKind);
}
