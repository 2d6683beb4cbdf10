import type { OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { RefgrantError } from "../../model/failure.ts";
import { type Allowance, allowance, collect } from "./body.ts";
import { brokeOff, connectionError, IN_BETWEEN } from "./connection-error.ts";
import type { ClusterConfig } from "./kubeconfig.ts";
import { interrupted, type Limits, unlessEnded, within } from "./limits.ts";
import { CONNECT_MS, getOver, type Raw } from "./multiplex.ts";
import { loadHttp, loadHttps } from "./node-http.ts";
import type { Environment } from "./options.ts";
import { withoutSecrets } from "./secrets.ts";
import { openSession, PARALLEL, type Session } from "./session.ts";
import { isObject, parseJson, shorten, textOf } from "./text.ts";

/** The server's answer to one request. */
export interface Answer {
  readonly status: number;
  /** The parsed JSON of an answer with status 200; undefined for any other. */
  readonly body: unknown;
  /** The message of the Kubernetes Status that came with a refusal, shortened; empty for none. */
  readonly message: string;
}

/** Asks an API server, and only ever asks: the method is always GET. */
export interface Transport {
  /**
   * Gets `path` (with its query, below the server's URL). Connections that break off, 429, 500, 502, 503 and 504 are
   * tried again, four times in all; after a 401 the credentials are obtained anew, once.
   *
   * @throws RefgrantError `unreachable` for no or an unusable answer, `credentials` for 401, `interrupted`
   */
  readonly get: (path: string, accept: string) => Promise<Answer>;
  /** Ends the connections, so that the process can end. */
  readonly close: () => void;
}

/** What a transport is to respect beside the configuration. */
export interface TransportSettings extends Limits {
  /** For each attempt, including its body, and for obtaining credentials; 0 = none. */
  readonly requestTimeoutMs: number;
  readonly disableCompression: boolean;
  readonly userAgent: string;
  /**
   * Whether all requests go over one connection (HTTP/2) where the server can: best for many small answers. Large lists come
   * faster over several.
   */
  readonly multiplex: boolean;
  /** The pause before the second attempt, doubled for each further; a Retry-After of the server goes before. */
  readonly backoffMs?: number;
  /** Done once, while the first answer is awaited: what does not depend on it. */
  readonly meanwhile?: () => void;
}

/** How many requests are under way at most where one connection carries them all. */
const MULTIPLEXED = 32;
const ATTEMPTS = 4;
const BACKOFF_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
const RETRIED: readonly number[] = [429, 500, 502, 503, 504];

/** The pause that a Retry-After asks for, in seconds or as a date; null for none. */
function retryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_PAUSE_MS);
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*$/, "");
}

/** What is to be said of an answer with status 200 that holds no JSON object. */
function notJson(where: string, { text, headers }: Raw): RefgrantError {
  const type = shorten(headers["content-type"] ?? "unknown", 60);
  if (text.trim() === "") return new RefgrantError("unreachable", `${where} gave an empty answer`, IN_BETWEEN);
  if (/\bjson\b/.test(type) && parseJson(text) === undefined) {
    return new RefgrantError(
      "unreachable",
      `${where} answered with JSON that is cut off or damaged`,
      "Try again; if it is so every time, look at what stands between here and the server.",
    );
  }
  return new RefgrantError(
    "unreachable",
    `${where} answered with something that is not the JSON of an API server (content type ${type})`,
    IN_BETWEEN,
  );
}

/** Runs at most `limit` tasks at once, in the order they came. */
export function gate(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

class HttpTransport implements Transport {
  readonly #config: ClusterConfig;
  readonly #env: Environment;
  readonly #settings: TransportSettings;
  readonly #base: URL;
  #idled = false;
  readonly #gate: ReturnType<typeof gate>;
  readonly #allowance: Allowance = allowance();
  readonly #sessions: Promise<Session>[] = [];
  #session: Promise<Session>;

  constructor(config: ClusterConfig, env: Environment, settings: TransportSettings, session: Session) {
    this.#config = config;
    this.#env = env;
    this.#settings = settings;
    this.#base = new URL(config.serverUrl);
    this.#gate = gate(settings.multiplex ? MULTIPLEXED : PARALLEL);
    this.#session = this.#use(Promise.resolve(session));
  }

  get = (path: string, accept: string): Promise<Answer> => this.#gate(() => this.#ask(path, accept));

  close = (): void => {
    for (const opened of this.#sessions) {
      opened.then(
        (session) => session.close(),
        () => undefined,
      );
    }
  };

  #use(session: Promise<Session>): Promise<Session> {
    this.#sessions.push(session);
    return session;
  }

  async #ask(path: string, accept: string): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      let raw: Raw;
      try {
        raw = await this.#askAuthenticated(path, accept);
      } catch (error) {
        if (this.#settings.signal.aborted) throw interrupted(error);
        if (error instanceof RefgrantError) throw error;
        if (!brokeOff(error) || attempt === ATTEMPTS) throw connectionError(error, this.#config);
        await this.#pause(attempt, null);
        continue;
      }
      if (!RETRIED.includes(raw.status) || attempt === ATTEMPTS) return this.#answer(raw, path);
      await this.#pause(attempt, retryAfter(raw.headers["retry-after"]));
    }
  }

  async #pause(attempt: number, asked: number | null): Promise<void> {
    const ms = asked ?? (this.#settings.backoffMs ?? BACKOFF_MS) * 2 ** (attempt - 1);
    await sleep(ms, undefined, { signal: this.#settings.signal }).catch((error: unknown) => {
      throw interrupted(error);
    });
  }

  async #askAuthenticated(path: string, accept: string): Promise<Raw> {
    const used = this.#session;
    const raw = await this.#send(await used, path, accept);
    if (raw.status !== 401) return raw;
    if (this.#session === used) {
      if (this.#sessions.length > 1) throw await this.#unauthorized(raw);
      this.#session = this.#use(openSession(this.#config, this.#env, this.#settings));
    }
    const again = await this.#send(await this.#session, path, accept);
    if (again.status === 401) throw await this.#unauthorized(again);
    return again;
  }

  async #unauthorized(raw: Raw): Promise<RefgrantError> {
    const { authenticated, secrets, expired } = await this.#session;
    const said = shorten(withoutSecrets(textOf(parseJson(raw.text), "message"), secrets));
    const who = this.#config.userName === "" ? "" : ` of user "${this.#config.userName}"`;
    const details = [said, expired === "" ? "" : `the credential plugin says that it expired at ${expired}`];
    const why = details.filter((detail) => detail !== "").join("; ");
    return new RefgrantError(
      "credentials",
      authenticated
        ? `${this.#config.serverUrl} does not accept the credentials${who}${why === "" ? "" : ` (${why})`}`
        : `${this.#config.serverUrl} asks for credentials, and none are configured${why === "" ? "" : ` (${why})`}`,
      authenticated
        ? "Log in again, or choose another user with --user or another context with --context."
        : "Add a user to the kubeconfig's context, or give --token or --client-certificate and --client-key.",
    );
  }

  async #answer(raw: Raw, path: string): Promise<Answer> {
    const where = `${this.#config.serverUrl}${withoutQuery(path)}`;
    const body = parseJson(raw.text);
    if (raw.status >= 300 && raw.status < 400) {
      throw new RefgrantError("unreachable", `${where} redirects elsewhere, as no API server does`, IN_BETWEEN);
    }
    if (raw.status === 200 && !isObject(body)) throw notJson(where, raw);
    const { secrets } = await this.#session;
    const said = textOf(body, "kind") === "Status" ? textOf(body, "message") : "";
    const message = shorten(withoutSecrets(said, secrets));
    return { status: raw.status, body: raw.status === 200 ? body : undefined, message };
  }

  #headers(session: Session, accept: string): OutgoingHttpHeaders {
    const { disableCompression, userAgent } = this.#settings;
    const headers: OutgoingHttpHeaders = { Accept: accept, "User-Agent": userAgent };
    if (!disableCompression && !this.#config.cluster.disableCompression) headers["Accept-Encoding"] = "gzip";
    for (const [name, value] of session.headers) headers[name] = typeof value === "string" ? value : [...value];
    return headers;
  }

  async #send(session: Session, path: string, accept: string): Promise<Raw> {
    const headers = this.#headers(session, accept);
    const below = `${this.#base.pathname === "/" ? "" : this.#base.pathname}${path}`;
    const { multiplexed } = session;
    if (!this.#settings.multiplex || multiplexed === null) return this.#sendAlone(session, path, below, headers);
    const answer = await within(
      this.#settings,
      () => this.#tooSlow(path),
      async (signal) => {
        const connection = await unlessEnded(multiplexed.connection(), signal);
        if (connection === null) return null;
        const pending = getOver(connection, below, headers, this.#allowance, signal);
        this.#begun();
        return await pending;
      },
    );
    return answer ?? this.#sendAlone(session, path, below, headers);
  }

  /** A request is under way. Only behind the turn in which it is sent is there time for anything else. */
  #begun(): void {
    const { meanwhile } = this.#settings;
    if (meanwhile === undefined || this.#idled) return;
    this.#idled = true;
    setTimeout(meanwhile, 1);
  }

  #sendAlone(session: Session, path: string, below: string, headers: OutgoingHttpHeaders): Promise<Raw> {
    const { requestTimeoutMs, signal } = this.#settings;
    const secure = this.#base.protocol === "https:";
    const { hostname, port } = this.#base;
    return new Promise((resolve, reject) => {
      const request = (secure ? loadHttps() : loadHttp()).request({
        ...session.tls,
        method: "GET",
        protocol: this.#base.protocol,
        hostname: hostname.startsWith("[") ? hostname.slice(1, -1) : hostname,
        port: port === "" ? (secure ? 443 : 80) : port,
        path: below,
        headers,
        agent: session.agent(),
        signal,
      });
      const fail = (error: unknown) => {
        clearTimeout(limit);
        clearTimeout(connecting);
        reject(error);
        request.destroy();
      };
      const connecting = setTimeout(() => fail(Object.assign(new Error(), { code: "ETIMEDOUT" })), CONNECT_MS);
      const limit = requestTimeoutMs > 0 ? setTimeout(() => fail(this.#tooSlow(path)), requestTimeoutMs) : undefined;
      const connected = () => clearTimeout(connecting);
      request.on("error", fail);
      request.on("socket", (socket) => {
        if (!socket.connecting) connected();
        else socket.once(secure ? "secureConnect" : "connect", connected);
      });
      request.on("response", (response) => {
        connected();
        const done = (text: string) => {
          clearTimeout(limit);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        };
        collect(response, response.headers["content-encoding"], this.#allowance, done, fail);
      });
      request.once("finish", () => this.#begun());
      request.end();
    });
  }

  #tooSlow(path: string): RefgrantError {
    return new RefgrantError(
      "unreachable",
      `${this.#config.serverUrl} did not answer ${withoutQuery(path)} within ${this.#settings.requestTimeoutMs / 1000}s`,
      "Allow more time with --request-timeout, or check the server.",
    );
  }
}

/**
 * Prepares to ask an API server. Connects with the first request.
 *
 * @throws RefgrantError as {@link openSession} does
 */
export async function openTransport(
  config: ClusterConfig,
  env: Environment,
  settings: TransportSettings,
): Promise<Transport> {
  return new HttpTransport(config, env, settings, await openSession(config, env, settings));
}
