import type { LabelRequirement, Labels } from "../model/labels.ts";

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
