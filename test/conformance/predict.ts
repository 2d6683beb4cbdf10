import { CONFIG_MAP, SERVICE } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { admitsKind, kindsOf } from "../../src/catalogue/protocols.ts";
import { rowOf } from "../../src/catalogue/rows.ts";
import type { AttachmentDecision, Decision, FreeDecision, GrantDecision } from "../../src/model/decision.ts";
import { Field } from "../../src/model/fields.ts";
import type { Listener, ListenerHolder } from "../../src/model/listener.ts";
import {
  type FieldPath,
  formatPath,
  type GroupKind,
  includesGroupKind,
  keyOf,
  type ObjectId,
  sameGroupKind,
} from "../../src/model/object.ts";
import type { ConditionType, Named, ParentRef } from "./expectations.ts";
import type { OutOfScope } from "./out-of-scope.ts";
import { type Evaluation, idOf } from "./world.ts";

/** What is predicted of something that a controller would report. */
export type Prediction<T> =
  | { readonly scope: "in"; readonly value: T }
  /** The engine does not know it, and why. */
  | { readonly scope: "out"; readonly why: OutOfScope }
  /** No controller reports it: the parent does not exist. */
  | { readonly scope: "no status" };

/** A predicted condition. `reasons`: those of which the controller gives one; null where the specification names none. */
export interface PredictedCondition {
  readonly status: "True" | "False";
  readonly reasons: readonly string[] | null;
}

/**
 * Predicts what a controller reports, from what the engine decided and the objects' own specs. It never sees what the
 * tests expect. That a listener or Gateway is accepted or programmed means: no reference stands against it.
 */
export interface Predictor {
  readonly routeCondition: (route: Named, parentRef: ParentRef, type: ConditionType) => Prediction<PredictedCondition>;
  readonly listenerCondition: (owner: Named, name: string, type: ConditionType) => Prediction<PredictedCondition>;
  readonly objectCondition: (object: Named, type: ConditionType) => Prediction<PredictedCondition>;
  readonly policyCondition: (policy: Named, ancestor: Named, type: ConditionType) => Prediction<PredictedCondition>;
  readonly supportedKinds: (owner: Named, name: string) => Prediction<readonly string[]>;
  readonly attachedRoutes: (owner: Named, name: string) => Prediction<number>;
  readonly attachedListenerSets: (gateway: Named) => Prediction<number>;
}

/** What some references of one status entry come to: their certain faults, and what keeps the rest from being certain. */
interface Findings {
  readonly faults: readonly string[];
  readonly open: OutOfScope | null;
}

const out = (why: OutOfScope): { readonly scope: "out"; readonly why: OutOfScope } => ({ scope: "out", why });

const condition = (
  status: PredictedCondition["status"],
  ...reasons: readonly string[]
): Prediction<PredictedCondition> => ({
  scope: "in",
  value: { status, reasons: reasons.length === 0 ? null : reasons },
});

function under(path: FieldPath, prefix: FieldPath): boolean {
  return prefix.every((step, index) => path[index] === step);
}

/** The kind that every implementation takes in a field; null for none. Of others the engine does not say whether one does. */
function takenByAll(row: string): GroupKind | null {
  const { defaults, alsoNames = [] } = rowOf({ row });
  return defaults ?? [SERVICE, CONFIG_MAP].find((kind) => includesGroupKind(alsoNames, kind)) ?? null;
}

/** What one decided reference comes to. */
function findingOf({ reference, outcome, referentExistence }: GrantDecision | FreeDecision): Findings {
  switch (outcome.verdict) {
    case "refused":
      if (referentExistence !== "unseen") throw new Error(`${formatPath(reference.path)} is refused, yet looked up`);
      return { faults: [outcome.reason], open: null };
    case "unknown":
      throw new Error(`${formatPath(reference.path)} is unknown in a world that is complete`);
    case "permitted": {
      const taken = takenByAll(reference.row);
      if (taken === null || !sameGroupKind(reference.referent, taken)) return { faults: [], open: "target-kind" };
      if (referentExistence === "missing") return { faults: [reference.missingReason ?? "(no reason)"], open: null };
      if (referentExistence === "unseen") throw new Error(`${formatPath(reference.path)} was not looked up`);
      // The suite's convention: what is called malformed has no usable content.
      return { faults: [], open: reference.referent.name.includes("malformed") ? "target-content" : null };
    }
  }
}

function together(findings: readonly Findings[]): Findings {
  return {
    faults: [...new Set(findings.flatMap(({ faults }) => faults))],
    open: findings.map(({ open }) => open).find((open) => open !== null) ?? null,
  };
}

function resolved({ faults, open }: Findings): Prediction<PredictedCondition> {
  if (faults.length > 0) return condition("False", ...faults);
  return open === null ? condition("True", "ResolvedRefs") : out(open);
}

/** Of a listener's faults a denial is the one to report (docs/rules.md §4.3). */
function resolvedOfListener({ faults, open }: Findings): Prediction<PredictedCondition> {
  return resolved({ faults: faults.includes("RefNotPermitted") ? ["RefNotPermitted"] : faults, open });
}

/** Are all of these references, and there are some, faulty for certain? */
function allFaulty(findings: readonly Findings[]): boolean {
  return findings.length > 0 && findings.every(({ faults }) => faults.length > 0);
}

function knowsProtocol(listener: Listener): boolean {
  return kindsOf({ ...listener, kinds: null }).length > 0;
}

/** Does another listener use the port in another way? Whether an implementation serves both is its own to say. */
function mayConflict(listener: Listener, { listeners }: ListenerHolder): boolean {
  return listeners.some(
    ({ port, protocol, tlsMode }) =>
      port === listener.port && (protocol !== listener.protocol || tlsMode !== listener.tlsMode),
  );
}

function isOf({ reference }: Decision, id: ObjectId): boolean {
  return keyOf(reference.referrer) === keyOf(id);
}

/** Prepares to predict from one evaluation. */
export function predictor({ sight, holders, decisions }: Evaluation): Predictor {
  const holderOf = (owner: Named): ListenerHolder => {
    const holder = holders.get(keyOf(idOf(owner)));
    if (holder === undefined) throw new Error(`the engine read no ${owner.kind} ${owner.namespace}/${owner.name}`);
    return holder;
  };

  const listenerOf = (holder: ListenerHolder, name: string): Listener => {
    const listener = holder.listeners.find((candidate) => candidate.name === name);
    if (listener === undefined) throw new Error(`the engine read no listener ${name} of ${keyOf(holder.id)}`);
    return listener;
  };

  const specOf = (id: ObjectId): Field => Field.root(sight.get(id)?.body, () => {}).at("spec");

  const grantDecisions = (id: ObjectId): readonly GrantDecision[] =>
    decisions.flatMap((decision) => (decision.handshake === "grant" && isOf(decision, id) ? [decision] : []));

  /** The decisions about what an object names without asking anybody. */
  const freeDecisions = (id: ObjectId, row: string): readonly FreeDecision[] =>
    decisions.flatMap((decision) =>
      decision.handshake === "none" && decision.reference.row === row && isOf(decision, id) ? [decision] : [],
    );

  const attachments = (id: ObjectId): readonly AttachmentDecision[] =>
    decisions.flatMap((decision) => (decision.handshake === "attachment" && isOf(decision, id) ? [decision] : []));

  const findingsUnder = (id: ObjectId, prefix: FieldPath): readonly Findings[] =>
    grantDecisions(id)
      .filter(({ reference }) => under(reference.path, prefix))
      .map(findingOf);

  /** The decision about the parentRef that a status entry belongs to: tests name no section where there is one only. */
  const attachmentTo = (route: Named, { group, kind, namespace, name, sectionName }: ParentRef): AttachmentDecision => {
    const parent = keyOf({ group, kind, namespace, name });
    const [first, ...others] = attachments(idOf(route)).filter(
      ({ reference }) =>
        keyOf(reference.referent) === parent && (sectionName === null || reference.sectionName === sectionName),
    );
    if (first === undefined || others.length > 0) throw new Error(`${route.name} has no or several parents ${parent}`);
    return first;
  };

  const acceptedRoute = ({ reference, outcome }: AttachmentDecision): Prediction<PredictedCondition> => {
    switch (outcome.verdict) {
      case "permitted":
        return condition("True", "Accepted");
      case "refused":
        if (outcome.reason === "ParentNotFound") return { scope: "no status" };
        if (outcome.reason === "ListenerSetNotAllowed") throw new Error(`${reference.referent.name}: not specified`);
        return condition("False", outcome.reason);
      case "unknown":
        return out("protocol-support");
    }
  };

  const routeCondition: Predictor["routeCondition"] = (route, parentRef, type) => {
    const decision = attachmentTo(route, parentRef);
    const accepted = acceptedRoute(decision);
    if (type === "Accepted" || accepted.scope === "no status") return accepted;
    if (type === "Programmed") throw new Error("routes have no condition Programmed");
    const parentIndex = decision.reference.path.at(-1);
    const ofParent = grantDecisions(idOf(route)).filter(({ reference }) =>
      reference.scope?.parentRefs.some((index) => index === parentIndex),
    );
    return resolved(together(ofParent.map(findingOf)));
  };

  const certificates = ({ id }: ListenerHolder, { index }: Listener): readonly Findings[] =>
    findingsUnder(id, ["spec", "listeners", index]);

  /** The CA references that count for a listener: those of its port, or else the default ones (docs/rules.md §2.4). */
  const authorities = ({ id }: ListenerHolder, { protocol, port }: Listener): readonly Findings[] => {
    const ports = specOf(id).at("tls").at("frontend").at("perPort").items();
    const own = ports.findIndex((entry) => entry.at("port").integer() === port);
    // Whether an entry for a port is in effect the engine has decided; the default one concerns HTTPS listeners only.
    if (own === -1 && protocol !== "HTTPS") return [];
    return findingsUnder(id, ["spec", "tls", "frontend", ...(own === -1 ? ["default"] : ["perPort", own])]);
  };

  const routeKinds = (listener: Listener): Findings => {
    const answers = (listener.kinds ?? []).map((kind) => admitsKind(listener, kind));
    return {
      faults: answers.includes("no") ? ["InvalidRouteKinds"] : [],
      open: answers.includes("implementation") ? "protocol-support" : null,
    };
  };

  const resolvedListener = (holder: ListenerHolder, listener: Listener): Prediction<PredictedCondition> =>
    resolvedOfListener(
      together([routeKinds(listener), ...certificates(holder, listener), ...authorities(holder, listener)]),
    );

  const acceptedListener = (holder: ListenerHolder, listener: Listener): Prediction<PredictedCondition> => {
    if (!knowsProtocol(listener)) return out("protocol-support");
    if (mayConflict(listener, holder)) return out("listener-conflict");
    if (listener.protocol === "TLS" && listener.tlsMode === "Terminate") return out("tls-termination");
    const trusted = authorities(holder, listener);
    if (allFaulty(trusted)) return condition("False", "NoValidCACertificate");
    const faultless = trusted.length === 0 || trusted.some(({ faults, open }) => faults.length === 0 && open === null);
    return faultless ? condition("True", "Accepted") : out(together(trusted).open ?? "target-kind");
  };

  /** A listener is programmed if nothing is wrong with it, and not if it is not accepted or has no usable certificate. */
  const programmedListener = (holder: ListenerHolder, listener: Listener): Prediction<PredictedCondition> => {
    const accepted = acceptedListener(holder, listener);
    if (accepted.scope !== "in") return accepted;
    if (accepted.value.status === "False" || allFaulty(certificates(holder, listener))) return condition("False");
    const references = resolvedListener(holder, listener);
    if (references.scope !== "in") return references;
    if (references.value.status === "True") return condition("True", "Programmed");
    throw new Error(`${listener.name}: whether a listener with some faults is programmed is not specified`);
  };

  const conditionOf = (holder: ListenerHolder, listener: Listener, type: ConditionType) => {
    switch (type) {
      case "ResolvedRefs":
        return resolvedListener(holder, listener);
      case "Accepted":
        return acceptedListener(holder, listener);
      case "Programmed":
        return programmedListener(holder, listener);
    }
  };

  const listenerCondition: Predictor["listenerCondition"] = (owner, name, type) => {
    const holder = holderOf(owner);
    return conditionOf(holder, listenerOf(holder, name), type);
  };

  /** Accepted and Programmed of a ListenerSet are False for the same reasons (docs/rules.md §4.1). */
  const setCondition = (set: Named, type: ConditionType): Prediction<PredictedCondition> => {
    const holder = holderOf(set);
    const [attachment] = attachments(holder.id);
    if (attachment === undefined) throw new Error(`${set.name} has no parent`);
    const allowed = acceptedRoute(attachment);
    if (allowed.scope !== "in" || allowed.value.status === "False") return allowed;
    const good = type === "Programmed" ? "Programmed" : "Accepted";
    const entries = holder.listeners.map((listener) => ({
      denied: allDenied(certificates(holder, listener)),
      conditions: [resolvedListener(holder, listener), acceptedListener(holder, listener)],
    }));
    if (entries.every(({ denied }) => denied)) return condition("False", "ListenersNotValid");
    const predicted = entries.flatMap(({ conditions }) => conditions);
    const open = predicted.find((prediction) => prediction.scope === "out");
    if (open !== undefined) return open;
    if (predicted.every((prediction) => prediction.scope === "in" && prediction.value.status === "True")) {
      return condition("True", good);
    }
    throw new Error(`${set.name}: what becomes of a set with some faulty listeners is not specified`);
  };

  const acceptedGateway = (holder: ListenerHolder): Prediction<PredictedCondition> => {
    const parameters = together(freeDecisions(holder.id, "Gateway.infrastructure.parametersRef").map(findingOf));
    if (parameters.faults.length > 0) return condition("False", ...parameters.faults);
    if (parameters.open !== null) return out(parameters.open);
    const accepted = holder.listeners.map((listener) => acceptedListener(holder, listener));
    const open = accepted.find((prediction) => prediction.scope === "out");
    if (open !== undefined) return open;
    const some = (status: PredictedCondition["status"]) =>
      accepted.some((prediction) => prediction.scope === "in" && prediction.value.status === status);
    if (!some("False")) return condition("True", "Accepted");
    return condition(some("True") ? "True" : "False", "ListenersNotValid");
  };

  const objectCondition: Predictor["objectCondition"] = (object, type) => {
    if (object.kind === "ListenerSet" && type !== "ResolvedRefs") return setCondition(object, type);
    if (object.kind === "Gateway" && type === "Accepted") return acceptedGateway(holderOf(object));
    if (object.kind === "Gateway" && type === "ResolvedRefs") {
      return resolved(together(findingsUnder(idOf(object), ["spec", "tls", "backend"])));
    }
    throw new Error(`no prediction for ${type} of a ${object.kind}`);
  };

  /** Does a route that is attached to the Gateway use the object as a backend? Only then is the Gateway its ancestor. */
  const isAncestor = (gateway: Named, target: ObjectId): boolean =>
    decisions.some(
      ({ handshake, reference, outcome }) =>
        handshake === "attachment" &&
        outcome.verdict === "permitted" &&
        keyOf(reference.referent) === keyOf(idOf(gateway)) &&
        grantDecisions(reference.referrer).some((backend) => keyOf(backend.reference.referent) === keyOf(target)),
    );

  const policyCondition: Predictor["policyCondition"] = (policy, ancestor, type) => {
    const id = idOf(policy);
    if (policy.kind !== "BackendTLSPolicy") throw new Error(`no prediction for a ${policy.kind}`);
    const targets = freeDecisions(id, "BackendTLSPolicy.targetRefs");
    if (!targets.some(({ reference }) => isAncestor(ancestor, reference.referent))) return { scope: "no status" };
    const trusted = freeDecisions(id, "BackendTLSPolicy.caCertificateRefs").map(findingOf);
    if (type === "ResolvedRefs") return resolved(together(trusted));
    if (type === "Programmed") throw new Error("policies have no condition Programmed");
    if (allFaulty(trusted)) return condition("False", "NoValidCACertificate");
    const { faults, open } = together([...targets.map(findingOf), ...trusted]);
    if (open !== null) return out(open);
    if (faults.length === 0) return condition("True", "Accepted");
    throw new Error(`${policy.name}: whether a policy with some faults is accepted is not specified`);
  };

  const supportedKinds: Predictor["supportedKinds"] = (owner, name) => {
    const listener = listenerOf(holderOf(owner), name);
    const certain = kindsOf(listener);
    const perhaps = KINDS.some((kind) => kind.route !== undefined && admitsKind(listener, kind) === "implementation");
    return certain.length === 0 && perhaps ? out("protocol-support") : { scope: "in", value: certain };
  };

  const attachedRoutes: Predictor["attachedRoutes"] = (owner, name) => {
    const { id } = holderOf(owner);
    const routes = new Set<string>();
    for (const { handshake, reference, outcome } of decisions) {
      if (handshake !== "attachment" || keyOf(reference.referent) !== keyOf(id)) continue;
      if (outcome.verdict === "refused") continue;
      const trial = outcome.trials.find(({ listener }) => listener.name === name);
      if (trial === undefined || trial.failed.length > 0) continue;
      if (trial.undecided.length > 0) return out("protocol-support");
      routes.add(keyOf(reference.referrer));
    }
    return { scope: "in", value: routes.size };
  };

  const attachedListenerSets: Predictor["attachedListenerSets"] = (gateway) => {
    let attached = 0;
    for (const holder of holders.values()) {
      if (holder.holder === "gateway") continue;
      const { id, parent } = holder;
      if (parent === null || keyOf(parent) !== keyOf(idOf(gateway))) continue;
      const accepted = setCondition(id, "Accepted");
      if (accepted.scope === "out") return accepted;
      if (accepted.scope === "in" && accepted.value.status === "True") attached += 1;
    }
    return { scope: "in", value: attached };
  };

  return {
    routeCondition,
    listenerCondition,
    objectCondition,
    policyCondition,
    supportedKinds,
    attachedRoutes,
    attachedListenerSets,
  };
}

/** Are all of these references, and there are some, denied? */
function allDenied(findings: readonly Findings[]): boolean {
  return findings.length > 0 && findings.every(({ faults }) => faults.includes("RefNotPermitted"));
}
