import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { ClientHttp2Session } from "node:http2";
import { isIP } from "node:net";
import tls from "node:tls";
import { type Allowance, collect } from "./body.ts";
import { loadHttp2 } from "./node-http.ts";

/** What came in answer to one request. */
export interface Raw {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One connection that carries many requests at once, as kubectl's does (HTTP/2). */
export interface Multiplexed {
  /** The connection, made if there is none; null for a server that does not speak HTTP/2. */
  readonly connection: () => Promise<ClientHttp2Session | null>;
  readonly close: () => void;
}

/** How long a connection may take where the caller sets no limit, as for kubectl. */
export const CONNECT_MS = 30_000;

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** Makes one connection to a server with TLS at a time, and another when that one is gone. */
export function multiplexed(server: URL, secure: tls.ConnectionOptions): Multiplexed {
  const host = hostOf(server);
  let socket: tls.TLSSocket | null = null;
  let current: Promise<ClientHttp2Session | null> | null = null;
  const connect = async (): Promise<ClientHttp2Session | null> => {
    const made = tls.connect({
      host,
      port: server.port === "" ? 443 : Number(server.port),
      // Names only: an address is no server name.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...secure,
      ALPNProtocols: ["h2", "http/1.1"],
    });
    socket = made;
    // The time that the handshake takes is enough for it.
    const { connect: speak } = loadHttp2();
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => made.destroy(failure("ETIMEDOUT")), CONNECT_MS);
      made.once("secureConnect", resolve);
      made.once("error", reject);
      made.once("close", () => reject(failure("ECONNRESET")));
      made.once("secureConnect", () => clearTimeout(limit));
      made.once("close", () => clearTimeout(limit));
    });
    if (made.alpnProtocol !== "h2") {
      made.destroy();
      return null;
    }
    const session = speak(server.origin, { createConnection: () => made });
    // Requests are told of it; without a listener it would end the process.
    session.on("error", () => undefined);
    return session;
  };
  const connection = (): Promise<ClientHttp2Session | null> => {
    const known = current;
    if (known !== null) return known;
    const fresh = connect();
    current = fresh;
    const forget = () => {
      if (current === fresh) current = null;
    };
    fresh.then((session) => {
      session?.once("close", forget);
      session?.once("goaway", forget);
    }, forget);
    return fresh;
  };
  const close = (): void => {
    socket?.destroy();
    current?.then(
      (session) => session?.destroy(),
      () => undefined,
    );
  };
  return { connection, close };
}

/**
 * Gets a path over a connection.
 *
 * @param signal ends the request with its reason
 */
export function getOver(
  connection: ClientHttp2Session,
  path: string,
  headers: OutgoingHttpHeaders,
  allowance: Allowance,
  signal: AbortSignal,
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const stream = connection.request({ ":path": path, ...headers }, { endStream: true });
    const fail = (error: unknown) => {
      reject(error);
      stream.close(loadHttp2().constants.NGHTTP2_CANCEL);
    };
    const cancel = () => fail(signal.reason);
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
    stream.on("error", reject);
    let answer: Raw | null = null;
    let whole: boolean | null = null;
    // A connection that broke off ends the body like an answer that is complete; only its close tells them apart.
    const settle = () => {
      if (whole === false) reject(failure("ECONNRESET"));
      else if (whole && answer !== null) resolve(answer);
    };
    stream.on("response", (answered) => {
      const { ":status": status = 0, ...received } = answered;
      const done = (text: string) => {
        answer = { status, headers: received, text };
        settle();
      };
      collect(stream, received["content-encoding"], allowance, done, fail);
    });
    stream.on("close", () => {
      signal.removeEventListener("abort", cancel);
      whole = stream.readableEnded && !stream.aborted && stream.rstCode === loadHttp2().constants.NGHTTP2_NO_ERROR;
      settle();
    });
  });
}
