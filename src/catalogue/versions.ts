import { Field } from "../model/fields.ts";
import { compareIds, type GroupKind, type ObjectId, sameGroupKind } from "../model/object.ts";
import type { ServedKind, Sight, Snapshot } from "../model/snapshot.ts";
import { CUSTOM_RESOURCE_DEFINITION, GATEWAY_API, GATEWAY_API_X } from "./kinds.ts";
import { kindInfo } from "./known.ts";

/** What a CustomResourceDefinition says of one kind of the Gateway API. */
export interface Definition {
  readonly id: ObjectId;
  readonly groupKind: GroupKind;
  readonly served: readonly string[];
  readonly deprecated: readonly string[];
  /** Versions in which objects are, or once were, stored: `status.storedVersions`. */
  readonly stored: readonly string[];
}

function readDefinition(id: ObjectId, body: unknown): Definition | null {
  const root = Field.root(body, () => {});
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
    stored: stored.flatMap((version) => version.text() ?? []),
  };
}

/** The definitions of the Gateway API's kinds among the objects, in the order of their names. */
export function definitionsOf(sight: Sight): readonly Definition[] {
  return sight
    .objectsOf(CUSTOM_RESOURCE_DEFINITION)
    .toSorted((a, b) => compareIds(a.id, b.id))
    .flatMap(({ id, body }) => readDefinition(id, body) ?? []);
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

/** Versions in which objects may be stored and that no supported release serves any more. */
export function droppedVersions({ groupKind, stored }: Definition): readonly string[] {
  const retired = kindInfo(groupKind)?.retired ?? [];
  return stored.filter((version) => retired.includes(version));
}

/** The version in which a kind is read, if no supported release serves it any more; null for one that is current. */
export function outdatedVersion(served: ServedKind): string | null {
  const info = kindInfo(served);
  return info !== undefined && sameGroupKind(info, served) && info.retired.includes(served.version)
    ? served.version
    : null;
}
