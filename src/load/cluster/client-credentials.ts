import type https from "node:https";
import { KubeConfig } from "./client.ts";
import type { Credentials } from "./credentials.ts";
import type { ClusterConfig } from "./kubeconfig.ts";
import { loadHttp } from "./node-http.ts";

function bufferOf(content: unknown): Buffer | null {
  return Buffer.isBuffer(content) ? content : null;
}

/**
 * What client-node makes of a cluster and a user: the token of a legacy auth provider, the agent of a SOCKS proxy.
 *
 * @param authProvider whether the user's auth provider is to be asked
 */
export async function clientCredentials(config: ClusterConfig, authProvider: boolean): Promise<Credentials> {
  const { cluster, user, proxy } = config;
  const socks = proxy?.protocol.startsWith("socks") === true;
  const kubeConfig = new KubeConfig();
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
        ...(socks ? { proxyUrl: proxy.href.replace(/^socks5:/, "socks5h:") } : {}),
      },
    ],
    users: [
      {
        name: "chosen",
        certData: user.certData,
        certFile: user.certData === "" ? user.certFile : "",
        keyData: user.keyData,
        keyFile: user.keyData === "" ? user.keyFile : "",
        authProvider: authProvider ? user.authProvider : null,
      },
    ],
  });
  const options: https.RequestOptions & { headers: Record<string, string> } = { headers: {} };
  await kubeConfig.applyToHTTPSOptions(options);
  return {
    ca: bufferOf(options.ca),
    cert: bufferOf(options.cert),
    key: bufferOf(options.key),
    authorization: options.headers.Authorization?.trim() ?? "",
    expired: "",
    socks: socks && options.agent instanceof loadHttp().Agent ? options.agent : null,
  };
}
