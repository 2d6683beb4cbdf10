import type { GroupKind } from "../../model/object.ts";
import { CONFIG_MAP, GATEWAY, HTTP_ROUTE, type KindInfo, LISTENER_SET, SECRET, SERVICE } from "../kinds.ts";
import type { CatalogueRow, KnownTarget } from "../row.ts";
import { grantRows, kindToRead } from "./builders.ts";

const GROUP = "gateway.kgateway.dev";

const EXTENSION: GroupKind = { group: GROUP, kind: "GatewayExtension" };
const LISTENER_POLICY: GroupKind = { group: GROUP, kind: "ListenerPolicy" };
const TRAFFIC_POLICY: GroupKind = { group: GROUP, kind: "TrafficPolicy" };
const BACKEND: GroupKind = { group: GROUP, kind: "Backend" };

const MODE = "asked for unless KGW_REFERENCE_GRANT_MODE is OFF";

const SETTING = {
  implementation: "kgateway",
  enforcement: "mode",
  quirk: MODE,
  citation: "kgateway-dev/kgateway.dev:assets/kgw-docs/pages/install/advanced.md",
} as const;

const TO_BACKENDS = { ...SETTING, defaults: SERVICE, alsoNames: [BACKEND] } as const;

const OF_EXTENSION = {
  ...TO_BACKENDS,
  from: EXTENSION,
  quirk: `${MODE}; a grant has to trust GatewayExtension, not the TrafficPolicy that uses it`,
} as const;

const TO_SECRETS = { ...SETTING, defaults: SECRET } as const;

const OF_HEADERS = { ...TO_SECRETS, since: "v2.4.0" } as const;

/** kgateway's extensions and policies. */
export const KGATEWAY_ROWS: readonly CatalogueRow[] = [
  ...grantRows({
    ...OF_EXTENSION,
    fields: [
      "spec.extAuth.grpcService.backendRef",
      "spec.extAuth.httpService.backendRef",
      "spec.extProc.grpcService.backendRef",
      "spec.rateLimit.grpcService.backendRef",
      "spec.oauth2.backendRef",
      "spec.jwt.providers[].jwks.remote.backendRef",
    ],
  }),
  ...grantRows({ ...OF_EXTENSION, fields: ["spec.oauth2.jwt.jwksBackendRef"], since: "v2.4.0" }),
  ...grantRows({
    ...TO_BACKENDS,
    from: LISTENER_POLICY,
    fields: [
      "spec.default.httpSettings.accessLog[].grpcService.backendRef",
      "spec.default.httpSettings.accessLog[].openTelemetry.grpcService.backendRef",
      "spec.default.httpSettings.tracing.provider.openTelemetry.grpcService.backendRef",
    ],
  }),
  ...grantRows({
    ...OF_HEADERS,
    from: LISTENER_POLICY,
    fields: [
      "spec.default.httpSettings.localReplies.mappers[].headers.set[].secretRef",
      "spec.default.httpSettings.localReplies.mappers[].headers.add[].secretRef",
    ],
  }),
  ...grantRows({
    ...SETTING,
    from: LISTENER_POLICY,
    fields: ["spec.default.clientCertificateValidation.caCertificateRefs[]"],
    defaults: null,
    alsoNames: [CONFIG_MAP, SECRET],
    trustedAs: [GATEWAY, LISTENER_SET],
    quirk: `${MODE}; a grant has to trust the Gateway or ListenerSet that has the listener, not the policy`,
  }),
  ...grantRows({
    ...OF_HEADERS,
    from: TRAFFIC_POLICY,
    fields: [
      "spec.headerModifiers.request.set[].secretRef",
      "spec.headerModifiers.request.add[].secretRef",
      "spec.headerModifiers.response.set[].secretRef",
      "spec.headerModifiers.response.add[].secretRef",
    ],
  }),
  ...grantRows({
    ...TO_SECRETS,
    from: TRAFFIC_POLICY,
    fields: ["spec.basicAuth.secretRef", "spec.apiKeyAuth.secretRef"],
  }),
  ...grantRows({
    ...TO_SECRETS,
    from: TRAFFIC_POLICY,
    fields: ["spec.apiKeyAuth.secretSelector"],
    reading: "object-selector",
    quirk: `${MODE}; Secrets that no grant covers are passed over in silence`,
    citation: "kgateway-dev/kgateway:pkg/krtcollections/secrets.go",
  }),
  ...grantRows({
    ...SETTING,
    from: TRAFFIC_POLICY,
    fields: [
      "spec.extAuth.extensionRef",
      "spec.extProc.extensionRef",
      "spec.rateLimit.global.extensionRef",
      "spec.jwtAuth.extensionRef",
      "spec.oauth2.extensionRef",
    ],
    defaults: EXTENSION,
    quirk: "asked for only where KGW_REFERENCE_GRANT_MODE is STRICT, which is not the default",
  }),
];

/** A parent route hands over to child routes, which are named or found by a label. */
const DELEGATION = {
  implementation: "kgateway",
  rows: ["HTTPRoute.backendRefs"],
  enforcement: "unverified",
  citation: SETTING.citation,
} as const;

const UNLISTED = "kgateway's table of checked references does not list this";

/** What kgateway lets a route name. */
export const KGATEWAY_TARGETS: readonly KnownTarget[] = [
  {
    ...SETTING,
    rows: [
      "HTTPRoute.backendRefs",
      "GRPCRoute.backendRefs",
      "TLSRoute.backendRefs",
      "TCPRoute.backendRefs",
      "HTTPRoute.requestMirror",
      "GRPCRoute.requestMirror",
    ],
    target: BACKEND,
  },
  {
    ...DELEGATION,
    target: HTTP_ROUTE,
    quirk: `a parent route hands over to its children; ${UNLISTED}`,
  },
  {
    ...DELEGATION,
    target: { group: "delegation.kgateway.dev", kind: "label" },
    quirk: `no object: a parent route hands over to every HTTPRoute that has the name as a label's value; ${UNLISTED}`,
  },
];

/** The kinds of kgateway that hold such fields. */
export const KGATEWAY_KINDS: readonly KindInfo[] = [
  kindToRead(EXTENSION, "gatewayextensions"),
  kindToRead(LISTENER_POLICY, "listenerpolicies"),
  kindToRead(TRAFFIC_POLICY, "trafficpolicies"),
];
