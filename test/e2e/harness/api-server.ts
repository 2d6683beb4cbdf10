import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseAllDocuments, stringify } from "yaml";
import { ensureAssets } from "./assets.ts";
import { type AuditEvent, AuditLog } from "./audit.ts";
import { startControlPlane } from "./control-plane.ts";
import { itemsAt, parseJson, textAt, valueAt } from "./json.ts";
import { type Channel, crdFiles, type GatewayApiVersion } from "./modules.ts";
import { cleanEnv, type ProcessResult, runProcess } from "./processes.ts";
import { readManifests } from "./report.ts";
import { type ApiTarget, apiRequest } from "./request.ts";

export type { AuditEvent, AuditObject } from "./audit.ts";

/** Someone who may log in with a token; what they may do, RBAC objects say (nothing, at first). */
export interface TestUser {
  readonly name: string;
  readonly token: string;
  readonly groups?: readonly string[];
}

/** How an API server is started. */
export interface ApiServerOptions {
  /** Whether every request is written down for {@link ApiServer.auditEvents}; true by default. */
  readonly auditLog?: boolean;
  /** Whether {@link AuditEvent.response} of requests about the core group holds what the server answered; false by default. */
  readonly auditBodies?: boolean;
  readonly users?: readonly TestUser[];
  /** Feature gates to switch on, such as those of alpha features. */
  readonly featureGates?: readonly string[];
}

/** How kubectl is run. */
export interface KubectlOptions {
  readonly stdin?: string;
  /** The path of a kubeconfig; the admin's by default. */
  readonly kubeconfig?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Folders to put in front of PATH, where kubectl looks for plugins. */
  readonly path?: readonly string[];
}

/** A running kube-apiserver with its etcd. No controllers run: no namespace finishes deleting, nothing writes status. */
export interface ApiServer {
  readonly url: string;
  readonly caFile: string;
  /** The folder for this server's files, removed by {@link stop}; tests may write here too. */
  readonly folder: string;
  /** The path of the kubectl binary. */
  readonly kubectlBinary: string;
  /** The path of a kubeconfig for a member of system:masters. */
  readonly adminKubeconfig: string;
  /** The admin's bearer token, for requests without kubectl. */
  readonly adminToken: string;
  /** Writes a kubeconfig for one of the users and returns its path; its one context is called like the user. */
  kubeconfigFor(user: string, namespace?: string): string;
  /** The requests since the start or the last {@link clearAudit}, without the server's and the harness's own. */
  auditEvents(): Promise<readonly AuditEvent[]>;
  clearAudit(): Promise<void>;
  /** Runs kubectl to its end. A failing exit code is a result, not an error. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<ProcessResult>;
  /** Applies a YAML or JSON text, or a list of files, server-side as the admin; an error if the server refuses any. */
  applyManifests(manifests: string | readonly string[]): Promise<void>;
  /**
   * Applies a text as `kubectl apply` does without flags, which keeps it in an annotation; but fields that the server does
   * not have are dropped instead of refused, as they are for clients that do not look.
   */
  applyLoosely(manifests: string): Promise<void>;
  /** Writes the `status` of objects that exist already, as a controller would. */
  applyStatus(manifests: string): Promise<void>;
  /** Installs CRDs and waits until all that they define is served. */
  applyDefinitions(crds: string): Promise<void>;
  /** Installs a bundle of CRDs, but those of the plural names in `except`, and waits until all that they define is served. */
  applyCrds(version: GatewayApiVersion, channel: Channel, except?: readonly string[]): Promise<void>;
  /** Deletes all CRDs of the Gateway API with everything in them, and waits until nothing of them is served. */
  removeCrds(): Promise<void>;
  /** Ends the processes and removes their files. */
  stop(): Promise<void>;
}

const adminName = "refgrant-admin";

function tokenLine(user: TestUser): string {
  const groups = user.groups ?? [];
  return `${user.token},${user.name},${user.name}${groups.length > 0 ? `,"${groups.join(",")}"` : ""}\n`;
}

function kubeconfigText(target: ApiTarget, user: string, namespace: string | undefined): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "refgrant-e2e",
        cluster: {
          server: target.url,
          "certificate-authority-data": readFileSync(target.caFile).toString("base64"),
        },
      },
    ],
    users: [{ name: user, user: { token: target.token } }],
    contexts: [
      { name: user, context: { cluster: "refgrant-e2e", user, ...(namespace === undefined ? {} : { namespace }) } },
    ],
    "current-context": user,
  });
}

/** What CRDs promise to serve: "group/version/plural". */
function promisedResources(crds: string): readonly string[] {
  return parseAllDocuments(crds).flatMap((document) => {
    const crd: unknown = document.toJS();
    const group = textAt(crd, "spec", "group");
    const plural = textAt(crd, "spec", "names", "plural");
    return itemsAt(crd, "spec", "versions")
      .filter((version) => valueAt(version, "served") === true)
      .map((version) => `${group}/${textAt(version, "name")}/${plural}`);
  });
}

/** What the server's aggregated discovery lists now, as "group/version/plural". */
async function servedResources(admin: ApiTarget): Promise<ReadonlySet<string>> {
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const answer = await apiRequest(admin, "GET", "/apis", { headers: { accept } });
  const served = new Set<string>();
  for (const group of itemsAt(parseJson(answer.body), "items")) {
    for (const version of itemsAt(group, "versions")) {
      for (const resource of itemsAt(version, "resources")) {
        served.add(
          `${textAt(group, "metadata", "name")}/${textAt(version, "version")}/${textAt(resource, "resource")}`,
        );
      }
    }
  }
  return served;
}

/** Whether a CRD (`…/gateways.gateway.networking.k8s.io`) or a resource (`group/version/plural`) is one of the Gateway API's. */
function namesGatewayApi(name: string): boolean {
  return /(^|\.)gateway\.networking\.(x-)?k8s\.io(\/|$)/.test(name);
}

/** Starts an API server in a temporary folder and waits until it is ready; it ends with this process at the latest. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const assets = await ensureAssets();
  const folder = mkdtempSync(join(tmpdir(), "refgrant-e2e-"));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

  const admin: TestUser = { name: adminName, token: randomUUID(), groups: ["system:masters"] };
  const users = new Map([admin, ...(options.users ?? [])].map((user) => [user.name, user]));
  const tokenFile = join(folder, "tokens.csv");
  writeFileSync(tokenFile, [...users.values()].map(tokenLine).join(""), { mode: 0o600 });
  const auditFile = options.auditLog === false ? null : join(folder, "audit.log");

  const auditBodies = options.auditBodies === true;
  const featureGates = options.featureGates ?? [];
  const settings = { assets, folder, tokenFile, adminToken: admin.token, auditFile, auditBodies, featureGates };
  const plane = await startControlPlane(settings).catch((error: unknown) => {
    removeFolder();
    throw error;
  });

  const adminTarget: ApiTarget = { url: plane.url, caFile: plane.caFile, token: admin.token };
  const audit = auditFile === null ? null : new AuditLog(auditFile, adminTarget);
  const needAudit = (): AuditLog => {
    if (audit === null) throw new Error("This API server was started with auditLog: false.");
    return audit;
  };

  const home = join(folder, "home");
  mkdirSync(home);

  const kubeconfigFor = (name: string, namespace?: string): string => {
    const user = users.get(name);
    if (user === undefined) throw new Error(`No user ${name}: name it in the option users.`);
    const path = join(folder, `kubeconfig-${name.replaceAll(/[^\w.-]/g, "_")}${namespace ? `-in-${namespace}` : ""}`);
    const text = kubeconfigText({ ...adminTarget, token: user.token }, name, namespace);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const adminKubeconfig = kubeconfigFor(adminName);

  const kubectl = (args: readonly string[], given: KubectlOptions = {}): Promise<ProcessResult> => {
    const base = cleanEnv({ HOME: home, KUBECONFIG: given.kubeconfig ?? adminKubeconfig, ...given.env });
    const path = [...(given.path ?? []), base.PATH].join(delimiter);
    const stdin = given.stdin === undefined ? {} : { stdin: given.stdin };
    return runProcess(assets.kubectl, args, { env: { ...base, PATH: path }, cwd: folder, ...stdin });
  };

  const mustKubectl = async (args: readonly string[], stdin?: string): Promise<string> => {
    const result = await kubectl(args, stdin === undefined ? {} : { stdin });
    if (result.code !== 0) throw new Error(`kubectl ${args.join(" ")} failed:\n${result.stderr}`);
    return result.stdout;
  };

  const applyArgs = ["apply", "--server-side", "--force-conflicts", "--field-manager=refgrant-e2e"];
  const applyManifests = async (manifests: string | readonly string[]): Promise<void> => {
    if (typeof manifests === "string") await mustKubectl([...applyArgs, "-f", "-"], manifests);
    else await mustKubectl([...applyArgs, ...manifests.flatMap((file) => ["-f", file])]);
  };

  const applyDefinitions = async (crds: string): Promise<void> => {
    await applyManifests(crds);
    await mustKubectl(["wait", "--for=condition=Established", "--timeout=60s", "-f", "-"], crds);
    // An established CRD is not in discovery yet: that takes another moment.
    const promised = promisedResources(crds);
    const deadline = performance.now() + 60_000;
    for (;;) {
      const served = await servedResources(adminTarget);
      const missing = promised.filter((resource) => !served.has(resource));
      if (missing.length === 0) return;
      if (performance.now() > deadline) throw new Error(`Not served after 60 s: ${missing.join(", ")}`);
      await delay(50);
    }
  };

  const applyCrds = (version: GatewayApiVersion, channel: Channel, except: readonly string[] = []): Promise<void> => {
    const files = crdFiles(version, channel).filter(
      (file) => !except.some((plural) => file.endsWith(`_${plural}.yaml`)),
    );
    return applyDefinitions(readManifests(files));
  };

  const removeCrds = async (): Promise<void> => {
    const deadline = performance.now() + 60_000;
    for (let asked = false; ; asked = true) {
      const crds = (await mustKubectl(["get", "crds", "-o", "name"])).split("\n").filter(namesGatewayApi);
      if (crds.length === 0 && ![...(await servedResources(adminTarget))].some(namesGatewayApi)) return;
      // The waiting of `kubectl delete` now and then misses the end.
      if (!asked && crds.length > 0) await mustKubectl(["delete", "--wait=false", ...crds]);
      if (performance.now() > deadline) throw new Error(`Not gone after 60 s: ${crds.join(", ")}`);
      await delay(50);
    }
  };

  return {
    url: plane.url,
    caFile: plane.caFile,
    folder,
    kubectlBinary: assets.kubectl,
    adminKubeconfig,
    adminToken: admin.token,
    kubeconfigFor,
    auditEvents: () => needAudit().events(),
    clearAudit: () => needAudit().clear(),
    kubectl,
    applyManifests,
    applyLoosely: async (manifests) => {
      await mustKubectl(["apply", "--validate=ignore", "-f", "-"], manifests);
    },
    applyStatus: async (manifests) => {
      await mustKubectl([...applyArgs, "--subresource=status", "-f", "-"], manifests);
    },
    applyDefinitions,
    applyCrds,
    removeCrds,
    stop: async () => {
      await plane.stop();
      removeFolder();
    },
  };
}
