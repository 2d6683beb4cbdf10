import { type Extract, extract } from "./catalogue/extract.ts";
import { NAMESPACE, REFERENCE_GRANT, REFERENCE_POLICY, REFERENT_KINDS } from "./catalogue/kinds.ts";
import { isForeignGrant, makerOfGrant } from "./catalogue/known.ts";
import { ROWS } from "./catalogue/rows.ts";
import { definitionsOf, servedKinds } from "./catalogue/versions.ts";
import { openToAll } from "./diagnose/exposure.ts";
import { ofGrant, ofPolicies } from "./diagnose/grants.ts";
import { ofProblem, refusedObjects } from "./diagnose/problems.ts";
import { redundantGrants } from "./diagnose/redundant.ts";
import { unselectedServices } from "./diagnose/services.ts";
import { meantFrom, meantTo } from "./diagnose/slips.ts";
import { usageOf } from "./diagnose/usage.ts";
import { decide } from "./evaluate/decide.ts";
import { rulesAt, targetsAt } from "./explain/fields.ts";
import { mayRelyOn, meaningOfGrant, withoutSlips } from "./explain/grant.ts";
import { meaningOfHolder } from "./explain/holder.ts";
import { incomingOf } from "./explain/incoming.ts";
import { isReferrer } from "./explain/known.ts";
import { meaningOfNamespace } from "./explain/namespace.ts";
import { hostnamesOf, meaningOfPair, referencesOfPair } from "./explain/pair.ts";
import { Lookout, type Weighed } from "./explain/weighed.ts";
import type {
  Explanation,
  FieldExplanation,
  GrantExplanation,
  NamespaceExplanation,
  ObjectExplanation,
  PairExplanation,
  PairQuestion,
} from "./model/explanation.ts";
import type { Finding } from "./model/finding.ts";
import type { Grant } from "./model/grant.ts";
import { Needs } from "./model/need.ts";
import {
  type GroupKind,
  groupKindKey,
  includesGroupKind,
  keyOf,
  type ObjectId,
  sameGroupKind,
} from "./model/object.ts";
import type { Reference } from "./model/reference.ts";
import { type OnNeed, type Sight, sightOf } from "./model/sight.ts";
import { namespacesOf, type Snapshot } from "./model/snapshot.ts";
import { type Inquired, inquire } from "./pipeline.ts";

/** A world as far as it was seen, read once for all that is asked about it. */
interface Seen {
  readonly sight: Sight;
  readonly served: Snapshot["served"];
  readonly extracted: Extract;
}

/** Snapshots never change, so that what follows from one alone is worked out once. */
const SEEN = new WeakMap<Snapshot, Seen>();

/** Everything that a snapshot holds, as far as it was seen; nothing more is asked for. */
export function seenIn(snapshot: Snapshot): Seen {
  const known = SEEN.get(snapshot);
  if (known !== undefined) return known;
  const sight = sightOf(snapshot);
  const served = servedKinds(snapshot, definitionsOf(sight));
  const seen = { sight, served, extracted: extract(sight, served, snapshot.source) };
  SEEN.set(snapshot, seen);
  return seen;
}

/** Tells which references an explanation is about, in a world that was read. */
type Matters = (extracted: Extract) => (reference: Reference) => boolean;

/**
 * Reads everything with what was seen already, and decides what matters. What other references depend on is not asked for:
 * in a world that is read by needs, only those objects are read with questions that have a reference that matters.
 */
function weigh(snapshot: Snapshot, onNeed: OnNeed, about: Matters): Weighed {
  const { sight: aside, served, extracted: all } = seenIn(snapshot);
  const sight = snapshot.asked === null ? aside : sightOf(snapshot, onNeed);
  const matters = about(all);
  const referrers = new Set(all.references.filter(matters).map(({ referrer }) => keyOf(referrer)));
  const focus = { on: (id: ObjectId) => referrers.has(keyOf(id)), aside };
  const extracted = snapshot.asked === null ? all : extract(sight, served, snapshot.source, focus);
  const { grants, grantKinds, holders } = extracted;
  const decideIn: Weighed["decideIn"] = (other, references) =>
    decide({ grants, grantKinds, holders, sight, ...other, references });
  return { sight, extracted, decisions: decideIn({}, extracted.references.filter(matters)), decideIn };
}

/** What every explanation begins with. */
function baseOf(snapshot: Snapshot, id: ObjectId) {
  return {
    source: snapshot.source,
    closed: snapshot.closed,
    id,
    object: snapshot.objects.get(keyOf(id)) ?? null,
    locate: (other: ObjectId, path: readonly (string | number)[]) =>
      snapshot.objects.get(keyOf(other))?.locate(path) ?? null,
  };
}

/** What is wrong with the object as it was written. */
function problemsOf(snapshot: Snapshot, { extracted }: Weighed, id: ObjectId): readonly Finding[] {
  const key = keyOf(id);
  return [...snapshot.problems, ...extracted.problems]
    .filter((problem) => "id" in problem && keyOf(problem.id) === key)
    .map((problem) => ofProblem(problem, snapshot.source));
}

/** Is one of the kinds written where another is meant, so that entries with it match nothing? */
const isSlip = (from: GroupKind, to: GroupKind): boolean => meantFrom(from) !== null || meantTo(to) !== null;

function explainGrant(snapshot: Snapshot, id: ObjectId, onNeed: OnNeed): GrantExplanation | null {
  const own = keyOf(id);
  const grantIn = ({ grants, policies }: Extract): Grant | undefined =>
    [...grants, ...policies.map((policy) => policy.grant)].find((grant) => keyOf(grant.id) === own);
  const weighed = weigh(snapshot, onNeed, (all) => {
    const written = grantIn(all);
    return (reference) => written !== undefined && mayRelyOn(written, reference);
  });
  const { sight, extracted, decisions } = weighed;
  const grant = grantIn(extracted);
  if (grant === undefined) return null;
  const inForce = extracted.grants.includes(grant);
  const lookout = new Lookout(sight);
  const [report = null] = inForce ? usageOf({ grants: [grant], decisions, sight }) : [];
  const meaning = meaningOfGrant({ grant, report, weighed, lookout, closed: snapshot.closed, isSlip });
  const siblings = extracted.grants.filter((other) => other.id.namespace === grant.id.namespace);
  const refused = refusedObjects([...snapshot.problems, ...extracted.problems], snapshot.source);
  const policies = extracted.policies.filter((policy) => policy.grant === grant);
  const findings = [
    ...problemsOf(snapshot, weighed, id),
    ...(report === null ? [] : ofGrant(report, { snapshot, sight })),
    ...redundantGrants(siblings, refused).filter(({ subject }) => subject !== null && keyOf(subject) === own),
    ...ofPolicies(policies),
  ];
  return { explains: "grant", ...baseOf(snapshot, id), grant, inForce, ...meaning, findings, gaps: lookout.gaps };
}

/** A grant of somebody else's is told from one of the Gateway API. */
function ofForeign(id: ObjectId): readonly Finding[] {
  if (!isForeignGrant(id)) return [];
  return [{ code: "grant-look-alike", severity: "info", subject: id, whose: makerOfGrant(id), others: 0 }];
}

function explainOther(snapshot: Snapshot, id: ObjectId, needs: Needs): ObjectExplanation {
  const key = keyOf(id);
  const weighed = weigh(
    snapshot,
    needs.onNeed,
    () =>
      ({ referent }) =>
        keyOf(referent) === key,
  );
  const { sight, extracted, decisions } = weighed;
  const lookout = new Lookout(sight);
  const incoming = incomingOf(id, weighed, lookout);
  const holder = extracted.holders.get(key);
  let outgoing: ObjectExplanation["outgoing"] = null;
  if (isReferrer(id)) {
    const inquired = inquire(snapshot, { objects: [id], hops: false });
    for (const need of inquired.needs) needs.onNeed(need);
    outgoing = inquired.answer.answers[0] ?? null;
  }
  const opening = extracted.grants.filter((grant) => incoming?.entries.some((entry) => entry.grant === grant));
  const onService = unselectedServices(opening, decisions, sight).filter(
    ({ subject }) => subject !== null && keyOf(subject) === key,
  );
  return {
    explains: "object",
    ...baseOf(snapshot, id),
    outgoing,
    incoming,
    holder: holder === undefined ? null : meaningOfHolder(holder, weighed, lookout, namespacesOf(snapshot)),
    findings: [
      ...(outgoing?.findings ?? problemsOf(snapshot, weighed, id)),
      ...(holder === undefined ? [] : openToAll([holder])),
      ...onService,
      ...ofForeign(id),
    ],
    gaps: lookout.gaps,
  };
}

/** What goes into a namespace and out of it can be of any kind that refers, permits, or is referred to. */
const KINDS_OF_NAMESPACE: readonly GroupKind[] = [
  ...new Map(
    [
      ...ROWS.flatMap(({ from, handshake }) => (handshake === "foreign-grant" ? [] : [from])),
      NAMESPACE,
      ...REFERENT_KINDS,
    ].map(({ group, kind }) => [groupKindKey({ group, kind }), { group, kind }] as const),
  ).values(),
];

function explainNamespace(snapshot: Snapshot, id: ObjectId, onNeed: OnNeed): NamespaceExplanation {
  const isHere = ({ namespace }: ObjectId): boolean => namespace === id.name;
  const weighed = weigh(
    snapshot,
    onNeed,
    () =>
      ({ referrer, referent }) =>
        isHere(referrer) || isHere(referent),
  );
  const { sight, extracted, decisions } = weighed;
  const lookout = new Lookout(sight);
  for (const kind of [...KINDS_OF_NAMESPACE, ...extracted.grantKinds]) lookout.hidden(kind, null);
  const grants = extracted.grants.filter((grant) => isHere(grant.id));
  const reports = usageOf({ grants, decisions, sight }).map((report) => withoutSlips(report, isSlip));
  const meaning = meaningOfNamespace(id.name, reports, weighed);
  return {
    explains: "namespace",
    ...baseOf(snapshot, id),
    ...meaning,
    findings: problemsOf(snapshot, weighed, id),
    gaps: lookout.gaps,
  };
}

/**
 * The full meaning of one object: what it may do, or have done to it, by which right, and what would be without it. Over a
 * snapshot that is read by needs it is called again with what was needed, until nothing is.
 */
export function explainObject(snapshot: Snapshot, id: ObjectId): Inquired<Explanation> {
  const needs = new Needs();
  const ofGrants = includesGroupKind([REFERENCE_GRANT, REFERENCE_POLICY], id)
    ? explainGrant(snapshot, id, needs.onNeed)
    : null;
  const answer = sameGroupKind(id, NAMESPACE)
    ? explainNamespace(snapshot, id, needs.onNeed)
    : (ofGrants ?? explainOther(snapshot, id, needs));
  sightOf(snapshot, needs.onNeed).get(id);
  return { answer, needs: needs.all };
}

/** Whether objects of one kind and namespace, or one of them, may refer to an object. Neither has to exist. */
export function explainPair(snapshot: Snapshot, question: PairQuestion): Inquired<PairExplanation> {
  const needs = new Needs();
  const weighed = weigh(snapshot, needs.onNeed, () => () => false);
  const decisions = weighed.decideIn({}, referencesOfPair(question, hostnamesOf(question, weighed.sight)));
  return { answer: meaningOfPair(question, decisions, weighed, snapshot), needs: needs.all };
}

/** What the catalogue says of a path in these kinds, or (where it is empty) of the kinds; nothing where it has no such field. */
export function explainField(kinds: readonly GroupKind[], path: string): FieldExplanation {
  return { rules: rulesAt(kinds, path), targets: path === "" ? targetsAt(kinds) : [] };
}
