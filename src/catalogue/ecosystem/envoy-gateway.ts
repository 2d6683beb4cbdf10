import type { GroupKind } from "../../model/object.ts";
import {
  CONFIG_MAP,
  GATEWAY,
  GRPC_ROUTE,
  HTTP_ROUTE,
  INFERENCE_POOL,
  type KindInfo,
  LISTENER_SET,
  SECRET,
  SERVICE,
  SERVICE_IMPORT,
  TCP_ROUTE,
  TLS_ROUTE,
  UDP_ROUTE,
} from "../kinds.ts";
import type { CatalogueRow, KnownTarget } from "../row.ts";
import { grantRows, kindToRead } from "./builders.ts";

const GROUP = "gateway.envoyproxy.io";
const AI_GROUP = "aigateway.envoyproxy.io";

const SECURITY_POLICY: GroupKind = { group: GROUP, kind: "SecurityPolicy" };
const EXTENSION_POLICY: GroupKind = { group: GROUP, kind: "EnvoyExtensionPolicy" };
const CLIENT_POLICY: GroupKind = { group: GROUP, kind: "ClientTrafficPolicy" };
const BACKEND_POLICY: GroupKind = { group: GROUP, kind: "BackendTrafficPolicy" };
const ROUTE_FILTER: GroupKind = { group: GROUP, kind: "HTTPRouteFilter" };
const ENVOY_PROXY: GroupKind = { group: GROUP, kind: "EnvoyProxy" };
const BACKEND: GroupKind = { group: GROUP, kind: "Backend" };

const AI_ROUTE: GroupKind = { group: AI_GROUP, kind: "AIGatewayRoute" };
const AI_BACKEND: GroupKind = { group: AI_GROUP, kind: "AIServiceBackend" };
const MCP_ROUTE: GroupKind = { group: AI_GROUP, kind: "MCPRoute" };
const AI_SECURITY_POLICY: GroupKind = { group: AI_GROUP, kind: "BackendSecurityPolicy" };

const GATEWAY_CODE = "envoyproxy/gateway:internal/gatewayapi";
const AI_CODE = "envoyproxy/ai-gateway:internal/controller";

const ENVOY = { implementation: "envoy-gateway", enforcement: "required" } as const;

const TO_BACKENDS = { ...ENVOY, defaults: SERVICE, alsoNames: [SERVICE_IMPORT, BACKEND] } as const;

/** Backends that a policy's filter calls: one function of the implementation looks at them all. */
const TO_FILTER_BACKENDS = { ...TO_BACKENDS, citation: `${GATEWAY_CODE}/validate.go` } as const;

const TO_SECRETS = { ...ENVOY, defaults: SECRET } as const;

/** Certificates of authorities, in a Secret or a ConfigMap. */
const TO_AUTHORITIES = { ...TO_SECRETS, alsoNames: [CONFIG_MAP] } as const;

/** Policies of extension servers have selectors with the same rule; their kinds are anybody's, so they cannot be read. */
const BY_SELECTOR = {
  ...ENVOY,
  fields: ["spec.targetSelectors[]"],
  reading: "object-selector",
  defaults: null,
  quirk: "targets that no grant covers are passed over, and no status tells of it",
  citation: `${GATEWAY_CODE}/helpers.go`,
} as const;

const HOLDERS = [GATEWAY, LISTENER_SET];
const ANY_TARGET = [...HOLDERS, HTTP_ROUTE, GRPC_ROUTE, TLS_ROUTE, TCP_ROUTE, UDP_ROUTE];

const AI = { implementation: "envoy-ai-gateway" } as const;

const AI_SECRETS = {
  ...AI,
  from: AI_SECURITY_POLICY,
  defaults: SECRET,
  citation: `${AI_CODE}/backend_security_policy.go`,
} as const;

/** Envoy Gateway's policies, filters and parameters. */
export const ENVOY_GATEWAY_ROWS: readonly CatalogueRow[] = [
  ...grantRows({
    ...TO_FILTER_BACKENDS,
    from: SECURITY_POLICY,
    fields: [
      "spec.extAuth.grpc.backendRef",
      "spec.extAuth.grpc.backendRefs[]",
      "spec.extAuth.http.backendRef",
      "spec.extAuth.http.backendRefs[]",
      "spec.jwt.providers[].remoteJWKS.backendRef",
      "spec.jwt.providers[].remoteJWKS.backendRefs[]",
      "spec.oidc.provider.backendRef",
      "spec.oidc.provider.backendRefs[]",
    ],
    quirk:
      "existence and port of the backend are looked at before the grant; " +
      "of merged policies, each one's own namespace has to be trusted for what it brought",
  }),
  ...grantRows({
    ...TO_SECRETS,
    from: SECURITY_POLICY,
    fields: [
      "spec.oidc.clientIDRef",
      "spec.oidc.clientSecret",
      "spec.basicAuth.users",
      "spec.apiKeyAuth.credentialRefs[]",
    ],
    quirk: "since 2026; older releases refuse any other namespace",
    citation: `${GATEWAY_CODE}/securitypolicy.go`,
  }),
  ...grantRows({
    ...TO_FILTER_BACKENDS,
    from: EXTENSION_POLICY,
    fields: ["spec.extProc[].backendRef", "spec.extProc[].backendRefs[]"],
    quirk: "existence and port of the backend are looked at before the grant",
  }),
  ...grantRows({
    ...TO_AUTHORITIES,
    from: EXTENSION_POLICY,
    fields: ["spec.wasm[].code.http.tls.caCertificateRef", "spec.wasm[].code.image.tls.caCertificateRef"],
    citation: `${GATEWAY_CODE}/envoyextensionpolicy.go`,
  }),
  ...grantRows({
    ...TO_SECRETS,
    from: EXTENSION_POLICY,
    fields: ["spec.wasm[].code.image.pullSecretRef"],
    citation: `${GATEWAY_CODE}/envoyextensionpolicy.go`,
  }),
  ...grantRows({
    ...TO_AUTHORITIES,
    from: CLIENT_POLICY,
    fields: ["spec.tls.clientValidation.caCertificateRefs[]", "spec.tls.clientValidation.crl.refs[]"],
    citation: `${GATEWAY_CODE}/clienttrafficpolicy.go`,
  }),
  ...grantRows({
    ...TO_SECRETS,
    from: ROUTE_FILTER,
    fields: ["spec.credentialInjection.credential.valueRef"],
    quirk: "a grant has to trust HTTPRouteFilter, not the HTTPRoute that uses it",
    citation: `${GATEWAY_CODE}/filters.go`,
  }),
  ...grantRows({ ...BY_SELECTOR, from: CLIENT_POLICY, alsoNames: HOLDERS }),
  ...grantRows({ ...BY_SELECTOR, from: BACKEND_POLICY, alsoNames: ANY_TARGET }),
  ...grantRows({ ...BY_SELECTOR, from: EXTENSION_POLICY, alsoNames: ANY_TARGET }),
  ...grantRows({
    ...BY_SELECTOR,
    from: SECURITY_POLICY,
    alsoNames: [...HOLDERS, HTTP_ROUTE, GRPC_ROUTE, TCP_ROUTE],
  }),
  ...grantRows({
    ...TO_BACKENDS,
    enforcement: "ignored",
    from: ENVOY_PROXY,
    fields: [
      "spec.telemetry.accessLog.settings[].sinks[].als.backendRefs[]",
      "spec.telemetry.accessLog.settings[].sinks[].openTelemetry.backendRefs[]",
      "spec.telemetry.metrics.sinks[].openTelemetry.backendRefs[]",
      "spec.telemetry.tracing.provider.backendRefs[]",
    ],
    quirk: "its schema speaks of a grant, and no code looks for one",
    citation: `${GATEWAY_CODE}/listener.go`,
  }),
  ...grantRows({
    ...TO_SECRETS,
    enforcement: "same-namespace-only",
    from: ENVOY_PROXY,
    fields: ["spec.backendTLS.clientCertificateRef"],
    citation: `${GATEWAY_CODE}/backendtlspolicy.go`,
  }),
  ...grantRows({
    ...TO_SECRETS,
    enforcement: "same-namespace-only",
    from: BACKEND,
    fields: ["spec.tls.clientCertificateRef"],
    citation: `${GATEWAY_CODE}/backend.go`,
  }),
];

/** Envoy AI Gateway's routes, backends and policies. */
export const ENVOY_AI_GATEWAY_ROWS: readonly CatalogueRow[] = [
  ...grantRows({
    ...AI,
    from: AI_ROUTE,
    fields: ["spec.rules[].backendRefs[]"],
    defaults: AI_BACKEND,
    alsoNames: [INFERENCE_POOL],
    enforcement: "required",
    namesUnread: true,
    quirk:
      "a name in a grant is not looked at, so it opens every object of the kind; " +
      "the HTTPRoute that is generated needs its own grant to the backend behind",
    citation: `${AI_CODE}/referencegrant.go`,
  }),
  ...grantRows({
    ...AI,
    from: AI_BACKEND,
    fields: ["spec.backendRef"],
    defaults: null,
    alsoNames: [BACKEND],
    enforcement: "generated",
    generatedBy: "AIGatewayRoute.rules.backendRefs",
    trustedAs: [HTTP_ROUTE],
    quirk:
      "it becomes a backend of an HTTPRoute in the namespace of the AIGatewayRoute, " +
      "and that is the namespace a grant has to trust",
    citation: `${AI_CODE}/ai_gateway_route.go`,
  }),
  ...grantRows({
    ...AI,
    from: MCP_ROUTE,
    fields: ["spec.backendRefs[]"],
    defaults: SERVICE,
    enforcement: "same-namespace-only",
    citation: `${AI_CODE}/mcp_route.go`,
  }),
  ...grantRows({
    ...AI_SECRETS,
    fields: [
      "spec.apiKey.secretRef",
      "spec.anthropicAPIKey.secretRef",
      "spec.azureAPIKey.secretRef",
      "spec.awsCredentials.credentialsFile.secretRef",
    ],
    enforcement: "same-namespace-only",
    quirk: "the namespace counts for nothing: the Secret is sought beside the policy, and nobody is told",
  }),
  ...grantRows({
    ...AI_SECRETS,
    fields: ["spec.azureCredentials.clientSecretRef", "spec.gcpCredentials.credentialsFile.secretRef"],
    enforcement: "ignored",
    quirk: "the Secret is read from the namespace that is named, and no code looks for a grant",
  }),
];

/** What Envoy Gateway lets a route name. */
export const ENVOY_GATEWAY_TARGETS: readonly KnownTarget[] = [
  {
    ...ENVOY,
    rows: [
      "HTTPRoute.backendRefs",
      "GRPCRoute.backendRefs",
      "TLSRoute.backendRefs",
      "TCPRoute.backendRefs",
      "UDPRoute.backendRefs",
      "HTTPRoute.requestMirror",
      "GRPCRoute.requestMirror",
    ],
    target: BACKEND,
    quirk: null,
    citation: `${GATEWAY_CODE}/validate.go`,
  },
];

/** The kinds of both that hold such fields. */
export const ENVOY_GATEWAY_KINDS: readonly KindInfo[] = [
  kindToRead(SECURITY_POLICY, "securitypolicies"),
  kindToRead(EXTENSION_POLICY, "envoyextensionpolicies"),
  kindToRead(CLIENT_POLICY, "clienttrafficpolicies"),
  kindToRead(BACKEND_POLICY, "backendtrafficpolicies"),
  kindToRead(ROUTE_FILTER, "httproutefilters"),
  kindToRead(ENVOY_PROXY, "envoyproxies"),
  kindToRead(BACKEND, "backends"),
  kindToRead(AI_ROUTE, "aigatewayroutes"),
  kindToRead(AI_BACKEND, "aiservicebackends"),
  kindToRead(MCP_ROUTE, "mcproutes"),
  kindToRead(AI_SECURITY_POLICY, "backendsecuritypolicies"),
];
