import { crossesNamespace, type Decision } from "../model/decision.ts";
import type { FindingCode } from "../model/finding.ts";
import type { Position } from "../model/object.ts";
import type { Report } from "../model/report.ts";
import { formatPosition } from "../model/source.ts";
import { ignoredText, nothingText } from "./audit-text.ts";
import { findingPlace, findingText } from "./finding-prose.ts";
import { obstacleText, targetText, witnessText } from "./prose.ts";
import { plainLines, type Row } from "./table.ts";
import { fieldOf, kindText, nameOf } from "./terms.ts";
import { type Display, printable } from "./text.ts";

const NONE = "<none>";

function reasonOf({ outcome }: Decision): string {
  return outcome.verdict === "refused" ? outcome.reason : NONE;
}

/** Where it stands, in a column that only files have. */
function sourceCell(place: Position | null, { source }: Report): Row {
  if (source === "cluster") return [];
  return [place === null ? NONE : formatPosition(place)];
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
    ...sourceCell(place, report),
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

/** What is refused or unknown stands among the references already. */
const TOLD_BY_REFERENCES: readonly FindingCode[] = [
  "ref-not-permitted",
  "must-be-local",
  "not-attached",
  "unknown-verdict",
];

/** Findings that no line of the references tells. */
function findingRows(report: Report, display: Display): readonly Row[] {
  return report.findings
    .filter(({ code }) => !TOLD_BY_REFERENCES.includes(code))
    .map((finding): Row => {
      const place = findingPlace(finding, report.locate);
      const { message, detail } = findingText(finding, display);
      return [
        finding.severity,
        finding.code,
        finding.subject === null ? NONE : nameOf(finding.subject),
        detail === null ? message : `${message} (${detail})`,
        ...sourceCell(place, report),
      ].map(printable);
    });
}

/**
 * Every permission, every reference and every other finding, one a line, and how many findings were ignored, in pieces that
 * end with a line. References that stay in their namespace are left out where they are permitted.
 */
export function* auditWide(report: Report, display: Display): Generator<string> {
  const nothing = nothingText(report);
  if (nothing !== null) {
    yield nothing;
    return;
  }
  const source = report.source === "files" ? ["SOURCE"] : [];
  const shown = report.decisions.filter(
    (decision) => crossesNamespace(decision) || decision.outcome.verdict !== "permitted",
  );
  const references = shown.map((decision) => referenceRow(decision, report));
  const sections: readonly Iterable<string>[] = [
    plainLines(["GRANT", "ENTRY", "FROM", "TO", "USAGE"], permissionRows(report), display),
    plainLines(["VERDICT", "FROM", "FIELD", "TO", "REASON", "WHY", ...source], references, display),
    plainLines(["SEVERITY", "CODE", "OBJECT", "FINDING", ...source], findingRows(report, display), display),
    ignoredText(report).map((text) => `${text}.`),
  ];
  let written = false;
  for (const section of sections) {
    let before = written ? "\n" : "";
    for (const line of section) {
      yield `${before}${line}\n`;
      before = "";
      written = true;
    }
  }
}
