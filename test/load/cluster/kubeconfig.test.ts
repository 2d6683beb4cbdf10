import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { contextNamespace, loadClusterConfig } from "../../../src/load/cluster/kubeconfig.ts";
import type { ConnectionOptions, Environment } from "../../../src/load/cluster/options.ts";
import { environment, file, folder, options } from "./stub.ts";

const TWO_CONTEXTS = `
apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: c1, user: u1, namespace: shop}}
- {name: two, context: {cluster: c2, user: u2}}
- {name: no-cluster, context: {cluster: gone, user: u1}}
- {name: no-user, context: {cluster: c1, user: gone}}
clusters:
- name: c1
  cluster: {server: "https://one.example:6443/", tls-server-name: inner.example, certificate-authority-data: Q0E=}
- name: c2
  cluster: {server: "https://two.example/k8s/clusters/c-1", insecure-skip-tls-verify: true}
users:
- name: u1
  user: {token: t1, client-certificate-data: Q0VSVA==, client-key-data: S0VZ}
- name: u2
  user: {username: admin, password: 12345}
`;

async function load(given: Partial<ConnectionOptions>, text = TWO_CONTEXTS, env: Environment = environment()) {
  return loadClusterConfig(options({ kubeconfig: await file(text), ...given }), env);
}

async function failure(promise: Promise<unknown>) {
  return promise.then(
    () => expect.unreachable("it should fail"),
    (error: unknown) => error,
  );
}

describe("the entries that flags and the current context choose", () => {
  it("takes the current context", async () => {
    const config = await load({});
    expect(config).toMatchObject({ serverUrl: "https://one.example:6443", namespace: "shop", userName: "u1" });
    expect(config.cluster).toMatchObject({ tlsServerName: "inner.example", caData: "Q0E=" });
    expect(config.user.token).toBe("t1");
  });

  it.each([
    [{ context: "two" }, { serverUrl: "https://two.example/k8s/clusters/c-1", namespace: "default", userName: "u2" }],
    [{ cluster: "c2" }, { serverUrl: "https://two.example/k8s/clusters/c-1", namespace: "shop", userName: "u1" }],
    [{ user: "u2" }, { serverUrl: "https://one.example:6443", userName: "u2" }],
    [{ server: "https://three.example" }, { serverUrl: "https://three.example", userName: "u1" }],
    [{ server: "localhost:8080", cluster: "c2" }, { serverUrl: "https://localhost:8080" }],
    [{ server: "localhost:8080", context: "no-cluster", user: "u2" }, { serverUrl: "http://localhost:8080" }],
    [{ context: "no-user", token: "t" }, { serverUrl: "https://one.example:6443" }],
  ])("follows %j", async (given, expected) => {
    expect(await load(given)).toMatchObject(expected);
  });

  it.each([
    [{ context: "nope" }, 'no context "nope"', "no-cluster, no-user, one, two"],
    [{ cluster: "nope" }, 'no cluster "nope"', "c1, c2"],
    [{ user: "nope" }, 'no user "nope"', "u1, u2"],
    [{ context: "no-cluster" }, 'context "no-cluster" names a cluster "gone"', "c1, c2"],
    [{ context: "no-user" }, 'context "no-user" names a user "gone"', "u1, u2"],
  ])("says what there is instead of %j", async (given, message, advice) => {
    expect(await failure(load(given))).toMatchObject({
      name: "RefgrantError",
      failure: "kubeconfig",
      message: expect.stringContaining(message),
      advice: expect.stringContaining(advice),
    });
  });
});

describe("flags laid over the entries", () => {
  const C1 = { tlsServerName: "inner.example", caData: "Q0E=", caFile: "", insecure: false };

  it.each<[Partial<ConnectionOptions>, object]>([
    [{ server: "https://x" }, { ...C1, tlsServerName: "" }],
    [
      { server: "https://x", tlsServerName: "y" },
      { ...C1, tlsServerName: "y" },
    ],
    [{ tlsServerName: "y" }, { ...C1, tlsServerName: "y" }],
    [{ insecureSkipTlsVerify: true }, { ...C1, caData: "", insecure: true }],
    [{ insecureSkipTlsVerify: false }, C1],
    [{ certificateAuthority: "/dev/null" }, { ...C1, caData: "", caFile: "/dev/null" }],
    [
      { context: "two", certificateAuthority: "/dev/null" },
      { insecure: false, caFile: "/dev/null" },
    ],
  ])("cluster: %j", async (given, expected) => {
    expect((await load(given)).cluster).toMatchObject(expected);
  });

  it("refuses a CA together with the insecure flag", async () => {
    const given = { insecureSkipTlsVerify: true, certificateAuthority: "/dev/null" };
    expect(await failure(load(given))).toMatchObject({
      message: "specifying a root certificates file with the insecure flag is not allowed",
    });
  });

  const EXEC = `
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://c"}}]
users:
- name: u
  user:
    tokenFile: token
    client-certificate-data: Q0VSVA==
    client-key-data: S0VZ
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: null, env: null}
`;

  it.each<[Partial<ConnectionOptions>, object]>([
    [{ token: "t" }, { token: "t", tokenFile: "", exec: null, certData: "Q0VSVA==" }],
    [
      { username: "a", password: "b" },
      { username: "a", password: "b", tokenFile: "", exec: null },
    ],
    [{ clientCertificate: "/dev/null" }, { certFile: "/dev/null", certData: "", keyData: "S0VZ" }],
    [{ clientKey: "/dev/null" }, { keyFile: "/dev/null", keyData: "", certData: "Q0VSVA==" }],
    [
      { as: "jane", asUid: "7", asGroup: ["a,b", "c"], asUserExtra: ["scope=x=1", "scope=y", "other="] },
      {
        as: "jane",
        asUid: "7",
        asGroups: ["a,b", "c"],
        asUserExtra: new Map([
          ["scope", ["x=1", "y"]],
          ["other", [""]],
        ]),
      },
    ],
  ])("user: %j", async (given, expected) => {
    const kubeconfig = await file(EXEC);
    await writeFile(join(dirname(kubeconfig), "token"), "from-file\n");
    expect((await loadClusterConfig(options({ kubeconfig, ...given }), environment())).user).toMatchObject(expected);
  });

  it("refuses an extra field without a key", async () => {
    expect(await failure(load({ as: "jane", asUserExtra: ["oops"] }))).toMatchObject({ failure: "usage" });
  });
});

describe("the files", () => {
  async function kubeconfigs(...texts: readonly string[]) {
    const files = await Promise.all(texts.map((text) => file(text)));
    return environment({ KUBECONFIG: ["", "/nonexistent/config", ...files, files[0]].join(delimiter) });
  }

  it("merges a KUBECONFIG list: the first entry of each name whole, the first current context", async () => {
    const env = await kubeconfigs(
      `
clusters: [{name: c, cluster: {server: "https://first"}}]
users: [{name: u, user: {token: first}}]
`,
      `
current-context: second
contexts: [{name: second, context: {cluster: c, user: u, namespace: from-second}}]
clusters: [{name: c, cluster: {server: "https://second", tls-server-name: second}}, {name: d, cluster: {server: "https://d"}}]
`,
      `
current-context: third
contexts: [{name: second, context: {cluster: d}}]
`,
    );
    const config = await loadClusterConfig(options(), env);
    expect(config).toMatchObject({ serverUrl: "https://first", namespace: "from-second" });
    expect(config.cluster.tlsServerName).toBe("");
    expect(config.user.token).toBe("first");
    expect((await loadClusterConfig(options({ cluster: "d" }), env)).serverUrl).toBe("https://d");
  });

  it("prefers --kubeconfig to KUBECONFIG and that to the home directory", async () => {
    const home = await folder();
    await mkdir(join(home, ".kube"));
    const text = (server: string) => `
current-context: x
contexts: [{name: x, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "https://${server}"}}]
`;
    await writeFile(join(home, ".kube", "config"), text("home"));
    const KUBECONFIG = await file(text("variable"));
    const kubeconfig = await file(text("flag"));
    const url = async (given: Partial<ConnectionOptions>, variables: Record<string, string>) =>
      (await loadClusterConfig(options(given), environment(variables, { homedir: home }))).serverUrl;
    expect(await url({ kubeconfig }, { KUBECONFIG })).toBe("https://flag");
    expect(await url({}, { KUBECONFIG })).toBe("https://variable");
    expect(await url({}, { KUBECONFIG: "" })).toBe("https://home");
    expect(await url({}, {})).toBe("https://home");
  });

  it("resolves paths against the file they stand in", async () => {
    const kubeconfig = await file(`
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://c", certificate-authority: pki/ca.crt}}]
users:
- name: u
  user:
    client-certificate: pki/me.crt
    client-key: pki/me.key
    tokenFile: ./pki/token
    exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/plugin}
- {name: path, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: plugin}}}
`);
    const pki = join(dirname(kubeconfig), "pki");
    await mkdir(pki);
    for (const name of ["ca.crt", "me.crt", "me.key", "token"]) await writeFile(join(pki, name), "");
    const config = await loadClusterConfig(options({ kubeconfig }), environment());
    expect(config.cluster.caFile).toBe(join(pki, "ca.crt"));
    expect(config.user).toMatchObject({
      certFile: join(pki, "me.crt"),
      keyFile: join(pki, "me.key"),
      tokenFile: join(pki, "token"),
      exec: { command: join(dirname(kubeconfig), "bin/plugin") },
    });
    const other = await loadClusterConfig(options({ kubeconfig, user: "path" }), environment());
    expect(other.user.exec?.command).toBe("plugin");
  });

  it("names the file and its role when one cannot be read", async () => {
    const error = await failure(load({ certificateAuthority: "/nonexistent/ca.crt" }));
    expect(error).toMatchObject({ message: "the certificate authority /nonexistent/ca.crt cannot be read" });
  });

  it.each([
    ["contexts:\n- name: a\n  context: [\nusers: []\n", ":4:1: "],
    ["current-context: [one]\n", ": current-context should be a string"],
    ["users:\n- name: u\n  user: secret-token\n", ": users[0].user should be an object"],
    ["clusters:\n- name: c\n  cluster: {insecure-skip-tls-verify: maybe}\n", "should be true or false"],
    ["users: [{name: u}, {name: u}]\n", ": users[1].name should be a name that no other entry has"],
    ["users: {name: u}\n", ": users should be a list"],
    ["- secret-token\n", ": the file should be an object"],
    ["users:\n- user: {password: *secret-token }\n", ":2:"],
    ["users:\n- user: {password: !secret-token }\n", ":2:"],
    ["users:\n- user: {password: !secret-token!x y}\n", ":2:"],
    ["users:\n- user: {password: &secret-token &secret-token }\n", ":2:"],
    ["users:\n- user:\n    secret-token: 1\n    secret-token: 2\n", ":4:5: duplicated mapping key"],
    ["users:\n- user:\n    password: a: secret-token\n", ":3:"],
    ["users:\n- user:\n    password: 'secret-token\n", "quote or bracket that is never closed"],
    ['users:\n- user:\n    password: "secret-token\\q"\n', ":3:"],
    ["%TAG secret-token x\n---\nusers: []\n", ":1:"],
    ["users: [{user: {as-user-extra: {secret-token: 1}}}]\n", ": users[0].user.as-user-extra should be a list"],
    ["users: [{user: {auth-provider: {config: {secret-token: []}}}}]\n", "auth-provider.config should be a string"],
  ])("tells where %j is broken, and quotes nothing of it", async (text, message) => {
    const kubeconfig = await file(text);
    const error = await failure(loadClusterConfig(options({ kubeconfig }), environment()));
    expect(error).toMatchObject({
      failure: "kubeconfig",
      message: expect.stringContaining(kubeconfig),
    });
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("secret-token");
  });

  it.each<[string, Partial<ConnectionOptions>, string]>([
    ["ftp://u:hunter2secret@h:1", {}, 'of cluster "c1"'],
    ["ftp://u:p@hunter2secret/w0rd@h:1", {}, 'of cluster "c1"'],
    ["https://u:p@hunter2secret/w0rd@h:1", {}, 'of cluster "c1"'],
    ["https://u:1/hunter2secret@h:1", {}, 'of cluster "c1"'],
    ["https://u:1?hunter2secret@h:1", {}, 'of cluster "c1"'],
    ["https://u:1#hunter2secret@h:1", {}, 'of cluster "c1"'],
    ["https://u:1\\hunter2secret@h:1", {}, 'of cluster "c1"'],
    ["https://u:hunter2secret", {}, 'of cluster "c1"'],
    ["u:p@hunter2secret/w0rd@h:1", {}, 'of cluster "c1"'],
    ["https://one.example", { server: "ftp://u:p@hunter2secret/w0rd@h:1" }, "given with --server"],
  ])("never repeats a server that is no URL, %s", async (server, given, whose) => {
    const text = TWO_CONTEXTS.replace('"https://one.example:6443/"', JSON.stringify(server));
    const error = await failure(load(given, text));
    expect(error).toMatchObject({ failure: "kubeconfig", message: `the server ${whose} is no http or https URL` });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("hunter2secret");
  });

  it("drops the credentials of a server's URL", async () => {
    const text = TWO_CONTEXTS.replace("https://one.example:6443/", "https://u:p%40hunter2secret@one.example:6443/a/");
    expect((await load({}, text)).serverUrl).toBe("https://one.example:6443/a");
  });

  it("names a kubeconfig that cannot be read, and why", async () => {
    expect(await failure(loadClusterConfig(options({ kubeconfig: await folder() }), environment()))).toMatchObject({
      failure: "kubeconfig",
      message: expect.stringMatching(/cannot be read: it is a directory$/),
    });
  });

  it("takes numbers and booleans without quotes for text", async () => {
    const user = (await load({ context: "two" })).user;
    expect(user).toMatchObject({ username: "admin", password: "12345" });
    const groups = "user: {token: t1, as: 7, as-groups: [1, true], as-user-extra: {a: [2], b: null}}";
    expect((await load({}, TWO_CONTEXTS.replace(/user: \{token: t1.*\}/, groups))).user).toMatchObject({
      as: "7",
      asGroups: ["1", "true"],
      asUserExtra: new Map([
        ["a", ["2"]],
        ["b", []],
      ]),
    });
  });

  it("fails for a --kubeconfig that does not exist", async () => {
    const error = await failure(loadClusterConfig(options({ kubeconfig: "/nonexistent/config" }), environment()));
    expect(error).toMatchObject({ failure: "kubeconfig", message: "kubeconfig /nonexistent/config does not exist" });
  });

  it("tells what was looked for when nothing is configured", async () => {
    const home = await folder();
    const error = await failure(loadClusterConfig(options(), environment({}, { homedir: home })));
    expect(error).toMatchObject({
      message: expect.stringContaining(join(home, ".kube", "config")),
      advice: expect.stringMatching(/--kubeconfig FILE.*-f FILE/),
    });
  });

  it.each(["", "# nothing\n", "contexts: null\nclusters: null\n"])("takes %j for an empty kubeconfig", async (text) => {
    expect(await failure(load({}, text))).toMatchObject({ message: expect.stringContaining("no context in") });
  });

  it("lists the contexts when none is current", async () => {
    const error = await failure(load({}, TWO_CONTEXTS.replace("current-context: one", "")));
    expect(error).toMatchObject({
      message: "the kubeconfig has no current context",
      advice: expect.stringContaining("one, two"),
    });
  });
});

describe("in a pod", () => {
  async function pod(variables: Record<string, string> = {}) {
    const serviceAccountDir = await folder();
    await writeFile(join(serviceAccountDir, "token"), "pod-token\n");
    await writeFile(join(serviceAccountDir, "ca.crt"), "CA");
    await writeFile(join(serviceAccountDir, "namespace"), "from-file\n");
    const service = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
    return environment({ ...service, ...variables }, { serviceAccountDir });
  }

  it("takes the service account when there is no kubeconfig", async () => {
    const env = await pod();
    const config = await loadClusterConfig(options(), env);
    expect(config).toMatchObject({ serverUrl: "https://[fd00::1]", namespace: "from-file" });
    expect(config.user.tokenFile).toBe(join(env.serviceAccountDir, "token"));
    expect(config.cluster.caFile).toBe(join(env.serviceAccountDir, "ca.crt"));
  });

  it("never sends the service account's token to a --server", async () => {
    const config = await loadClusterConfig(options({ server: "https://elsewhere" }), await pod());
    expect(config.user.tokenFile).toBe("");
  });

  it("prefers POD_NAMESPACE to the file, and a kubeconfig's namespace to both", async () => {
    const env = await pod({ POD_NAMESPACE: "from-variable" });
    expect(await contextNamespace(options(), env)).toBe("from-variable");
    expect(await contextNamespace(options({ kubeconfig: await file(TWO_CONTEXTS) }), env)).toBe("shop");
    expect(await contextNamespace(options({ kubeconfig: await file(TWO_CONTEXTS), context: "two" }), env)).toBe(
      "from-variable",
    );
  });

  it("is no pod without a token", async () => {
    const variables = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
    expect(await failure(loadClusterConfig(options(), environment(variables)))).toMatchObject({
      failure: "kubeconfig",
      message: expect.stringContaining("this is no pod"),
    });
  });
});

describe("the namespace without a cluster", () => {
  it("is default where there is no kubeconfig", async () => {
    expect(await contextNamespace(options(), environment({ KUBECONFIG: "/nonexistent" }))).toBe("default");
  });

  it("does not need the context's cluster to exist", async () => {
    const kubeconfig = await file("current-context: x\ncontexts: [{name: x, context: {namespace: mine}}]\n");
    expect(await contextNamespace(options({ kubeconfig }), environment())).toBe("mine");
  });
});
