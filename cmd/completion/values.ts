import { IMPLEMENTATIONS } from "../../src/catalogue/implementations.ts";
import { FINDING_CODES } from "../../src/model/finding.ts";
import { namespaceFlag } from "../flags.ts";
import type { Flag } from "../options.ts";
import { KINDS_OF, kindOffers, TARGET_KINDS } from "./kinds.ts";
import type { Line } from "./line.ts";
import { Lookup, type Surroundings } from "./lookup.ts";
import { bare, inList, NOTHING, type Offer, type Offers, these } from "./offers.ts";
import { namesBehind } from "./targets.ts";

/** Names of a kubeconfig that mean nothing to any shell, wherever they are put. */
const isPlain = ({ value }: Offer): boolean => /^[\p{L}\p{N}_][\p{L}\p{N}\w .:/@+=,-]*$/u.test(value);

/** The kind before the slash of `TYPE/NAME`, which goes on with the name. */
function slashed(kinds: readonly Offer[]): Offers {
  return {
    ...NOTHING,
    offers: kinds.map(({ value, describe }) => ({ value: `${value}/`, describe })),
    unfinished: true,
  };
}

/** One `TYPE/NAME` of the kinds that are offered for its first part. */
async function oneObject(
  { typed }: Line,
  kinds: readonly Offer[],
  lookup: Lookup,
  where: string | null | undefined,
): Promise<Offers> {
  return typed.includes("/") ? these(await namesBehind(typed, lookup, where)) : slashed(kinds);
}

/** What may follow as its value a flag that takes more than a few words. Throws where that cannot be looked up. */
export async function valueOffers(flag: Flag, line: Line, surroundings: Surroundings): Promise<Offers> {
  const { typed, flags } = line;
  const lookup = new Lookup(flags, surroundings);
  switch (flag.name) {
    case "namespace":
    case "to-namespace":
      return these(await lookup.namespaces());
    case "context":
    case "cluster":
    case "user":
      return these((await lookup.kubeconfig(flag.name)).filter(isPlain));
    case "ignore":
      return these(inList(typed, bare(Object.keys(FINDING_CODES))));
    case "implementation":
      return these(
        inList(
          typed,
          Object.entries(IMPLEMENTATIONS).map(([value, { title }]) => ({ value, describe: title })),
        ),
      );
    case "kind":
      return these(inList(typed, kindOffers(KINDS_OF.catalogue, typed.slice(typed.lastIndexOf(",") + 1))));
    case "to":
      return oneObject(
        line,
        kindOffers(TARGET_KINDS, typed),
        lookup,
        namespaceFlag(flags, "to-namespace") ?? undefined,
      );
    case "into": {
      const grant: Offer = { value: "referencegrant", describe: "a grant of the target's namespace" };
      return oneObject(line, [grant], lookup, namespaceFlag(flags, "to-namespace"));
    }
    default:
      return NOTHING;
  }
}
