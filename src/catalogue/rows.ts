import type { GroupKind } from "../model/object.ts";
import type { MissingReason } from "../model/reference.ts";
import { GATEWAY, GATEWAY_API, LISTENER_SET, SECRET, SERVICE } from "./kinds.ts";

/**
 * When a field counts as a reference at all.
 * - `always`
 * - `tls-terminates`: the listener's `tls.mode` is not Passthrough, where certificates are ignored (docs/rules.md §2.4).
 * - `https-port`: an HTTPS listener uses the port of this `perPort` entry (§2.4 G4).
 * - `https-default`: an HTTPS listener uses a port that no `perPort` entry has (§2.4 G3).
 */
export type RowCondition = "always" | "tls-terminates" | "https-port" | "https-default";

interface RowBase {
  /** Kind and last field, unique: `HTTPRoute.backendRefs`. */
  readonly id: string;
  readonly from: GroupKind;
  /** The field, steps by dots, `[]` for every item of a list. */
  readonly path: string;
  /** Group and kind of the referent where the reference leaves them out; null where it must name both. */
  readonly defaults: GroupKind | null;
  readonly channel: "standard" | "experimental";
  /** First release of the Gateway API with the field in that channel. */
  readonly since: string;
  /** The section of docs/rules.md, and the file of the API's source that it was checked in. */
  readonly citation: string;
}

/** A field whose referent's namespace must agree by a ReferenceGrant. */
export interface GrantRow extends RowBase {
  readonly handshake: "grant";
  readonly condition: RowCondition;
  readonly missingReason: MissingReason;
}

/** A field whose referent agrees by `allowedRoutes`, or a Gateway by `allowedListeners`. */
export interface AttachmentRow extends RowBase {
  readonly handshake: "attachment";
}

/** One way in which one kind can name an object of another namespace. */
export type CatalogueRow = GrantRow | AttachmentRow;

const BACKEND = {
  handshake: "grant",
  defaults: SERVICE,
  condition: "always",
  missingReason: "BackendNotFound",
} as const;

/** A listener's certificates, on a Gateway and on a ListenerSet. */
const CERTIFICATES = {
  handshake: "grant",
  path: "spec.listeners[].tls.certificateRefs[]",
  defaults: SECRET,
  condition: "tls-terminates",
  missingReason: "InvalidCertificateRef",
  channel: "standard",
} as const;

/** The authorities that a Gateway holds its clients' certificates against, by default and by port. */
const CLIENT_CAS = {
  from: GATEWAY,
  handshake: "grant",
  defaults: null,
  missingReason: "InvalidCACertificateRef",
  channel: "standard",
  since: "v1.5.0",
} as const;

/** A route kind, with what differs between the kinds in rows R1 and R6–R11 of docs/rules.md §2.3. */
interface RouteRows {
  readonly kind: string;
  readonly channel: "standard" | "experimental";
  readonly since: string;
  readonly source: string;
  readonly mirrors: boolean;
  readonly externalAuth: boolean;
}

const ROUTES: readonly RouteRows[] = [
  {
    kind: "HTTPRoute",
    channel: "standard",
    since: "v0.4.0",
    source: "apis/v1/httproute_types.go",
    mirrors: true,
    externalAuth: true,
  },
  {
    kind: "GRPCRoute",
    channel: "standard",
    since: "v1.1.0",
    source: "apis/v1/grpcroute_types.go",
    mirrors: true,
    externalAuth: false,
  },
  {
    kind: "TLSRoute",
    channel: "standard",
    since: "v1.5.0",
    source: "apis/v1/tlsroute_types.go",
    mirrors: false,
    externalAuth: false,
  },
  {
    kind: "TCPRoute",
    channel: "standard",
    since: "v1.6.0",
    source: "apis/v1/tcproute_types.go",
    mirrors: false,
    externalAuth: false,
  },
  {
    kind: "UDPRoute",
    channel: "standard",
    since: "v1.6.0",
    source: "apis/v1/udproute_types.go",
    mirrors: false,
    externalAuth: false,
  },
];

function rowsOfRoute(route: RouteRows): readonly CatalogueRow[] {
  const { kind, channel, since } = route;
  const from = { group: GATEWAY_API, kind };
  const rows: CatalogueRow[] = [
    {
      id: `${kind}.parentRefs`,
      from,
      path: "spec.parentRefs[]",
      defaults: GATEWAY,
      handshake: "attachment",
      channel,
      since,
      citation: "§2.3 R1–R3, apis/v1/shared_types.go ParentReference",
    },
    {
      ...BACKEND,
      id: `${kind}.backendRefs`,
      from,
      path: "spec.rules[].backendRefs[]",
      channel,
      since,
      citation: `§2.3 ${kind === "HTTPRoute" || kind === "GRPCRoute" ? "R6" : "R7"}, ${route.source}`,
    },
  ];
  if (route.mirrors) {
    rows.push(
      {
        ...BACKEND,
        id: `${kind}.requestMirror`,
        from,
        path: "spec.rules[].filters[].requestMirror.backendRef",
        channel,
        since,
        citation: `§2.3 R8, ${route.source}`,
      },
      {
        ...BACKEND,
        id: `${kind}.backendRefs.requestMirror`,
        from,
        path: "spec.rules[].backendRefs[].filters[].requestMirror.backendRef",
        channel,
        since,
        citation: `§2.3 R9, ${route.source}`,
      },
    );
  }
  if (route.externalAuth) {
    rows.push(
      {
        ...BACKEND,
        id: `${kind}.externalAuth`,
        from,
        path: "spec.rules[].filters[].externalAuth.backendRef",
        channel: "experimental",
        since: "v1.4.0",
        citation: `§2.3 R10, ${route.source} (GEP-1494)`,
      },
      {
        ...BACKEND,
        id: `${kind}.backendRefs.externalAuth`,
        from,
        path: "spec.rules[].backendRefs[].filters[].externalAuth.backendRef",
        channel: "experimental",
        since: "v1.4.0",
        citation: `§2.3 R11, ${route.source} (GEP-1494)`,
      },
    );
  }
  return rows;
}

/** Everything that can name an object of another namespace. Code that walks this table knows no kinds. */
export const ROWS: readonly CatalogueRow[] = [
  ...ROUTES.flatMap(rowsOfRoute),
  {
    ...CERTIFICATES,
    id: "Gateway.certificateRefs",
    from: GATEWAY,
    since: "v0.4.0",
    citation: "§2.4 G1, apis/v1/gateway_types.go (GEP-746, GEP-851)",
  },
  {
    ...CLIENT_CAS,
    id: "Gateway.frontend.default.caCertificateRefs",
    path: "spec.tls.frontend.default.validation.caCertificateRefs[]",
    condition: "https-default",
    citation: "§2.4 G3, apis/v1/gateway_types.go (GEP-91)",
  },
  {
    ...CLIENT_CAS,
    id: "Gateway.frontend.perPort.caCertificateRefs",
    path: "spec.tls.frontend.perPort[].tls.validation.caCertificateRefs[]",
    condition: "https-port",
    citation: "§2.4 G4, apis/v1/gateway_types.go (GEP-91)",
  },
  {
    id: "Gateway.backend.clientCertificateRef",
    from: GATEWAY,
    path: "spec.tls.backend.clientCertificateRef",
    defaults: SECRET,
    handshake: "grant",
    condition: "always",
    missingReason: "InvalidClientCertificateRef",
    channel: "standard",
    since: "v1.5.0",
    citation: "§2.4 G6, apis/v1/gateway_types.go (GEP-3155)",
  },
  {
    id: "ListenerSet.parentRef",
    from: LISTENER_SET,
    path: "spec.parentRef",
    defaults: GATEWAY,
    handshake: "attachment",
    channel: "standard",
    since: "v1.5.0",
    citation: "§2.5 L1, apis/v1/listenerset_types.go (GEP-1713)",
  },
  {
    ...CERTIFICATES,
    id: "ListenerSet.certificateRefs",
    from: LISTENER_SET,
    since: "v1.5.0",
    citation: "§2.5 L2, apis/v1/listenerset_types.go (GEP-1713)",
  },
];
