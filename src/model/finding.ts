import type { AttachmentDecision, Decision, GrantDecision, WithVerdict } from "./decision.ts";
import type { Gap } from "./gap.ts";
import type { Grant, InertCause } from "./grant.ts";
import type { Listener } from "./listener.ts";
import type { GroupKind, ObjectId } from "./object.ts";
import type { InputProblem, Namesakes } from "./snapshot.ts";

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
  | (FindingBase & { readonly code: "ref-not-permitted"; readonly decision: WithVerdict<GrantDecision, "refused"> })
  | (FindingBase & {
      readonly code: "not-attached";
      readonly decision: WithVerdict<AttachmentDecision, "refused">;
      /** Where the parent is missing: parents of that name in other namespaces. */
      readonly elsewhere: Namesakes;
    })
  | (FindingBase & {
      readonly code: "target-not-found";
      readonly decision: WithVerdict<GrantDecision, "permitted">;
      /** Objects of that kind and name in other namespaces. */
      readonly elsewhere: Namesakes;
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
    })
  /** Permitted under a mesh parent, where implementations differ. */
  | (FindingBase & { readonly code: "mesh-exemption"; readonly decision: GrantDecision })
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
