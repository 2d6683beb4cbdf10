import { dump } from "js-yaml";
import type { Json } from "../model/json.ts";

/** Objects as YAML that is reviewed, pasted and committed: sequences where their key is, strings quoted only where they must be. */

/** A value as lines of YAML. A text that ends in blanks or empty lines keeps them, so that nothing is trimmed. */
export function yamlLines(value: Json): readonly string[] {
  return dump(value, { lineWidth: -1, seqNoIndent: true, quoteStyle: "double" }).replace(/\n$/, "").split("\n");
}
