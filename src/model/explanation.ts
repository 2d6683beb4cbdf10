import type { Answer } from "./answer.ts";
import type { AttachmentDecision, Decision, GrantDecision, NonEmpty } from "./decision.ts";
import type { Finding } from "./finding.ts";
import type { Gap } from "./gap.ts";
import type { Grant, GrantEntries, GrantFrom, GrantTo, InertCause } from "./grant.ts";
import type { LabelRequirement } from "./labels.ts";
import type { Listener, ListenerHolder } from "./listener.ts";
import type { GroupKind, KubeObject, Locate, NamespacedId, ObjectId } from "./object.ts";
import type { GrantReport, Usage } from "./report.ts";

/** One reference, as it is decided today and as it would be if something were taken away. */
export interface Change {
  readonly before: Decision;
  readonly after: Decision;
}

/** One `from` with one `to` of a grant, by index, and what the two mean in the world. */
export interface PairMeaning {
  readonly from: number;
  readonly to: number;
  /** Why it can match nothing; null where it can. */
  readonly inert: InertCause | null;
  readonly usage: Usage;
  /** The references that it permits. */
  readonly uses: readonly GrantDecision[];
  /** References that it may permit, of which that is not certain. */
  readonly perhaps: readonly GrantDecision[];
  /** What it names and is known not to exist: a namespace, or a target. */
  readonly missing: readonly ObjectId[];
  /** What hides those who may use it. */
  readonly hidden: readonly Gap[];
}

/** How many objects of a kind a grant opens by an entry without a name; null where they could not all be seen. */
export interface OpenedKind {
  readonly groupKind: GroupKind;
  readonly count: number | null;
}

interface Explained {
  readonly source: "cluster" | "files";
  /** Whether what was not seen, and is under no gap, does not exist. */
  readonly closed: boolean;
  readonly id: ObjectId;
  /** Null where there is none, or it could not be read. */
  readonly object: KubeObject | null;
  readonly findings: readonly Finding[];
  /** What hid something that belongs into the explanation. */
  readonly gaps: readonly Gap[];
  /** Where a field of an object stands in the input; null for objects from a cluster. */
  readonly locate: Locate;
}

/** What a ReferenceGrant means in the world. */
export interface GrantExplanation extends Explained {
  readonly explains: "grant";
  readonly grant: Grant;
  /** False for a ReferencePolicy that nobody reads any more. */
  readonly inForce: boolean;
  readonly usage: Usage;
  readonly pairs: readonly PairMeaning[];
  readonly opened: readonly OpenedKind[];
  /** What would be decided otherwise, or by another grant, if this one were deleted. */
  readonly ifDeleted: readonly Change[];
  /** Grants that would be enough for today's use in its stead; none where it is no wider than that, or that is not known. */
  readonly tighter: readonly GrantEntries[];
}

/** One entry of `from` with one of `to` that opens an object. */
export interface OpeningEntry {
  readonly grant: Grant;
  readonly from: number;
  readonly to: number;
  readonly uses: readonly GrantDecision[];
  /** References that it may permit, of which that is not certain. */
  readonly perhaps: readonly GrantDecision[];
}

/** Who may and who does refer to an object. */
export interface Incoming {
  /** What opens it, in the order of the grants; none where no grant has a say in it. */
  readonly entries: readonly OpeningEntry[];
  /** References from other namespaces, and from objects without one. */
  readonly crossing: readonly Decision[];
  readonly local: readonly Decision[];
}

/** The namespaces that a `namespaces` field admits today. */
export interface AdmittedNamespaces {
  readonly names: readonly string[];
  /** Those of which that cannot be told. */
  readonly undecided: readonly string[];
  /** What hides others. */
  readonly hidden: Gap | null;
}

/** What a listener lets in. */
export interface ListenerMeaning {
  readonly listener: Listener;
  readonly admitted: AdmittedNamespaces;
  readonly attached: readonly AttachmentDecision[];
  /** What would be decided otherwise if the listener were deleted. */
  readonly ifDeleted: readonly Change[];
}

/** What the listeners of a Gateway or ListenerSet let in. */
export interface HolderMeaning {
  readonly holder: ListenerHolder;
  readonly listeners: readonly ListenerMeaning[];
  /** Of a Gateway: the namespaces whose ListenerSets may add listeners; null for a set. */
  readonly adders: AdmittedNamespaces | null;
  /** Of a Gateway: the ListenerSets that name it. */
  readonly sets: readonly AttachmentDecision[];
}

/** What an object refers to, and what refers to it. */
export interface ObjectExplanation extends Explained {
  readonly explains: "object";
  /** Everything on its own references; null for a kind of which no field is known to refer to anything. */
  readonly outgoing: Answer | null;
  /** Null for a kind that no field is known to name. */
  readonly incoming: Incoming | null;
  readonly holder: HolderMeaning | null;
}

/** A listener, or (null) the `allowedListeners` of a Gateway, that lets a namespace in. */
export interface Admittance {
  readonly holder: NamespacedId;
  readonly listener: Listener | null;
  /** The requirements that the namespace's labels meet; none where every namespace is admitted. */
  readonly requirements: readonly LabelRequirement[];
  /** Why it is not certain. */
  readonly gap: Gap | null;
}

/** A label by which listeners let a namespace in, and what would be decided otherwise without it. */
export interface LabelMeaning {
  readonly key: string;
  readonly value: string;
  readonly ifRemoved: readonly Change[];
}

/** Everything that goes into a namespace and out of it. */
export interface NamespaceExplanation extends Explained {
  readonly explains: "namespace";
  readonly grants: readonly GrantReport[];
  /** References of its objects to other namespaces. */
  readonly outgoing: readonly Decision[];
  /** References of other namespaces to its objects. */
  readonly incoming: readonly Decision[];
  /** References that stay in it. */
  readonly local: readonly Decision[];
  readonly admittedBy: readonly Admittance[];
  readonly labels: readonly LabelMeaning[];
}

/** The full meaning of one object. */
export type Explanation = GrantExplanation | ObjectExplanation | NamespaceExplanation;

/** Objects of one kind in one namespace, or one of them, and what they may refer to. */
export interface PairQuestion {
  readonly from: GroupKind;
  readonly namespace: string;
  /** null for all objects of the kind. */
  readonly name: string | null;
  readonly to: ObjectId;
}

/** Fields by which the one may refer to the other, and what comes of it: the same for all of them. */
export type Way = { readonly rows: NonEmpty<string> } & (
  | { readonly way: "decided"; readonly decision: Decision }
  /** The fields have no namespace, so they never leave their own. */
  | { readonly way: "local-only" }
  /** Another kind of grant decides. */
  | { readonly way: "foreign-grant"; readonly grantKind: GroupKind }
);

/** Whether one object may refer to another, that need not exist. */
export interface PairExplanation extends PairQuestion {
  readonly source: "cluster" | "files";
  /** The hostnames of the one that refers; null where they are not known, or its kind has none. */
  readonly hostnames: readonly string[] | null;
  /**
   * Whether it is known what may refer to what there: `no-field` where the kinds are known and no field of the one names the
   * other, `unknown-kind` where nothing is known of the one that refers.
   */
  readonly known: "fields" | "no-field" | "unknown-kind";
  /** What decides: what grants permit, or where one is to attach, parents. */
  readonly ways: readonly Way[];
  /** What else may name it, and does not decide: that a Service can be a parent says nothing of requests to it. */
  readonly besides: readonly Way[];
  /** What is known not to exist of the two, and of the namespace of the one that refers. */
  readonly missing: readonly ObjectId[];
  readonly verdict: "permitted" | "refused" | "unknown";
  /** The entries that would be enough; null where none is lacking, or none would help. */
  readonly enough: { readonly from: GrantFrom; readonly to: GrantTo } | null;
}

/** A field that can name another object, by the row of the catalogue that says so. */
export interface FieldRule {
  readonly row: string;
  /** Rows of fields that stand below it, which were not asked for. */
  readonly below: readonly string[];
}

/** A kind that is there to be referred to, and the rows of the fields that may name it. */
export interface TargetKind {
  readonly groupKind: GroupKind;
  readonly rows: readonly string[];
}

/** What the catalogue says of a path: the rules of its fields, and of a kind as a whole what may refer to it. */
export interface FieldExplanation {
  readonly rules: readonly FieldRule[];
  readonly targets: readonly TargetKind[];
}
