import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import type { KubeConfig, User } from "@kubernetes/client-node";
import { RefgrantError } from "../../model/failure.ts";
import { codeOf } from "../error-code.ts";
import { execCredential } from "./exec-credential.ts";
import { impersonationHeaders } from "./impersonation.ts";
import type { ClusterConfig } from "./kubeconfig.ts";
import type { Environment } from "./options.ts";
import { shorten } from "./text.ts";

/** How many requests are under way at most. */
export const PARALLEL = 8;

/** Credentials as they were at one moment, and the connections made with them. */
export interface Session {
  readonly agent: http.Agent;
  /** What TLS needs where the agent is not made with it. */
  readonly tls: tls.ConnectionOptions;
  readonly headers: ReadonlyMap<string, string | readonly string[]>;
  /** Whether anything was sent by which the server could know the caller. */
  readonly authenticated: boolean;
  readonly close: () => void;
}

const EXEC = "kubectl-refgrant-exec";

/** A client-node configuration of one cluster and one user. Made anew for each session, since it caches credentials. */
async function kubeConfigOf(config: ClusterConfig, env: Environment, signal: AbortSignal): Promise<KubeConfig> {
  const { KubeConfig } = await import("./client.ts");
  const { cluster, user } = config;
  const kubeConfig = new KubeConfig();
  const { exec } = user;
  kubeConfig.addAuthenticator({
    isAuthProvider: (candidate) => candidate.authProvider?.name === EXEC,
    applyAuthentication: async (_user, options) => {
      if (exec === null) return;
      const credential = await execCredential(exec, config, env, signal);
      if (credential.certificate !== "") Object.assign(options, { cert: credential.certificate, key: credential.key });
      if (credential.token !== "")
        Object.assign(options.headers ?? {}, { Authorization: `Bearer ${credential.token}` });
    },
  });
  // A token beats a plugin, and a token file a token: client-go's order.
  const basic = user.username !== "" || user.password !== "";
  let authProvider: User["authProvider"] = null;
  if (user.tokenFile !== "") authProvider = { name: "tokenFile", config: { tokenFile: user.tokenFile } };
  else if (user.token === "" && !basic) authProvider = exec === null ? user.authProvider : { name: EXEC };
  const socks = config.proxy?.protocol.startsWith("socks") === true;
  kubeConfig.loadFromOptions({
    currentContext: "chosen",
    contexts: [{ name: "chosen", cluster: "chosen", user: "chosen" }],
    clusters: [
      {
        name: "chosen",
        server: config.serverUrl,
        caData: cluster.caData,
        caFile: cluster.caData === "" ? cluster.caFile : "",
        tlsServerName: cluster.tlsServerName,
        skipTLSVerify: cluster.insecure || config.serverUrl.startsWith("http:"),
        // socks5 leaves name resolution to the proxy, as Go does.
        ...(socks ? { proxyUrl: config.proxy?.href.replace(/^socks5:/, "socks5h:") } : {}),
      },
    ],
    users: [
      {
        name: "chosen",
        certData: user.certData,
        certFile: user.certData === "" ? user.certFile : "",
        keyData: user.keyData,
        keyFile: user.keyData === "" ? user.keyFile : "",
        token: user.tokenFile === "" ? user.token : "",
        username: user.username,
        password: user.password,
        authProvider,
      },
    ],
  });
  return kubeConfig;
}

/** The roots that Go takes where no CA is configured: the system's, and Node's own for a system without any. */
function systemRoots(): readonly string[] {
  return [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
}

function tlsOptions(config: ClusterConfig, options: https.RequestOptions): tls.ConnectionOptions {
  const verify = !config.cluster.insecure;
  let secureContext: tls.SecureContext;
  try {
    secureContext = tls.createSecureContext({
      ...(options.ca !== undefined ? { ca: options.ca } : verify ? { ca: [...systemRoots()] } : {}),
      ...(options.cert !== undefined ? { cert: options.cert } : {}),
      ...(options.key !== undefined ? { key: options.key } : {}),
      allowPartialTrustChain: true,
    });
  } catch (error) {
    throw new RefgrantError(
      "kubeconfig",
      `the certificate authority, client certificate or client key cannot be used (${codeOf(error) || "not PEM"})`,
      "Check that each is PEM, and that the certificate and the key belong together.",
      { cause: error },
    );
  }
  const servername = config.cluster.tlsServerName;
  return { secureContext, rejectUnauthorized: verify, ...(servername === "" ? {} : { servername }) };
}

function connectionsFor(config: ClusterConfig, options: https.RequestOptions): Pick<Session, "agent" | "tls"> {
  const secure = config.serverUrl.startsWith("https:") ? tlsOptions(config, options) : null;
  const { proxy } = config;
  if (proxy?.protocol.startsWith("socks") === true && options.agent instanceof http.Agent) {
    Object.assign(options.agent, { keepAlive: true, maxSockets: PARALLEL });
    return { agent: options.agent, tls: secure ?? {} };
  }
  const settings = {
    keepAlive: true,
    maxSockets: PARALLEL,
    ...(proxy === null ? {} : { proxyEnv: { HTTP_PROXY: proxy.href, HTTPS_PROXY: proxy.href } }),
  };
  return { agent: secure === null ? new http.Agent(settings) : new https.Agent({ ...settings, ...secure }), tls: {} };
}

/**
 * Obtains credentials, through client-node where that takes more than reading them (token files, OIDC, plugins), and
 * prepares connections.
 *
 * @throws RefgrantError `credentials` if none could be obtained, `kubeconfig` if certificates cannot be used,
 * `interrupted`
 */
export async function openSession(config: ClusterConfig, env: Environment, signal: AbortSignal): Promise<Session> {
  const options: https.RequestOptions & { headers: Record<string, string> } = { headers: {} };
  const kubeConfig = await kubeConfigOf(config, env, signal);
  try {
    await kubeConfig.applyToHTTPSOptions(options);
  } catch (error) {
    if (error instanceof RefgrantError) throw error;
    throw new RefgrantError(
      "credentials",
      `no credentials could be obtained for user "${config.userName}"${codeOf(error) === "" ? "" : ` (${codeOf(error)})`}`,
      "Log in again, or check the user's entry in the kubeconfig.",
      { cause: error },
    );
  }
  const headers = new Map<string, string | readonly string[]>(impersonationHeaders(config.user));
  const authorization = options.headers.Authorization?.trim() ?? "";
  if (authorization !== "") headers.set("Authorization", authorization);
  else if (typeof options.auth === "string") {
    headers.set("Authorization", `Basic ${Buffer.from(options.auth).toString("base64")}`);
  }
  for (const [name, value] of headers) {
    for (const text of typeof value === "string" ? [value] : value) {
      if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) {
        throw new RefgrantError("credentials", `the header ${shorten(name)} would hold a character that no header may`);
      }
    }
  }
  const connections = connectionsFor(config, options);
  return {
    ...connections,
    headers,
    authenticated: headers.has("Authorization") || options.cert !== undefined,
    close: () => connections.agent.destroy(),
  };
}
