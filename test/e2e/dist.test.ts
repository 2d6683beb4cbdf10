import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import project from "../../package.json" with { type: "json" };
import { describeSignature } from "../../scripts/dist/signing.ts";
import { archiveName, executableName, TARGETS, type Target } from "../../scripts/dist/targets.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { releaseFolder } from "./harness/release.ts";

/** What `make dist` made, as somebody who downloads it has it. Left out where nothing has been made. */

const release = releaseFolder();
const scratch = mkdtempSync(join(tmpdir(), "refgrant-dist-test-"));
const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** A folder of a test's own. */
function folder(name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  return path;
}

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The head of an executable: which system and processor it is for. */
function systemOf(file: Buffer): string {
  if (file.toString("latin1", 0, 4) === "\x7fELF") {
    return `linux ${new Map([
      [0x3e, "x64"],
      [0xb7, "arm64"],
    ]).get(file.readUInt16LE(0x12))}`;
  }
  if (file.readUInt32LE(0) === 0xfeedfacf) {
    return `macos ${new Map([
      [0x01000007, "x64"],
      [0x0100000c, "arm64"],
    ]).get(file.readUInt32LE(4))}`;
  }
  const header = file.readUInt32LE(0x3c);
  if (file.toString("latin1", header, header + 4) === "PE\0\0") {
    return `win ${file.readUInt16LE(header + 4) === 0x8664 ? "x64" : "other"}`;
  }
  return "none";
}

describe.skipIf(release === null)("a release", () => {
  const from = release ?? "";
  const unpacked = new Map<Target, string>();
  const made = TARGETS.filter((target) => existsSync(join(from, archiveName(target, project.version))));

  beforeAll(() => {
    for (const target of made) {
      const into = folder(target.name);
      const archive = join(from, archiveName(target, project.version));
      if (target.archive === "tar.gz") execFileSync("tar", ["-xzf", archive, "-C", into]);
      else
        for (const [name, content] of Object.entries(unzipSync(readFileSync(archive))))
          writeFileSync(join(into, name), content);
      unpacked.set(target, into);
    }
  });

  test("has what checksums.txt lists, and it is that", () => {
    const lines = readFileSync(join(from, "checksums.txt"), "utf8").trimEnd().split("\n");
    const listed = lines.map((line) => line.split("  "));
    for (const [sum, name = ""] of listed) expect(sha256(join(from, name)), name).toBe(sum);
    // The manifest for krew is made from the sums, so it is not among them.
    const others = readdirSync(from).filter((name) => !["checksums.txt", "refgrant.yaml"].includes(name));
    expect(listed.map(([, name]) => name).toSorted()).toEqual(others.toSorted());
  });

  test.each(made.map((target) => [target.name, target] as const))(
    "the archive for %s has the binary, and what belongs to it",
    (_, target) => {
      const into = unpacked.get(target) ?? "";
      const windows = target.platform === "win";
      expect(readdirSync(into).toSorted()).toEqual(
        [
          "LICENSE",
          "NOTICE",
          executableName(target),
          ...(windows ? [] : ["kubectl_complete-refgrant", "man"]),
        ].toSorted(),
      );
      expect(systemOf(readFileSync(join(into, executableName(target))))).toBe(`${target.platform} ${target.arch}`);
      expect(readFileSync(join(into, "LICENSE"))).toEqual(readFileSync(join(repositoryRoot, "LICENSE")));
      expect(readFileSync(join(into, "NOTICE"), "utf8")).toContain("Node.js is licensed for use as follows");
    },
  );

  test.each(made.filter(({ platform }) => platform === "macos").map((target) => [target.name, target] as const))(
    "the binary for %s is signed ad hoc: without a signature macOS ends it",
    (_, target) => {
      const said = describeSignature(join(unpacked.get(target) ?? "", executableName(target)));
      expect(said).toMatch(/Flags:\s+adhoc\n/);
      expect(said).toMatch(/ID:\s+kubectl-refgrant\n/);
    },
  );

  describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("on a machine without anything", () => {
    const home = join(scratch, "home");
    const binary = (): string => join(scratch, "linux_amd64", "kubectl-refgrant");
    const run = (args: readonly string[], env: Record<string, string> = {}) =>
      spawnSync(binary(), args, {
        encoding: "utf8",
        cwd: repositoryRoot,
        env: { HOME: home, LANG: "C.UTF-8", ...env },
      });

    beforeAll(() => mkdirSync(home, { recursive: true }));

    test("the binary runs, with no Node and no PATH", () => {
      expect(run(["version"])).toMatchObject({
        stdout: `kubectl-refgrant v${project.version}\n`,
        stderr: "",
        status: 0,
      });
      const audit = run(["audit", "-f", "examples/world"]);
      expect(audit.status).toBe(1);
      expect(audit.stdout).toContain("RefNotPermitted");
      expect(audit.stderr).toBe("");
    });

    test("it says what it is", () => {
      const said = JSON.parse(run(["version", "-o", "json"]).stdout);
      expect(said.clientVersion).toMatchObject({ gitVersion: `v${project.version}`, platform: "linux/amd64" });
      expect(said.clientVersion.gitCommit).toMatch(/^([0-9a-f]{40}(-dirty)?|unknown)$/);
    });

    test("it leaves nothing behind, since its code is compiled already", () => {
      for (const args of [["version"], ["audit", "-f", "examples/world"], ["scaffold", "-f", "examples/world"]])
        run(args);
      expect(readdirSync(home)).toEqual([]);
    });

    test("it runs in a folder that cannot be written, with a home that is not there", () => {
      const locked = folder("locked");
      chmodSync(locked, 0o555);
      const { status, stderr } = spawnSync(binary(), ["version"], {
        cwd: locked,
        encoding: "utf8",
        env: { HOME: "/nonexistent" },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });

    test("what is meant for other programs of Node does not disturb it", () => {
      for (const NODE_OPTIONS of ["--require /nonexistent.js", "--inspect-brk", "--no-such-flag"]) {
        expect(run(["version"], { NODE_OPTIONS })).toMatchObject({ stderr: "", status: 0 });
      }
    });

    test("its flags are its own, and none of Node's", () => {
      expect(run(["--eval", "1"])).toMatchObject({ stdout: "", status: 2 });
      expect(run(["--inspect"])).toMatchObject({ stdout: "", status: 2 });
    });

    test("what asks for completions goes with it", () => {
      const path = [join(scratch, "linux_amd64"), "/usr/bin", "/bin"].join(":");
      const shim = join(scratch, "linux_amd64", "kubectl_complete-refgrant");
      const { stdout, status } = spawnSync(shim, ["why-d"], { encoding: "utf8", env: { HOME: home, PATH: path } });
      expect(status).toBe(0);
      expect(stdout).toMatch(/^why-denied\t/);
    });
  });

  test("the npm package runs where only it is installed, and brings no others", () => {
    const at = folder("npm");
    const archive = join(from, `kubectl-refgrant-${project.version}.tgz`);
    execFileSync(
      "npm",
      ["install", "--global", "--prefix", at, "--offline", "--no-audit", "--loglevel=error", archive],
      {
        env: { ...process.env, HOME: folder("npm-home") },
      },
    );
    expect(existsSync(join(at, "lib/node_modules/kubectl-refgrant/node_modules"))).toBe(false);
    const env = { HOME: folder("npm-home"), PATH: [join(process.execPath, ".."), "/usr/bin", "/bin"].join(":") };
    const ran = spawnSync(join(at, "bin/kubectl-refgrant"), ["version"], { encoding: "utf8", env });
    expect(ran).toMatchObject({ stdout: `kubectl-refgrant v${project.version}\n`, stderr: "", status: 0 });
    expect(readdirSync(join(env.HOME, ".cache", "kubectl-refgrant"))).toEqual(["npm"]);
    const completed = spawnSync(join(at, "bin/kubectl_complete-refgrant"), ["expl"], { encoding: "utf8", env });
    expect(completed.stdout).toMatch(/^explain\t/);
  });

  test("the man pages are there, one for each command", () => {
    const pages = readdirSync(join(scratch, "linux_amd64/man/man1"));
    for (const name of ["", "-audit", "-why-denied", "-explain", "-scaffold", "-completion"]) {
      expect(pages).toContain(`kubectl-refgrant${name}.1`);
    }
  });
});
