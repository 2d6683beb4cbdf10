import { inertFrom, inertTo, unknownFields } from "../catalogue/grants.ts";
import { foreignGrantKind, isInCatalogue, trustedInstead } from "../catalogue/instead.ts";
import { NAMESPACE, SECRET } from "../catalogue/kinds.ts";
import { isForeignGrant, kindInfo, makerOfGrant } from "../catalogue/known.ts";
import { isKnownPair, OPENED_KINDS, TRUSTED_KINDS } from "../catalogue/referents.ts";
import type { EntryRef, Finding, KnownKind } from "../model/finding.ts";
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
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { redundantEntries } from "./redundant.ts";
import { meantFrom, meantTo } from "./slips.ts";

/** What findings on grants are made from. */
export interface GrantEvidence {
  readonly snapshot: Snapshot;
  readonly sight: Sight;
}

/** What an entry names and what does not exist; null where it does, or nothing is known of that. */
function missingOf(grant: Grant, { list, index }: EntryRef, sight: Sight): ObjectId | null {
  const named = (): ObjectId | null => {
    if (list === "from") {
      const from = grant.from.find((entry) => entry.index === index)?.entry;
      return from === undefined ? null : { ...NAMESPACE, namespace: null, name: from.namespace };
    }
    const to = grant.to.find((entry) => entry.index === index)?.entry;
    // Of kinds that are not read nothing is known to be missing.
    if (to === undefined || to.name === null || kindInfo(to) === undefined || !includesGroupKind(OPENED_KINDS, to)) {
      return null;
    }
    return { group: to.group, kind: to.kind, namespace: grant.id.namespace, name: to.name };
  };
  const id = named();
  return id !== null && sight.existence(id) === "missing" ? id : null;
}

/** What is known of a trusted kind of which no field is known to name what the grant opens. */
function knownSource(from: GroupKind, opened: readonly GroupKind[]): KnownKind {
  const foreign = opened.filter((to) => foreignGrantKind(from, to) !== null);
  const [first] = foreign;
  if (first !== undefined) return { unnamed: foreign, instead: [], grantKind: foreignGrantKind(from, first) };
  const elsewhere = opened.filter((to) => trustedInstead(from, to).length > 0);
  const instead = elsewhere.flatMap((to) => trustedInstead(from, to));
  return {
    unnamed: elsewhere.length === 0 ? opened : elsewhere,
    instead: [...new Map(instead.map((kind) => [groupKindKey(kind), kind])).values()],
    grantKind: null,
  };
}

/** Entries with a kind that is a slip, or of which no use is known. */
function ofKinds({ grant, ...report }: GrantReport): readonly Finding[] {
  const opened = grant.to.filter(({ entry }) => inertTo(grant, entry) === null).map(({ entry }) => entry);
  const openedKinds = [...new Map(opened.map(({ group, kind }) => [`${group}/${kind}`, { group, kind }])).values()];
  const isTrusted = (from: GroupKind): boolean =>
    includesGroupKind(TRUSTED_KINDS, from) &&
    (opened.length === 0 || opened.some((to) => isKnownPair(from, to) || !includesGroupKind(OPENED_KINDS, to)));
  const told = (
    entry: EntryRef,
    { group, kind }: GroupKind,
    meant: GroupKind | null,
    known: KnownKind | null,
  ): readonly Finding[] => {
    const groupKind: GroupKind = { group, kind };
    const usage = report[entry.list].get(entry.index);
    if (meant === null && usage === "used") return [];
    const severity = meant === null ? "info" : "warning";
    const openUse = usage === "unknown";
    const code = "grant-unknown-kind";
    return [{ code, severity, subject: grant.id, grant, entry, groupKind, meant, known, openUse }];
  };
  // To mend a slip is no advice where the entry would permit nothing even then.
  const inert = (entry: EntryRef, why: InertCause): readonly Finding[] => [
    { code: "grant-inert", severity: "warning", subject: grant.id, grant, entry, why },
  ];
  return [
    ...grant.from.flatMap(({ index, entry: from }) => {
      if (inertFrom(grant, from) !== null || isTrusted(from)) return [];
      const entry: EntryRef = { list: "from", index };
      const meant = meantFrom(from);
      const why = meant === null ? null : inertFrom(grant, { ...from, ...meant });
      if (why !== null) return inert(entry, why);
      const known = isInCatalogue(from) ? knownSource(from, openedKinds) : null;
      // A grant that opens nothing needs no word on what its kinds refer to.
      if (known?.unnamed.length === 0) return [];
      return told(entry, from, meant, known);
    }),
    ...grant.to.flatMap(({ index, entry: to }) => {
      if (inertTo(grant, to) !== null || includesGroupKind(OPENED_KINDS, to)) return [];
      const entry: EntryRef = { list: "to", index };
      const meant = meantTo(to);
      const why = meant === null ? null : inertTo(grant, { ...to, ...meant });
      if (why !== null) return inert(entry, why);
      const known: KnownKind | null = isInCatalogue(to) ? { unnamed: [], instead: [], grantKind: null } : null;
      return told(entry, to, meant, known);
    }),
  ];
}

/** Entries that can match nothing, name what is not there, or open more than anybody needs. */
function ofEntries(report: GrantReport, { sight, snapshot }: GrantEvidence): readonly Finding[] {
  const { grant, inert, usage } = report;
  const subject = grant.id;
  const ofInert = (entry: EntryRef, why: InertCause): readonly Finding[] =>
    // In files the schema's own words about the string are a finding already.
    why === "invalid-string" && snapshot.source === "files"
      ? []
      : [{ code: "grant-inert", severity: "warning", subject, grant, entry, why }];
  const ofMissing = (entry: EntryRef): readonly Finding[] => {
    const missing = missingOf(grant, entry, sight);
    return missing === null ? [] : [{ code: "grant-dangling", severity: "warning", subject, grant, entry, missing }];
  };
  return [
    ...grant.from.flatMap(({ index, entry: from }) => {
      const entry: EntryRef = { list: "from", index };
      const why = inertFrom(grant, from);
      return why === null ? ofMissing(entry) : ofInert(entry, why);
    }),
    ...grant.to.flatMap(({ index, entry: to }): readonly Finding[] => {
      const entry: EntryRef = { list: "to", index };
      const why = inertTo(grant, to);
      if (why !== null) return ofInert(entry, why);
      if (to.name !== null) return ofMissing(entry);
      const secrets = sameGroupKind(to, SECRET);
      // A grant that nothing uses should go, not be narrowed; one for Secrets is worth a word all the same.
      if (!includesGroupKind(OPENED_KINDS, to) || inert || (!secrets && usage === "unused")) return [];
      const target: GroupKind = { group: to.group, kind: to.kind };
      return [{ code: "grant-broad", severity: secrets ? "warning" : "info", subject, grant, entry, target }];
    }),
  ];
}

/**
 * Fields that are no fields of a grant. The API server drops them, so that what was meant as a restriction is none, and what
 * was meant as one of the fields that there are is missing; a grant that comes from a cluster has lost them.
 */
function ofFields({ grant }: GrantReport, { snapshot, sight }: GrantEvidence): readonly Finding[] {
  if (snapshot.source === "cluster") return [];
  return unknownFields(sight.get(grant.id)?.body).map(({ path, meant }) => ({
    code: "grant-field-ignored",
    severity: "warning",
    subject: grant.id,
    grant,
    path,
    meant,
  }));
}

/** A grant that nothing relies on. Where that has a reason which is a finding already, it is not said again. */
function ofUsage(report: GrantReport, { sight }: GrantEvidence): readonly Finding[] {
  const { grant, usage, inert } = report;
  const subject = grant.id;
  if (inert || usage === "unknown") return [];
  const dangling = (entry: EntryRef): boolean => missingOf(grant, entry, sight) !== null;
  const isInert = ({ list, index }: EntryRef): boolean =>
    report.pairs.filter((pair) => pair[list] === index).every((pair) => pair.inert);
  const unused = (list: "from" | "to"): readonly EntryRef[] =>
    [...report[list]].filter(([, use]) => use === "unused").map(([index]) => ({ list, index }));
  const untold = (list: "from" | "to"): readonly EntryRef[] =>
    unused(list).filter((entry) => !dangling(entry) && !isInert(entry));
  const [from, to] = [untold("from"), untold("to")];
  if (usage === "unused") {
    if (from.length === 0 || to.length === 0) return [];
    return [{ code: "grant-unused", severity: "warning", subject, grant, entries: "all" }];
  }
  const entries = [...from, ...to];
  return entries.length === 0 ? [] : [{ code: "grant-unused", severity: "info", subject, grant, entries }];
}

/** What is wrong with a grant, or worth knowing of it. */
export function ofGrant(report: GrantReport, diagnosis: GrantEvidence): readonly Finding[] {
  const { grant } = report;
  const terminating: readonly Finding[] = grant.terminating
    ? [{ code: "grant-terminating", severity: "warning", subject: grant.id, grant }]
    : [];
  return [
    ...terminating,
    ...ofFields(report, diagnosis),
    ...ofEntries(report, diagnosis),
    ...ofKinds(report),
    ...redundantEntries(grant),
    ...ofUsage(report, diagnosis),
  ];
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
