import type { KindInfo } from "../../catalogue/kinds.ts";
import { RefgrantError } from "../../model/failure.ts";
import type { Gap } from "../../model/gap.ts";
import type { KubeObject } from "../../model/object.ts";
import type { ServedKind } from "../../model/snapshot.ts";
import { type Listed, readByNamespace } from "./by-namespace.ts";
import { connect } from "./connect.ts";
import { readDefinitions } from "./definitions.ts";
import { discover } from "./discovery.ts";
import type { Candidates } from "./known-namespaces.ts";
import { ALL, list } from "./lists.ts";
import type { ConnectionOptions, Environment } from "./options.ts";
import { type ClusterProgress, counting } from "./progress.ts";
import type { Transport } from "./transport.ts";

/** What to read of a cluster. */
export interface ClusterRequest {
  readonly kinds: readonly KindInfo[];
  /** Whether the definitions of the Gateway API's kinds are wanted too, which tell of stored versions. */
  readonly definitions: boolean;
  /** Objects for each page of a list; 0 = no pages. */
  readonly chunkSize: number;
  /** Namespaces to try beside the context's, where a kind may not be listed in all namespaces. */
  readonly namespaces: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ClusterProgress;
  readonly userAgent: string;
  /** Done once, while the first answer is awaited: what does not depend on it. */
  readonly meanwhile?: () => void;
}

/** A cluster as far as it could be read. */
export interface ClusterWorld {
  readonly objects: readonly KubeObject[];
  readonly gaps: readonly Gap[];
  /** Kinds that the cluster has of those asked for, with the version that was read. */
  readonly served: readonly ServedKind[];
  /** The namespaces that were read one by one, where something may not be listed in all of them. */
  readonly tried?: Candidates;
}

/** Fails where no list at all came to anything, since then it is the connection that failed. */
function requireSome(lists: readonly Listed[]): void {
  const causes = lists.map(({ outcome }) => (outcome.got === "nothing" ? outcome : null));
  const first = causes[0];
  if (first === undefined || first === null || causes.includes(null)) return;
  throw first.cause ?? new RefgrantError("unreachable", first.why, "Check that the server is a Kubernetes API server.");
}

async function readAll(transport: Transport, request: ClusterRequest, contextNamespace: string): Promise<ClusterWorld> {
  const { served, gaps } = await discover(transport, request.kinds);
  const settings = { chunkSize: request.chunkSize, page: counting(request.progress), wanted: ALL };
  const defined = readDefinitions(transport, request.definitions ? served : []);
  // What fails is told where it is awaited.
  defined.catch(() => {});
  const lists = await Promise.all(
    served.map(
      async (kind): Promise<Listed> => ({ served: kind, outcome: await list(transport, kind, null, settings) }),
    ),
  );
  requireSome(lists);
  const seen = await readByNamespace(transport, lists, [contextNamespace, ...request.namespaces], settings);
  const definitions = await defined;
  return {
    objects: [...seen.objects, ...definitions.objects],
    gaps: [...gaps, ...seen.gaps, ...definitions.gaps],
    served: served.map(({ info, version }) => ({ group: info.group, kind: info.kind, version })),
    ...(seen.tried === null ? {} : { tried: seen.tried }),
  };
}

/**
 * Reads a cluster: what it serves of the kinds asked for, as kubectl would connect to it. Only `get` and `list` are
 * used, and of kinds read as `metadata` nothing else is accepted.
 *
 * @returns the objects in no order that matters; what could not be read is in `gaps`
 * @throws RefgrantError `kubeconfig`, `credentials`, `unreachable`, `no-gateway-api`, `interrupted`; `usage` for an
 * impersonation flag that cannot be read
 */
export async function readCluster(
  options: ConnectionOptions,
  env: Environment,
  request: ClusterRequest,
): Promise<ClusterWorld> {
  const { transport, namespace, close } = await connect(options, env, { ...request, multiplex: false });
  try {
    return await readAll(transport, request, namespace);
  } finally {
    close();
  }
}
