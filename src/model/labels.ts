/** Labels of an object. A Map, because a label may be called `constructor` or `__proto__`. */
export type Labels = ReadonlyMap<string, string>;

/** The label that the API server puts on every Namespace, with the namespace's own name. */
export const NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name";

const LABEL_KEY = /^([a-z0-9A-Z][a-z0-9A-Z.-]*\/)?[a-z0-9A-Z]([a-z0-9A-Z._-]*[a-z0-9A-Z])?$/;
const LABEL_VALUE = /^([a-z0-9A-Z]([a-z0-9A-Z._-]*[a-z0-9A-Z])?)?$/;
/** What the name part of a key, and a value, may have. */
const LONGEST = 63;

/** May a label be called so? Where it may not, nothing has it, whatever a selector says. */
export function isLabelKey(text: string): boolean {
  return (
    LABEL_KEY.test(text) && text.slice(text.lastIndexOf("/") + 1).length <= LONGEST && text.length <= 253 + 1 + LONGEST
  );
}

/** May a label have this value? */
export function isLabelValue(text: string): boolean {
  return LABEL_VALUE.test(text) && text.length <= LONGEST;
}

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

function holds({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = labels.get(key);
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "invalid":
      return false;
  }
}

/** Do the labels fulfil every requirement? As apimachinery's `LabelSelectorAsSelector`; an invalid requirement selects nothing. */
export function selects(requirements: readonly LabelRequirement[], labels: Labels): boolean {
  return requirements.every((requirement) => holds(requirement, labels));
}

/**
 * The same where only some labels are known: "no" if a requirement on a known label fails, "yes" if all requirements are
 * on known labels and hold, else "unknown".
 */
export function selectsPartly(requirements: readonly LabelRequirement[], known: Labels): "yes" | "no" | "unknown" {
  const decidable = requirements.filter(({ key, operator }) => operator === "invalid" || known.has(key));
  if (!selects(decidable, known)) return "no";
  return decidable.length === requirements.length ? "yes" : "unknown";
}
