import { REFERENT_KINDS } from "../catalogue/kinds.ts";
import type { Decision, Existence, FreeVerdict, GrantVerdict } from "../model/decision.ts";
import type { Grant } from "../model/grant.ts";
import type { ListenerHolder } from "../model/listener.ts";
import { type GroupKind, includesGroupKind, type ObjectId, type ObjectKey } from "../model/object.ts";
import type { FreeReference, Reference } from "../model/reference.ts";
import type { Sight } from "../model/sight.ts";
import { attachmentEvaluator } from "./attachment.ts";
import { grantEvaluator } from "./grants.ts";

/** What decisions are made from. */
export interface Evidence {
  readonly references: readonly Reference[];
  readonly grants: readonly Grant[];
  /** The kinds of grant that count. */
  readonly grantKinds: readonly GroupKind[];
  readonly holders: ReadonlyMap<ObjectKey, ListenerHolder>;
  readonly sight: Sight;
}

/** Existence is looked at only after permission, as controllers must (docs/rules.md §1.5). */
function existenceOf(referent: ObjectId, outcome: GrantVerdict | FreeVerdict, sight: Sight): Existence {
  if (outcome.verdict !== "permitted" || !includesGroupKind(REFERENT_KINDS, referent)) return "unseen";
  const existence = sight.existence(referent);
  return typeof existence === "string" ? existence : "unseen";
}

/** What asks nobody is permitted; why depends on where it leads (docs/rules.md §2.8). */
function freeVerdict({ referrer, referent }: FreeReference): FreeVerdict {
  const permitted = (by: FreeVerdict["witness"]["by"]): FreeVerdict => ({
    verdict: "permitted",
    witness: { by },
    trials: [],
  });
  if (referent.namespace === null) return permitted("clusterScoped");
  return permitted(referent.namespace === referrer.namespace ? "sameNamespace" : "unrestricted");
}

/** Prepares to decide references: grants and listeners are indexed once. */
export function decider({
  grants,
  grantKinds,
  holders,
  sight,
}: Omit<Evidence, "references">): (reference: Reference) => Decision {
  const byGrant = grantEvaluator(grants, sight, grantKinds);
  const byListener = attachmentEvaluator(holders, sight);
  return (reference) => {
    switch (reference.handshake) {
      case "grant": {
        const outcome = byGrant.decide(reference);
        // Of what may be no reference nothing is missing.
        const referentExistence = reference.doubt === null ? existenceOf(reference.referent, outcome, sight) : "unseen";
        return { handshake: "grant", reference, outcome, referentExistence };
      }
      case "none": {
        const outcome = freeVerdict(reference);
        const referentExistence = existenceOf(reference.referent, outcome, sight);
        return { handshake: "none", reference, outcome, referentExistence };
      }
      case "attachment":
        return { handshake: "attachment", reference, outcome: byListener.decide(reference) };
    }
  };
}

/** Decides every reference, in the order given. */
export function decide(evidence: Evidence): readonly Decision[] {
  return evidence.references.map(decider(evidence));
}
