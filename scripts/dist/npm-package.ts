import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import project from "../../package.json" with { type: "json" };
import { MAIN } from "../bundle.ts";
import { bundleNpmStart } from "./start.ts";

const COMPLETE = `#!/usr/bin/env node
"use strict";
process.argv.splice(2, 0, "__complete");
require("./kubectl-refgrant.cjs");
`;

/** What the package of npm is made of. */
interface NpmPackage {
  readonly root: string;
  /** The folder of the bundle. */
  readonly bundle: string;
  /** The folder of the man pages. */
  readonly man: string;
  readonly notice: string;
  /** Where it is laid out. */
  readonly staging: string;
  /** Where the archive goes. */
  readonly folder: string;
}

/** Makes the package that `npx kubectl-refgrant` runs: the bundle, and nothing to install beside it. Returns the archive's name. */
export async function npmPackage({ root, bundle, man, notice, staging, folder }: NpmPackage): Promise<string> {
  const { name, version, description, license, homepage, repository, bugs, engines } = project;
  const oldestNode = /^>=(\d+\.\d+)$/.exec(engines.node)?.[1];
  if (oldestNode === undefined)
    throw new Error(`package.json asks for Node ${engines.node}, and not for one and later`);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(join(staging, "bin"), { recursive: true });
  const manifest = {
    name,
    version,
    description,
    keywords: ["kubernetes", "kubectl", "kubectl-plugin", "gateway-api", "referencegrant", "httproute", "security"],
    license,
    homepage,
    repository,
    bugs,
    bin: {
      "kubectl-refgrant": "bin/kubectl-refgrant.cjs",
      "kubectl_complete-refgrant": "bin/kubectl_complete-refgrant.cjs",
    },
    man: readdirSync(man)
      .toSorted()
      .map((page) => `./man/${page}`),
    files: ["bin", "bundle", "man", "NOTICE"],
    engines,
  };
  writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const start = join(staging, "bin", "kubectl-refgrant.cjs");
  await bundleNpmStart(root, start, { oldestNode, releases: `${homepage}/releases`, bundle: `../bundle/${MAIN}` });
  chmodSync(start, 0o755);
  writeFileSync(join(staging, "bin", "kubectl_complete-refgrant.cjs"), COMPLETE, { mode: 0o755 });
  cpSync(bundle, join(staging, "bundle"), { recursive: true });
  cpSync(man, join(staging, "man"), { recursive: true });
  for (const file of ["README.md", "LICENSE"]) cpSync(join(root, file), join(staging, file));
  writeFileSync(join(staging, "NOTICE"), notice);
  execFileSync("npm", ["pack", "--pack-destination", folder, "--loglevel=error", "--ignore-scripts"], {
    cwd: staging,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return `${name}-${version}.tgz`;
}
