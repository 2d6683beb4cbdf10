import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { PART_HEAD, PART_TAIL } from "../cmd/binary/parts.ts";
import { COMPLETION_SHIM } from "../cmd/completion/scripts.ts";
import { bundle, MAIN, PARTS } from "./bundle.ts";
import { commitOf } from "./commit.ts";
import { type ArchivedFile, tarGz, zip } from "./dist/archives.ts";
import { compileAhead } from "./dist/code.ts";
import { withoutSymbols } from "./dist/elf.ts";
import { makeExecutables } from "./dist/executable.ts";
import { nodeExecutable, nodeLicence, nodeVersion, seedPkg } from "./dist/node-binaries.ts";
import { npmPackage } from "./dist/npm-package.ts";
import { bundledPackages, notice } from "./dist/packages.ts";
import { sbom } from "./dist/sbom.ts";
import { signAdHoc } from "./dist/signing.ts";
import { archiveName, executableName, TARGETS, type Target } from "./dist/targets.ts";
import { writeManPages } from "./man.ts";

// Everything of a release, below dist/: a folder for each binary, and dist/release with what is published.
//   node scripts/dist.ts [--targets linux_amd64,darwin_arm64]

/** A run is short: with room for what it makes, most need no garbage collection. */
const EXEC_ARGV = ["--min-semi-space-size=16"];
const root = dirname(import.meta.dirname);
const dist = join(root, "dist");
const release = join(dist, "release");

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
const say = (text: string): void => void process.stderr.write(`dist: ${text}\n`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function chosenTargets(): readonly Target[] {
  const { values } = parseArgs({ options: { targets: { type: "string" } } });
  const names = values.targets?.split(",") ?? TARGETS.map(({ name }) => name);
  return names.map((name) => {
    const found = TARGETS.find((target) => target.name === name);
    if (found === undefined)
      throw new Error(`there is no target ${name}, only ${TARGETS.map((target) => target.name).join(", ")}`);
    return found;
  });
}

/** The bundle as the parts of a single executable, and the program that loads them. */
async function layOut(
  bundleFolder: string,
  scratch: string,
  build_: string,
): Promise<{ readonly entry: string; readonly parts: string }> {
  const parts = join(scratch, "parts");
  mkdirSync(parts);
  for (const name of [MAIN, ...PARTS]) {
    const text = readFileSync(join(bundleFolder, name));
    // It is read as Latin-1, in which ASCII is itself.
    if (text.some((byte) => byte > 0x7f)) throw new Error(`${name} is not ASCII`);
    writeFileSync(join(parts, name), `${PART_HEAD}${text.toString("latin1")}${PART_TAIL}`);
  }
  const entry = join(scratch, "start.cjs");
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, "cmd/binary/start.ts")],
    outfile: entry,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node26",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "warning",
    define: { __BUILD__: JSON.stringify(build_), __MAIN__: JSON.stringify(MAIN) },
  });
  return { entry, parts };
}

const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, join(folder, name)]));

async function main(): Promise<void> {
  const targets = chosenTargets();
  const { name, version, description, license, homepage }: Record<string, string> = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  if (
    name === undefined ||
    version === undefined ||
    description === undefined ||
    license === undefined ||
    homepage === undefined
  ) {
    throw new Error("package.json lacks a name, version, description, license or homepage");
  }
  // Node keeps the path of the script in the binary: the same one makes the same bytes, and tells nothing of the machine.
  const scratch = "/tmp/kubectl-refgrant-dist";
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
  try {
    rmSync(release, { recursive: true, force: true });
    mkdirSync(release, { recursive: true });

    say("bundling");
    const bundleFolder = join(dist, "bundle");
    const metafile = await bundle({ root, folder: bundleFolder, commit: commitOf(root) });
    const packages = bundledPackages(root, metafile);
    const runtime = nodeVersion(root, TARGETS);
    const bundled = Buffer.concat([MAIN, ...PARTS].map((file) => readFileSync(join(bundleFolder, file))));
    const man = join(dist, "man");
    writeManPages(man);

    const { entry, parts } = await layOut(
      bundleFolder,
      scratch,
      `${version}-${runtime}-${sha256(bundled).slice(0, 16)}`,
    );
    const sameSystem = ({ nodeOs, arch }: Target): boolean =>
      nodeOs === process.platform && arch === process.arch && process.versions.node === runtime;
    const own = targets.filter(sameSystem);
    const home = join(scratch, "home");
    for (const target of targets) {
      const node = await nodeExecutable(root, target);
      seedPkg(home, target, runtime, target.platform === "linux" ? withoutSymbols(node) : node);
    }
    const licence = await nodeLicence(root);
    if (own.length > 0) {
      say("compiling ahead");
      const code = join(scratch, "code");
      await compileAhead(root, parts, code, EXEC_ARGV);
      const compiled = readdirSync(code).filter((file) => file.endsWith(".code"));
      const assets = { ...filesIn(parts), ...Object.fromEntries(compiled.map((file) => [file, join(code, file)])) };
      await makeExecutables(
        own,
        { entry, assets, execArgv: EXEC_ARGV },
        { folder: dist, home, nodeVersion: runtime, ownCode: true },
      );
    }
    const others = targets.filter((target) => !sameSystem(target));
    if (others.length > 0) {
      const assets = filesIn(parts);
      await makeExecutables(
        others,
        { entry, assets, execArgv: EXEC_ARGV },
        { folder: dist, home, nodeVersion: runtime, ownCode: false },
      );
    }

    const texts: readonly ArchivedFile[] = [
      { name: "LICENSE", content: readFileSync(join(root, "LICENSE")), executable: false },
      { name: "NOTICE", content: Buffer.from(notice(packages, { version: runtime, licence })), executable: false },
    ];
    const unix: readonly ArchivedFile[] = [
      { name: "kubectl_complete-refgrant", content: Buffer.from(COMPLETION_SHIM), executable: true },
      ...readdirSync(man)
        .toSorted()
        .map((page) => ({ name: `man/man1/${page}`, content: readFileSync(join(man, page)), executable: false })),
    ];
    const archives: { readonly name: string; readonly sha256: string }[] = [];
    for (const target of targets) {
      const file = join(dist, target.name, executableName(target));
      if (target.platform === "macos") signAdHoc(file);
      const executable: ArchivedFile = { name: executableName(target), content: readFileSync(file), executable: true };
      const windows = target.platform === "win";
      if (!windows)
        writeFileSync(join(dist, target.name, "kubectl_complete-refgrant"), COMPLETION_SHIM, { mode: 0o755 });
      const archive = windows ? zip([executable, ...texts]) : await tarGz([executable, ...texts, ...unix]);
      const archived = archiveName(target, version);
      writeFileSync(join(release, archived), archive);
      archives.push({ name: archived, sha256: sha256(archive) });
      say(`${archived}: ${megabytes(archive.length)}, binary ${megabytes(executable.content.length)}`);
    }

    const packed = npmPackage({
      root,
      bundle: bundleFolder,
      man,
      notice: notice(packages, null),
      staging: join(dist, "npm"),
      folder: release,
    });
    archives.push({ name: packed, sha256: sha256(readFileSync(join(release, packed))) });
    const bill = `${name}_v${version}.cdx.json`;
    writeFileSync(
      join(release, bill),
      sbom({ name, version, description, license, homepage, nodeVersion: runtime, archives }, packages),
    );
    const sums = [...archives, { name: bill, sha256: sha256(readFileSync(join(release, bill))) }];
    writeFileSync(
      join(release, "checksums.txt"),
      sums.map(({ name: file, sha256: sum }) => `${sum}  ${file}\n`).join(""),
    );
    say(`${packages.length} packages bundled, ${sums.length} files in dist/release`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
