import type { Finding } from "../model/finding.ts";
import { NAMESPACE_NAME_LABEL } from "../model/labels.ts";
import type { ListenerHolder, NamespaceAdmission } from "../model/listener.ts";
import { compareIds } from "../model/object.ts";

/**
 * Does it admit every namespace there is and will be (docs/rules.md §3.2)? So does a selector that asks for nothing, or
 * for no more than the label that every Namespace carries.
 */
export function admitsEveryNamespace(admission: NamespaceAdmission): boolean {
  if (admission.from === "All") return true;
  if (admission.from !== "Selector" || admission.selector === null) return false;
  return admission.selector.requirements.every(
    ({ key, operator }) => key === NAMESPACE_NAME_LABEL && operator === "Exists",
  );
}

function ofGateway(holder: ListenerHolder): readonly Finding[] {
  if (holder.holder !== "gateway" || !admitsEveryNamespace(holder.allowedListeners)) return [];
  const { id, allowedListeners: admission } = holder;
  return [{ code: "gateway-open-to-all", severity: "warning", subject: id, parent: id, admission }];
}

function ofListeners({ id, listeners }: ListenerHolder): readonly Finding[] {
  return listeners
    .filter(({ namespaces }) => admitsEveryNamespace(namespaces))
    .map((listener) => ({ code: "listener-open-to-all", severity: "warning", subject: id, parent: id, listener }));
}

/** Gateways that take ListenerSets of every namespace, and listeners that take routes of every namespace. */
export function openToAll(holders: Iterable<ListenerHolder>): readonly Finding[] {
  return [...holders]
    .toSorted((a, b) => compareIds(a.id, b.id))
    .flatMap((holder) => [...ofGateway(holder), ...ofListeners(holder)]);
}
