import { livePairs } from "../catalogue/grants.ts";
import { isRoute } from "../catalogue/kinds.ts";
import { crossesNamespace, type Decision } from "../model/decision.ts";
import type { Incoming, OpeningEntry } from "../model/explanation.ts";
import { compareIds, type ObjectId, sameGroupKind } from "../model/object.ts";
import { referrersOf } from "./known.ts";
import { usesOf } from "./uses.ts";
import type { Lookout, Weighed } from "./weighed.ts";

/** What opens an object, of the grants in its namespace. */
function entriesFor(id: ObjectId, { decisions, extracted }: Weighed): readonly OpeningEntry[] {
  const grants = extracted.grants
    .filter((grant) => grant.id.namespace === id.namespace && !grant.rejected)
    .toSorted((a, b) => compareIds(a.id, b.id));
  const usesBy = usesOf(decisions);
  return grants.flatMap((grant) =>
    livePairs(grant)
      .filter(({ to: { entry } }) => sameGroupKind(entry, id) && (entry.name === null || entry.name === id.name))
      .map(({ from: { index: from }, to: { index: to } }) => ({ grant, from, to, ...usesBy(grant, from, to) })),
  );
}

/** Tells who may and who does refer to an object; null where no field is known to name its kind. */
export function incomingOf(id: ObjectId, weighed: Weighed, lookout: Lookout): Incoming | null {
  const referrers = referrersOf(id);
  if (referrers.length === 0 && weighed.decisions.length === 0) return null;
  for (const { kind, local } of referrers) lookout.hidden(kind, local ? id.namespace : null);
  // Routes that hand over to routes are left out (see referrersOf), and nobody else needs a grant to refer to one.
  const granted = id.namespace !== null && !isRoute(id);
  if (granted) for (const kind of weighed.extracted.grantKinds) lookout.hidden(kind, id.namespace);
  const crosses = (decision: Decision): boolean =>
    crossesNamespace(decision) || decision.reference.referrer.namespace !== id.namespace;
  return {
    entries: granted ? entriesFor(id, weighed) : [],
    crossing: weighed.decisions.filter(crosses),
    local: weighed.decisions.filter((decision) => !crosses(decision)),
  };
}
