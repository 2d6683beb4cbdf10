import type { Flag } from "../options.ts";

/** An exit code, and what it means for one command. */
export type ExitCode = readonly [code: number, means: string];

/** Wrong usage means the same for all. */
export const WRONG_USAGE: ExitCode = [2, "wrong usage"];
/** So does Ctrl-C, for those that wait for others. */
export const INTERRUPTED: ExitCode = [130, "interrupted"];
/** The exit codes of commands that print what they know already, and judge nothing. */
export const EXIT_CODES_OF_PRINTING: readonly ExitCode[] = [
  [0, "printed"],
  WRONG_USAGE,
  [3, "what is printed could not be written"],
];

/** Many words of one sort, to be listed. */
interface Words {
  readonly title: string;
  /** A sentence that they stand behind, without its colon. */
  readonly means: string;
  readonly all: readonly string[];
}

/**
 * A command as a declaration: what it is called, takes and tells. `cmd/run.ts` carries it out; help, man pages and
 * completion are made from it.
 */
export interface Command {
  readonly name: string;
  /** One sentence without a full stop, of at most 66 letters: it has a line of the overview for itself. */
  readonly describe: string;
  /** Shown with its first example in the overview. */
  readonly main?: true;
  /** What its words besides flags are called in the help; absent where it takes none. */
  readonly argument?: string;
  readonly flags: readonly Flag[];
  /** What it does, and how: `audit -n x` is shown behind the program's name, a line that names kubectl itself as it stands. */
  readonly examples: readonly (readonly [string, string])[];
  readonly exitCodes: readonly ExitCode[];
  /**
   * What else there is to say, by lines. An empty one parts paragraphs; one with two blanks in a row is of a table, or to be
   * typed, and is kept as it is; another may be of any length, and is folded.
   */
  readonly epilogue: readonly string[];
  /** Words that a flag takes, where there are too many for the flag's own lines. */
  readonly words?: Words;
}
