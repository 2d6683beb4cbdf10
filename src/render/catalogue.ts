import { stringify } from "yaml";
import { KNOWN_TARGETS, LOOK_ALIKE_GRANTS } from "../catalogue/ecosystem.ts";
import { IMPLEMENTATIONS, type ImplementationId } from "../catalogue/implementations.ts";
import { LISTENER_SETS } from "../catalogue/kinds.ts";
import { kindInfo } from "../catalogue/known.ts";
import type { CatalogueRow, KnownTarget, LookAlikeGrant } from "../catalogue/row.ts";
import { ROWS } from "../catalogue/rows.ts";
import { type GroupKind, includesGroupKind } from "../model/object.ts";
import type { Enforcement } from "../model/reference.ts";
import { kindText } from "./prose.ts";
import { plainTable, type Row } from "./table.ts";
import { type Display, type Style, styled } from "./text.ts";

/** Grows by a minor when fields are added, by a major when a reader would break. Described in docs/schema/catalogue.schema.json. */
const CATALOGUE_SCHEMA_VERSION = "1.0";

/** Which part of the catalogue is wanted; an empty list wants everything. */
export interface CatalogueFilter {
  /** Kinds that hold references, as people write them: `httproute`, `HTTPRoutes`, `service.example.com`. */
  readonly kinds: readonly string[];
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
export function needOf(row: CatalogueRow): Need {
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

/** The catalogue line by line, in its order: each row, then what implementations let its field name besides. */
export function catalogueLines({ rows, targets }: Catalogue): readonly CatalogueLine[] {
  const wanted = new Set(rows);
  return ROWS.flatMap((row): readonly CatalogueLine[] => {
    const { implementation, quirk, citation, defaults, alsoNames = [] } = row;
    const names = [...(defaults === null ? [] : [defaults]), ...alsoNames];
    const own = wanted.has(row) ? [{ row, names, need: needOf(row), implementation, quirk, citation }] : [];
    return [...own, ...linesOfTargets(row, targets)];
  });
}

/** The plural that English would give a kind, for kinds whose own is not known. */
function pluralOf(kind: string): string {
  if (/(s|x|ch|sh)$/.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

/** Every way to write a kind, in lower case: singular and plural, alone and with the group. */
function spellings(groupKind: GroupKind, plural: string | undefined): readonly string[] {
  const kind = groupKind.kind.toLowerCase();
  const words = [kind, plural ?? pluralOf(kind)];
  return groupKind.group === "" ? words : [...words, ...words.map((word) => `${word}.${groupKind.group}`)];
}

const spellingsOfReferrer = (kind: GroupKind): readonly string[] => spellings(kind, kindInfo(kind)?.plural);

/** Every word that names a kind of the catalogue, in its order: what a mistyped one may have meant. */
export function catalogueKinds(): readonly string[] {
  const grants = LOOK_ALIKE_GRANTS.flatMap((grant) => spellings(grant, grant.plural));
  return distinct([...ROWS.flatMap(({ from }) => spellingsOfReferrer(from)), ...grants]);
}

/** The part of the catalogue that is wanted. */
export function selectCatalogue({ kinds, implementations }: CatalogueFilter): Catalogue {
  const words = kinds.map((kind) => kind.toLowerCase());
  const named = (spelled: readonly string[]): boolean =>
    words.length === 0 || words.some((word) => spelled.includes(word));
  const ruledBy = (implementation: ImplementationId): boolean =>
    implementations.length === 0 || implementations.includes(implementation);
  const titles: readonly string[] = implementations.map((id) => IMPLEMENTATIONS[id].title);
  const ofKind = ROWS.filter(({ from }) => named(spellingsOfReferrer(from)));
  const ids = new Set(ofKind.map(({ id }) => id));
  return {
    rows: ofKind.filter(({ implementation }) => ruledBy(implementation)),
    targets: KNOWN_TARGETS.filter(({ implementation }) => ruledBy(implementation))
      .map((target) => ({ ...target, rows: target.rows.filter((id) => ids.has(id)) }))
      .filter(({ rows }) => rows.length > 0),
    lookAlikes: LOOK_ALIKE_GRANTS.filter(
      (grant) => named(spellings(grant, grant.plural)) && (titles.length === 0 || titles.includes(grant.whose)),
    ),
  };
}

/** Is there nothing in it? */
export function isEmpty({ rows, targets, lookAlikes }: Catalogue): boolean {
  return rows.length + targets.length + lookAlikes.length === 0;
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

/** The kinds that a line may name, each by `text`. */
export function namesText({ names }: CatalogueLine, text: (kind: GroupKind) => string): string {
  return names.length === 0 ? "any kind" : distinct(names.map(text)).join(", ");
}

/** Colour for what stands out: references that need nobody, and fields that take no other namespace. */
function styleOf(need: Need): Style | null {
  switch (need) {
    case "ignored":
      return "yellow";
    case "same-namespace-only":
      return "cyan";
    case "local":
    case "cluster-scoped-owner":
    case "foreign-grant":
      return "dim";
    default:
      return null;
  }
}

const NONE = "<none>";
const HEAD: Row = ["KIND", "FIELD", "MAY NAME", "NEEDS", "RULE OF"];
const WIDE_HEAD: Row = [...HEAD, "CHANNEL", "SINCE", "UNTIL", "QUIRK", "CITATION"];

function tables(catalogue: Catalogue, display: Display, wide: boolean): string {
  const rows = catalogueLines(catalogue).map((line): Row => {
    const { row, need, implementation, quirk, citation } = line;
    const cells = [
      kindText(row.from),
      fieldText(row),
      namesText(line, wide ? kindText : ({ kind }) => kind),
      styled(needText(line), styleOf(need), display),
      IMPLEMENTATIONS[implementation].title,
    ];
    const more = [row.channel ?? NONE, row.since ?? NONE, row.until ?? NONE, quirk ?? NONE, citation];
    return wide ? [...cells, ...more] : cells;
  });
  const grants = catalogue.lookAlikes.map((grant): Row => {
    const cells = [kindText(grant), grant.whose];
    return wide ? [...cells, grant.citation] : cells;
  });
  const grantHead: Row = ["GRANT OF ANOTHER KIND", "WHOSE"];
  return [
    plainTable(wide ? WIDE_HEAD : HEAD, rows, display),
    plainTable(wide ? [...grantHead, "CITATION"] : grantHead, grants, display),
  ]
    .filter((table) => table !== "")
    .map((table) => `${table}\n`)
    .join("\n");
}

/** The catalogue as a table: who may name what, what that needs, and who says so. Nothing if it is empty. */
export function catalogueText(catalogue: Catalogue, display: Display): string {
  return tables(catalogue, display, false);
}

/** The same with releases, peculiarities and sources. */
export function catalogueWide(catalogue: Catalogue, display: Display): string {
  return tables(catalogue, display, true);
}

/** The ids of the rows, one a line: what `row` of a decision names. */
export function catalogueNames(catalogue: Catalogue): string {
  return distinct(catalogueLines(catalogue).map(({ row }) => `${row.id}\n`)).join("");
}

const kindJson = ({ group, kind }: GroupKind): object => ({ group, kind });

function rowJson(row: CatalogueRow): object {
  return {
    id: row.id,
    implementation: row.implementation,
    from: kindJson(row.from),
    path: row.path,
    reading: row.reading,
    condition: row.handshake === "grant" ? row.condition : null,
    defaults: row.defaults === null ? null : kindJson(row.defaults),
    alsoNames: (row.alsoNames ?? []).map(kindJson),
    handshake: row.handshake,
    enforcement: row.handshake === "grant" ? row.enforcement : null,
    trustedAs: row.handshake === "grant" ? (row.trustedAs ?? [row.from]).map(kindJson) : [],
    reach: row.handshake === "none" ? row.reach : null,
    grantKind: row.handshake === "foreign-grant" ? kindJson(row.grantKind) : null,
    missingReason: "missingReason" in row ? row.missingReason : null,
    channel: row.channel,
    since: row.since,
    until: row.until,
    quirk: row.quirk,
    citation: row.citation,
  };
}

/** The catalogue as plain data, in the shape of the published schema. */
function catalogueData({ rows, targets, lookAlikes }: Catalogue): object {
  const used = new Set([...rows, ...targets].map(({ implementation }) => implementation));
  return {
    schemaVersion: CATALOGUE_SCHEMA_VERSION,
    implementations: Object.entries(IMPLEMENTATIONS)
      .map(([id, { title, repository }]) => ({ id, title, repository }))
      .filter(({ id }) => [...used].some((other) => other === id)),
    rows: rows.map(rowJson),
    targets: targets.map(({ rows: ids, target, implementation, enforcement, quirk, citation }) => ({
      rows: ids,
      target: kindJson(target),
      implementation,
      enforcement,
      quirk,
      citation,
    })),
    lookAlikes: lookAlikes.map(({ group, kind, plural, scope, whose, citation }) => ({
      group,
      kind,
      plural,
      scope,
      whose,
      citation,
    })),
  };
}

/** The catalogue as JSON. */
export function catalogueJson(catalogue: Catalogue): string {
  return `${JSON.stringify(catalogueData(catalogue), null, 2)}\n`;
}

/** The catalogue as YAML, with the same content as the JSON. */
export function catalogueYaml(catalogue: Catalogue): string {
  return stringify(catalogueData(catalogue), { lineWidth: 0, aliasDuplicateObjects: false });
}
