import type { GroupKind } from "../../model/object.ts";
import { CONFIG_MAP, GATEWAY, INGRESS, type KindInfo, SECRET, SERVICE } from "../kinds.ts";
import type { CatalogueRow, KnownTarget } from "../row.ts";
import { grantRows, kindToRead } from "./builders.ts";

const WAF_POLICY: GroupKind = { group: "gateway.nginx.org", kind: "WAFPolicy" };
const PAYLOAD_PROCESSOR: GroupKind = { group: "gateway.nginx.org", kind: "PayloadProcessor" };
const APISIX_CONSUMER: GroupKind = { group: "apisix.apache.org", kind: "Consumer" };
const GLOBAL_ACCELERATOR: GroupKind = { group: "aga.k8s.aws", kind: "GlobalAccelerator" };
const HEALTH_CHECK_POLICY: GroupKind = { group: "gateway.flomesh.io", kind: "HealthCheckPolicy" };
const AIRLOCK_PARAMETERS: GroupKind = { group: "microgateway.airlock.com", kind: "GatewayParameters" };
const MCP_EXTENSION: GroupKind = { group: "mcp.kuadrant.io", kind: "MCPGatewayExtension" };
const CF_TUNNEL: GroupKind = { group: "cfgate.io", kind: "CloudflareTunnel" };
const CF_DNS: GroupKind = { group: "cfgate.io", kind: "CloudflareDNS" };
const CF_APPLICATION: GroupKind = { group: "cfgate.io", kind: "CloudflareAccessApplication" };
const CF_POLICY: GroupKind = { group: "cfgate.io", kind: "CloudflareAccessPolicy" };

const FLOMESH_IMPORT: GroupKind = { group: "multicluster.flomesh.io", kind: "ServiceImport" };

const NGINX = {
  implementation: "nginx-gateway-fabric",
  enforcement: "required",
  citation: "nginx/nginx-gateway-fabric:internal/controller/state/graph/policies.go",
} as const;

const NGINX_WAF = { ...NGINX, from: WAF_POLICY, quirk: "it holds a name and a namespace, and no kind" } as const;

const AIRLOCK = {
  implementation: "airlock",
  from: AIRLOCK_PARAMETERS,
  enforcement: "declared",
  trustUnknown: true,
  quirk: "its schema asks for a grant and does not say which kind that has to trust",
  citation:
    "airlock/microgateway:deploy/charts/airlock-microgateway/crds/gatewayparameters.microgateway.airlock.com.yaml",
} as const;

const CFGATE = {
  implementation: "cfgate",
  enforcement: "required",
  defaults: SECRET,
  citation: "cfgate/cfgate:internal/controller/credential_grants.go",
} as const;

/** Those with a few fields each. */
export const OTHER_ROWS: readonly CatalogueRow[] = [
  ...grantRows({
    ...NGINX_WAF,
    fields: ["spec.policyRef.apPolicyRef"],
    defaults: { group: "appprotect.f5.com", kind: "APPolicy" },
  }),
  ...grantRows({
    ...NGINX_WAF,
    fields: ["spec.securityLogs[].logRef.apLogConfRef"],
    defaults: { group: "appprotect.f5.com", kind: "APLogConf" },
  }),
  ...grantRows({
    ...NGINX,
    from: PAYLOAD_PROCESSOR,
    fields: ["spec.processors[].extProcess.backendRef"],
    defaults: SERVICE,
  }),
  ...grantRows({
    implementation: "apisix",
    from: APISIX_CONSUMER,
    fields: ["spec.credentials[].secretRef"],
    defaults: SECRET,
    enforcement: "required",
    quirk: "it reads ReferenceGrant v1 alone: where that is not served, every other namespace is refused",
    citation: "apache/apisix-ingress-controller:internal/controller/utils.go",
  }),
  ...grantRows({
    implementation: "aws-lbc",
    from: GLOBAL_ACCELERATOR,
    fields: ["spec.listeners[].endpointGroups[].endpoints[]"],
    reading: "endpoint",
    defaults: SERVICE,
    alsoNames: [INGRESS, GATEWAY],
    enforcement: "required",
    quirk: "the endpoint's type is the kind",
    citation: "kubernetes-sigs/aws-load-balancer-controller:pkg/aga/endpoint_loader.go",
  }),
  ...grantRows({
    implementation: "fsm",
    from: HEALTH_CHECK_POLICY,
    fields: ["spec.targetRefs[]"],
    defaults: null,
    alsoNames: [SERVICE, FLOMESH_IMPORT],
    enforcement: "required",
    quirk: "it is what the policy applies to, and a missing grant is reported as TargetNotFound",
    citation: "flomesh-io/fsm:pkg/gateway/utils/policies.go",
  }),
  ...grantRows({
    ...AIRLOCK,
    fields: ["spec.experimental.tls.backend.clientCertificateRef"],
    defaults: SECRET,
  }),
  ...grantRows({
    ...AIRLOCK,
    fields: [
      "spec.experimental.tls.frontend.default.validation.caCertificateRefs[]",
      "spec.experimental.tls.frontend.perPort[].tls.validation.caCertificateRefs[]",
    ],
    defaults: null,
    alsoNames: [CONFIG_MAP],
  }),
  ...grantRows({
    implementation: "kuadrant",
    from: MCP_EXTENSION,
    fields: ["spec.targetRef"],
    defaults: GATEWAY,
    enforcement: "required",
    quirk:
      "a missing grant is reported as Ready False with the reason ReferenceGrantRequired; " +
      "a kind of the same name in the older group mcp.kagenti.com is not looked at",
    citation: "Kuadrant/mcp-gateway:internal/controller/mcpgatewayextension_controller.go",
  }),
  ...grantRows({ ...CFGATE, from: CF_TUNNEL, fields: ["spec.cloudflare.secretRef"] }),
  ...grantRows({ ...CFGATE, from: CF_DNS, fields: ["spec.cloudflare.secretRef"] }),
  ...grantRows({
    ...CFGATE,
    from: CF_DNS,
    fields: ["spec.tunnelRef"],
    defaults: CF_TUNNEL,
    quirk: "the tunnel's credentials, if they are used, need a grant to the Secret too",
    citation: "cfgate/cfgate:docs/authorization-and-ownership.md",
  }),
  ...grantRows({ ...CFGATE, from: CF_APPLICATION, fields: ["spec.cloudflareRef"] }),
  ...grantRows({ ...CFGATE, from: CF_POLICY, fields: ["spec.cloudflareRef"] }),
];

/** Where CDI's volumes come from, as a claim names it. */
const cdiSource = (kind: string): KnownTarget => ({
  implementation: "cdi",
  rows: ["PersistentVolumeClaim.dataSourceRef"],
  target: { group: "cdi.kubevirt.io", kind },
  enforcement: "ignored",
  quirk: "CDI authorises clones in its own way; the field's namespace still needs the API server's feature gate",
  citation: "kubevirt/containerized-data-importer:pkg/controller/populators/clone-populator.go",
});

/** What those, and a few without rows of their own, let a route or a claim name. */
export const OTHER_TARGETS: readonly KnownTarget[] = [
  {
    implementation: "aws-lbc",
    rows: ["TCPRoute.backendRefs"],
    target: GATEWAY,
    enforcement: "required",
    quirk: "a network load balancer stands before the application load balancer of the other Gateway",
    citation: "kubernetes-sigs/aws-load-balancer-controller:pkg/gateway/routeutils/backend_gateway.go",
  },
  cdiSource("VolumeCloneSource"),
  cdiSource("VolumeImportSource"),
  cdiSource("VolumeUploadSource"),
  {
    implementation: "cloudflare-tunnel",
    rows: ["HTTPRoute.backendRefs", "GRPCRoute.backendRefs"],
    target: { group: "cf.k8s.lex.la", kind: "ExternalBackend" },
    enforcement: "required",
    quirk: null,
    citation: "lexfrei/cloudflare-tunnel-gateway-controller:internal/ingress/service_resolver.go",
  },
  {
    implementation: "consul",
    rows: ["HTTPRoute.backendRefs", "TCPRoute.backendRefs"],
    target: { group: "consul.hashicorp.com", kind: "MeshService" },
    enforcement: "required",
    quirk: null,
    citation: "hashicorp/consul-k8s:control-plane/api-gateway/binding/reference_grant.go",
  },
  {
    implementation: "fsm",
    rows: [
      "HTTPRoute.backendRefs",
      "GRPCRoute.backendRefs",
      "TLSRoute.backendRefs",
      "TCPRoute.backendRefs",
      "UDPRoute.backendRefs",
    ],
    target: FLOMESH_IMPORT,
    enforcement: "required",
    quirk: null,
    citation: "flomesh-io/fsm:pkg/gateway/utils/utils.go",
  },
  {
    implementation: "kuma",
    rows: ["HTTPRoute.backendRefs", "HTTPRoute.requestMirror"],
    target: { group: "kuma.io", kind: "MeshService" },
    enforcement: "required",
    underMesh: true,
    quirk:
      "asked for since August 2026 (Kuma's pull request 18075), on routes of a mesh too: those whose parent is a Service",
    citation: "kumahq/kuma:pkg/plugins/runtime/k8s/controllers/gatewayapi/http_route_conversion.go",
  },
  {
    implementation: "traefik",
    rows: ["HTTPRoute.backendRefs", "TLSRoute.backendRefs", "TCPRoute.backendRefs"],
    target: { group: "traefik.io", kind: "TraefikService" },
    enforcement: "required",
    quirk: "a name with @ and a provider takes no namespace",
    citation: "traefik/traefik:pkg/provider/kubernetes/gateway/kubernetes.go",
  },
];

/** The kinds of those that hold such fields. */
export const OTHER_KINDS: readonly KindInfo[] = [
  kindToRead(WAF_POLICY, "wafpolicies"),
  kindToRead(PAYLOAD_PROCESSOR, "payloadprocessors"),
  kindToRead(APISIX_CONSUMER, "consumers"),
  kindToRead(GLOBAL_ACCELERATOR, "globalaccelerators"),
  kindToRead(HEALTH_CHECK_POLICY, "healthcheckpolicies"),
  kindToRead(AIRLOCK_PARAMETERS, "gatewayparameters"),
  kindToRead(MCP_EXTENSION, "mcpgatewayextensions"),
  kindToRead(CF_TUNNEL, "cloudflaretunnels"),
  kindToRead(CF_DNS, "cloudflarednses"),
  kindToRead(CF_APPLICATION, "cloudflareaccessapplications"),
  kindToRead(CF_POLICY, "cloudflareaccesspolicies"),
];
