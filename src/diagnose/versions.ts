import { type Definition, droppedVersions, fateOf, leavingVersions } from "../catalogue/versions.ts";
import type { Finding, Severity, VersionFate } from "../model/finding.ts";
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** What is dropped already stands in the way of the next upgrade; what is deprecated, in that of one to come. */
const SEVERITY_OF: Readonly<Record<VersionFate, Severity>> = { dropped: "warning", deprecated: "info" };

/** Versions that objects may still be stored in, so that CRDs without them are refused. */
function ofStored(definition: Definition): readonly Finding[] {
  const { id: subject, groupKind } = definition;
  const told = (fate: VersionFate, [first, ...others]: readonly string[]): readonly Finding[] => {
    if (first === undefined) return [];
    const severity = SEVERITY_OF[fate];
    return [{ code: "version-stored", severity, subject, groupKind, fate, versions: [first, ...others] }];
  };
  return [...told("dropped", droppedVersions(definition)), ...told("deprecated", leavingVersions(definition))];
}

/** Kinds that the cluster serves in no current version, where it holds objects of them. */
function ofOutdated({ served }: Snapshot, sight: Sight, definitions: readonly Definition[]): readonly Finding[] {
  return (served ?? []).flatMap((kind): readonly Finding[] => {
    const fate = fateOf(kind, definitions);
    if (fate === null || sight.objectsOf(kind).length === 0) return [];
    const { group, kind: name, version } = kind;
    const groupKind = { group, kind: name };
    return [{ code: "version-old", severity: SEVERITY_OF[fate], subject: null, groupKind, fate, versions: [version] }];
  });
}

/** What is to say of the versions in which a world is stored and served (docs/rules.md §1.1, §2.1). */
export function ofVersions(snapshot: Snapshot, sight: Sight, definitions: readonly Definition[]): readonly Finding[] {
  return [...definitions.flatMap(ofStored), ...ofOutdated(snapshot, sight, definitions)];
}
