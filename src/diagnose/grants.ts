import { inertFrom, inertTo } from "../catalogue/grants.ts";
import { NAMESPACE, SECRET } from "../catalogue/kinds.ts";
import { isForeignGrant, kindInfo, makerOfGrant } from "../catalogue/known.ts";
import { looksLike } from "../catalogue/names.ts";
import { isKnownPair, OPENED_KINDS, TRUSTED_KINDS } from "../catalogue/referents.ts";
import type { EntryRef, Finding, Severity } from "../model/finding.ts";
import type { Grant, InertCause } from "../model/grant.ts";
import {
  compareIds,
  type GroupKind,
  groupKindKey,
  includesGroupKind,
  type ObjectId,
  sameGroupKind,
} from "../model/object.ts";
import type { GrantReport } from "../model/report.ts";
import type { Sight, Snapshot } from "../model/snapshot.ts";

/** What findings on grants are made from. */
export interface GrantEvidence {
  readonly snapshot: Snapshot;
  readonly sight: Sight;
}

/** What is to say of single entries of a grant. */
function ofEntries(report: GrantReport, diagnosis: GrantEvidence): readonly Finding[] {
  const { grant, inert, usage } = report;
  const { sight, snapshot } = diagnosis;
  const subject = grant.id;
  const findings: Finding[] = [];
  const missing = (id: ObjectId) => sight.existence(id) === "missing";
  const pushInert = (entry: EntryRef, why: InertCause): void => {
    // In files the schema's own words about the string are a finding already.
    if (why === "invalid-string" && snapshot.source === "files") return;
    findings.push({ code: "grant-inert", severity: "warning", subject, grant, entry, why });
  };
  const pushUnknownKind = (entry: EntryRef, { group, kind }: GroupKind, kinds: readonly GroupKind[]): void => {
    // A kind that is known and not known to refer to what the grant opens is no slip of itself.
    const known = includesGroupKind(kinds, { group, kind });
    const meant = known ? null : (kinds.find((other) => looksLike(other, { group, kind })) ?? null);
    const severity: Severity = meant === null ? "info" : "warning";
    findings.push({ code: "grant-unknown-kind", severity, subject, grant, entry, groupKind: { group, kind }, meant });
  };
  const isTrusted = (from: GroupKind): boolean =>
    includesGroupKind(TRUSTED_KINDS, from) &&
    (grant.to.length === 0 ||
      grant.to.some(({ entry: to }) => isKnownPair(from, to) || !includesGroupKind(OPENED_KINDS, to)));
  for (const { index, entry: from } of grant.from) {
    const entry: EntryRef = { list: "from", index };
    const namespace: ObjectId = { ...NAMESPACE, namespace: null, name: from.namespace };
    const why = inertFrom(grant, from);
    if (why !== null) pushInert(entry, why);
    else if (missing(namespace)) {
      findings.push({ code: "grant-dangling", severity: "warning", subject, grant, entry, missing: namespace });
    }
    if (why === null && !isTrusted(from)) pushUnknownKind(entry, from, TRUSTED_KINDS);
  }
  for (const { index, entry: to } of grant.to) {
    const entry: EntryRef = { list: "to", index };
    const why = inertTo(grant, to);
    if (why !== null) {
      pushInert(entry, why);
      continue;
    }
    const target: GroupKind = { group: to.group, kind: to.kind };
    const secrets = sameGroupKind(to, SECRET);
    if (!includesGroupKind(OPENED_KINDS, to)) pushUnknownKind(entry, to, OPENED_KINDS);
    else if (to.name !== null) {
      const id: ObjectId = { ...target, namespace: grant.id.namespace, name: to.name };
      // Of kinds that are not read nothing is known to be missing.
      if (kindInfo(target) !== undefined && missing(id))
        findings.push({ code: "grant-dangling", severity: "warning", subject, grant, entry, missing: id });
    } else if (!inert && (secrets || usage !== "unused")) {
      // A grant that nothing uses should go, not be narrowed; one for Secrets is worth a word all the same.
      findings.push({ code: "grant-broad", severity: secrets ? "warning" : "info", subject, grant, entry, target });
    }
  }
  return findings;
}

/** A grant that nothing relies on. Where that has a reason which is a finding already, it is not said again. */
function ofUsage(report: GrantReport, { sight }: GrantEvidence): readonly Finding[] {
  const { grant, usage, inert } = report;
  const subject = grant.id;
  if (inert || usage === "unknown") return [];
  const dangling = ({ list, index }: EntryRef): boolean => {
    const from = list === "from" ? grant.from.find((entry) => entry.index === index) : undefined;
    return (
      from !== undefined && sight.existence({ ...NAMESPACE, namespace: null, name: from.entry.namespace }) === "missing"
    );
  };
  const unused = (list: "from" | "to"): readonly EntryRef[] =>
    [...report[list]].filter(([, use]) => use === "unused").map(([index]) => ({ list, index }));
  if (usage === "unused") {
    if (unused("from").every(dangling)) return [];
    return [{ code: "grant-unused", severity: "warning", subject, grant, entries: "all" }];
  }
  const isInert = ({ list, index }: EntryRef): boolean =>
    report.pairs.filter((pair) => pair[list] === index).every((pair) => pair.inert);
  const entries = [...unused("from"), ...unused("to")].filter((entry) => !dangling(entry) && !isInert(entry));
  return entries.length === 0 ? [] : [{ code: "grant-unused", severity: "info", subject, grant, entries }];
}

/** What is wrong with a grant, or worth knowing of it. */
export function ofGrant(report: GrantReport, diagnosis: GrantEvidence): readonly Finding[] {
  const { grant } = report;
  const terminating: readonly Finding[] = grant.terminating
    ? [{ code: "grant-terminating", severity: "warning", subject: grant.id, grant }]
    : [];
  return [...terminating, ...ofEntries(report, diagnosis), ...ofUsage(report, diagnosis)];
}

/** ReferencePolicies: what ReferenceGrant was called, and nothing where a cluster is younger (docs/rules.md §1.6). */
export function ofPolicies(
  policies: readonly { readonly grant: Grant; readonly inForce: boolean }[],
): readonly Finding[] {
  return policies.map(({ grant, inForce }) => ({
    code: "referencepolicy",
    severity: inForce ? "info" : "warning",
    subject: grant.id,
    grant,
    inForce,
  }));
}

/** Kinds that look like ReferenceGrant and are others', once each: they are out of scope, and that is said. */
export function ofLookAlikes({ objects }: Snapshot): readonly Finding[] {
  const ids = [...objects.values()].map(({ id }) => id).filter(isForeignGrant);
  return [...Map.groupBy(ids, groupKindKey)]
    .map(([, same]) => same.toSorted(compareIds))
    .flatMap(([subject, ...others]): readonly Finding[] =>
      subject === undefined
        ? []
        : [
            {
              code: "grant-look-alike",
              severity: "info",
              subject,
              whose: makerOfGrant(subject),
              others: others.length,
            },
          ],
    )
    .toSorted((a, b) => (a.subject === null || b.subject === null ? 0 : compareIds(a.subject, b.subject)));
}
