import { NAMESPACE, REFERENCE_GRANT, REFERENT_KINDS, SERVICE } from "./catalogue/kinds.ts";
import { makerOf } from "./catalogue/makers.ts";
import { entriesIn, filled, type GrantPair } from "./catalogue/products.ts";
import { ofProblem } from "./diagnose/problems.ts";
import { decide } from "./evaluate/decide.ts";
import { explainObject, seenIn } from "./explanations.ts";
import type { Decision, GrantDecision } from "./model/decision.ts";
import { Field } from "./model/fields.ts";
import type { Finding } from "./model/finding.ts";
import type { Gap } from "./model/gap.ts";
import { nearWord } from "./model/near-word.ts";
import { Needs } from "./model/need.ts";
import { includesGroupKind, keyOf, type NamespacedId, type ObjectId, sameGroupKind } from "./model/object.ts";
import {
  type Conversion,
  type EarlyTarget,
  type Granting,
  type GrantStyle,
  type Incurable,
  type Merge,
  MOST_TOLD,
  type ScaffoldRequest,
  type Tightening,
  type WrittenGrant,
} from "./model/scaffold.ts";
import { type Sight, sightOf } from "./model/sight.ts";
import type { InputProblem, Snapshot } from "./model/snapshot.ts";
import { type Advise, advising, type Inquired, judge } from "./pipeline.ts";
import type { Judged } from "./remedy/advice.ts";
import { nearObject } from "./remedy/correction.ts";
import { isDangling, type Sorted, sorted } from "./scaffold/asked.ts";
import { asGrant, draftsOf, pairsByNamespace, written } from "./scaffold/drafts.ts";
import { mergedInto } from "./scaffold/merge.ts";
import { converted } from "./scaffold/policies.ts";
import { rewrittenGrant } from "./scaffold/rewritten.ts";
import { tightened } from "./scaffold/tighten.ts";

/** What is printed for some references, before it was tried. */
interface Draft {
  readonly grants: readonly WrittenGrant[];
  readonly merge: Merge;
  readonly overwritten: readonly NamespacedId[];
  readonly unseenNames: readonly NamespacedId[];
}

const NOTHING: Draft = { grants: [], merge: { merge: "none" }, overwritten: [], unseenNames: [] };

/** What hides whether a grant is there that nobody has seen; null where it is known not to be. */
function unseenGrant(id: NamespacedId, sight: Sight): Gap | null {
  if (sight.hidden(REFERENCE_GRANT, id.namespace) === null) return null;
  const existence = sight.existence(id);
  return typeof existence === "string" ? null : existence;
}

/** What adding to one grant comes to. */
function mergedDraft(
  pairs: ReadonlyMap<string, readonly GrantPair[]>,
  into: string,
  { apiVersion }: GrantStyle,
  snapshot: Snapshot,
  { sight, extracted: { grants } }: Judged,
): Draft {
  const [home, ...others] = pairs;
  if (home === undefined) return NOTHING;
  const [namespace, own] = home;
  const failed = (merge: Merge): Draft => ({ ...NOTHING, merge });
  if (others.length > 0) return failed({ merge: "several-namespaces", namespaces: [...pairs.keys()] });
  const id = { ...REFERENCE_GRANT, namespace, name: into };
  const grant = grants.find((one) => keyOf(one.id) === keyOf(id));
  const object = snapshot.objects.get(keyOf(id));
  if (grant === undefined || object === undefined) {
    const gap = unseenGrant(id, sight);
    if (gap !== null) return failed({ merge: "unseen", id, gap });
    const here = grants.filter((one) => one.id.namespace === namespace && sameGroupKind(one.id, REFERENCE_GRANT));
    const near = nearWord(
      into,
      here.map((one) => one.id.name),
    );
    return failed({ merge: "not-found", id, near });
  }
  const merge = mergedInto(grant, own, makerOf(object));
  if (merge.merge !== "merged") return failed(merge);
  const before = entriesIn(grant);
  const entries = filled({ from: [...before.from, ...merge.added.from], to: [...before.to, ...merge.added.to] });
  if (entries === null) return failed({ merge: "none" });
  return {
    ...NOTHING,
    grants: [rewrittenGrant(grant, object, entries, { apiVersion, source: snapshot.source })],
    merge,
  };
}

/** The grants for some references, as they are to be printed. */
function draftFor(
  decisions: readonly GrantDecision[],
  request: ScaffoldRequest,
  snapshot: Snapshot,
  judged: Judged,
): Draft {
  const { grants } = judged.extracted;
  const pairs = pairsByNamespace(decisions, request.anyName);
  const { into, name } = request;
  if (into !== null) return mergedDraft(pairs, into, request, snapshot, judged);
  const made = written(draftsOf(pairs), request, { snapshot, grants });
  const meant = [...new Set(made.map(({ id }) => id.namespace))].map((namespace) => ({
    ...REFERENCE_GRANT,
    namespace,
    name: name ?? "",
  }));
  // A name that somebody asks for is not given to something else.
  const isOther = (id: NamespacedId): boolean =>
    snapshot.objects.has(keyOf(id)) && !made.some((grant) => keyOf(grant.id) === keyOf(id));
  const unseenNames = made
    .filter(({ rewrites }) => rewrites === null)
    .flatMap(({ id }) => (unseenGrant(id, judged.sight) === null ? [] : [id]));
  return { ...NOTHING, grants: made, unseenNames, overwritten: name === null ? [] : meant.filter(isOther) };
}

/** The decisions in the world with the grants, one for each of those given. */
function decidedWith(
  made: readonly WrittenGrant[],
  decisions: readonly GrantDecision[],
  { extracted, sight }: Judged,
): ReadonlyMap<Decision, Decision> {
  const replaced = new Set(made.map(({ id }) => keyOf(id)));
  const grants = [...extracted.grants.filter(({ id }) => !replaced.has(keyOf(id))), ...made.map(asGrant)];
  const references = decisions.map(({ reference }) => reference);
  const after = decide({ ...extracted, references, grants, sight });
  return new Map(
    decisions.flatMap((decision, index) => {
      const then = after[index];
      return then === undefined ? [] : [[decision, then] as const];
    }),
  );
}

/** Targets that are granted and not there. */
function earlyTargets(after: readonly Decision[], sight: Sight): readonly EarlyTarget[] {
  const missing = new Map(
    after.filter(isDangling).map(({ reference: { referent } }) => [keyOf(referent), referent] as const),
  );
  return [...missing.values()].slice(0, MOST_TOLD).flatMap((id) => {
    const { namespace } = id;
    if (namespace === null) return [];
    const near = nearObject(id, sight);
    const elsewhere = sight.everywhere(id).ids;
    return [{ target: { ...id, namespace }, near: near === "pending" ? null : near, elsewhere }];
  });
}

/** Services among the targets that stand for a name outside the cluster. */
function externalNames(after: readonly Decision[], sight: Sight): readonly NamespacedId[] {
  const targets = new Map(after.map(({ reference: { referent } }) => [keyOf(referent), referent] as const));
  return [...targets.values()].flatMap((id) => {
    const { namespace } = id;
    if (namespace === null || !sameGroupKind(id, SERVICE)) return [];
    const type = Field.silent(sight.get(id)?.body).at("spec").at("type").text();
    return type === "ExternalName" ? [{ ...id, namespace }] : [];
  });
}

type Uncured = Omit<Incurable, "advice">;

/** Advice takes a while to find: where there is more to be said than anyone reads, `why-denied` says it. */
function withAdvice(uncured: readonly Uncured[], decisions: readonly Decision[], advise: Advise): readonly Incurable[] {
  // Of what is unknown advice would be to look, and that helps nothing here.
  const isAdvised = ({ why, decision }: Uncured): boolean =>
    !["inadmissible", "local-field"].includes(why) && decision.outcome.verdict !== "unknown";
  const advised = uncured.slice(0, MOST_TOLD).filter(isAdvised);
  const wanted = new Set(advised.map(({ decision }) => decision));
  const referrers = new Map(advised.map(({ decision: { reference } }) => [keyOf(reference.referrer), reference]));
  const own = Map.groupBy(decisions, ({ reference }) => keyOf(reference.referrer));
  const advice = new Map(
    [...referrers.keys()].flatMap((key) => [...advise(key, own.get(key) ?? [], (decision) => wanted.has(decision))]),
  );
  return uncured.map((one) => ({ ...one, advice: advice.get(one.decision) ?? null }));
}

function ofSort<S extends Sorted["sort"]>(all: readonly Sorted[], sort: S): readonly Extract<Sorted, { sort: S }>[] {
  return all.filter((one): one is Extract<Sorted, { sort: S }> => one.sort === sort);
}

/** What keeps a decision open that grants have said all on. */
function stillOpen(decision: GrantDecision, outcome: Decision["outcome"] | undefined): Granting["doubtful"] {
  return outcome?.verdict === "unknown" ? [{ decision, gap: outcome.gaps[0] }] : [];
}

/** The fields that say what is referred to. */
const OF_REFERENCES: readonly unknown[] = ["group", "kind", "namespace", "name"];

/** Is a reference written so that it is none? What else is wrong with an object has no part in grants. */
function costsReference(problem: InputProblem): boolean {
  if (problem.cause !== "field") return false;
  const [root] = problem.path;
  return root === "spec" && OF_REFERENCES.includes(problem.path.at(-1));
}

/** What of the objects is meant as a reference, and no API server would take. */
function problemsOf(
  objects: readonly ObjectId[],
  snapshot: Snapshot,
  { problems }: Judged["extracted"],
): readonly Finding[] {
  const keys = new Set(objects.map(keyOf));
  return [...snapshot.problems, ...problems]
    .filter((problem) => "id" in problem && keys.has(keyOf(problem.id)) && costsReference(problem))
    .map((problem) => ofProblem(problem, snapshot.source))
    .filter(({ severity }) => severity === "error");
}

/** Is it permitted to leave its namespace, by a grant or without one? */
function isSettled({ sort, decision }: Sorted): boolean {
  if (sort !== "settled" || decision.handshake !== "grant" || decision.outcome.verdict !== "permitted") return false;
  switch (decision.outcome.witness.by) {
    case "grant":
    case "meshExemption":
    case "unenforced":
      return true;
    case "sameNamespace":
    case "clusterScoped":
      return false;
  }
}

/** Is it permitted since it is under a mesh parent, where no grant is needed? */
const isExempt = ({ decision: { outcome } }: Sorted): boolean =>
  outcome.verdict === "permitted" && outcome.witness.by === "meshExemption";

/** Is it permitted by grants alone that are being deleted? */
const isLeaving = ({ outcome }: Decision): boolean =>
  outcome.verdict === "permitted" &&
  outcome.witness.by === "grant" &&
  outcome.witness.trials.every(({ grant }) => grant.terminating);

/** What came of trying the grants that are asked for. */
interface Trial {
  readonly draft: Draft;
  readonly granted: readonly GrantDecision[];
  /** Refused all the same. */
  readonly failed: readonly GrantDecision[];
  /** Each as it is decided with the grants. */
  readonly then: ReadonlyMap<Decision, Decision>;
}

/** Tries the grants that are asked for; what they do not cure is left out, and the rest is tried again. */
function trialOf(asked: readonly GrantDecision[], request: ScaffoldRequest, snapshot: Snapshot, judged: Judged): Trial {
  const draft = draftFor(asked, request, snapshot, judged);
  const then = decidedWith(draft.grants, asked, judged);
  const isRefused = (decision: GrantDecision): boolean => then.get(decision)?.outcome.verdict === "refused";
  const failed = draft.grants.length === 0 ? [] : asked.filter(isRefused);
  if (failed.length === 0) return { draft, granted: asked, failed, then };
  const cured = asked.filter((decision) => !isRefused(decision));
  const again = trialOf(cured, request, snapshot, judged);
  return { ...again, failed: [...failed, ...again.failed] };
}

/** Namespaces in which nothing was seen, and targets, of which the caller may not know whether they are there. */
function unseenObjects(
  homes: readonly string[],
  after: readonly Decision[],
  { objects }: Snapshot,
  sight: Sight,
): Granting["unseenObjects"] {
  const inhabited = new Set([...objects.values()].map(({ id }) => id.namespace));
  const targets = after.map(({ reference }) => reference.referent);
  const ids = [
    ...homes.filter((name) => !inhabited.has(name)).map((name): ObjectId => ({ ...NAMESPACE, namespace: null, name })),
    ...new Map(targets.map((id) => [keyOf(id), id])).values(),
  ];
  return ids
    .filter((id) => includesGroupKind([NAMESPACE, ...REFERENT_KINDS], id))
    .flatMap((id) => {
      const gap = sight.existence(id);
      return typeof gap === "string" || !["forbidden", "failed"].includes(gap.cause) ? [] : [{ id, gap }];
    });
}

/** What is to be known of grants that are printed. */
function cautions({ draft, granted, then }: Trial, snapshot: Snapshot, sight: Sight) {
  if (draft.grants.length === 0) {
    return { doubtful: [], early: [], missingNamespaces: [], unseenObjects: [], externalNames: [] };
  }
  const after = granted.flatMap((decision) => then.get(decision) ?? []);
  const homes = [...new Set(draft.grants.map(({ id }) => id.namespace))];
  const isMissing = (namespace: string): boolean =>
    snapshot.source === "files" && sight.existence({ ...NAMESPACE, namespace: null, name: namespace }) === "missing";
  return {
    doubtful: granted.flatMap((decision) => stillOpen(decision, then.get(decision)?.outcome)),
    early: earlyTargets(after, sight),
    missingNamespaces: homes.filter(isMissing),
    unseenObjects: snapshot.source === "cluster" ? unseenObjects(homes, after, snapshot, sight) : [],
    externalNames: externalNames(after, sight),
  };
}

/**
 * Makes the grants that some objects' references need, and says why others need none, or get none. What is made has been tried: with
 * it everything that was asked for is permitted, as far as a grant can. Over a snapshot that is read by needs, of which the objects
 * themselves were read, it is called again with what was needed, until nothing is.
 */
export function scaffold(snapshot: Snapshot, request: ScaffoldRequest): Inquired<Granting> {
  const needs = new Needs();
  const { onNeed } = needs;
  const judged = judge(snapshot, new Set(request.objects.map(keyOf)), onNeed);
  const { sight, extracted, decisions } = judged;
  const aims = (decision: Decision): boolean =>
    request.toNamespace === null || decision.reference.referent.namespace === request.toNamespace;
  const sort = decisions.filter(aims).map((decision) => sorted(decision, { ...request, snapshot, sight }));
  const of = <S extends Sorted["sort"]>(word: S) => ofSort(sort, word);
  const trial = trialOf(
    of("grant").map(({ decision }) => decision),
    request,
    snapshot,
    judged,
  );
  const uncured: readonly Uncured[] = [
    ...of("incurable").map(({ decision, why }) => ({ decision, why })),
    ...trial.failed.map((decision) => ({ decision, why: "not-cured" as const })),
  ];
  const unknown = of("unknown").map(({ decision }) => decision);
  const { doubtful, ...others } = cautions(trial, snapshot, sight);
  return {
    answer: {
      source: snapshot.source,
      locate: (id, path) => snapshot.objects.get(keyOf(id))?.locate(path) ?? null,
      ...trial.draft,
      ...others,
      granted: trial.granted,
      problems: problemsOf(request.objects, snapshot, extracted),
      incurable: withAdvice(uncured, decisions, advising(snapshot, judged, onNeed)),
      unknown,
      assumable: unknown.some(
        (decision) => sorted(decision, { ...request, assumeRefused: true, snapshot, sight }).sort === "grant",
      ),
      doubtful: [...of("open").flatMap(({ decision }) => stillOpen(decision, decision.outcome)), ...doubtful],
      dangling: of("settled").flatMap(({ decision }) =>
        decision.handshake !== "attachment" && isDangling(decision) ? [decision] : [],
      ),
      offered: of("offered").map(({ decision }) => decision),
      unseenParents: of("unseen-parent").map(({ decision }) => decision),
      references: decisions.length,
      settled: sort.filter(isSettled).length,
      exempt: sort.filter((one) => isSettled(one) && isExempt(one)).length,
      leaving: of("settled").flatMap(({ decision }) => (isLeaving(decision) ? [decision] : [])),
    },
    needs: needs.all,
  };
}

/** Every grant of a world, of whatever sort. Those of one namespace are asked for. */
function grantsAround({ namespace }: NamespacedId, snapshot: Snapshot, needs: Needs): Judged["extracted"] {
  const { extracted } = seenIn(snapshot);
  const sight = sightOf(snapshot, needs.onNeed);
  for (const kind of [...extracted.grantKinds, REFERENCE_GRANT]) sight.hidden(kind, namespace);
  return extracted;
}

/** Makes a grant as tight as today's use; null where there is no such grant, or it could not be read. */
export function tighten(snapshot: Snapshot, id: NamespacedId, style: GrantStyle): Inquired<Tightening | null> {
  const needs = new Needs();
  const { answer: explanation, needs: more } = explainObject(snapshot, id);
  for (const need of more) needs.onNeed(need);
  const { grants } = grantsAround(id, snapshot, needs);
  const { object } = explanation;
  const answer =
    explanation.explains === "grant" && object !== null
      ? tightened(explanation, { ...style, snapshot, object, grants })
      : null;
  return { answer, needs: needs.all };
}

/** Says a ReferencePolicy as ReferenceGrants; null where there is no such policy, or it could not be read. */
export function convert(snapshot: Snapshot, id: NamespacedId, style: GrantStyle): Inquired<Conversion | null> {
  const needs = new Needs();
  const { policies, grants } = grantsAround(id, snapshot, needs);
  const policy = policies.find(({ grant }) => keyOf(grant.id) === keyOf(id))?.grant;
  const object = snapshot.objects.get(keyOf(id));
  const answer =
    policy === undefined || object === undefined ? null : converted(policy, { ...style, snapshot, object, grants });
  return { answer, needs: needs.all };
}
