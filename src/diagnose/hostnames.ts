import { commonHostname } from "../catalogue/hostnames.ts";
import { meet, type PathRegion, type RequestMatch, readMatches, readRequests } from "../catalogue/matches.ts";
import { type Decision, hasVerdict, type ListenerTrial } from "../model/decision.ts";
import { Field } from "../model/fields.ts";
import type { Finding, Seniority } from "../model/finding.ts";
import { inMap } from "../model/kind-map.ts";
import type { Listener } from "../model/listener.ts";
import { compareIds, compareText, groupKindKey, keyOf, type NamespacedId, type ObjectKey } from "../model/object.ts";
import type { Sight } from "../model/sight.ts";
import { type Demands, Firsts } from "./firsts.ts";

type HostnameTaken = Extract<Finding, { readonly code: "hostname-taken" }>;

/** A route on a listener, under one of the names that the two have in common. */
interface Claim {
  readonly route: NamespacedId;
  /** How much of the name the route spells out itself: of two routes the one with more is served first, whatever their age. */
  readonly spelled: number;
}

/** The claims to one name on one listener, one for each route. */
interface Name {
  readonly parent: ListenerTrial["parent"];
  readonly listener: Listener;
  readonly hostname: string | null;
  readonly claims: Map<ObjectKey, Claim>;
}

/** A claim with what decides between it and others: age, and which requests it is for. */
interface Rival extends Claim {
  readonly created: string | null;
  /** Kind and match, each once. */
  readonly matches: readonly string[];
  /** Its matches, each by the requests that it is for. */
  readonly requests: readonly RequestMatch[];
  /** Where it is kept and looked for by them: each once. */
  readonly places: readonly Places[];
}

/**
 * What two routes with one name contend for.
 * - `same-match`: requests that a rule of both matches alike, so that one of the two gets none.
 * - `kinds`: being accepted, since an implementation may take one of HTTPRoute and GRPCRoute only (docs/decisions/0027).
 * - `shared`: requests that a rule of both may match, by the one that is more specific.
 */
type Contest = "same-match" | "kinds" | "shared";

/** Where several routes go before one, the gravest contest is told. */
const GRAVITY: Readonly<Record<Contest, number>> = { "same-match": 2, kinds: 1, shared: 0 };

/** The claim that goes before another. */
interface Precedent {
  readonly other: Rival;
  readonly seniority: Seniority;
  readonly contest: Contest;
}

/** Of two hostnames that stand for one name: the more, the more of it is spelled out. */
function spelledOut(written: string): number {
  return written.startsWith("*.") ? written.length - 1 : written.length;
}

/** The names that a route claims on a listener, with how much of each it spells out; no hostname at all is "". */
function namesOf(listener: Listener, hostnames: readonly string[] | null): ReadonlyMap<string | null, number> {
  if (hostnames === null) return new Map([[null, 0]]);
  const names = new Map<string | null, number>();
  for (const written of hostnames.length === 0 ? [""] : hostnames) {
    const name = commonHostname(listener.hostname, written);
    if (name !== undefined) names.set(name, Math.max(names.get(name) ?? 0, spelledOut(written)));
  }
  return names;
}

/** All claims of routes that are attached for certain, by listener and name. */
function collectNames(decisions: readonly Decision[]): readonly Name[] {
  const byListener = new Map<string, Map<string, Name>>();
  for (const decision of decisions) {
    if (decision.handshake !== "attachment" || !hasVerdict(decision, "permitted")) continue;
    const { witness } = decision.outcome;
    if (witness.by !== "listener") continue;
    const { referrer: route, hostnames } = decision.reference;
    const routeKey = keyOf(route);
    for (const { parent, listener } of witness.trials) {
      const listenerKey = `${keyOf(parent)}/${listener.index}`;
      const names = inMap(byListener, listenerKey, () => new Map<string, Name>());
      for (const [hostname, spelled] of namesOf(listener, hostnames)) {
        const name = names.get(hostname ?? "") ?? { parent, listener, hostname, claims: new Map<ObjectKey, Claim>() };
        names.set(hostname ?? "", name);
        name.claims.set(routeKey, { route, spelled });
      }
    }
  }
  return [...byListener.values()].flatMap((names) => [...names.values()]);
}

/** The form in which the API server writes times. Only times in one form can be compared as text. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** Reads creation time and matches of routes, once each. What is wrong with their fields is told elsewhere. */
function rivalReader(sight: Sight): (claim: Claim) => Rival {
  const known = new Map<ObjectKey, Omit<Rival, keyof Claim>>();
  const read = (route: NamespacedId): Omit<Rival, keyof Claim> => {
    const root = Field.silent(sight.get(route)?.body);
    const created = root.at("metadata").at("creationTimestamp").text() ?? "";
    const matches = readMatches(route, root).map((match) => `${groupKindKey(route)}/${match}`);
    const requests = readRequests(route, root);
    return { created: TIME.test(created) ? created : null, matches, requests, places: placesOf(requests) };
  };
  return (claim) => {
    const key = keyOf(claim.route);
    const facts = known.get(key) ?? read(claim.route);
    known.set(key, facts);
    return { ...claim, ...facts };
  };
}

/** Of routes of equal age the first by "{namespace}/{name}" is served, in the order of that text. */
function byName(a: Rival, b: Rival): number {
  const nameOf = ({ route: { namespace, name } }: Rival): string => `${namespace}/${name}`;
  return compareText(nameOf(a), nameOf(b)) || compareIds(a.route, b.route);
}

function byAge(a: Rival, b: Rival): number {
  return compareText(a.created ?? "", b.created ?? "") || byName(a, b);
}

/** What a rival is kept under for a match, so that those find it whose match a request may fit too, and where it looks for others. */
interface Places {
  readonly kept: ReadonlySet<string>;
  readonly looked: ReadonlySet<string>;
  readonly demands: Demands;
}

const ANYONE = "anyone";
const ANYWHERE = "anywhere";
const EVERYWHERE: Omit<Places, "demands"> = { kept: new Set([ANYONE, ANYWHERE]), looked: new Set([ANYONE]) };

/** Elements of a path that are told apart; what is deeper counts as being anywhere under them. */
const DEEPEST = 32;

/** A prefix is kept at its path, a single path as such, and both under every path above them. */
function placesAt(region: PathRegion | null): Omit<Places, "demands"> {
  if (region === null) return EVERYWHERE;
  const { path, exact } = region;
  const kept = new Set([ANYONE]);
  const looked = new Set([ANYWHERE]);
  let end = 0;
  for (let depth = 0; depth < DEEPEST && end < path.length; depth += 1) {
    const above = path.slice(0, end);
    kept.add(`under ${above}`);
    looked.add(`at ${above}`);
    const next = path.indexOf("/", end + 1);
    end = next < 0 ? path.length : next;
  }
  const place = path.slice(0, end);
  looked.add(`at ${place}`);
  if (exact && end === path.length) {
    kept.add(`exactly ${place}`).add(`under ${place}`);
    looked.add(`exactly ${place}`);
  } else {
    kept.add(`at ${place}`);
    looked.add(`under ${place}`);
  }
  return { kept, looked };
}

/** Of a route of whose matches nothing is known they may be for anything. */
function placesOf(requests: readonly RequestMatch[]): readonly Places[] {
  if (requests.length === 0) return [{ ...EVERYWHERE, demands: new Map() }];
  return requests.map(({ region, demands }) => ({ ...placesAt(region), demands }));
}

const ofKind = (kind: string): string => `kind ${kind}`;

/** The order in which rivals are looked at, and who of them may go before whom. */
interface Order {
  readonly rivals: readonly Rival[];
  /** Whether the order is that of age. */
  readonly aged: boolean;
  readonly precedes: (rival: Rival) => boolean;
  readonly follows: (rival: Rival) => boolean;
}

function seniorityOf(rival: Rival, other: Rival, aged: boolean): Seniority {
  if (!aged) return "unknown";
  return rival.created === other.created ? "same-time" : "older";
}

/**
 * For each rival that follows, the first one before it of another namespace: one with a match in common, if there is any
 * that spells out no less of the name, else one of the other kind, else one with a match that a request may fit too. Every
 * rival is looked at once.
 */
function precedents({ rivals, aged, precedes, follows }: Order): ReadonlyMap<Rival, Precedent> {
  const found = new Map<Rival, Precedent>();
  const firsts = new Firsts<Rival>();
  const lengths = [...new Set(rivals.map(({ spelled }) => spelled))];
  const kinds = [...new Set(rivals.map(({ route }) => route.kind))];
  const finders: Readonly<Record<Contest, (rival: Rival) => Rival | null>> = {
    "same-match": ({ route, spelled, matches }) => {
      const enough = lengths.filter((length) => length >= spelled);
      const keys = matches.flatMap((match) => enough.map((length) => `${length}/${match}`));
      return firsts.find(keys, route.namespace)?.item ?? null;
    },
    kinds: ({ route }) => {
      const keys = kinds.filter((kind) => kind !== route.kind).map(ofKind);
      return firsts.find(keys, route.namespace)?.item ?? null;
    },
    shared: ({ route, places }) => {
      const found = places.map(({ looked, demands }) => firsts.find(looked, route.namespace, demands));
      const [first] = found.filter((placed) => placed !== null).toSorted((a, b) => a.place - b.place);
      return first?.item ?? null;
    },
  };
  const search = (rival: Rival): Precedent | null => {
    for (const contest of ["same-match", "kinds", "shared"] as const) {
      const other = finders[contest](rival);
      if (other !== null) return { other, seniority: seniorityOf(rival, other, aged), contest };
    }
    return null;
  };
  for (const [place, rival] of rivals.entries()) {
    const precedent = follows(rival) ? search(rival) : null;
    if (precedent !== null) found.set(rival, precedent);
    if (!precedes(rival)) continue;
    const placed = { item: rival, namespace: rival.route.namespace, place };
    const matches = rival.matches.map((match) => `${rival.spelled}/${match}`);
    for (const key of [...matches, ofKind(rival.route.kind)]) firsts.add(key, placed);
    for (const { kept, demands } of rival.places) for (const key of kept) firsts.add(key, placed, demands);
  }
  return found;
}

const everyone = (): boolean => true;
const dated = ({ created }: Rival): boolean => created !== null;
const undated = ({ created }: Rival): boolean => created === null;

/** For each rival the one to name: what is known by age counts for more, and a graver contest for more than that. */
function precedentsOf(rivals: readonly Rival[]): ReadonlyMap<Rival, Precedent> {
  const aged = rivals.filter(dated).toSorted(byAge);
  const older = precedents({ rivals: aged, aged: true, precedes: everyone, follows: everyone });
  if (aged.length === rivals.length) return older;
  const named = rivals.toSorted(byName);
  const unknown = new Map([
    ...precedents({ rivals: named, aged: false, precedes: undated, follows: dated }),
    ...precedents({ rivals: named, aged: false, precedes: everyone, follows: undated }),
  ]);
  const better = [...unknown].filter(([rival, { contest }]) => {
    const known = older.get(rival);
    return known === undefined || GRAVITY[contest] > GRAVITY[known.contest];
  });
  return new Map([...older, ...better]);
}

/** Less than nothing where the first match goes before the second, for a request that fits both; null where that is open. */
function compareRanks(a: RequestMatch["rank"], b: RequestMatch["rank"]): number | null {
  if (a === null || b === null) return null;
  return a.map((number, index) => (b[index] ?? 0) - number).find((difference) => difference !== 0) ?? 0;
}

/** The one of the two that alone may get requests which rules of both match; null where either may, or that is not known. */
function takerOf(rival: Rival, { other, seniority }: Precedent): NamespacedId | null {
  if (rival.spelled !== other.spelled) return (rival.spelled > other.spelled ? rival : other).route;
  if (rival.requests.length === 0 || other.requests.length === 0) return null;
  const takers = new Set<Rival>();
  for (const own of rival.requests) {
    for (const theirs of other.requests.filter((match) => meet(own, match))) {
      const order = compareRanks(own.rank, theirs.rank);
      // Of two that are as specific the older is served.
      if (order === null || (order === 0 && seniority === "unknown")) return null;
      takers.add(order < 0 ? rival : other);
      if (takers.size > 1) return null;
    }
  }
  const [taker] = takers;
  return taker === undefined ? null : taker.route;
}

function findingsOn({ parent, listener, hostname, claims }: Name, read: (claim: Claim) => Rival): HostnameTaken[] {
  if (claims.size < 2) return [];
  const namespaces = new Set([...claims.values()].map(({ route }) => route.namespace));
  if (namespaces.size < 2) return [];
  const rivals = [...claims.values()].map(read);
  return [...precedentsOf(rivals)].map(([rival, precedent]) => ({
    code: "hostname-taken",
    severity: precedent.contest === "shared" ? "info" : "warning",
    subject: rival.route,
    route: rival.route,
    other: precedent.other.route,
    seniority: precedent.seniority,
    parent,
    listener,
    hostname,
    sameMatch: precedent.contest === "same-match",
    taker: precedent.contest === "shared" ? takerOf(rival, precedent) : null,
  }));
}

function inOrder(a: HostnameTaken, b: HostnameTaken): number {
  return (
    compareIds(a.route, b.route) ||
    compareIds(a.parent, b.parent) ||
    a.listener.index - b.listener.index ||
    compareText(a.hostname ?? "", b.hostname ?? "")
  );
}

/**
 * Routes of different namespaces that claim one name on one listener (docs/rules.md §3.4). Of two that match the same
 * requests the older is served: by creation time, then by namespace and name. The finding stands on the other; a warning
 * where it gets none of those requests, or is of another kind and may be refused, else a word, for either may take requests
 * of the other by a closer match, or one of the two alone. Where no request can fit a match of both, there is nothing to say.
 */
export function hostnamesTaken(decisions: readonly Decision[], sight: Sight): readonly Finding[] {
  const read = rivalReader(sight);
  return collectNames(decisions)
    .flatMap((name) => findingsOn(name, read))
    .toSorted(inOrder);
}
