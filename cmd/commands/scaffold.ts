import { SCAFFOLD_FLAGS } from "../options.ts";
import { type Command, INTERRUPTED, WRONG_USAGE } from "./command.ts";

export const SCAFFOLD: Command = {
  name: "scaffold",
  describe: "Print the smallest ReferenceGrants that permit what is refused",
  main: true,
  argument: "TYPE/NAME ...",
  flags: SCAFFOLD_FLAGS,
  examples: [
    ["What one route lacks, as YAML", "scaffold route/web -n frontend"],
    ["Everything that is refused in a namespace", "scaffold -n frontend"],
    ["Everything that is refused into a namespace, for whoever owns that", "scaffold --to-namespace backend"],
    [
      "Let the API server look at it; nothing is changed",
      "kubectl refgrant scaffold -n frontend | kubectl apply --dry-run=server -f -",
    ],
    [
      "For manifests that are not applied yet, whatever their targets' namespaces permit",
      "scaffold -f app/ --assume-refused",
    ],
    ["A grant with what a Gateway lacks added to it", "scaffold gtw/shared -n edge --into referencegrant/certificates"],
    ["A broad grant made as tight as its use", "scaffold referencegrant/allow-all -n backend"],
    ["A ReferencePolicy as ReferenceGrants", "scaffold referencepolicies -A"],
  ],
  exitCodes: [
    [0, "printed, or nothing to grant"],
    [1, "something is refused that no grant cures, or cannot be written"],
    WRONG_USAGE,
    [3, "no such object, or no answer that could be trusted"],
    [4, "something is unknown and left out"],
    INTERRUPTED,
  ],
  epilogue: [
    "Standard output is YAML or JSON for kubectl apply -f -, and nothing else; what there is to say is on standard error: also why no grant can cure what it cannot.",
    "",
    "Nothing is ever sent to the cluster: whoever owns the target's namespace applies it, or commits it.",
    "",
    "Only what is refused is granted, to the kind and namespace that refers, by the name of what it refers to. TYPE is a kind that holds references, in any form that kubectl takes; route is a route of the Gateway API of any kind.",
  ],
};
