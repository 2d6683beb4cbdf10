import { REFERENCE_GRANT } from "../catalogue/kinds.ts";
import { healthIn, statementsIn } from "../catalogue/status.ts";
import type { Definition } from "../catalogue/versions.ts";
import type { Decision } from "../model/decision.ts";
import type { Finding } from "../model/finding.ts";
import { SEVERITIES } from "../model/finding.ts";
import type { Grant } from "../model/grant.ts";
import type { ListenerHolder } from "../model/listener.ts";
import { includesGroupKind, keyOf, type ObjectId } from "../model/object.ts";
import type { GrantReport } from "../model/report.ts";
import type { Sight } from "../model/sight.ts";
import type { InputProblem, Snapshot } from "../model/snapshot.ts";
import { ofDataSources } from "./data-source.ts";
import { openToAll } from "./exposure.ts";
import { type GrantEvidence, ofGrant, ofLookAlikes, ofPolicies } from "./grants.ts";
import { hostnamesTaken } from "./hostnames.ts";
import { ofProblem, refusedObjects } from "./problems.ts";
import { redundantGrants } from "./redundant.ts";
import { ofSlips } from "./reference-kinds.ts";
import { hidesGrants, ofReferences, ofServed } from "./references.ts";
import { unselectedServices } from "./services.ts";
import { type Hearing, ofStatus } from "./status.ts";
import { ofVersions } from "./versions.ts";

/** What findings are made from. */
export interface Diagnosis extends GrantEvidence {
  readonly decisions: readonly Decision[];
  readonly grants: readonly GrantReport[];
  readonly policies: readonly { readonly grant: Grant; readonly inForce: boolean }[];
  readonly definitions: readonly Definition[];
  readonly holders: readonly ListenerHolder[];
  readonly problems: readonly InputProblem[];
}

/**
 * Everything that is wrong or worth knowing, in an order that the world decides: input, cluster, references, controllers,
 * grants, listeners, routes, Services.
 */
export function diagnose(diagnosis: Diagnosis): readonly Finding[] {
  const { snapshot, sight, decisions, grants, holders } = diagnosis;
  const all = grants.map(({ grant }) => grant);
  return [
    ...diagnosis.problems.map((problem) => ofProblem(problem, snapshot.source)),
    ...ofServed(snapshot, decisions),
    ...ofVersions(snapshot, sight, diagnosis.definitions),
    ...ofReferences(decisions, sight, snapshot.source),
    ...ofSlips(decisions),
    ...ofStatus({
      statements: statementsIn(sight),
      decisions,
      holders,
      healthOf: healthIn(sight),
      whole: true,
      hidesGrants: (namespace) => hidesGrants(namespace, sight),
    }),
    ...ofDataSources(sight),
    ...grants.flatMap((report) => ofGrant(report, diagnosis)),
    ...redundantGrants(all, refusedObjects(diagnosis.problems, snapshot.source)),
    ...ofPolicies(diagnosis.policies),
    ...ofLookAlikes(snapshot),
    ...openToAll(holders),
    ...hostnamesTaken(decisions, sight),
    ...unselectedServices(all, decisions, sight),
  ];
}

/** What findings on some objects are made from. */
export interface ObjectDiagnosis {
  readonly snapshot: Snapshot;
  readonly sight: Sight;
  readonly objects: readonly ObjectId[];
  /** On the references of those objects. */
  readonly decisions: readonly Decision[];
  readonly problems: readonly InputProblem[];
  readonly hearing: Hearing;
}

/** What is wrong with some objects and what they refer to, from the gravest: those of the findings that need no more of the world. */
export function diagnoseObjects(diagnosis: ObjectDiagnosis): readonly Finding[] {
  const { snapshot, sight, objects, decisions, hearing } = diagnosis;
  const keys = new Set(objects.map(keyOf));
  const problems = diagnosis.problems.filter((problem) => "id" in problem && keys.has(keyOf(problem.id)));
  const found = [
    ...problems.map((problem) => ofProblem(problem, snapshot.source)),
    ...ofServed(snapshot, decisions),
    ...ofReferences(decisions, sight, snapshot.source),
    ...ofSlips(decisions),
    ...ofStatus(hearing),
    ...ofDataSources(sight).filter(({ subject }) => subject !== null && keys.has(keyOf(subject))),
    ...unselectedServices([], decisions, sight),
  ];
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  return found.toSorted((a, b) => rank(a) - rank(b));
}

/** What is wrong with the manifests of grants in namespaces that refuse one of these references. */
export function diagnoseGrants(
  decisions: readonly Decision[],
  problems: readonly InputProblem[],
  source: Snapshot["source"],
): readonly Finding[] {
  const refusing = new Set(
    decisions
      .filter(({ handshake, outcome }) => handshake === "grant" && outcome.verdict === "refused")
      .map(({ reference }) => reference.referent.namespace),
  );
  return problems
    .filter(
      (problem) =>
        "id" in problem && includesGroupKind([REFERENCE_GRANT], problem.id) && refusing.has(problem.id.namespace),
    )
    .map((problem) => ofProblem(problem, source));
}
