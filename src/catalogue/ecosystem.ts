import type { GroupKind } from "../model/object.ts";
import { AGENTGATEWAY_KINDS, AGENTGATEWAY_ROWS, AGENTGATEWAY_TARGETS } from "./ecosystem/agentgateway.ts";
import {
  ENVOY_AI_GATEWAY_ROWS,
  ENVOY_GATEWAY_KINDS,
  ENVOY_GATEWAY_ROWS,
  ENVOY_GATEWAY_TARGETS,
} from "./ecosystem/envoy-gateway.ts";
import { KGATEWAY_KINDS, KGATEWAY_ROWS, KGATEWAY_TARGETS } from "./ecosystem/kgateway.ts";
import { KONG_KINDS, KONG_PLUGIN, KONG_ROWS } from "./ecosystem/kong.ts";
import { OTHER_KINDS, OTHER_ROWS, OTHER_TARGETS } from "./ecosystem/others.ts";
import { INGRESS, type KindInfo } from "./kinds.ts";
import type { CatalogueRow, KnownTarget } from "./row.ts";

export { LOOK_ALIKE_GRANTS } from "./ecosystem/look-alikes.ts";

/** The fields of implementations' own kinds that can name an object of another namespace. */
export const ECOSYSTEM_ROWS: readonly CatalogueRow[] = [
  ...ENVOY_GATEWAY_ROWS,
  ...ENVOY_AI_GATEWAY_ROWS,
  ...KGATEWAY_ROWS,
  ...AGENTGATEWAY_ROWS,
  ...KONG_ROWS,
  ...OTHER_ROWS,
];

/** The kinds that implementations let a field of the Gateway API name. */
export const KNOWN_TARGETS: readonly KnownTarget[] = [
  ...ENVOY_GATEWAY_TARGETS,
  ...KGATEWAY_TARGETS,
  ...AGENTGATEWAY_TARGETS,
  ...OTHER_TARGETS,
];

/** The kinds of others whose objects are read, because a ReferenceGrant decides a field of theirs. */
export const ECOSYSTEM_KINDS: readonly KindInfo[] = [
  ...ENVOY_GATEWAY_KINDS,
  ...KGATEWAY_KINDS,
  ...AGENTGATEWAY_KINDS,
  ...KONG_KINDS,
  ...OTHER_KINDS,
];

/** Kinds that are everywhere, and whose fields say nothing to anybody unless another kind is served: read with it only. */
export const READ_WITH: readonly { readonly kind: GroupKind; readonly onlyWith: GroupKind }[] = [
  { kind: INGRESS, onlyWith: KONG_PLUGIN },
];
