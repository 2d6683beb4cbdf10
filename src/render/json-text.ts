/** Plain data as JSON that a terminal may be sent. */

/** Characters that JSON may hold raw but a terminal should not be sent. */
const RAW_CONTROLS = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Would a terminal that is sent the data as it is get a control character? */
export function holdsControls(data: object): boolean {
  const text = JSON.stringify(data);
  return escapeControls(text) !== text || /\\u00[01]|\\[bftr]/.test(text);
}

/** Text in which such characters are escaped as JSON has it; only strings may hold them. */
export function escapeControls(text: string): string {
  return text.replace(RAW_CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Plain data as JSON. Control characters are escaped, so nothing is lost and a terminal sees none. */
export function jsonText(data: object): string {
  return `${escapeControls(JSON.stringify(data, null, 2))}\n`;
}
