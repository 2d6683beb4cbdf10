import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { goCommand, goEnv } from "./go.ts";
import { cacheFolder, repositoryRoot } from "./paths.ts";

export { goAvailable } from "./go.ts";

/** Where the binaries of a control plane are. */
export interface Assets {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
}

const toolsFolder = join(repositoryRoot, "test", "e2e", "tools");

interface Build {
  /** The folder under test/e2e/tools whose go.mod pins the versions. */
  readonly module: string;
  readonly commands: readonly { readonly binary: string; readonly packagePath: string }[];
}

const builds: readonly Build[] = [
  { module: "etcd", commands: [{ binary: "etcd", packagePath: "go.etcd.io/etcd/server/v3" }] },
  {
    module: "kubernetes",
    commands: [
      { binary: "kube-apiserver", packagePath: "k8s.io/kubernetes/cmd/kube-apiserver" },
      { binary: "kubectl", packagePath: "k8s.io/kubernetes/cmd/kubectl" },
    ],
  },
];

function assetsIn(folder: string): Assets {
  return {
    etcd: join(folder, "etcd"),
    kubeApiserver: join(folder, "kube-apiserver"),
    kubectl: join(folder, "kubectl"),
  };
}

function missingFrom(assets: Assets): readonly string[] {
  return Object.values(assets).filter((file) => !existsSync(file));
}

function pinHash(modules: readonly string[]): string {
  const hash = createHash("sha256");
  for (const module of modules) {
    for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(toolsFolder, module, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

function goBuild(module: string, packagePath: string, output: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(goCommand(), ["build", "-o", output, "-ldflags", "-s -w", packagePath], {
      cwd: join(toolsFolder, module),
      env: goEnv("-mod=readonly -buildvcs=false"),
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString("utf8");
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build ${packagePath} failed:\n${stderr.trim().split("\n").slice(-20).join("\n")}`));
    });
  });
}

/** Builds into a folder of its own and renames that, so that others see all of it or nothing; the first of two racers wins. */
async function buildInto(folder: string): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true });
  const scratch = mkdtempSync(`${folder}.building-`);
  const started = performance.now();
  process.stderr.write(`e2e: building etcd, kube-apiserver and kubectl into ${folder} (minutes, once per version) …\n`);
  try {
    for (const { module, commands } of builds) {
      for (const { binary, packagePath } of commands) await goBuild(module, packagePath, join(scratch, binary));
    }
    try {
      renameSync(scratch, folder);
    } catch (error) {
      if (missingFrom(assetsIn(folder)).length > 0) throw error;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  process.stderr.write(`e2e: built in ${Math.round((performance.now() - started) / 1000)} s\n`);
}

/**
 * The binaries of a control plane: those of KUBEBUILDER_ASSETS when it is set (envtest's convention), else built from the
 * modules pinned under test/e2e/tools and kept in the user's cache.
 */
export async function ensureAssets(): Promise<Assets> {
  const given = process.env.KUBEBUILDER_ASSETS;
  if (given !== undefined && given !== "") {
    const assets = assetsIn(given);
    const missing = missingFrom(assets);
    if (missing.length > 0) {
      throw new Error(`KUBEBUILDER_ASSETS is set to ${given}, but there is no ${missing.join(", no ")}.`);
    }
    return assets;
  }
  const folder = join(cacheFolder(), pinHash(builds.map(({ module }) => module)));
  if (missingFrom(assetsIn(folder)).length > 0) await buildInto(folder);
  return assetsIn(folder);
}

/**
 * A command that only few tests need, built when it is first asked for and kept in the user's cache.
 *
 * @param module the folder under test/e2e/tools whose go.mod pins its version
 * @param packagePath the Go package, whose last part is the command's name
 * @returns the path of the binary
 */
export async function ensureTool(module: string, packagePath: string): Promise<string> {
  const file = join(cacheFolder(), `${module}-${pinHash([module])}`, basename(packagePath));
  if (existsSync(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const scratch = `${file}.building-${process.pid}`;
  try {
    await goBuild(module, packagePath, scratch);
    renameSync(scratch, file);
  } finally {
    rmSync(scratch, { force: true });
  }
  return file;
}
