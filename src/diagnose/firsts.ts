import { compareText } from "../model/object.ts";

/** Something with a namespace and a place in an order. */
export interface Placed<T> {
  readonly item: T;
  readonly namespace: string;
  readonly place: number;
}

/** What a request must have, by the name of its part. */
export type Demands = ReadonlyMap<string, string>;

/** The first item of an order, and the first of another namespace than that: nobody needs a third. */
class Pair<T> {
  readonly #firsts: Placed<T>[] = [];

  add(placed: Placed<T>): void {
    const [first] = this.#firsts;
    if (first === undefined || (this.#firsts.length === 1 && first.namespace !== placed.namespace)) {
      this.#firsts.push(placed);
    }
  }

  /** The place of the first; none has an earlier one. */
  get start(): number {
    return this.#firsts[0]?.place ?? Number.POSITIVE_INFINITY;
  }

  /** The first that is of another namespace. */
  find(namespace: string): Placed<T> | null {
    return this.#firsts.find((placed) => placed.namespace !== namespace) ?? null;
  }
}

function earlier<T>(a: Placed<T> | null, b: Placed<T> | null): Placed<T> | null {
  if (a === null || b === null) return a ?? b;
  return a.place <= b.place ? a : b;
}

/** Items by what they demand, one demand a level, so that those which demand something else are passed over together. */
class Branch<T> {
  readonly #here = new Pair<T>();
  readonly #all = new Pair<T>();
  /** By part, with the place of the first item below, and what is demanded of it. */
  readonly #below = new Map<string, { readonly start: number; readonly byText: Map<string, Branch<T>> }>();
  /** The parts of which something is demanded below. */
  readonly #parts = new Set<string>();

  add([demand, ...others]: readonly (readonly [string, string])[], placed: Placed<T>): void {
    this.#all.add(placed);
    if (demand === undefined) {
      this.#here.add(placed);
      return;
    }
    const [part, text] = demand;
    for (const [name] of [demand, ...others]) this.#parts.add(name);
    const below = this.#below.get(part) ?? { start: placed.place, byText: new Map<string, Branch<T>>() };
    this.#below.set(part, below);
    const { byText } = below;
    const branch = byText.get(text) ?? new Branch<T>();
    byText.set(text, branch);
    branch.add(others, placed);
  }

  /** The first that is of another namespace, demands nothing else and comes before what was found; else what was found. */
  find(demands: Demands, namespace: string, found: Placed<T> | null): Placed<T> | null {
    const first = this.#all.find(namespace);
    if (first === null || (found !== null && found.place <= first.place)) return found;
    if (![...demands.keys()].some((part) => this.#parts.has(part))) return first;
    let best = earlier(found, this.#here.find(namespace));
    for (const [part, { start, byText }] of this.#below) {
      // Parts and branches stand in the order of their first items, so no later one has an earlier item.
      if (best !== null && best.place <= start) break;
      const text = demands.get(part);
      const fitting =
        text === undefined ? byText.values() : [byText.get(text)].filter((branch) => branch !== undefined);
      for (const branch of fitting) {
        if (best !== null && best.place <= branch.#all.start) break;
        best = branch.find(demands, namespace, best);
      }
    }
    return best;
  }
}

const NOTHING: Demands = new Map();

/** The first items of an order under each key, found by those whose demands they can meet together. */
export class Firsts<T> {
  readonly #byKey = new Map<string, Branch<T>>();

  /** Takes items in their order. */
  add(key: string, placed: Placed<T>, demands: Demands = NOTHING): void {
    const branch = this.#byKey.get(key) ?? new Branch<T>();
    this.#byKey.set(key, branch);
    branch.add(demands.size === 0 ? [] : [...demands].toSorted(([a], [b]) => compareText(a, b)), placed);
  }

  /** The first that was added under one of the keys, is of another namespace and demands nothing else. */
  find(keys: Iterable<string>, namespace: string, demands: Demands = NOTHING): Placed<T> | null {
    let found: Placed<T> | null = null;
    for (const key of keys) found = this.#byKey.get(key)?.find(demands, namespace, found) ?? found;
    return found;
  }
}
