/** Why the aliases of a document make it unusable. */
export type AliasTrouble =
  /** An alias stands inside what it names. */
  | { readonly why: "endless" }
  /** Aliases in aliases nest deeper than a document may. */
  | { readonly why: "too-deep" }
  /** Written out, the document would have more nodes than `limit`, far more than its text. */
  | { readonly why: "too-many"; readonly limit: number };

/** What a node comes to with every alias below it written out. */
interface Extent {
  readonly nodes: number;
  readonly height: number;
}

/** Far more than any object that an API server would store. */
const MAX_NODES = 1_000_000;

const LEAF: Extent = { nodes: 1, height: 0 };

/**
 * Whether a parsed value is usable once its aliases are written out, as every reader of it does; null if it is. Shared nodes
 * are measured once, so the time is that of the text.
 */
export function aliasTrouble(value: unknown, textLength: number, maxDepth: number): AliasTrouble | null {
  const measured = new Map<object, Extent>();
  const open = new Set<object>();
  const measure = (node: unknown, depth: number): Extent | AliasTrouble => {
    if (typeof node !== "object" || node === null) return LEAF;
    const known = measured.get(node);
    if (known !== undefined) return known;
    if (open.has(node)) return { why: "endless" };
    if (depth > maxDepth) return { why: "too-deep" };
    open.add(node);
    let nodes = 1;
    let height = 0;
    for (const child of Object.values(node)) {
      const extent = measure(child, depth + 1);
      if ("why" in extent) return extent;
      nodes += extent.nodes;
      height = Math.max(height, extent.height + 1);
    }
    open.delete(node);
    const extent: Extent = { nodes, height };
    measured.set(node, extent);
    return extent;
  };
  const whole = measure(value, 1);
  if ("why" in whole) return whole;
  if (whole.height > maxDepth) return { why: "too-deep" };
  return whole.nodes > MAX_NODES && whole.nodes > textLength ? { why: "too-many", limit: MAX_NODES } : null;
}
