import type { NonEmpty } from "./decision.ts";
import type { Gap } from "./gap.ts";
import type { Grant, GrantFrom, GrantTo } from "./grant.ts";
import type { Json } from "./json.ts";
import type { Listener, NamespaceAdmission } from "./listener.ts";
import type { FieldPath, GroupKind, NamespacedId, ObjectId } from "./object.ts";
import type { Reference } from "./reference.ts";

/** One field of an object as it should be. `value` undefined takes the field away; `was` is what stood there, if anything did. */
export interface Edit {
  readonly path: FieldPath;
  readonly was: Json | undefined;
  readonly value: Json | undefined;
  /**
   * What has to stand in the object for the edit to mean what it meant: the list item that a field is of, the list that is added
   * to, the object that a field is added to, the names of items on the way.
   */
  readonly given: readonly { readonly path: FieldPath; readonly value: Json }[];
}

/** An object that there was not. */
interface Creation {
  readonly change: "create";
  readonly id: ObjectId;
  readonly manifest: { readonly [key: string]: Json };
}

/** Fields of an object that there is. */
interface Edition {
  readonly change: "edit";
  readonly id: ObjectId;
  readonly edits: NonEmpty<Edit>;
}

/** What is done to the world. */
export type Change = Creation | Edition;

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
export type Repair = { readonly maker: Maker | null } & (
  | {
      /** An entry of a grant that nothing uses is made to say what is needed. */
      readonly repair: "correct-entry";
      readonly change: Edition;
      readonly grant: Grant;
      readonly list: "from" | "to";
      readonly index: number;
      readonly fields: NonEmpty<{
        readonly field: "group" | "kind" | "namespace" | "name";
        readonly was: string | null;
        readonly value: string;
      }>;
      /** All that the entry permits then: everyone in `from` may reference everything in `to`. */
      readonly opens: { readonly from: NonEmpty<GrantFrom>; readonly to: NonEmpty<GrantTo> };
    }
  | {
      readonly repair: "add-grant";
      readonly change: Creation;
      readonly id: NamespacedId;
      /** More than one where objects are generated in several namespaces. */
      readonly from: NonEmpty<GrantFrom>;
      readonly to: GrantTo;
      /** A grant that would permit it if it stood in the referent's namespace. */
      readonly misplaced: Grant | null;
      /** Whether what it names is known not to be there. */
      readonly targetMissing: boolean;
    }
  | {
      readonly repair: "label-namespace";
      /** In files there may be no Namespace of what is in them. */
      readonly change: Change;
      readonly namespace: string;
      /** Whether there may be Gateways that were not looked at, and that ask for the label too. */
      readonly unchecked: boolean;
      readonly labels: NonEmpty<{ readonly key: string; readonly value: string }>;
    }
  | {
      /** `allowedRoutes` of a listener, or (null) `allowedListeners` of a Gateway. */
      readonly repair: "admit-namespace";
      readonly change: Edition;
      readonly holder: NamespacedId;
      readonly listener: Listener | null;
      readonly namespace: string;
      readonly before: NamespaceAdmission;
      readonly admission: NamespaceAdmission;
    }
  | {
      readonly repair: "admit-kind";
      readonly change: Edition;
      readonly holder: NamespacedId;
      readonly listener: Listener;
      readonly kind: GroupKind;
    }
  | {
      readonly repair: "correct-reference";
      readonly change: Edition;
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
      /** What a parentRef was meant to say, another says already. */
      readonly repair: "remove-reference";
      readonly change: Edition;
      readonly reference: Reference;
      readonly same: FieldPath;
    }
  | {
      readonly repair: "add-hostname";
      readonly change: Edition;
      readonly referrer: NamespacedId;
      readonly hostname: string;
      readonly listener: Listener;
    }
);

/** What helps where no change of an object that is there would, or none can be told. */
export type WayOut =
  | { readonly way: "create-parent"; readonly parent: ObjectId; readonly elsewhere: readonly ObjectId[] }
  | {
      readonly way: "create-target";
      readonly target: ObjectId;
      /** Those of its kind and name in other namespaces. */
      readonly elsewhere: readonly ObjectId[];
      /** A name in the same namespace that is near to it. */
      readonly near: string | null;
    }
  | {
      /** Of the target's namespace there is none, so that no grant can stand in it. */
      readonly way: "create-namespace";
      readonly target: NamespacedId;
      readonly elsewhere: readonly ObjectId[];
      /** The name of a namespace that is near to it. */
      readonly near: string | null;
    }
  /** No listener of the parent is of a protocol that carries such routes. */
  | {
      readonly way: "add-listener";
      readonly parent: ObjectId;
      readonly kind: GroupKind;
      readonly protocols: NonEmpty<string>;
    }
  /** The cluster has no ReferenceGrant. */
  | { readonly way: "install-grants" }
  /** The implementation takes no object of another namespace. */
  | { readonly way: "keep-local"; readonly target: ObjectId }
  /** The object pointed at is of a kind that the field does not take. */
  | { readonly way: "wrong-kind"; readonly takes: readonly GroupKind[] }
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
