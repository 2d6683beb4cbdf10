import type { Decision } from "../model/decision.ts";
import type { Disagreement, Finding, KnownKind } from "../model/finding.ts";
import type { Gap } from "../model/gap.ts";
import { compareText, formatPath, type GroupKind, keyOf, type Locate, type ObjectId } from "../model/object.ts";
import type { Namesakes } from "../model/sight.ts";
import type { InputProblem } from "../model/snapshot.ts";
import type { Statement, StatementSubject } from "../model/status.ts";
import { findingPlace, findingText } from "./finding-prose.ts";
import type { Display } from "./text.ts";

/** What findings carry besides their words, as plain data: for each code what docs/schema/audit.schema.json says. */

export function idJson({ group, kind, namespace, name }: ObjectId): object {
  return { group, kind, namespace, name };
}

function groupKindJson({ group, kind }: GroupKind): object {
  return { group, kind };
}

export function gapJson({ cause, groupKind, namespace, exceptNamespaces, detail }: Gap): object {
  return {
    cause,
    group: groupKind?.group ?? null,
    kind: groupKind?.kind ?? null,
    namespace,
    exceptNamespaces: [...(exceptNamespaces ?? [])].toSorted(compareText),
    detail,
  };
}

/** What a controller wrote, where a finding holds it against the specification. */
function statementOf(finding: Finding): Statement | null {
  if ("disagreement" in finding) return finding.disagreement.statement;
  return "statement" in finding ? finding.statement : null;
}

function aboutJson(subject: StatementSubject): object {
  switch (subject.about) {
    case "parent": {
      const { about, parent, sectionName, port } = subject;
      return { about, parent: idJson(parent), sectionName, port };
    }
    case "listener":
      return { about: subject.about, listener: subject.listener };
    case "object":
      return { about: subject.about };
  }
}

/** The condition that a finding holds against the specification, and what it is about; null for other findings. */
function statusJson(finding: Finding): object | null {
  const statement = statementOf(finding);
  return statement === null ? null : statementJson(statement);
}

/** A condition that a controller wrote, and what it is about. */
export function statementJson(statement: Statement): object {
  const { controller, supersededBy, subject, condition, generation, freshness } = statement;
  return {
    controller,
    supersededBy,
    subject: aboutJson(subject),
    type: condition.type,
    status: condition.status,
    reasons: condition.reasons,
    message: condition.message,
    observedGeneration: condition.observedGeneration,
    lastTransitionTime: condition.lastTransitionTime,
    generation,
    freshness,
  };
}

/** The decisions that a finding is about, the one that it shows first. */
export function decisionsOf(finding: Finding): readonly Decision[] {
  if ("disagreement" in finding) return finding.disagreement.decisions;
  return "decision" in finding ? [finding.decision] : [];
}

const firstOf = ({ first }: Namesakes): readonly ObjectId[] => (first === null ? [] : [first]);

/** The objects besides its subject that a finding speaks of. */
function othersOf(finding: Finding): readonly ObjectId[] {
  const statement = statementOf(finding);
  const parent = statement?.subject.about === "parent" ? [statement.subject.parent] : [];
  const named = [...parent, ...decisionsOf(finding).map(({ reference }) => reference.referent)];
  switch (finding.code) {
    case "not-attached":
    case "target-not-found":
      return [...named, ...firstOf(finding.elsewhere)];
    case "grant-dangling":
      return [finding.missing];
    case "grant-redundant":
      return "covering" in finding ? [finding.covering.id] : [];
    case "hostname-taken":
      return [finding.other, finding.parent];
    case "service-unselected":
      return finding.grants.map(({ id }) => id);
    case "data-source-namespace-dropped":
      return [finding.applied];
    default:
      return named;
  }
}

/** The same, each once, without the subject. */
function relatedJson(finding: Finding): readonly object[] {
  const own = finding.subject === null ? null : keyOf(finding.subject);
  const others = new Map(othersOf(finding).map((id) => [keyOf(id), id]));
  return [...others].flatMap(([key, id]) => (key === own ? [] : [idJson(id)]));
}

function elsewhereJson({ elsewhere }: { readonly elsewhere: Namesakes }): object {
  return {
    elsewhere: elsewhere.first === null ? null : idJson(elsewhere.first),
    others: elsewhere.others,
  };
}

function doubtJson(doubt: Disagreement["doubts"][number]): object {
  return { because: doubt.because, namespaces: doubt.because === "mesh" ? doubt.namespaces : [] };
}

function knownJson({ unnamed, instead, grantKind }: KnownKind): object {
  return {
    unnamed: unnamed.map(groupKindJson),
    instead: instead.map(groupKindJson),
    grantKind: grantKind === null ? null : groupKindJson(grantKind),
  };
}

function problemJson(problem: InputProblem): object {
  const { cause } = problem;
  switch (cause) {
    case "syntax":
    case "duplicate-key":
    case "no-object":
      return { cause, problem: problem.detail };
    case "duplicate":
      return { cause, first: problem.first };
    case "unknown-version":
    case "unserved-version":
    case "deprecated-version":
      return { cause, apiVersion: problem.apiVersion };
    case "field": {
      const { expected, found } = problem;
      return { cause, path: formatPath(problem.path), expected, found };
    }
  }
}

/**
 * What a finding says, as typed fields instead of words; null where its decision, its entry of a grant or its status says it
 * all. `indexOf` gives the place of a decision in the report.
 */
export function detailsJson(finding: Finding, indexOf: ReadonlyMap<Decision, number>): object | null {
  switch (finding.code) {
    case "ref-not-permitted":
    case "must-be-local":
    case "mesh-exemption":
    case "grant-not-enforced":
    case "feature-gated":
    case "field-retired":
    case "field-experimental":
    case "grant-terminating":
    case "status-stale":
      return null;
    case "not-attached":
    case "target-not-found":
      return elsewhereJson(finding);
    case "reference-unknown-kind":
      return { meant: groupKindJson(finding.meant) };
    case "unknown-verdict":
      return { gap: gapJson(finding.gap) };
    case "grant-unused":
      return { entries: finding.entries === "all" ? null : finding.entries };
    case "grant-dangling":
      return { missing: idJson(finding.missing) };
    case "grant-inert":
      return { why: finding.why };
    case "grant-broad":
      return { target: groupKindJson(finding.target) };
    case "grant-unknown-kind":
      return {
        unknown: groupKindJson(finding.groupKind),
        meant: finding.meant === null ? null : groupKindJson(finding.meant),
        known: finding.known === null ? null : knownJson(finding.known),
        openUse: finding.openUse,
      };
    case "grant-redundant":
      return "covering" in finding
        ? { covering: idJson(finding.covering.id), coveredBy: null, wider: null }
        : { covering: idJson(finding.grant.id), coveredBy: finding.coveredBy, wider: finding.wider };
    case "grant-field-ignored":
      return { path: formatPath(finding.path), meant: finding.meant };
    case "referencepolicy":
      return { inForce: finding.inForce };
    case "grant-look-alike":
      return { whose: finding.whose, others: finding.others };
    case "namespace-ignored":
      return { namespace: finding.namespace };
    case "data-source-namespace-dropped":
      return {
        applied: idJson(finding.applied),
        dropped: formatPath(finding.path),
        localSource: finding.localSource,
      };
    case "listener-open-to-all":
      return { listener: finding.listener.name, from: finding.listener.namespaces.from };
    case "gateway-open-to-all":
      return { from: finding.admission.from };
    case "hostname-taken":
      return {
        other: idJson(finding.other),
        parent: idJson(finding.parent),
        listener: finding.listener.name,
        hostname: finding.hostname,
        seniority: finding.seniority,
        sameMatch: finding.sameMatch,
        taker: finding.taker === null ? null : idJson(finding.taker),
      };
    case "service-unselected":
      return { why: finding.why, grants: finding.grants.map(({ id }) => idJson(id)) };
    case "controller-refuses-permitted":
    case "controller-permits-refused": {
      const { decisions, doubts } = finding.disagreement;
      return {
        // Those that are not in the scope of the report have no place in it.
        decisions: decisions.flatMap((decision) => indexOf.get(decision) ?? []),
        doubts: doubts.map(doubtJson),
      };
    }
    case "version-stored":
    case "version-old":
      return { ...groupKindJson(finding.groupKind), fate: finding.fate, versions: finding.versions };
    case "ignore-unknown-code":
      return { word: finding.word, meant: finding.meant, more: finding.more };
    case "referencegrant-not-served":
      return { references: finding.references };
    case "manifest-invalid":
    case "manifest-rejected":
    case "manifest-duplicate":
    case "version-unserved":
    case "version-deprecated":
    case "field-invalid":
      return problemJson(finding.problem);
  }
}

/** Messages inside JSON are plain text, the same on every machine. */
const PLAIN: Display = { width: null, color: false, unicode: true, headers: true };

/** One finding; `indexOf` gives the place of a decision among those that stand beside it. */
export function findingJson(finding: Finding, locate: Locate, indexOf: ReadonlyMap<Decision, number>): object {
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
    source: findingPlace(finding, locate),
    decision: decision === undefined ? null : (indexOf.get(decision) ?? null),
    entry: "entry" in finding ? finding.entry : null,
    status: statusJson(finding),
    details: detailsJson(finding, indexOf),
  };
}
