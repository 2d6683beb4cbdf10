import { join } from "node:path";
import { answer } from "../../cmd/answer.ts";
import { failureOutcome } from "../../cmd/failure.ts";
import type { Lookups, Outcome, Ports, Terminal } from "../../cmd/ports.ts";
import type { ClusterReader } from "../../src/load/cluster/open.ts";
import type { ClusterWorld } from "../../src/load/cluster/read.ts";
import { readFiles } from "../../src/load/files.ts";

/** What the outside world gives to a command under test. */
export interface Surroundings {
  /** Paths in the command are relative to it, and it appears in no output. */
  readonly folder: string;
  readonly stdin?: string;
  /** What a cluster gives, where the command reads one. */
  readonly cluster?: ClusterWorld;
  /** A cluster that is read by needs, where the command asks about single objects. */
  readonly reader?: ClusterReader;
  readonly terminal?: Partial<Terminal>;
  readonly contextNamespace?: string;
  /** What may be looked up at TAB; nothing by default. */
  readonly lookups?: Partial<Lookups>;
}

/** What a run left behind, with all of what it printed. */
export interface Ran extends Outcome {
  readonly stdout: string;
}

/** Takes every piece that a run prints. */
export function ran({ stdout, ...others }: Outcome): Ran {
  return { ...others, stdout: typeof stdout === "string" ? stdout : [...stdout].join("") };
}

const unseen = () => Promise.reject(new Error("this test has nothing to look up"));

/** Runs a command line in this process, from argv to the exit code, with real files, and what a cluster gave where one is read. */
export async function runCli(
  argv: readonly string[],
  { folder, stdin, cluster, reader, terminal, contextNamespace, lookups }: Surroundings,
): Promise<Ran> {
  const ports: Ports = {
    terminal: { width: null, color: false, unicode: true, ...terminal },
    runtime: { node: "v26.10.0", platform: "linux", architecture: "x64" },
    progress: () => ({ update: () => {}, stop: () => {} }),
    contextNamespace: async () => contextNamespace ?? "default",
    lookups: () => ({
      over: new Promise(() => {}),
      names: unseen,
      kubeconfigNames: unseen,
      readFiles: unseen,
      close: () => {},
      ...lookups,
    }),
    openCluster: async () => {
      if (reader === undefined) throw new Error("this test has no cluster that is read by needs");
      return reader;
    },
    readCluster: async () => {
      if (cluster === undefined) throw new Error("this test has no cluster");
      return cluster;
    },
    readFiles: async (filenames, recursive) => {
      const texts = await readFiles({
        filenames: filenames.map((name) => (name === "-" ? name : join(folder, name))),
        recursive,
        readStdin: async () => new TextEncoder().encode(stdin ?? ""),
      });
      return texts.map((source) => ({ ...source, name: source.name.replace(`${folder}/`, "") }));
    },
  };
  try {
    return ran(await answer(argv, "kubectl refgrant", ports));
  } catch (error) {
    const { stdout, stderr, exitCode } = ran(failureOutcome(error));
    return { stdout, stderr: stderr.replaceAll(`${folder}/`, ""), exitCode };
  }
}

/** Splits a command line at blanks, keeping what stands in single or double quotes. */
export function words(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
}
