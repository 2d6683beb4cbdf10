import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KindInfo } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";

/** A server on the loopback that answers for the example world as an API server would, as far as it is asked. */
export interface TrainingServer {
  /** A kubeconfig for it. */
  readonly kubeconfig: string;
  readonly stop: () => Promise<void>;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** The group that every cluster with the Gateway API serves, and the core. */
const GROUPS = ["", "gateway.networking.k8s.io"];

function manifestsOf(folder: string): readonly Manifest[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return files
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), "utf8")))
    .map((document): Manifest => document.toJS());
}

const versionOf = ({ group, versions }: KindInfo): string => (group === "" ? "v1" : (versions?.[0] ?? "v1"));

function discovery(kinds: readonly KindInfo[], group: string): unknown {
  const versions = [
    ...Map.groupBy(
      kinds.filter((info) => info.group === group),
      versionOf,
    ),
  ];
  const resource = (info: KindInfo): unknown => ({
    resource: info.plural,
    responseKind: { group, version: versionOf(info), kind: info.kind },
    scope: info.scope === "Cluster" ? "Cluster" : "Namespaced",
    singularResource: info.kind.toLowerCase(),
    verbs: ["get", "list", "watch"],
  });
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    items: [
      {
        metadata: { name: group },
        versions: versions.map(([version, infos]) => ({
          version,
          resources: infos.map(resource),
          freshness: "Current",
        })),
      },
    ],
  };
}

function answerTo(url: URL, kinds: readonly KindInfo[], manifests: readonly Manifest[]): unknown {
  if (url.pathname === "/api" || url.pathname === "/apis") {
    return discovery(kinds, url.pathname === "/api" ? "" : "gateway.networking.k8s.io");
  }
  const [, root, namespaced, plural = "", name] =
    /^\/(?:api|apis\/[^/]+)\/([^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
  const info = kinds.find((kind) => kind.plural === plural);
  if (root === undefined || info === undefined) return null;
  const [, wanted] = /^metadata\.name=(.*)$/.exec(url.searchParams.get("fieldSelector") ?? "") ?? [];
  const items = manifests.filter(
    ({ kind, metadata }) =>
      kind === info.kind &&
      (namespaced === undefined || metadata.namespace === namespaced) &&
      (name ?? wanted ?? metadata.name) === metadata.name,
  );
  const list = { resourceVersion: "1" };
  if (info.read === "metadata") {
    const meta = { apiVersion: "meta.k8s.io/v1" };
    const partial = items.map(({ metadata }) => ({ ...meta, kind: "PartialObjectMetadata", metadata }));
    if (name !== undefined) return partial[0] ?? null;
    return { ...meta, kind: "PartialObjectMetadataList", metadata: list, items: partial };
  }
  if (name !== undefined) return items[0] ?? null;
  const apiVersion = info.group === "" ? "v1" : `${info.group}/${root}`;
  return { kind: `${info.kind}List`, apiVersion, metadata: list, items };
}

/**
 * @param root the root of the repository: the example world and the tests' certificates are below it
 * @param folder where the kubeconfig goes
 */
export async function startTrainingServer(root: string, folder: string): Promise<TrainingServer> {
  const manifests = manifestsOf(join(root, "examples/world"));
  const kinds = KINDS.filter(({ group }) => GROUPS.includes(group));
  const tls = join(root, "test/load/cluster/tls");
  const server = createSecureServer({
    allowHTTP1: true,
    key: readFileSync(join(tls, "server.key")),
    cert: readFileSync(join(tls, "server.crt")),
  });
  server.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const answer = answerTo(new URL(request.url, "https://localhost"), kinds, manifests);
    const accept = String(request.headers.accept ?? "");
    const type = accept.includes("APIGroupDiscoveryList") ? accept.split(",")[0] : "application/json";
    response.writeHead(answer === null ? 404 : 200, { "content-type": type ?? "application/json" });
    response.end(JSON.stringify(answer ?? { kind: "Status", status: "Failure", reason: "NotFound", code: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the training server has no port");
  const kubeconfig = join(folder, "kubeconfig");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "training",
      contexts: [{ name: "training", context: { cluster: "training", user: "training" } }],
      clusters: [
        {
          name: "training",
          cluster: {
            server: `https://127.0.0.1:${address.port}`,
            "certificate-authority": join(tls, "intermediate.crt"),
          },
        },
      ],
      users: [{ name: "training", user: { token: "training" } }],
    }),
  );
  return {
    kubeconfig,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
