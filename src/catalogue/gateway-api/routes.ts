import { GATEWAY, GATEWAY_API, LISTENER_SET, MESH_PARENTS, X_LISTENER_SET } from "../kinds.ts";
import type { AttachmentRow, CatalogueRow, FreeRow, GrantRow } from "../row.ts";
import { BACKEND, EXPERIMENTAL, LOCAL, SPEC } from "./shared.ts";

/** A route kind, with what differs between the kinds in rows R1 and R5–R12 of docs/rules.md §2.3. */
interface RouteRows {
  readonly kind: string;
  readonly channel: "standard" | "experimental";
  readonly since: string;
  readonly source: string;
  readonly filters: boolean;
  readonly externalAuth: boolean;
}

const ROUTES: readonly RouteRows[] = [
  { kind: "HTTPRoute", channel: "standard", since: "v0.4.0", source: "httproute", filters: true, externalAuth: true },
  { kind: "GRPCRoute", channel: "standard", since: "v1.1.0", source: "grpcroute", filters: true, externalAuth: false },
  { kind: "TLSRoute", channel: "standard", since: "v1.5.0", source: "tlsroute", filters: false, externalAuth: false },
  { kind: "TCPRoute", channel: "standard", since: "v1.6.0", source: "tcproute", filters: false, externalAuth: false },
  { kind: "UDPRoute", channel: "standard", since: "v1.6.0", source: "udproute", filters: false, externalAuth: false },
];

function rowsOf({ kind, channel, since, source, filters, externalAuth }: RouteRows): readonly CatalogueRow[] {
  const from = { group: GATEWAY_API, kind };
  const file = `apis/v1/${source}_types.go`;
  const parent: AttachmentRow = {
    ...SPEC,
    handshake: "attachment",
    id: `${kind}.parentRefs`,
    from,
    path: "spec.parentRefs[]",
    defaults: GATEWAY,
    alsoNames: [LISTENER_SET, X_LISTENER_SET, ...MESH_PARENTS],
    channel,
    since,
    quirk: "a Service as parent makes it a route of a mesh, for which nobody is asked",
    citation: "§2.3 R1–R4, apis/v1/shared_types.go ParentReference",
  };
  const byDefault: AttachmentRow = {
    ...SPEC,
    ...EXPERIMENTAL,
    handshake: "attachment",
    id: `${kind}.useDefaultGateways`,
    from,
    path: "spec.useDefaultGateways",
    defaults: GATEWAY,
    reading: "default-gateways",
    since: "v1.4.0",
    citation: "§2.3 R5, apis/v1/shared_types.go CommonRouteSpec (GEP-3793)",
  };
  const backend = (name: string, place: string, row: string, more: Partial<GrantRow> = {}): GrantRow => ({
    ...BACKEND,
    id: `${kind}.${name}`,
    from,
    path: `spec.rules[].${place}`,
    channel,
    since,
    citation: `§2.3 ${row}, ${file}`,
    ...more,
  });
  const extension = (name: string, place: string): FreeRow => ({
    ...LOCAL,
    id: `${kind}.${name}`,
    from,
    path: `spec.rules[].${place}`,
    channel,
    since,
    citation: `§2.3 R12, ${file}`,
  });
  const rows: CatalogueRow[] = [parent, byDefault, backend("backendRefs", "backendRefs[]", filters ? "R6" : "R7")];
  if (filters) {
    rows.push(
      backend("requestMirror", "filters[].requestMirror.backendRef", "R8"),
      backend("backendRefs.requestMirror", "backendRefs[].filters[].requestMirror.backendRef", "R9"),
      extension("extensionRef", "filters[].extensionRef"),
      extension("backendRefs.extensionRef", "backendRefs[].filters[].extensionRef"),
    );
  }
  if (externalAuth) {
    const auth = { ...EXPERIMENTAL, since: "v1.4.0" };
    rows.push(
      backend("externalAuth", "filters[].externalAuth.backendRef", "R10 (GEP-1494)", auth),
      backend("backendRefs.externalAuth", "backendRefs[].filters[].externalAuth.backendRef", "R11 (GEP-1494)", auth),
    );
  }
  return rows;
}

/** The references of the five route kinds (docs/rules.md §2.3). */
export const ROUTE_ROWS: readonly CatalogueRow[] = ROUTES.flatMap(rowsOf);
