import { VERSION_FLAGS } from "../options.ts";
import type { Command } from "./command.ts";

export const VERSION: Command = {
  name: "version",
  describe: "Print the version of this plugin",
  flags: VERSION_FLAGS,
  examples: [["For a bug report", "version"]],
  epilogue: [],
};
