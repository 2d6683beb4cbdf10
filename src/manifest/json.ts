/** One JSON object of a text that may hold several, one after the other. */
export interface JsonSlice {
  readonly text: string;
  /** Where it starts, counted from 0. */
  readonly line: number;
  readonly column: number;
  /** How many `key: value` members it is written with, at all depths. */
  readonly members: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]|\S/gsu;

/**
 * Cuts a text into its top-level JSON objects; null if it is anything else, a stray word between them included. Kubernetes'
 * tools accept objects written one after the other without a separator.
 */
export function jsonSlices(text: string): readonly JsonSlice[] | null {
  const slices: JsonSlice[] = [];
  let depth = 0;
  let start = 0;
  let members = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    if (depth === 0) {
      if (token !== "{") return null;
      start = match.index;
      members = 0;
    }
    if (token === "{" || token === "[") depth += 1;
    else if (token === ":") members += 1;
    else if (token === "}" || token === "]") {
      depth -= 1;
      if (depth === 0) {
        const before = text.slice(0, start);
        const column = start - (before.lastIndexOf("\n") + 1);
        slices.push({ text: text.slice(start, match.index + 1), line: before.split("\n").length - 1, column, members });
      }
    }
  }
  return depth === 0 && slices.length > 0 ? slices : null;
}

/** How many members a parsed value has, at all depths: fewer than it was written with if a key stood twice. */
export function memberCount(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const children: readonly unknown[] = Object.values(value);
  let count = Array.isArray(value) ? 0 : children.length;
  for (const child of children) count += memberCount(child);
  return count;
}
