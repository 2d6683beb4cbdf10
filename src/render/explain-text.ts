import type { Explanation } from "../model/explanation.ts";
import { grantText } from "./explain-grant.ts";
import { namespaceText } from "./explain-namespace.ts";
import { objectText } from "./explain-object.ts";
import type { Display } from "./text.ts";

/** The meaning of one object: its name, one or two sentences that say it all, tables, and what would be without it. */
export function explainText(explanation: Explanation, display: Display): string {
  switch (explanation.explains) {
    case "grant":
      return grantText(explanation, display);
    case "object":
      return objectText(explanation, display);
    case "namespace":
      return namespaceText(explanation, display);
  }
}
