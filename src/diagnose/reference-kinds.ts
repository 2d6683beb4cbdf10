import { meantReferent } from "../catalogue/referents.ts";
import type { Decision } from "../model/decision.ts";
import type { Finding } from "../model/finding.ts";

/**
 * References to kinds that do not exist and look like a slip of one that does: controllers say InvalidKind of them, whatever a
 * grant says (docs/rules.md §1.3). Of a refused one the finding on the refusal tells it.
 */
export function ofSlips(decisions: readonly Decision[]): readonly Finding[] {
  return decisions.flatMap((decision, index): readonly Finding[] => {
    if (decision.handshake === "attachment" || decision.outcome.verdict === "refused") return [];
    // A field that is judged under several parents is one field.
    if (decisions[index - 1]?.reference.path === decision.reference.path) return [];
    const meant = meantReferent(decision.reference.referent);
    if (meant === null) return [];
    const subject = decision.reference.referrer;
    return [{ code: "reference-unknown-kind", severity: "error", subject, decision, meant }];
  });
}
