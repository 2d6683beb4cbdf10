import { AUDIT } from "./audit.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { Command } from "./command.ts";
import { COMPLETION } from "./completion.ts";
import { EXPLAIN } from "./explain.ts";
import { OPTIONS } from "./options.ts";
import { SCAFFOLD } from "./scaffold.ts";
import { VERSION } from "./version.ts";
import { WHY_DENIED } from "./why-denied.ts";

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
  AUDIT,
  WHY_DENIED,
  EXPLAIN,
  SCAFFOLD,
  CATALOGUE,
  COMPLETION,
  OPTIONS,
  VERSION,
];
