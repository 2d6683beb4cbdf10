import type { Listener } from "../model/listener.ts";
import { type GroupKind, includesGroupKind } from "../model/object.ts";
import { GATEWAY_API } from "./kinds.ts";

/** Which route kinds a protocol carries (docs/rules.md §3.3). */
interface ProtocolRow {
  readonly protocol: string;
  /** null: whatever the mode. */
  readonly tlsMode: string | null;
  readonly kinds: readonly string[];
  /** Kinds that the specification has allowed at times or that some implementations still take. */
  readonly disputed: readonly string[];
  readonly citation: string;
}

const PROTOCOLS: readonly ProtocolRow[] = [
  { protocol: "HTTP", tlsMode: null, kinds: ["HTTPRoute", "GRPCRoute"], disputed: [], citation: "GEP-1016, GEP-2907" },
  { protocol: "HTTPS", tlsMode: null, kinds: ["HTTPRoute", "GRPCRoute"], disputed: [], citation: "GEP-1016, GEP-2907" },
  { protocol: "TLS", tlsMode: "Passthrough", kinds: ["TLSRoute"], disputed: [], citation: "GEP-2643" },
  {
    protocol: "TLS",
    tlsMode: "Terminate",
    kinds: ["TLSRoute"],
    disputed: ["TCPRoute", "HTTPRoute", "GRPCRoute"],
    citation: "§3.3, GEP-2643",
  },
  { protocol: "TCP", tlsMode: null, kinds: ["TCPRoute"], disputed: [], citation: "GEP-2644" },
  { protocol: "UDP", tlsMode: null, kinds: ["UDPRoute"], disputed: [], citation: "GEP-2645" },
];

/**
 * May routes of this kind attach to the listener, as to `allowedRoutes.kinds` and protocol? `implementation` where the
 * specification does not say: a protocol of an implementation's own, or a pairing that it left open.
 */
export function admitsKind(listener: Listener, route: GroupKind): "yes" | "no" | "implementation" {
  if (listener.kinds !== null && !includesGroupKind(listener.kinds, route)) return "no";
  const row = PROTOCOLS.find(
    ({ protocol, tlsMode }) => protocol === listener.protocol && (tlsMode === null || tlsMode === listener.tlsMode),
  );
  if (row === undefined) return "implementation";
  if (route.group === GATEWAY_API && row.kinds.includes(route.kind)) return "yes";
  if (route.group === GATEWAY_API && row.disputed.includes(route.kind)) return "implementation";
  return "no";
}

/** The kinds that a listener takes for certain, for saying what it would take. */
export function kindsOf(listener: Listener): readonly string[] {
  const known = PROTOCOLS.flatMap((row) => row.kinds).filter((kind, index, all) => all.indexOf(kind) === index);
  return known.filter((kind) => admitsKind(listener, { group: GATEWAY_API, kind }) === "yes");
}

/** The protocols whose listeners carry routes of a kind for certain; none for kinds that are not known. */
export function protocolsFor({ group, kind }: GroupKind): readonly string[] {
  const rows = group === GATEWAY_API ? PROTOCOLS.filter(({ kinds }) => kinds.includes(kind)) : [];
  return [...new Set(rows.map(({ protocol }) => protocol))];
}
