import type { JsonObject } from "../model/json.ts";
import { holdsControls, jsonText } from "./json-text.ts";
import { yamlLines } from "./manifest-yaml.ts";

/** Grants as they are applied or committed. */

/** A grant as it is printed: its data, and its text in the file that it stands in, where that is kept. */
export interface PrintedGrant {
  readonly manifest: JsonObject;
  readonly text: string | null;
}

function documentText({ manifest, text }: PrintedGrant): string {
  if (text !== null) return text;
  // JSON is YAML, and has a way to write what a terminal should not be sent.
  return holdsControls(manifest) ? jsonText(manifest) : `${yamlLines(manifest).join("\n")}\n`;
}

/** Grants as YAML documents; nothing where there is none. */
export function grantsYaml(grants: readonly PrintedGrant[]): string {
  return grants.map(documentText).join("---\n");
}

/** Grants as JSON that kubectl takes: one as it is, several as a List; nothing where there is none. */
export function grantsJson(grants: readonly PrintedGrant[]): string {
  const [only, ...others] = grants.map(({ manifest }) => manifest);
  if (only === undefined) return "";
  return jsonText(others.length === 0 ? only : { apiVersion: "v1", kind: "List", items: [only, ...others] });
}
