import type { NonEmpty } from "./decision.ts";
import type { Gap } from "./gap.ts";
import type { Grant, GrantFrom, GrantTo } from "./grant.ts";
import type { Listener, NamespaceAdmission } from "./listener.ts";
import type { FieldPath, GroupKind, NamespacedId, ObjectId } from "./object.ts";
import type { Reference } from "./reference.ts";
import type { Namesakes } from "./sight.ts";

/** Plain data, as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One field of an object as it should be. `value` undefined takes the field away; `was` is what stood there, if anything did. */
export interface Edit {
  readonly path: FieldPath;
  readonly was: Json | undefined;
  readonly value: Json | undefined;
  /** What has to stand beside it for an index in the path to mean the same item of its list: the names of the items on the way. */
  readonly beside: readonly { readonly path: FieldPath; readonly value: string }[];
}

/** What is done to the world: an object that there was not, or fields of one that there is. */
export type Change =
  | { readonly change: "create"; readonly id: ObjectId; readonly manifest: { readonly [key: string]: Json } }
  | { readonly change: "edit"; readonly id: ObjectId; readonly edits: NonEmpty<Edit> };

/** What is to be known of an object that something else writes: a change of it would be undone. */
export type Maker =
  | { readonly by: "owner"; readonly owner: ObjectId }
  | { readonly by: "helm"; readonly release: string }
  | { readonly by: "argocd"; readonly application: string }
  | { readonly by: "flux"; readonly kustomization: string }
  /** A HelmRelease of Flux. */
  | { readonly by: "flux-helm"; readonly release: string };

/** Why another value of a field of a reference is the right one. */
export type CorrectionReason =
  /** It is near to what was written, and leads there. */
  | "near-name"
  /** An object of that name exists there. */
  | "namesake"
  /** The group or kind is written in a way that nobody has. */
  | "slip"
  /** It is the one that lets the route in. */
  | "admits"
  /** The implementation takes no object of another namespace. */
  | "must-be-local";

/** One change of one object, with what it means. Who may make it: whoever owns the object. */
export type Repair = { readonly change: Change; readonly maker: Maker | null } & (
  | {
      /** An entry of a grant that nothing uses is made to say what is needed. */
      readonly repair: "correct-entry";
      readonly grant: Grant;
      readonly list: "from" | "to";
      readonly index: number;
      readonly fields: NonEmpty<{
        readonly field: "group" | "kind" | "namespace" | "name";
        readonly was: string | null;
        readonly value: string;
      }>;
    }
  | {
      readonly repair: "add-grant";
      readonly id: NamespacedId;
      /** More than one where objects are generated in several namespaces. */
      readonly from: NonEmpty<GrantFrom>;
      readonly to: GrantTo;
      /** A grant that would permit it if it stood in the referent's namespace. */
      readonly misplaced: Grant | null;
    }
  | {
      readonly repair: "label-namespace";
      readonly namespace: string;
      readonly labels: NonEmpty<{ readonly key: string; readonly value: string }>;
    }
  | {
      /** `allowedRoutes` of a listener, or (null) `allowedListeners` of a Gateway. */
      readonly repair: "admit-namespace";
      readonly holder: NamespacedId;
      readonly listener: Listener | null;
      readonly namespace: string;
      readonly before: NamespaceAdmission;
      readonly admission: NamespaceAdmission;
    }
  | {
      readonly repair: "admit-kind";
      readonly holder: NamespacedId;
      readonly listener: Listener;
      readonly kind: GroupKind;
    }
  | {
      readonly repair: "correct-reference";
      readonly reference: Reference;
      readonly fields: NonEmpty<{
        readonly field: "group" | "kind" | "namespace" | "name" | "sectionName" | "port";
        readonly was: string | number | null;
        /** null: leave it out. */
        readonly value: string | number | null;
      }>;
      readonly because: CorrectionReason;
    }
  | {
      readonly repair: "add-hostname";
      readonly referrer: NamespacedId;
      readonly hostname: string;
      readonly listener: Listener;
    }
);

/** What helps where no change of an object that is there would, or none can be told. */
export type WayOut =
  | { readonly way: "create-parent"; readonly parent: ObjectId; readonly elsewhere: Namesakes }
  | {
      readonly way: "create-target";
      readonly target: ObjectId;
      readonly elsewhere: Namesakes;
      /** A name in the same namespace that is near to it. */
      readonly near: string | null;
    }
  /** The cluster has no ReferenceGrant. */
  | { readonly way: "install-grants" }
  /** The implementation takes no object of another namespace. */
  | { readonly way: "keep-local"; readonly target: ObjectId }
  /** The object pointed at is of a kind that there is not. */
  | { readonly way: "correct-kind"; readonly meant: GroupKind }
  /** The caller may not see, or the server did not say, what it depends on. */
  | { readonly way: "look"; readonly gaps: NonEmpty<Gap> }
  /** The implementation decides, and nothing that is known settles it. */
  | { readonly way: "ask-implementation"; readonly gap: Gap }
  /** Without these repairs it is refused; whether it works with them the implementation decides. */
  | { readonly way: "repair-and-ask"; readonly repairs: NonEmpty<Repair>; readonly gap: Gap }
  /** Nothing that was tried would help. */
  | { readonly way: "none" };

/** The one thing to do about a reference that is not permitted, or leads nowhere. */
export type Advice =
  | { readonly advice: "repair"; readonly repairs: NonEmpty<Repair> }
  | { readonly advice: "way-out"; readonly wayOut: WayOut };
