import { kindsNamed } from "../../src/catalogue/kind-names.ts";
import { NAMESPACE } from "../../src/catalogue/kinds.ts";
import { isForeignGrant, kindInfo } from "../../src/catalogue/known.ts";
import { isSubdomain, namesNamespace } from "../../src/catalogue/names.ts";
import {
  type GroupKind,
  groupKindKey,
  includesGroupKind,
  type ObjectId,
  sameGroupKind,
} from "../../src/model/object.ts";
import { namespacesOf } from "../../src/model/snapshot.ts";
import { type Flags, namespaceFlag, source } from "../flags.ts";
import { loadFiles } from "../load-files.ts";
import type { SourcePlan } from "../plan.ts";
import type { Lookups, Ports } from "../ports.ts";
import type { Offer } from "./offers.ts";

/** The kinds that a word names; `referencegrant` is no look-alike, which says its group. */
function meant(word: string): readonly GroupKind[] {
  const kinds = kindsNamed(word);
  const own = kinds.filter((kind) => !isForeignGrant(kind));
  return own.length > 0 ? own : kinds;
}

/** Where to look things up. */
export interface Surroundings {
  readonly ports: Ports;
  readonly lookups: Lookups;
}

/** Looks up what only the world knows, as the flags typed so far lead to it. Its methods throw where nothing can be seen. */
export class Lookup {
  readonly #flags: Flags;
  readonly #ports: Ports;
  readonly #lookups: Lookups;

  constructor(flags: Flags, { ports, lookups }: Surroundings) {
    this.#flags = flags;
    this.#ports = ports;
    this.#lookups = lookups;
  }

  /** Every namespace, as far as one page goes. */
  async namespaces(): Promise<readonly Offer[]> {
    const plan = source(this.#flags);
    const names =
      plan.from === "files"
        ? namespacesOf(await this.#files(plan))
        : (await this.#names(plan, ["namespace"], { namespace: null, allNamespaces: false })).map(({ name }) => name);
    return names.filter(namesNamespace).map((value) => ({ value, describe: "" }));
  }

  /**
   * The objects of some kinds, by words for them, where the flags look for them.
   *
   * @param namespace where to look instead; null for all namespaces
   */
  async objects(types: readonly string[], namespace?: string | null): Promise<readonly Offer[]> {
    const plan = source(this.#flags);
    const given = namespace === undefined ? namespaceFlag(this.#flags) : namespace;
    const where = { namespace: given, allNamespaces: namespace === null || this.#flags.given("all-namespaces") };
    const ids = plan.from === "files" ? await this.#idsIn(plan, types, where) : await this.#names(plan, types, where);
    const anywhere = where.allNamespaces || (plan.from === "files" && given === null);
    return ids
      .filter(({ name }) => isSubdomain(name))
      .map(({ name, namespace: home }) => ({
        value: name,
        describe: anywhere && home !== null ? `in namespace ${home}` : "",
      }));
  }

  /** What the kubeconfig calls its entries. */
  async kubeconfig(entries: "context" | "cluster" | "user"): Promise<readonly Offer[]> {
    const { contexts, clusters, users } = await this.#lookups.kubeconfigNames(source(this.#flags).connection);
    const others = (names: readonly string[]) => names.map((value) => ({ value, describe: "" }));
    switch (entries) {
      case "context":
        return contexts.map(({ name, cluster, namespace }) => ({
          value: name,
          describe: `cluster ${cluster}${namespace === "" ? "" : `, namespace ${namespace}`}`,
        }));
      case "cluster":
        return others(clusters);
      case "user":
        return others(users);
    }
  }

  async #names(
    { connection }: SourcePlan,
    types: readonly string[],
    where: { readonly namespace: string | null; readonly allNamespaces: boolean },
  ): Promise<readonly Pick<ObjectId, "name" | "namespace">[]> {
    const infos = types.flatMap(meant).flatMap((kind) => kindInfo(kind) ?? []);
    const kinds = [...new Map(infos.map((info) => [groupKindKey(info), info])).values()];
    return kinds.length === 0 ? [] : this.#lookups.names({ connection, kinds, ...where });
  }

  async #files(plan: SourcePlan & { readonly from: "files" }) {
    const ports: Ports = { ...this.#ports, readFiles: this.#lookups.readFiles };
    return (await loadFiles(plan, ports, { update: () => {}, stop: () => {} })).snapshot;
  }

  async #idsIn(
    plan: SourcePlan & { readonly from: "files" },
    types: readonly string[],
    where: { readonly namespace: string | null; readonly allNamespaces: boolean },
  ): Promise<readonly Pick<ObjectId, "name" | "namespace">[]> {
    const kinds = types.flatMap(meant);
    const snapshot = await this.#files(plan);
    if (kinds.length > 0 && kinds.every((kind) => sameGroupKind(kind, NAMESPACE))) {
      return namespacesOf(snapshot).map((name) => ({ name, namespace: null }));
    }
    const near = ({ namespace }: ObjectId): boolean =>
      where.allNamespaces || where.namespace === null || namespace === null || namespace === where.namespace;
    return [...snapshot.objects.values()].map(({ id }) => id).filter((id) => includesGroupKind(kinds, id) && near(id));
  }
}
