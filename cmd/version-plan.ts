import { OBJECT_OUTPUTS } from "./choices.ts";
import type { CommandCall } from "./command-line.ts";
import { onlyArgument, readFlags } from "./flags.ts";
import type { VersionPlan } from "./plan.ts";

/**
 * What `version` is asked for. It stands apart from other plans, which need the facts about the Gateway API to be made.
 *
 * @throws RefgrantError("usage")
 */
export function versionPlan({ command, called, given }: CommandCall): VersionPlan {
  const flags = readFlags(given.flags, command.flags, called);
  onlyArgument(flags, command, given.words);
  return { command: "version", output: flags.choice("output", OBJECT_OUTPUTS, "text") };
}
