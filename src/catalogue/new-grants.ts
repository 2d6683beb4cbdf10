import type { Grant, GrantEntries, GrantFrom, GrantTo } from "../model/grant.ts";
import type { Json } from "../model/json.ts";
import {
  compareText,
  groupKindKey,
  includesGroupKind,
  keyOf,
  type NamespacedId,
  type ObjectKey,
  sameGroupKind,
} from "../model/object.ts";
import type { GrantReference } from "../model/reference.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { GATEWAY_API, REFERENCE_GRANT, SERVICE } from "./kinds.ts";
import { kindInfo } from "./known.ts";
import { namesGroup, namesKind, namesNamespace } from "./names.ts";
import { entriesIn } from "./products.ts";
import { OPENED_KINDS, TRUSTED_KINDS } from "./referents.ts";

/** How grants are named, versioned and written that are not there yet. */

/** Whom a grant is to trust with what, in its namespace. */
export interface GrantDraft extends GrantEntries {
  readonly namespace: string;
}

/** Names of objects are DNS subdomains of at most this many characters; so many are the most that a grant's `to` holds, too. */
const LONGEST_NAME = 253;

/** A text made into the name of an object. */
function subdomain(text: string, longest = LONGEST_NAME): string {
  const labels = text
    .toLowerCase()
    .slice(0, longest)
    .split(".")
    .map((label) => label.replaceAll(/[^a-z0-9-]+/g, "-").replaceAll(/^-+|-+$/g, ""));
  return labels.filter((label) => label !== "").join(".");
}

const wordsOf = (kinds: readonly { readonly kind: string }[]): ReadonlySet<string> =>
  new Set(kinds.map(({ kind }) => kind.toLowerCase()));
const TRUSTED_WORDS = wordsOf(TRUSTED_KINDS);
const OPENED_WORDS = wordsOf(OPENED_KINDS);

const isSame = <T>(items: readonly T[], text: (item: T) => string): boolean => new Set(items.map(text)).size === 1;

/** `frontend-httproute`, or how many of what they are. */
function trustedWords(from: GrantDraft["from"]): readonly string[] {
  const [{ namespace, kind }] = from;
  const count = String(from.length);
  if (from.length === 1) return [namespace, kind.toLowerCase()];
  if (isSame(from, (entry) => entry.namespace)) return [namespace, count, "kinds"];
  return isSame(from, groupKindKey) ? [count, "namespaces", kind.toLowerCase()] : [count, "sources"];
}

/** Most grants are for Services: their kind is left out, unless the name begins as if it were of another. */
function openedWords(to: GrantDraft["to"]): readonly string[] {
  const [{ group, kind, name }] = to;
  if (to.length > 1) {
    const plural = isSame(to, groupKindKey) ? kindInfo({ group, kind })?.plural : undefined;
    return [String(to.length), plural ?? "targets"];
  }
  if (name === null) return ["any", kind.toLowerCase()];
  const begins = OPENED_WORDS.has(name.toLowerCase().split("-")[0] ?? "");
  return sameGroupKind({ group, kind }, SERVICE) && !begins ? [name] : [kind.toLowerCase(), name];
}

/** Is the kind the only one of its name, as far as kinds are known? */
const isUsual = (groupKind: GrantFrom | GrantTo): boolean =>
  kindInfo(groupKind) !== undefined &&
  [...TRUSTED_KINDS, ...OPENED_KINDS].find(({ kind }) => kind === groupKind.kind)?.group === groupKind.group;

/** An end that the fingerprint of a content may be. */
const ENDS_AS_OTHERS = /-[0-9a-f]{8}$/;

/** Can it be read in one way only whom a name trusts with what: one `from`, one named `to`, and one word that is a kind in between? */
function saysAll(text: string, { from, to }: GrantEntries): boolean {
  const [trusted, opened] = [from[0], to[0]];
  if (from.length + to.length > 2 || opened.name === null || !isUsual(trusted) || !isUsual(opened)) return false;
  // A kind at either end leaves nothing for the namespace, or the name, that it would stand beside.
  const kinds = text
    .split("-")
    .slice(1, -1)
    .filter((word) => TRUSTED_WORDS.has(word));
  return kinds.length === 1 && subdomain(text) === text && !ENDS_AS_OTHERS.test(text);
}

/** FNV-1a over UTF-16 code units, 32 bits in eight hexadecimal digits: tells contents apart, and is no secret. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** What entries say, whatever their order. */
function contentOf(from: readonly GrantFrom[], to: readonly GrantTo[]): string {
  const trusted = from.map(({ group, kind, namespace }) => JSON.stringify([group, kind, namespace]));
  const opened = to.map(({ group, kind, name }) => JSON.stringify([group, kind, name]));
  return JSON.stringify([trusted.toSorted(compareText), opened.toSorted(compareText)]);
}

/**
 * The name of a grant, from what it says alone: `frontend-httproute-api`. So the same grant has the same name whatever was asked
 * for, and two that are written apart do not overwrite each other. What a name cannot say, eight digits of its content tell apart.
 */
export function grantName(draft: GrantEntries): string {
  const { from, to } = draft;
  const text = [...trustedWords(from), ...openedWords(to)].join("-");
  if (saysAll(text, draft)) return text;
  const ending = `-${fingerprint(contentOf(from, to))}`;
  return `${subdomain(text, LONGEST_NAME - ending.length)}${ending}`;
}

/** Grants by their keys; a world's are put in order once. */
const BY_KEY = new WeakMap<readonly Grant[], ReadonlyMap<ObjectKey, Grant>>();

function byKey(grants: readonly Grant[]): ReadonlyMap<ObjectKey, Grant> {
  const known = BY_KEY.get(grants) ?? new Map(grants.map((grant) => [keyOf(grant.id), grant]));
  BY_KEY.set(grants, known);
  return known;
}

/** What grants are there in a world, and what of it was made just now. */
export interface Names {
  readonly snapshot: Snapshot;
  /** Every grant of the world. */
  readonly grants: readonly Grant[];
  /** New grants: their names are given away. */
  readonly made: ReadonlyMap<ObjectKey, GrantEntries>;
}

const NONE_MADE: Names["made"] = new Map();

/** The grant of the world with that identity, if it counts and will go on to; what is on its way out is not to be relied on. */
export function grantBy(id: NamespacedId, { grants }: Pick<Names, "grants">): Grant | null {
  const grant = byKey(grants).get(keyOf(id));
  return grant === undefined || grant.rejected || grant.terminating ? null : grant;
}

/** Is the name free, or has a grant it that says the very same? */
function isFree(id: NamespacedId, content: string, names: Names): boolean {
  const made = names.made.get(keyOf(id));
  if (made !== undefined) return contentOf(made.from, made.to) === content;
  if (!names.snapshot.objects.has(keyOf(id))) return true;
  const grant = grantBy(id, names);
  if (grant === null) return false;
  const { from, to } = entriesIn(grant);
  return contentOf(from, to) === content;
}

/**
 * The identity of a new grant: by its name, or that with a number where another stands there by it. A grant that says the very same
 * is taken for this one.
 */
export function grantId(
  draft: GrantDraft,
  name: string,
  { made = NONE_MADE, ...names }: Omit<Names, "made"> & { readonly made?: Names["made"] },
): NamespacedId {
  const content = contentOf(draft.from, draft.to);
  for (let count = 1; ; count += 1) {
    const ending = count === 1 ? "" : `-${count}`;
    const id = {
      ...REFERENCE_GRANT,
      namespace: draft.namespace,
      name: `${name.slice(0, LONGEST_NAME - ending.length).replace(/[.-]+$/, "")}${ending}`,
    };
    if (isFree(id, content, { ...names, made })) return id;
  }
}

/** An entry as the schema has it: without a name that means every one. */
export const entryOf = (entry: GrantFrom | GrantTo): { readonly [key: string]: string } =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));

/** The object of a new grant. */
export function grantManifest(
  id: NamespacedId,
  apiVersion: string,
  { from, to }: GrantEntries,
): { readonly [key: string]: Json } {
  return {
    apiVersion,
    kind: id.kind,
    metadata: { name: id.name, namespace: id.namespace },
    spec: { from: from.map(entryOf), to: to.map(entryOf) },
  };
}

/** The apiVersion that every release since v0.6.0 serves (docs/rules.md §1.1, docs/decisions/0007). */
export const SERVED_EVERYWHERE = `${GATEWAY_API}/v1beta1`;

/** The apiVersion for new grants: the one that the cluster serves; for files the one that every cluster does. */
export function grantApiVersion({ served }: Snapshot): string {
  const version = served?.find((kind) => sameGroupKind(kind, REFERENCE_GRANT))?.version;
  return version === undefined ? SERVED_EVERYWHERE : `${GATEWAY_API}/${version}`;
}

/** Can there be grants in the cluster? Of files that is not known, and taken to be so. */
export function servesGrants({ served }: Snapshot): boolean {
  return served === null || includesGroupKind(served, REFERENCE_GRANT);
}

/** The namespaces that a grant has to trust for one reference: the referrer's, or those of what is generated from it. */
function homesOf({ referrer, referent, heldIn }: GrantReference): readonly string[] {
  const away = (heldIn ?? []).filter((home) => home !== referent.namespace);
  return away.length > 0 ? away : [referrer.namespace];
}

/** Whom a grant has to trust for one reference. More than one where objects are generated in several namespaces. */
export function trustFor(reference: GrantReference): readonly GrantFrom[] {
  const [{ group, kind }] = reference.trustedAs;
  return homesOf(reference).map((namespace) => ({ group, kind, namespace }));
}

/** What a grant has to open for one reference. */
export function openingFor({ referent }: GrantReference): GrantTo {
  return { group: referent.group, kind: referent.kind, name: referent.name };
}

/** Would an API server take an entry (docs/rules.md §1.2)? Files may hold others. */
export function isAdmissible(entry: GrantFrom | GrantTo): boolean {
  if (!namesGroup(entry.group) || !namesKind(entry.kind)) return false;
  if ("namespace" in entry) return namesNamespace(entry.namespace);
  return entry.name === null || (entry.name !== "" && entry.name.length <= LONGEST_NAME);
}
