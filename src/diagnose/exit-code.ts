import type { Inquiry } from "../model/answer.ts";
import { SEVERITIES, type Severity } from "../model/finding.ts";
import type { Report } from "../model/report.ts";

/** When a report fails a pipeline. */
export interface ExitPolicy {
  /** The lowest severity that fails; `never` for none. */
  readonly failOn: Severity | "never";
  /** Do not fail for verdicts that could not be told. */
  readonly allowUnknown: boolean;
}

/**
 * 0 nothing to fail on · 1 findings at or above `failOn` · 4 some verdict is unknown, or there may be references that nobody
 * saw (README.md, docs/decisions/0006). Errors, 2 and 3, have no report.
 */
export function exitCode(report: Report, { failOn, allowUnknown }: ExitPolicy): 0 | 1 | 4 {
  const failing = failOn === "never" ? [] : SEVERITIES.slice(0, SEVERITIES.indexOf(failOn) + 1);
  if (failing.some((severity) => report.counts.findings[severity] > 0)) return 1;
  const { crossing, local } = report.counts;
  const unknown = [...Object.values(crossing), local].reduce((sum, counts) => sum + counts.unknown, 0);
  return unknown + report.hiddenReferrers.length > 0 && !allowUnknown ? 4 : 0;
}

/**
 * Of `why-denied`: 1 where an error stands on an object (a refused reference, a controller that refuses what is permitted, a
 * target that is not there) · 4 where a verdict is unknown · 0.
 */
export function inquiryExit({ answers }: Inquiry): 0 | 1 | 4 {
  if (answers.some(({ findings }) => findings.some(({ severity }) => severity === "error"))) return 1;
  return answers.some(({ decisions }) => decisions.some(({ outcome }) => outcome.verdict === "unknown")) ? 4 : 0;
}
