import { CORE_SCHEMA, load, mergeTag, YAMLException } from "js-yaml";
import type { Position } from "../model/object.ts";
import type { InputProblem } from "../model/snapshot.ts";
import { type JsonObject, type JsonSpan, jsonObjects, memberCount } from "./json.ts";

/** The text of one file (or of standard input), as it was read. */
export interface SourceText {
  /** How the user knows it: the path as given, or `-`. */
  readonly name: string;
  readonly text: string;
}

/** One document of a file: the unit that can be broken without harm to the others. */
export interface SourceDocument {
  readonly file: string;
  readonly text: string;
  /** Lines of the file before this document's text. */
  readonly lineOffset: number;
  /** Columns of its first line before this document's text. */
  readonly columnOffset: number;
}

/** A document that could be parsed, with what it holds. */
export interface ParsedDocument {
  readonly source: SourceDocument;
  readonly value: unknown;
  /** For a list in JSON: each of its items as a document of its own, so that finding a place in one does not mean reading all. */
  readonly items: readonly SourceDocument[];
}

/** A document that could not be parsed. */
export interface BrokenDocument {
  readonly source: SourceDocument;
  readonly problem: InputProblem & { readonly cause: "syntax" | "duplicate-key" };
}

/** What a set of files holds. Empty documents and comments are in neither list. */
export interface Documents {
  readonly parsed: readonly ParsedDocument[];
  readonly broken: readonly BrokenDocument[];
}

/** YAML 1.2 as Kubernetes' tools write it, with merge keys; no dates, no custom tags. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

const SEPARATOR = /^---(?=\s|$)/;
const DOCUMENT_END = /^\.\.\.(?=\s|$)/;
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Splits a YAML stream into documents. A line that starts with `---` ends a document wherever it stands (YAML 1.2 §9.1),
 * so that a broken document ends there too. What follows `---` on its line belongs to the next document.
 */
function splitYaml({ name, text }: SourceText): readonly SourceDocument[] {
  const documents: SourceDocument[] = [];
  let start = 0;
  let startLine = 0;
  let line = 0;
  const close = (end: number): void => {
    // Files that were joined may bring a byte-order mark each.
    const body = text.slice(start, end).replace(/^\uFEFF/gm, "");
    documents.push({ file: name, text: body, lineOffset: startLine, columnOffset: 0 });
  };
  for (let at = 0; at < text.length; line += 1) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(at, Math.min(end, at + 5)).replace(BYTE_ORDER_MARK, "");
    if (SEPARATOR.test(content) || DOCUMENT_END.test(content)) {
      close(at);
      start = at;
      startLine = line;
    }
    at = end + 1;
  }
  close(text.length);
  return documents;
}

function positionOf(source: SourceDocument, line: number, column: number): Position {
  return {
    file: source.file,
    line: source.lineOffset + line + 1,
    column: (line === 0 ? source.columnOffset : 0) + column + 1,
  };
}

/** Nothing but white space, comments, directives and separators. */
function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, end).replace(SEPARATOR, "").replace(DOCUMENT_END, "").trim();
    if (line !== "" && !line.startsWith("#") && !line.startsWith("%")) return false;
    at = end + 1;
  }
  return true;
}

function brokenDocument(source: SourceDocument, error: unknown): BrokenDocument {
  const at = error instanceof YAMLException ? error.mark : undefined;
  const detail =
    error instanceof YAMLException ? error.reason : "the document is too deeply nested or otherwise unreadable";
  const cause = detail.startsWith("duplicated mapping key") ? "duplicate-key" : "syntax";
  return { source, problem: { cause, at: positionOf(source, at?.line ?? 0, at?.column ?? 0), detail } };
}

function parseYaml(source: SourceDocument): ParsedDocument | BrokenDocument | null {
  if (isBlank(source.text)) return null;
  try {
    return { source, value: load(source.text, { schema: SCHEMA }), items: [] };
  } catch (error) {
    return brokenDocument(source, error);
  }
}

function cut({ name, text }: SourceText, span: JsonSpan): SourceDocument {
  return { file: name, text: text.slice(span.start, span.end), lineOffset: span.line, columnOffset: span.column };
}

/** JSON text is parsed as JSON, and as YAML only to find the place of an error or of a key that stands twice. */
function parseJson(file: SourceText, object: JsonObject): ParsedDocument | BrokenDocument | null {
  const source = cut(file, object);
  try {
    const value: unknown = JSON.parse(source.text);
    if (memberCount(value) === object.members)
      return { source, value, items: object.items.map((item) => cut(file, item)) };
  } catch {
    // The YAML parser below says where it is broken.
  }
  return parseYaml(source);
}

function documentsOf({ name, text }: SourceText): readonly (ParsedDocument | BrokenDocument | null)[] {
  const file: SourceText = { name, text: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
  const objects = /^\s*\{/.test(file.text) ? jsonObjects(file.text) : null;
  return objects === null ? splitYaml(file).map(parseYaml) : objects.map((object) => parseJson(file, object));
}

/** Parses every document of every file on its own, so that a broken one hides nothing but itself. */
export function parseDocuments(files: readonly SourceText[]): Documents {
  const parsed: ParsedDocument[] = [];
  const broken: BrokenDocument[] = [];
  for (const file of files) {
    for (const document of documentsOf(file)) {
      if (document === null) continue;
      if ("value" in document) parsed.push(document);
      else broken.push(document);
    }
  }
  return { parsed, broken };
}
