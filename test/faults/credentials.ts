import { readFile, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { status } from "../load/cluster/stub.ts";
import type { Section } from "./fault.ts";
import { processesWith, SECRETS, type Stage } from "./stage.ts";
import { answer, type Handler, healthy } from "./world.ts";

const UNAUTHORIZED = status(401, "Unauthorized");
const QUICK = ["--request-timeout", "600ms"];

/** The world for who has one of the tokens. */
function only(...tokens: readonly string[]): Handler {
  return (request, response) => {
    const { authorization } = request.headers;
    if (tokens.some((token) => authorization === `Bearer ${token}`)) healthy(request, response);
    else answer(response, 401, UNAUTHORIZED);
  };
}

/** What a plugin prints. */
function credential(given: object, apiVersion = "client.authentication.k8s.io/v1"): string {
  return `printf '%s\\n' '${JSON.stringify({ kind: "ExecCredential", apiVersion, status: given })}'`;
}

/** A preload that moves the clock by some milliseconds. */
export function clockMoved(ms: number): string {
  return `const Real = Date; const by = ${ms};
    globalThis.Date = class extends Real { constructor(...of) { if (of.length === 0) super(Real.now() + by); else super(...of); }
      static now() { return Real.now() + by; } };`;
}
export const DAY = 86_400_000;

/** A plugin that marks everything it starts, so that it is found, and goes on for long. */
function lingering(stage: Stage, script: string): Promise<string> {
  return stage.plugin(script.replaceAll("LINGER", `sleep 300.${markOf(stage)}`));
}
function markOf(stage: Stage): string {
  return [...stage.folder]
    .map((character) => character.charCodeAt(0))
    .join("")
    .slice(-18);
}
async function nothingLeft(stage: Stage): Promise<void> {
  const mark = `300.${markOf(stage)}`;
  expect(await processesWith(mark)).toEqual([]);
  expect(await processesWith(stage.path("plugin"))).toEqual([]);
}

const BROKEN_PLUGINS: readonly (readonly [string, string])[] = [
  ["the credential plugin fails", 'echo "session expired" >&2; exit 3'],
  [
    "the credential plugin fails and shows a token",
    `echo 'refused {"token": "${SECRETS.plugin}"} https://me:${SECRETS.password}@idp.example' >&2; exit 1`,
  ],
  ["the credential plugin is killed", "kill -9 $$"],
  ["the credential plugin prints nothing", ""],
  ["the credential plugin prints no JSON", `echo token ${SECRETS.plugin}`],
  ["the credential plugin prints JSON of something else", `echo '{"token":"${SECRETS.plugin}"}'`],
  [
    "the credential plugin answers in another apiVersion",
    credential({ token: SECRETS.plugin }, "client.authentication.k8s.io/v1beta1"),
  ],
  ["the credential plugin prints a credential without token and key", credential({})],
  [
    "the credential plugin prints a key that is no PEM",
    credential({ clientCertificateData: "x", clientKeyData: SECRETS.plugin }),
  ],
  ["the credential plugin prints a token of two lines", credential({ token: `${SECRETS.plugin}\n2` })],
  ["the credential plugin prints megabytes", `head -c 5000000 /dev/zero | tr '\\0' x`],
  ["the credential plugin prints without end", "yes"],
];

const STUBBORN = `trap "" TERM\n(trap "" TERM; LINGER; LINGER) &\nLINGER\nLINGER`;

export const CREDENTIALS: Section = {
  title: "Credentials",
  about:
    "A credential plugin has the time of `--request-timeout`, too. One that has to be ended is told to (SIGTERM), and a tenth of a second later" +
    "\nit and all that it started is ended for good, unless it asks at the terminal or runs on Windows, where only the plugin itself is.",
  faults: [
    {
      fault: "the token is refused (401), for ever",
      code: 3,
      everywhere: true,
      provoke: async (stage) => ({ server: await stage.https(only("another")) }),
    },
    {
      fault: "the server repeats the refused token in its message",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https((_request, response) =>
          answer(response, 401, status(401, `invalid bearer token ${SECRETS.token}`)),
        ),
      }),
    },
    {
      fault: "the password is refused, and repeated as it was sent",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https((request, response) =>
          answer(response, 401, status(401, `no user for ${request.headers.authorization} ${SECRETS.password}`)),
        ),
        user: `{username: me, password: ${SECRETS.password}}`,
      }),
    },
    {
      fault: "no credentials are configured",
      code: 3,
      provoke: async (stage) => ({ server: await stage.https(only("another")), user: "{}" }),
    },
    {
      fault: "the token has expired, and its file has a fresh one by then",
      code: 0,
      provoke: async (stage) => {
        const file = await stage.file("token", SECRETS.token);
        const fresh = only(SECRETS.fresh);
        const server = await stage.https((request, response) => {
          if (request.headers.authorization === `Bearer ${SECRETS.token}`) {
            void writeFile(file, SECRETS.fresh).then(() => answer(response, 401, UNAUTHORIZED));
          } else fresh(request, response);
        });
        return { server, user: `tokenFile: ${file}` };
      },
    },
    {
      fault: "the token expires in the middle, and the plugin has a fresh one",
      code: 0,
      provoke: async (stage) => {
        let asked = 0;
        const first = only(SECRETS.token, SECRETS.fresh);
        const then = only(SECRETS.fresh);
        const server = await stage.https((request, response) => {
          asked += 1;
          (asked <= 1 ? first : then)(request, response);
        });
        const ran = stage.path("ran");
        return {
          server,
          user: await stage.plugin(
            `if [ -e ${ran} ]; then ${credential({ token: SECRETS.fresh })}; else touch ${ran}; ${credential({ token: SECRETS.token })}; fi`,
          ),
        };
      },
    },
    {
      fault: "the credential plugin is missing",
      code: 3,
      provoke: async () => ({
        user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never}",
      }),
    },
    {
      fault: "the credential plugin may not be run",
      code: 3,
      provoke: async (stage) => {
        const user = await stage.plugin("");
        await stage.file("plugin", "", 0o644);
        return { user };
      },
    },
    {
      fault: "a command line stands where the credential plugin's command should",
      code: 3,
      provoke: async () => ({
        user: `exec: {apiVersion: client.authentication.k8s.io/v1, command: login --secret ${SECRETS.plugin}, interactiveMode: Never}`,
      }),
    },
    {
      fault: "the kubeconfig wants an apiVersion of credential plugins that is long gone",
      code: 3,
      provoke: async () => ({ user: "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}" }),
    },
    ...BROKEN_PLUGINS.map(([fault, script]) => ({
      fault,
      code: 3,
      provoke: async (stage: Stage) => ({ server: await stage.https(healthy), user: await stage.plugin(script) }),
    })),
    {
      fault: "the credential plugin shows what it was given",
      code: 3,
      provoke: async (stage) => ({
        user: await stage.plugin(
          `echo "wrong: $CLIENT_SECRET $*" >&2; exit 1`,
          `  env: [{name: CLIENT_SECRET, value: ${SECRETS.plugin}}]\n  args: [login, --password, ${SECRETS.password}]\n`,
        ),
      }),
    },
    {
      fault: "the credential plugin prints a credential that has expired, and the server refuses it",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https(only("another")),
        user: await stage.plugin(credential({ token: SECRETS.plugin, expirationTimestamp: "2020-01-01T00:00:00Z" })),
      }),
    },
    {
      fault: "the clock is a day ahead, so that a good credential seems to have expired",
      code: 0,
      provoke: async (stage) => ({
        server: await stage.https(only(SECRETS.plugin)),
        user: await stage.plugin(
          credential({ token: SECRETS.plugin, expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString() }),
        ),
        preload: clockMoved(DAY),
      }),
    },
    {
      fault: "the credential plugin does not end",
      code: 3,
      everywhere: true,
      provoke: async (stage) => ({
        user: await lingering(stage, "LINGER"),
        args: QUICK,
        afterwards: () => nothingLeft(stage),
      }),
    },
    {
      fault: "the credential plugin does not end, ignores SIGTERM, and so do its children",
      code: 3,
      provoke: async (stage) => ({
        user: await lingering(stage, STUBBORN),
        args: QUICK,
        afterwards: () => nothingLeft(stage),
      }),
    },
    {
      fault: "the credential plugin answers, and leaves a child behind that holds its output open",
      code: 0,
      provoke: async (stage) => ({
        server: await stage.https(only(SECRETS.plugin)),
        user: await stage.plugin(
          `sleep 300 &\necho $! >${stage.path("child")}\n${credential({ token: SECRETS.plugin })}`,
        ),
        // What it started on purpose, a browser or an agent, goes on.
        afterwards: async () => {
          const child = Number(await readFile(stage.path("child"), "utf8"));
          expect(process.kill(child, "SIGKILL")).toBe(true);
        },
      }),
    },
    {
      fault: "TAB, and the credential plugin does not end, ignores SIGTERM, and so do its children",
      code: 0,
      only: "audit",
      provoke: async (stage) => ({
        user: await lingering(stage, STUBBORN),
        argv: ["__complete", "audit", "-n", ""],
        // Within a second, but for a machine that has other things to do.
        afterwards: async ({ ms }) => {
          expect(ms).toBeLessThan(5000);
          await nothingLeft(stage);
        },
      }),
    },
    {
      fault: "TAB, and the token file is a pipe that nobody writes to",
      code: 137,
      only: "audit",
      provoke: async (stage) => ({
        user: `tokenFile: ${stage.path("pipe")}`,
        // A shell tells by 137 that the program killed itself, which is all that ends it then.
        // Where the machine is so busy that the time is over before the file is opened, it is asked once more.
        shell: `mkfifo ${stage.path("pipe")}; for _ in 1 2 3; do "$@" >/dev/null; code=$?; test $code -eq 0 || break; done; exit $code`,
        argv: ["__complete", "audit", "-n", ""],
        afterwards: ({ ms }) => expect(ms).toBeLessThan(5000),
      }),
    },
    {
      fault: "the token file is a pipe that nobody writes to",
      code: 3,
      provoke: async (stage) => ({
        user: `tokenFile: ${stage.path("pipe")}`,
        shell: `mkfifo ${stage.path("pipe")}; exec "$@"`,
        args: QUICK,
      }),
    },
    {
      fault: "the token file does not exist",
      code: 3,
      provoke: async (stage) => ({ user: `tokenFile: ${stage.path("none")}` }),
    },
    {
      fault: "the kubeconfig is no YAML",
      code: 3,
      provoke: async () => ({ user: `token: "${SECRETS.token}` }),
    },
    {
      fault: "a token in the kubeconfig is a list",
      code: 3,
      provoke: async () => ({ user: `token: [${SECRETS.token}]` }),
    },
    {
      fault: "the server of the kubeconfig holds a password",
      code: 3,
      provoke: async () => ({ server: `https://me:1/${SECRETS.password}@api.example:6443` }),
    },
  ],
};
