import { type Command, EXIT_CODES_OF_PRINTING } from "./command.ts";

export const OPTIONS: Command = {
  name: "options",
  describe: "Print the flags that connect to a cluster, which commands share",
  flags: [],
  examples: [["The flags, with what they mean to kubectl", "options"]],
  exitCodes: EXIT_CODES_OF_PRINTING,
  epilogue: [],
};
