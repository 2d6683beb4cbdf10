import { GATEWAY_API_X, REFERENCE_GRANT, REFERENCE_POLICY } from "../catalogue/kinds.ts";
import type { CatalogueRow } from "../catalogue/row.ts";
import { rowOf } from "../catalogue/rows.ts";
import { isGone } from "../catalogue/versions.ts";
import {
  type AttachmentDecision,
  areOfOneField,
  crossesNamespace,
  type Decision,
  type FreeDecision,
  type GrantDecision,
  hasVerdict,
} from "../model/decision.ts";
import type { Finding, Severity } from "../model/finding.ts";
import { includesGroupKind } from "../model/object.ts";
import type { Namesakes, Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";

const GRANT_KINDS = [REFERENCE_GRANT, REFERENCE_POLICY];

/** What a selector or a default Gateway brings in is an offer: that it is not taken is no error. */
const refusedSeverity = ({ implicit }: { readonly implicit: boolean }): Severity => (implicit ? "info" : "error");

/** Is it a field that newer releases have no more, of a kind that they still have? Then today's API server drops it. */
function isRetiredField({ implementation, until, from }: CatalogueRow): boolean {
  return implementation === "gateway-api" && until !== null && !isGone(from);
}

function ofRefusedGrant(decision: GrantDecision, source: Snapshot["source"]): readonly Finding[] {
  if (!hasVerdict(decision, "refused")) return [];
  const { reference } = decision;
  const subject = reference.referrer;
  const usual = refusedSeverity(reference);
  switch (decision.outcome.reason) {
    case "RefNotPermitted": {
      const dropped = source === "files" && isRetiredField(rowOf(reference));
      return [
        { code: "ref-not-permitted", severity: dropped && !reference.implicit ? "warning" : usual, subject, decision },
      ];
    }
    case "MustBeLocal":
      return [{ code: "must-be-local", severity: usual, subject, decision }];
  }
}

/** May there be grants in the namespace that nobody saw? */
export function hidesGrants(namespace: string | null, sight: Sight): boolean {
  return GRANT_KINDS.some((kind) => sight.hidden(kind, namespace) !== null);
}

/** Does the field take effect with a feature switched on only, whoever has the last word on its target? */
function isGated({ reference }: GrantDecision): boolean {
  const row = rowOf(reference);
  return row.handshake === "grant" && row.enforcement === "feature-gated";
}

/** Where the specification asks for a grant that the mesh or the implementation does not: nobody has agreed. */
function ofUngranted(decision: GrantDecision, sight: Sight): readonly Finding[] {
  if (!hasVerdict(decision, "permitted")) return [];
  const { witness, trials } = decision.outcome;
  const subject = decision.reference.referrer;
  const gated: readonly Finding[] = isGated(decision)
    ? [{ code: "feature-gated", severity: "info", subject, decision }]
    : [];
  switch (witness.by) {
    case "meshExemption":
      // A grant that was not seen may be there all the same.
      if (trials.length > 0 || hidesGrants(decision.reference.referent.namespace, sight)) return [];
      return [{ code: "mesh-exemption", severity: "info", subject, decision }];
    case "unenforced":
      if (trials.length > 0 || hidesGrants(decision.reference.referent.namespace, sight)) return gated;
      return [...gated, { code: "grant-not-enforced", severity: "warning", subject, decision }];
    case "grant":
      return gated;
    case "sameNamespace":
    case "clusterScoped":
      return [];
  }
}

/** A permitted referent that is not there. A namespace that was left out or mistyped is the likeliest reason. */
function ofMissing(decision: GrantDecision | FreeDecision, sight: Sight): readonly Finding[] {
  if (decision.referentExistence !== "missing" || !hasVerdict(decision, "permitted")) return [];
  const elsewhere = sight.namesakes(decision.reference.referent);
  const subject = decision.reference.referrer;
  return [{ code: "target-not-found", severity: "error", subject, decision, elsewhere }];
}

function ofDropped(decision: FreeDecision): readonly Finding[] {
  const { droppedNamespace: namespace, referrer: subject } = decision.reference;
  return namespace === null ? [] : [{ code: "namespace-ignored", severity: "warning", subject, decision, namespace }];
}

const NO_NAMESAKES: Namesakes = { first: null, others: 0 };

function ofAttachment(decision: AttachmentDecision, sight: Sight): readonly Finding[] {
  if (!hasVerdict(decision, "refused")) return [];
  const { referrer, referent } = decision.reference;
  const elsewhere = decision.outcome.reason === "ParentNotFound" ? sight.namesakes(referent) : NO_NAMESAKES;
  const severity = refusedSeverity(decision.reference);
  return [{ code: "not-attached", severity, subject: referrer, decision, elsewhere }];
}

function ofVerdict(decision: Decision, sight: Sight, source: Snapshot["source"]): readonly Finding[] {
  const { outcome, reference } = decision;
  if (outcome.verdict === "unknown") {
    const subject = reference.referrer;
    return outcome.gaps.map((gap) => ({ code: "unknown-verdict", severity: "info", subject, decision, gap }));
  }
  switch (decision.handshake) {
    case "grant":
      return [...ofRefusedGrant(decision, source), ...ofUngranted(decision, sight), ...ofMissing(decision, sight)];
    case "attachment":
      return ofAttachment(decision, sight);
    case "none":
      return [...ofDropped(decision), ...ofMissing(decision, sight)];
  }
}

/**
 * What a file may say and a cluster may drop in silence: fields that newer releases have no more, and those that only the
 * experimental channel has (docs/rules.md §2.10). An object that comes from a cluster has kept them. Of a kind that is
 * experimental as a whole neither is news.
 */
function ofField(decision: Decision): readonly Finding[] {
  const row = rowOf(decision.reference);
  const subject = decision.reference.referrer;
  if (row.implementation !== "gateway-api" || row.from.group === GATEWAY_API_X) return [];
  if (row.until !== null) return [{ code: "field-retired", severity: "warning", subject, decision }];
  if (row.channel !== "experimental" || !crossesNamespace(decision)) return [];
  return [{ code: "field-experimental", severity: "info", subject, decision }];
}

/** What is wrong with references, or worth knowing of them, in the order of the decisions. */
export function ofReferences(
  decisions: readonly Decision[],
  sight: Sight,
  source: Snapshot["source"],
): readonly Finding[] {
  return decisions.flatMap((decision, index) => {
    const found = ofVerdict(decision, sight, source);
    // A field that is judged under several parents is one field.
    const again = areOfOneField(decisions[index - 1], decision);
    return source === "cluster" || again ? found : [...found, ...ofField(decision)];
  });
}

/** Without the kind there can be no grants, so every crossing reference is refused; the report says why (docs/rules.md §1.1). */
export function ofServed({ served }: Snapshot, decisions: readonly Decision[]): readonly Finding[] {
  if (served === null || GRANT_KINDS.some((kind) => includesGroupKind(served, kind))) return [];
  const references = decisions.filter(
    (decision) =>
      decision.handshake === "grant" &&
      hasVerdict(decision, "refused") &&
      decision.outcome.reason === "RefNotPermitted" &&
      crossesNamespace(decision),
  ).length;
  return references === 0 ? [] : [{ code: "referencegrant-not-served", severity: "error", subject: null, references }];
}
