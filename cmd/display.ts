import type { Display } from "../src/render/text.ts";
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
