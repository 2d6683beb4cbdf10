import { implementationOf } from "../catalogue/referents.ts";
import { crossesNamespace, type Decision, type GrantTrial, type ListenerTrial } from "../model/decision.ts";
import { formatPath, type Locate } from "../model/object.ts";
import type { ParentScope } from "../model/reference.ts";
import { gapJson, idJson } from "./finding-json.ts";

/** Decisions as plain data, in the one shape that every output has. */

function grantTrialJson({ grant, from, to, failed, slips }: GrantTrial): object {
  return { grant: { namespace: grant.id.namespace, name: grant.id.name }, from, to, failed, slips };
}

function parentsJson(scope: ParentScope | null): object | null {
  return scope === null ? null : { regime: scope.regime, parentRefs: scope.parentRefs };
}

function listenerTrialJson({ listener, failed, undecided }: ListenerTrial): object {
  return {
    listener: listener.name,
    failed,
    undecided: undecided.map(({ clause, gap }) => ({ clause, gap: gapJson(gap) })),
  };
}

function witnessJson(decision: Decision): object | null {
  const { outcome } = decision;
  if (outcome.verdict !== "permitted") return null;
  const { witness } = outcome;
  switch (witness.by) {
    case "grant":
      return { by: witness.by, grants: witness.trials.map(grantTrialJson) };
    case "listener":
      return { by: witness.by, listeners: witness.trials.map(({ listener }) => listener.name) };
    case "allowedListeners":
      return { by: witness.by, parent: idJson(witness.parent) };
    case "sameNamespace":
    case "clusterScoped":
    case "meshExemption":
    case "unenforced":
    case "unrestricted":
      return { by: witness.by };
  }
}

/** Whose rule it was decided by, and what is done about it; the specification's handshakes with parents have no degrees. */
function ruleJson(decision: Decision): object {
  return {
    implementation: implementationOf(decision.reference),
    enforcement: decision.handshake === "grant" ? decision.reference.enforcement : null,
  };
}

/** One decision, with its evidence. */
export function decisionJson(decision: Decision, locate: Locate): object {
  const { reference, outcome } = decision;
  const common = {
    referrer: idJson(reference.referrer),
    row: reference.row,
    rule: ruleJson(decision),
    path: formatPath(reference.path),
    source: locate(reference.referrer, reference.path),
    referent: idJson(reference.referent),
    crossesNamespace: crossesNamespace(decision),
    handshake: decision.handshake,
    verdict: outcome.verdict,
    reason: outcome.verdict === "refused" ? outcome.reason : null,
    witness: witnessJson(decision),
    gaps: outcome.verdict === "unknown" ? outcome.gaps.map(gapJson) : [],
  };
  switch (decision.handshake) {
    case "grant":
      return {
        ...common,
        parents: parentsJson(decision.reference.scope),
        implicit: decision.reference.implicit,
        referentExistence: decision.referentExistence,
        trials: decision.outcome.trials.map(grantTrialJson),
      };
    case "attachment": {
      const { implicit, sectionName, port } = decision.reference;
      return { ...common, implicit, sectionName, port, trials: decision.outcome.trials.map(listenerTrialJson) };
    }
    case "none":
      return {
        ...common,
        reach: decision.reference.reach,
        droppedNamespace: decision.reference.droppedNamespace,
        referentExistence: decision.referentExistence,
        trials: decision.outcome.trials,
      };
  }
}
