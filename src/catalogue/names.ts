import type { GroupKind } from "../model/object.ts";

/** The forms that the CRDs of the Gateway API demand of names (`apis/v1/shared_types.go`, `semantics.md` §1.2). */

const GROUP = /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KIND = /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
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

/** Letters only, without case and a plural's end: what is left of a kind when it is mistyped. */
const bare = (kind: string): string => kind.toLowerCase().replace(/s$/, "");

/** Does a group and kind that nobody knows look like a slip of one that is known: other group, case or plural? */
export function looksLike(known: GroupKind, written: GroupKind): boolean {
  return bare(known.kind) === bare(written.kind);
}
