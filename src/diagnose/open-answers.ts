import { commonHostname } from "../catalogue/hostnames.ts";
import { GRPC_ROUTE, HTTP_ROUTE } from "../catalogue/kinds.ts";
import type { AttachmentDecision } from "../model/decision.ts";
import type { Listener, ListenerHolder } from "../model/listener.ts";
import { type GroupKind, keyOf, type ObjectId, type ObjectKey, sameGroupKind } from "../model/object.ts";

/**
 * Attachments that the spec permits and that a controller may refuse all the same (docs/rules.md §4.4). What they depend on
 * is other listeners and other routes, so it is looked up only when a controller did refuse.
 */
export interface OpenAnswers {
  /**
   * Does another listener of the Gateway claim a hostname of the route more exactly, on a port where it is attached? Requests
   * go to the most exact listener, and some controllers take the name away from the others.
   */
  readonly hostnameClaimed: (attachment: AttachmentDecision) => boolean;
  /** Do an HTTPRoute and a GRPCRoute want a hostname of the same listener, the route being one of them? One may be refused. */
  readonly sharedByKinds: (attachment: AttachmentDecision) => boolean;
}

/** A hostname as listeners and routes have it; null is every name. */
type Hostname = string | null;

/** The hostnames that a route has on a listener. */
function hostnamesOn({ hostname }: Listener, route: readonly string[] | null): readonly Hostname[] {
  const own = route === null || route.length === 0 ? [""] : route;
  return own.map((name) => commonHostname(hostname, name)).filter((name) => name !== undefined);
}

const LONGEST_HOSTNAME = 253;

/** What is left of a hostname after each of its dots. */
function* parentsOf(hostname: string): Generator<string> {
  for (let dot = hostname.indexOf("."); dot >= 0; dot = hostname.indexOf(".", dot + 1)) yield hostname.slice(dot + 1);
}

/** Hostnames of which it is quickly told whether one has a name in common with another. */
class HostnameSet {
  readonly #names = new Set<Hostname>();
  /** Everything that a name of the set is under. */
  readonly #parents = new Set<string>();

  add(hostname: Hostname): void {
    if (hostname !== null && hostname.length > LONGEST_HOSTNAME) return;
    this.#names.add(hostname);
    if (hostname !== null) for (const parent of parentsOf(hostname)) this.#parents.add(parent);
  }

  meets(hostname: Hostname): boolean {
    if (hostname === null) return this.#names.size > 0;
    if (this.#names.has(null) || this.#names.has(hostname)) return true;
    if (hostname.length > LONGEST_HOSTNAME) return false;
    if (hostname.startsWith("*.") && this.#parents.has(hostname.slice(2))) return true;
    return parentsOf(hostname).some((parent) => this.#names.has(`*.${parent}`));
  }
}

/** The kind of route that shares listeners with this one by protocol; null for a kind that shares with none. */
function rivalOf(route: GroupKind): GroupKind | null {
  if (sameGroupKind(route, HTTP_ROUTE)) return GRPC_ROUTE;
  return sameGroupKind(route, GRPC_ROUTE) ? HTTP_ROUTE : null;
}

const claimKey = (parent: ObjectId, listener: Listener, { kind }: GroupKind) =>
  `${keyOf(parent)} ${listener.index} ${kind}`;

/** What routes of the two kinds want of each listener that lets them, or may let them. */
function readClaims(attachments: readonly AttachmentDecision[]): ReadonlyMap<string, HostnameSet> {
  const claims = new Map<string, HostnameSet>();
  for (const { reference, outcome } of attachments) {
    if (rivalOf(reference.referrer) === null) continue;
    for (const { parent, listener, failed } of outcome.trials) {
      if (failed.length > 0) continue;
      const key = claimKey(parent, listener, reference.referrer);
      const claimed = claims.get(key) ?? new HostnameSet();
      claims.set(key, claimed);
      for (const name of hostnamesOn(listener, reference.hostnames)) claimed.add(name);
    }
  }
  return claims;
}

/** The hostnames that listeners claim on each port of a Gateway, with those that ListenerSets bring. */
function readPorts(holders: ReadonlyMap<ObjectKey, ListenerHolder>): ReadonlyMap<string, ReadonlySet<string>> {
  const ports = new Map<string, Set<string>>();
  for (const holder of holders.values()) {
    for (const listener of holder.listeners) {
      if (listener.hostname === null) continue;
      const key = portKey(holder, listener);
      const known = ports.get(key);
      if (known === undefined) ports.set(key, new Set([listener.hostname]));
      else known.add(listener.hostname);
    }
  }
  return ports;
}

/** The wildcards that a hostname is under, itself left out. */
function wildcardsOver(hostname: string): readonly string[] {
  const bare = hostname.startsWith("*.") ? hostname.slice(2) : hostname;
  return [...parentsOf(bare)].map((parent) => `*.${parent}`);
}

/** Listeners that lose some of a route's hostnames to others of their port: those with one of these, or none at all. */
function losers(claimed: ReadonlySet<string>, names: readonly string[]): ReadonlySet<Hostname> {
  const taken = new Set(
    names
      .filter((name) => name.length <= LONGEST_HOSTNAME)
      .flatMap((name) => [name, ...wildcardsOver(name)])
      .filter((hostname) => claimed.has(hostname)),
  );
  return taken.size === 0 ? new Set() : new Set([null, ...[...taken].flatMap(wildcardsOver)]);
}

function portKey(holder: ListenerHolder, { port }: Listener): string {
  const gateway = holder.holder === "gateway" ? holder.id : (holder.parent ?? holder.id);
  return `${keyOf(gateway)} ${port}`;
}

/** Prepares to look such answers up. */
export function openAnswers(
  attachments: readonly AttachmentDecision[],
  holders: Iterable<ListenerHolder>,
): OpenAnswers {
  const byKey = new Map([...holders].map((holder) => [keyOf(holder.id), holder]));
  let ports: ReadonlyMap<string, ReadonlySet<string>> | null = null;
  let claims: ReadonlyMap<string, HostnameSet> | null = null;
  return {
    hostnameClaimed: ({ reference: { hostnames }, outcome }) => {
      ports ??= readPorts(byKey);
      const byPort = ports;
      const losing = new Map<string, ReadonlySet<Hostname>>();
      return outcome.trials.some(({ parent, listener, failed }) => {
        const holder = byKey.get(keyOf(parent));
        if (failed.length > 0 || holder === undefined) return false;
        const key = portKey(holder, listener);
        const lost = losing.get(key) ?? losers(byPort.get(key) ?? new Set(), hostnames ?? []);
        losing.set(key, lost);
        return lost.has(listener.hostname);
      });
    },
    sharedByKinds: ({ reference: { referrer, hostnames }, outcome }) => {
      const rival = rivalOf(referrer);
      if (rival === null) return false;
      claims ??= readClaims(attachments);
      const byListener = claims;
      return outcome.trials.some(({ parent, listener, failed }) => {
        if (failed.length > 0) return false;
        const claimed = byListener.get(claimKey(parent, listener, rival));
        return claimed !== undefined && hostnamesOn(listener, hostnames).some((name) => claimed.meets(name));
      });
    },
  };
}
