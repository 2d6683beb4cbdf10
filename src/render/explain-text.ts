import type { Explanation } from "../model/explanation.ts";
import { grantText } from "./explain-grant.ts";
import { namespaceText } from "./explain-namespace.ts";
import { type ExplainTelling, objectText } from "./explain-object.ts";

/** The meaning of one object: its name, one or two sentences that say it all, tables, and what would be without it. */
export function explainText(explanation: Explanation, telling: ExplainTelling): string {
  const { display } = telling;
  switch (explanation.explains) {
    case "grant":
      return grantText(explanation, display, telling.world);
    case "object":
      return objectText(explanation, telling);
    case "namespace":
      return namespaceText(explanation, display);
  }
}
