import { type Definition, droppedVersions, outdatedVersion } from "../catalogue/versions.ts";
import type { Finding } from "../model/finding.ts";
import type { Sight, Snapshot } from "../model/snapshot.ts";

/** Versions that releases have dropped and objects may still be stored in: the next upgrade of the CRDs is refused. */
function ofStored(definition: Definition): readonly Finding[] {
  const [first, ...others] = droppedVersions(definition);
  if (first === undefined) return [];
  const { id: subject, groupKind } = definition;
  return [{ code: "version-stored", severity: "warning", subject, groupKind, versions: [first, ...others] }];
}

/** Kinds that the cluster serves in no current version, where it holds objects of them. */
function ofOutdated({ served }: Snapshot, sight: Sight): readonly Finding[] {
  return (served ?? []).flatMap((kind): readonly Finding[] => {
    const version = outdatedVersion(kind);
    if (version === null || sight.objectsOf(kind).length === 0) return [];
    const { group, kind: name } = kind;
    const groupKind = { group, kind: name };
    return [{ code: "version-old", severity: "warning", subject: null, groupKind, versions: [version] }];
  });
}

/** What is to say of the versions in which a world is stored and served (docs/rules.md §1.1, §2.1). */
export function ofVersions(snapshot: Snapshot, sight: Sight, definitions: readonly Definition[]): readonly Finding[] {
  return [...definitions.flatMap(ofStored), ...ofOutdated(snapshot, sight)];
}
