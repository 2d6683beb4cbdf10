import { CONTEXT_KINDS, CORE, CUSTOM_RESOURCE_DEFINITION, type KindInfo } from "../../catalogue/kinds.ts";
import { KINDS, kindInfo } from "../../catalogue/known.ts";
import type { Gap } from "../../model/gap.ts";
import type { Need } from "../../model/need.ts";
import { type GroupKind, groupKindKey, sameGroupKind } from "../../model/object.ts";
import type { Readings, ServedKind } from "../../model/snapshot.ts";
import { askAhead, type Expected } from "./ahead.ts";
import { connect } from "./connect.ts";
import { DEFINITIONS } from "./definitions.ts";
import { find, gapOver, servedOf } from "./discovery.ts";
import { type Inventory, takeInventory, takeRest } from "./inventory.ts";
import { kindsOf, namedKinds, namesGroup, wordsFor } from "./kind-words.ts";
import { type LookedUp, NeedReader } from "./needs.ts";
import type { ConnectionOptions, Environment } from "./options.ts";
import { type ClusterProgress, counting } from "./progress.ts";
import type { Transport } from "./transport.ts";

/** A cluster that is read by needs: what one answer depends on, and no more. */
export interface ClusterReader {
  /** Kinds that the cluster has of those in the catalogue, with the version that is read. */
  readonly served: readonly ServedKind[];
  /** Kinds of which the server could not tell whether it has them. */
  readonly gaps: readonly Gap[];
  /** The namespace of the context; `default` where it has none. */
  readonly namespace: string;
  /**
   * The kinds that a word for a type names on this server, as kubectl takes it: plural, singular, kind, short name, each with
   * or without group and version; those of the catalogue first, the Gateway API's before all, then in the server's order.
   * `route` is every route kind of the Gateway API. Kinds of the core are asked for where the catalogue has none of that name.
   */
  readonly kindsNamed: (word: string) => Promise<readonly KindInfo[]>;
  /** Every word that would name a kind of this server, as far as it was asked, to find what a mistyped one meant. */
  readonly words: readonly string[];
  /**
   * Reads what is needed, in parallel, and nothing twice. Only `get` and `list` are sent. What may not be read, or fails, is
   * an outcome.
   */
  readonly read: (needs: readonly Need[]) => Promise<Readings>;
  readonly close: () => void;
}

/** How to read a cluster by needs. */
export interface OpenRequest {
  /** Objects for each page of a list; 0 = no pages. */
  readonly chunkSize: number;
  /** Namespaces to try beside the context's, where a kind may not be listed in all namespaces. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ClusterProgress;
  readonly userAgent: string;
  /** Done once, while the first answer is awaited: what does not depend on it. */
  readonly meanwhile?: () => void;
  /** What will be asked for first. */
  readonly expected?: readonly Expected[];
}

/** Everything that an answer may depend on. */
const NEEDED: readonly KindInfo[] = [...KINDS, ...CONTEXT_KINDS];

/** What a server has, as far as it was asked. The core, and what old servers tell of each group alone, only if needed. */
class Kinds {
  readonly #transport: Transport;
  readonly #inventory: Inventory;
  #known: Inventory["groupVersions"];
  #named: ReturnType<typeof namedKinds> | null = null;
  #rest: Promise<void> | null = null;

  constructor(transport: Transport, inventory: Inventory) {
    this.#transport = transport;
    this.#inventory = inventory;
    this.#known = inventory.groupVersions;
  }

  get words(): readonly string[] {
    return wordsFor(this.#all.values());
  }

  async named(word: string): Promise<readonly KindInfo[]> {
    const found = kindsOf(word, this.#all.values());
    const settled = found.some((info) => kindInfo(info) !== undefined);
    if (settled || (namesGroup(word) && (found.length > 0 || this.#inventory.others.length === 0))) return found;
    await this.#askForRest();
    return kindsOf(word, this.#all.values());
  }

  async lookUp(groupKind: GroupKind): Promise<LookedUp> {
    if (sameGroupKind(groupKind, CUSTOM_RESOURCE_DEFINITION)) return { served: DEFINITIONS };
    const info = kindInfo(groupKind) ?? (await this.#uncatalogued(groupKind));
    if (info === undefined) return this.#untold(groupKind);
    const found = find(info, this.#known);
    if (found.as === "readable") return { served: found.served };
    const gap = gapOver(info, found);
    return gap === null ? null : { gap };
  }

  /** What is to be said of a kind that the server does not tell of: it has none, unless it did not tell of its group. */
  #untold({ group, kind }: GroupKind): LookedUp {
    if (this.#known.every((entry) => entry.group !== group || entry.resources !== null)) return null;
    const detail = `the server could not tell whether it has ${kind}${group === CORE ? "" : `.${group}`}`;
    return { gap: { cause: "failed", groupKind: { group, kind }, namespace: null, detail } };
  }

  get #all(): ReturnType<typeof namedKinds> {
    this.#named ??= namedKinds(this.#known, NEEDED);
    return this.#named;
  }

  async #uncatalogued(groupKind: GroupKind): Promise<KindInfo | undefined> {
    const key = groupKindKey(groupKind);
    const known = this.#all.get(key);
    const { others } = this.#inventory;
    if (known === undefined && (groupKind.group === CORE || others.some(({ group }) => group === groupKind.group))) {
      await this.#askForRest();
    }
    return this.#all.get(key)?.info;
  }

  #askForRest(): Promise<void> {
    const ask = async (): Promise<void> => {
      const rest = await takeRest(this.#transport, this.#inventory);
      // The core comes first for kubectl too.
      this.#known = [...rest, ...this.#known];
      this.#named = null;
    };
    this.#rest ??= ask();
    return this.#rest;
  }
}

/**
 * Connects to a cluster as kubectl would, and asks what it serves.
 *
 * @throws RefgrantError `kubeconfig`, `credentials`, `unreachable`, `no-gateway-api`, `interrupted`; `usage` for an
 * impersonation flag that cannot be read
 */
export async function openCluster(
  options: ConnectionOptions,
  env: Environment,
  request: OpenRequest,
): Promise<ClusterReader> {
  const connection = await connect(options, env, { ...request, multiplex: true });
  const { namespace, close } = connection;
  try {
    const pending = takeInventory(connection.transport, NEEDED);
    const transport = askAhead(connection.transport, request.expected ?? [], namespace);
    const inventory = await pending;
    const { served, gaps } = servedOf(inventory.groupVersions, KINDS);
    const kinds = new Kinds(transport, inventory);
    const reader = new NeedReader(transport, {
      chunkSize: request.chunkSize,
      page: counting(request.progress),
      namespaces: [namespace, ...request.namespaces],
      lookUp: (groupKind) => kinds.lookUp(groupKind),
    });
    return {
      served: served.map(({ info, version }) => ({ group: info.group, kind: info.kind, version })),
      gaps,
      namespace,
      kindsNamed: (word) => kinds.named(word),
      get words() {
        return kinds.words;
      },
      read: (needs) => reader.read(needs),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
