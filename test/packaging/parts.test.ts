import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { PART_HEAD, PART_TAIL, Parts, type PartsHost } from "../../cmd/binary/parts.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "main.cjs": `exports.twice = () => [require("./part.cjs"), require("./part.cjs")]; exports.os = require("node:os");`,
  "part.cjs": `globalThis.partsLoaded = (globalThis.partsLoaded ?? 0) + 1; module.exports = { file: __filename, folder: __dirname };`,
  "circle.cjs": `exports.early = 1; exports.seen = require("./back.cjs").early;`,
  "back.cjs": `exports.early = require("./circle.cjs").early;`,
  "choosy.cjs": `try { exports.found = require("bufferutil"); } catch (error) { exports.error = error.message; }`,
  "broken.cjs": `throw new Error("as it happens");`,
};

/** Compiles with code of an earlier run where there is some, and tells which parts it could use it for. */
function host(code: ReadonlyMap<string, Uint8Array> = new Map(), reused: string[] = []): PartsHost {
  return {
    compile: (filename) => {
      const text = TEXTS[filename];
      if (text === undefined) throw new Error(`there is no ${filename}`);
      const cachedData = code.get(filename);
      const source = `${PART_HEAD}${text}${PART_TAIL}`;
      const script = new Script(source, cachedData === undefined ? { filename } : { filename, cachedData });
      if (script.cachedDataRejected === false) reused.push(filename);
      return { evaluate: () => script.runInThisContext(), code: () => script.createCachedData() };
    },
    builtin: (name) => process.getBuiltinModule(name),
    filename: "/there/kubectl-refgrant",
    dirname: "/there",
  };
}

describe("a program in parts", () => {
  it("loads a part when it is asked for, and once", () => {
    const parts = new Parts(host());
    const main = Object(parts.load("main.cjs"));
    expect([...parts.compiled.keys()]).toEqual(["main.cjs"]);
    const [first, second] = main.twice();
    expect(first).toBe(second);
    expect(first).toEqual({ file: "/there/kubectl-refgrant", folder: "/there" });
    expect(Reflect.get(globalThis, "partsLoaded")).toBe(1);
    expect([...parts.compiled.keys()]).toEqual(["main.cjs", "part.cjs"]);
  });

  it("has Node's own modules", () => {
    expect(Object(new Parts(host()).load("main.cjs")).os).toBe(process.getBuiltinModule("node:os"));
  });

  it("lets parts load each other, as CommonJS does", () => {
    expect(new Parts(host()).load("circle.cjs")).toEqual({ early: 1, seen: 1 });
  });

  it("takes code that was compiled before, and makes the same of it", () => {
    const first = new Parts(host());
    first.load("circle.cjs");
    const code = new Map([...first.compiled].map(([name, part]) => [name, part.code()]));
    const reused: string[] = [];
    expect(new Parts(host(code, reused)).load("circle.cjs")).toEqual({ early: 1, seen: 1 });
    expect(reused).toEqual(["circle.cjs", "back.cjs"]);
  });

  it("says of a module that is not there what Node says, so that a part can do without", () => {
    expect(new Parts(host()).load("choosy.cjs")).toEqual({ error: "Cannot find module 'bufferutil'" });
  });

  it("passes on what a part throws, and what is not there", () => {
    expect(() => new Parts(host()).load("broken.cjs")).toThrow("as it happens");
    expect(() => new Parts(host()).load("none.cjs")).toThrow("there is no none.cjs");
  });
});
