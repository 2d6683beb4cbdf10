import { KNOWN_TARGETS } from "../catalogue/ecosystem.ts";
import { IMPLEMENTATIONS } from "../catalogue/implementations.ts";
import { NAMESPACE, REFERENCE_GRANT } from "../catalogue/kinds.ts";
import { kindInfo } from "../catalogue/known.ts";
import type { CatalogueRow } from "../catalogue/row.ts";
import { rowOf } from "../catalogue/rows.ts";
import type { FieldExplanation, FieldRule, TargetKind } from "../model/explanation.ts";
import { type GroupKind, includesGroupKind, sameGroupKind } from "../model/object.ts";
import { type CatalogueLine, catalogueLines, fullKind, NEEDS, type Need, namesText, needText } from "./catalogue.ts";
import { typeWord } from "./command-text.ts";
import { sections, tableLines } from "./explain-prose.ts";
import { type Row, widthOf } from "./table.ts";
import { kindsText, kindText, quoted } from "./terms.ts";
import { article, type Display, listed, styled } from "./text.ts";

/** The rule of a field, laid out like what `kubectl explain` says of a schema. */

const LABEL_WIDTH = 12;
/** Where there is no terminal, and at most. */
const WIDEST = 100;

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && widthOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function labelled(label: string, text: string | null, display: Display): readonly string[] {
  if (text === null) return [];
  const room = Math.max(20, Math.min(display.width ?? WIDEST, WIDEST) - LABEL_WIDTH);
  return wrapped(text, room).map((line, index) => {
    const start = index === 0 ? styled(`${label}:`.padEnd(LABEL_WIDTH), "bold", display) : " ".repeat(LABEL_WIDTH);
    return `${start}${line}`;
  });
}

const kindWord = (kind: GroupKind): string => typeWord({ ...kind, namespace: null, name: "" });

/** The path with the root of the object, lists marked. */
const pathText = ({ path }: CatalogueRow): string => path.replace(/\.?\{([^}]*)\}/g, "[$1]");

function defaultsText(row: CatalogueRow): string {
  const namespace = row.handshake === "none" && row.reach === "local" ? "always the object's own" : "the object's own";
  const kind =
    row.defaults === null
      ? "none, it names group and kind"
      : `group ${quoted(row.defaults.group)}, kind ${row.defaults.kind}`;
  return `${kind}; namespace: ${namespace}`;
}

/** Whom a grant has to trust, where that is not the kind that holds the field. */
function trustText(row: CatalogueRow): string | null {
  if (row.handshake !== "grant") return null;
  if (row.trustUnknown === true) return "which kind a grant has to trust is not known";
  return row.trustedAs === undefined ? null : `a grant has to trust ${listed(row.trustedAs.map(kindsText), "or")}`;
}

function releaseText({ since, until, channel }: CatalogueRow): string | null {
  const parts = [since, until === null ? null : `until ${until}`, channel === null ? null : `${channel} channel`];
  const told = parts.filter((part) => part !== null);
  return told.length === 0 ? null : told.join(", ");
}

/** A section of docs/rules.md, perhaps with a GEP, before the source that it was read in. */
const CITED = /^(§[^,(]*?)(?: (\(GEP-[^)]*\)))?, (.*)$/;

/** Where the rule was read, then the section of docs/rules.md that tells of it; other sources stand as they are. */
function sourceText(citation: string): string {
  const [, section, gep, source] = CITED.exec(citation) ?? [];
  if (section === undefined || source === undefined) return citation.replace(/§/g, "docs/rules.md §");
  const whose = /^apisx?\//.test(source) ? "Gateway API: " : "";
  return `${whose}${source}${gep === undefined ? "" : ` ${gep}`}; docs/rules.md ${section}`;
}

/** What the catalogue says of one row: itself first, then what implementations let it name. */
export function linesOf(row: CatalogueRow): readonly CatalogueLine[] {
  const targets = KNOWN_TARGETS.filter(({ rows }) => rows.includes(row.id));
  return catalogueLines({ rows: [row], targets, lookAlikes: [] }).filter((line) => line.row.id === row.id);
}

/** What the catalogue says of one kind that a row may name. */
export function lineFor(row: CatalogueRow, kind: GroupKind): CatalogueLine {
  const [main, ...others] = linesOf(row);
  const own = [main, ...others].find((line) => line !== undefined && includesGroupKind(line.names, kind));
  const line = own ?? main;
  if (line === undefined) throw new Error(`the catalogue has no line for ${row.id}`);
  return line;
}

/** The needs that are none within a namespace. */
const ACROSS: readonly Need[] = [
  "required",
  "feature-gated",
  "mode",
  "generated",
  "declared",
  "unverified",
  "disputed",
  "same-namespace-only",
];

/** What a reference needs, said of one field. */
export function needMeans({ row, need }: CatalogueLine): string {
  const { means } = NEEDS[need];
  if (row.handshake === "grant" && row.asksAtHome === true) return means;
  if (need === "required") {
    return "if the object is in another namespace, a ReferenceGrant there; without one the reference is refused";
  }
  return ACROSS.includes(need) ? `if the object is in another namespace: ${means}` : means;
}

/** What an implementation lets the field name besides. */
function besidesText(line: CatalogueLine): string {
  const { title } = IMPLEMENTATIONS[line.implementation];
  // What is peculiar about several targets is told once each.
  const quirk = line.quirk === null ? "" : ` (${[...new Set(line.quirk.split("; "))].join("; ")})`;
  return `${namesText(line)}, by the rule of ${title}: ${needText(line)}${quirk}`;
}

/** What one line of the catalogue lets the field name besides the first. */
function alsoText(line: CatalogueLine, row: CatalogueRow): string {
  return line.implementation === row.implementation && line.citation === row.citation
    ? `${namesText(line)}: ${needMeans(line)}`
    : besidesText(line);
}

const stepsOf = ({ path }: CatalogueRow): readonly string[] => path.split(".");

/** The longest path that all of these have in common, longer than that of the field above them; null where there is none. */
function commonPath(rows: readonly CatalogueRow[], above: CatalogueRow): string | null {
  const [first, ...others] = rows.map(stepsOf);
  if (first === undefined) return null;
  const parting = first.findIndex((step, index) => others.some((steps) => steps[index] !== step));
  const common = parting === -1 ? first : first.slice(0, parting);
  return common.length > stepsOf(above).length ? common.join(".") : null;
}

/** The fields that stand below one that was asked for, and the command that tells of them. */
function belowText({ row: id, below }: FieldRule): string | null {
  const row = rowOf({ row: id });
  const rows = below.map((other) => rowOf({ row: other }));
  if (rows.length === 0) return null;
  const names = [...new Set(rows.map((other) => pathText(other).slice(pathText(row).length + 1)))];
  const path = commonPath(rows, row)?.replace(/\[\]/g, "") ?? `${row.path.replace(/\[\]/g, "")}...`;
  return `${listed(names)} (kubectl refgrant explain ${kindWord(row.from)}.${path})`;
}

function ruleLines(rule: FieldRule, display: Display): readonly string[] {
  const row = rowOf(rule);
  const [main, ...others] = linesOf(row);
  if (main === undefined) return [];
  return [
    ...labelled("KIND", kindText(row.from), display),
    ...labelled("FIELD", pathText(row), display),
    ...labelled("MAY NAME", namesText(main), display),
    ...labelled("NEEDS", needMeans(main), display),
    ...others.flatMap((line) => labelled("ALSO", alsoText(line, row), display)),
    ...labelled("DEFAULTS", defaultsText(row), display),
    ...labelled("TRUST", trustText(row), display),
    ...labelled("RULE OF", IMPLEMENTATIONS[row.implementation].title, display),
    ...labelled("SINCE", releaseText(row), display),
    ...labelled("NOTE", others.some(({ need }) => need === "mesh-parent") ? null : row.quirk, display),
    ...labelled("SOURCE", sourceText(row.citation), display),
    ...labelled("BELOW", belowText(rule), display),
  ];
}

/** What a kind that refers to nothing is for, where that is not to be referred to. */
function purposeText(kind: GroupKind): string | null {
  if (sameGroupKind(kind, REFERENCE_GRANT)) {
    return "It permits references: its spec.from says whose, its spec.to says to what in its own namespace.";
  }
  return sameGroupKind(kind, NAMESPACE)
    ? "ReferenceGrants name namespaces in spec.from, and listeners admit them by name or label in allowedRoutes."
    : null;
}

/** How to ask about objects of a kind, which is another question than one about the kind. */
function objectLines(kind: GroupKind): readonly string[] {
  const word = kindWord(kind);
  const home = kindInfo(kind)?.scope === "Cluster" ? "" : " -n NAMESPACE";
  return [
    `About one of them: kubectl refgrant explain ${word}/NAME${home}`,
    `About all of them: kubectl refgrant explain ${word} -A`,
  ];
}

function targetLines({ groupKind, rows }: TargetKind, display: Display): readonly (readonly string[])[] {
  const name = kindText(groupKind);
  const purpose = purposeText(groupKind);
  const nothing = purpose === null ? [`No field is known that names ${article(groupKind.kind)} ${name}.`] : [];
  const lead = rows.length > 0 ? [`These fields may name ${article(groupKind.kind)} ${name}:`] : nothing;
  const row = (id: string): Row => {
    const line = lineFor(rowOf({ row: id }), groupKind);
    return [fullKind(line.row.from), pathText(line.row), needText(line), IMPLEMENTATIONS[line.implementation].title];
  };
  return [
    [styled(name, "bold", display), ...(purpose === null ? [] : [purpose]), ...lead],
    tableLines(["KIND", "FIELD", "NEEDS", "RULE OF"], { of: rows, row }, display),
    objectLines(groupKind),
  ];
}

/** The rules of some fields, and what may refer to kinds; nothing where there are none. */
export function explainFieldText({ rules, targets }: FieldExplanation, display: Display): string {
  if (rules.length + targets.length === 0) return "";
  return sections(
    ...rules.map((rule) => ruleLines(rule, display)),
    ...targets.flatMap((target) => targetLines(target, display)),
  );
}
