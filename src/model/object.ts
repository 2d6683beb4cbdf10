import type { Labels } from "./labels.ts";

/** An API group and a kind in it. The group `""` is Kubernetes' core group. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** Names one object. `namespace` is null for cluster-scoped objects. The API version is no part of identity. */
export interface ObjectId extends GroupKind {
  readonly namespace: string | null;
  readonly name: string;
}

/** The identity of an object that stands in a namespace. */
export type NamespacedId = ObjectId & { readonly namespace: string };

declare const objectKey: unique symbol;

/** An {@link ObjectId} as one string, to look objects up by. Only {@link keyOf} makes one. */
export type ObjectKey = string & { readonly [objectKey]: true };

/** The key of an object. Injective, because a name, namespace, kind or group never contains a slash (readers refuse those). */
export function keyOf(id: ObjectId): ObjectKey {
  return `${id.group}/${id.kind}/${id.namespace ?? ""}/${id.name}` as ObjectKey;
}

/** A group and kind as one string, to index by. */
export function groupKindKey(groupKind: GroupKind): string {
  return `${groupKind.group}/${groupKind.kind}`;
}

/** The kind of the namespaces themselves. */
export const NAMESPACE: GroupKind = { group: "", kind: "Namespace" };

/** Is the kind one of these? */
export function includesGroupKind(kinds: readonly GroupKind[], kind: GroupKind): boolean {
  return kinds.some((other) => sameGroupKind(other, kind));
}

export function sameGroupKind(a: GroupKind, b: GroupKind): boolean {
  return a.group === b.group && a.kind === b.kind;
}

/** Where something stands in a file. Line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The way from the root of an object to one field: property names and list indices. */
export type FieldPath = readonly (string | number)[];

/** Where a field of an object stands in the input; null for objects from a cluster. */
export type Locate = (id: ObjectId, path: FieldPath) => Position | null;

/** Writes a path as kubectl and the API server do: `spec.rules[0].backendRefs[1]`. */
export function formatPath(path: FieldPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/**
 * One Kubernetes object as it was read. Nothing in `body` is trusted before a reader has proved it. It is not to be spread:
 * {@link altered} makes another of it.
 */
export interface KubeObject {
  readonly id: ObjectId;
  /** Group and version as written, for example `gateway.networking.k8s.io/v1`. */
  readonly apiVersion: string;
  readonly labels: Labels;
  /** True when `metadata.deletionTimestamp` is set. */
  readonly terminating: boolean;
  /** The whole object, or null where only its metadata was read. */
  readonly body: unknown;
  /** The place of a field in the file the object came from; null for objects from a cluster. */
  readonly locate: (path: FieldPath) => Position | null;
}

/** An object with something else in it. A spread would leave out what an object only makes when it is asked for. */
export function altered(object: KubeObject, changes: Partial<KubeObject>): KubeObject {
  const { id, apiVersion, labels, terminating, body, locate } = object;
  return { id, apiVersion, labels, terminating, body, locate, ...changes };
}

/** Compares by code unit, so that order never depends on a locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Orders objects by namespace, then name, then kind and group. */
export function compareIds(a: ObjectId, b: ObjectId): number {
  return (
    compareText(a.namespace ?? "", b.namespace ?? "") ||
    compareText(a.name, b.name) ||
    compareText(a.kind, b.kind) ||
    compareText(a.group, b.group)
  );
}
