import type { FieldPath, NamespacedId, ObjectId } from "./object.ts";

/**
 * Which of a route's parents a reference is judged under. Under a Gateway or ListenerSet a grant is needed, under a
 * Service (mesh) it is not (docs/rules.md §2.6), so a route with both has both verdicts.
 */
export interface ParentScope {
  readonly regime: "gateway" | "mesh";
  /** Indices into `spec.parentRefs`; empty for a route without parents. */
  readonly parentRefs: readonly number[];
}

interface ReferenceBase {
  /** The catalogue row it was found by, for example `HTTPRoute.backendRefs`. */
  readonly row: string;
  /** The object that contains the reference. */
  readonly referrer: NamespacedId;
  /** The field in the referrer that holds the reference, from the root of the object. */
  readonly path: FieldPath;
  /** The object pointed at, defaults applied; `namespace` is null for cluster-scoped kinds. */
  readonly referent: ObjectId;
}

/** A reference that the referent's namespace permits with a ReferenceGrant. */
export interface GrantReference extends ReferenceBase {
  readonly handshake: "grant";
  readonly scope: ParentScope | null;
  /** The reason the specification gives when the referent is permitted and missing. */
  readonly missingReason: MissingReason;
}

/** A reference that the parent permits by `allowedRoutes` or `allowedListeners`. */
export interface AttachmentReference extends ReferenceBase {
  readonly handshake: "attachment";
  readonly sectionName: string | null;
  readonly port: number | null;
  /** Hostnames of the route; empty means every hostname, null that the kind has none. */
  readonly hostnames: readonly string[] | null;
}

/** One field occurrence that names another object. */
export type Reference = GrantReference | AttachmentReference;

/** Reasons for a permitted referent that does not exist (docs/rules.md §4.2). */
export type MissingReason =
  | "BackendNotFound"
  | "InvalidCertificateRef"
  | "InvalidCACertificateRef"
  | "InvalidClientCertificateRef";
