import { IMPLEMENTATIONS } from "../catalogue/implementations.ts";
import { type EntryPart, isSlip, meantGroup, meantKind } from "../catalogue/names.ts";
import { DISPUTED_REFERENTS, implementationsOf } from "../catalogue/referents.ts";
import type { GrantClause, GrantTrial, GrantVerdict } from "../model/decision.ts";
import type { Grant, GrantFrom, GrantTo, Indexed } from "../model/grant.ts";
import { compareIds, type GroupKind, includesGroupKind, keyOf, type NamespacedId } from "../model/object.ts";
import type { GrantReference } from "../model/reference.ts";
import type { Sight } from "../model/snapshot.ts";
import { implementationGaps } from "./implementation-gap.ts";

/** The side of a reference that a grant looks at: the referrer by kind and namespace, the referent by name too. */
interface Pair {
  readonly from: GrantFrom;
  readonly to: NamespacedId;
}

/** The clauses in the order in which a person checks them; the same order breaks ties between near misses. */
const CLAUSES: readonly {
  readonly clause: GrantClause;
  readonly part: EntryPart;
  readonly needed: (pair: Pair) => string;
  /** What the entry says; null where it takes everything. */
  readonly written: (from: GrantFrom, to: GrantTo) => string | null;
}[] = [
  { clause: "from.group", part: "group", needed: ({ from }) => from.group, written: (from) => from.group },
  { clause: "from.kind", part: "kind", needed: ({ from }) => from.kind, written: (from) => from.kind },
  {
    clause: "from.namespace",
    part: "namespace",
    needed: ({ from }) => from.namespace,
    written: (from) => from.namespace,
  },
  { clause: "to.group", part: "group", needed: ({ to }) => to.group, written: (_from, to) => to.group },
  { clause: "to.kind", part: "kind", needed: ({ to }) => to.kind, written: (_from, to) => to.kind },
  { clause: "to.name", part: "name", needed: ({ to }) => to.name, written: (_from, to) => to.name },
];

function trial(pair: Pair, grant: Grant, from: Indexed<GrantFrom>, to: Indexed<GrantTo>): GrantTrial {
  const failed: GrantClause[] = grant.id.namespace === pair.to.namespace ? [] : ["grant.namespace"];
  const slips: GrantClause[] = [];
  for (const { clause, part, needed, written } of CLAUSES) {
    const text = written(from.entry, to.entry);
    if (text === null || text === needed(pair)) continue;
    failed.push(clause);
    if (isSlip(part, text, needed(pair))) slips.push(clause);
  }
  return { grant, from: from.index, to: to.index, failed, slips };
}

/** Whether the entry names the very referent, which says more than "every object of the kind". */
function namesReferent({ grant, to, failed }: GrantTrial): boolean {
  return !failed.includes("to.name") && grant.to.some(({ index, entry }) => index === to && entry.name !== null);
}

/**
 * Nearest first: fewest failed clauses that are no slips, then fewest of all, then entries that name the referent, then the clause that is checked first; at last
 * by name and entry, so that the order is the world's own.
 */
function nearest(a: GrantTrial, b: GrantTrial): number {
  const rank = ({ failed: [first] }: GrantTrial) => CLAUSES.findIndex(({ clause }) => clause === first);
  const astray = ({ failed, slips }: GrantTrial) => failed.length - slips.length;
  return (
    astray(a) - astray(b) ||
    a.failed.length - b.failed.length ||
    Number(namesReferent(b)) - Number(namesReferent(a)) ||
    rank(a) - rank(b) ||
    compareIds(a.grant.id, b.grant.id) ||
    a.from - b.from ||
    a.to - b.to
  );
}

interface Entry {
  readonly grant: Grant;
  readonly from: Indexed<GrantFrom>;
  readonly to: Indexed<GrantTo>;
}

/** Every `from` with every `to` of each grant. */
function* entriesOf(grants: readonly Grant[]): Generator<Entry> {
  for (const grant of grants) {
    for (const from of grant.from) for (const to of grant.to) yield { grant, from, to };
  }
}

/** How many near misses a decision keeps. More would not be read, and a namespace may hold thousands of entries. */
const NEAREST_KEPT = 8;

/** Stands for every name in a key; no object is called so. */
const ANY_NAME = "";

function targetKey(from: GrantFrom, to: GroupKind, name: string): string {
  return `${from.group}/${from.kind}/${from.namespace}/${to.group}/${to.kind}/${name}`;
}

function pushTo<T>(index: Map<string, T[]>, key: string, value: T): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [value]);
  else known.push(value);
}

const NO_ENTRIES: readonly Entry[] = [];

/**
 * The entries of the grants of one namespace, so that what permits a reference, and what fails it in one clause only, is
 * found without going through the others.
 */
class NamespaceIndex {
  readonly #grants: readonly Grant[];
  /** By `from`, kind and name of `to`; ANY_NAME where every name is meant. */
  readonly #permitting = new Map<string, Entry[]>();
  #nearMisses: Map<string, Entry[]> | null = null;
  /** By what was meant: entries that only slips keep from matching. */
  #slips: Map<string, Entry[]> | null = null;

  constructor(grants: readonly Grant[]) {
    this.#grants = grants;
    for (const entry of entriesOf(this.#grants)) {
      const { name } = entry.to.entry;
      pushTo(this.#permitting, targetKey(entry.from.entry, entry.to.entry, name ?? ANY_NAME), entry);
    }
  }

  /** The entries that match the pair in every clause but the namespace, which is this one. */
  permitting({ from, to }: Pair): readonly Entry[] {
    return [
      ...(this.#permitting.get(targetKey(from, to, ANY_NAME)) ?? NO_ENTRIES),
      ...(this.#permitting.get(targetKey(from, to, to.name)) ?? NO_ENTRIES),
    ];
  }

  /** Entries that fail in one clause, or by slips alone; where there is none, some of all. */
  nearest({ from, to }: Pair): readonly Entry[] {
    this.#nearMisses ??= this.#indexNearMisses();
    this.#slips ??= this.#indexSlips();
    const misses = this.#nearMisses;
    const slips = this.#slips;
    const near = new Set([
      ...[to.name, ANY_NAME]
        .flatMap((name) => missKeys(from, to, name))
        .flatMap((key) => misses.get(key) ?? NO_ENTRIES),
      ...meantKeys(from, to).flatMap((key) => slips.get(key) ?? NO_ENTRIES),
    ]);
    return near.size > 0 ? [...near] : [...entriesOf(this.#grants).take(MOST_SCANNED)];
  }

  #indexSlips(): Map<string, Entry[]> {
    const index = new Map<string, Entry[]>();
    for (const entry of entriesOf(this.#grants)) {
      const key = meantKey(entry.from.entry, entry.to.entry, entry.to.entry.name ?? ANY_NAME);
      if ((index.get(key)?.length ?? 0) < NEAREST_KEPT) pushTo(index, key, entry);
    }
    return index;
  }

  #indexNearMisses(): Map<string, Entry[]> {
    const index = new Map<string, Entry[]>();
    for (const entry of entriesOf(this.#grants)) {
      for (const key of missKeys(entry.from.entry, entry.to.entry, entry.to.entry.name ?? ANY_NAME)) {
        if ((index.get(key)?.length ?? 0) < NEAREST_KEPT) pushTo(index, key, entry);
      }
    }
    return index;
  }
}

/** Where nothing comes near, it does not matter which of many entries is shown. */
const MOST_SCANNED = 256;

/** What somebody wrote is taken for a wildcard, though there is none. */
const WILDCARD = "*";

function meantKey(from: GrantFrom, to: GroupKind, name: string): string {
  const parts = [
    meantGroup(from.group),
    meantKind(from.kind),
    from.namespace,
    meantGroup(to.group),
    meantKind(to.kind),
  ];
  return [...parts, name].join("/");
}

/** The keys under which an entry may stand that means this pair. */
function meantKeys(from: GrantFrom, to: NamespacedId): readonly string[] {
  return [from.namespace, WILDCARD].flatMap((namespace) =>
    [to.name, ANY_NAME, WILDCARD].map((name) => meantKey({ ...from, namespace }, to, name)),
  );
}

/** A key for each clause left out: what shares one differs in that clause at most. */
function missKeys(from: GrantFrom, to: GroupKind, name: string): readonly string[] {
  const parts = [from.group, from.kind, from.namespace, to.group, to.kind, name];
  return parts.map((_, left) => `${left}/${parts.map((part, at) => (at === left ? "" : part)).join("/")}`);
}

/** Decides grant references against all grants of a world. */
export interface GrantEvaluator {
  readonly decide: (reference: GrantReference) => GrantVerdict;
}

/**
 * Indexes the grants once. A reference is then held against the grants in its referent's namespace, and, if none
 * permits, against those in other namespaces that would permit it if they stood there: the commonest mistake.
 *
 * @param kinds the kinds of grant that count
 */
export function grantEvaluator(grants: readonly Grant[], sight: Sight, kinds: readonly GroupKind[]): GrantEvaluator {
  const byNamespace = Map.groupBy(grants, (grant) => grant.id.namespace);
  const indices = new Map<string, NamespaceIndex>();
  const indexOf = (namespace: string): NamespaceIndex => {
    const index = indices.get(namespace) ?? new NamespaceIndex(byNamespace.get(namespace) ?? []);
    indices.set(namespace, index);
    return index;
  };
  // Grants that name an object outright, wherever they stand: if they would permit it, they may only be misplaced.
  const byTarget = new Map<string, Entry[]>();
  for (const entry of entriesOf(grants)) {
    const { name } = entry.to.entry;
    if (name === null) continue;
    const key = targetKey(entry.from.entry, entry.to.entry, name);
    if ((byTarget.get(key)?.length ?? 0) < NEAREST_KEPT) pushTo(byTarget, key, entry);
  }

  const held = (pair: Pair, entries: readonly Entry[]): readonly GrantTrial[] =>
    entries.map(({ grant, from, to }) => trial(pair, grant, from, to)).toSorted(nearest);
  const permitting = (pair: Pair): readonly GrantTrial[] => held(pair, indexOf(pair.to.namespace).permitting(pair));

  /** What comes nearest: in the referent's namespace, in the referrer's by mistake, or naming the referent from anywhere. */
  const nearMisses = (pair: Pair): readonly GrantTrial[] => {
    const here = indexOf(pair.to.namespace).nearest(pair);
    const misplaced = [
      ...indexOf(pair.from.namespace).permitting(pair),
      ...(byTarget.get(targetKey(pair.from, pair.to, pair.to.name)) ?? NO_ENTRIES),
    ].filter(({ grant }) => grant.id.namespace !== pair.to.namespace);
    const once = new Map(
      misplaced.map((entry) => [`${keyOf(entry.grant.id)}/${entry.from.index}/${entry.to.index}`, entry]),
    );
    return held(pair, [...here, ...once.values()]).slice(0, NEAREST_KEPT);
  };

  /** The grants' own word on one pair, whatever the implementation makes of it. */
  const decidePair = (pair: Pair): GrantVerdict => {
    const [first, ...others] = permitting(pair);
    if (first !== undefined) {
      const trials = [first, ...others] as const;
      return { verdict: "permitted", witness: { by: "grant", trials }, trials };
    }
    const gap = kinds.map((kind) => sight.hidden(kind, pair.to.namespace)).find((hidden) => hidden !== null);
    const trials = nearMisses(pair);
    if (gap !== undefined) return { verdict: "unknown", gaps: [gap], trials };
    return { verdict: "refused", reason: "RefNotPermitted", trials };
  };

  const known = new Map<string, GrantVerdict>();
  const remembered = (pair: Pair): GrantVerdict => {
    const key = `${targetKey(pair.from, pair.to, pair.to.name)}/${pair.to.namespace}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const decided = decidePair(pair);
    known.set(key, decided);
    return decided;
  };

  const gapOf = implementationGaps();
  /** Where the implementation has the last word: what the grants say, and the question that is left to it. */
  const leftOpen = (byGrants: GrantVerdict, about: GroupKind, detail: string): GrantVerdict => ({
    verdict: "unknown",
    gaps: [gapOf(about, detail), ...(byGrants.verdict === "unknown" ? byGrants.gaps : [])],
    trials: byGrants.trials,
  });

  const crossing = (reference: GrantReference, byGrants: GrantVerdict): GrantVerdict => {
    const { enforcement, scope, referent } = reference;
    const granted = byGrants.verdict === "permitted";
    switch (enforcement) {
      case "ignored":
        return { verdict: "permitted", witness: { by: "unenforced" }, trials: granted ? byGrants.trials : [] };
      case "same-namespace-only":
        return { verdict: "refused", reason: "MustBeLocal", trials: [] };
      case "required":
      case "feature-gated":
      case "disputed":
        if (scope?.regime === "other" && !granted) {
          return leftOpen(
            byGrants,
            referent,
            "whether a grant is needed under such a parent is the implementation's to say",
          );
        }
        if (granted && (enforcement === "disputed" || includesGroupKind(DISPUTED_REFERENTS, referent))) {
          return leftOpen(byGrants, referent, disputed(reference));
        }
        return byGrants;
      case "generated":
        // Which namespace the generated object stands in, this one does not say.
        return leftOpen(byGrants, reference.referrer, doubt(reference, enforcement));
      case "mode":
      case "declared":
      case "unverified":
        return granted ? byGrants : leftOpen(byGrants, reference.referrer, doubt(reference, enforcement));
    }
  };

  return {
    decide: (reference) => {
      const { referrer, referent, scope, trustedAs, asksAtHome, asksUnderMesh } = reference;
      const { namespace } = referent;
      if (namespace === null) return { verdict: "permitted", witness: { by: "clusterScoped" }, trials: [] };
      if (namespace === referrer.namespace && !asksAtHome) {
        return { verdict: "permitted", witness: { by: "sameNamespace" }, trials: [] };
      }
      const to = { ...referent, namespace };
      const [first, ...others] = trustedAs.map(
        ({ group, kind }): Pair => ({ from: { group, kind, namespace: referrer.namespace }, to }),
      );
      if (first === undefined) return { verdict: "refused", reason: "RefNotPermitted", trials: [] };
      if (scope?.regime === "mesh" && !asksUnderMesh) {
        const trials = [first, ...others].flatMap(permitting);
        return { verdict: "permitted", witness: { by: "meshExemption" }, trials };
      }
      // Any of the kinds that the implementation may look at is enough; the first speaks for the rest.
      const verdicts = [first, ...others].map(remembered);
      const best = verdicts.find(({ verdict }) => verdict === "permitted") ?? remembered(first);
      return crossing(reference, best);
    },
  };
}

/** Why a grant may not be enough. */
function disputed(reference: GrantReference): string {
  const what = includesGroupKind(DISPUTED_REFERENTS, reference.referent)
    ? `a ${reference.referent.kind} of another namespace`
    : `${reference.row} with an object of another namespace`;
  return `a grant is needed and given; whether ${what} works even so, the specification leaves open (GEP-4894)`;
}

/** Why a missing grant may not be a refusal. */
function doubt(reference: GrantReference, enforcement: "mode" | "generated" | "declared" | "unverified"): string {
  const title = implementationsOf(reference)
    .map((implementation) => IMPLEMENTATIONS[implementation].title)
    .join(" or ");
  switch (enforcement) {
    case "mode":
      return `whether ${title} asks for a grant here is a setting of its own`;
    case "generated":
      return `${title} holds an object that it generates against grants, not this one`;
    case "declared":
      return `the schema of ${title} says that a grant is needed here; what it does could not be read`;
    case "unverified":
      return `what ${title} does here has not been read`;
  }
}
