import type { Command, ExitCode } from "./commands/command.ts";
import type { Flag } from "./options.ts";

/** The groups of flags, in the order in which they are told. */
const GROUPS: readonly Flag["group"][] = ["Source", "Scope", "Grant", "Output", "Connection"];
/** Columns of a help text. */
const HELP_WIDTH = 100;
const FLAG_COLUMN = 34;
const NAME_COLUMN = 14;
/** What the tool is for, and what it does to the world. */
export const INTRODUCTION = [
  "Who may reference what across namespaces in the Gateway API, and why not.",
  "Reads a live cluster (only get and list), or manifests with -f; changes nothing.",
] as const;

/** Breaks a sentence into lines of at most `width` characters. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Neighbouring lines of an epilogue: a paragraph to be folded, or lines to be kept as they are. */
interface Block {
  readonly kept: boolean;
  readonly lines: readonly string[];
}

/** The blocks of an epilogue, in order. */
export function blocksOf(epilogue: readonly string[]): readonly Block[] {
  const blocks: { readonly kept: boolean; readonly lines: string[] }[] = [];
  let open = false;
  for (const line of epilogue) {
    const kept = line.includes("  ");
    const last = blocks.at(-1);
    if (line === "") open = false;
    else if (open && last?.kept === kept) last.lines.push(line);
    else {
      blocks.push({ kept, lines: [line] });
      open = true;
    }
  }
  return blocks;
}

const indented = (text: string, columns: number, width = HELP_WIDTH): string =>
  wrap(text, width - columns).join(`\n${" ".repeat(columns)}`);

function flagHelp({ name, short, value, describe }: Flag): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  const spelled = `  ${letter}--${name}${value === undefined ? "" : ` ${value}`}`;
  const text = indented(describe, FLAG_COLUMN);
  return spelled.length < FLAG_COLUMN - 1
    ? `${spelled.padEnd(FLAG_COLUMN)}${text}`
    : `${spelled}\n${" ".repeat(FLAG_COLUMN)}${text}`;
}

const exitCodeHelp = ([code, means]: ExitCode): string => `  ${String(code).padEnd(5)}${indented(means, 7)}`;

const section = (title: string, lines: readonly string[]): string => `${title}:\n${lines.join("\n")}\n`;

/** Whether a flag is told of by `options`, and not by each command that has it. */
export const isShared = ({ group }: Flag): boolean => group === "Connection";

/** Flags by their groups, in the order in which they are told. */
export function flagGroups(
  flags: readonly Flag[],
): readonly { readonly group: Flag["group"]; readonly own: readonly Flag[] }[] {
  return GROUPS.map((group) => ({ group, own: flags.filter((flag) => flag.group === group) })).filter(
    ({ own }) => own.length > 0,
  );
}

/** An example as it is typed: behind the program's name, but for a line that names kubectl itself, which stands as it is. */
export const exampleLine = (example: string, program: string): string =>
  example.includes("kubectl ") ? example : `${program} ${example}`;

/** A command line in short: `kubectl refgrant explain [TYPE/NAME ...] [flags]`. */
function usageLine({ name, argument }: Command, program: string): string {
  return `${program} ${name}${argument === undefined ? "" : ` [${argument}]`} [flags]`;
}

/** Everything about one command, examples first. The flags that commands share are told by `optionsHelp`. */
export function commandHelp(command: Command, program: string): string {
  const { describe, flags, examples, exitCodes, epilogue, words } = command;
  const groups = flagGroups(flags.filter((flag) => !isShared(flag)));
  const prose = blocksOf(epilogue).map(
    ({ kept, lines }) => `${kept ? lines.join("\n") : indented(lines.join(" "), 0)}\n`,
  );
  const told =
    words === undefined ? [] : [section(indented(words.means, 0), [`  ${indented(words.all.join(", "), 2)}`])];
  const shared = `Use "${program} options" for the flags that connect to a cluster (kubectl's own).\n`;
  return [
    `${describe}.\n`,
    section(
      "Examples",
      examples
        .map(([what, example]) => `  # ${what}\n  ${exampleLine(example, program)}`)
        .join("\n\n")
        .split("\n"),
    ),
    ...groups.map(({ group, own }) => section(`${group} flags`, own.map(flagHelp))),
    section("Usage", [`  ${usageLine(command, program)}`]),
    ...prose,
    section("Exit codes", exitCodes.map(exitCodeHelp)),
    ...told,
    ...(flags.some(isShared) ? [shared] : []),
  ].join("\n");
}

/** `audit, explain and scaffold`. */
function listed(names: readonly string[]): string {
  const [last = "", ...before] = names.toReversed();
  return before.length === 0 ? last : `${before.toReversed().join(", ")} and ${last}`;
}

/** What `options` tells: a sentence without its end on which of the commands take the flags that connect to a cluster, and those. */
export function sharedFlags(commands: readonly Command[]): {
  readonly takers: string;
  readonly flags: readonly Flag[];
} {
  const takers = commands.filter(({ flags }) => flags.some(isShared));
  const shared = takers.flatMap(({ flags }) => flags.filter(isShared));
  return {
    takers: `${listed(takers.map(({ name }) => name))} take these flags, which mean what they mean to kubectl`,
    flags: shared.filter(({ name }, at) => shared.findIndex((flag) => flag.name === name) === at),
  };
}

/** The flags that connect to a cluster, and which of the commands take them. */
export function optionsHelp(commands: readonly Command[], program: string): string {
  const { takers, flags } = sharedFlags(commands);
  return [section(takers, flags.map(flagHelp)), section("Usage", [`  ${program} COMMAND [flags]`])].join("\n");
}

/** The first thing that a new user sees: one screen, what the tool is for with an example of each, and what else there is. */
export function overview(commands: readonly Command[], program: string): string {
  const line = ({ name, describe }: Command) => `  ${name.padEnd(NAME_COLUMN - 2)}${describe}`;
  const example = ({ examples: [first] }: Command) =>
    first === undefined ? [] : [`${" ".repeat(NAME_COLUMN)}${exampleLine(first[1], program)}`];
  const main = commands.filter((command) => command.main === true);
  const others = commands.filter((command) => command.main !== true);
  return [
    ...INTRODUCTION,
    "",
    section(
      "Commands",
      main.flatMap((command) => [line(command), ...example(command)]),
    ),
    section("Other commands", others.map(line)),
    `Use "${program} COMMAND --help" for examples and flags of a command,`,
    `and "${program} options" for the flags that connect to a cluster.`,
    "",
  ].join("\n");
}
