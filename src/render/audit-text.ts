import { crossesNamespace } from "../model/decision.ts";
import { asCode, type Finding, type Severity } from "../model/finding.ts";
import type { Report, VerdictCounts } from "../model/report.ts";
import { formatPosition } from "../model/source.ts";
import { pasteable } from "./command-text.ts";
import { findingPlace, findingText } from "./finding-prose.ts";
import { matrixLines, matrixOf } from "./matrix.ts";
import { nameOf } from "./terms.ts";
import { type Display, plural, printable, type Style, styled, symbol } from "./text.ts";

const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", info: "cyan" };
const SEVERITY_WIDTH = 9;
const INDENT = " ".repeat(SEVERITY_WIDTH);

function findingLines(finding: Finding, report: Report, display: Display): readonly string[] {
  const { message, reason, detail } = findingText(finding, display);
  const place = findingPlace(finding, report.locate);
  const subject =
    finding.subject === null ? (place === null ? "cluster" : formatPosition(place)) : nameOf(finding.subject);
  const severity = styled(finding.severity.padEnd(SEVERITY_WIDTH), SEVERITY_STYLE[finding.severity], display);
  const parts = [
    `${severity}${styled(printable(subject), "bold", display)}`,
    printable(message),
    ...(reason === null ? [] : [printable(reason)]),
    // Where a reason says the same as the code, the code is not printed too.
    ...(reason !== null && asCode(reason) === finding.code ? [] : [styled(finding.code, "dim", display)]),
  ];
  const lines = [parts.join("  ")];
  if (detail !== null && detail !== "") lines.push(`${INDENT}${printable(detail)}`);
  if (place !== null && finding.subject !== null) {
    lines.push(`${INDENT}${styled(printable(`at ${formatPosition(place)}`), "dim", display)}`);
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

function* findingsLines(report: Report, display: Display): Generator<string> {
  const unknowns = report.findings.filter((finding) => finding.code === "unknown-verdict");
  for (const finding of report.findings) {
    if (finding.code !== "unknown-verdict") yield* findingLines(finding, report, display);
  }
  for (const same of Map.groupBy(unknowns, ({ gap }) => gap).values()) yield* unknownLines(same, report, display);
}

/** That something was silenced is said, so that nobody takes the findings for all there are. */
export function ignoredText({ ignored }: Report): readonly string[] {
  const counts = (["flag", "annotation"] as const)
    .map((who) => ({ who, count: ignored.filter(({ by }) => by === who).length }))
    .filter(({ count }) => count > 0)
    .map(({ who, count }) => `${count} by ${who}`);
  return counts.length === 0 ? [] : [`${plural(ignored.length, "finding")} ignored (${counts.join(", ")})`];
}

const total = ({ permitted, refused, unknown }: VerdictCounts): number => permitted + refused + unknown;

function grantCounts(report: Report): string {
  const { grants, unusedGrants, unknownGrants } = report.counts;
  const scoped = report.scope.namespace === null && report.scope.selector.length === 0 ? "" : " in scope";
  const seen = report.hiddenGrants ? " seen" : "";
  if (grants === 0) return `No grants${seen}${scoped}`;
  const doubtful = unknownGrants === 0 ? "" : `, ${unknownGrants} of unknown use`;
  return `${plural(grants, "grant")}${seen}${scoped}, ${unusedGrants} unused${doubtful}`;
}

/** The last line: what was decided, and what was found. */
function summaryText(report: Report): string {
  const { crossing, local, findings } = report.counts;
  const all = Object.values(crossing);
  const sum: VerdictCounts = {
    permitted: all.reduce((count, { permitted }) => count + permitted, 0),
    refused: all.reduce((count, { refused }) => count + refused, 0),
    unknown: all.reduce((count, { unknown }) => count + unknown, 0),
  };
  const free = total(crossing.none) === 0 ? "" : `, ${total(crossing.none)} that nobody has to permit`;
  const references = [
    total(sum) === 0
      ? "No cross-namespace references"
      : `${plural(total(sum), "cross-namespace reference")} (${total(crossing.grant)} for grants, ${total(crossing.attachment)} to parents${free}): ${sum.permitted} permitted, ${sum.refused} refused, ${sum.unknown} unknown`,
  ];
  if (local.refused + local.unknown > 0) {
    references.push(`within a namespace ${local.refused} refused, ${local.unknown} unknown`);
  }
  const found = `${plural(findings.error, "error")}, ${plural(findings.warning, "warning")}, ${findings.info} info`;
  return `${[references.join("; "), grantCounts(report), found, ...hiddenText(report), ...ignoredText(report)].join(". ")}.`;
}

/** Whole kinds that could not be seen, since without a word the counts would pass for the whole. */
function hiddenText({ hiddenReferrers }: Report): readonly string[] {
  if (hiddenReferrers.length === 0) return [];
  const kinds = hiddenReferrers.map(({ groupKind }) => groupKind?.kind ?? "unreadable documents");
  return [printable(`Not all was seen: ${[...new Set(kinds)].join(", ")}`)];
}

/** What is said of a world in which nothing crosses a namespace and nothing is wrong; null of any other. */
export function nothingText(report: Report): string | null {
  if (report.grants.length > 0 || report.findings.length > 0 || report.decisions.some(crossesNamespace)) return null;
  const labels = report.scope.selector.length === 0 ? "" : " with these labels";
  const where = `${report.scope.namespace === null ? "" : ` of namespace ${printable(report.scope.namespace)}`}${labels}`;
  const seen = `${plural(report.decisions.length, "reference")} seen`;
  const hidden = hiddenText(report);
  const ignored = ignoredText(report);
  const nothingElse = ignored.length === 0 ? ", nothing to report" : "";
  const sentences =
    hidden.length === 0
      ? [`Nothing${where} crosses a namespace: ${seen}, no grant${nothingElse}`]
      : [`Nothing that could be seen${where} crosses a namespace: ${seen}`, ...hidden];
  return `${[...sentences, ...ignored].join(". ")}.\n`;
}

/** Findings on which `why-denied` has more to say: what to change, and what shows it. */
const EXPLAINED: readonly Finding["code"][] = [
  "ref-not-permitted",
  "must-be-local",
  "not-attached",
  "target-not-found",
  "reference-unknown-kind",
  "controller-refuses-permitted",
];

/** The command that says what to do about the first error. */
function nextText({ findings }: Report, world: string | null): readonly string[] {
  const first = findings.find(({ code, severity }) => severity === "error" && EXPLAINED.includes(code));
  const subject = first?.subject ?? null;
  return subject === null || world === null
    ? []
    : [printable(`Next: kubectl refgrant why-denied ${pasteable(subject)}${world}`)];
}

function* permissionLines(report: Report, display: Display): Generator<string> {
  const matrix = matrixOf(report);
  if (matrix.lines.length === 0) return;
  if (display.headers) {
    const legend = `${symbol("permitted", display)} permitted ${symbol("refused", display)} refused ${symbol("unknown", display)} unknown references`;
    yield `${styled("PERMISSIONS", "bold", display)} (rows may reference what stands in the columns; ${legend})`;
  }
  yield* matrixLines(matrix, display);
  yield "";
}

/**
 * The report as a person reads it: matrix, findings, summary; in pieces that end with a line.
 *
 * @param world what a command needs at its end to be about the same world: ` -f FILE`, or nothing; null where none can be
 */
export function* auditText(report: Report, display: Display, world: string | null = ""): Generator<string> {
  const nothing = nothingText(report);
  if (nothing !== null) {
    yield nothing;
    return;
  }
  for (const line of permissionLines(report, display)) yield `${line}\n`;
  if (report.findings.length > 0) {
    if (display.headers) yield `${styled("FINDINGS", "bold", display)}\n`;
    for (const line of findingsLines(report, display)) yield `${line}\n`;
    yield "\n";
  }
  for (const line of [summaryText(report), ...nextText(report, world)]) yield `${line}\n`;
}
