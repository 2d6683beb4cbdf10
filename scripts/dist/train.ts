import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { Parts } from "../../cmd/binary/parts.ts";
import { MAIN } from "../bundle.ts";

// train.ts ASSETS FOLDER ARGS...: runs the program from its parts as a single executable does, and adds what that compiled to what
// earlier runs have. V8 takes compiled code only from the same version with the same flags, so this runs under the Node that is packed.

const [assets = "", folder = "", ...argv] = process.argv.slice(2);
process.argv.splice(2, process.argv.length, ...argv);
const codeFile = (name: string): string => join(folder, `${name}.code`);

const parts = new Parts({
  compile: (filename) => {
    const source = readFileSync(join(assets, filename), "latin1");
    const kept = existsSync(codeFile(filename)) ? { cachedData: readFileSync(codeFile(filename)) } : {};
    const script = new Script(source, { filename, ...kept });
    if (script.cachedDataRejected === true) throw new Error(`what was compiled of ${filename} before is of no use`);
    return { evaluate: () => script.runInThisContext(), code: () => script.createCachedData() };
  },
  builtin: (name) => process.getBuiltinModule(name),
  filename: process.execPath,
  dirname: folder,
});

process.once("exit", () => {
  for (const [name, { code }] of parts.compiled) writeFileSync(codeFile(name), code());
});

parts.load(MAIN);
