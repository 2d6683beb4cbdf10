import { Field, UNUSABLE, type Unusable } from "../model/fields.ts";
import { compareText, type GroupKind } from "../model/object.ts";
import { GATEWAY_API } from "./kinds.ts";

/** The default of a match's `type`, for paths as for headers, query parameters and methods of GRPCRoutes. */
const EXACT = "Exact";
const PATH_PREFIX = "PathPrefix";

/** One match in a form in which two that match the same requests are equal; null where it cannot be read. */
type MatchReader = (match: Field) => string | null;

/** Requests by their path: those for one path, or for everything at and under it. The root is "". */
export interface PathRegion {
  readonly path: string;
  readonly exact: boolean;
}

/** Which requests a match is for, as far as that tells matches apart that no request fits both. */
export interface RequestMatch {
  /** The paths of which it takes requests; null where they are not known, or may be any. */
  readonly region: PathRegion | null;
  /** What a request must have, by the name of its part: of two matches that demand different things no request fits both. */
  readonly demands: ReadonlyMap<string, string>;
  /**
   * How specific it is, in the order in which that counts (docs/rules.md §3.4): of two matches that a request fits the one
   * with the greater number first wins. null where that is not known.
   */
  readonly rank: readonly number[] | null;
}

/** How the rules of a route kind say which requests they are for. */
interface MatchRow {
  readonly kind: string;
  readonly read: MatchReader;
  readonly readRequests: (match: Field) => RequestMatch;
  /** Whether a route without `rules` has one that matches everything: the CRD's default. */
  readonly defaultRule: boolean;
  readonly citation: string;
}

function readable<T>(parts: readonly (T | Unusable)[]): string | null {
  return parts.includes(UNUSABLE) ? null : JSON.stringify(parts);
}

/** A header or query parameter that a match asks for. */
interface Asked {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** Headers or query parameters. Of several with one name the first counts. */
function readAsked(list: Field, same: (name: string) => string): readonly Asked[] | Unusable {
  const items = list.itemsOr();
  if (items === UNUSABLE) return UNUSABLE;
  const byName = new Map<string, Asked>();
  for (const item of items) {
    const name = item.at("name").requiredText();
    const value = item.at("value").requiredText();
    const type = item.at("type").textOr(EXACT);
    if (name === UNUSABLE || value === UNUSABLE || type === UNUSABLE) return UNUSABLE;
    const key = same(name);
    if (!byName.has(key)) byName.set(key, { name: key, type, value });
  }
  return [...byName.values()];
}

/** Headers or query parameters, as a set. */
function readSet(list: Field, same: (name: string) => string): string | Unusable {
  const asked = readAsked(list, same);
  if (asked === UNUSABLE) return UNUSABLE;
  return JSON.stringify(
    asked.map(({ name, type, value }) => JSON.stringify([name, type, value])).toSorted(compareText),
  );
}

/** What exact headers or parameters demand; an expression may fit what another one does. */
function demandsOf(part: string, asked: readonly Asked[] | Unusable): readonly (readonly [string, string])[] {
  if (asked === UNUSABLE) return [];
  return asked.flatMap(({ name, type, value }) => (type === EXACT ? [[`${part} ${name}`, value] as const] : []));
}

/** A string that is there and not empty, as what it demands. */
function demandOf(part: string, text: string | undefined): readonly (readonly [string, string])[] {
  return text === undefined || text === "" ? [] : [[part, text]];
}

/** Numbers that are all known. */
function rankOf(numbers: readonly (number | null)[]): readonly number[] | null {
  const known = numbers.filter((number) => number !== null);
  return known.length === numbers.length ? known : null;
}

const countOf = (asked: readonly Asked[] | Unusable): number | null => (asked === UNUSABLE ? null : asked.length);

/** Names of headers are the same whatever the case of their letters. */
const sameHeader = (name: string): string => name.toLowerCase();
const sameParameter = (name: string): string => name;

/** A prefix matches whole elements of a path, so a slash at its end changes nothing. */
function readPath(path: Field): readonly (string | Unusable)[] {
  const type = path.at("type").textOr(PATH_PREFIX);
  const value = path.at("value").textOr("/");
  if (type !== PATH_PREFIX || value === UNUSABLE || !value.endsWith("/")) return [type, value];
  return [type, value.slice(0, -1)];
}

const readHttpMatch: MatchReader = (match) =>
  readable([
    ...readPath(match.at("path")),
    match.at("method").textOr(""),
    readSet(match.at("headers"), sameHeader),
    readSet(match.at("queryParams"), sameParameter),
  ]);

function readHttpRegion(match: Field): PathRegion | null {
  const [type, value] = readPath(match.at("path"));
  if (typeof value !== "string" || (value !== "" && !value.startsWith("/"))) return null;
  return type === PATH_PREFIX || type === EXACT ? { path: value, exact: type === EXACT } : null;
}

/** Exact paths go before prefixes, longer before shorter; then the method counts, then headers, then parameters. */
function readHttpRequests(match: Field): RequestMatch {
  const region = readHttpRegion(match);
  const method = match.at("method").textOr("");
  const headers = readAsked(match.at("headers"), sameHeader);
  const parameters = readAsked(match.at("queryParams"), sameParameter);
  return {
    region,
    demands: new Map([
      ...demandOf("method", match.at("method").text()),
      ...demandsOf("header", headers),
      ...demandsOf("parameter", parameters),
    ]),
    rank: rankOf([
      region === null ? null : Number(region.exact),
      region === null ? null : region.path.length,
      method === UNUSABLE ? null : Number(method !== ""),
      countOf(headers),
      countOf(parameters),
    ]),
  };
}

const readGrpcMatch: MatchReader = (match) => {
  const method = match.at("method");
  return readable([
    method.present ? method.at("type").textOr(EXACT) : EXACT,
    method.at("service").textOr(""),
    method.at("method").textOr(""),
    readSet(match.at("headers"), sameHeader),
  ]);
};

/** A call of gRPC is a request for the path `/{service}/{method}`. */
function readGrpcRegion(service: string, method: string): PathRegion | null {
  if (service === "") return null;
  return method === "" ? { path: `/${service}`, exact: false } : { path: `/${service}/${method}`, exact: true };
}

/** Longer services go before shorter, then longer methods; then headers count. */
function readGrpcRequests(match: Field): RequestMatch {
  const call = match.at("method");
  const isExact = call.at("type").textOr(EXACT) === EXACT;
  const service = call.at("service").textOr("");
  const method = call.at("method").textOr("");
  const headers = readAsked(match.at("headers"), sameHeader);
  const asked = demandsOf("header", headers);
  if (!isExact || service === UNUSABLE || method === UNUSABLE) {
    return { region: null, demands: new Map(asked), rank: null };
  }
  return {
    region: readGrpcRegion(service, method),
    demands: new Map([...demandOf("service", service), ...demandOf("method", method), ...asked]),
    rank: rankOf([service.length, method.length, countOf(headers)]),
  };
}

const MATCH_ROWS: readonly MatchRow[] = [
  {
    kind: "HTTPRoute",
    read: readHttpMatch,
    readRequests: readHttpRequests,
    defaultRule: true,
    citation: "apis/v1/httproute_types.go",
  },
  {
    kind: "GRPCRoute",
    read: readGrpcMatch,
    readRequests: readGrpcRequests,
    defaultRule: false,
    citation: "apis/v1/grpcroute_types.go",
  },
];

const rowFor = (route: GroupKind): MatchRow | undefined =>
  route.group === GATEWAY_API ? MATCH_ROWS.find(({ kind }) => kind === route.kind) : undefined;

function matchesOf(row: MatchRow, spec: Field): readonly Field[] {
  const rules = spec.at("rules");
  /** What says nothing matches everything. */
  const everything = Field.silent(undefined);
  if (!rules.present) return row.defaultRule ? [everything] : [];
  return rules.items().flatMap((rule) => {
    const matches = rule.at("matches").itemsOr();
    if (matches === UNUSABLE) return [];
    return matches.length === 0 ? [everything] : matches;
  });
}

/**
 * The matches of a route's rules, each once and in a form in which two that are the same are equal strings. What cannot be
 * read is left out. Kinds whose rules tell no requests apart have one match, the same for all of their routes.
 */
export function readMatches(route: GroupKind, root: Field): readonly string[] {
  if (!root.present) return [];
  const row = rowFor(route);
  if (row === undefined) return [""];
  const matches = matchesOf(row, root.at("spec")).map(row.read);
  return [...new Set(matches.filter((match) => match !== null))];
}

/** The matches of a route's rules, each with the requests that it is for; none where nothing is known of them. */
export function readRequests(route: GroupKind, root: Field): readonly RequestMatch[] {
  const row = rowFor(route);
  return !root.present || row === undefined ? [] : matchesOf(row, root.at("spec")).map(row.readRequests);
}

/** May a request be for a path of both? */
function pathsMeet(a: PathRegion | null, b: PathRegion | null): boolean {
  if (a === null || b === null) return true;
  const isUnder = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);
  return (
    (a.exact ? a.path === b.path : isUnder(b.path, a.path)) || (b.exact ? a.path === b.path : isUnder(a.path, b.path))
  );
}

/** May a request fit both matches? */
export function meet(a: RequestMatch, b: RequestMatch): boolean {
  if (!pathsMeet(a.region, b.region)) return false;
  return [...a.demands].every(([part, text]) => (b.demands.get(part) ?? text) === text);
}
