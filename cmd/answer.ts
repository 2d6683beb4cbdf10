import { readCommandLine } from "./command-line.ts";
import { VERSION } from "./commands/version.ts";
import type { Plan } from "./plan.ts";
import type { Outcome, Ports } from "./ports.ts";
import { run } from "./run.ts";

/** What a command line asks for. Only plans that need the facts about the Gateway API load them. */
async function planFor(argv: readonly string[], program: string): Promise<Plan> {
  const line = readCommandLine(argv, program);
  if (line.asks === "help") return { command: "help", text: line.text };
  if (line.asks === "completion") return { command: "complete", words: line.words };
  if (line.asks === "command" && line.command === VERSION) return (await import("./version-plan.ts")).versionPlan(line);
  return (await import("./parse.ts")).planOf(line);
}

/**
 * Answers a command line, `argv` without the interpreter and the script, and loads no more of the program than that takes.
 *
 * @param program what the user calls the tool: `kubectl refgrant`
 * @throws RefgrantError for what was asked in vain, and why
 */
export async function answer(argv: readonly string[], program: string, ports: Ports): Promise<Outcome> {
  return run(await planFor(argv, program), ports);
}
