import { BlockList, isIP, isIPv4 } from "node:net";
import { RefgrantError } from "../../model/failure.ts";
import { readUrl } from "./urls.ts";

const SCHEMES: readonly string[] = ["http:", "https:", "socks5:", "socks5h:"];

function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return host === "localhost";
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8, "ipv4");
  loopback.addAddress("::1", "ipv6");
  return loopback.check(host, isIPv4(host) ? "ipv4" : "ipv6");
}

function matchesSubnet(host: string, entry: string): boolean | null {
  const [network, length, ...rest] = entry.split("/");
  if (network === undefined || length === undefined || rest.length > 0) return null;
  const family = isIP(network);
  if (family === 0 || !/^\d{1,3}$/.test(length) || Number(length) > (family === 4 ? 32 : 128)) return null;
  if (isIP(host) === 0) return false;
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(length), family === 4 ? "ipv4" : "ipv6");
  return subnet.check(host, isIPv4(host) ? "ipv4" : "ipv6");
}

function matches(host: string, port: string, entry: string): boolean {
  if (entry === "*") return true;
  const subnet = matchesSubnet(host, entry);
  if (subnet !== null) return subnet;
  const withPort = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
  const name = bare(withPort?.[1] ?? entry);
  if (name === "" || (withPort !== null && withPort[2] !== port)) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  if (name.startsWith("*.")) return host.endsWith(name.slice(1));
  if (name.startsWith(".")) return host.endsWith(name);
  return host === name || host.endsWith(`.${name}`);
}

/**
 * Whether `NO_PROXY` exempts a server, read as Go does and so kubectl: names with their subdomains, `.suffix`,
 * addresses, CIDR ranges, each with an optional port, and `*`.
 */
export function exemptFromProxy(server: URL, noProxy: string): boolean {
  const host = bare(server.hostname).toLowerCase();
  if (isLoopback(host)) return true;
  const port = server.port === "" ? (server.protocol === "https:" ? "443" : "80") : server.port;
  return noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && matches(host, port, entry));
}

/**
 * The proxy to reach a server through, as kubectl chooses it: `proxy-url` of the kubeconfig, which wins and knows no
 * exemption, else `HTTPS_PROXY` or `HTTP_PROXY` by the server's scheme unless `NO_PROXY` exempts it.
 *
 * @param configured `proxy-url`; empty for none
 * @returns null for a direct connection
 * @throws RefgrantError `kubeconfig` for a URL that names no http, https or socks5 proxy
 */
export function proxyFor(server: URL, configured: string, variables: ReadonlyMap<string, string>): URL | null {
  if (configured !== "") {
    const proxy = readUrl(configured, SCHEMES);
    if (proxy !== null) return proxy;
    throw new RefgrantError(
      "kubeconfig",
      "the proxy-url of the kubeconfig's cluster is no URL of an http, https or socks5 proxy",
      "Write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT, with a password percent-encoded.",
    );
  }
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = variables.get(name) || variables.get(name.toLowerCase()) || "";
  if (value === "") return null;
  if (exemptFromProxy(server, variables.get("NO_PROXY") || variables.get("no_proxy") || "")) return null;
  const proxy = readUrl(value.includes("://") ? value : `http://${value}`, SCHEMES);
  if (proxy !== null) return proxy;
  throw new RefgrantError(
    "kubeconfig",
    `the environment variable ${name} is no URL of an http, https or socks5 proxy`,
    "Write it as http://HOST:PORT, with a password percent-encoded, or add the API server to NO_PROXY.",
  );
}
