import { FINDING_CODES, IGNORE_ANNOTATION } from "../../src/model/finding.ts";
import { AUDIT_FLAGS } from "../options.ts";
import { type Command, INTERRUPTED, WRONG_USAGE } from "./command.ts";

export const AUDIT: Command = {
  name: "audit",
  describe: "Show who may reference what, who does, and what is wrong with it",
  main: true,
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
  exitCodes: [
    [0, "nothing to fail on"],
    [1, "findings at or above --fail-on"],
    WRONG_USAGE,
    [3, "no report that could be trusted"],
    [4, "nothing failing, but some verdict is unknown or not all referrers could be seen (--allow-unknown makes it 0)"],
    INTERRUPTED,
  ],
  epilogue: [`What --ignore does for a run, the annotation ${IGNORE_ANNOTATION}: CODE,CODE does for its object.`],
  words: {
    title: "FINDINGS",
    means: "Codes of findings; each has a page in docs/findings: what it says, why it matters, how to fix it",
    all: Object.keys(FINDING_CODES),
  },
};
