import { normalizeArgv } from "../argv.ts";
import type { Command } from "../commands/command.ts";
import { type Flags, readFlags } from "../flags.ts";
import { type Flag, HELP_FLAG } from "../options.ts";

/** What stands where the cursor is: the name of a flag, the value of one, or a word behind others. */
type Place =
  | { readonly at: "flag" }
  | { readonly at: "value"; readonly flag: Flag }
  | { readonly at: "word"; readonly words: readonly string[] };

/** What was typed behind the name of a command, as far as it can be read. */
export interface Line {
  readonly place: Place;
  /** What of it was typed. */
  readonly typed: string;
  /** What an offer has in front of it, since the shell knows it for one word: `-o` of `-ojson`. */
  readonly lead: string;
  /** The flags before the cursor. */
  readonly flags: Flags;
  /** Their names. */
  readonly given: ReadonlySet<string>;
}

/** Stands where the cursor is: no argument of a process can hold it. */
const CURSOR = "\u0000";

type Reading = ReturnType<typeof normalizeArgv>;

function read(words: readonly string[], flags: readonly Flag[]): Reading | null {
  try {
    return normalizeArgv(words, flags, "");
  } catch {
    return null;
  }
}

/** The words without those that no flag is written like. */
function readable(words: readonly string[], flags: readonly Flag[]): readonly string[] {
  if (read([...words, CURSOR], flags) !== null) return words;
  const kept: string[] = [];
  for (const word of words) if (read([...kept, word, CURSOR], flags) !== null) kept.push(word);
  return kept;
}

const nameOf = (normal: string): string => normal.replace(/^--/, "").replace(/=.*$/s, "");

/** Where the mark of the cursor has got to, and what was typed before it. */
function placeOf({ flags, words }: Reading, table: readonly Flag[]): { place: Place; typed: string } | null {
  const word = words.findIndex((candidate) => candidate.endsWith(CURSOR));
  if (word !== -1) {
    return { place: { at: "word", words: words.slice(0, word) }, typed: (words[word] ?? "").slice(0, -1) };
  }
  const value = flags.find((candidate) => candidate.endsWith(CURSOR));
  const flag = table.find(({ name }) => value !== undefined && name === nameOf(value));
  if (value === undefined || flag === undefined) return null;
  return { place: { at: "value", flag }, typed: value.slice(value.indexOf("=") + 1, -1) };
}

/**
 * Reads what was typed behind the name of a command, by the same rules as the command line itself. What these refuse is passed
 * over. Null where nothing can be offered.
 *
 * @param words the last of them, which may be empty, is the one to complete
 */
export function readLine(words: readonly string[], command: Command): Line | null {
  const table = [...command.flags, HELP_FLAG];
  const current = words.at(-1) ?? "";
  const before = readable(words.slice(0, -1), table);
  const awaited = read([...before, CURSOR], table);
  if (awaited === null) return null;
  const expectsWord = awaited.words.at(-1)?.endsWith(CURSOR) === true && !before.includes("--");
  const normal = awaited.flags.filter((flag) => !flag.endsWith(CURSOR));
  const flags = readFlags(normal, command.flags, "");
  const given = new Set(normal.map(nameOf));
  // `-` and `-n` may each become a longer word, and so does every `--name` that is not whole.
  if (expectsWord && /^-($|.$|-[^=]*$)/s.test(current)) {
    return { place: { at: "flag" }, typed: current, lead: "", flags, given };
  }
  const reading = read([...before, `${current}${CURSOR}`], table);
  const found = reading === null ? null : placeOf(reading, table);
  if (found === null) return null;
  const head = current.slice(0, current.length - found.typed.length);
  return { ...found, lead: head.endsWith("=") ? "" : head, flags, given };
}
