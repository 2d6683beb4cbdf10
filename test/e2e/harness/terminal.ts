import { spawn, spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

/** What a shell prints when it waits for a line; none of what is typed holds it. */
export const PROMPT = "READY> ";

/** Keys that all of the shells know. */
export const KEYS = { tab: "\t", enter: "\n", start: "\x01", end: "\x05", clear: "\x15" } as const;

/** Whether there is a `script` that can give a shell a terminal: that of util-linux. */
export function hasTerminals(): boolean {
  const { stdout } = spawnSync("script", ["--version"], { encoding: "utf8" });
  return stdout?.includes("util-linux") ?? false;
}

/** A shell at a terminal, as a person sits before it. */
export interface Terminal {
  /** Types keys, and waits until what the shell has shown since then matches. Resolves to that. */
  readonly type: (keys: string, until: RegExp | string) => Promise<string>;
  readonly close: () => void;
}

const LONGEST_WAIT_MS = 20_000;

/** Starts a shell at a terminal of its own. */
export function openTerminal(command: string, env: Readonly<Record<string, string>>, cwd: string): Terminal {
  const child = spawn("script", ["-qfec", command, "/dev/null"], {
    cwd,
    env: { TERM: "dumb", ...env, PS1: PROMPT },
    stdio: ["pipe", "pipe", "ignore"],
  });
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  child.stdin.on("error", () => undefined);
  return {
    type: async (keys, until) => {
      shown = "";
      child.stdin.write(keys);
      for (const deadline = performance.now() + LONGEST_WAIT_MS; ; await delay(20)) {
        const text = stripVTControlCharacters(shown).replaceAll("\r", "");
        if (typeof until === "string" ? text.includes(until) : until.test(text)) return text;
        if (performance.now() > deadline) throw new Error(`no ${until} in what ${command} shows:\n${text}`);
      }
    },
    close: () => {
      child.kill("SIGKILL");
    },
  };
}
