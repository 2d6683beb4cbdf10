import { isKustomization, PATCH_FIELDS } from "../catalogue/kustomize.ts";
import { Field } from "../model/fields.ts";
import type { Documents, ParsedDocument } from "./documents.ts";

/** A path in one spelling, so that two that lead to one file by their words alone are equal. */
function normalized(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split(/[/\\]/)) {
    const last = segments.at(-1);
    if (segment === "." || (segment === "" && last !== undefined)) continue;
    if (segment === ".." && last !== undefined && last !== "" && last !== "..") segments.pop();
    else segments.push(segment);
  }
  return segments.join("/");
}

/** The files that a kustomization lists in one of its fields. What is no path, as an inline patch, is the name of no file. */
function filesIn({ value, source }: ParsedDocument, field: string): readonly string[] {
  const items = Field.silent(value).at(field).items();
  return items.flatMap((item) => {
    const path = item.text() ?? item.at("path").text();
    if (path === undefined) return [];
    return [normalized(/^[/\\]/.test(path) ? path : `${source.file}/../${path}`)];
  });
}

/** Documents, and how many files with patches of kustomizations they were taken out of. */
export interface Unpatched {
  readonly documents: Documents;
  readonly patches: number;
}

/**
 * Leaves out the files that a kustomization among the documents lists as patches, and none as a resource: a patch holds a part
 * of an object, and would be taken for the whole. A file of `named` was asked for by its name, and stays.
 */
export function withoutPatches(documents: Documents, named: ReadonlySet<string>): Unpatched {
  const kustomizations = documents.parsed.filter(({ source }) => isKustomization(source.file));
  const listed = new Set(kustomizations.flatMap((one) => PATCH_FIELDS.flatMap((field) => filesIn(one, field))));
  if (listed.size === 0) return { documents, patches: 0 };
  for (const path of kustomizations.flatMap((one) => filesIn(one, "resources"))) listed.delete(path);
  const patches = new Set(
    [...documents.parsed, ...documents.broken]
      .map(({ source }) => source.file)
      .filter((file) => !named.has(file) && listed.has(normalized(file))),
  );
  return {
    documents: {
      parsed: documents.parsed.filter(({ source }) => !patches.has(source.file)),
      broken: documents.broken.filter(({ source }) => !patches.has(source.file)),
    },
    patches: patches.size,
  };
}
