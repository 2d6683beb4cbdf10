import { enableCompileCache } from "node:module";
import { ownFolder } from "./code-cache.ts";

// Where the program starts that npm installs: it runs on the system's Node.

/** The oldest Node that it runs on. Set by the build, from package.json. */
declare const __OLDEST_NODE__: string;
/** Where there are binaries that bring their own. Set by the build, from package.json. */
declare const __RELEASES__: string;
/** The bundle, from the file that this becomes. Set by the build. */
declare const __BUNDLE__: string;
declare const require: (path: string) => unknown;

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = than.split(".").map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

/** Compiled code is kept between runs, in a folder of the user's own: Node's default is one that everybody may write. */
function keepCode(): void {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  if (NODE_COMPILE_CACHE !== undefined || NODE_DISABLE_COMPILE_CACHE !== undefined) return;
  const folder = ownFolder("npm", process.env, process.platform);
  if (folder !== null) enableCompileCache(folder);
}

if (isOlder(process.versions.node, __OLDEST_NODE__)) {
  process.stderr.write(
    `error: kubectl-refgrant needs Node ${__OLDEST_NODE__} or later, and this is ${process.version}\n` +
      `Install a newer Node, or the binary, which brings its own: ${__RELEASES__}\n`,
  );
  process.exitCode = 3;
} else {
  keepCode();
  require(__BUNDLE__);
}
