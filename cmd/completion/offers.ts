import { printable } from "../../src/render/text.ts";

/** One way to go on. */
export interface Offer {
  /** What the word is, whole. */
  readonly value: string;
  /** What it is, for whoever hesitates; empty for nothing to say. */
  readonly describe: string;
}

/** All ways to go on, and what the shell should do with them. */
export interface Offers {
  readonly offers: readonly Offer[];
  /** Whether files are offered where nothing else is. */
  readonly files: boolean;
  /** Whether the word goes on behind what was taken. */
  readonly unfinished: boolean;
}

export const NOTHING: Offers = { offers: [], files: false, unfinished: false };
export const FILES: Offers = { offers: [], files: true, unfinished: false };

/** Offers of whole words. */
export function these(offers: readonly Offer[]): Offers {
  return { ...NOTHING, offers };
}

/** Words with nothing to be said of them. */
export function bare(values: readonly string[]): readonly Offer[] {
  return values.map((value) => ({ value, describe: "" }));
}

/** Offers for one more item of a list that is split at commas: what was typed before stays, and is not offered again. */
export function inList(typed: string, offers: readonly Offer[]): readonly Offer[] {
  const head = typed.slice(0, typed.lastIndexOf(",") + 1);
  const named = head.split(",");
  return offers
    .filter(({ value }) => !named.includes(value))
    .map(({ value, describe }) => ({ value: `${head}${value}`, describe }));
}

/** The bits of the last line: 2, no space behind the word; 4, no files in place of offers (spf13/cobra, ShellCompDirective). */
const NO_SPACE = 2;
const NO_FILES = 4;
/** More than anybody reads, and less than a shell takes its time for. */
const LONGEST_DESCRIPTION = 100;

/** Can it stand in a line of the answer? A word that is not as it was written would name something else. */
const isClean = (value: string): boolean => value !== "" && value === printable(value);

/**
 * The answer as kubectl and shells read it: a line `value<TAB>description` for each offer that goes on with what was typed, and
 * a last line `:N`. No control character of a value or a description gets into it.
 */
export function offersText({ offers, files, unfinished }: Offers, typed: string, lead: string): string {
  const fitting = offers.filter(({ value }) => value.startsWith(typed) && isClean(value));
  const lines = new Map(
    fitting.map(({ value, describe }) => {
      const text = [...printable(describe)].slice(0, LONGEST_DESCRIPTION).join("");
      return [value, text === "" ? `${lead}${value}` : `${lead}${value}\t${text}`];
    }),
  );
  const directive = (unfinished ? NO_SPACE : 0) | (files ? 0 : NO_FILES);
  return [...lines.values(), `:${directive}`, ""].join("\n");
}
