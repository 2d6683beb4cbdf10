import { crossesNamespace } from "../model/decision.ts";
import type { Finding, Severity } from "../model/finding.ts";
import type { Gap } from "../model/gap.ts";
import type { Report, VerdictCounts } from "../model/report.ts";
import { matrixOf, matrixText } from "./matrix.ts";
import { findingPlace, findingText, nameOf, placeOf } from "./prose.ts";
import { type Display, plural, printable, type Style, styled, symbol } from "./text.ts";

const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", info: "cyan" };
const SEVERITY_WIDTH = 9;
const INDENT = " ".repeat(SEVERITY_WIDTH);

function findingLines(finding: Finding, report: Report, display: Display): readonly string[] {
  const { message, detail } = findingText(finding, display);
  const place = findingPlace(finding, report.locate);
  const subject = finding.subject === null ? (place === null ? "cluster" : placeOf(place)) : nameOf(finding.subject);
  const severity = styled(finding.severity.padEnd(SEVERITY_WIDTH), SEVERITY_STYLE[finding.severity], display);
  const lines = [
    `${severity}${styled(printable(subject), "bold", display)}  ${printable(message)}   ${styled(finding.code, "dim", display)}`,
  ];
  if (detail !== null && detail !== "") lines.push(`${INDENT}${printable(detail)}`);
  if (place !== null && finding.subject !== null)
    lines.push(`${INDENT}${styled(printable(`at ${placeOf(place)}`), "dim", display)}`);
  return lines;
}

/** All verdicts that one gap keeps back, as one finding: a thousand references into one unseen namespace are one matter. */
function unknownLines(
  gap: Gap,
  findings: readonly (Finding & { readonly code: "unknown-verdict" })[],
  display: Display,
): readonly string[] {
  const [first] = findings;
  if (first === undefined) return [];
  const severity = styled(first.severity.padEnd(SEVERITY_WIDTH), SEVERITY_STYLE[first.severity], display);
  const { reference } = first.decision;
  const example = `${nameOf(reference.referrer)} ${symbol("arrow", display)} ${nameOf(reference.referent)}`;
  const more = findings.length === 1 ? "" : ` and ${plural(findings.length - 1, "more", "more")}`;
  return [
    `${severity}${printable(example)}${more}  unknown   ${styled(first.code, "dim", display)}`,
    `${INDENT}${printable(gap.detail)}`,
  ];
}

function findingsText(report: Report, display: Display): readonly string[] {
  const unknowns = report.findings.filter((finding) => finding.code === "unknown-verdict");
  const others = report.findings.filter((finding) => finding.code !== "unknown-verdict");
  return [
    ...others.flatMap((finding) => findingLines(finding, report, display)),
    ...[...Map.groupBy(unknowns, ({ gap }) => gap)].flatMap(([gap, findings]) => unknownLines(gap, findings, display)),
  ];
}

const total = ({ permitted, refused, unknown }: VerdictCounts): number => permitted + refused + unknown;

/** The last line: what was decided, and what was found. */
function summaryText(report: Report): string {
  const { crossing, local, grants, unusedGrants, findings } = report.counts;
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
  const grantText = grants === 0 ? "No grants" : `${plural(grants, "grant")}, ${unusedGrants} unused`;
  const found = `${plural(findings.error, "error")}, ${plural(findings.warning, "warning")}, ${findings.info} info`;
  return `${parts.join("; ")}. ${grantText}. ${found}.`;
}

/** The report as a person reads it: matrix, findings, summary. */
export function auditText(report: Report, display: Display): string {
  const matrix = matrixOf(report);
  const crossing = report.decisions.some(crossesNamespace);
  if (matrix.lines.length === 0 && !crossing && report.findings.length === 0) {
    const where = report.scope.namespace === null ? "" : ` of namespace ${printable(report.scope.namespace)}`;
    return `Nothing${where} crosses a namespace: ${plural(report.decisions.length, "reference")} seen, no grant, nothing to report.\n`;
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
