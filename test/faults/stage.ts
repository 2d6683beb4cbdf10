import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { tlsFile } from "../load/cluster/stub.ts";
import type { Handler } from "./world.ts";

/** What nobody may see, whatever happens. Each stands in every kubeconfig of these tests, or in what a plugin prints. */
export const SECRETS = {
  token: "fault-token-that-nobody-may-see",
  fresh: "fresh-token-that-nobody-may-see",
  password: "fault-password-that-nobody-may-see",
  plugin: "plugin-secret-that-nobody-may-see",
} as const;

/** What a finished run left. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

/** How a run is made, beside its command. */
export interface Scene {
  /** The address of the server; one that nobody listens at by default. */
  readonly server?: string;
  /** More lines below the kubeconfig's cluster. The CA of the servers is trusted unless `ca: false`. */
  readonly cluster?: string;
  readonly ca?: string | false;
  /** What stands below the kubeconfig's user; a token by default. */
  readonly user?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A script that Node loads before the program. */
  readonly preload?: string;
  /** A line of shell that runs the program as `"$@"`. */
  readonly shell?: string;
  /** The command line instead of the usual ones. */
  readonly argv?: readonly string[];
  /** Done while the program runs. */
  readonly meanwhile?: (child: ChildProcess) => Promise<void>;
  /** What else has to hold when it has ended. */
  readonly afterwards?: (ran: Ran) => Promise<void> | void;
}

const ROOT = join(import.meta.dirname, "../..");

/** One fault's surroundings: a folder, servers and what else is to end with it. */
export class Stage {
  readonly folder: string;
  readonly #program: string;
  readonly #closing: (() => void)[] = [];

  private constructor(folder: string, program: string) {
    this.folder = folder;
    this.#program = program;
  }

  /** @param program the bundle that is run */
  static async open(program: string): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), "refgrant-fault-")), program);
  }

  async close(): Promise<void> {
    for (const close of this.#closing) close();
    await rm(this.folder, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async file(name: string, text: string, mode = 0o600): Promise<string> {
    const path = this.path(name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }

  /** A credential plugin: a shell script, and the user that has it. */
  async plugin(script: string, more = ""): Promise<string> {
    const path = await this.file("plugin", `#!/bin/sh\n${script}\n`, 0o755);
    return `exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: ${path}\n  interactiveMode: Never\n${more}`;
  }

  async #listen(server: net.Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const sockets = new Set<net.Socket>();
    server.on("connection", (socket: net.Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    this.#closing.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  /** Without TLS. */
  async http(handler: Handler): Promise<string> {
    return `http://127.0.0.1:${await this.#listen(http.createServer(handler))}`;
  }

  /** With TLS, as an API server speaks it: HTTP/2 with who asks for it, else HTTP/1.1. */
  async https(handler: Handler, options: http2.SecureServerOptions = {}): Promise<string> {
    const [cert, key] = await Promise.all([readFile(tlsFile("server.crt")), readFile(tlsFile("server.key"))]);
    const server = http2.createSecureServer({ cert, key, allowHTTP1: true, ...options }, (request, response) => {
      response.on("error", () => undefined);
      handler(request, response);
    });
    server.on("sessionError", () => undefined);
    return `https://127.0.0.1:${await this.#listen(server)}`;
  }

  /** With TLS and HTTP/1.1 alone. */
  async https1(handler: Handler, options: https.ServerOptions = {}): Promise<string> {
    const [cert, key] = await Promise.all([readFile(tlsFile("server.crt")), readFile(tlsFile("server.key"))]);
    return `https://127.0.0.1:${await this.#listen(https.createServer({ cert, key, ...options }, handler))}`;
  }

  async tcp(connection: (socket: net.Socket) => void): Promise<number> {
    const server = net.createServer((socket) => {
      socket.on("error", () => undefined);
      connection(socket);
    });
    return this.#listen(server);
  }

  /** A port at which nobody listens. */
  async closedPort(): Promise<number> {
    const server = net.createServer();
    const port = await this.#listen(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  async #kubeconfig({ server, cluster = "", ca, user = `token: ${SECRETS.token}` }: Scene): Promise<string> {
    const indented = (text: string) => text.replace(/^(?=.)/gm, "    ");
    const trust = ca === false ? "" : `certificate-authority: ${ca ?? tlsFile("intermediate.crt")}\n`;
    return this.file(
      "config",
      `current-context: here
contexts: [{name: here, context: {cluster: here, user: me}}]
clusters:
- name: here
  cluster:
    server: ${server ?? `https://127.0.0.1:${await this.closedPort()}`}
${indented(`${trust}${cluster}`)}
users:
- name: me
  user:
${indented(user)}
`,
    );
  }

  /** Runs the program to its end, in a clean environment. */
  async run(argv: readonly string[], scene: Scene): Promise<Ran> {
    const config = await this.#kubeconfig(scene);
    const flags = scene.preload === undefined ? [] : ["--require", await this.file("preload.cjs", scene.preload)];
    const program = [process.execPath, ...flags, this.#program, ...(scene.argv ?? [...argv, ...(scene.args ?? [])])];
    const [file = "", ...args] =
      scene.shell === undefined ? program : ["/bin/bash", "-c", scene.shell, "bash", ...program];
    const cache = join(this.#program, "../cache");
    const env = {
      PATH: "/usr/bin:/bin",
      NODE_COMPILE_CACHE: cache,
      HOME: this.folder,
      KUBECONFIG: config,
      LANG: "C.UTF-8",
      ...scene.env,
    };
    const started = performance.now();
    const child = spawn(file, args, { env, cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
    this.#closing.push(() => child.kill("SIGKILL"));
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve([code, signal]));
    });
    await scene.meanwhile?.(child);
    const [code, signal] = await ended;
    const ms = performance.now() - started;
    return { stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code, signal, ms };
  }
}

/** The repository's root, as the bundle is made from it. */
export const REPOSITORY: string = ROOT;

/** Command lines of running processes that hold `mark`. */
export async function processesWith(mark: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-ww", "-o", "args="]);
  return stdout.split("\n").filter((line) => line.includes(mark));
}
