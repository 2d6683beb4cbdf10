import { UNSEEN } from "./text.ts";

/** Plain data as JSON that a terminal may be sent. */

/** Characters that JSON may hold raw but a terminal should not be sent, as the inside of a character class. */
const RAW = String.raw`\u007f-\u009f${UNSEEN}`;
const RAW_CONTROLS = new RegExp(`[${RAW}]`, "gu");
/** The same with those that JSON escapes by itself, but for the end of a line. */
const CONTROL = new RegExp(String.raw`[\u0000-\u0009\u000b-\u001f${RAW}]`, "u");

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

const hex = (unit: number, digits: number): string => unit.toString(16).padStart(digits, "0");

/** A character as JSON escapes it, beyond the first plane in its two halves. */
function jsonEscape(character: string): string {
  return character
    .split("")
    .map((half) => `\\u${hex(half.charCodeAt(0), 4)}`)
    .join("");
}

/** A character as YAML escapes it, which knows no halves. */
export function yamlEscape(character: string): string {
  return character.length === 1 ? jsonEscape(character) : `\\U${hex(character.codePointAt(0) ?? 0, 8)}`;
}

/** Text in which such characters are escaped, as JSON has it by default; only strings may hold them. */
export function escapeControls(text: string, escaped: (character: string) => string = jsonEscape): string {
  return text.replace(RAW_CONTROLS, escaped);
}

/** Plain data as JSON. Control characters are escaped, so nothing is lost and a terminal sees none. */
export function jsonText(data: object): string {
  return `${escapeControls(JSON.stringify(data, null, 2))}\n`;
}

/** A list of a document, whose items are made one after the other, when they are printed. */
export class LongList {
  readonly items: Iterable<object>;

  private constructor(items: Iterable<object>) {
    this.items = items;
  }

  static of<T>(values: readonly T[], item: (value: T) => object): LongList {
    return new LongList(values.values().map(item));
  }
}

/** A document as its members, the long ones of which are not held as a whole. */
export type LongDocument = Readonly<Record<string, object | string | number | boolean | null>>;

const indented = (data: unknown, indent: string): string =>
  escapeControls(JSON.stringify(data, null, 2).replaceAll("\n", `\n${indent}`));

function* itemPieces({ items }: LongList): Generator<string> {
  let before = "[\n    ";
  for (const item of items) {
    yield `${before}${indented(item, "    ")}`;
    before = ",\n    ";
  }
  yield before.startsWith("[") ? "[]" : "\n  ]";
}

/** A document as JSON, in pieces: what {@link jsonText} gives of the same data as a whole. Its lists can be read once. */
export function* jsonPieces(document: LongDocument): Generator<string> {
  let before = "{\n";
  for (const [name, value] of Object.entries(document)) {
    yield `${before}  ${indented(name, "  ")}: `;
    if (value instanceof LongList) yield* itemPieces(value);
    else yield indented(value, "  ");
    before = ",\n";
  }
  yield "\n}\n";
}
