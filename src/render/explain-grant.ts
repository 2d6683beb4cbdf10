import { livePairs } from "../catalogue/grants.ts";
import type { GrantExplanation, PairMeaning } from "../model/explanation.ts";
import type { FindingCode } from "../model/finding.ts";
import type { Grant, GrantFrom, GrantTo } from "../model/grant.ts";
import { groupKindKey } from "../model/object.ts";
import { pasteable } from "./command-text.ts";
import {
  changesText,
  findingLines,
  gapLines,
  headLine,
  INERT,
  narrowingText,
  openedText,
  referenceName,
  sections,
  tableLines,
  trustedText,
} from "./explain-prose.ts";
import { entryText } from "./grant-prose.ts";
import type { Row } from "./table.ts";
import { fieldOf, kindsText, kindText, nameOf } from "./terms.ts";
import { type Display, listed, plural, printable, symbol } from "./text.ts";

/** What a grant means, as a person reads it. */

/** Findings that the table tells. */
const TOLD: readonly FindingCode[] = ["grant-unused", "grant-dangling", "grant-terminating", "referencepolicy"];

/** How many grants are told that would do instead; `scaffold` prints them all. */
const TIGHTER_SHOWN = 5;

/** How many users of one pair are named. */
const USERS_SHOWN = 5;

/** What the live entries of a grant permit, as a sentence without its full stop; null where they permit nothing. */
export function permissionText(grant: Grant, note: (kind: GrantTo) => string, everywhere = ""): string | null {
  const live = livePairs(grant);
  const from = new Map<string, GrantFrom>(
    live.map(({ from: { entry } }) => [`${groupKindKey(entry)}/${entry.namespace}`, entry]),
  );
  const to = new Map<string, GrantTo>(
    live.map(({ to: { entry } }) => [`${groupKindKey(entry)}/${entry.name ?? ""}`, entry]),
  );
  if (live.length === 0) return null;
  const kinds = new Map([...to.values()].map((entry) => [groupKindKey(entry), entry]));
  const opened = openedText([...to.values()], (kind) => {
    const entry = kinds.size > 1 ? kinds.get(groupKindKey(kind)) : undefined;
    return entry === undefined ? "" : note(entry);
  });
  const [only] = kinds.size === 1 ? kinds.values() : [];
  const last = only === undefined ? "" : note(only);
  return `${trustedText([...from.values()])} may reference ${opened} in ${grant.id.namespace}${everywhere}${last}`;
}

/** The entries whose kind is a slip of another, which match nothing: `from[0]`. */
function slipsIn({ findings }: GrantExplanation): ReadonlySet<string> {
  return new Set(
    findings.flatMap((finding) =>
      finding.code === "grant-unknown-kind" && finding.meant !== null ? [entryText(finding.entry)] : [],
    ),
  );
}

/** The grant without the entries whose kind is a slip. */
function withoutSlips(explanation: GrantExplanation): Grant {
  const slips = slipsIn(explanation);
  const { grant } = explanation;
  return {
    ...grant,
    from: grant.from.filter(({ index }) => !slips.has(entryText({ list: "from", index }))),
    to: grant.to.filter(({ index }) => !slips.has(entryText({ list: "to", index }))),
  };
}

function sentence(explanation: GrantExplanation): string {
  const { grant, inForce, opened } = explanation;
  if (!inForce) {
    return `It permits nothing: no release of the Gateway API since v0.6.0 reads ${kindText(grant.id)}. Change the kind to ReferenceGrant and keep the spec.`;
  }
  if (grant.rejected) return "It permits nothing: the API server would refuse this manifest.";
  const counts = new Map(opened.map(({ groupKind, count }) => [groupKindKey(groupKind), count]));
  const note = (kind: GrantTo): string => {
    const count = counts.get(groupKindKey(kind)) ?? null;
    return count === null ? "" : ` (${count} today)`;
  };
  const permission = permissionText(withoutSlips(explanation), note);
  if (permission === null) return "It permits nothing: no entry of it can match anything.";
  return grant.terminating
    ? `${permission}. It is being deleted, and is in effect until it is gone.`
    : `${permission}.`;
}

/** A name as an entry has it; one that is `*` is a name and no wildcard. */
const nameText = ({ name }: GrantTo): string => (name === null ? "*" : name === "*" ? '"*"' : name);

/** Who uses a pair, a line each. */
function usersOf(pair: PairMeaning, explanation: GrantExplanation, display: Display): readonly string[] {
  const { grant, inForce } = explanation;
  const user = ({ reference, referentExistence }: PairMeaning["uses"][number]): string => {
    const there = referentExistence === "missing" ? " (does not exist)" : "";
    const { referrer, path, referent } = reference;
    return `${nameOf(referrer)} ${fieldOf(path)} ${symbol("arrow", display)} ${referent.name}${there}`;
  };
  if (pair.uses.length > 0) {
    const more = pair.uses.length - USERS_SHOWN;
    return [...pair.uses.slice(0, USERS_SHOWN).map(user), ...(more > 0 ? [`and ${more} more`] : [])];
  }
  if (!inForce || grant.rejected) return ["nothing"];
  if (pair.inert !== null) return [`nothing: ${INERT[pair.inert]}`];
  const slips = slipsIn(explanation);
  if (slips.has(`from[${pair.from}]`) || slips.has(`to[${pair.to}]`)) return ["nothing: a slip, see below"];
  if (pair.usage === "unknown") {
    const [gap] = pair.hidden;
    const [perhaps, ...others] = pair.perhaps;
    if (perhaps !== undefined)
      return [`perhaps ${user(perhaps)}${others.length === 0 ? "" : ` and ${others.length} more`}`];
    if (gap === undefined) return ["unknown: what its kinds refer to is not known"];
    return [`unknown: ${gap.groupKind === null ? "something" : kindsText(gap.groupKind)} there could not be seen`];
  }
  const missing = pair.missing.map((id) =>
    id.namespace === null ? `namespace ${id.name} does not exist` : `${nameOf(id)} does not exist`,
  );
  return [missing.length === 0 ? "nothing" : `nothing: ${listed(missing)}`];
}

function rowsOf(explanation: GrantExplanation, display: Display): readonly Row[] {
  const { grant, pairs } = explanation;
  const single = { from: grant.from.length === 1, to: grant.to.length === 1 };
  return pairs.flatMap((pair): readonly Row[] => {
    const from = grant.from.find(({ index }) => index === pair.from)?.entry;
    const to = grant.to.find(({ index }) => index === pair.to)?.entry;
    if (from === undefined || to === undefined) return [];
    const entry = single.to
      ? `from[${pair.from}]`
      : single.from
        ? `to[${pair.to}]`
        : `from[${pair.from}] to[${pair.to}]`;
    const cells = [entry, `${kindText(from)} ${from.namespace}`, `${kindText(to)} ${nameText(to)}`];
    return usersOf(pair, explanation, display).map((user, at) => [...(at === 0 ? cells : ["", "", ""]), user]);
  });
}

function consequence(explanation: GrantExplanation, display: Display): string {
  const { ifDeleted, usage } = explanation;
  const lead = "If it were deleted:";
  const covered = ifDeleted.filter(
    ({ before, after }) => before.outcome.verdict === "permitted" && after.outcome.verdict === "permitted",
  );
  const coverers = [
    ...new Set(
      covered.flatMap(({ after: { outcome } }) =>
        outcome.verdict === "permitted" && outcome.witness.by === "grant"
          ? outcome.witness.trials.map(({ grant }) => nameOf(grant.id))
          : [],
      ),
    ),
  ];
  const changed = changesText(ifDeleted, (decision) => referenceName(decision, display));
  if (changed !== "") {
    const lost = ifDeleted.length - covered.length;
    const rest =
      covered.length === 0
        ? `No other grant covers ${lost === 1 ? "it" : "them"}.`
        : `${plural(covered.length, "other")} would stay permitted, by ${listed(coverers)}.`;
    return `${lead} ${changed} ${rest}`;
  }
  if (covered.length > 0) return `${lead} nothing would be refused, ${listed(coverers)} covers its use.`;
  return usage === "unknown"
    ? `${lead} nothing that could be seen would be refused.`
    : `${lead} no reference would be refused, nothing uses it.`;
}

function advice({ tighter, grant }: GrantExplanation, world: string | null): readonly string[] {
  if (tighter.length === 0) return [];
  const command = world === null ? "" : `   (kubectl refgrant scaffold ${pasteable(grant.id)}${world})`;
  const [first, ...others] = tighter.map(narrowingText);
  if (others.length === 0) return [`Tighter and enough for today's use: ${first}${command}`];
  return [
    `Tighter and enough for today's use, a grant each:${command}`,
    ...tighter.slice(0, TIGHTER_SHOWN).map((one) => `  ${narrowingText(one)}`),
    ...(tighter.length > TIGHTER_SHOWN ? [`  and ${tighter.length - TIGHTER_SHOWN} more`] : []),
  ];
}

/** A grant: what it permits, who uses it, what would be without it, and what would do. */
export function grantText(explanation: GrantExplanation, display: Display, world: string | null): string {
  return sections(
    [headLine(explanation.id, display), printable(sentence(explanation))],
    tableLines(["ENTRY", "FROM", "TO", "USED BY"], { of: rowsOf(explanation, display), row: (row) => row }, display),
    [printable(consequence(explanation, display)), ...advice(explanation, world).map(printable)],
    findingLines(explanation, TOLD, display),
    gapLines(explanation.gaps),
  );
}
