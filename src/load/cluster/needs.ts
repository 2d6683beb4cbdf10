import { NAMESPACE, REFERENCE_GRANT } from "../../catalogue/kinds.ts";
import type { NonEmpty } from "../../model/decision.ts";
import type { RefgrantError } from "../../model/failure.ts";
import type { Gap } from "../../model/gap.ts";
import { type ListNeed, type Need, needKey } from "../../model/need.ts";
import type { GroupKind, KubeObject } from "../../model/object.ts";
import type { Readings } from "../../model/snapshot.ts";
import { hiddenByNamespace, seenByNamespace, seenIn, tryEach } from "./by-namespace.ts";
import type { ServedInfo } from "./discovery.ts";
import { type Candidates, candidates, namespacesMet } from "./known-namespaces.ts";
import { ALL, type ListSettings, list, MOST_ON_A_PAGE, type Outcome, objectNamed, type Wanted } from "./lists.ts";
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

const reading = (objects: readonly KubeObject[], gap: Gap | null, outcome: Outcome | null = null): Reading => ({
  objects,
  gap,
  cause: outcome?.got === "nothing" ? (outcome.cause ?? null) : null,
});

/** Needs that one request answers. */
type Batch = NonEmpty<Need>;

/** More values of one label are asked for by several requests, so that no URL gets too long. */
const MOST_IN_A_BATCH = 50;

/** What needs have in common that one request answers: they differ in the value of their one label. */
function batchKey(need: Need): string {
  const [key, ...others] = need.read === "list" && need.extent === "all" ? (need.labels?.keys() ?? []) : [];
  if (need.read === "object" || key === undefined || others.length > 0) return needKey(need);
  return needKey({ ...need, labels: new Map([[key, "*"]]) });
}

/** The needs in batches, each need in one of them. */
function batchesOf(needs: readonly Need[]): readonly Batch[] {
  const distinct = [...new Map(needs.map((need) => [needKey(need), need])).values()];
  return [...Map.groupBy(distinct, batchKey).values()].flatMap((group) => {
    const batches: Batch[] = [];
    for (let at = 0; at < group.length; at += MOST_IN_A_BATCH) {
      const [first, ...rest] = group.slice(at, at + MOST_IN_A_BATCH);
      if (first !== undefined) batches.push([first, ...rest]);
    }
    return batches;
  });
}

/** The labels that the needs of a batch ask for, with all their values. */
function labelsOf(batch: Batch): Wanted["labels"] {
  const labels = new Map<string, string[]>();
  for (const need of batch) {
    if (need.read === "object" || need.labels === null) return null;
    for (const [key, value] of need.labels) labels.set(key, [...(labels.get(key) ?? []), value]);
  }
  return labels;
}

/** Reads a cluster by needs, each of them once. */
export class NeedReader {
  readonly #transport: Transport;
  readonly #settings: NeedSettings;
  readonly #readings = new Map<string, Promise<Reading>>();
  /** What came of listing the Namespaces, where it had to be tried. */
  #listed: Promise<Outcome | undefined> | null = null;
  #trusted: Promise<readonly string[]> | null = null;
  /** All that calls before this one have read: where it stands, and what it names, may be looked at too. */
  readonly #seen = new Set<KubeObject>();
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
    for (const batch of batchesOf(needs.filter((need) => !this.#readings.has(needKey(need))))) {
      const fresh = this.#one(batch);
      for (const need of batch) this.#readings.set(needKey(need), fresh);
    }
    const asked = needs.map((need) => ({ key: needKey(need), pending: this.#readings.get(needKey(need)) }));
    const read = await Promise.all(asked.map(async ({ key, pending }) => ({ key, reading: await pending })));
    const readings = new Map(read.flatMap(({ key, reading }) => (reading === undefined ? [] : [[key, reading]])));
    const causes = [...readings.values()].map(({ cause }) => cause);
    this.#answered ||= causes.includes(null);
    const [first] = causes;
    if (!this.#answered && first) throw first;
    const objects = [...new Set(readings.values())].flatMap((one) => one.objects);
    for (const object of objects) this.#seen.add(object);
    return {
      objects,
      outcomes: new Map([...readings].map(([key, { gap }]) => [key, gap])),
    };
  }

  async #one(batch: Batch): Promise<Reading> {
    const [need] = batch;
    const found = await this.#settings.lookUp(need.read === "object" ? need.id : need.groupKind);
    if (found === null) return reading([], null);
    if ("gap" in found) return reading([], found.gap);
    const { served } = found;
    if (need.read === "list") return this.#list(need, labelsOf(batch), served);
    const { namespace, name } = need.id;
    // An id of the other scope than the kind's names no object.
    if ((namespace === null) !== (served.info.scope === "Cluster")) return reading([], null);
    const outcome = await objectNamed(this.#transport, served, namespace, name);
    const { objects, gaps } = seenIn({ served, outcome }, namespace, "get");
    this.#settings.page(served.info, objects.length, 0);
    return reading(objects, gaps[0] ?? null, outcome);
  }

  async #list(need: ListNeed, labels: Wanted["labels"], served: ServedInfo): Promise<Reading> {
    const { info } = served;
    const { chunkSize, page } = this.#settings;
    const onePage = need.extent === "page";
    const wanted = { name: need.name, labels, onePage };
    const settings = { chunkSize: onePage ? MOST_ON_A_PAGE : chunkSize, page, wanted };
    const namespace = info.scope === "Cluster" ? null : need.namespace;
    const outcome = await list(this.#transport, served, namespace, settings);
    // To go through all namespaces for one name would be a list of the cluster in disguise.
    if (outcome.got === "forbidden" && namespace === null && need.name === null) {
      const known = await this.#namespaces();
      const outcomes = await tryEach(this.#transport, served, known.names, settings);
      const tried = { served, user: outcome.user, outcomes };
      return reading(seenByNamespace(tried, known).objects, hiddenByNamespace(tried, known));
    }
    const { objects, gaps } = seenIn({ served, outcome }, namespace);
    if (outcome.got !== "objects" || !outcome.more) return reading(objects, gaps[0] ?? null, outcome);
    const { group, kind } = info;
    const detail = `there are more than the ${objects.length} that were read`;
    return reading(objects, { cause: "truncated", groupKind: { group, kind }, namespace, detail });
  }

  /** The namespaces to try one by one, asked for only where something may not be listed in all. */
  async #namespaces(): Promise<Candidates> {
    const { chunkSize, page, namespaces } = this.#settings;
    const seen = [...this.#seen];
    const settings = { chunkSize, page, wanted: ALL };
    this.#listed ??= this.#everywhere(settings);
    const listed = await this.#listed;
    if (listed?.got === "objects") return candidates(namespaces, listed);
    this.#trusted ??= this.#trustedIn(candidates(namespaces, listed).names, settings);
    return candidates(namespaces, listed, [...namespacesMet(seen), ...(await this.#trusted)]);
  }

  async #everywhere(settings: ListSettings): Promise<Outcome | undefined> {
    const found = await this.#settings.lookUp(NAMESPACE);
    return found === null || "gap" in found ? undefined : list(this.#transport, found.served, null, settings);
  }

  /** The namespaces that grants in others name: from there one may refer to what stands with the grants. */
  async #trustedIn(names: readonly string[], settings: ListSettings): Promise<readonly string[]> {
    const found = await this.#settings.lookUp(REFERENCE_GRANT);
    if (found === null || "gap" in found) return [];
    const outcomes = await tryEach(this.#transport, found.served, names, settings);
    return namespacesMet([...outcomes.values()].flatMap((one) => (one.got === "objects" ? one.objects : [])));
  }
}
