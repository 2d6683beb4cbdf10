import { RefgrantError } from "../src/model/failure.ts";
import { nearWord } from "../src/model/near-word.ts";
import { shellWord } from "../src/render/shell-word.ts";
import { type NormalArgv, normalizeArgv } from "./argv.ts";
import type { Command } from "./commands/command.ts";
import { OPTIONS } from "./commands/options.ts";
import { COMMANDS } from "./commands/table.ts";
import { VERSION } from "./commands/version.ts";
import { commandHelp, optionsHelp, overview } from "./help.ts";
import { type Flag, HELP_FLAG } from "./options.ts";

/** A command line that has been read as far as no fact about the Gateway API is needed for it. */
export type CommandLine =
  | HelpAnswer
  /** The words behind the program, the last of which a shell wants to be completed. */
  | { readonly asks: "completion"; readonly words: readonly string[] }
  | CommandCall;

/** Help that was asked for. */
interface HelpAnswer {
  readonly asks: "help";
  readonly text: string;
}

/** A command with its flags and words. */
export interface CommandCall {
  readonly asks: "command";
  readonly command: Command;
  /** The command as it was called, for messages: `kubectl refgrant audit`. */
  readonly called: string;
  readonly given: NormalArgv;
}

/** What shells and kubectl call at TAB, and nobody else: no command, and in no help. */
export const COMPLETE = "__complete";

const HELP_WORDS = ["--help", "-h"];

const help = (text: string): HelpAnswer => ({ asks: "help", text });

const flagsOf = ({ flags }: Command): readonly Flag[] => [...flags, HELP_FLAG];

/** The command whose name is near to a word, or begins with it as no other does. */
function nearCommand(word: string): string | null {
  const names = COMMANDS.map(({ name }) => name);
  const [begun, ...others] = word === "" ? [] : names.filter((name) => name.startsWith(word));
  return begun !== undefined && others.length === 0 ? begun : nearWord(word, names);
}

function unknownCommand(word: string, program: string): RefgrantError {
  const near = /^[\w.-]+\/[\w.-]+$/.test(word) ? `why-denied ${word}` : nearCommand(word);
  const meant = near === null ? "" : `\n\nDid you mean this?\n\t${near}`;
  return new RefgrantError(
    "usage",
    `unknown command ${JSON.stringify(word)} for ${JSON.stringify(program)}`,
    `See '${program} --help' for usage.${meant}`,
  );
}

/** Whether words are flags of a command, whole, and nothing else. */
function areFlags(words: readonly string[], command: Command): boolean {
  try {
    return normalizeArgv(words, flagsOf(command), command.name).words.length === 0;
  } catch (error) {
    if (error instanceof RefgrantError) return false;
    throw error;
  }
}

/** For `-n x audit` the line that was meant, `audit -n x`; null where there is no command behind the flags. */
function reordered(argv: readonly string[], program: string): string | null {
  for (const [at, word] of argv.entries()) {
    const before = argv.slice(0, at);
    const command = COMMANDS.find(({ name }) => name === word);
    if (command !== undefined && areFlags(before, command)) {
      return [program, ...[word, ...before, ...argv.slice(at + 1)].map(shellWord)].join(" ");
    }
  }
  return null;
}

function flagFirst(argv: readonly string[], flag: string, program: string): RefgrantError {
  const meant = reordered(argv, program);
  if (meant !== null) return new RefgrantError("usage", "flags come after the command", `Type: ${meant}`);
  const near = nearWord(flag, ["--help", "--version"]);
  return new RefgrantError(
    "usage",
    `flags come after a command: ${program} COMMAND ${flag}${near === null ? "" : ` (did you mean ${near}?)`}`,
    `See '${program} --help' for the commands.`,
  );
}

function helpAbout(named: string | undefined, program: string): CommandLine {
  if (named === undefined || named === "help" || HELP_WORDS.includes(named)) {
    return help(overview(COMMANDS, program));
  }
  const command = COMMANDS.find(({ name }) => name === named);
  if (command === undefined) throw unknownCommand(named, program);
  return help(commandHelp(command, program));
}

/** Whether help is asked for in words that are no proper flags otherwise. */
function asksHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end === -1 ? words : words.slice(0, end)).some((word) => HELP_WORDS.includes(word));
}

function withFlags(command: Command, words: readonly string[], program: string): HelpAnswer | CommandCall {
  const called = `${program} ${command.name}`;
  const read = (): NormalArgv | null => {
    try {
      return normalizeArgv(words, flagsOf(command), called);
    } catch (error) {
      if (error instanceof RefgrantError && asksHelp(words)) return null;
      throw error;
    }
  };
  const given = read();
  if (given === null || given.flags.includes(`--${HELP_FLAG.name}`)) return help(commandHelp(command, program));
  return { asks: "command", command, called, given };
}

/**
 * Reads which command a command line is for, with which flags; help is answered here. `argv` is without the interpreter and
 * the script.
 *
 * @param program what the user calls the tool: `kubectl refgrant`
 * @throws RefgrantError("usage") for a command or a flag that there is not
 */
export function readCommandLine(argv: readonly string[], program: string): CommandLine {
  const [first, ...rest] = argv;
  if (first === COMPLETE) return { asks: "completion", words: rest };
  if (first === undefined || first === "help" || HELP_WORDS.includes(first)) return helpAbout(rest[0], program);
  const name = first === "--version" ? VERSION.name : first;
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined)
    throw first.startsWith("-") ? flagFirst(argv, first, program) : unknownCommand(first, program);
  const line = withFlags(command, rest, program);
  if (command !== OPTIONS || line.asks === "help") return line;
  const [word] = line.given.words;
  if (word === undefined) return help(optionsHelp(COMMANDS, program));
  throw new RefgrantError(
    "usage",
    `${OPTIONS.name} takes no arguments, found ${JSON.stringify(word)}`,
    `See '${line.called} --help' for usage.`,
  );
}
