import type http from "node:http";
import { readFile, readText } from "./file-system.ts";
import type { ClusterConfig } from "./kubeconfig.ts";
import { unlessEnded } from "./limits.ts";
import type { Environment } from "./options.ts";

/** What a connection authenticates with, and what it trusts. */
export interface Credentials {
  readonly ca: Buffer | null;
  readonly cert: Buffer | string | null;
  readonly key: Buffer | string | null;
  /** The value of the header; empty for none. */
  readonly authorization: string;
  /** When they had expired by their own account and this machine's clock; empty where they had not, or do not say. */
  readonly expired: string;
  /** Makes the connections through a SOCKS proxy; null where there is none. */
  readonly socks: http.Agent | null;
}

async function contentOf(data: string, file: string): Promise<Buffer | null> {
  if (data !== "") return Buffer.from(data, "base64");
  return file === "" ? null : readFile(file);
}

/** What stands in the kubeconfig, or in a file that it names. */
async function written({ cluster, user }: ClusterConfig): Promise<Credentials> {
  const [ca, cert, key] = await Promise.all([
    contentOf(cluster.caData, cluster.caFile),
    contentOf(user.certData, user.certFile),
    contentOf(user.keyData, user.keyFile),
  ]);
  return { ca, cert, key, authorization: "", expired: "", socks: null };
}

function bearer(token: string): string {
  const trimmed = token.trim();
  return trimmed === "" ? "" : `Bearer ${trimmed}`;
}

/**
 * Obtains what a connection needs, in client-go's order: a token file beats a token, a token beats a plugin. Legacy
 * auth providers (OIDC) and SOCKS proxies are client-node's matter; it is large, so it is loaded for these alone.
 *
 * @param signal ends what is waited for; a plugin has ended when it is rejected
 * @throws RefgrantError `credentials`; the signal's reason; whatever went wrong while files were read or tokens refreshed
 */
export async function credentialsOf(
  config: ClusterConfig,
  env: Environment,
  signal: AbortSignal,
): Promise<Credentials> {
  const { user, proxy } = config;
  const basic = user.username !== "" || user.password !== "";
  const provided = user.tokenFile === "" && user.token === "" && !basic && user.exec === null;
  const viaClient = provided && user.authProvider !== null;
  const socks = proxy?.protocol.startsWith("socks") === true;
  const given =
    viaClient || socks
      ? await unlessEnded((await import("./client-credentials.ts")).clientCredentials(config, viaClient), signal)
      : await unlessEnded(written(config), signal);
  if (user.tokenFile !== "") {
    return { ...given, authorization: bearer(await unlessEnded(readText(user.tokenFile), signal)) };
  }
  if (user.token !== "") return { ...given, authorization: bearer(user.token) };
  if (basic) {
    if (user.username === "") return given;
    const encoded = Buffer.from(`${user.username}:${user.password}`).toString("base64");
    return { ...given, authorization: `Basic ${encoded}` };
  }
  if (user.exec === null) return given;
  const { execCredential } = await import("./exec-credential.ts");
  const { token, certificate, key, expired } = await execCredential(user.exec, config, env, signal);
  return {
    ...given,
    expired,
    ...(certificate === "" ? {} : { cert: certificate, key }),
    authorization: bearer(token),
  };
}
