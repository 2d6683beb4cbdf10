import { inertFrom, inertTo, livePairs } from "../catalogue/grants.ts";
import type { EntryRef, Finding } from "../model/finding.ts";
import type { Grant, GrantFrom, GrantTo } from "../model/grant.ts";
import { compareIds, type GroupKind, groupKindKey, keyOf, type ObjectKey } from "../model/object.ts";
import { meantFrom, meantTo } from "./slips.ts";

/** A grant that another one covers. */
type CoveredGrant = Extract<Finding, { readonly covering: Grant }>;

/** What a grant permits: every one of `from` with every one of `to`, as keys that no two different entries share. */
interface Permission {
  readonly grant: Grant;
  readonly from: ReadonlySet<string>;
  /** Without the names that an entry for every name makes superfluous. */
  readonly to: ReadonlyMap<string, GrantTo>;
}

const fromKey = (from: GrantFrom): string => `${groupKindKey(from)}/${from.namespace}`;

/** Stands for every name: no entry in effect has an empty one. */
const toKey = (to: GroupKind, name: string | null): string => `${groupKindKey(to)}/${name ?? ""}`;

/** Permissions add up only within one namespace, and one kind of grants. */
const placeOf = ({ id }: Grant): string => `${groupKindKey(id)}/${id.namespace}`;

/** Is the kind of no entry a slip? What is one matches nothing, unless a reference has the same, and is to be mended first. */
const isSpelled = ({ from, to }: Grant): boolean =>
  from.every(({ entry }) => meantFrom(entry) === null) && to.every(({ entry }) => meantTo(entry) === null);

function permissionOf(grant: Grant): Permission {
  const pairs = livePairs(grant);
  const written = new Map(pairs.map(({ to: { entry } }) => [toKey(entry, entry.name), entry]));
  const to = [...written].filter(([, entry]) => entry.name === null || !written.has(toKey(entry, null)));
  return { grant, from: new Set(pairs.map(({ from }) => fromKey(from.entry))), to: new Map(to) };
}

/** Does the one permit all that the other does? */
function covers(wide: Permission, narrow: Permission): boolean {
  const opens = ([key, entry]: readonly [string, GrantTo]): boolean =>
    wide.to.has(key) || wide.to.has(toKey(entry, null));
  return narrow.from.isSubsetOf(wide.from) && [...narrow.to].every(opens);
}

/** The same text for grants that cover each other, and for no others. */
function signature({ from, to }: Permission): string {
  return JSON.stringify([[...from].toSorted(), [...to.keys()].toSorted()]);
}

/** The keys of single pairs: of a covering grant at least one of these is written. */
function pairKeys({ from, to }: Permission): readonly (readonly string[])[] {
  return [...from].flatMap((source) =>
    [...to].map(([key, entry]) => [...new Set([key, toKey(entry, null)])].map((target) => `${source}/${target}`)),
  );
}

/** Grants by what they permit, so that a covering one is found without going through all. */
class Coverage {
  readonly #firsts = new Map<string, Permission>();
  readonly #byPair = new Map<string, Permission[]>();

  /** Takes permissions in the order of the grants. Of those that permit the same the first is enough. */
  add(permission: Permission): void {
    const text = signature(permission);
    if (this.#firsts.has(text)) return;
    this.#firsts.set(text, permission);
    for (const source of permission.from) {
      for (const target of permission.to.keys()) {
        const key = `${source}/${target}`;
        const known = this.#byPair.get(key);
        if (known === undefined) this.#byPair.set(key, [permission]);
        else known.push(permission);
      }
    }
  }

  /** The grant that covers this one: the first that permits the same, else one that permits more. */
  covering(permission: Permission): Grant | null {
    const twin = this.#firsts.get(signature(permission));
    if (twin !== undefined && twin.grant !== permission.grant) return twin.grant;
    const wider = this.#candidates(permission).filter(
      (other) => other.grant !== permission.grant && covers(other, permission),
    );
    return wider.map(({ grant }) => grant).toSorted((a, b) => compareIds(a.id, b.id))[0] ?? null;
  }

  /** What permits that one of the grant's pairs which the fewest permit. */
  #candidates(permission: Permission): readonly Permission[] {
    const permitting = (keys: readonly string[]) => keys.map((key) => this.#byPair.get(key) ?? []);
    const size = (lists: readonly (readonly Permission[])[]) => lists.reduce((sum, list) => sum + list.length, 0);
    return pairKeys(permission)
      .map(permitting)
      .reduce((fewest, lists) => (size(lists) < size(fewest) ? lists : fewest))
      .flat();
  }
}

/** Has it no entry that can match nothing? One with such an entry is likely to be mended or to go. */
function isSound(grant: Grant): boolean {
  return (
    grant.from.every(({ entry }) => inertFrom(grant, entry) === null) &&
    grant.to.every(({ entry }) => inertTo(grant, entry) === null)
  );
}

function redundantIn(permissions: readonly Permission[], refused: ReadonlySet<ObjectKey>): readonly CoveredGrant[] {
  const coverage = new Coverage();
  for (const permission of permissions) {
    const { grant } = permission;
    // What a grant that is being deleted permits will be gone with it, and one that is refused never comes to permit it.
    if (!grant.terminating && !refused.has(keyOf(grant.id)) && isSound(grant)) coverage.add(permission);
  }
  return permissions.flatMap((permission): readonly CoveredGrant[] => {
    const { grant } = permission;
    const covering = coverage.covering(permission);
    return covering === null ? [] : [{ code: "grant-redundant", severity: "info", subject: grant.id, grant, covering }];
  });
}

/**
 * Grants that could go without a loss: all that they permit, one other grant of their namespace permits too (docs/rules.md
 * §1.3). Of those that permit the same the first by name stays. One that permits nothing, or has a slip in it, is no finding
 * here.
 *
 * @param refused grants that the API server would not take: on them nobody can rely
 */
export function redundantGrants(
  grants: readonly Grant[],
  refused: ReadonlySet<ObjectKey> = new Set(),
): readonly CoveredGrant[] {
  const permissions = grants
    .filter((grant) => !grant.rejected && isSpelled(grant))
    .map(permissionOf)
    .filter(({ from }) => from.size > 0);
  const sorted = permissions.toSorted((a, b) => compareIds(a.grant.id, b.grant.id));
  return [...Map.groupBy(sorted, ({ grant }) => placeOf(grant)).values()].flatMap((own) => redundantIn(own, refused));
}

/** Entries that could go without a loss: one before says the same, or another of `to` takes every object of the kind. */
export function redundantEntries(grant: Grant): readonly Finding[] {
  const told = (entry: EntryRef, coveredBy: number, wider: boolean): Finding => ({
    code: "grant-redundant",
    severity: "info",
    subject: grant.id,
    grant,
    entry,
    coveredBy: { list: entry.list, index: coveredBy },
    wider,
  });
  const from = grant.from.filter(({ entry }) => inertFrom(grant, entry) === null && meantFrom(entry) === null);
  const to = grant.to.filter(({ entry }) => inertTo(grant, entry) === null && meantTo(entry) === null);
  return [
    ...from.flatMap(({ index, entry }) => {
      const same = from.find((other) => other.index < index && fromKey(other.entry) === fromKey(entry));
      return same === undefined ? [] : [told({ list: "from", index }, same.index, false)];
    }),
    ...to.flatMap(({ index, entry }) => {
      const keyed = (name: string | null) =>
        to.find((other) => other.index !== index && toKey(other.entry, other.entry.name) === toKey(entry, name));
      const wider = entry.name === null ? undefined : keyed(null);
      if (wider !== undefined) return [told({ list: "to", index }, wider.index, true)];
      const same = keyed(entry.name);
      return same === undefined || same.index > index ? [] : [told({ list: "to", index }, same.index, false)];
    }),
  ];
}
