import { NAMESPACE } from "../../catalogue/kinds.ts";
import type { RefgrantError } from "../../model/failure.ts";
import type { Gap } from "../../model/gap.ts";
import { type ListNeed, type Need, needKey } from "../../model/need.ts";
import type { GroupKind, KubeObject } from "../../model/object.ts";
import type { Readings } from "../../model/snapshot.ts";
import { byNamespace, type Candidates, candidates, type Seen, seenIn } from "./by-namespace.ts";
import type { ServedInfo } from "./discovery.ts";
import { ALL, type ListSettings, list, type Outcome, objectNamed } from "./lists.ts";
import type { Transport } from "./transport.ts";

/** How a server has a kind: readable, hidden by a gap, or (null) not at all. */
export type LookedUp = { readonly served: ServedInfo } | { readonly gap: Gap } | null;

/** What reading by needs has to know beside the needs. */
export interface NeedSettings extends Pick<ListSettings, "chunkSize" | "page"> {
  readonly lookUp: (groupKind: GroupKind) => Promise<LookedUp>;
  /** Namespaces to try first where a kind may not be listed in all. */
  readonly namespaces: readonly string[];
}

/** What came of one need. */
interface Reading {
  readonly objects: readonly KubeObject[];
  readonly gap: Gap | null;
  /** What is wrong with the connection, where that is why nothing was read. */
  readonly cause: RefgrantError | null;
}

const MOST_ON_A_PAGE = 500;

const reading = (objects: readonly KubeObject[], gap: Gap | null, outcome: Outcome | null = null): Reading => ({
  objects,
  gap,
  cause: outcome?.got === "nothing" ? (outcome.cause ?? null) : null,
});

/** The gap over what a list of a kind everywhere, made namespace by namespace, leaves hidden. */
function restOf({ gaps }: Seen, { names }: Candidates): Gap | null {
  const rest = gaps.find(({ namespace }) => namespace === null) ?? gaps[0];
  if (rest === undefined) return null;
  const hidden = new Set(gaps.map(({ namespace }) => namespace));
  if (rest.namespace === null && rest.exceptNamespaces === undefined) return rest;
  return { ...rest, namespace: null, exceptNamespaces: new Set(names.filter((name) => !hidden.has(name))) };
}

/** Reads a cluster by needs, each of them once. */
export class NeedReader {
  readonly #transport: Transport;
  readonly #settings: NeedSettings;
  readonly #readings = new Map<string, Promise<Reading>>();
  #candidates: Promise<Candidates> | null = null;
  #answered = false;

  constructor(transport: Transport, settings: NeedSettings) {
    this.#transport = transport;
    this.#settings = settings;
  }

  /**
   * Reads what is needed, in parallel. What may not be read, or fails, is an outcome.
   *
   * @throws RefgrantError `credentials`, `interrupted`; `unreachable` where the server has not answered a single need
   */
  async read(needs: readonly Need[]): Promise<Readings> {
    const read = await Promise.all(needs.map(async (need) => ({ need, reading: await this.#once(need) })));
    const causes = read.map(({ reading: { cause } }) => cause);
    this.#answered ||= causes.includes(null);
    const [first] = causes;
    if (!this.#answered && first) throw first;
    return {
      objects: read.flatMap(({ reading: { objects } }) => objects),
      outcomes: new Map(read.map(({ need, reading: { gap } }) => [needKey(need), gap])),
    };
  }

  #once(need: Need): Promise<Reading> {
    const key = needKey(need);
    const known = this.#readings.get(key);
    if (known !== undefined) return known;
    const fresh = this.#one(need);
    this.#readings.set(key, fresh);
    return fresh;
  }

  async #one(need: Need): Promise<Reading> {
    const found = await this.#settings.lookUp(need.read === "object" ? need.id : need.groupKind);
    if (found === null) return reading([], null);
    if ("gap" in found) return reading([], found.gap);
    const { served } = found;
    if (need.read === "list") return this.#list(need, served);
    const { namespace, name } = need.id;
    // An id of the other scope than the kind's names no object.
    if ((namespace === null) !== (served.info.scope === "Cluster")) return reading([], null);
    const outcome = await objectNamed(this.#transport, served, namespace, name);
    const { objects, gaps } = seenIn({ served, outcome }, namespace, "get");
    this.#settings.page(served.info, objects.length);
    return reading(objects, gaps[0] ?? null, outcome);
  }

  async #list(need: ListNeed, served: ServedInfo): Promise<Reading> {
    const { info } = served;
    const { chunkSize, page } = this.#settings;
    const onePage = need.extent === "page";
    const wanted = { name: need.name, labels: need.labels, onePage };
    const settings = { chunkSize: onePage ? MOST_ON_A_PAGE : chunkSize, page, wanted };
    const namespace = info.scope === "Cluster" ? null : need.namespace;
    const outcome = await list(this.#transport, served, namespace, settings);
    if (outcome.got === "forbidden" && namespace === null) {
      const known = await this.#namespaces();
      const seen = await byNamespace(this.#transport, served, outcome.user, known, settings);
      return reading(seen.objects, restOf(seen, known));
    }
    const { objects, gaps } = seenIn({ served, outcome }, namespace);
    if (outcome.got !== "objects" || !outcome.more) return reading(objects, gaps[0] ?? null, outcome);
    const { group, kind } = info;
    const detail = `there are more than the ${objects.length} that were read`;
    return reading(objects, { cause: "not-read", groupKind: { group, kind }, namespace, detail });
  }

  /** The namespaces to try one by one. Asked for once, and only where something may not be listed in all. */
  #namespaces(): Promise<Candidates> {
    const ask = async (): Promise<Candidates> => {
      const { chunkSize, page, namespaces, lookUp } = this.#settings;
      const found = await lookUp(NAMESPACE);
      if (found === null || "gap" in found) return candidates(namespaces, undefined);
      const { served } = found;
      const outcome = await list(this.#transport, served, null, { chunkSize, page, wanted: ALL });
      return candidates(namespaces, { served, outcome });
    };
    this.#candidates ??= ask();
    return this.#candidates;
  }
}
