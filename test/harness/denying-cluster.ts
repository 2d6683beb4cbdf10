import {
  CONTEXT_KINDS,
  CORE,
  CUSTOM_RESOURCE_DEFINITION,
  type KindInfo,
  OWN_KINDS,
} from "../../src/catalogue/kinds.ts";
import { KINDS, kindInfo } from "../../src/catalogue/known.ts";
import type { Connection } from "../../src/load/cluster/connect.ts";
import type { Answer } from "../../src/load/cluster/transport.ts";
import { groupKindKey } from "../../src/model/object.ts";
import type { Manifest } from "./world.ts";

/** A cluster in memory whose API server answers as Kubernetes' does, to one who may not do everything. */

export type Verb = "get" | "list";

/** What a user may not do. A list shows every object of it, so that it is denied with any of them. */
export interface Denial {
  readonly verbs: readonly Verb[];
  /** null: every kind that stands in namespaces. */
  readonly kind: KindInfo | null;
  /** null: all of them. */
  readonly namespace: string | null;
  /** null: all objects. */
  readonly name: string | null;
}

/** What a user may do all the same, as RBAC has it. */
export interface Rule {
  readonly verb: Verb;
  readonly group: string;
  readonly plural: string;
  /** null: by a ClusterRole. */
  readonly namespace: string | null;
}

/** What one request asks for. */
interface Asked {
  readonly verb: Verb;
  readonly info: KindInfo;
  readonly namespace: string | null;
  readonly name: string | null;
}

const BOTH: readonly Verb[] = ["get", "list"];

export const denying = (
  kind: KindInfo | null,
  namespace: string | null = null,
  name: string | null = null,
  verbs: readonly Verb[] = BOTH,
): Denial => ({ kind, namespace, name, verbs });

export function denialText({ verbs, kind, namespace, name }: Denial): string {
  const what = kind === null ? "everything" : `${kind.plural}${name === null ? "" : `/${name}`}`;
  return `${verbs.length === 2 ? "" : `${verbs.join()} of `}${what}${namespace === null ? "" : ` in ${namespace}`}`;
}

/** The rule that a text tells its reader to ask for, in one namespace where it says so; null where it names none. */
export function ruleIn(text: string): Rule | null {
  const [, where = "", verb, group, plural] =
    /may not (?:get|list) \S+(.*?); ask for verbs \[(get|list)\].*?apiGroups: \["([^"]*)"\], resources: \["([^"]*)"\]/.exec(
      text,
    ) ?? [];
  if (group === undefined || plural === undefined || (verb !== "get" && verb !== "list")) return null;
  const [, namespace = null] = /in namespace (\S+?)(?:,|$)/.exec(where) ?? [];
  return { verb, group, plural, namespace };
}

function denies(denial: Denial, { verb, info, namespace, name }: Asked): boolean {
  if (!denial.verbs.includes(verb)) return false;
  if (denial.kind === null ? info.scope === "Cluster" : groupKindKey(denial.kind) !== groupKindKey(info)) return false;
  const meets = (of: string | null, asked: string | null): boolean => of === null || asked === null || of === asked;
  return meets(denial.namespace, namespace) && meets(denial.name, name);
}

function permits(rule: Rule, { verb, info, namespace }: Asked): boolean {
  const sort = rule.verb === verb && rule.group === info.group && rule.plural === info.plural;
  return sort && (rule.namespace === null || rule.namespace === namespace);
}

interface Item {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [field: string]: unknown;
}

const groupOf = ({ apiVersion }: Manifest): string => /^(.*)\//.exec(String(apiVersion))?.[1] ?? CORE;

/** As an API server keeps them: what stands in namespaces has one, each is there, and no object twice. */
function settled(world: readonly Manifest[]): readonly Manifest[] {
  const placed = world.map((manifest): Manifest => {
    const info = kindInfo({ group: groupOf(manifest), kind: manifest.kind });
    const { namespace = "default", ...metadata }: Item["metadata"] = Object(manifest.metadata);
    return info?.scope === "Cluster" ? manifest : { ...manifest, metadata: { ...metadata, namespace } };
  });
  const own = new Set(placed.flatMap(({ kind, metadata }) => (kind === "Namespace" ? Object(metadata).name : [])));
  const homes = new Set(placed.flatMap(({ metadata }) => Object(metadata).namespace ?? []));
  const missing = ["default", ...homes].filter((name, index, all) => !own.has(name) && all.indexOf(name) === index);
  const all = [...placed, ...missing.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }))];
  const keyOf = (manifest: Manifest): string => {
    const { namespace, name }: Partial<Item["metadata"]> = Object(manifest.metadata);
    return [groupOf(manifest), manifest.kind, namespace, name].join(" ");
  };
  return [...new Map(all.map((manifest) => [keyOf(manifest), manifest])).values()];
}

/** The definition of a kind, of which objects were once stored in every version that there was. */
function definitionOf(info: KindInfo): Item {
  const versions = info.versions ?? ["v1"];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: CUSTOM_RESOURCE_DEFINITION.kind,
    metadata: { name: `${info.plural}.${info.group}` },
    spec: {
      group: info.group,
      names: { kind: info.kind, plural: info.plural },
      versions: versions.map((name, index) => ({ name, served: index === 0, storage: index === 0 })),
    },
    status: { storedVersions: versions },
  };
}

const notFound: Answer = { status: 404, body: undefined, message: "not found" };

/** Objects of a kind, and the path that it is read at. */
interface Served {
  readonly info: KindInfo;
  readonly version: string;
  readonly items: Item[];
}

/** The objects of a world, as an API server keeps them. Kinds that the tool knows nothing of are left out. */
export class DenyingCluster {
  readonly #served = new Map<string, Served>();
  readonly #discovery: Answer;
  readonly #core: Answer;
  /** All that was asked since it was last emptied. */
  requests: string[] = [];

  constructor(world: readonly Manifest[]) {
    const manifests = settled(world);
    const present = new Set(
      manifests.map((manifest) => groupKindKey({ group: groupOf(manifest), kind: manifest.kind })),
    );
    const known = [...KINDS, ...CONTEXT_KINDS];
    const policies = present.has("gateway.networking.k8s.io/ReferencePolicy");
    const isServed = (info: KindInfo): boolean => {
      if (present.has(groupKindKey(info))) return true;
      if (info.kind === "ReferencePolicy") return false;
      // Where there are policies and no grants, the cluster is from before there were grants.
      if (info.kind === "ReferenceGrant" && policies) return false;
      return OWN_KINDS.includes(info) || CONTEXT_KINDS.includes(info);
    };
    for (const info of [...known.filter(isServed), CUSTOM_RESOURCE_DEFINITION]) {
      const [version = "v1"] = info.versions ?? [];
      const root = info.group === CORE ? `/api/${version}` : `/apis/${info.group}/${version}`;
      this.#served.set(`${root} ${info.plural}`, { info, version, items: [] });
    }
    for (const served of this.#served.values()) {
      const ofGatewayApi = served.info.group.startsWith("gateway.networking.");
      if (ofGatewayApi)
        this.#served
          .get("/apis/apiextensions.k8s.io/v1 customresourcedefinitions")
          ?.items.push(definitionOf(served.info));
    }
    for (const manifest of manifests) this.#add(manifest);
    const resources = (core: boolean) => this.#groups(core);
    this.#discovery = resources(false);
    this.#core = resources(true);
  }

  #add(manifest: Manifest): void {
    const group = groupOf(manifest);
    const served = [...this.#served.values()].find(({ info }) => info.group === group && info.kind === manifest.kind);
    const { namespace, ...metadata }: Item["metadata"] = Object(manifest.metadata);
    const home = namespace === undefined || served?.info.scope === "Cluster" ? {} : { namespace };
    served?.items.push({ ...manifest, metadata: { ...metadata, ...home } });
  }

  #groups(core: boolean): Answer {
    const all = [...this.#served.values()].filter(({ info }) => (info.group === CORE) === core);
    const items = [...Map.groupBy(all, ({ info }) => info.group)].map(([group, ofGroup]) => ({
      metadata: group === CORE ? {} : { name: group },
      versions: [...Map.groupBy(ofGroup, ({ version }) => version)].map(([version, ofVersion]) => ({
        version,
        freshness: "Current",
        resources: ofVersion.map(({ info }) => ({
          resource: info.plural,
          singularResource: info.kind.toLowerCase(),
          responseKind: { group, version, kind: info.kind },
          scope: info.scope === "Cluster" ? "Cluster" : "Namespaced",
          shortNames: info.shortNames ?? [],
          verbs: ["get", "list"],
        })),
      })),
    }));
    return { status: 200, body: { kind: "APIGroupDiscoveryList", items }, message: "" };
  }

  /** Every kind that it has. */
  get kinds(): readonly KindInfo[] {
    return [...this.#served.values()].map(({ info }) => info);
  }

  /** Every object that it has, but for definitions. */
  get objects(): readonly { readonly info: KindInfo; readonly namespace: string | null; readonly name: string }[] {
    return [...this.#served.values()].flatMap(({ info, items }) =>
      info === CUSTOM_RESOURCE_DEFINITION
        ? []
        : items.map(({ metadata }) => ({ info, namespace: metadata.namespace ?? null, name: metadata.name })),
    );
  }

  #list({ info, items }: Served, { namespace }: Asked, query: URLSearchParams): Answer {
    const [, named] = /^metadata\.name=(.*)$/.exec(query.get("fieldSelector") ?? "") ?? [];
    const selectors = (query.get("labelSelector") ?? "").split(/,(?![^(]*\))/).filter((part) => part !== "");
    const carries = ({ metadata }: Item): boolean =>
      selectors.every((selector) => {
        const [, key = "", only, several = ""] = /^([^= ]+)(?:=(.*)| in \((.*)\))$/.exec(selector) ?? [];
        return (only === undefined ? several.split(",") : [only]).includes(metadata.labels?.[key] ?? "\0");
      });
    const chosen = items.filter(
      (item) =>
        (namespace === null || item.metadata.namespace === namespace) &&
        (named === undefined || item.metadata.name === named) &&
        carries(item),
    );
    const kind = info.read === "metadata" ? "PartialObjectMetadataList" : `${info.kind}List`;
    return { status: 200, body: { kind, metadata: {}, items: chosen.map((item) => shown(info, item)) }, message: "" };
  }

  /** May one with these denials, and these rules on top, do it? */
  static allows(asked: Asked, denials: readonly Denial[], granted: readonly Rule[]): boolean {
    return granted.some((rule) => permits(rule, asked)) || !denials.some((denial) => denies(denial, asked));
  }

  /** The cluster for one user. */
  connection(denials: readonly Denial[], granted: readonly Rule[] = [], namespace = "default"): Connection {
    const get = async (path: string): Promise<Answer> => {
      this.requests.push(path);
      if (path === "/apis") return this.#discovery;
      if (path === "/api") return this.#core;
      const [place = "", query = ""] = path.split("?");
      const [, root = "", home, plural = "", name] =
        /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/.exec(place) ??
        [];
      const served = this.#served.get(`${root} ${plural}`);
      if (served === undefined) return notFound;
      const { info } = served;
      const asked: Asked = {
        verb: name === undefined ? "list" : "get",
        info,
        namespace: home ?? null,
        name: name === undefined ? null : decodeURIComponent(name),
      };
      if (!DenyingCluster.allows(asked, denials, granted)) {
        const message = `${plural} is forbidden: User "jo" cannot ${asked.verb} resource "${plural}"`;
        return { status: 403, body: undefined, message };
      }
      if (asked.name === null) return this.#list(served, asked, new URLSearchParams(query));
      const found = served.items.find(
        ({ metadata }) => metadata.name === asked.name && (metadata.namespace ?? null) === asked.namespace,
      );
      if (found === undefined) return notFound;
      const kind = info.read === "metadata" ? "PartialObjectMetadata" : info.kind;
      return { status: 200, body: { ...shown(info, found), kind }, message: "" };
    };
    return { transport: { get, close: () => {} }, namespace, close: () => {} };
  }
}

/** An object as it is answered: of some kinds nothing but metadata is asked for. */
function shown(info: KindInfo, item: Item): object {
  return info.read === "metadata" ? { metadata: item.metadata } : item;
}

/** Whom the reading of a cluster is to be connected to, where `connect` is stood in for by {@link connected}. */
let current: Connection | null = null;

export function connectTo(connection: Connection): void {
  current = connection;
}

export function connected(): Connection {
  if (current === null) throw new Error("there is no cluster to connect to");
  return current;
}

/** The kind that a rule names; null for one that the tool does not know. */
export function kindOfRule({ group, plural }: Rule): KindInfo | null {
  const known = [...KINDS, ...CONTEXT_KINDS, CUSTOM_RESOURCE_DEFINITION].find(
    (info) => info.group === group && info.plural === plural,
  );
  return known ?? null;
}
