import { nearWord } from "../model/near-word.ts";
import { type GroupKind, groupKindKey } from "../model/object.ts";
import { KNOWN_TARGETS } from "./ecosystem.ts";
import { isRoute } from "./kinds.ts";
import { KINDS, kindInfo } from "./known.ts";
import { ROWS } from "./rows.ts";

/** The plural that English would give a kind, for kinds whose own is not known. */
function pluralOf(kind: string): string {
  if (/(s|x|ch|sh)$/.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

/** Every name of a kind, in lower case and without its group: singular, plural and short names. */
function namesOf(groupKind: GroupKind): readonly string[] {
  const kind = groupKind.kind.toLowerCase();
  const { plural = pluralOf(kind), shortNames = [] } = kindInfo(groupKind) ?? {};
  return [kind, plural, ...shortNames];
}

/** What stands for every route kind of the Gateway API. */
const ROUTE_WORDS: readonly string[] = ["route", "routes"];

/** Every word for a kind, in lower case: its names, alone and with the group. */
function wordsFor(groupKind: GroupKind): readonly string[] {
  const own = namesOf(groupKind);
  const qualified = groupKind.group === "" ? [] : own.map((word) => `${word}.${groupKind.group}`);
  return [...own, ...qualified, ...(isRoute(groupKind) ? ROUTE_WORDS : [])];
}

/** Every kind that the catalogue speaks of: those that hold references first, then those that are read or named. */
const SPOKEN_OF: readonly GroupKind[] = [
  ...new Map(
    [
      ...ROWS.map(({ from }) => from),
      ...KINDS,
      ...ROWS.flatMap(({ defaults, alsoNames = [] }) => [...(defaults === null ? [] : [defaults]), ...alsoNames]),
      ...KNOWN_TARGETS.map(({ target }) => target),
    ].map(({ group, kind }) => [groupKindKey({ group, kind }), { group, kind }] as const),
  ).values(),
];

let words: readonly string[] | undefined;

/** Every word that names a kind: what a mistyped one may have meant. Put together when it is first asked for. */
export function kindWords(): readonly string[] {
  words ??= [...new Set(SPOKEN_OF.flatMap(wordsFor))];
  return words;
}

/** The kinds of a word in lower case that has no version. */
function kindsCalled(word: string): readonly GroupKind[] {
  if (ROUTE_WORDS.includes(word)) return SPOKEN_OF.filter(isRoute);
  const dot = word.indexOf(".");
  if (dot === -1) return SPOKEN_OF.filter((kind) => namesOf(kind).includes(word));
  const group = word.slice(dot + 1);
  const name = word.slice(0, dot);
  return group === "" ? [] : SPOKEN_OF.filter((kind) => kind.group === group && namesOf(kind).includes(name));
}

/** A resource or kind, its version and its group, as kubectl takes them; core is the empty group. */
const VERSIONED = /^([^.]+)\.(v[1-9]\d*(?:(?:alpha|beta)[1-9]\d*)?)\.(.*)$/;

/** The kinds of a word with a version; one that is known never to have had that version is none. */
function kindsVersioned(word: string): readonly GroupKind[] {
  const [, own, version, group] = VERSIONED.exec(word) ?? [];
  if (own === undefined || version === undefined || group === undefined) return [];
  return kindsCalled(group === "" ? own : `${own}.${group}`).filter((kind) => {
    const versions = kindInfo(kind)?.versions ?? null;
    return kind.group === group && (versions === null || versions.includes(version));
  });
}

/**
 * The kinds that a word names, as people and kubectl write them, in any case: `httproute`, `HTTPRoutes`, `gtw`,
 * `backends.gateway.envoyproxy.io`, `httproutes.v1.gateway.networking.k8s.io`, and `route` for every route kind of the Gateway
 * API. None if it names nothing known.
 */
export function kindsNamed(word: string): readonly GroupKind[] {
  const wanted = word.toLowerCase();
  const called = kindsCalled(wanted);
  return called.length > 0 ? called : kindsVersioned(wanted);
}

/** The word for a kind that was likely meant by one that names none, whole or in front of its group; null if none is near. */
export function nearKindWord(word: string, words: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  const [head = wanted] = wanted.split(/[./]/);
  return nearWord(wanted, words) ?? nearWord(head, words);
}
