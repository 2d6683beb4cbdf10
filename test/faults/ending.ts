import type { ChildProcess } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { status } from "../load/cluster/stub.ts";
import type { Fault, Section } from "./fault.ts";
import { processesWith, type Ran, type Scene, type Stage } from "./stage.ts";
import { answer, but, type Handler, healthy } from "./world.ts";

/** Sends a signal once a file is there, or a request has come. */
function signalled(signal: NodeJS.Signals, ready: () => boolean): Pick<Scene, "meanwhile" | "afterwards"> {
  let sent = 0;
  return {
    meanwhile: async (child: ChildProcess) => {
      while (!ready() && child.exitCode === null) await sleep(5);
      await sleep(30);
      sent = performance.now();
      child.kill(signal);
    },
    afterwards: () => expect(performance.now() - sent).toBeLessThan(10_000),
  };
}

/** A server that says when it was asked for what a part of it is. */
async function waiting(
  stage: Stage,
  part: string,
  handler: Handler,
): Promise<{ readonly server: string; readonly asked: () => boolean }> {
  let asked = false;
  const server = await stage.https(
    but(part, (request, response) => {
      asked = true;
      handler(request, response);
    }),
  );
  return { server, asked: () => asked };
}

const busy: Handler = (_request, response) => answer(response, 503, status(503, "busy"), { "Retry-After": "30" });

const MOMENTS: readonly (readonly [string, (stage: Stage, signal: NodeJS.Signals) => Promise<Scene>])[] = [
  [
    "while it is asked which APIs there are",
    async (stage, signal) => {
      const { server, asked } = await waiting(stage, "apis", () => undefined);
      return { server, ...signalled(signal, asked) };
    },
  ],
  [
    "while lists are read",
    async (stage, signal) => {
      const { server, asked } = await waiting(stage, "referencegrants", () => undefined);
      return { server, ...signalled(signal, asked) };
    },
  ],
  [
    "in the pause before another attempt",
    async (stage, signal) => {
      const { server, asked } = await waiting(stage, "apis", busy);
      return { server, ...signalled(signal, asked) };
    },
  ],
  [
    "while a credential plugin runs that ignores it, as its children do",
    async (stage, signal) => {
      const mark = `301.${[...stage.folder]
        .map((letter) => letter.charCodeAt(0))
        .join("")
        .slice(-18)}`;
      const there = stage.path("there");
      const script = `trap "" INT TERM\n(trap "" INT TERM; sleep ${mark}; sleep ${mark}) &\ntouch ${there}\nsleep ${mark}\nsleep ${mark}`;
      const { meanwhile, afterwards } = signalled(signal, () => existsSync(there));
      return {
        user: await stage.plugin(script),
        ...(meanwhile === undefined ? {} : { meanwhile }),
        afterwards: async (ran: Ran) => {
          await afterwards?.(ran);
          expect(await processesWith(mark)).toEqual([]);
          expect(await processesWith(stage.path("plugin"))).toEqual([]);
        },
      };
    },
  ],
  [
    "while a token file that is a pipe is opened",
    async (stage, signal) => ({
      user: `tokenFile: ${stage.path("pipe")}`,
      shell: `mkfifo ${stage.path("pipe")}; exec "$@"`,
      preload: `const fs = require("node:fs"); const { readFile } = fs;
        fs.readFile = (path, done) => { if (path.endsWith("/pipe")) fs.writeFileSync(path + ".opened", ""); readFile(path, done); };`,
      ...signalled(signal, () => existsSync(stage.path("pipe.opened"))),
    }),
  ],
];

export const INTERRUPTIONS: Section = {
  title: "Interruptions",
  about: "The end comes at once, and nothing that was started goes on.",
  faults: (["SIGINT", "SIGTERM"] as const).flatMap((signal) =>
    MOMENTS.map(
      ([when, provoke]): Fault => ({
        fault: `${signal === "SIGINT" ? "Ctrl-C" : "SIGTERM"} ${when}`,
        code: 130,
        provoke: (stage) => provoke(stage, signal),
      }),
    ),
  ),
};

const onto = (fault: string, code: number, shell: string, more: Partial<Fault> & Partial<Scene> = {}): Fault => {
  const { only, afterwards, argv, args } = more;
  return {
    fault,
    code,
    ...(only === undefined ? {} : { only }),
    provoke: async (stage) => ({
      server: await stage.https(healthy),
      shell,
      ...(afterwards === undefined ? {} : { afterwards }),
      ...(argv === undefined ? {} : { argv }),
      ...(args === undefined ? {} : { args }),
    }),
  };
};

export const OUTPUT: Section = {
  title: "Standard streams",
  about: "",
  faults: [
    onto("standard output is a full disk", 3, `"$@" >/dev/full`),
    onto("standard output is a disk that becomes full in the middle of a report", 3, `ulimit -f 1; "$@" >part`, {
      only: "audit",
      argv: ["catalogue"],
    }),
    {
      fault: "standard output is a file",
      code: 0,
      provoke: async (stage) => ({
        server: await stage.https(healthy),
        shell: `"$@" >report; code=$?; cat report; exit $code`,
        afterwards: () => expect(statSync(stage.path("report")).size).toBeGreaterThan(0),
      }),
    },
    onto("the reader of standard output has seen enough (`head`)", 0, `"$@" | head -c 0; exit "\${PIPESTATUS[0]}"`),
    onto("standard output is closed", 0, `"$@" >&-`),
    onto("standard error is closed", 0, `"$@" 2>&-`),
    onto("nobody reads standard error, and there is something to say", 3, `"$@" 2> >(exec true)`, {
      args: ["--context", "none"],
    }),
    onto("standard error is a full disk, and there is something to say", 3, `"$@" 2>/dev/full`, {
      args: ["--context", "none"],
    }),
    onto("standard input is closed", 0, `"$@" <&-`),
    onto("standard input is closed, and the manifests are to come from it", 3, `"$@" <&-`, { args: ["-f", "-"] }),
  ],
};
