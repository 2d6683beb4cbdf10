import { IMPLEMENTATIONS } from "../catalogue/implementations.ts";
import { implementationOf, meantParent, meantReferent } from "../catalogue/referents.ts";
import {
  type AttachmentDecision,
  type Decision,
  type GrantDecision,
  hasVerdict,
  type ListenerTrial,
  type WithVerdict,
} from "../model/decision.ts";
import type { Gap } from "../model/gap.ts";
import { fieldOf, kindsText, nameOf, slipOfKind } from "./terms.ts";
import { type Display, plural, symbol } from "./text.ts";
import { grantMiss, listenerMiss } from "./trial-prose.ts";

/**
 * Every word of a report that a user reads. Nothing here is cleaned for a terminal: what prints it does that.
 * Voice: what is so, then what to do, in the words of the Gateway API and kubectl.
 */

/** The grant that comes nearest to settling what is left open; null where one permits, or none is near. */
export function nearMissText(decision: Decision): string | null {
  if (decision.handshake !== "grant") return null;
  const { trials } = decision.outcome;
  const [first] = trials;
  return first === undefined || first.failed.length === 0 ? null : grantMiss(first, decision);
}

function whyRefusedByGrant(decision: WithVerdict<GrantDecision, "refused">): string {
  const { referent } = decision.reference;
  switch (decision.outcome.reason) {
    case "RefNotPermitted": {
      const meant = meantReferent(referent);
      if (meant !== null) return slipOfKind(referent, meant);
      const [first] = decision.outcome.trials;
      if (first !== undefined) return grantMiss(first, decision);
      return `no ReferenceGrant in namespace ${referent.namespace} permits it`;
    }
    case "MustBeLocal":
      return `${ruleOf(decision)} takes no object of another namespace here, and no grant changes that`;
  }
}

/** Whose rule a reference is judged by: `Envoy Gateway`. */
export function ruleOf({ reference }: Decision): string {
  return IMPLEMENTATIONS[implementationOf(reference)].title;
}

/** The same in brackets, where it is not the specification's own: ` (rule of Envoy Gateway)`. */
export function ruleNote(decision: Decision): string {
  return implementationOf(decision.reference) === "gateway-api" ? "" : ` (rule of ${ruleOf(decision)})`;
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
    case "ParentNotFound": {
      const meant = meantParent(referent);
      return meant === null ? `there is no ${nameOf(referent)}` : slipOfKind(referent, meant);
    }
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
  if (reference.handshake !== "attachment") return nameOf(reference.referent);
  const section = reference.sectionName === null ? "" : `#${reference.sectionName}`;
  const port = reference.port === null ? "" : `:${reference.port}`;
  return `${nameOf(reference.referent)}${section}${port}`;
}

/** `rules[0].backendRefs[0] → Service backend/api`. */
export function referenceText(decision: Decision, display: Display): string {
  const { reference } = decision;
  const scope = reference.handshake === "grant" ? reference.scope : null;
  const parents =
    scope?.shared === true
      ? ` under ${scope.parentRefs.map((index) => `parentRefs[${index}]`).join(", ") || "default Gateways"}`
      : "";
  const implicit = decision.reference.handshake !== "none" && decision.reference.implicit ? " (selected)" : "";
  return `${fieldOf(decision.reference.path)} ${symbol("arrow", display)} ${targetText(decision)}${implicit}${parents}`;
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
    case "unenforced":
      return `${ruleOf(decision)} asks for no grant`;
    case "unrestricted":
      return "cluster-scoped referrer, no grant possible";
    case "allowedListeners":
      return `allowedListeners of ${nameOf(witness.parent)}`;
    case "grant":
      return witness.trials.map(({ grant, from, to }) => `${nameOf(grant.id)} from[${from}] to[${to}]`).join(", ");
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
  switch (decision.handshake) {
    case "grant":
      return hasVerdict(decision, "refused") ? whyRefusedByGrant(decision) : "";
    case "attachment":
      return hasVerdict(decision, "refused") ? whyNotAttached(decision) : "";
    case "none":
      return "";
  }
}

/** A gap as a note to the user. */
export function gapText(gap: Gap): string {
  const what = gap.groupKind === null ? "something" : kindsText(gap.groupKind);
  return gap.cause === "implementation" ? gap.detail : `${what} not seen: ${gap.detail}`;
}
