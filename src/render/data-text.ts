import { stringify } from "yaml";

/** Plain data as text that a terminal may be sent. */

/** Characters that JSON may hold raw but a terminal should not be sent. */
const RAW_CONTROLS = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

function escapeControls(text: string): string {
  return text.replace(RAW_CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Plain data as JSON. Control characters are escaped, so nothing is lost and a terminal sees none. */
export function jsonText(data: object): string {
  return `${escapeControls(JSON.stringify(data, null, 2))}\n`;
}

/** Plain data as YAML, with the same content as the JSON. Strings are quoted as in JSON where one holds a control character. */
export function yamlText(data: object): string {
  const plain: unknown = JSON.parse(JSON.stringify(data));
  const text = JSON.stringify(plain);
  const hostile = escapeControls(text) !== text || /\\u00[01]|\\[bftr]/.test(text);
  const yaml = stringify(plain, { lineWidth: 0, ...(hostile ? { defaultStringType: "QUOTE_DOUBLE" } : {}) });
  return escapeControls(yaml);
}
