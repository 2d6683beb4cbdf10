import { extract } from "./catalogue/extract.ts";
import { CONFIG_MAP, REFERENT_KINDS, SECRET } from "./catalogue/kinds.ts";
import { makerOf } from "./catalogue/makers.ts";
import { healthIn, statementsIn } from "./catalogue/status.ts";
import { definitionsOf, servedKinds } from "./catalogue/versions.ts";
import { diagnose, diagnoseGrants, diagnoseObjects } from "./diagnose/findings.ts";
import { IGNORE_NOTHING, type Ignoring } from "./diagnose/ignore.ts";
import { nextHops } from "./diagnose/next-hops.ts";
import { hidesGrants } from "./diagnose/references.ts";
import { report } from "./diagnose/report.ts";
import { type Hearing, judgements } from "./diagnose/status.ts";
import { usageOf } from "./diagnose/usage.ts";
import { decide } from "./evaluate/decide.ts";
import type { Answer, Inquiry } from "./model/answer.ts";
import { type Decision, leadsNowhere } from "./model/decision.ts";
import type { Gap } from "./model/gap.ts";
import type { Grant } from "./model/grant.ts";
import { type Need, Needs } from "./model/need.ts";
import { includesGroupKind, keyOf, type ObjectId, type ObjectKey } from "./model/object.ts";
import type { Report, Scope } from "./model/report.ts";
import { type Shelf, shelfOf, unlookedAt } from "./model/shelf.ts";
import { type OnNeed, type Sight, sightOf } from "./model/sight.ts";
import { extended, type Snapshot } from "./model/snapshot.ts";
import { adviser, type Judged, wantsAdvice } from "./remedy/advice.ts";

/** Snapshot → references → decisions → report: every stage once, in this order. */
export function audit(snapshot: Snapshot, scope: Scope, ignore: Ignoring = IGNORE_NOTHING): Report {
  const sight = sightOf(snapshot);
  const definitions = definitionsOf(sight);
  const extracted = extract(sight, servedKinds(snapshot, definitions), snapshot.source);
  const { grants, holders } = extracted;
  const decisions = decide({ ...extracted, sight });
  const usage = usageOf({ grants, decisions, sight });
  const findings = diagnose({
    snapshot,
    sight,
    decisions,
    grants: usage,
    policies: extracted.policies,
    definitions,
    holders: [...holders.values()],
    problems: [...snapshot.problems, ...extracted.problems],
  });
  const { grantKinds, unfollowed } = extracted;
  return report({ snapshot, sight, decisions, grants: usage, findings, grantKinds, unfollowed }, scope, ignore);
}

/** The decisions on the references of some objects, in a world of which no more need be read than they depend on. */
export function judge(snapshot: Snapshot, objects: ReadonlySet<ObjectKey>, onNeed: OnNeed): Judged {
  const sight = sightOf(snapshot, onNeed);
  const aside = sightOf(snapshot);
  const served = servedKinds(snapshot, definitionsOf(aside));
  const extracted = extract(sight, served, snapshot.source, { on: (id) => objects.has(keyOf(id)), aside });
  return { sight, extracted, decisions: decide({ ...extracted, sight }) };
}

/** What is asked about some objects of a world. */
export interface Question {
  readonly objects: readonly ObjectId[];
  /** Whether to look at what may keep traffic away after all was permitted. */
  readonly hops: boolean;
}

/** An answer as far as it can be given, and what is to be read for the rest. None is needed of a world that was read at once. */
export interface Inquired<T> {
  readonly answer: T;
  readonly needs: readonly Need[];
}

/** Grants that stand in the referrer's namespace, or a parent's, by mistake, would only permit elsewhere. */
function lookForMisplaced({ sight, decisions, extracted }: Judged): void {
  for (const own of Map.groupBy(decisions, ({ reference }) => keyOf(reference.referrer)).values()) {
    const refused = own.some(({ handshake, outcome }) => handshake === "grant" && outcome.verdict === "refused");
    const parents = own
      .filter(({ handshake }) => handshake === "attachment")
      .map(({ reference }) => reference.referent);
    const homes = refused ? [own[0]?.reference.referrer, ...parents].map((id) => id?.namespace ?? null) : [];
    for (const home of homes) if (home !== null) for (const kind of extracted.grantKinds) sight.hidden(kind, home);
  }
}

/** What hides objects from the caller; what files do not hold is nothing to tell. */
const hiding = (gap: Gap | null): Gap | null => (gap && ["forbidden", "failed"].includes(gap.cause) ? gap : null);

/** What hides objects that may have been meant by the name of one that is not there: in its namespace, or of its name elsewhere. */
function hidingOthers(id: ObjectId, sight: Sight): Gap | null {
  return hiding(sight.hiddenOnPage(id, id.namespace)) ?? hiding(sight.everywhere(id).hidden);
}

/** What hides the target of a reference, or others that may have been meant. Permitted Services have their next hops. */
function hidingTarget(decision: Decision, sight: Sight): Gap | null {
  const { outcome, reference } = decision;
  const { referent } = reference;
  if (leadsNowhere(decision)) return hidingOthers(referent, sight);
  if (decision.handshake === "attachment" || outcome.verdict === "unknown") return null;
  const kinds = outcome.verdict === "permitted" ? [SECRET, CONFIG_MAP] : REFERENT_KINDS;
  if (!includesGroupKind(kinds, referent) || decision.referentExistence !== "unseen") return null;
  const existence = sight.existence(referent);
  if (existence === "missing") return hiding(sight.hiddenOnPage(referent, referent.namespace));
  return typeof existence === "string" ? null : hiding(existence);
}

/** Targets that may not be looked at, or that are missing among others that may not. */
function unseenTargets(own: readonly Decision[], sight: Sight): Answer["unseen"] {
  return new Map(
    own.flatMap((decision) => {
      const gap = hidingTarget(decision, sight);
      return gap === null ? [] : [[decision, gap] as const];
    }),
  );
}

/** What advice on the references of one object is made from. */
interface Advised {
  readonly snapshot: Snapshot;
  readonly judged: Judged;
  /** Every grant of the world. */
  readonly grants: readonly Grant[];
  /** The decisions of the object. */
  readonly own: readonly Decision[];
  /** Those of them that advice is wanted on. */
  readonly wants: (decision: Decision) => boolean;
  readonly onNeed: OnNeed;
}

/** What to do about each of an object's decisions. */
function adviceOn(key: ObjectKey, { snapshot, judged, grants, own, wants, onNeed }: Advised): Answer["advice"] {
  const adviseOn = adviser({
    snapshot,
    judged,
    grants,
    judge: (world, others) =>
      others === undefined ? judge(world, new Set([key]), onNeed) : judge(world, others, () => {}),
  });
  return new Map(
    own.filter(wants).flatMap((decision) => {
      const advice = adviseOn(decision, own);
      return advice === null ? [] : [[decision, advice] as const];
    }),
  );
}

/** The same in a world that was read at once: advice is tried on no more of it than the object's decisions depend on. */
function adviceFrom(shelf: Shelf, key: ObjectKey, whole: Omit<Advised, "judged" | "onNeed">): Answer["advice"] {
  const { own, grants } = whole;
  const wanted = new Set(own.flatMap((decision, index) => (whole.wants(decision) ? [index] : [])));
  if (wanted.size === 0) return new Map();
  const object = whole.snapshot.objects.get(key);
  let snapshot = extended(unlookedAt(whole.snapshot), {
    objects: object === undefined ? [] : [object],
    outcomes: new Map(),
  });
  for (;;) {
    const needs = new Needs();
    const { onNeed } = needs;
    const judged = judge(snapshot, new Set([key]), onNeed);
    lookForMisplaced(judged);
    const { decisions } = judged;
    const wants = (decision: Decision): boolean => wanted.has(decisions.indexOf(decision));
    const advice = adviceOn(key, { snapshot, judged, grants, own: decisions, wants, onNeed });
    if (needs.all.length === 0) {
      return new Map(
        [...advice].flatMap(([decision, said]) => {
          const same = own[decisions.indexOf(decision)];
          return same === undefined ? [] : [[same, said] as const];
        }),
      );
    }
    snapshot = extended(snapshot, shelf(needs.all));
  }
}

/** Gives advice on those decisions of an object that it is wanted on. */
export type Advise = (key: ObjectKey, own: readonly Decision[], wants?: Advised["wants"]) => Answer["advice"];

/** Prepares to give advice on what was judged in a world, read at once or by needs. */
export function advising(snapshot: Snapshot, judged: Judged, onNeed: OnNeed): Advise {
  const shelf = snapshot.asked === null ? shelfOf(snapshot) : null;
  const { grants } = judged.extracted;
  return (key, own, wants = wantsAdvice) =>
    shelf === null
      ? adviceOn(key, { snapshot, judged, grants, own, wants, onNeed })
      : adviceFrom(shelf, key, { snapshot, grants, own, wants });
}

/**
 * Everything that is to be said of the references of some objects: what `why-denied` and `explain` are readings of. Over a
 * snapshot that is read by needs it is called again with what was needed, until nothing is.
 */
export function inquire(snapshot: Snapshot, { objects, hops }: Question): Inquired<Inquiry> {
  const needs = new Needs();
  const { onNeed } = needs;
  const judged = judge(snapshot, new Set(objects.map(keyOf)), onNeed);
  const { sight, extracted, decisions } = judged;
  const { grants } = extracted;
  lookForMisplaced(judged);
  const statements = statementsIn(sight, objects);
  const holders = [...extracted.holders.values()];
  const hearing: Hearing = {
    statements,
    decisions,
    holders,
    healthOf: healthIn(sight),
    whole: snapshot.asked === null,
    hidesGrants: (namespace) => hidesGrants(namespace, sight),
  };
  const problems = [...snapshot.problems, ...extracted.problems];
  const findings = diagnoseObjects({ snapshot, sight, objects, decisions, problems, hearing });
  const decisionsOf = Map.groupBy(decisions, ({ reference }) => keyOf(reference.referrer));
  const findingsOn = Map.groupBy(findings, ({ subject }) => (subject === null ? null : keyOf(subject)));
  const judgementsOn = Map.groupBy(judgements(hearing), ({ statement }) => keyOf(statement.object));
  const advise = advising(snapshot, judged, onNeed);
  const ofObject = (id: ObjectId): Answer | null => {
    const object = sight.get(id);
    if (object === undefined) return null;
    const key = keyOf(id);
    const own = decisionsOf.get(key) ?? [];
    return {
      object,
      maker: makerOf(object),
      decisions: own,
      advice: advise(key, own),
      unseen: unseenTargets(own, sight),
      findings: findingsOn.get(key) ?? [],
      around: diagnoseGrants(own, problems, snapshot.source),
      judgements: judgementsOn.get(key) ?? [],
      hops: hops ? nextHops(own, sight, snapshot.source) : [],
    };
  };
  const answers = objects.map(ofObject).filter((answer) => answer !== null);
  return {
    answer: {
      source: snapshot.source,
      answers,
      grants,
      gaps: snapshot.gaps,
      locate: (id, path) => snapshot.objects.get(keyOf(id))?.locate(path) ?? null,
    },
    needs: needs.all,
  };
}
