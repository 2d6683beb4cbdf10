import { loadClusterConfig } from "./kubeconfig.ts";
import { interrupted, unlessEnded } from "./limits.ts";
import type { ConnectionOptions, Environment } from "./options.ts";
import { openTransport, type Transport, type TransportSettings } from "./transport.ts";

/** A cluster that can be asked. */
export interface Connection {
  readonly transport: Transport;
  /** The namespace of the context; `default` where it has none. */
  readonly namespace: string;
  /** Ends what is under way, and the connections. */
  readonly close: () => void;
}

/**
 * Finds the cluster that kubectl would take, and prepares to ask it.
 *
 * @throws RefgrantError `kubeconfig`, `credentials`, `interrupted`; `usage` for an impersonation flag that cannot be read
 */
export async function connect(
  options: ConnectionOptions,
  env: Environment,
  {
    signal,
    userAgent,
    multiplex,
    meanwhile,
  }: Pick<TransportSettings, "userAgent" | "signal" | "multiplex" | "meanwhile">,
): Promise<Connection> {
  const config = await unlessEnded(loadClusterConfig(options, env), signal).catch((error: unknown) => {
    throw signal.aborted ? interrupted(error) : error;
  });
  const ended = new AbortController();
  const { requestTimeoutMs, disableCompression } = options;
  const settings = {
    requestTimeoutMs,
    disableCompression,
    userAgent,
    multiplex,
    ...(meanwhile === undefined ? {} : { meanwhile }),
    signal: AbortSignal.any([signal, ended.signal]),
  };
  const transport = await openTransport(config, env, settings);
  const close = (): void => {
    ended.abort();
    transport.close();
  };
  return { transport, namespace: config.namespace, close };
}
