import { isRoute, LISTENER_SETS } from "../catalogue/kinds.ts";
import {
  type AttachmentDecision,
  crossesNamespace,
  type Decision,
  type GrantDecision,
  type NonEmpty,
} from "../model/decision.ts";
import type { Finding, Severity } from "../model/finding.ts";
import type { ListenerHolder } from "../model/listener.ts";
import { type FieldPath, includesGroupKind, keyOf, type ObjectKey } from "../model/object.ts";
import type { Statement, StatementSubject } from "../model/status.ts";
import { openAnswers, type OpenAnswers as PureAnswers } from "./open-answers.ts";

/** What statements are held against. */
export interface Hearing {
  readonly statements: readonly Statement[];
  readonly decisions: readonly Decision[];
  readonly holders: Iterable<ListenerHolder>;
}

/** What is left open, by the specification and by what else was said. */
interface OpenAnswers extends PureAnswers {
  /** The route hangs on a ListenerSet that its controller does not accept. */
  readonly setNotAccepted: (decision: AttachmentDecision) => boolean;
}

/** A statement beside the verdicts on what it speaks of. */
export interface Judgement {
  readonly statement: Statement;
  /** The decisions on the references that the statement speaks of; none where there are no such references. */
  readonly decisions: readonly Decision[];
  /** How the two disagree, if they do, and the decisions that the statement contradicts. */
  readonly disagreement: Contradiction | null;
}

/** A statement says otherwise than the verdicts. */
export interface Contradiction {
  readonly code: "controller-refuses-permitted" | "controller-permits-refused";
  readonly decisions: NonEmpty<Decision>;
}

const NOT_PERMITTED = "RefNotPermitted";

/** The reasons for Accepted=False that are about attachment. The others, and those of vendors, say nothing of it. */
const OF_ATTACHMENT: readonly string[] = ["NoMatchingParent", "NotAllowedByListeners", "NoMatchingListenerHostname"];

/** Attachments refused for these reasons are not Accepted; what is said of the rest is left open (docs/rules.md §4.1). */
const SETTLED_REFUSALS: readonly string[] = [...OF_ATTACHMENT, "NotAllowed"];

/** The references of one object, decided. */
interface Dossier {
  readonly grants: GrantDecision[];
  readonly attachments: AttachmentDecision[];
}

const EMPTY: Dossier = { grants: [], attachments: [] };

function dossiersOf(decisions: readonly Decision[]): ReadonlyMap<ObjectKey, Dossier> {
  const dossiers = new Map<ObjectKey, Dossier>();
  for (const decision of decisions) {
    if (decision.handshake === "none") continue;
    const key = keyOf(decision.reference.referrer);
    const dossier = dossiers.get(key) ?? { grants: [], attachments: [] };
    dossiers.set(key, dossier);
    if (decision.handshake === "grant") dossier.grants.push(decision);
    else if (!decision.reference.implicit) dossier.attachments.push(decision);
  }
  return dossiers;
}

function isUnder(path: FieldPath, fields: readonly FieldPath[]): boolean {
  return fields.some((field) => field.every((step, depth) => path[depth] === step));
}

type ParentSubject = Extract<StatementSubject, { readonly about: "parent" }>;

/** The attachments to the very parent that an entry of the status is for: every part of the parentRef counts. */
function attachmentsTo({ parent, sectionName, port }: ParentSubject, { attachments }: Dossier) {
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
  if (!decisions.every(byListener) || decisions.some(open.sharedByKinds) || decisions.some(open.setNotAccepted)) {
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
const CLIENT_CERTIFICATE: readonly FieldPath[] = [["spec", "tls", "backend"]];
const CLIENT_AUTHORITIES: readonly FieldPath[] = [["spec", "tls", "frontend"]];

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

function judgeRoute(
  statement: Statement,
  subject: ParentSubject,
  dossier: Dossier,
  open: OpenAnswers,
): Judgement | null {
  const attachments = attachmentsTo(subject, dossier);
  if (attachments.length === 0) return null;
  const gone = attachments.some(isGone);
  if (statement.condition.type === "Accepted") {
    const disagreement = gone ? null : onAttachment(statement, attachments, open);
    return { statement, decisions: attachments, disagreement };
  }
  const indices = new Set(attachments.map(({ reference }) => reference.path[2]));
  const decisions = grantsUnder(dossier, statement.fields).filter(
    ({ reference: { scope } }) => scope?.parentRefs.some((index) => indices.has(index)) === true,
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

const isOfSet =
  (sets: ReadonlySet<ObjectKey>) =>
  ({ reference }: AttachmentDecision): boolean =>
    sets.has(keyOf(reference.referent));

/** The ListenerSets that a controller does not accept, for whatever reason: what becomes of their routes is left open. */
function unacceptedSets(statements: readonly Statement[]): ReadonlySet<ObjectKey> {
  return new Set(
    statements
      .filter(
        ({ object, condition: { type, status } }) =>
          includesGroupKind(LISTENER_SETS, object) && type === "Accepted" && status === "False",
      )
      .map(({ object }) => keyOf(object)),
  );
}

/**
 * Holds every statement against the decisions that it is about, in the order given. Statements about parents that a route
 * does not name are left out: they are left over from a parent that it named before, or are about a default Gateway.
 */
export function judgements({ statements, decisions, holders }: Hearing): readonly Judgement[] {
  const dossiers = dossiersOf(decisions);
  const open = openAnswers(
    decisions.filter((decision) => decision.handshake === "attachment"),
    holders,
  );
  const answers: OpenAnswers = { ...open, setNotAccepted: isOfSet(unacceptedSets(statements)) };
  return statements.map((statement) => judge(statement, dossiers, answers)).filter((judgement) => judgement !== null);
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

/** Under a mesh parent implementations differ on whether a grant is asked for (docs/rules.md §2.6). */
function isMeshMatter(decision: Decision): boolean {
  const { outcome } = decision;
  return decision.handshake === "grant" && outcome.verdict === "permitted" && outcome.witness.by === "meshExemption";
}

/** An error where the controller has seen the object as it stands, and must have looked at the reference. */
function severityOf({ freshness, subject, condition }: Statement, { decisions }: Contradiction): Severity {
  if (freshness !== "fresh" || decisions.some(isMeshMatter)) return "warning";
  const unseen = condition.type === "ResolvedRefs" && condition.status === "True";
  return unseen && subject.about === "parent" && subject.rulesLeftOut ? "warning" : "error";
}

function ofContradiction(statement: Statement, found: Contradiction): Finding {
  return {
    code: found.code,
    severity: severityOf(statement, found),
    subject: statement.object,
    disagreement: { statement, decisions: found.decisions },
  };
}

/**
 * Where controllers say otherwise than the spec, in both directions, and where what they say is about an earlier generation
 * of the object. What the spec leaves open is no disagreement (docs/rules.md §4.3, §4.4).
 */
export function ofStatus(hearing: Hearing): readonly Finding[] {
  const speakers = Map.groupBy(judgements(hearing), ({ statement }) => speakerKey(statement));
  return [...speakers.values()].flatMap((said): readonly Finding[] => {
    const findings = said.flatMap(({ statement, disagreement }) =>
      disagreement === null ? [] : [ofContradiction(statement, disagreement)],
    );
    const stale = said.find(({ statement }) => statement.freshness === "stale")?.statement;
    if (findings.length > 0 || stale === undefined) return findings;
    return [{ code: "status-stale", severity: "info", subject: stale.object, statement: stale }];
  });
}
