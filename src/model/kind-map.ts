import type { GroupKind } from "./object.ts";

/** The value of a key, made where there is none yet. */
export function inMap<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Values by group and kind, found without making a key of the two. */
export class KindMap<T> {
  readonly #byGroup = new Map<string, Map<string, T>>();

  get({ group, kind }: GroupKind): T | undefined {
    return this.#byGroup.get(group)?.get(kind);
  }

  set({ group, kind }: GroupKind, value: T): void {
    const byKind = this.#byGroup.get(group);
    if (byKind === undefined) this.#byGroup.set(group, new Map([[kind, value]]));
    else byKind.set(kind, value);
  }

  /** The value of a kind, made where there is none yet. */
  of(groupKind: GroupKind, make: (groupKind: GroupKind) => T): T {
    const known = this.get(groupKind);
    if (known !== undefined) return known;
    const made = make(groupKind);
    this.set(groupKind, made);
    return made;
  }
}

/** Kinds that are remembered: of what is written in files there may be any number. */
const MOST_REMEMBERED = 1000;

/**
 * Remembers what a function says of a kind, which must depend on nothing else: a world has many objects, and few kinds.
 *
 * @param say never gives undefined
 */
export function ofKind<T>(say: (kind: GroupKind) => T): (kind: GroupKind) => T {
  let said = new KindMap<T>();
  let count = 0;
  return (kind) => {
    const known = said.get(kind);
    if (known !== undefined) return known;
    if (count === MOST_REMEMBERED) {
      said = new KindMap();
      count = 0;
    }
    count += 1;
    const answer = say(kind);
    said.set(kind, answer);
    return answer;
  };
}

/** The same of two kinds. */
export function ofKinds<T>(say: (a: GroupKind, b: GroupKind) => T): (a: GroupKind, b: GroupKind) => T {
  const ofFirst = ofKind((a) => ofKind((b) => say(a, b)));
  return (a, b) => ofFirst(a)(b);
}
