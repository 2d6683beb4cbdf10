import { globSync } from "node:fs";
import { sep } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Block } from "./page.ts";

/** What a block of a document is for; CONTRIBUTING.md tells each. */
export const SORTS = ["console", "console shell", "sh", "yaml ci", "yaml", "json", "text"] as const;

export type Sort = (typeof SORTS)[number];

/** The sort that a block says it is; null where there is none of that name, `stderr` behind a console block aside. */
export function sortOf({ language }: Block): Sort | null {
  return SORTS.find((sort) => sort === language) ?? null;
}

/** A command with what it prints, as a page shows it. */
export interface Step {
  readonly sort: "console" | "console shell";
  /** The line of the page that the fence stands in, from 1. */
  readonly line: number;
  /** The text of the page from the fence to the exit code. */
  readonly whole: string;
  /** The command without its prompt; lines that `\` continues are joined by line feeds. */
  readonly command: string;
  /** What a page shows when the command prints this. */
  readonly shown: (outcome: Printed) => string;
}

/** What a command has done. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const PROMPT = "$ ";

const STEP =
  /```(console|console shell)\n\$ ((?:[^\n]*\\\n)*[^\n]*)\n([\s\S]*?)```\n(?:```stderr\n([\s\S]*?)```\n)?(Exit code: \d+\n)?/g;

/** The commands with output of a page, in order. */
export function stepsOf(page: string): readonly Step[] {
  return [...page.matchAll(STEP)].map(({ index, 0: whole, 1: language, 2: command = "", 5: code }) => {
    const sort = language === "console" ? "console" : "console shell";
    const saysZero = sort === "console" || code !== undefined;
    return {
      sort,
      line: page.slice(0, index).split("\n").length,
      whole,
      command,
      shown: ({ stdout, stderr, exitCode }) => {
        const errors = stderr === "" ? "" : `\`\`\`stderr\n${stderr}\`\`\`\n`;
        const ending = saysZero || exitCode !== 0 ? `Exit code: ${exitCode}\n` : "";
        return `\`\`\`${sort}\n${PROMPT}${command}\n${stdout}\`\`\`\n${errors}${ending}`;
      },
    };
  });
}

/** A line to type, with the exit codes that it may end in. */
export interface Line {
  readonly command: string;
  readonly codes: readonly number[];
}

/** Exit codes that are answers, of lines that say nothing else. */
const ANSWERS: readonly { readonly of: RegExp; readonly codes: readonly number[] }[] = [
  { of: /(?:^|[|&;(]\s*|\bnpx (?:--yes )?|\.\/)kubectl[- ]refgrant /, codes: [0, 1, 4] },
  { of: /\bkubectl auth can-i\b|\| grep\b/, codes: [0, 1] },
];

function codesOf(command: string): readonly number[] {
  const told = / # .*\bexit code (\d+)/.exec(command)?.[1];
  if (told !== undefined) return [Number(told)];
  return ANSWERS.find(({ of }) => of.test(command))?.codes ?? [0];
}

/** The lines of a `sh` block: those that `\` continues are one, and those that hold a comment alone are none. */
export function linesOf(text: string): readonly Line[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, "")
    .split(/(?<!\\)\n/)
    .filter((command) => command.trim() !== "")
    .map((command) => ({ command, codes: codesOf(command) }));
}

/** The values of these keys anywhere in a YAML value, those of a list one by one. */
function valuesOf(value: unknown, keys: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => valuesOf(item, keys));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (!keys.includes(key)) return valuesOf(inner, keys);
    const scripts: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
    return scripts.filter((script) => typeof script === "string");
  });
}

/** The variables that a workflow sets, for all of its lines, as lines of the shell. */
function settingsOf(value: unknown): readonly Line[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => settingsOf(item));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key !== "env" && key !== "variables") return settingsOf(inner);
    if (typeof inner !== "object" || inner === null) return [];
    return Object.entries(inner).map(([name, set]: [string, unknown]) => ({
      command: `export ${name}='${String(set)}'`,
      codes: [0],
    }));
  });
}

/** The lines that a workflow runs: `run` of GitHub Actions, `script` and `before_script` of GitLab. */
export function scriptsOf(workflow: string): readonly Line[] {
  return parseAllDocuments(workflow).flatMap((document) => {
    const value: unknown = document.toJS();
    const scripts = valuesOf(value, ["run", "before_script", "script"]);
    return [...settingsOf(value), ...scripts.flatMap((script) => linesOf(script))];
  });
}

/** The lines of a block that are run as they stand; none for blocks of other sorts. */
export function typedIn(block: Block): readonly Line[] {
  const sort = sortOf(block);
  if (sort === "sh") return linesOf(block.text);
  return sort === "yaml ci" ? scriptsOf(block.text) : [];
}

/** The documents whose blocks are held to what they show: paths from the root of the repository, the README first. */
export function documents(root: string): readonly string[] {
  const pages = globSync("docs/**/*.md", { cwd: root }).map((file) => file.split(sep).join("/"));
  return ["README.md", ...pages.toSorted()];
}

/** Programs that a block is about to run when a line of it begins with one of them. */
const PROGRAM =
  /^\s*(?:- )?(?:run: |\$ )?(?:kubectl|kubectl-refgrant|helm|curl|tar|npm|npx|make|git|gh|jq|install|sha256sum|shasum)\s/;

/**
 * How many blocks of a page show a command. Counted line by line and without `blocksOf`, so that a block that one
 * of them does not see is a difference between the two.
 */
export function commandBlocksIn(page: string): number {
  let open: string | null = null;
  let commands = false;
  let count = 0;
  for (const line of page.split("\n")) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence === null) {
      if (open !== null && PROGRAM.test(line)) commands = true;
    } else if (open === null) {
      open = fence[1] ?? "";
      commands = /^(console|sh|bash|shell|yaml ci)\b/.test(open);
    } else {
      // What a command has said, and the advice in it, is no command.
      if (commands && open !== "stderr" && open !== "text") count += 1;
      open = null;
    }
  }
  return count;
}
