import { REFERENCE_GRANT } from "../catalogue/kinds.ts";
import { ROWS } from "../catalogue/rows.ts";
import { crossesNamespace, type Decision } from "../model/decision.ts";
import { type Finding, SEVERITIES } from "../model/finding.ts";
import type { Gap } from "../model/gap.ts";
import { selects } from "../model/labels.ts";
import { type ObjectId, sameGroupKind } from "../model/object.ts";
import type { Counts, GrantReport, Report, Scope, VerdictCounts } from "../model/report.ts";
import type { Sight, Snapshot } from "../model/snapshot.ts";

/** All that was decided and found, before it is narrowed. */
export interface WholeReport {
  readonly snapshot: Snapshot;
  readonly sight: Sight;
  readonly decisions: readonly Decision[];
  readonly grants: readonly GrantReport[];
  readonly findings: readonly Finding[];
}

/** From the gravest: a field that is judged under several regimes counts once, by the worst of its verdicts. */
const GRAVITY: readonly Decision["outcome"]["verdict"][] = ["refused", "unknown", "permitted"];

function countVerdicts(decisions: readonly Decision[]): VerdictCounts {
  const counts = { permitted: 0, refused: 0, unknown: 0 };
  for (const [index, { reference, outcome }] of decisions.entries()) {
    counts[outcome.verdict] += 1;
    // Both verdicts of one field come from one reading of it, one after the other.
    const before = decisions[index - 1];
    if (before === undefined || before.reference.path !== reference.path) continue;
    const lighter = GRAVITY.indexOf(before.outcome.verdict) > GRAVITY.indexOf(outcome.verdict) ? before : { outcome };
    counts[lighter.outcome.verdict] -= 1;
  }
  return counts;
}

function countAll(
  decisions: readonly Decision[],
  grants: readonly GrantReport[],
  findings: readonly Finding[],
): Counts {
  const crossing = decisions.filter(crossesNamespace);
  return {
    crossing: {
      grant: countVerdicts(crossing.filter(({ handshake }) => handshake === "grant")),
      attachment: countVerdicts(crossing.filter(({ handshake }) => handshake === "attachment")),
    },
    local: countVerdicts(decisions.filter((decision) => !crossesNamespace(decision))),
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

/** Narrows everything to the scope and counts what is left. What was decided does not depend on the scope. */
export function report(whole: WholeReport, scope: Scope): Report {
  const { snapshot, sight } = whole;
  const labelled = (id: ObjectId): boolean => {
    if (scope.selector.length === 0) return true;
    const object = sight.get(id);
    return object !== undefined && selects(scope.selector, object.labels);
  };
  const here = (namespace: string | null): boolean => scope.namespace === null || namespace === scope.namespace;
  const decisionInScope = ({ reference: { referrer, referent } }: Decision): boolean =>
    (here(referrer.namespace) || here(referent.namespace)) && labelled(referrer);
  const grantInScope = ({ grant }: GrantReport): boolean =>
    (here(grant.id.namespace) || grant.from.some(({ entry }) => here(entry.namespace))) && labelled(grant.id);

  const decisions = whole.decisions.filter(decisionInScope);
  const grants = whole.grants.filter(grantInScope);
  const inScope = new Set<unknown>([...decisions, ...grants.map(({ grant }) => grant)]);
  const findingInScope = (finding: Finding): boolean => {
    if ("decision" in finding) return inScope.has(finding.decision);
    if ("grant" in finding) return inScope.has(finding.grant);
    if (finding.subject === null) return true;
    return here(finding.subject.namespace) && labelled(finding.subject);
  };
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  const findings = whole.findings.filter(findingInScope).toSorted((a, b) => rank(a) - rank(b));
  const met = decisions.flatMap(({ outcome }): readonly Gap[] => (outcome.verdict === "unknown" ? outcome.gaps : []));
  return {
    source: snapshot.source,
    closed: snapshot.closed,
    scope,
    served: snapshot.served,
    decisions,
    grants,
    findings,
    gaps: [...new Set([...snapshot.gaps, ...met])],
    hiddenGrants: snapshot.gaps.some(
      ({ groupKind }) => groupKind === null || sameGroupKind(groupKind, REFERENCE_GRANT),
    ),
    hiddenReferrers: snapshot.gaps.filter(
      ({ groupKind }) => groupKind === null || ROWS.some(({ from }) => sameGroupKind(from, groupKind)),
    ),
    counts: countAll(decisions, grants, findings),
    locate: (id, path) => sight.get(id)?.locate(path) ?? null,
  };
}
