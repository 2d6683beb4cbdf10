import { MOST_ENTRIES } from "../catalogue/grants.ts";
import { makerOf } from "../catalogue/makers.ts";
import type { GrantExplanation, PairMeaning } from "../model/explanation.ts";
import type { GrantFrom, GrantTo } from "../model/grant.ts";
import type { Conversion, PairFate, Tightening } from "../model/scaffold.ts";
import { pasteable } from "./command-text.ts";
import { INERT, someOf } from "./explain-prose.ts";
import { entryText } from "./grant-prose.ts";
import { gapText } from "./prose.ts";
import { letInText, makerNote } from "./scaffold-prose.ts";
import type { ScaffoldTelling } from "./scaffold-refusals.ts";
import { kindText, nameOf } from "./terms.ts";
import { listed, plural, printable } from "./text.ts";

/** What is told beside a grant that is written anew. */

const entryAt = <T>(list: readonly { readonly index: number; readonly entry: T }[], index: number): T | undefined =>
  list.find((one) => one.index === index)?.entry;

const fromText = (index: number, entry: GrantFrom | undefined): string =>
  entry === undefined ? `from[${index}]` : `from[${index}] ${kindText(entry)} ${entry.namespace}`;

const toText = (index: number, entry: GrantTo | undefined): string =>
  entry === undefined
    ? `to[${index}]`
    : `to[${index}] ${entry.name === null ? `every ${kindText(entry)}` : `${kindText(entry)} ${entry.name}`}`;

/** Why a pair is dropped, in a few words. */
function whyDropped({ inert, missing }: PairMeaning): string {
  if (inert !== null) return INERT[inert];
  const gone = missing.map((id) =>
    id.namespace === null ? `namespace ${id.name} does not exist` : `${nameOf(id)} does not exist`,
  );
  return gone.length === 0 ? "nothing uses it" : `nothing uses it, since ${listed(gone)}`;
}

/** The same said of several pairs of one entry. */
const inOne = (reasons: readonly string[]): string => {
  const [only, ...others] = new Set(reasons);
  return only === undefined || others.length > 0 ? "nothing uses it" : only;
};

type Fate = PairFate & { readonly meaning: PairMeaning };

/** A line for each entry, or pair of entries, that is not left as it is. */
function dropLines({ grant }: GrantExplanation, fates: readonly Fate[]): readonly string[] {
  const isGone = ({ fate }: Fate): boolean => fate === "dropped" || fate === "repeated";
  const wordsFor = ({ fate, meaning }: Fate): string =>
    fate === "repeated" ? "other entries say the same" : whyDropped(meaning);
  const goneFrom = grant.from.filter(({ index }) => fates.filter(({ from }) => from === index).every(isGone));
  const goneTo = grant.to.filter(({ index }) => fates.filter(({ to }) => to === index).every(isGone));
  const goes = (list: typeof goneFrom | typeof goneTo, at: number): boolean => list.some(({ index }) => index === at);
  // Of what goes with another entry, that one is the reason.
  const reasons = (own: readonly Fate[], alone: (fate: Fate) => boolean): string => {
    const mine = own.filter(alone);
    return inOne((mine.length === 0 ? own : mine).map(wordsFor));
  };
  const told = new Set(
    fates.filter(
      ({ from, to }) => goneFrom.some((one) => one.index === from) || goneTo.some((one) => one.index === to),
    ),
  );
  const left = fates.filter((one) => isGone(one) && !told.has(one));
  return [
    ...goneFrom.map(
      ({ index, entry }) =>
        `${fromText(index, entry)}: ${reasons(
          fates.filter(({ from }) => from === index),
          ({ to }) => !goes(goneTo, to),
        )}`,
    ),
    ...goneTo.map(
      ({ index, entry }) =>
        `${toText(index, entry)}: ${reasons(
          fates.filter(({ to }) => to === index),
          ({ from }) => !goes(goneFrom, from),
        )}`,
    ),
    ...left.map(
      (one) =>
        `${fromText(one.from, entryAt(grant.from, one.from))} × ${toText(one.to, entryAt(grant.to, one.to))}: ${wordsFor(one)}`,
    ),
  ];
}

/** Entries for every name that now say which. */
function namedLines({ grant, opened }: GrantExplanation, fates: readonly Fate[]): readonly string[] {
  return grant.to.flatMap(({ index, entry }) => {
    const own = fates.filter(({ to }) => to === index);
    const named = own.filter(({ fate }) => fate === "named");
    if (named.length === 0) return [];
    // Where others go on using every name, that is not what the entry says.
    const some = own.some(({ fate }) => fate === "kept");
    const whose = some ? `${listed(named.map(({ from }) => fromText(from, entryAt(grant.from, from))))} × ` : "";
    const names = [
      ...new Set(named.flatMap(({ meaning }) => meaning.uses.map(({ reference }) => reference.referent.name))),
    ].toSorted();
    const today = opened.find(({ groupKind }) => kindText(groupKind) === kindText(entry))?.count ?? null;
    // What is used need not be there.
    const count = today === null || today < names.length ? null : today;
    return [
      `${whose}${toText(index, entry)}${count === null ? "" : ` (${count} today)`}: only ${someOf(names, 5)} ${names.length === 1 ? "is" : "are"} used`,
    ];
  });
}

/** What stays only because it is not known who uses it. */
function openLines({ grant }: GrantExplanation, fates: readonly Fate[]): readonly string[] {
  const open = fates.filter((one) => one.open !== null && one.fate === "kept");
  const reasons = Map.groupBy(open, (one) => (one.open === null || one.open === "perhaps" ? "" : gapText(one.open)));
  return [...reasons].map(([reason, same]) => {
    const pairs = same.map(
      (one) => `${fromText(one.from, entryAt(grant.from, one.from))} × ${toText(one.to, entryAt(grant.to, one.to))}`,
    );
    const why =
      reason === "" ? "whether it is in use cannot be told" : `whether it is in use could not be seen (${reason})`;
    return `Kept as it is: ${someOf(pairs)}: ${why}.`;
  });
}

/** At most so many lines are told of what is dropped. */
const DROPS_SHOWN = 20;

const shownOf = (lines: readonly string[]): readonly string[] =>
  lines.length <= DROPS_SHOWN ? lines : [...lines.slice(0, DROPS_SHOWN), `and ${lines.length - DROPS_SHOWN} more`];

/** Everything that is told of a grant made as tight as its use, a line each. */
export function tighteningLines(
  { explanation, object, result, fates, grants }: Tightening,
  telling: ScaffoldTelling,
): readonly string[] {
  const { grant, pairs } = explanation;
  const name = nameOf(grant.id);
  const more = telling.world === null ? "." : ` (see kubectl refgrant explain ${pasteable(grant.id)}${telling.world}).`;
  const meaningOf = (fate: PairFate) => pairs.find(({ from, to }) => from === fate.from && to === fate.to);
  const known = fates.flatMap((fate): readonly Fate[] => {
    const meaning = meaningOf(fate);
    return meaning === undefined ? [] : [{ ...fate, meaning }];
  });
  const notes = [
    ...makerNote(grant.id, makerOf(object)),
    ...(grant.terminating ? [`Note: ${name} is being deleted, and counts until it is gone.`] : []),
  ];
  const lines = ((): readonly string[] => {
    switch (result) {
      case "rejected":
        return [`${name} permits nothing: the API server refuses it as it stands${more}`];
      case "unused":
        return [`${name} could be deleted: nothing uses it${more}`];
      case "tight":
        return fates.some(({ open }) => open !== null)
          ? [`${name} is printed as it is.`]
          : [`${name} is as tight as today's use.`];
      case "narrowed": {
        const isFull = grants.some(({ from, to }) => Math.max(from.length, to.length) === MOST_ENTRIES);
        const drops = [...namedLines(explanation, known), ...dropLines(explanation, known)];
        const split =
          grants.length > 1
            ? [
                `It takes ${grants.length} grants: ${isFull ? `none has more than ${MOST_ENTRIES} entries on a side` : "one that said all would permit more"}. Apply them together; ${grant.id.name}, which is there already, is the last of them.`,
              ]
            : [];
        return [`${name}, as tight as today's use. It drops:`, ...shownOf(drops).map((line) => `  ${line}`), ...split];
      }
    }
  })();
  return [...lines, ...openLines(explanation, known), ...notes].map(printable);
}

/** Everything that is told of a ReferencePolicy said as grants, a line each. */
export function conversionLines({ policy, result, covering, grants, taken, leftOut }: Conversion): readonly string[] {
  const name = nameOf(policy.id);
  const lines = ((): readonly string[] => {
    switch (result) {
      case "converted":
        return [
          `${name} as ${plural(grants.length, "ReferenceGrant")}, entry for entry: since v0.6.0 nothing reads a ReferencePolicy, so it can be deleted once that is applied.`,
          letInText(grants),
          ...(leftOut.length === 0
            ? []
            : [
                `Note: ${listed(leftOut.map(entryText))} of it ${leftOut.length === 1 ? "is" : "are"} left out: no API server takes such an entry.`,
              ]),
          ...(taken === null
            ? []
            : [
                `Note: ${nameOf(taken)} is there and says something else, so this is called ${listed(grants.map(({ id }) => id.name))}.`,
              ]),
        ];
      case "covered":
        return [
          `${name} can be deleted: ${listed(covering.map(({ id }) => nameOf(id)))} ${covering.length === 1 ? "permits" : "permit"} all that it says.`,
        ];
      case "empty":
        return [`${name} says nothing that could be a grant: no API server takes what stands in it.`];
      case "no-grants":
        return [
          `${name} cannot be a ReferenceGrant: the cluster has none. Install the CRD referencegrants.gateway.networking.k8s.io of a release from v0.6.0 on.`,
        ];
    }
  })();
  return lines.map(printable);
}
