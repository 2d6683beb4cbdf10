/** Plain data as JSON that a terminal may be sent. */

/** Characters that JSON may hold raw but a terminal should not be sent, as the inside of a character class. */
const RAW = String.raw`\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb`;
const RAW_CONTROLS = new RegExp(`[${RAW}]`, "g");
/** The same with those that JSON escapes by itself, but for the end of a line. */
const CONTROL = new RegExp(String.raw`[\u0000-\u0009\u000b-\u001f${RAW}]`);

/** Would a terminal that is sent the text as it is get a control character, other than the end of a line? */
export function holdsControl(text: string): boolean {
  return CONTROL.test(text);
}

/** The same of any name or text in plain data. */
export function holdsControls(data: object): boolean {
  let found = false;
  JSON.stringify(data, (key, value: unknown) => {
    found ||= holdsControl(key) || (typeof value === "string" && holdsControl(value));
    return value;
  });
  return found;
}

/** Text in which such characters are escaped as JSON has it; only strings may hold them. */
export function escapeControls(text: string): string {
  return text.replace(RAW_CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Plain data as JSON. Control characters are escaped, so nothing is lost and a terminal sees none. */
export function jsonText(data: object): string {
  return `${escapeControls(JSON.stringify(data, null, 2))}\n`;
}
