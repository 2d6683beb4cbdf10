import { meantReferent } from "../catalogue/referents.ts";
import type { Decision } from "../model/decision.ts";
import type { ObjectId } from "../model/object.ts";
import type { Advice } from "../model/remedy.ts";
import { type Granting, type Incurability, type Incurable, MOST_TOLD } from "../model/scaffold.ts";
import { formatPosition } from "../model/source.ts";
import { adviceSteps, stepLines } from "./advice-prose.ts";
import { someOf } from "./explain-prose.ts";
import { findingClause, findingPlace, findingText } from "./finding-prose.ts";
import { gapText, obstacleText, referenceText } from "./prose.ts";
import { shellWord } from "./shell-word.ts";
import { kindText, nameOf, slipOfKind } from "./terms.ts";
import type { Display } from "./text.ts";

/** What is told of references that get no grant: why, and what helps. */

/** How it is told. */
export interface ScaffoldTelling {
  readonly display: Display;
  /** What a further command needs at its end to be about the same world; null where none can be. */
  readonly world: string | null;
  /** What was asked about, for a sentence: `HTTPRoute app/web`; null where nothing was named. */
  readonly about: string | null;
  /** The namespace that was asked about, where nothing was named; null for several. */
  readonly home: string | null;
  /** Whether something of what was asked about could not be seen. */
  readonly partial: boolean;
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
      return slipOfKind(referent, meantReferent(referent) ?? referent);
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

/** How to see those that are not told. */
function moreLines({ incurable }: Granting, { world }: ScaffoldTelling): readonly string[] {
  const more = incurable.length - MOST_TOLD;
  if (more <= 0) return [];
  const namespaces = new Set(incurable.map(({ decision }) => decision.reference.referrer.namespace));
  const [only] = namespaces;
  const where = namespaces.size === 1 && only !== undefined && only !== null ? `-n ${shellWord(only)}` : "-A";
  return [
    `And ${more} more that no grant helps${world === null ? "." : `: kubectl refgrant why-denied ${where}${world}`}`,
  ];
}

/** References of which it is not known whether they are refused, those for one reason together. */
function unknownLines(granting: Granting, { display }: ScaffoldTelling): readonly string[] {
  const { unknown, assumable } = granting;
  const alike = Map.groupBy(unknown, ({ handshake, outcome: { gaps } }) => `${handshake} ${gapText(gaps[0])}`);
  const lines = [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const names = someOf(same.map((decision) => whole(decision, display)));
    const isParent = first.handshake === "attachment";
    const what = isParent
      ? `Not known whether ${names} ${same.length === 1 ? "attaches" : "attach"}`
      : `Left out, not known to be refused: ${names}`;
    return [`${what}: ${sentence(gapText(first.outcome.gaps[0]))}`];
  });
  const more = lines.length - MOST_TOLD;
  return [
    ...lines.slice(0, MOST_TOLD),
    ...(more > 0 ? [`And ${more} more reasons.`] : []),
    ...(assumable ? ["--assume-refused grants what is unknown all the same."] : []),
  ];
}

/** What of the objects that were asked about no API server would take, so that it is no reference at all. */
function problemLines({ problems, locate }: Granting, { display }: ScaffoldTelling): readonly string[] {
  return problems.slice(0, MOST_TOLD).map((finding) => {
    const place = findingPlace(finding, locate);
    const where = place === null ? "" : ` at ${formatPosition(place)}`;
    const subject = finding.subject === null ? "" : `${nameOf(finding.subject)}: `;
    const what = findingClause(findingText(finding, display));
    return sentence(`No API server takes this as a reference: ${subject}${what}${where}`);
  });
}

/** Everything that is told of references that get no grant. */
export function refusedLines(granting: Granting, telling: ScaffoldTelling): readonly string[] {
  const { incurable } = granting;
  const full = incurable.length <= IN_FULL;
  return [
    ...problemLines(granting, telling),
    ...incurable.slice(0, MOST_TOLD).flatMap((one) => refusalLines(one, full, granting, telling)),
    ...moreLines(granting, telling),
    ...unknownLines(granting, telling),
  ];
}
