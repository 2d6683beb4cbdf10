import type { Labels } from "./labels.ts";
import { compareText, type GroupKind, groupKindKey, keyOf, type ObjectId } from "./object.ts";

/**
 * Something of a cluster that an answer depends on and that nobody has read yet: one object, or a list of one kind. Reading
 * goes by needs where one object is asked about, so that what is read is a function of that object.
 */
export type Need =
  | { readonly read: "object"; readonly id: ObjectId }
  | {
      readonly read: "list";
      readonly groupKind: GroupKind;
      /** null for all namespaces, and for cluster-scoped kinds. */
      readonly namespace: string | null;
      /** Only objects of this name; null for any. */
      readonly name: string | null;
      /** Only objects with all these labels; null for any. */
      readonly labels: Labels | null;
      /** `page`: the first page is enough; that there are more is a gap. */
      readonly extent: "all" | "page";
    };

export type ListNeed = Extract<Need, { readonly read: "list" }>;

/** A need as one string: equal needs have equal keys. */
export function needKey(need: Need): string {
  if (need.read === "object") return `object ${keyOf(need.id)}`;
  const { groupKind, namespace, name, labels, extent } = need;
  const wanted = [...(labels ?? [])].map((label) => label.join("=")).toSorted(compareText);
  return `${extent} ${groupKindKey(groupKind)} ${namespace ?? "*"} ${name ?? ""} ${wanted.join(",")}`;
}

/** Collects needs, each once. */
export class Needs {
  readonly #needs = new Map<string, Need>();

  readonly onNeed = (need: Need): void => {
    this.#needs.set(needKey(need), need);
  };

  get all(): readonly Need[] {
    return [...this.#needs.values()];
  }
}

/** All objects of a kind in one namespace, or (null) in all of them. */
export function wholeList(groupKind: GroupKind, namespace: string | null): ListNeed {
  const { group, kind } = groupKind;
  return { read: "list", groupKind: { group, kind }, namespace, name: null, labels: null, extent: "all" };
}
