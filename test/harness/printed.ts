import type { Report } from "../../src/model/report.ts";
import * as json from "../../src/render/audit-json.ts";
import * as text from "../../src/render/audit-text.ts";
import * as wide from "../../src/render/audit-wide.ts";
import type { Display } from "../../src/render/text.ts";

/** What `audit` prints of a report in each of its formats, all pieces together. */

const whole = (pieces: Iterable<string>): string => [...pieces].join("");

export const auditText = (report: Report, display: Display, world?: string | null): string =>
  whole(text.auditText(report, display, world));

export const auditWide = (report: Report, display: Display): string => whole(wide.auditWide(report, display));

export const auditJson = (report: Report): string => whole(json.auditJson(report));

export const auditYaml = (report: Report): string => whole(json.auditYaml(report));
