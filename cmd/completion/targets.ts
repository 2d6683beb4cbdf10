import type { GroupKind } from "../../src/model/object.ts";
import { CATALOGUE } from "../commands/catalogue.ts";
import type { Command } from "../commands/command.ts";
import { EXPLAIN } from "../commands/explain.ts";
import { SCAFFOLD } from "../commands/scaffold.ts";
import { WHY_DENIED } from "../commands/why-denied.ts";
import { fieldOffers, KINDS_OF, kindOffers } from "./kinds.ts";
import type { Line } from "./line.ts";
import { Lookup, type Surroundings } from "./lookup.ts";
import { inList, NOTHING, type Offer, type Offers, these } from "./offers.ts";

/**
 * `TYPE/NAME` for the objects of a type, behind the slash that was typed.
 *
 * @param where the namespace to look in; null for all of them, undefined for what the flags say
 */
export async function namesBehind(typed: string, lookup: Lookup, where?: string | null): Promise<readonly Offer[]> {
  const slash = typed.indexOf("/");
  const type = typed.slice(0, slash);
  if (type.includes(",") || typed.includes("/", slash + 1)) return [];
  const offers = await lookup.objects([type], where);
  return offers.map(({ value, describe }) => ({ value: `${type}/${value}`, describe }));
}

/** A type, or one more of several that are split at commas. */
function typeOffers(typed: string, kinds: readonly GroupKind[]): readonly Offer[] {
  return inList(typed, kindOffers(kinds, typed.slice(typed.lastIndexOf(",") + 1)));
}

/**
 * What may follow among words that name objects, as kubectl reads them: `TYPE/NAME ...`, or `TYPE[,TYPE] [NAME ...]`.
 *
 * @param before the words in front
 * @param kinds what the command takes in the place of TYPE
 * @param fields whether a word may also be the path of a field
 * @throws where names cannot be looked up
 */
async function targetOffers(
  before: readonly string[],
  typed: string,
  kinds: readonly GroupKind[],
  fields: boolean,
  lookup: Lookup,
): Promise<Offers> {
  const [first, ...names] = before;
  const isOther = ({ value }: Offer): boolean => !before.includes(value);
  const plain = before.some((word) => !word.includes("/"));
  if (typed.includes("/")) return plain ? NOTHING : these((await namesBehind(typed, lookup)).filter(isOther));
  if (first === undefined) {
    const paths = fields ? fieldOffers(typed) : [];
    return these([...typeOffers(typed, kinds), ...paths]);
  }
  if (!plain) {
    const types = kindOffers(kinds, typed);
    return { ...NOTHING, offers: types.map((offer) => ({ ...offer, value: `${offer.value}/` })), unfinished: true };
  }
  if (names.some((name) => name.includes("/"))) return NOTHING;
  return these((await lookup.objects(first.split(","))).filter(({ value }) => !names.includes(value)));
}

/** What may follow the words of a command about kinds or objects. Throws where names cannot be looked up. */
export async function wordOffers(
  command: Command,
  words: readonly string[],
  line: Line,
  surroundings: Surroundings,
): Promise<Offers> {
  const { typed, flags } = line;
  const lookup = new Lookup(flags, surroundings);
  switch (command) {
    case WHY_DENIED:
      return targetOffers(words, typed, KINDS_OF["why-denied"], false, lookup);
    case SCAFFOLD:
      return targetOffers(words, typed, KINDS_OF.scaffold, false, lookup);
    case EXPLAIN:
      return targetOffers(words, typed, KINDS_OF.explain, true, lookup);
    case CATALOGUE:
      return words.length === 0 ? these(typeOffers(typed, KINDS_OF.catalogue)) : NOTHING;
    default:
      return NOTHING;
  }
}
