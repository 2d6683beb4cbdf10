import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CodeCache } from "../../cmd/binary/code-cache.ts";

const CODE = { code: new Uint8Array([1, 2, 3, 4]), runs: 3 };

function base(): string {
  const folder = fs.mkdtempSync(join(tmpdir(), "refgrant-code-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const cacheIn = (folder: string, build = "1"): CodeCache => new CodeCache(build, { XDG_CACHE_HOME: folder }, "linux");
const fileIn = (folder: string, build = "1"): string => join(folder, "kubectl-refgrant", `code-${build}`, "main.cjs");

describe("compiled code in the user's cache folder", () => {
  it("is there in the next run", () => {
    const folder = base();
    cacheIn(folder).write("main.cjs", CODE);
    expect(cacheIn(folder).read("main.cjs")).toEqual({ code: Buffer.from(CODE.code), runs: 3 });
  });

  it("is the user's alone", () => {
    const folder = base();
    cacheIn(folder).write("main.cjs", CODE);
    expect(fs.statSync(fileIn(folder)).mode & 0o777).toBe(0o600);
    expect(fs.statSync(join(fileIn(folder), "..")).mode & 0o777).toBe(0o700);
  });

  it("is not that of another build, which it replaces", () => {
    const folder = base();
    cacheIn(folder, "old").write("main.cjs", CODE);
    fs.mkdirSync(join(folder, "kubectl-refgrant", "somebody-elses"));
    expect(cacheIn(folder, "new").read("main.cjs")).toBeUndefined();
    cacheIn(folder, "new").write("main.cjs", CODE);
    expect(fs.readdirSync(join(folder, "kubectl-refgrant")).toSorted()).toEqual(["code-new", "somebody-elses"]);
  });

  it("leaves no half a file behind", () => {
    const folder = base();
    cacheIn(folder).write("main.cjs", CODE);
    cacheIn(folder).write("main.cjs", { ...CODE, runs: 4 });
    expect(fs.readdirSync(join(fileIn(folder), ".."))).toEqual(["main.cjs"]);
    expect(cacheIn(folder).read("main.cjs")?.runs).toBe(4);
  });

  it.each([
    ["a byte is another", (file: string) => fs.writeFileSync(file, fs.readFileSync(file).fill(9, 9, 10))],
    ["it is cut off", (file: string) => fs.truncateSync(file, 10)],
    ["it is empty", (file: string) => fs.truncateSync(file, 0)],
    [
      "it is a folder",
      (file: string) => {
        fs.rmSync(file);
        fs.mkdirSync(file);
      },
    ],
    ["others may write it", (file: string) => fs.chmodSync(file, 0o666)],
    ["others may write its folder", (file: string) => fs.chmodSync(join(file, ".."), 0o777)],
    [
      "it is a link",
      (file: string) => {
        fs.renameSync(file, `${file}.real`);
        fs.symlinkSync(`${file}.real`, file);
      },
    ],
  ])("is taken for absent where %s", (_, spoil) => {
    const folder = base();
    cacheIn(folder).write("main.cjs", CODE);
    spoil(fileIn(folder));
    expect(cacheIn(folder).read("main.cjs")).toBeUndefined();
  });

  it("is not written where that is not possible, without a word", () => {
    const folder = base();
    fs.writeFileSync(join(folder, "kubectl-refgrant"), "a file stands in the way");
    cacheIn(folder).write("main.cjs", CODE);
    expect(cacheIn(folder).read("main.cjs")).toBeUndefined();
  });

  it("stands where each system keeps such things", () => {
    const folder = base();
    new CodeCache("1", { LOCALAPPDATA: folder }, "win32").write("main.cjs", CODE);
    expect(fs.existsSync(fileIn(folder))).toBe(true);
  });
});
