import { CATALOGUE_FLAGS } from "../options.ts";
import { type Command, EXIT_CODES_OF_PRINTING } from "./command.ts";

export const CATALOGUE: Command = {
  name: "catalogue",
  describe: "Print the fields that can name objects of other namespaces",
  argument: "TYPE",
  flags: CATALOGUE_FLAGS,
  examples: [
    ["Everything that an HTTPRoute may name", "catalogue httproute"],
    ["The whole table, with releases, peculiarities and sources", "catalogue -o wide"],
    ["What one implementation adds", "catalogue --implementation kong"],
    ["The table as data, in a versioned schema", "catalogue -o json"],
  ],
  exitCodes: EXIT_CODES_OF_PRINTING,
  epilogue: [
    "For each field it has what the reference needs: a ReferenceGrant, the consent of a listener, or nothing.",
    "",
    "TYPE is a kind that holds references, or several split at commas, as kubectl takes them: httproute, HTTPRoutes, gtw, backends.gateway.envoyproxy.io; route is every route kind of the Gateway API.",
    "",
    "No cluster is asked and no file is read: this is the table that audit goes by.",
  ],
};
