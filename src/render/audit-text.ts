import { crossesNamespace } from "../model/decision.ts";
import type { Finding, Severity } from "../model/finding.ts";
import type { Report, VerdictCounts } from "../model/report.ts";
import { matrixOf, matrixText } from "./matrix.ts";
import { findingPlace, findingText, nameOf, placeOf } from "./prose.ts";
import { type Display, plural, printable, type Style, styled, symbol } from "./text.ts";

const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", info: "cyan" };
const SEVERITY_WIDTH = 9;
const INDENT = " ".repeat(SEVERITY_WIDTH);

/** `RefNotPermitted` → `ref-not-permitted`: where a reason says the same as the code, the code is not printed too. */
const kebab = (reason: string): string => reason.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();

function findingLines(finding: Finding, report: Report, display: Display): readonly string[] {
  const { message, reason, detail } = findingText(finding, display);
  const place = findingPlace(finding, report.locate);
  const subject = finding.subject === null ? (place === null ? "cluster" : placeOf(place)) : nameOf(finding.subject);
  const severity = styled(finding.severity.padEnd(SEVERITY_WIDTH), SEVERITY_STYLE[finding.severity], display);
  const parts = [
    `${severity}${styled(printable(subject), "bold", display)}`,
    printable(message),
    ...(reason === null ? [] : [printable(reason)]),
    ...(reason !== null && kebab(reason) === finding.code ? [] : [styled(finding.code, "dim", display)]),
  ];
  const lines = [parts.join("  ")];
  if (detail !== null && detail !== "") lines.push(`${INDENT}${printable(detail)}`);
  if (place !== null && finding.subject !== null) {
    lines.push(`${INDENT}${styled(printable(`at ${placeOf(place)}`), "dim", display)}`);
  }
  return lines;
}

type UnknownFinding = Finding & { readonly code: "unknown-verdict" };

/** All verdicts that one gap keeps back, as one finding: a thousand references into one unseen namespace are one matter. */
function unknownLines(findings: readonly UnknownFinding[], report: Report, display: Display): readonly string[] {
  const [first, ...others] = findings;
  if (first === undefined) return [];
  const lines = findingLines(first, report, display);
  if (others.length === 0) return lines;
  return [
    ...lines,
    `${INDENT}${styled(`and ${plural(others.length, "more reference")} for the same reason`, "dim", display)}`,
  ];
}

function findingsText(report: Report, display: Display): readonly string[] {
  const unknowns = report.findings.filter((finding) => finding.code === "unknown-verdict");
  const others = report.findings.filter((finding) => finding.code !== "unknown-verdict");
  return [
    ...others.flatMap((finding) => findingLines(finding, report, display)),
    ...[...Map.groupBy(unknowns, ({ gap }) => gap).values()].flatMap((same) => unknownLines(same, report, display)),
  ];
}

const total = ({ permitted, refused, unknown }: VerdictCounts): number => permitted + refused + unknown;

/** The last line: what was decided, and what was found. */
function summaryText(report: Report): string {
  const { crossing, local, grants, unusedGrants, unknownGrants, findings } = report.counts;
  const verdicts = ({ permitted, refused, unknown }: VerdictCounts) =>
    `${permitted} permitted, ${refused} refused, ${unknown} unknown`;
  const sum: VerdictCounts = {
    permitted: crossing.grant.permitted + crossing.attachment.permitted,
    refused: crossing.grant.refused + crossing.attachment.refused,
    unknown: crossing.grant.unknown + crossing.attachment.unknown,
  };
  const parts = [
    total(sum) === 0
      ? "No cross-namespace references"
      : `${plural(total(sum), "cross-namespace reference")} (${total(crossing.grant)} for grants, ${total(crossing.attachment)} to parents): ${verdicts(sum)}`,
  ];
  if (local.refused + local.unknown > 0)
    parts.push(`within a namespace ${local.refused} refused, ${local.unknown} unknown`);
  const scoped = report.scope.namespace === null && report.scope.selector.length === 0 ? "" : " in scope";
  const doubtful = unknownGrants === 0 ? "" : `, ${unknownGrants} of unknown use`;
  const grantText =
    grants === 0 ? `No grants${scoped}` : `${plural(grants, "grant")}${scoped}, ${unusedGrants} unused${doubtful}`;
  const found = `${plural(findings.error, "error")}, ${plural(findings.warning, "warning")}, ${findings.info} info`;
  return `${parts.join("; ")}. ${grantText}. ${found}.`;
}

/** The report as a person reads it: matrix, findings, summary. */
export function auditText(report: Report, display: Display): string {
  const matrix = matrixOf(report);
  const crossing = report.decisions.some(crossesNamespace);
  if (matrix.lines.length === 0 && !crossing && report.findings.length === 0) {
    const where = report.scope.namespace === null ? "" : ` of namespace ${printable(report.scope.namespace)}`;
    const seen = plural(report.decisions.length, "reference");
    const hidden = report.hiddenReferrers.flatMap(({ groupKind }) => groupKind?.kind ?? "unreadable document");
    if (hidden.length === 0) return `Nothing${where} crosses a namespace: ${seen} seen, no grant, nothing to report.\n`;
    const kinds = printable([...new Set(hidden)].join(", "));
    return `Nothing that could be seen${where} crosses a namespace: ${seen} seen. Not all was seen: ${kinds}.\n`;
  }
  const sections: string[] = [];
  if (matrix.lines.length > 0) {
    const legend = `${symbol("permitted", display)} permitted ${symbol("refused", display)} refused ${symbol("unknown", display)} unknown references`;
    const title = `${styled("PERMISSIONS", "bold", display)} (rows may reference what stands in the columns; ${legend})`;
    sections.push(`${display.headers ? `${title}\n` : ""}${matrixText(matrix, display)}`);
  }
  if (report.findings.length > 0) {
    const title = display.headers ? [styled("FINDINGS", "bold", display)] : [];
    sections.push([...title, ...findingsText(report, display)].join("\n"));
  }
  sections.push(summaryText(report));
  return `${sections.join("\n\n")}\n`;
}
