import type { Json } from "../model/json.ts";
import {
  isLabelKey,
  isLabelValue,
  type LabelRequirement,
  type Labels,
  NAMESPACE_NAME_LABEL,
  selects,
} from "../model/labels.ts";
import type { NamespaceAdmission } from "../model/listener.ts";

/** How a `namespaces` field comes to take in one namespace more, without losing one that it takes in. */
export interface Widening {
  /** Labels that the namespace lacks and would have to carry. */
  readonly labels: readonly { readonly key: string; readonly value: string }[];
  /** What the field has to say instead; null where it can stay as it is. */
  readonly admission: NamespaceAdmission | null;
}

const named = (...names: readonly string[]): LabelRequirement => ({
  key: NAMESPACE_NAME_LABEL,
  operator: "In",
  values: names,
});

const selecting = (...requirements: readonly LabelRequirement[]): NamespaceAdmission => ({
  from: "Selector",
  selector: { requirements },
});

/** What a label that only has to be there is given. */
const PRESENT = "true";

/** A value for a label that a namespace lacks, with which all requirements on it hold; null if there is none. */
function fitting(key: string, requirements: readonly LabelRequirement[]): string | null {
  const own = requirements.filter((requirement) => requirement.key === key);
  const values = own.flatMap(({ operator, values: some }) => (operator === "In" ? some : []));
  const candidates = values.length > 0 ? values : [PRESENT];
  return candidates.find((value) => isLabelValue(value) && selects(own, new Map([[key, value]]))) ?? null;
}

/** The requirement made to hold for these labels, and for all that it held for; null where it has to go. */
function loosened(requirement: LabelRequirement, labels: Labels): LabelRequirement | null {
  const { key, operator, values } = requirement;
  const value = labels.get(key);
  if (value === undefined || selects([requirement], labels)) return requirement;
  switch (operator) {
    case "In":
      return { key, operator, values: [...values, value] };
    case "NotIn": {
      const others = values.filter((other) => other !== value);
      return others.length === 0 ? null : { key, operator, values: others };
    }
    case "DoesNotExist":
    case "Exists":
    case "invalid":
      return null;
  }
}

/** Can no object have labels for which it holds? What a selector holds is anybody's text until it is a label. */
function isUnmeetable({ key, operator, values }: LabelRequirement): boolean {
  switch (operator) {
    case "invalid":
      return true;
    case "In":
      return !isLabelKey(key) || !values.some(isLabelValue);
    case "Exists":
      return !isLabelKey(key);
    case "NotIn":
    case "DoesNotExist":
      return false;
  }
}

function widenedSelector(requirements: readonly LabelRequirement[], namespace: string, known: Labels): Widening | null {
  // A selector that the API server cannot read, or that no label can meet, selects nothing: nothing is lost with it.
  if (requirements.some(isUnmeetable)) {
    return { labels: [], admission: selecting(named(namespace)) };
  }
  const lacking = requirements.filter((requirement) => !known.has(requirement.key) && !selects([requirement], known));
  const keys = [...new Set(lacking.map(({ key }) => key))];
  const labels = keys.map((key) => ({ key, value: fitting(key, requirements) }));
  const found = labels.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
  if (found.length < labels.length) return null;
  const carried = new Map([...known, ...found.map(({ key, value }) => [key, value] as const)]);
  if (selects(requirements, carried)) return { labels: found, admission: null };
  const looser = requirements.map((requirement) => loosened(requirement, carried)).filter((one) => one !== null);
  // Nothing left would be a selector for everybody.
  return looser.length === 0 ? null : { labels: found, admission: selecting(...looser) };
}

/**
 * How the admission comes to take in the namespace; null where no way is known. `All` is never one.
 *
 * @param owner the namespace of the object that holds the field
 * @param labels those of the namespace
 */
export function widened(
  admission: NamespaceAdmission,
  owner: string,
  namespace: string,
  labels: Labels,
): Widening | null {
  switch (admission.from) {
    case "All":
      return null;
    case "Same":
      return { labels: [], admission: selecting(named(owner, namespace)) };
    case "None":
    case "invalid":
      return { labels: [], admission: selecting(named(namespace)) };
    case "Selector":
      return admission.selector === null
        ? { labels: [], admission: selecting(named(namespace)) }
        : widenedSelector(admission.selector.requirements, namespace, labels);
  }
}

/** The `namespaces` field that says this. One value of a label is written as it is mostly found, under `matchLabels`. */
export function writtenAdmission(admission: NamespaceAdmission): Json | null {
  if (admission.from !== "Selector" || admission.selector === null) return null;
  const { requirements } = admission.selector;
  const isFirst = ({ key }: LabelRequirement, index: number) =>
    requirements.findIndex((other) => other.key === key) === index;
  const exact = requirements.filter(
    (requirement, index) =>
      requirement.operator === "In" &&
      requirement.values.length === 1 &&
      requirement.key !== NAMESPACE_NAME_LABEL &&
      isFirst(requirement, index),
  );
  const others = requirements.filter((requirement) => !exact.includes(requirement));
  const matchLabels = Object.fromEntries(exact.map(({ key, values }) => [key, values[0] ?? ""]));
  const matchExpressions = others.map(
    ({ key, operator, values }): Json =>
      values.length === 0 ? { key, operator } : { key, operator, values: [...values] },
  );
  return {
    from: "Selector",
    selector: {
      ...(exact.length === 0 ? {} : { matchLabels }),
      ...(others.length === 0 ? {} : { matchExpressions }),
    },
  };
}
