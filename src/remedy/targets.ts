import { correction, nearObject } from "./correction.ts";
import { correctedKind, type Leading } from "./grants.ts";
import { type Case, type Found, firstCure } from "./trial.ts";

/** Advice on references that are permitted and lead nowhere. */

function onMissing(on: Case<Leading>): Found {
  const { reference, referentExistence } = on.decision;
  if (referentExistence !== "missing") return null;
  const { sight } = on.judged;
  const elsewhere = sight.everywhere(reference.referent).ids;
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
  return correctedKind(on) ?? onMissing(on);
}
