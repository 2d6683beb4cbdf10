import type { Decision } from "./decision.ts";
import type { Finding } from "./finding.ts";
import type { Gap } from "./gap.ts";
import type { Grant } from "./grant.ts";
import type { Hop } from "./hop.ts";
import type { KubeObject, Locate } from "./object.ts";
import type { Advice, Maker } from "./remedy.ts";
import type { Judgement } from "./status.ts";

/** Everything that is to be said of the references of one object. */
export interface Answer {
  readonly object: KubeObject;
  /** What writes the object; null where nothing is known to. */
  readonly maker: Maker | null;
  /** In the order of the object. */
  readonly decisions: readonly Decision[];
  /** What to do about each decision that is not permitted, or leads nowhere. */
  readonly advice: ReadonlyMap<Decision, Advice>;
  /**
   * References of which it could not be seen whether their target is there; of those to what is not there, whether something else
   * was meant, by a name near it or in another namespace; and why.
   */
  readonly unseen: ReadonlyMap<Decision, Gap>;
  /** On the object, from the gravest. */
  readonly findings: readonly Finding[];
  /** What is wrong with the grants of namespaces that refuse a reference: one that cannot be read may be the one that was meant. */
  readonly around: readonly Finding[];
  /** What controllers wrote on the object, beside the verdicts. */
  readonly judgements: readonly Judgement[];
  readonly hops: readonly Hop[];
}

/** The answers about some objects, and what hid something from them. */
export interface Inquiry {
  readonly source: "cluster" | "files";
  readonly answers: readonly Answer[];
  /** Every grant that was read. */
  readonly grants: readonly Grant[];
  readonly gaps: readonly Gap[];
  /** Where a field of an object stands in the input; null for objects from a cluster. */
  readonly locate: Locate;
}
