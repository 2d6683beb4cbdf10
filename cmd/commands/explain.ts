import { EXPLAIN_FLAGS } from "../options.ts";
import type { Command } from "./command.ts";

export const EXPLAIN: Command = {
  name: "explain",
  describe: "Say what a grant, route, Gateway, Service, … may do, or have done to it, and by what right",
  argument: "TYPE/NAME ...",
  flags: EXPLAIN_FLAGS,
  examples: [
    [
      "What a grant permits, who uses it, and what breaks without it",
      "explain referencegrant/allow-frontend -n backend",
    ],
    ["Who may reach a Service, through which grant, and who does", "explain service/api -n backend"],
    ["Everything in and out of a namespace", "explain namespace/backend"],
    [
      "Whether HTTPRoutes of one namespace may reference a Service of another",
      "explain httproute -n frontend --to service/api --to-namespace backend",
    ],
    ["The rule for a field, with its chapter in the specification", "explain httproute.spec.rules.backendRefs"],
  ],
  epilogue: [
    "TYPE is written as kubectl takes it, in any of its forms; route is a route of the Gateway API of any kind.",
    "",
    "Exit codes: 0 told (with --to: permitted), 1 with --to: refused, 2 wrong usage, 3 no such object, or no answer",
    "that could be trusted, 4 something is unknown or could not be seen, 130 interrupted.",
  ],
};
