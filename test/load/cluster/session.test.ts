import { chmod, readFile, writeFile } from "node:fs/promises";
import { connect as connectTo } from "node:net";
import { dirname, join } from "node:path";
import { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import {
  discovery,
  environment,
  file,
  GRANTS,
  type Handler,
  kind,
  listOf,
  read,
  reply,
  routes,
  serve,
  serverTls,
  serveTcp,
  status,
  tlsFile,
} from "./stub.ts";

const GRANT = kind("ReferenceGrant");
const api = routes({ "/apis": discovery([GRANT]), [GRANTS]: listOf(GRANT, []) });

/** An API server that takes one bearer token only. */
function only(token: () => string): Handler {
  return (request, response) => {
    if (request.headers.authorization === `Bearer ${token()}`) api(request, response);
    else reply(response, 401, status(401, "Unauthorized"));
  };
}

async function kubeconfig(server: string, user: string, cluster = ""): Promise<string> {
  return file(`
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters:
- name: c
  cluster:
    server: ${server}
${cluster.replace(/^/gm, "    ")}
users:
- name: u
  user:
${user.replace(/^/gm, "    ")}
`);
}

/** Reads with a kubeconfig, without --server. */
function readWith(config: string, env = environment(), given = {}) {
  return read("", {}, { kubeconfig: config, server: null, ...given }, env);
}

describe("credentials", () => {
  it.each([
    ["token: abc", "Bearer abc"],
    ["{username: admin, password: 12:34}", `Basic ${Buffer.from("admin:12:34").toString("base64")}`],
    [
      "auth-provider: {name: oidc, config: {id-token: a.eyJleHAiOjk5OTk5OTk5OTl9.c}}".replace("a.", "e30."),
      /^Bearer e30\./,
    ],
  ])("%s", async (user, expected) => {
    const stub = await serve(api);
    await readWith(await kubeconfig(stub.url, user));
    for (const request of stub.requests) expect(request.headers.authorization).toMatch(expected);
  });

  it("come from a token file, without its line end, and before a token", async () => {
    const stub = await serve(api);
    const config = await kubeconfig(stub.url, "tokenFile: token\ntoken: other");
    await writeFile(join(dirname(config), "token"), "from-file\n");
    await readWith(config);
    expect(stub.requests[0]?.headers.authorization).toBe("Bearer from-file");
  });

  it("are obtained anew, once, after a 401", async () => {
    const config = await kubeconfig("SERVER", "tokenFile: token");
    const tokenFile = join(dirname(config), "token");
    let valid = "old";
    const stub = await serve((request, response) => {
      if (request.url === "/apis") {
        api(request, response);
        valid = "new";
        return writeFile(tokenFile, "new");
      }
      return only(() => valid)(request, response);
    });
    await writeFile(tokenFile, "old");
    await writeFile(config, (await readFile(config, "utf8")).replace("SERVER", stub.url));
    expect((await readWith(config)).gaps).toEqual([]);
    expect(stub.requests.map((request) => request.headers.authorization)).toEqual([
      "Bearer old",
      "Bearer old",
      "Bearer new",
    ]);
  });

  it("go with the person to impersonate, in every header that RBAC knows", async () => {
    const stub = await serve(api);
    const user = "token: abc\nas: someone\nas-groups: [a, b]\nas-uid: 7\nas-user-extra: {Scopes/x%: [one, two]}";
    await readWith(await kubeconfig(stub.url, user));
    const rawHeaders = stub.requests[0]?.rawHeaders ?? [];
    const sent = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 && name.startsWith("Impersonate-") ? [`${name}: ${rawHeaders[index + 1]}`] : [],
    );
    expect(sent.toSorted()).toEqual([
      "Impersonate-Extra-Scopes%2Fx%25: one",
      "Impersonate-Extra-Scopes%2Fx%25: two",
      "Impersonate-Group: a",
      "Impersonate-Group: b",
      "Impersonate-Uid: 7",
      "Impersonate-User: someone",
    ]);
  });

  it("sends names beyond ASCII as UTF-8", async () => {
    const stub = await serve(api);
    await read(stub.url, {}, { as: "jané" });
    expect(Buffer.from(String(stub.requests[0]?.headers["impersonate-user"]), "latin1").toString()).toBe("jané");
  });

  it.each([{ asGroup: ["a"] }, { asUid: "1" }, { asUserExtra: ["a=b"] }])("refuses %j without --as", async (given) => {
    await expect(read("http://127.0.0.1:1", {}, given)).rejects.toMatchObject({
      failure: "kubeconfig",
      message: "requesting uid, groups or user-extra without impersonating a user",
    });
  });

  it("refuses a token that no header can carry, without showing it", async () => {
    const failed: unknown = await read("http://127.0.0.1:1", {}, { token: "abc\u0007def" }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ failure: "credentials" });
    expect(String(failed)).not.toContain("abc");
  });
});

describe("a credential plugin", () => {
  async function plugin(server: string, script: string, more = "", cluster = ""): Promise<string> {
    const user = `exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: ./plugin\n  args: [login, "7"]\n${more}`;
    const config = await kubeconfig(server, user, cluster);
    const path = join(dirname(config), "plugin");
    await writeFile(path, `#!${process.execPath}\n${script}\n`);
    await chmod(path, 0o755);
    return config;
  }
  const ANSWER = `const answer = (status) => console.log(JSON.stringify({kind: "ExecCredential", apiVersion: "client.authentication.k8s.io/v1", status}));`;

  it("is given KUBERNETES_EXEC_INFO, its arguments and its environment", async () => {
    const stub = await serve(api);
    const script = `${ANSWER} answer({token: Buffer.from(JSON.stringify({
      info: JSON.parse(process.env.KUBERNETES_EXEC_INFO), args: process.argv.slice(2), own: process.env.OWN, outer: process.env.OUTER,
    })).toString("base64url")});`;
    const config = await plugin(
      stub.url,
      script,
      "  env: [{name: OWN, value: 1}]\n  provideClusterInfo: true\n  interactiveMode: IfAvailable",
      "certificate-authority-data: Q0E=\ntls-server-name: inner\nextensions: [{name: client.authentication.k8s.io/exec, extension: {audience: [1]}}]",
    );
    await readWith(config, environment({ OUTER: "2" }));
    const token = stub.requests[0]?.headers.authorization?.replace("Bearer ", "") ?? "";
    expect(JSON.parse(Buffer.from(token, "base64url").toString())).toEqual({
      info: {
        kind: "ExecCredential",
        apiVersion: "client.authentication.k8s.io/v1",
        spec: {
          interactive: false,
          cluster: {
            server: stub.url,
            "tls-server-name": "inner",
            "certificate-authority-data": "Q0E=",
            config: { audience: [1] },
          },
        },
      },
      args: ["login", "7"],
      own: "1",
      outer: "2",
    });
  });

  it("is not run when a token is given", async () => {
    const stub = await serve(api);
    await readWith(await plugin(stub.url, "process.exit(1)"), environment(), { token: "mine" });
    expect(stub.requests[0]?.headers.authorization).toBe("Bearer mine");
  });

  it("is run again after a 401", async () => {
    const stub = await serve((request, response) => only(() => "2")(request, response));
    const count = join(dirname(await file("")), "count");
    const script = `${ANSWER} const fs = require("node:fs");
      fs.appendFileSync(${JSON.stringify(count)}, "x"); answer({token: String(fs.readFileSync(${JSON.stringify(count)}).length)});`;
    expect((await readWith(await plugin(stub.url, script))).gaps).toEqual([]);
    expect(await readFile(count, "utf8")).toBe("xx");
  });

  it.each([
    ["console.error('session\\n  expired'); process.exit(3)", "", "failed with exit code 3: session expired"],
    ["process.exit(4)", "", "failed with exit code 4"],
    ["console.log('nope')", "", "did not answer with JSON"],
    ["console.log('{}')", "", "did not answer with an ExecCredential"],
    [`${ANSWER} answer(undefined)`, "", "did not return a status"],
    [`${ANSWER} answer({})`, "", "returned neither a token nor a key pair"],
    [`${ANSWER} answer({clientKeyData: "x"})`, "", "returned only one half of a key pair"],
    ["", "  interactiveMode: Always", "has to ask at a terminal"],
  ])("that does %j", async (script, more, message) => {
    const config = await plugin("http://127.0.0.1:1", script, more);
    await expect(readWith(config)).rejects.toMatchObject({
      failure: "credentials",
      message: expect.stringContaining(message),
    });
  });

  it("that is missing is named, with its installHint", async () => {
    const exec =
      "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, installHint: Get it at x.example}";
    await expect(readWith(await kubeconfig("http://127.0.0.1:1", exec))).rejects.toMatchObject({
      failure: "credentials",
      message: 'the credential plugin "no-such-plugin" was not found',
      advice: "Get it at x.example",
    });
  });

  it("of a version long gone is refused", async () => {
    const exec = "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}";
    await expect(readWith(await kubeconfig("http://127.0.0.1:1", exec))).rejects.toMatchObject({
      message: expect.stringContaining('asks for apiVersion "client.authentication.k8s.io/v1alpha1"'),
    });
  });

  it("can bring a client certificate", async () => {
    const ca = await readFile(tlsFile("root.crt"));
    const intermediate = await readFile(tlsFile("intermediate.crt"));
    const stub = await serve(api, { ...(await serverTls()), ca: [ca, intermediate], requestCert: true });
    const script = `${ANSWER} const fs = require("node:fs");
      answer({clientCertificateData: fs.readFileSync(${JSON.stringify(tlsFile("client.crt"))}, "utf8"),
              clientKeyData: fs.readFileSync(${JSON.stringify(tlsFile("client.key"))}, "utf8")});`;
    const cluster = `certificate-authority: ${tlsFile("intermediate.crt")}`;
    await readWith(await plugin(stub.url, script, "", cluster));
    const socket = stub.requests[0]?.socket;
    expect(socket instanceof TLSSocket && socket.authorized).toBe(true);
  });
});

describe("TLS", () => {
  it("trusts a bundle that holds only the intermediate, as kubectl does", async () => {
    const stub = await serve(api, await serverTls());
    const world = await read(stub.url, {}, { certificateAuthority: tlsFile("intermediate.crt") });
    expect(world).toMatchObject({ gaps: [], served: [{ kind: "ReferenceGrant" }] });
  });

  it("sends the client certificate of the kubeconfig", async () => {
    const ca = [await readFile(tlsFile("root.crt")), await readFile(tlsFile("intermediate.crt"))];
    const stub = await serve(api, { ...(await serverTls()), ca, requestCert: true, rejectUnauthorized: true });
    const encoded = async (name: string) => (await readFile(tlsFile(name))).toString("base64");
    const user = `client-certificate-data: ${await encoded("client.crt")}\nclient-key-data: ${await encoded("client.key")}`;
    const cluster = `certificate-authority-data: ${await encoded("intermediate.crt")}`;
    expect((await readWith(await kubeconfig(stub.url, user, cluster))).gaps).toEqual([]);
    await expect(readWith(await kubeconfig(stub.url, "{}", cluster))).rejects.toMatchObject({ failure: "unreachable" });
  });

  it.each([
    ["no CA", "server", {}, /signed by an authority that is not trusted/, /--certificate-authority/],
    [
      "a name it has not",
      "server",
      { tlsServerName: "other.example" },
      /is for another name: .*other\.example/,
      /--tls-server-name/,
    ],
    ["an expired certificate", "expired", {}, /has expired/, /clock/],
  ])("refuses %s", async (what, certificate, given, message, advice) => {
    const stub = await serve(api, await serverTls(certificate));
    const ca = what === "no CA" ? null : tlsFile("intermediate.crt");
    await expect(read(stub.url, {}, { certificateAuthority: ca, ...given })).rejects.toMatchObject({
      failure: "unreachable",
      message: expect.stringMatching(message),
      advice: expect.stringMatching(advice),
    });
    expect(stub.requests).toEqual([]);
  });

  it("verifies nothing with --insecure-skip-tls-verify", async () => {
    const stub = await serve(api, await serverTls("expired"));
    expect((await read(stub.url, {}, { insecureSkipTlsVerify: true })).gaps).toEqual([]);
  });

  it("checks and asks for the --tls-server-name", async () => {
    const names: (string | false | null)[] = [];
    const stub = await serve(api, {
      ...(await serverTls()),
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    const given = { certificateAuthority: tlsFile("intermediate.crt"), tlsServerName: "cluster.example" };
    await read(stub.url, {}, given);
    expect(new Set(names)).toEqual(new Set(["cluster.example"]));
  });

  it("says so when a certificate is none", async () => {
    const certificateAuthority = await file("not PEM", "ca.crt");
    const clientCertificate = tlsFile("client.crt");
    const given = { clientCertificate, clientKey: tlsFile("server.key") };
    for (const broken of [given, { ...given, clientKey: certificateAuthority }]) {
      await expect(read("https://127.0.0.1:1", {}, broken)).rejects.toMatchObject({ failure: "kubeconfig" });
    }
  });
});

describe("proxies", () => {
  /** A proxy that makes every CONNECT to one port of the loopback, whatever name was asked for. */
  async function connectProxy(target: number, refuse = false) {
    const heads: string[] = [];
    const port = await serveTcp((socket) => {
      socket.once("data", (head) => {
        heads.push(head.toString());
        if (refuse) return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        const onward = connectTo(target, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
          socket.pipe(onward).pipe(socket);
        });
        return onward.on("error", () => socket.destroy());
      });
    });
    return { heads, url: `http://me:secret@127.0.0.1:${port}` };
  }
  const given = { certificateAuthority: tlsFile("intermediate.crt") };
  const SERVER = "https://cluster.example:6443";

  it("of HTTPS_PROXY are asked to CONNECT", async () => {
    const stub = await serve(api, await serverTls());
    const proxy = await connectProxy(stub.port);
    await read(SERVER, {}, given, environment({ HTTPS_PROXY: proxy.url }));
    expect(proxy.heads[0]).toMatch(/^CONNECT cluster\.example:6443 HTTP\/1\.1\r\n/);
    expect(proxy.heads[0]?.toLowerCase()).toContain(
      `proxy-authorization: basic ${Buffer.from("me:secret").toString("base64")}`.toLowerCase(),
    );
    expect(stub.paths()).toEqual(["/apis", `${GRANTS}?limit=500`]);
  });

  it("of the kubeconfig win over the environment and NO_PROXY", async () => {
    const stub = await serve(api, await serverTls());
    const proxy = await connectProxy(stub.port);
    const cluster = `proxy-url: ${proxy.url}\ncertificate-authority: ${tlsFile("intermediate.crt")}`;
    const env = environment({ HTTPS_PROXY: "http://127.0.0.1:1", NO_PROXY: "*" });
    await readWith(await kubeconfig(SERVER, "{}", cluster), env);
    expect(proxy.heads.length).toBeGreaterThan(0);
  });

  it("are left aside for what NO_PROXY names", async () => {
    const stub = await serve(api, await serverTls());
    const proxy = await connectProxy(stub.port);
    const env = environment({ HTTPS_PROXY: proxy.url, NO_PROXY: "localhost" });
    await read(`https://localhost:${stub.port}`, {}, given, env);
    expect(proxy.heads).toEqual([]);
    expect(stub.requests).toHaveLength(2);
  });

  it("carry plain http as it is", async () => {
    const proxy = await serve((request, response) => {
      request.url = request.url?.replace("http://cluster.example:8080", "") ?? "";
      api(request, response);
    });
    await read("http://cluster.example:8080", {}, {}, environment({ HTTP_PROXY: proxy.url }));
    expect(proxy.requests[0]?.headers.host).toBe("cluster.example:8080");
  });

  it("that refuse are named without their password", async () => {
    const proxy = await connectProxy(1, true);
    const failed: unknown = await read(SERVER, {}, given, environment({ HTTPS_PROXY: proxy.url })).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      failure: "unreachable",
      message: `the proxy ${proxy.url.replace("me:secret@", "")} makes no connection to ${SERVER} (HTTP status 407)`,
    });
    expect(JSON.stringify(failed) + String(failed)).not.toContain("secret");
  });

  it("that are down are named as the proxy", async () => {
    await expect(read(SERVER, {}, given, environment({ HTTPS_PROXY: "http://127.0.0.1:1" }))).rejects.toMatchObject({
      message: "The connection to the proxy 127.0.0.1:1 was refused - did you specify the right host or port?",
    });
  });

  it("of SOCKS 5 resolve the name themselves", async () => {
    const stub = await serve(api, await serverTls());
    const asked: string[] = [];
    const port = await serveTcp((socket) => {
      socket.once("data", () => {
        socket.write(Buffer.from([5, 0]));
        socket.once("data", (request: Buffer) => {
          asked.push(request.subarray(5, 5 + (request[4] ?? 0)).toString());
          const onward = connectTo(stub.port, "127.0.0.1", () => {
            socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
            socket.pipe(onward).pipe(socket);
          });
        });
      });
    });
    const cluster = `proxy-url: socks5://127.0.0.1:${port}\ncertificate-authority: ${tlsFile("intermediate.crt")}`;
    await readWith(await kubeconfig(SERVER, "token: abc", cluster));
    expect(asked).toEqual(["cluster.example"]);
    expect(stub.requests.map((request) => request.headers.authorization)).toEqual(["Bearer abc", "Bearer abc"]);
  });
});
