import { servesGrants } from "../catalogue/new-grants.ts";
import { kindsTakenInstead, meantReferent } from "../catalogue/referents.ts";
import type { FreeDecision, GrantDecision } from "../model/decision.ts";
import type { Gap } from "../model/gap.ts";
import type { WayOut } from "../model/remedy.ts";
import { correction, kindCorrection } from "./correction.ts";
import { correctedEntries } from "./entries.ts";
import { onMisnamed, whetherThere } from "./misnamed.ts";
import { addedGrant } from "./new-grant.ts";
import { type Candidate, type Case, type Found, firstCure, followed, isPending } from "./trial.ts";

/** Advice on references that a grant decides, from what is most likely meant to what always helps. */

const wayOut = (way: WayOut): Found => ({ advice: "way-out", wayOut: way });

/** Changes of grants that would permit it: an entry that was meant for it, else a new one. */
function* grantChanges(on: Case<GrantDecision>): Generator<Candidate> {
  if (!servesGrants(on.snapshot)) return;
  const there = whetherThere(on, on.decision.reference.referent);
  if (there === "pending") yield there;
  // An entry for what is not there would be a guess.
  if (there !== "missing") yield* correctedEntries(on);
  const added = addedGrant(on, there === "missing");
  if (added !== null) yield [added];
}

const isOfGrant = (on: Case): on is Case<GrantDecision> => on.decision.handshake === "grant";

const granted = (on: Case): Found => (isOfGrant(on) ? firstCure(on, grantChanges(on)) : null);

/** A decision on a reference to an object that is to be there. */
export type Leading = GrantDecision | FreeDecision;

/** The kind that was meant, where the reference names one that there is not; with a grant, where it then lacks one. */
export function correctedKind(on: Case<Leading>): Found {
  const { reference } = on.decision;
  const meant = meantReferent(reference.referent);
  if (meant === null) return null;
  const repair = kindCorrection(on.snapshot, reference, meant);
  const otherwise = wayOut({ way: "correct-kind", meant });
  if (repair === null) return otherwise;
  return followed(on, [repair], granted, otherwise);
}

function onRefNotPermitted(on: Case<GrantDecision>): Found {
  const kind = correctedKind(on);
  if (kind !== null) return kind;
  const takes = kindsTakenInstead(on.decision.reference);
  if (takes !== null) return wayOut({ way: "wrong-kind", takes });
  if (!servesGrants(on.snapshot)) return wayOut({ way: "install-grants" });
  return onMisnamed(on, granted) ?? granted(on) ?? wayOut({ way: "none" });
}

/** The object of that name in the referrer's own namespace, if there is one. */
function onMustBeLocal(on: Case<GrantDecision>): Found {
  const { reference } = on.decision;
  const { referrer, referent } = reference;
  const target = { ...referent, namespace: referrer.namespace };
  const there = whetherThere(on, target);
  if (there === "pending") return there;
  const repair =
    there === "present"
      ? correction(on.snapshot, reference, [{ field: "namespace", value: null }], "must-be-local")
      : null;
  const found = repair === null ? null : firstCure(on, [[repair]]);
  return found ?? wayOut({ way: "keep-local", target });
}

/** What to do where gaps keep the verdict open, if a change of the world would not settle it: look, or ask. */
export function onGaps(gaps: readonly Gap[], settle: () => Found): Found {
  if (gaps.some(isPending)) return "pending";
  const [first, ...others] = gaps.filter(({ cause }) => cause !== "implementation");
  if (first !== undefined) return wayOut({ way: "look", gaps: [first, ...others] });
  const settled = settle();
  const [gap] = gaps;
  return settled ?? (gap === undefined ? null : wayOut({ way: "ask-implementation", gap }));
}

/** Advice on a reference that is refused for want of a grant, or of which it is not known whether one is needed. */
export function onGrantReference(on: Case<GrantDecision>): Found {
  const { outcome } = on.decision;
  switch (outcome.verdict) {
    case "permitted":
      return null;
    case "refused":
      return outcome.reason === "MustBeLocal" ? onMustBeLocal(on) : onRefNotPermitted(on);
    case "unknown":
      return onGaps(outcome.gaps, () => correctedKind(on) ?? onMisnamed(on, granted) ?? granted(on));
  }
}
