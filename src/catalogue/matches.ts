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

/** The paths of which a match takes requests; null where they are not known, or may be any. */
type PathReader = (match: Field) => PathRegion | null;

/** How the rules of a route kind say which requests they are for. */
interface MatchRow {
  readonly kind: string;
  readonly read: MatchReader;
  readonly readRegion: PathReader;
  /** Whether a route without `rules` has one that matches everything: the CRD's default. */
  readonly defaultRule: boolean;
  readonly citation: string;
}

function readable<T>(parts: readonly (T | Unusable)[]): string | null {
  return parts.includes(UNUSABLE) ? null : JSON.stringify(parts);
}

/** Headers or query parameters, as a set. Of several with one name the first counts. */
function readSet(items: readonly Field[] | Unusable, same: (name: string) => string): string | Unusable {
  if (items === UNUSABLE) return UNUSABLE;
  const byName = new Map<string, string>();
  for (const item of items) {
    const name = item.at("name").requiredText();
    const value = item.at("value").requiredText();
    const type = item.at("type").textOr(EXACT);
    if (name === UNUSABLE || value === UNUSABLE || type === UNUSABLE) return UNUSABLE;
    const key = same(name);
    if (!byName.has(key)) byName.set(key, JSON.stringify([key, type, value]));
  }
  return JSON.stringify([...byName.values()].toSorted(compareText));
}

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
    readSet(match.at("headers").itemsOr(), sameHeader),
    readSet(match.at("queryParams").itemsOr(), sameParameter),
  ]);

const readHttpRegion: PathReader = (match) => {
  const [type, value] = readPath(match.at("path"));
  if (typeof value !== "string" || (value !== "" && !value.startsWith("/"))) return null;
  return type === PATH_PREFIX || type === EXACT ? { path: value, exact: type === EXACT } : null;
};

const readGrpcMatch: MatchReader = (match) => {
  const method = match.at("method");
  return readable([
    method.present ? method.at("type").textOr(EXACT) : EXACT,
    method.at("service").textOr(""),
    method.at("method").textOr(""),
    readSet(match.at("headers").itemsOr(), sameHeader),
  ]);
};

/** A call of gRPC is a request for the path `/{service}/{method}`. */
const readGrpcRegion: PathReader = (match) => {
  const service = match.at("method").at("service").text() ?? "";
  const method = match.at("method").at("method").text() ?? "";
  if (service === "" || match.at("method").at("type").textOr(EXACT) !== EXACT) return null;
  return method === "" ? { path: `/${service}`, exact: false } : { path: `/${service}/${method}`, exact: true };
};

const MATCH_ROWS: readonly MatchRow[] = [
  {
    kind: "HTTPRoute",
    read: readHttpMatch,
    readRegion: readHttpRegion,
    defaultRule: true,
    citation: "apis/v1/httproute_types.go",
  },
  {
    kind: "GRPCRoute",
    read: readGrpcMatch,
    readRegion: readGrpcRegion,
    defaultRule: false,
    citation: "apis/v1/grpcroute_types.go",
  },
];

const rowFor = (route: GroupKind): MatchRow | undefined =>
  route.group === GATEWAY_API ? MATCH_ROWS.find(({ kind }) => kind === route.kind) : undefined;

function matchesOf(row: MatchRow, spec: Field): readonly Field[] {
  const rules = spec.at("rules");
  /** What says nothing matches everything. */
  const everything = Field.root(undefined, () => {});
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

/** The paths of which a route's rules take requests; null where that may be any, or is not known of every match. */
export function readRegions(route: GroupKind, root: Field): readonly PathRegion[] | null {
  const row = rowFor(route);
  if (!root.present || row === undefined) return null;
  const regions = matchesOf(row, root.at("spec")).map(row.readRegion);
  const known = regions.filter((region) => region !== null);
  return known.length === 0 || known.length < regions.length ? null : known;
}
