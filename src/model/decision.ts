import type { Gap } from "./gap.ts";
import type { Grant } from "./grant.ts";
import type { Labels } from "./labels.ts";
import type { Listener } from "./listener.ts";
import type { ObjectId } from "./object.ts";
import type { AttachmentReference, FreeReference, GrantReference } from "./reference.ts";

/** A list with at least one item: "permitted without a witness" and "unknown without a gap" do not compile. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** What a grant must get right for one reference (docs/rules.md §1.3). */
export type GrantClause =
  | "grant.rejected"
  | "grant.namespace"
  | "from.group"
  | "from.kind"
  | "from.namespace"
  | "to.group"
  | "to.kind"
  | "to.name";

/** One grant, one of its `from` and one of its `to`, held against one reference. Passes when nothing failed. */
export interface GrantTrial {
  readonly grant: Grant;
  /** Index into the grant's `spec.from`. */
  readonly from: number;
  /** Index into the grant's `spec.to`. */
  readonly to: number;
  /** The namespace that `from` has to trust: the referrer's, or that of an object generated from it. */
  readonly trusting: string;
  readonly failed: readonly GrantClause[];
  /** Those of `failed` where the entry looks like a slip of what is needed: a plural, `core`, a wildcard. */
  readonly slips: readonly GrantClause[];
}

/** What a listener must get right for one route, in the order the reasons follow (docs/rules.md §3.5). */
export type ListenerClause = "sectionName" | "port" | "kinds" | "namespaces" | "hostname";

/** One listener held against one attachment. Passes when nothing failed and nothing is undecided. */
export interface ListenerTrial {
  readonly parent: ObjectId;
  readonly listener: Listener;
  /** Labels of the referrer's namespace; null where the listener does not ask for any, or the namespace does not exist. */
  readonly labels: { readonly known: Labels; readonly complete: boolean } | null;
  readonly failed: readonly ListenerClause[];
  readonly undecided: readonly { readonly clause: ListenerClause; readonly gap: Gap }[];
}

/** Why a grant reference is permitted. */
export type GrantWitness =
  | { readonly by: "sameNamespace" }
  | { readonly by: "clusterScoped" }
  /** A route under a Service parent: GEP-1294. */
  | { readonly by: "meshExemption" }
  /** The implementation asks nobody (docs/rules.md §2.9). */
  | { readonly by: "unenforced" }
  | { readonly by: "grant"; readonly trials: NonEmpty<GrantTrial> };

/** Why an attachment is permitted. */
export type AttachmentWitness =
  | { readonly by: "listener"; readonly trials: NonEmpty<ListenerTrial> }
  /** A ListenerSet that its Gateway's `allowedListeners` admits. */
  | { readonly by: "allowedListeners"; readonly parent: ObjectId }
  /** A Service parent has no listeners and asks nobody (docs/rules.md §2.3 R3). */
  | { readonly by: "meshExemption" };

/** Why a reference is permitted that needs nobody's agreement. */
export type FreeWitness =
  | { readonly by: "sameNamespace" }
  | { readonly by: "clusterScoped" }
  /** Its owner is cluster-scoped: an administrator's object, which no grant can name. */
  | { readonly by: "unrestricted" };

/** `MustBeLocal` is ours: the implementation takes no object of another namespace there, whatever is granted. */
export type GrantRefusal = "RefNotPermitted" | "MustBeLocal";

/**
 * Reasons for a refused attachment. All but two are the specification's; `ParentNotFound` (no controller speaks for a
 * parent that is not there) and `ListenerSetNotAllowed` (the set a route names is itself refused by its Gateway) are ours.
 */
export type AttachmentRefusal =
  | "NoMatchingParent"
  | "NotAllowedByListeners"
  | "NoMatchingListenerHostname"
  | "NotAllowed"
  | "ParentNotFound"
  | "ListenerSetNotAllowed";

/** A verdict with its evidence. `refused` means that everything which could permit was seen. */
export type Verdict<Witness, Reason, Trial> =
  | { readonly verdict: "permitted"; readonly witness: Witness; readonly trials: readonly Trial[] }
  | { readonly verdict: "refused"; readonly reason: Reason; readonly trials: readonly Trial[] }
  | { readonly verdict: "unknown"; readonly gaps: NonEmpty<Gap>; readonly trials: readonly Trial[] };

export type GrantVerdict = Verdict<GrantWitness, GrantRefusal, GrantTrial>;
export type AttachmentVerdict = Verdict<AttachmentWitness, AttachmentRefusal, ListenerTrial>;
/** Nothing can refuse or hide such a reference. */
export interface FreeVerdict {
  readonly verdict: "permitted";
  readonly witness: FreeWitness;
  readonly trials: readonly never[];
}

/** Whether the referent of a permitted reference is there; `unseen` where we may not look or files are not the whole world. */
export type Existence = "present" | "missing" | "unseen";

/** A grant reference under a mesh parent has the trials of the grants that would permit it anyway. */
export interface GrantDecision {
  readonly handshake: "grant";
  readonly reference: GrantReference;
  readonly outcome: GrantVerdict;
  /** Looked at only after permission; `unseen` on any other verdict. */
  readonly referentExistence: Existence;
}

export interface AttachmentDecision {
  readonly handshake: "attachment";
  readonly reference: AttachmentReference;
  readonly outcome: AttachmentVerdict;
}

export interface FreeDecision {
  readonly handshake: "none";
  readonly reference: FreeReference;
  readonly outcome: FreeVerdict;
  readonly referentExistence: Existence;
}

export type Decision = GrantDecision | AttachmentDecision | FreeDecision;

/** A decision with one of the verdicts. */
export type WithVerdict<D extends Decision, V extends D["outcome"]["verdict"]> = D & {
  readonly outcome: Extract<D["outcome"], { readonly verdict: V }>;
};

/** Narrows a decision by its verdict. */
export function hasVerdict<D extends Decision, V extends D["outcome"]["verdict"]>(
  decision: D,
  verdict: V,
): decision is WithVerdict<D, V> {
  return decision.outcome.verdict === verdict;
}

/** Is it known that there is nothing where the reference leads? Of a refused target it is not looked at. */
export function leadsNowhere(decision: Decision): boolean {
  if (decision.handshake !== "attachment") return decision.referentExistence === "missing";
  return decision.outcome.verdict === "refused" && decision.outcome.reason === "ParentNotFound";
}

/** The clauses of a grant that may not count for a reference, as far as is known (docs/rules.md §2.9). */
export function unreadClauses({
  enforcement,
  heldIn,
  namesUnread,
  trustUnknown,
}: GrantReference): readonly GrantClause[] {
  // With nothing that names it, a generated object may stand in any namespace.
  if (enforcement === "generated" && heldIn?.length === 0) return ["from.namespace"];
  if (trustUnknown) return ["from.group", "from.kind"];
  return namesUnread ? ["to.name"] : [];
}

/** Does the reference leave its referrer's namespace? */
export function crossesNamespace(decision: Decision): boolean {
  const { referrer, referent } = decision.reference;
  return referent.namespace !== null && referent.namespace !== referrer.namespace;
}

/** Are both decisions about one and the same field, as after one another in the order of decisions? */
export function areOfOneField(a: Decision | undefined, b: Decision): boolean {
  if (a === undefined) return false;
  const { referrer, row, path } = a.reference;
  return referrer === b.reference.referrer && row === b.reference.row && path === b.reference.path;
}
