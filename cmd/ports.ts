import type { KindInfo } from "../src/catalogue/kinds.ts";
import type { Expected } from "../src/load/cluster/ahead.ts";
import type { SeenName } from "../src/load/cluster/glimpse.ts";
import type { KubeconfigNames } from "../src/load/cluster/kubeconfig.ts";
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

/** What the program runs on, in the words of Node. */
export interface Runtime {
  /** `v26.10.0` */
  readonly node: string;
  /** `linux`, `darwin`, `win32` */
  readonly platform: string;
  /** `x64`, `arm64` */
  readonly architecture: string;
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
  /** Done once, while the cluster's first answer is awaited: what does not depend on it. */
  readonly meanwhile?: () => void;
  /** What will be asked for first. */
  readonly expected?: readonly Expected[];
}

/** What a shell may ask for at TAB: little, and for a moment only. What is not there by then fails. */
export interface Lookups {
  /** Settles when the moment is over. It never fails. */
  readonly over: Promise<void>;
  /** The names on the first page of each kind; `namespace` null is that of the context. */
  readonly names: (query: {
    readonly connection: ConnectionOptions;
    readonly kinds: readonly KindInfo[];
    readonly namespace: string | null;
    readonly allNamespaces: boolean;
  }) => Promise<readonly SeenName[]>;
  readonly kubeconfigNames: (connection: ConnectionOptions) => Promise<KubeconfigNames>;
  /** Fails for standard input, and for files too large to be read in a moment. */
  readonly readFiles: Ports["readFiles"];
  /** Ends what is under way. */
  readonly close: () => void;
}

/** Everything outside the program, as functions, so that tests can stand in for it. */
export interface Ports {
  readonly readFiles: (filenames: readonly string[], recursive: boolean) => Promise<readonly Source[]>;
  readonly readCluster: (query: ClusterQuery, progress: Progress) => Promise<ClusterWorld>;
  /** Connects to a cluster that is read by needs; whoever opens it closes it. */
  readonly openCluster: (query: ClusterQuery, progress: Progress) => Promise<ClusterReader>;
  /** The namespace of the current context, `default` where there is none. */
  readonly contextNamespace: (connection: ConnectionOptions) => Promise<string>;
  readonly lookups: () => Lookups;
  readonly progress: () => Progress;
  readonly terminal: Terminal;
  readonly runtime: Runtime;
}

/** A long text, in pieces that are made when the ones before were taken. It can be read once. */
export type Pieces = Generator<string>;

/** What a run leaves behind. stdout is data, stderr everything else. */
export interface Outcome {
  readonly stdout: string | Pieces;
  readonly stderr: string;
  readonly exitCode: number;
}
