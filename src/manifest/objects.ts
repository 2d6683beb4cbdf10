import { KINDS, type KindInfo, kindInfo } from "../catalogue/kinds.ts";
import { Field } from "../model/fields.ts";
import type { Gap } from "../model/gap.ts";
import type { FieldPath, KubeObject, ObjectId } from "../model/object.ts";
import type { InputProblem } from "../model/snapshot.ts";
import type { BrokenDocument, Documents, SourceDocument } from "./documents.ts";
import { type Locator, locator } from "./positions.ts";

/** What the documents of the input hold. */
export interface ManifestWorld {
  readonly objects: readonly KubeObject[];
  readonly problems: readonly InputProblem[];
  readonly gaps: readonly Gap[];
  /** Objects without a namespace of their own that were put into the default one. */
  readonly placed: readonly ObjectId[];
}

interface Reading {
  readonly locate: Locator;
  readonly defaultNamespace: string;
  readonly objects: KubeObject[];
  readonly problems: InputProblem[];
  readonly placed: ObjectId[];
}

const SLASH_OR_CONTROL = /[/\u0000-\u001f\u007f]/;

/** A name as a path segment, or nothing: names with slashes or control characters exist in no cluster. */
function segment(field: Field): string | undefined {
  const text = field.text();
  return text === undefined || text === "" || SLASH_OR_CONTROL.test(text) ? undefined : text;
}

function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } | null {
  const parts = apiVersion.split("/");
  const [first = "", second] = parts;
  if (parts.length > 2 || first === "" || second === "") return null;
  return second === undefined ? { group: "", version: first } : { group: first, version: second };
}

function versionProblem(info: KindInfo, version: string): "unknown-version" | "unserved-version" | null {
  if (!info.versions.includes(version)) return "unknown-version";
  return info.retired.includes(version) ? "unserved-version" : null;
}

function readObject(
  value: unknown,
  base: FieldPath,
  source: SourceDocument,
  items: readonly SourceDocument[],
  reading: Reading,
): void {
  const place = (path: FieldPath) => reading.locate(source, [...base, ...path]);
  const ignore = (detail: string) => {
    reading.problems.push({ cause: "no-object", at: place([]), detail });
  };
  // Wrong types in what identifies an object make it no object; everything else is left to the readers of its kind.
  const root = Field.root(value, () => {});
  const apiVersion = root.at("apiVersion").text();
  const kind = segment(root.at("kind"));
  const type = apiVersion === undefined ? null : splitApiVersion(apiVersion);
  if (apiVersion === undefined || type === null || kind === undefined) {
    const missing = kind === undefined ? "kind" : "apiVersion";
    ignore(`no Kubernetes object: ${missing} is missing or no usable string`);
    return;
  }
  if (kind.endsWith("List") && root.at("items").present) {
    const list = root.at("items").items();
    for (const [index, item] of list.entries()) {
      // Only where every item is an object do the two lists run alongside.
      const own = items.length === list.length ? items[index] : undefined;
      if (own === undefined) readObject(item.raw, [...base, ...item.path], source, [], reading);
      else readObject(item.raw, [], own, [], reading);
    }
    return;
  }
  const metadata = root.at("metadata");
  const name = segment(metadata.at("name"));
  if (name === undefined) {
    ignore(`${kind} without a usable metadata.name`);
    return;
  }
  const written = metadata.at("namespace");
  const given = segment(written);
  if (written.present && given === undefined && written.text() !== "") {
    ignore(`${kind} ${name} with a metadata.namespace that is no usable string`);
    return;
  }
  const info = kindInfo({ group: type.group, kind });
  const blank = given === undefined && info?.scope === "Namespaced";
  const namespace = info?.scope === "Cluster" ? null : (given ?? (blank ? reading.defaultNamespace : null));
  const id: ObjectId = { group: type.group, kind, namespace, name };
  if (blank) reading.placed.push(id);
  const cause = info === undefined ? null : versionProblem(info, type.version);
  if (cause !== null) reading.problems.push({ cause, id, apiVersion, at: place(["apiVersion"]) });
  reading.objects.push({
    id,
    apiVersion,
    labels: new Map(
      metadata
        .at("labels")
        .entries()
        .flatMap(([key, label]) => {
          const text = label.text();
          return text === undefined ? [] : [[key, text] as const];
        }),
    ),
    generation: metadata.at("generation").integer() ?? null,
    terminating: metadata.at("deletionTimestamp").present,
    body: info?.read === "object" ? value : null,
    locate: place,
  });
}

/** What a broken document may have held: the kinds that its text names, or any. */
function gapsOf({ source, problem }: BrokenDocument): readonly Gap[] {
  const { file, line, column } = problem.at;
  const detail = `${file}:${line}:${column} could not be read: ${problem.detail}`;
  const named = [...source.text.matchAll(/^\s*["']?kind["']?\s*:\s*["']?([A-Za-z]+)/gm)].map(([, kind]) => kind);
  if (named.length === 0 || named.some((kind) => kind?.endsWith("List"))) {
    return [{ cause: "unreadable", groupKind: null, namespace: null, detail }];
  }
  return KINDS.filter(({ kind }) => named.includes(kind)).map(({ group, kind }) => ({
    cause: "unreadable",
    groupKind: { group, kind },
    namespace: null,
    detail,
  }));
}

/**
 * Turns documents into objects: expands lists, fills in the namespace of namespaced kinds that have none, and tells what
 * is no object or a version that never existed. Bodies are kept only of the kinds whose content is read, so Secret data
 * and the like are dropped here.
 */
export function objectsOf(documents: Documents, defaultNamespace: string): ManifestWorld {
  const reading: Reading = { locate: locator(), defaultNamespace, objects: [], problems: [], placed: [] };
  for (const { problem } of documents.broken) reading.problems.push(problem);
  for (const document of documents.parsed) readObject(document.value, [], document.source, document.items, reading);
  return {
    objects: reading.objects,
    problems: reading.problems,
    gaps: documents.broken.flatMap(gapsOf),
    placed: reading.placed,
  };
}
