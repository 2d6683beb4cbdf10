import { REFERENT_KINDS } from "../catalogue/kinds.ts";
import type { Decision, Existence, GrantVerdict } from "../model/decision.ts";
import type { Grant } from "../model/grant.ts";
import type { ListenerHolder } from "../model/listener.ts";
import { includesGroupKind, type ObjectId, type ObjectKey } from "../model/object.ts";
import type { Reference } from "../model/reference.ts";
import type { Sight } from "../model/snapshot.ts";
import { attachmentEvaluator } from "./attachment.ts";
import { grantEvaluator } from "./grants.ts";

/** What decisions are made from. */
export interface Evidence {
  readonly references: readonly Reference[];
  readonly grants: readonly Grant[];
  readonly holders: ReadonlyMap<ObjectKey, ListenerHolder>;
  readonly sight: Sight;
}

/** Existence is looked at only after permission, as controllers must (docs/rules.md §1.5). */
function existenceOf(referent: ObjectId, outcome: GrantVerdict, sight: Sight): Existence {
  if (outcome.verdict !== "permitted" || !includesGroupKind(REFERENT_KINDS, referent)) return "unseen";
  const existence = sight.existence(referent);
  return typeof existence === "string" ? existence : "unseen";
}

/** Decides every reference, in the order given. */
export function decide({ references, grants, holders, sight }: Evidence): readonly Decision[] {
  const byGrant = grantEvaluator(grants, sight);
  const byListener = attachmentEvaluator(holders, sight);
  const decideOne = (reference: Reference): Decision => {
    switch (reference.handshake) {
      case "grant": {
        const outcome = byGrant.decide(reference);
        const referentExistence = existenceOf(reference.referent, outcome, sight);
        return { handshake: "grant", reference, outcome, referentExistence };
      }
      case "attachment":
        return { handshake: "attachment", reference, outcome: byListener.decide(reference) };
    }
  };
  return references.map(decideOne);
}
