import { isRoute } from "../catalogue/kinds.ts";
import { SERVED_EVERYWHERE } from "../catalogue/new-grants.ts";
import type { GrantEntries, GrantFrom } from "../model/grant.ts";
import { compareText, groupKindKey, type NamespacedId } from "../model/object.ts";
import type { Maker } from "../model/remedy.ts";
import { type EarlyTarget, type Granting, type Merge, MOST_TOLD, type WrittenGrant } from "../model/scaffold.ts";
import { makerText } from "./advice-prose.ts";
import { pasteable } from "./command-text.ts";
import { narrowingText, openedText, someOf } from "./explain-prose.ts";
import { refusedLines, type ScaffoldTelling, sentence, whole } from "./scaffold-refusals.ts";
import { shellWord } from "./shell-word.ts";
import { kindsText, kindText, nameOf } from "./terms.ts";
import { type Display, listed, plural, printable } from "./text.ts";

/** What is told beside the grants that are printed: whom else they let in, what they are not for, and what helps there. */

/** `every HTTPRoute in a and b, and every GRPCRoute in c`: whom entries trust, one and all. */
function everyText(from: readonly GrantFrom[]): string {
  const byKind = [...Map.groupBy(from, groupKindKey).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [`every ${kindText(first)} in ${listed(same.map(({ namespace }) => namespace))}`];
  });
  if (byKind.length < 3) return byKind.join(" and ");
  return `${byKind.slice(0, -1).join(", ")}, and ${byKind.at(-1)}`;
}

/** What a grant cannot name. */
function unnamed(grants: readonly GrantEntries[]): string {
  const kinds = new Map(grants.flatMap(({ from }) => from.map((entry) => [groupKindKey(entry), entry] as const)));
  const [only, ...others] = kinds.values();
  if ([...kinds.values()].every(isRoute)) return "the route";
  return only === undefined || others.length > 0 ? "who refers" : `the ${kindText(only)}`;
}

const NAMED = 3;

/** What some of all grants open: by name where it is little, else how much it is. */
function thingsText(grants: readonly WrittenGrant[], everywhere: readonly WrittenGrant[]): string {
  const [only, ...others] = grants;
  if (only === undefined) return "";
  const entries = grants.flatMap(({ to }) => to);
  const namespaces = new Set(grants.map(({ id }) => id.namespace));
  const isOne =
    everywhere.every(({ id }) => id.namespace === only.id.namespace) && entries.every(({ name }) => name !== null);
  if (isOne && others.length === 0 && only.to.length <= NAMED) return openedText(only.to, () => "");
  if (entries.length <= NAMED) {
    return listed(grants.map(({ id, to }) => `${openedText(to, () => "")} in ${id.namespace}`));
  }
  const counts = [...Map.groupBy(entries, groupKindKey).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    return [
      same.some(({ name }) => name === null)
        ? `every ${kindText(first)}`
        : `${same.length} ${same.length === 1 ? kindText(first) : kindsText(first)}`,
    ];
  });
  const where = namespaces.size === 1 ? `in ${only.id.namespace}` : `in ${namespaces.size} namespaces`;
  return `${listed(counts)} ${where}`;
}

/** Whom grants let in, beside those that they are for: one sentence. */
export function letInText(grants: readonly WrittenGrant[]): string {
  const alike = [
    ...Map.groupBy(grants, ({ from }) =>
      JSON.stringify(from.map((entry) => `${groupKindKey(entry)}/${entry.namespace}`).toSorted(compareText)),
    ).values(),
  ];
  const said = alike.flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [`${everyText(first.from)} may then use ${thingsText(same, grants)}`];
  });
  const more = said.length - NAMED;
  const what = said.slice(0, NAMED).join("; ");
  return `A grant cannot name ${unnamed(grants)}: ${what}${more > 0 ? `; and ${more} more alike` : ""}.`;
}

/** How many grants there are, and where they belong. */
function countText(grants: readonly WrittenGrant[]): string {
  const namespaces = [...new Set(grants.map(({ id }) => id.namespace))];
  const where =
    namespaces.length > NAMED
      ? `${namespaces.length} namespaces`
      : `namespace${namespaces.length === 1 ? "" : "s"} ${listed(namespaces)}`;
  return `${plural(grants.length, "grant")}, for ${where}.`;
}

/** The way around a grant that is not fit to be added to. */
export const WITHOUT_INTO = "Without --into a grant of its own is printed.";

const VERSION_NOTE =
  "apiVersion is v1beta1, since files do not tell what a cluster serves, and every release from v0.6.0 on serves that; --api-version v1 is for v1.5.0 and later";

/** Why the version is what it is, where no cluster was asked. */
export function versionNotes(
  grants: readonly WrittenGrant[],
  source: Granting["source"],
  { versioned }: Pick<ScaffoldTelling, "versioned">,
): readonly string[] {
  const isNew = grants.some(({ rewrites, manifest }) => rewrites === null && manifest.apiVersion === SERVED_EVERYWHERE);
  return source === "files" && isNew && !versioned ? [VERSION_NOTE] : [];
}

function earlyText({ target, near, elsewhere }: EarlyTarget): string {
  const meant = near === null ? "" : `; did you mean ${near}?`;
  const others =
    elsewhere.length === 0 ? "" : ` (${someOf(elsewhere.map(nameOf))} ${elsewhere.length === 1 ? "exists" : "exist"})`;
  return `there is no ${nameOf(target)} yet${others}${meant || ": its grant may come first"}`;
}

/** That a change of a grant would be undone, since something else writes it. */
export const makerNote = (id: NamespacedId, maker: Maker | null): readonly string[] =>
  maker === null ? [] : [`Note: ${makerText(maker, nameOf(id))}: change it there, or the change will be undone.`];

/** What a grant that is printed does not settle. */
function warnings(granting: Granting, display: Display): readonly string[] {
  const { doubtful, early, missingNamespaces, externalNames, dangling, offered, unseenParents, unseenNames, leaving } =
    granting;
  const { unseenObjects } = granting;
  const already = granting.granted.filter(({ outcome }) => outcome.verdict === "permitted").length;
  const doubts = Map.groupBy(doubtful, ({ gap }) => gap.detail);
  return [
    ...(already === 0
      ? []
      : [
          `of the ${plural(granting.granted.length, "reference")} that this is for, ${already} ${already === 1 ? "is" : "are"} permitted already, by grants that are there`,
        ]),
    ...(unseenNames.length === 0
      ? []
      : [
          `whether ${someOf(unseenNames.map(nameOf))} ${unseenNames.length === 1 ? "is" : "are"} there already could not be seen: applying this replaces what is there by that name`,
        ]),
    ...leaving
      .slice(0, MOST_TOLD)
      .map((decision) => `${whole(decision, display)} is permitted by nothing but a grant that is being deleted`),
    ...early.slice(0, MOST_TOLD).map(earlyText),
    ...missingNamespaces.map(
      (namespace) => `there is no namespace ${namespace} yet: its grant can be applied once there is`,
    ),
    ...unseenObjects
      .slice(0, MOST_TOLD)
      .map(({ id, gap }) => `whether there is ${nameOf(id)} could not be seen: ${gap.detail}`),
    ...externalNames.map(
      (id: NamespacedId) =>
        `${nameOf(id)} is of type ExternalName: whoever may refer to it reaches the host that it names, and implementations should not forward to it`,
    ),
    ...[...doubts].map(
      ([detail, same]) =>
        `whether a grant is enough for ${someOf(same.map(({ decision }) => whole(decision, display)))} is for the implementation to say: ${detail}`,
    ),
    ...dangling
      .slice(0, MOST_TOLD)
      .map(
        (decision) =>
          `${whole(decision, display)} is permitted, and there is no such object: no grant is missing there`,
      ),
    ...(unseenParents.length === 0
      ? []
      : [
          `whether ${someOf(unseenParents.map((decision) => whole(decision, display)))} ${unseenParents.length === 1 ? "attaches" : "attach"} is not known, and grants have no part in it`,
        ]),
    ...(offered.length === 0
      ? []
      : [
          `${plural(offered.length, "reference")} that a selector makes ${offered.length === 1 ? "is" : "are"} refused and left out, since nobody wrote ${offered.length === 1 ? "it" : "them"}; --all grants ${offered.length === 1 ? "it" : "them"} too`,
        ]),
  ];
}

function mergeLines(merge: Merge): readonly string[] {
  switch (merge.merge) {
    case "none":
    case "several-namespaces":
    case "not-found":
    case "unseen":
      return [];
    case "unfit": {
      const why = {
        rejected: "as it stands the API server refuses it",
        terminating: "it is being deleted",
        "too-many": "it would have more than 16 entries in from or to",
      }[merge.why];
      return [`Nothing can be added to ${nameOf(merge.grant.id)}: ${why}. ${WITHOUT_INTO}`];
    }
    case "merged": {
      const { grant, added, asked, besides, spare, maker } = merge;
      const entries = [
        ...added.from.map((entry, at) => `from[${grant.from.length + at}] ${kindText(entry)} ${entry.namespace}`),
        ...added.to.map((entry, at) => `to[${grant.to.length + at}] ${kindText(entry)} ${entry.name ?? "(every one)"}`),
      ];
      if (entries.length === 0) return [`${nameOf(grant.id)} says all of it already.`];
      const beside =
        besides.length === 0
          ? []
          : [
              `Since everyone in from may use everything in to, it then also permits, unasked: ${besides.map(narrowingText).join("; ")}. ${WITHOUT_INTO}`,
            ];
      const idle = spare.map((index) => `to[${index}]`);
      return [
        `Added to ${nameOf(grant.id)}: ${listed(entries)}.`,
        ...(idle.length === 0
          ? []
          : [`Beside that ${listed(idle)} ${idle.length === 1 ? "says" : "say"} nothing more.`]),
        ...beside,
        `A grant cannot name ${unnamed(asked)}: ${asked.map(({ from, to }) => `${everyText(from)} may then use ${openedText(to, () => "")}`).join("; ")}.`,
        ...makerNote(grant.id, maker),
      ];
    }
  }
}

/** What is so where nothing is to be granted. */
function nothingClause(
  { settled, exempt, references, doubtful }: Granting,
  { about, named, world }: ScaffoldTelling,
): string {
  const [target] = named;
  if (target !== undefined && about !== null && references === 0) {
    // A grant is made for who refers, and not for who is referred to.
    const who = world === null ? "" : `; who refers to it: kubectl refgrant explain ${pasteable(target)}${world}`;
    return `${about} ${named.length === 1 ? "refers" : "refer"} to nothing${who}`;
  }
  if (settled === 0 && doubtful.length > 0) return "grants say all that they can";
  if (settled === 0) {
    const refers =
      about === null
        ? "nothing there refers to anything"
        : `${about} ${named.length === 1 ? "refers" : "refer"} to nothing`;
    return `${refers} in another namespace that a grant decides`;
  }
  const whose = about === null ? "" : ` of ${about}`;
  const what =
    settled === 1
      ? `the one reference${whose} to another namespace`
      : `all ${settled} references${whose} to other namespaces`;
  const [is, needs] = settled === 1 ? ["is", "needs"] : ["are", "need"];
  if (exempt === settled) return `${what} ${needs} no grant, under a Service as parent`;
  return `${what} ${is} permitted already`;
}

/** Does the clause end in a command, which a full stop would spoil? */
const endsInCommand = ({ references }: Granting, { about, world }: ScaffoldTelling): boolean =>
  references === 0 && about !== null && world !== null;

/** That there is nothing to grant is no error, and would else be told by nothing. */
function nothingLines(granting: Granting, telling: ScaffoldTelling): readonly string[] {
  const { home, partial, world } = telling;
  const seen = partial ? ", as far as could be seen" : "";
  // Who owns a namespace may have meant what refers to it.
  const into =
    home === null || world === null
      ? []
      : [`References into ${home}: kubectl refgrant scaffold --to-namespace ${shellWord(home)}${world}`];
  return [
    `Nothing to grant${seen}: ${nothingClause(granting, telling)}${endsInCommand(granting, telling) ? "" : "."}`,
    ...into,
  ];
}

/** Everything that is told of grants for references, a line each. */
export function grantingLines(granting: Granting, telling: ScaffoldTelling): readonly string[] {
  const { grants, incurable, unknown, merge } = granting;
  const nothing =
    grants.length + incurable.length + unknown.length + granting.problems.length === 0 && merge.merge === "none";
  const isNew = grants.length > 0 && merge.merge === "none";
  const lines = [
    ...(isNew ? [`${countText(grants)} ${letInText(grants)}`] : []),
    ...mergeLines(merge),
    ...(nothing ? nothingLines(granting, telling) : []),
    ...warnings(granting, telling.display).map((note) => `Note: ${sentence(note)}`),
    ...refusedLines(granting, telling),
  ];
  return lines.map(printable);
}
