import { KINDS } from "../catalogue/known.ts";
import type { LabelRequirement, LabelSelector } from "../model/labels.ts";
import type { NamespaceAdmission } from "../model/listener.ts";
import { type FieldPath, formatPath, type GroupKind, type ObjectId } from "../model/object.ts";

/** How kinds, objects, fields, selectors and admissions are written wherever one is spoken of. */

/** The group that everybody means by a kind: that of the first in the table. */
const USUAL_GROUPS: ReadonlyMap<string, string> = new Map(KINDS.toReversed().map(({ kind, group }) => [kind, group]));

/** A kind with its group where that is not the one that everybody means by it: `Service`, but `Service.example.com`. */
export function kindText({ group, kind }: GroupKind): string {
  const usual = USUAL_GROUPS.get(kind);
  if (usual === undefined ? group === "" : usual === group) return kind;
  return group === "" ? `${kind} (core)` : `${kind}.${group}`;
}

/** More than one object of a kind: `HTTPRoutes`, `BackendTLSPolicies`. */
export function kindsText(groupKind: GroupKind): string {
  const text = kindText(groupKind);
  const { kind } = groupKind;
  const many = /(ss|us|x|ch|sh)$/.test(kind)
    ? `${kind}es`
    : /[^aeiou]y$/.test(kind)
      ? `${kind.slice(0, -1)}ies`
      : kind.endsWith("s")
        ? kind
        : `${kind}s`;
  return text.startsWith(kind) ? `${many}${text.slice(kind.length)}` : text;
}

/** `Kind namespace/name`, as it can be pasted into a sentence. */
export function nameOf({ group, kind, namespace, name }: ObjectId): string {
  return `${kindText({ group, kind })} ${namespace === null ? name : `${namespace}/${name}`}`;
}

/** A field without the `spec.` that every path begins with. */
export function fieldOf(path: FieldPath): string {
  return formatPath(path[0] === "spec" ? path.slice(1) : path);
}

export const quoted = (text: string): string => (text === "" ? '""' : text);

/** One requirement of a selector in kubectl's notation. */
export function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(",")})`;
    case "NotIn":
      return `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
    case "invalid":
      return `${key} (invalid requirement, selects nothing)`;
  }
}

/** A label selector in kubectl's notation. */
export function selectorText(selector: LabelSelector): string {
  return selector.requirements.length === 0
    ? "{} (every namespace)"
    : selector.requirements.map(requirementText).join(",");
}

const byDefault = (admission: { readonly byDefault: boolean }): string => (admission.byDefault ? ", the default" : "");

/** What a listener or Gateway admits, as its `namespaces` field says. */
export function admissionText(admission: NamespaceAdmission, owner: string): string {
  switch (admission.from) {
    case "All":
      return "every namespace (from: All)";
    case "Same":
      return `only namespace ${owner} (from: Same${byDefault(admission)})`;
    case "None":
      return `no namespace (from: None${byDefault(admission)})`;
    case "invalid":
      return `nobody: from: ${admission.word} is no word of the API`;
    case "Selector":
      return admission.selector === null
        ? "no namespace (from: Selector without a selector)"
        : `namespaces labelled ${selectorText(admission.selector)} (from: Selector)`;
  }
}

/** What is wrong with a kind that does not exist. */
export function slipOfKind({ group, kind }: GroupKind, meant: GroupKind): string {
  const there = `there is no kind ${kind} of group ${quoted(group)}`;
  return `${there}: did you mean ${meant.kind} of group ${quoted(meant.group)}?`;
}
