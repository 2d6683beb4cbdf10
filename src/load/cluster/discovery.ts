import { CORE, GATEWAY_API, type KindInfo } from "../../catalogue/kinds.ts";
import { looksLikeGrant, onlyWith } from "../../catalogue/known.ts";
import { RefgrantError } from "../../model/failure.ts";
import type { Gap } from "../../model/gap.ts";
import { type GroupKind, groupKindKey, includesGroupKind } from "../../model/object.ts";
import { type GroupVersion, type Resource, takeInventory } from "./inventory.ts";
import { resourceName } from "./lists.ts";
import { shorten } from "./text.ts";
import type { Transport } from "./transport.ts";

/** A kind, and the version of it to read. */
export interface ServedInfo {
  readonly info: KindInfo;
  readonly version: string;
}

/** Which of the kinds asked for a server has. */
export interface Discovered {
  /** In the order they were asked for. */
  readonly served: readonly ServedInfo[];
  /** Kinds of which the server could not tell whether it has them. */
  readonly gaps: readonly Gap[];
}

function noGatewayApi(kinds: readonly KindInfo[]): RefgrantError {
  const needed = ["gateways", "httproutes", "referencegrants"]
    .filter((plural) => kinds.some((info) => info.plural === plural && info.group === GATEWAY_API))
    .map((plural) => `${plural}.${GATEWAY_API}`);
  const names = needed.length === 0 ? GATEWAY_API : needed.join(", ");
  return new RefgrantError(
    "no-gateway-api",
    `this cluster serves no Gateway API: none of the CRDs ${names} is installed`,
    "They come with standard-install.yaml of a Gateway API release (github.com/kubernetes-sigs/gateway-api/releases).",
  );
}

function unreadVersions(versions: Iterable<string>): RefgrantError {
  return new RefgrantError(
    "no-gateway-api",
    `this cluster serves the Gateway API ${servedAs(versions)}`,
    "Install a newer release of kubectl-refgrant, or let the CRDs serve an older version too.",
  );
}

function servedAs(versions: Iterable<string>): string {
  return `as ${shorten([...versions].join(", "))} only, which this release does not read`;
}

/** How a server has one kind: in a version to read, in others only, perhaps, or not at all. */
export type Found =
  | { readonly as: "readable"; readonly served: ServedInfo }
  | { readonly as: "unread"; readonly versions: readonly string[] }
  | { readonly as: "unclear" }
  | { readonly as: "absent" };

/** The first version, by the table's preference or the server's own, that the server has of one kind. */
export function find(info: KindInfo, groupVersions: readonly GroupVersion[]): Found {
  if (info.group === CORE) return { as: "readable", served: { info, version: "v1" } };
  const ofGroup = groupVersions.filter((entry) => entry.group === info.group);
  const has = ({ plural, kind, listable }: Resource): boolean =>
    kind === info.kind && (info.versions === null ? listable : plural === info.plural);
  const offers = ofGroup.flatMap(({ version, resources }) => {
    const resource = resources?.find(has);
    return resource === undefined ? [] : [{ version, plural: resource.plural }];
  });
  const versions = offers.map(({ version }) => version);
  const [preferred] = info.versions === null ? versions : info.versions.filter((known) => versions.includes(known));
  const offer = offers.find(({ version }) => version === preferred);
  if (offer !== undefined) {
    return { as: "readable", served: { info: { ...info, plural: offer.plural }, version: offer.version } };
  }
  if (ofGroup.some(({ resources }) => resources === null)) return { as: "unclear" };
  return versions.length === 0 ? { as: "absent" } : { as: "unread", versions };
}

/** Kinds that look like a grant, of groups that nobody told the tool of: only that they are there is to be said. */
function otherGrants(groupVersions: readonly GroupVersion[], kinds: readonly KindInfo[]): readonly KindInfo[] {
  const found = groupVersions.flatMap(({ group, resources }) =>
    (resources ?? []).flatMap(({ plural, kind, listable, scope }): readonly KindInfo[] => {
      if (!listable || !looksLikeGrant({ group, kind })) return [];
      return [{ group, kind, plural, scope, versions: null, retired: [], read: "metadata" }];
    }),
  );
  const unknown = found.filter((info) => !includesGroupKind(kinds, info));
  return [...new Map(unknown.map((info) => [groupKindKey(info), info])).values()];
}

/** Whether the server has a kind that is not asked for itself, or could not tell. */
function mayHave({ group, kind }: GroupKind, groupVersions: readonly GroupVersion[]): boolean {
  const ofGroup = groupVersions.filter((entry) => entry.group === group);
  return ofGroup.some(({ resources }) => resources === null || resources.some((resource) => resource.kind === kind));
}

function unseen(info: KindInfo, detail: string): Gap {
  return { cause: "failed", groupKind: { group: info.group, kind: info.kind }, namespace: null, detail };
}

/** The gap over a kind of which nothing can be read although the server has it, or may have it; null for any other. */
export function gapOver(info: KindInfo, found: Found): Gap | null {
  switch (found.as) {
    case "unclear":
      return unseen(info, `the server could not tell whether it has ${resourceName(info)}`);
    case "unread":
      return unseen(info, `${resourceName(info)} is served ${servedAs(found.versions)}`);
    case "readable":
    case "absent":
      return null;
  }
}

/**
 * Chooses for each of `kinds` the first of its versions that a server has. A kind that is not served is left out: that is
 * knowledge, not a gap. One that is served, but in none of its known versions, is a gap.
 *
 * @throws RefgrantError `no-gateway-api` if none of the Gateway API kinds asked for can be read
 */
export function servedOf(groupVersions: readonly GroupVersion[], kinds: readonly KindInfo[]): Discovered {
  const served: ServedInfo[] = [];
  const gaps: Gap[] = [];
  const unread = new Set<string>();
  // Without any kind of the Gateway API there is nothing to report on.
  let enough = !kinds.some((info) => info.group === GATEWAY_API);
  for (const info of [...kinds, ...otherGrants(groupVersions, kinds)]) {
    const found = find(info, groupVersions);
    if (found.as === "readable") served.push(found.served);
    const gap = gapOver(info, found);
    if (gap !== null) gaps.push(gap);
    if (info.group !== GATEWAY_API) continue;
    if (found.as === "unread") for (const version of found.versions) unread.add(version);
    enough ||= found.as === "readable" || found.as === "unclear";
  }
  if (!enough) throw unread.size === 0 ? noGatewayApi(kinds) : unreadVersions(unread);
  const useful = ({ info }: ServedInfo): boolean => {
    const other = onlyWith(info);
    return other === null || mayHave(other, groupVersions);
  };
  return { served: served.filter(useful), gaps };
}

/**
 * Asks which of `kinds` the server has; see {@link servedOf}.
 *
 * @throws RefgrantError `no-gateway-api` if none of the Gateway API kinds asked for can be read, `credentials` if it does not
 * let the caller look, `unreachable` if it is no API server
 */
export async function discover(transport: Transport, kinds: readonly KindInfo[]): Promise<Discovered> {
  const { groupVersions } = await takeInventory(transport, kinds);
  return servedOf(groupVersions, kinds);
}
