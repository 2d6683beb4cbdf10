import type { Gap } from "../model/gap.ts";
import { type Labels, NAMESPACE_NAME_LABEL, selects, selectsPartly } from "../model/labels.ts";
import type { NamespaceAdmission } from "../model/listener.ts";
import type { ObjectId } from "../model/object.ts";
import type { Sight } from "../model/sight.ts";
import { NAMESPACE } from "./kinds.ts";

/** Something holds, does not, or cannot be told because of a gap. */
export type Answer = "yes" | "no" | Gap;

/** The labels of a namespace; with a gap, the few of them that are known. */
export interface SeenLabels {
  readonly labels: Labels;
  readonly gap: Gap | null;
}

/** Tells which namespaces a `namespaces` field takes in (docs/rules.md §3.2). */
export interface Admissions {
  /** The labels of a namespace; null where it does not exist. */
  readonly labelsOf: (namespace: string) => SeenLabels | null;
  /** `owner` is the namespace of the object that holds the field. */
  readonly admits: (admission: NamespaceAdmission, owner: string, namespace: string) => Answer;
}

function readLabels(sight: Sight, namespace: string): SeenLabels | null {
  const id: ObjectId = { ...NAMESPACE, namespace: null, name: namespace };
  const own = sight.get(id)?.labels;
  // The API server sets this label on every Namespace; manifests seldom write it.
  const name = [NAMESPACE_NAME_LABEL, namespace] as const;
  if (own !== undefined) return { labels: new Map([...own, name]), gap: null };
  const existence = sight.existence(id);
  if (existence === "missing") return null;
  return { labels: new Map([name]), gap: existence === "present" ? null : existence };
}

/** Prepares to answer for the namespaces of a world; each is looked at once. */
export function admissionsOf(sight: Sight): Admissions {
  const known = new Map<string, SeenLabels | null>();
  const labelsOf = (namespace: string): SeenLabels | null => {
    const seen = known.get(namespace);
    if (seen !== undefined) return seen;
    const read = readLabels(sight, namespace);
    known.set(namespace, read);
    return read;
  };
  const admits = (admission: NamespaceAdmission, owner: string, namespace: string): Answer => {
    switch (admission.from) {
      case "All":
        return "yes";
      case "Same":
        return owner === namespace ? "yes" : "no";
      case "None":
      case "invalid":
        return "no";
      case "Selector": {
        if (admission.selector === null) return "no";
        const { requirements } = admission.selector;
        const seen = labelsOf(namespace);
        if (seen === null) return "no";
        if (seen.gap === null) return selects(requirements, seen.labels) ? "yes" : "no";
        const partly = selectsPartly(requirements, seen.labels);
        return partly === "unknown" ? seen.gap : partly;
      }
    }
  };
  return { labelsOf, admits };
}
