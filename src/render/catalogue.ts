import { KNOWN_TARGETS, LOOK_ALIKE_GRANTS } from "../catalogue/ecosystem.ts";
import { IMPLEMENTATIONS, type ImplementationId } from "../catalogue/implementations.ts";
import {
  CORE,
  GATEWAY_API,
  GATEWAY_API_X,
  LISTENER_SETS,
  MESH_PARENTS,
  REFERENCE_GRANT,
  REFERENCE_POLICY,
} from "../catalogue/kinds.ts";
import type { CatalogueRow, KnownTarget, LookAlikeGrant } from "../catalogue/row.ts";
import { ROWS } from "../catalogue/rows.ts";
import { type GroupKind, includesGroupKind, sameGroupKind } from "../model/object.ts";
import type { Enforcement } from "../model/reference.ts";
import { foldedToFit } from "./fold.ts";
import { plainTable, type Row } from "./table.ts";
import { kindText } from "./terms.ts";
import { type Display, listed, type Style, styled } from "./text.ts";

/** Which part of the catalogue is wanted; an empty list wants everything. */
export interface CatalogueFilter {
  /** Kinds whose references are wanted. */
  readonly kinds: readonly GroupKind[];
  readonly implementations: readonly ImplementationId[];
}

/** The catalogue, or a part of it. */
export interface Catalogue {
  readonly rows: readonly CatalogueRow[];
  /** `rows` of a target are narrowed with the rest. */
  readonly targets: readonly KnownTarget[];
  readonly lookAlikes: readonly LookAlikeGrant[];
}

/** What a reference needs to be permitted: a handshake, as far as somebody asks for it. */
export type Need =
  | Enforcement
  | "allowed-routes"
  | "mesh-parent"
  | "allowed-listeners"
  | "local"
  | "cluster-scoped-owner"
  | "foreign-grant";

/** Every need in a few words and in a sentence without a full stop. */
export const NEEDS: Readonly<Record<Need, { readonly words: string; readonly means: string }>> = {
  required: {
    words: "grant",
    means: "a ReferenceGrant in the referent's namespace; without one the reference is refused",
  },
  "feature-gated": {
    words: "grant, and a feature",
    means: "a ReferenceGrant, and features switched on that nobody can see from outside",
  },
  mode: {
    words: "grant, by mode",
    means: "whether a ReferenceGrant is asked for is a setting of the implementation",
  },
  generated: {
    words: "grant, for what is generated",
    means: "a ReferenceGrant for an object that the implementation generates from this one",
  },
  declared: {
    words: "grant, as declared",
    means: "a ReferenceGrant, says the field's schema; the code could not be read",
  },
  unverified: {
    words: "grant, unverified",
    means: "a ReferenceGrant by the field's type; what is done about it has not been read",
  },
  disputed: {
    words: "grant, disputed",
    means: "a ReferenceGrant at least; sources differ on whether one is enough",
  },
  ignored: {
    words: "nobody asks",
    means: "nothing: it may name objects of every namespace, and no ReferenceGrant is asked for",
  },
  "same-namespace-only": {
    words: "own namespace only",
    means: "objects of its own namespace only: across namespaces it is refused, whatever is granted",
  },
  "allowed-routes": {
    words: "allowedRoutes",
    means: "a listener of the parent that admits the route; no ReferenceGrant has a part in it",
  },
  "mesh-parent": {
    words: "nothing (mesh)",
    means: "nothing: a Service as parent makes it a route of a mesh, and nobody has to admit it",
  },
  "allowed-listeners": {
    words: "allowedListeners",
    means: "a Gateway that admits listeners from that namespace; no ReferenceGrant has a part in it",
  },
  local: {
    words: "nothing (local)",
    means: "nothing: the field has no namespace and names objects of its own",
  },
  "cluster-scoped-owner": {
    words: "nothing (cluster-scoped owner)",
    means: "nothing: the object that holds it belongs to no namespace, so no ReferenceGrant can name it",
  },
  "foreign-grant": {
    words: "another grant (out of scope)",
    means: "a grant of the kind that is named; it is recognised and not judged",
  },
};

/** What a row's references need. */
function needOf(row: CatalogueRow): Need {
  switch (row.handshake) {
    case "grant":
      return row.enforcement;
    case "attachment":
      return includesGroupKind(LISTENER_SETS, row.from) ? "allowed-listeners" : "allowed-routes";
    case "none":
      return row.reach === "local" ? "local" : "cluster-scoped-owner";
    case "foreign-grant":
      return "foreign-grant";
  }
}

/** One line of the table: a field, kinds that it may name by somebody's rule, and what that rule is. */
export interface CatalogueLine {
  readonly row: CatalogueRow;
  readonly names: readonly GroupKind[];
  readonly need: Need;
  readonly implementation: ImplementationId;
  readonly quirk: string | null;
  readonly citation: string;
}

const distinct = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];

/** The kinds that a row's field may name by the row's own rule. */
function kindsOf({ defaults, alsoNames = [] }: CatalogueRow): readonly GroupKind[] {
  return [...(defaults === null ? [] : [defaults]), ...alsoNames];
}

/** Targets of one row, those with the same rule together. */
function linesOfTargets(row: CatalogueRow, targets: readonly KnownTarget[]): readonly CatalogueLine[] {
  const own = targets.filter(({ rows }) => rows.includes(row.id));
  const alike = Map.groupBy(own, ({ implementation, enforcement }) => `${implementation}/${enforcement}`);
  return [...alike.values()].flatMap((same): readonly CatalogueLine[] => {
    const [first] = same;
    if (first === undefined) return [];
    const quirks = distinct(same.flatMap(({ quirk }) => (quirk === null ? [] : [quirk])));
    return [
      {
        row,
        names: same.map(({ target }) => target),
        need: first.enforcement,
        implementation: first.implementation,
        quirk: quirks.length === 0 ? null : quirks.join("; "),
        citation: distinct(same.map(({ citation }) => citation)).join(", "),
      },
    ];
  });
}

/** What the row itself says: one line, and one more for the parents of mesh routes, which need something else. */
function linesOfRow(row: CatalogueRow): readonly CatalogueLine[] {
  const { implementation, quirk, citation } = row;
  const shared = { row, implementation, quirk, citation };
  const names = kindsOf(row);
  const isMesh = (kind: GroupKind): boolean => row.handshake === "attachment" && includesGroupKind(MESH_PARENTS, kind);
  const mesh = names.filter(isMesh);
  const own: CatalogueLine = { ...shared, names: names.filter((kind) => !isMesh(kind)), need: needOf(row) };
  return mesh.length === 0 ? [own] : [own, { ...shared, names: mesh, need: "mesh-parent" }];
}

/** The catalogue line by line, in its order: each row, then what implementations let its field name besides. */
export function catalogueLines({ rows, targets }: Catalogue): readonly CatalogueLine[] {
  const wanted = new Set(rows);
  return ROWS.flatMap((row) => [...(wanted.has(row) ? linesOfRow(row) : []), ...linesOfTargets(row, targets)]);
}

/** The part of the catalogue that is wanted. */
export function selectCatalogue({ kinds, implementations }: CatalogueFilter): Catalogue {
  const named = (kind: GroupKind): boolean => kinds.length === 0 || includesGroupKind(kinds, kind);
  const ruledBy = (implementation: ImplementationId): boolean =>
    implementations.length === 0 || implementations.includes(implementation);
  const titles: readonly string[] = implementations.map((id) => IMPLEMENTATIONS[id].title);
  const ofKind = ROWS.filter(({ from }) => named(from));
  const ids = new Set(ofKind.map(({ id }) => id));
  return {
    rows: ofKind.filter(({ implementation }) => ruledBy(implementation)),
    targets: KNOWN_TARGETS.filter(({ implementation }) => ruledBy(implementation))
      .map((target) => ({ ...target, rows: target.rows.filter((id) => ids.has(id)) }))
      .filter(({ rows }) => rows.length > 0),
    lookAlikes: LOOK_ALIKE_GRANTS.filter(
      (grant) => named(grant) && (titles.length === 0 || titles.includes(grant.whose)),
    ),
  };
}

const HOLDERS: readonly GroupKind[] = ROWS.map(({ from }) => from);
const OWN_GRANTS: readonly GroupKind[] = [REFERENCE_GRANT, REFERENCE_POLICY];

/** What an answer does not say by itself: kinds that hold nothing, and that nobody has a rule for what is asked. */
export function catalogueNotes(
  { kinds, implementations }: CatalogueFilter,
  { rows, targets, lookAlikes }: Catalogue,
): readonly string[] {
  const holding = kinds.filter((kind) => includesGroupKind(HOLDERS, kind));
  const idle = kinds.filter(
    (kind) =>
      !holding.some((other) => other.kind === kind.kind) &&
      !LOOK_ALIKE_GRANTS.some((grant) => sameGroupKind(grant, kind)),
  );
  const notes = idle.map((kind) =>
    includesGroupKind(OWN_GRANTS, kind)
      ? `${kindText(kind)} holds no references: it is what permits those of others`
      : `no field of ${kindText(kind)} is known to name another object`,
  );
  const others = kinds.filter((kind) => !idle.includes(kind));
  if (rows.length + targets.length + lookAlikes.length > 0 || others.length === 0) return notes;
  const titles = implementations.map((id) => IMPLEMENTATIONS[id].title);
  const have = titles.length === 1 ? "has" : "have";
  return [...notes, `${listed(titles)} ${have} no rule for references of ${listed(distinct(others.map(kindText)))}`];
}

/** A row's field, without the `spec.` that most paths begin with. */
export function fieldText({ path }: CatalogueRow): string {
  return path.replace(/^spec\./, "").replace(/\.?\{([^}]*)\}/g, "[$1]");
}

/** What a line's references need, in words. */
export function needText({ row, need }: CatalogueLine): string {
  return need === "foreign-grant" && row.handshake === "foreign-grant"
    ? `${row.grantKind.kind} (out of scope)`
    : NEEDS[need].words;
}

const USUAL_GROUPS = [CORE, GATEWAY_API, GATEWAY_API_X];

/** A kind with its group, if that is neither the core group nor one of the Gateway API. */
export function fullKind({ group, kind }: GroupKind): string {
  return USUAL_GROUPS.includes(group) ? kind : `${kind}.${group}`;
}

/** The kinds that a line may name, with their groups. */
export function namesText({ names }: CatalogueLine): string {
  return names.length === 0 ? "any kind" : distinct(names.map(fullKind)).join(", ");
}

/** Colour for what stands out: references that need nobody, and fields that take no other namespace. */
function styleOf(need: Need): Style | null {
  switch (need) {
    case "ignored":
      return "yellow";
    case "same-namespace-only":
      return "cyan";
    case "local":
    case "mesh-parent":
    case "cluster-scoped-owner":
    case "foreign-grant":
      return "dim";
    default:
      return null;
  }
}

/** Kinds that the specification's own rows speak of: their bare names are theirs. */
const SPECIFIED: readonly GroupKind[] = ROWS.filter(({ implementation }) => implementation === "gateway-api").flatMap(
  (row) => [row.from, ...kindsOf(row)],
);

/** The groups of all kinds of the catalogue, by the bare name. */
const GROUPS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    ...Map.groupBy(
      [...ROWS.flatMap((row) => [row.from, ...kindsOf(row)]), ...KNOWN_TARGETS.map(({ target }) => target)],
      ({ kind }) => kind,
    ),
  ].map(([kind, all]) => [kind, new Set(all.map(({ group }) => group))]),
);

/** A kind without its group, unless others in the catalogue have the same name and the specification means none of them. */
function shortKind(groupKind: GroupKind): string {
  const { group, kind } = groupKind;
  const single = GROUPS.get(kind)?.size === 1;
  return single || group === "" || includesGroupKind(SPECIFIED, groupKind) ? kind : `${kind}.${group}`;
}

// As kubectl's tables have it: heads of one word, lists without blanks, and <none> for nothing.
const NONE = "<none>";
const ANY = "<any>";
const HEAD: Row = ["KIND", "FIELD", "MAY-NAME", "NEEDS", "RULE-OF"];
const WIDE_HEAD: Row = [...HEAD, "CHANNEL", "SINCE", "UNTIL", "QUIRK", "CITATION"];
const NEEDS_COLUMN = HEAD.indexOf("NEEDS");
const GRANT_HEAD: Row = ["OTHER-GRANT", "WHOSE"];

const namesCell = ({ names }: CatalogueLine, text: (kind: GroupKind) => string): string =>
  names.length === 0 ? ANY : distinct(names.map(text)).join(",");

/** Colours each line of a cell for itself: what pads it is not coloured. */
const styledLines = (cell: string, style: Style | null, display: Display): string =>
  cell
    .split("\n")
    .map((line) => styled(line, style, display))
    .join("\n");

function linesTable(lines: readonly CatalogueLine[], display: Display, wide: boolean): string {
  const text = wide ? fullKind : shortKind;
  const rows = lines.map((line): Row => {
    const { row, implementation, quirk, citation } = line;
    const cells = [text(row.from), fieldText(row), namesCell(line, text), needText(line), implementation];
    const more = [row.channel ?? NONE, row.since ?? NONE, row.until ?? NONE, quirk ?? NONE, citation];
    return wide ? [...cells, ...more] : cells;
  });
  const head = wide ? WIDE_HEAD : HEAD;
  const fitted = wide ? rows : foldedToFit(head, rows, display);
  const coloured = fitted.map((cells, index): Row => {
    const style = styleOf(lines[index]?.need ?? "local");
    return cells.map((cell, column) => (column === NEEDS_COLUMN ? styledLines(cell, style, display) : cell));
  });
  return plainTable(head, coloured, display);
}

function grantsTable(grants: readonly LookAlikeGrant[], display: Display, wide: boolean): string {
  const rows = grants.map((grant): Row => {
    const cells = [kindText(grant), grant.whose];
    return wide ? [...cells, grant.citation] : cells;
  });
  return wide
    ? plainTable([...GRANT_HEAD, "CITATION"], rows, display)
    : plainTable(GRANT_HEAD, foldedToFit(GRANT_HEAD, rows, display), display);
}

function tables(catalogue: Catalogue, display: Display, wide: boolean): string {
  const lines = catalogueLines(catalogue);
  return [linesTable(lines, display, wide), grantsTable(catalogue.lookAlikes, display, wide)]
    .filter((table) => table !== "")
    .map((table) => `${table}\n`)
    .join("\n");
}

/**
 * The catalogue as a table: who may name what, what that needs, and who says so; nothing if it is empty. On a terminal cells
 * are folded to its width, elsewhere each line of the catalogue is one of text.
 */
export function catalogueText(catalogue: Catalogue, display: Display): string {
  return tables(catalogue, display, false);
}

/** The same with groups, releases, peculiarities and sources, and never folded. */
export function catalogueWide(catalogue: Catalogue, display: Display): string {
  return tables(catalogue, display, true);
}

/** The ids of the rows, one a line: what `row` of a decision names. */
export function catalogueNames(catalogue: Catalogue): string {
  return distinct(catalogueLines(catalogue).map(({ row }) => `${row.id}\n`)).join("");
}
