import { REFERENCE_GRANT } from "../catalogue/kinds.ts";
import type { GrantClause, GrantTrial, GrantVerdict } from "../model/decision.ts";
import type { Grant, GrantFrom, GrantTo, Indexed } from "../model/grant.ts";
import { compareIds, type ObjectId } from "../model/object.ts";
import type { GrantReference } from "../model/reference.ts";
import type { Sight } from "../model/snapshot.ts";

/** The side of a reference that a grant looks at: the referrer by kind and namespace, the referent by name too. */
interface Pair {
  readonly from: GrantFrom;
  readonly to: ObjectId & { readonly namespace: string };
}

/** The clauses in the order in which a person checks them; the same order breaks ties between near misses. */
const CLAUSES: readonly {
  readonly clause: GrantClause;
  readonly holds: (pair: Pair, from: GrantFrom, to: GrantTo) => boolean;
}[] = [
  { clause: "from.group", holds: (pair, from) => from.group === pair.from.group },
  { clause: "from.kind", holds: (pair, from) => from.kind === pair.from.kind },
  { clause: "from.namespace", holds: (pair, from) => from.namespace === pair.from.namespace },
  { clause: "to.group", holds: (pair, _from, to) => to.group === pair.to.group },
  { clause: "to.kind", holds: (pair, _from, to) => to.kind === pair.to.kind },
  { clause: "to.name", holds: (pair, _from, to) => to.name === null || to.name === pair.to.name },
];

function trial(pair: Pair, grant: Grant, from: Indexed<GrantFrom>, to: Indexed<GrantTo>): GrantTrial {
  const failed = CLAUSES.filter(({ holds }) => !holds(pair, from.entry, to.entry)).map(({ clause }) => clause);
  const elsewhere = grant.id.namespace !== pair.to.namespace;
  return { grant, from: from.index, to: to.index, failed: elsewhere ? ["grant.namespace", ...failed] : failed };
}

function trialsOf(pair: Pair, grant: Grant): readonly GrantTrial[] {
  return grant.from.flatMap((from) => grant.to.map((to) => trial(pair, grant, from, to)));
}

/** Whether the entry names the very referent, which says more than "every object of the kind". */
function namesReferent({ grant, to, failed }: GrantTrial): boolean {
  return !failed.includes("to.name") && grant.to.some(({ index, entry }) => index === to && entry.name !== null);
}

/**
 * Nearest first: fewest failed clauses, then entries that name the referent, then the clause that is checked first; at last
 * by name and entry, so that the order is the world's own.
 */
function nearest(a: GrantTrial, b: GrantTrial): number {
  const rank = ({ failed: [first] }: GrantTrial) => CLAUSES.findIndex(({ clause }) => clause === first);
  return (
    a.failed.length - b.failed.length ||
    Number(namesReferent(b)) - Number(namesReferent(a)) ||
    rank(a) - rank(b) ||
    compareIds(a.grant.id, b.grant.id) ||
    a.from - b.from ||
    a.to - b.to
  );
}

const pairKey = (from: GrantFrom, to: { readonly group: string; readonly kind: string }) =>
  `${from.group}/${from.kind}/${from.namespace}/${to.group}/${to.kind}`;

/** Decides grant references against all grants of a world. */
export interface GrantEvaluator {
  readonly decide: (reference: GrantReference) => GrantVerdict;
}

/**
 * Indexes the grants once. A reference is then held against the grants in its referent's namespace, and, if none
 * permits, against those in other namespaces that would permit it if they stood there: the commonest mistake.
 */
export function grantEvaluator(grants: readonly Grant[], sight: Sight): GrantEvaluator {
  const byNamespace = Map.groupBy(grants, (grant) => grant.id.namespace);
  const byEntries = new Map<string, Set<Grant>>();
  for (const grant of grants) {
    for (const from of grant.from) {
      for (const to of grant.to) {
        const key = pairKey(from.entry, to.entry);
        const known = byEntries.get(key);
        if (known === undefined) byEntries.set(key, new Set([grant]));
        else known.add(grant);
      }
    }
  }

  const misplaced = (pair: Pair): readonly GrantTrial[] =>
    [...(byEntries.get(pairKey(pair.from, pair.to)) ?? [])]
      .filter((grant) => grant.id.namespace !== pair.to.namespace)
      .flatMap((grant) => trialsOf(pair, grant))
      // A grant of a third namespace that opens it as a whole is that namespace's own affair.
      .filter(
        (one) => one.failed.length === 1 && (one.grant.id.namespace === pair.from.namespace || namesReferent(one)),
      );

  const verdict = (pair: Pair): GrantVerdict => {
    const here = (byNamespace.get(pair.to.namespace) ?? []).flatMap((grant) => trialsOf(pair, grant)).toSorted(nearest);
    const [first, ...others] = here.filter(({ failed }) => failed.length === 0);
    if (first !== undefined) {
      return { verdict: "permitted", witness: { by: "grant", trials: [first, ...others] }, trials: here };
    }
    const gap = sight.hidden(REFERENCE_GRANT, pair.to.namespace);
    const trials = [...here, ...misplaced(pair)].toSorted(nearest);
    if (gap !== null) return { verdict: "unknown", gaps: [gap], trials };
    return { verdict: "refused", reason: "RefNotPermitted", trials };
  };

  const known = new Map<string, GrantVerdict>();
  return {
    decide: ({ referrer, referent, scope }) => {
      const { namespace } = referent;
      if (namespace === null) return { verdict: "permitted", witness: { by: "clusterScoped" }, trials: [] };
      if (namespace === referrer.namespace)
        return { verdict: "permitted", witness: { by: "sameNamespace" }, trials: [] };
      if (scope?.regime === "mesh") return { verdict: "permitted", witness: { by: "meshExemption" }, trials: [] };
      const pair: Pair = { from: referrer, to: { ...referent, namespace } };
      const key = `${pairKey(pair.from, pair.to)}/${namespace}/${referent.name}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const decided = verdict(pair);
      known.set(key, decided);
      return decided;
    },
  };
}
