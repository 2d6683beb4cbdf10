import { KindMap } from "../model/kind-map.ts";
import { type GroupKind, groupKindKey, includesGroupKind } from "../model/object.ts";
import { ECOSYSTEM_KINDS, LOOK_ALIKE_GRANTS, READ_WITH } from "./ecosystem.ts";
import { CONTEXT_KINDS, CUSTOM_RESOURCE_DEFINITION, GATEWAY_API, type KindInfo, OWN_KINDS } from "./kinds.ts";

/** Grants of others, of which only that they are there is told. */
const LOOK_ALIKES: readonly KindInfo[] = LOOK_ALIKE_GRANTS.map(({ group, kind, plural, scope }) => ({
  group,
  kind,
  plural,
  scope,
  versions: null,
  retired: [],
  read: "metadata",
}));

/** Everything an audit lists. A cluster is asked for what it serves of these, and for nothing else. */
export const KINDS: readonly KindInfo[] = [...OWN_KINDS, ...ECOSYSTEM_KINDS, ...LOOK_ALIKES];

const BY_KIND = new KindMap<KindInfo>();
for (const info of [...KINDS, CUSTOM_RESOURCE_DEFINITION, ...CONTEXT_KINDS]) BY_KIND.set(info, info);

/** The entry for a kind, or undefined where the tool does not know it. */
export function kindInfo(groupKind: GroupKind): KindInfo | undefined {
  return BY_KIND.get(groupKind);
}

/** Is it a kind that is read for what becomes of traffic only? To an audit such a kind is unknown. */
export function isContext(groupKind: GroupKind): boolean {
  return includesGroupKind(CONTEXT_KINDS, groupKind);
}

/** The kind without which it is of no use to read this one; null if there is none. */
export function onlyWith(groupKind: GroupKind): GroupKind | null {
  const key = groupKindKey(groupKind);
  return READ_WITH.find(({ kind }) => groupKindKey(kind) === key)?.onlyWith ?? null;
}

/** Does a kind of another group look like a grant by its name? */
export function looksLikeGrant({ group, kind }: GroupKind): boolean {
  return group !== GATEWAY_API && kind.endsWith("ReferenceGrant");
}

/** Whose kind of grant it is; null for one that only looks like one. */
export function makerOfGrant(groupKind: GroupKind): string | null {
  const key = groupKindKey(groupKind);
  return LOOK_ALIKE_GRANTS.find((grant) => groupKindKey(grant) === key)?.whose ?? null;
}

/** Is it a kind of grant that the tool recognises and leaves alone? */
export function isForeignGrant(groupKind: GroupKind): boolean {
  return looksLikeGrant(groupKind) || makerOfGrant(groupKind) !== null;
}
