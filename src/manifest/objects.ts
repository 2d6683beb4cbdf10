import type { KindInfo } from "../catalogue/kinds.ts";
import { isContext, isForeignGrant, KINDS, kindInfo } from "../catalogue/known.ts";
import { isKustomization } from "../catalogue/kustomize.ts";
import { looksLike } from "../catalogue/names.ts";
import { Field, type FieldProblem, UNUSABLE } from "../model/fields.ts";
import type { Gap } from "../model/gap.ts";
import type { Labels } from "../model/labels.ts";
import {
  type FieldPath,
  formatPath,
  type GroupKind,
  groupKindKey,
  type KubeObject,
  keyOf,
  type ObjectId,
  type ObjectKey,
  type Position,
} from "../model/object.ts";
import type { InputProblem } from "../model/snapshot.ts";
import { formatPosition } from "../model/source.ts";
import { isBystander } from "./bystanders.ts";
import type { BrokenDocument, Documents, SourceDocument } from "./documents.ts";
import { withoutPatches } from "./kustomizations.ts";
import { type Locator, locator } from "./positions.ts";

/** Where an object is written: in a document, and there at the end of a path. */
export interface WrittenAt {
  readonly source: SourceDocument;
  readonly path: FieldPath;
}

/** What the documents of the input hold. */
export interface ManifestWorld {
  readonly objects: readonly KubeObject[];
  readonly writtenAt: ReadonlyMap<KubeObject, WrittenAt>;
  readonly problems: readonly InputProblem[];
  readonly gaps: readonly Gap[];
  /** Objects without a namespace of their own that were put into the default one. */
  readonly placed: readonly ObjectId[];
  /** How many documents were passed over without a word, since nothing that they may be is looked at. */
  readonly skipped: number;
  /** How many files were passed over because a kustomization lists them as patches. */
  readonly patches: number;
}

interface Reading {
  readonly locate: Locator;
  readonly defaultNamespace: string;
  /** Files that the user asked for by their names. */
  readonly named: ReadonlySet<string>;
  readonly objects: KubeObject[];
  readonly writtenAt: Map<KubeObject, WrittenAt>;
  readonly problems: InputProblem[];
  readonly gaps: Gap[];
  readonly placed: ObjectId[];
  skipped: number;
  /** Of kinds that are not known, the known ones that they look like: files may hold very many objects of one. */
  readonly meant: Map<string, KindInfo | null>;
  /** How many objects have been given each placeholder for a name. */
  readonly generated: Map<ObjectKey, number>;
}

const SLASH_OR_CONTROL = /[/\u0000-\u001f\u007f]/;

/** A name as a path segment, or nothing: names with slashes or control characters exist in no cluster. */
function segment(field: Field): string | undefined {
  const text = field.text();
  return text === undefined || text === "" || SLASH_OR_CONTROL.test(text) ? undefined : text;
}

/** Tells apart the objects that one `metadata.generateName` stands for. No object of a cluster has such a name: it holds blanks. */
function generatedName(prefix: string, count: number): string {
  return `${prefix}(generated name${count === 1 ? "" : ` ${count}`})`;
}

/** The name as written; else, with `metadata.generateName`, what the API server will make a name from. */
function readName(metadata: Field): { readonly name: string } | { readonly prefix: string } | null {
  const written = metadata.at("name");
  const name = segment(written);
  if (name !== undefined) return { name };
  const prefix = segment(metadata.at("generateName"));
  if (prefix === undefined) return null;
  const text = written.text();
  if (text !== undefined && text !== "") written.reject("a name without slashes and control characters");
  return { prefix };
}

function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } | null {
  const parts = apiVersion.split("/");
  const [first = "", second] = parts;
  if (parts.length > 2 || first === "" || second === "") return null;
  return second === undefined ? { group: "", version: first } : { group: first, version: second };
}

function versionProblem(
  { versions, retired, deprecated }: KindInfo,
  version: string,
): "unknown-version" | "unserved-version" | "deprecated-version" | null {
  if (versions === null) return null;
  if (!versions.includes(version)) return "unknown-version";
  if (retired.includes(version)) return "unserved-version";
  return deprecated?.includes(version) === true ? "deprecated-version" : null;
}

/** What is known of a kind that is read for what it says of references; of any other only that its objects are there. */
function readInfo(groupKind: GroupKind): KindInfo | undefined {
  return isContext(groupKind) ? undefined : kindInfo(groupKind);
}

/** The known kind that an unknown one looks like a slip of. */
function meantKind(written: GroupKind, found: Map<string, KindInfo | null>): KindInfo | undefined {
  const key = groupKindKey(written);
  let meant = found.get(key);
  if (meant === undefined) {
    meant = KINDS.find((known) => looksLike(known, written)) ?? null;
    found.set(key, meant);
  }
  return meant === null || meant.group === "" ? undefined : meant;
}

/** A placeholder for a name that no object before was given. */
function nextGeneratedName(
  prefix: string,
  identify: (name: string) => ObjectId,
  generated: Map<ObjectKey, number>,
): string {
  const key = keyOf(identify(prefix));
  const count = (generated.get(key) ?? 0) + 1;
  generated.set(key, count);
  return generatedName(prefix, count);
}

/** The kind of a list's items; null for a kind that is no list. */
function itemKind({ group, kind }: GroupKind, items: Field): string | null {
  if (!kind.endsWith("List")) return null;
  const item = kind.slice(0, -"List".length);
  if (items.present || readInfo({ group, kind: item }) !== undefined) return item;
  return group === "" && item === "" ? item : null;
}

/** An item of a typed list as the API server gives it, without apiVersion and kind, takes them from the list, as for kubectl. */
function typedItem(item: Field, apiVersion: string, kind: string): unknown {
  const { raw } = item;
  if (kind === "" || typeof raw !== "object" || raw === null || Array.isArray(raw)) return raw;
  const blank = (field: Field) => !field.present || field.raw === "";
  return blank(item.at("kind")) && blank(item.at("apiVersion")) ? { ...raw, apiVersion, kind } : raw;
}

/** Finds the fields of an object. Made apart from what is read, since what it sees stays as long as the object. */
function placeIn(locate: Locator, source: SourceDocument, base: FieldPath): (path: FieldPath) => Position {
  return (path) => locate(source, [...base, ...path]);
}

const NO_LABELS: Labels = new Map();

function readLabels(metadata: Field): Labels {
  const labels = metadata
    .at("labels")
    .entries()
    .flatMap(([key, label]) => {
      const text = label.text();
      return text === undefined ? [] : [[key, text] as const];
    });
  return labels.length === 0 ? NO_LABELS : new Map(labels);
}

function readObject(
  value: unknown,
  base: FieldPath,
  source: SourceDocument,
  items: readonly SourceDocument[],
  reading: Reading,
): void {
  const place = placeIn(reading.locate, source, base);
  const ignore = (detail: string) => {
    reading.problems.push({ cause: "no-object", at: place([]), detail });
  };
  // Wrong types in what identifies an object make it no object. Those in its metadata are told with its name; everything else
  // is left to the readers of its kind.
  const root = Field.silent(value);
  const apiVersion = root.at("apiVersion").text();
  const kind = segment(root.at("kind"));
  const type = apiVersion === undefined ? null : splitApiVersion(apiVersion);
  if (apiVersion === undefined || type === null || kind === undefined) {
    if (isBystander(source.file) && !reading.named.has(source.file)) {
      reading.skipped += 1;
      return;
    }
    const missing = kind === undefined ? "kind" : "apiVersion";
    ignore(`no Kubernetes object: ${missing} is missing or no usable string`);
    return;
  }
  const ofItems = itemKind({ group: type.group, kind }, root.at("items"));
  if (ofItems !== null) {
    const list = root.at("items").itemsOr();
    if (list === UNUSABLE) {
      ignore(`${kind} with items that are no list`);
      return;
    }
    for (const [index, item] of list.entries()) {
      if (!item.present) continue;
      // Only where every item is an object do the two lists run alongside.
      const own = items.length === list.length ? items[index] : undefined;
      const object = typedItem(item, apiVersion, ofItems);
      if (own === undefined) readObject(object, [...base, ...item.path], source, [], reading);
      else readObject(object, [], own, [], reading);
    }
    return;
  }
  const info = readInfo({ group: type.group, kind });
  const meant = info === undefined ? meantKind({ group: type.group, kind }, reading.meant) : undefined;
  if (meant !== undefined) {
    ignore(
      `${kind} of ${apiVersion} is no kind that is known: did you mean ${meant.kind} of ${meant.group}/${meant.versions?.[0] ?? "v1"}?`,
    );
  }
  /** An object that cannot be told from others may be the one that permits a reference. */
  const reject = (detail: string, namespace: string | null): void => {
    // What is of a kind that nobody looks at may be as it likes.
    if (info === undefined) {
      reading.skipped += 1;
      return;
    }
    ignore(detail);
    const groupKind = { group: info.group, kind: info.kind };
    const where = formatPosition(place([]));
    reading.gaps.push({ cause: "unreadable", groupKind, namespace, detail: `${where} was passed over: ${detail}` });
  };
  const fieldProblems = new Map<string, FieldProblem>();
  const metadata = Field.root(
    root.at("metadata").raw,
    (problem) => fieldProblems.set(formatPath(problem.path), problem),
    ["metadata"],
  );
  const written = metadata.at("namespace");
  const given = segment(written);
  const named = readName(metadata);
  if (named === null) {
    reject(`${kind} without a usable metadata.name`, info?.scope === "Namespaced" ? (given ?? null) : null);
    return;
  }
  if (written.present && given === undefined && written.text() !== "") {
    const name = "name" in named ? named.name : generatedName(named.prefix, 1);
    reject(`${kind} ${name} with a metadata.namespace that is no usable string`, null);
    return;
  }
  const blank = given === undefined && info?.scope === "Namespaced";
  const namespace = info?.scope === "Cluster" ? null : (given ?? (blank ? reading.defaultNamespace : null));
  const identify = (name: string): ObjectId => ({ group: type.group, kind, namespace, name });
  const id = identify("name" in named ? named.name : nextGeneratedName(named.prefix, identify, reading.generated));
  if (blank) reading.placed.push(id);
  const labels = readLabels(metadata);
  // Read for what is wrong with them alone: the API server takes no annotation but a string.
  for (const [, annotation] of metadata.at("annotations").entries()) annotation.text();
  const object: KubeObject = {
    id,
    apiVersion,
    labels,
    terminating: metadata.at("deletionTimestamp").present,
    body: kindInfo(id)?.read === "object" ? value : null,
    locate: place,
  };
  reading.objects.push(object);
  reading.writtenAt.set(object, { source, path: base });
  if (info === undefined) return;
  const cause = versionProblem(info, type.version);
  if (cause !== null) reading.problems.push({ cause, id, apiVersion, at: place(["apiVersion"]) });
  for (const problem of fieldProblems.values()) {
    reading.problems.push({ cause: "field", id, ...problem, at: place(problem.path) });
  }
}

/** The start of a line that Kubernetes' tools write: a key of the object, or something inside it. */
const BLOCK_LINE = /^(?:$|[\s#]|-\s|-$|(?:---|\.\.\.)\s*(?:#|$)|[A-Za-z][\w.-]*:(?:\s|$))/;
const KIND_LINE = /^kind:[ \t]+([A-Za-z][A-Za-z0-9]*)\s*(?:\s#.*)?$/;

/**
 * The kind of the one object that a broken document holds; null if it may hold more or other ones. A separator that was
 * mistyped or indented makes two objects one broken document, so nothing odd is let pass: all lines in block style, one
 * `kind` in plain letters, and no `apiVersion` but its own.
 */
function soleKind(text: string): string | null {
  const lines = text.split(/\r\n?|\n/);
  if (!lines.every((line) => BLOCK_LINE.test(line))) return null;
  const own = (key: string) => lines.filter((line) => line.startsWith(key));
  const [kindLine = "", ...others] = own("kind:");
  const kind = KIND_LINE.exec(kindLine)?.[1];
  if (kind === undefined || others.length > 0 || kind.endsWith("List")) return null;
  const apiVersions = text.split("apiVersion").length - 1;
  return apiVersions > 1 || apiVersions !== own("apiVersion:").length ? null : kind;
}

/** Is this a kustomization that nobody named? Nothing in it is an object, so that it is broken hides none. */
function isFoundKustomization({ source }: BrokenDocument, named: ReadonlySet<string>): boolean {
  return isKustomization(source.file) && !named.has(source.file);
}

/** What a broken document may have held: objects of the kind that its text names, or of any. */
function gapsOf({ source, problem }: BrokenDocument): readonly Gap[] {
  const detail = `${formatPosition(problem.at)} could not be read: ${problem.detail}`;
  const kind = soleKind(source.text);
  if (kind === null) return [{ cause: "unreadable", groupKind: null, namespace: null, detail }];
  return KINDS.filter((info) => info.kind === kind && !isForeignGrant(info)).map((info) => ({
    cause: "unreadable",
    groupKind: { group: info.group, kind },
    namespace: null,
    detail,
  }));
}

/**
 * Turns documents into objects: expands lists, fills in the namespace of namespaced kinds that have none, and tells what
 * is no object or a version that never existed. An object that the API server is to name (`metadata.generateName`) has a
 * placeholder for a name; one without either leaves a gap. Bodies are kept only of the kinds whose content is read, so Secret data
 * and the like are dropped here. Patches of kustomizations are no objects, and are passed over.
 *
 * @param named files that the user asked for by their names: of these it is told when they hold no object, whatever they are
 *   called, and none is passed over as a patch
 */
export function objectsOf(
  documents: Documents,
  defaultNamespace: string,
  named: ReadonlySet<string> = new Set(),
): ManifestWorld {
  const reading: Reading = {
    locate: locator(),
    defaultNamespace,
    named,
    objects: [],
    writtenAt: new Map(),
    problems: [],
    gaps: [],
    placed: [],
    skipped: 0,
    meant: new Map(),
    generated: new Map(),
  };
  const { documents: own, patches } = withoutPatches(documents, named);
  for (const document of own.broken) {
    const { problem } = document;
    if (isFoundKustomization(document, named)) {
      reading.problems.push({ cause: "no-object", at: problem.at, detail: problem.detail });
      continue;
    }
    reading.problems.push(problem);
    for (const gap of gapsOf(document)) reading.gaps.push(gap);
  }
  for (const document of own.parsed) readObject(document.value, [], document.source, document.items, reading);
  return {
    objects: reading.objects,
    writtenAt: reading.writtenAt,
    problems: reading.problems,
    gaps: reading.gaps,
    placed: reading.placed,
    skipped: reading.skipped,
    patches,
  };
}
