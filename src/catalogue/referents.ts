import { type GroupKind, groupKindKey } from "../model/object.ts";
import { KNOWN_TARGETS } from "./ecosystem.ts";
import { X_BACKEND } from "./kinds.ts";
import { ROWS } from "./rows.ts";

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
