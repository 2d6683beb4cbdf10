import { ROWS } from "../catalogue/rows.ts";
import { areOfOneField, crossesNamespace, type Decision } from "../model/decision.ts";
import { type Finding, SEVERITIES } from "../model/finding.ts";
import type { Gap } from "../model/gap.ts";
import type { Grant } from "../model/grant.ts";
import { selects } from "../model/labels.ts";
import { type GroupKind, includesGroupKind, keyOf, type ObjectId, sameGroupKind } from "../model/object.ts";
import type { Counts, GrantReport, Report, Scope, VerdictCounts } from "../model/report.ts";
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { diagnoseAnnotations, type Ignoring, silence } from "./ignore.ts";

/** All that was decided and found, before it is narrowed. */
export interface WholeReport {
  readonly snapshot: Snapshot;
  readonly sight: Sight;
  readonly decisions: readonly Decision[];
  readonly grants: readonly GrantReport[];
  readonly findings: readonly Finding[];
  /** The kinds of grant that count. */
  readonly grantKinds: readonly GroupKind[];
  /** What hides objects that a selector may take in. */
  readonly unfollowed: readonly Gap[];
}

/** From the gravest: a field that is judged under several regimes counts once, by the worst of its verdicts. */
const GRAVITY: readonly Decision["outcome"]["verdict"][] = ["refused", "unknown", "permitted"];

/** Are both decisions about one naming of one object, so that they differ in the regime alone? */
function sameOccurrence(a: Decision, b: Decision): boolean {
  return areOfOneField(a, b) && keyOf(a.reference.referent) === keyOf(b.reference.referent);
}

/** Counts verdicts as they come. */
class Tally {
  readonly #counts = { permitted: 0, refused: 0, unknown: 0 };
  #before: { readonly decision: Decision; readonly counted: Decision["outcome"]["verdict"] } | null = null;

  /** All verdicts of one field come from one reading of it, one after the other. */
  add(decision: Decision): void {
    let counted = decision.outcome.verdict;
    const before = this.#before;
    if (before !== null && sameOccurrence(before.decision, decision)) {
      this.#counts[before.counted] -= 1;
      if (GRAVITY.indexOf(before.counted) < GRAVITY.indexOf(counted)) counted = before.counted;
    }
    this.#counts[counted] += 1;
    this.#before = { decision, counted };
  }

  get counts(): VerdictCounts {
    return { ...this.#counts };
  }
}

function countAll(
  decisions: readonly Decision[],
  grants: readonly GrantReport[],
  findings: readonly Finding[],
): Counts {
  const crossing = { grant: new Tally(), attachment: new Tally(), none: new Tally() };
  const local = new Tally();
  for (const decision of decisions) (crossesNamespace(decision) ? crossing[decision.handshake] : local).add(decision);
  return {
    crossing: { grant: crossing.grant.counts, attachment: crossing.attachment.counts, none: crossing.none.counts },
    local: local.counts,
    grants: grants.length,
    unusedGrants: grants.filter(({ usage }) => usage === "unused").length,
    unknownGrants: grants.filter(({ usage }) => usage === "unknown").length,
    findings: {
      error: findings.filter(({ severity }) => severity === "error").length,
      warning: findings.filter(({ severity }) => severity === "warning").length,
      info: findings.filter(({ severity }) => severity === "info").length,
    },
  };
}

/** A finding that has neither a decision nor a grant to tell by whether it is in scope. */
type Unplaced = Exclude<Finding, { readonly decision: Decision } | { readonly grant: Grant }>;

/** Objects besides the subject that a finding is about: one in scope is enough. */
function others(finding: Unplaced): readonly ObjectId[] {
  switch (finding.code) {
    case "controller-refuses-permitted":
    case "controller-permits-refused":
      return finding.disagreement.decisions.map(({ reference }) => reference.referent);
    case "status-stale":
      return finding.statement.subject.about === "parent" ? [finding.statement.subject.parent] : [];
    case "hostname-taken":
      return [finding.other, finding.parent];
    case "data-source-namespace-dropped":
      return [finding.applied];
    case "service-unselected":
      return finding.grants.flatMap(({ from }) => from.map(({ entry }) => ({ ...entry, name: "" })));
    case "grant-look-alike":
    case "listener-open-to-all":
    case "gateway-open-to-all":
    case "version-stored":
    case "version-old":
    case "ignore-unknown-code":
    case "referencegrant-not-served":
    case "manifest-invalid":
    case "manifest-rejected":
    case "manifest-duplicate":
    case "version-unserved":
    case "version-deprecated":
    case "field-invalid":
      return [];
  }
}

/** Could the kind's references be refused? Those of a kind that nobody saw may then be what is wrong. */
const isReferrer = (kind: GroupKind): boolean =>
  ROWS.some(
    ({ from, handshake }) => (handshake === "grant" || handshake === "attachment") && sameGroupKind(from, kind),
  );

/**
 * Narrows everything to the scope, takes out what is to be ignored, and counts what is left. What was decided depends on
 * neither.
 */
export function report(whole: WholeReport, scope: Scope, ignore: Ignoring): Report {
  const { snapshot, sight } = whole;
  const labelled = (id: ObjectId): boolean => {
    if (scope.selector.length === 0) return true;
    const object = sight.get(id);
    return object !== undefined && selects(scope.selector, object.labels);
  };
  const here = (namespace: string | null): boolean => scope.namespace === null || namespace === scope.namespace;
  const decisionInScope = ({ reference: { referrer, referent } }: Decision): boolean =>
    (here(referrer.namespace) || here(referent.namespace)) && labelled(referrer);
  const grantInScope = ({ id, from }: Grant): boolean =>
    (here(id.namespace) || from.some(({ entry }) => here(entry.namespace))) && labelled(id);
  const findingInScope = (finding: Finding): boolean => {
    if ("decision" in finding) return decisionInScope(finding.decision);
    if ("grant" in finding) return grantInScope(finding.grant);
    if (finding.subject === null) return true;
    const about = [finding.subject, ...others(finding)];
    return about.some(({ namespace }) => here(namespace)) && labelled(finding.subject);
  };

  const decisions = whole.decisions.filter(decisionInScope);
  const grants = whole.grants.filter(({ grant }) => grantInScope(grant));
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  const found = [...whole.findings, ...diagnoseAnnotations(snapshot, ignore)]
    .filter(findingInScope)
    .toSorted((a, b) => rank(a) - rank(b));
  const { findings, ignored } = silence(found, ignore, sight);
  const met = decisions.flatMap(({ outcome }): readonly Gap[] => (outcome.verdict === "unknown" ? outcome.gaps : []));
  return {
    source: snapshot.source,
    closed: snapshot.closed,
    scope,
    served: snapshot.served,
    decisions,
    grants,
    findings,
    ignored,
    gaps: [...new Set([...snapshot.gaps, ...met])],
    hiddenGrants: snapshot.gaps.some(
      ({ groupKind }) => groupKind === null || includesGroupKind(whole.grantKinds, groupKind),
    ),
    hiddenReferrers: [
      ...new Set([
        ...snapshot.gaps.filter(({ groupKind }) => groupKind === null || isReferrer(groupKind)),
        ...whole.unfollowed,
      ]),
    ],
    counts: countAll(decisions, grants, findings),
    locate: (id, path) => sight.get(id)?.locate(path) ?? null,
  };
}
