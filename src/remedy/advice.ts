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
export function adviser({ snapshot, judged, judge }: AdviceEvidence): Adviser {
  return (decision, own) => {
    const found = advise({ snapshot, judged, judge, own }, decision);
    return found === "pending" ? null : found;
  };
}
