import { CORE, type KindInfo } from "../../catalogue/kinds.ts";
import { onlyWith } from "../../catalogue/known.ts";
import { RefgrantError } from "../../model/failure.ts";
import { fieldOf, listOf, textOf } from "./text.ts";
import type { Answer, Transport } from "./transport.ts";

/** A resource of a group, as the server calls it. */
export interface Resource {
  readonly plural: string;
  readonly kind: string;
  /** Empty where the server has no word for it. */
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly readable: boolean;
  readonly listable: boolean;
  readonly scope: KindInfo["scope"];
}

/** One version of a group. */
interface Version {
  readonly group: string;
  readonly version: string;
}

/** What a server said about one version of a group. Versions of a group come in the server's order of preference. */
export interface GroupVersion extends Version {
  /** null where the server could not tell. */
  readonly resources: readonly Resource[] | null;
}

/** What a server said about its APIs. */
export interface Inventory {
  readonly groupVersions: readonly GroupVersion[];
  /** Versions of groups that it was not asked about, as servers before Kubernetes 1.26 want to be asked about each. */
  readonly others: readonly Version[];
}

const AGGREGATED = ["v2", "v2beta1"].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);
const JSON_ONLY = "application/json";
const ACCEPT = [...AGGREGATED, JSON_ONLY].join(",");

function texts(value: unknown, key: string): readonly string[] {
  return listOf(value, key).filter((text) => typeof text === "string");
}

/** A resource from either form of discovery; none for a subresource, which has its parent's name before its own. */
function resourceOf(
  entry: unknown,
  plural: string,
  kind: string,
  singular: string,
  namespaced: boolean,
): readonly Resource[] {
  if (plural.includes("/")) return [];
  const verbs = texts(entry, "verbs");
  return [
    {
      plural,
      kind,
      singular,
      shortNames: texts(entry, "shortNames"),
      readable: verbs.includes("get"),
      listable: verbs.includes("list"),
      scope: namespaced ? "Namespaced" : "Cluster",
    },
  ];
}

function aggregated(body: unknown): readonly GroupVersion[] {
  return listOf(body, "items").flatMap((item) => {
    const group = textOf(fieldOf(item, "metadata"), "name");
    return listOf(item, "versions").map((entry) => {
      const resources = listOf(entry, "resources").flatMap((resource) => {
        const kind = textOf(fieldOf(resource, "responseKind"), "kind");
        const namespaced = textOf(resource, "scope") !== "Cluster";
        return resourceOf(
          resource,
          textOf(resource, "resource"),
          kind,
          textOf(resource, "singularResource"),
          namespaced,
        );
      });
      // What is stale comes from an aggregated API server that does not answer; the list may be old or empty.
      const stale = textOf(entry, "freshness") === "Stale" && resources.length === 0;
      return { group, version: textOf(entry, "version"), resources: stale ? null : resources };
    });
  });
}

async function oneVersion(transport: Transport, { group, version }: Version): Promise<GroupVersion> {
  const root = group === CORE ? "/api" : `/apis/${group}`;
  const answer = await transport.get(`${root}/${encodeURIComponent(version)}`, JSON_ONLY);
  const resources = listOf(answer.body, "resources").flatMap((entry) => {
    const namespaced = fieldOf(entry, "namespaced") !== false;
    return resourceOf(entry, textOf(entry, "name"), textOf(entry, "kind"), textOf(entry, "singularName"), namespaced);
  });
  return { group, version, resources: answer.status === 200 ? resources : null };
}

/** Asks for each version of the groups that hold a kind asked for, as servers before Kubernetes 1.26 need it. */
async function oneByOne(transport: Transport, body: unknown, kinds: readonly KindInfo[]): Promise<Inventory> {
  const present = new Set(listOf(body, "groups").map((item) => textOf(item, "name")));
  const useful = kinds.filter((info) => present.has(onlyWith(info)?.group ?? info.group));
  const groups = new Set(useful.map((info) => info.group));
  const versions = listOf(body, "groups").flatMap((item) =>
    listOf(item, "versions").map((entry) => ({ group: textOf(item, "name"), version: textOf(entry, "version") })),
  );
  const wanted = versions.filter(({ group }) => groups.has(group));
  return {
    groupVersions: await Promise.all(wanted.map((version) => oneVersion(transport, version))),
    others: versions.filter(({ group }) => !groups.has(group)),
  };
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

/**
 * Asks a server for its APIs, apart from the core's. One request to a server with aggregated discovery.
 *
 * @throws RefgrantError `credentials` if it does not let the caller look, `unreachable` if it is no API server
 */
export async function takeInventory(transport: Transport, kinds: readonly KindInfo[]): Promise<Inventory> {
  if (kinds.every((info) => info.group === CORE)) return { groupVersions: [], others: [] };
  const answer = await transport.get("/apis", ACCEPT);
  if (answer.status !== 200) throw refused(answer);
  const kind = textOf(answer.body, "kind");
  if (kind === "APIGroupDiscoveryList") return { groupVersions: aggregated(answer.body), others: [] };
  if (kind === "APIGroupList") return oneByOne(transport, answer.body, kinds);
  throw refused(answer);
}

/** What is left of a server's APIs beside an inventory: the core, and what it was not asked about. */
export async function takeRest(transport: Transport, { others }: Inventory): Promise<readonly GroupVersion[]> {
  const core = async (): Promise<readonly GroupVersion[]> => {
    const { body, status } = await transport.get("/api", ACCEPT);
    if (status !== 200) return [{ group: CORE, version: "v1", resources: null }];
    if (textOf(body, "kind") === "APIGroupDiscoveryList") return aggregated(body);
    return Promise.all(texts(body, "versions").map((version) => oneVersion(transport, { group: CORE, version })));
  };
  const [ofCore, ...rest] = await Promise.all([core(), ...others.map((version) => oneVersion(transport, version))]);
  return [...ofCore, ...rest];
}
