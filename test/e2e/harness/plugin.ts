import { delimiter } from "node:path";
import { pluginFolder } from "./paths.ts";
import { cleanEnv, type ProcessResult, runProcess } from "./processes.ts";

/** How the plugin is run. */
export interface PluginOptions {
  /** The path of the kubectl binary ({@link ApiServer.kubectlBinary}, or that of `ensureAssets`). */
  readonly kubectl: string;
  /** The path of a kubeconfig; none by default, as for commands that read files only. */
  readonly kubeconfig?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** The folder that holds `kubectl-refgrant`; `bin` of this repository by default. */
  readonly folder?: string;
}

/**
 * Runs `kubectl refgrant ARGS`: the real kubectl finds the built plugin on PATH and hands over to it. kubectl passes the
 * plugin's exit code on.
 */
export function runPlugin(args: readonly string[], options: PluginOptions): Promise<ProcessResult> {
  const kubeconfig = options.kubeconfig === undefined ? {} : { KUBECONFIG: options.kubeconfig };
  const base = cleanEnv({ ...kubeconfig, ...options.env });
  const path = [options.folder ?? pluginFolder, base.PATH].join(delimiter);
  return runProcess(options.kubectl, ["refgrant", ...args], {
    env: { ...base, PATH: path },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  });
}
