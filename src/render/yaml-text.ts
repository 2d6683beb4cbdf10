import { stringify } from "yaml";
import { escapeControls, holdsControls, type LongDocument, LongList, yamlEscape } from "./json-text.ts";

/** Plain data as YAML, with the same content as the JSON. Strings are quoted as in JSON where one holds a control character. */
export function yamlText(data: object): string {
  const plain: unknown = JSON.parse(JSON.stringify(data));
  const yaml = stringify(plain, {
    lineWidth: 0,
    ...(holdsControls(data) ? { defaultStringType: "QUOTE_DOUBLE" } : {}),
  });
  return escapeControls(yaml, yamlEscape);
}

/** A document as YAML, in pieces: the same data as {@link yamlText} gives as a whole. Its lists can be read once. */
export function* yamlPieces(document: LongDocument): Generator<string> {
  for (const [name, value] of Object.entries(document)) {
    if (!(value instanceof LongList)) {
      yield yamlText({ [name]: value });
      continue;
    }
    let before = `${name}:\n`;
    for (const item of value.items) {
      const text = yamlText({ [name]: [item] });
      // Behind its first line, which has the name again, and in quotes where the item needs them.
      yield `${before}${text.slice(text.indexOf("\n") + 1)}`;
      before = "";
    }
    if (before !== "") yield yamlText({ [name]: [] });
  }
}
