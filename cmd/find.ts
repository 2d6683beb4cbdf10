import { nearKindWord } from "../src/catalogue/kind-names.ts";
import { NAMESPACE } from "../src/catalogue/kinds.ts";
import { onlyWith } from "../src/catalogue/known.ts";
import { ASKING_KINDS } from "../src/catalogue/rows.ts";
import { RefgrantError } from "../src/model/failure.ts";
import type { Gap } from "../src/model/gap.ts";
import { selects } from "../src/model/labels.ts";
import { nearWord } from "../src/model/near-word.ts";
import { Needs } from "../src/model/need.ts";
import { compareIds, compareText, includesGroupKind, keyOf, type ObjectId } from "../src/model/object.ts";
import { sightOf } from "../src/model/sight.ts";
import type { Snapshot } from "../src/model/snapshot.ts";
import type { Inquired } from "../src/pipeline.ts";
import { pasteable } from "../src/render/command-text.ts";
import { shellWord } from "../src/render/shell-word.ts";
import { kindText, nameOf, requirementText } from "../src/render/terms.ts";
import { listed } from "../src/render/text.ts";
import type { NamedTarget, ObjectScope, TargetWord } from "./plan.ts";
import { type NamedKind, namedKind, type World } from "./world.ts";

/** The kinds that a word for a type names in a world. */
export async function kindsOf(type: string, world: World): Promise<readonly NamedKind[]> {
  const kinds = await world.kindsNamed(type);
  if (kinds.length > 0) return kinds;
  const near = nearKindWord(type, world.words);
  const meant = near === null ? "" : ` (did you mean ${near}?)`;
  const who = world.source === "cluster" ? "the server has" : "this tool knows";
  const advice = "Objects are written TYPE/NAME or TYPE NAME, for example route/web.";
  throw new RefgrantError("usage", `${who} no resource type ${JSON.stringify(type)}${meant}`, advice);
}

/** Where the objects are looked for: one namespace, or (null) all. */
function whereOf({ namespace, allNamespaces }: ObjectScope, world: World): string | null {
  return allNamespaces ? null : (namespace ?? world.namespace);
}

interface Hits {
  readonly ids: readonly ObjectId[];
  readonly gaps: readonly Gap[];
}

/** Collects needs beside an answer. */
function asking<T>(snapshot: Snapshot, question: (sight: ReturnType<typeof sightOf>) => T): Inquired<T> {
  const needs = new Needs();
  const answer = question(sightOf(snapshot, needs.onNeed));
  return { answer, needs: needs.all };
}

const sortedIds = (ids: readonly ObjectId[]): readonly ObjectId[] => ids.toSorted(compareIds);

/** The objects of some kinds that have one name, in one namespace or all. */
function named(snapshot: Snapshot, kinds: readonly NamedKind[], name: string, where: string | null): Inquired<Hits> {
  return asking(snapshot, (sight) => {
    const gaps: Gap[] = [];
    const ids = kinds.flatMap((kind): readonly ObjectId[] => {
      const { group, scope } = kind;
      if (scope === "Namespaced" && where === null) {
        const found = sight.everywhere({ group, kind: kind.kind, namespace: null, name });
        if (found.hidden !== null) gaps.push(found.hidden);
        return found.ids;
      }
      const id = { group, kind: kind.kind, namespace: scope === "Cluster" ? null : where, name };
      const existence = sight.existence(id);
      if (existence === "present") return [id];
      if (existence !== "missing") gaps.push(existence);
      return [];
    });
    return { ids: sortedIds(ids), gaps };
  });
}

/** All objects of some kinds in one namespace or all, as far as labels choose them. */
function all(
  snapshot: Snapshot,
  kinds: readonly NamedKind[],
  selector: ObjectScope["selector"],
  where: string | null,
): Inquired<Hits> {
  return asking(snapshot, (sight) => {
    const gaps = kinds.map((kind) => sight.hidden(kind, kind.scope === "Cluster" ? null : where));
    const ids = kinds
      .flatMap((kind) => sight.objectsOf(kind))
      .filter(({ id }) => where === null || id.namespace === null || id.namespace === where)
      .filter(({ labels }) => selects(selector, labels))
      .map(({ id }) => id);
    return { ids: sortedIds(ids), gaps: gaps.filter((gap) => gap !== null) };
  });
}

/** What is near to a name that nothing has. */
interface Nearby {
  /** Objects of these kinds that were seen where it was looked for. */
  readonly here: readonly ObjectId[];
  /** Those of them with a name near to it. */
  readonly near: readonly ObjectId[];
  /** Objects with that very name elsewhere. */
  readonly elsewhere: readonly ObjectId[];
  readonly namespace: "present" | "missing" | "unseen";
  /** A namespace with a name near to one that does not exist. */
  readonly nearNamespace: string | null;
}

const MOST_SHOWN = 5;

function nearby(snapshot: Snapshot, kinds: readonly NamedKind[], name: string, where: string | null): Inquired<Nearby> {
  return asking(snapshot, (sight) => {
    const ofKinds = kinds.map((kind) => {
      const namespace = kind.scope === "Cluster" ? null : where;
      sight.hiddenOnPage(kind, namespace);
      const ids = sight.objectsOf(kind).map(({ id }) => id);
      return ids.filter((id) => namespace === null || id.namespace === namespace);
    });
    const near = ofKinds.flatMap((here) => {
      const word = nearWord(
        name,
        here.map((id) => id.name),
      );
      return here.filter((id) => id.name === word);
    });
    const namespaced = kinds.filter(({ scope }) => scope === "Namespaced");
    const elsewhere = namespaced.flatMap(
      ({ group, kind }) => sight.everywhere({ group, kind, namespace: null, name }).ids,
    );
    const existence = where === null ? "present" : sight.existence({ ...NAMESPACE, namespace: null, name: where });
    if (existence === "missing") sight.hiddenOnPage(NAMESPACE, null);
    const nearNamespace =
      existence === "missing"
        ? nearWord(
            where ?? "",
            sight.objectsOf(NAMESPACE).map(({ id }) => id.name),
          )
        : null;
    return {
      here: sortedIds(ofKinds.flat()),
      near: sortedIds(near).slice(0, MOST_SHOWN),
      elsewhere: sortedIds(elsewhere),
      namespace: typeof existence === "string" ? existence : "unseen",
      nearNamespace,
    };
  });
}

const list = (items: readonly string[]): string => {
  const shown = items.slice(0, MOST_SHOWN).join(", ");
  return items.length > MOST_SHOWN ? `${shown} and ${items.length - MOST_SHOWN} more` : shown;
};

/** Some of what there is, for whoever asked for something else. */
function instead(here: readonly ObjectId[]): readonly string[] {
  if (here.length === 0) return [];
  const some = here.slice(0, MOST_SHOWN).map(nameOf);
  const names = here.length > some.length ? `${some.join(", ")}, and others` : listed(some);
  return [`There ${here.length === 1 ? "is" : "are"} ${names}.`];
}

const kindNames = (kinds: readonly NamedKind[]): string => list(kinds.map(kindText));

async function notFound(
  { type, name }: NamedTarget,
  kinds: readonly NamedKind[],
  where: string | null,
  world: World,
): Promise<RefgrantError> {
  const { here, near, elsewhere, namespace, nearNamespace } = await world.ask((snapshot) =>
    nearby(snapshot, kinds, name, where),
  );
  const inFiles = world.source === "files" ? " of the files" : "";
  const place =
    where === null
      ? world.source === "files"
        ? " in the files"
        : " in any namespace"
      : ` in namespace ${where}${inFiles}`;
  const scoped = kinds.some(({ scope }) => scope === "Namespaced");
  const what = kinds.length === 1 ? kindNames(kinds) : `${type} (${kindNames(kinds)})`;
  const missing = scoped && namespace === "missing" && world.source === "cluster";
  const advice = [
    ...(missing
      ? [`There is no namespace ${where}${nearNamespace === null ? "." : `; did you mean ${nearNamespace}?`}`]
      : []),
    ...(near.length === 0 ? [] : [`Did you mean ${list(near.map(nameOf))}?`]),
    ...(elsewhere.length === 0 ? [] : [`That name exists elsewhere: ${list(elsewhere.map(nameOf))}; choose with -n.`]),
  ];
  const next = advice.length === 0 ? instead(here) : advice;
  return new RefgrantError(
    "not-found",
    `there is no ${what} called ${name}${scoped ? place : ""}`,
    next.length === 0 ? null : next.join("\n"),
  );
}

function forbiddenError({ name }: TargetWord, gaps: readonly Gap[]): RefgrantError {
  const [gap] = gaps;
  return new RefgrantError("not-found", `${name ?? "the objects"} could not be looked for: ${gap?.detail}`);
}

function ambiguous({ name }: TargetWord, ids: readonly ObjectId[], where: string | null): RefgrantError {
  const place = where === null ? "" : ` in namespace ${where}`;
  return new RefgrantError(
    "ambiguous",
    `${ids.length} objects are called ${name}${place}: ${list(ids.map(nameOf))}`,
    `Name one of them:\n${ids.map((id) => `  ${pasteable(id)}`).join("\n")}`,
  );
}

/** Objects that were found, and what hid others. */
export interface Found {
  readonly ids: readonly ObjectId[];
  readonly gaps: readonly Gap[];
  /** Whether each was named, so that each is answered in full. */
  readonly named: boolean;
}

async function findNamed(target: NamedTarget, scope: ObjectScope, world: World): Promise<Hits> {
  const kinds = await kindsOf(target.type, world);
  const where = whereOf(scope, world);
  const { ids, gaps } = await world.ask((snapshot) => named(snapshot, kinds, target.name, where));
  const [first] = ids;
  // In files a gap means no more than that something else may exist outside.
  const hidden = world.source === "cluster" ? gaps : [];
  if (first === undefined) {
    throw hidden.length > 0 ? forbiddenError(target, hidden) : await notFound(target, kinds, where, world);
  }
  // All namespaces were asked for with -A; of kinds, and of files without -n, one was meant.
  const rivals = scope.allNamespaces ? ids.filter(({ namespace }) => namespace === first.namespace) : ids;
  if (rivals.length > 1) throw ambiguous(target, rivals, where);
  return { ids, gaps: hidden };
}

/**
 * Finds the objects that a command line names. What is not found is told with what is near to it.
 *
 * @throws RefgrantError `usage` for a type that there is not, `not-found`, `ambiguous`
 */
export async function find(scope: ObjectScope, world: World): Promise<Found> {
  const hits: Hits[] = [];
  for (const target of scope.targets) {
    const { name } = target;
    if (name !== null) hits.push(await findNamed({ ...target, name }, scope, world));
    else {
      const kinds = await kindsOf(target.type, world);
      hits.push(await findAll(kinds, whereOf(scope, world), scope.selector, world));
    }
  }
  const ids = new Map(hits.flatMap((hit) => hit.ids.map((id) => [keyOf(id), id] as const)));
  const gaps = [...new Set(hits.flatMap((hit) => hit.gaps))].toSorted((a, b) => compareText(a.detail, b.detail));
  return { ids: [...ids.values()], gaps, named: scope.targets.every(({ name }) => name !== null) };
}

/** Of a namespace that does not exist nothing is to be told, not even that nothing is refused. */
async function requireNamespace(where: string | null, world: World): Promise<void> {
  if (where === null) return;
  if (world.source === "files") {
    if (world.namespaces.includes(where)) return;
    const near = nearWord(where, world.namespaces);
    const advice = near === null ? null : `Did you mean ${near}?`;
    throw new RefgrantError("not-found", `the files hold nothing of namespace ${where}`, advice);
  }
  const { namespace, nearNamespace } = await world.ask((snapshot) => nearby(snapshot, [], "", where));
  if (namespace !== "missing") return;
  const advice = nearNamespace === null ? null : `Did you mean ${nearNamespace}?`;
  throw new RefgrantError("not-found", `there is no namespace ${where}`, advice);
}

/** Every object of these kinds that the labels choose, in one namespace, or (null) in all. */
async function findAll(
  kinds: readonly NamedKind[],
  where: string | null,
  selector: ObjectScope["selector"],
  world: World,
): Promise<Hits> {
  const hits = await world.ask((snapshot) => all(snapshot, kinds, selector, where));
  if (hits.ids.length === 0) await requireNamespace(where, world);
  return hits;
}

/** Every kind that can be refused something, where nobody said which. */
const ASKING: readonly NamedKind[] = ASKING_KINDS.map(namedKind).filter(({ scope }) => scope === "Namespaced");

/** Those that refer to nothing where another kind is not served are not looked for there. */
function askingIn({ served }: Snapshot): readonly NamedKind[] {
  return ASKING.filter((kind) => {
    const other = onlyWith(kind);
    return other === null || served === null || includesGroupKind(served, other);
  });
}

/** What a command is about, and where nothing is named, every object there that can be refused something. */
export async function findAsking(scope: ObjectScope, world: World): Promise<Found> {
  if (scope.targets.length > 0) return find(scope, world);
  const kinds = await world.ask((snapshot) => ({ answer: askingIn(snapshot), needs: [] }));
  return { ...(await findAll(kinds, whereOf(scope, world), scope.selector, world)), named: false };
}

/** What was asked about, where no object is named. */
export function scopeText(scope: ObjectScope, world: World): string {
  const { targets } = scope;
  const namespace = whereOf(scope, world);
  const where =
    namespace === null ? (world.source === "files" ? "the files" : "all namespaces") : `namespace ${namespace}`;
  return targets.length === 0 ? where : `all ${targets.map(({ type }) => type).join(", ")} of ${where}`;
}

/** The words that name the same objects again, each behind a blank. */
export function scopeWords(scope: ObjectScope, world: World): string {
  // Commands that go on with all of them were given no names.
  const { targets, allNamespaces, selector } = scope;
  const namespace = whereOf(scope, world);
  const words = [
    ...(targets.length === 0 ? [] : [shellWord(targets.map(({ type }) => type).join(","))]),
    ...(allNamespaces ? ["-A"] : namespace === null ? [] : [`-n ${shellWord(namespace)}`]),
    ...(selector.length === 0 ? [] : [`-l ${shellWord(selector.map(requirementText).join(","))}`]),
  ];
  return words.map((word) => ` ${word}`).join("");
}

/** That there is nothing of what was asked about is no error, and would else be told by nothing. */
export function noneText(scope: ObjectScope, world: World): string {
  const { targets, selector } = scope;
  const home = whereOf(scope, world);
  const place = home === null ? (world.source === "files" ? " in the files" : "") : ` in namespace ${home}`;
  const labels = selector.length === 0 ? "" : " with these labels";
  return `there are no ${listed([...new Set(targets.map(({ type }) => type))], "or")}${labels}${place}`;
}
