import { stringify } from "yaml";
import { escapeControls, holdsControls } from "./json-text.ts";

/** Plain data as YAML, with the same content as the JSON. Strings are quoted as in JSON where one holds a control character. */
export function yamlText(data: object): string {
  const plain: unknown = JSON.parse(JSON.stringify(data));
  const yaml = stringify(plain, {
    lineWidth: 0,
    ...(holdsControls(data) ? { defaultStringType: "QUOTE_DOUBLE" } : {}),
  });
  return escapeControls(yaml);
}
