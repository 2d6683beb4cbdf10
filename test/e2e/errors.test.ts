import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { delimiter, join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { pluginFolder, repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import { cleanEnv, type ProcessResult, runProcess } from "./harness/processes.ts";
import { mapManifests, readManifests } from "./harness/report.ts";

const exampleWorld = join(repositoryRoot, "examples", "world");
const token = "e2e-token-that-nobody-may-see";

interface Entry {
  readonly server: string;
  readonly ca?: string;
  readonly token?: string;
  readonly insecure?: boolean;
}

/** A kubeconfig of one context, called here. */
function kubeconfigText({ server, ca, token: bearer, insecure }: Entry): string {
  const cluster = {
    server,
    ...(ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
    ...(insecure === true ? { "insecure-skip-tls-verify": true } : {}),
  };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "here", cluster }],
    users: [{ name: "me", user: bearer === undefined ? {} : { token: bearer } }],
    contexts: [{ name: "here", context: { cluster: "here", user: "me" } }],
    "current-context": "here",
  });
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

describe("what goes wrong", () => {
  let server: ApiServer;
  let closedPort: number;
  const open: Server[] = [];

  beforeAll(async () => {
    server = await startApiServer({ auditLog: false });
    const closed = createServer();
    closedPort = await listening(closed);
    closed.close();
    await once(closed, "close");
  });

  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });

  afterAll(async () => {
    await server?.stop();
  });

  let files = 0;
  const file = (text: string, name = "file.yaml"): string => {
    files += 1;
    const folder = join(server.folder, `error-${files}`);
    mkdirSync(folder);
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const kubeconfig = (entry: Entry): string => file(kubeconfigText(entry), "config");

  const run = (args: readonly string[], config?: string, env: Readonly<Record<string, string>> = {}) =>
    runPlugin(args, {
      kubectl: server.kubectlBinary,
      ...(config === undefined ? {} : { kubeconfig: config }),
      env,
      cwd: server.folder,
    });

  /** One clear message: what is wrong and what to do, in a few lines, and nothing on stdout. */
  const expectMessage = (result: ProcessResult, code: number, ...words: readonly (string | RegExp)[]): void => {
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toMatch(/^error: \S/);
    expect(result.stderr.match(/^error:/gm)).toHaveLength(1);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.stderr).not.toMatch(/node:internal|\.[cm]js:\d|error: unexpected|UnhandledPromise|Warning:/);
    expect(result.stderr).not.toContain(token);
    expect(result.stderr).not.toContain(Buffer.from(token).toString("base64"));
    expect(result.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(5);
    for (const word of words) expect(result.stderr).toMatch(word);
  };

  describe("with the connection", () => {
    test("nobody listens", async () => {
      const result = await run(["audit"], kubeconfig({ server: `https://127.0.0.1:${closedPort}`, token }));
      expectMessage(result, 3, `127.0.0.1:${closedPort}`, "refused", "--server");
    });

    test("nobody listens where --server says", async () => {
      const result = await run(["audit", "--server", `https://127.0.0.1:${closedPort}`], server.adminKubeconfig);
      expectMessage(result, 3, `127.0.0.1:${closedPort}`, "refused");
      expect(result.stderr).not.toContain(server.adminToken);
    });

    test("the host has no address", async () => {
      const result = await run(["audit"], kubeconfig({ server: "https://no-such-host.invalid:6443", token }));
      expectMessage(result, 3, "no-such-host.invalid");
    });

    test("another CA signed the server's certificate", async () => {
      const [ca = ""] = rootCertificates;
      const result = await run(["audit"], kubeconfig({ server: server.url, ca, token }));
      expectMessage(result, 3, "certificate", "not trusted", "--certificate-authority");
    });

    test("no CA is given, and the system knows none that signed", async () => {
      const result = await run(["audit"], kubeconfig({ server: server.url, token }));
      expectMessage(result, 3, "certificate", "not trusted");
    });

    test("the certificate has another name", async () => {
      const result = await run(["audit", "--tls-server-name", "other.example.com"], server.adminKubeconfig);
      expectMessage(result, 3, "certificate", "other.example.com", "--tls-server-name");
    });

    test("http where the server speaks https", async () => {
      const result = await run(["audit"], kubeconfig({ server: server.url.replace("https:", "http:"), token }));
      expectMessage(result, 3, "400", "http or https");
    });

    test("https where the server speaks http", async () => {
      const plain = createHttpServer((_request, response) => response.end("hello"));
      open.push(plain);
      const port = await listening(plain);
      const result = await run(["audit"], kubeconfig({ server: `https://127.0.0.1:${port}`, token }));
      expectMessage(result, 3, "does not answer with TLS", "http or https");
    });

    test("a server that is no API server", async () => {
      const login = createHttpServer((_request, response) => {
        response.setHeader("content-type", "text/html");
        response.end("<html><body>Log in, please</body></html>");
      });
      open.push(login);
      const port = await listening(login);
      const result = await run(["audit"], kubeconfig({ server: `http://127.0.0.1:${port}`, token }));
      expectMessage(result, 3, "not the JSON of an API server", "text/html");
    });

    test("a server that answers too late", async () => {
      const silent = createServer(() => undefined);
      open.push(silent);
      const port = await listening(silent);
      const started = performance.now();
      const config = kubeconfig({ server: `http://127.0.0.1:${port}`, token });
      const result = await run(["audit", "--request-timeout", "300ms"], config);
      expectMessage(result, 3, "did not answer", "--request-timeout");
      expect(performance.now() - started).toBeLessThan(5000);
    });
  });

  describe("with the credentials", () => {
    const withServer = (bearer?: string): string =>
      file(
        kubeconfigText({
          server: server.url,
          insecure: true,
          ...(bearer === undefined ? {} : { token: bearer }),
        }),
        "config",
      );

    test("a token that the server does not know, or no longer", async () => {
      const result = await run(["audit"], withServer(token));
      expectMessage(result, 3, "does not accept the credentials", 'user "me"', "--user");
    });

    test("such a token given by flag", async () => {
      const result = await run(["audit", "--token", token], withServer());
      expectMessage(result, 3, "does not accept the credentials");
    });

    test("a password, which API servers pass over", async () => {
      const result = await run(["audit", "--username", "me", "--password", token], withServer());
      expectMessage(result, 3, "system:anonymous", "Log in");
    });

    test("none at all", async () => {
      expectMessage(await run(["audit"], withServer()), 3, "system:anonymous", "Log in");
    });

    test("a credential plugin that is not there", async () => {
      const text = kubeconfigText({ server: server.url, insecure: true }).replace(
        "user: {}",
        `user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never, env: [{ name: SECRET, value: ${token} }] } }`,
      );
      expect(text).toContain("no-such-plugin");
      expectMessage(await run(["audit"], file(text, "config")), 3, "no-such-plugin");
    });
  });

  describe("with the kubeconfig", () => {
    test("--kubeconfig names no file", async () => {
      const result = await run(["audit", "--kubeconfig", join(server.folder, "no-such-config")]);
      expectMessage(result, 3, "no-such-config", "does not exist");
    });

    test("there is none at all", async () => {
      const result = await run(["audit"], join(server.folder, "no-such-config"), { HOME: server.folder });
      expectMessage(result, 3, /kubeconfig|localhost:8080/);
    });

    test("it is not YAML", async () => {
      const broken = file(`apiVersion: v1\nkind: Config\nusers: [{ name: me, user: { token: ${token} }\n`, "config");
      expectMessage(await run(["audit"], broken), 3, broken, /\d/);
    });

    test.each(["*", "!", "&a &"])("it is not YAML, for a token that begins with %s", async (mark) => {
      const broken = file(`users:\n- { name: me, user: { token: ${mark}${token} } }\n`, "config");
      expectMessage(await run(["audit"], broken), 3, `${broken}:2:`);
    });

    test("the server is no URL, for a password that is not percent-encoded", async () => {
      const config = kubeconfig({ server: `ftp://me:1/${token}@h:1` });
      expectMessage(await run(["audit"], config), 3, 'the server of cluster "here" is no http or https URL');
    });

    test("it is YAML of something else", async () => {
      const other = file("- one\n- two\n", "config");
      expectMessage(await run(["audit"], other), 3, other);
    });

    test("it has no such context, and says which there are", async () => {
      const config = kubeconfig({ server: server.url, token });
      expectMessage(await run(["audit", "--context", "there"], config), 3, 'no context "there"', "here");
    });

    test("it has no such user", async () => {
      const config = kubeconfig({ server: server.url, token });
      expectMessage(await run(["audit", "--user", "you"], config), 3, 'no user "you"', "me");
    });

    test("its context names a cluster that is not there", async () => {
      const text = kubeconfigText({ server: server.url, token }).replace("cluster: here", "cluster: there");
      expectMessage(await run(["audit"], file(text, "config")), 3, '"there"', "here");
    });

    test("its CA is no PEM", async () => {
      expectMessage(await run(["audit"], kubeconfig({ server: server.url, ca: "no PEM", token })), 3, "certificate");
    });
  });

  describe("with the command line", () => {
    test.each([
      ["audit --no-such-flag", ["--no-such-flag", "--help"]],
      ["audit --namespac shop", ["--namespac", "did you mean --namespace"]],
      ["audit -x", ["'x' in -x"]],
      ["audit -o table", ["--output", "table"]],
      ["audit --fail-on sometimes", ["--fail-on", "sometimes"]],
      ["audit --chunk-size many", ["--chunk-size", "many"]],
      ["audit --request-timeout soon", ["soon"]],
      ["audit -l a=b=c", ["selector", "a=b=c"]],
      ["audit --closed-world", ["--closed-world", "-f"]],
      ["audit -n", ["needs an argument"]],
      ["audit shop", ["takes no arguments"]],
      ["audits", ["unknown command", "Did you mean this", "audit"]],
      ["audit --as-group system:masters", ["--as"]],
      ["audit --as-user-extra nothing --as someone", ["--as-user-extra", "KEY=VALUE"]],
    ])("kubectl refgrant %s", async (line, words) => {
      const result = await run(line.split(" "), server.adminKubeconfig);
      const code = line.includes("--as-group") ? 3 : 2;
      expectMessage(result, code, ...words);
    });
  });

  describe("with files", () => {
    test("one that is not there", async () => {
      expectMessage(await run(["audit", "-f", "no-such-file.yaml"]), 3, "no-such-file.yaml");
    });

    test("one that is not there beside one that is", async () => {
      expectMessage(await run(["audit", "-f", `${exampleWorld},no-such-file.yaml`]), 3, "no-such-file.yaml");
    });

    test("a folder without manifests", async () => {
      const empty = join(server.folder, "empty");
      mkdirSync(empty);
      expectMessage(await run(["audit", "-f", empty]), 3, empty);
      writeFileSync(join(empty, "notes.txt"), "not a manifest");
      expectMessage(await run(["audit", "-f", empty]), 3, empty);
    });

    test("an empty standard input", async () => {
      expectMessage(await run(["audit", "-f", "-"]), 3, /standard input|-/);
    });

    test("one that is not YAML: line and column", async () => {
      const broken = file("apiVersion: v1\nkind: Service\nmetadata: {name: [\n");
      expectMessage(await run(["audit", "-f", broken]), 3, new RegExp(`${broken}:\\d+:\\d+`));
    });

    test("one that is YAML, and no Kubernetes object", async () => {
      const other = file("fruit: apple\n");
      expectMessage(await run(["audit", "-f", other]), 3, `${other}:1:1`);
    });

    test("one with a key twice: the API server would drop one silently", async () => {
      const twice = file("apiVersion: v1\nkind: Service\nkind: Secret\nmetadata: {name: a, namespace: b}\n");
      expectMessage(await run(["audit", "-f", twice]), 3, new RegExp(`${twice}:3:1`));
    });

    test("one that is broken beside good ones does not hide them", async () => {
      const broken = file("apiVersion: v1\nkind: Service\nmetadata: {name: [\n");
      const result = await run(["audit", "-f", `${exampleWorld},${broken}`, "--closed-world"]);
      expect(result.code).toBe(1);
      expect(result.stdout).toContain("manifest-invalid");
      expect(result.stdout).toContain("HTTPRoute frontend");
      expect(result.stderr).not.toMatch(/^error:|^\s+at /m);
    });
  });

  describe("with the reader and the keyboard", () => {
    /** The example world many times over: more than a pipe holds. */
    const manyWorlds = (): string => {
      const world = readManifests(
        ["backend", "edge", "frontend", "grpc"].map((name) => join(exampleWorld, `${name}.yaml`)),
      );
      const route = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" };
      const routes = Array.from({ length: 300 }, (_, index) =>
        stringify({
          ...route,
          metadata: { name: `route-${index}`, namespace: "frontend" },
          spec: { rules: [{ backendRefs: [{ name: "api", namespace: "certs", port: 80 }] }] },
        }),
      );
      return file([mapManifests(world, (object) => object), ...routes].join("---\n"));
    };

    test.each(["json", "wide", "text"])("a reader who has seen enough is no error: -o %s | head -1", async (format) => {
      const script = `kubectl refgrant audit -f "$1" --closed-world -o "$2" | head -1; echo "\${PIPESTATUS[0]}"`;
      const env = cleanEnv();
      const path = [pluginFolder, join(server.kubectlBinary, ".."), env.PATH].join(delimiter);
      const result = await runProcess("bash", ["-c", script, "bash", manyWorlds(), format], {
        env: { ...env, PATH: path },
      });
      expect(result).toMatchObject({ code: 0, stderr: "" });
      // The exit code is the report's, as if all of it had been read.
      expect(result.stdout).toMatch(/^[^\n]+\n1\n$/);
    });

    test("nothing is lost on the way to a slow reader", async () => {
      const script = `kubectl refgrant audit -f "$1" --closed-world -o json | (sleep 1; wc -c)`;
      const env = cleanEnv();
      const path = [pluginFolder, join(server.kubectlBinary, ".."), env.PATH].join(delimiter);
      const world = manyWorlds();
      const slow = await runProcess("bash", ["-c", script, "bash", world], { env: { ...env, PATH: path } });
      const whole = await run(["audit", "-f", world, "--closed-world", "-o", "json"]);
      expect(Number(slow.stdout)).toBe(Buffer.byteLength(whole.stdout));
      expect(Number(slow.stdout)).toBeGreaterThan(1 << 16);
    });

    test.each(["SIGINT", "SIGTERM"] as const)(
      "%s while a server hangs ends it at once, and quietly",
      async (signal) => {
        const silent = createServer(() => undefined);
        open.push(silent);
        const port = await listening(silent);
        const asked = once(silent, "connection");
        const env = cleanEnv({ KUBECONFIG: kubeconfig({ server: `http://127.0.0.1:${port}`, token }) });
        const child = spawn(server.kubectlBinary, ["refgrant", "audit"], {
          env: { ...env, PATH: [pluginFolder, env.PATH].join(delimiter) },
          stdio: ["ignore", "pipe", "pipe"],
        });
        let stdout = "";
        let stderr = "";
        child.stdout.on("data", (chunk: Buffer) => {
          stdout += chunk.toString("utf8");
        });
        child.stderr.on("data", (chunk: Buffer) => {
          stderr += chunk.toString("utf8");
        });
        const closed = once(child, "close");
        await asked;
        const started = performance.now();
        child.kill(signal);
        const [code]: unknown[] = await closed;
        expect(performance.now() - started).toBeLessThan(3000);
        // What a shell shows for the signal; a number, since the plugin ended in its own way.
        expect(signal === "SIGINT" ? [130] : [130, 143]).toContain(code);
        expectMessage({ code: Number(code), stdout, stderr }, Number(code), "interrupted");
      },
    );
  });
});
