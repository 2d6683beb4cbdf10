import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { COMPLETION_SHIM } from "../cmd/completion/scripts.ts";
import project from "../package.json" with { type: "json" };
import { bundle, MAIN, NODE_FLAGS, PARTS } from "./bundle.ts";
import { commitOf } from "./commit.ts";
import { type ArchivedFile, tarGz, zip } from "./dist/archives.ts";
import { compileAhead } from "./dist/code.ts";
import { withoutSymbols } from "./dist/elf.ts";
import { makeExecutables } from "./dist/executable.ts";
import { nodeExecutable, nodeLicence, nodeVersion, seedPkg } from "./dist/node-binaries.ts";
import { npmPackage } from "./dist/npm-package.ts";
import { type BundledPackage, bundledPackages, notice } from "./dist/packages.ts";
import { sbom } from "./dist/sbom.ts";
import { signAdHoc } from "./dist/signing.ts";
import { bundleStart, writeParts } from "./dist/start.ts";
import { archiveName, executableName, TARGETS, type Target } from "./dist/targets.ts";
import { writeManPages } from "./man.ts";

// Everything of a release, below dist/: a folder for each binary, and dist/release with what is published.
//   node scripts/dist.ts [--targets linux_amd64,darwin_arm64]

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");
const release = join(dist, "release");
const bundleFolder = join(dist, "bundle");
const man = join(dist, "man");
/** The version of Node in the binaries. */
const runtime = nodeVersion(root, TARGETS);

/** A file of the release, with its lower-case hexadecimal SHA-256. */
interface Published {
  readonly name: string;
  readonly sha256: string;
}

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
const say = (text: string): void => void process.stderr.write(`dist: ${text}\n`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function chosenTargets(): readonly Target[] {
  const { values } = parseArgs({ options: { targets: { type: "string" } } });
  const names = values.targets?.split(",") ?? TARGETS.map(({ name }) => name);
  return names.map((name) => {
    const found = TARGETS.find((target) => target.name === name);
    if (found !== undefined) return found;
    throw new Error(`there is no target ${name}, only ${TARGETS.map((target) => target.name).join(", ")}`);
  });
}

/** Whether this process runs the very Node that goes into the binary of a target. */
const isOwn = ({ nodeOs, arch }: Target): boolean =>
  nodeOs === process.platform && arch === process.arch && process.versions.node === runtime;

const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, join(folder, name)]));

/** Makes the binaries, each in the folder of its target below `dist`. */
async function makeBinaries(targets: readonly Target[], scratch: string): Promise<void> {
  const bundled = Buffer.concat([MAIN, ...PARTS].map((file) => readFileSync(join(bundleFolder, file))));
  const entry = join(scratch, "start.cjs");
  await bundleStart(root, entry, `${project.version}-${runtime}-${sha256(bundled).slice(0, 16)}`);
  const parts = join(scratch, "parts");
  writeParts(bundleFolder, parts);

  const home = join(scratch, "home");
  for (const target of targets) {
    const node = await nodeExecutable(root, target);
    seedPkg(home, target, runtime, target.platform === "linux" ? withoutSymbols(node) : node);
  }
  const settings = { folder: dist, home, nodeVersion: runtime };
  const own = targets.filter(isOwn);
  if (own.length > 0) {
    say("compiling ahead");
    const code = join(scratch, "code");
    await compileAhead(root, parts, code, NODE_FLAGS);
    const compiled = Object.entries(filesIn(code)).filter(([name]) => name.endsWith(".code"));
    const assets = { ...filesIn(parts), ...Object.fromEntries(compiled) };
    await makeExecutables(own, { entry, assets, execArgv: NODE_FLAGS }, { ...settings, ownCode: true });
  }
  const others = targets.filter((target) => !isOwn(target));
  if (others.length > 0) {
    const contents = { entry, assets: filesIn(parts), execArgv: NODE_FLAGS };
    await makeExecutables(others, contents, { ...settings, ownCode: false });
  }
  for (const target of targets.filter(({ platform }) => platform === "macos")) {
    signAdHoc(join(dist, target.name, executableName(target)));
  }
}

/** Publishes a file. */
function publish(name: string, content: Uint8Array): Published {
  writeFileSync(join(release, name), content);
  return { name, sha256: sha256(content) };
}

/** Publishes the archive of each target. */
async function makeArchives(
  targets: readonly Target[],
  packages: readonly BundledPackage[],
): Promise<readonly Published[]> {
  const licence = await nodeLicence(root);
  const texts: readonly ArchivedFile[] = [
    { name: "LICENSE", content: readFileSync(join(root, "LICENSE")), executable: false },
    { name: "NOTICE", content: Buffer.from(notice(packages, { version: runtime, licence })), executable: false },
  ];
  const pages = Object.entries(filesIn(man)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const unix: readonly ArchivedFile[] = [
    { name: "kubectl_complete-refgrant", content: Buffer.from(COMPLETION_SHIM), executable: true },
    ...pages.map(([page, path]) => ({ name: `man/man1/${page}`, content: readFileSync(path), executable: false })),
  ];
  const archives: Published[] = [];
  for (const target of targets) {
    const name = executableName(target);
    const folder = join(dist, target.name);
    const executable: ArchivedFile = { name, content: readFileSync(join(folder, name)), executable: true };
    if (target.archive === "tar.gz") {
      writeFileSync(join(folder, "kubectl_complete-refgrant"), COMPLETION_SHIM, { mode: 0o755 });
    }
    const archive =
      target.archive === "zip" ? zip([executable, ...texts]) : await tarGz([executable, ...texts, ...unix]);
    const published = publish(archiveName(target, project.version), archive);
    say(`${published.name}: ${megabytes(archive.length)}, binary ${megabytes(executable.content.length)}`);
    archives.push(published);
  }
  return archives;
}

async function makeNpmPackage(packages: readonly BundledPackage[]): Promise<Published> {
  const staging = join(dist, "npm");
  const name = await npmPackage({
    root,
    bundle: bundleFolder,
    man,
    notice: notice(packages, null),
    staging,
    folder: release,
  });
  return { name, sha256: sha256(readFileSync(join(release, name))) };
}

/**
 * A folder for what is in between. Node keeps the path of the script in the binary: the same one makes the same bytes, and
 * tells nothing of the machine.
 */
function makeScratch(): string {
  const scratch = "/tmp/kubectl-refgrant-dist";
  try {
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { mode: 0o700 });
  } catch (error) {
    throw new Error(`${scratch} is somebody else's, or another build is under way: remove it`, { cause: error });
  }
  return scratch;
}

async function main(): Promise<void> {
  const targets = chosenTargets();
  const scratch = makeScratch();
  try {
    rmSync(release, { recursive: true, force: true });
    mkdirSync(release, { recursive: true });
    say("bundling");
    const packages = bundledPackages(root, await bundle({ root, folder: bundleFolder, commit: commitOf(root) }));
    writeManPages(man);
    await makeBinaries(targets, scratch);
    const archives = [...(await makeArchives(targets, packages)), await makeNpmPackage(packages)];
    const { name, version } = project;
    const bill = sbom({ ...project, nodeVersion: runtime, archives }, packages);
    const published = [...archives, publish(`${name}_v${version}.cdx.json`, Buffer.from(bill))];
    const sums = published.map((file) => `${file.sha256}  ${file.name}\n`).join("");
    writeFileSync(join(release, "checksums.txt"), sums);
    say(`${packages.length} packages bundled, ${published.length} files in dist/release`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
