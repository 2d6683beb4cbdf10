/** kubectl's connection flags, each with kubectl's meaning; null means that the flag was not given. */
export interface ConnectionOptions {
  readonly kubeconfig: string | null;
  readonly context: string | null;
  readonly cluster: string | null;
  readonly user: string | null;
  readonly server: string | null;
  readonly tlsServerName: string | null;
  readonly insecureSkipTlsVerify: boolean | null;
  readonly certificateAuthority: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
  readonly token: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly as: string | null;
  readonly asUid: string | null;
  readonly asGroup: readonly string[];
  /** Each `KEY=VALUE`; one key may stand several times. */
  readonly asUserExtra: readonly string[];
  /** For each request, from its first byte out to its last byte in; 0 = none. */
  readonly requestTimeoutMs: number;
  readonly disableCompression: boolean;
}

/** What the process is surrounded by, as far as a connection depends on it. */
export interface Environment {
  readonly variables: ReadonlyMap<string, string>;
  /** Where `.kube/config` is looked for; empty for a user without one. */
  readonly homedir: string;
  /** Holds `token`, `ca.crt` and `namespace` inside a pod. */
  readonly serviceAccountDir: string;
  /** Whether a credential plugin may ask the person at the terminal through stdin and stderr. */
  readonly interactive: boolean;
}

const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * An {@link Environment} from what the caller knows of its process.
 *
 * @param variables as `process.env` has them
 * @param homedir as `os.homedir()` gives it
 * @param interactive whether stdin is a terminal that nothing else reads from
 */
export function environmentOf(
  variables: Readonly<Record<string, string | undefined>>,
  homedir: string,
  interactive = false,
): Environment {
  const set = new Map<string, string>();
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) set.set(name, value);
  return { variables: set, homedir, serviceAccountDir: SERVICE_ACCOUNT_DIR, interactive };
}
