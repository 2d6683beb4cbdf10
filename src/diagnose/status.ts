import { GATEWAY_API_X, isRoute } from "../catalogue/kinds.ts";
import { rowOf } from "../catalogue/rows.ts";
import { CLIENT_AUTHORITIES, CLIENT_CERTIFICATE, type HealthOf, listenerPath } from "../catalogue/status.ts";
import {
  type AttachmentDecision,
  crossesNamespace,
  type Decision,
  type GrantDecision,
  type ListenerTrial,
} from "../model/decision.ts";
import type { Doubt, Finding } from "../model/finding.ts";
import type { Listener, ListenerHolder } from "../model/listener.ts";
import { type FieldPath, keyOf, type ObjectId, type ObjectKey } from "../model/object.ts";
import type { ParentScope } from "../model/reference.ts";
import type { Contradiction, Judgement, Statement, StatementSubject } from "../model/status.ts";
import { openAnswers, type OpenAnswers as PureAnswers } from "./open-answers.ts";

/** What statements are held against. */
export interface Hearing {
  readonly statements: readonly Statement[];
  readonly decisions: readonly Decision[];
  readonly holders: Iterable<ListenerHolder>;
  readonly healthOf: HealthOf;
  /** Whether every other route was seen: a route may be refused for what another one has. */
  readonly whole: boolean;
  /** May there be grants in the namespace that nobody saw? */
  readonly hidesGrants: (namespace: string) => boolean;
}

/** What is left open, by the specification and by what else was said. */
interface OpenAnswers extends PureAnswers {
  /** None of the listeners that take the route is of any use: some controllers then say that there is none. */
  readonly listenersUnusable: (decision: AttachmentDecision) => boolean;
}

const NOT_PERMITTED = "RefNotPermitted";

/** The reasons for Accepted=False that are about attachment. The others, and those of vendors, say nothing of it. */
const OF_ATTACHMENT: readonly string[] = ["NoMatchingParent", "NotAllowedByListeners", "NoMatchingListenerHostname"];

/** Attachments refused for these reasons are not Accepted; what is said of the rest is left open (docs/rules.md §4.1). */
const SETTLED_REFUSALS: readonly string[] = [...OF_ATTACHMENT, "NotAllowed"];

/** The references of one object, decided. */
interface Dossier {
  readonly grants: GrantDecision[];
  /** To parents that the object names. */
  readonly attachments: AttachmentDecision[];
  /** To default Gateways, which no field names. */
  readonly byDefault: AttachmentDecision[];
}

const emptyDossier = (): Dossier => ({ grants: [], attachments: [], byDefault: [] });
const EMPTY = emptyDossier();

function dossiersOf(decisions: readonly Decision[]): ReadonlyMap<ObjectKey, Dossier> {
  const dossiers = new Map<ObjectKey, Dossier>();
  let last: ObjectId | null = null;
  let dossier = emptyDossier();
  for (const decision of decisions) {
    if (decision.handshake === "none") continue;
    const { referrer } = decision.reference;
    // The references of one object follow one another.
    if (last !== referrer) {
      const key = keyOf(referrer);
      dossier = dossiers.get(key) ?? emptyDossier();
      dossiers.set(key, dossier);
      last = referrer;
    }
    if (decision.handshake === "grant") dossier.grants.push(decision);
    else if (decision.reference.implicit) dossier.byDefault.push(decision);
    else dossier.attachments.push(decision);
  }
  return dossiers;
}

function isUnder(path: FieldPath, fields: readonly FieldPath[]): boolean {
  return fields.some((field) => field.every((step, depth) => path[depth] === step));
}

type ParentSubject = Extract<StatementSubject, { readonly about: "parent" }>;

/** The attachments to the very parent that an entry of the status is for: every part of the parentRef counts. */
function attachmentsTo({ parent, sectionName, port }: ParentSubject, attachments: readonly AttachmentDecision[]) {
  const key = keyOf(parent);
  return attachments.filter(
    ({ reference }) =>
      reference.sectionName === sectionName && reference.port === port && keyOf(reference.referent) === key,
  );
}

function contradiction(code: Contradiction["code"], decisions: readonly Decision[]): Contradiction | null {
  const [first, ...others] = decisions;
  return first === undefined ? null : { code, decisions: [first, ...others] };
}

/** The word of ResolvedRefs beside the decisions on the references; `elsewhere` may be what it is False for. */
function onReferences(
  { condition }: Statement,
  decisions: readonly GrantDecision[],
  elsewhere: readonly Decision[],
): Contradiction | null {
  if (condition.status === "True") {
    const refused = decisions.filter(({ outcome }) => outcome.verdict === "refused");
    return contradiction("controller-permits-refused", refused);
  }
  if (condition.status !== "False" || !condition.reasons.includes(NOT_PERMITTED)) return null;
  if ([...decisions, ...elsewhere].some(({ outcome }) => outcome.verdict !== "permitted")) return null;
  const crossing = decisions.filter(crossesNamespace);
  return contradiction("controller-refuses-permitted", crossing.length > 0 ? crossing : decisions);
}

function isSettledRefusal({ outcome }: AttachmentDecision): boolean {
  return outcome.verdict === "refused" && SETTLED_REFUSALS.includes(outcome.reason);
}

/** The word of a route's Accepted beside the decisions on its attachment to one parent. */
function onAttachment(
  { condition }: Statement,
  decisions: readonly AttachmentDecision[],
  open: OpenAnswers,
): Contradiction | null {
  if (condition.status === "True") {
    return contradiction("controller-permits-refused", decisions.filter(isSettledRefusal));
  }
  if (condition.status !== "False" || !condition.reasons.some((reason) => OF_ATTACHMENT.includes(reason))) return null;
  // A mesh may miss the port of a Service, which no listener tells.
  const byListener = ({ outcome }: AttachmentDecision) =>
    outcome.verdict === "permitted" && outcome.witness.by === "listener";
  if (!decisions.every(byListener) || decisions.some(open.sharedByKinds) || decisions.some(open.listenersUnusable)) {
    return null;
  }
  if (condition.reasons.includes("NoMatchingListenerHostname") && decisions.some(open.hostnameClaimed)) return null;
  return contradiction("controller-refuses-permitted", decisions);
}

/** The word of a ListenerSet's Accepted beside the decision on its Gateway's `allowedListeners`. */
function onAdmission({ condition }: Statement, decisions: readonly AttachmentDecision[]): Contradiction | null {
  if (condition.status === "True") {
    return contradiction("controller-permits-refused", decisions.filter(isSettledRefusal));
  }
  if (condition.status !== "False" || !condition.reasons.includes("NotAllowed")) return null;
  if (decisions.some(({ outcome }) => outcome.verdict !== "permitted")) return null;
  return contradiction("controller-refuses-permitted", decisions);
}

/** Until v1.3 the client certificate stood here, and whether Gateway or listeners speak of it differs. */
const FORMER_CLIENT_CERTIFICATE: readonly FieldPath[] = [["spec", "backendTLS"]];

type Dossiers = ReadonlyMap<ObjectKey, Dossier>;

function grantsUnder({ grants }: Dossier, fields: readonly FieldPath[]): readonly GrantDecision[] {
  return grants.filter(({ reference }) => isUnder(reference.path, fields));
}

/**
 * Decisions on what stands elsewhere and a Gateway or listener may be refused for. The authorities of a Gateway may hold for
 * the listeners that a ListenerSet adds to it (docs/rules.md §2.4), which nobody can tell while the Gateway is out of sight.
 */
function elsewhereFor({ subject }: Statement, dossier: Dossier, dossiers: Dossiers): readonly Decision[] {
  const former = grantsUnder(dossier, FORMER_CLIENT_CERTIFICATE);
  if (subject.about !== "listener") return former;
  // Since v1.5 the Gateway's own condition speaks of the client certificate; v1.4 left it to the listeners.
  const own = grantsUnder(dossier, CLIENT_CERTIFICATE);
  const ofParents = dossier.attachments.flatMap((attachment): readonly Decision[] => {
    if (attachment.outcome.verdict === "unknown") return [attachment];
    return grantsUnder(dossiers.get(keyOf(attachment.reference.referent)) ?? EMPTY, CLIENT_AUTHORITIES);
  });
  return [...former, ...own, ...ofParents];
}

/** Nobody speaks for a parent that is not there: what is still written is from when it was. */
function isGone({ outcome }: AttachmentDecision): boolean {
  return outcome.verdict === "refused" && outcome.reason === "ParentNotFound";
}

/** Is a reference judged under these parents? Under a default Gateway it is as under any Gateway that the route names. */
function isJudgedUnder(scope: ParentScope | null, named: readonly AttachmentDecision[]): boolean {
  if (scope === null) return false;
  if (named.length === 0) return scope.regime === "gateway";
  const indices = new Set(named.map(({ reference }) => reference.path[2]));
  return scope.parentRefs.some((index) => indices.has(index));
}

function judgeRoute(
  statement: Statement,
  subject: ParentSubject,
  dossier: Dossier,
  open: OpenAnswers,
): Judgement | null {
  const named = attachmentsTo(subject, dossier.attachments);
  const gone = named.some(isGone);
  if (statement.condition.type === "Accepted") {
    // That a default Gateway does not take a route is no fault, and that it does is no news (docs/decisions/0032).
    if (named.length === 0) return null;
    return { statement, decisions: named, disagreement: gone ? null : onAttachment(statement, named, open) };
  }
  if (named.length === 0 && attachmentsTo(subject, dossier.byDefault).length === 0) return null;
  const decisions = grantsUnder(dossier, statement.fields).filter(({ reference }) =>
    isJudgedUnder(reference.scope, named),
  );
  return { statement, decisions, disagreement: gone ? null : onReferences(statement, decisions, []) };
}

function judge(statement: Statement, dossiers: Dossiers, open: OpenAnswers): Judgement | null {
  const { object, subject, fields, condition } = statement;
  const dossier = dossiers.get(keyOf(object)) ?? EMPTY;
  if (subject.about === "parent" && isRoute(object)) return judgeRoute(statement, subject, dossier, open);
  if (condition.type === "Accepted") {
    const decisions = dossier.attachments.filter(({ reference }) => isUnder(reference.path, fields));
    return { statement, decisions, disagreement: onAdmission(statement, decisions) };
  }
  const decisions = grantsUnder(dossier, fields);
  const gone = dossier.attachments.some(isGone);
  const disagreement = gone ? null : onReferences(statement, decisions, elsewhereFor(statement, dossier, dossiers));
  return { statement, decisions, disagreement };
}

/** Tells of listeners whose certificates, or authorities for clients, may be refused or missing. */
function lackingCertificates(dossiers: Dossiers): (parent: ObjectId, listener: Listener) => boolean {
  const known = new Map<string, boolean>();
  return (parent, listener) => {
    const key = `${keyOf(parent)} ${listener.index}`;
    const fields = [listenerPath(listener), ...(listener.protocol === "HTTPS" ? CLIENT_AUTHORITIES : [])];
    const lacks =
      known.get(key) ??
      grantsUnder(dossiers.get(keyOf(parent)) ?? EMPTY, fields).some(
        ({ outcome, referentExistence }) => outcome.verdict !== "permitted" || referentExistence !== "present",
      );
    known.set(key, lacks);
    return lacks;
  };
}

/** A listener may be of no use by its status, or for want of a certificate, unless its controller says that it has it. */
function listenersUnusable(healthOf: HealthOf, dossiers: Dossiers): OpenAnswers["listenersUnusable"] {
  const lacking = lackingCertificates(dossiers);
  const mayBeUnusable = ({ parent, listener }: ListenerTrial): boolean => {
    const health = healthOf(parent, listener);
    return health === "unusable" || (health === null && lacking(parent, listener));
  };
  return ({ outcome }) =>
    outcome.verdict === "permitted" && outcome.witness.by === "listener" && outcome.witness.trials.every(mayBeUnusable);
}

const entryKey = (object: ObjectId, parent: ObjectId, controller: string | null): string =>
  `${keyOf(object)} ${keyOf(parent)} ${controller ?? ""}`;

/**
 * Leaves out what former controllers of a parent's class left over, once the present one has spoken of that parent: such
 * entries stay for ever (docs/rules.md §4.4). As long as it has not, they are all there is.
 */
function ofPresentControllers(statements: readonly Statement[]): readonly Statement[] {
  const spoken = new Set(
    statements.flatMap(({ object, subject, controller }) =>
      subject.about === "parent" ? [entryKey(object, subject.parent, controller)] : [],
    ),
  );
  return statements.filter(
    ({ object, subject, supersededBy }) =>
      supersededBy === null ||
      subject.about !== "parent" ||
      !spoken.has(entryKey(object, subject.parent, supersededBy)),
  );
}

/**
 * Holds statements against the decisions that they are about, in the order given. Left out are those of controllers that
 * others have taken over from, and those about parents that a route does not have any more.
 */
export function judgements({ statements, decisions, holders, healthOf }: Hearing): readonly Judgement[] {
  if (statements.length === 0) return [];
  const dossiers = dossiersOf(decisions);
  const open = openAnswers(
    decisions.filter((decision) => decision.handshake === "attachment"),
    holders,
  );
  const answers: OpenAnswers = { ...open, listenersUnusable: listenersUnusable(healthOf, dossiers) };
  return ofPresentControllers(statements)
    .map((statement) => judge(statement, dossiers, answers))
    .filter((judgement) => judgement !== null);
}

/** Who speaks of what: the conditions of one entry go together. */
function speakerKey({ object, subject, controller }: Statement): string {
  switch (subject.about) {
    case "parent": {
      const { parent, sectionName, port } = subject;
      return JSON.stringify([keyOf(object), controller, keyOf(parent), sectionName, port]);
    }
    case "listener":
      return JSON.stringify([keyOf(object), controller, subject.listener]);
    case "object":
      return JSON.stringify([keyOf(object), controller]);
  }
}

/**
 * The namespaces of what stands under a mesh parent and no grant permits: there implementations differ on whether one is
 * asked for (docs/rules.md §2.6).
 */
function meshNamespaces(decisions: readonly Decision[]): readonly string[] {
  const ungranted = decisions.filter(
    ({ outcome }) =>
      outcome.verdict === "permitted" && outcome.witness.by === "meshExemption" && outcome.trials.length === 0,
  );
  return [...new Set(ungranted.map(({ reference }) => reference.referent.namespace ?? ""))];
}

/** Does only the experimental channel have the field, while the kind is in every one (docs/rules.md §2.10)? */
function isExperimentalField({ reference }: Decision): boolean {
  const { channel, from } = rowOf(reference);
  return channel === "experimental" && from.group !== GATEWAY_API_X;
}

/** Why the controller may be right all the same (docs/rules.md §4.4). */
function doubtsOf(
  { freshness, supersededBy, subject, condition }: Statement,
  found: Contradiction,
  { whole, hidesGrants }: Hearing,
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (freshness !== "fresh") doubts.push({ because: "generation" });
  if (supersededBy !== null) doubts.push({ because: "superseded" });
  switch (found.code) {
    case "controller-refuses-permitted": {
      const namespaces = meshNamespaces(found.decisions);
      if (namespaces.length > 0) doubts.push({ because: "mesh", namespaces, hidden: namespaces.some(hidesGrants) });
      // Another route, or listener, may have what this one is refused for.
      if (!whole && condition.type === "Accepted" && subject.about === "parent")
        doubts.push({ because: "others-unseen" });
      break;
    }
    case "controller-permits-refused":
      if (condition.type === "ResolvedRefs" && subject.about === "parent" && subject.rulesLeftOut) {
        doubts.push({ because: "rules-left-out" });
      }
      if (found.decisions.every(isExperimentalField)) doubts.push({ because: "experimental" });
      break;
  }
  return doubts;
}

function ofContradiction(statement: Statement, found: Contradiction, hearing: Hearing): Finding {
  const doubts = doubtsOf(statement, found, hearing);
  return {
    code: found.code,
    severity: doubts.length === 0 ? "error" : "warning",
    subject: statement.object,
    disagreement: { statement, decisions: found.decisions, doubts },
  };
}

/**
 * Where controllers say otherwise than the spec, in both directions, and where what they say is about another generation
 * of the object. What the spec leaves open is no disagreement (docs/rules.md §4.3, §4.4).
 */
export function ofStatus(hearing: Hearing): readonly Finding[] {
  const speakers = Map.groupBy(judgements(hearing), ({ statement }) => speakerKey(statement));
  return [...speakers.values()].flatMap((said): readonly Finding[] => {
    const findings = said.flatMap(({ statement, disagreement }) =>
      disagreement === null ? [] : [ofContradiction(statement, disagreement, hearing)],
    );
    const stale = said.find(({ statement }) => statement.freshness === "stale")?.statement;
    if (findings.length > 0 || stale === undefined) return findings;
    return [{ code: "status-stale", severity: "info", subject: stale.object, statement: stale }];
  });
}
