import { isIPv6 } from "node:net";
import { delimiter, join } from "node:path";
import { RefgrantError } from "../../model/failure.ts";
import { access, readText, stat } from "./file-system.ts";
import { impersonated } from "./impersonation.ts";
import {
  type ClusterEntry,
  type ContextEntry,
  EMPTY_CLUSTER,
  EMPTY_USER,
  type Kubeconfig,
  mergeKubeconfigs,
  readKubeconfig,
  type UserEntry,
} from "./kubeconfig-file.ts";
import type { ConnectionOptions, Environment } from "./options.ts";
import { proxyFor } from "./proxy.ts";
import { readUrl } from "./urls.ts";

/** Where and as whom to connect: kubeconfig, flags and environment made one. */
export interface ClusterConfig {
  /** Without trailing slash, query or credentials; it may have a path. */
  readonly serverUrl: string;
  /** The context's namespace; in a pod the pod's; else `default`. */
  readonly namespace: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
  /** The user's name in the kubeconfig, for messages; empty where it has none or a flag gives the credentials. */
  readonly userName: string;
  readonly proxy: URL | null;
}

const SCHEMES: readonly string[] = ["http:", "https:"];

interface Source {
  readonly kubeconfig: Kubeconfig;
  /** The files that were looked for, found or not. */
  readonly files: readonly string[];
  readonly found: boolean;
}

/**
 * Reads the kubeconfig that kubectl would: `--kubeconfig`, else the list in KUBECONFIG, else `~/.kube/config`. Files of
 * the list that do not exist are passed over.
 */
async function readSource(options: ConnectionOptions, env: Environment): Promise<Source> {
  const variable = env.variables.get("KUBECONFIG") ?? "";
  const explicit = options.kubeconfig ?? "";
  let files: readonly string[];
  if (explicit !== "") files = [explicit];
  else if (variable !== "") files = [...new Set(variable.split(delimiter).filter((file) => file !== ""))];
  else files = env.homedir === "" ? [] : [join(env.homedir, ".kube", "config")];
  const read = await Promise.all(files.map((file) => readKubeconfig(file)));
  const present = read.filter((file) => file !== null);
  if (explicit !== "" && present.length === 0) {
    throw new RefgrantError(
      "kubeconfig",
      `kubeconfig ${explicit} does not exist`,
      "Give --kubeconfig a file that does.",
    );
  }
  return { kubeconfig: mergeKubeconfigs(present), files, found: present.length > 0 };
}

function listed(names: Iterable<string>): string {
  const sorted = [...names].toSorted();
  return sorted.length === 0 ? "none" : sorted.join(", ");
}

function unknownName(flag: "context" | "cluster" | "user", name: string, known: Iterable<string>): RefgrantError {
  return new RefgrantError(
    "kubeconfig",
    `the kubeconfig has no ${flag} "${name}"`,
    `Its ${flag}s: ${listed(known)}. Choose one with --${flag}.`,
  );
}

function chosenContext(options: ConnectionOptions, kubeconfig: Kubeconfig): ContextEntry | null {
  const name = options.context || kubeconfig.currentContext;
  if (name === "") return null;
  const context = kubeconfig.contexts.get(name);
  if (context === undefined) throw unknownName("context", name, kubeconfig.contexts.keys());
  return context;
}

function chosenCluster(
  options: ConnectionOptions,
  kubeconfig: Kubeconfig,
  context: ContextEntry | null,
): ClusterEntry | null {
  const name = options.cluster || context?.cluster || "";
  if (name === "") return null;
  const cluster = kubeconfig.clusters.get(name);
  if (cluster !== undefined) return cluster;
  if (options.cluster) throw unknownName("cluster", name, kubeconfig.clusters.keys());
  if (options.server) return null;
  throw new RefgrantError(
    "kubeconfig",
    `context "${options.context || kubeconfig.currentContext}" names a cluster "${name}" that the kubeconfig does not have`,
    `Its clusters: ${listed(kubeconfig.clusters.keys())}. Choose one with --cluster, or another context with --context.`,
  );
}

function chosenUser(options: ConnectionOptions, kubeconfig: Kubeconfig, context: ContextEntry | null): UserEntry {
  const name = options.user || context?.user || "";
  const user = kubeconfig.users.get(name);
  if (user !== undefined) return user;
  if (options.user) throw unknownName("user", name, kubeconfig.users.keys());
  if (name === "" || options.token || options.username || options.clientCertificate) return EMPTY_USER;
  throw new RefgrantError(
    "kubeconfig",
    `context "${options.context || kubeconfig.currentContext}" names a user "${name}" that the kubeconfig does not have`,
    `Its users: ${listed(kubeconfig.users.keys())}. Choose one with --user, or another context with --context.`,
  );
}

/**
 * Lays the cluster flags over an entry as clientcmd does: `--server` also drops the entry's tls-server-name, and
 * `--certificate-authority` or `--insecure-skip-tls-verify` drop both its CA and its insecure setting.
 */
function withClusterFlags(entry: ClusterEntry, options: ConnectionOptions): ClusterEntry {
  const insecure = options.insecureSkipTlsVerify === true;
  const caFile = options.certificateAuthority ?? "";
  const trust = insecure || caFile !== "" ? { insecure, caFile, caData: "" } : {};
  const renamed = options.tlsServerName || options.server ? { tlsServerName: options.tlsServerName ?? "" } : {};
  const cluster = { ...entry, ...trust, ...renamed, server: options.server || entry.server };
  if (cluster.insecure && (cluster.caFile !== "" || cluster.caData !== "")) {
    throw new RefgrantError(
      "kubeconfig",
      "specifying a root certificates file with the insecure flag is not allowed",
      "Keep the certificate authority, or skip the verification, not both.",
    );
  }
  return cluster;
}

/** Lays the credential flags over an entry; a way to authenticate given by flag drops the entry's other ways. */
function withUserFlags(entry: UserEntry, options: ConnectionOptions): UserEntry {
  let user = entry;
  if (options.clientCertificate) user = { ...user, certFile: options.clientCertificate, certData: "" };
  if (options.clientKey) user = { ...user, keyFile: options.clientKey, keyData: "" };
  const others = { token: "", tokenFile: "", exec: null, authProvider: null };
  if (options.token) user = { ...user, ...others, username: "", password: "", token: options.token };
  else if (options.username || options.password) {
    const username = options.username ?? user.username;
    user = { ...user, ...others, username, password: options.password ?? user.password };
  }
  return impersonated(user, options);
}

async function inPod(env: Environment): Promise<boolean> {
  if (!env.variables.get("KUBERNETES_SERVICE_HOST") || !env.variables.get("KUBERNETES_SERVICE_PORT")) return false;
  return stat(join(env.serviceAccountDir, "token")).then(
    (token) => !token.isDirectory(),
    () => false,
  );
}

function podCluster(env: Environment): ClusterEntry {
  const host = env.variables.get("KUBERNETES_SERVICE_HOST") ?? "";
  const port = env.variables.get("KUBERNETES_SERVICE_PORT") ?? "";
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return { ...EMPTY_CLUSTER, server, caFile: join(env.serviceAccountDir, "ca.crt") };
}

async function podNamespace(env: Environment): Promise<string> {
  const variable = env.variables.get("POD_NAMESPACE") ?? "";
  if (variable !== "") return variable;
  const text = await readText(join(env.serviceAccountDir, "namespace")).catch(() => "");
  return text.trim() || "default";
}

async function namespaceOf(context: ContextEntry | null, env: Environment): Promise<string> {
  if (context !== null && context.namespace !== "") return context.namespace;
  return (await inPod(env)) ? podNamespace(env) : "default";
}

/**
 * Reads the server as kubectl does: without a scheme it is https where anything about TLS is configured, else http.
 *
 * @param whose where the server was written, for the message, which does not repeat it
 */
function serverUrl(cluster: ClusterEntry, user: UserEntry, whose: string): URL {
  const tls = [cluster.caFile, cluster.caData, user.certFile, user.certData].some((value) => value !== "");
  const written = cluster.server.trim();
  const scheme = tls || cluster.insecure ? "https" : "http";
  const url = readUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `${scheme}://${written}`, SCHEMES);
  if (url !== null) return url;
  throw new RefgrantError(
    "kubeconfig",
    `the server ${whose} is no http or https URL`,
    "Write it as https://HOST:PORT, without a user or password.",
  );
}

/** Makes sure that the files a connection needs can be read, so that the one that cannot is named with its role. */
async function checkFiles(cluster: ClusterEntry, user: UserEntry): Promise<void> {
  const roles = [
    ["certificate authority", cluster.caFile],
    ["client certificate", user.certFile],
    ["client key", user.keyFile],
    ["token file", user.tokenFile],
  ] as const;
  for (const [role, file] of roles) {
    if (file === "") continue;
    await access(file).catch((error: unknown) => {
      throw new RefgrantError(
        "kubeconfig",
        `the ${role} ${file} cannot be read`,
        "Check that it exists and may be read, or correct its path in the kubeconfig.",
        { cause: error },
      );
    });
  }
}

function nothingConfigured(source: Source, hasContexts: boolean): RefgrantError {
  if (source.found && hasContexts) {
    return new RefgrantError(
      "kubeconfig",
      "the kubeconfig has no current context",
      `Its contexts: ${listed(source.kubeconfig.contexts.keys())}. Choose one with --context.`,
    );
  }
  const files = source.files.length === 0 ? "no home directory to look in" : source.files.join(", ");
  return new RefgrantError(
    "kubeconfig",
    `no cluster is configured: ${source.found ? "no context in" : "no kubeconfig at"} ${files}, and this is no pod`,
    "Name a kubeconfig with --kubeconfig FILE, or read manifests with -f FILE.",
  );
}

/**
 * Finds the cluster and the user that kubectl would take: `--kubeconfig`, KUBECONFIG or `~/.kube/config`, with the flags
 * laid over it; in a pod without a kubeconfig the pod's service account.
 *
 * @throws RefgrantError `kubeconfig` where kubectl would fail, and where the context's user does not exist
 */
export async function loadClusterConfig(options: ConnectionOptions, env: Environment): Promise<ClusterConfig> {
  const source = await readSource(options, env);
  const context = chosenContext(options, source.kubeconfig);
  const chosen = chosenCluster(options, source.kubeconfig, context);
  const pod = chosen === null && !options.server && (await inPod(env));
  if (chosen === null && !options.server && !pod) {
    throw nothingConfigured(source, source.kubeconfig.contexts.size > 0);
  }
  const cluster = withClusterFlags(pod ? podCluster(env) : (chosen ?? EMPTY_CLUSTER), options);
  const entry = pod
    ? { ...EMPTY_USER, tokenFile: join(env.serviceAccountDir, "token") }
    : chosenUser(options, source.kubeconfig, context);
  const user = withUserFlags(entry, options);
  const clusterName = options.cluster || context?.cluster || "";
  if (cluster.server === "") {
    throw new RefgrantError(
      "kubeconfig",
      `no server found for cluster "${clusterName}"`,
      "Set its server in the kubeconfig, or give --server.",
    );
  }
  await checkFiles(cluster, user);
  const whose = options.server ? "given with --server" : pod ? "of this pod's cluster" : `of cluster "${clusterName}"`;
  const url = serverUrl(cluster, user, whose);
  return {
    serverUrl: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`,
    namespace: await namespaceOf(context, env),
    cluster,
    user,
    userName: pod || options.token || options.username ? "" : options.user || context?.user || "",
    proxy: proxyFor(url, cluster.proxyUrl, env.variables),
  };
}

/**
 * The namespace that kubectl would work in: that of the context, in a pod POD_NAMESPACE and then the service account's,
 * else `default`. Without a kubeconfig it is `default` too, so that manifests can be read on any machine.
 *
 * @throws RefgrantError `kubeconfig` for a file given by `--kubeconfig` that is missing, a broken file, or a context
 * that the file does not have
 */
export async function contextNamespace(options: ConnectionOptions, env: Environment): Promise<string> {
  const { kubeconfig } = await readSource(options, env);
  return namespaceOf(chosenContext(options, kubeconfig), env);
}

/** What a kubeconfig calls its entries. */
export interface KubeconfigNames {
  /** Each context with its cluster and namespace, empty where it names none. */
  readonly contexts: readonly { readonly name: string; readonly cluster: string; readonly namespace: string }[];
  readonly clusters: readonly string[];
  readonly users: readonly string[];
}

/**
 * The names in the kubeconfig that kubectl would read.
 *
 * @throws RefgrantError `kubeconfig` for a file given by `--kubeconfig` that is missing, or a broken file
 */
export async function kubeconfigNames(options: ConnectionOptions, env: Environment): Promise<KubeconfigNames> {
  const { kubeconfig } = await readSource(options, env);
  return {
    contexts: [...kubeconfig.contexts].map(([name, { cluster, namespace }]) => ({ name, cluster, namespace })),
    clusters: [...kubeconfig.clusters.keys()],
    users: [...kubeconfig.users.keys()],
  };
}
