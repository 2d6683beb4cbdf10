import { rowOf } from "../catalogue/rows.ts";
import type { Answer, Inquiry } from "../model/answer.ts";
import {
  type AttachmentDecision,
  type Decision,
  type GrantDecision,
  type GrantTrial,
  hasVerdict,
  type ListenerTrial,
} from "../model/decision.ts";
import { keyOf } from "../model/object.ts";
import type { Advice } from "../model/remedy.ts";
import { findingText } from "./finding-prose.ts";
import { gapText, obstacleText } from "./prose.ts";
import { DANGLING, standingOf } from "./standing.ts";
import { admissionText, quoted } from "./terms.ts";
import { type Display, plural, printable } from "./text.ts";
import { clauseText, grantClauses, misplacedText, slipHints } from "./trial-prose.ts";

/** What shows that a verdict is right: the trials that it was made from. */

/** How evidence is told. */
export interface EvidenceTelling {
  readonly display: Display;
  /** Every near miss and every listener. */
  readonly verbose: boolean;
}

/** How many listeners are told of where nobody asked for all. */
const LISTENERS_SHOWN = 3;

/** A sentence has one stop at its end. */
const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

function clauseTable(trial: GrantTrial, decision: GrantDecision, { unicode }: Display): readonly string[] {
  const rows = grantClauses(trial, decision).map(({ clause, written, needed, failed }) => ({
    clause,
    written: printable(written === null ? "(any)" : quoted(written)),
    end: failed ? `${unicode ? "≠" : "!="} ${printable(quoted(needed))}` : "=",
  }));
  const width = Math.max(...rows.map(({ written }) => written.length));
  return rows.map(
    ({ clause, written, end }) => `  ${clause.padEnd(16)}${written}${" ".repeat(width - written.length + 3)}${end}`,
  );
}

const trialName = ({ grant, from, to }: GrantTrial): string => `${grant.id.name} from[${from}] × to[${to}]`;

/** The trial that the advice is about: the one that it turns into a permission. */
export function trialOf(advice: Advice | undefined, trials: readonly GrantTrial[]): GrantTrial | undefined {
  const repair = advice?.advice === "repair" ? advice.repairs.at(-1) : undefined;
  switch (repair?.repair) {
    case "correct-entry":
      return trials.find(
        (trial) => keyOf(trial.grant.id) === keyOf(repair.grant.id) && trial[repair.list] === repair.index,
      );
    case "add-grant": {
      const { misplaced } = repair;
      // A grant of another namespace that was not meant to stand here tells less than one that does.
      return misplaced === null
        ? trials.find(({ failed }) => !failed.includes("grant.namespace"))
        : trials.find(({ grant }) => keyOf(grant.id) === keyOf(misplaced.id));
    }
    default:
      return undefined;
  }
}

function grantEvidence(
  decision: GrantDecision,
  advice: Advice | undefined,
  inquiry: Inquiry,
  { display, verbose }: EvidenceTelling,
): readonly string[] {
  const { trials } = decision.outcome;
  const { namespace } = decision.reference.referent;
  const grants = inquiry.grants.filter((grant) => grant.id.namespace === namespace).length;
  const missed = trials.filter(({ failed }) => failed.length > 0);
  const first = trialOf(advice, missed) ?? missed[0];
  const others = missed.filter((trial) => trial !== first);
  const are = `${grants === 0 ? "there is no ReferenceGrant" : plural(grants, "grant")} in ${namespace}`;
  if (first === undefined) return grants === 0 ? [sentence(`Why: ${are}`)] : [`Why: ${are}, none for it.`];
  const matching = grants === 0 ? are : `${are}, ${grants === 1 ? "which does not match" : "none matches"}`;
  const table = (trial: GrantTrial): readonly string[] => [
    ...clauseTable(trial, decision, display),
    ...slipHints(trial).map((hint) => `  (${hint})`),
  ];
  const misplaced = misplacedText(first, decision);
  const nearest =
    misplaced === null
      ? [`Why: ${matching}. The nearest, ${trialName(first)}:`, ...table(first)]
      : [
          sentence(`Why: ${matching}; the nearest is ${first.grant.id.name}, and ${misplaced}`),
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
  return `listener ${listener.name} (${listener.protocol}${port}) ${clauses.length === 0 ? "takes it" : clauses.join("; the listener ")}`;
}

/** What a Gateway admits instead of the ListenerSet that is refused. */
function admittedInstead(advice: Advice | undefined): string {
  const repairs = advice?.advice === "repair" ? advice.repairs : [];
  const admission = repairs.find((repair) => repair.repair === "admit-namespace");
  if (admission?.repair !== "admit-namespace" || admission.listener !== null) return "";
  return `; that Gateway admits ${admissionText(admission.before, admission.holder.namespace)}`;
}

function attachmentEvidence(
  decision: AttachmentDecision,
  advice: Advice | undefined,
  { verbose }: EvidenceTelling,
): readonly string[] {
  const { outcome } = decision;
  const obstacle = sentence(`Why: ${obstacleText(decision)}${admittedInstead(advice)}`);
  if (outcome.trials.length === 0 || outcome.verdict === "permitted") return [obstacle];
  const plain = outcome.verdict === "refused" && ["NoMatchingParent", "ListenerSetNotAllowed"].includes(outcome.reason);
  if (plain && !verbose) return [obstacle];
  const asked = verbose
    ? outcome.trials
    : outcome.trials.filter(({ failed }) => !failed.includes("sectionName") && !failed.includes("port"));
  const [first, ...others] = asked;
  if (first === undefined) return [obstacle];
  if (others.length === 0) return [sentence(`Why: ${listenerLine(first, decision)}`)];
  const shown = verbose ? asked : asked.slice(0, LISTENERS_SHOWN);
  const more = asked.length - shown.length;
  return [
    `Why: ${asked.length === outcome.trials.length ? "" : "of the listeners that it asks for, "}none takes it:`,
    ...shown.map((trial) => `  ${listenerLine(trial, decision)}`),
    ...(more > 0 ? [`  and ${plural(more, "other")} (-v shows all)`] : []),
  ];
}

const isLook = (advice: Advice | undefined): boolean => advice?.advice === "way-out" && advice.wayOut.way === "look";

/** Does the field take effect with a feature switched on only? */
function isGated({ reference }: Decision): boolean {
  const row = rowOf(reference);
  return row.handshake === "grant" && row.enforcement === "feature-gated" && row.quirk !== null;
}

/** What shows that a reference is refused. */
function refusal(decision: Decision, answer: Answer, inquiry: Inquiry, telling: EvidenceTelling): readonly string[] {
  if (decision.handshake === "attachment") return attachmentEvidence(decision, answer.advice.get(decision), telling);
  if (decision.handshake === "none" || !hasVerdict(decision, "refused")) return [];
  return decision.outcome.reason === "RefNotPermitted" && !isSlip(decision)
    ? grantEvidence(decision, answer.advice.get(decision), inquiry, telling)
    : [sentence(`Why: ${obstacleText(decision)}`)];
}

/** Why a reference stands as it does, as lines; none for one that is permitted. */
export function evidence(
  decision: Decision,
  answer: Answer,
  inquiry: Inquiry,
  telling: EvidenceTelling,
): readonly string[] {
  switch (standingOf(decision, answer)) {
    case "permitted":
    case "local":
      return [];
    case "dangling":
      return answer.findings
        .filter((finding) => DANGLING.includes(finding.code) && "decision" in finding && finding.decision === decision)
        .map((finding) => sentence(`Why: ${findingText(finding, telling.display).detail ?? ""}`));
    case "unknown": {
      // What hides it is what to do something about, and told there.
      if (isLook(answer.advice.get(decision))) return [];
      const gaps = decision.outcome.verdict === "unknown" ? decision.outcome.gaps : [];
      return gaps.map((gap) => sentence(`Why: ${gapText(gap)}`));
    }
    case "refused":
      if (isGated(decision))
        return [
          ...refusal(decision, answer, inquiry, telling),
          sentence(`Even then: ${rowOf(decision.reference).quirk}`),
        ];
      return refusal(decision, answer, inquiry, telling);
  }
}

const isSlip = (decision: GrantDecision): boolean => obstacleText(decision).startsWith("there is no kind");
