import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ArchivedFile, tarGz, zip } from "../../scripts/dist/archives.ts";

const FILES: readonly ArchivedFile[] = [
  { name: "kubectl-refgrant", content: Buffer.from("#!/bin/sh\n"), executable: true },
  { name: "LICENSE", content: Buffer.from("all of it\n"), executable: false },
  { name: "man/man1/kubectl-refgrant.1", content: Buffer.from(".TH\n"), executable: false },
];

function unpacked(archive: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), "refgrant-archive-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "archive.tar.gz"), archive);
  execFileSync("tar", ["-xzf", "archive.tar.gz"], { cwd: folder });
  return folder;
}

describe("a tar.gz", () => {
  it("unpacks to what went in, with leave to be run where that was given", async () => {
    const folder = unpacked(await tarGz(FILES));
    for (const { name, content, executable } of FILES) {
      expect(readFileSync(join(folder, name))).toEqual(content);
      expect(statSync(join(folder, name)).mode & 0o777, name).toBe(executable ? 0o755 : 0o644);
    }
  });

  it("holds files and folders alone, none above the archive: krew unpacks nothing else", async () => {
    const folder = unpacked(await tarGz(FILES));
    const lines = execFileSync("tar", ["-tvzf", "archive.tar.gz"], { cwd: folder, encoding: "utf8" })
      .trim()
      .split("\n");
    expect(lines.map((line) => `${line[0]} ${line.split(/\s+/).at(-1)}`)).toEqual([
      "d man/",
      "d man/man1/",
      "- kubectl-refgrant",
      "- LICENSE",
      "- man/man1/kubectl-refgrant.1",
    ]);
  });

  it("is the same for the same files, at any time", async () => {
    expect(await tarGz(FILES)).toEqual(await tarGz(FILES));
    // The time in the header of gzip.
    expect((await tarGz(FILES)).readUInt32LE(4)).toBe(0);
  });
});

describe("a zip", () => {
  it("unpacks to what went in", () => {
    const found = unzipSync(zip(FILES));
    expect(Object.keys(found)).toEqual(FILES.map(({ name }) => name));
    for (const { name, content } of FILES) expect(Buffer.from(found[name] ?? [])).toEqual(content);
  });

  it("is the same for the same files, and tells no time of its own", () => {
    const archive = zip(FILES);
    expect(zip(FILES)).toEqual(archive);
    // MS-DOS date of the first entry: the 1st of January 1980.
    expect(archive.readUInt16LE(12)).toBe((1 << 5) | 1);
  });
});
