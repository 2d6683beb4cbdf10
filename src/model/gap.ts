import type { GroupKind } from "./object.ts";

/** Something that could not be seen. What a gap covers can be `permitted` or `unknown`, never `refused`. */
export interface Gap {
  /**
   * - `forbidden`: the server does not let the caller list it.
   * - `failed`: the server was asked and gave no usable answer.
   * - `unreadable`: a document of the input could not be parsed.
   * - `outside-input`: the input files say nothing about it, and they are not declared to be the whole world.
   * - `implementation`: the specification leaves the answer to the implementation.
   * - `not-read`: nobody has looked yet; the next reading does.
   * - `truncated`: there are more than were asked for, and no more are.
   */
  readonly cause: "forbidden" | "failed" | "unreadable" | "outside-input" | "implementation" | "not-read" | "truncated";
  /** Which kind is hidden; null when it may be any. */
  readonly groupKind: GroupKind | null;
  /** In which namespace; null for all of them, and for cluster-scoped kinds. */
  readonly namespace: string | null;
  /** With `namespace` null: the namespaces that it does not cover, since they were read or have gaps of their own. */
  readonly exceptNamespaces?: ReadonlySet<string>;
  /** What is so, as a sentence without a full stop; it may hold text from the server or a file. */
  readonly detail: string;
}

/** Makes gaps for what the specification leaves to implementations: each once, so that decisions share it. */
export function implementationGaps(): (about: GroupKind, detail: string) => Gap {
  const known = new Map<string, Gap>();
  return ({ group, kind }, detail) => {
    const key = `${group}/${kind}/${detail}`;
    const gap: Gap = known.get(key) ?? { cause: "implementation", groupKind: { group, kind }, namespace: null, detail };
    known.set(key, gap);
    return gap;
  };
}
