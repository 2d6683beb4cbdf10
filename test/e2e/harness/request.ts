import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";

/** A server and who is talking to it. */
export interface ApiTarget {
  readonly url: string;
  readonly caFile: string;
  readonly token: string;
}

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a request carries besides its path. */
export interface ApiRequestOptions {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A kept-open connection; without one each request opens its own. */
  readonly agent?: Agent;
}

/** A pool of at most `connections` kept-open connections to a server. */
export function keepAliveAgent(target: ApiTarget, connections: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections, ca: readFileSync(target.caFile) });
}

/** Sends one request without any client library. Every status is an answer; only a broken connection is an error. */
export function apiRequest(
  target: ApiTarget,
  method: string,
  path: string,
  options: ApiRequestOptions = {},
): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const { agent, body, headers } = options;
    const outgoing = request(
      new URL(path, target.url),
      {
        method,
        ...(agent === undefined ? { ca: readFileSync(target.caFile), agent: false } : { agent }),
        headers: {
          authorization: `Bearer ${target.token}`,
          accept: "application/json",
          "user-agent": "refgrant-harness",
          ...(body === undefined
            ? {}
            : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
