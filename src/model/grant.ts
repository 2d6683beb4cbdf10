import type { NonEmpty } from "./decision.ts";
import type { NamespacedId } from "./object.ts";

/** Whom a grant trusts: objects of one kind in one namespace. */
export interface GrantFrom {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
}

/** What a grant opens in its own namespace: one kind, or one object of it. */
export interface GrantTo {
  readonly group: string;
  readonly kind: string;
  /** null: every name. */
  readonly name: string | null;
}

/** Everyone in `from` with everything in `to`: what one grant says (docs/rules.md §1.3). */
export interface GrantEntries {
  readonly from: NonEmpty<GrantFrom>;
  readonly to: NonEmpty<GrantTo>;
}

/** The entries of a grant, in their order; there may be none. */
export interface EntryLists {
  readonly from: readonly GrantFrom[];
  readonly to: readonly GrantTo[];
}

/** An entry of a grant, with its index in the object as written: unusable entries are left out, so positions may skip. */
export interface Indexed<T> {
  readonly index: number;
  readonly entry: T;
}

/** Why an entry can match under no known rule (docs/rules.md §1.3). */
export type InertCause =
  /** `from` names the grant's own namespace: such references need no grant. */
  | "own-namespace"
  /** `to` names a kind that routes attach to; attachment is the parent's to allow. */
  | "attachment-target"
  /** The string is no valid API group, kind or namespace. */
  | "invalid-string"
  /** `to.name` is `*`: a name like any other, and no object has it. */
  | "literal-star"
  /** The entry names a kind without namespaces, which needs no grant. */
  | "cluster-scoped";

/** A ReferenceGrant as far as it could be read. Every `from` pairs with every `to` (docs/rules.md §1.3). */
export interface Grant {
  readonly id: NamespacedId;
  readonly apiVersion: string;
  readonly from: readonly Indexed<GrantFrom>[];
  readonly to: readonly Indexed<GrantTo>[];
  /** A grant that is being deleted is in effect until it is gone. */
  readonly terminating: boolean;
  /** The API server would refuse the manifest, so the grant permits nothing. */
  readonly rejected: boolean;
}
