import { WHY_DENIED_FLAGS } from "../options.ts";
import { type Command, INTERRUPTED, WRONG_USAGE } from "./command.ts";

export const WHY_DENIED: Command = {
  name: "why-denied",
  describe: "Say why references are refused, and the one thing to change",
  main: true,
  argument: "TYPE/NAME ...",
  flags: WHY_DENIED_FLAGS,
  examples: [
    ["One route, of whatever kind", "why-denied route/web -n frontend"],
    ["A Gateway whose certificate is refused, as kubectl would name it", "why-denied gtw shared -n edge"],
    ["Every refused reference of a namespace, in short", "why-denied -n frontend"],
    [
      "A manifest before it is applied, among those of its neighbours",
      "why-denied httproute/web -n frontend -R -f manifests/",
    ],
    ["Whatever the labels choose, with all that was tried", "why-denied httproutes -l team=a -v"],
  ],
  exitCodes: [
    [0, "all is permitted"],
    [1, "a reference is refused or leads nowhere, or a controller refuses what is permitted"],
    WRONG_USAGE,
    [3, "no such object, or no answer that could be trusted"],
    [4, "some verdict is unknown"],
    INTERRUPTED,
  ],
  epilogue: [
    "TYPE is a kind that holds references, written as kubectl takes it: httproute, HTTPRoutes, gtw, httproutes.gateway.networking.k8s.io; route is a route of the Gateway API of any kind. TYPE NAME works too.",
    "",
    "Only what the answer depends on is read: the object, its parents and targets, grants and labels of namespaces.",
  ],
};
