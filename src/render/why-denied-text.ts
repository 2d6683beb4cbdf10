import { SERVICE } from "../catalogue/kinds.ts";
import type { Answer, Inquiry } from "../model/answer.ts";
import {
  type AttachmentDecision,
  crossesNamespace,
  type Decision,
  type GrantDecision,
  type GrantTrial,
  hasVerdict,
  type ListenerTrial,
} from "../model/decision.ts";
import { Field } from "../model/fields.ts";
import type { Disagreement, Doubt, Finding } from "../model/finding.ts";
import { keyOf, sameGroupKind } from "../model/object.ts";
import { formatPosition } from "../model/source.ts";
import type { Judgement } from "../model/status.ts";
import { adviceSteps, makerText } from "./advice-prose.ts";
import { pasteable } from "./command-text.ts";
import { findingPlace, findingText } from "./finding-prose.ts";
import { hopText } from "./hop-prose.ts";
import { gapText, nameOf, obstacleText, quoted, referenceText, witnessText } from "./prose.ts";
import { judgementText } from "./status-prose.ts";
import { widthOf } from "./table.ts";
import { type Display, plural, printable, type Style, styled, symbol } from "./text.ts";
import { clauseText, grantClauses, misplacedText, slipHints } from "./trial-prose.ts";

/** How an answer is told. */
export interface Telling {
  readonly display: Display;
  /** Every near miss, every listener and every permitted reference. */
  readonly verbose: boolean;
  /** What a command needs at its end to be about the same world: ` -f FILE`, or nothing. */
  readonly world: string;
}

/** How much of an answer is told where nobody asked for all. */
const PERMITTED_SHOWN = 6;
const LISTENERS_SHOWN = 3;

/** How a reference stands, from what is most pressing. */
type Standing = "refused" | "dangling" | "unknown" | "permitted" | "local";
const STANDINGS: readonly Standing[] = ["refused", "dangling", "unknown", "permitted", "local"];

/** Findings that say that a permitted reference leads nowhere. */
const DANGLING: readonly Finding["code"][] = ["target-not-found", "reference-unknown-kind"];

/** Findings that the lines on the references tell already. */
const TOLD: readonly Finding["code"][] = [
  ...DANGLING,
  "ref-not-permitted",
  "must-be-local",
  "not-attached",
  "unknown-verdict",
  "controller-refuses-permitted",
  "controller-permits-refused",
  "status-stale",
];

function standingOf(decision: Decision, { findings }: Answer): Standing {
  if (decision.outcome.verdict !== "permitted") return decision.outcome.verdict;
  if (
    findings.some(
      (finding) => DANGLING.includes(finding.code) && "decision" in finding && finding.decision === decision,
    )
  ) {
    return "dangling";
  }
  return crossesNamespace(decision) || decision.handshake === "attachment" ? "permitted" : "local";
}

/** Is the reference offered by a selector or a default Gateway, and named nowhere? That it is refused is no fault. */
const isOffer = ({ reference }: Decision): boolean => reference.handshake !== "none" && reference.implicit;

const SYMBOLS = {
  refused: "refused",
  dangling: "refused",
  unknown: "unknown",
  permitted: "permitted",
  local: "permitted",
} as const;
const STYLES: Readonly<Record<Standing, Style>> = {
  refused: "red",
  dangling: "red",
  unknown: "yellow",
  permitted: "green",
  local: "green",
};

/** The port that a reference names beside its Service; null where it names none. */
function portOf({ reference }: Decision, { object }: Answer): number | null {
  if (reference.handshake !== "grant" || !sameGroupKind(reference.referent, SERVICE)) return null;
  let field = Field.silent(object.body);
  for (const step of reference.path) {
    const next = typeof step === "number" ? field.items()[step] : field.at(step);
    if (next === undefined) return null;
    field = next;
  }
  return field.at("port").integer() ?? null;
}

function targetLine(decision: Decision, answer: Answer, display: Display): string {
  const port = portOf(decision, answer);
  const text = referenceText(decision, display);
  if (port === null) return text;
  const name = nameOf(decision.reference.referent);
  return text.replace(name, () => `${name}:${port}`);
}

/** What the first line of a reference ends in. */
function outcomeText(decision: Decision, answer: Answer): string {
  const { outcome } = decision;
  switch (outcome.verdict) {
    case "refused":
      return isOffer(decision) ? `${outcome.reason} (it is offered, not named)` : outcome.reason;
    case "unknown":
      return "unknown";
    case "permitted":
      return standingOf(decision, answer) === "dangling" ? danglingReason(decision, answer) : permittedText(decision);
  }
}

function danglingReason(decision: Decision, { findings }: Answer): string {
  const finding = findings.find((one) => "decision" in one && one.decision === decision && DANGLING.includes(one.code));
  if (finding?.code === "reference-unknown-kind") return finding.reason ?? "no such kind";
  return (decision.reference.handshake === "attachment" ? null : decision.reference.missingReason) ?? "not found";
}

function permittedText(decision: Decision): string {
  const { outcome, reference } = decision;
  if (outcome.verdict !== "permitted") return "";
  switch (outcome.witness.by) {
    case "sameNamespace":
      return "same namespace: no grant is involved";
    case "meshExemption":
      return "under a mesh parent no grant is involved";
    case "listener":
      return `attached to ${outcome.witness.trials
        .toSorted((a, b) => a.listener.index - b.listener.index)
        .map(({ listener }) => `listener ${listener.name}${admittedBy(listener.namespaces)}`)
        .join(", ")}`;
    case "grant":
      return `permitted by ${witnessText(decision)}`;
    case "allowedListeners":
      return `admitted by ${witnessText(decision)}`;
    case "clusterScoped":
    case "unenforced":
    case "unrestricted":
      return reference.handshake === "none" && outcome.witness.by === "clusterScoped"
        ? "no grant is involved"
        : witnessText(decision);
  }
}

/** The rule by which a listener lets a namespace in, in a few words. */
function admittedBy(namespaces: ListenerTrial["listener"]["namespaces"]): string {
  return namespaces.from === "Same" ? "" : ` (namespaces: ${namespaces.from})`;
}

const count = (decisions: readonly Decision[], answer: Answer, ...standings: readonly Standing[]): number =>
  decisions.filter(
    (decision) =>
      standings.includes(standingOf(decision, answer)) &&
      !(isOffer(decision) && decision.outcome.verdict === "refused"),
  ).length;

/** The findings by which a controller refuses what is permitted. */
const disagreeing = ({ findings }: Answer) =>
  findings.flatMap((finding) => (finding.code === "controller-refuses-permitted" ? [finding] : []));

const controllerOf = ({ disagreement }: { readonly disagreement: Disagreement }): string =>
  disagreement.statement.controller ?? "the controller";

/** Why a controller that says otherwise may not be wrong. */
function doubtsOn({ statement }: Judgement, { findings }: Answer): readonly Doubt[] {
  const found = findings.find((finding) => "disagreement" in finding && finding.disagreement.statement === statement);
  return found !== undefined && "disagreement" in found ? found.disagreement.doubts : [];
}

/** The first line: it says all that has to be known before anything else is read. */
function headline(answer: Answer): string {
  const { decisions } = answer;
  const total = decisions.filter((decision) => !isOffer(decision) || decision.outcome.verdict !== "refused").length;
  const refused = count(decisions, answer, "refused");
  const dangling = count(decisions, answer, "dangling");
  const unknown = count(decisions, answer, "unknown");
  const of = `of ${plural(total, "reference")}`;
  if (refused > 0) {
    const more = [
      ...(dangling > 0 ? [`${dangling} lead nowhere`] : []),
      ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ];
    return [`${refused} ${of} refused`, ...more].join(", ");
  }
  if (dangling > 0) {
    const leads = dangling === 1 ? "1 leads" : `${dangling} lead`;
    return `${of.replace("of ", "")} permitted, but ${leads} nowhere${unknown > 0 ? `, ${unknown} unknown` : ""}`;
  }
  if (unknown > 0) return `${unknown} ${of} unknown`;
  if (total === 0) return "it refers to nothing that anybody has to permit";
  const all = total === 1 ? "its one reference is permitted" : `all ${total} references are permitted`;
  const disagreed = disagreeing(answer);
  if (disagreed.length === 0) return all;
  const who = [...new Set(disagreed.map(controllerOf))].join(", ");
  return disagreed.some(({ severity }) => severity === "error")
    ? `your YAML is right: ${all}, and ${who} refuses all the same`
    : `${all}, as far as the specification goes; ${who} said otherwise`;
}

function clauseTable(trial: GrantTrial, decision: GrantDecision, { unicode }: Display): readonly string[] {
  const rows = grantClauses(trial, decision).map(({ clause, written, needed, failed }) => ({
    clause,
    written: printable(written === null ? "(any)" : quoted(written)),
    end: failed ? `${unicode ? "≠" : "!="} ${printable(quoted(needed))}` : "=",
  }));
  const width = Math.max(...rows.map(({ written }) => widthOf(written)));
  return rows.map(
    ({ clause, written, end }) => `  ${clause.padEnd(16)}${written}${" ".repeat(width - widthOf(written) + 3)}${end}`,
  );
}

const trialName = ({ grant, from, to }: GrantTrial): string => `${grant.id.name} from[${from}] × to[${to}]`;

function grantEvidence(decision: GrantDecision, inquiry: Inquiry, { display, verbose }: Telling): readonly string[] {
  const { trials } = decision.outcome;
  const { namespace } = decision.reference.referent;
  const grants = inquiry.grants.filter((grant) => grant.id.namespace === namespace).length;
  const [first, ...others] = trials.filter(({ failed }) => failed.length > 0);
  const are = `${grants === 0 ? "there is no ReferenceGrant" : plural(grants, "grant")} in ${namespace}`;
  if (first === undefined) return grants === 0 ? [`Why: ${are}.`] : [`Why: ${are}, none for it.`];
  const table = (trial: GrantTrial): readonly string[] => [
    ...clauseTable(trial, decision, display),
    ...slipHints(trial).map((hint) => `  (${hint})`),
  ];
  const misplaced = misplacedText(first, decision);
  const matching = grants === 0 ? are : `${are}, ${grants === 1 ? "which does not match" : "none matches"}`;
  const nearest =
    misplaced === null
      ? [`Why: ${matching}. The nearest, ${trialName(first)}:`, ...table(first)]
      : [
          `Why: ${matching}. The nearest, ${first.grant.id.name}: ${misplaced}`,
          ...(first.failed.length > 1 ? table(first) : []),
        ];
  if (!verbose) return nearest;
  return [...nearest, ...others.flatMap((trial) => [`Another, ${trialName(trial)}:`, ...table(trial)])];
}

function listenerLine(trial: ListenerTrial, decision: AttachmentDecision): string {
  const { listener, failed, undecided } = trial;
  const clauses = [
    ...failed.map((clause) => clauseText(clause, trial, decision)),
    ...undecided.map(({ clause, gap }) => `${clause} cannot be told: ${gapText(gap)}`),
  ];
  const port = listener.port === null ? "" : `, port ${listener.port}`;
  return `listener ${listener.name} (${listener.protocol}${port}) ${clauses.length === 0 ? "takes it" : clauses.join(" and ")}`;
}

function attachmentEvidence(decision: AttachmentDecision, { verbose }: Telling): readonly string[] {
  const { outcome } = decision;
  const obstacle = `Why: ${obstacleText(decision)}.`;
  if (outcome.trials.length === 0 || outcome.verdict === "permitted") return [obstacle];
  if (outcome.verdict === "refused" && outcome.reason === "NoMatchingParent" && !verbose) return [obstacle];
  const asked = verbose
    ? outcome.trials
    : outcome.trials.filter(({ failed }) => !failed.includes("sectionName") && !failed.includes("port"));
  const [first, ...others] = asked;
  if (first === undefined) return [obstacle];
  if (others.length === 0) return [`Why: ${listenerLine(first, decision)}.`];
  const shown = verbose ? asked : asked.slice(0, LISTENERS_SHOWN);
  const more = asked.length - shown.length;
  return [
    `Why: ${asked.length === outcome.trials.length ? "" : "of the listeners that it asks for, "}none takes it:`,
    ...shown.map((trial) => `  ${listenerLine(trial, decision)}`),
    ...(more > 0 ? [`  and ${plural(more, "other")} (-v shows all)`] : []),
  ];
}

function evidence(decision: Decision, answer: Answer, inquiry: Inquiry, telling: Telling): readonly string[] {
  switch (standingOf(decision, answer)) {
    case "permitted":
    case "local":
      return [];
    case "dangling":
      return answer.findings
        .filter((finding) => DANGLING.includes(finding.code) && "decision" in finding && finding.decision === decision)
        .map((finding) => `Why: ${findingText(finding, telling.display).detail ?? ""}.`);
    case "unknown": {
      const gaps = decision.outcome.verdict === "unknown" ? decision.outcome.gaps : [];
      return gaps.map((gap) => `Why: ${gapText(gap)}.`);
    }
    case "refused":
      if (decision.handshake === "attachment") return attachmentEvidence(decision, telling);
      if (decision.handshake === "none" || !hasVerdict(decision, "refused")) return [];
      return decision.outcome.reason === "RefNotPermitted" && !isSlip(decision)
        ? grantEvidence(decision, inquiry, telling)
        : [`Why: ${obstacleText(decision)}.`];
  }
}

const isSlip = (decision: GrantDecision): boolean => obstacleText(decision).startsWith("there is no kind");

/** The one thing to do, with what can be pasted. */
function fixLines(decision: Decision, answer: Answer, inquiry: Inquiry): readonly string[] {
  const advice = answer.advice.get(decision);
  if (advice === undefined) return [];
  const steps = adviceSteps(advice, inquiry);
  return steps.flatMap(({ by, what, paste, but }, index) => {
    const word = advice.advice === "way-out" ? "What to do" : index === 0 ? "Fix" : "and";
    const who = by === null ? "" : `, by ${by}`;
    const first = `${word}${who}: ${what}${paste.length > 0 ? ":" : "."}`;
    return [first, ...paste.map((line) => `    ${line}`), ...(but === null ? [] : [`  (${but}.)`])];
  });
}

function statusLines(judgements: readonly Judgement[], answer: Answer, display: Display): readonly string[] {
  return judgements.flatMap((judgement) => judgementText(judgement, doubtsOn(judgement, answer), display));
}

/** The judgements that belong to one attachment: what a controller says of the route under that parent. */
function ofParent(decision: Decision, { judgements }: Answer): readonly Judgement[] {
  const { reference } = decision;
  if (reference.handshake !== "attachment") return [];
  return judgements.filter(({ statement: { subject } }) => {
    if (subject.about !== "parent") return false;
    return (
      keyOf(subject.parent) === keyOf(reference.referent) &&
      subject.sectionName === reference.sectionName &&
      subject.port === reference.port
    );
  });
}

function decisionLines(decision: Decision, answer: Answer, inquiry: Inquiry, telling: Telling): readonly string[] {
  const { display } = telling;
  const standing = standingOf(decision, answer);
  const mark = styled(symbol(SYMBOLS[standing], display), STYLES[standing], display);
  const place =
    standing === "refused" || standing === "dangling"
      ? inquiry.locate(decision.reference.referrer, decision.reference.path)
      : null;
  const detail = [
    ...(place === null ? [] : [`at ${formatPosition(place)}`]),
    ...fixLines(decision, answer, inquiry),
    ...evidence(decision, answer, inquiry, telling),
    ...statusLines(ofParent(decision, answer), answer, display),
  ];
  return [
    `${mark} ${printable(targetLine(decision, answer, display))}   ${printable(outcomeText(decision, answer))}`,
    ...detail.map((line) => `  ${printable(line)}`),
  ];
}

function otherFindings(answer: Answer, inquiry: Inquiry, { display }: Telling): readonly string[] {
  return answer.findings
    .filter(({ code }) => !TOLD.includes(code))
    .map((finding) => {
      const { message, detail } = findingText(finding, display);
      const place = findingPlace(finding, inquiry.locate);
      const where = place === null ? "" : ` (${formatPosition(place)})`;
      return printable(
        `${finding.severity}: ${message}${detail === null || detail === "" ? "" : `: ${detail}`}${where}`,
      );
    });
}

function hopLines({ hops }: Answer): readonly string[] {
  if (hops.length === 0) return [];
  return [
    "What may still keep traffic away (hints, no verdicts):",
    ...hops.flatMap((hop) => {
      const { message, command } = hopText(hop);
      return [`  - ${printable(message)}`, ...(command === null ? [] : [`      ${printable(command)}`])];
    }),
  ];
}

/** The references of one object, from what is most pressing; those that are permitted are folded where they are many. */
function answerLines(answer: Answer, inquiry: Inquiry, telling: Telling): readonly string[] {
  const { object, maker } = answer;
  const { verbose, display } = telling;
  const ranked = answer.decisions.toSorted(
    (a, b) => STANDINGS.indexOf(standingOf(a, answer)) - STANDINGS.indexOf(standingOf(b, answer)),
  );
  const pressing = ranked.filter((decision) => !["permitted", "local"].includes(standingOf(decision, answer)));
  const fine = ranked.filter((decision) => !pressing.includes(decision));
  const shown = verbose ? fine : fine.slice(0, PERMITTED_SHOWN);
  const told = new Set(shown.concat(pressing).flatMap((decision) => ofParent(decision, answer)));
  const rest = answer.judgements.filter((judgement) => !told.has(judgement));
  const more = fine.length - shown.length;
  const also = otherFindings(answer, inquiry, telling);
  const name = styled(printable(nameOf(object.id)), "bold", display);
  return [
    `${name}: ${printable(headline(answer))}`,
    ...(maker === null || pressing.length === 0 ? [] : [printable(`Written elsewhere: ${makerText(maker)}.`)]),
    "",
    ...pressing.concat(shown).flatMap((decision) => decisionLines(decision, answer, inquiry, telling)),
    ...(more > 0 ? [`  and ${plural(more, "more permitted reference")} (-v shows all)`] : []),
    ...statusLines(rest, answer, display).map(printable),
    ...(also.length === 0 ? [] : ["Also:", ...also.map((line) => `  ${line}`)]),
    ...hopLines(answer),
  ];
}

/** Each object in full: verdict, the one fix, evidence. */
export function whyDeniedText(inquiry: Inquiry, telling: Telling): string {
  return `${inquiry.answers.map((answer) => answerLines(answer, inquiry, telling).join("\n").trimEnd()).join("\n\n")}\n`;
}

/** What a short form leaves out of a step: the lines to paste. */
function shortFix(decision: Decision, answer: Answer, inquiry: Inquiry): readonly string[] {
  const advice = answer.advice.get(decision);
  if (advice === undefined) return [];
  const [first] = adviceSteps(advice, inquiry);
  if (first === undefined) return [];
  const word = advice.advice === "way-out" ? "What to do" : "Fix";
  return [`${word}${first.by === null ? "" : `, by ${first.by}`}: ${first.what}`];
}

/** Every reference that is refused, or leads nowhere, in two lines each; of the rest the number. */
export function whyDeniedList(inquiry: Inquiry, where: string, { display, world }: Telling): string {
  const all = inquiry.answers.flatMap((answer) =>
    answer.decisions
      .filter((decision) => !(isOffer(decision) && decision.outcome.verdict === "refused"))
      .map((decision) => ({ answer, decision, standing: standingOf(decision, answer) })),
  );
  const of = (...standings: readonly Standing[]) => all.filter(({ standing }) => standings.includes(standing));
  const refused = of("refused");
  const dangling = of("dangling");
  const unknown = of("unknown");
  const disagreed = inquiry.answers.flatMap((answer) => answer.judgements.map((judgement) => ({ answer, judgement })));
  const fine = all.length - refused.length - dangling.length - unknown.length;
  const head = [
    `${plural(refused.length, "reference")} refused`,
    ...(dangling.length > 0 ? [`${dangling.length} leading nowhere`] : []),
    `${unknown.length} unknown`,
    `${fine} permitted`,
  ].join(", ");
  const lines = [...refused, ...dangling, ...unknown].flatMap(({ answer, decision, standing }) => {
    const mark = styled(symbol(SYMBOLS[standing], display), STYLES[standing], display);
    const subject = printable(nameOf(answer.object.id));
    return [
      `${mark} ${subject}  ${printable(targetLine(decision, answer, display))}   ${printable(outcomeText(decision, answer))}`,
      ...shortFix(decision, answer, inquiry).map((line) => `    ${printable(line)}`),
    ];
  });
  const statuses = disagreed
    .filter(({ judgement }) => judgement.disagreement?.code === "controller-refuses-permitted")
    .flatMap(({ answer, judgement }) =>
      judgementText(judgement, doubtsOn(judgement, answer), display).map((line) =>
        printable(`${nameOf(answer.object.id)}: ${line}`),
      ),
    );
  const [next] = [...refused, ...dangling, ...unknown];
  const more =
    next === undefined
      ? []
      : ["", printable(`Next: kubectl refgrant why-denied ${pasteable(next.answer.object.id)}${world}`)];
  return `${[`${printable(where)}: ${head}.`, ...(lines.length > 0 ? ["", ...lines] : []), ...statuses, ...more].join("\n")}\n`;
}
