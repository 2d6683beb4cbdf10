import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Assets } from "./assets.ts";
import { cleanEnv, cleanUpAfterDeath, ended, running } from "./processes.ts";
import { apiRequest } from "./request.ts";

/** The processes etcd and kube-apiserver, listening on 127.0.0.1 only. */
export interface ControlPlane {
  readonly url: string;
  /** The certificate bundle that the API server made for itself. */
  readonly caFile: string;
  /** Ends both processes, and waits until they are gone. */
  stop(): Promise<void>;
}

/** What the control plane is started with. */
export interface ControlPlaneSettings {
  readonly assets: Assets;
  /** The folder for data, logs, certificates; it exists and belongs to this control plane. */
  readonly folder: string;
  readonly tokenFile: string;
  readonly adminToken: string;
  /** The file for audit events; null for no audit. */
  readonly auditFile: string | null;
  /** Whether audit events about the core group hold what the server answered. */
  readonly auditBodies: boolean;
  /** Feature gates of kube-apiserver that are switched on beside those that are by default. */
  readonly featureGates: readonly string[];
}

const startTimeoutMs = 90_000;

function auditPolicy(bodies: boolean): object {
  const core = { level: "RequestResponse", resources: [{ group: "" }] };
  return {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived", "ResponseStarted"],
    rules: [...(bodies ? [core] : []), { level: "Metadata" }],
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.unref();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function launch(file: string, args: readonly string[], folder: string, logFile: string): ChildProcess {
  const log = openSync(logFile, "a");
  try {
    const child = spawn(file, args, { cwd: folder, env: { ...cleanEnv(), HOME: folder }, stdio: ["ignore", log, log] });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function tail(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-15).join("\n") : "(no log)";
}

async function ready(url: string, settings: ControlPlaneSettings, caFile: string): Promise<boolean> {
  if (!existsSync(caFile)) return false;
  try {
    const target = { url, caFile, token: settings.adminToken };
    return (await apiRequest(target, "GET", "/readyz")).status === 200;
  } catch {
    return false;
  }
}

async function tryStart(settings: ControlPlaneSettings, attempt: number): Promise<ControlPlane> {
  const { assets, folder } = settings;
  const etcdUrl = `http://127.0.0.1:${await freePort()}`;
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const certificates = join(folder, `certificates-${attempt}`);
  const caFile = join(certificates, "apiserver.crt");
  const etcdLog = join(folder, `etcd-${attempt}.log`);
  const apiLog = join(folder, `kube-apiserver-${attempt}.log`);

  const signingKey = join(folder, "service-account.key");
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(signingKey, keys.privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });

  const etcd = launch(
    assets.etcd,
    [
      `--data-dir=${join(folder, `etcd-${attempt}`)}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      "--listen-peer-urls=http://127.0.0.1:0",
      "--unsafe-no-fsync",
    ],
    folder,
    etcdLog,
  );

  const auditArgs: string[] = [];
  if (settings.auditFile !== null) {
    const policyFile = join(folder, "audit-policy.json");
    writeFileSync(policyFile, JSON.stringify(auditPolicy(settings.auditBodies)));
    // The log must not be rotated: events are read back from one file.
    auditArgs.push(
      `--audit-policy-file=${policyFile}`,
      `--audit-log-path=${settings.auditFile}`,
      "--audit-log-maxsize=100000",
    );
  }
  const api = launch(
    assets.kubeApiserver,
    [
      `--etcd-servers=${etcdUrl}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      `--cert-dir=${certificates}`,
      "--endpoint-reconciler-type=none",
      `--service-account-issuer=${url}`,
      `--service-account-key-file=${signingKey}`,
      `--service-account-signing-key-file=${signingKey}`,
      "--service-cluster-ip-range=10.96.0.0/12",
      "--authorization-mode=RBAC",
      `--token-auth-file=${settings.tokenFile}`,
      "--disable-admission-plugins=ServiceAccount",
      ...(settings.featureGates.length === 0
        ? []
        : [`--feature-gates=${settings.featureGates.map((gate) => `${gate}=true`).join(",")}`]),
      ...auditArgs,
    ],
    folder,
    apiLog,
  );

  const children = [api, etcd];
  for (const child of children) child.on("error", () => undefined);
  const callOffCleanUp = cleanUpAfterDeath(folder, children);
  const stop = async (): Promise<void> => {
    // First, so that it never meets process ids that belong to someone else by then.
    await callOffCleanUp();
    // Nothing here is worth an orderly end; the data is thrown away.
    for (const child of children) if (running(child)) child.kill("SIGKILL");
    await Promise.all(children.map(ended));
  };

  const deadline = performance.now() + startTimeoutMs;
  while (!(await ready(url, settings, caFile))) {
    const dead = children.find((child) => !running(child));
    if (dead !== undefined || performance.now() > deadline) {
      await stop();
      const what = dead === undefined ? `not ready after ${startTimeoutMs / 1000} s` : "a process ended";
      throw new Error(
        `The control plane did not start: ${what}.\netcd:\n${tail(etcdLog)}\n\nkube-apiserver:\n${tail(apiLog)}`,
      );
    }
    await delay(50);
  }
  return { url, caFile, stop };
}

/** Starts etcd and kube-apiserver and waits until /readyz says ok; tries again when another process took a port. */
export async function startControlPlane(settings: ControlPlaneSettings): Promise<ControlPlane> {
  const attempts = 3;
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryStart(settings, attempt);
    } catch (error) {
      const portTaken = error instanceof Error && error.message.includes("address already in use");
      if (!portTaken || attempt === attempts) throw error;
    }
  }
}
