import type { Scene, Stage } from "./stage.ts";

/** A row of the table of faults: docs/faults.md has each with what the user sees. */
export interface Fault {
  /** What is wrong. It names the row in the page, and the test. */
  readonly fault: string;
  /** What `audit` ends in, and `why-denied` too unless `whyDenied` says otherwise. 0: the same report as without the fault. */
  readonly code: number;
  readonly whyDenied?: number;
  /** `audit` alone is run where another command can meet nothing else. */
  readonly only?: "audit";
  /** Whether `explain` and `scaffold` are run too. They read as `why-denied` does, and end in the same. */
  readonly everywhere?: true;
  /** Seconds within which a run has to end; 20 unless said. */
  readonly within?: number;
  /** Makes the fault, anew for each command. */
  readonly provoke: (stage: Stage) => Promise<Scene>;
}

/** The faults of one sort. */
export interface Section {
  readonly title: string;
  readonly about: string;
  readonly faults: readonly Fault[];
}
