import { ofKind, ofKinds } from "../model/kind-map.ts";
import { type GroupKind, groupKindKey, includesGroupKind, sameGroupKind } from "../model/object.ts";
import { KNOWN_TARGETS } from "./ecosystem.ts";
import type { ImplementationId } from "./implementations.ts";
import { GATEWAY, GATEWAY_API, GATEWAY_API_X, LISTENER_SETS, SERVICE, X_BACKEND } from "./kinds.ts";
import { kindInfo } from "./known.ts";
import { likelyMeant } from "./names.ts";
import type { GrantRow, KnownTarget } from "./row.ts";
import { ROWS, rowOf } from "./rows.ts";

function distinct(kinds: readonly GroupKind[]): readonly GroupKind[] {
  return [...new Map(kinds.map((kind) => [groupKindKey(kind), kind])).values()];
}

const GRANT_ROWS = ROWS.filter((row) => row.handshake === "grant");

/** Kinds that a grant's `from` may name with effect: those that hold references, and those an implementation looks at instead. */
export const TRUSTED_KINDS: readonly GroupKind[] = distinct(
  GRANT_ROWS.flatMap(({ from, trustedAs }) => trustedAs ?? [from]),
);

/** Kinds that a grant's `to` may name with effect. */
export const OPENED_KINDS: readonly GroupKind[] = distinct([
  ...GRANT_ROWS.flatMap(({ defaults, alsoNames }) => [...(defaults === null ? [] : [defaults]), ...(alsoNames ?? [])]),
  ...KNOWN_TARGETS.map(({ target }) => target),
]);

/**
 * Tells which of the candidates was meant by a kind that is a slip of it: `core` for the core group, a plural, a group left
 * out. Null for a kind that is known, or that may be anybody's.
 */
function meaning(candidates: readonly GroupKind[]): (written: GroupKind) => GroupKind | null {
  const keys = new Set(candidates.map(groupKindKey));
  return ofKind((written) =>
    keys.has(groupKindKey(written)) || kindInfo(written) !== undefined ? null : likelyMeant(candidates, written),
  );
}

/** The parent that was meant where a parentRef names a kind that does not exist; null for every other. */
export const meantParent = meaning([GATEWAY, ...LISTENER_SETS, SERVICE]);

/** The kind that was meant where a reference names one that does not exist; null for every other. */
export const meantReferent = meaning(OPENED_KINDS);

/** Kinds of which it is disputed whether a grant is enough to refer to them from another namespace (docs/rules.md §2.5 X3). */
export const DISPUTED_REFERENTS: readonly GroupKind[] = [X_BACKEND];

/** Is the kind one of those that a field is known to name, by the rule of the specification or of an implementation? */
export function mayName(
  { id, defaults, alsoNames = [] }: Pick<GrantRow, "id" | "defaults" | "alsoNames">,
  to: GroupKind,
): boolean {
  return (
    includesGroupKind([...(defaults === null ? [] : [defaults]), ...alsoNames], to) ||
    KNOWN_TARGETS.some(({ rows, target }) => rows.includes(id) && sameGroupKind(target, to))
  );
}

/** Does some field of this kind name objects of that kind as backends, by the rule of the specification or of an implementation? */
export const mayRefer = ofKinds((from, to): boolean =>
  GRANT_ROWS.some((row) => includesGroupKind(row.trustedAs ?? [row.from], from) && mayName(row, to)),
);

/**
 * The kinds whose references a grant from the one kind to the other may permit: the kind itself, and those for which an
 * implementation looks at it instead (docs/rules.md §2.9).
 */
export const referrersTrustedAs = ofKinds((from, to): readonly GroupKind[] => {
  const others = GRANT_ROWS.filter(
    ({ trustedAs, ...row }) => trustedAs !== undefined && includesGroupKind(trustedAs, from) && mayName(row, to),
  );
  return distinct([{ group: from.group, kind: from.kind }, ...others.map((row) => row.from)]);
});

/** A kind whose objects a grant from one kind to another may permit something. */
export interface GrantUser {
  readonly kind: GroupKind;
  /** What is generated from it may stand in any namespace, not only in the trusted one (docs/rules.md §2.9). */
  readonly anywhere: boolean;
  /** Its implementation may look at a grant for this kind, or for any other: nobody knows. */
  readonly anyTrust: boolean;
}

/** All who may use a pair of a grant: if one of them was not seen, nobody knows whether the pair is used. */
export const grantUsers = ofKinds((from, to): readonly GrantUser[] => {
  const generated = GRANT_ROWS.filter(
    (row) => row.generatedBy !== undefined && includesGroupKind(row.trustedAs ?? [row.from], from),
  ).map((row) => row.from);
  const anywhere = (kind: GroupKind): boolean => includesGroupKind(generated, kind);
  return [
    ...referrersTrustedAs(from, to).map((kind) => ({ kind, anywhere: anywhere(kind), anyTrust: false })),
    ...GRANT_ROWS.filter((row) => row.trustUnknown === true && mayName(row, to)).map(({ from: kind }) => ({
      kind,
      anywhere: anywhere(kind),
      anyTrust: true,
    })),
  ];
});

/** May a field of the one kind find objects of the other by labels? Then what it refers to depends on what could be seen. */
export const maySelect = ofKinds((from, to): boolean =>
  GRANT_ROWS.some(
    (row) =>
      row.reading === "object-selector" && includesGroupKind(row.trustedAs ?? [row.from], from) && mayName(row, to),
  ),
);

/**
 * Is it known that references from the one kind to the other go by grants? Of the Gateway API's own kinds all references are
 * known; what else another kind may refer to, nobody can tell.
 */
export const isKnownPair = ofKinds((from, to): boolean => {
  const own = [GATEWAY_API, GATEWAY_API_X].includes(from.group);
  return own ? includesGroupKind(TRUSTED_KINDS, from) && includesGroupKind(OPENED_KINDS, to) : mayRefer(from, to);
});

/** A reference, as far as its rule depends on it. */
interface Occurrence {
  readonly row: string;
  readonly referent: GroupKind;
}

const targetsOf = ofKind((kind) => KNOWN_TARGETS.filter(({ target }) => sameGroupKind(target, kind)));

const NO_TARGETS: readonly KnownTarget[] = [];

function targetRules(row: string, referent: GroupKind): readonly KnownTarget[] {
  const targets = targetsOf(referent);
  return targets.length === 0 ? NO_TARGETS : targets.filter(({ rows }) => rows.includes(row));
}

/** The rule for a kind that an implementation, not the specification, lets a field name; undefined for all others. */
export function targetRule(row: string, referent: GroupKind): KnownTarget | undefined {
  return targetRules(row, referent)[0];
}

/** Whose rule it is, how it is enforced, and what is peculiar about it. */
export type Rule = Pick<KnownTarget, "implementation" | "enforcement" | "quirk">;

/** The rules that a reference may be judged by: several where implementations share a kind of target, the first speaking for them. */
export function rulesOf({ row, referent }: Occurrence): readonly [Rule, ...Rule[]] {
  const [first, ...others] = targetRules(row, referent);
  if (first !== undefined) return [first, ...others];
  const own = rowOf({ row });
  return [{ ...own, enforcement: own.handshake === "grant" ? own.enforcement : "required" }];
}

/** Who made the rule that a reference is judged by. */
export function implementationOf(occurrence: Occurrence): ImplementationId {
  return rulesOf(occurrence)[0].implementation;
}

/** Does an implementation ask for a grant from this kind to that one in one and the same namespace? */
export const asksAtHome = ofKinds((from, to): boolean =>
  GRANT_ROWS.some(
    (row) =>
      row.asksAtHome === true &&
      groupKindKey(row.from) === groupKindKey(from) &&
      row.defaults !== null &&
      groupKindKey(row.defaults) === groupKindKey(to),
  ),
);

/**
 * The kinds that a field takes by the rule that it is of, where it names one of another known kind, so that no grant leads anywhere: a ConfigMap is no
 * backend (docs/rules.md §4.2). Null where it takes the kind, or that may be an implementation's own.
 */
export function kindsTakenInstead(reference: Occurrence): readonly GroupKind[] | null {
  const row = rowOf(reference);
  if (row.handshake !== "grant" || row.defaults === null) return null;
  // Groups without a dot are Kubernetes' own.
  const mayBeOthers = kindInfo(reference.referent) === undefined && reference.referent.group.includes(".");
  if (mayBeOthers) return null;
  if (mayName(row, reference.referent)) return null;
  return distinct([row.defaults, ...(row.alsoNames ?? [])]);
}
