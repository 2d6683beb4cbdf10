import { rmSync } from "node:fs";
import { join } from "node:path";
import pkg from "@yao-pkg/pkg/lib-es5/sea.js";
import { executableName, type Target } from "./targets.ts";

/** What goes into binaries. */
interface Contents {
  /** The file that is run; it loads the others. */
  readonly entry: string;
  /** Other files, by the name that they are asked for with. */
  readonly assets: Readonly<Record<string, string>>;
  /** Flags of Node. */
  readonly execArgv: readonly string[];
}

/** pkg's own type leaves out what Node itself reads of it. */
interface SeaConfig {
  readonly disableExperimentalSEAWarning: boolean;
  readonly useSnapshot: boolean;
  readonly useCodeCache: boolean;
  readonly assets: Record<string, string>;
  readonly execArgv: readonly string[];
  /** NODE_OPTIONS is for programs whose user knows that they are Node's. */
  readonly execArgvExtension: "none";
}

/**
 * Makes binaries with pkg, of the Nodes that `seedPkg` has put below `home`.
 *
 * @param folder each binary goes into the folder of its target there
 * @param nodeVersion the version of Node, without `v`
 * @param ownCode whether V8's code for the entry may be kept: only where this process runs the same Node on the same system
 */
export async function makeExecutables(
  targets: readonly Target[],
  { entry, assets, execArgv }: Contents,
  {
    folder,
    home,
    nodeVersion,
    ownCode,
  }: {
    readonly folder: string;
    readonly home: string;
    readonly nodeVersion: string;
    readonly ownCode: boolean;
  },
): Promise<void> {
  const seaConfig: SeaConfig = {
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: ownCode,
    assets: { ...assets },
    execArgv,
    execArgvExtension: "none",
  };
  const outputs = targets.map((target) => {
    const output = join(folder, target.name, executableName(target));
    rmSync(output, { force: true });
    return { nodeRange: `node${nodeVersion}`, platform: target.platform, arch: target.arch, output };
  });
  // pkg keeps what it fetches in the user's home folder, and has no other setting for that.
  const { HOME } = process.env;
  process.env.HOME = home;
  try {
    await pkg.default(entry, { signature: false, targets: outputs, seaConfig });
  } finally {
    if (HOME === undefined) delete process.env.HOME;
    else process.env.HOME = HOME;
  }
}
