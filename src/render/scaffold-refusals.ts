import type { Decision } from "../model/decision.ts";
import type { ObjectId } from "../model/object.ts";
import type { Advice } from "../model/remedy.ts";
import { type Granting, type Incurability, type Incurable, MOST_TOLD } from "../model/scaffold.ts";
import { formatPosition } from "../model/source.ts";
import { adviceSteps, stepLines } from "./advice-prose.ts";
import { shellWord } from "./command-text.ts";
import { findingPlace, findingText } from "./finding-prose.ts";
import { gapText, obstacleText, referenceText } from "./prose.ts";
import { kindText, nameOf } from "./terms.ts";
import type { Display } from "./text.ts";

/** What is told of references that get no grant: why, and what helps. */

/** How it is told. */
export interface ScaffoldTelling {
  readonly display: Display;
  /** What a further command needs at its end to be about the same world; null where none can be. */
  readonly world: string | null;
  /** What was asked about, for a sentence: `HTTPRoute app/web`. */
  readonly about: string;
  /** The objects that were named one by one. */
  readonly named: readonly ObjectId[];
  /** Whether the version was chosen on the command line. */
  readonly versioned: boolean;
}

/** How many of those with all that can be pasted. */
const IN_FULL = 5;

/** A sentence ends with a full stop, unless it is a question. */
export const sentence = (text: string): string => (text.endsWith("?") ? text : `${text}.`);

/** `HTTPRoute app/web rules[0].backendRefs[0] → Service shop/api`. */
export const whole = (decision: Decision, display: Display): string =>
  `${nameOf(decision.reference.referrer)} ${referenceText(decision, display)}`;

/** Why no grant helps, as a clause. */
function whyText(why: Incurability, decision: Decision): string {
  const { referrer, referent } = decision.reference;
  switch (why) {
    case "parent":
      return `${obstacleText(decision)}; what may attach is for its owner to say, and no grant changes that`;
    case "must-be-local":
      return obstacleText(decision);
    case "local-field":
      return `this field cannot leave namespace ${referrer.namespace}, and the API server drops the namespace written in it: ${kindText(referent)} ${referent.name} has to be in ${referrer.namespace}`;
    case "no-such-kind":
      return obstacleText(decision) || `there is no kind ${referent.kind}`;
    case "wrong-kind":
      return `this field takes no ${kindText(referent)}, whatever is granted`;
    case "no-namespace":
      return `there is no namespace ${referent.namespace} that a grant could stand in`;
    case "no-grants":
      return "the cluster has no ReferenceGrant";
    case "inadmissible":
      return "no API server takes a grant that names such an object: write a name, kind and group that one can have";
    case "not-cured":
      return "a grant that says all that is needed was tried, and it is refused all the same";
  }
}

/** Of these something else has to be put right first, and then perhaps a grant is missing. */
const BEFORE_A_GRANT: readonly Incurability[] = ["no-such-kind", "no-namespace", "inadmissible"];

/** The advice without the grant that may come after it: that is printed when the command is run again. */
function withoutGrant(advice: Advice): Advice | null {
  if (advice.advice === "way-out") return advice;
  const [first, ...others] = advice.repairs.filter(({ repair }) => repair !== "add-grant");
  return first === undefined ? null : { advice: "repair", repairs: [first, ...others] };
}

function adviceLines(given: Advice, full: boolean, granting: Granting, { world }: ScaffoldTelling): readonly string[] {
  const advice = withoutGrant(given);
  if (advice === null) return [];
  const steps = adviceSteps(advice, granting, granting.source === "cluster" ? (world ?? "") : "");
  const dropped = given.advice === "repair" && given.repairs.some(({ repair }) => repair === "add-grant");
  const again = dropped ? ["  then: run this again for the grant."] : [];
  if (full) return [...stepLines(steps).map((line) => `  ${line}`), ...again];
  const [first] = steps;
  return first === undefined ? [] : [`  ${first.step === "fix" ? "Fix" : "What to do"}: ${first.short}.`];
}

/** One reference that no grant helps: why, where, and what does; with all that can be pasted if it is told in full. */
function refusalLines(
  { decision, why, advice }: Incurable,
  full: boolean,
  granting: Granting,
  telling: ScaffoldTelling,
): readonly string[] {
  const { outcome, reference } = decision;
  const reason = outcome.verdict === "refused" ? ` (${outcome.reason})` : "";
  const place = granting.locate(reference.referrer, reference.path);
  const lead = BEFORE_A_GRANT.includes(why) ? "A grant alone does not help" : "No grant helps";
  return [
    `${lead} ${whole(decision, telling.display)}${reason}:`,
    `  ${sentence(whyText(why, decision))}`,
    ...(place === null ? [] : [`  at ${formatPosition(place)}`]),
    ...(advice === null ? [] : adviceLines(advice, full, granting, telling)),
  ];
}

function moreLine(
  count: number,
  what: string,
  { incurable, unknown }: Granting,
  { world }: ScaffoldTelling,
): readonly string[] {
  if (count <= MOST_TOLD) return [];
  const namespaces = new Set(
    [...incurable, ...unknown.map((decision) => ({ decision }))].map(
      ({ decision }) => decision.reference.referrer.namespace,
    ),
  );
  const [only] = namespaces;
  const where = namespaces.size === 1 && only !== undefined && only !== null ? `-n ${shellWord(only)}` : "-A";
  const command = world === null ? "" : `: kubectl refgrant why-denied ${where}${world}`;
  return [`And ${count - MOST_TOLD} more ${what}${command}`];
}

/** References of which it is not known whether they are refused. */
function unknownLines(granting: Granting, telling: ScaffoldTelling): readonly string[] {
  const { unknown, assumable } = granting;
  const lines = unknown.slice(0, MOST_TOLD).map((decision) => {
    const [gap] = decision.outcome.gaps;
    const name = whole(decision, telling.display);
    const what =
      decision.handshake === "attachment"
        ? `Not known whether ${name} attaches`
        : `Left out, not known to be refused: ${name}`;
    return `${what}: ${sentence(gapText(gap))}`;
  });
  const hint = assumable ? ["--assume-refused grants what is unknown all the same."] : [];
  return [
    ...lines,
    ...moreLine(unknown.length, "that are left out", granting, telling),
    ...(unknown.length === 0 ? [] : hint),
  ];
}

/** What of the objects that were asked about no API server would take, so that it is no reference at all. */
function problemLines({ problems, locate }: Granting, { display }: ScaffoldTelling): readonly string[] {
  return problems.slice(0, MOST_TOLD).map((finding) => {
    const { message, detail } = findingText(finding, display);
    const place = findingPlace(finding, locate);
    const where = place === null ? "" : ` at ${formatPosition(place)}`;
    const subject = finding.subject === null ? "" : `${nameOf(finding.subject)}: `;
    return sentence(`Not read: ${subject}${message}${detail === null || detail === "" ? "" : `: ${detail}`}${where}`);
  });
}

/** Everything that is told of references that get no grant. */
export function refusedLines(granting: Granting, telling: ScaffoldTelling): readonly string[] {
  const { incurable } = granting;
  const full = incurable.length <= IN_FULL;
  return [
    ...problemLines(granting, telling),
    ...incurable.slice(0, MOST_TOLD).flatMap((one) => refusalLines(one, full, granting, telling)),
    ...moreLine(incurable.length, "that no grant helps", granting, telling),
    ...unknownLines(granting, telling),
  ];
}
