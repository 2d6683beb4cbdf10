import { dirname } from "node:path";
import sea from "node:sea";
import { Script } from "node:vm";
import { CodeCache } from "./code-cache.ts";
import { Parts } from "./parts.ts";

// Where the program starts that is one file with its own Node: the bundle, which cmd/main.ts begins elsewhere, is among its assets.

/** What the compiled code that is kept is good for: this bundle under this Node. Set by the build. */
declare const __BUILD__: string;
/** The file of the bundle that is run. */
declare const __MAIN__: string;

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

/** Runs that add to what is kept: after so many there is little that the next one lacks. */
const LEARNING_RUNS = 8;
let cache: CodeCache | null | undefined;
/** Parts whose code is the user's, with the number of runs that added to it. */
const learning = new Map<string, number>();

function kept(name: string): Uint8Array | undefined {
  cache ??= userCache();
  const { code, runs = 0 } = cache?.read(name) ?? {};
  learning.set(name, runs);
  return code;
}

const parts = new Parts({
  source: (name) => Buffer.from(sea.getRawAsset(name)).toString("latin1"),
  compiled: (name) => builtIn(name) ?? kept(name),
  compile: (filename, source, compiled) => {
    const script = new Script(source, compiled === undefined ? { filename } : { filename, cachedData: compiled });
    return {
      evaluate: () => script.runInThisContext(),
      reused: compiled !== undefined && script.cachedDataRejected === false,
      code: () => script.createCachedData(),
    };
  },
  builtin: (name) => process.getBuiltinModule(name),
  filename: process.execPath,
  dirname: dirname(process.execPath),
});

process.once("exit", () => {
  for (const [name, { reused, code }] of parts.compiled) {
    const runs = learning.get(name);
    if (runs !== undefined && (!reused || runs < LEARNING_RUNS)) {
      cache?.write(name, { code: code(), runs: reused ? runs + 1 : 1 });
    }
  }
});

parts.load(__MAIN__);
