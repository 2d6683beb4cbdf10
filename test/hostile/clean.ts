import { expect } from "vitest";
import type { Ran } from "../harness/cli.ts";

/** What must hold of whatever the program prints, and of its exit code, whatever it was given to read. */

/** The colours of our own; nothing else that starts with an escape is ever sent to a terminal. */
const OWN_COLOURS = /\u001b\[(?:0|1|2|31|32|33|36)m/g;

/**
 * What is no plain text: controls of C0 and C1, characters that only format or hide (bidirectional controls, zero-width ones,
 * tags), separators that some terminals break lines at, and halves of characters. A line feed is let pass by the caller.
 */
const STAIN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The lines that Node prints below an error: a call with the place of its code, or that place alone. */
const STACK = /^\s+at (?:.+ \()?(?:file:|node:|\/|<anonymous>|[A-Z]:\\)[^\n]*:\d+:\d+\)?$/m;

const named = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;

/** What else than text a stream may have: our own colours, or tabs and line ends of a file that is printed again. */
export type Besides = "nothing" | "colours" | "tabs and line ends";

function without(text: string, besides: Besides): string {
  switch (besides) {
    case "nothing":
      return text;
    case "colours":
      return text.replace(OWN_COLOURS, "");
    case "tabs and line ends":
      return text.replace(/\t|\r(?=\n)/g, "");
  }
}

/** What in the bytes of a stream is no plain text, as code points; `not UTF-8` for bytes that are none. */
export function stains(bytes: Uint8Array, besides: Besides = "nothing"): readonly string[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return ["not UTF-8"];
  }
  return [...new Set(without(text, besides).match(STAIN) ?? [])].map(named);
}

export interface Bytes {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Null for a program that a signal ended. */
  readonly exitCode: number | null;
}

/** What a run in this process printed, as the bytes that would be sent. */
export function bytesOf({ stdout, stderr, exitCode }: Ran): Bytes {
  const encoder = new TextEncoder();
  return { stdout: encoder.encode(stdout), stderr: encoder.encode(stderr), exitCode };
}

/**
 * Every promise about one run that does not depend on what it read: an exit code that is documented, no fault of its own, no
 * stack trace, no character that a terminal obeys, and with exit codes 2 and 3 an error and no report.
 *
 * @returns what is broken, in words; nothing for a run as it should be
 */
export function broken({ stdout, stderr, exitCode }: Bytes, besides: Besides = "nothing"): readonly string[] {
  const out = Buffer.from(stdout).toString();
  const err = Buffer.from(stderr).toString();
  const said = `${out}\n${err}`;
  const faults: string[] = [];
  if (exitCode === null || ![0, 1, 2, 3, 4].includes(exitCode))
    faults.push(`exit code ${exitCode}: ${err.slice(0, 500)}`);
  if (err.includes("error: unexpected") || err.includes("fault of kubectl-refgrant itself"))
    faults.push(`a fault of its own: ${err.slice(0, 500)}`);
  if (STACK.test(said)) faults.push(`a stack trace: ${STACK.exec(said)?.[0]}`);
  faults.push(...stains(stdout, besides).map((stain) => `${stain} on standard output`));
  faults.push(...stains(stderr).map((stain) => `${stain} on standard error`));
  const failed = exitCode === 2 || exitCode === 3;
  if (failed && out !== "") faults.push(`exit code ${exitCode} beside a report`);
  if (failed && !/^error: ./m.test(err)) faults.push(`exit code ${exitCode} without an error: ${err.slice(0, 500)}`);
  if (!failed && err.startsWith("error: ")) faults.push(`an error and exit code ${exitCode}: ${err.slice(0, 500)}`);
  return faults;
}

const PROTOTYPES: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Boolean.prototype,
  Map.prototype,
  Set.prototype,
];
const before = PROTOTYPES.map((prototype) => Object.getOwnPropertyDescriptors(prototype));

/** That nothing which was read has become a property of everything. */
export function expectUnpolluted(): void {
  PROTOTYPES.forEach((prototype, index) => {
    const now = Object.getOwnPropertyDescriptors(prototype);
    if (Reflect.ownKeys(now).length !== Reflect.ownKeys(before[index] ?? {}).length) {
      expect(Reflect.ownKeys(now)).toEqual(Reflect.ownKeys(before[index] ?? {}));
    }
  });
}

/** Counts what was tried, and what came of it. */
export class Tally {
  readonly #exits = new Map<number | null, number>();
  inputs = 0;

  /** A command ended. */
  ended(exitCode: number | null): void {
    this.#exits.set(exitCode, (this.#exits.get(exitCode) ?? 0) + 1);
  }

  get commands(): number {
    return this.#exits.values().reduce((sum, count) => sum + count, 0);
  }

  /** `words: 10 inputs, 20 commands (exit code 0: 15, 3: 5)` */
  told(title: string): string {
    const exits = [...this.#exits].toSorted(([a], [b]) => Number(a) - Number(b));
    const each = exits.map(([code, count]) => `${code}: ${count}`).join(", ");
    return `${title}: ${this.inputs} inputs, ${this.commands} commands (exit code ${each})\n`;
  }
}
