import { SERVICE } from "../catalogue/kinds.ts";
import { portAt } from "../catalogue/walk.ts";
import type { Answer, Inquiry } from "../model/answer.ts";
import { type Decision, leadsNowhere } from "../model/decision.ts";
import { keyOf, sameGroupKind } from "../model/object.ts";
import type { Advice } from "../model/remedy.ts";
import { formatPosition } from "../model/source.ts";
import type { Judgement } from "../model/status.ts";
import { adviceSteps, makerText, stepLines } from "./advice-prose.ts";
import { pasteable } from "./command-text.ts";
import { type EvidenceTelling, evidence } from "./evidence.ts";
import { findingClause, findingPlace, findingText } from "./finding-prose.ts";
import { hopText } from "./hop-prose.ts";
import { referenceText } from "./prose.ts";
import { doubtsOn, headline, isOffer, outcomeText, STANDINGS, type Standing, standingOf, TOLD } from "./standing.ts";
import { judgementText } from "./status-prose.ts";
import { fieldOf, nameOf } from "./terms.ts";
import { type Display, plural, printable, type Style, styled, symbol } from "./text.ts";

/** How an answer is told: with `verbose` every permitted reference too. */
export interface Telling extends EvidenceTelling {
  /** What a command needs at its end to be about the same world: ` -f FILE`, or nothing; null where none can be. */
  readonly world: string | null;
  /** The words that name the same objects to another command, each behind a blank: ` httproutes -n app`; or nothing. */
  readonly scope: string;
  /** Whether every object was seen that the question is about. */
  readonly whole: boolean;
}

/** The same, with what has been advised already, and for which reference. */
interface InTurn extends Telling {
  readonly told: Map<string, string>;
}

/** How much of an answer is told where nobody asked for all. */
const PERMITTED_SHOWN = 6;

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
  return portAt(object.body, reference.path);
}

function targetLine(decision: Decision, answer: Answer, display: Display): string {
  const port = portOf(decision, answer);
  const text = referenceText(decision, display);
  if (port === null) return text;
  const name = nameOf(decision.reference.referent);
  return text.replace(name, () => `${name}:${port}`);
}

/** What commands of kubectl need to reach the same cluster. */
const flagsOf = ({ source }: Inquiry, world: string | null): string => (source === "cluster" ? (world ?? "") : "");

/** Where an entry is to be changed that was meant for something else, its owner may rather have a grant more. */
function orGrantLine(advice: Advice, { object }: Answer, world: string | null): readonly string[] {
  const corrects = advice.advice === "repair" && advice.repairs.some(({ repair }) => repair === "correct-entry");
  return corrects && world !== null
    ? [`  (or add a grant: kubectl refgrant scaffold ${pasteable(object.id)}${world})`]
    : [];
}

/** The one thing to do, with what can be pasted. */
function fixLines(decision: Decision, answer: Answer, inquiry: Inquiry, { told, world }: InTurn): readonly string[] {
  const advice = answer.advice.get(decision);
  if (advice === undefined) return [];
  const steps = adviceSteps(advice, inquiry, flagsOf(inquiry, world));
  const key = JSON.stringify(steps.map(({ paste }) => paste));
  const before = told.get(key);
  if (advice.advice === "repair") {
    // What has been pasted once must not be pasted again.
    if (before !== undefined) return [`Fix: the same as for ${before}.`];
    told.set(key, `${fieldOf(decision.reference.path)} of ${nameOf(answer.object.id)}`);
  }
  return [...stepLines(steps), ...orGrantLine(advice, answer, world)];
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

/** Whether a target is there, or something else was meant, is not known where the caller may not look. */
function unseenLines(decision: Decision, { unseen }: Answer): readonly string[] {
  const gap = unseen.get(decision);
  if (gap === undefined) return [];
  const isPermitted = decision.outcome.verdict === "permitted";
  const what = isPermitted ? "it is there" : "it is there, or another was meant,";
  return [`Whether ${leadsNowhere(decision) ? "another was meant" : what} could not be seen: ${gap.detail}.`];
}

function decisionLines(decision: Decision, answer: Answer, inquiry: Inquiry, telling: InTurn): readonly string[] {
  const { display } = telling;
  const standing = standingOf(decision, answer);
  const mark = styled(symbol(SYMBOLS[standing], display), STYLES[standing], display);
  const place =
    standing === "refused" || standing === "dangling"
      ? inquiry.locate(decision.reference.referrer, decision.reference.path)
      : null;
  const detail = [
    ...(place === null ? [] : [`at ${formatPosition(place)}`]),
    ...fixLines(decision, answer, inquiry, telling),
    ...evidence(decision, answer, inquiry, telling),
    ...unseenLines(decision, answer),
    ...statusLines(ofParent(decision, answer), answer, display),
  ];
  return [
    `${mark} ${printable(targetLine(decision, answer, display))}   ${printable(outcomeText(decision, answer))}`,
    ...detail.map((line) => `  ${printable(line)}`),
  ];
}

function otherFindings({ findings, around }: Answer, inquiry: Inquiry, { display }: Telling): readonly string[] {
  const own = findings.filter(({ code }) => !TOLD.includes(code)).map((finding) => ({ finding, subject: "" }));
  const others = around.map((finding) => ({
    finding,
    subject: finding.subject === null ? "" : `${nameOf(finding.subject)}: `,
  }));
  return [...own, ...others].map(({ finding, subject }) => {
    const place = findingPlace(finding, inquiry.locate);
    const where = place === null ? "" : ` (${formatPosition(place)})`;
    return printable(`${finding.severity}: ${subject}${findingClause(findingText(finding, display))}${where}`);
  });
}

function hopLines({ hops }: Answer, flags: string): readonly string[] {
  if (hops.length === 0) return [];
  return [
    "What may still keep traffic away (hints, no verdicts):",
    ...hops.flatMap((hop) => {
      const { message, command } = hopText(hop);
      return [`  - ${printable(message)}`, ...(command === null ? [] : [`      ${printable(`${command}${flags}`)}`])];
    }),
  ];
}

/** Is the object itself to be changed? Then the advice says who writes it. */
function isRepaired({ object, advice }: Answer): boolean {
  return [...advice.values()].some(
    (own) => own.advice === "repair" && own.repairs.some(({ change }) => keyOf(change.id) === keyOf(object.id)),
  );
}

/** The references of one object, from what is most pressing; those that are permitted are folded where they are many. */
function answerLines(answer: Answer, inquiry: Inquiry, telling: InTurn): readonly string[] {
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
    ...(maker === null || pressing.length === 0 || isRepaired(answer)
      ? []
      : [printable(`It is written elsewhere: ${makerText(maker)}.`)]),
    "",
    ...pressing.concat(shown).flatMap((decision) => decisionLines(decision, answer, inquiry, telling)),
    ...(more > 0 ? [`  and ${plural(more, "more permitted reference")} (-v shows all)`] : []),
    ...statusLines(rest, answer, display).map(printable),
    ...(also.length === 0 ? [] : ["Also:", ...also.map((line) => `  ${line}`)]),
    ...hopLines(answer, flagsOf(inquiry, telling.world)),
    ...(answer.decisions.length > 0 || telling.world === null
      ? []
      : [printable(`What it means here: kubectl refgrant explain ${pasteable(object.id)}${telling.world}`)]),
  ];
}

/** Each object in full: verdict, the one fix, evidence. */
export function whyDeniedText(inquiry: Inquiry, telling: Telling): string {
  const inTurn: InTurn = { ...telling, told: new Map() };
  const texts = inquiry.answers.map((answer) => answerLines(answer, inquiry, inTurn).join("\n").trimEnd());
  return `${texts.join("\n\n")}\n`;
}

/** What a short form leaves out of a step: the lines to paste. */
function shortFix(decision: Decision, answer: Answer, inquiry: Inquiry): readonly string[] {
  const advice = answer.advice.get(decision);
  if (advice === undefined) return [];
  const steps = adviceSteps(advice, inquiry);
  const [first] = steps;
  if (first === undefined) return [];
  const word = first.step === "fix" ? "Fix" : "What to do";
  const more = steps.length > 1 ? ` (1 of ${steps.length} steps)` : "";
  return [`${word}${first.by === null ? "" : `, by ${first.by}`}: ${first.short}${more}`];
}

/** A reference that is told, and of which object. */
interface Told {
  readonly answer: Answer;
  readonly decision: Decision;
}

/** What to run next: more on the first, and where grants are missing, those. */
function nextLines(told: readonly Told[], { world, scope }: Pick<Telling, "world" | "scope">): readonly string[] {
  const [first] = told;
  if (first === undefined || world === null) return [];
  const isGrantable = ({ decision: { handshake, outcome } }: Told): boolean =>
    handshake === "grant" && outcome.verdict === "refused" && outcome.reason === "RefNotPermitted";
  const more = `Next: kubectl refgrant why-denied ${pasteable(first.answer.object.id)}${world}`;
  const grants = `All grants that help: kubectl refgrant scaffold${scope}${world}`;
  return ["", printable(more), ...(told.some(isGrantable) ? [printable(grants)] : [])];
}

/** Every reference that is refused, or leads nowhere, in two lines each; of the rest the number. */
export function whyDeniedList(inquiry: Inquiry, where: string, { display, world, scope, whole }: Telling): string {
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
  const nothing = refused.length + dangling.length + unknown.length === 0;
  const found =
    inquiry.answers.length === 0
      ? "no objects found"
      : fine === 0
        ? "no reference that anybody has to permit"
        : `nothing is refused; ${plural(fine, "reference")} permitted`;
  const head = nothing
    ? `${found}${whole ? "" : ", but not everything could be seen"}`
    : [
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
  const next = nextLines([...refused, ...dangling, ...unknown], { world, scope });
  return `${[`${printable(where)}: ${head}.`, ...(lines.length > 0 ? ["", ...lines] : []), ...statuses, ...next].join("\n")}\n`;
}
