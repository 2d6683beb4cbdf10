import { kindInfo } from "../catalogue/known.ts";
import { rowOf } from "../catalogue/rows.ts";
import type { FreeDecision, GrantDecision, WithVerdict } from "../model/decision.ts";
import type { EntryRef, Finding } from "../model/finding.ts";
import type { InertCause } from "../model/grant.ts";
import { type FieldPath, formatPath, type GroupKind, type ObjectId, type Position } from "../model/object.ts";
import type { InputProblem, Namesakes } from "../model/snapshot.ts";
import { formatPosition } from "../model/source.ts";
import type { Statement } from "../model/status.ts";
import {
  admissionText,
  fieldOf,
  gapText,
  groupHint,
  kindText,
  NO_WILDCARD,
  nameOf,
  obstacleText,
  quoted,
  referenceText,
  ruleNote,
  ruleOf,
  witnessText,
} from "./prose.ts";
import { type Display, plural } from "./text.ts";

/** Every word of a finding that a user reads. Nothing here is cleaned for a terminal: what prints it does that. */

const entryText = ({ list, index }: EntryRef): string => `${list}[${index}]`;

function inertText(why: InertCause): string {
  switch (why) {
    case "own-namespace":
      return "names the grant's own namespace, where no grant is needed; it permits nothing";
    case "attachment-target":
      return "names a kind that routes attach to; that is for allowedRoutes of its listeners, a grant has no part in it";
    case "invalid-string":
      return "holds a string that names no API group, kind or namespace; it matches nothing";
    case "literal-star":
      return 'has the name "*", which is no wildcard and no object\'s name; leave the name out to mean every one';
    case "cluster-scoped":
      return "names a kind without namespaces, which needs no grant; it permits nothing";
  }
}

function problemText(problem: InputProblem): FindingText {
  switch (problem.cause) {
    case "syntax":
      return plain(`not readable: ${problem.detail}`, "the other documents were read; mend this one and run again");
    case "duplicate-key":
      return plain(
        `not readable: ${problem.detail}`,
        "a key may stand once only; the API server would drop one silently",
      );
    case "no-object":
      return plain(`passed over: ${problem.detail}`);
    case "duplicate":
      return plain(
        "stands in the input twice; the later one counts",
        problem.first === null ? null : `first at ${formatPosition(problem.first)}`,
      );
    case "unknown-version":
      return plain(`${problem.apiVersion} has never been a version of this kind; the API server would reject it`);
    case "unserved-version":
      return plain(
        `${problem.apiVersion} is served by no supported release of the Gateway API; it was read all the same`,
      );
    case "deprecated-version":
      return plain(`${problem.apiVersion} is deprecated; clusters still serve it, with a warning`);
    case "field":
      return plain(
        `${formatPath(problem.path)} should be ${problem.expected}, found ${problem.found}`,
        fieldHint(problem),
      );
  }
}

/** What the slip behind a string is that the API server would not take. */
function fieldHint({ path, found }: InputProblem & { readonly cause: "field" }): string | null {
  const field = path.at(-1);
  const text = found.startsWith('"') ? found.slice(1, -1) : "";
  if (field === "group" && groupHint(text) !== "") return groupHint(text);
  return field === "namespace" && text === "*" ? `${NO_WILDCARD}; name each namespace in an entry of its own` : null;
}

/** A finding in words: what is so, the reason that a controller would give, and what shows it. */
export interface FindingText {
  readonly message: string;
  readonly reason: string | null;
  readonly detail: string | null;
}

const plain = (message: string, detail: string | null = null): FindingText => ({ message, reason: null, detail });

/** Where an object of that name does exist, for a namespace that was left out or mistyped. */
function elsewhereText({ first, others }: Namesakes): string {
  if (first === null) return "";
  const exist = others === 0 ? "exists" : `and ${plural(others, "other")} exist`;
  return `; ${nameOf(first)} ${exist}: is the namespace of the reference right?`;
}

function missingTargetText(
  { reference, outcome }: WithVerdict<GrantDecision, "permitted"> | FreeDecision,
  elsewhere: Namesakes,
): string {
  const right = outcome.witness.by === "grant" ? "it is permitted" : "it needs no grant";
  return `${right}, but there is no ${nameOf(reference.referent)}${elsewhereText(elsewhere)}`;
}

function unknownKindText({ group, kind }: GroupKind, meant: GroupKind | null): string {
  const named = `${kind} of group ${quoted(group)}`;
  if (meant !== null) return `names ${named}: did you mean ${meant.kind} of group ${quoted(meant.group)}?`;
  return `names ${named}, a kind whose references are not known here; whether it is in use cannot be told`;
}

const othersText = (others: number): string =>
  others === 0 ? "" : `, and so ${others === 1 ? "is 1 other" : `are ${others} others`}`;

function hostnameText({
  route,
  other,
  seniority,
  parent,
  listener,
  hostname,
  sameMatch,
}: Finding & { readonly code: "hostname-taken" }): FindingText {
  const name = hostname ?? (kindInfo(route)?.route?.hostnames === true ? "every hostname" : "its connections");
  const place = `listener ${listener.name} of ${nameOf(parent)}`;
  const message = `shares ${name} on ${place} with ${nameOf(other)}`;
  if (!sameMatch) return plain(message, "each may take requests of the other with a rule that is more specific");
  const same = `${message}, and a rule of both matches the same requests`;
  return seniority === "older"
    ? plain(same, `${nameOf(other)} is the older, so it gets them`)
    : plain(same, "the one that was created first gets them; the files do not say which");
}

function unselectedText({ why, grants }: Finding & { readonly code: "service-unselected" }): FindingText {
  const openedBy = `it is opened to other namespaces by ${grants.map(({ id }) => nameOf(id)).join(", ")}`;
  switch (why) {
    case "external-name":
      return plain("is of type ExternalName: whoever may refer to it reaches the host it names", openedBy);
    case "no-selector":
      return plain(
        "has no selector: whoever may write its endpoints decides where requests go (CVE-2021-25740)",
        openedBy,
      );
  }
}

const controllerText = ({ controller }: Statement): string =>
  controller === null ? "the controller" : `controller ${controller}`;

/** What a condition is about, for a sentence. */
function placeText({ subject }: Statement): string {
  switch (subject.about) {
    case "parent":
      return `under ${nameOf(subject.parent)}${subject.sectionName === null ? "" : `#${subject.sectionName}`}`;
    case "listener":
      return `of listener ${subject.listener}`;
    case "object":
      return "of the object";
  }
}

/** A controller's word, as its condition has it. */
const wordText = ({ condition: { type, status, reasons } }: Statement): string =>
  `${type}=${status}${status === "True" || reasons.length === 0 ? "" : ` (${reasons.join(", ")})`}`;

function disagreementText(
  { code, disagreement }: Finding & { readonly code: "controller-refuses-permitted" | "controller-permits-refused" },
  display: Display,
): FindingText {
  const { statement, decisions } = disagreement;
  const [first, ...others] = decisions;
  const stale = statement.freshness === "fresh" ? "" : ", of an earlier generation";
  const message = `${controllerText(statement)} says ${wordText(statement)} ${placeText(statement)}${stale}`;
  const about = `${referenceText(first, display)}${others.length === 0 ? "" : ` (and ${plural(others.length, "other")})`}`;
  return code === "controller-refuses-permitted"
    ? plain(message, `the specification permits ${about}: ${witnessText(first)}. The YAML is right`)
    : plain(message, `the specification refuses ${about}: ${obstacleText(first)}. It may work without permission`);
}

/** Puts a finding into words. */
export function findingText(finding: Finding, display: Display): FindingText {
  switch (finding.code) {
    case "ref-not-permitted":
      return {
        message: referenceText(finding.decision, display),
        reason: finding.decision.outcome.reason,
        detail: `${obstacleText(finding.decision)}${ruleNote(finding.decision)}`,
      };
    case "must-be-local":
      return {
        message: referenceText(finding.decision, display),
        reason: finding.decision.outcome.reason,
        detail: obstacleText(finding.decision),
      };
    case "grant-not-enforced":
      return plain(
        `${referenceText(finding.decision, display)} crosses without anybody's consent`,
        `${ruleOf(finding.decision)} asks for no grant here`,
      );
    case "feature-gated":
      return plain(
        `${referenceText(finding.decision, display)} is permitted, and takes effect only with a feature switched on`,
        rowOf(finding.decision.reference).quirk,
      );
    case "namespace-ignored":
      return plain(
        `${referenceText(finding.decision, display)}: the field has no namespace, so ${finding.namespace} is dropped`,
        "the reference stays in its own namespace, and no grant lets it leave; move or copy the object",
      );
    case "data-source-namespace-dropped":
      return plain(
        `${fieldOf(finding.path)} was dropped when the manifest was applied: it named ${nameOf(finding.applied)}`,
        "the feature gate CrossNamespaceVolumeDataSource is off in the API server, so the claim looks in its own namespace",
      );
    case "field-retired":
      return plain(
        `${fieldOf(finding.decision.reference.path)} is no field of the Gateway API after ${rowOf(finding.decision.reference).until}`,
        "newer CRDs drop it without a word, and the reference with it",
      );
    case "field-experimental":
      return plain(
        `${fieldOf(finding.decision.reference.path)} is in the experimental channel only`,
        "CRDs of the standard channel drop it without a word, and the reference with it",
      );
    case "not-attached":
      return {
        message: referenceText(finding.decision, display),
        reason: finding.decision.outcome.reason,
        detail: `${obstacleText(finding.decision)}${elsewhereText(finding.elsewhere)}`,
      };
    case "target-not-found":
      return {
        message: referenceText(finding.decision, display),
        reason: finding.decision.reference.missingReason,
        detail: missingTargetText(finding.decision, finding.elsewhere),
      };
    case "unknown-verdict":
      return plain(referenceText(finding.decision, display), gapText(finding.gap));
    case "grant-unused":
      return plain(
        finding.entries === "all" ? "nothing uses it" : `nothing uses ${finding.entries.map(entryText).join(", ")}`,
      );
    case "grant-dangling":
      return plain(`${entryText(finding.entry)} names ${nameOf(finding.missing)}, which does not exist`);
    case "grant-inert":
      return plain(`${entryText(finding.entry)} ${inertText(finding.why)}`);
    case "grant-broad":
      return plain(
        `${entryText(finding.entry)} admits every ${finding.target.kind} of ${finding.grant.id.namespace}; name the ones that are needed`,
      );
    case "grant-unknown-kind":
      return plain(`${entryText(finding.entry)} ${unknownKindText(finding.groupKind, finding.meant)}`);
    case "mesh-exemption":
      return plain(
        `${referenceText(finding.decision, display)} needs no grant under a Service parent`,
        "so the specification has it; some meshes ask for a grant all the same",
      );
    case "grant-terminating":
      return plain("is being deleted, and is in effect until it is gone");
    case "grant-redundant":
      return plain(`everything that it permits, ${nameOf(finding.covering.id)} permits too`);
    case "referencepolicy":
      return finding.inForce
        ? plain(
            "is the grant of this release of the Gateway API, and counts",
            "releases since v0.6.0 read ReferenceGrant instead: change the kind and keep the spec",
          )
        : plain(
            "permits nothing: no release since v0.6.0 reads it",
            "change the kind to ReferenceGrant and its apiVersion; the spec can stay as it is",
          );
    case "grant-look-alike":
      return plain(
        `is no ReferenceGrant of the Gateway API${finding.whose === null ? "" : `, but a grant of ${finding.whose}`}; it is left out of account${othersText(finding.others)}`,
      );
    case "listener-open-to-all":
      return plain(
        `listener ${finding.listener.name} admits routes of ${admissionText(finding.listener.namespaces, finding.parent.namespace ?? "")}`,
      );
    case "gateway-open-to-all":
      return plain(
        `allowedListeners lets ${admissionText(finding.admission, finding.parent.namespace ?? "")} add listeners`,
      );
    case "hostname-taken":
      return hostnameText(finding);
    case "service-unselected":
      return unselectedText(finding);
    case "controller-refuses-permitted":
    case "controller-permits-refused":
      return disagreementText(finding, display);
    case "status-stale":
      return plain(
        `${controllerText(finding.statement)} last looked at generation ${finding.statement.condition.observedGeneration ?? "(none)"}, the object is at ${finding.statement.generation ?? "(unknown)"}`,
        `what it says ${placeText(finding.statement)} may not be about this spec`,
      );
    case "version-stored":
      return plain(
        `${kindText(finding.groupKind)} objects may be stored as ${finding.versions.join(", ")}, which releases have dropped`,
        "CRDs without a version that status.storedVersions lists are refused: rewrite the objects, then take the version off the list",
      );
    case "version-old":
      return plain(
        `this cluster serves ${kindText(finding.groupKind)} as ${finding.versions.join(", ")} only, which no supported release of the Gateway API does`,
      );
    case "ignore-unknown-code":
      return plain(
        `the annotation that silences findings names ${JSON.stringify(finding.word)}, which is no code of one`,
      );
    case "referencegrant-not-served":
      return plain(
        `this cluster has no ReferenceGrant, so none of ${plural(finding.references, "cross-namespace reference")} can be permitted`,
        "install the CRD referencegrants.gateway.networking.k8s.io of the Gateway API release in use",
      );
    case "manifest-invalid":
    case "manifest-rejected":
    case "manifest-duplicate":
    case "version-unserved":
    case "version-deprecated":
    case "field-invalid":
      return problemText(finding.problem);
  }
}

/** Where a finding stands in a file, if it does. */
export function findingPlace(
  finding: Finding,
  locate: (id: ObjectId, path: FieldPath) => Position | null,
): Position | null {
  if ("problem" in finding) return finding.problem.at;
  if ("decision" in finding) return locate(finding.decision.reference.referrer, finding.decision.reference.path);
  if ("entry" in finding) return locate(finding.grant.id, ["spec", finding.entry.list, finding.entry.index]);
  if (finding.code === "listener-open-to-all") {
    return locate(finding.parent, ["spec", "listeners", finding.listener.index]);
  }
  return finding.subject === null ? null : locate(finding.subject, []);
}
