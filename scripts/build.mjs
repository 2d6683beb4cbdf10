// Bundles the plugin into dist/ and writes the launcher bin/kubectl-refgrant.
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { "kubectl-refgrant": "cmd/main.ts" },
  outdir: dist,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  // Chunks, so that what a run does not need (the cluster client, the spinner) is never loaded.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "warning",
  // Some dependencies are CommonJS and call require for Node's own modules.
  banner: { js: 'import{createRequire as nodeRequire}from"node:module";const require=nodeRequire(import.meta.url);' },
});

// The project's own Node where it is installed, else any recent one; found from wherever the launcher is called or linked.
const launcher = `#!/bin/sh
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
root=$(cd "$(dirname "$self")/.." && pwd -P)
if [ ! -f "$root/dist/kubectl-refgrant.mjs" ]; then
  echo "error: $self starts the build in its own folder's parent, and there is none: link it instead of copying it, or run make build" >&2
  exit 3
fi
node=$root/node_modules/.bin/node
[ -x "$node" ] || node=node
# Compiled code is kept between runs: it halves the start-up.
NODE_COMPILE_CACHE=\${NODE_COMPILE_CACHE:-$root/node_modules/.cache/kubectl-refgrant}
export NODE_COMPILE_CACHE
exec "$node" "$root/dist/kubectl-refgrant.mjs" "$@"
`;
await mkdir(join(root, "bin"), { recursive: true });
await writeFile(join(root, "bin", "kubectl-refgrant"), launcher);
await chmod(join(root, "bin", "kubectl-refgrant"), 0o755);
