import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Command } from "../../cmd/commands/command.ts";
import { COMMANDS } from "../../cmd/commands/table.ts";
import { manPages, roffText } from "../../cmd/man.ts";
import manifest from "../../package.json" with { type: "json" };
import { releaseDate, writeManPages } from "../../scripts/man.ts";
import { runCli } from "../harness/cli.ts";

const DATE = "2026-01-31";
const pages = manPages(COMMANDS, DATE);
const mandoc = spawnSync("mandoc", ["-Tlint", "/dev/null"]).error === undefined;
const withMandoc = it.skipIf(!mandoc);
const scratch = mkdtempSync(join(tmpdir(), "refgrant-man-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What mandoc has against a page. */
function lint(text: string): string {
  const file = join(scratch, "page.1");
  writeFileSync(file, text);
  return spawnSync("mandoc", ["-Tlint", "-Wwarning", file], { encoding: "utf8" }).stdout;
}

/** A page as a reader sees it: without bold type, and in one line for each word. */
function read(text: string): string {
  const options = ["-Tutf8", "-Owidth=1000"];
  const { stdout } = spawnSync("mandoc", options, { input: text, encoding: "utf8" });
  return stdout.replace(/.\u0008/gu, "");
}

it.skipIf(mandoc)("mandoc is not on PATH: what it says of the pages is not tested", () => {
  expect(mandoc).toBe(false);
});

describe.each([...pages])("%s", (name, text) => {
  it("is of this version and day, and nothing else of the moment", () => {
    expect(text.split("\n")[0]).toContain(` 1 "${DATE}" "kubectl\\-refgrant v${manifest.version}" `);
    expect(manPages(COMMANDS, DATE).get(name)).toBe(text);
  });

  it("has its sections in the usual order", () => {
    const usual = [
      "NAME",
      "SYNOPSIS",
      "DESCRIPTION",
      "COMMANDS",
      "EXAMPLES",
      "OPTIONS",
      "FINDINGS",
      "EXIT STATUS",
      "ENVIRONMENT",
      "FILES",
      "SEE ALSO",
    ];
    const own = [...text.matchAll(/^\.SH (.*)$/gm)].map(([, title = ""]) => title);
    expect(own).toEqual(usual.filter((title) => own.includes(title)));
    const absent = name === "kubectl-refgrant.1" ? ["OPTIONS"] : ["COMMANDS"];
    expect(usual.filter((title) => !own.includes(title) && title !== "FINDINGS")).toEqual(absent);
  });

  it("is of ASCII, without empty lines and blanks at the end of a line", () => {
    expect(text).toMatch(/^[\n\u0020-\u007e]+$/);
    expect(text).not.toMatch(/\n\n| \n/);
  });

  withMandoc("mandoc has nothing against it", () => {
    expect(lint(text)).toBe("");
  });
});

describe.each(COMMANDS.map((command) => ({ name: command.name, command })))("of $name", ({ name, command }) => {
  const text = pages.get(`kubectl-refgrant-${name}.1`) ?? "";

  it("there are all flags, shared ones too, with their values and words", () => {
    for (const flag of command.flags) {
      const value = flag.value === undefined ? "" : ` \\fI${roffText(flag.value)}\\fR`;
      const letter = flag.short === undefined ? "" : `\\fB\\-${flag.short}\\fR, `;
      const entry = `.TP\n${letter}\\fB${roffText(`--${flag.name}`)}\\fR${value}\n${roffText(`${flag.describe}.`)}\n`;
      expect(text.split(entry)).toHaveLength(2);
    }
    expect(text).toContain("\\fB\\-h\\fR, \\fB\\-\\-help\\fR");
  });

  it("there are all exit codes and examples", () => {
    for (const [code, means] of command.exitCodes)
      expect(text).toContain(`.TP\n\\fB${code}\\fR\n${roffText(means)}.\n`);
    for (const [what, example] of command.examples) {
      expect(text).toContain(`${roffText(what)}:\n.PP\n.nf\n.RS 4\n`);
      expect(text).toContain(`${roffText(example)}\n.RE\n.fi\n`);
    }
  });

  withMandoc("a reader sees examples letter by letter", () => {
    const seen = read(text);
    for (const [, example] of command.examples) expect(seen).toContain(example);
  });
});

describe("the page of the program", () => {
  const text = pages.get("kubectl-refgrant.1") ?? "";

  it("has every command, and where its page is", () => {
    for (const { name, describe: words } of COMMANDS) {
      expect(text).toContain(`.TP\n\\fB${roffText(name)}\\fR\n${roffText(words)}.\n`);
      expect(text).toContain(`\\fBkubectl\\-refgrant\\-${roffText(name)}\\fR(1)`);
    }
    expect([...pages.keys()]).toEqual([
      "kubectl-refgrant.1",
      ...COMMANDS.map(({ name }) => `kubectl-refgrant-${name}.1`),
    ]);
  });

  it("has every exit code of every command", () => {
    for (const { exitCodes } of COMMANDS) {
      for (const [code, means] of exitCodes) {
        const [, entry = ""] = text.split(`.TP\n\\fB${code}\\fR\n`);
        expect(entry.split(/\n\.(?:TP|SH)/)[0]).toContain(`${roffText(means)}.`);
      }
    }
  });
});

it("the page of options has the flags that the command prints, each once", async () => {
  const text = pages.get("kubectl-refgrant-options.1") ?? "";
  const { stdout } = await runCli(["options"], { folder: import.meta.dirname });
  const printed = [...stdout.matchAll(/^ {2}(?:-\w,| {3}) (--[a-z-]+)/gm)].map(([, flag = ""]) => flag);
  expect(printed).toContain("--kubeconfig");
  const told = [...text.matchAll(/^(?:\\fB\\-\w\\fR, )?\\fB(\\-\\-[a-z\\-]+)\\fR/gm)].map(([, flag = ""]) =>
    flag.replaceAll("\\", ""),
  );
  expect(told).toEqual([...printed, "--help"]);
  expect(text).toContain(roffText(stdout.split(":\n")[0] ?? ""));
});

describe("text", () => {
  it.each([
    ["a\\b", "a\\eb"],
    ["--name", "\\-\\-name"],
    [".SH NAME", "\\&.SH NAME"],
    ["'s", "\\&'s"],
    ["a\n.b\n'c", "a\n\\&.b\n\\&'c"],
    ["`~^", "\\(ga\\(ti\\(ha"],
    ["…", "\\[u2026]"],
    ["\u001b[0m", "\\[u001B][0m"],
  ])("%j", (text, roff) => {
    expect(roffText(text)).toBe(roff);
  });

  it("begins no line with a control character, and has no escape but its own, whatever it holds", () => {
    const text = fc.string({
      unit: fc.constantFrom(".", "'", "\\", "-", "`", "~", "^", "\n", "a", '"', " ", "é", "\u001b"),
    });
    fc.assert(
      fc.property(text, (hostile) => {
        const roff = roffText(hostile);
        expect(roff).not.toMatch(/^[.']/m);
        expect(roff.replace(/\\(?:e|-|&|\(ga|\(ha|\(ti|\[u[0-9A-F]{4,6}\])/g, "")).not.toMatch(
          /[\\`~^]|[^\n\u0020-\u007e]/,
        );
      }),
    );
  });

  withMandoc("of any command is a page that can be read as it was written", () => {
    const hostile = "'quoted' \\fBx\\fR .SH \"y\" --z `~^ é";
    const command: Command = {
      name: "x",
      describe: hostile,
      flags: [{ name: "f", takes: "value", value: hostile, describe: `.${hostile}`, group: "Output" }],
      examples: [[hostile, hostile]],
      exitCodes: [[0, hostile]],
      epilogue: [`.${hostile}`, "", `'  ${hostile}`],
    };
    for (const text of manPages([command], DATE).values()) expect(lint(text)).toBe("");
    const seen = read(manPages([command], DATE).get("kubectl-refgrant-x.1") ?? "");
    for (const line of [hostile, `.${hostile}`, `'  ${hostile}`]) expect(seen).toContain(line);
  });
});

describe("what is written", () => {
  it("is a file for each page", () => {
    const folder = join(scratch, "new", "man1");
    writeManPages(folder);
    expect(readdirSync(folder).toSorted()).toEqual([...pages.keys()].toSorted());
    const undated = (text: string | undefined): string | undefined => text?.replace(/^(\.TH \S+ 1) "[^"]*"/, "$1");
    for (const [name, text] of pages) expect(undated(readFileSync(join(folder, name), "utf8"))).toBe(undated(text));
  });

  it.each([
    ["## 0.1.0 - 2026-01-31", "2026-01-31"],
    ["## [0.1.0] – 2026-01-31", "2026-01-31"],
    ["## v0.1.0 (2026-01-31)", "2026-01-31"],
    ["## 0.1.0", ""],
    ["## Unreleased", ""],
    ["## 0.1.0-rc.1 - 2026-01-31", ""],
    ["## 10.1.0 - 2026-01-31", ""],
    ["## 0.2.0 - 2026-02-28\n\n## 0.1.0 - 2026-01-31", "2026-01-31"],
  ])("has the day of the release, by %j", (changelog, day) => {
    expect(releaseDate(`# Changelog\n\n${changelog}\n`, "0.1.0")).toBe(day);
  });
});
