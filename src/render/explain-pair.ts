import { rowOf } from "../catalogue/rows.ts";
import type { PairExplanation, Way } from "../model/explanation.ts";
import { fieldText as rowField } from "./catalogue.ts";
import { kindsText, listed, sections } from "./explain-prose.ts";
import { gapText, kindText, nameOf, nearMissText, obstacleText, ruleNote, witnessText } from "./prose.ts";
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

const fieldsOf = ({ rows }: Way): string => listed([...new Set(rows.map((row) => rowField(rowOf({ row }))))]);

/** What the ways say that lead to the verdict: those that grants decide where there are any. */
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

const NO_FIELD_KINDS = (explanation: PairExplanation): string =>
  `no field of ${article(explanation.from.kind)} ${kindText(explanation.from)} names ${article(explanation.to.kind)} ${kindText(explanation.to)}, and no grant would help`;

function wayText(way: Way): string {
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
          return outcome.witness.by === "sameNamespace"
            ? "no grant needed, it is the same namespace"
            : `${witnessText(decision)}${ruleNote(decision)}`;
        case "refused":
          return `${outcome.reason}: ${obstacleText(decision)}${ruleNote(decision)}`;
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

function knownText(explanation: PairExplanation): string | null {
  switch (explanation.known) {
    case "fields":
      return null;
    case "no-field":
      return NO_FIELD_KINDS(explanation);
    case "unknown-kind":
      return `what ${article(explanation.from.kind)} ${kindText(explanation.from)} refers to is not known here`;
  }
}

/** Whether one object may refer to another, and by which entry; what would be enough where it may not. */
export function explainPairText(explanation: PairExplanation, display: Display): string {
  const { ways, verdict, missing, enough } = explanation;
  const [only, ...others] = ways;
  const reason = knownText(explanation) ?? (only !== undefined && others.length === 0 ? wayText(only) : null);
  const mark = styled(symbol(verdict, display), STYLES[verdict], display);
  const first = `${mark} ${printable(`${verdictText(explanation)}${reason === null ? "" : `: ${reason}`}`)}`;
  const each = others.length === 0 ? [] : ways.map((way) => `  ${stateOf(way)} in ${fieldsOf(way)}: ${wayText(way)}`);
  const need =
    enough === null
      ? []
      : [
          `Enough: a ReferenceGrant in namespace ${explanation.to.namespace} from ${kindText(enough.from)} ${enough.from.namespace} to ${kindText(enough.to)} ${enough.to.name}`,
        ];
  const absent = missing.map((id) => `There is no ${nameOf(id)}; that is no part of the answer.`);
  return sections([first, ...[...each, ...need, ...absent].map(printable)]);
}
