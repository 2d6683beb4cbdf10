import type { Gap } from "./gap.ts";
import type { FieldPath, GroupKind, NamespacedId, ObjectId } from "./object.ts";

/**
 * Which of a route's parents a reference is judged under. Under a Gateway or ListenerSet a grant is needed, under a
 * Service (mesh) it is not (docs/rules.md §2.6), under any other kind that is the implementation's to say; so a route with
 * several has several verdicts.
 */
export interface ParentScope {
  readonly regime: "gateway" | "mesh" | "other";
  /** Indices into `spec.parentRefs`; empty for a route without parents. */
  readonly parentRefs: readonly number[];
  /** Whether the route has parents of another sort too, under which the same field has another verdict. */
  readonly shared: boolean;
}

/**
 * What is done about a reference that leaves its namespace.
 * - `required`: it is refused without a grant.
 * - `feature-gated`: the same, and nothing comes of it unless features are switched on that nobody can see from outside.
 * - `mode`: whether a grant is asked for is a setting of the implementation.
 * - `generated`: an object that the implementation generates is held against grants, not this one.
 * - `declared`: its schema says that a grant is needed; its code could not be read.
 * - `unverified`: what it does has not been read.
 * - `disputed`: a grant is needed, and sources differ on whether one is enough.
 * - `ignored`: nobody asks for a grant.
 * - `same-namespace-only`: it is refused, whatever is granted.
 */
export type Enforcement =
  | "required"
  | "feature-gated"
  | "mode"
  | "generated"
  | "declared"
  | "unverified"
  | "disputed"
  | "ignored"
  | "same-namespace-only";

interface ReferenceBase {
  /** The catalogue row it was found by, for example `HTTPRoute.backendRefs`. */
  readonly row: string;
  /** The field in the referrer that holds the reference, from the root of the object. */
  readonly path: FieldPath;
  /** The object pointed at, defaults applied; `namespace` is null for cluster-scoped kinds. */
  readonly referent: ObjectId;
}

/** A reference that the referent's namespace permits with a ReferenceGrant. */
export interface GrantReference extends ReferenceBase {
  readonly handshake: "grant";
  /** The object that contains the reference. */
  readonly referrer: NamespacedId;
  readonly scope: ParentScope | null;
  readonly enforcement: Enforcement;
  /** The kinds of which a grant's `from` has to name one: the referrer's own, unless an implementation looks at another. */
  readonly trustedAs: readonly [GroupKind, ...GroupKind[]];
  /** Whether the implementation asks for a grant although the referent is in the referrer's namespace. */
  readonly asksAtHome: boolean;
  /** Whether the implementation asks for a grant under a mesh parent too. */
  readonly asksUnderMesh: boolean;
  /** Whether nobody knows which kind a grant has to trust, so that none is known to be enough. */
  readonly trustUnknown: boolean;
  /** Whether the implementation takes a grant that names another object of the kind for one that names this. */
  readonly namesUnread: boolean;
  /**
   * For `generated`: the namespaces in which objects stand that the implementation generates from this one, as far as was
   * seen; null for all else.
   */
  readonly heldIn: readonly string[] | null;
  /** Why it may be no reference after all, or one of other namespaces too: what could not be seen, or is left open. */
  readonly doubt: Gap | null;
  /** True where a selector found the referent, and its name is written nowhere. */
  readonly implicit: boolean;
  /** The reason the specification gives when the referent is permitted and missing; null where it gives none. */
  readonly missingReason: MissingReason | null;
}

/** A reference that the parent permits by `allowedRoutes` or `allowedListeners`. */
export interface AttachmentReference extends ReferenceBase {
  readonly handshake: "attachment";
  /** The object that contains the reference. */
  readonly referrer: NamespacedId;
  /** True for a Gateway that offers itself as a default one (GEP-3793), which the route does not name. */
  readonly implicit: boolean;
  readonly sectionName: string | null;
  readonly port: number | null;
  /** Hostnames of the route; empty means every hostname, null that the kind has none. */
  readonly hostnames: readonly string[] | null;
}

/** A reference that needs nobody's agreement (docs/rules.md §2.8). */
export interface FreeReference extends ReferenceBase {
  readonly handshake: "none";
  /** The object that contains the reference; it may be cluster-scoped. */
  readonly referrer: ObjectId;
  readonly reach: "local" | "anywhere";
  /** A namespace that is written where the field has none: the API server drops it. */
  readonly droppedNamespace: string | null;
  readonly missingReason: MissingReason | null;
}

/** One field occurrence that names another object. */
export type Reference = GrantReference | AttachmentReference | FreeReference;

/** Reasons for a permitted referent that does not exist (docs/rules.md §4.2). */
export type MissingReason =
  | "BackendNotFound"
  | "InvalidCertificateRef"
  | "InvalidCACertificateRef"
  | "InvalidClientCertificateRef"
  | "InvalidListenerFilterRef"
  | "InvalidParameters"
  | "TargetNotFound";

/** Reasons for a referent of a kind that does not exist (docs/rules.md §4.2). */
export type InvalidKindReason =
  | Exclude<MissingReason, "BackendNotFound" | "InvalidCACertificateRef">
  | "InvalidKind"
  | "InvalidCACertificateKind";
