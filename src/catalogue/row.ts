import type { GroupKind } from "../model/object.ts";
import type { Enforcement, MissingReason } from "../model/reference.ts";
import type { ImplementationId } from "./implementations.ts";

/**
 * When a field counts as a reference at all.
 * - `always`
 * - `tls-terminates`: the listener's `tls.mode` is not Passthrough, where certificates are ignored (docs/rules.md §2.4).
 * - `https-port`: an HTTPS listener uses the port of this `perPort` entry (§2.4 G4).
 * - `https-default`: an HTTPS listener uses a port that no `perPort` entry has (§2.4 G3).
 */
export type RowCondition = "always" | "tls-terminates" | "https-port" | "https-default";

/**
 * How a field names its referent.
 * - `reference`: an object with `group`, `kind`, `namespace` and `name`, each where the row's defaults leave it out.
 * - `data-source`: the same with `apiGroup`, where absent means core (PersistentVolumeClaim).
 * - `endpoint`: `type` is the kind (AWS Global Accelerator).
 * - `plugin-list`: an annotation's text, `namespace:name` or `name`, separated by commas (Kong).
 * - `object-selector`: labels, and optionally namespaces, that select objects of one kind.
 * - `default-gateways`: every Gateway that offers itself to the routes that ask for a default one (GEP-3793).
 */
export type Reading = "reference" | "data-source" | "endpoint" | "plugin-list" | "object-selector" | "default-gateways";

interface RowBase {
  /** Kind and last field, unique: `HTTPRoute.backendRefs`. */
  readonly id: string;
  /** Whose rule it is: the specification's, or that of one implementation. */
  readonly implementation: ImplementationId;
  readonly from: GroupKind;
  /** The field, steps by dots, `[]` for every item of a list, `{key}` for a key that holds dots. */
  readonly path: string;
  /** Group and kind of the referent where the reference leaves them out; null where it must name both. */
  readonly defaults: GroupKind | null;
  /** Other kinds that the field is known to name. */
  readonly alsoNames?: readonly GroupKind[];
  readonly reading: Reading;
  /** The release channel of the Gateway API; null for kinds of others. */
  readonly channel: "standard" | "experimental" | null;
  /** First release with the field in that channel; null where it is not known. */
  readonly since: string | null;
  /** Last release with the field; null while it is there. */
  readonly until: string | null;
  /** What is peculiar about it, as a sentence without a full stop; null for nothing. */
  readonly quirk: string | null;
  /** A section of docs/rules.md, with the source's own path where there is one, or `owner/repository:path` where it was read. */
  readonly citation: string;
}

/** A field whose referent's namespace must agree by a ReferenceGrant, as far as the implementation asks for one. */
export interface GrantRow extends RowBase {
  readonly handshake: "grant";
  readonly condition: RowCondition;
  readonly enforcement: Enforcement;
  /** The kinds that `from` of a grant has to name, where that is not the referrer's own. */
  readonly trustedAs?: readonly [GroupKind, ...GroupKind[]];
  /** The reason for a permitted referent that does not exist; null where no specification gives one. */
  readonly missingReason: MissingReason | null;
  /** A namespace that is written out needs a grant, even where it is the object's own. */
  readonly asksAtHome?: true;
  /** Which kind a grant has to trust is not known: none is known to be enough. */
  readonly trustUnknown?: true;
  /** A name in a grant's `to` is not looked at: one that names another object opens this one too. */
  readonly namesUnread?: true;
  /** For `generated`: the row by which objects name this one; what is generated stands in their namespaces. */
  readonly generatedBy?: string;
}

/** A field whose referent agrees by `allowedRoutes`, or a Gateway by `allowedListeners`. */
export interface AttachmentRow extends RowBase {
  readonly handshake: "attachment";
}

/** A field that needs nobody's agreement: it has no namespace, or its owner belongs to no namespace. */
export interface FreeRow extends RowBase {
  readonly handshake: "none";
  /** `local`: always in the referrer's namespace. `anywhere`: of a cluster-scoped object, which no grant can name. */
  readonly reach: "local" | "anywhere";
  readonly missingReason: MissingReason | null;
}

/** A field that another kind of grant than ReferenceGrant decides: known, and out of scope. */
export interface ForeignGrantRow extends RowBase {
  readonly handshake: "foreign-grant";
  /** The kind of grant that decides. */
  readonly grantKind: GroupKind;
}

/** One way in which one kind can name another object. */
export type CatalogueRow = GrantRow | AttachmentRow | FreeRow | ForeignGrantRow;

/** A kind that one implementation lets a field of the Gateway API name, beside those that the specification knows. */
export interface KnownTarget {
  /** The rows of which it is a target, by id. */
  readonly rows: readonly string[];
  readonly target: GroupKind;
  readonly implementation: ImplementationId;
  readonly enforcement: Enforcement;
  /** It asks for a grant under a mesh parent too. */
  readonly underMesh?: true;
  readonly quirk: string | null;
  readonly citation: string;
}

/** A kind that looks like ReferenceGrant, or does the like, and is none: recognised, and out of scope. */
export interface LookAlikeGrant extends GroupKind {
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  /** Whose it is, for a sentence. */
  readonly whose: string;
  readonly citation: string;
}
