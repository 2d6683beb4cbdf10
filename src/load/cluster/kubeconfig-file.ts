import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, sep } from "node:path";
import { RefgrantError } from "../../model/failure.ts";

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

/** A mapping of a kubeconfig. A field of the wrong type stops the reading, as it does for kubectl. */
class Mapping {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #file: string;
  readonly #path: string;

  constructor(value: unknown, file: string, path: string) {
    this.#file = file;
    this.#path = path;
    if (value === null || value === undefined) this.#fields = new Map();
    else if (typeof value === "object" && !Array.isArray(value)) this.#fields = new Map(Object.entries(value));
    else throw this.wrong("", "a mapping");
  }

  at(key: string): Mapping {
    return new Mapping(this.#fields.get(key), this.#file, this.#step(key));
  }

  has(key: string): boolean {
    return (this.#fields.get(key) ?? undefined) !== undefined;
  }

  raw(key: string): unknown {
    return this.#fields.get(key);
  }

  keys(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /** Numbers and booleans without quotes are text here, as for kubectl. */
  text(key: string): string {
    const value = this.#fields.get(key) ?? "";
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.wrong(key, "a string");
  }

  flag(key: string): boolean {
    const value = this.#fields.get(key) ?? false;
    if (typeof value === "boolean") return value;
    throw this.wrong(key, "true or false");
  }

  texts(key: string): readonly string[] {
    return this.#list(key).map((value) => {
      if (typeof value === "string") return value;
      if (typeof value === "number" || typeof value === "boolean") return String(value);
      throw this.wrong(key, "a list of strings");
    });
  }

  mappings(key: string): readonly Mapping[] {
    return this.#list(key).map((value, index) => new Mapping(value, this.#file, `${this.#step(key)}[${index}]`));
  }

  #list(key: string): readonly unknown[] {
    const value = this.#fields.get(key) ?? [];
    if (Array.isArray(value)) return value;
    throw this.wrong(key, "a list");
  }

  #step(key: string): string {
    if (key === "") return this.#path;
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  wrong(key: string, expected: string): RefgrantError {
    const place = this.#step(key);
    return new RefgrantError(
      "kubeconfig",
      `kubeconfig ${this.#file}: ${place === "" ? "the file" : place} should be ${expected}`,
      "Correct that field, or name another file with --kubeconfig.",
    );
  }
}

function readCluster(cluster: Mapping, path: (file: string) => string): ClusterEntry {
  const execConfig = cluster.mappings("extensions").find((extension) => extension.text("name") === EXEC_EXTENSION);
  return {
    server: cluster.text("server"),
    caFile: path(cluster.text("certificate-authority")),
    caData: cluster.text("certificate-authority-data"),
    insecure: cluster.flag("insecure-skip-tls-verify"),
    tlsServerName: cluster.text("tls-server-name"),
    proxyUrl: cluster.text("proxy-url"),
    disableCompression: cluster.flag("disable-compression"),
    execConfig: execConfig?.raw("extension"),
  };
}

function readExec(exec: Mapping, path: (file: string) => string): ExecEntry {
  const command = exec.text("command");
  const isPath = command.includes("/") || command.includes(sep);
  return {
    apiVersion: exec.text("apiVersion"),
    command: isPath ? path(command) : command,
    args: exec.texts("args"),
    env: exec.mappings("env").map((variable) => ({ name: variable.text("name"), value: variable.text("value") })),
    installHint: exec.text("installHint"),
    provideClusterInfo: exec.flag("provideClusterInfo"),
    interactiveMode: exec.text("interactiveMode"),
  };
}

function readUser(user: Mapping, path: (file: string) => string): UserEntry {
  const extra = user.at("as-user-extra");
  const provider = user.at("auth-provider");
  const config = provider.at("config");
  return {
    certFile: path(user.text("client-certificate")),
    certData: user.text("client-certificate-data"),
    keyFile: path(user.text("client-key")),
    keyData: user.text("client-key-data"),
    token: user.text("token"),
    tokenFile: path(user.text("tokenFile")),
    username: user.text("username"),
    password: user.text("password"),
    as: user.text("as"),
    asUid: user.text("as-uid"),
    asGroups: user.texts("as-groups"),
    asUserExtra: new Map(extra.keys().map((key) => [key, extra.texts(key)])),
    authProvider: user.has("auth-provider")
      ? {
          name: provider.text("name"),
          config: Object.fromEntries(config.keys().map((key) => [key, config.text(key)])),
        }
      : null,
    exec: user.has("exec") ? readExec(user.at("exec"), path) : null,
  };
}

/** The named entries of a list; two of one name in one file are an error, as for kubectl. */
function named<T>(root: Mapping, list: string, member: string, read: (entry: Mapping) => T): ReadonlyMap<string, T> {
  const entries = new Map<string, T>();
  for (const entry of root.mappings(list)) {
    if (entries.has(entry.text("name"))) throw entry.wrong("name", "a name that no other entry has");
    entries.set(entry.text("name"), read(entry.at(member)));
  }
  return entries;
}

async function parse(text: string, file: string): Promise<unknown> {
  const { loadAll, YAMLException } = await import("js-yaml");
  try {
    return loadAll(text)[0];
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark === undefined ? file : `${file}:${error.mark.line + 1}:${error.mark.column + 1}`;
    // The exception carries a piece of the file, and the file carries credentials: neither message nor cause is passed on.
    throw new RefgrantError(
      "kubeconfig",
      `kubeconfig ${at}: ${error.reason}`,
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
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    const why = code === "EACCES" ? "permission denied" : code === "EISDIR" ? "it is a directory" : String(code);
    throw new RefgrantError(
      "kubeconfig",
      `kubeconfig ${file} cannot be read: ${why}`,
      "Make it readable, or name another file with --kubeconfig.",
      { cause: error },
    );
  }
  const root = new Mapping(await parse(text, file), file, "");
  const path = (name: string) => (name === "" || isAbsolute(name) ? name : join(dirname(file), name));
  return {
    clusters: named(root, "clusters", "cluster", (cluster) => readCluster(cluster, path)),
    users: named(root, "users", "user", (user) => readUser(user, path)),
    contexts: named(root, "contexts", "context", (context) => ({
      cluster: context.text("cluster"),
      user: context.text("user"),
      namespace: context.text("namespace"),
    })),
    currentContext: root.text("current-context"),
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
