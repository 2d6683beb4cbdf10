import type { ClusterReader } from "../src/load/cluster/open.ts";
import type { ConnectionOptions } from "../src/load/cluster/options.ts";
import type { ClusterWorld } from "../src/load/cluster/read.ts";
import type { Source } from "../src/model/source.ts";

/** The terminal that standard output goes to, if it is one. */
export interface Terminal {
  /** Columns; null where standard output is no terminal. */
  readonly width: number | null;
  /** Whether colour is wanted where the user has not said: a terminal that can, and no NO_COLOR. */
  readonly color: boolean;
  /** Whether the locale can show symbols outside ASCII. */
  readonly unicode: boolean;
}

/** Tells on standard error what is being read; silent where that is no terminal, and before 300 ms have gone by. */
export interface Progress {
  readonly update: (text: string) => void;
  readonly stop: () => void;
}

/** What a cluster is asked for. */
export interface ClusterQuery {
  readonly connection: ConnectionOptions;
  readonly chunkSize: number;
  /** Namespaces to try where lists of the whole cluster are forbidden. */
  readonly namespaces: readonly string[];
}

/** Everything outside the program, as functions, so that tests can stand in for it. */
export interface Ports {
  readonly readFiles: (filenames: readonly string[], recursive: boolean) => Promise<readonly Source[]>;
  readonly readCluster: (query: ClusterQuery, progress: Progress) => Promise<ClusterWorld>;
  /** Connects to a cluster that is read by needs; whoever opens it closes it. */
  readonly openCluster: (query: ClusterQuery, progress: Progress) => Promise<ClusterReader>;
  /** The namespace of the current context, `default` where there is none. */
  readonly contextNamespace: (connection: ConnectionOptions) => Promise<string>;
  readonly progress: () => Progress;
  readonly terminal: Terminal;
}

/** What a run leaves behind. stdout is data, stderr everything else. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}
