import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { RefgrantError } from "../../model/failure.ts";
import { codeOf } from "../error-code.ts";
import { readFile } from "./file-system.ts";
import type { ClusterConfig } from "./kubeconfig.ts";
import type { ExecEntry } from "./kubeconfig-file.ts";
import type { Environment } from "./options.ts";
import { endProcess, HAS_GROUPS } from "./process-group.ts";
import { namesSecret, withoutSecrets } from "./secrets.ts";
import { fieldOf, isObject, parseJson, shorten, textOf } from "./text.ts";

/** What a credential plugin answered with; empty strings for what it left out. */
export interface ExecCredential {
  readonly token: string;
  readonly certificate: string;
  readonly key: string;
  /** When it had expired by this machine's clock, which may be wrong; empty where it had not, or does not say. */
  readonly expired: string;
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

/** A credential has some kilobytes. */
const MOST_CHARACTERS = 2 ** 20;
/** How long what a plugin has written may take to arrive after its end; what it started may hold its streams open for ever. */
const REST_MS = 500;

const TOO_MUCH = "ERR_PLUGIN_SAYS_TOO_MUCH";

/** Text as it arrives, its end cut off. */
function heard(stream: Readable | null, most: number, tooMuch: () => void): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (piece: string) => {
    if (text.length + piece.length > most) tooMuch();
    text += piece.slice(0, most - text.length);
  });
  return () => text;
}

/**
 * Runs a plugin to its end. One that asks at the terminal stays in the program's group of processes, which the terminal's Ctrl-C
 * is for; any other leads a group, so that what it started ends with it when it has to be ended.
 */
function run(
  exec: ExecEntry,
  variables: ReadonlyMap<string, string>,
  interactive: boolean,
  signal: AbortSignal,
): Promise<Ran> {
  const group = HAS_GROUPS && !interactive;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(exec.command, [...exec.args], {
      env: Object.fromEntries(variables),
      stdio: [interactive ? "inherit" : "ignore", "pipe", interactive ? "inherit" : "pipe"],
      windowsHide: true,
      detached: group,
    });
    const over = () => {
      signal.removeEventListener("abort", interrupt);
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    let stopped = false;
    const stop = (reason: unknown) => {
      over();
      stopped = true;
      endProcess(child, group).then(() => reject(reason), reject);
    };
    const interrupt = () => stop(signal.reason);
    signal.addEventListener("abort", interrupt, { once: true });
    const stdout = heard(child.stdout, MOST_CHARACTERS, () =>
      stop(Object.assign(new Error(TOO_MUCH), { code: TOO_MUCH })),
    );
    const stderr = heard(child.stderr, MOST_CHARACTERS, () => undefined);
    const ended = () => {
      if (stopped) return;
      over();
      resolve({ exitCode: child.exitCode, stdout: stdout(), stderr: stderr() });
    };
    child.on("error", (error) => {
      over();
      reject(error);
    });
    child.on("exit", () => setTimeout(ended, REST_MS).unref());
    child.on("close", ended);
  });
}

/** A command line where a command should stand may hold credentials, and is none anyway. */
function nameOf({ command }: ExecEntry): string {
  return command.replace(/\s+-.*$/s, " …");
}

/** What a plugin says of its failure, without what it was given that nobody is to see. */
function saidBy({ args, env }: ExecEntry, stderr: string): string {
  const given = env.flatMap(({ name, value }) => (namesSecret(name) ? [value] : []));
  const written = args.flatMap((arg, at) => {
    const [flag = "", ...value] = arg.split("=");
    if (value.length > 0) return namesSecret(flag) ? [value.join("=")] : [];
    return namesSecret(args[at - 1] ?? "") && args[at - 1]?.startsWith("-") ? [arg] : [];
  });
  return shorten(withoutSecrets(stderr, [...given, ...written]));
}

function failure(exec: ExecEntry, what: string, advice: string, cause?: unknown): RefgrantError {
  const message = `the credential plugin "${nameOf(exec)}" ${what}`;
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
  const expires = textOf(status, "expirationTimestamp");
  return { token, certificate, key, expired: Date.parse(expires) < Date.now() ? expires : "" };
}

/** Why a plugin came to no end of its own. */
function notRun(exec: ExecEntry, error: unknown): RefgrantError {
  const hint = exec.installHint === "" ? "Install it and put it on PATH." : shorten(exec.installHint);
  switch (codeOf(error)) {
    case TOO_MUCH:
      return failure(exec, "answered with more than any credential has", BROKEN, error);
    case "ENOENT":
      return failure(exec, "was not found", hint, error);
    default:
      return failure(exec, `could not be started (${codeOf(error)})`, hint, error);
  }
}

/**
 * Runs a credential plugin as kubectl does: with KUBERNETES_EXEC_INFO, and with the terminal's stdin and stderr where
 * there is one and `interactiveMode` lets it ask.
 *
 * @param signal ends it, and what it started
 * @throws RefgrantError `credentials` if it is missing (with its installHint), fails or answers badly; the signal's reason, when
 * it has been ended
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
    throw signal.aborted ? error : notRun(exec, error);
  }
  if (ran.exitCode !== 0) {
    const said = saidBy(exec, ran.stderr);
    const code = ran.exitCode === null ? "was killed" : `failed with exit code ${ran.exitCode}`;
    const advice = "Log in again with the tool that it belongs to.";
    throw failure(exec, said === "" ? code : `${code}: ${said}`, advice);
  }
  return readCredential(exec, ran.stdout);
}
