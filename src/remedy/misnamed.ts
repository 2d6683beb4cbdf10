import { NAMESPACE, REFERENT_KINDS } from "../catalogue/kinds.ts";
import type { GrantDecision } from "../model/decision.ts";
import { includesGroupKind, type ObjectId } from "../model/object.ts";
import { correction, nearName, nearObject } from "./correction.ts";
import { type Case, type Found, followed, isPending } from "./trial.ts";

/** Advice on refused references to what is not there: another name or namespace was meant, or nobody could grant it. */

/** Is it of a kind of which objects are looked for? */
const isLookedFor = (id: ObjectId): boolean => includesGroupKind([...REFERENT_KINDS, NAMESPACE], id);

/** Whether an object of a kind that is looked for is there; `unseen` where that cannot be told. */
export function whetherThere({ judged }: Case, id: ObjectId): "present" | "missing" | "unseen" | "pending" {
  if (!isLookedFor(id)) return "unseen";
  const existence = judged.sight.existence(id);
  if (typeof existence === "string") return existence;
  return isPending(existence) ? "pending" : "unseen";
}

/** A name near by in the same namespace was meant, perhaps with a grant for it. */
function otherName(on: Case<GrantDecision>, then: (after: Case) => Found): Found {
  const { reference } = on.decision;
  const near = nearObject(reference.referent, on.judged.sight);
  if (near === "pending" || near === null) return near;
  const repair = correction(on.snapshot, reference, [{ field: "name", value: near }], "near-name");
  return repair === null ? null : followed(on, [repair], then, null);
}

/** The namespace that was meant by one that is not there: one near by, that has the object; then perhaps with a grant. */
function otherNamespace(on: Case<GrantDecision>, then: (after: Case) => Found): Found {
  const { reference } = on.decision;
  const { referent } = reference;
  if (referent.namespace === null) return null;
  const target = { ...referent, namespace: referent.namespace };
  const { sight } = on.judged;
  const elsewhere = isLookedFor(target) ? sight.everywhere(target).ids : [];
  if (isPending(sight.hidden(NAMESPACE, null))) return "pending";
  const names = sight.objectsOf(NAMESPACE).map(({ id }) => id.name);
  const near = nearName(
    target.namespace,
    [...new Set([...names, ...elsewhere.flatMap(({ namespace }) => namespace ?? [])])].toSorted(),
  );
  const noNamespace: Found = { advice: "way-out", wayOut: { way: "create-namespace", target, elsewhere, near } };
  if (near === null) return noNamespace;
  const there = whetherThere(on, { ...target, namespace: near });
  if (there !== "present") return there === "pending" ? there : noNamespace;
  const repair = correction(on.snapshot, reference, [{ field: "namespace", value: near }], "near-name");
  return repair === null ? noNamespace : followed(on, [repair], then, noNamespace);
}

/**
 * What to do about a reference to something that is not there, or whose namespace is not, beside granting it; null where
 * nothing else is known. That it is not there alone is no reason: grants may come first.
 *
 * @param then grants what was meant
 */
export function onMisnamed(on: Case<GrantDecision>, then: (after: Case) => Found): Found {
  const { referent } = on.decision.reference;
  const there = whetherThere(on, referent);
  if (there === "pending") return there;
  if (there === "present") return null;
  const home = whetherThere(on, { ...NAMESPACE, namespace: null, name: referent.namespace ?? "" });
  if (home === "pending") return home;
  if (home === "missing") return otherNamespace(on, then);
  return there === "missing" ? otherName(on, then) : null;
}
