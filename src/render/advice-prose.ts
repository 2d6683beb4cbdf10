import type { Gap } from "../model/gap.ts";
import type { GrantFrom, GrantTo } from "../model/grant.ts";
import { isLabelKey, isLabelValue, NAMESPACE_NAME_LABEL } from "../model/labels.ts";
import type { NamespaceAdmission } from "../model/listener.ts";
import { formatPath, type Locate, type ObjectId, type Position } from "../model/object.ts";
import type { Advice, Change, Edit, Maker, Repair, WayOut } from "../model/remedy.ts";
import { formatPosition } from "../model/source.ts";
import { pasteable } from "./command-text.ts";
import { jsonPatch } from "./json-patch.ts";
import { yamlLines } from "./manifest-yaml.ts";
import { gapText } from "./prose.ts";
import { shellWord } from "./shell-word.ts";
import { admissionText, fieldOf, kindsText, kindText, nameOf, quoted } from "./terms.ts";
import { article, listed, plural } from "./text.ts";

/** What is advised, in words and in what can be pasted. Nothing here is cleaned for a terminal: what prints it does that. */

/** One step of advice. */
export interface Step {
  /** `fix`: with it the reference is permitted, as far as it could be tried. `do`: what helps otherwise. */
  readonly step: "fix" | "do";
  /** Who can take it, for a sentence; null where that goes without saying. */
  readonly by: string | null;
  readonly what: string;
  /** Lines to paste: commands, or YAML. Empty where there is nothing to paste. */
  readonly paste: readonly string[];
  /** What should be known before it is done; null for nothing. */
  readonly but: string | null;
  /** The same as `what` for one who does not see what is to be pasted. */
  readonly short: string;
}

/** Where the world comes from: a cluster is changed by commands, files are edited. */
export interface AdviceSource {
  readonly source: "cluster" | "files";
  readonly locate: Locate;
}

/** What writes an object, as a clause about it. */
export function makerText(maker: Maker, it = "it"): string {
  switch (maker.by) {
    case "owner":
      return `${nameOf(maker.owner)} generates ${it}`;
    case "helm":
      return `${it} comes from Helm release ${maker.release}`;
    case "argocd":
      return `${it} comes from Argo CD application ${maker.application}`;
    case "flux":
      return `${it} comes from Flux Kustomization ${maker.kustomization}`;
    case "flux-helm":
      return `${it} comes from Flux HelmRelease ${maker.release}`;
  }
}

const undone = (maker: Maker | null): string | null =>
  maker === null ? null : `${makerText(maker)}: change it there, or the change will be undone`;

const both = (...parts: readonly (string | null)[]): string | null => {
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? null : said.join("; ");
};

const ownerOf = (id: ObjectId): string =>
  id.namespace === null ? `whoever owns ${nameOf(id)}` : `whoever owns namespace ${id.namespace}`;

/** `HTTPRoutes of app`: whom an entry trusts. */
const trusted = ({ group, kind, namespace }: GrantFrom): string => `${kindsText({ group, kind })} of ${namespace}`;

const opened = ({ group, kind, name }: GrantTo): string =>
  name === null ? `every ${kindText({ group, kind })}` : `${kindText({ group, kind })} ${name}`;

/** What entries permit, beyond the one reference that they are for. */
const opening = (from: readonly GrantFrom[], to: readonly GrantTo[]): string =>
  `all ${listed(from.map(trusted))} may then use ${listed(to.map(opened))}`;

/** The label that would do instead, where the namespace has another value of it: that may be what others go by. */
function insteadText({
  before,
  admission,
  namespace,
}: Extract<Repair, { readonly repair: "admit-namespace" }>): string | null {
  if (before.from !== "Selector" || admission.from !== "Selector") return null;
  const asked = before.selector?.requirements.filter(({ operator }) => operator === "In") ?? [];
  const now = admission.selector?.requirements ?? [];
  const other = asked.find(({ key, values }) =>
    now.some((one) => one.key === key && one.values.length > values.length),
  );
  const [value] = other?.values ?? [];
  if (other === undefined || value === undefined || other.key === NAMESPACE_NAME_LABEL) return null;
  if (!isLabelKey(other.key) || !isLabelValue(value)) return null;
  return `or, if nothing else goes by that label of ${namespace}, set it to ${other.key}=${value}`;
}

/** A step without what is to be pasted. */
type Words = Pick<Step, "by" | "what" | "but"> & { readonly short?: string };

function repairText(repair: Repair, source: AdviceSource["source"], flags: string): Words {
  const by = ownerOf(repair.change.id);
  const but = undone(repair.maker);
  switch (repair.repair) {
    case "correct-entry": {
      const { grant, list, index, fields } = repair;
      const changes = fields.map(({ field, value }) => `${list}[${index}].${field} ${quoted(value)}`);
      const now = fields.map(({ was }) => (was === null ? "absent" : quoted(was))).join(" and ");
      const what = `in ReferenceGrant ${grant.id.name} make ${changes.join(" and ")} (it is ${now}, and nothing${source === "files" ? " in the files" : ""} uses that entry)`;
      return { by, but: both(but, opening(repair.opens.from, repair.opens.to)), what };
    }
    case "add-grant": {
      const { id, from, to, misplaced, targetMissing } = repair;
      const [whom, what] = [listed(from.map(trusted)), opened(to)];
      const missing = targetMissing ? `there is no ${kindText(to)} ${to.name ?? ""} yet` : null;
      const moved =
        misplaced === null
          ? ""
          : `; ${misplaced.id.name} stands in namespace ${misplaced.id.namespace}, where it does not count`;
      return {
        by,
        but: both(but, missing, `${opening(from, [to])}: a grant cannot name a single one`),
        what: `add this ReferenceGrant${source === "cluster" ? `, for example with kubectl apply -f -${flags}` : ""}${moved}`,
        short: `add a ReferenceGrant in ${id.namespace} that lets ${whom} use ${what}${moved}`,
      };
    }
    case "label-namespace": {
      const labels = repair.labels.map(({ key, value }) => `${key}=${value}`);
      return {
        by: "whoever may label namespaces",
        but: both(but, repair.unchecked ? uncheckedText(repair.namespace) : null),
        what: `label namespace ${repair.namespace} ${labels.join(" ")}`,
      };
    }
    case "admit-namespace": {
      const { holder, listener, namespace, admission } = repair;
      const where =
        listener === null ? `allowedListeners of ${nameOf(holder)}` : `listener ${listener.name} of ${nameOf(holder)}`;
      const others = namesOne(admission) ? null : `it then admits every namespace that fits, not only ${namespace}`;
      return {
        by,
        but: both(but, others, insteadText(repair)),
        what: `let ${where} admit ${admittedText(admission, holder)}`,
      };
    }
    case "admit-kind":
      return {
        by,
        but,
        what: `let listener ${repair.listener.name} of ${nameOf(repair.holder)} take ${kindsText(repair.kind)} too`,
      };
    case "correct-reference": {
      const { reference, fields, because } = repair;
      const changes = fields.map(({ field, value }) =>
        value === null ? `leave ${field} out` : `make ${field} ${quoted(String(value))}`,
      );
      const why = because === "near-name" ? " (a slip?)" : "";
      return {
        by,
        but,
        what: `in ${fieldOf(reference.path)} of ${nameOf(reference.referrer)} ${changes.join(" and ")}${why}`,
      };
    }
    case "remove-reference": {
      const { reference, same } = repair;
      const what = `take ${fieldOf(reference.path)} out of ${nameOf(reference.referrer)}: what it should say, ${fieldOf(same)} says already`;
      return { by, but, what };
    }
    case "add-hostname":
      return {
        by,
        but: both(but, "requests for it then come to this route, unless an older one has it"),
        what: `give ${nameOf(repair.referrer)} a hostname that listener ${repair.listener.name} serves, such as ${repair.hostname}`,
      };
  }
}

const uncheckedText = (namespace: string): string =>
  `other Gateways were not looked at: by this label they may admit namespace ${namespace}, or shut it out`;

/** Does an admission name namespaces one by one, so that it takes in no other? */
function namesOne(admission: NamespaceAdmission): boolean {
  if (admission.from !== "Selector" || admission.selector === null) return false;
  return admission.selector.requirements.some(({ key, operator }) => key === NAMESPACE_NAME_LABEL && operator === "In");
}

/** What is to be admitted: the namespaces that it names, or its rule. */
function admittedText(admission: NamespaceAdmission, holder: ObjectId): string {
  if (admission.from !== "Selector" || admission.selector === null)
    return admissionText(admission, holder.namespace ?? "");
  const [first, ...others] = admission.selector.requirements;
  if (first !== undefined && others.length === 0 && namesOne(admission)) {
    return `namespace${first.values.length === 1 ? "" : "s"} ${listed(first.values)}`;
  }
  return admissionText(admission, holder.namespace ?? "");
}

/** A field with its value as YAML: on one line where it is a word, below it where it is more. */
function fieldLines({ path, value }: Edit, place: Position | null): readonly string[] {
  const field = `${place === null ? "" : `${formatPosition(place)}: `}${formatPath(path)}`;
  if (value === undefined) return [`remove ${field}`];
  const lines = yamlLines(value);
  return typeof value === "object" && value !== null
    ? [`${field}:`, ...lines.map((line) => `  ${line}`)]
    : [`${field}: ${lines.join(" ")}`];
}

function fileLines(change: Change, locate: Locate): readonly string[] {
  switch (change.change) {
    case "create":
      return yamlLines(change.manifest);
    case "edit":
      return change.edits.flatMap((edit) => fieldLines(edit, locate(change.id, edit.path)));
  }
}

function clusterLines(repair: Repair, flags: string): readonly string[] {
  const { change } = repair;
  if (repair.repair === "label-namespace") {
    const labels = repair.labels.map(({ key, value }) => shellWord(`${key}=${value}`));
    return [`kubectl label namespace ${shellWord(repair.namespace)} ${labels.join(" ")}${flags}`];
  }
  if (change.change === "create") return yamlLines(change.manifest);
  const patch = shellWord(JSON.stringify(jsonPatch(change.edits)));
  return [`kubectl patch ${pasteable(change.id)} --type=json -p ${patch}${flags}`];
}

function repairStep(repair: Repair, { source, locate }: AdviceSource, flags: string): Step {
  const paste = source === "files" ? fileLines(repair.change, locate) : clusterLines(repair, flags);
  const words = repairText(repair, source, flags);
  return { step: "fix", short: words.what, ...words, paste };
}

/** At most this many objects are named where there are more. */
const NAMED = 3;

/** `Gateway a/x and Gateway b/x exist`; null where there is none. */
function elsewhereText(ids: readonly ObjectId[]): string | null {
  if (ids.length === 0) return null;
  const more = ids.length - NAMED;
  const names = ids.slice(0, NAMED).map(nameOf);
  return `${listed(more > 0 ? [...names, plural(more, "other")] : names)} ${ids.length === 1 ? "exists" : "exist"}`;
}

/** What could not be seen, and how it comes to be. */
const lookText = (gap: Gap): string =>
  gap.cause === "outside-input" ? `add its file with -f, or ask a cluster: ${gap.detail}` : gapText(gap);

function wayText(wayOut: WayOut): Words {
  const plain = (what: string, by: string | null = null): Words => ({ by, what, but: null });
  switch (wayOut.way) {
    case "create-parent": {
      const { parent, elsewhere } = wayOut;
      const known = elsewhereText(elsewhere);
      return known === null
        ? plain(`create ${nameOf(parent)}, or name a parent that exists`)
        : plain(`name a parent that exists: ${known}`);
    }
    case "create-target": {
      const { target, elsewhere, near } = wayOut;
      const known = elsewhereText(elsewhere);
      if (near !== null)
        return plain(`name ${kindText(target)} ${near}, if that was meant, or create ${nameOf(target)}`);
      return known === null
        ? plain(`create ${nameOf(target)}, or name ${article(target.kind)} ${kindText(target)} that exists`)
        : plain(
            `${known}: is ${elsewhere.length === 1 ? "it" : "one of them"} meant, and does the object that refers to it stand in the right namespace? No grant is missing so far`,
          );
    }
    case "create-namespace": {
      const { target, elsewhere, near } = wayOut;
      const known = elsewhereText(elsewhere);
      const meant = near === null ? "" : ` (did you mean ${near}?)`;
      const found = known === null ? "" : ` (${known})`;
      const content = `${kindText(target)} ${target.name} and a ReferenceGrant for it`;
      return plain(
        `there is no namespace ${target.namespace}${meant}; name another${found}, or create it with ${content}`,
      );
    }
    case "add-listener": {
      const { parent, kind, protocols } = wayOut;
      const needed = `${article(protocols[0])} ${listed(protocols, "or")} listener`;
      return plain(
        `${kindsText(kind)} need ${needed}, and ${nameOf(parent)} has none: add one, or name another parent`,
        ownerOf(parent),
      );
    }
    case "install-grants":
      return plain(
        "install the CRD referencegrants.gateway.networking.k8s.io of the Gateway API release in use: without it nothing can be permitted",
        "whoever runs the cluster",
      );
    case "keep-local":
      return plain(`create ${nameOf(wayOut.target)} with what is needed of it, and name that one`);
    case "correct-kind":
      return plain(`write kind ${wayOut.meant.kind} of group ${quoted(wayOut.meant.group)}`);
    case "wrong-kind":
      return plain(
        `name ${listed([...new Set(wayOut.takes.map(({ kind }) => `${article(kind)} ${kind}`))], "or")} instead`,
      );
    case "look":
      return plain(wayOut.gaps.map(lookText).join("; "));
    case "ask-implementation":
    case "repair-and-ask":
      return plain(`see what the implementation does: ${wayOut.gap.detail}`);
    case "none":
      return plain("nothing that could be tried from here helps");
  }
}

function wayStep(wayOut: WayOut): Step {
  const words = wayText(wayOut);
  return { step: "do", short: words.what, ...words, paste: [] };
}

/** What is known to be needed comes first; whether it is enough is for somebody else to say. */
function wayOutSteps(wayOut: WayOut, source: AdviceSource, flags: string): readonly Step[] {
  const repairs = wayOut.way === "repair-and-ask" ? wayOut.repairs : [];
  return [...repairs.map((repair) => repairStep(repair, source, flags)), wayStep(wayOut)];
}

/**
 * Advice as steps, in the order to take them.
 *
 * @param flags what kubectl needs at the end of a command to reach the same cluster, behind a blank; or nothing
 */
export function adviceSteps(advice: Advice, source: AdviceSource, flags = ""): readonly Step[] {
  switch (advice.advice) {
    case "repair":
      return advice.repairs.map((repair) => repairStep(repair, source, flags));
    case "way-out":
      return wayOutSteps(advice.wayOut, source, flags);
  }
}

/** Steps as lines: what to do, by whom, and below it what can be pasted. */
export function stepLines(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ step, by, what, paste, but }, index) => {
    const word = { fix: ["Fix", "and"], do: ["What to do", "then"] }[step][Math.min(index, 1)];
    const who = by === null ? "" : `, by ${by}`;
    const first = `${word}${who}: ${what}${paste.length > 0 ? ":" : "."}`;
    return [first, ...paste.map((line) => `    ${line}`), ...(but === null ? [] : [`  (${but}.)`])];
  });
}
