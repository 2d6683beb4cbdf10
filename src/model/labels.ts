/** Labels of an object. A Map, because a label may be called `constructor` or `__proto__`. */
export type Labels = ReadonlyMap<string, string>;

/** The label that the API server puts on every Namespace, with the namespace's own name. */
export const NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name";

/** One requirement of a label selector. An operator outside the four is storable and selects nothing. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "invalid";
  readonly values: readonly string[];
}

/** A `metav1.LabelSelector` with matchLabels and matchExpressions as one list; all must hold, none selects everything. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[];
}
