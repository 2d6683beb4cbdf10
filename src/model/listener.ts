import type { LabelSelector } from "./labels.ts";
import type { GroupKind, ObjectId } from "./object.ts";

/** Which namespaces may attach: `allowedRoutes.namespaces` of a listener, `allowedListeners.namespaces` of a Gateway. */
export type NamespaceAdmission =
  | { readonly from: "All" }
  /** `byDefault`: nothing was written. */
  | { readonly from: "Same"; readonly byDefault: boolean }
  | { readonly from: "None"; readonly byDefault: boolean }
  /** A missing selector selects nothing, an empty one everything. */
  | { readonly from: "Selector"; readonly selector: LabelSelector | null }
  /** A word that the API does not know admits nobody. */
  | { readonly from: "invalid"; readonly word: string };

/** A listener of a Gateway or ListenerSet, with the API's defaults applied. */
export interface Listener {
  readonly name: string;
  /** The place in `spec.listeners`. */
  readonly index: number;
  readonly port: number | null;
  readonly protocol: string;
  /** null: every hostname. */
  readonly hostname: string | null;
  readonly tlsMode: string;
  /** `allowedRoutes.kinds`; null when unset or empty, which means "whatever the protocol carries". */
  readonly kinds: readonly GroupKind[] | null;
  readonly namespaces: NamespaceAdmission;
}

/** An object that routes attach to. */
export interface ListenerHolder {
  readonly id: ObjectId & { readonly namespace: string };
  readonly listeners: readonly Listener[];
  /** Who may add listeners by a ListenerSet; "None" where the kind has no such field. */
  readonly allowedListeners: NamespaceAdmission;
  /** The Gateway that a ListenerSet adds its listeners to; null for a Gateway. */
  readonly parent: ObjectId | null;
}
