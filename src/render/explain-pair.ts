import { isParent } from "../catalogue/kinds.ts";
import { rowOf } from "../catalogue/rows.ts";
import type { Decision, ListenerTrial } from "../model/decision.ts";
import type { PairExplanation, Way } from "../model/explanation.ts";
import { fieldText as rowField } from "./catalogue.ts";
import { narrowingText, refusedText, sections, someOf } from "./explain-prose.ts";
import { gapText, nearMissText, ruleNote, witnessText } from "./prose.ts";
import { kindsText, kindText, nameOf } from "./terms.ts";
import { article, type Display, printable, type Style, styled, symbol } from "./text.ts";

/** Whether one object may refer to another, as a person reads it. */

const STYLES: Readonly<Record<PairExplanation["verdict"], Style>> = {
  permitted: "green",
  refused: "red",
  unknown: "yellow",
};

function fromText({ from, namespace, name }: PairExplanation): string {
  return name === null ? `${kindsText(from)} of ${namespace}` : nameOf({ ...from, namespace, name });
}

/** How many fields of one way are named. */
const FIELDS_NAMED = 2;

const fieldsOf = ({ rows }: Way): string =>
  someOf([...new Set(rows.map((row) => rowField(rowOf({ row }))))], FIELDS_NAMED);

function verdictText(explanation: PairExplanation): string {
  const subject = fromText(explanation);
  const target = nameOf(explanation.to);
  switch (explanation.verdict) {
    case "permitted":
      return `${subject} may reference ${target}`;
    case "refused":
      return `${subject} may not reference ${target}`;
    case "unknown":
      return `whether ${subject} may reference ${target} cannot be told`;
  }
}

/** What the routes must have that a listener takes; nothing for one that takes all of them. */
function hostnameCondition({ listener: { hostname } }: ListenerTrial): string {
  if (hostname === null || hostname === "") return "";
  const needed = hostname.startsWith("*.") ? `a hostname under ${hostname}` : `hostname ${hostname}`;
  return `, with ${needed} or with none`;
}

/** The listeners that take routes whose hostnames are not known, each with what that depends on. */
function listenersText(trials: readonly ListenerTrial[]): string {
  return trials
    .toSorted((a, b) => a.listener.index - b.listener.index)
    .map((trial) => `listener ${trial.listener.name}${hostnameCondition(trial)}`)
    .join("; ");
}

/** By what right the one may refer to the other. */
function rightText(decision: Decision, { hostnames }: PairExplanation): string {
  const { outcome, reference } = decision;
  if (outcome.verdict !== "permitted") return "";
  const { witness } = outcome;
  switch (witness.by) {
    case "sameNamespace":
      return "no grant needed, it is the same namespace";
    case "grant":
      return `${witnessText(decision)}${ruleNote(decision)}`;
    case "listener": {
      const asked = hostnames === null && reference.handshake === "attachment" && reference.hostnames !== null;
      return asked ? listenersText(witness.trials) : witnessText(decision);
    }
    default:
      return witnessText(decision);
  }
}

function wayText(way: Way, explanation: PairExplanation): string {
  switch (way.way) {
    case "local-only":
      return "the field has no namespace, so it never leaves its own; no grant changes that";
    case "foreign-grant":
      return `${article(way.grantKind.kind)} ${kindText(way.grantKind)} decides, not a ReferenceGrant`;
    case "decided": {
      const { decision } = way;
      const { outcome } = decision;
      switch (outcome.verdict) {
        case "permitted":
          return rightText(decision, explanation);
        case "refused":
          return `${outcome.reason}: ${refusedText(decision)}${outcome.reason === "RefNotPermitted" ? ruleNote(decision) : ""}`;
        case "unknown": {
          const near = nearMissText(decision);
          return `${outcome.gaps.map(gapText).join("; ")}${near === null ? "" : `; ${near}`}`;
        }
      }
    }
  }
}

function stateOf(way: Way): PairExplanation["verdict"] {
  if (way.way === "decided") return way.decision.outcome.verdict;
  return way.way === "local-only" ? "refused" : "unknown";
}

/** Why there is nothing to decide; null where there is. */
function knownText({ known, from, to }: PairExplanation): string | null {
  const [kind, target] = [`${article(from.kind)} ${kindText(from)}`, `${article(to.kind)} ${kindText(to)}`];
  switch (known) {
    case "fields":
      return null;
    case "no-field":
      return `no field of ${kind} is known to name ${target}, and no grant would help`;
    case "unknown-kind":
      return `what ${kind} refers to is not known here`;
  }
}

/** What does not exist is told, unless the answer says it already. */
function missingLines({ missing, ways }: PairExplanation): readonly string[] {
  const told = ways.some(
    (way) =>
      way.way === "decided" &&
      way.decision.outcome.verdict === "refused" &&
      way.decision.outcome.reason === "ParentNotFound",
  );
  const absent = missing.filter((id, index) => !(told && index === missing.length - 1 && id.namespace !== null));
  return absent.map((id) => `There is no ${nameOf(id)}; permission does not depend on that.`);
}

/** Whether one object may refer to another, and by which entry; what would be enough where it may not. */
export function explainPairText(explanation: PairExplanation, display: Display): string {
  const { ways, besides, verdict, enough, to } = explanation;
  const [only, ...others] = ways;
  const reason =
    knownText(explanation) ?? (only !== undefined && others.length === 0 ? wayText(only, explanation) : null);
  const mark = styled(symbol(verdict, display), STYLES[verdict], display);
  const first = `${mark} ${printable(`${verdictText(explanation)}${reason === null ? "" : `: ${reason}`}`)}`;
  const each =
    others.length === 0 ? [] : ways.map((way) => `${stateOf(way)} in ${fieldsOf(way)}: ${wayText(way, explanation)}`);
  // That a route may also have a Service for its parent is no news about requests to it.
  const shown = isParent(to) ? besides : [];
  const also = shown.map((way) => `Besides, in ${fieldsOf(way)}: ${stateOf(way)}, ${wayText(way, explanation)}`);
  const need =
    enough === null
      ? []
      : [
          `Enough: a ReferenceGrant in namespace ${to.namespace} ${narrowingText({ from: [enough.from], to: [enough.to] })}`,
        ];
  const lines = [...each, ...need, ...also, ...missingLines(explanation)];
  return sections([first, ...lines.map((line) => `  ${printable(line)}`)]);
}
