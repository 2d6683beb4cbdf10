import { FINDING_CODES, IGNORE_ANNOTATION } from "../../src/model/finding.ts";
import { HELP_WIDTH, wrap } from "../help.ts";
import { AUDIT_FLAGS } from "../options.ts";
import type { Command } from "./command.ts";

export const AUDIT: Command = {
  name: "audit",
  describe: "Print who may reference what across namespaces, who does, and what is wrong with it",
  flags: AUDIT_FLAGS,
  examples: [
    ["Everything in the current cluster", "audit"],
    ["What starts or ends in one namespace, one line for each reference", "audit -n frontend -o wide"],
    ["Manifests in a pipeline, without a cluster", "helm template . | kubectl refgrant audit -f -"],
    [
      "A folder that is the whole world; fail on warnings too",
      "audit -R -f manifests/ --closed-world --fail-on warning",
    ],
  ],
  epilogue: [
    "Exit codes: 0 nothing to fail on, 1 findings at or above --fail-on, 2 wrong usage, 3 no report that",
    "could be trusted, 4 nothing failing, but some verdict is unknown or not all referrers could be seen",
    "(--allow-unknown makes it 0), 130 interrupted.",
    "",
    `What --ignore does for a run, the annotation ${IGNORE_ANNOTATION}: CODE,CODE does for its object.`,
    "",
    "Codes of findings; each has a page in docs/findings: what it says, why it matters, how to fix it.",
    ...wrap(Object.keys(FINDING_CODES).join(", "), HELP_WIDTH - 2).map((line) => `  ${line}`),
  ],
};
