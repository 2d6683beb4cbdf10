import { extract } from "./catalogue/extract.ts";
import { definitionsOf, servedKinds } from "./catalogue/versions.ts";
import { diagnose } from "./diagnose/findings.ts";
import { IGNORE_NOTHING, type Ignoring } from "./diagnose/ignore.ts";
import { report } from "./diagnose/report.ts";
import { usageOf } from "./diagnose/usage.ts";
import { decide } from "./evaluate/decide.ts";
import type { Report, Scope } from "./model/report.ts";
import { type Snapshot, sightOf } from "./model/snapshot.ts";

/** Snapshot → references → decisions → report: every stage once, in this order. */
export function audit(snapshot: Snapshot, scope: Scope, ignore: Ignoring = IGNORE_NOTHING): Report {
  const sight = sightOf(snapshot);
  const definitions = definitionsOf(sight);
  const extracted = extract(sight, servedKinds(snapshot, definitions), snapshot.source);
  const { grants, holders } = extracted;
  const decisions = decide({ ...extracted, sight });
  const usage = usageOf({ grants, decisions, sight });
  const findings = diagnose({
    snapshot,
    sight,
    decisions,
    grants: usage,
    policies: extracted.policies,
    definitions,
    holders: [...holders.values()],
    problems: [...snapshot.problems, ...extracted.problems],
  });
  const { grantKinds, unfollowed } = extracted;
  return report({ snapshot, sight, decisions, grants: usage, findings, grantKinds, unfollowed }, scope, ignore);
}
