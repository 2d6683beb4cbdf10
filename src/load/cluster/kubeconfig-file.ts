import { dirname, isAbsolute, join, sep } from "node:path";
import { yamlReason } from "../../catalogue/yaml-reasons.ts";
import { RefgrantError } from "../../model/failure.ts";
import { Field, type FieldProblem } from "../../model/fields.ts";
import { type FieldPath, formatPath } from "../../model/object.ts";
import { codeOf } from "../error-code.ts";
import { readText } from "./file-system.ts";

/** An entry under `clusters`, its paths resolved against the file it stands in. */
export interface ClusterEntry {
  readonly server: string;
  readonly caFile: string;
  readonly caData: string;
  readonly insecure: boolean;
  readonly tlsServerName: string;
  readonly proxyUrl: string;
  readonly disableCompression: boolean;
  /** The extension `client.authentication.k8s.io/exec`, handed to credential plugins as it is. */
  readonly execConfig: unknown;
}

/** A credential plugin. */
export interface ExecEntry {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
  /** `Never`, `IfAvailable` or `Always`; empty where the file does not say. */
  readonly interactiveMode: string;
}

/** An entry under `users`, its paths resolved against the file it stands in. */
export interface UserEntry {
  readonly certFile: string;
  readonly certData: string;
  readonly keyFile: string;
  readonly keyData: string;
  readonly token: string;
  readonly tokenFile: string;
  readonly username: string;
  readonly password: string;
  readonly as: string;
  readonly asUid: string;
  readonly asGroups: readonly string[];
  readonly asUserExtra: ReadonlyMap<string, readonly string[]>;
  readonly authProvider: { readonly name: string; readonly config: Readonly<Record<string, string>> } | null;
  readonly exec: ExecEntry | null;
}

export interface ContextEntry {
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
}

/** A kubeconfig file, or several merged. Empty strings are what kubectl takes for "not set". */
export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly currentContext: string;
}

export const EMPTY_CLUSTER: ClusterEntry = {
  server: "",
  caFile: "",
  caData: "",
  insecure: false,
  tlsServerName: "",
  proxyUrl: "",
  disableCompression: false,
  execConfig: undefined,
};

export const EMPTY_USER: UserEntry = {
  certFile: "",
  certData: "",
  keyFile: "",
  keyData: "",
  token: "",
  tokenFile: "",
  username: "",
  password: "",
  as: "",
  asUid: "",
  asGroups: [],
  asUserExtra: new Map(),
  authProvider: null,
  exec: null,
};

const EXEC_EXTENSION = "client.authentication.k8s.io/exec";

/** The root of a kubeconfig. A field of the wrong type stops the reading, as it does for kubectl. */
function rootOf(value: unknown, file: string, at: FieldPath = []): Field {
  const stop = ({ path, expected }: FieldProblem): never => {
    throw new RefgrantError(
      "kubeconfig",
      `kubeconfig ${file}: ${path.length === 0 ? "the file" : formatPath(path)} should be ${expected}`,
      "Correct that field, or name another file with --kubeconfig.",
    );
  };
  return Field.root(value, stop, at);
}

/** Numbers and booleans without quotes are text here, as for kubectl. */
function textOf(field: Field): string {
  const { raw } = field;
  return typeof raw === "number" || typeof raw === "boolean" ? String(raw) : (field.text() ?? "");
}

function flagOf(field: Field): boolean {
  const { raw } = field;
  if (typeof raw === "boolean") return raw;
  if (field.present) field.reject("true or false");
  return false;
}

function textsOf(field: Field): readonly string[] {
  return field.items().map(textOf);
}

/** The reader of one file: what it has to know beside the fields. */
interface Reader {
  readonly file: string;
  /** Resolves a path against the folder of the file. */
  readonly path: (name: string) => string;
}

/** A mapping whose keys are free: not even they are quoted, so what is wrong below one is told of the mapping. */
function freeOf<T>(mapping: Field, { file }: Reader, read: (value: Field) => T): readonly (readonly [string, T])[] {
  return mapping.entries().map(([key, value]) => [key, read(rootOf(value.raw, file, mapping.path))]);
}

function readCluster(cluster: Field, { path }: Reader): ClusterEntry {
  const extensions = cluster.at("extensions").items();
  const execConfig = extensions.find((extension) => textOf(extension.at("name")) === EXEC_EXTENSION);
  return {
    server: textOf(cluster.at("server")),
    caFile: path(textOf(cluster.at("certificate-authority"))),
    caData: textOf(cluster.at("certificate-authority-data")),
    insecure: flagOf(cluster.at("insecure-skip-tls-verify")),
    tlsServerName: textOf(cluster.at("tls-server-name")),
    proxyUrl: textOf(cluster.at("proxy-url")),
    disableCompression: flagOf(cluster.at("disable-compression")),
    execConfig: execConfig?.at("extension").raw,
  };
}

function readExec(exec: Field, { path }: Reader): ExecEntry {
  const command = textOf(exec.at("command"));
  const isPath = command.includes("/") || command.includes(sep);
  return {
    apiVersion: textOf(exec.at("apiVersion")),
    command: isPath ? path(command) : command,
    args: textsOf(exec.at("args")),
    env: exec
      .at("env")
      .items()
      .map((variable) => ({ name: textOf(variable.at("name")), value: textOf(variable.at("value")) })),
    installHint: textOf(exec.at("installHint")),
    provideClusterInfo: flagOf(exec.at("provideClusterInfo")),
    interactiveMode: textOf(exec.at("interactiveMode")),
  };
}

function readUser(user: Field, reader: Reader): UserEntry {
  const { path } = reader;
  const provider = user.at("auth-provider");
  const exec = user.at("exec");
  return {
    certFile: path(textOf(user.at("client-certificate"))),
    certData: textOf(user.at("client-certificate-data")),
    keyFile: path(textOf(user.at("client-key"))),
    keyData: textOf(user.at("client-key-data")),
    token: textOf(user.at("token")),
    tokenFile: path(textOf(user.at("tokenFile"))),
    username: textOf(user.at("username")),
    password: textOf(user.at("password")),
    as: textOf(user.at("as")),
    asUid: textOf(user.at("as-uid")),
    asGroups: textsOf(user.at("as-groups")),
    asUserExtra: new Map(freeOf(user.at("as-user-extra"), reader, textsOf)),
    authProvider: provider.present
      ? {
          name: textOf(provider.at("name")),
          config: Object.fromEntries(freeOf(provider.at("config"), reader, textOf)),
        }
      : null,
    exec: exec.present ? readExec(exec, reader) : null,
  };
}

/** The named entries of a list; two of one name in one file are an error, as for kubectl. */
function named<T>(list: Field, member: string, read: (entry: Field) => T): ReadonlyMap<string, T> {
  const entries = new Map<string, T>();
  for (const entry of list.items()) {
    const name = textOf(entry.at("name"));
    if (entries.has(name)) entry.at("name").reject("a name that no other entry has");
    entries.set(name, read(entry.at(member)));
  }
  return entries;
}

async function parse(text: string, file: string): Promise<unknown> {
  const { loadAll, YAMLException } = await import("js-yaml");
  try {
    return loadAll(text)[0];
  } catch (error) {
    // The exception carries a piece of the file, and the file carries credentials: neither message nor cause is passed on.
    const { reason, mark } = error instanceof YAMLException ? error : { reason: "", mark: undefined };
    const at = mark === undefined ? file : `${file}:${mark.line + 1}:${mark.column + 1}`;
    throw new RefgrantError(
      "kubeconfig",
      `kubeconfig ${at}: ${yamlReason(reason)}`,
      "Correct the YAML there, or name another file with --kubeconfig.",
    );
  }
}

/**
 * Reads one kubeconfig file.
 *
 * @returns null if there is no such file
 * @throws RefgrantError `kubeconfig` if it cannot be read, is no YAML, or a field has the wrong type; the message never
 * quotes the file, since it holds credentials
 */
export async function readKubeconfig(file: string): Promise<Kubeconfig | null> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    const why =
      code === "EACCES" ? "permission denied" : code === "EISDIR" ? "it is a directory" : code || "unknown fault";
    throw new RefgrantError(
      "kubeconfig",
      `kubeconfig ${file} cannot be read: ${why}`,
      "Make it readable, or name another file with --kubeconfig.",
      { cause: error },
    );
  }
  const root = rootOf(await parse(text, file), file);
  const path = (name: string) => (name === "" || isAbsolute(name) ? name : join(dirname(file), name));
  const reader: Reader = { file, path };
  return {
    clusters: named(root.at("clusters"), "cluster", (cluster) => readCluster(cluster, reader)),
    users: named(root.at("users"), "user", (user) => readUser(user, reader)),
    contexts: named(root.at("contexts"), "context", (context) => ({
      cluster: textOf(context.at("cluster")),
      user: textOf(context.at("user")),
      namespace: textOf(context.at("namespace")),
    })),
    currentContext: textOf(root.at("current-context")),
  };
}

/** Merges kubeconfigs as kubectl does: of each name the first entry counts, whole, and the first current context. */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  const first = <T>(maps: readonly ReadonlyMap<string, T>[]) => new Map(maps.toReversed().flatMap((map) => [...map]));
  return {
    clusters: first(files.map((file) => file.clusters)),
    users: first(files.map((file) => file.users)),
    contexts: first(files.map((file) => file.contexts)),
    currentContext: files.find((file) => file.currentContext !== "")?.currentContext ?? "",
  };
}
