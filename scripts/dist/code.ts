import { execFile } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { startTrainingServer, type TrainingServer } from "./training-server.ts";

const run = promisify(execFile);

/** What people run most, on the example world: what these compile is compiled ahead. */
function commands({ kubeconfig }: TrainingServer): readonly (readonly string[])[] {
  const cluster = ["--kubeconfig", kubeconfig];
  const files = ["-f", "examples/world"];
  return [
    ["version"],
    ["--help"],
    ["audit", "--help"],
    ["why-denide"],
    ["__complete", "why-denied", ""],
    ["__complete", "why-denied", ...cluster, "-n", "frontend", "httproute/"],
    ["audit", ...files],
    ["audit", ...files, "-o", "json"],
    ["explain", "service/api", "-n", "backend", ...files],
    ["scaffold", "-n", "grpc-clients", ...files],
    ["audit", ...cluster],
    ["scaffold", "-n", "grpc-clients", ...cluster],
    ["why-denied", "-n", "batch", ...cluster],
    ["why-denied", "route/user-service", "-n", "grpc-clients", ...cluster],
    ["why-denied", "httproute/web", "-n", "frontend", ...cluster],
  ];
}

/**
 * Compiles the parts of the program ahead, by running commands that are used often under this process's own Node.
 *
 * @param assets the folder of the parts
 * @param folder where the compiled code goes: `NAME.code` for each part that was loaded
 */
export async function compileAhead(
  root: string,
  assets: string,
  folder: string,
  execArgv: readonly string[],
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const server = await startTrainingServer(root, folder);
  try {
    for (const command of commands(server)) {
      const args = [...execArgv, join(root, "scripts/dist/train.ts"), assets, folder, ...command];
      // Findings make it 1, wrong usage 2: what counts is what was compiled.
      await run(process.execPath, args, { cwd: root, env: { PATH: "/usr/bin:/bin", HOME: folder } }).catch(
        (error: unknown) => {
          const { code, stderr }: { code?: unknown; stderr?: unknown } = Object(error);
          if (typeof code !== "number" || code === 3) throw new Error(`${command.join(" ")}: ${String(stderr)}`);
        },
      );
    }
  } finally {
    await server.stop();
  }
}
