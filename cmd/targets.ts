import { namesObject } from "../src/catalogue/names.ts";
import type { TargetWord } from "./plan.ts";

/** Makes the error for words that cannot be read. */
type Complain = (message: string) => Error;

function slashed(word: string, complain: Complain): TargetWord {
  const [type = "", name = "", ...more] = word.split("/");
  if (more.length > 0) {
    throw complain(
      `a target is written TYPE/NAME, with one slash and the namespace in -n, not ${JSON.stringify(word)}`,
    );
  }
  if (type === "") throw complain(`${JSON.stringify(word)} names no type: write TYPE/NAME`);
  if (type.includes(",")) throw complain(`${JSON.stringify(word)}: several types go with names behind them: a,b NAME`);
  if (name === "") throw complain(`${JSON.stringify(word)} names no object: write TYPE/NAME`);
  return { type, name: aName(name, complain) };
}

function aName(name: string, complain: Complain): string {
  if (!namesObject(name)) throw complain(`no object is called ${JSON.stringify(name)}`);
  return name;
}

/**
 * Reads the words that name objects as kubectl does: `TYPE/NAME ...`, or `TYPE[,TYPE] [NAME ...]`. The two are not mixed.
 *
 * @throws what `complain` makes
 */
export function parseTargets(words: readonly string[], complain: Complain): readonly TargetWord[] {
  const [first, ...names] = words;
  if (first === undefined) return [];
  if (words.some((word) => word.includes("/"))) {
    const plain = words.find((word) => !word.includes("/"));
    if (plain !== undefined) {
      throw complain(`${JSON.stringify(plain)} stands beside TYPE/NAME: write all as TYPE/NAME, or none`);
    }
    return words.map((word) => slashed(word, complain));
  }
  const types = first.split(",");
  if (types.includes("")) throw complain(`${JSON.stringify(first)} holds an empty type`);
  if (names.length === 0) return types.map((type) => ({ type, name: null }));
  return types.flatMap((type) => names.map((name) => ({ type, name: aName(name, complain) })));
}
