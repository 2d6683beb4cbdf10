import { spawn } from "node:child_process";
import { RefgrantError } from "../../model/failure.ts";
import { codeOf } from "../error-code.ts";
import { readFile } from "./file-system.ts";
import type { ClusterConfig } from "./kubeconfig.ts";
import type { ExecEntry } from "./kubeconfig-file.ts";
import type { Environment } from "./options.ts";
import { fieldOf, isObject, parseJson, shorten, textOf } from "./text.ts";

/** What a credential plugin answered with; empty strings for what it left out. */
export interface ExecCredential {
  readonly token: string;
  readonly certificate: string;
  readonly key: string;
}

const VERSIONS: readonly string[] = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

async function clusterInfo(config: ClusterConfig): Promise<Readonly<Record<string, unknown>>> {
  const { cluster } = config;
  const caData =
    cluster.caData === "" && cluster.caFile !== ""
      ? (await readFile(cluster.caFile)).toString("base64")
      : cluster.caData;
  const info = new Map<string, unknown>([["server", config.serverUrl]]);
  if (cluster.tlsServerName !== "") info.set("tls-server-name", cluster.tlsServerName);
  if (cluster.insecure) info.set("insecure-skip-tls-verify", true);
  if (caData !== "") info.set("certificate-authority-data", caData);
  if (config.proxy !== null) info.set("proxy-url", config.proxy.href);
  if (cluster.disableCompression) info.set("disable-compression", true);
  if (cluster.execConfig !== undefined) info.set("config", cluster.execConfig);
  return Object.fromEntries(info);
}

interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  exec: ExecEntry,
  variables: ReadonlyMap<string, string>,
  interactive: boolean,
  signal: AbortSignal,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(exec.command, [...exec.args], {
      env: Object.fromEntries(variables),
      stdio: [interactive ? "inherit" : "ignore", "pipe", interactive ? "inherit" : "pipe"],
      windowsHide: true,
      signal,
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

function failure(exec: ExecEntry, what: string, advice: string, cause?: unknown): RefgrantError {
  const message = `the credential plugin "${exec.command}" ${what}`;
  return new RefgrantError("credentials", message, advice, cause === undefined ? {} : { cause });
}

const BROKEN = "Check the exec section of the user in the kubeconfig, and the version of the plugin.";

function readCredential(exec: ExecEntry, stdout: string): ExecCredential {
  const answer = parseJson(stdout);
  if (answer === undefined) throw failure(exec, "did not answer with JSON", BROKEN);
  if (textOf(answer, "kind") !== "ExecCredential" || textOf(answer, "apiVersion") !== exec.apiVersion) {
    throw failure(exec, `did not answer with an ExecCredential of ${exec.apiVersion}`, BROKEN);
  }
  const status = fieldOf(answer, "status");
  if (!isObject(status)) throw failure(exec, "did not return a status", BROKEN);
  const token = textOf(status, "token");
  const certificate = textOf(status, "clientCertificateData");
  const key = textOf(status, "clientKeyData");
  if ((certificate === "") !== (key === "")) throw failure(exec, "returned only one half of a key pair", BROKEN);
  if (token === "" && certificate === "") throw failure(exec, "returned neither a token nor a key pair", BROKEN);
  return { token, certificate, key };
}

/**
 * Runs a credential plugin as kubectl does: with KUBERNETES_EXEC_INFO, and with the terminal's stdin and stderr where
 * there is one and `interactiveMode` lets it ask.
 *
 * @throws RefgrantError `credentials` if it is missing (with its installHint), fails or answers badly; `interrupted` if
 * `signal` stopped it
 */
export async function execCredential(
  exec: ExecEntry,
  config: ClusterConfig,
  env: Environment,
  signal: AbortSignal,
): Promise<ExecCredential> {
  if (exec.command === "") throw failure(exec, "has no command", BROKEN);
  if (!VERSIONS.includes(exec.apiVersion)) {
    throw failure(exec, `asks for apiVersion "${exec.apiVersion}"; known are ${VERSIONS.join(" and ")}`, BROKEN);
  }
  const interactive = env.interactive && exec.interactiveMode !== "Never";
  if (exec.interactiveMode === "Always" && !interactive) {
    throw failure(exec, "has to ask at a terminal, and there is none", "Log in before, or run this at a terminal.");
  }
  const spec: Readonly<Record<string, unknown>> = exec.provideClusterInfo
    ? { cluster: await clusterInfo(config), interactive }
    : { interactive };
  const variables = new Map(env.variables);
  for (const { name, value } of exec.env) variables.set(name, value);
  variables.set("KUBERNETES_EXEC_INFO", JSON.stringify({ kind: "ExecCredential", apiVersion: exec.apiVersion, spec }));
  let ran: Ran;
  try {
    ran = await run(exec, variables, interactive, signal);
  } catch (error) {
    if (signal.aborted) throw new RefgrantError("interrupted", "interrupted", null, { cause: error });
    const hint = exec.installHint === "" ? "Install it and put it on PATH." : shorten(exec.installHint);
    if (codeOf(error) === "ENOENT") throw failure(exec, "was not found", hint, error);
    throw failure(exec, `could not be started (${codeOf(error)})`, hint, error);
  }
  if (signal.aborted) throw new RefgrantError("interrupted", "interrupted");
  if (ran.exitCode !== 0) {
    const said = shorten(ran.stderr);
    const code = ran.exitCode === null ? "was killed" : `failed with exit code ${ran.exitCode}`;
    const advice = "Log in again with the tool that it belongs to.";
    throw failure(exec, said === "" ? code : `${code}: ${said}`, advice);
  }
  return readCredential(exec, ran.stdout);
}
