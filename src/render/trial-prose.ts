import { kindsOf } from "../catalogue/protocols.ts";
import type {
  AttachmentDecision,
  GrantClause,
  GrantDecision,
  GrantTrial,
  ListenerClause,
  ListenerTrial,
} from "../model/decision.ts";
import type { GrantFrom, GrantTo } from "../model/grant.ts";
import type { LabelSelector } from "../model/labels.ts";
import { admissionText, quoted } from "./terms.ts";

/** What trials say: how near a grant or a listener came, clause by clause. */

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

/** What a listener has otherwise than the route asks, in one clause. */
export function clauseText(
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
export function listenerMiss(trial: ListenerTrial, decision: AttachmentDecision): string {
  const failed = trial.failed.map((clause) => clauseText(clause, trial, decision));
  return `listener ${trial.listener.name} ${failed.join("; the listener ")}`;
}

/** The rule that a slip breaks, where it is not plain from the two words. */
function slipText(clause: GrantClause, from: GrantFrom | undefined, to: GrantTo | undefined): string {
  switch (clause) {
    case "from.group":
    case "to.group":
      return groupHint((clause === "from.group" ? from : to)?.group ?? "");
    case "from.kind":
    case "to.kind":
      return "a kind is written in the singular, with its capitals";
    case "from.namespace":
    case "to.name":
      return (clause === "from.namespace" ? from?.namespace : to?.name) === "*" ? NO_WILDCARD : "";
    case "grant.rejected":
    case "grant.namespace":
      return "";
  }
}

export const NO_WILDCARD = "there is no wildcard";

/** What is wrong with a group that nobody has. */
export function groupHint(written: string): string {
  if (written.includes("/")) return "the version is no part of the group";
  return written === "core" || written === "v1" ? 'the core group is written ""' : "";
}

/** One clause of a grant beside what a reference needs. */
export interface GrantClauseText {
  readonly clause: GrantClause;
  readonly field: string;
  /** What the entry says; null where it takes everything. */
  readonly written: string | null;
  readonly needed: string;
  readonly failed: boolean;
}

/** The six clauses of an entry, as they stand beside what the reference needs. */
export function grantClauses(
  { grant, from, to, trusting, failed }: GrantTrial,
  { reference }: GrantDecision,
): readonly GrantClauseText[] {
  const fromEntry = grant.from.find(({ index }) => index === from)?.entry;
  const toEntry = grant.to.find(({ index }) => index === to)?.entry;
  const { referent } = reference;
  // The kinds that an implementation looks at instead of the referrer's come first.
  const [trusted] = reference.trustedAs;
  const row = (clause: GrantClause, written: string | null | undefined, needed: string): GrantClauseText => ({
    clause,
    field: clause.replace(".", `[${clause.startsWith("from") ? from : to}].`),
    written: written ?? null,
    needed,
    failed: failed.includes(clause),
  });
  return [
    row("from.group", fromEntry?.group, trusted.group),
    row("from.kind", fromEntry?.kind, trusted.kind),
    row("from.namespace", fromEntry?.namespace, trusting),
    row("to.group", toEntry?.group, referent.group),
    row("to.kind", toEntry?.kind, referent.kind),
    row("to.name", toEntry?.name, referent.name),
  ];
}

/** Why a grant does not count where it stands, or at all; null where it does. */
export function misplacedText({ grant, failed }: GrantTrial, { reference }: GrantDecision): string | null {
  if (failed.includes("grant.namespace")) {
    return `it stands in namespace ${grant.id.namespace}, needs to stand in ${reference.referent.namespace}`;
  }
  return failed.includes("grant.rejected") ? "the API server would refuse its manifest" : null;
}

/** What an entry looks like a slip of, where that is not plain from the two words. */
export function slipHints({ grant, from, to, slips }: GrantTrial): readonly string[] {
  const fromEntry = grant.from.find(({ index }) => index === from)?.entry;
  const toEntry = grant.to.find(({ index }) => index === to)?.entry;
  return [...new Set(slips.map((clause) => slipText(clause, fromEntry, toEntry)))].filter(Boolean);
}

/** The nearest grant of a refused reference, with the fields that keep it from matching. */
export function grantMiss(trial: GrantTrial, decision: GrantDecision): string {
  const { grant, failed } = trial;
  const misplaced = failed.includes("grant.namespace") ? [misplacedText(trial, decision)] : [];
  const wrong = grantClauses(trial, decision)
    .filter((clause) => clause.failed)
    .map(({ field, written, needed }) => `${field} is ${quoted(written ?? "")}, needs ${quoted(needed)}`);
  // A finding of its own says why a manifest is refused; here it matters where nothing else is wrong.
  const rejected = failed.length === 1 && failed.includes("grant.rejected") ? [misplacedText(trial, decision)] : [];
  const told = [...misplaced, ...wrong, ...rejected];
  const nearest = `nearest grant ${grant.id.namespace}/${grant.id.name}: ${told.join("; ")}`;
  return [nearest, ...slipHints(trial)].join("; ");
}
