import http2 from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadClusterConfig } from "../../../src/load/cluster/kubeconfig.ts";
import type { ConnectionOptions } from "../../../src/load/cluster/options.ts";
import { openTransport, type Transport, type TransportSettings } from "../../../src/load/cluster/transport.ts";
import { environment, file, options, reply, serve, serverTls, serveTcp, tlsFile } from "./stub.ts";

interface Stub {
  readonly url: string;
  /** The requests, each with the number of the connection that it came over. */
  readonly requests: { readonly headers: http2.IncomingHttpHeaders; readonly connection: number }[];
  readonly sessions: http2.Http2Session[];
}

type Handler = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, turn: number) => void;

const ok = (stream: http2.ServerHttp2Stream, body: unknown = { ok: true }, headers = {}): void => {
  stream.respond({ ":status": 200, "content-type": "application/json", ...headers });
  stream.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
};

async function serveMultiplexed(handler: Handler): Promise<Stub> {
  const server = http2.createSecureServer(await serverTls());
  const requests: Stub["requests"] = [];
  const sessions: http2.Http2Session[] = [];
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => undefined);
  });
  server.on("stream", (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    stream.on("error", () => undefined);
    const connection = stream.session === undefined ? -1 : sessions.indexOf(stream.session);
    requests.push({ headers, connection });
    handler(stream, headers, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `https://127.0.0.1:${address.port}`, requests, sessions };
}

async function connect(
  server: string,
  settings: Partial<TransportSettings> = {},
  given: Partial<ConnectionOptions> = {},
): Promise<Transport> {
  const env = environment();
  const certificateAuthority = tlsFile("intermediate.crt");
  const config = await loadClusterConfig(options({ server, certificateAuthority, ...given }), env);
  const transport = await openTransport(config, env, {
    requestTimeoutMs: 0,
    disableCompression: false,
    userAgent: "kubectl-refgrant/test",
    signal: new AbortController().signal,
    multiplex: true,
    backoffMs: 1,
    ...settings,
  });
  onTestFinished(transport.close);
  return transport;
}

const JSON_ONLY = "application/json";

describe("requests over one connection", () => {
  it("share it, however many there are at once", async () => {
    const warnings: string[] = [];
    const warn = (warning: Error) => warnings.push(warning.message);
    process.on("warning", warn);
    onTestFinished(() => {
      process.off("warning", warn);
    });
    const stub = await serveMultiplexed((stream) => setTimeout(() => ok(stream), 5));
    const transport = await connect(stub.url);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => transport.get(`/x/${n}`, JSON_ONLY)));
    expect(answers.every(({ status, body }) => status === 200 && JSON.stringify(body) === '{"ok":true}')).toBe(true);
    expect(stub.requests).toHaveLength(100);
    expect(stub.sessions).toHaveLength(1);
    await sleep(1);
    expect(warnings).toEqual([]);
  });

  it("are GETs with the headers that they would have alone", async () => {
    const stub = await serveMultiplexed((stream) => ok(stream));
    const given = { token: "abc", as: "jo", asGroup: ["a", "b"] };
    const transport = await connect(`${stub.url}/k8s/clusters/c-1/`, {}, given);
    await transport.get("/apis?limit=1", "application/json;x=y");
    expect(stub.requests[0]?.headers).toMatchObject({
      ":method": "GET",
      ":path": "/k8s/clusters/c-1/apis?limit=1",
      ":authority": new URL(stub.url).host,
      accept: "application/json;x=y",
      "user-agent": "kubectl-refgrant/test",
      "accept-encoding": "gzip",
      authorization: "Bearer abc",
      "impersonate-user": "jo",
      "impersonate-group": "a, b",
    });
  });

  it("may be answered packed, in many pieces, or with a refusal", async () => {
    const text = "ü".repeat(300_000);
    const stub = await serveMultiplexed((stream, headers) => {
      if (headers[":path"] === "/packed")
        ok(stream, gzipSync(JSON.stringify({ text })), { "content-encoding": "gzip" });
      else if (headers[":path"] === "/large") ok(stream, { text });
      else {
        stream.respond({ ":status": 403 });
        stream.end(JSON.stringify({ kind: "Status", message: "no" }));
      }
    });
    const transport = await connect(stub.url);
    expect((await transport.get("/packed", JSON_ONLY)).body).toEqual({ text });
    expect((await transport.get("/large", JSON_ONLY)).body).toEqual({ text });
    expect(await transport.get("/refused", JSON_ONLY)).toEqual({ status: 403, body: undefined, message: "no" });
  });

  it("go alone to a server that speaks HTTP/1.1 only", async () => {
    const stub = await serve((_request, response) => reply(response, 200, { ok: true }), await serverTls());
    const transport = await connect(stub.url);
    const paths = ["/a", "/b", "/c"];
    const answers = await Promise.all(paths.map((path) => transport.get(path, JSON_ONLY)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(stub.requests.map(({ httpVersion }) => httpVersion)).toEqual(["1.1", "1.1", "1.1"]);
  });

  it("go alone where nothing else was asked for, and without TLS", async () => {
    const secure = await serve((_request, response) => reply(response, 200, {}), await serverTls());
    await (await connect(secure.url, { multiplex: false })).get("/", JSON_ONLY);
    const plain = await serve((_request, response) => reply(response, 200, {}));
    await (await connect(plain.url, {}, { certificateAuthority: null })).get("/", JSON_ONLY);
    expect([...secure.requests, ...plain.requests].map(({ httpVersion }) => httpVersion)).toEqual(["1.1", "1.1"]);
  });
});

describe("a connection that fails", () => {
  it.each<[string, Handler]>([
    ["refuses a request", (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)],
    ["ends a request without an answer", (stream) => stream.close(http2.constants.NGHTTP2_CANCEL)],
    ["ends", (stream) => stream.session?.destroy()],
    ["says goodbye and leaves", (stream) => stream.session?.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM)],
    [
      "breaks off in the middle of an answer",
      (stream) => {
        stream.respond({ ":status": 200, "content-length": 1000 });
        stream.write('{"items":[', () => stream.session?.socket.destroy());
      },
    ],
    [
      "ends in the middle of a packed answer",
      (stream) => {
        stream.respond({ ":status": 200, "content-encoding": "gzip" });
        stream.write(gzipSync("{}").subarray(0, 5), () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
      },
    ],
  ])("and %s is tried again", async (_, first) => {
    const stub = await serveMultiplexed((stream, headers, turn) =>
      turn === 1 ? first(stream, headers, turn) : ok(stream),
    );
    const transport = await connect(stub.url);
    expect(await transport.get("/x", JSON_ONLY)).toMatchObject({ status: 200, body: { ok: true } });
    expect(stub.requests).toHaveLength(2);
  });

  it("is made anew after the server has said goodbye in peace", async () => {
    const stub = await serveMultiplexed((stream) => ok(stream));
    const transport = await connect(stub.url);
    await transport.get("/1", JSON_ONLY);
    stub.sessions[0]?.close();
    await sleep(20);
    expect((await transport.get("/2", JSON_ONLY)).status).toBe(200);
    expect(stub.requests.map(({ connection }) => connection)).toEqual([0, 1]);
  });

  it("again and again is given up", async () => {
    const stub = await serveMultiplexed((stream) => stream.session?.destroy());
    const transport = await connect(stub.url);
    await expect(transport.get("/x", JSON_ONLY)).rejects.toMatchObject({
      failure: "unreachable",
      message: `the connection to ${stub.url} broke off`,
    });
    expect(stub.requests).toHaveLength(4);
  });

  it("waits as a busy server asks", async () => {
    const stub = await serveMultiplexed((stream, _headers, turn) => {
      if (turn > 1) return ok(stream);
      stream.respond({ ":status": 429, "retry-after": "0" });
      return stream.end();
    });
    expect((await (await connect(stub.url)).get("/x", JSON_ONLY)).status).toBe(200);
  });

  it("takes new credentials after a 401, over a connection of their own", async () => {
    const token = await file("old", "token");
    const config = await file(`
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "SERVER", certificate-authority: ${tlsFile("intermediate.crt")}}}]
users: [{name: u, user: {tokenFile: ${token}}}]
`);
    const { readFile, writeFile } = await import("node:fs/promises");
    const stub = await serveMultiplexed((stream, headers) => {
      if (headers.authorization === "Bearer new") return ok(stream);
      return writeFile(token, "new").then(() => {
        stream.respond({ ":status": 401 });
        stream.end();
      });
    });
    await writeFile(config, (await readFile(config, "utf8")).replace("SERVER", stub.url));
    const transport = await connect("", {}, { server: null, kubeconfig: config, certificateAuthority: null });
    expect((await transport.get("/x", JSON_ONLY)).status).toBe(200);
    expect(stub.requests.map(({ connection }) => connection)).toEqual([0, 1]);
  });

  it.each([
    ["is refused", "https://127.0.0.1:1", {}, /was refused/],
    ["trusts nobody", null, { certificateAuthority: tlsFile("client.crt") }, /authority that is not trusted/],
    ["is for another name", null, { tlsServerName: "other.example" }, /is for another name/],
  ])("since it %s is told as it is of requests alone", async (_, server, given, message) => {
    const stub = await serveMultiplexed((stream) => ok(stream));
    for (const multiplex of [true, false]) {
      const transport = await connect(server ?? stub.url, { multiplex }, given);
      await expect(transport.get("/x", JSON_ONLY)).rejects.toMatchObject({
        failure: "unreachable",
        message: expect.stringMatching(message),
      });
    }
    expect(stub.requests).toEqual([]);
  });
});

describe("a server that is silent", () => {
  const silent: Handler = () => undefined;

  it("is given up after --request-timeout, and others are not kept waiting", async () => {
    const stub = await serveMultiplexed((stream, headers) => {
      if (headers[":path"] !== "/slow") setTimeout(() => ok(stream), 60);
    });
    const transport = await connect(stub.url, { requestTimeoutMs: 400 });
    const slow = expect(transport.get("/slow", JSON_ONLY)).rejects.toMatchObject({
      failure: "unreachable",
      message: `${stub.url} did not answer /slow within 0.4s`,
    });
    expect((await transport.get("/quick", JSON_ONLY)).status).toBe(200);
    await slow;
    expect((await transport.get("/quick", JSON_ONLY)).status).toBe(200);
    expect(stub.sessions).toHaveLength(1);
  });

  it("before it has shaken hands, too", async () => {
    const port = await serveTcp(() => undefined);
    const transport = await connect(`https://127.0.0.1:${port}`, { requestTimeoutMs: 100 });
    await expect(transport.get("/x", JSON_ONLY)).rejects.toMatchObject({
      message: `https://127.0.0.1:${port} did not answer /x within 0.1s`,
    });
  });

  it.each(["answers", "shakes hands"])("and never %s is left at once when the run is interrupted", async (what) => {
    const interrupt = new AbortController();
    const url =
      what === "answers"
        ? (await serveMultiplexed(silent)).url
        : `https://127.0.0.1:${await serveTcp(() => undefined)}`;
    const transport = await connect(url, { signal: interrupt.signal });
    const waiting = ["/a", "/b"].map((path) =>
      expect(transport.get(path, JSON_ONLY)).rejects.toMatchObject({ failure: "interrupted" }),
    );
    setTimeout(() => interrupt.abort(), 50);
    await Promise.all(waiting);
  });
});

it("ends the connection when it is closed", async () => {
  const stub = await serveMultiplexed((stream) => ok(stream));
  const transport = await connect(stub.url);
  await transport.get("/x", JSON_ONLY);
  const [session] = stub.sessions;
  const closed = new Promise<void>((resolve) => session?.once("close", resolve));
  transport.close();
  await closed;
});

describe("what is to be done meanwhile", () => {
  const plain = { certificateAuthority: null };

  /** Servers that answer nothing before it is done. */
  const SERVERS: readonly [
    how: string,
    start: (done: Promise<void>) => Promise<{ readonly url: string; readonly requests: readonly unknown[] }>,
    given: Partial<ConnectionOptions>,
  ][] = [
    ["plain HTTP/1", (done) => serve((_, response) => void done.then(() => reply(response, 200, {}))), plain],
    [
      "TLS with HTTP/1",
      async (done) => serve((_, response) => void done.then(() => reply(response, 200, {})), await serverTls()),
      {},
    ],
    ["TLS with HTTP/2", (done) => serveMultiplexed((stream) => void done.then(() => ok(stream))), {}],
  ];

  it.each(SERVERS)("is done once while the first answer is awaited, over %s", async (_, start, given) => {
    const done = Promise.withResolvers<void>();
    let times = 0;
    const stub = await start(done.promise);
    const meanwhile = () => {
      times += 1;
      done.resolve();
    };
    const transport = await connect(stub.url, { meanwhile }, given);
    await sleep(5);
    expect(times).toBe(0);
    await Promise.all(["/a", "/b"].map((path) => transport.get(path, JSON_ONLY)));
    await transport.get("/c", JSON_ONLY);
    await sleep(5);
    expect([times, stub.requests.length]).toEqual([1, 3]);
  });
});
