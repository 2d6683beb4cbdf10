/** Manifests as trees that can say what no value of JavaScript can: keys that stand twice, anchors, aliases, numbers as written. */

export type Tree =
  | { readonly is: "text"; readonly text: string }
  /** A number, a word or an alias, as it is written. */
  | { readonly is: "bare"; readonly text: string }
  | { readonly is: "list"; readonly items: readonly Tree[] }
  | { readonly is: "map"; readonly entries: readonly (readonly [string, Tree])[] }
  | { readonly is: "anchored"; readonly anchor: string; readonly tree: Tree };

export const text = (value: string): Tree => ({ is: "text", text: value });
export const bare = (value: string): Tree => ({ is: "bare", text: value });
export const list = (items: readonly Tree[]): Tree => ({ is: "list", items });
export const map = (entries: readonly (readonly [string, Tree])[]): Tree => ({ is: "map", entries });
export const anchored = (anchor: string, tree: Tree): Tree => ({ is: "anchored", anchor, tree });

/** Plain data as a tree. */
export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return list(value.map(treeOf));
  if (typeof value === "object" && value !== null)
    return map(Object.entries(value).map(([key, item]) => [key, treeOf(item)]));
  return typeof value === "string" ? text(value) : bare(String(value));
}

/** How many trees there are in one, with itself. */
export function sizeOf(tree: Tree): number {
  switch (tree.is) {
    case "text":
    case "bare":
      return 1;
    case "list":
      return tree.items.reduce((sum, item) => sum + sizeOf(item), 1);
    case "map":
      return tree.entries.reduce((sum, [, item]) => sum + sizeOf(item), 1);
    case "anchored":
      return 1 + sizeOf(tree.tree);
  }
}

/** The tree with the one that comes `at`-th changed, counted from the root in the order of the text. */
export function changedAt(tree: Tree, at: number, change: (found: Tree) => Tree): Tree {
  let left = at;
  const walk = (here: Tree): Tree => {
    if (left < 0) return here;
    if (left === 0) {
      left -= 1;
      return change(here);
    }
    left -= 1;
    switch (here.is) {
      case "text":
      case "bare":
        return here;
      case "list":
        return list(here.items.map(walk));
      case "map":
        return map(here.entries.map(([key, item]) => [key, walk(item)]));
      case "anchored":
        return anchored(here.anchor, walk(here.tree));
    }
  };
  return walk(tree);
}

/** The `at`-th tree. */
export function treeAt(tree: Tree, at: number): Tree {
  let found = tree;
  changedAt(tree, at, (here) => {
    found = here;
    return here;
  });
  return found;
}

const PLAIN = /^[A-Za-z][A-Za-z0-9./-]*$/;
const WORD = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

const plain = (value: string): string => (PLAIN.test(value) && !WORD.test(value) ? value : JSON.stringify(value));

/** In one line, as JSON where no anchor, no alias and no number of YAML is in it. */
export function flow(tree: Tree): string {
  switch (tree.is) {
    case "text":
      return JSON.stringify(tree.text);
    case "bare":
      return tree.text;
    case "list":
      return `[${tree.items.map(flow).join(",")}]`;
    case "map":
      return `{${tree.entries.map(([key, item]) => `${JSON.stringify(key)}:${item.is === "bare" ? " " : ""}${flow(item)}`).join(",")}}`;
    case "anchored":
      return `&${tree.anchor} ${flow(tree.tree)}`;
  }
}

/** In lines, as people write it. */
export function block(tree: Tree, indent = ""): string {
  switch (tree.is) {
    case "text":
      return plain(tree.text);
    case "bare":
      return tree.text;
    case "list":
      if (tree.items.length === 0) return "[]";
      return tree.items.map((item) => `\n${indent}- ${block(item, `${indent}  `).replace(/^\n\s*/, "")}`).join("");
    case "map":
      if (tree.entries.length === 0) return "{}";
      return tree.entries
        .map(([key, item]) => {
          const written = block(item, `${indent}  `);
          return `\n${indent}${key === "<<" ? key : plain(key)}:${written.startsWith("\n") ? "" : " "}${written}`;
        })
        .join("");
    case "anchored":
      return `&${tree.anchor} ${block(tree.tree, indent)}`;
  }
}
