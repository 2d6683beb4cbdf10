import { inertFrom, inertTo } from "../catalogue/grants.ts";
import { NAMESPACE, REFERENCE_GRANT, SECRET } from "../catalogue/kinds.ts";
import { looksLike } from "../catalogue/names.ts";
import {
  type AttachmentDecision,
  crossesNamespace,
  type Decision,
  type GrantDecision,
  hasVerdict,
} from "../model/decision.ts";
import type { EntryRef, Finding, Severity } from "../model/finding.ts";
import type { InertCause } from "../model/grant.ts";
import type { ListenerHolder } from "../model/listener.ts";
import { type GroupKind, includesGroupKind, type ObjectId, sameGroupKind } from "../model/object.ts";
import type { GrantReport } from "../model/report.ts";
import type { InputProblem, Namesakes, Sight, Snapshot } from "../model/snapshot.ts";

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

function ofGrantDecision(decision: GrantDecision, sight: Sight): readonly Finding[] {
  const subject = decision.reference.referrer;
  if (hasVerdict(decision, "refused")) return [{ code: "ref-not-permitted", severity: "error", subject, decision }];
  if (!hasVerdict(decision, "permitted")) return [];
  const findings: Finding[] = [];
  if (decision.outcome.witness.by === "meshExemption" && decision.outcome.trials.length === 0) {
    findings.push({ code: "mesh-exemption", severity: "info", subject, decision });
  }
  if (decision.referentExistence === "missing") {
    // A namespace that was left out or mistyped is the likeliest reason for an object that is not there.
    const elsewhere = sight.namesakes(decision.reference.referent);
    findings.push({ code: "target-not-found", severity: "error", subject, decision, elsewhere });
  }
  return findings;
}

const NO_NAMESAKES: Namesakes = { first: null, others: 0 };

function ofAttachment(decision: AttachmentDecision, sight: Sight): readonly Finding[] {
  if (!hasVerdict(decision, "refused")) return [];
  const { referrer, referent } = decision.reference;
  const elsewhere = decision.outcome.reason === "ParentNotFound" ? sight.namesakes(referent) : NO_NAMESAKES;
  return [{ code: "not-attached", severity: "error", subject: referrer, decision, elsewhere }];
}

function ofDecision(decision: Decision, sight: Sight): readonly Finding[] {
  const { outcome, reference } = decision;
  if (outcome.verdict === "unknown") {
    const subject = reference.referrer;
    return outcome.gaps.map((gap) => ({ code: "unknown-verdict", severity: "info", subject, decision, gap }));
  }
  return decision.handshake === "grant" ? ofGrantDecision(decision, sight) : ofAttachment(decision, sight);
}

/** What is to say of single entries of a grant. */
function ofEntries(report: GrantReport, diagnosis: Diagnosis): readonly Finding[] {
  const { grant, inert, usage } = report;
  const { sight, snapshot } = diagnosis;
  const subject = grant.id;
  const findings: Finding[] = [];
  const missing = (id: ObjectId) => sight.existence(id) === "missing";
  const pushInert = (entry: EntryRef, why: InertCause): void => {
    // In files the schema's own words about the string are a finding already.
    if (why === "invalid-string" && snapshot.source === "files") return;
    findings.push({ code: "grant-inert", severity: "warning", subject, grant, entry, why });
  };
  const pushUnknownKind = (entry: EntryRef, { group, kind }: GroupKind, kinds: readonly GroupKind[]): void => {
    const meant = kinds.find((other) => looksLike(other, { group, kind })) ?? null;
    const severity: Severity = meant === null ? "info" : "warning";
    findings.push({ code: "grant-unknown-kind", severity, subject, grant, entry, groupKind: { group, kind }, meant });
  };
  for (const { index, entry: from } of grant.from) {
    const entry: EntryRef = { list: "from", index };
    const namespace: ObjectId = { ...NAMESPACE, namespace: null, name: from.namespace };
    const why = inertFrom(grant, from);
    if (why !== null) pushInert(entry, why);
    else if (missing(namespace)) {
      findings.push({ code: "grant-dangling", severity: "warning", subject, grant, entry, missing: namespace });
    }
    if (why === null && !includesGroupKind(diagnosis.referrerKinds, from))
      pushUnknownKind(entry, from, diagnosis.referrerKinds);
  }
  for (const { index, entry: to } of grant.to) {
    const entry: EntryRef = { list: "to", index };
    const why = inertTo(grant, to);
    if (why !== null) {
      pushInert(entry, why);
      continue;
    }
    const target: GroupKind = { group: to.group, kind: to.kind };
    const secrets = sameGroupKind(to, SECRET);
    if (!includesGroupKind(diagnosis.referentKinds, to)) pushUnknownKind(entry, to, diagnosis.referentKinds);
    else if (to.name !== null) {
      const id: ObjectId = { ...target, namespace: grant.id.namespace, name: to.name };
      if (missing(id))
        findings.push({ code: "grant-dangling", severity: "warning", subject, grant, entry, missing: id });
    } else if (!inert && (secrets || usage !== "unused")) {
      // A grant that nothing uses should go, not be narrowed; one for Secrets is worth a word all the same.
      findings.push({ code: "grant-broad", severity: secrets ? "warning" : "info", subject, grant, entry, target });
    }
  }
  return findings;
}

/** A grant that nothing relies on. Where that has a reason which is a finding already, it is not said again. */
function ofUsage(report: GrantReport, { sight }: Diagnosis): readonly Finding[] {
  const { grant, usage, inert } = report;
  const subject = grant.id;
  if (inert || usage === "unknown") return [];
  const dangling = ({ list, index }: EntryRef): boolean => {
    const from = list === "from" ? grant.from.find((entry) => entry.index === index) : undefined;
    return (
      from !== undefined && sight.existence({ ...NAMESPACE, namespace: null, name: from.entry.namespace }) === "missing"
    );
  };
  const unused = (list: "from" | "to"): readonly EntryRef[] =>
    [...report[list]].filter(([, use]) => use === "unused").map(([index]) => ({ list, index }));
  if (usage === "unused") {
    if (unused("from").every(dangling)) return [];
    return [{ code: "grant-unused", severity: "warning", subject, grant, entries: "all" }];
  }
  const isInert = ({ list, index }: EntryRef): boolean =>
    report.pairs.filter((pair) => pair[list] === index).every((pair) => pair.inert);
  const entries = [...unused("from"), ...unused("to")].filter((entry) => !dangling(entry) && !isInert(entry));
  return entries.length === 0 ? [] : [{ code: "grant-unused", severity: "info", subject, grant, entries }];
}

function ofGrant(report: GrantReport, diagnosis: Diagnosis): readonly Finding[] {
  const { grant } = report;
  const terminating: readonly Finding[] = grant.terminating
    ? [{ code: "grant-terminating", severity: "warning", subject: grant.id, grant }]
    : [];
  return [...terminating, ...ofEntries(report, diagnosis), ...ofUsage(report, diagnosis)];
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

/** Without the kind there can be no grants, so every crossing reference is refused; the report says why (docs/rules.md §1.1). */
function ofServed({ snapshot, decisions }: Diagnosis): readonly Finding[] {
  if (snapshot.served === null || includesGroupKind(snapshot.served, REFERENCE_GRANT)) return [];
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
    ...diagnosis.decisions.flatMap((decision) => ofDecision(decision, diagnosis.sight)),
    ...diagnosis.grants.flatMap((report) => ofGrant(report, diagnosis)),
    ...[...diagnosis.holders].flatMap(ofHolder),
  ];
}
