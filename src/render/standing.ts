import type { Answer } from "../model/answer.ts";
import { crossesNamespace, type Decision } from "../model/decision.ts";
import type { Disagreement, Doubt, Finding } from "../model/finding.ts";
import type { NamespaceAdmission } from "../model/listener.ts";
import { formatPath, keyOf } from "../model/object.ts";
import type { Judgement } from "../model/status.ts";
import { witnessText } from "./prose.ts";
import { selectorText } from "./terms.ts";
import { plural } from "./text.ts";

/** How the references of an object stand, in a word, in a line, and all together. */

/** How a reference stands, from what is most pressing. */
export type Standing = "refused" | "dangling" | "unknown" | "permitted" | "local";
export const STANDINGS: readonly Standing[] = ["refused", "dangling", "unknown", "permitted", "local"];

/** Findings that say that a permitted reference leads nowhere. */
export const DANGLING: readonly Finding["code"][] = ["target-not-found", "reference-unknown-kind"];

/** Findings that the lines on the references tell already. */
export const TOLD: readonly Finding["code"][] = [
  ...DANGLING,
  "ref-not-permitted",
  "must-be-local",
  "not-attached",
  "unknown-verdict",
  "controller-refuses-permitted",
  "controller-permits-refused",
  "status-stale",
];

export function standingOf(decision: Decision, { findings }: Answer): Standing {
  if (decision.outcome.verdict !== "permitted") return decision.outcome.verdict;
  if (
    findings.some(
      (finding) => DANGLING.includes(finding.code) && "decision" in finding && finding.decision === decision,
    )
  ) {
    return "dangling";
  }
  return crossesNamespace(decision) || decision.handshake === "attachment" ? "permitted" : "local";
}

/** Is the reference offered by a selector or a default Gateway, and named nowhere? That it is refused is no fault. */
export const isOffer = ({ reference }: Decision): boolean => reference.handshake !== "none" && reference.implicit;

/** What the first line of a reference ends in. */
export function outcomeText(decision: Decision, answer: Answer): string {
  const { outcome } = decision;
  switch (outcome.verdict) {
    case "refused":
      return isOffer(decision) ? `${outcome.reason} (it is offered, not named)` : outcome.reason;
    case "unknown":
      return "unknown";
    case "permitted":
      return standingOf(decision, answer) === "dangling" ? danglingReason(decision, answer) : permittedText(decision);
  }
}

function danglingReason(decision: Decision, { findings }: Answer): string {
  const finding = findings.find((one) => "decision" in one && one.decision === decision && DANGLING.includes(one.code));
  if (finding?.code === "reference-unknown-kind") return finding.reason ?? "no such kind";
  return (decision.reference.handshake === "attachment" ? null : decision.reference.missingReason) ?? "not found";
}

function permittedText(decision: Decision): string {
  const { outcome, reference } = decision;
  if (outcome.verdict !== "permitted") return "";
  switch (outcome.witness.by) {
    case "sameNamespace":
      return "same namespace: no grant is involved";
    case "meshExemption":
      return "under a mesh parent no grant is involved";
    case "listener":
      return `attached to ${outcome.witness.trials
        .toSorted((a, b) => a.listener.index - b.listener.index)
        .map(({ listener }) => `listener ${listener.name}${admittedBy(listener.namespaces)}`)
        .join(", ")}`;
    case "grant":
      return `permitted by ${witnessText(decision)}`;
    case "allowedListeners":
      return `admitted by ${witnessText(decision)}`;
    case "clusterScoped":
    case "unenforced":
    case "unrestricted":
      return reference.handshake === "none" && outcome.witness.by === "clusterScoped"
        ? "no grant is involved"
        : witnessText(decision);
  }
}

/** The rule by which a listener lets a namespace in, in a few words. */
function admittedBy(namespaces: NamespaceAdmission): string {
  if (namespaces.from === "Same") return "";
  const selector =
    namespaces.from === "Selector" && namespaces.selector !== null ? ` ${selectorText(namespaces.selector)}` : "";
  return ` (namespaces: ${namespaces.from}${selector})`;
}

/** How the references of an object stand, each field once: under several parents it counts by the worst of its verdicts. */
function standings(answer: Answer): readonly Standing[] {
  const named = answer.decisions.filter((decision) => !isOffer(decision) || decision.outcome.verdict !== "refused");
  const fields = Map.groupBy(named, ({ reference }) => `${formatPath(reference.path)} ${keyOf(reference.referent)}`);
  return [...fields.values()].map((same) => {
    const all = same.map((decision) => standingOf(decision, answer));
    return STANDINGS.find((standing) => all.includes(standing)) ?? "permitted";
  });
}

/** The findings by which a controller refuses what is permitted. */
const disagreeing = ({ findings }: Answer) =>
  findings.flatMap((finding) => (finding.code === "controller-refuses-permitted" ? [finding] : []));

const controllerOf = ({ disagreement }: { readonly disagreement: Disagreement }): string =>
  disagreement.statement.controller ?? "the controller";

/** Why a controller that says otherwise may not be wrong. */
export function doubtsOn({ statement }: Judgement, { findings }: Answer): readonly Doubt[] {
  const found = findings.find((finding) => "disagreement" in finding && finding.disagreement.statement === statement);
  return found !== undefined && "disagreement" in found ? found.disagreement.doubts : [];
}

/** The first line: it says all that has to be known before anything else is read. */
export function headline(answer: Answer): string {
  const all = standings(answer);
  const count = (standing: Standing): number => all.filter((one) => one === standing).length;
  const total = all.length;
  const refused = count("refused");
  const dangling = count("dangling");
  const unknown = count("unknown");
  const of = `of ${plural(total, "reference")}`;
  if (refused > 0) {
    const more = [
      ...(dangling > 0 ? [`${dangling} ${dangling === 1 ? "leads" : "lead"} nowhere`] : []),
      ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ];
    return [total === 1 ? "its one reference is refused" : `${refused} ${of} refused`, ...more].join(", ");
  }
  if (dangling > 0) {
    if (total === 1) return "its one reference is permitted, but leads nowhere";
    const leads = dangling === 1 ? "1 leads" : `${dangling} lead`;
    const open = unknown > 0 ? `, ${unknown} unknown` : "";
    return `${plural(total - unknown, "reference")} permitted, but ${leads} nowhere${open}`;
  }
  if (unknown > 0) return total === 1 ? "of its one reference nothing can be told" : `${unknown} ${of} unknown`;
  if (total === 0) return "it refers to nothing that anybody has to permit";
  const fine =
    total === 1
      ? "its one reference is permitted"
      : `${total === 2 ? "both" : `all ${total}`} references are permitted`;
  const disagreed = disagreeing(answer);
  if (disagreed.length === 0) return fine;
  const who = [...new Set(disagreed.map(controllerOf))].join(", ");
  return disagreed.some(({ severity }) => severity === "error")
    ? `your YAML is right: ${fine}, and ${who} refuses all the same`
    : `${fine}, as far as the specification goes; ${who} said otherwise`;
}
