import { NAMESPACE } from "../catalogue/kinds.ts";
import { namesNamespace } from "../catalogue/names.ts";
import { isAdmissible, openingFor, servesGrants, trustFor } from "../catalogue/new-grants.ts";
import { kindsTakenInstead, meantReferent } from "../catalogue/referents.ts";
import {
  type AttachmentDecision,
  crossesNamespace,
  type Decision,
  type GrantDecision,
  hasVerdict,
  type WithVerdict,
} from "../model/decision.ts";
import type { Incurability, ScaffoldRequest } from "../model/scaffold.ts";
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** What is to be done about one reference. */
export type Sorted =
  | { readonly sort: "grant"; readonly decision: GrantDecision }
  | { readonly sort: "incurable"; readonly decision: Decision; readonly why: Incurability }
  | { readonly sort: "unknown"; readonly decision: WithVerdict<Decision, "unknown"> }
  /** Granted already, and still not known to be permitted. */
  | { readonly sort: "open"; readonly decision: GrantDecision }
  | { readonly sort: "offered"; readonly decision: GrantDecision }
  /** A parent that may refuse, where the unknown was to be taken for refused: that is said of grants. */
  | { readonly sort: "unseen-parent"; readonly decision: AttachmentDecision }
  /** Permitted, or nobody's fault. */
  | { readonly sort: "settled"; readonly decision: Decision };

/** What sorting goes by. */
export interface Sorting extends Pick<ScaffoldRequest, "all" | "assumeRefused"> {
  readonly snapshot: Snapshot;
  readonly sight: Sight;
}

/** Can a grant say what the reference needs? Files may hold what no API server would take. */
function isSayable({ reference }: GrantDecision): boolean {
  const { namespace } = reference.referent;
  return (
    namespace !== null &&
    namesNamespace(namespace) &&
    [...trustFor(reference), openingFor(reference)].every(isAdmissible)
  );
}

/** Is it known that the cluster has no such namespace? Files are applied some other day. */
function lacksNamespace({ reference }: GrantDecision, { snapshot, sight }: Sorting): boolean {
  const { namespace } = reference.referent;
  if (snapshot.source === "files" || namespace === null) return false;
  return sight.existence({ ...NAMESPACE, namespace: null, name: namespace }) === "missing";
}

/** A reference that a grant is wanted for, unless none helps. */
function wanted(decision: GrantDecision, sorting: Sorting): Sorted {
  const why = ((): Incurability | null => {
    if (meantReferent(decision.reference.referent) !== null) return "no-such-kind";
    if (kindsTakenInstead(decision.reference) !== null) return "wrong-kind";
    if (!isSayable(decision)) return "inadmissible";
    if (!servesGrants(sorting.snapshot)) return "no-grants";
    return lacksNamespace(decision, sorting) ? "no-namespace" : null;
  })();
  return why === null ? { sort: "grant", decision } : { sort: "incurable", decision, why };
}

/** Do grants say already all that a grant can say for it? The rest is the implementation's. */
function isGranted({ reference, outcome }: GrantDecision): boolean {
  return trustFor(reference).every(({ namespace }) =>
    outcome.trials.some(({ trusting, failed }) => trusting === namespace && failed.length === 0),
  );
}

function sortedGrant(decision: GrantDecision, sorting: Sorting): Sorted {
  const { reference, outcome } = decision;
  switch (outcome.verdict) {
    case "permitted":
      return sorting.all && outcome.witness.by === "grant" ? wanted(decision, sorting) : { sort: "settled", decision };
    case "refused":
      if (outcome.reason === "MustBeLocal") return { sort: "incurable", decision, why: "must-be-local" };
      return reference.implicit && !sorting.all ? { sort: "offered", decision } : wanted(decision, sorting);
    case "unknown":
      // What is printed with --all stays printed, though the implementation may ask for more.
      if (sorting.all && isGranted(decision)) return wanted(decision, sorting);
      if (!sorting.assumeRefused && hasVerdict(decision, "unknown")) return { sort: "unknown", decision };
      if (isGranted(decision)) return { sort: "open", decision };
      return reference.implicit && !sorting.all ? { sort: "offered", decision } : wanted(decision, sorting);
  }
}

/** Sorts a reference by what is to be done about it. */
export function sorted(decision: Decision, sorting: Sorting): Sorted {
  switch (decision.handshake) {
    case "grant":
      return sortedGrant(decision, sorting);
    case "attachment":
      if (decision.reference.implicit) return { sort: "settled", decision };
      if (decision.outcome.verdict === "refused") return { sort: "incurable", decision, why: "parent" };
      if (!hasVerdict(decision, "unknown")) return { sort: "settled", decision };
      return sorting.assumeRefused ? { sort: "unseen-parent", decision } : { sort: "unknown", decision };
    case "none": {
      const { droppedNamespace, referrer } = decision.reference;
      const meantElsewhere = droppedNamespace !== null && droppedNamespace !== referrer.namespace;
      return meantElsewhere ? { sort: "incurable", decision, why: "local-field" } : { sort: "settled", decision };
    }
  }
}

/** Is it permitted to refer to another namespace, where nothing is? */
export const isDangling = (decision: Decision): boolean =>
  decision.handshake !== "attachment" && crossesNamespace(decision) && decision.referentExistence === "missing";
