import type { AttachmentDecision, Decision, GrantDecision } from "./decision.ts";
import type { Gap } from "./gap.ts";
import type { Grant } from "./grant.ts";
import type { Listener } from "./listener.ts";
import type { GroupKind, ObjectId } from "./object.ts";
import type { InputProblem } from "./snapshot.ts";

/** From the gravest. `--fail-on` names the lowest that makes the exit code 1. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** An entry of a grant: which list, and the index in it as written. */
export interface EntryRef {
  readonly list: "from" | "to";
  readonly index: number;
}

interface FindingBase {
  readonly severity: Severity;
  /** The object the finding stands on; null for the cluster or a document that is no object. */
  readonly subject: ObjectId | null;
}

/** What is wrong or worth knowing: a code and typed arguments. The words stand in `render/prose.ts`. */
export type Finding =
  | (FindingBase & { readonly code: "ref-not-permitted"; readonly decision: GrantDecision })
  | (FindingBase & { readonly code: "not-attached"; readonly decision: AttachmentDecision })
  | (FindingBase & { readonly code: "target-not-found"; readonly decision: GrantDecision })
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
    })
  | (FindingBase & { readonly code: "grant-terminating"; readonly grant: Grant })
  | (FindingBase & { readonly code: "listener-open-to-all"; readonly parent: ObjectId; readonly listener: Listener })
  | (FindingBase & { readonly code: "referencegrant-not-served"; readonly references: number })
  | (FindingBase & {
      readonly code:
        | "manifest-invalid"
        | "manifest-rejected"
        | "manifest-duplicate"
        | "version-unserved"
        | "field-invalid";
      readonly problem: InputProblem;
    });

/** Why an entry can match under no known rule (design.md §10.5). */
export type InertCause =
  /** `from` names the grant's own namespace: such references need no grant. */
  | "own-namespace"
  /** `to` names a kind that routes attach to; attachment is the parent's to allow. */
  | "attachment-target"
  /** The string is no valid API group, kind or namespace. */
  | "invalid-string";

export type FindingCode = Finding["code"];
