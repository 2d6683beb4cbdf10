import type { KindInfo } from "../../catalogue/kinds.ts";
import { CORE, GATEWAY_API } from "../../catalogue/kinds.ts";
import { RefgrantError } from "../../model/failure.ts";
import type { Gap } from "../../model/gap.ts";
import { fieldOf, listOf, textOf } from "./text.ts";
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

/** What a server said about one version of a group. */
interface GroupVersion {
  readonly group: string;
  readonly version: string;
  /** `plural/Kind` of each resource; null where the server could not tell. */
  readonly resources: ReadonlySet<string> | null;
}

const AGGREGATED = ["v2", "v2beta1"].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);
const JSON_ONLY = "application/json";

function aggregated(body: unknown): readonly GroupVersion[] {
  return listOf(body, "items").flatMap((item) => {
    const group = textOf(fieldOf(item, "metadata"), "name");
    return listOf(item, "versions").map((entry) => {
      const resources = listOf(entry, "resources").map(
        (resource) => `${textOf(resource, "resource")}/${textOf(fieldOf(resource, "responseKind"), "kind")}`,
      );
      // What is stale comes from an aggregated API server that does not answer; the list may be old or empty.
      const stale = textOf(entry, "freshness") === "Stale" && resources.length === 0;
      return { group, version: textOf(entry, "version"), resources: stale ? null : new Set(resources) };
    });
  });
}

/** Asks for each version of the groups that hold a kind asked for, as servers before Kubernetes 1.26 need it. */
async function oneByOne(
  transport: Transport,
  body: unknown,
  kinds: readonly KindInfo[],
): Promise<readonly GroupVersion[]> {
  const wanted = listOf(body, "groups").flatMap((item) => {
    const group = textOf(item, "name");
    const known = new Set(kinds.filter((info) => info.group === group).flatMap((info) => info.versions));
    return listOf(item, "versions")
      .map((entry) => textOf(entry, "version"))
      .filter((version) => known.has(version))
      .map((version) => ({ group, version }));
  });
  return Promise.all(
    wanted.map(async ({ group, version }) => {
      const answer = await transport.get(`/apis/${encodeURIComponent(group)}/${version}`, JSON_ONLY);
      const resources = listOf(answer.body, "resources").map(
        (entry) => `${textOf(entry, "name")}/${textOf(entry, "kind")}`,
      );
      return { group, version, resources: answer.status === 200 ? new Set(resources) : null };
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

/** The first version, by preference, that the server has of one kind; `gap` where it could not tell. */
function chosen(info: KindInfo, groupVersions: readonly GroupVersion[]): ServedInfo | "gap" | null {
  if (info.group === CORE) return { info, version: "v1" };
  const ofGroup = groupVersions.filter((entry) => entry.group === info.group);
  const wanted = `${info.plural}/${info.kind}`;
  const version = info.versions.find((candidate) =>
    ofGroup.some((entry) => entry.version === candidate && entry.resources?.has(wanted) === true),
  );
  if (version !== undefined) return { info, version };
  const unclear = ofGroup.some((entry) => entry.resources === null && info.versions.includes(entry.version));
  return unclear ? "gap" : null;
}

/**
 * Asks which of `kinds` the server has, and chooses for each the first served of its versions. One request to a server
 * with aggregated discovery. A kind that is not served is left out: that is knowledge, not a gap.
 *
 * @throws RefgrantError `no-gateway-api` if it has none of the Gateway API kinds asked for, `credentials` if it does not
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
  for (const info of kinds) {
    const found = chosen(info, groupVersions);
    if (found === "gap") {
      const detail = `the server could not tell whether it has ${info.plural}.${info.group}`;
      gaps.push({ cause: "failed", groupKind: { group: info.group, kind: info.kind }, namespace: null, detail });
    } else if (found !== null) served.push(found);
  }
  const gatewayApi = (kind: { readonly group: string } | null) => kind?.group === GATEWAY_API;
  const found = [...served.map(({ info }) => info), ...gaps.map((gap) => gap.groupKind)];
  if (kinds.some(gatewayApi) && !found.some(gatewayApi)) throw noGatewayApi(kinds);
  return { served, gaps };
}
