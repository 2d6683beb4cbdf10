import type { Command } from "./commands/command.ts";
import type { Flag } from "./options.ts";

const GROUPS: readonly Flag["group"][] = ["Source", "Scope", "Grant", "Output", "Connection"];
/** Columns of a help text. */
export const HELP_WIDTH = 100;
const FLAG_COLUMN = 34;

/** Breaks a sentence into lines of at most `width` characters. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function flagHelp({ name, short, value, describe }: Flag): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  const spelled = `  ${letter}--${name}${value === undefined ? "" : ` ${value}`}`;
  const [first = "", ...more] = wrap(describe, HELP_WIDTH - FLAG_COLUMN);
  const indent = " ".repeat(FLAG_COLUMN);
  const head =
    spelled.length < FLAG_COLUMN - 1 ? `${spelled.padEnd(FLAG_COLUMN)}${first}` : `${spelled}\n${indent}${first}`;
  return [head, ...more.map((line) => `${indent}${line}`)].join("\n");
}

const exampleLine = (example: string, program: string): string =>
  example.includes("|") ? example : `${program} ${example}`;

/** Everything about one command. */
export function commandHelp({ name, describe, argument, flags, examples, epilogue }: Command, program: string): string {
  const groups = GROUPS.map((group) => ({ group, own: flags.filter((flag) => flag.group === group) })).filter(
    ({ own }) => own.length > 0,
  );
  return [
    `${describe}.`,
    "",
    "Usage:",
    `  ${program} ${name}${argument === undefined ? "" : ` [${argument}]`} [flags]`,
    "",
    "Examples:",
    ...examples.map(([what, example]) => `  # ${what}\n  ${exampleLine(example, program)}\n`),
    ...groups.map(({ group, own }) => `${group} flags:\n${own.map(flagHelp).join("\n")}\n`),
    ...epilogue,
    "",
  ].join("\n");
}

/** The first thing that a new user sees: one screen, every command with an example. */
export function overview(commands: readonly Command[], program: string): string {
  const lines = commands.flatMap(({ name, describe, examples: [example] }) => [
    `  ${name.padEnd(10)} ${describe}`,
    `  ${" ".repeat(10)} ${example === undefined ? "" : exampleLine(example[1], program)}`,
    "",
  ]);
  return [
    "Who may reference what across namespaces in the Gateway API, and why not.",
    "Reads a live cluster (only get and list), or manifests with -f; changes nothing.",
    "",
    "Commands:",
    ...lines,
    `'${program} COMMAND --help' shows the flags of a command; those of kubectl mean what they mean to kubectl.`,
    "",
  ].join("\n");
}
