import { admissionsOf, type SeenLabels } from "../catalogue/admission.ts";
import { GATEWAY, LISTENER_SETS, NAMESPACE } from "../catalogue/kinds.ts";
import { makerOf } from "../catalogue/makers.ts";
import { type Labels, selects } from "../model/labels.ts";
import type { Listener, NamespaceAdmission } from "../model/listener.ts";
import { type FieldPath, keyOf, type NamespacedId, type ObjectId } from "../model/object.ts";
import type { Change, Repair } from "../model/remedy.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { editsOf } from "./edits.ts";
import type { Judged } from "./evidence.ts";
import { widened, writtenAdmission } from "./selectors.ts";
import { bodyOf } from "./world.ts";

/** A `namespaces` field that does not take in a namespace. */
export interface Refusing {
  readonly holder: NamespacedId;
  /** null for `allowedListeners`. */
  readonly listener: Listener | null;
  readonly admission: NamespaceAdmission;
}

/** Where the field stands. */
function pathOf({ listener }: Refusing): FieldPath {
  return listener === null
    ? ["spec", "allowedListeners", "namespaces"]
    : ["spec", "listeners", listener.index, "allowedRoutes", "namespaces"];
}

/** Every `namespaces` field that was seen. */
function admissionsIn({ extracted }: Judged): readonly NamespaceAdmission[] {
  return [...extracted.holders.values()].flatMap((holder) => [
    ...holder.listeners.map(({ namespaces }) => namespaces),
    ...(holder.holder === "gateway" ? [holder.allowedListeners] : []),
  ]);
}

/** Would some field that takes the namespace in, as far as was seen, do so no more with these labels? */
function shutsOut(judged: Judged, before: Labels, after: Labels): boolean {
  return admissionsIn(judged).some((admission) => {
    if (admission.from !== "Selector" || admission.selector === null) return false;
    const { requirements } = admission.selector;
    return selects(requirements, before) && !selects(requirements, after);
  });
}

type NewLabels = readonly { readonly key: string; readonly value: string }[];

/** May there be Gateways whose selectors were not looked at? In files all of them are, in a cluster it would be to list it. */
function leavesUnchecked({ source }: Snapshot, { sight }: Judged): boolean {
  if (source === "cluster") return true;
  const gaps = [GATEWAY, ...LISTENER_SETS].map((kind) => sight.hidden(kind, null));
  return gaps.some((gap) => gap !== null);
}

function labelling(snapshot: Snapshot, judged: Judged, namespace: string, labels: NewLabels): Repair | null {
  const [first, ...others] = labels;
  if (first === undefined) return null;
  const id: ObjectId = { ...NAMESPACE, namespace: null, name: namespace };
  const object = snapshot.objects.get(keyOf(id));
  const unchecked = leavesUnchecked(snapshot, judged);
  const common = { repair: "label-namespace", namespace, labels: [first, ...others], unchecked } as const;
  // Files need not hold the Namespace of what is in them: then it has no place in them.
  if (object === undefined || (snapshot.source === "files" && object.locate([]) === null)) {
    const metadata = { name: namespace, labels: Object.fromEntries(labels.map(({ key, value }) => [key, value])) };
    const change: Change = { change: "create", id, manifest: { apiVersion: "v1", kind: id.kind, metadata } };
    return { ...common, change, maker: null };
  }
  const at = ["metadata", "labels"];
  const body = bodyOf(object);
  const whole = Object.fromEntries(labels.map(({ key, value }) => [key, value]));
  const edits =
    object.labels.size === 0
      ? editsOf(body, [{ path: at, value: whole }])
      : editsOf(
          body,
          labels.map(({ key, value }) => ({ path: [...at, key], value })),
        );
  return edits === null ? null : { ...common, change: { change: "edit", id, edits }, maker: makerOf(object) };
}

function admitting(
  snapshot: Snapshot,
  field: Refusing,
  namespace: string,
  admission: NamespaceAdmission,
): Repair | null {
  const object = snapshot.objects.get(keyOf(field.holder));
  const value = writtenAdmission(admission);
  if (object === undefined || object.body === null || value === null) return null;
  const edits = editsOf(bodyOf(object), [{ path: pathOf(field), value }]);
  if (edits === null) return null;
  const { holder, listener, admission: before } = field;
  const change = { change: "edit", id: holder, edits } as const;
  return {
    repair: "admit-namespace",
    change,
    maker: makerOf(object),
    holder,
    listener,
    namespace,
    before,
    admission,
  };
}

/** The labels of the namespace, as far as it depends on them; null where there is no such namespace. */
function seenLabels({ sight }: Judged, { from }: NamespaceAdmission, namespace: string): SeenLabels | null {
  return from === "Selector" ? admissionsOf(sight).labelsOf(namespace) : { labels: new Map(), gap: null };
}

/**
 * What lets the namespace in by this field: labels for it, where it only lacks some; else a field that takes in this namespace
 * besides all that it did. Null where no way is known.
 */
export function admittance(
  snapshot: Snapshot,
  judged: Judged,
  field: Refusing,
  namespace: string,
): readonly Repair[] | null {
  const seen = seenLabels(judged, field.admission, namespace);
  if (seen === null) return null;
  const way = widened(field.admission, field.holder.namespace, namespace, seen.labels);
  if (way === null) return null;
  if (way.labels.length > 0) {
    // Of labels that were not seen it is not known whether the namespace lacks them.
    if (seen.gap !== null) return null;
    const after = new Map([...seen.labels, ...way.labels.map(({ key, value }) => [key, value] as const)]);
    if (shutsOut(judged, seen.labels, after)) return null;
  }
  const repairs = [
    ...(way.labels.length > 0 ? [labelling(snapshot, judged, namespace, way.labels)] : []),
    ...(way.admission === null ? [] : [admitting(snapshot, field, namespace, way.admission)]),
  ];
  const made = repairs.filter((repair) => repair !== null);
  return made.length === 0 || made.length < repairs.length ? null : made;
}
