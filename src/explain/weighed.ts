import type { Extract } from "../catalogue/extract.ts";
import type { Decision } from "../model/decision.ts";
import type { Change } from "../model/explanation.ts";
import type { Gap } from "../model/gap.ts";
import type { Grant } from "../model/grant.ts";
import type { ListenerHolder } from "../model/listener.ts";
import type { GroupKind, ObjectKey } from "../model/object.ts";
import type { Sight } from "../model/sight.ts";

/** What of a world decisions are made from, and an explanation may take away. */
export interface World {
  readonly grants: readonly Grant[];
  readonly holders: ReadonlyMap<ObjectKey, ListenerHolder>;
  readonly sight: Sight;
}

/** The references that an explanation is about, and what was decided. */
export interface Weighed {
  readonly sight: Sight;
  readonly extracted: Extract;
  readonly decisions: readonly Decision[];
  /** Decides references again, in a world that differs in this. */
  readonly decideIn: (other: Partial<World>, references: readonly Decision["reference"][]) => readonly Decision[];
}

/** What would be decided otherwise, or on other grounds, in another world. */
export function changesIn(
  { decideIn }: Weighed,
  other: Partial<World>,
  decisions: readonly Decision[],
): readonly Change[] {
  const after = decideIn(
    other,
    decisions.map(({ reference }) => reference),
  );
  return decisions.flatMap((before, index) => {
    const then = after[index];
    return then === undefined ? [] : [{ before, after: then }];
  });
}

/** Looks at kinds in namespaces, and keeps what hid something. */
export class Lookout {
  readonly #sight: Sight;
  readonly #gaps = new Set<Gap>();

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /** What hides objects of the kind there; null if all of them were seen. */
  hidden(kind: GroupKind, namespace: string | null): Gap | null {
    const gap = this.#sight.hidden(kind, namespace);
    if (gap !== null) this.#gaps.add(gap);
    return gap;
  }

  /** Keeps what hid something that was looked for in another way. */
  keep(gap: Gap): void {
    this.#gaps.add(gap);
  }

  get gaps(): readonly Gap[] {
    return [...this.#gaps];
  }
}
