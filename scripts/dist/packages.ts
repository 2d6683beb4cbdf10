import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** A package of npm of which something is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  /** The text of its licence. */
  readonly licenseText: string;
  /** As package-lock.json has it: `sha512-` and base64; null for none. */
  readonly integrity: string | null;
}

/** The folder of the package that a file belongs to, from the root of the repository; null for a file of our own. */
function packageFolder(file: string): string | null {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  return folder ?? null;
}

/** The fields of an object; none of anything else. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** A field that is text; null for any other. */
export function textAt(value: unknown, key: string): string | null {
  const found = record(value)[key];
  return typeof found === "string" ? found : null;
}

function licenseText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^((un)?licen[cs]e|copying)([.-]|$)/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no licence file: what is bundled must come with its licence`);
  return readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
}

/**
 * The packages of which something is in the bundle, by name.
 *
 * @throws Error for one without a licence that could be told
 */
export function bundledPackages(root: string, { outputs }: Metafile): readonly BundledPackage[] {
  // What a file gave nothing to is not in it.
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = [...new Set(files.map(packageFolder).filter((folder) => folder !== null))];
  const lock = record(record(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"))).packages);
  const found = folders.map((folder): BundledPackage => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const [name, version, license] = ["name", "version", "license"].map((key) => textAt(manifest, key));
    if (name == null || version == null || license == null)
      throw new Error(`${folder}/package.json lacks a name, version or license`);
    return {
      name,
      version,
      license,
      licenseText: licenseText(join(root, folder)),
      integrity: textAt(lock[folder], "integrity"),
    };
  });
  return found.toSorted((a, b) => (a.name === b.name ? a.version.localeCompare(b.version) : a.name < b.name ? -1 : 1));
}

const RULE = "-".repeat(80);

/**
 * The NOTICE of a release: what is in it that others made, and under which licences.
 *
 * @param node the version and the licence text of the Node in the binary; null for a package that brings none
 */
export function notice(
  packages: readonly BundledPackage[],
  node: { readonly version: string; readonly licence: string } | null,
): string {
  const parts = [
    ...packages.map(
      ({ name, version, license, licenseText: text }) => [`${name} ${version} (${license})`, text] as const,
    ),
    ...(node === null ? [] : [[`Node.js ${node.version}, and what is in it`, node.licence.trim()] as const]),
  ];
  return [
    "kubectl-refgrant",
    "",
    "This product is licensed under the Apache License, Version 2.0 (see LICENSE). It contains the following, each under its own licence:",
    "",
    ...parts.map(([title]) => `  ${title}`),
    ...parts.flatMap(([title, text]) => ["", RULE, title, RULE, "", text]),
    "",
  ].join("\n");
}
