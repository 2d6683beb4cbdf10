const LETTERS_FIRST = /^[A-Za-z][A-Za-z0-9.-]*$/;

/** Words that YAML 1.1 or 1.2 reads as something else than text, in small letters. */
const OTHER_THAN_TEXT: ReadonlySet<string> = new Set([
  "y",
  "n",
  "yes",
  "no",
  "on",
  "off",
  "true",
  "false",
  "null",
  "nan",
  "inf",
]);

/**
 * Whether a text can stand in YAML without quotes, and every reader takes it for that text: readers of YAML 1.1, as kubectl is
 * one, take `on` for true and `012` for ten.
 * @returns false also for much that could stand without quotes, as texts that begin with a digit
 */
export function isPlainWord(text: string): boolean {
  return LETTERS_FIRST.test(text) && !OTHER_THAN_TEXT.has(text.toLowerCase());
}
