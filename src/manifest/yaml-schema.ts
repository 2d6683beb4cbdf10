import { boolYaml11Tag, CORE_SCHEMA, load, mergeTag } from "js-yaml";

/** YAML as Kubernetes' tools read it: merge keys, and `yes`, `no`, `on`, `off` as booleans; no dates, no custom tags. */
export const SCHEMA = CORE_SCHEMA.withTags(mergeTag, boolYaml11Tag);

const MOST_DIGITS = 15;
const NUMBER = /^[0-9]+$/;

/**
 * What a plain word means, in a list or behind a key: a number, text, nothing.
 * @param word one that is a plain scalar there by its characters (YAML 1.2, chapter 7.3.3)
 */
export function plainWord(word: string): unknown {
  if (word.length <= MOST_DIGITS && NUMBER.test(word)) return Number(word);
  const list = load(`- ${word}`, { schema: SCHEMA });
  return Array.isArray(list) ? list[0] : undefined;
}
