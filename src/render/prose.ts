import { KINDS } from "../catalogue/kinds.ts";
import { kindsOf } from "../catalogue/protocols.ts";
import {
  type AttachmentDecision,
  type Decision,
  type GrantClause,
  type GrantDecision,
  type GrantTrial,
  hasVerdict,
  type ListenerClause,
  type ListenerTrial,
  type WithVerdict,
} from "../model/decision.ts";
import type { EntryRef, Finding } from "../model/finding.ts";
import type { Gap } from "../model/gap.ts";
import type { InertCause } from "../model/grant.ts";
import type { LabelRequirement, LabelSelector } from "../model/labels.ts";
import type { NamespaceAdmission } from "../model/listener.ts";
import { type FieldPath, formatPath, type GroupKind, type ObjectId, type Position } from "../model/object.ts";
import type { InputProblem, Namesakes } from "../model/snapshot.ts";
import { formatPosition } from "../model/source.ts";
import { type Display, plural, symbol } from "./text.ts";

/**
 * Every word of a report that a user reads. Nothing here is cleaned for a terminal: what prints it does that.
 * Voice: what is so, then what to do, in the words of the Gateway API and kubectl.
 */

/** A kind with its group where that is not the one that everybody means by it: `Service`, but `Service.example.com`. */
export function kindText({ group, kind }: GroupKind): string {
  const info = KINDS.find((known) => known.kind === kind);
  if (info === undefined ? group === "" : info.group === group) return kind;
  return group === "" ? `${kind} (core)` : `${kind}.${group}`;
}

/** `Kind namespace/name`, as it can be pasted into a sentence. */
export function nameOf({ group, kind, namespace, name }: ObjectId): string {
  return `${kindText({ group, kind })} ${namespace === null ? name : `${namespace}/${name}`}`;
}

/** A field without the `spec.` that every path begins with. */
export function fieldOf(path: FieldPath): string {
  return formatPath(path[0] === "spec" ? path.slice(1) : path);
}

const quoted = (text: string): string => (text === "" ? '""' : text);

function ofRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(",")})`;
    case "NotIn":
      return `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
    case "invalid":
      return `${key} (invalid requirement, selects nothing)`;
  }
}

/** A label selector in kubectl's notation. */
function selectorText(selector: LabelSelector): string {
  return selector.requirements.length === 0
    ? "{} (every namespace)"
    : selector.requirements.map(ofRequirement).join(",");
}

const byDefault = (admission: { readonly byDefault: boolean }): string => (admission.byDefault ? ", the default" : "");

/** The labels that a namespace lacks or has otherwise, of those that a selector asks for. */
function missingLabels(
  selector: LabelSelector,
  { known, complete }: NonNullable<ListenerTrial["labels"]>,
  namespace: string,
): string {
  const wrong = selector.requirements
    .filter(({ operator }) => operator === "In" || operator === "Exists")
    .flatMap(({ key, values }) => {
      const value = known.get(key);
      if (value === undefined) return complete ? [`has no label ${key}`] : [];
      return values.length > 0 && !values.includes(value) ? [`has ${key}=${value}`] : [];
    });
  return wrong.length === 0 ? "" : `; namespace ${namespace} ${wrong.join(" and ")}`;
}

/** What a listener or Gateway admits, as its `namespaces` field says. */
function admissionText(admission: NamespaceAdmission, owner: string): string {
  switch (admission.from) {
    case "All":
      return "every namespace (from: All)";
    case "Same":
      return `only namespace ${owner} (from: Same${byDefault(admission)})`;
    case "None":
      return `no namespace (from: None${byDefault(admission)})`;
    case "invalid":
      return `nobody: from: ${admission.word} is no word of the API`;
    case "Selector":
      return admission.selector === null
        ? "no namespace (from: Selector without a selector)"
        : `namespaces labelled ${selectorText(admission.selector)} (from: Selector)`;
  }
}

function clauseText(
  clause: ListenerClause,
  { parent, listener, labels }: ListenerTrial,
  { reference }: AttachmentDecision,
): string {
  switch (clause) {
    case "sectionName":
      return `is not called ${reference.sectionName}`;
    case "port":
      return `has port ${listener.port}, not ${reference.port}`;
    case "kinds": {
      const kinds = kindsOf(listener);
      return `takes ${kinds.length === 0 ? "no route kind" : kinds.join(", ")}, not ${reference.referrer.kind}`;
    }
    case "namespaces":
      return `admits ${admissionText(listener.namespaces, parent.namespace ?? "")}${
        listener.namespaces.from === "Selector" && listener.namespaces.selector !== null && labels !== null
          ? missingLabels(listener.namespaces.selector, labels, reference.referrer.namespace)
          : ""
      }`;
    case "hostname":
      return `has hostname ${listener.hostname}, none of the route's (${(reference.hostnames ?? []).join(", ")})`;
  }
}

/** How far a listener got, and what stopped it. */
function listenerMiss(trial: ListenerTrial, decision: AttachmentDecision): string {
  const failed = trial.failed.map((clause) => clauseText(clause, trial, decision));
  return `listener ${trial.listener.name} ${failed.join(" and ")}`;
}

/** The nearest grant of a refused reference, with the fields that keep it from matching. */
function grantMiss({ grant, from, to, failed }: GrantTrial, { reference }: GrantDecision): string {
  const fromEntry = grant.from.find(({ index }) => index === from)?.entry;
  const toEntry = grant.to.find(({ index }) => index === to)?.entry;
  const { referrer, referent } = reference;
  const needs = (clause: GrantClause): string => {
    switch (clause) {
      case "grant.namespace":
        return `it stands in namespace ${grant.id.namespace}, needs to stand in ${referent.namespace}`;
      case "from.group":
        return `from[${from}].group is ${quoted(fromEntry?.group ?? "")}, needs ${quoted(referrer.group)}`;
      case "from.kind":
        return `from[${from}].kind is ${fromEntry?.kind}, needs ${referrer.kind}`;
      case "from.namespace":
        return `from[${from}].namespace is ${fromEntry?.namespace}, needs ${referrer.namespace}`;
      case "to.group":
        return `to[${to}].group is ${quoted(toEntry?.group ?? "")}, needs ${quoted(referent.group)}`;
      case "to.kind":
        return `to[${to}].kind is ${toEntry?.kind}, needs ${referent.kind}`;
      case "to.name":
        return `to[${to}].name is ${toEntry?.name}, needs ${referent.name}`;
    }
  };
  return `nearest grant ${grant.id.namespace}/${grant.id.name}: ${failed.map(needs).join("; ")}`;
}

function whyRefusedByGrant(decision: GrantDecision): string {
  const { referent } = decision.reference;
  const [first] = decision.outcome.trials;
  if (first !== undefined) return grantMiss(first, decision);
  return `no ReferenceGrant in namespace ${referent.namespace} permits it`;
}

/** The listeners that the route asked for: the others say nothing about it. */
function askedFor(trials: readonly ListenerTrial[]): readonly ListenerTrial[] {
  return trials.filter(({ failed }) => !failed.includes("sectionName") && !failed.includes("port"));
}

function noSuchListener({ reference, outcome }: AttachmentDecision): string {
  const { referent, sectionName, port } = reference;
  const section = sectionName === null ? [] : [`sectionName ${sectionName}`];
  const wanted = [...section, ...(port === null ? [] : [`port ${port}`])];
  const listeners = outcome.trials
    .toSorted((a, b) => a.listener.index - b.listener.index)
    .map(({ listener }) => `${listener.name} (port ${listener.port})`);
  if (listeners.length === 0) return `${nameOf(referent)} has no listeners`;
  return `no listener has ${wanted.join(" and ")}; there are ${listeners.join(", ")}`;
}

function whyNotAttached(decision: WithVerdict<AttachmentDecision, "refused">): string {
  const { referent, referrer } = decision.reference;
  switch (decision.outcome.reason) {
    case "ParentNotFound":
      return `there is no ${nameOf(referent)}`;
    case "ListenerSetNotAllowed":
      return `${nameOf(referent)} is itself not attached to a Gateway`;
    case "NotAllowed":
      return `allowedListeners of ${nameOf(referent)} does not admit namespace ${referrer.namespace}`;
    case "NoMatchingParent":
      return noSuchListener(decision);
    case "NotAllowedByListeners":
    case "NoMatchingListenerHostname": {
      const [first, ...others] = askedFor(decision.outcome.trials);
      if (first === undefined) return `${nameOf(referent)} has no listeners`;
      const count = plural(others.length, "other listener refuses", "other listeners refuse");
      return `${listenerMiss(first, decision)}${others.length === 0 ? "" : ` (and ${count} too)`}`;
    }
  }
}

/** `Gateway edge/shared#https:443`: the object pointed at, and what of it. */
export function targetText({ reference }: Decision): string {
  if (reference.handshake === "grant") return nameOf(reference.referent);
  const section = reference.sectionName === null ? "" : `#${reference.sectionName}`;
  const port = reference.port === null ? "" : `:${reference.port}`;
  return `${nameOf(reference.referent)}${section}${port}`;
}

/** `rules[0].backendRefs[0] → Service backend/api`. */
function referenceText(decision: Decision, display: Display): string {
  return `${fieldOf(decision.reference.path)} ${symbol("arrow", display)} ${targetText(decision)}`;
}

/** By what right a permitted reference stands. */
export function witnessText(decision: Decision): string {
  const { outcome } = decision;
  if (outcome.verdict !== "permitted") return "";
  const { witness } = outcome;
  switch (witness.by) {
    case "sameNamespace":
      return "same namespace";
    case "clusterScoped":
      return "cluster-scoped, no grant needed";
    case "meshExemption":
      return "mesh parent, no grant needed";
    case "allowedListeners":
      return `allowedListeners of ${nameOf(witness.parent)}`;
    case "grant":
      return witness.trials
        .map(({ grant, from, to }) => `ReferenceGrant ${grant.id.namespace}/${grant.id.name} from[${from}] to[${to}]`)
        .join(", ");
    case "listener":
      return witness.trials
        .toSorted((a, b) => a.listener.index - b.listener.index)
        .map(({ listener }) => `listener ${listener.name}`)
        .join(", ");
  }
}

/** What stands in the way of a reference, or of a verdict; empty for a permitted one. */
export function obstacleText(decision: Decision): string {
  if (decision.outcome.verdict === "unknown") return decision.outcome.gaps.map(({ detail }) => detail).join("; ");
  if (decision.handshake === "grant") return hasVerdict(decision, "refused") ? whyRefusedByGrant(decision) : "";
  return hasVerdict(decision, "refused") ? whyNotAttached(decision) : "";
}

const entryText = ({ list, index }: EntryRef): string => `${list}[${index}]`;

function inertText(why: InertCause): string {
  switch (why) {
    case "own-namespace":
      return "names the grant's own namespace, where no grant is needed; it permits nothing";
    case "attachment-target":
      return "names a kind that routes attach to; that is for allowedRoutes of its listeners, a grant has no part in it";
    case "invalid-string":
      return "holds a string that names no API group, kind or namespace; it matches nothing";
    case "literal-star":
      return 'has the name "*", which is no wildcard and no object\'s name; leave the name out to mean every one';
    case "cluster-scoped":
      return "names a kind without namespaces, which needs no grant; it permits nothing";
  }
}

function problemText(problem: InputProblem): FindingText {
  switch (problem.cause) {
    case "syntax":
      return plain(`not readable: ${problem.detail}`, "the other documents were read; mend this one and run again");
    case "duplicate-key":
      return plain(
        `not readable: ${problem.detail}`,
        "a key may stand once only; the API server would drop one silently",
      );
    case "no-object":
      return plain(`passed over: ${problem.detail}`);
    case "duplicate":
      return plain(
        "stands in the input twice; the later one counts",
        problem.first === null ? null : `first at ${formatPosition(problem.first)}`,
      );
    case "unknown-version":
      return plain(`${problem.apiVersion} has never been a version of this kind; the API server would reject it`);
    case "unserved-version":
      return plain(
        `${problem.apiVersion} is served by no supported release of the Gateway API; it was read all the same`,
      );
    case "field":
      return plain(`${formatPath(problem.path)} should be ${problem.expected}, found ${problem.found}`);
  }
}

/** A finding in words: what is so, the reason that a controller would give, and what shows it. */
export interface FindingText {
  readonly message: string;
  readonly reason: string | null;
  readonly detail: string | null;
}

const plain = (message: string, detail: string | null = null): FindingText => ({ message, reason: null, detail });

/** Where an object of that name does exist, for a namespace that was left out or mistyped. */
function elsewhereText({ first, others }: Namesakes): string {
  if (first === null) return "";
  const exist = others === 0 ? "exists" : `and ${plural(others, "other")} exist`;
  return `; ${nameOf(first)} ${exist}: is the namespace of the reference right?`;
}

function missingTargetText(
  { reference, outcome }: WithVerdict<GrantDecision, "permitted">,
  elsewhere: Namesakes,
): string {
  const right = outcome.witness.by === "grant" ? "it is permitted" : "it needs no grant";
  return `${right}, but there is no ${nameOf(reference.referent)}${elsewhereText(elsewhere)}`;
}

function unknownKindText({ group, kind }: GroupKind, meant: GroupKind | null): string {
  const named = `${kind} of group ${quoted(group)}`;
  if (meant !== null) return `names ${named}: did you mean ${meant.kind} of group ${quoted(meant.group)}?`;
  return `names ${named}, a kind whose references are not known here; whether it is in use cannot be told`;
}

/** Puts a finding into words. */
export function findingText(finding: Finding, display: Display): FindingText {
  switch (finding.code) {
    case "ref-not-permitted":
      return {
        message: referenceText(finding.decision, display),
        reason: "RefNotPermitted",
        detail: obstacleText(finding.decision),
      };
    case "not-attached":
      return {
        message: referenceText(finding.decision, display),
        reason: finding.decision.outcome.reason,
        detail: `${obstacleText(finding.decision)}${elsewhereText(finding.elsewhere)}`,
      };
    case "target-not-found":
      return {
        message: referenceText(finding.decision, display),
        reason: finding.decision.reference.missingReason,
        detail: missingTargetText(finding.decision, finding.elsewhere),
      };
    case "unknown-verdict":
      return plain(referenceText(finding.decision, display), gapText(finding.gap));
    case "grant-unused":
      return plain(
        finding.entries === "all" ? "nothing uses it" : `nothing uses ${finding.entries.map(entryText).join(", ")}`,
      );
    case "grant-dangling":
      return plain(`${entryText(finding.entry)} names ${nameOf(finding.missing)}, which does not exist`);
    case "grant-inert":
      return plain(`${entryText(finding.entry)} ${inertText(finding.why)}`);
    case "grant-broad":
      return plain(
        `${entryText(finding.entry)} admits every ${finding.target.kind} of ${finding.grant.id.namespace}; name the ones that are needed`,
      );
    case "grant-unknown-kind":
      return plain(`${entryText(finding.entry)} ${unknownKindText(finding.groupKind, finding.meant)}`);
    case "mesh-exemption":
      return plain(
        `${referenceText(finding.decision, display)} needs no grant under a Service parent`,
        "so the specification has it; some meshes ask for a grant all the same",
      );
    case "grant-terminating":
      return plain("is being deleted, and is in effect until it is gone");
    case "listener-open-to-all":
      return plain(`listener ${finding.listener.name} admits routes of every namespace (from: All)`);
    case "referencegrant-not-served":
      return plain(
        `this cluster has no ReferenceGrant, so none of ${plural(finding.references, "cross-namespace reference")} can be permitted`,
        "install the CRD referencegrants.gateway.networking.k8s.io of the Gateway API release in use",
      );
    case "manifest-invalid":
    case "manifest-rejected":
    case "manifest-duplicate":
    case "version-unserved":
    case "field-invalid":
      return problemText(finding.problem);
  }
}

/** Where a finding stands in a file, if it does. */
export function findingPlace(
  finding: Finding,
  locate: (id: ObjectId, path: FieldPath) => Position | null,
): Position | null {
  if ("problem" in finding) return finding.problem.at;
  if ("decision" in finding) return locate(finding.decision.reference.referrer, finding.decision.reference.path);
  if ("entry" in finding) return locate(finding.grant.id, ["spec", finding.entry.list, finding.entry.index]);
  if ("listener" in finding) return locate(finding.parent, ["spec", "listeners", finding.listener.index]);
  return finding.subject === null ? null : locate(finding.subject, []);
}

/** A gap as a note to the user. */
export function gapText(gap: Gap): string {
  const what = gap.groupKind === null ? "something" : `${gap.groupKind.kind}s`;
  return gap.cause === "implementation" ? gap.detail : `${what} not seen: ${gap.detail}`;
}
