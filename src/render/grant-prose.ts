import type { EntryRef, Finding } from "../model/finding.ts";
import type { InertCause } from "../model/grant.ts";
import type { GroupKind } from "../model/object.ts";
import { kindText, nameOf, quoted } from "./terms.ts";
import { article } from "./text.ts";

/** What findings on the entries of a grant say. Nothing here is cleaned for a terminal: what prints it does that. */

/** An entry as its field is written: `from[0]`. */
export const entryText = ({ list, index }: EntryRef): string => `${list}[${index}]`;

/** Why an entry permits nothing. */
export function inertText(why: InertCause): string {
  switch (why) {
    case "own-namespace":
      return "names the grant's own namespace, where no grant is needed; it permits nothing";
    case "attachment-target":
      return "names a kind that routes attach to; that is for allowedRoutes of its listeners, a grant has no part in it";
    case "invalid-string":
      return "holds a string that names no API group, kind or namespace; it matches nothing";
    case "literal-star":
      return 'has the name "*", which is no wildcard and no object\'s name; leave the name out to mean every one';
    case "cluster-scoped":
      return "names a kind without namespaces, which needs no grant; it permits nothing";
  }
}

type UnknownKind = Finding & { readonly code: "grant-unknown-kind" };

/** `a Secret or a ConfigMap`. */
const anyOf = (kinds: readonly GroupKind[]): string =>
  kinds.map((kind) => `${article(kind.kind)} ${kindText(kind)}`).join(" or ");

function knownKindText({
  groupKind,
  known,
}: UnknownKind & { readonly known: NonNullable<UnknownKind["known"]> }): string {
  const { unnamed, instead, grantKind } = known;
  if (grantKind !== null) {
    return `whether it may name ${anyOf(unnamed)} of another namespace, ${article(grantKind.kind)} ${grantKind.kind} decides, not a ReferenceGrant`;
  }
  if (instead.length > 0) {
    return `to open ${anyOf(unnamed)} for it, a grant has to trust ${instead.map(kindText).join(" or ")} instead`;
  }
  return unnamed.length === 0
    ? `no field is known here to name ${anyOf([groupKind])} of another namespace`
    : `no field of it is known here to name ${anyOf(unnamed)} of another namespace`;
}

/** What is odd about the kind of an entry. */
export function unknownKindText(finding: UnknownKind): string {
  const { groupKind, meant, known, openUse } = finding;
  const named = `${groupKind.kind} of group ${quoted(groupKind.group)}`;
  if (meant !== null) return `names ${named}: did you mean ${meant.kind} of group ${quoted(meant.group)}?`;
  const open = openUse ? "; whether it is in use cannot be told" : "";
  if (known === null) return `names ${named}, a kind whose references are not known here${open}`;
  const decided = known.grantKind !== null || known.instead.length > 0;
  return `names ${kindText(groupKind)}: ${knownKindText({ ...finding, known })}${decided ? "" : open}`;
}

/** What makes a grant, or an entry of it, superfluous. */
export function redundantText(finding: Finding & { readonly code: "grant-redundant" }): string {
  if ("covering" in finding) return `everything that it permits, ${nameOf(finding.covering.id)} permits too`;
  const { grant, entry, coveredBy, wider } = finding;
  const kind = grant.to.find(({ index }) => index === coveredBy.index)?.entry.kind ?? "object";
  const why = wider ? `takes every ${kind}` : "says the same";
  return `${entryText(entry)} adds nothing: ${entryText(coveredBy)} ${why}`;
}
