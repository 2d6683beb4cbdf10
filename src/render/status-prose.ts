import type { Doubt, Finding } from "../model/finding.ts";
import type { Judgement, Statement } from "../model/status.ts";
import { obstacleText, referenceText, witnessText } from "./prose.ts";
import { nameOf } from "./terms.ts";
import { type Display, plural, shortened, upperFirst } from "./text.ts";

/** What is said of what controllers said. Nothing here is cleaned for a terminal: what prints it does that. */

type OfController = Pick<
  Finding & { readonly code: "controller-refuses-permitted" | "controller-permits-refused" },
  "code" | "disagreement"
>;

/** A sentence and what shows it. */
interface Told {
  readonly message: string;
  readonly detail: string;
}

const controllerText = ({ controller }: Statement): string =>
  controller === null ? "the controller" : `controller ${controller}`;

/** What a condition is about, for a sentence. */
function placeText({ subject }: Statement): string {
  switch (subject.about) {
    case "parent":
      return `under ${nameOf(subject.parent)}${subject.sectionName === null ? "" : `#${subject.sectionName}`}`;
    case "listener":
      return `of listener ${subject.listener}`;
    case "object":
      return "of the object";
  }
}

/** A controller's word, as its condition has it. */
const wordText = ({ condition: { type, status, reasons } }: Statement): string =>
  `${type}=${status}${status === "True" || reasons.length === 0 ? "" : ` (${reasons.join(", ")})`}`;

/** Which generation a condition is about, where that is not the object's. */
function generationText({ freshness, generation, condition: { observedGeneration } }: Statement): string {
  if (freshness === "fresh") return "";
  if (generation === null) return ", of an object without a generation";
  if (observedGeneration === null) return ", and does not say of which generation";
  return observedGeneration < generation ? ", of an earlier generation" : ", of another generation";
}

/** A controller's message may be 32 KiB long. */
const LONGEST_MESSAGE = 200;

/** Since when a condition says what it does, and what its controller made of it. */
function evidenceText({ condition: { lastTransitionTime, message } }: Statement): string {
  const since = lastTransitionTime === null ? "" : ` since ${lastTransitionTime}`;
  const said = shortened(message.trim(), LONGEST_MESSAGE);
  const words = said === "" ? "" : `: ${said}`;
  return since === "" && words === "" ? "" : `. It says so${since}${words}`;
}

/** What a doubt adds to what is found. That of the generation stands in the message. */
function doubtText(doubt: Doubt, { supersededBy }: Statement): string {
  switch (doubt.because) {
    case "generation":
      return "";
    case "superseded":
      return `; the GatewayClass names another controller, ${supersededBy}`;
    case "rules-left-out":
      return "; the controller left rules out, so it may not have looked at it";
    case "experimental":
      return "; the controller may not implement the field, which is in the experimental channel only";
    case "others-unseen":
      return "; it may do so for the sake of another route or listener: only audit looks at those";
    case "mesh": {
      const where = doubt.namespaces.join(" and ");
      const seen = doubt.hidden
        ? `; whether there is one in ${where} could not be seen`
        : `: a ReferenceGrant in ${where} would satisfy it`;
      return `; this mesh asks for a grant all the same${seen}`;
    }
  }
}

/** A verdict that a controller contradicts, with what may explain that. */
export function disagreementText({ code, disagreement }: OfController, display: Display): Told {
  const { statement, decisions, doubts } = disagreement;
  const [first, ...others] = decisions;
  const about = `${referenceText(first, display)}${others.length === 0 ? "" : ` (and ${plural(others.length, "other")})`}`;
  const why = doubts.map((doubt) => doubtText(doubt, statement)).join("");
  const found =
    code === "controller-refuses-permitted"
      ? `the specification permits ${about}: ${witnessText(first)}${why}${doubts.length > 0 ? "" : ". Here the YAML is right"}`
      : `the specification refuses ${about}: ${obstacleText(first)}${why}. It may work without permission`;
  return {
    message: `${controllerText(statement)} says ${wordText(statement)} ${placeText(statement)}${generationText(statement)}`,
    detail: `${found}${evidenceText(statement)}`,
  };
}

/** A condition about another generation, which agrees so far. */
export function staleText({ statement }: Finding & { readonly code: "status-stale" }): Told {
  const { condition, generation, supersededBy } = statement;
  const successor = supersededBy === null ? "" : `; the GatewayClass names another controller, ${supersededBy}`;
  return {
    message: `${controllerText(statement)} last looked at generation ${condition.observedGeneration}, the object is at ${generation}`,
    detail: `what it says ${placeText(statement)} may not be about this spec${successor}`,
  };
}

/** Reasons that are about permission: a controller that gives one where the specification refuses says the same. */
const OF_PERMISSION: readonly string[] = [
  "RefNotPermitted",
  "NotAllowedByListeners",
  "NoMatchingParent",
  "NoMatchingListenerHostname",
  "NotAllowed",
];

/** Does a controller's word say the same as the verdicts; null where it is about something else. */
function agrees({ statement: { condition }, decisions }: Judgement): boolean | null {
  const refused = decisions.some(({ outcome }) => outcome.verdict === "refused");
  if (decisions.length === 0 || decisions.some(({ outcome }) => outcome.verdict === "unknown")) return null;
  if (condition.status === "True") return refused ? null : true;
  return refused && condition.reasons.some((reason) => OF_PERMISSION.includes(reason)) ? true : null;
}

/**
 * What a controller says, beside the verdicts: agreement, disagreement, or another matter.
 *
 * @param doubts why a controller that disagrees may not be wrong
 */
export function judgementText(judgement: Judgement, doubts: readonly Doubt[], display: Display): readonly string[] {
  const { statement, disagreement } = judgement;
  const said = `${upperFirst(controllerText(statement))} says ${wordText(statement)} ${placeText(statement)}`;
  if (disagreement !== null) {
    const { code, decisions } = disagreement;
    const { message, detail } = disagreementText({ code, disagreement: { statement, decisions, doubts } }, display);
    return [`${upperFirst(message)}: ${detail}.`];
  }
  const about = statement.freshness === "fresh" ? ", for this generation" : generationText(statement);
  const message = shortened(statement.condition.message.trim(), LONGEST_MESSAGE);
  switch (agrees(judgement)) {
    case true:
      return [`${said}${about}: it agrees.`];
    default:
      return statement.condition.status === "True"
        ? [`${said}${about}.`]
        : [`${said}${about}${message === "" ? "" : `: ${message}`}.`];
  }
}
