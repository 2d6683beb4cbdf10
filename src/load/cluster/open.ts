import type { KindInfo } from "../../catalogue/kinds.ts";
import type { Gap } from "../../model/gap.ts";
import type { Need } from "../../model/need.ts";
import type { Readings, ServedKind } from "../../model/snapshot.ts";

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
   * or without group and version; in the server's order, the Gateway API's first. `route` is every route kind of the Gateway API.
   */
  readonly kindsNamed: (word: string) => readonly KindInfo[];
  /** Every word that would name a kind of this server, to find what a mistyped one meant. */
  readonly words: readonly string[];
  /** Reads what is needed, in parallel. Only `get` and `list` are sent. What may not be read, or fails, is an outcome. */
  readonly read: (needs: readonly Need[]) => Promise<Readings>;
  readonly close: () => void;
}
