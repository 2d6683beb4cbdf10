import { type Admissions, admissionsOf } from "../catalogue/admission.ts";
import { isRoute, NAMESPACE } from "../catalogue/kinds.ts";
import type { AttachmentDecision } from "../model/decision.ts";
import type { AdmittedNamespaces, HolderMeaning, ListenerMeaning } from "../model/explanation.ts";
import type { Listener, ListenerHolder, NamespaceAdmission } from "../model/listener.ts";
import { keyOf } from "../model/object.ts";
import { changesIn, type Lookout, type Weighed } from "./weighed.ts";

/** What tells which namespaces are let in. */
interface Around {
  readonly admissions: Admissions;
  /** Every namespace that is known, in order. */
  readonly namespaces: readonly string[];
  readonly lookout: Lookout;
}

function admittedBy(admission: NamespaceAdmission, owner: string, around: Around): AdmittedNamespaces {
  switch (admission.from) {
    case "Same":
      return { names: [owner], undecided: [], hidden: null };
    case "None":
    case "invalid":
      return { names: [], undecided: [], hidden: null };
    case "All":
    case "Selector": {
      if (admission.from === "Selector" && admission.selector === null) {
        return { names: [], undecided: [], hidden: null };
      }
      const hidden = around.lookout.hidden(NAMESPACE, null);
      const answers = around.namespaces.map((name) => ({
        name,
        answer: around.admissions.admits(admission, owner, name),
      }));
      for (const { answer } of answers) if (typeof answer === "object") around.lookout.keep(answer);
      return {
        names: answers.filter(({ answer }) => answer === "yes").map(({ name }) => name),
        undecided: answers.filter(({ answer }) => typeof answer === "object").map(({ name }) => name),
        hidden,
      };
    }
  }
}

/** The holder without one of its listeners. */
function without(holder: ListenerHolder, listener: Listener): ListenerHolder {
  return { ...holder, listeners: holder.listeners.filter((other) => other !== listener) };
}

function listenerMeaning(
  listener: Listener,
  holder: ListenerHolder,
  attachments: readonly AttachmentDecision[],
  weighed: Weighed,
  around: Around,
): ListenerMeaning {
  // What another listener takes too, it takes as well without this one.
  const depends = ({ outcome }: AttachmentDecision): boolean => {
    const passing =
      outcome.verdict === "permitted" && outcome.witness.by === "listener" ? outcome.witness.trials : null;
    return passing === null
      ? outcome.trials.some((trial) => trial.listener === listener && trial.failed.length === 0)
      : passing.every((trial) => trial.listener === listener);
  };
  const isWitness = ({ outcome }: AttachmentDecision): boolean =>
    outcome.verdict === "permitted" &&
    outcome.witness.by === "listener" &&
    outcome.witness.trials.some((trial) => trial.listener === listener);
  const holders = new Map([...weighed.extracted.holders, [keyOf(holder.id), without(holder, listener)] as const]);
  const changes = changesIn(weighed, { holders }, attachments.filter(depends));
  return {
    listener,
    admitted: admittedBy(listener.namespaces, holder.id.namespace, around),
    attached: attachments.filter(isWitness),
    ifDeleted: changes.filter(({ before, after }) => before.outcome.verdict !== after.outcome.verdict),
  };
}

/**
 * Tells what the listeners of a Gateway or ListenerSet let in.
 *
 * @param weighed the references to it
 * @param namespaces those that are known, in order
 */
export function meaningOfHolder(
  holder: ListenerHolder,
  weighed: Weighed,
  lookout: Lookout,
  namespaces: readonly string[],
): HolderMeaning {
  const attachments = weighed.decisions.filter((decision) => decision.handshake === "attachment");
  const around: Around = {
    admissions: admissionsOf(weighed.sight),
    namespaces,
    lookout,
  };
  const routes = attachments.filter(({ reference }) => isRoute(reference.referrer));
  return {
    holder,
    listeners: holder.listeners.map((listener) => listenerMeaning(listener, holder, routes, weighed, around)),
    adders: holder.holder === "gateway" ? admittedBy(holder.allowedListeners, holder.id.namespace, around) : null,
    sets: attachments.filter(({ reference }) => !isRoute(reference.referrer)),
  };
}
