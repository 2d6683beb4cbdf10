import type { KindInfo } from "../../catalogue/kinds.ts";
import { CORE, GATEWAY_API } from "../../catalogue/kinds.ts";
import { looksLikeGrant, onlyWith } from "../../catalogue/known.ts";
import { RefgrantError } from "../../model/failure.ts";
import type { Gap } from "../../model/gap.ts";
import { type GroupKind, groupKindKey, includesGroupKind } from "../../model/object.ts";
import { resourceName } from "./lists.ts";
import { fieldOf, listOf, shorten, textOf } from "./text.ts";
import type { Answer, Transport } from "./transport.ts";

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

/** A resource of a group, as the server calls it. */
interface Resource {
  readonly plural: string;
  readonly kind: string;
  readonly listable: boolean;
  readonly scope: KindInfo["scope"];
}

/** What a server said about one version of a group. Versions of a group come in the server's order of preference. */
interface GroupVersion {
  readonly group: string;
  readonly version: string;
  /** null where the server could not tell. */
  readonly resources: readonly Resource[] | null;
}

const AGGREGATED = ["v2", "v2beta1"].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);
const JSON_ONLY = "application/json";

function aggregated(body: unknown): readonly GroupVersion[] {
  return listOf(body, "items").flatMap((item) => {
    const group = textOf(fieldOf(item, "metadata"), "name");
    return listOf(item, "versions").map((entry) => {
      const resources = listOf(entry, "resources").map((resource) => ({
        plural: textOf(resource, "resource"),
        kind: textOf(fieldOf(resource, "responseKind"), "kind"),
        listable: listOf(resource, "verbs").includes("list"),
        scope: textOf(resource, "scope") === "Cluster" ? ("Cluster" as const) : ("Namespaced" as const),
      }));
      // What is stale comes from an aggregated API server that does not answer; the list may be old or empty.
      const stale = textOf(entry, "freshness") === "Stale" && resources.length === 0;
      return { group, version: textOf(entry, "version"), resources: stale ? null : resources };
    });
  });
}

/** Asks for each version of the groups that hold a kind asked for, as servers before Kubernetes 1.26 need it. */
async function oneByOne(
  transport: Transport,
  body: unknown,
  kinds: readonly KindInfo[],
): Promise<readonly GroupVersion[]> {
  const present = new Set(listOf(body, "groups").map((item) => textOf(item, "name")));
  const useful = kinds.filter((info) => present.has(onlyWith(info)?.group ?? info.group));
  const groups = new Set(useful.map((info) => info.group));
  const wanted = listOf(body, "groups")
    .map((item) => ({ group: textOf(item, "name"), versions: listOf(item, "versions") }))
    .filter(({ group }) => groups.has(group))
    .flatMap(({ group, versions }) => versions.map((entry) => ({ group, version: textOf(entry, "version") })));
  return Promise.all(
    wanted.map(async ({ group, version }) => {
      const answer = await transport.get(`/apis/${group}/${encodeURIComponent(version)}`, JSON_ONLY);
      const resources = listOf(answer.body, "resources").map((entry) => ({
        plural: textOf(entry, "name"),
        kind: textOf(entry, "kind"),
        listable: listOf(entry, "verbs").includes("list"),
        scope: fieldOf(entry, "namespaced") === false ? ("Cluster" as const) : ("Namespaced" as const),
      }));
      return { group, version, resources: answer.status === 200 ? resources : null };
    }),
  );
}

function refused(answer: Answer): RefgrantError {
  const said = answer.message === "" ? "" : `: ${answer.message}`;
  if (answer.status === 403 && /\bimpersonate\b/.test(answer.message)) {
    return new RefgrantError(
      "credentials",
      `the server does not let you act as somebody else${said}`,
      "Ask for the verb impersonate on that user or group, or leave out --as and --as-group.",
    );
  }
  if (answer.status === 403) {
    return new RefgrantError(
      "credentials",
      `the server does not let you read which APIs it has (/apis)${said}`,
      "Log in as a user of the cluster; every authenticated user may read /apis by the role system:discovery.",
    );
  }
  return new RefgrantError(
    "unreachable",
    `the server answered /apis with HTTP status ${answer.status}${said}`,
    "Check that the server in the kubeconfig is a Kubernetes API server, and whether it is http or https.",
  );
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
type Found =
  | { readonly as: "readable"; readonly served: ServedInfo }
  | { readonly as: "unread"; readonly versions: readonly string[] }
  | { readonly as: "unclear" }
  | { readonly as: "absent" };

/** The first version, by the table's preference or the server's own, that the server has of one kind. */
function find(info: KindInfo, groupVersions: readonly GroupVersion[]): Found {
  if (info.group === CORE) return { as: "readable", served: { info, version: "v1" } };
  const ofGroup = groupVersions.filter((entry) => entry.group === info.group);
  const has = ({ plural, kind, listable }: Resource): boolean =>
    kind === info.kind && (info.versions === null ? listable && !plural.includes("/") : plural === info.plural);
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
      if (!listable || plural.includes("/") || !looksLikeGrant({ group, kind })) return [];
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

/**
 * Asks which of `kinds` the server has, and chooses for each the first served of its versions. One request to a server
 * with aggregated discovery. A kind that is not served is left out: that is knowledge, not a gap. One that is served, but in
 * none of its known versions, is a gap.
 *
 * @throws RefgrantError `no-gateway-api` if none of the Gateway API kinds asked for can be read, `credentials` if it does not
 * let the caller look, `unreachable` if it is no API server
 */
export async function discover(transport: Transport, kinds: readonly KindInfo[]): Promise<Discovered> {
  let groupVersions: readonly GroupVersion[] = [];
  if (kinds.some((info) => info.group !== CORE)) {
    const answer = await transport.get("/apis", [...AGGREGATED, JSON_ONLY].join(","));
    if (answer.status !== 200) throw refused(answer);
    const kind = textOf(answer.body, "kind");
    if (kind === "APIGroupDiscoveryList") groupVersions = aggregated(answer.body);
    else if (kind === "APIGroupList") groupVersions = await oneByOne(transport, answer.body, kinds);
    else throw refused(answer);
  }
  const served: ServedInfo[] = [];
  const gaps: Gap[] = [];
  const unread = new Set<string>();
  // Without any kind of the Gateway API there is nothing to report on.
  let enough = !kinds.some((info) => info.group === GATEWAY_API);
  for (const info of [...kinds, ...otherGrants(groupVersions, kinds)]) {
    const found = find(info, groupVersions);
    switch (found.as) {
      case "readable":
        served.push(found.served);
        enough ||= info.group === GATEWAY_API;
        break;
      case "unclear":
        gaps.push(unseen(info, `the server could not tell whether it has ${resourceName(info)}`));
        enough ||= info.group === GATEWAY_API;
        break;
      case "unread":
        gaps.push(unseen(info, `${resourceName(info)} is served ${servedAs(found.versions)}`));
        if (info.group === GATEWAY_API) for (const version of found.versions) unread.add(version);
        break;
      case "absent":
        break;
    }
  }
  if (!enough) throw unread.size === 0 ? noGatewayApi(kinds) : unreadVersions(unread);
  const useful = ({ info }: ServedInfo): boolean => {
    const other = onlyWith(info);
    return other === null || mayHave(other, groupVersions);
  };
  return { served: served.filter(useful), gaps };
}
