import { isInCatalogue } from "../catalogue/instead.ts";
import { CLUSTER_SCOPED_REFERENTS, isParent, NAMESPACE, REFERENCE_GRANT } from "../catalogue/kinds.ts";
import { kindInfo } from "../catalogue/known.ts";
import { openingFor } from "../catalogue/new-grants.ts";
import { mayName, targetRule } from "../catalogue/referents.ts";
import type { AttachmentRow, CatalogueRow, GrantRow } from "../catalogue/row.ts";
import type { Decision } from "../model/decision.ts";
import type { PairExplanation, PairQuestion, Way } from "../model/explanation.ts";
import { Field, UNUSABLE } from "../model/fields.ts";
import type { Grant, GrantFrom, GrantTo } from "../model/grant.ts";
import { type GroupKind, includesGroupKind, type NamespacedId, type ObjectId } from "../model/object.ts";
import type { FreeReference, Reference } from "../model/reference.ts";
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { namesBackends, rowsOf } from "./known.ts";
import type { Weighed } from "./weighed.ts";

/** Stands for every object of a kind; none has this name. */
const ANY_NAME = "";

/** The fields by which the one kind may name the other. A kind that nobody knows may be a backend of some implementation. */
function rowsBetween(from: GroupKind, to: GroupKind): readonly CatalogueRow[] {
  const named = rowsOf(from).filter((row) => mayName(row, to));
  return named.length > 0 || isInCatalogue(to) ? named : rowsOf(from).filter(namesBackends);
}

interface Ends {
  readonly referrer: NamespacedId;
  readonly referent: ObjectId;
  readonly hostnames: PairExplanation["hostnames"];
}

function grantReference(row: GrantRow, { referrer, referent }: Ends): Reference {
  const rule = targetRule(row.id, referent);
  return {
    handshake: "grant",
    row: row.id,
    path: [],
    referrer,
    referent,
    scope: null,
    enforcement: rule?.enforcement ?? row.enforcement,
    trustedAs: row.trustedAs ?? [{ group: row.from.group, kind: row.from.kind }],
    asksAtHome: row.asksAtHome === true,
    asksUnderMesh: rule?.underMesh === true,
    trustUnknown: row.trustUnknown === true,
    namesUnread: row.namesUnread === true,
    // Which objects are generated depends on others that name the referrer; none is meant here.
    heldIn: row.generatedBy === undefined ? null : [],
    doubt: null,
    implicit: false,
    missingReason: row.missingReason,
  };
}

/** Do routes of this kind have hostnames? */
const hasHostnames = (kind: GroupKind): boolean => kindInfo(kind)?.route?.hostnames === true;

function attachmentReference(row: AttachmentRow, { referrer, referent, hostnames }: Ends): Reference {
  return {
    handshake: "attachment",
    row: row.id,
    path: [],
    referrer,
    referent,
    implicit: false,
    sectionName: null,
    port: null,
    // None stand for every hostname: of routes whose own are not known, some listener may take a few only.
    hostnames: hasHostnames(referrer) ? (hostnames ?? []) : null,
  };
}

function localReference(row: string, { referrer, referent }: Ends): FreeReference {
  return {
    handshake: "none",
    row,
    path: [],
    referrer,
    referent,
    reach: "local",
    droppedNamespace: null,
    missingReason: null,
  };
}

/** One field of the question: a reference to be decided, or why there is none. */
type Asked = { readonly row: string } & (
  | { readonly reference: Reference }
  | { readonly way: "local-only" }
  | { readonly way: "foreign-grant"; readonly grantKind: GroupKind }
);

function askedOf(row: CatalogueRow, ends: Ends): Asked {
  switch (row.handshake) {
    case "grant":
      return { row: row.id, reference: grantReference(row, ends) };
    case "attachment":
      return { row: row.id, reference: attachmentReference(row, ends) };
    case "foreign-grant":
      return { row: row.id, way: "foreign-grant", grantKind: row.grantKind };
    case "none": {
      const { referrer, referent } = ends;
      const stays = referent.namespace === null || referent.namespace === referrer.namespace;
      return stays ? { row: row.id, reference: localReference(row.id, ends) } : { row: row.id, way: "local-only" };
    }
  }
}

/** What tells two ways apart: what was decided, by which rule, and on what grounds. */
function signature(way: Way): string {
  if (way.way !== "decided") return way.way;
  const { handshake, outcome, reference } = way.decision;
  const rule = reference.handshake === "grant" ? reference.enforcement : "";
  const grounds =
    outcome.verdict === "permitted"
      ? outcome.witness.by
      : outcome.verdict === "refused"
        ? outcome.reason
        : outcome.gaps.map(({ detail }) => detail).join();
  const trusted = reference.handshake === "grant" ? reference.trustedAs : [];
  return JSON.stringify([handshake, rule, outcome.verdict, grounds, trusted]);
}

/** The ways with the same end, as one. */
function together(ways: readonly Way[]): readonly Way[] {
  return [...Map.groupBy(ways, signature).values()].flatMap(([first, ...others]): readonly Way[] => {
    if (first === undefined) return [];
    const [row, ...rows] = first.rows;
    return [{ ...first, rows: [row, ...rows, ...others.flatMap((other) => other.rows)] }];
  });
}

/**
 * The ways that are asked about: to what one attaches to, those of parents; else those that grants decide; where there are
 * none, what is left.
 */
function decisiveWays(ways: readonly Way[], to: GroupKind): readonly Way[] {
  const by = (handshake: Decision["handshake"]): readonly Way[] =>
    ways.filter((way) => way.way === "decided" && way.decision.handshake === handshake);
  const attached = by("attachment");
  const granted = [...by("grant"), ...ways.filter(({ way }) => way === "foreign-grant")];
  const [first = ways] = (isParent(to) ? [attached, granted] : [granted, attached]).filter(({ length }) => length > 0);
  return first;
}

function verdictOf(ways: readonly Way[], known: PairExplanation["known"]): PairExplanation["verdict"] {
  const verdicts = ways.map((way): PairExplanation["verdict"] => {
    if (way.way === "decided") return way.decision.outcome.verdict;
    return way.way === "local-only" ? "refused" : "unknown";
  });
  if (verdicts.includes("permitted")) return "permitted";
  return verdicts.includes("unknown") || known === "unknown-kind" ? "unknown" : "refused";
}

/** A grant that is in no world. */
function grantOf(from: GrantFrom, to: GrantTo, namespace: string): Grant {
  return {
    id: { ...REFERENCE_GRANT, namespace, name: ANY_NAME },
    apiVersion: "",
    from: [{ index: 0, entry: from }],
    to: [{ index: 0, entry: to }],
    terminating: false,
    rejected: false,
  };
}

/** The entries that would permit it, where a grant would: they are tried. */
function enoughFor(ways: readonly Way[], { extracted, decideIn }: Weighed): PairExplanation["enough"] {
  for (const way of ways) {
    if (way.way !== "decided" || way.decision.outcome.verdict === "permitted") continue;
    const { reference } = way.decision;
    if (reference.handshake !== "grant" || reference.referent.namespace === null) continue;
    const [{ group, kind }] = reference.trustedAs;
    const from: GrantFrom = { group, kind, namespace: reference.referrer.namespace };
    const to = openingFor(reference);
    const grants = [...extracted.grants, grantOf(from, to, reference.referent.namespace)];
    if (decideIn({ grants }, [reference]).every(({ outcome }) => outcome.verdict === "permitted")) return { from, to };
  }
  return null;
}

/** Is everything known that the kind refers to? Groups without a dot are Kubernetes' own. */
const isWellKnown = (kind: GroupKind): boolean => isInCatalogue(kind) || !kind.group.includes(".");

/** What is known not to exist. The kinds that are read are asked for, so that nothing is told of others. */
function missingOf({ from, namespace, name, to }: PairQuestion, sight: Sight): readonly ObjectId[] {
  const home: ObjectId = { ...NAMESPACE, namespace: null, name: namespace };
  const named = name === null ? [] : [{ group: from.group, kind: from.kind, namespace, name }];
  return [home, ...named, to].filter((id) => kindInfo(id) !== undefined && sight.existence(id) === "missing");
}

/** The hostnames of the route that is asked about; null where no route is named, or they cannot be read. */
export function hostnamesOf({ from, namespace, name }: PairQuestion, sight: Sight): PairExplanation["hostnames"] {
  if (name === null || !hasHostnames(from)) return null;
  const object = sight.get({ group: from.group, kind: from.kind, namespace, name });
  if (object === undefined || object.body === null) return null;
  const items = Field.silent(object.body).at("spec").at("hostnames").itemsOr();
  if (items === UNUSABLE) return null;
  const hostnames = items.map((item) => item.text());
  return hostnames.every((hostname) => hostname !== undefined) ? hostnames : null;
}

/** The question of a pair, with the namespace that its target really has. */
function endsOf({ from, namespace, name, to }: PairQuestion, hostnames: PairExplanation["hostnames"]): Ends {
  const referrer = { group: from.group, kind: from.kind, namespace, name: name ?? ANY_NAME };
  const referent = includesGroupKind(CLUSTER_SCOPED_REFERENTS, to) ? { ...to, namespace: null } : to;
  return { referrer, referent, hostnames };
}

/** The references that a pair stands for: what is to be decided for it. */
export function referencesOfPair(
  question: PairQuestion,
  hostnames: PairExplanation["hostnames"],
): readonly Reference[] {
  const ends = endsOf(question, hostnames);
  return rowsBetween(question.from, question.to).flatMap((row) => {
    const asked = askedOf(row, ends);
    return "reference" in asked ? [asked.reference] : [];
  });
}

/**
 * Tells whether objects of one kind and namespace may refer to an object.
 *
 * @param decisions on the references that the pair stands for
 */
export function meaningOfPair(
  question: PairQuestion,
  decisions: readonly Decision[],
  weighed: Weighed,
  { source, served }: Pick<Snapshot, "source" | "served">,
): PairExplanation {
  const hostnames = hostnamesOf(question, weighed.sight);
  const ends = endsOf(question, hostnames);
  const grantable = served === null || includesGroupKind(served, REFERENCE_GRANT);
  const byRow = new Map(decisions.map((decision) => [decision.reference.row, decision]));
  const all = together(
    rowsBetween(question.from, question.to).flatMap((row): readonly Way[] => {
      const asked = askedOf(row, ends);
      if ("way" in asked) return [{ ...asked, rows: [row.id] }];
      const decision = byRow.get(row.id);
      return decision === undefined ? [] : [{ way: "decided", rows: [row.id], decision }];
    }),
  );
  const ways = decisiveWays(all, question.to);
  const known = all.length > 0 ? "fields" : isWellKnown(question.from) ? "no-field" : "unknown-kind";
  return {
    ...question,
    source,
    hostnames,
    known,
    ways,
    besides: all.filter((way) => !ways.includes(way)),
    missing: missingOf(question, weighed.sight),
    verdict: verdictOf(ways, known),
    enough: grantable ? enoughFor(ways, weighed) : null,
  };
}
