import type { Decision, NonEmpty } from "./decision.ts";
import type { FieldPath, ObjectId } from "./object.ts";

/** What one condition says that bears on references. */
export interface ConditionWord {
  readonly type: "Accepted" | "ResolvedRefs";
  readonly status: "True" | "False" | "Unknown";
  /** The reasons as written, split at commas, each once (docs/rules.md §4.4). */
  readonly reasons: readonly string[];
  readonly message: string;
  /** The generation it was made for; null where the condition does not say, or says 0, which no object has. */
  readonly observedGeneration: number | null;
  /** As written, in RFC 3339; null where it is not. */
  readonly lastTransitionTime: string | null;
}

/** What a condition is about: an object under one parent (of a route) or ancestor (of a policy), one listener, a whole object. */
export type StatementSubject =
  | {
      readonly about: "parent";
      readonly parent: ObjectId;
      readonly sectionName: string | null;
      readonly port: number | null;
      /** The controller says of the same parent that it left rules out, or all of them: it may not have looked at those. */
      readonly rulesLeftOut: boolean;
    }
  | { readonly about: "listener"; readonly listener: string }
  | { readonly about: "object" };

/** One condition that one controller wrote on one object. */
export interface Statement {
  readonly object: ObjectId;
  readonly subject: StatementSubject;
  /** The controller's name; null where the status does not say and no GatewayClass tells it. */
  readonly controller: string | null;
  /**
   * The controller that the parent's GatewayClass names, where it is another one: then this one may have been left over
   * from an earlier class. null where it is the same, and where either cannot be told.
   */
  readonly supersededBy: string | null;
  readonly condition: ConditionWord;
  /** The object's `metadata.generation`; null where it is not known. */
  readonly generation: number | null;
  /**
   * Whether the condition is about the object as it stands; `unknown` where it does not say which generation it saw, or
   * the object has none.
   */
  readonly freshness: "fresh" | "stale" | "unknown";
  /** The condition's place in the object. */
  readonly path: FieldPath;
  /** Where in the object the references stand that the condition speaks of: how their paths begin. */
  readonly fields: readonly FieldPath[];
}

/** A statement beside the verdicts on what it speaks of. */
export interface Judgement {
  readonly statement: Statement;
  /** The decisions on the references that the statement speaks of; none where there are no such references. */
  readonly decisions: readonly Decision[];
  /** How the two disagree, if they do, and the decisions that the statement contradicts. */
  readonly disagreement: Contradiction | null;
}

/** A statement says otherwise than the verdicts. */
export interface Contradiction {
  readonly code: "controller-refuses-permitted" | "controller-permits-refused";
  readonly decisions: NonEmpty<Decision>;
}
