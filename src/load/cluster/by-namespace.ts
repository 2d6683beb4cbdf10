import { type KindInfo, NAMESPACE } from "../../catalogue/kinds.ts";
import type { Gap } from "../../model/gap.ts";
import { compareText, type GroupKind, type KubeObject, sameGroupKind } from "../../model/object.ts";
import type { ServedInfo } from "./discovery.ts";
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

const MOST_NAMESPACES = 100;

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
  const detail = `the server gave ${unreadable} ${resourceName(info)} without a usable name or namespace`;
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

/** Namespaces to try one by one; `all` when there are no others. */
export interface Candidates {
  readonly names: readonly string[];
  readonly all: boolean;
}

/** The namespaces to try: the `given` ones first, then those that the server listed, 100 in all. */
export function candidates(given: readonly string[], namespaces: Listed | undefined): Candidates {
  const wanted = [...new Set(given)].filter((name) => name !== "").toSorted(compareText);
  if (namespaces === undefined || namespaces.outcome.got !== "objects") return { names: wanted, all: false };
  const existing = new Set(namespaces.outcome.objects.map((object) => object.id.name));
  const first = wanted.filter((name) => existing.has(name));
  const others = [...existing].filter((name) => !first.includes(name)).toSorted(compareText);
  const names = [...first, ...others].slice(0, MOST_NAMESPACES);
  return { names, all: names.length === existing.size && namespaces.outcome.unreadable === 0 };
}

/** Reads a kind that may not be listed everywhere in each namespace that is known; Namespaces themselves one by one. */
export async function byNamespace(
  transport: Transport,
  served: ServedInfo,
  user: string,
  { names, all }: Candidates,
  settings: ListSettings,
): Promise<Seen> {
  const { info } = served;
  const nothing = seenIn({ served, outcome: { got: "forbidden", user } }, null);
  if (sameGroupKind(info, NAMESPACE)) {
    const single = await Promise.all(names.map((name) => objectNamed(transport, served, null, name)));
    return { objects: single.flatMap((one) => (one.got === "objects" ? one.objects : [])), gaps: nothing.gaps };
  }
  if (info.scope === "Cluster") return nothing;
  const outcomes = await Promise.all(
    names.map(async (name) => ({ name, outcome: await list(transport, served, name, settings) })),
  );
  const read = outcomes.filter(({ outcome }) => outcome.got === "objects").length;
  if (read === 0) return nothing;
  const seen = together(outcomes.map(({ name, outcome }) => seenIn({ served, outcome }, name)));
  if (all) return seen;
  const where = `in all namespaces, only in ${read === 1 ? "one" : read} of them`;
  const rest: Gap = {
    cause: "forbidden",
    groupKind: groupKind(info),
    namespace: null,
    exceptNamespaces: new Set(names),
    detail: detailOf("list", info, user, where),
  };
  return { objects: seen.objects, gaps: [...seen.gaps, rest] };
}

/**
 * Reads what may not be listed in all namespaces at once in each namespace that is known: the `given` ones first, then
 * those that the server listed, 100 in all. Namespaces that may not be listed are read one by one.
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
): Promise<Seen> {
  const namespaces = lists.find(({ served }) => sameGroupKind(served.info, NAMESPACE));
  const known = candidates(given, namespaces);
  const parts = lists.map(async (listed): Promise<Seen> => {
    const { served, outcome } = listed;
    if (outcome.got !== "forbidden") return seenIn(listed, null);
    return byNamespace(transport, served, outcome.user, known, settings);
  });
  return together(await Promise.all(parts));
}
