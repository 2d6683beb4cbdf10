import { CORE, GATEWAY_API, isRoute, type KindInfo } from "../../catalogue/kinds.ts";
import { groupKindKey } from "../../model/object.ts";
import { find } from "./discovery.ts";
import type { GroupVersion, Resource } from "./inventory.ts";

/** A kind that a server has, with the words for it, in lower case. */
interface NamedKind {
  readonly info: KindInfo;
  /** Plural, singular and kind. */
  readonly names: readonly string[];
  readonly shortNames: readonly string[];
  readonly versions: readonly string[];
}

/** A word for a type as kubectl reads it: with a group, with a version and a group, or neither. */
interface Reading {
  readonly name: string;
  readonly version: string | null;
  readonly group: string | null;
}

const VERSION = /^v[1-9]\d*(?:(?:alpha|beta)[1-9]\d*)?$/;
const ROUTE: readonly string[] = ["route", "routes"];

function readings(word: string): readonly Reading[] {
  const [name = "", ...rest] = word.toLowerCase().split(".");
  const [version = "", ...group] = rest;
  return [
    ...(group.length > 0 && VERSION.test(version) ? [{ name, version, group: group.join(".") }] : []),
    { name, version: null, group: rest.length === 0 ? null : rest.join(".") },
  ];
}

interface Occurrence {
  readonly group: string;
  readonly version: string;
  readonly resource: Resource;
}

function named(info: KindInfo, occurrences: readonly Occurrence[]): NamedKind {
  const resources = occurrences.map(({ resource }) => resource);
  const lower = (words: readonly string[]) =>
    [...new Set(words.map((word) => word.toLowerCase()))].filter((word) => word !== "");
  const plural = info.versions === null ? (resources[0]?.plural ?? info.plural) : info.plural;
  const singulars = resources.map(({ singular }) => singular);
  return {
    info: { ...info, plural },
    names: lower([info.plural, info.kind, ...resources.map((resource) => resource.plural), ...singulars]),
    shortNames: lower([...(info.shortNames ?? []), ...resources.flatMap(({ shortNames }) => shortNames)]),
    versions: info.group === CORE ? ["v1"] : occurrences.map(({ version }) => version),
  };
}

/** The kinds that a server has: those of `known` in their order, then all others in the server's. */
export function namedKinds(
  groupVersions: readonly GroupVersion[],
  known: readonly KindInfo[],
): ReadonlyMap<string, NamedKind> {
  const byKind = new Map<string, Occurrence[]>();
  for (const { group, version, resources } of groupVersions) {
    for (const resource of resources ?? []) {
      if (!resource.readable || resource.kind === "") continue;
      const key = groupKindKey({ group, kind: resource.kind });
      byKind.set(key, [...(byKind.get(key) ?? []), { group, version, resource }]);
    }
  }
  const found = new Map<string, NamedKind>();
  for (const info of known) {
    const key = groupKindKey(info);
    if (find(info, groupVersions).as !== "absent") found.set(key, named(info, byKind.get(key) ?? []));
  }
  for (const [key, occurrences] of byKind) {
    const [first] = occurrences;
    if (first === undefined || found.has(key)) continue;
    const { kind, plural, scope } = first.resource;
    const info: KindInfo = {
      group: first.group,
      kind,
      plural,
      scope,
      versions: null,
      retired: [],
      read: "metadata",
    };
    found.set(key, named(info, occurrences));
  }
  return found;
}

/** Those of the kinds that a reading names. As for kubectl, a name goes before a short name, a group before one it begins. */
function matching({ name, version, group }: Reading, kinds: readonly NamedKind[]): readonly NamedKind[] {
  const versioned = kinds.filter(({ versions }) => version === null || versions.includes(version));
  const scopes: readonly ((of: string) => boolean)[] =
    group === null ? [() => true] : [(of) => of === group, (of) => group !== "" && of.startsWith(group)];
  for (const inScope of scopes) {
    const scoped = versioned.filter(({ info }) => inScope(info.group));
    if (ROUTE.includes(name) && (group === null || group === GATEWAY_API)) {
      return scoped.filter(({ info }) => isRoute(info));
    }
    const byName = scoped.filter(({ names }) => names.includes(name));
    if (byName.length > 0) return byName;
    const byShortName = scoped.filter(({ shortNames }) => shortNames.includes(name));
    if (byShortName.length > 0) return byShortName;
  }
  return [];
}

/** The kinds that a word for a type names, as kubectl takes it; `route` is every route kind of the Gateway API. */
export function kindsOf(word: string, kinds: Iterable<NamedKind>): readonly KindInfo[] {
  const all = [...kinds];
  for (const reading of readings(word)) {
    const found = matching(reading, all);
    if (found.length > 0) return found.map(({ info }) => info);
  }
  return [];
}

/** Whether a word says itself which group it means, and so leaves nothing to be looked for in the core. */
export function namesGroup(word: string): boolean {
  return readings(word).every(({ group }) => group !== null && group !== "");
}

/** Every word that names one of the kinds. */
export function wordsFor(kinds: Iterable<NamedKind>): readonly string[] {
  const all = [...kinds];
  const own = all.flatMap(({ info, names, shortNames }) => {
    const words = [...names, ...shortNames];
    return info.group === CORE ? words : [...words, ...words.map((word) => `${word}.${info.group}`)];
  });
  return [...new Set([...own, ...(all.some(({ info }) => isRoute(info)) ? ROUTE : [])])];
}
