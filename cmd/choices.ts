import { SEVERITIES } from "../src/model/finding.ts";

/** The words that flags and arguments take which take a few only: what the command line is checked against, and TAB offers. */

export const COLOR_CHOICES = ["auto", "always", "never"] as const;
export const FAIL_ON_CHOICES = [...SEVERITIES, "never"] as const;
export const AUDIT_OUTPUTS = ["text", "wide", "json", "yaml"] as const;
export const CATALOGUE_OUTPUTS = ["text", "wide", "name", "json", "yaml"] as const;
/** What `why-denied`, `explain` and `version` print. */
export const OBJECT_OUTPUTS = ["text", "json", "yaml"] as const;
export const GRANT_OUTPUTS = ["yaml", "json"] as const;
/** The versions that a grant can be written in, and that some cluster serves (docs/rules.md §1.1). */
export const GRANT_VERSIONS = ["v1", "v1beta1", "v1alpha2"] as const;
/** What `completion` prints a script for; `kubectl` stands for the file that kubectl calls. */
export const SHELLS = ["bash", "zsh", "fish", "powershell", "kubectl"] as const;
export type Shell = (typeof SHELLS)[number];
