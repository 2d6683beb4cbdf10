import type { Decision } from "../model/decision.ts";
import type { Explanation, PairExplanation } from "../model/explanation.ts";

const isUnknown = ({ outcome }: Decision): boolean => outcome.verdict === "unknown";

function hasUnknown(explanation: Explanation): boolean {
  switch (explanation.explains) {
    case "grant":
      return (
        explanation.pairs.some(({ usage }) => usage === "unknown") ||
        explanation.ifDeleted.some(({ before, after }) => isUnknown(before) || isUnknown(after))
      );
    case "namespace":
      return (
        [...explanation.outgoing, ...explanation.incoming, ...explanation.local].some(isUnknown) ||
        explanation.grants.some(({ usage }) => usage === "unknown") ||
        explanation.admittedBy.some(({ gap }) => gap !== null)
      );
    case "object": {
      const { outgoing, incoming, holder } = explanation;
      return (
        [...(outgoing?.decisions ?? []), ...(incoming?.crossing ?? []), ...(incoming?.local ?? [])].some(isUnknown) ||
        holder?.listeners.some(({ admitted }) => admitted.undecided.length > 0) === true
      );
    }
  }
}

/** 4 where something in it is unknown or could not be seen, else 0. */
export function explainExit(explanation: Explanation): 0 | 4 {
  return explanation.gaps.length > 0 || hasUnknown(explanation) ? 4 : 0;
}

/** 0 permitted, 1 refused, 4 unknown. */
export function pairExit({ verdict }: PairExplanation): 0 | 1 | 4 {
  switch (verdict) {
    case "permitted":
      return 0;
    case "refused":
      return 1;
    case "unknown":
      return 4;
  }
}
