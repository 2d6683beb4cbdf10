import { Field } from "../model/fields.ts";
import { altered, type KubeObject, keyOf } from "../model/object.ts";
import type { Change } from "../model/remedy.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { edited } from "./edits.ts";

function labelsIn(body: unknown): ReadonlyMap<string, string> {
  const entries = Field.silent(body).at("metadata").at("labels").entries();
  return new Map(entries.flatMap(([key, field]) => (field.text() === undefined ? [] : [[key, field.text() ?? ""]])));
}

/** What an edit of an object is made on: its body, or, where its metadata alone was read, what is known of that. */
export function bodyOf({ body, labels }: KubeObject): unknown {
  if (body !== null) return body;
  return { metadata: labels.size === 0 ? {} : { labels: Object.fromEntries(labels) } };
}

/** The object after a change; undefined where there is none to change. */
function changedObject(objects: Snapshot["objects"], change: Change): KubeObject | undefined {
  switch (change.change) {
    case "create": {
      const { id, manifest } = change;
      const apiVersion = typeof manifest.apiVersion === "string" ? manifest.apiVersion : "";
      const labels = labelsIn(manifest);
      return { id, apiVersion, labels, terminating: false, body: manifest, locate: () => null };
    }
    case "edit": {
      const object = objects.get(keyOf(change.id));
      if (object === undefined) return undefined;
      const body = edited(bodyOf(object), change.edits);
      return altered(object, { labels: labelsIn(body), body: object.body === null ? null : body });
    }
  }
}

/** The world after some changes, one after the other. The one given stays as it is. */
export function changed(snapshot: Snapshot, changes: readonly Change[]): Snapshot {
  const objects = new Map(snapshot.objects);
  for (const change of changes) {
    const object = changedObject(objects, change);
    if (object !== undefined) objects.set(keyOf(object.id), object);
  }
  return { ...snapshot, objects };
}
