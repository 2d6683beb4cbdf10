import { type GroupKind, groupKindKey, includesGroupKind } from "../model/object.ts";
import { KNOWN_TARGETS } from "./ecosystem.ts";
import type { ImplementationId } from "./implementations.ts";
import { GATEWAY_API, GATEWAY_API_X, X_BACKEND } from "./kinds.ts";
import type { KnownTarget } from "./row.ts";
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

/** Kinds of which it is disputed whether a grant is enough to refer to them from another namespace (docs/rules.md §2.5 X3). */
export const DISPUTED_REFERENTS: readonly GroupKind[] = [X_BACKEND];

/** Does some field of this kind name objects of that kind as backends, by the rule of the specification or of an implementation? */
export function mayRefer(from: GroupKind, to: GroupKind): boolean {
  const same = (kind: GroupKind) => groupKindKey(kind) === groupKindKey(to);
  return GRANT_ROWS.some(
    (row) =>
      (row.trustedAs ?? [row.from]).some((kind) => groupKindKey(kind) === groupKindKey(from)) &&
      ((row.defaults !== null && same(row.defaults)) ||
        (row.alsoNames ?? []).some(same) ||
        KNOWN_TARGETS.some(({ rows, target }) => rows.includes(row.id) && same(target))),
  );
}

/**
 * Is it known that references from the one kind to the other go by grants? Of the Gateway API's own kinds all references are
 * known; what else another kind may refer to, nobody can tell.
 */
export function isKnownPair(from: GroupKind, to: GroupKind): boolean {
  const own = [GATEWAY_API, GATEWAY_API_X].includes(from.group);
  return own ? includesGroupKind(TRUSTED_KINDS, from) && includesGroupKind(OPENED_KINDS, to) : mayRefer(from, to);
}

/** The rule for a kind that an implementation, not the specification, lets a field name; undefined for all others. */
export function targetRule(row: string, referent: GroupKind): KnownTarget | undefined {
  return TARGETS_BY_KIND.get(groupKindKey(referent))?.find(({ rows }) => rows.includes(row));
}

const TARGETS_BY_KIND: ReadonlyMap<string, readonly KnownTarget[]> = Map.groupBy(KNOWN_TARGETS, ({ target }) =>
  groupKindKey(target),
);

/** Who made the rule that a reference is judged by. */
export function implementationOf({
  row,
  referent,
}: {
  readonly row: string;
  readonly referent: GroupKind;
}): ImplementationId {
  return targetRule(row, referent)?.implementation ?? rowOf({ row }).implementation;
}
