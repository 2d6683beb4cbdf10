import { kindInfo } from "../catalogue/known.ts";
import { rowOf } from "../catalogue/rows.ts";
import { currentVersion, isGone, replacementOf } from "../catalogue/versions.ts";
import type { Decision, FreeDecision, GrantDecision, WithVerdict } from "../model/decision.ts";
import { type Finding, IGNORE_ANNOTATION } from "../model/finding.ts";
import { type FieldPath, formatPath, keyOf, type ObjectId, type Position } from "../model/object.ts";
import type { Namesakes } from "../model/sight.ts";
import type { InputProblem } from "../model/snapshot.ts";
import { formatPosition } from "../model/source.ts";
import { entryText, inertText, redundantText, unknownKindText } from "./grant-prose.ts";
import { gapText, nearMissText, obstacleText, referenceText, ruleNote, ruleOf } from "./prose.ts";
import { disagreementText, staleText } from "./status-prose.ts";
import { admissionText, fieldOf, kindText, nameOf, slipOfKind } from "./terms.ts";
import { type Display, plural, shortened } from "./text.ts";
import { groupHint, NO_WILDCARD } from "./trial-prose.ts";

/** Every word of a finding that a user reads. Nothing here is cleaned for a terminal: what prints it does that. */

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
      return plain(
        `${problem.apiVersion} is deprecated: write version ${currentVersion(problem.id) ?? "that is current"}`,
        "whether a cluster still takes it depends on channel and release of its CRDs",
      );
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

/** A finding as one clause: what it is, and behind a colon the particulars, if there are any. */
export const findingClause = ({ message, detail }: FindingText): string =>
  detail === null || detail === "" ? message : `${message}: ${detail}`;

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
  if (reference.referent.namespace === null && kindInfo(reference.referent)?.scope === "Namespaced") {
    return `it lacks a namespace, without which no ${kindText(reference.referent)} can be found${elsewhereText(elsewhere)}`;
  }
  return `${right}, but there is no ${nameOf(reference.referent)}${elsewhereText(elsewhere)}`;
}

const othersText = (others: number): string =>
  others === 0 ? "" : `, and so ${others === 1 ? "is 1 other" : `are ${others} others`}`;

/** Which of two routes goes first, and what that gives it. */
function seniorityText({ other, seniority }: HostnameTaken, gain: string): string {
  switch (seniority) {
    case "older":
      return `${nameOf(other)} is the older, so it ${gain}`;
    case "same-time":
      return `both were created at the same time, and ${nameOf(other)} is the first by namespace and name, so it ${gain}`;
    case "unknown":
      return `the one that was created first ${gain}; the files do not say which`;
  }
}

type HostnameTaken = Finding & { readonly code: "hostname-taken" };

/** Which of two routes may get requests that rules of both match. */
function takerText({ route, other, taker }: HostnameTaken): string {
  if (taker === null) return "each may take requests of the other with a rule that is more specific";
  const giver = keyOf(taker) === keyOf(route) ? other : route;
  return `${nameOf(taker)} may take requests of ${nameOf(giver)} that rules of both match, never the other way round`;
}

function hostnameText(finding: HostnameTaken): FindingText {
  const { route, other, parent, listener, hostname, sameMatch } = finding;
  const name = hostname ?? (kindInfo(route)?.route?.hostnames === true ? "every hostname" : "its connections");
  const message = `shares ${name} on listener ${listener.name} of ${nameOf(parent)} with ${nameOf(other)}`;
  if (sameMatch) {
    return plain(`${message}, and a rule of both matches the same requests`, seniorityText(finding, "gets them"));
  }
  return other.kind === route.kind
    ? plain(message, takerText(finding))
    : plain(
        `${message}, and an implementation may accept one of the two kinds only`,
        seniorityText(finding, "is accepted, and the other may be refused altogether"),
      );
}

function fieldIgnoredText({ grant, path, meant }: Finding & { readonly code: "grant-field-ignored" }): FindingText {
  const hint = meant === null ? "" : `; did you mean ${meant}?`;
  return plain(
    `${formatPath(path)} is no field of a ${grant.id.kind}, and the API server drops it${hint}`,
    // A grant that the API server refuses is not there at all.
    grant.rejected ? null : "it restricts nothing: the grant is as wide as without it",
  );
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

function dataSourceText({
  path,
  applied,
  localSource,
}: Finding & { readonly code: "data-source-namespace-dropped" }): FindingText {
  return localSource
    ? plain(
        `${fieldOf(path)} is gone: the manifest that was applied last names ${nameOf(applied)}`,
        "the claim takes its data from its own namespace instead",
      )
    : plain(
        `${fieldOf(path)} was dropped when the manifest was applied: it named ${nameOf(applied)}`,
        "the feature gate CrossNamespaceVolumeDataSource is off in the API server, which then drops the whole field: the volume starts empty",
      );
}

/** A field that newer releases have no more, or that went with its kind. */
function retiredText({ reference }: Decision): FindingText {
  const { until, from } = rowOf(reference);
  if (!isGone(from)) {
    return plain(
      `${fieldOf(reference.path)} is no field of the Gateway API after ${until}`,
      "newer CRDs drop it without a word, and the reference with it",
    );
  }
  const successor = replacementOf(from);
  return plain(
    `${kindText(from)}, which holds ${fieldOf(reference.path)}, is no kind of the Gateway API after ${until}`,
    successor === null ? "no later release has its CRD" : `${kindText(successor)} has replaced it`,
  );
}

function versionText({
  code,
  groupKind,
  fate,
  versions,
}: Finding & { readonly code: "version-stored" | "version-old" }): FindingText {
  const [kind, written] = [kindText(groupKind), versions.join(", ")];
  const dropped = fate === "dropped";
  if (code === "version-old") {
    return dropped
      ? plain(`this cluster serves ${kind} as ${written} only, which no supported release of the Gateway API does`)
      : plain(
          `this cluster serves ${kind} as ${written} only, which is deprecated`,
          "it works; later releases of the Gateway API stop serving it, and some channels have",
        );
  }
  const remedy = "rewrite the objects, then take the version off the list";
  return dropped
    ? plain(
        `${kind} objects may be stored as ${written}, which releases have dropped`,
        `CRDs without a version that status.storedVersions lists are refused: ${remedy}`,
      )
    : plain(
        `${kind} objects may be stored as ${written}, which releases have deprecated`,
        `a release or channel whose CRD is without a version that status.storedVersions lists will be refused: ${remedy}`,
      );
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
      return dataSourceText(finding);
    case "field-retired":
      return retiredText(finding.decision);
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
    case "reference-unknown-kind":
      return {
        message: referenceText(finding.decision, display),
        reason: finding.reason,
        detail: slipOfKind(finding.decision.reference.referent, finding.meant),
      };
    case "unknown-verdict": {
      const near = nearMissText(finding.decision);
      return plain(
        referenceText(finding.decision, display),
        `${gapText(finding.gap)}${near === null || finding.gap.cause !== "implementation" ? "" : `; ${near}`}`,
      );
    }
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
      return plain(`${entryText(finding.entry)} ${unknownKindText(finding)}`);
    case "grant-field-ignored":
      return fieldIgnoredText(finding);
    case "mesh-exemption":
      return plain(
        `${referenceText(finding.decision, display)} needs no grant under a Service parent`,
        "so the specification has it; some meshes ask for a grant all the same",
      );
    case "grant-terminating":
      return plain("is being deleted, and is in effect until it is gone");
    case "grant-redundant":
      return plain(redundantText(finding));
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
      return { ...disagreementText(finding, display), reason: null };
    case "status-stale":
      return { ...staleText(finding), reason: null };
    case "version-stored":
    case "version-old":
      return versionText(finding);
    case "ignore-unknown-code":
      return plain(unknownCodeText(finding));
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

/** The owner of an object may write anything for a code, of any length. */
const LONGEST_WORD = 60;

function unknownCodeText({ word, meant, more }: Finding & { readonly code: "ignore-unknown-code" }): string {
  const shown = JSON.stringify(shortened(word, LONGEST_WORD));
  const advice = meant === null ? "" : ` (did you mean ${meant}?)`;
  const others = plural(more, "more word of it is no code", "more words of it are no codes");
  return `annotation ${IGNORE_ANNOTATION}: no finding has the code ${shown}${advice}${more === 0 ? "" : `; ${others} either`}`;
}

/** Where a finding stands in a file, if it does. */
export function findingPlace(
  finding: Finding,
  locate: (id: ObjectId, path: FieldPath) => Position | null,
): Position | null {
  if ("problem" in finding) return finding.problem.at;
  if ("decision" in finding) return locate(finding.decision.reference.referrer, finding.decision.reference.path);
  if (finding.code === "grant-field-ignored") return locate(finding.grant.id, finding.path);
  if ("entry" in finding) return locate(finding.grant.id, ["spec", finding.entry.list, finding.entry.index]);
  if (finding.code === "listener-open-to-all") {
    return locate(finding.parent, ["spec", "listeners", finding.listener.index]);
  }
  if (finding.code === "ignore-unknown-code" && finding.subject !== null) {
    return locate(finding.subject, ["metadata", "annotations", IGNORE_ANNOTATION]);
  }
  return finding.subject === null ? null : locate(finding.subject, []);
}
