import { GATEWAY } from "../catalogue/kinds.ts";
import { admitsKind, protocolsFor } from "../catalogue/protocols.ts";
import { meantParent } from "../catalogue/referents.ts";
import type { AttachmentDecision } from "../model/decision.ts";
import { keyOf, type ObjectId, sameGroupKind } from "../model/object.ts";
import type { Repair } from "../model/remedy.ts";
import { admittance } from "./admission.ts";
import { correction, kindCorrection, nearObject } from "./correction.ts";
import { onGaps } from "./grants.ts";
import { openings } from "./listeners.ts";
import { type Candidate, type Case, type Found, firstCure, followed, isPending } from "./trial.ts";

/** Advice on attachments: what the route, the parent, the namespace or the Gateway behind a ListenerSet has to say instead. */

type Attaching = Case<AttachmentDecision>;

const NONE: Found = { advice: "way-out", wayOut: { way: "none" } };

const isAttaching = (on: Case): on is Attaching => on.decision.handshake === "attachment";

/** Is the namespace of the parent written, rather than the referrer's own? */
const isPlaced = ({ decision: { reference } }: Attaching): boolean =>
  reference.referent.namespace !== reference.referrer.namespace;

function* byName(on: Attaching): Generator<Candidate> {
  const { reference } = on.decision;
  const near = nearObject(reference.referent, on.judged.sight);
  if (near === "pending") yield near;
  else if (near !== null) {
    const repair = correction(on.snapshot, reference, [{ field: "name", value: near }], "near-name");
    if (repair !== null) yield [repair];
  }
}

function* byNamespace(on: Attaching): Generator<Candidate> {
  const { reference } = on.decision;
  const { first, others } = on.judged.sight.namesakes(reference.referent);
  if (first === null || others > 0) return;
  const repair = correction(on.snapshot, reference, [{ field: "namespace", value: first.namespace }], "namesake");
  if (repair !== null) yield [repair];
}

/** The parent that was meant: a namespace that was left out is likelier than a mistyped name, and one that is written is not. */
function* otherParents(on: Attaching): Generator<Candidate> {
  const ways = isPlaced(on) ? [byName, byNamespace] : [byNamespace, byName];
  for (const way of ways) yield* way(on);
}

/** What else keeps the object from a parent that is there. */
function further(after: Case): Found {
  if (!isAttaching(after)) return null;
  const { outcome } = after.decision;
  return outcome.verdict === "refused" && outcome.reason !== "ParentNotFound" ? onAttachment(after) : null;
}

/** A parent that takes the object in as it is; else one that does when it, or the object, says something else besides. */
function otherParent(on: Attaching): Found {
  const found = firstCure(on, otherParents(on));
  if (found !== null) return found;
  for (const candidate of otherParents(on)) {
    const more = candidate === "pending" ? candidate : followed(on, candidate, further, null);
    if (more !== null) return more;
  }
  return null;
}

/** The kind of parent that was meant, and then whatever else keeps the route from it. */
function onParentKind(on: Attaching): Found {
  const { reference } = on.decision;
  const meant = meantParent(reference.referent);
  if (meant === null) return null;
  const repair = kindCorrection(on.snapshot, reference, meant);
  const otherwise: Found = { advice: "way-out", wayOut: { way: "correct-kind", meant } };
  if (repair === null) return otherwise;
  return followed(on, [repair], further, otherwise);
}

function createParent(on: Attaching, parent: ObjectId): Found {
  return {
    advice: "way-out",
    wayOut: { way: "create-parent", parent, elsewhere: on.judged.sight.everywhere(parent).ids },
  };
}

function onParentNotFound(on: Attaching): Found {
  const kind = onParentKind(on);
  if (kind !== null) return kind;
  return otherParent(on) ?? createParent(on, on.decision.reference.referent);
}

/** What makes the Gateway take listeners of a set in this namespace; null where nothing is known to. */
function admittingSets(on: Attaching, gateway: ObjectId, namespace: string): readonly Repair[] | null {
  const holder = on.judged.extracted.holders.get(keyOf(gateway));
  if (holder?.holder !== "gateway") return null;
  const field = { holder: holder.id, listener: null, admission: holder.allowedListeners };
  return admittance(on.snapshot, on.judged, field, namespace);
}

function onNotAllowed(on: Attaching): Found {
  const { referrer, referent } = on.decision.reference;
  const [first, ...others] = admittingSets(on, referent, referrer.namespace) ?? [];
  return (first === undefined ? null : firstCure(on, [[first, ...others]])) ?? NONE;
}

/** The set is to be let in first, and then, if need be, the route by one of its listeners. */
function onSetNotAllowed(on: Attaching): Found {
  const { referent } = on.decision.reference;
  const set = on.judged.extracted.holders.get(keyOf(referent));
  if (set?.holder !== "set" || set.parent === null) return NONE;
  const existence = sameGroupKind(set.parent, GATEWAY) ? on.judged.sight.existence(set.parent) : null;
  if (existence === "missing") return createParent(on, set.parent);
  if (typeof existence === "object" && isPending(existence)) return "pending";
  const [first, ...others] = admittingSets(on, set.parent, set.id.namespace) ?? [];
  if (first === undefined) return NONE;
  return followed(
    on,
    [first, ...others],
    (after) => (isAttaching(after) ? firstCure(after, openings(after)) : null),
    NONE,
  );
}

/** Listeners of whose protocols none carries such routes, whatever else they say. */
function onProtocols({ decision: { reference, outcome } }: Attaching): Found {
  const { group, kind } = reference.referrer;
  const carries = outcome.trials.some(
    ({ listener }) => admitsKind({ ...listener, kinds: null }, { group, kind }) !== "no",
  );
  const [first, ...others] = protocolsFor({ group, kind });
  if (carries || first === undefined) return null;
  const wayOut = {
    way: "add-listener",
    parent: reference.referent,
    kind: { group, kind },
    protocols: [first, ...others],
  } as const;
  return { advice: "way-out", wayOut };
}

/** Advice on a parent that does not take the object in, or of which that is not known. */
export function onAttachment(on: Attaching): Found {
  const { outcome } = on.decision;
  switch (outcome.verdict) {
    case "permitted":
      return null;
    case "unknown":
      return onGaps(outcome.gaps, () => null);
    case "refused":
      switch (outcome.reason) {
        case "ParentNotFound":
          return onParentNotFound(on);
        case "NotAllowed":
          return onNotAllowed(on);
        case "ListenerSetNotAllowed":
          return onSetNotAllowed(on);
        case "NoMatchingParent":
        case "NotAllowedByListeners":
        case "NoMatchingListenerHostname":
          return firstCure(on, openings(on)) ?? onProtocols(on) ?? NONE;
      }
  }
}
