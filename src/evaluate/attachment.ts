import { type Answer, admissionsOf } from "../catalogue/admission.ts";
import { hostnamesIntersect } from "../catalogue/hostnames.ts";
import { GATEWAY, isRoute, LISTENER_SETS, SERVICE } from "../catalogue/kinds.ts";
import { admitsKind } from "../catalogue/protocols.ts";
import { meantParent } from "../catalogue/referents.ts";
import type { AttachmentRefusal, AttachmentVerdict, ListenerClause, ListenerTrial } from "../model/decision.ts";
import { type Gap, implementationGaps } from "../model/gap.ts";
import { inMap, KindMap } from "../model/kind-map.ts";
import type { Listener, ListenerHolder } from "../model/listener.ts";
import {
  includesGroupKind,
  keyOf,
  type NamespacedId,
  type ObjectId,
  type ObjectKey,
  sameGroupKind,
} from "../model/object.ts";
import type { AttachmentReference } from "../model/reference.ts";
import type { Sight } from "../model/sight.ts";

function unknown(gap: Gap): AttachmentVerdict {
  return { verdict: "unknown", gaps: [gap], trials: [] };
}

function unreadGap({ group, kind, namespace }: ObjectId): Gap {
  return { cause: "failed", groupKind: { group, kind }, namespace, detail: "only its metadata was read" };
}

/** Decides attachments against all Gateways and ListenerSets of a world. */
export interface AttachmentEvaluator {
  readonly decide: (reference: AttachmentReference) => AttachmentVerdict;
}

/** Holds clauses to the order in which they fail first. */
const CLAUSE_ORDER: readonly ListenerClause[] = ["sectionName", "port", "kinds", "namespaces", "hostname"];

/** The reason follows from the furthest that any listener got (docs/rules.md §3.5). */
function refusalOf(trials: readonly ListenerTrial[]): AttachmentRefusal {
  const without = (...clauses: ListenerClause[]) =>
    trials.filter(({ failed }) => !failed.some((clause) => clauses.includes(clause)));
  if (without("sectionName", "port").length === 0) return "NoMatchingParent";
  if (without("sectionName", "port", "kinds", "namespaces").length === 0) return "NotAllowedByListeners";
  return "NoMatchingListenerHostname";
}

/** Nearest first: fewest failed clauses, then the one that failed last in the order, then as listed. */
function nearest(a: ListenerTrial, b: ListenerTrial): number {
  const furthest = ({ failed: [first] }: ListenerTrial) =>
    first === undefined ? CLAUSE_ORDER.length : CLAUSE_ORDER.indexOf(first);
  return a.failed.length - b.failed.length || furthest(b) - furthest(a) || a.listener.index - b.listener.index;
}

/** Most listeners fail in nothing and leave nothing open, and there is one trial for each listener and route. */
const NONE: readonly never[] = [];

function meetsHostname(listener: Listener, hostnames: AttachmentReference["hostnames"]): boolean {
  if (hostnames === null || hostnames.length === 0) return true;
  return hostnames.some((hostname) => hostnamesIntersect(listener.hostname, hostname));
}

/** Prepares to decide attachments. `holders` are the Gateways and ListenerSets as read. */
export function attachmentEvaluator(
  holders: ReadonlyMap<ObjectKey, ListenerHolder>,
  sight: Sight,
): AttachmentEvaluator {
  const { labelsOf, admits } = admissionsOf(sight);
  const implementationGap = implementationGaps();

  const foreignParentGap = (referrer: ObjectId, parent: ObjectId): Gap => {
    const detail = `whether ${referrer.kind}s may have parents of kind ${parent.kind} is the implementation's to say`;
    return implementationGap(parent, detail);
  };

  const kindAnswers = new Map<Listener, KindMap<ReturnType<typeof admitsKind>>>();
  const admitsKindOf = (route: ObjectId, holder: ObjectId, listener: Listener): Answer => {
    const answers = kindAnswers.get(listener) ?? new KindMap();
    kindAnswers.set(listener, answers);
    const answer = answers.of(route, () => admitsKind(listener, route));
    if (answer !== "implementation") return answer;
    const mode = listener.protocol === "TLS" ? ` in mode ${listener.tlsMode}` : "";
    const detail = `whether ${listener.protocol} listeners${mode} take ${route.kind}s is the implementation's to say`;
    return implementationGap(holder, detail);
  };

  const labels = new Map<string, ListenerTrial["labels"]>();
  const seenLabels = (namespace: string): ListenerTrial["labels"] =>
    inMap(labels, namespace, () => {
      const seen = labelsOf(namespace);
      return seen === null ? null : { known: seen.labels, complete: seen.gap === null };
    });

  const hold = (reference: AttachmentReference, holder: ListenerHolder, listener: Listener): ListenerTrial => {
    const { referrer, sectionName, port, hostnames } = reference;
    const failed: ListenerClause[] = [];
    const undecided: { clause: ListenerClause; gap: Gap }[] = [];
    const answered = (clause: ListenerClause, answer: Answer): void => {
      if (answer === "no") failed.push(clause);
      else if (answer !== "yes") undecided.push({ clause, gap: answer });
    };
    // In the order in which clauses are told to have failed.
    if (sectionName !== null && sectionName !== listener.name) failed.push("sectionName");
    if (port !== null && port !== listener.port) failed.push("port");
    answered("kinds", admitsKindOf(referrer, holder.id, listener));
    answered("namespaces", admits(listener.namespaces, holder.id.namespace, referrer.namespace));
    if (!meetsHostname(listener, hostnames)) failed.push("hostname");
    return {
      parent: holder.id,
      listener,
      labels: listener.namespaces.from === "Selector" ? seenLabels(referrer.namespace) : null,
      failed: failed.length === 0 ? NONE : failed,
      undecided: undecided.length === 0 ? NONE : undecided,
    };
  };

  const parents = new KindMap<Map<string, Map<string, ListenerHolder | AttachmentVerdict>>>();
  /** The parent as read; a verdict where there is none to hold the reference against. */
  const parentOf = (referent: ObjectId): ListenerHolder | AttachmentVerdict => {
    const byName = inMap(
      parents.of(referent, () => new Map()),
      referent.namespace ?? "",
      () => new Map(),
    );
    return inMap(byName, referent.name, () => readParent(referent));
  };

  const readParent = (referent: ObjectId): ListenerHolder | AttachmentVerdict => {
    const holder = holders.get(keyOf(referent));
    if (holder !== undefined) return holder;
    const existence = sight.existence(referent);
    if (existence === "missing") return { verdict: "refused", reason: "ParentNotFound", trials: [] };
    if (existence === "present") return unknown(unreadGap(referent));
    return unknown(existence);
  };

  /** ListenerSet to Gateway: `allowedListeners` of the Gateway (docs/rules.md §3.2). */
  const decideSet = (set: NamespacedId, gateway: ObjectId): AttachmentVerdict => {
    if (!sameGroupKind(gateway, GATEWAY)) return unknown(foreignParentGap(set, gateway));
    const parent = parentOf(gateway);
    if ("verdict" in parent) return parent;
    if (parent.holder === "set") return unknown(foreignParentGap(set, gateway));
    const answer = admits(parent.allowedListeners, parent.id.namespace, set.namespace);
    if (answer === "yes") {
      return { verdict: "permitted", witness: { by: "allowedListeners", parent: parent.id }, trials: [] };
    }
    return answer === "no" ? { verdict: "refused", reason: "NotAllowed", trials: [] } : unknown(answer);
  };

  /** A set without a parent that can be read adds its listeners to nothing. */
  const decideHolder = (holder: ListenerHolder): AttachmentVerdict | null => {
    if (holder.holder === "gateway") return null;
    if (holder.parent === null) return { verdict: "refused", reason: "ParentNotFound", trials: [] };
    return decideSet(holder.id, holder.parent);
  };

  const decideRoute = (reference: AttachmentReference): AttachmentVerdict => {
    const holder = parentOf(reference.referent);
    if ("verdict" in holder) return holder;
    const trials = holder.listeners.map((listener) => hold(reference, holder, listener)).toSorted(nearest);
    const ofSet = decideHolder(holder);
    if (ofSet?.verdict === "refused") return { verdict: "refused", reason: "ListenerSetNotAllowed", trials };
    const open = trials.filter(({ failed }) => failed.length === 0);
    if (ofSet?.verdict === "unknown" && open.length > 0) return { ...ofSet, trials };
    const [first, ...others] = open.filter(({ undecided }) => undecided.length === 0);
    if (first !== undefined) {
      return { verdict: "permitted", witness: { by: "listener", trials: [first, ...others] }, trials };
    }
    const [gap, ...gaps] = new Set(open.flatMap(({ undecided }) => undecided.map((clause) => clause.gap)));
    if (gap !== undefined) return { verdict: "unknown", gaps: [gap, ...gaps], trials };
    return { verdict: "refused", reason: refusalOf(trials), trials };
  };

  /** A Service parent (mesh) has no listeners and asks nobody, but it has to be there. */
  const decideMesh = (service: ObjectId): AttachmentVerdict => {
    const existence = sight.existence(service);
    if (existence === "missing") return { verdict: "refused", reason: "ParentNotFound", trials: [] };
    if (existence !== "present") return unknown(existence);
    return { verdict: "permitted", witness: { by: "meshExemption" }, trials: [] };
  };

  return {
    decide: (reference) => {
      const { referrer, referent } = reference;
      if (!isRoute(referrer)) return decideSet(referrer, referent);
      if (sameGroupKind(referent, SERVICE)) return decideMesh(referent);
      if (sameGroupKind(referent, GATEWAY) || includesGroupKind(LISTENER_SETS, referent)) return decideRoute(reference);
      // A slip: of that group there is no such kind, so nothing is there.
      if (meantParent(referent) !== null) return { verdict: "refused", reason: "ParentNotFound", trials: [] };
      return unknown(foreignParentGap(referrer, referent));
    },
  };
}
