import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isRecord, parseJson, textAt, valueAt } from "./json.ts";
import { type ApiTarget, apiRequest } from "./request.ts";

/** The object or collection that a request was about; empty strings where the server names none. */
export interface AuditObject {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** One request that the API server has answered. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: string;
  /** Whom the user acted as (`--as`); null when as itself. */
  readonly impersonated: string | null;
  readonly userAgent: string;
  /** The status code of the response. */
  readonly code: number;
  /** Null for requests that are about no object, such as /version and discovery. */
  readonly objectRef: AuditObject | null;
  /** The body of the answer, where the audit policy records it; null elsewhere. */
  readonly response: unknown;
}

function auditEvent(value: unknown): AuditEvent {
  const code = valueAt(value, "responseStatus", "code");
  const ref = valueAt(value, "objectRef");
  return {
    verb: textAt(value, "verb") ?? "",
    requestURI: textAt(value, "requestURI") ?? "",
    user: textAt(value, "user", "username") ?? "",
    impersonated: textAt(value, "impersonatedUser", "username") ?? null,
    userAgent: textAt(value, "userAgent") ?? "",
    code: typeof code === "number" ? code : 0,
    objectRef: isRecord(ref)
      ? {
          group: textAt(ref, "apiGroup") ?? "",
          version: textAt(ref, "apiVersion") ?? "",
          resource: textAt(ref, "resource") ?? "",
          subresource: textAt(ref, "subresource") ?? "",
          namespace: textAt(ref, "namespace") ?? "",
          name: textAt(ref, "name") ?? "",
        }
      : null,
    response: valueAt(value, "responseObject") ?? null,
  };
}

/** Reads back what the API server writes to its audit log. */
export class AuditLog {
  readonly #file: string;
  readonly #admin: ApiTarget;
  #cleared = 0;

  constructor(file: string, admin: ApiTarget) {
    this.#file = file;
    this.#admin = admin;
  }

  /**
   * The requests answered since the start or the last {@link clear}, in the order of their answers, without those of the
   * server to itself and of this harness.
   */
  async events(): Promise<readonly AuditEvent[]> {
    const lines = await this.#settled();
    return lines
      .slice(this.#cleared)
      .map((line) => auditEvent(parseJson(line)))
      .filter((event) => event.user !== "system:apiserver" && event.userAgent !== "refgrant-harness");
  }

  /** Forgets what has been answered so far. */
  async clear(): Promise<void> {
    this.#cleared = (await this.#settled()).length;
  }

  /** The lines of the log once a request made now has reached it, so that those answered before are surely there. */
  async #settled(): Promise<readonly string[]> {
    const mark = randomUUID();
    await apiRequest(this.#admin, "GET", `/version?mark=${mark}`);
    const deadline = performance.now() + 10_000;
    while (performance.now() < deadline) {
      const text = existsSync(this.#file) ? readFileSync(this.#file, "utf8") : "";
      const end = text.indexOf("\n", text.indexOf(mark));
      if (text.includes(mark) && end >= 0) return text.slice(0, end).split("\n");
      await delay(5);
    }
    throw new Error(`The audit log ${this.#file} did not show a request within 10 s.`);
  }
}
