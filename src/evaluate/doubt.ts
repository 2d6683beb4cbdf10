import { IMPLEMENTATIONS } from "../catalogue/implementations.ts";
import { DISPUTED_REFERENTS, type Rule, rulesOf } from "../catalogue/referents.ts";
import { includesGroupKind } from "../model/object.ts";
import type { GrantReference } from "../model/reference.ts";

/** The questions that grants leave open, as details of gaps: sentences without a full stop. */

/** Why a grant may not be enough. */
export function disputed(reference: GrantReference): string {
  const what = includesGroupKind(DISPUTED_REFERENTS, reference.referent)
    ? `an ${reference.referent.kind} of another namespace`
    : `${reference.row} with an object of another namespace`;
  return `a grant is needed and given; whether ${what} works even so, the specification leaves open (GEP-4894)`;
}

/** What it depends on, in the words of each implementation that may be in charge. */
export function doubt(reference: GrantReference): string {
  return rulesOf(reference)
    .map((rule) => doubtOf(rule, reference))
    .join("; ");
}

function doubtOf({ implementation, enforcement, quirk }: Rule, { heldIn }: GrantReference): string {
  const { title } = IMPLEMENTATIONS[implementation];
  const more = quirk === null ? "" : ` (${quirk})`;
  switch (enforcement) {
    case "mode":
      return `whether ${title} asks for a grant here is a setting of its own${more}`;
    case "generated": {
      const where = heldIn === null || heldIn.length === 0 ? "" : ` in namespace ${heldIn.join(", ")}`;
      return `${title} holds an object that it generates${where} against grants, not this one`;
    }
    case "declared":
      return `the schema of ${title} says that a grant is needed here; what it does could not be read${more}`;
    case "unverified":
      return implementation === "gateway-api"
        ? "whether any implementation follows this into another namespace is not known"
        : `what ${title} does here has not been read${more}`;
    case "required":
    case "feature-gated":
    case "disputed":
    case "ignored":
    case "same-namespace-only":
      return `${title} has a rule of its own here${more}`;
  }
}
