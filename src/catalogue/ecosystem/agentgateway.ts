import type { GroupKind } from "../../model/object.ts";
import { HTTP_ROUTE, type KindInfo, SERVICE } from "../kinds.ts";
import type { CatalogueRow, KnownTarget } from "../row.ts";
import { grantRows, kindToRead } from "./builders.ts";

const GROUP = "agentgateway.dev";

const MODEL: GroupKind = { group: GROUP, kind: "AgentgatewayModel" };
const BACKEND: GroupKind = { group: GROUP, kind: "AgentgatewayBackend" };
const POLICY: GroupKind = { group: GROUP, kind: "AgentgatewayPolicy" };

const CODE = "agentgateway/agentgateway:controller/pkg/agentgateway";

const TO_BACKENDS = {
  implementation: "agentgateway",
  defaults: SERVICE,
  alsoNames: [BACKEND],
  enforcement: "mode",
  quirk: "asked for only where AGW_BACKEND_REF_GRANT_MODE is route-and-policy, which is not the default",
  citation: `${CODE}/plugins/traffic_plugin.go`,
} as const;

/** Every field below `root` that holds a backend. */
const under = (root: string, steps: readonly string[]) => steps.map((step) => `${root}.${step}.backendRef`);

/** Services that look at prompts and answers. */
const GUARDS = [
  "promptGuard.request[].bedrockGuardrails.policies.tunnel",
  "promptGuard.request[].googleModelArmor.policies.tunnel",
  "promptGuard.request[].openAIModeration.policies.tunnel",
  "promptGuard.request[].webhook",
  "promptGuard.response[].bedrockGuardrails.policies.tunnel",
  "promptGuard.response[].googleModelArmor.policies.tunnel",
  "promptGuard.response[].webhook",
];

const AI_GUARDS = GUARDS.map((step) => `ai.${step}`);

const TOKENS = [
  "auth.crossAppAccess.identityProvider",
  "auth.crossAppAccess.resourceAuthorizationServer",
  "auth.oauthTokenExchange",
];

/** What can be said of a backend, inside it and from a policy. */
const BACKEND_SETTINGS = [
  ...AI_GUARDS,
  ...TOKENS,
  "extAuth",
  "mcp.authentication.jwks",
  "mcp.guardrails.processors[].remote",
  "tunnel",
];

/** agentgateway's models, backends and policies. */
export const AGENTGATEWAY_ROWS: readonly CatalogueRow[] = [
  ...grantRows({
    ...TO_BACKENDS,
    from: MODEL,
    fields: under("spec.policies", ["auth.oauthTokenExchange", ...GUARDS, "tunnel"]),
    enforcement: "unverified",
    trustUnknown: true,
    quirk:
      "AgentgatewayModel is not among the kinds that it looks up in a grant's from; " +
      "what comes of the reference then has not been read",
    citation: `${CODE}/plugins/reference_indexes.go`,
  }),
  ...grantRows({
    ...TO_BACKENDS,
    from: BACKEND,
    fields: [
      ...under("spec.ai.groups[].providers[].policies", [...AI_GUARDS, ...TOKENS, "tunnel"]),
      ...under("spec.mcp.targets[].static.policies", [...TOKENS, "tunnel"]),
      ...under("spec.policies", BACKEND_SETTINGS),
    ],
  }),
  ...grantRows({
    ...TO_BACKENDS,
    from: POLICY,
    fields: [
      ...under("spec.backend", BACKEND_SETTINGS),
      ...under("spec.frontend", ["accessLog.otlp", "tracing"]),
      ...under("spec.traffic", [
        "extAuth",
        "extAuth.conditional[].policy",
        "extProc",
        "extProc.conditional[].policy",
        "jwtAuthentication.providers[].jwks.remote",
        "rateLimit.conditional[].policy.global",
        "rateLimit.global",
      ]),
    ],
  }),
];

/** What agentgateway lets a route name. */
export const AGENTGATEWAY_TARGETS: readonly KnownTarget[] = [
  {
    implementation: "agentgateway",
    rows: [
      "HTTPRoute.backendRefs",
      "GRPCRoute.backendRefs",
      "TLSRoute.backendRefs",
      "TCPRoute.backendRefs",
      "HTTPRoute.requestMirror",
      "GRPCRoute.requestMirror",
      "HTTPRoute.backendRefs.requestMirror",
      "GRPCRoute.backendRefs.requestMirror",
    ],
    target: BACKEND,
    enforcement: "mode",
    quirk: "asked for unless AGW_BACKEND_REF_GRANT_MODE is none",
    citation: `${CODE}/plugins/reference_indexes.go`,
  },
  {
    implementation: "agentgateway",
    rows: ["HTTPRoute.backendRefs"],
    target: HTTP_ROUTE,
    enforcement: "mode",
    quirk:
      "a parent route hands over to a child route: asked for if the child has no parentRefs of its own, unless " +
      "AGW_BACKEND_REF_GRANT_MODE is none; read in code of August 2026, and earlier releases may differ",
    citation: `${CODE}/translator/route_collections.go`,
  },
];

/** The kinds of agentgateway that hold such fields. */
export const AGENTGATEWAY_KINDS: readonly KindInfo[] = [
  kindToRead(MODEL, "agentgatewaymodels"),
  kindToRead(BACKEND, "agentgatewaybackends"),
  kindToRead(POLICY, "agentgatewaypolicies"),
];
