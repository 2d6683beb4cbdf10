import type { AttachmentDecision, Decision, FreeDecision, GrantDecision, WithVerdict } from "./decision.ts";
import type { GrantExplanation } from "./explanation.ts";
import type { EntryRef, Finding } from "./finding.ts";
import type { Gap } from "./gap.ts";
import type { Grant, GrantEntries, GrantFrom, GrantTo } from "./grant.ts";
import type { JsonObject } from "./json.ts";
import type { KubeObject, Locate, NamespacedId, ObjectId } from "./object.ts";
import type { Advice, Maker } from "./remedy.ts";

/** A ReferenceGrant as it is printed. */
export interface WrittenGrant extends GrantEntries {
  readonly id: NamespacedId;
  readonly manifest: JsonObject;
  /** The grant that it takes the place of, of which everything but the entries is kept; null for a new one. */
  readonly rewrites: Grant | null;
}

/** How new grants are to be written, where the user has a say in it. */
export interface GrantStyle {
  /** The name of each; null for one made from what it says. */
  readonly name: string | null;
  /** Group and version; null for what the cluster serves. */
  readonly apiVersion: string | null;
  /** Grants that are printed before: their names are given away. */
  readonly made: readonly WrittenGrant[];
}

/** For what grants are made. */
export interface ScaffoldRequest extends GrantStyle {
  /** Objects that hold references. */
  readonly objects: readonly ObjectId[];
  /** Only references into this namespace; null for all. */
  readonly toNamespace: string | null;
  /** For every reference that a grant decides, permitted or not; else for what is refused. */
  readonly all: boolean;
  /** Open every object of a kind, not only those that are named. */
  readonly anyName: boolean;
  /** Take for refused what is unknown. */
  readonly assumeRefused: boolean;
  /** The name of a grant in the target's namespace to add to; null for grants of their own. */
  readonly into: string | null;
}

/**
 * Why no grant helps.
 * - `parent`: a parent decides, by its listeners.
 * - `local-field`: the field has no namespace, and one was written there.
 * - `must-be-local`: the implementation takes no object of another namespace.
 * - `no-such-kind`: what is named is of a kind that there is not.
 * - `wrong-kind`: the field takes other kinds.
 * - `no-namespace`: the cluster has no such namespace, so no grant can stand in it.
 * - `no-grants`: the cluster has no ReferenceGrant.
 * - `inadmissible`: no API server takes a grant that says what would be needed.
 * - `not-cured`: it was tried, and is refused all the same.
 */
export type Incurability =
  | "parent"
  | "local-field"
  | "must-be-local"
  | "no-such-kind"
  | "wrong-kind"
  | "no-namespace"
  | "no-grants"
  | "inadmissible"
  | "not-cured";

/** A reference that no grant helps, and what does. */
export interface Incurable {
  readonly decision: Decision;
  readonly why: Incurability;
  readonly advice: Advice | null;
}

/** What came of the wish to add to a grant. */
export type Merge =
  /** Nobody wished it, or there is nothing to add. */
  | { readonly merge: "none" }
  | { readonly merge: "several-namespaces"; readonly namespaces: readonly string[] }
  | { readonly merge: "not-found"; readonly id: NamespacedId; readonly near: string | null }
  | { readonly merge: "unseen"; readonly id: NamespacedId; readonly gap: Gap }
  /** It counts for nothing, is on its way out, or would have more entries than a grant can. */
  | { readonly merge: "unfit"; readonly grant: Grant; readonly why: "rejected" | "terminating" | "too-many" }
  | {
      readonly merge: "merged";
      readonly grant: Grant;
      readonly added: { readonly from: readonly GrantFrom[]; readonly to: readonly GrantTo[] };
      /** What was asked for, as products. */
      readonly asked: readonly GrantEntries[];
      /** What writes the grant; null where nothing is known to. */
      readonly maker: Maker | null;
      /** Indices of those in its `to` that say nothing more beside what is added. */
      readonly spare: readonly number[];
      /** What it would permit beyond what was asked for: everyone in `from` may refer to everything in `to`. */
      readonly besides: readonly GrantEntries[];
    };

/** At most so many references that are refused, unknown or lead nowhere are told one by one; of more than are told nothing is looked up. */
export const MOST_TOLD = 20;

/** A target that is granted and is not there. */
export interface EarlyTarget {
  readonly target: NamespacedId;
  /** A name in the same namespace that is near to it. */
  readonly near: string | null;
  readonly elsewhere: readonly ObjectId[];
}

/** Grants for the references of some objects, and what is to be said of the others. */
export interface Granting {
  readonly source: "cluster" | "files";
  readonly locate: Locate;
  /** By namespace and name. */
  readonly grants: readonly WrittenGrant[];
  /** The references that they are for, as they are decided without them. */
  readonly granted: readonly GrantDecision[];
  readonly incurable: readonly Incurable[];
  /** Whether some of the unknown could be granted all the same. */
  readonly assumable: boolean;
  /** Left out, since it is not known whether they are refused. */
  readonly unknown: readonly WithVerdict<Decision, "unknown">[];
  /** Granted, now or before, and whether that is enough the implementation decides. */
  readonly doubtful: readonly { readonly decision: GrantDecision; readonly gap: Gap }[];
  readonly early: readonly EarlyTarget[];
  /** Namespaces of grants that files, taken for the whole world, do not hold. */
  readonly missingNamespaces: readonly string[];
  /** Namespaces of grants and targets of which could not be seen whether they are there, and why. */
  readonly unseenObjects: readonly { readonly id: ObjectId; readonly gap: Gap }[];
  /** Services that are granted and stand for a name outside the cluster. */
  readonly externalNames: readonly NamespacedId[];
  /** Permitted, and what they name is not there. */
  readonly dangling: readonly (GrantDecision | FreeDecision)[];
  /** Refused references that a selector makes and nobody wrote. */
  readonly offered: readonly GrantDecision[];
  /** Whether these attach is not known, and no matter of grants; told where the unknown was taken for refused. */
  readonly unseenParents: readonly AttachmentDecision[];
  /** How many references the objects hold, of whatever sort. */
  readonly references: number;
  /** How many references to other namespaces, that a grant decides, are permitted already. */
  readonly settled: number;
  /** How many of these need no grant, under a mesh parent. */
  readonly exempt: number;
  /** Permitted by nothing but grants that are being deleted. */
  readonly leaving: readonly Decision[];
  /** What of the objects no API server would take: a reference that is written so is none. */
  readonly problems: readonly Finding[];
  /** Grants with the name that was asked for, that may be there unseen. */
  readonly unseenNames: readonly NamespacedId[];
  /** Names that were asked for and belong to grants that say something else. */
  readonly overwritten: readonly NamespacedId[];
  readonly merge: Merge;
}

/** What becomes of one pair of entries of a grant that is made as tight as its use. */
export interface PairFate {
  /** Indices in the grant. */
  readonly from: number;
  readonly to: number;
  /**
   * - `kept`: it is used, or of unknown use, and stays as it is.
   * - `named`: instead of every name it says those that are used.
   * - `dropped`: nothing uses it.
   * - `repeated`: others say the same.
   */
  readonly fate: "kept" | "named" | "dropped" | "repeated";
  /** Why it is not known whether it is used; null where it is. */
  readonly open: Gap | "perhaps" | null;
}

/** A grant made as tight as today's use. */
export interface Tightening {
  readonly explanation: GrantExplanation;
  readonly object: KubeObject;
  /** `unused`: it could be deleted. `rejected`: no API server takes it, so it permits nothing. */
  readonly result: "tight" | "narrowed" | "unused" | "rejected";
  readonly fates: readonly PairFate[];
  /** What to apply instead, in this order: what is permitted at the end is permitted at any time on the way. */
  readonly grants: readonly WrittenGrant[];
}

/** A ReferencePolicy said as ReferenceGrants. */
export interface Conversion {
  readonly policy: Grant;
  readonly object: KubeObject;
  /** `covered`: ReferenceGrants that are there say as much. `empty`: no entry of it could be read. */
  readonly result: "converted" | "covered" | "empty" | "no-grants";
  /** Entries that are left out, since no API server takes them. */
  readonly leftOut: readonly EntryRef[];
  /** A grant by the policy's name that says something else, or by the one that was asked for. */
  readonly taken: NamespacedId | null;
  /** Those that cover it. */
  readonly covering: readonly Grant[];
  readonly grants: readonly WrittenGrant[];
}
