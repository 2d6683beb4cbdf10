import { type Decision, hasVerdict } from "../model/decision.ts";
import type { Change, Explanation } from "../model/explanation.ts";
import type { Finding, FindingCode } from "../model/finding.ts";
import type { Gap } from "../model/gap.ts";
import type { Grant, GrantEntries, GrantFrom, GrantTo, InertCause } from "../model/grant.ts";
import { type GroupKind, groupKindKey, keyOf, type ObjectId } from "../model/object.ts";
import type { Advice } from "../model/remedy.ts";
import { trialOf } from "./evidence.ts";
import { findingText } from "./finding-prose.ts";
import { foldedToFit } from "./fold.ts";
import { obstacleText, referenceText, targetText, witnessText } from "./prose.ts";
import { plainTable, type Row } from "./table.ts";
import { fieldOf, kindsText, kindText, nameOf } from "./terms.ts";
import { type Display, listed, plural, printable, type Style, shortened, styled, symbol } from "./text.ts";

/** What explanations of all sorts say alike. Sentences are not cleaned for a terminal; what makes lines of them does that. */

/** How many of many are named in a sentence. */
const NAMED = 3;
/** How many rows of a table are shown. */
const ROWS_SHOWN = 50;

/** The first of many, and how many more there are. */
export function someOf(words: readonly string[], named = NAMED): string {
  const more = words.length - named;
  return more <= 0 ? listed(words) : `${words.slice(0, named).join(", ")} and ${more} more`;
}

/** Kinds with the namespaces that each is trusted in: `HTTPRoutes in a and b, and GRPCRoutes in c`. */
export function trustedText(from: readonly GrantFrom[]): string {
  const byKind = [...Map.groupBy(from, groupKindKey).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const namespaces = [...new Set(same.map(({ namespace }) => namespace))];
    return [`${kindsText(first)} in ${listed(namespaces)}`];
  });
  return byKind.length < 2 ? byKind.join("") : `${inTurn(byKind)},`;
}

/** `a, and b`: of things that have an `and` of their own. */
const inTurn = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}`;

/** What entries open: `every Service`, `Services a and b`, with a note on every kind that is open as a whole. */
export function openedText(to: readonly GrantTo[], note: (kind: GroupKind) => string): string {
  const byKind = [...Map.groupBy(to, groupKindKey).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    if (same.some(({ name }) => name === null)) return [`every ${kindText(first)}${note(first)}`];
    const names = [...new Set(same.flatMap(({ name }) => name ?? []))];
    return [`${names.length === 1 ? kindText(first) : kindsText(first)} ${listed(names)}`];
  });
  return inTurn(byKind);
}

/** `from HTTPRoute a and b to Service x`. */
export function narrowingText({ from, to }: GrantEntries): string {
  const source = [...Map.groupBy(from, groupKindKey).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [`${kindText(first)} ${listed(same.map(({ namespace }) => namespace))}`];
  });
  return `from ${source.length < 2 ? source.join("") : `${inTurn(source)},`} to ${openedText(to, () => "")}`;
}

/** Why an entry permits nothing, in as few words as a table has room for. */
export const INERT: Readonly<Record<InertCause, string>> = {
  "own-namespace": "its own namespace needs no grant",
  "attachment-target": "allowedRoutes decides what attaches, not a grant",
  "invalid-string": "it holds a string that names nothing",
  "literal-star": "a name * is no wildcard",
  "cluster-scoped": "the kind has no namespaces",
};

/** `HTTPRoute a/web → Service cache`: a reference as a whole, for lists in sentences. */
export function referenceName({ reference }: Decision, display: Display): string {
  const { referrer, referent } = reference;
  const target =
    referent.namespace === null || referrer.namespace === referent.namespace
      ? `${kindText(referent)} ${referent.name}`
      : nameOf(referent);
  return `${nameOf(referrer)} ${symbol("arrow", display)} ${target}`;
}

/** The field of a reference, with the parents that it is judged under where that matters. */
export function fieldText(decision: Decision, display: Display): string {
  const whole = referenceText(decision, display);
  return (
    whole.replace(` ${symbol("arrow", display)} ${targetText(decision)}`, () => "") || fieldOf(decision.reference.path)
  );
}

/** Is the object pointed at known not to exist? */
export const leadsNowhere = (decision: Decision): boolean =>
  decision.handshake !== "attachment" && decision.referentExistence === "missing";

/** By what right a reference stands; of many witnesses the first. */
function rightText(decision: Decision): string {
  const { outcome } = decision;
  if (outcome.verdict !== "permitted" || !("trials" in outcome.witness)) return witnessText(decision);
  const { witness } = outcome;
  if (witness.trials.length <= NAMED) return witnessText(decision);
  return witness.by === "grant"
    ? someOf(witness.trials.map(({ grant, from, to }) => pairName(grant, from, to)))
    : `listeners ${someOf(witness.trials.map(({ listener }) => listener.name))}`;
}

/** A grant that fails in more clauses than this is near nothing. */
const NEAR = 2;

/** The same decision with the grant first that the advice is about, where `why-denied` tells of it too. */
function withNearest(decision: Decision, advice: Advice | undefined): Decision {
  if (!hasVerdict(decision, "refused") || decision.handshake !== "grant") return decision;
  const { outcome } = decision;
  const nearest = trialOf(
    advice,
    outcome.trials.filter(({ failed }) => failed.length > 0),
  );
  if (nearest === undefined) return decision;
  const trials = [nearest, ...outcome.trials.filter((trial) => trial !== nearest)];
  return { ...decision, outcome: { ...outcome, trials } };
}

/** What stands in the way of a refused reference; a grant that has little to do with it is not told. */
export function refusedText(refused: Decision, advice?: Advice): string {
  const decision = withNearest(refused, advice);
  const [first] = decision.outcome.trials;
  const far = first !== undefined && "grant" in first && first.failed.length - first.slips.length > NEAR;
  return far
    ? `no ReferenceGrant in namespace ${decision.reference.referent.namespace} permits it`
    : obstacleText(decision);
}

/** A table has no room for more of what stands in the way; `why-denied` has it all. */
const LONGEST_GROUNDS = 300;

/** By what right a reference stands, or what is in its way. */
export function groundsText(decision: Decision, advice?: Advice): string {
  const { outcome } = decision;
  switch (outcome.verdict) {
    case "permitted":
      return `${rightText(decision)}${leadsNowhere(decision) ? "; the target does not exist" : ""}`;
    case "refused":
      return shortened(`${outcome.reason}: ${refusedText(decision, advice)}`, LONGEST_GROUNDS);
    case "unknown":
      return shortened(obstacleText(decision), LONGEST_GROUNDS);
  }
}

const GRAVITY: readonly Decision["outcome"]["verdict"][] = ["refused", "unknown", "permitted"];

/** From what is most pressing; else in the order given. */
export function byGravity(decisions: readonly Decision[]): readonly Decision[] {
  const rank = ({ outcome }: Decision): number => GRAVITY.indexOf(outcome.verdict);
  return decisions.toSorted((a, b) => rank(a) - rank(b));
}

/** References by verdict, without those that there are none of: `2 permitted, 1 refused`. */
export function verdictsText(decisions: readonly Decision[]): string {
  const counts = (["permitted", "refused", "unknown"] as const).map((verdict) => ({
    verdict,
    count: decisions.filter(({ outcome }) => outcome.verdict === verdict).length,
  }));
  const told = counts.filter(({ count }) => count > 0);
  const [only] = told;
  if (only !== undefined && told.length === 1) return `${decisions.length === 1 ? "" : "all "}${only.verdict}`;
  return told.map(({ verdict, count }) => `${count} ${verdict}`).join(", ");
}

/** What a table shows: rows, or things of which only those that are shown are put into words. */
export interface Rows<T> {
  readonly of: readonly T[];
  readonly row: (item: T) => Row;
}

/** A table that fits the terminal, and how many rows are left out of it. */
export function tableLines<T>(head: Row, { of, row }: Rows<T>, display: Display): readonly string[] {
  if (of.length === 0) return [];
  const rows = of.slice(0, ROWS_SHOWN).map((item) => row(item).map(printable));
  const more = of.length - rows.length;
  const table = plainTable(head, foldedToFit(head, rows, display), display);
  return [table, ...(more > 0 ? [`and ${more} more: -o json has all of them`] : [])];
}

/** Who refers, without what to: for sentences on one object that everything refers to. */
export const referrerName = ({ reference }: Decision): string => nameOf(reference.referrer);

/** What would be with something gone, as far as it is told from decisions: a sentence or two, to stand behind a colon. */
export function changesText(changes: readonly Change[], nameText: (decision: Decision) => string): string {
  const names = (told: readonly Change[]): string => someOf([...new Set(told.map(({ before }) => nameText(before)))]);
  const refused = changes.filter(({ after }) => after.outcome.verdict === "refused");
  const unsure = changes.filter(
    ({ before, after }) => after.outcome.verdict === "unknown" && before.outcome.verdict !== "unknown",
  );
  return [
    ...(refused.length === 0 ? [] : [`${plural(refused.length, "reference")} would be refused (${names(refused)}).`]),
    ...(unsure.length === 0
      ? []
      : [
          `${refused.length === 0 ? "of" : "Of"} ${plural(unsure.length, "reference")} it could not be told (${names(unsure)}).`,
        ]),
  ].join(" ");
}

const SEVERITY: Readonly<Record<Finding["severity"], Style>> = { error: "red", warning: "yellow", info: "cyan" };
const SEVERITY_WIDTH = 9;

/** Findings in the form of `audit`, without the object that they stand on. */
export function findingLines(
  { findings, id }: Explanation,
  told: readonly FindingCode[],
  display: Display,
): readonly string[] {
  return findings
    .filter(({ code }) => !told.includes(code))
    .flatMap((finding) => {
      const { message, detail } = findingText(finding, display);
      const { subject } = finding;
      const own = subject === null || keyOf(subject) === keyOf(id);
      const severity = styled(finding.severity.padEnd(SEVERITY_WIDTH), SEVERITY[finding.severity], display);
      const text = printable(`${own ? "" : `${nameOf(subject)}: `}${message}`);
      const more = detail === null || detail === "" ? [] : [`${" ".repeat(SEVERITY_WIDTH)}${printable(detail)}`];
      return [`${severity}${text}  ${styled(finding.code, "dim", display)}`, ...more];
    });
}

/** How many reasons are told for what could not be seen. */
const GAPS_SHOWN = 5;

/** What could not be seen, a line for each reason. */
export function gapLines(gaps: readonly Gap[]): readonly string[] {
  const texts = [...Map.groupBy(gaps, ({ detail }) => detail)].map(([detail, same]) => {
    const kinds = [...new Set(same.map(({ groupKind }) => (groupKind === null ? "something" : kindsText(groupKind))))];
    return `  ${someOf(kinds)}: ${detail}`;
  });
  const more = texts.length - GAPS_SHOWN;
  const shown = [...texts.slice(0, GAPS_SHOWN), ...(more > 0 ? [`  and ${more} more`] : [])];
  return texts.length === 0 ? [] : ["Not all was seen:", ...shown.map(printable)];
}

/** The first line of every explanation. */
export function headLine(id: ObjectId, display: Display): string {
  return styled(printable(nameOf(id)), "bold", display);
}

/** Text in sections, an empty line between them; those without a line are left out. */
export function sections(...all: readonly (readonly string[])[]): string {
  return `${all
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** An entry of `from` with one of `to`: `ReferenceGrant backend/allow from[0] to[0]`. */
export const pairName = (grant: Grant, from: number, to: number): string =>
  `${nameOf(grant.id)} from[${from}] to[${to}]`;

/** Whether something was looked for in everything there is: not all may have been seen, and files may hold less. */
export function inWhat({ source, closed, gaps }: Explanation): string {
  if (gaps.some(({ cause }) => cause !== "outside-input")) return " that could be seen";
  return source === "files" && !closed ? " in the input" : "";
}
