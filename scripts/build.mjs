// Bundles the plugin into dist/ and writes the launcher bin/kubectl-refgrant.
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

/** What few runs need, each a file of its own, so that the others do not load it. */
const apart = {
  "client-credentials": "src/load/cluster/client-credentials.ts",
  ora: "ora",
  yaml: "yaml",
};

const separately = {
  name: "separately",
  setup({ onResolve }) {
    onResolve({ filter: /^(ora|yaml)$|\/client-credentials\.ts$/ }, ({ path, kind, importer }) => {
      if (kind === "entry-point" || importer.includes("node_modules")) return undefined;
      return { path: `./${path.replace(/^.*\/|\.ts$/g, "")}.cjs`, external: true };
    });
  },
};

// yargs lays out its own help with these, and this tool prints another; to load them would take a fifth of a short run.
const withoutLayout = {
  name: "without-layout",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(cliui|string-width)$/ }, ({ path, importer }) =>
      /node_modules[\\/]yargs[\\/]/.test(importer) ? { path, namespace: "without-layout" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "without-layout" }, ({ path }) => ({
      contents: `export default () => { throw new Error("${path} is not in this build"); };`,
    }));
  },
};

await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { "kubectl-refgrant": "cmd/main.ts", ...apart },
  outdir: dist,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  // CommonJS: to load ES modules takes Node longer than most runs take for all else.
  format: "cjs",
  platform: "node",
  target: "node24",
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "warning",
  plugins: [separately, withoutLayout],
  define: { "import.meta.url": "moduleUrl" },
  banner: { js: 'const moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
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
if [ ! -f "$root/dist/kubectl-refgrant.cjs" ]; then
  echo "error: $self starts the build in its own folder's parent, and there is none: link it instead of copying it, or run make build" >&2
  exit 3
fi
node=$root/node_modules/.bin/node
[ -x "$node" ] || node=node
# Compiled code is kept between runs: it halves the start-up.
NODE_COMPILE_CACHE=\${NODE_COMPILE_CACHE:-$root/node_modules/.cache/kubectl-refgrant}
export NODE_COMPILE_CACHE
# A run is short: with room for what it makes, most need no garbage collection.
exec "$node" --min-semi-space-size=16 "$root/dist/kubectl-refgrant.cjs" "$@"
`;
await mkdir(join(root, "bin"), { recursive: true });
await writeFile(join(root, "bin", "kubectl-refgrant"), launcher);
await chmod(join(root, "bin", "kubectl-refgrant"), 0o755);
