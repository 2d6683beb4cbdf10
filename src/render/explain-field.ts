import { KNOWN_TARGETS } from "../catalogue/ecosystem.ts";
import { IMPLEMENTATIONS } from "../catalogue/implementations.ts";
import type { CatalogueRow } from "../catalogue/row.ts";
import { rowOf } from "../catalogue/rows.ts";
import type { FieldRule } from "../model/explanation.ts";
import { type CatalogueLine, catalogueLines, NEEDS, namesText, needText } from "./catalogue.ts";

import { widthOf } from "./table.ts";
import { kindsText, kindText, quoted } from "./terms.ts";
import { type Display, listed, styled } from "./text.ts";

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
    ? `${namesText(line)}: ${NEEDS[line.need].means}`
    : besidesText(line);
}

function ruleLines(rule: FieldRule, display: Display): readonly string[] {
  const row = rowOf(rule);
  const [main, ...others] = linesOf(row);
  if (main === undefined) return [];
  return [
    ...labelled("KIND", kindText(row.from), display),
    ...labelled("FIELD", pathText(row), display),
    ...labelled("MAY NAME", namesText(main), display),
    ...labelled("NEEDS", NEEDS[main.need].means, display),
    ...others.flatMap((line) => labelled("ALSO", alsoText(line, row), display)),
    ...labelled("DEFAULTS", defaultsText(row), display),
    ...labelled("TRUST", trustText(row), display),
    ...labelled("RULE OF", IMPLEMENTATIONS[row.implementation].title, display),
    ...labelled("SINCE", releaseText(row), display),
    ...labelled("NOTE", others.some(({ need }) => need === "mesh-parent") ? null : row.quirk, display),
    ...labelled("SOURCE", sourceText(row.citation), display),
  ];
}

/** The rules of some fields; nothing where there are none. */
export function explainFieldText(rules: readonly FieldRule[], display: Display): string {
  return rules.length === 0 ? "" : `${rules.map((rule) => ruleLines(rule, display).join("\n")).join("\n\n")}\n`;
}
