import { crossesNamespace, type Decision } from "../model/decision.ts";
import type { Report } from "../model/report.ts";
import { fieldOf, kindText, nameOf, obstacleText, placeOf, targetText, witnessText } from "./prose.ts";
import { plainTable, type Row } from "./table.ts";
import { type Display, printable } from "./text.ts";

const NONE = "<none>";

function reasonOf({ outcome }: Decision): string {
  return outcome.verdict === "refused" ? outcome.reason : NONE;
}

function referenceRow(decision: Decision, report: Report): Row {
  const { reference, outcome } = decision;
  const place = report.locate(reference.referrer, reference.path);
  return [
    outcome.verdict,
    nameOf(reference.referrer),
    fieldOf(reference.path),
    targetText(decision),
    reasonOf(decision),
    witnessText(decision) || obstacleText(decision) || NONE,
    ...(report.source === "files" ? [place === null ? NONE : placeOf(place)] : []),
  ].map(printable);
}

function permissionRows({ grants }: Report): readonly Row[] {
  return grants.flatMap(({ grant, pairs }) =>
    pairs.flatMap(({ from, to, inert, usage }): readonly Row[] => {
      const source = grant.from.find(({ index }) => index === from)?.entry;
      const target = grant.to.find(({ index }) => index === to)?.entry;
      if (source === undefined || target === undefined) return [];
      const row: Row = [
        `${grant.id.namespace}/${grant.id.name}`,
        `from[${from}] to[${to}]`,
        `${kindText(source)} ${source.namespace}`,
        `${kindText(target)} ${grant.id.namespace}/${target.name ?? "*"}`,
        inert ? "inert" : usage,
      ];
      return [row.map(printable)];
    }),
  );
}

/** Every permission and every reference, one a line: references that cross a namespace, and those within one that are not permitted. */
export function auditWide(report: Report, display: Display): string {
  const shown = report.decisions.filter(
    (decision) => crossesNamespace(decision) || decision.outcome.verdict !== "permitted",
  );
  const references = plainTable(
    ["VERDICT", "FROM", "FIELD", "TO", "REASON", "WHY", ...(report.source === "files" ? ["SOURCE"] : [])],
    shown.map((decision) => referenceRow(decision, report)),
    display,
  );
  const permissions = plainTable(["GRANT", "ENTRY", "FROM", "TO", "USAGE"], permissionRows(report), display);
  const tables = [permissions, references].filter((table) => table !== "");
  return tables.length === 0 ? "" : `${tables.join("\n\n")}\n`;
}
