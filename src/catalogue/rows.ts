import { type GroupKind, groupKindKey } from "../model/object.ts";
import { ECOSYSTEM_ROWS } from "./ecosystem.ts";
import { GATEWAY_ROWS, LISTENER_SET_ROWS } from "./gateway-api/gateways.ts";
import { EXPERIMENTAL_KIND_ROWS, POLICY_ROWS } from "./gateway-api/policies.ts";
import { ROUTE_ROWS } from "./gateway-api/routes.ts";
import { PERSISTENT_VOLUME_CLAIM } from "./kinds.ts";
import type { CatalogueRow } from "./row.ts";

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
  ...ROUTE_ROWS,
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

const BY_KIND: ReadonlyMap<string, readonly CatalogueRow[]> = Map.groupBy(ROWS, ({ from }) => groupKindKey(from));

/** The rows of what a kind can name; none for a kind that names nothing. */
export function rowsFrom(kind: GroupKind): readonly CatalogueRow[] {
  return BY_KIND.get(groupKindKey(kind)) ?? [];
}

/** The kinds that hold references which somebody has to permit, in the order of the catalogue. */
export const ASKING_KINDS: readonly GroupKind[] = [
  ...new Map(
    ROWS.filter(({ handshake }) => handshake === "grant" || handshake === "attachment").map(({ from }) => [
      groupKindKey(from),
      from,
    ]),
  ).values(),
];
