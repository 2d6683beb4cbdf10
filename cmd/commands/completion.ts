import { SHELLS } from "../choices.ts";
import { type Command, EXIT_CODES_OF_PRINTING } from "./command.ts";

/** The line of a shell that gives kubectl what completes the plugin, where krew has installed it. For every sort of Unix. */
export const INSTALL_COMPLETION = `f="\${KREW_ROOT:-$HOME/.krew}/bin/kubectl_complete-refgrant"; kubectl refgrant completion kubectl > "$f" && chmod 755 "$f"`;

export const COMPLETION: Command = {
  name: "completion",
  describe: "Print what makes TAB complete commands, flags and names",
  argument: "SHELL",
  flags: [],
  examples: [
    ["For kubectl refgrant: kubectl (1.26 and later) looks for this file on PATH", INSTALL_COMPLETION],
    [
      "For kubectl-refgrant by its own name, in fish",
      "completion fish > ~/.config/fish/completions/kubectl-refgrant.fish",
    ],
  ],
  exitCodes: EXIT_CODES_OF_PRINTING,
  epilogue: [
    `SHELL is one of ${SHELLS.join(", ")}.`,
    "",
    "kubectl     what completes kubectl refgrant, in every shell where kubectl itself is completed: a",
    "            file to put on PATH as kubectl_complete-refgrant, with leave to be run. Archives and the",
    "            npm package bring it along.",
    "",
    "The others complete the program where it is called by its own name, kubectl-refgrant:",
    '  bash        in ~/.bashrc:   eval "$(kubectl-refgrant completion bash)"',
    "  zsh         in ~/.zshrc:    source <(kubectl-refgrant completion zsh)",
    `              or once:        kubectl-refgrant completion zsh > "\${fpath[1]}/_kubectl-refgrant"`,
    "  fish        once:           kubectl-refgrant completion fish > ~/.config/fish/completions/kubectl-refgrant.fish",
    "  powershell  in $PROFILE:    kubectl-refgrant completion powershell | Out-String | Invoke-Expression",
    "",
    "Names come from the cluster and namespace that the flags typed so far lead to, or from the files given with -f. After a",
    "second nobody waits for them any longer.",
  ],
};
