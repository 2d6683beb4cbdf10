import type { Decision } from "../model/decision.ts";
import type { Admittance, NamespaceExplanation } from "../model/explanation.ts";
import type { GrantReport } from "../model/report.ts";
import { permissionText } from "./explain-grant.ts";
import {
  byGravity,
  changesText,
  fieldText,
  findingLines,
  gapLines,
  groundsText,
  headLine,
  inWhat,
  referenceName,
  sections,
  tableLines,
  verdictsText,
} from "./explain-prose.ts";
import { targetText } from "./prose.ts";
import type { Row } from "./table.ts";
import { nameOf, selectorText } from "./terms.ts";
import { type Display, plural, printable } from "./text.ts";

/** What goes into a namespace and out of it, as a person reads it. */

function countText(decisions: readonly Decision[], leads: string, lead: string): string | null {
  if (decisions.length === 0) return null;
  return `${plural(decisions.length, "reference")} ${decisions.length === 1 ? leads : lead}: ${verdictsText(decisions)}.`;
}

function sentences(explanation: NamespaceExplanation): readonly string[] {
  const { outgoing, incoming, local, grants, admittedBy, object, source, closed } = explanation;
  const counts = [
    countText(outgoing, "leads out of it", "lead out of it"),
    countText(incoming, "leads into it", "lead into it"),
    countText(local, "stays in it", "stay in it"),
  ].filter((text) => text !== null);
  const where = inWhat(explanation);
  const crossing = outgoing.length + incoming.length;
  const none = crossing > 0 ? [] : [`Nothing${where} refers out of it or into it.`];
  const idle = crossing === 0 && grants.length === 0 && admittedBy.length === 0 ? ["No grant stands in it."] : [];
  // Files seldom hold the object of a namespace; what stands in it is told all the same.
  const labels = closed ? "." : ": its labels are not known.";
  const absent = source === "cluster" ? "It was not found." : `The input holds no Namespace for it${labels}`;
  const unseen = object === null ? [absent] : [];
  return [...unseen, [...none, ...idle, ...counts].join(" ")];
}

function grantRow({ grant, usage, inert }: GrantReport): Row {
  const permits = grant.rejected ? null : permissionText(grant, () => "");
  return [nameOf(grant.id), permits ?? "nothing", inert ? "inert" : usage];
}

const HEAD: Row = ["FIELD", "TO", "VERDICT", "BY"];

function references(title: string, decisions: readonly Decision[], display: Display): readonly string[] {
  const row = (decision: Decision): Row => [
    nameOf(decision.reference.referrer),
    fieldText(decision, display),
    targetText(decision),
    decision.outcome.verdict,
    groundsText(decision),
  ];
  return tableLines([title, ...HEAD], { of: byGravity(decisions), row }, display);
}

function admittanceRow({ holder, listener, requirements, gap }: Admittance): Row {
  const by =
    requirements.length === 0 ? "every namespace is admitted" : `of its labels: ${selectorText({ requirements })}`;
  return [
    nameOf(holder),
    listener === null ? "ListenerSets" : `routes on listener ${listener.name}`,
    gap === null ? by : `perhaps, ${by}; ${gap.detail}`,
  ];
}

function labelLines({ labels }: NamespaceExplanation, display: Display): readonly string[] {
  return labels.map(({ key, value, ifRemoved }) => {
    const text = changesText(ifRemoved, (decision) => referenceName(decision, display));
    return `If label ${key}=${value} were removed: ${text === "" ? "nothing that is attached today would be refused." : text}`;
  });
}

/** A namespace: grants in it, references out and in, what lets it in, and by which of its labels. */
export function namespaceText(explanation: NamespaceExplanation, display: Display): string {
  const { grants, outgoing, incoming, local, admittedBy } = explanation;
  const pressing = local.filter(({ outcome }) => outcome.verdict !== "permitted");
  return sections(
    [headLine(explanation.id, display), ...sentences(explanation).map(printable)],
    tableLines(["GRANT", "PERMITS", "USAGE"], { of: grants, row: grantRow }, display),
    references("OUT OF IT", outgoing, display),
    references("INTO IT", incoming, display),
    references("WITHIN IT", pressing, display),
    tableLines(["ADMITTED BY", "FOR", "BECAUSE"], { of: admittedBy, row: admittanceRow }, display),
    labelLines(explanation, display).map(printable),
    findingLines(explanation, [], display),
    gapLines(explanation.gaps),
  );
}
