/** How many letters must change to turn one word into the other; two neighbours in the wrong order are one change. */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  const [from, to] = [[...a], [...b]];
  for (const [i, letter] of from.entries()) {
    const next = [i + 1];
    for (const [j, other] of to.entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      const swapped = letter === to[j - 1] && from[i - 1] === other && i > 0 ? (before[j - 1] ?? 0) + 1 : changed;
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, changed, swapped));
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Fewer letters than these begin too many words. */
const SHORTEST_BEGINNING = 5;

/** How many letters must change to turn a word into the beginning of a longer one. */
function distanceToBeginning(word: string, candidate: string): number {
  const lengths = [word.length - 1, word.length, word.length + 1];
  return Math.min(...lengths.map((length) => distance(word, candidate.slice(0, length))));
}

/**
 * Whether a word has so many letters more than a candidate that it is not near it. To count what must change takes the product
 * of both lengths, and a word may be of any.
 */
const tooLong = (word: string, candidate: string, letters: number) => word.length - candidate.length > letters;

/**
 * The candidate that a mistyped word most likely means, whole or cut off (`listner-open` for `listener-open-to-all`); null
 * if none is near, or if it begins several.
 */
export function nearWord(word: string, candidates: readonly string[]): string | null {
  const allowed = (part: number) => Math.max(1, Math.floor(word.length / part));
  const [nearest] = candidates
    .filter((candidate) => !tooLong(word, candidate, allowed(3)))
    .map((candidate) => ({ candidate, letters: distance(word, candidate) }))
    .filter(({ letters }) => letters <= allowed(3))
    .toSorted((a, b) => a.letters - b.letters);
  if (nearest !== undefined) return nearest.candidate;
  if (word.length < SHORTEST_BEGINNING) return null;
  const [begun, ...others] = candidates.filter(
    (candidate) => !tooLong(word, candidate, allowed(5)) && distanceToBeginning(word, candidate) <= allowed(5),
  );
  return others.length > 0 ? null : (begun ?? null);
}
