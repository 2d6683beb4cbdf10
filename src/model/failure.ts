/** What stopped the tool. `usage` ends in exit code 2, all others in 3 (the table of exit codes in README.md). */
export type FailureCause =
  | "usage"
  /** No kubeconfig, a broken one, or one that names what it does not hold. */
  | "kubeconfig"
  /** The server does not take the caller's credentials, or none could be made. */
  | "credentials"
  /** The server could not be reached, or does not answer as an API server would. */
  | "unreachable"
  /** The server has no Gateway API. */
  | "no-gateway-api"
  /** Files that are missing, or hold nothing that can be read. */
  | "input"
  /** No object is called so, or several are and one was meant. */
  | "not-found"
  | "ambiguous"
  | "interrupted";

/** The one error that reaches the user: what is so, and what to do about it. Both are plain text without control characters removed. */
export class RefgrantError extends Error {
  override readonly name = "RefgrantError";
  readonly failure: FailureCause;
  /** What to do, as a sentence; null where the message says it all. */
  readonly advice: string | null;

  constructor(failure: FailureCause, message: string, advice: string | null = null, options: ErrorOptions = {}) {
    super(message, options);
    this.failure = failure;
    this.advice = advice;
  }
}
