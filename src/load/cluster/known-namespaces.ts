import { compareText, type KubeObject } from "../../model/object.ts";
import { isNamespaceName, type Outcome } from "./lists.ts";
import { fieldOf, isObject } from "./text.ts";

/** Namespaces to try one by one. */
export interface Candidates {
  readonly names: readonly string[];
  /** How many others are known, and are too many to be tried. */
  readonly untried: number;
  /** Whether the server listed all namespaces, and all of them are in `names`. */
  readonly all: boolean;
}

/** Each costs a request for every kind that may not be listed in all of them. */
const MOST_NAMESPACES = 100;

const onlyNames = (names: Iterable<string>): readonly string[] => [...new Set(names)].filter(isNamespaceName);

function chosen(names: readonly string[], complete: boolean): Candidates {
  const tried = names.slice(0, MOST_NAMESPACES);
  const untried = names.length - tried.length;
  return { names: tried, untried, all: complete && untried === 0 };
}

/**
 * The namespaces to try, 100 in all: the `given` ones first; then those that the server listed, or, where it lists none, those
 * that were `met` in what could be read, in the order that they were met in.
 */
export function candidates(
  given: readonly string[],
  namespaces: Outcome | undefined,
  met: Iterable<string> = [],
): Candidates {
  const wanted = onlyNames(given).toSorted(compareText);
  if (namespaces?.got !== "objects") return chosen(onlyNames([...wanted, ...met]), false);
  const existing = new Set(namespaces.objects.map((object) => object.id.name));
  const first = wanted.filter((name) => existing.has(name));
  const others = [...existing].filter((name) => !first.includes(name)).toSorted(compareText);
  return chosen([...first, ...others], namespaces.unreadable === 0);
}

/** Every text in a field called `namespace` of an object's spec: where its references lead, and whom a grant trusts. */
function namedIn(body: unknown): readonly string[] {
  const found: string[] = [];
  // A body can be nested deeper than functions can call themselves.
  const open: unknown[] = [fieldOf(body, "spec")];
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    if (Array.isArray(value)) for (const inner of value) open.push(inner);
    else if (isObject(value)) {
      for (const [key, inner] of Object.entries(value)) {
        if (key !== "namespace") open.push(inner);
        else if (typeof inner === "string") found.push(inner);
      }
    }
  }
  return found;
}

/** The namespaces that objects stand in and name: whoever may read in one of them finds the others without a list of all. */
export function namespacesMet(objects: readonly KubeObject[]): readonly string[] {
  const names = objects.flatMap(({ id, body }) => [...(id.namespace === null ? [] : [id.namespace]), ...namedIn(body)]);
  return onlyNames(names).toSorted(compareText);
}
