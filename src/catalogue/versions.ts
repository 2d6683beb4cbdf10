import { Field } from "../model/fields.ts";
import type { VersionFate } from "../model/finding.ts";
import { type GroupKind, type ObjectId, sameGroupKind } from "../model/object.ts";
import type { Sight } from "../model/sight.ts";
import type { ServedKind, Snapshot } from "../model/snapshot.ts";
import { CUSTOM_RESOURCE_DEFINITION, GATEWAY_API, GATEWAY_API_X, LISTENER_SET, X_LISTENER_SET } from "./kinds.ts";
import { kindInfo } from "./known.ts";

/** What a CustomResourceDefinition says of one kind of the Gateway API. */
export interface Definition {
  readonly id: ObjectId;
  readonly groupKind: GroupKind;
  readonly served: readonly string[];
  readonly deprecated: readonly string[];
  /** The version that objects are stored in from now on. */
  readonly storage: string | null;
  /** Versions in which objects are, or once were, stored: `status.storedVersions`. */
  readonly stored: readonly string[];
}

function readDefinition(id: ObjectId, body: unknown): Definition | null {
  const root = Field.silent(body);
  const spec = root.at("spec");
  const group = spec.at("group").text();
  const kind = spec.at("names").at("kind").text();
  if (group === undefined || kind === undefined || ![GATEWAY_API, GATEWAY_API_X].includes(group)) return null;
  const versions = spec.at("versions").items();
  const named = (chosen: readonly Field[]) => chosen.flatMap((version) => version.at("name").text() ?? []);
  const stored = root.at("status").at("storedVersions").items();
  return {
    id,
    groupKind: { group, kind },
    served: named(versions.filter((version) => version.at("served").raw === true)),
    deprecated: named(versions.filter((version) => version.at("deprecated").raw === true)),
    storage: named(versions.filter((version) => version.at("storage").raw === true))[0] ?? null,
    stored: stored.flatMap((version) => version.text() ?? []),
  };
}

/** The definitions of the Gateway API's kinds among the objects, in the order of their names. */
export function definitionsOf(sight: Sight): readonly Definition[] {
  return sight.objectsOf(CUSTOM_RESOURCE_DEFINITION).flatMap(({ id, body }) => readDefinition(id, body) ?? []);
}

/**
 * The kinds and versions that the world serves: as the cluster said, or as the definitions among the files do; null where
 * neither tells.
 */
export function servedKinds({ served }: Snapshot, definitions: readonly Definition[]): readonly ServedKind[] | null {
  if (served !== null || definitions.length === 0) return served;
  return definitions.flatMap(({ groupKind, served: versions }) => {
    const version = kindInfo(groupKind)?.versions?.find((known) => versions.includes(known)) ?? versions[0];
    return version === undefined ? [] : [{ ...groupKind, version }];
  });
}

const isRetired = (groupKind: GroupKind, version: string): boolean =>
  kindInfo(groupKind)?.retired.includes(version) === true;

const isDeprecated = (groupKind: GroupKind, version: string): boolean =>
  kindInfo(groupKind)?.deprecated?.includes(version) === true;

/** Is it a kind of which no supported release serves any version? */
export function isGone(groupKind: GroupKind): boolean {
  const info = kindInfo(groupKind);
  return info?.versions?.every((version) => info.retired.includes(version)) === true;
}

/** Kinds of the Gateway API that are gone, and what took their place. */
const REPLACEMENTS: readonly { readonly gone: GroupKind; readonly by: GroupKind; readonly citation: string }[] = [
  {
    gone: { group: GATEWAY_API, kind: "BackendLBPolicy" },
    by: { group: GATEWAY_API_X, kind: "XBackendTrafficPolicy" },
    citation: "CHANGELOG/1.3-CHANGELOG.md",
  },
  { gone: X_LISTENER_SET, by: LISTENER_SET, citation: "docs/rules.md §2.5 L1 (GEP-1713)" },
];

/** The kind that took the place of one that is gone; null where there is none. */
export function replacementOf(groupKind: GroupKind): GroupKind | null {
  return REPLACEMENTS.find(({ gone }) => sameGroupKind(gone, groupKind))?.by ?? null;
}

/** The version to write a kind in today; null where any will do. */
export function currentVersion(groupKind: GroupKind): string | null {
  return kindInfo(groupKind)?.versions?.[0] ?? null;
}

/**
 * Versions in which objects may be stored and that releases have dropped: newer CRDs, which do not have them, are refused. Of
 * a kind that is gone there are no newer ones.
 */
export function droppedVersions({ groupKind, stored }: Definition): readonly string[] {
  return isGone(groupKind) ? [] : stored.filter((version) => isRetired(groupKind, version));
}

/**
 * Versions in which objects may be stored although the definition has a newer one for that, and that are on their way out:
 * the definition marks them as deprecated, or serves them no more.
 */
export function leavingVersions({ groupKind, stored, storage, served, deprecated }: Definition): readonly string[] {
  return stored.filter(
    (version) =>
      storage !== null &&
      version !== storage &&
      !isRetired(groupKind, version) &&
      (deprecated.includes(version) || !served.includes(version)),
  );
}

/**
 * What has become of the version in which a kind is read: no supported release serves it (`dropped`), or it is served and
 * marked as deprecated, like every other that the cluster has of the kind; null for one that is current.
 */
export function fateOf(served: ServedKind, definitions: readonly Definition[]): VersionFate | null {
  const { version } = served;
  if (isRetired(served, version)) return "dropped";
  if (isDeprecated(served, version)) return "deprecated";
  const definition = definitions.find(({ groupKind }) => sameGroupKind(groupKind, served));
  if (definition?.served.includes(version) !== true) return null;
  return definition.served.every((one) => definition.deprecated.includes(one)) ? "deprecated" : null;
}
