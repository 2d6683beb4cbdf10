import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SHELLS } from "../../cmd/choices.ts";
import { COMPLETION, INSTALL_COMPLETION } from "../../cmd/commands/completion.ts";
import { COMPLETION_SHIM, scriptFor } from "../../cmd/completion/scripts.ts";
import { manPages, roffText } from "../../cmd/man.ts";
import { runCli } from "../harness/cli.ts";

const folder = "/nonexistent";

describe("completion SHELL", () => {
  it.each(SHELLS)("prints what is for %s", async (shell) => {
    const { stdout, stderr, exitCode } = await runCli(["completion", shell], { folder });
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: scriptFor(shell), stderr: "", exitCode: 0 });
    expect(stdout).toContain("kubectl-refgrant __complete");
    expect(stdout.endsWith("\n")).toBe(true);
  });

  it("prints two lines for kubectl, which any shell runs", async () => {
    expect((await runCli(["completion", "kubectl"], { folder })).stdout).toBe(COMPLETION_SHIM);
    expect(COMPLETION_SHIM).toBe('#!/bin/sh\nexec kubectl-refgrant __complete "$@"\n');
  });

  it.each([
    [[], "completion takes the name of a shell, one of bash, zsh, fish, powershell, kubectl"],
    [["zhs"], 'completion has nothing for "zhs" (did you mean zsh?), only for bash, zsh, fish, powershell, kubectl'],
    [["tcsh"], 'completion has nothing for "tcsh"'],
    [["bash", "zsh"], 'completion takes one SHELL, found "zsh"'],
  ])("refuses %j", async (words, message) => {
    const { stdout, stderr, exitCode } = await runCli(["completion", ...words], { folder });
    expect(stderr).toContain(message);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
  });

  it("is named by the overview and its help, and what kubectl calls is not", async () => {
    const overview = (await runCli(["--help"], { folder })).stdout;
    const help = (await runCli(["completion", "--help"], { folder })).stdout;
    expect(overview).toContain("completion");
    for (const shell of SHELLS) expect(help).toContain(shell);
    expect(overview + help).not.toContain("__complete");
    expect((await runCli(["__complet"], { folder })).stderr).not.toContain("__complete");
  });
});

describe("the line that installs it behind krew", () => {
  it("is in the help and the manual page", async () => {
    const help = (await runCli(["completion", "--help"], { folder })).stdout.split("\n");
    expect(help).toContain(`  ${INSTALL_COMPLETION}`);
    expect(manPages([COMPLETION], "").get("kubectl-refgrant-completion.1")).toContain(
      `\n${roffText(INSTALL_COMPLETION)}\n`,
    );
  });

  it.each([
    ["where krew is told to be", "my krew"],
    ["in the home folder", ""],
  ])("puts an executable %s, with what any sh has", (_, root) => {
    const home = mkdtempSync(join(tmpdir(), "refgrant-krew-"));
    try {
      const place = join(home, root || ".krew");
      mkdirSync(join(place, "bin"), { recursive: true });
      const kubectl = `kubectl() { [ "$*" = "refgrant completion kubectl" ] && printf '%s' "$SHIM"; }\n`;
      const { status, stderr } = spawnSync("sh", ["-c", `umask 077\n${kubectl}${INSTALL_COMPLETION}`], {
        encoding: "utf8",
        env: { PATH: process.env.PATH, HOME: home, SHIM: COMPLETION_SHIM, KREW_ROOT: root && place },
      });
      const file = join(place, "bin", "kubectl_complete-refgrant");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(readFileSync(file, "utf8")).toBe(COMPLETION_SHIM);
      expect(statSync(file).mode & 0o777).toBe(0o755);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

it("the script in bash takes a line for the end only where it is a number behind a colon, whole", () => {
  const [, test = ""] = /if (\[\[ \$line =~ .*? \]\]); then/.exec(scriptFor("bash")) ?? [];
  expect(test).not.toBe("");
  for (const [line, status] of [
    [":4", 0],
    [":12", 0],
    [":0anything", 1],
    [":0]+a[$(echo 1)", 1],
    [":", 1],
    ["x:4", 1],
  ] as const)
    expect(spawnSync("bash", ["-c", `line=$1; ${test}`, "bash", line]).status, line).toBe(status);
});

describe.each(["bash", "zsh", "fish", "sh"] as const)("the script in %s", (shell) => {
  const missing = spawnSync(shell, ["-c", "true"]).error !== undefined;

  it.skipIf(missing)("is understood, without running anything", () => {
    const scratch = mkdtempSync(join(tmpdir(), "refgrant-completion-"));
    try {
      const file = join(scratch, "script");
      writeFileSync(file, scriptFor(shell === "sh" ? "kubectl" : shell));
      const { status, stderr } = spawnSync(shell, ["-n", file], {
        encoding: "utf8",
        env: { ...process.env, HOME: scratch },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});

describe("the script for powershell", () => {
  const script = scriptFor("powershell");

  it("closes what it opens", () => {
    const count = (text: string) => script.split(text).length - 1;
    for (const [open, close] of ["()", "{}", "[]"]) expect(count(open ?? ""), open).toBe(count(close ?? ""));
    expect(count("'") % 2).toBe(0);
  });

  it("registers a native completer, and parts an offer at its tab", () => {
    expect(script).toContain("Register-ArgumentCompleter -Native -CommandName 'kubectl-refgrant'");
    expect(script).toContain('-split "`t", 2');
  });
});
