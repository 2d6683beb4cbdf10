import { entryOf } from "../catalogue/new-grants.ts";
import type { Grant, GrantEntries, GrantFrom, GrantTo } from "../model/grant.ts";
import { isRecord, type Json, type JsonObject, jsonObjectOf, jsonOf } from "../model/json.ts";
import type { KubeObject } from "../model/object.ts";
import type { WrittenGrant } from "../model/scaffold.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** Writing a grant anew that is there, with all that its owner wrote. */

/** What the API server writes into the metadata of an object: none of it is to be applied. */
const OF_THE_SERVER: readonly string[] = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];
/** `kubectl apply` writes it anew. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function without(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

function metadataOf(value: unknown): JsonObject {
  const metadata = without(jsonObjectOf(value), OF_THE_SERVER);
  if (metadata.annotations === undefined) return metadata;
  const annotations = without(jsonObjectOf(metadata.annotations), [LAST_APPLIED]);
  return Object.keys(annotations).length === 0 ? without(metadata, ["annotations"]) : { ...metadata, annotations };
}

/** The metadata of an object as its owner may have written it. What a file holds was written by nobody else. */
export function ownMetadata({ body }: KubeObject, source: Snapshot["source"]): JsonObject {
  const metadata = isRecord(body) ? body.metadata : undefined;
  return source === "files" ? jsonObjectOf(metadata) : metadataOf(metadata);
}

/** Entries of a list as they are written, with what else stands in them; those that are new as the schema has them. */
function listOf(value: unknown, entries: readonly (GrantFrom | GrantTo)[]): Json {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.map((entry) => {
    const wanted = Object.entries(entry);
    const same = items.find((item) => isRecord(item) && wanted.every(([key, part]) => (item[key] ?? null) === part));
    return same === undefined ? entryOf(entry) : (jsonOf(same) ?? null);
  });
}

/** How a grant is written anew. */
interface Rewriting {
  /** Group and version; null for its own. */
  readonly apiVersion: string | null;
  readonly source: Snapshot["source"];
}

/**
 * A grant that is there with other entries. All else that its owner wrote stays; what the API server wrote goes. It names its
 * namespace, so that it is applied to no other.
 */
export function rewrittenGrant(
  grant: Grant,
  object: KubeObject,
  entries: GrantEntries,
  { apiVersion, source }: Rewriting,
): WrittenGrant {
  const body = jsonObjectOf(object.body);
  const spec = jsonObjectOf(body.spec);
  const manifest = {
    ...(source === "files" ? body : without(body, ["status"])),
    apiVersion: apiVersion ?? object.apiVersion,
    metadata: { ...ownMetadata(object, source), namespace: grant.id.namespace },
    spec: { ...spec, from: listOf(spec.from, entries.from), to: listOf(spec.to, entries.to) },
  };
  return { id: grant.id, ...entries, manifest, rewrites: grant };
}
