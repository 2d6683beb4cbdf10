import type { Extract } from "../catalogue/extract.ts";
import type { Decision } from "../model/decision.ts";
import type { Grant } from "../model/grant.ts";
import type { ObjectKey } from "../model/object.ts";
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
  /** Every grant of the world, where advice is tried on less of it. */
  readonly grants: readonly Grant[];
  /**
   * Decides the object's references again, in a world that was changed; or, where others are named, those of others instead, as
   * far as what was read tells: for their sake nothing more is asked for.
   */
  readonly judge: (world: Snapshot, others?: ReadonlySet<ObjectKey>) => Judged;
}
