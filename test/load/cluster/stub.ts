import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { KindInfo } from "../../../src/catalogue/kinds.ts";
import { KINDS } from "../../../src/catalogue/known.ts";
import { type ConnectionOptions, type Environment, environmentOf } from "../../../src/load/cluster/options.ts";
import { type ClusterRequest, type ClusterWorld, readCluster } from "../../../src/load/cluster/read.ts";

/** A folder that ends with the test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "refgrant-cluster-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Writes a file below a fresh folder and gives its path. */
export async function file(text: string, name = "config"): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, text);
  return path;
}

export function options(given: Partial<ConnectionOptions> = {}): ConnectionOptions {
  return {
    kubeconfig: null,
    context: null,
    cluster: null,
    user: null,
    server: null,
    tlsServerName: null,
    insecureSkipTlsVerify: null,
    certificateAuthority: null,
    clientCertificate: null,
    clientKey: null,
    token: null,
    username: null,
    password: null,
    as: null,
    asUid: null,
    asGroup: [],
    asUserExtra: [],
    requestTimeoutMs: 0,
    disableCompression: false,
    ...given,
  };
}

/** An environment without home and without a pod around it. */
export function environment(variables: Record<string, string> = {}, more: Partial<Environment> = {}): Environment {
  return { ...environmentOf(variables, ""), serviceAccountDir: "/nonexistent", ...more };
}

export function tlsFile(name: string): string {
  return join(import.meta.dirname, "tls", name);
}

export interface Stub {
  readonly url: string;
  readonly port: number;
  readonly requests: http.IncomingMessage[];
  /** The paths asked for, with their queries, in the order they came. */
  readonly paths: () => readonly string[];
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A server on the loopback that ends with the test. */
export async function serve(handler: Handler, tls: https.ServerOptions | null = null): Promise<Stub> {
  const requests: http.IncomingMessage[] = [];
  const listener: http.RequestListener = (request, response) => {
    requests.push(request);
    handler(request, response);
  };
  const server = tls === null ? http.createServer(listener) : https.createServer(tls, listener);
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `${tls === null ? "http" : "https"}://127.0.0.1:${port}`;
  return { url, port, requests, paths: () => requests.map((request) => request.url ?? "") };
}

/** A raw TCP server on the loopback that ends with the test. */
export async function serveTcp(connection: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    connection(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listen(server);
}

export async function serverTls(certificate = "server"): Promise<https.ServerOptions> {
  const [cert, key] = await Promise.all([readFile(tlsFile(`${certificate}.crt`)), readFile(tlsFile("server.key"))]);
  return { cert, key };
}

export function reply(response: http.ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function status(code: number, message: string) {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, message };
}

export function forbid(response: http.ServerResponse, plural: string): void {
  reply(response, 403, status(403, `${plural} is forbidden: User "jane" cannot list resource "${plural}"`));
}

export function kind(name: string): KindInfo {
  const info = KINDS.find((candidate) => candidate.kind === name);
  if (info === undefined) throw new Error(`no kind ${name}`);
  return info;
}

/** Aggregated discovery of the given kinds in their first version, or in `versions`; the group has versions `of`. */
export function discovery(
  kinds: readonly KindInfo[],
  versions: readonly string[] | null = null,
  of: readonly string[] = ["v1", "v1beta1", "v1alpha2"],
) {
  const groups = new Set(kinds.map((info) => info.group).filter((group) => group !== ""));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    items: [...groups].map((group) => ({
      metadata: { name: group },
      versions: of.map((version) => ({
        version,
        freshness: "Current",
        resources: kinds
          .filter(
            (info) => info.group === group && (versions ?? info.versions?.slice(0, 1) ?? ["v1"]).includes(version),
          )
          .map((info) => ({
            resource: info.plural,
            responseKind: { group, version, kind: info.kind },
            scope: info.scope,
            verbs: ["get", "list"],
          })),
      })),
    })),
  };
}

export function item(name: string, namespace: string | null, more = {}) {
  return { metadata: { name, ...(namespace === null ? {} : { namespace }), ...more } };
}

/** A list as the API server sends it for a kind; metadata kinds get what was asked for. */
export function listOf(info: KindInfo, items: readonly unknown[], metadata = {}) {
  return info.read === "metadata"
    ? { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items }
    : { kind: `${info.kind}List`, apiVersion: `${info.group}/v1`, metadata, items };
}

/** Routes by path (without query); what has no route is answered with 404. */
export function routes(table: Readonly<Record<string, unknown>>): Handler {
  const map = new Map<string, unknown>(Object.entries(table));
  return (request, response) => {
    const path = (request.url ?? "").replace(/\?.*$/, "");
    const answer = map.get(path);
    if (answer === undefined) reply(response, 404, status(404, `nothing at ${path}`));
    else if (typeof answer === "function") answer(request, response);
    else reply(response, 200, answer);
  };
}

/** Reads from a stub with defaults that a test may replace. */
export function read(
  server: string,
  request: Partial<ClusterRequest> = {},
  given: Partial<ConnectionOptions> = {},
  env: Environment = environment(),
): Promise<ClusterWorld> {
  return readCluster(options({ server, ...given }), env, {
    kinds: [kind("ReferenceGrant")],
    definitions: false,
    chunkSize: 500,
    namespaces: [],
    signal: new AbortController().signal,
    progress: () => undefined,
    userAgent: "kubectl-refgrant/test",
    ...request,
  });
}

export const GRANTS = "/apis/gateway.networking.k8s.io/v1/referencegrants";

export function grantsIn(namespace: string): string {
  return `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/referencegrants`;
}
