import { isRoute } from "../catalogue/kinds.ts";
import type { Decision } from "../model/decision.ts";
import type { GrantFrom } from "../model/grant.ts";
import { compareText, groupKindKey, type NamespacedId, type ObjectId } from "../model/object.ts";
import type { EarlyTarget, Granting, Incurability, Incurable, Merge, WrittenGrant } from "../model/scaffold.ts";
import { formatPosition } from "../model/source.ts";
import { adviceSteps, stepLines } from "./advice-prose.ts";
import { pasteable } from "./command-text.ts";
import { narrowingText, openedText, someOf } from "./explain-prose.ts";
import { gapText, obstacleText, referenceText } from "./prose.ts";
import { kindsText, kindText, nameOf } from "./terms.ts";
import { type Display, listed, plural, printable } from "./text.ts";

/** What is told beside the grants that are printed: whom else they let in, what they are not for, and what helps there. */

/** How it is told. */
export interface ScaffoldTelling {
  readonly display: Display;
  /** What a further command needs at its end to be about the same world; null where none can be. */
  readonly world: string | null;
  /** What was asked about, for a sentence: `HTTPRoute app/web`. */
  readonly about: string;
  /** The objects that were named one by one. */
  readonly named: readonly ObjectId[];
  /** Whether the version was chosen on the command line. */
  readonly versioned: boolean;
}

/** How many refused or unknown references are told one by one. */
const SHOWN = 20;
/** How many of those with all that can be pasted. */
const IN_FULL = 5;

/** `HTTPRoute app/web rules[0].backendRefs[0] → Service shop/api`. */
const whole = (decision: Decision, display: Display): string =>
  `${nameOf(decision.reference.referrer)} ${referenceText(decision, display)}`;

/** `every HTTPRoute in a and b, and every GRPCRoute in c`: whom entries trust, one and all. */
function everyText(from: readonly GrantFrom[]): string {
  const byKind = [...Map.groupBy(from, groupKindKey).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [`every ${kindText(first)} in ${listed(same.map(({ namespace }) => namespace))}`];
  });
  return byKind.length < 2 ? byKind.join("") : `${byKind.slice(0, -1).join(", ")}, and ${byKind.at(-1)}`;
}

/** What a grant cannot name. */
function unnamed(grants: readonly WrittenGrant[]): string {
  const kinds = new Map(grants.flatMap(({ from }) => from.map((entry) => [groupKindKey(entry), entry] as const)));
  const [only, ...others] = kinds.values();
  if ([...kinds.values()].every(isRoute)) return "the route";
  return only === undefined || others.length > 0 ? "who refers" : `the ${kindText(only)}`;
}

const NAMED = 3;

/** What grants open: by name where it is little, else how much it is. */
function thingsText(grants: readonly WrittenGrant[]): string {
  const [only, ...others] = grants;
  if (only === undefined) return "";
  const entries = grants.flatMap(({ to }) => to);
  const namespaces = new Set(grants.map(({ id }) => id.namespace));
  if (others.length === 0 && only.to.length <= NAMED) return openedText(only.to, () => "");
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
function letInText(grants: readonly WrittenGrant[]): string {
  const alike = [
    ...Map.groupBy(grants, ({ from }) =>
      JSON.stringify(from.map((entry) => `${groupKindKey(entry)}/${entry.namespace}`).toSorted(compareText)),
    ).values(),
  ];
  const said = alike.flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [`${everyText(first.from)} may then use ${thingsText(same)}`];
  });
  const what =
    said.length > NAMED
      ? "every object of the kinds and namespaces in from may then use what to names"
      : said.join("; ");
  return `A grant cannot name ${unnamed(grants)}: ${what}.`;
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

const VERSION_NOTE =
  "apiVersion is v1beta1, since files do not tell what a cluster serves, and every release from v0.6.0 on serves that; --api-version v1 is for v1.5.0 and later.";

/** Why the version is what it is, where no cluster was asked. */
export function versionLines(
  { source, grants }: Pick<Granting, "source" | "grants">,
  { versioned }: Pick<ScaffoldTelling, "versioned">,
): readonly string[] {
  const isNew = grants.some(({ rewrites }) => rewrites === null);
  return source === "files" && isNew && !versioned ? [VERSION_NOTE] : [];
}

function earlyText({ target, near, elsewhere }: EarlyTarget): string {
  const meant = near === null ? "" : `; did you mean ${near}?`;
  const others =
    elsewhere.length === 0 ? "" : ` (${someOf(elsewhere.map(nameOf))} ${elsewhere.length === 1 ? "exists" : "exist"})`;
  return `there is no ${nameOf(target)} yet${others}${meant || ": its grant may come first"}`;
}

/** What a grant that is printed does not settle. */
function warnings(granting: Granting, display: Display): readonly string[] {
  const { doubtful, early, missingNamespaces, externalNames, dangling, offered, unseenParents } = granting;
  const doubts = Map.groupBy(doubtful, ({ gap }) => gap.detail);
  return [
    ...early.slice(0, SHOWN).map(earlyText),
    ...missingNamespaces.map(
      (namespace) => `there is no namespace ${namespace} yet: its grant can be applied once there is`,
    ),
    ...externalNames.map(
      (id: NamespacedId) =>
        `${nameOf(id)} is of type ExternalName: whoever may refer to it reaches the host that it names, and implementations should not forward to it`,
    ),
    ...[...doubts].map(
      ([detail, same]) =>
        `whether a grant is enough for ${someOf(same.map(({ decision }) => whole(decision, display)))} is for the implementation to say: ${detail}`,
    ),
    ...dangling
      .slice(0, SHOWN)
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

/** Why no grant helps, as a clause. */
function whyText(why: Incurability, decision: Decision): string {
  const { referrer, referent } = decision.reference;
  switch (why) {
    case "parent":
      return `${obstacleText(decision)}; who attaches the parent decides, not a grant`;
    case "must-be-local":
      return obstacleText(decision);
    case "local-field":
      return `the field never leaves namespace ${referrer.namespace}, and a namespace written there is dropped: put ${kindText(referent)} ${referent.name} there`;
    case "no-such-kind":
      return obstacleText(decision) || `there is no kind ${referent.kind}`;
    case "no-namespace":
      return `there is no namespace ${referent.namespace} that a grant could stand in`;
    case "no-grants":
      return "the cluster has no ReferenceGrant";
    case "inadmissible":
      return "no API server takes a grant that names such an object: write a name, kind and group that one can have";
    case "not-cured":
      return "a grant that says all that is needed was tried, and it is refused all the same";
  }
}

/** A sentence ends with a full stop, unless it is a question. */
const sentence = (text: string): string => (text.endsWith("?") ? text : `${text}.`);

function refusalLines(
  { decision, why, advice }: Incurable,
  full: boolean,
  granting: Granting,
  telling: ScaffoldTelling,
): readonly string[] {
  const { outcome, reference } = decision;
  const reason = outcome.verdict === "refused" ? ` (${outcome.reason})` : "";
  const place = granting.locate(reference.referrer, reference.path);
  const head = [
    `No grant helps ${whole(decision, telling.display)}${reason}:`,
    `  ${sentence(whyText(why, decision))}`,
    ...(place === null ? [] : [`  at ${formatPosition(place)}`]),
  ];
  if (advice === null) return head;
  const steps = adviceSteps(advice, granting, granting.source === "cluster" ? (telling.world ?? "") : "");
  if (full) return [...head, ...stepLines(steps).map((line) => `  ${line}`)];
  const [first] = steps;
  return first === undefined ? head : [...head, `  ${first.step === "fix" ? "Fix" : "What to do"}: ${first.short}.`];
}

function moreLine(
  count: number,
  what: string,
  { incurable, unknown }: Granting,
  { world }: ScaffoldTelling,
): readonly string[] {
  if (count <= SHOWN) return [];
  const namespaces = new Set(
    [...incurable, ...unknown.map((decision) => ({ decision }))].map(
      ({ decision }) => decision.reference.referrer.namespace,
    ),
  );
  const [only] = namespaces;
  const where = namespaces.size === 1 && only !== undefined && only !== null ? `-n ${only}` : "-A";
  const command = world === null ? "" : `: kubectl refgrant why-denied ${where}${world}`;
  return [`And ${count - SHOWN} more ${what}${command}`];
}

function unknownLines(granting: Granting, telling: ScaffoldTelling): readonly string[] {
  const { unknown } = granting;
  const lines = unknown.slice(0, SHOWN).map((decision) => {
    const [gap] = decision.outcome.gaps;
    return `Left out, not known to be refused: ${whole(decision, telling.display)}: ${sentence(gapText(gap))}`;
  });
  const ofGrants = unknown.some(({ handshake }) => handshake === "grant");
  const hint = ofGrants ? ["--assume-refused grants what is unknown all the same."] : [];
  return [
    ...lines,
    ...moreLine(unknown.length, "that are left out", granting, telling),
    ...(unknown.length === 0 ? [] : hint),
  ];
}

function mergeLines(merge: Merge): readonly string[] {
  switch (merge.merge) {
    case "none":
    case "several-namespaces":
    case "not-found":
      return [];
    case "unfit": {
      const why = {
        rejected: "as it stands the API server refuses it",
        terminating: "it is being deleted",
        "too-many": "it would have more than 16 entries in from or to",
      }[merge.why];
      return [
        `Nothing can be added to ${nameOf(merge.grant.id)}: ${why}. Without --into a grant of its own is printed.`,
      ];
    }
    case "merged": {
      const { grant, added, besides } = merge;
      const entries = [
        ...added.from.map((entry, at) => `from[${grant.from.length + at}] ${kindText(entry)} ${entry.namespace}`),
        ...added.to.map((entry, at) => `to[${grant.to.length + at}] ${kindText(entry)} ${entry.name ?? "(every one)"}`),
      ];
      const beside =
        besides.length === 0
          ? []
          : [
              `Since everyone in from may use everything in to, it then also permits, unasked: ${besides.map(narrowingText).join("; ")}. Without --into a grant of its own is printed, which does not.`,
            ];
      return [`Added to ${nameOf(grant.id)}: ${listed(entries)}.`, ...beside];
    }
  }
}

/** That there is nothing to grant is no error, and would else be told by nothing. */
function nothingText({ settled, references }: Granting, { about, named, world }: ScaffoldTelling): string {
  const [target] = named;
  if (target !== undefined && references === 0) {
    // A grant is made for who refers, and not for who is referred to.
    const who = world === null ? "." : `; who refers to it: kubectl refgrant explain ${pasteable(target)}${world}`;
    return `Nothing to grant: ${about} ${named.length === 1 ? "refers" : "refer"} to nothing${who}`;
  }
  if (settled === 0) return `Nothing to grant: ${about} refers to nothing in another namespace that a grant decides.`;
  const what = settled === 1 ? "the one reference" : `all ${settled} references`;
  const where = settled === 1 ? "another namespace is" : "other namespaces are";
  return `Nothing to grant: ${what} of ${about} to ${where} permitted already.`;
}

/** Everything that is told of grants for references, a line each. */
export function grantingLines(granting: Granting, telling: ScaffoldTelling): readonly string[] {
  const { grants, incurable, unknown, merge } = granting;
  const nothing = grants.length + incurable.length + unknown.length === 0 && merge.merge === "none";
  const isNew = grants.length > 0 && merge.merge === "none";
  const full = incurable.length <= IN_FULL;
  const lines = [
    ...(isNew ? [`${countText(grants)} ${letInText(grants)}`] : []),
    ...(merge.merge === "merged" ? [...mergeLines(merge), letInText(grants)] : mergeLines(merge)),
    ...(nothing ? [nothingText(granting, telling)] : []),
    ...versionLines(granting, telling).map((note) => `Note: ${note}`),
    ...warnings(granting, telling.display).map((note) => `Note: ${note}.`),
    ...incurable.slice(0, SHOWN).flatMap((one) => refusalLines(one, full, granting, telling)),
    ...moreLine(incurable.length, "that no grant helps", granting, telling),
    ...unknownLines(granting, telling),
  ];
  return lines.map(printable);
}
