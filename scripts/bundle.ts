import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";

/** What few runs need, each a file of its own, so that the others do not load it. */
const APART = {
  "client-credentials": "src/load/cluster/client-credentials.ts",
  ora: "ora",
  yaml: "yaml",
} as const;

/** Flags of the Node that runs a bundle. A run is short: with room for what it makes, most need no garbage collection. */
export const NODE_FLAGS: readonly string[] = ["--min-semi-space-size=8", "--max-semi-space-size=8"];

/** The file of a bundle that is run. */
export const MAIN = "kubectl-refgrant.cjs";

/** The files that it loads when they are needed. */
export const PARTS: readonly string[] = Object.keys(APART).map((name) => `${name}.cjs`);

/** Where a bundle comes from, and where it goes. */
interface BundleRequest {
  /** The root folder of the source. */
  readonly root: string;
  /** The folder of the files; what stood there is removed. */
  readonly folder: string;
  /** The commit that `version` tells. */
  readonly commit: string;
}

const separately: Plugin = {
  name: "separately",
  setup({ onResolve }) {
    onResolve({ filter: /^(ora|yaml)$|\/client-credentials\.ts$/ }, ({ path, kind, importer }) => {
      if (kind === "entry-point" || importer.includes("node_modules")) return undefined;
      return { path: `./${path.replace(/^.*\/|\.ts$/g, "")}.cjs`, external: true };
    });
  },
};

// Of yargs only its parser is used: errors and help are this tool's own. What else would be loaded takes a fifth of a short run.
const parserOnly: Plugin = {
  name: "parser-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(cliui|string-width)$/ }, ({ path, importer }) =>
      /node_modules[\\/]yargs[\\/]/.test(importer) ? { path, namespace: "not-in-this-build" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "not-in-this-build" }, ({ path }) => ({
      contents: `export default () => { throw new Error("${path} is not in this build"); };`,
    }));
    onLoad({ filter: /node_modules[\\/]yargs[\\/]lib[\\/]platform-shims[\\/]esm\.mjs$/ }, () => ({
      contents: "export default {};",
    }));
  },
};

/** The text in ASCII. esbuild leaves other characters in regular expressions only, where an escape means the same. */
function ascii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Bundles the plugin with everything that it needs of npm. The same source gives the same bytes, all of them ASCII.
 *
 * @returns what stands in the files, by esbuild
 */
export async function bundle({ root, folder, commit }: BundleRequest): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { [MAIN.replace(".cjs", "")]: join(root, "cmd/main.ts"), ...APART },
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    // CommonJS: to load ES modules takes Node longer than most runs take for all else.
    format: "cjs",
    platform: "node",
    target: "node24",
    // In a binary nothing is imported while it runs: require is all that there is.
    supported: { "dynamic-import": false },
    minifySyntax: true,
    minifyWhitespace: true,
    // The NOTICE of a release has them, whole.
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    write: false,
    plugins: [separately, parserOnly],
    define: { "import.meta.url": "moduleUrl", __COMMIT__: JSON.stringify(commit) },
    banner: { js: 'const moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
  });
  for (const { path, text } of outputFiles) await writeFile(join(folder, basename(path)), ascii(text));
  return metafile;
}
