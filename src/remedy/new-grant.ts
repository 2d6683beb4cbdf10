import { MOST_ENTRIES } from "../catalogue/grants.ts";
import { grantApiVersion, grantId, grantManifest, grantName, openingFor, trustFor } from "../catalogue/new-grants.ts";
import type { GrantDecision } from "../model/decision.ts";
import type { Repair } from "../model/remedy.ts";
import type { Case } from "./trial.ts";

type AddedGrant = Extract<Repair, { readonly repair: "add-grant" }>;

/**
 * The least grant that names the referent for one reference; null where none can.
 *
 * @param targetMissing whether the referent is known not to be there
 */
export function addedGrant(on: Case<GrantDecision>, targetMissing: boolean): AddedGrant | null {
  const { reference, outcome } = on.decision;
  const { namespace } = reference.referent;
  if (namespace === null) return null;
  const [first, ...others] = trustFor(reference);
  if (first === undefined || others.length >= MOST_ENTRIES) return null;
  const draft = { namespace, from: [first, ...others], to: [openingFor(reference)] } as const;
  const id = grantId(draft, grantName(draft), on);
  const misplaced = outcome.trials.find(({ failed }) => failed.every((clause) => clause === "grant.namespace"));
  return {
    repair: "add-grant",
    change: { change: "create", id, manifest: grantManifest(id, grantApiVersion(on.snapshot), draft) },
    maker: null,
    id,
    from: draft.from,
    to: draft.to[0],
    misplaced: misplaced === undefined || misplaced.failed.length === 0 ? null : misplaced.grant,
    targetMissing,
  };
}
