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
    return listOf(item, "versions").flatMap((entry): readonly GroupVersion[] => {
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
      const version = { group, version: textOf(entry, "version") };
      const known = { ...version, resources };
      const told = fieldOf(entry, "resources");
      // What is stale comes from an aggregated API server that does not answer; the list may be old or empty.
      if (textOf(entry, "freshness") !== "Stale" && (told === undefined || Array.isArray(told))) return [known];
      const untold = { ...version, resources: null };
      return resources.length === 0 ? [untold] : [known, untold];
    });
  });
}

/** What came of asking for one version; `cause`: no answer that could be read. */
interface Asked extends GroupVersion {
  readonly cause: RefgrantError | null;
}

async function oneVersion(transport: Transport, { group, version }: Version): Promise<Asked> {
  const root = group === CORE ? "/api" : `/apis/${group}`;
  let answer: Answer;
  try {
    answer = await transport.get(`${root}/${encodeURIComponent(version)}`, JSON_ONLY);
  } catch (error) {
    // One API that is down says nothing of the others.
    if (!(error instanceof RefgrantError) || error.failure !== "unreachable") throw error;
    return { group, version, resources: null, cause: error };
  }
  const resources = listOf(answer.body, "resources").flatMap((entry) => {
    const namespaced = fieldOf(entry, "namespaced") !== false;
    return resourceOf(entry, textOf(entry, "name"), textOf(entry, "kind"), textOf(entry, "singularName"), namespaced);
  });
  const told = answer.status === 200 && textOf(answer.body, "kind") === "APIResourceList";
  return { group, version, resources: told ? resources : null, cause: null };
}

/**
 * Asks for several versions.
 *
 * @throws RefgrantError `unreachable` where there was no answer for a single one, since then it is the connection that failed
 */
async function eachVersion(transport: Transport, versions: readonly Version[]): Promise<readonly GroupVersion[]> {
  const asked = await Promise.all(versions.map((version) => oneVersion(transport, version)));
  const [first] = asked;
  if (first !== undefined && first.cause !== null && asked.every(({ cause }) => cause !== null)) throw first.cause;
  return asked.map(({ group, version, resources }) => ({ group, version, resources }));
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
    groupVersions: await eachVersion(transport, wanted),
    others: versions.filter(({ group }) => !groups.has(group)),
  };
}

const NO_API_SERVER =
  "Check that the server in the kubeconfig is a Kubernetes API server, and whether it is http or https.";

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
    NO_API_SERVER,
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
  const told = (list: string) => Array.isArray(fieldOf(answer.body, list));
  if (kind === "APIGroupDiscoveryList" && told("items")) return { groupVersions: aggregated(answer.body), others: [] };
  if (kind === "APIGroupList" && told("groups")) return oneByOne(transport, answer.body, kinds);
  throw new RefgrantError("unreachable", "the server does not answer /apis with a list of its APIs", NO_API_SERVER);
}

/** What is left of a server's APIs beside an inventory: the core, and what it was not asked about. */
export async function takeRest(transport: Transport, { others }: Inventory): Promise<readonly GroupVersion[]> {
  const core = async (): Promise<readonly GroupVersion[]> => {
    const { body, status } = await transport.get("/api", ACCEPT);
    if (status !== 200) return [{ group: CORE, version: "v1", resources: null }];
    if (textOf(body, "kind") === "APIGroupDiscoveryList") return aggregated(body);
    if (textOf(body, "kind") !== "APIVersions") return [{ group: CORE, version: "v1", resources: null }];
    return eachVersion(
      transport,
      texts(body, "versions").map((version) => ({ group: CORE, version })),
    );
  };
  const [ofCore, rest] = await Promise.all([core(), eachVersion(transport, others)]);
  return [...ofCore, ...rest];
}
