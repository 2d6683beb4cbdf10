import { extract } from "./catalogue/extract.ts";
import { REFERENT_KINDS } from "./catalogue/kinds.ts";
import { ROWS } from "./catalogue/rows.ts";
import { diagnose } from "./diagnose/findings.ts";
import { report } from "./diagnose/report.ts";
import { usageOf } from "./diagnose/usage.ts";
import { decide } from "./evaluate/decide.ts";
import type { Report, Scope } from "./model/report.ts";
import { type Snapshot, sightOf } from "./model/snapshot.ts";

/** Snapshot → references → decisions → report: every stage once, in this order. */
export function audit(snapshot: Snapshot, scope: Scope): Report {
  const sight = sightOf(snapshot);
  const { references, grants, holders, problems } = extract(sight);
  const referrerKinds = ROWS.filter(({ handshake }) => handshake === "grant").map(({ from }) => from);
  const decisions = decide({ references, grants, holders, sight });
  const usage = usageOf({ grants, decisions, sight, referrerKinds, referentKinds: REFERENT_KINDS });
  const findings = diagnose({
    snapshot,
    sight,
    decisions,
    grants: usage,
    holders: holders.values(),
    problems: [...snapshot.problems, ...problems],
    referrerKinds,
    referentKinds: REFERENT_KINDS,
  });
  return report({ snapshot, sight, decisions, grants: usage, findings }, scope);
}
