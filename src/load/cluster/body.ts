import type { Readable } from "node:stream";
import { createGunzip, heapLimit } from "./node-http.ts";

const MIB = 2 ** 20;
/** What one answer may come to, unpacked. A page of 10,000 objects has some tens of megabytes. */
const MOST_OF_ONE = 256 * MIB;
/** What is read of JSON takes several times its size in memory, and what is decided over it some more. */
const HEAP_FOR_A_BYTE = 8;
/** Up to here nobody has to be asked how much memory there is. */
const ALWAYS = 16 * MIB;

/** How much more may be received. */
export interface Allowance {
  /**
   * Counts bytes of an answer that has come to `size` with them.
   *
   * @returns null, or the code of what they are too many for
   */
  readonly take: (bytes: number, size: number) => "ERR_ANSWER_TOO_LARGE" | "ERR_ANSWERS_TOO_LARGE" | null;
}

/** What all answers of one run may come to: so much that what is read of them has room in memory. */
export function allowance(): Allowance {
  let all = 0;
  let most = ALWAYS;
  return {
    take: (bytes, size) => {
      all += bytes;
      if (all > most) most = Math.max(ALWAYS, heapLimit() / HEAP_FOR_A_BYTE);
      if (size > MOST_OF_ONE) return "ERR_ANSWER_TOO_LARGE";
      return all > most ? "ERR_ANSWERS_TOO_LARGE" : null;
    },
  };
}

/**
 * Collects the body of an answer, unpacked.
 *
 * @param encoding its Content-Encoding
 * @param fail told of an error of Node's, or one with a code of {@link Allowance}; whoever is told ends the request
 */
export function collect(
  answer: Readable,
  encoding: string | undefined,
  { take }: Allowance,
  done: (text: string) => void,
  fail: (error: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const body = encoding === "gzip" ? answer.pipe(createGunzip()) : answer;
  answer.on("error", fail);
  if (body !== answer) body.on("error", fail);
  body.on("data", (chunk: Buffer) => {
    size += chunk.length;
    const over = take(chunk.length, size);
    if (over === null) {
      chunks.push(chunk);
      return;
    }
    chunks.length = 0;
    body.destroy();
    fail(Object.assign(new Error(over), { code: over }));
  });
  body.on("end", () => done(Buffer.concat(chunks).toString("utf8")));
}
