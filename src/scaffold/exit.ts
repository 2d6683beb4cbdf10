import type { Conversion, Granting, Tightening } from "../model/scaffold.ts";

/** Of `scaffold`: 1 where something is refused that no grant cures, or nothing can be written · 4 where something is unknown · 0. */
export type ScaffoldExit = 0 | 1 | 4;

/** The code for grants that references need. */
export function grantingExit({ incurable, unknown, merge, problems }: Granting): ScaffoldExit {
  if (incurable.length + problems.length > 0 || merge.merge === "unfit") return 1;
  return unknown.length > 0 ? 4 : 0;
}

/** The code for a grant made as tight as its use. */
export function tighteningExit({ result, fates }: Tightening): ScaffoldExit {
  if (result === "rejected") return 1;
  return fates.some(({ fate, open }) => fate === "kept" && open !== null) ? 4 : 0;
}

/** The code for a ReferencePolicy said as grants. */
export function conversionExit({ result }: Conversion): ScaffoldExit {
  return result === "empty" || result === "no-grants" ? 1 : 0;
}

/** One code for several: 1 before 4 before 0. */
export function gravest(codes: readonly ScaffoldExit[]): ScaffoldExit {
  if (codes.includes(1)) return 1;
  return codes.includes(4) ? 4 : 0;
}
