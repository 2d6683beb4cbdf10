import { RefgrantError } from "../../model/failure.ts";

/** What ends a piece of work before its end. */
export interface Limits {
  /** Ended by the user, or by whoever wants no more of it. */
  readonly signal: AbortSignal;
  /** 0 = none. */
  readonly requestTimeoutMs: number;
}

/** Waits for something that goes on when the waiting is ended. Rejects with the signal's reason. */
export function unlessEnded<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}

/**
 * Does work within limits.
 *
 * @param tooSlow the reason that the work is ended with when its time is over
 * @param work given a signal that ends with the limits
 */
export async function within<T>(
  { signal, requestTimeoutMs }: Limits,
  tooSlow: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = () => ended.abort(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const limit = requestTimeoutMs > 0 ? setTimeout(() => ended.abort(tooSlow()), requestTimeoutMs) : undefined;
  try {
    return await work(ended.signal);
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", end);
  }
}

/** What the user is told who ended a run. */
export function interrupted(cause: unknown): RefgrantError {
  return new RefgrantError("interrupted", "interrupted", null, { cause });
}
