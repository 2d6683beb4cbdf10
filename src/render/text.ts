/** What the place that text goes to can show. */
export interface Display {
  /** Columns; null where there is no terminal and lines may be as long as they like. */
  readonly width: number | null;
  readonly color: boolean;
  /** Whether symbols outside ASCII can be shown. */
  readonly unicode: boolean;
  /** Whether tables get a head line. */
  readonly headers: boolean;
}

/**
 * Characters that show nothing of themselves, as the inside of a character class: those that turn the direction of text, join
 * or hide in it, stand for nothing, or break lines for some readers, and halves of characters.
 */
export const UNSEEN = String.raw`\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}`;
/** With the controls of C0 and C1: nothing of these may reach a terminal from a cluster or a file. */
const UNPRINTABLE = new RegExp(String.raw`[\p{Cc}${UNSEEN}]`, "gu");
const LINE_BREAK = /[\r\n\t\v\f\u0085\u2028\u2029]+/gu;
/** Nearly every text is of these alone. */
const ASCII = /^[ -~]*$/;

/** Text without control characters, on one line. */
export function printable(text: string): string {
  return ASCII.test(text) ? text : text.replace(LINE_BREAK, " ").replace(UNPRINTABLE, "");
}

const STYLES = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;
export type Style = keyof typeof STYLES;

/** Wraps text that is already printable in a colour; colour only repeats what the words say. */
export function styled(text: string, style: Style | null, { color }: Display): string {
  return color && style !== null && text !== "" ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
}

/** Symbols that stand for a verdict or a relation, with their ASCII forms. */
const SYMBOLS = {
  permitted: ["✓", "+"],
  refused: ["✗", "x"],
  unknown: ["?", "?"],
  none: ["·", "."],
  arrow: ["→", "->"],
} as const;

export function symbol(name: keyof typeof SYMBOLS, { unicode }: Display): string {
  return SYMBOLS[name][unicode ? 0 : 1];
}

/** Letters whose names begin with a vowel; a kind that begins with two capitals is read out letter by letter there. */
const BEFORE_VOWEL = /^(?:[AEFHILMNORSX](?=[A-Z])|[AEIO]|U(?![A-Z]|ni|s[ei]))/;

/** The indefinite article for a kind, as it is read: `a Secret`, `an Ingress`, `an HTTPRoute`, `a UDPRoute`. */
export function article(kind: string): "a" | "an" {
  return BEFORE_VOWEL.test(kind) ? "an" : "a";
}

/** As much of foreign text as helps: its first characters, and three dots for the others. */
export function shortened(text: string, longest: number): string {
  // A character is two units at most, so that this much holds one more than is shown if there is one.
  const characters = [...text.slice(0, 2 * longest + 2)];
  return characters.length <= longest ? text : `${characters.slice(0, longest).join("")}...`;
}

/** `n word` or `n words`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], last = "and"): string {
  const [only, ...others] = words;
  if (only === undefined || others.length === 0) return only ?? "";
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** A sentence begins with a capital. */
export function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
