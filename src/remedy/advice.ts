import type { Extract } from "../catalogue/extract.ts";
import type { Decision } from "../model/decision.ts";
import type { Finding } from "../model/finding.ts";
import type { Advice } from "../model/remedy.ts";
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** What was read of some objects, and decided. */
export interface Judged {
  readonly sight: Sight;
  readonly extracted: Extract;
  readonly decisions: readonly Decision[];
}

/** What advice on the references of one object is made from. */
export interface AdviceEvidence {
  readonly snapshot: Snapshot;
  readonly judged: Judged;
  /** On the object. */
  readonly findings: readonly Finding[];
  /** Decides the object's references again, in a world that was changed. */
  readonly judge: (world: Snapshot) => Judged;
}

/** Gives advice on one decision among all of its object; null where there is nothing to do. */
export type Adviser = (decision: Decision, own: readonly Decision[]) => Advice | null;

/** Prepares to give advice on one object's references. What is advised has been tried on the world, and helps. */
export function adviser(_evidence: AdviceEvidence): Adviser {
  return () => null;
}
