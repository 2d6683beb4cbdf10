import type { Decision } from "../model/decision.ts";
import { formatPath } from "../model/object.ts";
import type { GrantReport, IgnoredFinding, Report } from "../model/report.ts";
import { decisionJson } from "./decision-json.ts";
import { findingJson, gapJson, idJson } from "./finding-json.ts";
import { jsonText } from "./json-text.ts";
import { SCHEMA_VERSIONS } from "./schema-versions.ts";
import { yamlText } from "./yaml-text.ts";

function grantJson({ grant, usage, pairs, from, to, uses, at }: GrantReport): object {
  return {
    namespace: grant.id.namespace,
    name: grant.id.name,
    apiVersion: grant.apiVersion,
    terminating: grant.terminating,
    source: at,
    usage,
    from: grant.from.map(({ index, entry }) => ({
      index,
      ...idOfEntry(entry),
      namespace: entry.namespace,
      usage: from.get(index),
    })),
    to: grant.to.map(({ index, entry }) => ({ index, ...idOfEntry(entry), name: entry.name, usage: to.get(index) })),
    pairs: pairs.map((pair) => ({ from: pair.from, to: pair.to, inert: pair.inert, usage: pair.usage })),
    uses: uses.map(({ reference }) => ({
      referrer: idJson(reference.referrer),
      path: formatPath(reference.path),
      referent: idJson(reference.referent),
    })),
  };
}

function idOfEntry({ group, kind }: { readonly group: string; readonly kind: string }): object {
  return { group, kind };
}

function ignoredJson({ finding, by }: IgnoredFinding, report: Report, indexOf: ReadonlyMap<Decision, number>): object {
  return { ...findingJson(finding, report.locate, indexOf), ignoredBy: by };
}

/** The whole report as plain data, in the shape of the published schema. `decision` of a finding is an index into `decisions`. */
function auditData(report: Report): object {
  const indexOf = new Map(report.decisions.map((decision, index) => [decision, index]));
  return {
    schemaVersion: SCHEMA_VERSIONS.audit,
    source: report.source,
    closedWorld: report.closed,
    scope: { namespace: report.scope.namespace, selector: report.scope.selector },
    served: report.served,
    counts: report.counts,
    decisions: report.decisions.map((decision) => decisionJson(decision, report.locate)),
    grants: report.grants.map(grantJson),
    findings: report.findings.map((finding) => findingJson(finding, report.locate, indexOf)),
    ignored: report.ignored.map((ignored) => ignoredJson(ignored, report, indexOf)),
    gaps: report.gaps.map(gapJson),
  };
}

/** The report as JSON. */
export function auditJson(report: Report): string {
  return jsonText(auditData(report));
}

/** The report as YAML, with the same content as the JSON. */
export function auditYaml(report: Report): string {
  return yamlText(auditData(report));
}
