import { GATEWAY, isRoute, LISTENER_SET, NAMESPACE, SECRET } from "../catalogue/kinds.ts";
import { namesGroup, namesKind, namesNamespace } from "../catalogue/names.ts";
import { crossesNamespace, type Decision } from "../model/decision.ts";
import type { EntryRef, Finding, InertCause, Severity } from "../model/finding.ts";
import type { Grant, GrantFrom, GrantTo } from "../model/grant.ts";
import type { ListenerHolder } from "../model/listener.ts";
import { type GroupKind, type ObjectId, sameGroupKind } from "../model/object.ts";
import type { GrantReport } from "../model/report.ts";
import type { InputProblem, Sight, Snapshot } from "../model/snapshot.ts";

/** What findings are made from. */
export interface Diagnosis {
  readonly snapshot: Snapshot;
  readonly sight: Sight;
  readonly decisions: readonly Decision[];
  readonly grants: readonly GrantReport[];
  readonly holders: Iterable<ListenerHolder>;
  readonly problems: readonly InputProblem[];
  /** Kinds that the catalogue knows as referrers. */
  readonly referrerKinds: readonly GroupKind[];
  /** Kinds that the catalogue knows as referents by default. */
  readonly referentKinds: readonly GroupKind[];
}

function ofDecision(decision: Decision): readonly Finding[] {
  const subject = decision.reference.referrer;
  const { outcome } = decision;
  switch (outcome.verdict) {
    case "unknown":
      return outcome.gaps.map((gap) => ({ code: "unknown-verdict", severity: "info", subject, decision, gap }));
    case "refused":
      return decision.handshake === "grant"
        ? [{ code: "ref-not-permitted", severity: "error", subject, decision }]
        : [{ code: "not-attached", severity: "error", subject, decision }];
    case "permitted":
      return decision.handshake === "grant" && decision.referentExistence === "missing"
        ? [{ code: "target-not-found", severity: "error", subject, decision }]
        : [];
  }
}

function inertFrom(grant: Grant, from: GrantFrom): InertCause | null {
  if (!namesGroup(from.group) || !namesKind(from.kind) || !namesNamespace(from.namespace)) return "invalid-string";
  return from.namespace === grant.id.namespace ? "own-namespace" : null;
}

function inertTo(grant: Grant, to: GrantTo): InertCause | null {
  if (!namesGroup(to.group) || !namesKind(to.kind)) return "invalid-string";
  const holder = sameGroupKind(to, GATEWAY) || sameGroupKind(to, LISTENER_SET);
  return holder && grant.from.length > 0 && grant.from.every(({ entry }) => isRoute(entry))
    ? "attachment-target"
    : null;
}

/** An entry of a grant that could be told apart from the rest of it, with what to say of it. */
function ofEntries({ grant }: GrantReport, diagnosis: Diagnosis): readonly Finding[] {
  const { sight } = diagnosis;
  const subject = grant.id;
  const findings: Finding[] = [];
  const missing = (id: ObjectId) => sight.existence(id) === "missing";
  const known = (kinds: readonly GroupKind[], kind: GroupKind) => kinds.some((other) => sameGroupKind(other, kind));
  for (const { index, entry: from } of grant.from) {
    const entry: EntryRef = { list: "from", index };
    const namespace: ObjectId = { ...NAMESPACE, namespace: null, name: from.namespace };
    const why = inertFrom(grant, from);
    if (why !== null) findings.push({ code: "grant-inert", severity: "warning", subject, grant, entry, why });
    else if (missing(namespace)) {
      findings.push({ code: "grant-dangling", severity: "warning", subject, grant, entry, missing: namespace });
    }
    if (why !== "invalid-string" && !known(diagnosis.referrerKinds, from)) {
      findings.push({ code: "grant-unknown-kind", severity: "info", subject, grant, entry, groupKind: from });
    }
  }
  for (const { index, entry: to } of grant.to) {
    const entry: EntryRef = { list: "to", index };
    const why = inertTo(grant, to);
    if (why !== null) {
      findings.push({ code: "grant-inert", severity: "warning", subject, grant, entry, why });
      continue;
    }
    const target: GroupKind = { group: to.group, kind: to.kind };
    if (!known(diagnosis.referentKinds, to)) {
      findings.push({ code: "grant-unknown-kind", severity: "info", subject, grant, entry, groupKind: target });
    } else if (to.name === null) {
      const severity: Severity = sameGroupKind(to, SECRET) ? "warning" : "info";
      findings.push({ code: "grant-broad", severity, subject, grant, entry, target });
    } else {
      const id: ObjectId = { ...target, namespace: grant.id.namespace, name: to.name };
      if (missing(id))
        findings.push({ code: "grant-dangling", severity: "warning", subject, grant, entry, missing: id });
    }
  }
  return findings;
}

function ofUsage(report: GrantReport): readonly Finding[] {
  const { grant, usage } = report;
  const subject = grant.id;
  if (usage === "unused") return [{ code: "grant-unused", severity: "warning", subject, grant, entries: "all" }];
  if (usage === "unknown") return [];
  const unused = (list: "from" | "to"): readonly EntryRef[] =>
    [...report[list]].filter(([, use]) => use === "unused").map(([index]) => ({ list, index }));
  const entries = [...unused("from"), ...unused("to")];
  return entries.length === 0 ? [] : [{ code: "grant-unused", severity: "info", subject, grant, entries }];
}

function ofGrant(report: GrantReport, diagnosis: Diagnosis): readonly Finding[] {
  const { grant } = report;
  const terminating: readonly Finding[] = grant.terminating
    ? [{ code: "grant-terminating", severity: "warning", subject: grant.id, grant }]
    : [];
  return [...terminating, ...ofEntries(report, diagnosis), ...ofUsage(report)];
}

function ofHolder({ id, listeners }: ListenerHolder): readonly Finding[] {
  return listeners
    .filter(({ namespaces }) => namespaces.from === "All")
    .map((listener) => ({ code: "listener-open-to-all", severity: "warning", subject: id, parent: id, listener }));
}

function ofProblem(problem: InputProblem, source: Snapshot["source"]): Finding {
  switch (problem.cause) {
    case "syntax":
    case "duplicate-key":
      return { code: "manifest-invalid", severity: "error", subject: null, problem };
    case "no-object":
      return { code: "manifest-invalid", severity: "warning", subject: null, problem };
    case "duplicate":
      return { code: "manifest-duplicate", severity: "warning", subject: problem.id, problem };
    case "unknown-version":
      return { code: "manifest-rejected", severity: "error", subject: problem.id, problem };
    case "unserved-version":
      return { code: "version-unserved", severity: "warning", subject: problem.id, problem };
    case "field":
      return source === "files"
        ? { code: "manifest-rejected", severity: "error", subject: problem.id, problem }
        : { code: "field-invalid", severity: "warning", subject: problem.id, problem };
  }
}

/** Without the kind there can be no grants, so every crossing reference is refused; the report says why (`semantics.md` §7 #23). */
function ofServed({ snapshot, decisions }: Diagnosis): readonly Finding[] {
  if (snapshot.served === null || snapshot.served.some(({ kind }) => kind === "ReferenceGrant")) return [];
  const references = decisions.filter(
    (decision) =>
      decision.handshake === "grant" && decision.outcome.verdict === "refused" && crossesNamespace(decision),
  ).length;
  return references === 0 ? [] : [{ code: "referencegrant-not-served", severity: "error", subject: null, references }];
}

/** Everything that is wrong or worth knowing, in an order that the world decides: input, cluster, references, grants, listeners. */
export function diagnose(diagnosis: Diagnosis): readonly Finding[] {
  return [
    ...diagnosis.problems.map((problem) => ofProblem(problem, diagnosis.snapshot.source)),
    ...ofServed(diagnosis),
    ...diagnosis.decisions.flatMap(ofDecision),
    ...diagnosis.grants.flatMap((report) => ofGrant(report, diagnosis)),
    ...[...diagnosis.holders].flatMap(ofHolder),
  ];
}
