import { WHY_DENIED_FLAGS } from "../options.ts";
import type { Command } from "./command.ts";

export const WHY_DENIED: Command = {
  name: "why-denied",
  describe: "Say of each reference of an object whether it is permitted, why not, and the one thing to change",
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
  epilogue: [
    "TYPE is a kind that holds references, written as kubectl takes it: httproute, HTTPRoutes, gtw,",
    "httproutes.gateway.networking.k8s.io; route is a route of the Gateway API of any kind. TYPE NAME works too.",
    "Only what the answer depends on is read: the object, its parents and targets, grants and labels of namespaces.",
    "",
    "Exit codes: 0 all is permitted, 1 a reference is refused, a controller refuses what is permitted, or leads",
    "nowhere, 2 wrong usage, 3 no such object, or no answer that could be trusted, 4 some verdict is unknown,",
    "130 interrupted.",
  ],
};
