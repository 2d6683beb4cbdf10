import { isRoute } from "../catalogue/kinds.ts";
import { kindsOf } from "../catalogue/protocols.ts";
import { OPENED_KINDS } from "../catalogue/referents.ts";
import type { Answer } from "../model/answer.ts";
import { crossesNamespace, type Decision } from "../model/decision.ts";
import type {
  AdmittedNamespaces,
  HolderMeaning,
  Incoming,
  ListenerMeaning,
  ObjectExplanation,
} from "../model/explanation.ts";
import type { FindingCode } from "../model/finding.ts";
import { includesGroupKind, keyOf } from "../model/object.ts";
import type { WayOut } from "../model/remedy.ts";
import { adviceSteps, type Step } from "./advice-prose.ts";
import { pasteable } from "./command-text.ts";
import {
  byGravity,
  changesText,
  fieldText,
  findingLines,
  gapLines,
  groundsText,
  headLine,
  inWhat,
  leadsNowhere,
  pairName,
  referrerName,
  sections,
  someOf,
  tableLines,
  trustedText,
  verdictsText,
} from "./explain-prose.ts";
import { targetText } from "./prose.ts";
import { doubtsOn, TOLD as TOLD_OF_REFERENCES } from "./standing.ts";
import { judgementText } from "./status-prose.ts";
import type { Row } from "./table.ts";
import { admissionText, kindText, nameOf } from "./terms.ts";
import { article, type Display, listed, plural, printable } from "./text.ts";

/** What an object refers to, and what refers to it, as a person reads it. */

/** Findings that the tables tell; that there is no kind of a name they do not. */
const TOLD: readonly FindingCode[] = [
  ...TOLD_OF_REFERENCES.filter((code) => code !== "reference-unknown-kind"),
  "mesh-exemption",
  "grant-not-enforced",
];

/** How an explanation is told. */
export interface ExplainTelling {
  readonly display: Display;
  /** What a command needs at its end to be about the same world: ` -f FILE`, or nothing; null where no command can be. */
  readonly world: string | null;
}

/** Namespaces named beside a rule that admits them. */
const NAMESPACES_SHOWN = 4;

/** Is a reference worth a line of its own? Local ones that nobody has to permit are only counted. */
const isShown = (decision: Decision): boolean =>
  crossesNamespace(decision) ||
  decision.handshake === "attachment" ||
  decision.outcome.verdict !== "permitted" ||
  leadsNowhere(decision);

/** `1 stays in its namespace and needs nobody`. */
const quietText = (count: number, more: string): string =>
  `${count}${more} ${count === 1 ? "stays in its namespace and needs" : "stay in its namespace and need"} nobody.`;

/** What an object references, in a sentence; null for one of which it is no news that it references nothing. */
function outgoingSentence({ object, decisions }: Answer, isTarget: boolean): string | null {
  const shown = decisions.filter(isShown);
  const quiet = decisions.length - shown.length;
  if (decisions.length === 0) return isTarget ? null : "It references nothing.";
  if (shown.length > 0) {
    const local = quiet === 0 ? "" : ` ${quietText(quiet, " more")}`;
    return `It has ${plural(shown.length, "reference")}: ${verdictsText(shown)}.${local}`;
  }
  const nothing = object.id.namespace === null ? "nothing in a namespace" : "nothing of another namespace";
  return `It references ${nothing}; ${quietText(quiet, ` ${quiet === 1 ? "reference" : "references"}`)}`;
}

function outgoingLines({ decisions, advice }: Answer, display: Display): readonly string[] {
  const row = (decision: Decision): Row => [
    fieldText(decision, display),
    targetText(decision),
    decision.outcome.verdict,
    groundsText(decision, advice.get(decision)),
  ];
  return tableLines(["REFERENCE", "TARGET", "VERDICT", "BY"], { of: decisions.filter(isShown), row }, display);
}

/** Advice that says no more than the table does: what could not be seen, or that an implementation decides. */
const REPEATS_GAP: readonly WayOut["way"][] = ["look", "ask-implementation"];

const butLines = ({ but }: Step): readonly string[] => (but === null ? [] : [`  (${but}.)`]);

/** Steps after a lead: one goes on with it, several are numbered below it, since only all of them are enough. */
function stepLines(lead: string, steps: readonly Step[]): readonly string[] {
  const [only, ...others] = steps;
  if (only === undefined) return [];
  if (others.length === 0) {
    return [`${lead}${only.by === null ? "" : `, by ${only.by}`}: ${only.short}.`, ...butLines(only)];
  }
  return [
    `${lead}, all of these:`,
    ...steps.flatMap((step, index) => [
      `  ${index + 1}. ${step.by === null ? "" : `by ${step.by}: `}${step.short}.`,
      ...butLines(step).map((line) => `   ${line}`),
    ]),
  ];
}

/** What would be enough for what is refused, or else what to do about it, and where all of it is told. */
function adviceLines(
  answer: Answer,
  explanation: ObjectExplanation,
  { display, world }: ExplainTelling,
): readonly string[] {
  const advised = answer.decisions.flatMap((decision) => {
    const advice = answer.advice.get(decision);
    if (advice === undefined || decision.outcome.verdict === "permitted") return [];
    if (advice.advice === "way-out" && REPEATS_GAP.includes(advice.wayOut.way)) return [];
    const lead = advice.advice === "repair" ? "Enough for" : "What to do for";
    return [{ lead, field: fieldText(decision, display), steps: adviceSteps(advice, explanation) }];
  });
  const alike = Map.groupBy(advised, ({ lead, steps }) => stepLines(lead, steps).join("\n"));
  const told = [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    return stepLines(`${first.lead} ${someOf(same.map(({ field }) => field))}`, first.steps);
  });
  if (told.length === 0 || world === null) return told;
  return [...told, `Step by step: kubectl refgrant why-denied ${pasteable(answer.object.id)}${world}`];
}

/** What controllers say, with why one that says otherwise may not be wrong. */
const saidBy = (answer: Answer, display: Display): readonly string[] =>
  answer.judgements.flatMap((judgement) => judgementText(judgement, doubtsOn(judgement, answer), display));

function incomingSentence({ entries, crossing, local }: Incoming, explanation: ObjectExplanation): string {
  const from = entries.flatMap(({ grant, from: index }) => {
    const entry = grant.from.find((one) => one.index === index)?.entry;
    return entry === undefined ? [] : [entry];
  });
  const grants = [...new Set(entries.map(({ grant }) => nameOf(grant.id)))];
  const opened = from.length === 0 ? null : `It is open to ${trustedText(from)} by ${someOf(grants)}.`;
  const where = inWhat(explanation);
  if (crossing.length + local.length === 0) {
    return opened === null
      ? `No grant${where} opens it to other namespaces, and nothing${where} references it.`
      : `${opened} Nothing${where} references it.`;
  }
  const across =
    crossing.length === 0
      ? ""
      : `${plural(crossing.length, "reference")} from outside its namespace: ${verdictsText(crossing)}.`;
  const inside =
    local.length === 0 ? "" : `${plural(local.length, "reference")} from inside it: ${verdictsText(local)}.`;
  const closed = opened ?? (explanation.holder === null ? `No grant${where} opens it to other namespaces.` : "");
  return [closed, across, inside].filter((part) => part !== "").join(" ");
}

const namesOf = (decisions: readonly Decision[]): string => someOf([...new Set(decisions.map(referrerName))]);

function entryRow({ grant, from, to, uses, perhaps }: Incoming["entries"][number]): Row {
  const entry = grant.from.find(({ index }) => index === from)?.entry;
  return [
    pairName(grant, from, to),
    entry === undefined ? "" : `${kindText(entry)} ${entry.namespace}`,
    uses.length > 0 ? namesOf(uses) : perhaps.length > 0 ? `perhaps ${namesOf(perhaps)}` : "nothing",
  ];
}

/** References to the object; local ones that are permitted are counted in the first lines. */
function incomingLines({ crossing, local }: Incoming, display: Display): readonly string[] {
  const row = (decision: Decision): Row => [
    referrerName(decision),
    fieldText(decision, display),
    decision.outcome.verdict,
    groundsText(decision),
  ];
  const of = byGravity([...crossing, ...local.filter(isShown)]);
  return tableLines(["REFERENCED BY", "FIELD", "VERDICT", "BY"], { of, row }, display);
}

/** What is attached to nothing is refused (ParentNotFound); what only names it leads nowhere, and what it offered is gone. */
const wouldBeRefused = ({ handshake, reference }: Decision): boolean =>
  handshake === "attachment" && !reference.implicit;

function ifDeleted({ crossing, local, entries }: Incoming): readonly string[] {
  const leading = [...crossing, ...local].filter(({ outcome }) => outcome.verdict === "permitted");
  const named = entries.filter(({ grant, to }) =>
    grant.to.some(({ index, entry }) => index === to && entry.name !== null),
  );
  const grants = [...new Set(named.map(({ grant }) => nameOf(grant.id)))];
  if (leading.length === 0 && grants.length === 0) return [];
  const told = (decisions: readonly Decision[], what: string): readonly string[] =>
    decisions.length === 0 ? [] : [`${plural(decisions.length, "reference")} would ${what} (${namesOf(decisions)})`];
  const parts = [
    ...told(leading.filter(wouldBeRefused), "be refused"),
    ...told(
      leading.filter((decision) => !wouldBeRefused(decision)),
      "lead nowhere",
    ),
  ];
  const lost = parts.length === 0 ? "no reference would be lost" : parts.join(" and ");
  const naming = grants.length === 0 ? "" : `, and ${someOf(grants)} would name what is not there`;
  return [`If it were deleted: ${lost}${naming}.`];
}

/** The namespaces that a rule admits today, where the rule does not name them itself. */
function namesText({ names, undecided, hidden }: AdmittedNamespaces): string {
  if (names.length + undecided.length === 0 && hidden !== null) return "which ones could not be seen";
  const known = names.length === 0 ? "none today" : `today ${someOf(names, NAMESPACES_SHOWN)}`;
  const open = undecided.length === 0 ? "" : `; not known of ${someOf(undecided, NAMESPACES_SHOWN)}`;
  return `${known}${open}${hidden === null ? "" : "; not all namespaces were seen"}`;
}

function admitsText({ listener, admitted }: ListenerMeaning, owner: string): string {
  const { namespaces } = listener;
  const rule = admissionText(namespaces, owner);
  return namespaces.from === "All" || namespaces.from === "Selector" ? `${rule}: ${namesText(admitted)}` : rule;
}

function listenerLines({ holder, listeners }: HolderMeaning, display: Display): readonly string[] {
  const row = (meaning: ListenerMeaning): Row => {
    const { listener, attached } = meaning;
    const kinds = kindsOf(listener);
    const routes = [...new Set(attached.map(referrerName))];
    return [
      listener.name,
      `${listener.protocol}${listener.port === null ? "" : ` ${listener.port}`}`,
      kinds.length === 0 ? "none for certain" : kinds.join(", "),
      admitsText(meaning, holder.id.namespace),
      routes.length === 0 ? "nothing" : someOf(routes),
    ];
  };
  return tableLines(["LISTENER", "PROTOCOL", "TAKES", "ADMITS", "ATTACHED"], { of: listeners, row }, display);
}

/** Whose ListenerSets may add listeners, and which do. */
function addersLines({ holder, adders, sets }: HolderMeaning): readonly string[] {
  if (holder.holder !== "gateway" || adders === null) return [];
  const { allowedListeners } = holder;
  const rule = admissionText(allowedListeners, holder.id.namespace);
  const named = allowedListeners.from === "All" || allowedListeners.from === "Selector" ? `: ${namesText(adders)}` : "";
  const adding = sets.filter(({ outcome }) => outcome.verdict === "permitted");
  const names = listed(adding.map(({ reference }) => nameOf(reference.referrer)));
  const added = adding.length === 0 ? "" : ` ${names} ${adding.length === 1 ? "adds" : "add"} listeners.`;
  return [`ListenerSets are admitted from ${rule}${named}.${added}`];
}

function listenerLosses({ listeners }: HolderMeaning): readonly string[] {
  return listeners.flatMap(({ listener, ifDeleted: changes }) => {
    const text = changesText(changes, referrerName);
    return text === "" ? [] : [`If listener ${listener.name} were deleted: ${text}`];
  });
}

function holderSentence({ holder, listeners }: HolderMeaning, where: string): string {
  const routes = new Map(
    listeners.flatMap(({ attached }) =>
      attached.map(({ reference }) => [keyOf(reference.referrer), reference.referrer] as const),
    ),
  );
  const namespaces = new Set([...routes.values()].map(({ namespace }) => namespace));
  const has = `${plural(holder.listeners.length, "listener")}`;
  if (routes.size === 0) return `It has ${has}, and no route${where} is attached.`;
  const attached = `${plural(routes.size, "route")} of ${plural(namespaces.size, "namespace")}`;
  return `It has ${has}, with ${attached} attached.`;
}

const isIdle = ({ entries, crossing, local }: Incoming): boolean =>
  entries.length + crossing.length + local.length === 0;

/** Is the object there to be referred to, rather than to refer to others? Grants open such kinds. */
const isTargetFirst = ({ id, holder, incoming, outgoing }: ObjectExplanation): boolean =>
  holder === null &&
  incoming !== null &&
  !isRoute(id) &&
  (outgoing === null || (outgoing.decisions.length === 0 && includesGroupKind(OPENED_KINDS, id)));

/** What is said of a kind of which nothing is known. */
function nothingKnown({ id }: ObjectExplanation): string {
  const kind = kindText(id);
  return `Nothing is known that ${article(id.kind)} ${kind} refers to across namespaces, or that refers to it.`;
}

/** An object: what it references and by what right, who references it, what it lets in, and what would be without it. */
export function objectText(explanation: ObjectExplanation, telling: ExplainTelling): string {
  const { display } = telling;
  const { outgoing, incoming, holder, id } = explanation;
  const head = headLine(id, display);
  const absent = explanation.object === null ? ["It was not found."] : [];
  if (outgoing === null && incoming === null) {
    return sections(
      [head, ...absent, printable(nothingKnown(explanation))],
      findingLines(explanation, TOLD, display),
      gapLines(explanation.gaps),
    );
  }
  const sentences = [
    ...(holder === null ? [] : [holderSentence(holder, inWhat(explanation))]),
    ...(outgoing === null ? [] : [outgoingSentence(outgoing, holder !== null || isTargetFirst(explanation))]),
    // Of a route it is no news that no policy targets it.
    ...(incoming === null || (isIdle(incoming) && !isTargetFirst(explanation))
      ? []
      : [incomingSentence(incoming, explanation)]),
  ].filter((sentence) => sentence !== null);
  return sections(
    [head, ...absent, ...sentences.map(printable)],
    outgoing === null ? [] : outgoingLines(outgoing, display),
    outgoing === null ? [] : adviceLines(outgoing, explanation, telling).map(printable),
    outgoing === null ? [] : saidBy(outgoing, display).map(printable),
    holder === null ? [] : listenerLines(holder, display),
    holder === null ? [] : addersLines(holder).map(printable),
    incoming === null
      ? []
      : tableLines(["OPENED BY", "OPEN TO", "USED BY"], { of: incoming.entries, row: entryRow }, display),
    incoming === null ? [] : incomingLines(incoming, display),
    [...(incoming === null ? [] : ifDeleted(incoming)), ...(holder === null ? [] : listenerLosses(holder))].map(
      printable,
    ),
    findingLines(explanation, TOLD, display),
    gapLines(explanation.gaps),
  );
}
