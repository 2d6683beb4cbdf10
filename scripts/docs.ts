// Writes the documents that are made from the program's own tables: npm run docs
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOOK_ALIKE_GRANTS } from "../src/catalogue/ecosystem.ts";
import { IMPLEMENTATIONS } from "../src/catalogue/implementations.ts";
import type { CatalogueRow } from "../src/catalogue/row.ts";
import {
  type CatalogueLine,
  catalogueLines,
  fieldText,
  fullKind,
  NEEDS,
  namesText,
  needText,
  selectCatalogue,
} from "../src/render/catalogue.ts";

/** Text as it stands, in a cell of a table. */
function cell(text: string): string {
  return text.replace(/[\\`*_[\]<>|~]/g, "\\$&").replace(/\s+/g, " ");
}

/** Code in a cell of a table, where only the bar between cells means something. */
function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** `standard, v0.4.0 –`, `experimental, v1.1.0 – v1.3.0`. */
function releases({ channel, since, until }: CatalogueRow): string {
  const span = since === null && until === null ? "" : `${since ?? ""} – ${until ?? ""}`.trim();
  return [channel ?? "", span].filter((part) => part !== "").join(", ");
}

function linesTable(lines: readonly CatalogueLine[]): string {
  return table(
    ["Kind", "Field", "May name", "Needs", "Releases", "Peculiar", "Source"],
    lines.map((line) => [
      cell(fullKind(line.row.from)),
      code(fieldText(line.row)),
      cell(namesText(line)),
      cell(needText(line)),
      cell(releases(line.row)),
      cell(line.quirk ?? ""),
      cell(line.citation),
    ]),
  );
}

/** docs/catalogue.md: the catalogue by whose rules they are, with what the words mean. */
export function catalogueDocument(): string {
  const lines = catalogueLines(selectCatalogue({ kinds: [], implementations: [] }));
  const sections = Object.entries(IMPLEMENTATIONS)
    .map(([id, { title, repository }]) => ({
      title,
      repository,
      own: lines.filter(({ implementation }) => implementation === id),
    }))
    .filter(({ own }) => own.length > 0)
    .flatMap(({ title, repository, own }) => [
      `## ${title}`,
      ...(repository === null ? [] : [`[${repository}](https://github.com/${repository})`]),
      linesTable(own),
    ]);
  return `${[
    "# The catalogue",
    "Every field by which the tool knows one object to name another, whose rule it is, and what that needs. This is the table that `audit` goes by, and that `kubectl refgrant catalogue` prints. It is made by `npm run docs`; change `src/catalogue` instead.",
    "Kinds outside the core group and those of the Gateway API stand with their group. Fields stand without their `spec.`; `[]` is every item of a list. A field that stands twice may name more kinds by the rule of an implementation. In *Releases* the Gateway API's channel comes first, then the first and the last release with the field. In *Source* a § is a section of [rules.md](rules.md); anything else is a file that the rule was read in, in the repository of the heading unless another is named.",
    "## What is needed",
    table(
      ["Needs", "Means"],
      Object.values(NEEDS).map(({ words, means }) => [cell(words), cell(means)]),
    ),
    ...sections,
    "## Grants of other kinds",
    "Recognised, told of, and not judged by.",
    table(
      ["Kind", "Whose", "Source"],
      LOOK_ALIKE_GRANTS.map((grant) => [cell(`${grant.kind}.${grant.group}`), cell(grant.whose), cell(grant.citation)]),
    ),
  ].join("\n\n")}\n`;
}

/** Every document that this script makes, by its path from the root of the repository. */
export const DOCUMENTS: ReadonlyMap<string, () => string> = new Map([["docs/catalogue.md", catalogueDocument]]);

if (import.meta.main) {
  for (const [path, make] of DOCUMENTS) {
    writeFileSync(join(import.meta.dirname, "..", path), make());
    console.log(`wrote ${path}`);
  }
}
