import { IGNORE_ANNOTATION } from "../../src/diagnose/ignore.ts";
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
    "Exit codes: 0 nothing to fail on, 1 findings at or above --fail-on, 2 wrong usage,",
    "3 no report could be made, 4 some verdict is unknown (--allow-unknown makes it 0).",
    "",
    `What --ignore does for a run, the annotation ${IGNORE_ANNOTATION}: CODE,CODE does for its object.`,
  ],
};
