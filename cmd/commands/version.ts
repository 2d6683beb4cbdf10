import { VERSION_FLAGS } from "../options.ts";
import { type Command, EXIT_CODES_OF_PRINTING } from "./command.ts";

export const VERSION: Command = {
  name: "version",
  describe: "Print the version of this plugin",
  flags: VERSION_FLAGS,
  examples: [
    ["The version", "version"],
    ["All that belongs in a bug report: commit, Node, platform, releases of the Gateway API", "version -o json"],
  ],
  exitCodes: EXIT_CODES_OF_PRINTING,
  epilogue: ["No server is asked: the plugin has no part in the cluster."],
};
