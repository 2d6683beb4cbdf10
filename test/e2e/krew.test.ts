import { createHash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import project from "../../package.json" with { type: "json" };
import { archiveName, executableName, TARGETS, type Target } from "../../scripts/dist/targets.ts";
import { krewManifest, readChecksums } from "../../scripts/krew/manifest.ts";
import { ensureAssets, ensureTool } from "./harness/assets.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { cleanEnv, cleanUpAfterDeath, type ProcessResult, runProcess } from "./harness/processes.ts";
import { releaseFolder } from "./harness/release.ts";

/** The real krew: from its manifest and an archive to the first answer, with nothing but kubectl and krew's links on PATH. */

const TAG = `v${project.version}`;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
const HOST = TARGETS.find(({ name }) => name === `${process.platform}_${ARCHITECTURES[process.arch]}`);

/** The program of that name on PATH, by its full path. */
function onPath(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

const given = process.env.KREW;
const git = onPath("git");
const release = releaseFolder();
if (git === undefined)
  process.stderr.write("e2e: krew reads its index with git, which is not here: its tests are left out.\n");
if (release === null) process.stderr.write("e2e: no release in dist/release (make dist): krew installs a stand-in.\n");

const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** Archives as a release has them, of an executable that knows nothing but its version. */
async function makeStandIn(folder: string): Promise<void> {
  const parts = join(folder, "parts");
  mkdirSync(parts, { recursive: true });
  const contents = {
    "kubectl-refgrant": `#!/bin/sh\necho "kubectl-refgrant ${TAG}"\n`,
    LICENSE: readFileSync(join(repositoryRoot, "LICENSE"), "utf8"),
    NOTICE: "What is in the binary.\n",
  };
  for (const [file, text] of Object.entries(contents)) writeFileSync(join(parts, file), text);
  chmodSync(join(parts, "kubectl-refgrant"), 0o755);
  const pack = async (target: Target): Promise<string> => {
    const archive = join(folder, archiveName(target, project.version));
    if (target.archive === "zip") {
      const bytes = Object.entries(contents).map(([file, text]) => [
        file === "kubectl-refgrant" ? executableName(target) : file,
        new TextEncoder().encode(text),
      ]);
      writeFileSync(archive, zipSync(Object.fromEntries(bytes)));
    } else {
      // A file of its own in each, so that no two archives have one checksum.
      writeFileSync(join(parts, "platform"), `${target.name}\n`);
      const args = ["-czf", archive, "-C", parts, ...Object.keys(contents), "platform"];
      expect(await runProcess("tar", args, { env: cleanEnv() })).toMatchObject({ code: 0 });
    }
    return `${sha256(archive)}  ${basename(archive)}\n`;
  };
  const lines: string[] = [];
  for (const target of TARGETS) lines.push(await pack(target));
  writeFileSync(join(folder, "checksums.txt"), lines.join(""));
}

/** Serves the files of a folder on loopback. */
function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const file = join(folder, basename(request.url ?? ""));
    if (existsSync(file) && statSync(file).isFile()) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe.skipIf(git === undefined || HOST === undefined)("krew", () => {
  let scratch: string;
  let archives: string;
  let server: Server;
  /** The manifest as it is written, and with the archives taken from the loopback server. */
  let manifest: string;
  let local: string;

  const folder = (name: string): string => {
    const path = join(scratch, name);
    mkdirSync(path, { recursive: true });
    return path;
  };

  const archiveOf = (target: Target | undefined): string => {
    if (target === undefined) throw new Error("There is no release for this machine.");
    return join(archives, archiveName(target, project.version));
  };

  /** A home and a folder of krew that nobody has used. */
  const somebody = (name: string): { readonly home: string; readonly root: string } => ({
    home: folder(`${name}-home`),
    root: join(scratch, name),
  });
  type Somebody = ReturnType<typeof somebody>;

  /** Runs kubectl with krew's links on PATH, and only what else is named. */
  const kubectl = (who: Somebody, args: readonly string[], more: readonly string[] = []): Promise<ProcessResult> =>
    runProcess("kubectl", args, {
      cwd: repositoryRoot,
      env: {
        HOME: who.home,
        TMPDIR: tmpdir(),
        PATH: [join(who.root, "bin"), folder("kubectl"), ...more].join(delimiter),
        KREW_ROOT: who.root,
        KREW_NO_UPGRADE_CHECK: "1",
        KREW_DEFAULT_INDEX_URI: `file://${join(scratch, "index")}`,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
      },
    });

  const krew = async (who: Somebody, ...args: readonly string[]): Promise<ProcessResult> =>
    kubectl(who, ["krew", ...args], [folder("krew"), dirname(git ?? "")]);

  const krewSucceeds = async (who: Somebody, ...args: readonly string[]): Promise<ProcessResult> => {
    const result = await krew(who, ...args);
    expect(result.code, result.stderr).toBe(0);
    return result;
  };

  /** The folder of krew without its copy of the index: what of a plugin is there. */
  const left = ({ root }: Somebody): readonly string[] =>
    globSync("{bin,store,receipts}/**", { cwd: root, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .toSorted();

  const installed = (version: string): readonly string[] =>
    [
      "bin/kubectl-refgrant",
      "receipts/refgrant.yaml",
      ...["LICENSE", "NOTICE", "kubectl-refgrant"].map((file) => `store/refgrant/${version}/${file}`),
    ].toSorted();

  const writeManifest = (text: string, name: string): string => {
    const file = join(folder(name), "refgrant.yaml");
    writeFileSync(file, text);
    return file;
  };

  const ofVersion = (text: string, version: string): string => text.replace(/^( {2}version: ).*$/m, `$1${version}`);

  /** The index has the manifest from now on. */
  const publish = async (text: string): Promise<void> => {
    const index = folder("index");
    mkdirSync(join(index, "plugins"), { recursive: true });
    writeFileSync(join(index, "plugins", "refgrant.yaml"), text);
    const identity = ["-c", "user.name=index", "-c", "user.email=index@example.com"];
    for (const args of [
      ["init", "-q"],
      ["add", "-A"],
      [...identity, "commit", "-q", "-m", "refgrant"],
    ]) {
      const result = await runProcess(git ?? "git", args, { cwd: index, env: cleanEnv() });
      expect(result.code, result.stderr).toBe(0);
    }
  };

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "refgrant-krew-"));
    cleanUpAfterDeath(scratch);
    symlinkSync((await ensureAssets()).kubectl, join(folder("kubectl"), "kubectl"));
    const program =
      (given === "" ? undefined : given) ??
      onPath("kubectl-krew", "krew") ??
      (await ensureTool("krew", "sigs.k8s.io/krew/cmd/krew"));
    symlinkSync(program, join(folder("krew"), "kubectl-krew"));
    archives = release ?? folder("release");
    if (release === null) await makeStandIn(archives);
    server = await serve(archives);
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
    manifest = krewManifest(project, readChecksums(readFileSync(join(archives, "checksums.txt"), "utf8")));
    local = manifest.replaceAll(`${project.homepage}/releases/download/${TAG}/`, `http://127.0.0.1:${address.port}/`);
  });

  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  test("installs the archive of this machine from the manifest, and kubectl runs it with nothing else on PATH", async () => {
    const who = somebody("by-manifest");
    const archive = archiveOf(HOST);
    const install = await krewSucceeds(
      who,
      "install",
      `--manifest=${writeManifest(manifest, "manifest")}`,
      `--archive=${archive}`,
    );
    expect(install.stderr).toContain("Installed plugin: refgrant\n");
    expect(install.stderr).toContain("kubectl refgrant completion kubectl > ");

    expect(left(who)).toEqual(installed(TAG));
    expect(readlinkSync(join(who.root, "bin/kubectl-refgrant"))).toBe(
      join(who.root, `store/refgrant/${TAG}/kubectl-refgrant`),
    );
    expect(await kubectl(who, ["refgrant", "version"])).toEqual({
      stdout: `kubectl-refgrant ${TAG}\n`,
      stderr: "",
      code: 0,
    });
    const list = await kubectl(who, ["plugin", "list"]);
    expect(list).toMatchObject({ stderr: "", code: 0 });
    expect(list.stdout).toMatch(/^The following compatible plugins are available:\n\n\S+\/kubectl-refgrant\n$/);
  });

  test.skipIf(release === null)("answers from files once it is installed, without Node", async () => {
    const who = somebody("answer");
    await krewSucceeds(
      who,
      "install",
      `--manifest=${writeManifest(manifest, "answer-manifest")}`,
      `--archive=${archiveOf(HOST)}`,
    );
    const audit = await kubectl(who, ["refgrant", "audit", "-f", "examples/world"]);
    expect(audit.stdout).toContain("RefNotPermitted");
    expect(audit).toMatchObject({ stderr: expect.not.stringContaining("Error"), code: 1 });
  });

  test("is found in an index, installed, upgraded and uninstalled, and leaves nothing", async () => {
    const who = somebody("by-index");
    await publish(ofVersion(local, "v0.0.1"));
    await krewSucceeds(who, "update");
    const search = await krewSucceeds(who, "search", "refgrant");
    expect(search.stdout).toMatch(/^refgrant +Audit and explain Gateway API ReferenceGrants +no *$/m);
    const info = await krewSucceeds(who, "info", "refgrant");
    expect(info.stdout).toContain("VERSION: v0.0.1\n");

    await krewSucceeds(who, "install", "refgrant");
    expect(left(who)).toEqual(installed("v0.0.1"));

    await publish(local);
    const upgrade = await krewSucceeds(who, "upgrade", "refgrant");
    expect(upgrade.stderr).toContain("Upgraded plugin: refgrant");
    expect(left(who)).toEqual(installed(TAG));
    expect(await kubectl(who, ["refgrant", "version"])).toMatchObject({ stdout: `kubectl-refgrant ${TAG}\n`, code: 0 });

    await krewSucceeds(who, "uninstall", "refgrant");
    expect(left(who)).toEqual([]);
    expect(readdirSync(who.home)).toEqual([]);
    expect(await kubectl(who, ["refgrant", "version"])).toMatchObject({ code: 1 });
  });

  test("an archive that is not the manifest's is not installed", async () => {
    const who = somebody("tampered");
    const sum = sha256(archiveOf(HOST));
    const other = writeManifest(
      local.replace(
        sum,
        sum.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
      ),
      "tampered-manifest",
    );
    const result = await krew(who, "install", `--manifest=${other}`);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain("checksum does not match");
    expect(left(who)).toEqual([]);
  });

  test("the checks of krew's index pass: every platform installs, with its licence", async () => {
    const validate = await ensureTool("krew", "sigs.k8s.io/krew/cmd/validate-krew-manifest");
    const whole = TARGETS.every((target) => existsSync(join(archives, archiveName(target, project.version))));
    expect(whole || release !== null).toBe(true);
    const result = await runProcess(
      validate,
      ["-manifest", writeManifest(local, "validated"), ...(whole ? [] : ["-skip-install"])],
      {
        env: cleanEnv({ PATH: [folder("kubectl"), folder("krew"), dirname(git ?? "")].join(delimiter) }),
      },
    );
    expect(result.code, result.stderr).toBe(0);
    if (whole) expect(result.stderr).toContain("all 5 spec.platforms installed fine");
  });
});
