import type { Agent } from "node:http";
import tls from "node:tls";
import { RefgrantError } from "../../model/failure.ts";
import { codeOf } from "../error-code.ts";
import { type Credentials, credentialsOf } from "./credentials.ts";
import { impersonationHeaders } from "./impersonation.ts";
import type { ClusterConfig } from "./kubeconfig.ts";
import { interrupted, type Limits, within } from "./limits.ts";
import { type Multiplexed, multiplexed } from "./multiplex.ts";
import { loadHttp, loadHttps } from "./node-http.ts";
import type { Environment } from "./options.ts";
import { shorten } from "./text.ts";

/** How many requests are under way at most. */
export const PARALLEL = 8;

/** Credentials as they were at one moment, and the connections made with them. */
export interface Session {
  /** What makes connections for one request each. Made when it is first asked for. */
  readonly agent: () => Agent;
  /** What TLS needs where the agent is not made with it. */
  readonly tls: tls.ConnectionOptions;
  /** One connection for all requests, where that can be: with TLS, and no proxy in between. */
  readonly multiplexed: Multiplexed | null;
  readonly headers: ReadonlyMap<string, string | readonly string[]>;
  /** Whether anything was sent by which the server could know the caller. */
  readonly authenticated: boolean;
  /** When the credentials had expired by their own account and this machine's clock; empty where they had not. */
  readonly expired: string;
  /** What no output may hold, whoever repeats it. */
  readonly secrets: readonly string[];
  readonly close: () => void;
}

/** The roots that Go takes where no CA is configured: the system's, and Node's own for a system without any. */
function systemRoots(): readonly string[] {
  return [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
}

function tlsOptions({ cluster }: ClusterConfig, { ca, cert, key }: Credentials): tls.ConnectionOptions {
  const verify = !cluster.insecure;
  let secureContext: tls.SecureContext;
  try {
    secureContext = tls.createSecureContext({
      ...(ca !== null ? { ca } : verify ? { ca: [...systemRoots()] } : {}),
      ...(cert !== null ? { cert } : {}),
      ...(key !== null ? { key } : {}),
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
  const servername = cluster.tlsServerName;
  return { secureContext, rejectUnauthorized: verify, ...(servername === "" ? {} : { servername }) };
}

type Connections = Pick<Session, "agent" | "tls" | "multiplexed" | "close">;

/** An agent that is made when it is first asked for, and ends what it made, if it was. */
function agentFrom(make: () => Agent): Pick<Connections, "agent" | "close"> {
  let made: Agent | null = null;
  const agent = (): Agent => {
    made ??= make();
    return made;
  };
  return { agent, close: () => made?.destroy() };
}

function connectionsFor(config: ClusterConfig, credentials: Credentials): Connections {
  const secure = config.serverUrl.startsWith("https:") ? tlsOptions(config, credentials) : null;
  const { proxy } = config;
  const { socks } = credentials;
  if (socks !== null) {
    Object.assign(socks, { keepAlive: true, maxSockets: PARALLEL });
    return { ...agentFrom(() => socks), tls: secure ?? {}, multiplexed: null };
  }
  const settings = {
    keepAlive: true,
    maxSockets: PARALLEL,
    ...(proxy === null ? {} : { proxyEnv: { HTTP_PROXY: proxy.href, HTTPS_PROXY: proxy.href } }),
  };
  if (secure === null) {
    return { ...agentFrom(() => new (loadHttp().Agent)(settings)), tls: {}, multiplexed: null };
  }
  const { agent, close } = agentFrom(() => new (loadHttps().Agent)({ ...settings, ...secure }));
  if (proxy !== null) return { agent, close, tls: {}, multiplexed: null };
  const one = multiplexed(new URL(config.serverUrl), secure);
  return {
    agent,
    tls: {},
    multiplexed: one,
    close: () => {
      close();
      one.close();
    },
  };
}

function tooSlow(userName: string, requestTimeoutMs: number): RefgrantError {
  return new RefgrantError(
    "credentials",
    `no credentials could be obtained for user "${userName}" within ${requestTimeoutMs / 1000}s`,
    "Allow more time with --request-timeout, or check the user's entry in the kubeconfig.",
  );
}

/** The parts of a header that say who the caller is, and the password that is in one of them. */
function secretsOf({ user }: ClusterConfig, { authorization }: Credentials): readonly string[] {
  return [authorization.replace(/^\S+ /, ""), user.token.trim(), user.password].filter((secret) => secret !== "");
}

/**
 * Obtains credentials and prepares connections.
 *
 * @throws RefgrantError `credentials` if none could be obtained, or not in time, `kubeconfig` if certificates cannot be
 * used, `interrupted`
 */
export async function openSession(config: ClusterConfig, env: Environment, limits: Limits): Promise<Session> {
  let credentials: Credentials;
  try {
    credentials = await within(
      limits,
      () => tooSlow(config.userName, limits.requestTimeoutMs),
      (signal) => credentialsOf(config, env, signal),
    );
  } catch (error) {
    if (limits.signal.aborted) throw interrupted(error);
    if (error instanceof RefgrantError) throw error;
    throw new RefgrantError(
      "credentials",
      `no credentials could be obtained for user "${config.userName}"${codeOf(error) === "" ? "" : ` (${codeOf(error)})`}`,
      "Log in again, or check the user's entry in the kubeconfig.",
      { cause: error },
    );
  }
  const headers = new Map<string, string | readonly string[]>(impersonationHeaders(config.user));
  if (credentials.authorization !== "") headers.set("Authorization", credentials.authorization);
  for (const [name, value] of headers) {
    for (const text of typeof value === "string" ? [value] : value) {
      if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) {
        throw new RefgrantError("credentials", `the header ${shorten(name)} would hold a character that no header may`);
      }
    }
  }
  const connections = connectionsFor(config, credentials);
  return {
    ...connections,
    headers,
    authenticated: credentials.authorization !== "" || credentials.cert !== null,
    expired: credentials.expired,
    secrets: secretsOf(config, credentials),
  };
}
