import type { GroupKind } from "../model/object.ts";
import { CORE, GATEWAY_API, GATEWAY_API_X } from "./kinds.ts";

/** The forms that the CRDs of the Gateway API demand of names (`apis/v1/shared_types.go`, docs/rules.md §1.2). */

const GROUP = /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KIND = /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const OBJECT = /^(?!\.{1,2}$)[^/%\s\u0000-\u001f\u007f]+$/u;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Words whose answers are remembered: of what is written in files there may be any number. */
const MOST_REMEMBERED = 1000;
const LONGEST_REMEMBERED = 253;

/** Remembers what a function makes of a word: most worlds have few groups and kinds. */
function ofWord<T>(say: (word: string) => T): (word: string) => T {
  const said = new Map<string, T>();
  return (word) => {
    const known = said.get(word);
    if (known !== undefined) return known;
    if (said.size === MOST_REMEMBERED) said.clear();
    const answer = say(word);
    if (word.length <= LONGEST_REMEMBERED) said.set(word, answer);
    return answer;
  };
}

/** Is it an API group: empty for core, else a lower-case DNS subdomain of at most 253 characters? */
export const namesGroup = ofWord((text) => text.length <= 253 && GROUP.test(text));

/** Is it a kind: letters, digits and dashes, at most 63 characters? */
export const namesKind = ofWord((text) => text.length <= 63 && KIND.test(text));

/** Is it the name of a namespace: a DNS label of at most 63 characters? */
export function namesNamespace(text: string): boolean {
  return text.length <= 63 && NAMESPACE.test(text);
}

/** Is it a name that an object may have: not empty, at most 253 characters, usable as a segment of a path? */
export function namesObject(text: string): boolean {
  return text.length <= 253 && OBJECT.test(text);
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Is it a name that any object of a custom resource may be given: a DNS subdomain of at most 253 characters? */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

/** Groups that are written where another is meant, with other labels than it has, as found in examples (docs/rules.md §1.3). */
const LOOK_ALIKE_GROUPS: readonly { readonly written: string; readonly meant: string }[] = [
  { written: "core", meant: CORE },
  { written: "v1", meant: CORE },
  { written: "networking.k8s.io", meant: GATEWAY_API },
  { written: "gateway.k8s.io", meant: GATEWAY_API },
];

/** What is left of a group without the order of its labels, and of an experimental one without its mark. */
function labelsOf(group: string): string {
  const labels = group.split(".").map((label) => (label === "x-k8s" ? "k8s" : label));
  return labels.toSorted().join(".");
}

const withoutVersion = (group: string): string => group.split("/")[0] ?? group;

/** What is left of a kind without case and a plural's end. */
const bare = (kind: string): string =>
  kind
    .toLowerCase()
    .replace(/ies$/, "y")
    .replace(/(?<=s|x|z|ch|sh)es$/, "")
    .replace(/s$/, "");

/** Is a group written where another is meant: as examples have it, with its labels in another order, or with the version inside? */
function slipOfGroup(written: string, needed: string): boolean {
  if (written === needed) return false;
  return (
    LOOK_ALIKE_GROUPS.some((slip) => slip.written === written && slip.meant === needed) ||
    (needed !== CORE && labelsOf(withoutVersion(written)) === labelsOf(needed))
  );
}

/** Does a group and kind that nobody knows look like a slip of one that is known? A vendor's kind of the same name does not. */
export function looksLike(known: GroupKind, written: GroupKind): boolean {
  if (known.group !== written.group && !slipOfGroup(written.group, known.group)) return false;
  const [meant, said] = [bare(known.kind), bare(written.kind)];
  // The names of experimental kinds begin with an X, which their proposals leave out.
  return meant === said || (known.group === GATEWAY_API_X && meant === `x${said}`);
}

/** Groups whose kinds are all known here, or are called like none that is known in another group. */
const SETTLED_GROUPS: readonly string[] = [CORE, GATEWAY_API, GATEWAY_API_X];

/**
 * Which of these kinds was meant by one that nobody knows; null if none, or if it may be anybody's own. In a group that has
 * no such kind for certain, one of another group is meant where there is but one of that name.
 */
export function likelyMeant(candidates: readonly GroupKind[], written: GroupKind): GroupKind | null {
  const sameName = ({ kind }: GroupKind): boolean => bare(kind) === bare(written.kind);
  const like = candidates.filter((candidate) => looksLike(candidate, written));
  const likeliest = like.find(sameName) ?? like[0];
  if (likeliest !== undefined) return likeliest;
  if (!SETTLED_GROUPS.includes(written.group)) return null;
  const [elsewhere, ...others] = candidates.filter(sameName);
  const alone = others.every(({ group }) => labelsOf(group) === labelsOf(elsewhere?.group ?? ""));
  return alone ? (elsewhere ?? null) : null;
}

/** A group as it was meant, so that slips of one come to the same. It is a key, and no group. */
export const meantGroup = ofWord((written) => {
  const group = withoutVersion(written);
  return labelsOf(LOOK_ALIKE_GROUPS.find((slip) => slip.written === group)?.meant ?? group);
});

/** A kind without case and plural, so that slips of one come to the same. */
export const meantKind = ofWord(bare);

/** Which part of an entry a string stands in. */
export type EntryPart = "group" | "kind" | "namespace" | "name";

/** Does a string that does not match look like a slip of the one that would: another's group, a plural, a wildcard? */
export function isSlip(part: EntryPart, written: string, needed: string): boolean {
  if (written === needed) return false;
  switch (part) {
    case "group":
      return slipOfGroup(written, needed);
    case "kind":
      return meantKind(written) === meantKind(needed);
    case "namespace":
    case "name":
      return written === "*" || written.toLowerCase() === needed.toLowerCase();
  }
}
