import type { Decision } from "./decision.ts";
import type { Finding, Severity } from "./finding.ts";
import type { Gap } from "./gap.ts";
import type { Grant } from "./grant.ts";
import type { LabelRequirement } from "./labels.ts";
import type { Locate, Position } from "./object.ts";
import type { ServedKind } from "./snapshot.ts";

/** Whether something relies on a grant or an entry of it; `unknown` where not every possible referrer was seen. */
export type Usage = "used" | "unused" | "unknown";

/** One `from` with one `to` of a grant, by index: the unit of permission. */
export interface PairUsage {
  readonly from: number;
  readonly to: number;
  /** True when it can match nothing. */
  readonly inert: boolean;
  readonly usage: Usage;
}

/** A grant and who relies on it. */
export interface GrantReport {
  readonly grant: Grant;
  readonly usage: Usage;
  /** True when no pair of it can match anything. */
  readonly inert: boolean;
  readonly pairs: readonly PairUsage[];
  /** By index in `spec.from`. */
  readonly from: ReadonlyMap<number, Usage>;
  /** By index in `spec.to`. */
  readonly to: ReadonlyMap<number, Usage>;
  /** The decisions that this grant permits. */
  readonly uses: readonly Decision[];
  readonly at: Position | null;
}

/** What the report is narrowed to. */
export interface Scope {
  /** References that start or end here; null for all namespaces. */
  readonly namespace: string | null;
  /** Labels of the objects reported on; empty for all. */
  readonly selector: readonly LabelRequirement[];
}

/** A finding that is not told, and who wanted that: the one who runs the audit, or the one who keeps the object. */
export interface IgnoredFinding {
  readonly finding: Finding;
  readonly by: "flag" | "annotation";
}

/** References by verdict. */
export interface VerdictCounts {
  readonly permitted: number;
  readonly refused: number;
  readonly unknown: number;
}

export interface Counts {
  /** References that leave their namespace, by handshake. */
  readonly crossing: Readonly<Record<Decision["handshake"], VerdictCounts>>;
  /** References that stay in their namespace. */
  readonly local: VerdictCounts;
  readonly grants: number;
  readonly unusedGrants: number;
  /** Grants of which it cannot be told whether anything relies on them. */
  readonly unknownGrants: number;
  readonly findings: Readonly<Record<Severity, number>>;
}

/** Everything an audit knows, in an order that depends on nothing but the world. */
export interface Report {
  readonly source: "cluster" | "files";
  readonly closed: boolean;
  readonly scope: Scope;
  readonly served: readonly ServedKind[] | null;
  readonly decisions: readonly Decision[];
  readonly grants: readonly GrantReport[];
  readonly findings: readonly Finding[];
  /** Findings in scope that were silenced: they are in no count, and do not fail the run. */
  readonly ignored: readonly IgnoredFinding[];
  /** What hid something from this report. */
  readonly gaps: readonly Gap[];
  /** Those of the gaps that may hide whole referrers, so that even the number of references is not known. */
  readonly hiddenReferrers: readonly Gap[];
  /** Whether there may be grants that nobody saw. */
  readonly hiddenGrants: boolean;
  readonly counts: Counts;
  /** Where a field of an object stands in the input; null for objects from a cluster. */
  readonly locate: Locate;
}
