// Bundles the plugin into dist/bundle and writes the launcher bin/kubectl-refgrant, and beside it what kubectl asks for completions.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMPLETION_SHIM } from "../cmd/completion/scripts.ts";
import { bundle, MAIN, NODE_FLAGS } from "./bundle.ts";
import { commitOf } from "./commit.ts";

const root = dirname(import.meta.dirname);

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
if [ ! -f "$root/dist/bundle/${MAIN}" ]; then
  echo "error: $self starts the build in its own folder's parent, and there is none: link it instead of copying it, or run make build" >&2
  exit 3
fi
node=$root/node_modules/.bin/node
[ -x "$node" ] || node=node
# Compiled code is kept between runs: it halves the start-up.
NODE_COMPILE_CACHE=\${NODE_COMPILE_CACHE:-$root/node_modules/.cache/kubectl-refgrant}
export NODE_COMPILE_CACHE
exec "$node" ${NODE_FLAGS.join(" ")} "$root/dist/bundle/${MAIN}" "$@"
`;

await bundle({ root, folder: join(root, "dist", "bundle"), commit: commitOf(root) });
const bin = join(root, "bin");
mkdirSync(bin, { recursive: true });
writeFileSync(join(bin, "kubectl-refgrant"), launcher, { mode: 0o755 });
writeFileSync(join(bin, "kubectl_complete-refgrant"), COMPLETION_SHIM, { mode: 0o755 });
