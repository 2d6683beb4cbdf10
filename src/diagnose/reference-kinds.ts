import { GATEWAY, LISTENER_SETS } from "../catalogue/kinds.ts";
import { meantReferent } from "../catalogue/referents.ts";
import { rowOf } from "../catalogue/rows.ts";
import { areOfOneField, type Decision, type FreeDecision, type GrantDecision } from "../model/decision.ts";
import type { Finding } from "../model/finding.ts";
import { includesGroupKind } from "../model/object.ts";
import type { InvalidKindReason, MissingReason } from "../model/reference.ts";

/** What a controller says of a kind that does not exist, by what it says of a missing object (docs/rules.md §4.2). */
const INVALID_KIND_REASONS: Readonly<Record<MissingReason, InvalidKindReason>> = {
  BackendNotFound: "InvalidKind",
  InvalidCertificateRef: "InvalidCertificateRef",
  InvalidCACertificateRef: "InvalidKind",
  InvalidClientCertificateRef: "InvalidClientCertificateRef",
  InvalidListenerFilterRef: "InvalidListenerFilterRef",
  InvalidParameters: "InvalidParameters",
  TargetNotFound: "TargetNotFound",
};

/** Kinds whose listeners have a reason of their own for authorities; policies have InvalidKind (docs/rules.md §4.2). */
const HOLDERS = [GATEWAY, ...LISTENER_SETS];

function reasonFor({ reference }: GrantDecision | FreeDecision): InvalidKindReason | null {
  const { missingReason } = reference;
  if (missingReason === null) return null;
  const ofClients = missingReason === "InvalidCACertificateRef" && includesGroupKind(HOLDERS, rowOf(reference).from);
  return ofClients ? "InvalidCACertificateKind" : INVALID_KIND_REASONS[missingReason];
}

/**
 * References to kinds that do not exist and look like a slip of one that does: no controller finds such an object, whatever a
 * grant says (docs/rules.md §1.3), and the reason that it gives depends on the field (§4.2). Of a refused one the finding on the
 * refusal tells it.
 */
export function ofSlips(decisions: readonly Decision[]): readonly Finding[] {
  return decisions.flatMap((decision, index): readonly Finding[] => {
    if (decision.handshake === "attachment" || decision.outcome.verdict === "refused") return [];
    // A field that is judged under several parents is one field.
    if (areOfOneField(decisions[index - 1], decision)) return [];
    const meant = meantReferent(decision.reference.referent);
    if (meant === null) return [];
    const subject = decision.reference.referrer;
    // Which of its obstacles a controller tells of is as unknown as the verdict.
    const reason = decision.outcome.verdict === "unknown" ? null : reasonFor(decision);
    return [{ code: "reference-unknown-kind", severity: "error", subject, decision, meant, reason }];
  });
}
