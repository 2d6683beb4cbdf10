import { load, YAMLException } from "js-yaml";
import { yamlReason } from "../catalogue/yaml-reasons.ts";
import type { Position } from "../model/object.ts";
import type { InputProblem } from "../model/snapshot.ts";
import type { Source, SourceText } from "../model/source.ts";
import { type AliasTrouble, aliasTrouble } from "./aliases.ts";
import { type JsonObject, type JsonSpan, jsonObjects, memberCount } from "./json.ts";
import { plainReader } from "./plain-yaml.ts";
import { SCHEMA } from "./yaml-schema.ts";

/** One document of a file: the unit that can be broken without harm to the others. */
export interface SourceDocument {
  readonly file: string;
  readonly text: string;
  /** Lines of the file before this document's text. */
  readonly lineOffset: number;
  /** Columns of its first line before this document's text. */
  readonly columnOffset: number;
  readonly language: "json" | "yaml";
  /** YAML of the sort that {@link plainReader} understands. */
  readonly plain?: true;
}

/** A document that could be parsed, with what it holds. */
export interface ParsedDocument {
  readonly source: SourceDocument;
  readonly value: unknown;
  /** For a list in JSON: each of its items as a document of its own, so that finding a place in one does not mean reading all. */
  readonly items: readonly SourceDocument[];
}

/** A document that could not be parsed, or a file that could not be read. */
export interface BrokenDocument {
  readonly source: SourceDocument;
  readonly problem: InputProblem & { readonly cause: "syntax" | "duplicate-key" };
}

/** What a set of files holds. Empty documents, `null` and comments are in neither list. */
export interface Documents {
  readonly parsed: readonly ParsedDocument[];
  readonly broken: readonly BrokenDocument[];
}

/** How deep a document may be nested, in YAML and in JSON: deeper than anyone writes, and far from the end of the stack. */
const MAX_DEPTH = 500;

/**
 * How large a document may be, in characters, for a parser of all of YAML: it takes twenty times that in memory. A larger one is read
 * only where {@link plainReader} or `JSON.parse` read it.
 */
const LARGEST_MIB = 32;
const LARGEST = LARGEST_MIB * 1024 * 1024;

const SEPARATOR = /^---(?=\s|$)/;
const DOCUMENT_END = /^\.\.\.(?=\s|$)/;
const BYTE_ORDER_MARK = "\uFEFF";

/** Whether a document begins or ends with the line that starts here. */
function isBoundary(text: string, at: number): boolean {
  const first = text[at];
  if (first !== "-" && first !== "." && first !== BYTE_ORDER_MARK) return false;
  const content = text.slice(at, at + 5).replace(BYTE_ORDER_MARK, "");
  return SEPARATOR.test(content) || DOCUMENT_END.test(content);
}

/**
 * Reads a YAML stream, document by document. A line that starts with `---` ends a document wherever it stands (YAML 1.2, chapter
 * 9.1), so that a broken document ends there too. What follows `---` on its line belongs to the next document.
 */
function readYaml({ name, text }: SourceText): readonly (ParsedDocument | BrokenDocument | null)[] {
  const documents: (ParsedDocument | BrokenDocument | null)[] = [];
  const readPlain = plainReader(text);
  let start = 0;
  let lineOffset = 0;
  const close = (end: number): void => {
    const value = readPlain(start, end);
    const body = text.slice(start, end);
    const source = { file: name, lineOffset, columnOffset: 0, language: "yaml" } as const;
    if (value !== undefined) documents.push({ source: { ...source, text: body, plain: true }, value, items: [] });
    // Files that were joined may bring a byte-order mark each.
    else documents.push(parseYaml({ ...source, text: body.replace(/^\uFEFF/gm, "") }));
  };
  let line = 0;
  for (let at = 0; at < text.length; line += 1) {
    if (isBoundary(text, at)) {
      close(at);
      start = at;
      lineOffset = line;
    }
    const newline = text.indexOf("\n", at);
    at = newline === -1 ? text.length : newline + 1;
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

function brokenAt(source: SourceDocument, error: unknown): BrokenDocument {
  const template = source.text.indexOf("{{");
  if (template !== -1) {
    const before = source.text.slice(0, template).split("\n");
    const at = positionOf(source, before.length - 1, before.at(-1)?.length ?? 0);
    return {
      source,
      problem: { cause: "syntax", at, detail: "not valid YAML: {{ looks like a template that was not rendered" },
    };
  }
  if (!(error instanceof YAMLException)) {
    return brokenDocument(source, "the document is too deeply nested or otherwise unreadable");
  }
  const cause = error.reason.startsWith("duplicated mapping key") ? "duplicate-key" : "syntax";
  const at = positionOf(source, error.mark?.line ?? 0, error.mark?.column ?? 0);
  return { source, problem: { cause, at, detail: yamlReason(error.reason) } };
}

function brokenDocument(source: SourceDocument, detail: string): BrokenDocument {
  return { source, problem: { cause: "syntax", at: positionOf(source, 0, 0), detail } };
}

function aliasDetail(trouble: AliasTrouble): string {
  switch (trouble.why) {
    case "endless":
      return yamlReason("recursive alias");
    case "too-deep":
      return yamlReason("nesting exceeded");
    case "too-many":
      return `its aliases expand to more than ${trouble.limit.toLocaleString("en")} nodes`;
  }
}

function parseYaml(source: SourceDocument): ParsedDocument | BrokenDocument | null {
  if (isBlank(source.text)) return null;
  if (source.text.length > LARGEST) {
    const detail = `a document of more than ${LARGEST_MIB} MiB is read only if it is JSON or plain YAML, and this is neither: split it`;
    return brokenDocument(source, detail);
  }
  try {
    const value = load(source.text, { schema: SCHEMA, maxDepth: MAX_DEPTH });
    if (value === null || value === undefined) return null;
    // Without a star there is no alias, and the document is no larger than its text.
    const trouble = source.text.includes("*") ? aliasTrouble(value, source.text.length, MAX_DEPTH) : null;
    return trouble === null ? { source, value, items: [] } : brokenDocument(source, aliasDetail(trouble));
  } catch (error) {
    return brokenAt(source, error);
  }
}

function cut({ name, text }: SourceText, { start, end, line, column }: JsonSpan): SourceDocument {
  return { file: name, text: text.slice(start, end), lineOffset: line, columnOffset: column, language: "json" };
}

/** JSON text is parsed as JSON, and as YAML only to find the place of an error or of a key that stands twice. */
function parseJson(file: SourceText, object: JsonObject): ParsedDocument | BrokenDocument | null {
  const source = cut(file, object);
  const asYaml = () => parseYaml({ ...source, language: "yaml" });
  // What is nested too deeply is left to the YAML parser too, which refuses it.
  if (object.depth > MAX_DEPTH) return asYaml();
  try {
    const value: unknown = JSON.parse(source.text);
    if (memberCount(value) === object.members)
      return { source, value, items: object.items.map((item) => cut(file, item)) };
  } catch {
    // The YAML parser below says where it is broken.
  }
  return asYaml();
}

function documentsOf(given: Source): readonly (ParsedDocument | BrokenDocument | null)[] {
  if ("problem" in given) {
    const source = { file: given.name, text: "", lineOffset: 0, columnOffset: 0, language: "yaml" } as const;
    return [brokenDocument(source, given.problem)];
  }
  const { name, text } = given;
  const file: SourceText = { name, text: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
  const objects = /^\s*\{/.test(file.text) ? jsonObjects(file.text) : null;
  return objects === null ? readYaml(file) : objects.map((object) => parseJson(file, object));
}

/**
 * Parses every document of every file on its own, so that a broken one hides nothing but itself. A file that could not be
 * read counts as one broken document.
 */
export function parseDocuments(files: readonly Source[]): Documents {
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
