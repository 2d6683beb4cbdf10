import { type GroupKind, sameGroupKind } from "../model/object.ts";

export const CORE = "";
/** The Gateway API's own group. */
export const GATEWAY_API = "gateway.networking.k8s.io";

/** A kind that the tool reads, and how (docs/rules.md §2.1). */
export interface KindInfo extends GroupKind {
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  /** Every version that a release served, the one to prefer first. */
  readonly versions: readonly string[];
  /** Those of `versions` that no supported release serves any more. */
  readonly retired: readonly string[];
  /** `metadata`: only labels and existence are needed, so nothing else is asked for. */
  readonly read: "object" | "metadata";
  /** For the route kinds: whether they have `spec.hostnames` (docs/rules.md §3.4). */
  readonly route?: { readonly hostnames: boolean };
}

/** Everything an audit reads. A cluster is asked for what it serves of these, and for nothing else. */
export const KINDS: readonly KindInfo[] = [
  {
    group: GATEWAY_API,
    kind: "Gateway",
    plural: "gateways",
    scope: "Namespaced",
    versions: ["v1", "v1beta1", "v1alpha2"],
    retired: ["v1alpha2"],
    read: "object",
  },
  {
    group: GATEWAY_API,
    kind: "ListenerSet",
    plural: "listenersets",
    scope: "Namespaced",
    versions: ["v1"],
    retired: [],
    read: "object",
  },
  {
    group: GATEWAY_API,
    kind: "HTTPRoute",
    plural: "httproutes",
    scope: "Namespaced",
    versions: ["v1", "v1beta1", "v1alpha2"],
    retired: ["v1alpha2"],
    read: "object",
    route: { hostnames: true },
  },
  {
    group: GATEWAY_API,
    kind: "GRPCRoute",
    plural: "grpcroutes",
    scope: "Namespaced",
    versions: ["v1", "v1alpha2"],
    retired: ["v1alpha2"],
    read: "object",
    route: { hostnames: true },
  },
  {
    group: GATEWAY_API,
    kind: "TLSRoute",
    plural: "tlsroutes",
    scope: "Namespaced",
    versions: ["v1", "v1alpha3", "v1alpha2"],
    retired: [],
    read: "object",
    route: { hostnames: true },
  },
  {
    group: GATEWAY_API,
    kind: "TCPRoute",
    plural: "tcproutes",
    scope: "Namespaced",
    versions: ["v1", "v1alpha2"],
    retired: [],
    read: "object",
    route: { hostnames: false },
  },
  {
    group: GATEWAY_API,
    kind: "UDPRoute",
    plural: "udproutes",
    scope: "Namespaced",
    versions: ["v1", "v1alpha2"],
    retired: [],
    read: "object",
    route: { hostnames: false },
  },
  {
    group: GATEWAY_API,
    kind: "ReferenceGrant",
    plural: "referencegrants",
    scope: "Namespaced",
    versions: ["v1", "v1beta1", "v1alpha2"],
    retired: ["v1alpha2"],
    read: "object",
  },
  {
    group: CORE,
    kind: "Namespace",
    plural: "namespaces",
    scope: "Cluster",
    versions: ["v1"],
    retired: [],
    read: "metadata",
  },
  {
    group: CORE,
    kind: "Service",
    plural: "services",
    scope: "Namespaced",
    versions: ["v1"],
    retired: [],
    read: "metadata",
  },
  {
    group: CORE,
    kind: "Secret",
    plural: "secrets",
    scope: "Namespaced",
    versions: ["v1"],
    retired: [],
    read: "metadata",
  },
  {
    group: CORE,
    kind: "ConfigMap",
    plural: "configmaps",
    scope: "Namespaced",
    versions: ["v1"],
    retired: [],
    read: "metadata",
  },
];

export const NAMESPACE: GroupKind = { group: CORE, kind: "Namespace" };
export const SERVICE: GroupKind = { group: CORE, kind: "Service" };
export const SECRET: GroupKind = { group: CORE, kind: "Secret" };
export const CONFIG_MAP: GroupKind = { group: CORE, kind: "ConfigMap" };
export const GATEWAY: GroupKind = { group: GATEWAY_API, kind: "Gateway" };
export const LISTENER_SET: GroupKind = { group: GATEWAY_API, kind: "ListenerSet" };
export const REFERENCE_GRANT: GroupKind = { group: GATEWAY_API, kind: "ReferenceGrant" };

/** Kinds without a namespace that a reference may name; no grant can exist for them (docs/rules.md §1.3). */
export const CLUSTER_SCOPED_REFERENTS: readonly GroupKind[] = [
  { group: "certificates.k8s.io", kind: "ClusterTrustBundle" },
];

/** Kinds of which the catalogue knows that something refers to them with a grant, and whose existence is looked at. */
export const REFERENT_KINDS: readonly GroupKind[] = [SERVICE, SECRET, CONFIG_MAP];

/** Is it one of the Gateway API's route kinds? */
export function isRoute(groupKind: GroupKind): boolean {
  return kindInfo(groupKind)?.route !== undefined;
}

/** The entry for a kind, or undefined where the tool does not know it. */
export function kindInfo(groupKind: GroupKind): KindInfo | undefined {
  return KINDS.find((info) => sameGroupKind(info, groupKind));
}
