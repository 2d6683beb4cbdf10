import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { PART_HEAD, PART_TAIL } from "../../cmd/binary/parts.ts";
import { MAIN, PARTS } from "../bundle.ts";

const SETTINGS = { bundle: true, format: "cjs", platform: "node", minifySyntax: true, logLevel: "warning" } as const;

const quoted = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));

/** Writes the files of a bundle as the parts of a single executable. @throws Error for one that is not ASCII */
export function writeParts(bundle: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of [MAIN, ...PARTS]) {
    const text = readFileSync(join(bundle, name));
    // It is read as Latin-1, in which ASCII is itself.
    if (text.some((byte) => byte > 0x7f)) throw new Error(`${name} is not ASCII`);
    writeFileSync(join(folder, name), `${PART_HEAD}${text.toString("latin1")}${PART_TAIL}`);
  }
}

/**
 * Writes the script that a single executable starts with.
 *
 * @param name what compiled code is good for: this bundle, and this Node
 */
export async function bundleStart(root: string, outfile: string, name: string): Promise<void> {
  await build({
    ...SETTINGS,
    absWorkingDir: root,
    entryPoints: [join(root, "cmd/binary/start.ts")],
    outfile,
    target: "node26",
    define: quoted({ __BUILD__: name, __MAIN__: MAIN }),
  });
}

/** Where the script that npm's package starts with finds what it needs. */
interface NpmStart {
  /** The oldest Node that the bundle runs on. */
  readonly oldestNode: string;
  readonly releases: string;
  /** The bundle, from the script. */
  readonly bundle: string;
}

/** Writes the script that npm's package starts with: it has to run on any Node, if only to say that it is too old. */
export async function bundleNpmStart(root: string, outfile: string, start: NpmStart): Promise<void> {
  await build({
    ...SETTINGS,
    absWorkingDir: root,
    entryPoints: [join(root, "cmd/binary/npm.ts")],
    outfile,
    target: "node14",
    banner: { js: "#!/usr/bin/env node" },
    define: quoted({ __OLDEST_NODE__: start.oldestNode, __RELEASES__: start.releases, __BUNDLE__: start.bundle }),
    external: ["../bundle/*"],
  });
}
