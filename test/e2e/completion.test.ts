import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { COMPLETION_SHIM } from "../../cmd/completion/scripts.ts";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { pluginFolder, repositoryRoot } from "./harness/paths.ts";
import { cleanEnv, runProcess } from "./harness/processes.ts";
import { hasTerminals, KEYS, openTerminal, PROMPT, type Terminal } from "./harness/terminal.ts";

/** TAB as a person presses it: in real shells, by the program's own name and through the real kubectl, on a real API server. */

const world = join(repositoryRoot, "examples", "world");
const secretData = "TheDataOfASecretIsNotAskedForAtTab";
const bashCompletion = "/usr/share/bash-completion/bash_completion";

/** Longer than this nobody waits at TAB: a second for looking up, and the rest for starting and ending. */
const PATIENCE_MS = 1500;

let api: ApiServer;
let folder: string;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  api = await startApiServer({ users: [{ name: "nobody-much", token: "nobody-much-token" }] });
  await api.applyCrds("v1.7.0", "standard");
  await api.kubectl(["apply", "--server-side", "-f", world]);
  const metadata = { name: "tls", namespace: "certs" };
  await api.applyManifests(stringify({ apiVersion: "v1", kind: "Secret", metadata, stringData: { key: secretData } }));

  folder = mkdtempSync(join(tmpdir(), "refgrant-completion-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  symlinkSync(join(pluginFolder, "kubectl-refgrant"), join(bin, "kubectl-refgrant"));
  symlinkSync(api.kubectlBinary, join(bin, "kubectl"));
  writeFileSync(join(bin, "kubectl_complete-refgrant"), COMPLETION_SHIM, { mode: 0o755 });
  const base = cleanEnv({ KUBECONFIG: api.kubeconfigFor("refgrant-admin", "frontend") });
  env = { ...base, PATH: [bin, base.PATH].join(delimiter) };
});

afterAll(async () => {
  await api?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

async function answerTo(words: readonly string[], given: Readonly<Record<string, string>> = {}) {
  const started = performance.now();
  const result = await runProcess(join(folder, "bin", "kubectl-refgrant"), ["__complete", ...words], {
    env: { ...env, ...given },
    cwd: repositoryRoot,
  });
  return { ...result, ms: performance.now() - started };
}

const valuesOf = (stdout: string): readonly string[] => stdout.split("\n").map((line) => line.split("\t")[0] ?? "");

describe("what a cluster holds", () => {
  test.each<[words: readonly string[], values: readonly string[], verbs: readonly string[]]>([
    [["why-denied", "httproute/"], ["httproute/web"], ["list"]],
    [["why-denied", "httproute", ""], ["web"], ["list"]],
    [["why-denied", "gtw", "-n", "edge", "--", ""], ["shared"], ["list"]],
    [["explain", "-n", "backend", "service/a"], ["service/api"], ["list"]],
    [["explain", "-n", "certs", "secret/t"], ["secret/tls"], ["list"]],
    [["audit", "--namespace=backe"], ["backend"], ["list"]],
    [["scaffold", "--into", "referencegrant/nothing"], [], ["list"]],
    [["scaffold", "httpr"], ["httproute", "httproutefilter"], []],
    [["audit", "--context", ""], ["refgrant-admin"], []],
    [["why-denied", "-f", "examples/world", "httproute/w"], ["httproute/web"], []],
  ])("%j", async (words, values, verbs) => {
    await api.clearAudit();
    const { stdout, stderr, code } = await answerTo(words);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(valuesOf(stdout)).toEqual([...values, ":4", ""]);
    const events = await api.auditEvents();
    expect(events.map(({ verb }) => verb)).toEqual(verbs);
    expect(stdout).not.toContain(secretData);
    // One page each.
    for (const { requestURI } of events) expect(requestURI).toMatch(/[?&]limit=500\b/);
  });

  test("namespaces, those of grants beside them", async () => {
    expect(valuesOf((await answerTo(["audit", "--namespace="])).stdout)).toEqual(
      expect.arrayContaining(["backend", "edge"]),
    );
    const grants = (await answerTo(["scaffold", "--into", "referencegrant/"])).stdout;
    expect(grants).toMatch(/^referencegrant\/\S+\tin namespace backend$/m);
  });

  test("of a kind whose first version is not served, in the next that is", async () => {
    await api.clearAudit();
    const { stdout, code } = await answerTo(["why-denied", "-A", "tlsroute/"]);
    expect({ stdout, code }).toEqual({ stdout: ":4\n", code: 0 });
    expect((await api.auditEvents()).length).toBeLessThanOrEqual(3);
  });

  test("is not told to whoever may not list it", async () => {
    const KUBECONFIG = api.kubeconfigFor("nobody-much", "frontend");
    for (const words of [
      ["why-denied", "httproute/"],
      ["why-denied", "-A", "httproute/"],
      ["audit", "-n", ""],
    ]) {
      await api.clearAudit();
      const { stdout, stderr, code } = await answerTo(words, { KUBECONFIG });
      expect({ stdout, stderr, code }).toEqual({ stdout: ":4\n", stderr: "", code: 0 });
      expect((await api.auditEvents()).length).toBe(1);
    }
  });

  test("is looked up as the flags say that stand on the line", async () => {
    const flags = ["--kubeconfig", api.kubeconfigFor("refgrant-admin", "backend"), "--as=nobody-much"];
    await api.clearAudit();
    await answerTo(["explain", ...flags, "service/"]);
    const [event] = await api.auditEvents();
    expect(event).toMatchObject({
      impersonated: "nobody-much",
      requestURI: expect.stringContaining("/backend/services"),
    });
  });
});

describe("through kubectl", () => {
  test.each([
    [
      ["refgrant", ""],
      ["why-denied", "audit"],
    ],
    [["refgrant", "why-denied", "httproute/"], ["httproute/web"]],
    [["refgrant", "why-denied", "httproute", ""], ["web"]],
    [
      ["refgrant", "explain", "-n", ""],
      ["backend", "frontend"],
    ],
    [["refgrant", "audit", "--output=j"], ["json"]],
    [["refgrant", "audit", "--fail"], ["--fail-on"]],
  ])("kubectl __complete %j", async (words, values) => {
    const KUBECONFIG = api.kubeconfigFor("refgrant-admin", "frontend");
    const path = [join(folder, "bin")];
    const { stdout, code } = await api.kubectl(["__complete", ...words], { kubeconfig: KUBECONFIG, path });
    expect(code).toBe(0);
    expect(valuesOf(stdout)).toEqual(expect.arrayContaining([...values]));
  });
});

const isHere = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).error === undefined;

/** How each shell is brought to complete, line by line. */
const SHELLS: readonly {
  readonly shell: string;
  readonly how: string;
  readonly start: string;
  readonly setUp: readonly string[];
}[] = [
  {
    shell: "bash",
    how: "",
    start: "bash --norc --noprofile -i",
    setUp: ['eval "$(kubectl-refgrant completion bash)"'],
  },
  {
    shell: "bash",
    how: " without : and = in COMP_WORDBREAKS",
    start: "bash --norc --noprofile -i",
    setUp: [`COMP_WORDBREAKS=$' \\t\\n"><;|&('`, "source <(kubectl-refgrant completion bash)"],
  },
  {
    shell: "zsh",
    how: ", sourced",
    start: "zsh -f -i",
    setUp: [
      `PS1='${PROMPT}'; unset zle_bracketed_paste; unsetopt prompt_sp; bindkey -e`,
      "source <(kubectl-refgrant completion zsh)",
    ],
  },
  {
    shell: "zsh",
    how: ", as a file of fpath",
    start: "zsh -f -i",
    setUp: [
      `PS1='${PROMPT}'; unset zle_bracketed_paste; unsetopt prompt_sp; bindkey -e`,
      'mkdir -p "$HOME/functions"; kubectl-refgrant completion zsh > "$HOME/functions/_kubectl-refgrant"',
      'fpath=("$HOME/functions" $fpath); autoload -Uz compinit; compinit -u -D',
    ],
  },
];

const PRINT = `${KEYS.start}printf '<%s>' ${KEYS.end}${KEYS.enter}`;

describe.each(SHELLS.map((one) => [`${one.shell}${one.how}`, one] as const))(
  "at TAB in %s",
  (_, { shell, start, setUp }) => {
    const missing = !isHere(shell) || !hasTerminals();
    let terminal: Terminal;

    beforeAll(async () => {
      if (missing) return;
      terminal = openTerminal(start, env, repositoryRoot);
      await terminal.type("", /[>$#%] $/);
      for (const line of setUp) await terminal.type(`${line}${KEYS.enter}`, /READY> $/);
    });
    afterAll(() => terminal?.close());

    test.skipIf(missing).each([
      ["why-den", ["why-denied"]],
      ["audit -o j", ["audit", "-o", "json"]],
      ["audit -oj", ["audit", "-ojson"]],
      ["audit --output=j", ["audit", "--output=json"]],
      ["audit --ignore=grant-unused,grant-dan", ["audit", "--ignore=grant-unused,grant-dangling"]],
      ["audit -n bac", ["audit", "-n", "backend"]],
      ["audit --namespace=bac", ["audit", "--namespace=backend"]],
      ["why-denied httproute/", ["why-denied", "httproute/web"]],
      ["why-denied 'httproute/w", ["why-denied", "httproute/web"]],
      ["why-denied httproute w", ["why-denied", "httproute", "web"]],
      ["why-denied -f exam", ["why-denied", "-f", expect.stringMatching(/^examples\/?$/)]],
      ["audit --kubeconfig 'no such' --context refg", ["audit", "--kubeconfig", "no such", "--context", "refg"]],
      [
        'audit --kubeconfig "$HOME/wide" --context arn:aws:e',
        ["audit", "--kubeconfig", expect.anything(), "--context", "arn:aws:e"],
      ],
      [
        "audit --kubeconfig ~/wide --context arn:aws:e",
        ["audit", "--kubeconfig", expect.anything(), "--context", "arn:aws:eks:1:cluster/b"],
      ],
      [
        "audit --kubeconfig ~/wide --context=arn:aws:e",
        ["audit", "--kubeconfig", expect.anything(), "--context=arn:aws:eks:1:cluster/b"],
      ],
      [
        "audit --kubeconfig ~/wide --context tw",
        ["audit", "--kubeconfig", expect.anything(), "--context", "two words"],
      ],
    ])("%s", async (line, words) => {
      const context = (name: string) => ({ name, context: { cluster: "c", user: "u" } });
      const contexts = ["arn:aws:eks:1:cluster/b", "two words", "$(id)"].map(context);
      writeFileSync(join(env.HOME ?? "", "wide"), stringify({ apiVersion: "v1", kind: "Config", contexts }));
      // The words that the shell has after TAB, told by itself; where a quote was opened, TAB closed it.
      const after = await terminal.type(`kubectl-refgrant ${line}${KEYS.tab}${PRINT}`, /<kubectl-refgrant>.*READY> $/s);
      const [, told = ""] = /(<kubectl-refgrant>.*)READY> $/s.exec(after) ?? [];
      expect([...told.matchAll(/<([^>]*)>/g)].map(([, word]) => word)).toEqual(["kubectl-refgrant", ...words]);
    });

    test.skipIf(missing)("runs nothing that stands in the line", async () => {
      const line = 'kubectl-refgrant explain $(touch "$HOME/expanded") `touch "$HOME/expanded"` secre';
      await terminal.type(`${line}${KEYS.tab}${KEYS.clear}${KEYS.enter}`, /READY> $/);
      expect(existsSync(join(env.HOME ?? "", "expanded"))).toBe(false);
    });

    test.skipIf(missing)("says what each offer is", async () => {
      const shown = await terminal.type(`kubectl-refgrant ${KEYS.tab}${KEYS.tab}`, "why-denied");
      expect(shown).toMatch(/why-denied +(--|\()/);
      await terminal.type(`${KEYS.clear}${KEYS.enter}`, /READY> $/);
    });
  },
);

describe("at TAB in fish", () => {
  test.skipIf(!isHere("fish")).each([
    ["why-den", ["why-denied"]],
    ["audit -o j", ["json"]],
    ["audit --output=j", ["--output=json"]],
    ["audit --namespace=bac", ["--namespace=backend"]],
    ["why-denied httproute/", ["httproute/web"]],
    ["why-denied 'httproute/w", ["httproute/web"]],
    ["why-denied -f exam", ["examples/"]],
    ["audit --kubeconfig ~/wide --context two", ["two words"]],
    ["version zzz", []],
  ])("%s", async (line, values) => {
    const contexts = [{ name: "two words", context: { cluster: "c", user: "u" } }];
    writeFileSync(join(env.HOME ?? "", "wide"), stringify({ apiVersion: "v1", kind: "Config", contexts }));
    const script = 'kubectl-refgrant completion fish | source; complete -C "kubectl-refgrant $argv[1]"';
    const { stdout, stderr } = await runProcess("fish", ["--no-config", "-c", script, line], {
      env,
      cwd: repositoryRoot,
    });
    expect(stderr).toBe("");
    expect(valuesOf(stdout.trimEnd()).filter((value) => value !== "")).toEqual(values);
  });
});

describe("kubectl refgrant at TAB in bash, where kubectl itself is completed", () => {
  const missing = !isHere("bash") || !hasTerminals() || !existsSync(bashCompletion);
  test.skipIf(missing)("goes on with commands and names", async () => {
    const terminal = openTerminal("bash --norc --noprofile -i", env, repositoryRoot);
    try {
      await terminal.type("", PROMPT);
      await terminal.type(`. ${bashCompletion}${KEYS.enter}`, /READY> $/);
      await terminal.type(`source <(kubectl completion bash)${KEYS.enter}`, /READY> $/);
      for (const [line, last] of [
        ["why-den", "why-denied"],
        ["why-denied httproute/w", "httproute/web"],
        ["explain -n bac", "backend"],
      ]) {
        const shown = await terminal.type(`kubectl refgrant ${line}${KEYS.tab}${PRINT}`, /<kubectl>.*READY> $/s);
        expect(shown).toContain(`<${last}>`);
      }
    } finally {
      terminal.close();
    }
  });
});

describe("a cluster that does not answer", () => {
  const kubeconfig = (name: string, server: string, user: object = { token: "t" }): string => {
    const file = join(folder, name);
    const text = stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
    writeFileSync(file, text);
    return file;
  };
  const listening = async (): Promise<{ server: Server; port: number }> => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address: AddressInfo | string | null = server.address();
    return { server, port: address !== null && typeof address === "object" ? address.port : 0 };
  };
  const silent = { stdout: ":4\n", stderr: "", code: 0 };

  async function expectSilence(KUBECONFIG: string): Promise<number> {
    const { ms, ...result } = await answerTo(["why-denied", "httproute/"], { KUBECONFIG });
    expect(result).toEqual(silent);
    expect(ms).toBeLessThan(PATIENCE_MS);
    return ms;
  }

  test("since it takes connections and says nothing", async () => {
    const { server, port } = await listening();
    try {
      await expectSilence(kubeconfig("hangs", `http://127.0.0.1:${port}`));
      await expectSilence(kubeconfig("hangs-in-tls", `https://127.0.0.1:${port}`));
    } finally {
      server.close();
    }
  });

  test("since nobody is there", async () => {
    const { server, port } = await listening();
    await new Promise((resolve) => server.close(resolve));
    expect(await expectSilence(kubeconfig("refuses", `https://127.0.0.1:${port}`))).toBeLessThan(PATIENCE_MS);
  });

  test("since its name leads nowhere", () => expectSilence(kubeconfig("nowhere", "https://nowhere.invalid")));

  test("since the kubeconfig is broken, or there is none", async () => {
    writeFileSync(join(folder, "broken"), "clusters: [{name: c, cluster: {server: \n\t- ]");
    await expectSilence(join(folder, "broken"));
    await expectSilence(join(folder, "nonexistent"));
    expect((await answerTo(["audit", "--kubeconfig", join(folder, "nonexistent"), "--context", ""])).stdout).toBe(
      ":4\n",
    );
  });

  test("since a credential plugin takes its time, which is ended", async () => {
    const seconds = `30.${process.pid}`;
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "sleep",
      args: [seconds],
      interactiveMode: "IfAvailable",
    };
    await expectSilence(kubeconfig("sleeps", "https://127.0.0.1:1", { exec }));
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(`sleep ${seconds}`);
  });

  test("since a file never ends: nothing waits for it", async () => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    const started = performance.now();
    await expect(answerTo(["audit", "--kubeconfig", fifo, "-n", ""])).rejects.toThrow("SIGKILL");
    expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
    expect((await answerTo(["why-denied", "-f", fifo, "httproute/"])).stdout).toBe(":4\n");
  });
});
