import { shellWord } from "../src/render/command-text.ts";
import type { Display } from "../src/render/text.ts";
import type { SourcePlan } from "./plan.ts";
import type { Terminal } from "./ports.ts";

/** What output may look like: what the user said of it, and what the terminal can show. */
export interface Wanted {
  readonly color: "auto" | "always" | "never";
  readonly headers: boolean;
}

/** Joins what is wanted with what the terminal can show. */
export function displayOf({ color, headers }: Wanted, terminal: Terminal): Display {
  return {
    width: terminal.width,
    color: color === "always" || (color === "auto" && terminal.color),
    unicode: terminal.unicode,
    headers,
  };
}

/** What a further command needs to be about the same world. */
export function worldText(source: SourcePlan): string {
  if (source.from === "cluster") return "";
  const flags = [...source.filenames.map((name) => `-f ${shellWord(name)}`), ...(source.recursive ? ["-R"] : [])];
  return ` ${[...flags, ...(source.closedWorld ? ["--closed-world"] : [])].join(" ")}`;
}
