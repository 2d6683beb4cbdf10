import { stringify } from "yaml";
import type { GrantFrom, GrantTo } from "../model/grant.ts";
import type { LabelRequirement } from "../model/labels.ts";
import { formatPath, type Locate, type ObjectId, type Position } from "../model/object.ts";
import type { Advice, Change, Edit, Json, Maker, Repair, WayOut } from "../model/remedy.ts";
import type { Namesakes } from "../model/sight.ts";
import { formatPosition } from "../model/source.ts";
import { jsonPatch } from "../remedy/patch.ts";
import { pasteable, shellWord } from "./command-text.ts";
import { admissionText, fieldOf, gapText, kindText, nameOf, quoted, selectorText } from "./prose.ts";
import { article, plural } from "./text.ts";

/** What is advised, in words and in what can be pasted. Nothing here is cleaned for a terminal: what prints it does that. */

/** One step of advice. */
export interface Step {
  /** Who can take it, for a sentence; null where that goes without saying. */
  readonly by: string | null;
  readonly what: string;
  /** Lines to paste: commands, or YAML. Empty where there is nothing to paste. */
  readonly paste: readonly string[];
  /** What should be known before it is done; null for nothing. */
  readonly but: string | null;
}

/** Where the world comes from: a cluster is changed by commands, files are edited. */
export interface AdviceSource {
  readonly source: "cluster" | "files";
  readonly locate: Locate;
}

export function makerText(maker: Maker): string {
  switch (maker.by) {
    case "owner":
      return `${nameOf(maker.owner)} generates it`;
    case "helm":
      return `it comes from Helm release ${maker.release}`;
    case "argocd":
      return `it comes from Argo CD application ${maker.application}`;
    case "flux":
      return `it comes from Flux Kustomization ${maker.kustomization}`;
    case "flux-helm":
      return `it comes from Flux HelmRelease ${maker.release}`;
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
const trusted = ({ group, kind, namespace }: GrantFrom): string => `${kindText({ group, kind })}s of ${namespace}`;

const opened = ({ group, kind, name }: GrantTo): string =>
  name === null ? `every ${kindText({ group, kind })}` : `${kindText({ group, kind })} ${name}`;

/** An admission as its own sentence says it, for one who is to write it. */
function requirementText({ key, operator, values }: LabelRequirement): string {
  return `${key} ${operator}${values.length === 0 ? "" : ` (${values.join(", ")})`}`;
}

function repairText(repair: Repair): Omit<Step, "paste"> {
  const by = ownerOf(repair.change.id);
  const but = undone(repair.maker);
  switch (repair.repair) {
    case "correct-entry": {
      const { grant, list, index, fields } = repair;
      const changes = fields.map(({ field, value }) => `${list}[${index}].${field} to ${quoted(value)}`);
      return {
        by,
        but,
        what: `in ReferenceGrant ${grant.id.name} change ${changes.join(" and ")} (nothing uses that entry)`,
      };
    }
    case "add-grant": {
      const { id, from, to, misplaced } = repair;
      const moved =
        misplaced === null
          ? null
          : `ReferenceGrant ${misplaced.id.name} stands in namespace ${misplaced.id.namespace}, where it does not count: it has to stand in ${id.namespace}`;
      return {
        by,
        but: both(
          but,
          `it lets all ${from.map(trusted).join(" and ")} use ${opened(to)}: a grant cannot name one of them`,
        ),
        what: moved === null ? "add this ReferenceGrant" : `${moved}. Add this one there`,
      };
    }
    case "label-namespace": {
      const labels = repair.labels.map(({ key, value }) => `${key}=${value}`);
      return {
        by: "whoever may label namespaces",
        but,
        what: `label namespace ${repair.namespace} ${labels.join(" ")}`,
      };
    }
    case "admit-namespace": {
      const { holder, listener, namespace, admission } = repair;
      const where =
        listener === null ? `allowedListeners of ${nameOf(holder)}` : `listener ${listener.name} of ${nameOf(holder)}`;
      return { by, but, what: `let ${where} admit namespace ${namespace} too: ${admitted(admission, holder)}` };
    }
    case "admit-kind":
      return {
        by,
        but,
        what: `let listener ${repair.listener.name} of ${nameOf(repair.holder)} take ${kindText(repair.kind)}s too`,
      };
    case "correct-reference": {
      const { reference, fields, because } = repair;
      const changes = fields.map(({ field, value }) =>
        value === null ? `leave ${field} out` : `change ${field} to ${quoted(String(value))}`,
      );
      const why = because === "near-name" ? " (a slip?)" : "";
      return {
        by,
        but,
        what: `in ${fieldOf(reference.path)} of ${nameOf(reference.referrer)} ${changes.join(" and ")}${why}`,
      };
    }
    case "add-hostname":
      return {
        by,
        but,
        what: `give ${nameOf(repair.referrer)} a hostname that listener ${repair.listener.name} serves, such as ${repair.hostname}`,
      };
  }
}

function admitted(admission: Parameters<typeof admissionText>[0], holder: ObjectId): string {
  if (admission.from !== "Selector" || admission.selector === null)
    return admissionText(admission, holder.namespace ?? "");
  return `from: Selector, ${admission.selector.requirements.map(requirementText).join(", ") || selectorText(admission.selector)}`;
}

/** A value of YAML in place, on one line. */
const inline = (value: Json): string => JSON.stringify(value);

/** Where an edit is made in a file: the field itself, or the nearest thing around it that is there. */
function placeOf({ path }: Edit, id: ObjectId, locate: Locate): Position | null {
  return locate(id, path);
}

function fileLines(change: Change, locate: Locate): readonly string[] {
  switch (change.change) {
    case "create":
      return yamlLines(change.manifest);
    case "edit":
      return change.edits.map((edit) => {
        const place = placeOf(edit, change.id, locate);
        const where = place === null ? "" : `${formatPosition(place)}: `;
        const field = formatPath(edit.path);
        return edit.value === undefined ? `${where}remove ${field}` : `${where}${field}: ${inline(edit.value)}`;
      });
  }
}

const yamlLines = (manifest: object): readonly string[] => stringify(manifest, { lineWidth: 0 }).trimEnd().split("\n");

function clusterLines(repair: Repair): readonly string[] {
  const { change } = repair;
  if (repair.repair === "label-namespace") {
    const labels = repair.labels.map(({ key, value }) => shellWord(`${key}=${value}`));
    return [`kubectl label namespace ${shellWord(repair.namespace)} ${labels.join(" ")}`];
  }
  if (change.change === "create") return yamlLines(change.manifest);
  return [`kubectl patch ${pasteable(change.id)} --type=json -p ${shellWord(JSON.stringify(jsonPatch(change.edits)))}`];
}

function repairStep(repair: Repair, { source, locate }: AdviceSource): Step {
  const paste = source === "files" ? fileLines(repair.change, locate) : clusterLines(repair);
  return { ...repairText(repair), paste };
}

function elsewhereText({ first, others }: Namesakes): string {
  if (first === null) return "";
  const more = others === 0 ? "" : `, and ${plural(others, "other")}`;
  return `${nameOf(first)} exists${more}`;
}

function wayText(wayOut: WayOut): Omit<Step, "paste"> {
  const plain = (what: string, by: string | null = null): Omit<Step, "paste"> => ({ by, what, but: null });
  switch (wayOut.way) {
    case "create-parent": {
      const { parent, elsewhere } = wayOut;
      const known = elsewhereText(elsewhere);
      return known === ""
        ? plain(`create ${nameOf(parent)}, or name a parent that exists`)
        : plain(`name a parent that exists: ${known}`);
    }
    case "create-target": {
      const { target, elsewhere, near } = wayOut;
      const known = elsewhereText(elsewhere);
      if (near !== null)
        return plain(`name ${kindText(target)} ${near}, if that was meant, or create ${nameOf(target)}`);
      return known === ""
        ? plain(`create ${nameOf(target)}, or name ${article(target.kind)} ${kindText(target)} that exists`)
        : plain(
            `${known}: is it meant, and does the object that refers to it stand in the right namespace? No grant is missing so far`,
          );
    }
    case "install-grants":
      return plain(
        "install the CRD referencegrants.gateway.networking.k8s.io of the Gateway API release in use: without it nothing can be permitted",
        "whoever runs the cluster",
      );
    case "keep-local":
      return plain(
        `put what is needed of ${nameOf(wayOut.target)} into the namespace that refers to it: no grant helps here`,
      );
    case "correct-kind":
      return plain(`write kind ${wayOut.meant.kind} of group ${quoted(wayOut.meant.group)}`);
    case "look":
      return plain(`have a look at what is hidden: ${wayOut.gaps.map(gapText).join("; ")}`);
    case "ask-implementation":
      return plain(`see what the implementation does: ${wayOut.gap.detail}`);
    case "none":
      return plain("nothing that could be tried from here helps");
  }
}

/** Advice as steps, in the order to take them. */
export function adviceSteps(advice: Advice, source: AdviceSource): readonly Step[] {
  switch (advice.advice) {
    case "repair":
      return advice.repairs.map((repair) => repairStep(repair, source));
    case "way-out":
      return [{ ...wayText(advice.wayOut), paste: [] }];
  }
}
