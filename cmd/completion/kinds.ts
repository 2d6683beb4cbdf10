import { kindsNamed, kindWords } from "../../src/catalogue/kind-names.ts";
import { isRoute, REFERENCE_GRANT, REFERENCE_POLICY } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { OPENED_KINDS } from "../../src/catalogue/referents.ts";
import { ASKING_KINDS, ROWS } from "../../src/catalogue/rows.ts";
import { type GroupKind, includesGroupKind } from "../../src/model/object.ts";
import type { Offer } from "./offers.ts";

/** The kinds that a command takes in the place of TYPE. */
export const KINDS_OF = {
  "why-denied": ASKING_KINDS,
  scaffold: [...ASKING_KINDS, REFERENCE_GRANT, REFERENCE_POLICY],
  explain: [...KINDS, ...ASKING_KINDS],
  catalogue: ROWS.map(({ from }) => from),
} as const satisfies Readonly<Record<string, readonly GroupKind[]>>;

/** Kinds that a reference may name: what `--to` is asked about. */
export const TARGET_KINDS: readonly GroupKind[] = OPENED_KINDS;

function describeWord(word: string, kinds: readonly GroupKind[]): string {
  if (word === "route" || word === "routes") return "a route of the Gateway API, of any kind";
  const [first] = kinds;
  const groups = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== "");
  return groups.length === 0 ? (first?.kind ?? "") : `${first?.kind} of ${groups.join(", ")}`;
}

function offerOf(word: string, among: readonly GroupKind[]): Offer {
  const kinds = kindsNamed(word).filter((kind) => includesGroupKind(among, kind));
  return { value: word, describe: describeWord(word, kinds) };
}

/**
 * Words for these kinds that go on with what was typed: kubectl's singular, and where none does, the kind as it is written in
 * manifests, plurals, short names and names with the group.
 */
export function kindOffers(among: readonly GroupKind[], typed: string): readonly Offer[] {
  const begun = (word: string): boolean => word.startsWith(typed);
  const routes = among.some(isRoute) ? ["route"] : [];
  const singular = [...new Set([...among.map(({ kind }) => kind.toLowerCase()), ...routes])].filter(begun);
  if (singular.length > 0) return singular.map((word) => offerOf(word, among));
  const written = [...new Set(among.map(({ kind }) => kind))].filter(begun);
  const others = kindWords()
    .filter(begun)
    .filter((word) => kindsNamed(word).some((kind) => includesGroupKind(among, kind)));
  return [...written, ...others].map((word) => offerOf(word, among));
}

/**
 * Fields that `explain` tells the rule of, as paths behind the word for a kind: `httproute.spec.rules.backendRefs`. None where
 * what was typed is no known kind and a dot.
 */
export function fieldOffers(typed: string): readonly Offer[] {
  const dots = [...typed.matchAll(/\./g)].map(({ index }) => typed.slice(0, index));
  const type = dots.findLast((part) => kindsNamed(part).length > 0);
  if (type === undefined) return [];
  return ROWS.filter(({ from }) => includesGroupKind(kindsNamed(type), from)).flatMap(({ path, id }) => {
    const written = path.replaceAll("[]", "");
    // A key that holds dots or slashes cannot be told from a path, or from an object.
    if (/[/{}[\]]/.test(written)) return [];
    const value = `${type}.${written}`;
    const short = `${type}.${written.replace(/^spec\./, "")}`;
    return [{ value: value.startsWith(typed) ? value : short, describe: id }];
  });
}
