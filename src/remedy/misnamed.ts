import { NAMESPACE, REFERENT_KINDS } from "../catalogue/kinds.ts";
import type { GrantDecision } from "../model/decision.ts";
import { includesGroupKind, type ObjectId } from "../model/object.ts";
import { correction, nearName, nearObject } from "./correction.ts";
import { type Case, type Found, firstCure, followed, isPending } from "./trial.ts";

/** Advice on refused references to what is not there: another name or namespace was meant, or nobody could grant it. */

/** Whether an object of a kind that is looked for is there; `unseen` where that cannot be told. */
export function whetherThere({ judged }: Case, id: ObjectId): "present" | "missing" | "unseen" | "pending" {
  if (!includesGroupKind([...REFERENT_KINDS, NAMESPACE], id)) return "unseen";
  const existence = judged.sight.existence(id);
  if (typeof existence === "string") return existence;
  return isPending(existence) ? "pending" : "unseen";
}

/** A name near by in the same namespace: if that is permitted, it was meant. */
function otherName(on: Case<GrantDecision>): Found {
  const { reference } = on.decision;
  const near = nearObject(reference.referent, on.judged.sight);
  if (near === "pending" || near === null) return near;
  const repair = correction(on.snapshot, reference, [{ field: "name", value: near }], "near-name");
  return repair === null ? null : firstCure(on, [[repair]], true);
}

/** The namespace that was meant by one that is not there: one near by, that has the object; then perhaps with a grant. */
function otherNamespace(on: Case<GrantDecision>, then: (after: Case) => Found): Found {
  const { reference } = on.decision;
  const { sight } = on.judged;
  const hidden = sight.hidden(NAMESPACE, null);
  const { first } = sight.namesakes(reference.referent);
  if (isPending(hidden)) return "pending";
  const names = sight.objectsOf(NAMESPACE).map(({ id }) => id.name);
  const near = nearName(
    reference.referent.namespace ?? "",
    [...new Set([...names, first?.namespace ?? ""])].toSorted(),
  );
  if (near === null) return null;
  const there = whetherThere(on, { ...reference.referent, namespace: near });
  if (there !== "present") return there === "pending" ? there : null;
  const repair = correction(on.snapshot, reference, [{ field: "namespace", value: near }], "near-name");
  return repair === null ? null : followed(on, [repair], then, null);
}

/**
 * What to do about a reference to something that is not there, beside granting it; null where nothing else is known. That it is
 * not there alone is no reason: grants may come first.
 *
 * @param then grants what was meant
 */
export function onMisnamed(on: Case<GrantDecision>, then: (after: Case) => Found): Found {
  const { referent } = on.decision.reference;
  const there = whetherThere(on, referent);
  if (there !== "missing") return there === "pending" ? there : null;
  const home = whetherThere(on, { ...NAMESPACE, namespace: null, name: referent.namespace ?? "" });
  if (home === "pending") return home;
  const found = home === "missing" ? otherNamespace(on, then) : otherName(on);
  if (found === "pending" || found?.advice === "repair") return found;
  // Files may be applied with the namespaces that they need; in a cluster no grant can stand where there is no namespace.
  if (home !== "missing" || on.snapshot.source === "files") return null;
  // Nor is a grant all that is missing, so that objects of that name elsewhere explain nothing.
  const elsewhere = { first: null, others: 0 };
  return { advice: "way-out", wayOut: { way: "create-target", target: referent, elsewhere, near: null } };
}
