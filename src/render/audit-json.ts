import { stringify } from "yaml";
import { implementationOf } from "../catalogue/referents.ts";
import { crossesNamespace, type Decision, type GrantTrial, type ListenerTrial } from "../model/decision.ts";
import type { Finding } from "../model/finding.ts";
import { formatPath } from "../model/object.ts";
import type { ParentScope } from "../model/reference.ts";
import type { GrantReport, IgnoredFinding, Report } from "../model/report.ts";
import { decisionsOf, detailsJson, gapJson, idJson, relatedJson, statusJson } from "./finding-json.ts";
import { findingPlace, findingText } from "./finding-prose.ts";
import type { Display } from "./text.ts";

/** Grows by a minor when fields are added, by a major when a reader would break. Described in docs/schema/audit.schema.json. */
const AUDIT_SCHEMA_VERSION = "1.3";

/** Messages inside JSON are plain text, the same on every machine. */
const PLAIN: Display = { width: null, color: false, unicode: true, headers: true };

function grantTrialJson({ grant, from, to, failed, slips }: GrantTrial): object {
  return { grant: { namespace: grant.id.namespace, name: grant.id.name }, from, to, failed, slips };
}

function parentsJson(scope: ParentScope | null): object | null {
  return scope === null ? null : { regime: scope.regime, parentRefs: scope.parentRefs };
}

function listenerTrialJson({ listener, failed, undecided }: ListenerTrial): object {
  return {
    listener: listener.name,
    failed,
    undecided: undecided.map(({ clause, gap }) => ({ clause, gap: gapJson(gap) })),
  };
}

function witnessJson(decision: Decision): object | null {
  const { outcome } = decision;
  if (outcome.verdict !== "permitted") return null;
  const { witness } = outcome;
  switch (witness.by) {
    case "grant":
      return { by: witness.by, grants: witness.trials.map(grantTrialJson) };
    case "listener":
      return { by: witness.by, listeners: witness.trials.map(({ listener }) => listener.name) };
    case "allowedListeners":
      return { by: witness.by, parent: idJson(witness.parent) };
    case "sameNamespace":
    case "clusterScoped":
    case "meshExemption":
    case "unenforced":
    case "unrestricted":
      return { by: witness.by };
  }
}

/** Whose rule it was decided by, and what is done about it; the specification's handshakes with parents have no degrees. */
function ruleJson(decision: Decision): object {
  return {
    implementation: implementationOf(decision.reference),
    enforcement: decision.handshake === "grant" ? decision.reference.enforcement : null,
  };
}

function decisionJson(decision: Decision, report: Report): object {
  const { reference, outcome } = decision;
  const common = {
    referrer: idJson(reference.referrer),
    row: reference.row,
    rule: ruleJson(decision),
    path: formatPath(reference.path),
    source: report.locate(reference.referrer, reference.path),
    referent: idJson(reference.referent),
    crossesNamespace: crossesNamespace(decision),
    handshake: decision.handshake,
    verdict: outcome.verdict,
    reason: outcome.verdict === "refused" ? outcome.reason : null,
    witness: witnessJson(decision),
    gaps: outcome.verdict === "unknown" ? outcome.gaps.map(gapJson) : [],
  };
  switch (decision.handshake) {
    case "grant":
      return {
        ...common,
        parents: parentsJson(decision.reference.scope),
        implicit: decision.reference.implicit,
        referentExistence: decision.referentExistence,
        trials: decision.outcome.trials.map(grantTrialJson),
      };
    case "attachment": {
      const { implicit, sectionName, port } = decision.reference;
      return { ...common, implicit, sectionName, port, trials: decision.outcome.trials.map(listenerTrialJson) };
    }
    case "none":
      return {
        ...common,
        reach: decision.reference.reach,
        droppedNamespace: decision.reference.droppedNamespace,
        referentExistence: decision.referentExistence,
        trials: decision.outcome.trials,
      };
  }
}

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

function findingJson(finding: Finding, report: Report, indexOf: ReadonlyMap<Decision, number>): object {
  const { message, reason, detail } = findingText(finding, PLAIN);
  const [decision] = decisionsOf(finding);
  return {
    code: finding.code,
    severity: finding.severity,
    subject: finding.subject === null ? null : idJson(finding.subject),
    related: relatedJson(finding),
    message,
    reason,
    detail,
    source: findingPlace(finding, report.locate),
    decision: decision === undefined ? null : (indexOf.get(decision) ?? null),
    entry: "entry" in finding ? finding.entry : null,
    status: statusJson(finding),
    details: detailsJson(finding, indexOf),
  };
}

function ignoredJson({ finding, by }: IgnoredFinding, report: Report, indexOf: ReadonlyMap<Decision, number>): object {
  return { ...findingJson(finding, report, indexOf), ignoredBy: by };
}

/** The whole report as plain data, in the shape of the published schema. `decision` of a finding is an index into `decisions`. */
function auditData(report: Report): object {
  const indexOf = new Map(report.decisions.map((decision, index) => [decision, index]));
  return {
    schemaVersion: AUDIT_SCHEMA_VERSION,
    source: report.source,
    closedWorld: report.closed,
    scope: { namespace: report.scope.namespace, selector: report.scope.selector },
    served: report.served,
    counts: report.counts,
    decisions: report.decisions.map((decision) => decisionJson(decision, report)),
    grants: report.grants.map(grantJson),
    findings: report.findings.map((finding) => findingJson(finding, report, indexOf)),
    ignored: report.ignored.map((ignored) => ignoredJson(ignored, report, indexOf)),
    gaps: report.gaps.map(gapJson),
  };
}

/** Characters that JSON may hold raw but a terminal should not be sent. */
const RAW_CONTROLS = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

function escapeControls(text: string): string {
  return text.replace(RAW_CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The report as JSON. Control characters are escaped, so nothing is lost and a terminal sees none. */
export function auditJson(report: Report): string {
  return `${escapeControls(JSON.stringify(auditData(report), null, 2))}\n`;
}

/** The report as YAML, with the same content as the JSON. Strings are quoted as in JSON where one holds a control character. */
export function auditYaml(report: Report): string {
  const data: unknown = JSON.parse(JSON.stringify(auditData(report)));
  const text = JSON.stringify(data);
  const hostile = escapeControls(text) !== text || /\\u00[01]|\\[bftr]/.test(text);
  const yaml = stringify(data, { lineWidth: 0, ...(hostile ? { defaultStringType: "QUOTE_DOUBLE" } : {}) });
  return escapeControls(yaml);
}
