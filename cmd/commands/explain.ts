import { EXPLAIN_FLAGS } from "../options.ts";
import { type Command, INTERRUPTED, WRONG_USAGE } from "./command.ts";

export const EXPLAIN: Command = {
  name: "explain",
  describe: "Say what a grant, route or Service may do or have done to it",
  main: true,
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
  exitCodes: [
    [0, "told (with --to: permitted)"],
    [1, "with --to: refused"],
    WRONG_USAGE,
    [3, "no such object, or no answer that could be trusted"],
    [4, "something is unknown or could not be seen"],
    INTERRUPTED,
  ],
  epilogue: [
    "It tells of grants, routes, Gateways and ListenerSets, Services, Secrets, namespaces and whatever else can refer or be referred to, and by what right.",
    "",
    "TYPE is written as kubectl takes it, in any of its forms; route is a route of the Gateway API of any kind.",
  ],
};
