import { CATALOGUE_FLAGS } from "../options.ts";
import type { Command } from "./command.ts";

export const CATALOGUE: Command = {
  name: "catalogue",
  describe: "Print the fields that can name an object of another namespace, and what that needs",
  argument: "TYPE",
  flags: CATALOGUE_FLAGS,
  examples: [
    ["Everything that an HTTPRoute may name", "catalogue httproute"],
    ["The whole table, with releases, peculiarities and sources", "catalogue -o wide"],
    ["What one implementation adds", "catalogue --implementation kong"],
    ["The table as data, in a versioned schema", "catalogue -o json"],
  ],
  epilogue: [
    "TYPE is a kind that holds references, or several split at commas, as kubectl takes them: httproute,",
    "HTTPRoutes, gtw, backends.gateway.envoyproxy.io; route is every route kind of the Gateway API.",
    "No cluster is asked and no file is read: this is the table that audit goes by.",
  ],
};
