import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import { status } from "../load/cluster/stub.ts";
import { clockMoved, DAY } from "./credentials.ts";
import type { Fault, Section } from "./fault.ts";
import type { Scene, Stage } from "./stage.ts";
import {
  answer,
  atFirst,
  but,
  cut,
  DISCOVERY,
  GRANTS,
  grantList,
  type Handler,
  healthy,
  queryOf,
  type Response,
} from "./world.ts";

const QUICK = ["--request-timeout", "400ms"];
const GRANT_LISTS = "referencegrants";
const MIB = 2 ** 20;

const raw =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}, code = 200): Handler =>
  (_request, response) => {
    response.writeHead(code, { "Content-Type": "application/json", ...headers });
    response.end(body);
  };
const html = (code: number): Handler => raw("<html>Log in: secret=1</html>", { "Content-Type": "text/html" }, code);
const refuse =
  (code: number, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_request, response) =>
    answer(response, code, status(code, "not now"), headers);

/** Begins an answer, and then does something else. */
const begun =
  (then: (response: Response) => void): Handler =>
  (_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.write('{"kind":"ReferenceGrantList","items":[');
    setTimeout(then, 5, response);
  };

const WHOLE = JSON.stringify(grantList(GRANTS));
const PACKED = gzipSync(WHOLE);
const DAMAGED = Buffer.from(PACKED.map((byte, at) => (at > 20 && at < 60 ? byte ^ 0x55 : byte)));

/** What the peak of memory is to stay below, told by the program itself at its end. */
function holding(stage: Stage, mib: number): Pick<Scene, "preload" | "afterwards"> {
  const file = stage.path("peak");
  return {
    preload: `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(file)}, String(process.resourceUsage().maxRSS)));`,
    afterwards: () => expect(Number(readFileSync(file, "utf8")) / 1024).toBeLessThan(mib),
  };
}

/** Pauses of the program take no time; how long they would have been is held to a limit. */
function pausesAtMost(stage: Stage, ms: number, more = ""): Pick<Scene, "preload" | "afterwards"> {
  const file = stage.path("pauses");
  return {
    preload: `${more}
      const fs = require("node:fs"); fs.writeFileSync(${JSON.stringify(file)}, "0\\n");
      require("node:timers/promises").setTimeout = async (ms) => fs.appendFileSync(${JSON.stringify(file)}, ms + "\\n");`,
    afterwards: () => {
      const pauses = readFileSync(file, "utf8").trim().split("\n").map(Number);
      expect(pauses.length).toBeGreaterThan(1);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(ms);
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0);
    },
  };
}

type More = Partial<Fault> & { readonly args?: readonly string[] };

/** Makes faults of a server some of whose answers are faulty. */
const inAnswers =
  (code: Fault["code"], faulty: (handler: Handler) => Handler) =>
  (fault: string, handler: Handler, { args = [], ...rest }: More = {}): Fault => ({
    fault,
    code,
    provoke: async (stage) => ({ server: await stage.https(faulty(handler)), args }),
    ...rest,
  });

/** A fault in every list of grants: there is a report, and it says what is missing. */
const ofLists = inAnswers(4, (handler) => but(GRANT_LISTS, handler));

/** A fault in the answer that all else depends on. */
const ofApis = inAnswers(3, (handler) => but("apis", handler, healthy));

const BUSY = [429, 500, 502, 503, 504];
const AGES = [
  ["in seconds", "1", 1000],
  ["as a date", new Date(Date.now() + 5000).toUTCString(), 5000],
  ["as a date of last year", "Wed, 01 Jan 2020 00:00:00 GMT", 0],
  ["as a date of the next century", "Wed, 01 Jan 2121 00:00:00 GMT", 30_000],
  ["in more seconds than there are", "9".repeat(400), 30_000],
  ["as a negative number", "-5", 30_000],
  ["as no time at all", "soon", 800],
] as const;

export const REFUSALS: Section = {
  title: "Refusals",
  about: "",
  faults: [
    ofApis("403 for which APIs there are", refuse(403), { everywhere: true }),
    ofApis("404 for which APIs there are", refuse(404)),
    ofLists("403 for the lists of a kind", refuse(403)),
    ofLists("404 for the lists of a kind", refuse(404)),
    ofLists("410 for a list from its first page on", refuse(410)),
    ofApis("a redirection to a login page (302)", (_request, response) => {
      response.writeHead(302, { Location: "https://login.example/?state=1" });
      response.end();
    }),
    ofLists("a redirection for the lists of a kind", (_request, response) => {
      response.writeHead(307, { Location: "/elsewhere" });
      response.end();
    }),
    ofApis("HTML with status 200", html(200), { everywhere: true }),
    ofApis("HTML with status 502", html(502)),
    ofLists("HTML with status 200 for the lists of a kind", html(200)),
    ...BUSY.map((code) => ofApis(`${code}, every time`, refuse(code))),
    ...BUSY.map(
      (code): Fault => ({
        fault: `${code}, and then an answer`,
        code: 0,
        provoke: async (stage) => ({
          server: await stage.https(atFirst(2, GRANT_LISTS, refuse(code), atFirst(1, "apis", refuse(code)))),
        }),
      }),
    ),
    ofLists("503 for the lists of a kind, every time", refuse(503), { everywhere: true }),
    ...AGES.map(
      ([how, value, most]): Fault => ({
        fault: `Retry-After ${how}`,
        code: 0,
        provoke: async (stage) => ({
          server: await stage.https(atFirst(1, "apis", refuse(429, { "Retry-After": value }))),
          ...pausesAtMost(stage, most),
        }),
      }),
    ),
    ...([DAY, -DAY] as const).map(
      (by): Fault => ({
        fault: `Retry-After as a date, and a clock that is a day ${by > 0 ? "ahead" : "behind"}`,
        code: 0,
        provoke: async (stage) => ({
          server: await stage.https(
            atFirst(1, "apis", refuse(503, { "Retry-After": new Date(Date.now() + 2000).toUTCString() })),
          ),
          ...pausesAtMost(stage, by > 0 ? 0 : 30_000, clockMoved(by)),
        }),
      }),
    ),
  ],
};

const resetAtFirst: Handler = begun(cut);
const LITTLE_MEMORY = { NODE_OPTIONS: "--max-old-space-size=200" };

let packed: Buffer | null = null;
function bomb(): Buffer {
  packed ??= gzipSync(Buffer.alloc(400 * MIB), { level: 1 });
  return packed;
}

const SPACE = Buffer.alloc(MIB, " ");
const endless: Handler = (_request, response) => {
  response.writeHead(200, { "Content-Type": "application/json" });
  const more = () => {
    if (response.destroyed || response.writableEnded) return;
    if (response.write(SPACE)) setImmediate(more);
    else response.once("drain", more);
  };
  more();
};

export const BODIES: Section = {
  title: "Answers that do not come whole",
  about: "",
  faults: [
    ofApis("nothing comes", () => undefined, { args: QUICK }),
    ofApis("the connection is cut before an answer, every time", (_request, response) => cut(response)),
    ofApis(
      "the answer begins and then nothing more comes",
      begun(() => undefined),
      { args: QUICK },
    ),
    ofLists(
      "a list begins and then nothing more comes",
      begun(() => undefined),
      { args: ["--request-timeout", "4s"] },
    ),
    {
      fault: "the connection is cut in the middle of an answer, once",
      code: 0,
      provoke: async (stage) => ({
        server: await stage.https(atFirst(1, GRANT_LISTS, resetAtFirst, atFirst(1, "apis", resetAtFirst))),
      }),
    },
    ofLists("the connection is cut in the middle of a list, every time", resetAtFirst, { only: "audit" }),
    ofLists("gzip that ends too early", raw(PACKED.subarray(0, -9), { "Content-Encoding": "gzip" })),
    ofLists("gzip that is damaged", raw(DAMAGED, { "Content-Encoding": "gzip" }), { everywhere: true }),
    ofLists("what is said to be gzip is none", raw(WHOLE, { "Content-Encoding": "gzip" })),
    ofLists("JSON that ends too early", raw(WHOLE.slice(0, -20))),
    ofLists("JSON that is damaged", raw(WHOLE.replace(":", "="))),
    ofLists("an empty answer", raw("")),
    ofLists("JSON that is no object", raw("[]")),
    ofApis("which APIs there are: an empty answer", raw("")),
    ofApis("which APIs there are: JSON that ends too early", raw(JSON.stringify(DISCOVERY).slice(0, 200))),
    ofApis("headers of 100 kB", (_request, response) => {
      answer(response, 200, DISCOVERY, { "X-Long": "x".repeat(100_000) });
    }),
    {
      fault: "a gzip bomb: 400 MiB in 400 kB",
      code: 4,
      within: 60,
      provoke: async (stage) => ({
        server: await stage.https(but(GRANT_LISTS, raw(bomb(), { "Content-Encoding": "gzip" }))),
        ...holding(stage, 700),
      }),
    },
    {
      fault: "an answer without end, and little memory",
      code: 4,
      within: 60,
      provoke: async (stage) => ({
        server: await stage.https(but(GRANT_LISTS, endless)),
        env: LITTLE_MEMORY,
        ...holding(stage, 400),
      }),
    },
  ],
};

/** Pages of a list by their number, from 0; the continue token is the number of the next. */
const paged =
  (page: (at: number, response: Response) => void): Handler =>
  (request, response) =>
    page(Number(queryOf(request).get("continue") ?? 0), response);
const named = (name: string) => ({ ...GRANTS[0], metadata: { name, namespace: "backend" } });
const other = [named("other")];

export const LISTS: Section = {
  title: "Lists that are not what was asked for",
  about: "",
  faults: [
    {
      fault: "410 in the middle of a list, once",
      code: 0,
      provoke: async (stage) => {
        let forgotten = false;
        const page = paged((at, response) => {
          if (at === 0 && !forgotten) return answer(response, 200, grantList(other, { continue: "1" }));
          if (forgotten) return answer(response, 200, grantList(GRANTS));
          forgotten = true;
          return answer(response, 410, status(410, "too old"));
        });
        return { server: await stage.https(but(GRANT_LISTS, page)) };
      },
    },
    ofLists("410 in the middle of a list, again and again", (request, response) => {
      const query = queryOf(request);
      // Without pages it is an answer with a token, as no server gives it.
      if (query.get("continue") === null) answer(response, 200, grantList(other, { continue: "1" }));
      else answer(response, 410, status(410, "too old"));
    }),
    {
      fault: "items: null, as empty lists may be",
      code: 0,
      provoke: async (stage) => ({
        server: await stage.https(
          but("gatewayclasses", (_request, response) =>
            // There are no classes then, which the report does not depend on.
            answer(response, 200, {
              kind: "GatewayClassList",
              apiVersion: "gateway.networking.k8s.io/v1",
              items: null,
            }),
          ),
        ),
      }),
    },
    ofLists("a list without items", raw(JSON.stringify({ kind: "ReferenceGrantList", metadata: {} }))),
    ofLists("items that are no list", raw(JSON.stringify(grantList({ a: 1 })))),
    ofLists("items that are no objects", raw(JSON.stringify(grantList([null, 1, "x", []])))),
    ofLists("items without a name", raw(JSON.stringify(grantList([{ metadata: { namespace: "backend" } }])))),
    ofLists(
      "items that say that they are of another kind",
      raw(JSON.stringify(grantList([{ ...GRANTS[0], kind: "Gateway" }]))),
    ),
    {
      fault: "items without kind and apiVersion, as in most lists",
      code: 0,
      provoke: async (stage) => {
        const items = GRANTS.map(({ apiVersion: _, kind: __, ...rest }) => rest);
        return { server: await stage.https(but(GRANT_LISTS, raw(JSON.stringify(grantList(items))))) };
      },
    },
    ofLists("a Status with status 200", raw(JSON.stringify(status(500, "oh")))),
    ofLists(
      "a page that comes twice, in place of the last one",
      paged((at, response) => answer(response, 200, grantList(other, at === 0 ? { continue: "1" } : {}))),
    ),
    ofLists(
      "a page that names itself as the next",
      paged((_at, response) => answer(response, 200, grantList(other, { continue: "1" }))),
    ),
    ofLists(
      "pages in a circle",
      paged((at, response) => answer(response, 200, grantList([named(`n${at}`)], { continue: String((at + 1) % 3) }))),
    ),
    ofLists(
      "empty pages without end",
      paged((at, response) => answer(response, 200, grantList([], { continue: String(at + 1) }))),
    ),
    {
      fault: "pages without end, each with new objects, and little memory",
      code: 4,
      within: 60,
      only: "audit",
      provoke: async (stage) => {
        const page = paged((at, response) => {
          const long = { annotations: { text: "x".repeat(2000) } };
          const items = Array.from({ length: 200 }, (_, index) => {
            const { metadata, ...rest } = named(`n${at}-${index}`);
            return { ...rest, metadata: { ...metadata, ...long } };
          });
          answer(response, 200, grantList(items, { continue: String(at + 1) }));
        });
        return {
          server: await stage.https(but(GRANT_LISTS, page)),
          env: LITTLE_MEMORY,
          ...holding(stage, 400),
        };
      },
    },
    {
      fault: "an object by another name than was asked for",
      code: 0,
      whyDenied: 3,
      provoke: async (stage) => ({
        server: await stage.https(but("httproutes/web", raw(JSON.stringify({ ...named("x"), kind: "HTTPRoute" })))),
      }),
    },
  ],
};
