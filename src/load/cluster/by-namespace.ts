import { type KindInfo, NAMESPACE } from "../../catalogue/kinds.ts";
import type { Gap } from "../../model/gap.ts";
import { type GroupKind, type KubeObject, sameGroupKind } from "../../model/object.ts";
import type { ServedInfo } from "./discovery.ts";
import { type Candidates, candidates, namespacesMet } from "./known-namespaces.ts";
import { type ListSettings, list, type Outcome, objectNamed, resourceName } from "./lists.ts";
import type { Transport } from "./transport.ts";

/** A kind with what came of listing it everywhere. */
export interface Listed {
  readonly served: ServedInfo;
  readonly outcome: Outcome;
}

/** What could be read, and what could not. */
export interface Seen {
  readonly objects: readonly KubeObject[];
  readonly gaps: readonly Gap[];
}

function groupKind({ group, kind }: KindInfo): GroupKind {
  return { group, kind };
}

function detailOf(verb: "get" | "list", info: KindInfo, user: string, where: string): string {
  const who = user === "" ? "the caller" : `user "${user}"`;
  const place = info.scope === "Cluster" ? "" : ` ${where}`;
  const rule = `apiGroups: ["${info.group}"], resources: ["${info.plural}"]`;
  return `${who} may not ${verb} ${resourceName(info)}${place}; ask for verbs [${verb}] on that resource (${rule})`;
}

function unreadableGap(info: KindInfo, unreadable: number, namespace: string | null): readonly Gap[] {
  if (unreadable === 0) return [];
  const detail = `the server gave ${unreadable} ${resourceName(info)} without a usable name or namespace, or of another kind`;
  return [{ cause: "failed", groupKind: groupKind(info), namespace, detail }];
}

/** What a list of one kind everywhere, or in one namespace, or one object of it shows; what it does not show is one gap. */
export function seenIn(
  { served: { info }, outcome }: Listed,
  namespace: string | null,
  verb: "get" | "list" = "list",
): Seen {
  switch (outcome.got) {
    case "objects":
      return { objects: outcome.objects, gaps: unreadableGap(info, outcome.unreadable, namespace) };
    case "forbidden": {
      const where = namespace === null ? "in all namespaces" : `in namespace ${namespace}`;
      const detail = detailOf(verb, info, outcome.user, where);
      return { objects: [], gaps: [{ cause: "forbidden", groupKind: groupKind(info), namespace, detail }] };
    }
    case "nothing":
      return {
        objects: [],
        gaps: [{ cause: "failed", groupKind: groupKind(info), namespace, detail: outcome.why }],
      };
  }
}

function together(parts: readonly Seen[]): Seen {
  return { objects: parts.flatMap((part) => part.objects), gaps: parts.flatMap((part) => part.gaps) };
}

/** A kind that may not be listed in all namespaces, with what came of reading it in single ones, by their names. */
export interface Tried {
  readonly served: ServedInfo;
  /** Whom the server takes the caller for. */
  readonly user: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/** Reads a kind in each of some namespaces; Namespaces themselves one by one. */
export async function tryEach(
  transport: Transport,
  served: ServedInfo,
  names: readonly string[],
  settings: ListSettings,
): Promise<ReadonlyMap<string, Outcome>> {
  const { info } = served;
  const ofNamespaces = sameGroupKind(info, NAMESPACE);
  if (info.scope === "Cluster" && !ofNamespaces) return new Map();
  const outcomes = names.map(async (name) => {
    const one = ofNamespaces ? objectNamed(transport, served, null, name) : list(transport, served, name, settings);
    return [name, await one] as const;
  });
  return new Map(await Promise.all(outcomes));
}

/** `only in 2 of the 7 that were tried`, and how many were not. */
function triedText(read: number, { names, untried }: Candidates): string {
  const tried = names.length;
  const of = tried === 1 ? "the one that was tried" : `the ${tried} that were tried`;
  const where = read === tried ? of : `${read === 1 ? "one" : read} of ${of}`;
  const rest = untried === 0 ? "" : `, and ${untried} more were not tried (-n NAMESPACE has one tried)`;
  return `in all namespaces, ${read === 0 ? `and not in ${of}` : `only in ${where}`}${rest}`;
}

/** What reading a kind in single namespaces shows. What all of them together do not show is under one gap. */
export function seenByNamespace({ served, user, outcomes }: Tried, known: Candidates): Seen {
  const { info } = served;
  const read = [...outcomes].filter(([, { got }]) => got === "objects");
  const everywhere = seenIn({ served, outcome: { got: "forbidden", user } }, null);
  if (info.scope === "Cluster") {
    const { objects } = together(read.map(([, outcome]) => seenIn({ served, outcome }, null)));
    return { objects, gaps: everywhere.gaps };
  }
  if (read.length === 0 && known.untried === 0) return everywhere;
  const seen = together([...outcomes].map(([name, outcome]) => seenIn({ served, outcome }, name)));
  if (known.all) return read.length === 0 ? everywhere : seen;
  const rest: Gap = {
    cause: "forbidden",
    groupKind: groupKind(info),
    namespace: null,
    ...(read.length === 0 ? {} : { exceptNamespaces: new Set(outcomes.keys()) }),
    detail: detailOf("list", info, user, triedText(read.length, known)),
  };
  return { objects: seen.objects, gaps: read.length === 0 ? [rest] : [...seen.gaps, rest] };
}

/** What a kind in single namespaces does not show, as one gap; null where nothing is hidden. */
export function hiddenByNamespace(tried: Tried, known: Candidates): Gap | null {
  const { gaps } = seenByNamespace(tried, known);
  const [first, ...others] = gaps;
  if (first === undefined) return null;
  const whole = gaps.find(({ namespace }) => namespace === null);
  if (others.length === 0 && whole !== undefined) return whole;
  const hidden = new Set(gaps.map(({ namespace }) => namespace));
  const exceptNamespaces = new Set([...tried.outcomes.keys()].filter((name) => !hidden.has(name)));
  if (whole !== undefined || others.length === 0) return { ...(whole ?? first), namespace: null, exceptNamespaces };
  const detail = detailOf("list", tried.served.info, tried.user, triedText(exceptNamespaces.size, known));
  return { ...first, cause: "forbidden", namespace: null, exceptNamespaces, detail };
}

/** What a cluster shows, and which namespaces were tried one by one; null where none had to be. */
export interface SeenByNamespace extends Seen {
  readonly tried: Candidates | null;
}

/**
 * Reads what may not be listed in all namespaces at once in each namespace that is known, 100 in all: the `given` ones first, then
 * those that the server listed. Where it lists none, those are known that the objects which could be read stand in or name, and so
 * on from there.
 *
 * @param lists every kind with what came of listing it everywhere
 * @returns what `lists` and the single namespaces show, each thing hidden under one gap
 * @throws RefgrantError `credentials`, `interrupted`
 */
export async function readByNamespace(
  transport: Transport,
  lists: readonly Listed[],
  given: readonly string[],
  settings: ListSettings,
): Promise<SeenByNamespace> {
  const denied = lists.flatMap(({ served, outcome }) =>
    outcome.got === "forbidden" ? [{ served, user: outcome.user, outcomes: new Map<string, Outcome>() }] : [],
  );
  const seen = (known: Candidates): Seen =>
    together(
      lists.map((one) => {
        const tried = denied.find(({ served }) => served === one.served);
        return tried === undefined ? seenIn(one, null) : seenByNamespace(tried, known);
      }),
    );
  if (denied.length === 0) return { ...seen(candidates(given, undefined)), tried: null };
  // Kinds without namespaces are tried in none.
  const isTried = denied.some(({ served }) => served.info.scope === "Namespaced");
  const namespaces = lists.find(({ served }) => sameGroupKind(served.info, NAMESPACE))?.outcome;
  const met = new Set<string>();
  const meet = (outcomes: Iterable<Outcome>): void => {
    if (namespaces?.got === "objects") return;
    const objects = [...outcomes].flatMap((outcome) => (outcome.got === "objects" ? outcome.objects : []));
    for (const name of namespacesMet(objects)) met.add(name);
  };
  meet(lists.map(({ outcome }) => outcome));
  const tried = new Set<string>();
  for (;;) {
    const known = candidates(given, namespaces, met);
    const fresh = known.names.filter((name) => !tried.has(name));
    if (fresh.length === 0) return { ...seen(known), tried: isTried ? known : null };
    for (const name of fresh) tried.add(name);
    const round = await Promise.all(denied.map(({ served }) => tryEach(transport, served, fresh, settings)));
    for (const [index, { outcomes }] of denied.entries()) {
      for (const [name, outcome] of round[index] ?? []) outcomes.set(name, outcome);
    }
    meet(round.flatMap((outcomes) => [...outcomes.values()]));
  }
}
