import type { LabelSelector } from "./labels.ts";
import type { GroupKind, NamespacedId, ObjectId } from "./object.ts";

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

interface HolderBase {
  readonly id: NamespacedId;
  readonly listeners: readonly Listener[];
}

/** An object that routes attach to. */
export type ListenerHolder =
  /** A Gateway, with who may add listeners to it by a ListenerSet. */
  | (HolderBase & { readonly holder: "gateway"; readonly allowedListeners: NamespaceAdmission })
  /** A ListenerSet, with the parent that it adds its listeners to; null where it names none that can be read. */
  | (HolderBase & { readonly holder: "set"; readonly parent: ObjectId | null });
