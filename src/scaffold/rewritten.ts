import type { Grant, GrantEntries } from "../model/grant.ts";
import { isRecord, type Json, type JsonObject, jsonObjectOf, jsonOf } from "../model/json.ts";
import type { KubeObject } from "../model/object.ts";
import type { WrittenGrant } from "../model/scaffold.ts";

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

/** The metadata of an object as its owner may have written it. */
export function ownMetadata({ body }: KubeObject): JsonObject {
  return metadataOf(isRecord(body) ? body.metadata : undefined);
}

/** Entries of a list as they are written, with what else stands in them; those that are new as the schema has them. */
function listOf(value: unknown, entries: readonly object[]): Json {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.map((entry) => {
    const wanted = Object.entries(entry);
    const same = items.find((item) => isRecord(item) && wanted.every(([key, part]) => (item[key] ?? null) === part));
    return same === undefined
      ? jsonObjectOf(Object.fromEntries(wanted.filter(([, part]) => part !== null)))
      : (jsonOf(same) ?? null);
  });
}

/** A grant that is there with other entries. All else that its owner wrote stays; what the API server wrote goes. */
export function rewrittenGrant(
  grant: Grant,
  object: KubeObject,
  entries: GrantEntries,
  apiVersion: string | null,
): WrittenGrant {
  const body = jsonObjectOf(object.body);
  const spec = jsonObjectOf(body.spec);
  const manifest = {
    ...without(body, ["status"]),
    apiVersion: apiVersion ?? object.apiVersion,
    metadata: ownMetadata(object),
    spec: { ...spec, from: listOf(spec.from, entries.from), to: listOf(spec.to, entries.to) },
  };
  // What was taken out, or is of another version, cannot stay as it stands in a file.
  const onlyEntries =
    JSON.stringify({ ...manifest, spec: body.spec ?? null }) === JSON.stringify({ ...body, spec: body.spec ?? null });
  return { id: grant.id, ...entries, manifest, rewrites: { grant, onlyEntries } };
}
