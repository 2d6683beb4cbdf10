import type { Decision } from "../model/decision.ts";
import { formatPath } from "../model/object.ts";
import type { GrantReport, IgnoredFinding, Report } from "../model/report.ts";
import { decisionJson } from "./decision-json.ts";
import { findingJson, gapJson, idJson } from "./finding-json.ts";
import { jsonPieces, type LongDocument, LongList } from "./json-text.ts";
import { SCHEMA_VERSIONS } from "./schema-versions.ts";
import { yamlPieces } from "./yaml-text.ts";

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
function auditData(report: Report): LongDocument {
  const indexOf = new Map(report.decisions.map((decision, index) => [decision, index]));
  return {
    schemaVersion: SCHEMA_VERSIONS.audit,
    source: report.source,
    closedWorld: report.closed,
    scope: { namespace: report.scope.namespace, selector: report.scope.selector },
    served: report.served,
    counts: report.counts,
    decisions: LongList.of(report.decisions, (decision) => decisionJson(decision, report.locate)),
    grants: LongList.of(report.grants, grantJson),
    findings: LongList.of(report.findings, (finding) => findingJson(finding, report.locate, indexOf)),
    ignored: LongList.of(report.ignored, (ignored) => ignoredJson(ignored, report, indexOf)),
    gaps: LongList.of(report.gaps, gapJson),
  };
}

/** The report as JSON, in pieces. */
export function auditJson(report: Report): Generator<string> {
  return jsonPieces(auditData(report));
}

/** The report as YAML, with the same content as the JSON, in pieces. */
export function auditYaml(report: Report): Generator<string> {
  return yamlPieces(auditData(report));
}
