import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CodeCache, ownFolder } from "../../cmd/binary/code-cache.ts";

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

  it("is not taken from a folder in a folder that others may write", () => {
    const folder = base();
    cacheIn(folder).write("main.cjs", CODE);
    fs.chmodSync(join(folder, "kubectl-refgrant"), 0o777);
    expect(cacheIn(folder).read("main.cjs")).toBeUndefined();
    fs.rmSync(fileIn(folder));
    cacheIn(folder).write("main.cjs", CODE);
    expect(fs.existsSync(fileIn(folder))).toBe(false);
  });

  it("does not go where a relative XDG_CACHE_HOME would lead", () => {
    const folder = base();
    const home = process.env.HOME;
    process.env.HOME = folder;
    onTestFinished(() => {
      process.env.HOME = home;
    });
    new CodeCache("1", { XDG_CACHE_HOME: "here" }, "linux").write("main.cjs", CODE);
    expect(fs.existsSync(fileIn(join(folder, ".cache")))).toBe(true);
    expect(fs.existsSync("here")).toBe(false);
  });

  it("is not kept in the folder that the program is called in, where HOME is empty", () => {
    const home = process.env.HOME;
    process.env.HOME = "";
    onTestFinished(() => {
      process.env.HOME = home;
    });
    expect(() => new CodeCache("1", {}, "linux")).toThrow("no home folder");
    expect(ownFolder("npm", {}, "linux")).toBe(null);
  });

  it.skipIf(!fs.existsSync("/proc/self"))("is not kept where no folder can be made, and that is soon found out", () => {
    cacheIn("/proc").write("main.cjs", CODE);
    expect(ownFolder("npm", { XDG_CACHE_HOME: "/proc" }, "linux")).toBe(null);
  });

  it.skipIf(!fs.existsSync("/dev/full"))("leaves nothing behind where it cannot be written whole", () => {
    const folder = base();
    cacheIn(folder).write("main.cjs", CODE);
    const full = join(fileIn(folder), "..", `other.cjs.${process.pid}`);
    fs.symlinkSync("/dev/full", full);
    cacheIn(folder).write("other.cjs", CODE);
    expect(fs.readdirSync(join(fileIn(folder), ".."))).toEqual(["main.cjs"]);
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

describe("a folder of the user's own", () => {
  it("is made for the user alone", () => {
    const folder = base();
    const made = ownFolder("npm", { XDG_CACHE_HOME: folder }, "linux");
    expect(made).toBe(join(folder, "kubectl-refgrant", "npm"));
    expect(fs.statSync(made ?? "").mode & 0o777).toBe(0o700);
  });

  it("is none where others may write in it, or where it cannot be made", () => {
    const folder = base();
    fs.mkdirSync(join(folder, "kubectl-refgrant", "npm"), { recursive: true, mode: 0o700 });
    fs.chmodSync(join(folder, "kubectl-refgrant", "npm"), 0o777);
    expect(ownFolder("npm", { XDG_CACHE_HOME: folder }, "linux")).toBe(null);
    fs.writeFileSync(join(folder, "file"), "");
    expect(ownFolder("npm", { XDG_CACHE_HOME: join(folder, "file") }, "linux")).toBe(null);
  });
});
