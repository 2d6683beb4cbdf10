import type { Flag } from "../options.ts";

/** A command as a declaration: what it is called, takes and tells. `cmd/run.ts` carries it out. */
export interface Command {
  readonly name: string;
  readonly describe: string;
  /** What its one word besides flags is called in the help; absent where it takes none. */
  readonly argument?: string;
  readonly flags: readonly Flag[];
  /** What it does, and how: `audit -n x` is shown behind the program's name, a pipeline as it stands. */
  readonly examples: readonly (readonly [string, string])[];
  readonly epilogue: readonly string[];
}
