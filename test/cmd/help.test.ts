import { describe, expect, it } from "vitest";
import type { Command } from "../../cmd/commands/command.ts";
import { COMMANDS } from "../../cmd/commands/table.ts";
import { blocksOf, commandHelp } from "../../cmd/help.ts";
import { HELP_FLAG } from "../../cmd/options.ts";
import { runCli } from "../harness/cli.ts";

const PROGRAM = "kubectl refgrant";
const SCREEN = { lines: 24, columns: 80 };
const HELP_COLUMNS = 100;
const MAIN = ["audit", "why-denied", "explain", "scaffold"];

const run = (...argv: string[]) => runCli(argv, { folder: import.meta.dirname });
const printed = async (...argv: string[]): Promise<readonly string[]> => {
  const { stdout, stderr, exitCode } = await run(...argv);
  expect([stderr, exitCode]).toEqual(["", 0]);
  expect(stdout.endsWith("\n") && !stdout.endsWith("\n\n")).toBe(true);
  return stdout.slice(0, -1).split("\n");
};

describe("the overview", () => {
  it("fits a terminal of 24 lines and 80 columns, with the prompt behind it", async () => {
    const lines = await printed();
    expect(lines.length).toBeLessThan(SCREEN.lines);
    expect(lines.filter((line) => line.length > SCREEN.columns)).toEqual([]);
  });

  it("has every command once, the four main ones with an example", async () => {
    const lines = await printed();
    for (const { name, describe: words } of COMMANDS) {
      expect(lines.filter((line) => line === `  ${name.padEnd(12)}${words}`)).toHaveLength(1);
    }
    const examples = lines.filter((line) => line.startsWith(`              ${PROGRAM} `));
    expect(examples.map((line) => line.trim().split(" ")[2])).toEqual(MAIN);
  });

  it.each([["help"], ["--help"], ["-h"], ["help", "help"], ["help", "-h"]])(
    "is what %j prints too",
    async (...argv) => {
      expect(await printed(...argv)).toEqual(await printed());
    },
  );

  it("says where to read on", async () => {
    expect((await printed()).slice(-2).join("\n")).toContain(`"${PROGRAM} COMMAND --help"`);
    expect((await printed()).at(-1)).toContain(`"${PROGRAM} options"`);
  });
});

describe.each(COMMANDS.map((command) => ({ name: command.name, command })))("$name --help", ({ name, command }) => {
  const toType = [...command.examples.map(([, line]) => line), ...command.epilogue];

  it("is the same in every way to ask for it", async () => {
    const asked = await printed(name, "--help");
    for (const argv of [["-h"], ["-h", "--no-such-flag"], ["--output", "nonsense", "--help"]]) {
      expect(await printed(name, ...argv)).toEqual(asked);
    }
    expect(await printed("help", name)).toEqual(asked);
    expect(await printed("--help", name)).toEqual(asked);
  });

  it(`has at most ${HELP_COLUMNS} columns, but for what is to be typed`, async () => {
    const long = (await printed(name, "--help")).filter((line) => line.length > HELP_COLUMNS);
    expect(long.filter((line) => !toType.some((typed) => line.endsWith(typed)))).toEqual([]);
  });

  it("begins with what it does and the examples, and goes on with flags, usage and exit codes", async () => {
    const lines = await printed(name, "--help");
    const heads = lines.filter((line) => /^[A-Z][a-z ]+:$/.test(line));
    const groups = new Set(command.flags.map(({ group }) => `${group} flags:`));
    groups.delete("Connection flags:");
    expect(lines.slice(0, 3)).toEqual([`${command.describe}.`, "", "Examples:"]);
    expect(heads.toSorted()).toEqual(["Examples:", ...groups, "Usage:", "Exit codes:"].toSorted());
    expect([heads[0], ...heads.slice(-2)]).toEqual(["Examples:", "Usage:", "Exit codes:"]);
  });

  it("has its own flags, and points to those that connect to a cluster", async () => {
    const lines = await printed(name, "--help");
    const told = lines.flatMap((line) => /^ {2}(?:-\w,| {3}) --([a-z-]+)/.exec(line)?.[1] ?? []);
    expect(told.toSorted()).toEqual(
      command.flags.flatMap((flag) => (flag.group === "Connection" ? [] : [flag.name])).toSorted(),
    );
    const connects = command.flags.some(({ group }) => group === "Connection");
    const pointer = `Use "${PROGRAM} options" for the flags that connect to a cluster (kubectl's own).`;
    expect(lines.at(-1) === pointer).toBe(connects);
  });

  it("has every exit code with what it means", async () => {
    const text = (await printed(name, "--help")).join(" ").replace(/ +/g, " ");
    for (const [code, means] of command.exitCodes) expect(text).toContain(` ${code} ${means}`);
    const codes = command.exitCodes.map(([code]) => code);
    expect(codes).toEqual([...new Set(codes)].toSorted((a, b) => a - b));
  });
});

describe("options", () => {
  it("has the flags that connect to a cluster, and who takes them", async () => {
    const [head = "", ...lines] = await printed("options");
    expect(head.split(" take ")[0]).toBe("audit, why-denied, explain and scaffold");
    const takers = COMMANDS.filter(({ flags }) => flags.some(({ group }) => group === "Connection"));
    for (const { flags } of takers) {
      for (const flag of flags.filter(({ group }) => group === "Connection")) {
        expect(lines.filter((line) => line.includes(` --${flag.name} `))).toHaveLength(1);
      }
    }
    expect(lines.filter((line) => line.length > HELP_COLUMNS)).toEqual([]);
    expect(takers.map(({ name }) => name)).toEqual(MAIN);
  });

  it("takes nothing", async () => {
    expect(await run("options", "audit")).toMatchObject({
      exitCode: 2,
      stderr: "error: options takes no arguments, found \"audit\"\nSee 'kubectl refgrant options --help' for usage.\n",
    });
  });
});

describe("every command", () => {
  it.each(COMMANDS)("$name has no flag that help already is", ({ flags }) => {
    expect(flags.map(({ name }) => name)).not.toContain(HELP_FLAG.name);
    expect(flags.map(({ short }) => short)).not.toContain(HELP_FLAG.short);
  });
});

describe("what there is else to say", () => {
  const epilogue = ["one two", "three", "", "a    b", "  c", "four", ""];

  it("is in paragraphs, and in lines that are kept", () => {
    expect(blocksOf(epilogue)).toEqual([
      { kept: false, lines: ["one two", "three"] },
      { kept: true, lines: ["a    b", "  c"] },
      { kept: false, lines: ["four"] },
    ]);
  });

  it("is folded where it is prose", () => {
    const long = Array.from({ length: 60 }, (_, at) => `word${at}`).join(" ");
    const kept = `table  ${long}`;
    const command: Command = {
      name: "x",
      describe: "X",
      flags: [],
      examples: [],
      exitCodes: [],
      epilogue: [long, "", kept],
    };
    const lines = commandHelp(command, PROGRAM).split("\n");
    expect(lines).toContain(kept);
    expect(lines.filter((line) => line.length > HELP_COLUMNS)).toEqual([kept]);
    expect(lines.join(" ")).toContain(long);
  });
});

describe("what is not there is answered with what is near", () => {
  const usage = (about: string) => `See '${PROGRAM}${about} --help' for usage.\n`;

  it.each([
    ["audti", "audit"],
    ["explian", "explain"],
    ["why", "why-denied"],
    ["why-deny", "why-denied"],
    ["cat", "catalogue"],
    ["optoins", "options"],
    ["httproute/web", "why-denied httproute/web"],
  ])("the command %s", async (word, meant) => {
    const expected = `error: unknown command ${JSON.stringify(word)} for "${PROGRAM}"\n${usage("")}\nDid you mean this?\n ${meant}\n`;
    for (const argv of [[word], ["help", word], ["--help", word]]) {
      expect(await run(...argv)).toEqual({ stdout: "", stderr: expected, exitCode: 2 });
    }
  });

  it.each([["zzzzzz"], [""], ["__complet"], ["c"], ["\u001b[31m/x"]])("nothing for %j", async (word) => {
    const { stderr, exitCode } = await run(word);
    expect([stderr.includes("Did you mean"), exitCode]).toEqual([false, 2]);
    expect(stderr).not.toContain("\u001b");
  });

  it.each([
    [["audit", "-help"], "unknown shorthand flag: 'e' in -elp (did you mean --help?)"],
    [["audit", "-colour=never"], "unknown shorthand flag: 'c' in -colour=never (did you mean --color?)"],
    [["audit", "-a"], "unknown shorthand flag: 'a' in -a (did you mean -A?)"],
    [["audit", "-H"], "unknown shorthand flag: 'H' in -H (did you mean -h?)"],
    [["audit", "-x"], "unknown shorthand flag: 'x' in -x"],
    [["audit", "--hlep"], "unknown flag: --hlep (did you mean --help?)"],
    [["audit", "--contxt=a"], "unknown flag: --contxt (did you mean --context?)"],
  ])("the flag of %j", async (argv, message) => {
    expect(await run(...argv)).toEqual({ stdout: "", stderr: `error: ${message}\n${usage(" audit")}`, exitCode: 2 });
  });

  it.each([
    [["-n", "x", "audit"], "audit -n x"],
    [["-n", "x", "why-denied", "route/web", "-v"], "why-denied -n x route/web -v"],
    [["--namespace=audit", "-A", "scaffold"], "scaffold --namespace=audit -A"],
    [["-n", "audit", "explain", "svc/a b"], "explain -n audit 'svc/a b'"],
    [["-l", "a in (b)", "audit", "-o", "json"], "audit -l 'a in (b)' -o json"],
    [["-o", "json", "version"], "version -o json"],
  ])("the line that %j was meant for", async (argv, line) => {
    expect(await run(...argv)).toEqual({
      stdout: "",
      stderr: `error: flags come after the command\nType: ${PROGRAM} ${line}\n`,
      exitCode: 2,
    });
  });

  it.each([
    [["-n", "x"], "COMMAND -n"],
    [["-f", "a.yaml"], "COMMAND -f"],
    [["--nonsense", "audit"], "COMMAND --nonsense"],
    [["--hlep"], "COMMAND --hlep (did you mean --help?)"],
    [["-n", "audit"], "COMMAND -n"],
  ])("where %j names no command", async (argv, ending) => {
    const { stderr, exitCode } = await run(...argv);
    expect(stderr).toBe(
      `error: flags come after a command: ${PROGRAM} ${ending}\nSee '${PROGRAM} --help' for the commands.\n`,
    );
    expect(exitCode).toBe(2);
  });

  it("a value that looks like help is a value", async () => {
    const { stderr, stdout } = await run("audit", "-l", "-h", "-f", "nowhere");
    expect([stdout, stderr]).toEqual(["", expect.stringContaining("-h")]);
  });
});
