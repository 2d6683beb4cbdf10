import { readFileSync } from "node:fs";
import { parseAllDocuments, stringify } from "yaml";
import { isRecord, itemsAt, parseJson, textAt, valueAt } from "./json.ts";

/** `Service backend/api`: what an object or a subject of `-o json` is, for reading. */
function named(id: unknown): string {
  const namespace = textAt(id, "namespace");
  return `${textAt(id, "kind")} ${namespace === undefined ? "" : `${namespace}/`}${textAt(id, "name")}`;
}

function without(value: unknown, ...keys: readonly string[]): unknown {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) : value;
}

/**
 * Findings that a cluster cannot have: what it holds, it has kept. Files may say what a cluster drops in silence, and in
 * versions that it would have converted.
 */
export const onlyOfFiles: readonly string[] = [
  "field-retired",
  "field-experimental",
  "version-unserved",
  "version-deprecated",
];

/** Findings on what a cluster serves, which files do not tell. */
export const onlyOfClusters: readonly string[] = ["referencegrant-not-served", "version-old"];

/** What an audit says, without where it was read: equal for the same world from a cluster and from files. */
export interface Essence {
  readonly decisions: readonly unknown[];
  /** Code, severity, subject and message. */
  readonly findings: readonly unknown[];
  /** Grants with the usage of each entry. */
  readonly grants: readonly unknown[];
  readonly counts: unknown;
}

/** Reads the output of `audit -o json`. */
export function essence(stdout: string): Essence {
  const report = parseJson(stdout);
  return {
    decisions: itemsAt(report, "decisions").map((decision) => without(decision, "source")),
    findings: itemsAt(report, "findings").map((finding) => without(finding, "source")),
    grants: itemsAt(report, "grants").map((grant) => without(grant, "source", "apiVersion")),
    counts: valueAt(report, "counts"),
  };
}

/** One reference: who refers, by which field, to what. The same in every report of the same world. */
export function referenceOf(decision: unknown): string {
  const referrer = named(valueAt(decision, "referrer"));
  return `${referrer} ${textAt(decision, "path")} → ${named(valueAt(decision, "referent"))}`;
}

/** The verdict of every reference of `audit -o json`, with the reason for a refusal. */
export function verdicts(stdout: string): ReadonlyMap<string, string> {
  return new Map(
    itemsAt(parseJson(stdout), "decisions").map((decision) => {
      const reason = textAt(decision, "reason");
      return [referenceOf(decision), `${textAt(decision, "verdict")}${reason === undefined ? "" : ` ${reason}`}`];
    }),
  );
}

/** The findings of `audit -o json`, as `code Kind namespace/name`. */
export function findingsOf(stdout: string): readonly string[] {
  return itemsAt(parseJson(stdout), "findings").map((finding) => {
    const subject = valueAt(finding, "subject");
    return `${textAt(finding, "code")}${isRecord(subject) ? ` ${named(subject)}` : ""}`;
  });
}

/** The YAML of `text` with each of its objects changed, or left out where `change` gives null. */
export function mapManifests(text: string, change: (object: Readonly<Record<string, unknown>>) => unknown): string {
  const objects: unknown[] = parseAllDocuments(text).map((document) => document.toJS());
  return objects
    .filter(isRecord)
    .map(change)
    .filter((object) => object !== null)
    .map((object) => stringify(object))
    .join("---\n");
}

/** The YAML of several files as one text, each file's documents after those of the one before. */
export function readManifests(files: readonly string[]): string {
  return files.map((file) => readFileSync(file, "utf8")).join("\n---\n");
}

/**
 * Manifests as an API server without vendors' CRDs takes them: objects of other groups are left out, and TLS Secrets get
 * the two keys that it asks for.
 */
export function appliable(text: string): string {
  return mapManifests(text, (object) => {
    const apiVersion = textAt(object, "apiVersion") ?? "";
    if (apiVersion.includes("/") && !apiVersion.startsWith("gateway.networking.k8s.io/")) return null;
    const tls = textAt(object, "kind") === "Secret" && textAt(object, "type") === "kubernetes.io/tls";
    return tls && valueAt(object, "data") === undefined
      ? { ...object, data: { "tls.crt": "", "tls.key": "" } }
      : object;
  });
}
