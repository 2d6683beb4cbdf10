import { meantReferent } from "../catalogue/referents.ts";
import type { FreeDecision, GrantDecision } from "../model/decision.ts";
import { correction, kindCorrection, nearObject } from "./correction.ts";
import { correctedKind, isOfGrant } from "./grants.ts";
import { attempt, type Case, type Found, firstCure } from "./trial.ts";

/** Advice on references that are permitted and lead nowhere. */

type Leading = GrantDecision | FreeDecision;

/** The kind that was meant. The object that it then names need not be there yet. */
function onUnknownKind(on: Case<Leading>): Found {
  if (isOfGrant(on)) return correctedKind(on);
  const { reference } = on.decision;
  const meant = meantReferent(reference.referent);
  if (meant === null) return null;
  const repair = kindCorrection(on.snapshot, reference, meant);
  const { result } = repair === null ? { result: "fails" } : attempt(on, [repair]);
  if (result === "pending") return "pending";
  if (repair !== null && result === "cures") return { advice: "repair", repairs: [repair] };
  return { advice: "way-out", wayOut: { way: "correct-kind", meant } };
}

function onMissing(on: Case<Leading>): Found {
  const { reference, referentExistence } = on.decision;
  if (referentExistence !== "missing") return null;
  const { sight } = on.judged;
  const elsewhere = sight.namesakes(reference.referent);
  const near = nearObject(reference.referent, sight);
  if (near === "pending") return near;
  const repair =
    near === null ? null : correction(on.snapshot, reference, [{ field: "name", value: near }], "near-name");
  const found = repair === null ? null : firstCure(on, [[repair]], true);
  const wayOut = { way: "create-target", target: reference.referent, elsewhere, near } as const;
  return found ?? { advice: "way-out", wayOut };
}

/** Advice on what a permitted reference names, where there is no such object or kind; null where there is. */
export function onTarget(on: Case<Leading>): Found {
  return onUnknownKind(on) ?? onMissing(on);
}
