import type { GroupKind } from "../../model/object.ts";
import {
  GRPC_ROUTE,
  HTTP_ROUTE,
  INGRESS,
  type KindInfo,
  SECRET,
  SERVICE,
  TCP_ROUTE,
  TLS_ROUTE,
  UDP_ROUTE,
} from "../kinds.ts";
import type { CatalogueRow } from "../row.ts";
import { foreignGrantRows, grantRows, kindToRead } from "./builders.ts";

const GROUP = "configuration.konghq.com";
const OPERATOR_GROUP = "gateway-operator.konghq.com";
const KONNECT_GROUP = "konnect.konghq.com";

const kong = (kind: string): GroupKind => ({ group: GROUP, kind });

/** Its presence is what tells that Kong reads a cluster's annotations. */
export const KONG_PLUGIN: GroupKind = kong("KongPlugin");

const CONSUMER = kong("KongConsumer");
const CONSUMER_GROUP = kong("KongConsumerGroup");
const TCP_INGRESS = kong("TCPIngress");
const UDP_INGRESS = kong("UDPIngress");
const CUSTOM_ENTITY = kong("KongCustomEntity");
const PLUGIN_INSTALLATION: GroupKind = { group: OPERATOR_GROUP, kind: "KongPluginInstallation" };
const AI_GATEWAY: GroupKind = { group: OPERATOR_GROUP, kind: "AIGateway" };

const CERTIFICATE = kong("KongCertificate");
const CA_CERTIFICATE = kong("KongCACertificate");
const VAULT = kong("KongVault");
const CONTROL_PLANE: GroupKind = { group: KONNECT_GROUP, kind: "KonnectGatewayControlPlane" };

const BY_REFERENCE_GRANT = { implementation: "kong", enforcement: "required" } as const;

const BY_KONG_GRANT = {
  implementation: "kong",
  grantKind: kong("KongReferenceGrant"),
  citation: "Kong/kong-operator:internal/utils/crossnamespace",
} as const;

const TO_SECRETS = { ...BY_KONG_GRANT, defaults: SECRET, quirk: "its grants write the core group as core" } as const;

const TO_KONNECT_CREDENTIALS = {
  ...BY_KONG_GRANT,
  fields: ["spec.konnect.authRef"],
  defaults: { group: KONNECT_GROUP, kind: "KonnectAPIAuthConfiguration" },
} as const;

/** Kinds whose objects may carry the annotation that lists plugins: consumers, Services, and all that Kong takes for a route. */
const ANNOTATED: readonly GroupKind[] = [
  CONSUMER,
  CONSUMER_GROUP,
  SERVICE,
  INGRESS,
  TCP_INGRESS,
  UDP_INGRESS,
  HTTP_ROUTE,
  GRPC_ROUTE,
  TLS_ROUTE,
  TCP_ROUTE,
  UDP_ROUTE,
];

/** The one reference that a kind of KongReferenceGrant decides, where there is but one target. */
const SINGLE: readonly (readonly [from: string, field: string, to: string])[] = [
  ["KongRoute", "spec.serviceRef.namespacedRef", "KongService"],
  ["KongTarget", "spec.upstreamRef", "KongUpstream"],
  ["KongSNI", "spec.certificateRef", "KongCertificate"],
  ["KongService", "spec.clientCertificateRef", "KongCertificate"],
  ["KongService", "spec.caCertificateRefs[]", "KongCACertificate"],
  ["KongUpstream", "spec.clientCertificateRef", "KongCertificate"],
  ["KongPluginBinding", "spec.pluginRef", "KongPlugin"],
];

/** Kinds that may belong to a control plane of another namespace. */
const CONTROLLED = [
  "KongService",
  "KongUpstream",
  "KongConsumer",
  "KongConsumerGroup",
  "KongCertificate",
  "KongCACertificate",
  "KongKey",
  "KongKeySet",
  "KongVault",
  "KongPluginBinding",
  "KongDataPlaneClientCertificate",
];

const CLUSTER_SCOPED = "KongVault belongs to no namespace, and a grant trusts it with an empty one";

/** Kong's plugins and operator, and what KongReferenceGrant decides there. */
export const KONG_ROWS: readonly CatalogueRow[] = [
  ...ANNOTATED.flatMap((from) =>
    grantRows({
      ...BY_REFERENCE_GRANT,
      from,
      fields: ["metadata.annotations.{konghq.com/plugins}"],
      reading: "plugin-list",
      asksAtHome: true,
      defaults: KONG_PLUGIN,
      quirk: "a namespace that is written needs a grant even where it is the object's own",
      citation: "Kong/kong-operator:ingress-controller/internal/dataplane/kongstate/kongstate.go",
    }),
  ),
  ...grantRows({
    ...BY_REFERENCE_GRANT,
    from: CUSTOM_ENTITY,
    fields: ["spec.parentRef"],
    defaults: KONG_PLUGIN,
    citation: "Kong/kong-operator:ingress-controller/internal/dataplane/kongstate/customentity.go",
  }),
  ...grantRows({
    ...BY_REFERENCE_GRANT,
    from: PLUGIN_INSTALLATION,
    fields: ["spec.imagePullSecretRef"],
    defaults: SECRET,
    citation: "Kong/kong-operator:controller/kongplugininstallation/controller.go",
  }),
  ...grantRows({
    ...BY_REFERENCE_GRANT,
    from: AI_GATEWAY,
    fields: ["spec.cloudProviderCredentials"],
    defaults: SECRET,
    citation: "Kong/kong-operator:controller/specialized/aigateway_controller_reconciler_owned_resources.go",
  }),
  ...foreignGrantRows({ ...TO_SECRETS, from: CERTIFICATE, fields: ["spec.secretRef", "spec.secretRefAlt"] }),
  ...foreignGrantRows({ ...TO_SECRETS, from: CA_CERTIFICATE, fields: ["spec.secretRef"] }),
  ...SINGLE.flatMap(([from, field, to]) =>
    foreignGrantRows({ ...BY_KONG_GRANT, from: kong(from), fields: [field], defaults: kong(to) }),
  ),
  ...foreignGrantRows({
    ...BY_KONG_GRANT,
    from: VAULT,
    fields: ["spec.configStoreRef"],
    defaults: { group: KONNECT_GROUP, kind: "KonnectConfigStore" },
    quirk: CLUSTER_SCOPED,
  }),
  ...CONTROLLED.flatMap((from) =>
    foreignGrantRows({
      ...BY_KONG_GRANT,
      from: kong(from),
      fields: ["spec.controlPlaneRef.konnectNamespacedRef"],
      defaults: CONTROL_PLANE,
      ...(from === VAULT.kind ? { quirk: CLUSTER_SCOPED } : {}),
    }),
  ),
  ...foreignGrantRows({
    ...TO_KONNECT_CREDENTIALS,
    from: CONTROL_PLANE,
    citation: "Kong/kong-operator:controller/konnect/reconciler_apiauthref.go",
  }),
  ...foreignGrantRows({
    ...TO_KONNECT_CREDENTIALS,
    from: { group: OPERATOR_GROUP, kind: "GatewayConfiguration" },
    quirk: "the operator makes a grant itself, for the KonnectGatewayControlPlane that it derives",
    citation: "Kong/kong-operator:controller/gateway/konnect_auth_referencegrant.go",
  }),
];

/** The kinds with fields that a ReferenceGrant decides, beside those that are read anyway. */
export const KONG_KINDS: readonly KindInfo[] = [
  kindToRead(CONSUMER, "kongconsumers"),
  kindToRead(CONSUMER_GROUP, "kongconsumergroups"),
  kindToRead(INGRESS, "ingresses", ["ing"]),
  kindToRead(TCP_INGRESS, "tcpingresses"),
  kindToRead(UDP_INGRESS, "udpingresses"),
  kindToRead(CUSTOM_ENTITY, "kongcustomentities"),
  kindToRead(PLUGIN_INSTALLATION, "kongplugininstallations"),
  kindToRead(AI_GATEWAY, "aigateways"),
];
