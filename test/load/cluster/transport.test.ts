import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectionError } from "../../../src/load/cluster/connection-error.ts";
import { loadClusterConfig } from "../../../src/load/cluster/kubeconfig.ts";
import type { ConnectionOptions } from "../../../src/load/cluster/options.ts";
import { gate, openTransport, type TransportSettings } from "../../../src/load/cluster/transport.ts";
import { environment, type Handler, options, reply, serve, serveTcp, status } from "./stub.ts";

async function connect(
  server: string,
  settings: Partial<TransportSettings> = {},
  given: Partial<ConnectionOptions> = {},
) {
  const env = environment();
  const config = await loadClusterConfig(options({ server, ...given }), env);
  const transport = await openTransport(config, env, {
    requestTimeoutMs: 0,
    disableCompression: false,
    userAgent: "kubectl-refgrant/test",
    signal: new AbortController().signal,
    multiplex: false,
    backoffMs: 1,
    ...settings,
  });
  onTestFinished(transport.close);
  return transport;
}

/** Answers the first requests with `handlers` in turn, all others with `{"ok":true}`. */
function inTurn(...handlers: readonly Handler[]): Handler {
  let next = 0;
  return (request, response) => {
    const handler = handlers[next];
    next += 1;
    if (handler === undefined) reply(response, 200, { ok: true });
    else handler(request, response);
  };
}

const resetMidBody: Handler = (_request, response) => {
  response.writeHead(200, { "Content-Length": 1000 });
  response.write('{"items":[');
  setImmediate(() => response.destroy());
};

describe("what is sent", () => {
  it("is a GET with the accept, the agent and gzip", async () => {
    const stub = await serve((_request, response) => reply(response, 200, {}));
    const transport = await connect(`${stub.url}/k8s/clusters/c-1/`);
    await transport.get("/apis?limit=1", "application/json;x=y");
    expect(stub.requests[0]).toMatchObject({
      method: "GET",
      url: "/k8s/clusters/c-1/apis?limit=1",
      headers: { accept: "application/json;x=y", "user-agent": "kubectl-refgrant/test", "accept-encoding": "gzip" },
    });
    expect(stub.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("asks for no compression when told so", async () => {
    const stub = await serve((_request, response) => reply(response, 200, {}));
    await (await connect(stub.url, { disableCompression: true })).get("/", "x");
    expect(stub.requests[0]?.headers["accept-encoding"]).toBeUndefined();
  });

  it("uses one connection for requests one after the other, and at most eight at once", async () => {
    const ports = new Set<number | undefined>();
    let open = 0;
    let most = 0;
    const stub = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        reply(response, 200, {});
      }, 5);
    });
    const transport = await connect(stub.url);
    await transport.get("/1", "x");
    await transport.get("/2", "x");
    expect(ports.size).toBe(1);
    await Promise.all(Array.from({ length: 30 }, (_, index) => transport.get(`/${index}`, "x")));
    expect(most).toBe(8);
    expect(ports.size).toBe(8);
  });
});

describe("what is tried again", () => {
  it.each([429, 500, 502, 503, 504])("%d, then an answer", async (code) => {
    const stub = await serve(inTurn((_request, response) => reply(response, code, status(code, "later"))));
    expect(await (await connect(stub.url)).get("/", "x")).toMatchObject({ status: 200, body: { ok: true } });
    expect(stub.requests).toHaveLength(2);
  });

  it("gives up after four attempts with what the server said", async () => {
    const stub = await serve((_request, response) => reply(response, 500, status(500, "etcd is\n away")));
    expect(await (await connect(stub.url)).get("/", "x")).toEqual({
      status: 500,
      body: undefined,
      message: "etcd is away",
    });
    expect(stub.requests).toHaveLength(4);
  });

  it("does not try 403, 404 and 410 again", async () => {
    for (const code of [403, 404, 410]) {
      const stub = await serve((_request, response) => reply(response, code, status(code, "no")));
      expect(await (await connect(stub.url)).get("/", "x")).toMatchObject({ status: code, message: "no" });
      expect(stub.requests).toHaveLength(1);
    }
  });

  it("waits as long as Retry-After asks", async () => {
    const stub = await serve(
      inTurn((_request, response) => reply(response, 429, status(429, "slow down"), { "Retry-After": "1" })),
    );
    const before = performance.now();
    await (await connect(stub.url)).get("/", "x");
    expect(performance.now() - before).toBeGreaterThan(950);
  });

  it("a connection that breaks off in the middle of the body", async () => {
    const stub = await serve(inTurn(resetMidBody, resetMidBody));
    expect(await (await connect(stub.url)).get("/", "x")).toMatchObject({ body: { ok: true } });
    expect(stub.requests).toHaveLength(3);
  });

  it("never takes a truncated body for an answer", async () => {
    const stub = await serve(resetMidBody);
    const asked = (await connect(stub.url)).get("/", "x");
    await expect(asked).rejects.toMatchObject({
      failure: "unreachable",
      message: `the connection to ${stub.url} broke off`,
    });
    expect(stub.requests).toHaveLength(4);
  });

  it("nor one whose gzip ends too early", async () => {
    const zipped = gzipSync(JSON.stringify({ text: "x".repeat(1000) }));
    const stub = await serve((_request, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip" });
      response.end(zipped.subarray(0, zipped.length - 9));
    });
    await expect((await connect(stub.url)).get("/", "x")).rejects.toMatchObject({ failure: "unreachable" });
  });
});

describe("what comes back", () => {
  it("may be compressed", async () => {
    const stub = await serve((_request, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip" });
      response.end(gzipSync(JSON.stringify({ zipped: "ü" })));
    });
    expect((await (await connect(stub.url)).get("/", "x")).body).toEqual({ zipped: "ü" });
  });

  it("must be JSON", async () => {
    const stub = await serve((_request, response) => {
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end("<html>Please log in, secret=1</html>");
    });
    const error: unknown = await (await connect(stub.url)).get("/apis?limit=5", "x").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      failure: "unreachable",
      message: `${stub.url}/apis answered with something that is not the JSON of an API server (content type text/html)`,
    });
    expect(String(error)).not.toContain("secret");
  });

  it("must not be cut JSON", async () => {
    const stub = await serve((_request, response) => response.end('{"items":['));
    await expect((await connect(stub.url)).get("/", "x")).rejects.toMatchObject({ failure: "unreachable" });
  });

  it("must not lead elsewhere", async () => {
    const stub = await serve((_request, response) => {
      response.writeHead(302, { Location: "https://login.example/?token=1" });
      response.end();
    });
    await expect((await connect(stub.url)).get("/", "x")).rejects.toMatchObject({
      message: `${stub.url}/ redirects elsewhere, as no API server does`,
    });
    expect(stub.requests).toHaveLength(1);
  });
});

describe("time", () => {
  it("limits a request including its body", async () => {
    const stub = await serve((_request, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.write("{");
    });
    const transport = await connect(stub.url, { requestTimeoutMs: 60 });
    await expect(transport.get("/apis?limit=5", "x")).rejects.toMatchObject({
      failure: "unreachable",
      message: `${stub.url} did not answer /apis within 0.06s`,
      advice: expect.stringContaining("--request-timeout"),
    });
    expect(stub.requests).toHaveLength(1);
  });

  it("counts for each attempt, not for all of them", async () => {
    const slow: Handler = (_request, response) => {
      setTimeout(() => reply(response, 503, status(503, "")), 60);
    };
    const stub = await serve(inTurn(slow, slow, slow));
    const transport = await connect(stub.url, { requestTimeoutMs: 150 });
    expect(await transport.get("/", "x")).toMatchObject({ body: { ok: true } });
  });

  it.each(["a request", "a pause"])("ends at once when %s is interrupted", async (what) => {
    const stop = new AbortController();
    const stub = await serve((_request, response) => {
      if (what === "a pause") reply(response, 503, status(503, ""), { "Retry-After": "3600" });
    });
    const asked = (await connect(stub.url, { signal: stop.signal })).get("/", "x");
    while (stub.requests.length === 0) await sleep(2);
    setTimeout(() => stop.abort(), 10);
    await expect(asked).rejects.toMatchObject({ failure: "interrupted", message: "interrupted" });
  });
});

describe("connections that fail", () => {
  it("says what kubectl says when the connection is refused", async () => {
    await expect((await connect("http://127.0.0.1:1")).get("/", "x")).rejects.toMatchObject({
      failure: "unreachable",
      message: "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?",
    });
  });

  it.each([
    ["ENOTFOUND", "the host name of the server s.example:6443 is not known"],
    ["EAI_AGAIN", "the host name of the server s.example:6443 is not known"],
    ["ETIMEDOUT", "the server s.example:6443 cannot be reached (ETIMEDOUT)"],
    ["CERT_NOT_YET_VALID", "the certificate of https://s.example:6443 is not valid yet"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "no TLS connection with https://s.example:6443"],
    ["EWHATEVER", "no connection to https://s.example:6443 (EWHATEVER)"],
  ])("puts %s into words, with advice", async (code, message) => {
    const config = await loadClusterConfig(options({ server: "https://s.example:6443" }), environment());
    const error = connectionError(Object.assign(new Error("raw"), { code }), config);
    expect(error).toMatchObject({
      failure: "unreachable",
      message: expect.stringContaining(message),
      advice: expect.stringMatching(/^[A-Z].*\.$/),
    });
  });

  it("tells a server that speaks no TLS, and one that speaks no HTTP", async () => {
    const stub = await serve((_request, response) => reply(response, 200, {}));
    await expect((await connect(stub.url.replace("http:", "https:"))).get("/", "x")).rejects.toMatchObject({
      message: `${stub.url.replace("http:", "https:")} does not answer with TLS`,
    });
    const port = await serveTcp((socket) => socket.end("SSH-2.0-OpenSSH\r\n"));
    await expect((await connect(`http://127.0.0.1:${port}`)).get("/", "x")).rejects.toMatchObject({
      message: `http://127.0.0.1:${port} does not answer with HTTP`,
    });
  });
});

describe("gate", () => {
  it("goes on after a task that fails", async () => {
    const pass = gate(1);
    const order: number[] = [];
    const results = await Promise.allSettled([
      pass(async () => {
        order.push(1);
        throw new Error("no");
      }),
      pass(async () => order.push(2)),
    ]);
    expect(order).toEqual([1, 2]);
    expect(results.map((result) => result.status)).toEqual(["rejected", "fulfilled"]);
  });
});
