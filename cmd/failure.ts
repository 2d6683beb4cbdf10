import { RefgrantError } from "../src/model/failure.ts";
import { printable } from "../src/render/text.ts";
import type { Outcome } from "./ports.ts";

/** Exit codes of runs without a report (docs/exit-codes.md). */
const USAGE = 2;
const NO_REPORT = 3;
/** What a shell shows for a program that was ended by SIGINT. */
const INTERRUPTED = 130;

function exitCodeOf({ failure }: RefgrantError): number {
  switch (failure) {
    case "usage":
      return USAGE;
    case "interrupted":
      return INTERRUPTED;
    case "kubeconfig":
    case "credentials":
    case "unreachable":
    case "no-gateway-api":
    case "input":
    case "not-found":
    case "ambiguous":
      return NO_REPORT;
  }
}

/** Turns an error into what the user sees: one message, what to do, an exit code, never a stack trace. */
export function failureOutcome(error: unknown): Outcome {
  if (error instanceof RefgrantError) {
    const advice = error.advice === null ? "" : `${error.advice.split("\n").map(printable).join("\n")}\n`;
    return { stdout: "", stderr: `error: ${printable(error.message)}\n${advice}`, exitCode: exitCodeOf(error) };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const advice = "This is a fault of kubectl-refgrant itself; please report it with the command that was run.";
  return { stdout: "", stderr: `error: unexpected ${printable(what)}\n${advice}\n`, exitCode: NO_REPORT };
}
