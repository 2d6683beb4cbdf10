import { dirname } from "node:path";
import sea from "node:sea";
import { Script } from "node:vm";
import { CodeCache } from "./code-cache.ts";
import { type CompiledPart, Parts } from "./parts.ts";

// Where the program starts that is one file with its own Node: the bundle, which cmd/main.ts begins elsewhere, is among its assets.

/** What the compiled code that is kept is good for: this bundle under this Node. Set by the build. */
declare const __BUILD__: string;
/** The file of the bundle that is run. */
declare const __MAIN__: string;

/** Runs that add to what is kept: after so many there is little that the next one lacks. */
const LEARNING_RUNS = 8;

/** Code that the build compiled; binaries of other systems than the one that it ran on have none. */
function builtIn(name: string): Uint8Array | undefined {
  try {
    return new Uint8Array(sea.getRawAsset(`${name}.code`));
  } catch {
    return undefined;
  }
}

function userCache(): CodeCache | null {
  if (process.env.NODE_DISABLE_COMPILE_CACHE !== undefined) return null;
  try {
    return new CodeCache(__BUILD__, process.env, process.platform);
  } catch {
    return null;
  }
}

let cache: CodeCache | null | undefined;
/** Parts whose code is the user's, with the number of runs that added to it. */
const learning = new Map<string, number>();

function kept(name: string): Uint8Array | undefined {
  cache ??= userCache();
  const { code, runs = 0 } = cache?.read(name) ?? {};
  learning.set(name, runs);
  return code;
}

/** A script with what was compiled of it before; null where there is none, or it does not fit. */
function reusing(filename: string, source: string, code: Uint8Array | undefined): Script | null {
  if (code === undefined) return null;
  const script = new Script(source, { filename, cachedData: code });
  return script.cachedDataRejected === true ? null : script;
}

function compile(filename: string): CompiledPart {
  const source = Buffer.from(sea.getRawAsset(filename)).toString("latin1");
  const script =
    reusing(filename, source, builtIn(filename)) ??
    reusing(filename, source, kept(filename)) ??
    new Script(source, { filename });
  if (script.cachedDataRejected === undefined && learning.has(filename)) learning.set(filename, 0);
  return { evaluate: () => script.runInThisContext(), code: () => script.createCachedData() };
}

const parts = new Parts({
  compile,
  builtin: (name) => process.getBuiltinModule(name),
  filename: process.execPath,
  dirname: dirname(process.execPath),
});

process.once("exit", () => {
  for (const [name, { code }] of parts.compiled) {
    const runs = learning.get(name);
    if (runs !== undefined && runs < LEARNING_RUNS) cache?.write(name, { code: code(), runs: runs + 1 });
  }
});

parts.load(__MAIN__);
