import { meantReferent } from "../catalogue/referents.ts";
import type { AttachmentDecision, Decision, FreeDecision, GrantDecision } from "../model/decision.ts";
import type { Advice } from "../model/remedy.ts";
import type { AdviceEvidence } from "./evidence.ts";
import { onGrantReference } from "./grants.ts";
import { onAttachment } from "./parents.ts";
import { onTarget } from "./targets.ts";
import type { Case, Found } from "./trial.ts";

export type { Judged } from "./evidence.ts";

/** Gives advice on one decision among all of its object; null where there is nothing to do. */
export type Adviser = (decision: Decision, own: readonly Decision[]) => Advice | null;

/** Is there anything to do about a decision? Not where it is permitted and what it names may well be there. */
export function wantsAdvice(decision: Decision): boolean {
  if (decision.outcome.verdict !== "permitted") return true;
  if (decision.handshake === "attachment") return false;
  return decision.referentExistence === "missing" || meantReferent(decision.reference.referent) !== null;
}

function advise(on: Omit<Case, "decision">, decision: Decision): Found {
  switch (decision.handshake) {
    case "attachment":
      return onAttachment({ ...on, decision } satisfies Case<AttachmentDecision>);
    case "none":
      return onTarget({ ...on, decision } satisfies Case<FreeDecision>);
    case "grant": {
      const ofGrant: Case<GrantDecision> = { ...on, decision };
      return decision.outcome.verdict === "permitted" ? onTarget(ofGrant) : onGrantReference(ofGrant);
    }
  }
}

/**
 * Prepares to give advice on one object's references. What is advised has been tried on the world, and helps; while that depends
 * on what is still to be read there is no advice.
 */
export function adviser({ snapshot, judged, grants, judge }: AdviceEvidence): Adviser {
  return (decision, own) => {
    if (!wantsAdvice(decision)) return null;
    const found = advise({ snapshot, judged, grants, judge, own }, decision);
    return found === "pending" ? null : found;
  };
}
