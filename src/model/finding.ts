import type { AttachmentDecision, Decision, FreeDecision, GrantDecision, WithVerdict } from "./decision.ts";
import type { Gap } from "./gap.ts";
import type { Grant, InertCause } from "./grant.ts";
import type { Listener, NamespaceAdmission } from "./listener.ts";
import type { FieldPath, GroupKind, NamespacedId, ObjectId } from "./object.ts";
import type { InvalidKindReason } from "./reference.ts";
import type { Namesakes } from "./sight.ts";
import type { InputProblem } from "./snapshot.ts";
import type { Statement } from "./status.ts";

/** From the gravest. `--fail-on` names the lowest that makes the exit code 1. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** An entry of a grant: which list, and the index in it as written. */
export interface EntryRef {
  readonly list: "from" | "to";
  readonly index: number;
}

/**
 * Why a controller may say otherwise than the spec, and not be wrong.
 * - `generation`: what it says is not, or not for certain, about the object as it stands.
 * - `superseded`: the GatewayClass names another controller.
 * - `mesh`: under a mesh parent it asks for a grant, which it is free to; in these namespaces one would satisfy it.
 * - `rules-left-out`: it says that it left rules out, so it may not have looked at the reference.
 * - `experimental`: it may not implement the fields, which only the experimental channel has.
 * - `others-unseen`: it may refuse the route for the sake of another one, and others were not looked at.
 */
export type Doubt =
  | { readonly because: "generation" | "superseded" | "rules-left-out" | "experimental" | "others-unseen" }
  /** `hidden`: there may be a grant already, which nobody saw. */
  | { readonly because: "mesh"; readonly namespaces: readonly string[]; readonly hidden: boolean };

/** A spec verdict and what a controller wrote, side by side. */
export interface Disagreement {
  readonly statement: Statement;
  /** The decisions that the controller's word is about: those it contradicts, if any does, else all. */
  readonly decisions: readonly [Decision, ...Decision[]];
  /** None where the controller is wrong for certain, as far as can be seen. */
  readonly doubts: readonly Doubt[];
}

/**
 * Which of two routes that want the same requests goes first: the `older`; of two that were created at the `same-time` the
 * first by namespace and name; `unknown` where a creation time is not known.
 */
export type Seniority = "older" | "same-time" | "unknown";

/** Why a granted Service sends requests where its namespace's owner may not have wanted them (CVE-2021-25740). */
export type OpenEndpoints = "external-name" | "no-selector";

/** What releases of the Gateway API have done with a version: dropped it, or marked it for that. */
export type VersionFate = "dropped" | "deprecated";

/** What is known of a kind in a grant that does not fit the rest of it. */
export interface KnownKind {
  /** Of a `from`: kinds that the grant opens and no field is known to name. None for a `to` that no field is known to name. */
  readonly unnamed: readonly GroupKind[];
  /** The kinds that a grant has to trust instead, to open those. */
  readonly instead: readonly GroupKind[];
  /** The kind of grant that decides instead. */
  readonly grantKind: GroupKind | null;
}

interface FindingBase {
  readonly severity: Severity;
  /** The object the finding stands on; null for the cluster or a document that is no object. */
  readonly subject: ObjectId | null;
}

/** What is wrong or worth knowing: a code and typed arguments. The words stand in the prose of `render/`. */
export type Finding =
  | (FindingBase & { readonly code: "ref-not-permitted"; readonly decision: WithVerdict<GrantDecision, "refused"> })
  | (FindingBase & {
      readonly code: "not-attached";
      readonly decision: WithVerdict<AttachmentDecision, "refused">;
      /** Where the parent is missing: parents of that name in other namespaces. */
      readonly elsewhere: Namesakes;
    })
  | (FindingBase & {
      readonly code: "target-not-found";
      readonly decision: WithVerdict<GrantDecision, "permitted"> | FreeDecision;
      /** Objects of that kind and name in other namespaces. */
      readonly elsewhere: Namesakes;
    })
  | (FindingBase & {
      readonly code: "reference-unknown-kind";
      readonly decision: GrantDecision | FreeDecision;
      /** The kind that was probably meant. */
      readonly meant: GroupKind;
      /** What the specification has a controller say; null where it says nothing of the field. */
      readonly reason: InvalidKindReason | null;
    })
  | (FindingBase & { readonly code: "unknown-verdict"; readonly decision: Decision; readonly gap: Gap })
  | (FindingBase & {
      readonly code: "grant-unused";
      readonly grant: Grant;
      readonly entries: readonly EntryRef[] | "all";
    })
  | (FindingBase & {
      readonly code: "grant-dangling";
      readonly grant: Grant;
      readonly entry: EntryRef;
      /** The namespace or the target that does not exist. */
      readonly missing: ObjectId;
    })
  | (FindingBase & {
      readonly code: "grant-inert";
      readonly grant: Grant;
      readonly entry: EntryRef;
      readonly why: InertCause;
    })
  | (FindingBase & {
      readonly code: "grant-broad";
      readonly grant: Grant;
      readonly entry: EntryRef;
      readonly target: GroupKind;
    })
  | (FindingBase & {
      readonly code: "grant-unknown-kind";
      readonly grant: Grant;
      readonly entry: EntryRef;
      readonly groupKind: GroupKind;
      /** The known kind that it looks like a slip of. */
      readonly meant: GroupKind | null;
      /** What is known of the kind all the same. */
      readonly known: KnownKind | null;
      /** Whether it cannot be told that something uses the entry, or nothing. */
      readonly openUse: boolean;
    })
  /** A key of a grant's spec or entries that its schema has not. */
  | (FindingBase & {
      readonly code: "grant-field-ignored";
      readonly grant: Grant;
      readonly path: FieldPath;
      /** The key of the schema that was probably meant. */
      readonly meant: string | null;
    })
  /** Permitted under a mesh parent, where implementations differ. */
  | (FindingBase & { readonly code: "mesh-exemption"; readonly decision: GrantDecision })
  | (FindingBase & { readonly code: "grant-terminating"; readonly grant: Grant })
  /** Everything that the grant permits, another one permits too. */
  | (FindingBase & { readonly code: "grant-redundant"; readonly grant: Grant; readonly covering: Grant })
  /** Everything that the entry permits, another one of the same grant permits too. */
  | (FindingBase & {
      readonly code: "grant-redundant";
      readonly grant: Grant;
      readonly entry: EntryRef;
      readonly coveredBy: EntryRef;
      /** Whether the other takes every object, while this one names one. */
      readonly wider: boolean;
    })
  /** A ReferencePolicy: what became ReferenceGrant. `inForce` where the cluster is as old as it. */
  | (FindingBase & { readonly code: "referencepolicy"; readonly grant: Grant; readonly inForce: boolean })
  /** An object of a kind that looks like ReferenceGrant and is another's; and how many more of it there are. */
  | (FindingBase & { readonly code: "grant-look-alike"; readonly whose: string | null; readonly others: number })
  /** The implementation takes no object of another namespace in this field. */
  | (FindingBase & { readonly code: "must-be-local"; readonly decision: WithVerdict<GrantDecision, "refused"> })
  /** A reference leaves its namespace, and the implementation asks nobody. */
  | (FindingBase & { readonly code: "grant-not-enforced"; readonly decision: WithVerdict<GrantDecision, "permitted"> })
  /** Permitted, and nothing comes of it unless features are switched on. */
  | (FindingBase & { readonly code: "feature-gated"; readonly decision: WithVerdict<GrantDecision, "permitted"> })
  /** A namespace written in a field that has none. */
  | (FindingBase & { readonly code: "namespace-ignored"; readonly decision: FreeDecision; readonly namespace: string })
  /** A claim's `dataSourceRef` is without the namespace that the manifest which was applied last had in it. */
  | (FindingBase & {
      readonly code: "data-source-namespace-dropped";
      /** What is gone: the whole field, as the API server drops it, or nothing but its namespace. */
      readonly path: FieldPath;
      /** Whether the claim has a data source left, in its own namespace. */
      readonly localSource: boolean;
      /** What the manifest named. */
      readonly applied: NamespacedId;
    })
  /** A reference in a field that newer releases of the Gateway API have no more, or only the experimental channel has. */
  | (FindingBase & { readonly code: "field-retired" | "field-experimental"; readonly decision: Decision })
  | (FindingBase & {
      readonly code: "listener-open-to-all";
      readonly parent: ObjectId;
      readonly listener: Listener;
    })
  /** A Gateway whose `allowedListeners` lets every namespace add listeners. */
  | (FindingBase & {
      readonly code: "gateway-open-to-all";
      readonly parent: ObjectId;
      readonly admission: NamespaceAdmission;
    })
  /**
   * A route of another namespace that may go first has the hostname on the same listener. Where the two are of different
   * kinds, HTTPRoute and GRPCRoute, one of them may be refused.
   */
  | (FindingBase & {
      readonly code: "hostname-taken";
      readonly route: NamespacedId;
      readonly other: NamespacedId;
      readonly seniority: Seniority;
      readonly parent: ObjectId;
      readonly listener: Listener;
      /** The name that both claim; null for a listener without hostnames (TCP, UDP), or for every name. */
      readonly hostname: string | null;
      /** Whether a rule of both matches the very same requests, so that one of them gets none. */
      readonly sameMatch: boolean;
      /** Where they only share requests: the one of the two that alone may take some of the other; null where either may. */
      readonly taker: NamespacedId | null;
    })
  /** A Service that a grant opens, and that has no selector of its own or is an alias of another host. */
  | (FindingBase & {
      readonly code: "service-unselected";
      readonly service: NamespacedId;
      readonly why: OpenEndpoints;
      readonly grants: readonly [Grant, ...Grant[]];
    })
  /** The spec permits, the controller refuses; or the reverse. */
  | (FindingBase & {
      readonly code: "controller-refuses-permitted" | "controller-permits-refused";
      readonly disagreement: Disagreement;
    })
  /** The controller's word is about another generation, and agrees so far. */
  | (FindingBase & { readonly code: "status-stale"; readonly statement: Statement })
  /** Objects are stored, or a kind is served, in a version that releases have dropped or will drop. */
  | (FindingBase & {
      readonly code: "version-stored" | "version-old";
      readonly groupKind: GroupKind;
      readonly fate: VersionFate;
      readonly versions: readonly [string, ...string[]];
    })
  /** The annotation that silences findings names a code that there is not. */
  | (FindingBase & {
      readonly code: "ignore-unknown-code";
      readonly word: string;
      /** The code that it looks like a slip of. */
      readonly meant: FindingCode | null;
      /** How many more words of the annotation are no codes and have no finding of their own; told with the last that has. */
      readonly more: number;
    })
  | (FindingBase & { readonly code: "referencegrant-not-served"; readonly references: number })
  | (FindingBase & {
      readonly code:
        | "manifest-invalid"
        | "manifest-rejected"
        | "manifest-duplicate"
        | "version-unserved"
        | "version-deprecated"
        | "field-invalid";
      readonly problem: InputProblem;
    });

/** The word that tells findings of one sort from others, in output, in `--ignore` and in the documents. */
export type FindingCode = Finding["code"];

/** Every code there is: one that is missing here, or that no finding has, does not compile. */
export const FINDING_CODES: Readonly<Record<FindingCode, true>> = {
  "ref-not-permitted": true,
  "not-attached": true,
  "target-not-found": true,
  "reference-unknown-kind": true,
  "unknown-verdict": true,
  "grant-unused": true,
  "grant-dangling": true,
  "grant-inert": true,
  "grant-broad": true,
  "grant-unknown-kind": true,
  "grant-field-ignored": true,
  "mesh-exemption": true,
  "grant-terminating": true,
  "grant-redundant": true,
  referencepolicy: true,
  "grant-look-alike": true,
  "must-be-local": true,
  "grant-not-enforced": true,
  "feature-gated": true,
  "namespace-ignored": true,
  "data-source-namespace-dropped": true,
  "field-retired": true,
  "field-experimental": true,
  "listener-open-to-all": true,
  "gateway-open-to-all": true,
  "hostname-taken": true,
  "service-unselected": true,
  "controller-refuses-permitted": true,
  "controller-permits-refused": true,
  "status-stale": true,
  "version-stored": true,
  "version-old": true,
  "ignore-unknown-code": true,
  "referencegrant-not-served": true,
  "manifest-invalid": true,
  "manifest-rejected": true,
  "manifest-duplicate": true,
  "version-unserved": true,
  "version-deprecated": true,
  "field-invalid": true,
};

/** The annotation that silences findings on its object: their codes, separated by commas. */
export const IGNORE_ANNOTATION = "kubectl-refgrant/ignore";

/** `RefNotPermitted` → `ref-not-permitted`: some reasons say the same as a code. */
export function asCode(reason: string): string {
  return reason.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}
