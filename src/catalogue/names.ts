import type { GroupKind } from "../model/object.ts";

/** The forms that the CRDs of the Gateway API demand of names (`apis/v1/shared_types.go`, docs/rules.md §1.2). */

const GROUP = /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KIND = /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const OBJECT = /^(?!\.{1,2}$)[^/%\s\u0000-\u001f\u007f]+$/u;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Is it an API group: empty for core, else a lower-case DNS subdomain of at most 253 characters? */
export function namesGroup(text: string): boolean {
  return text.length <= 253 && GROUP.test(text);
}

/** Is it a kind: letters, digits and dashes, at most 63 characters? */
export function namesKind(text: string): boolean {
  return text.length <= 63 && KIND.test(text);
}

/** Is it the name of a namespace: a DNS label of at most 63 characters? */
export function namesNamespace(text: string): boolean {
  return text.length <= 63 && NAMESPACE.test(text);
}

/** Is it a name that an object may have: not empty, at most 253 characters, usable as a segment of a path? */
export function namesObject(text: string): boolean {
  return text.length <= 253 && OBJECT.test(text);
}

/** Groups that are written where another is meant, as found in examples (docs/rules.md §1.3). */
const LOOK_ALIKE_GROUPS: readonly { readonly written: string; readonly meant: string }[] = [
  { written: "core", meant: "" },
  { written: "v1", meant: "" },
  { written: "networking.k8s.io", meant: "gateway.networking.k8s.io" },
  { written: "networking.gateway.k8s.io", meant: "gateway.networking.k8s.io" },
  { written: "gateway.networking.x-k8s.io", meant: "gateway.networking.k8s.io" },
  { written: "gateway.k8s.io", meant: "gateway.networking.k8s.io" },
];

/** What is left of a kind without case and a plural's end. */
const bare = (kind: string): string => kind.toLowerCase().replace(/s$/, "");

/** Does a group and kind that nobody knows look like a slip of one that is known? A vendor's kind of the same name does not. */
export function looksLike(known: GroupKind, written: GroupKind): boolean {
  if (bare(known.kind) !== bare(written.kind)) return false;
  return (
    known.group === written.group ||
    LOOK_ALIKE_GROUPS.some((slip) => slip.written === written.group && slip.meant === known.group)
  );
}

/** Is a group written where another is meant, as examples have it, or with the version inside? */
function slipOfGroup(written: string, needed: string): boolean {
  return (
    LOOK_ALIKE_GROUPS.some((slip) => slip.written === written && slip.meant === needed) ||
    (needed !== "" && written.startsWith(`${needed}/`))
  );
}

/** A group as it was meant, so that slips of one come to the same. */
export function meantGroup(written: string): string {
  const group = written.split("/")[0] ?? written;
  return LOOK_ALIKE_GROUPS.find((slip) => slip.written === group)?.meant ?? group;
}

/** A kind without case and plural, so that slips of one come to the same. */
export function meantKind(written: string): string {
  return bare(written);
}

/** Which part of an entry a string stands in. */
export type EntryPart = "group" | "kind" | "namespace" | "name";

/** Does a string that does not match look like a slip of the one that would: another's group, a plural, a wildcard? */
export function isSlip(part: EntryPart, written: string, needed: string): boolean {
  if (written === needed) return false;
  switch (part) {
    case "group":
      return slipOfGroup(written, needed);
    case "kind":
      return bare(written) === bare(needed);
    case "namespace":
    case "name":
      return written === "*" || written.toLowerCase() === needed.toLowerCase();
  }
}
