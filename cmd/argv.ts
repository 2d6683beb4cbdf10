import { RefgrantError } from "../src/model/failure.ts";
import { nearWord } from "../src/model/near-word.ts";
import type { Flag } from "./options.ts";

/** argv with every flag in one form, `--name` or `--name=value`, so that what kubectl's users type means what it means to kubectl. */
export interface NormalArgv {
  readonly flags: readonly string[];
  readonly words: readonly string[];
}

function usage(message: string, command: string): RefgrantError {
  return new RefgrantError("usage", message, `See '${command} --help' for usage.`);
}

/** What a letter that is no flag was likely meant for: a long name behind one dash (`-help`), or the letter in the other case. */
function meantBy(letter: string, word: string, flags: readonly Flag[]): string {
  const [name = ""] = word.slice(1).split("=");
  const near =
    name.length < 3
      ? null
      : nearWord(
          name,
          flags.map((flag) => flag.name),
        );
  if (near !== null) return ` (did you mean --${near}?)`;
  const other = flags.find(({ short }) => short?.toLowerCase() === letter.toLowerCase());
  return other === undefined ? "" : ` (did you mean -${other.short}?)`;
}

/**
 * Puts argv into one form: `-ojson`, `-o json`, `-o=json` and `--output json` become `--output=json`, `-AR` becomes two
 * flags, `_` in a name becomes `-`. A flag with a value always takes the next word, even `-`, as with kubectl.
 *
 * @throws RefgrantError("usage") for a flag that is not in the table, and one whose value is missing or too many
 */
export function normalizeArgv(argv: readonly string[], flags: readonly Flag[], command: string): NormalArgv {
  const out: string[] = [];
  const words: string[] = [];
  const queue = [...argv];
  const take = (spelled: string): string => {
    const value = queue.shift();
    if (value === undefined) throw usage(`flag needs an argument: ${spelled}`, command);
    return value;
  };
  const long = (text: string): void => {
    const equals = text.indexOf("=");
    const name = (equals === -1 ? text.slice(2) : text.slice(2, equals)).replaceAll("_", "-");
    const flag = flags.find((candidate) => candidate.name === name);
    if (flag === undefined) {
      const near = nearWord(
        name,
        flags.map((candidate) => candidate.name),
      );
      throw usage(`unknown flag: --${name}${near === null ? "" : ` (did you mean --${near}?)`}`, command);
    }
    if (flag.takes !== "nothing") out.push(`--${name}=${equals === -1 ? take(`--${name}`) : text.slice(equals + 1)}`);
    else if (equals === -1) out.push(`--${name}`);
    else {
      const value = text.slice(equals + 1);
      if (value !== "true" && value !== "false") {
        throw usage(`--${name} takes true or false, not ${JSON.stringify(value)}`, command);
      }
      if (value === "true") out.push(`--${name}`);
      // pflag: a flag that is turned off is as if it had never been given.
      else while (out.includes(`--${name}`)) out.splice(out.indexOf(`--${name}`), 1);
    }
  };
  /** `word` is what was typed, of which `text` is what is left. */
  const short = (text: string, word: string): void => {
    const letter = text.charAt(1);
    const rest = text.slice(2);
    const flag = flags.find((candidate) => candidate.short === letter);
    if (flag === undefined) {
      throw usage(`unknown shorthand flag: '${letter}' in ${text}${meantBy(letter, word, flags)}`, command);
    }
    if (flag.takes !== "nothing") {
      out.push(`--${flag.name}=${rest === "" ? take(`'${letter}' in ${text}`) : rest.replace(/^=/, "")}`);
    } else if (rest.startsWith("=")) long(`--${flag.name}${rest}`);
    else {
      out.push(`--${flag.name}`);
      if (rest !== "") short(`-${rest}`, word);
    }
  };
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--") words.push(...queue.splice(0));
    else if (word.startsWith("--")) long(word);
    else if (word.startsWith("-") && word.length > 1) short(word, word);
    else words.push(word);
  }
  return { flags: out, words };
}
