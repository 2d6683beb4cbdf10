import manifest from "../package.json" with { type: "json" };
import type { Command, ExitCode } from "./commands/command.ts";
import { OPTIONS } from "./commands/options.ts";
import { blocksOf, exampleLine, flagGroups, INTRODUCTION, isShared, sharedFlags } from "./help.ts";
import { type Flag, HELP_FLAG } from "./options.ts";

/** Manual pages, in the macros of man(7), made from the table of commands. */

const PROGRAM = "kubectl refgrant";
const BINARY = "kubectl-refgrant";

/** A variable of the environment, or a file: what it is called, what it is for, and whether only those with a cluster know it. */
interface Surrounding {
  readonly name: string;
  readonly describe: string;
  readonly cluster: boolean;
}

const ENVIRONMENT: readonly Surrounding[] = [
  {
    name: "KUBECONFIG",
    describe: "Kubeconfig files, split as in PATH, that are read as one, as kubectl does; --kubeconfig wins",
    cluster: true,
  },
  {
    name: "HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
    describe: "The proxy to reach the API server through, and the servers to be reached without one",
    cluster: true,
  },
  {
    name: "NODE_EXTRA_CA_CERTS",
    describe: "A file of certificate authorities to trust besides the system's, where the kubeconfig names none",
    cluster: true,
  },
  { name: "NO_COLOR", describe: "Where it is set, nothing is coloured unless --color asks for it", cluster: false },
  {
    name: "NODE_DISABLE_COMPILE_CACHE",
    describe: "Where it is set, no compiled code is kept in the user's cache folder",
    cluster: false,
  },
];

const FILES: readonly Surrounding[] = [
  {
    name: "~/.kube/config",
    describe: "The kubeconfig, where neither --kubeconfig nor KUBECONFIG names one",
    cluster: true,
  },
  {
    name: "~/.cache/kubectl-refgrant",
    describe:
      "Compiled code that some binaries keep to start sooner; it may be removed at any time. In XDG_CACHE_HOME instead of ~/.cache where that is set; on macOS in ~/Library/Caches",
    cluster: false,
  },
];

/** Text as roff prints it, letter by letter: no escape, no macro, no hyphen that is a dash. */
export function roffText(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replace(
      /[^\n\u0020-\u007e]/gu,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
    );
  return escaped.replace(/^(?=[.'])/gm, "\\&");
}

const bold = (text: string): string => `\\fB${roffText(text)}\\fR`;
const italic = (text: string): string => `\\fI${roffText(text)}\\fR`;

type Lines = readonly string[];

const section = (title: string, lines: Lines): Lines => (lines.length === 0 ? [] : [`.SH ${title}`, ...lines]);
const tagged = (tag: string, text: string): Lines => [".TP", tag, roffText(text)];
const paragraph = (text: string): Lines => [".PP", roffText(text)];
const typed = (lines: Lines): Lines => [".PP", ".nf", ".RS 4", ...lines.map(roffText), ".RE", ".fi"];

const prose = (epilogue: Lines): Lines =>
  blocksOf(epilogue).flatMap(({ kept, lines }) => (kept ? typed(lines) : paragraph(lines.join(" "))));

function flagEntry({ name, short, value, describe }: Flag): Lines {
  const letter = short === undefined ? "" : `${bold(`-${short}`)}, `;
  return tagged(`${letter}${bold(`--${name}`)}${value === undefined ? "" : ` ${italic(value)}`}`, `${describe}.`);
}

const examples = (command: Command): Lines =>
  command.examples.flatMap(([what, example]) => [...paragraph(`${what}:`), ...typed([exampleLine(example, PROGRAM)])]);

const exitCode = ([code, means]: ExitCode): Lines => tagged(bold(String(code)), `${means}.`);

const surroundings = (entries: readonly Surrounding[], cluster: boolean): Lines =>
  entries
    .filter((entry) => cluster || !entry.cluster)
    .flatMap(({ name, describe }) => tagged(bold(name), `${describe}.`));

const pageName = (command: Command | null): string => (command === null ? BINARY : `${BINARY}-${command.name}`);

function page(name: string, describe: string, date: string, body: Lines): string {
  const head = `.TH ${roffText(name.toUpperCase())} 1 "${date}" "${roffText(`${BINARY} v${manifest.version}`)}" "${roffText(PROGRAM)}"`;
  return `${[head, ".nh", ".ad l", ...section("NAME", [`${roffText(name)} \\- ${roffText(describe)}`]), ...body].join("\n")}\n`;
}

function seeAlso(pages: Lines): Lines {
  const references = [...pages, "kubectl"].map((name) => `${bold(name)}(1)`);
  return section("SEE ALSO", [references.join(",\n"), ".PP", roffText(manifest.homepage)]);
}

/** The flags that a command only tells of: those of `options`. */
function flagsToldOf(command: Command, commands: readonly Command[]): Lines {
  if (command.name !== OPTIONS.name) return [];
  const { takers, flags } = sharedFlags(commands);
  return [roffText(`${takers}:`), ...flags.flatMap(flagEntry), ".SS Help"];
}

function commandPage(command: Command, date: string, commands: readonly Command[]): string {
  const { name, describe, argument, flags, exitCodes, epilogue, words } = command;
  const cluster = flags.some(isShared);
  return page(pageName(command), describe, date, [
    ...section("SYNOPSIS", [
      `${bold(`${PROGRAM} ${name}`)}${argument === undefined ? "" : ` [${italic(argument)}]`} [${italic("flags")}]`,
    ]),
    ...section("DESCRIPTION", [roffText(`${describe}.`), ...prose(epilogue)]),
    ...section("EXAMPLES", examples(command).slice(1)),
    ...section("OPTIONS", [
      ...flagsToldOf(command, commands),
      ...flagGroups(flags).flatMap(({ group, own }) => [`.SS ${group} flags`, ...own.flatMap(flagEntry)]),
      ...(flags.length === 0 ? [] : [".SS Help"]),
      ...flagEntry(HELP_FLAG),
    ]),
    ...(words === undefined
      ? []
      : section(words.title, [roffText(`${words.means}:`), ".PP", roffText(words.all.join(", "))])),
    ...section("EXIT STATUS", exitCodes.flatMap(exitCode)),
    ...section("ENVIRONMENT", surroundings(ENVIRONMENT, cluster)),
    ...section("FILES", surroundings(FILES, cluster)),
    ...seeAlso([BINARY]),
  ]);
}

/** What a code means, for those that share a meaning once. */
function exitCodesOf(commands: readonly Command[]): Lines {
  const all = commands.flatMap(({ name, exitCodes }) => exitCodes.map(([code, means]) => ({ name, code, means })));
  const codes = [...new Set(all.map(({ code }) => code))].toSorted((a, b) => a - b);
  return codes.flatMap((code) => {
    const own = all.filter((entry) => entry.code === code);
    const meanings = [...new Set(own.map(({ means }) => means))];
    const lines = meanings.map((means) => {
      const names = own.filter((entry) => entry.means === means).map(({ name }) => name);
      return meanings.length === 1 ? roffText(`${means}.`) : roffText(`${names.join(", ")}: ${means}.`);
    });
    return [".TP", bold(String(code)), lines.join("\n.br\n")];
  });
}

function mainPage(commands: readonly Command[], date: string): string {
  const main = commands.filter((command) => command.main === true);
  return page(BINARY, manifest.description, date, [
    ...section("SYNOPSIS", [`${bold(PROGRAM)} ${italic("COMMAND")} [${italic("flags")}]`]),
    ...section("DESCRIPTION", [
      roffText(INTRODUCTION.join(" ")),
      ...paragraph(
        `It is a plugin of kubectl: ${BINARY}, on PATH, is called as ${PROGRAM}, and can be called by itself.`,
      ),
    ]),
    ...section(
      "COMMANDS",
      commands.flatMap((command) => tagged(bold(command.name), `${command.describe}.`)),
    ),
    ...section(
      "EXAMPLES",
      main.flatMap((command) => examples({ ...command, examples: command.examples.slice(0, 1) })).slice(1),
    ),
    ...section("EXIT STATUS", exitCodesOf(commands)),
    ...section("ENVIRONMENT", surroundings(ENVIRONMENT, true)),
    ...section("FILES", surroundings(FILES, true)),
    ...seeAlso(commands.map(pageName)),
  ]);
}

/**
 * The manual pages, by the name of their file: one of the program, and one for each command.
 *
 * @param commands those that are told of
 * @param date the day of the release, `2026-01-31`; empty for none
 */
export function manPages(commands: readonly Command[], date: string): ReadonlyMap<string, string> {
  return new Map([
    [`${pageName(null)}.1`, mainPage(commands, date)],
    ...commands.map((command) => [`${pageName(command)}.1`, commandPage(command, date, commands)] as const),
  ]);
}
