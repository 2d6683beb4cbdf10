import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ran, runCli } from "../harness/cli.ts";
import { readerOf } from "../harness/reader.ts";
import { type Manifest, snapshotOf } from "../harness/world.ts";
import { type Besides, broken, bytesOf, expectUnpolluted, Tally } from "./clean.ts";
import { WORDS } from "./words.ts";

/** Every word that somebody may call something, in every place that is printed again. */

const TIMEOUT = 300_000;
let folder = "";
const tally = new Tally();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-words-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.stdout.write(tally.told("words"));
});

const GATEWAY = "gateway.networking.k8s.io/v1";

/** A world in which much is refused, with a word in one of its places; null leaves the place as it would be. */
function worldWith(place: string, word: string) {
  const at = (here: string, usual: string): string => (here === place ? word : usual);
  const service = at("service", "api");
  const target = at("target namespace", "backend");
  const home = at("namespace", "app");
  const condition = (type: string) => ({
    type: at("condition", type),
    status: "False",
    reason: at("reason", "RefNotPermitted"),
    message: at("message", "it is refused"),
    observedGeneration: 1,
    lastTransitionTime: at("time", "2026-01-01T00:00:00Z"),
  });
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: home, labels: { [at("label key", "team")]: at("label", "web") } },
    },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: target } },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "edge" } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: service, namespace: target },
      spec: { ports: [{ port: 80, name: at("port", "http") }] },
    },
    {
      apiVersion: at("API version", GATEWAY),
      kind: at("kind", "HTTPRoute"),
      metadata: {
        name: at("route", "web"),
        namespace: home,
        generation: 1,
        labels: { app: at("route label", "web") },
        annotations: { "refgrant.dev/ignore": at("annotation", ""), [at("annotation key", "a")]: "b" },
      },
      spec: {
        hostnames: [at("hostname", "example.com")],
        parentRefs: [{ name: at("parent", "shared"), namespace: "edge", sectionName: at("section", "https") }],
        rules: [
          {
            backendRefs: [
              { name: service, namespace: target, port: 80 },
              {
                name: at("missing", "gone"),
                namespace: at("missing namespace", "nowhere"),
                kind: at("target kind", "Service"),
                group: at("target group", ""),
              },
            ],
          },
        ],
      },
      status: {
        parents: [
          {
            parentRef: { name: "shared", namespace: "edge" },
            controllerName: at("controller", "example.com/c"),
            conditions: [condition("ResolvedRefs")],
          },
        ],
      },
    },
    {
      apiVersion: GATEWAY,
      kind: "ReferenceGrant",
      metadata: { name: at("grant", "almost"), namespace: target },
      spec: {
        from: [
          {
            group: at("from group", "gateway.networking.k8s.io"),
            kind: at("from kind", "GRPCRoute"),
            namespace: at("from namespace", "app"),
          },
        ],
        to: [{ group: at("to group", ""), kind: at("to kind", "Service"), name: at("to name", "other") }],
      },
    },
    {
      apiVersion: GATEWAY,
      kind: "Gateway",
      metadata: { name: "shared", namespace: "edge" },
      spec: {
        gatewayClassName: at("class", "c"),
        listeners: [
          {
            name: at("listener", "https"),
            port: 443,
            protocol: at("protocol", "HTTPS"),
            hostname: at("listener hostname", "*.example.org"),
            tls: { certificateRefs: [{ name: at("certificate", "tls"), namespace: target }] },
            allowedRoutes: {
              namespaces: {
                from: at("from", "Selector"),
                selector: { matchLabels: { [at("selector key", "expose")]: at("selector", "true") } },
              },
            },
          },
        ],
      },
    },
  ];
}

/** The places of the world: those that it asks for. */
function places(): readonly string[] {
  const source = worldWith.toString();
  return [...source.matchAll(/\bat\(\s*"([^"]+)"/g)].map(([, place = ""]) => place);
}

function expectClean(outcome: Ran, argv: readonly string[], input: string, besides: Besides = "nothing"): void {
  tally.ended(outcome.exitCode);
  expect(broken(bytesOf(outcome), besides), `${argv.join(" ")}: ${input.slice(0, 300)}`).toEqual([]);
  expectUnpolluted();
}

async function run(argv: readonly string[], stdin: string, besides: Besides = "nothing"): Promise<Ran> {
  const terminal = besides === "colours" ? { width: 100, color: true } : {};
  const outcome = await runCli([...argv, "-f", "-"], { folder, stdin, terminal });
  expectClean(outcome, argv, stdin, besides);
  return outcome;
}

async function runOnCluster(argv: readonly string[], world: readonly Manifest[]): Promise<Ran> {
  const reader = readerOf({ ...snapshotOf(world), source: "cluster" });
  const outcome = await runCli(argv, { folder, reader });
  expectClean(outcome, argv, JSON.stringify(world));
  return outcome;
}

/** Command lines for a shell that somewhere in a report are offered to be pasted. */
function offered(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: readonly [string, unknown]) =>
    key === "paste" && Array.isArray(inner)
      ? inner.filter((line): line is string => typeof line === "string" && line.startsWith("kubectl "))
      : offered(inner),
  );
}

/** The same of a text: lines that are a command, and commands behind what they are for. */
const offeredInText = (text: string): readonly string[] =>
  [...text.matchAll(/^(?: +|[A-Z][A-Za-z ]+: )(kubectl .*)$/gm)].map(([, line = ""]) => line);

/** Runs command lines in a shell that has no programs, and gives what `kubectl` was given; anything else that ran is told too. */
function pasted(lines: readonly string[]): { readonly runs: number; readonly others: string } {
  const script = join(folder, "paste.sh");
  const log = join(folder, "log");
  const others = join(folder, "others");
  const stubs = [
    "PATH=/nonexistent",
    `kubectl() { printf 'run\\n' >> '${log}'; }`,
    `touch() { printf 'touch %s\\n' "$*" >> '${others}'; }`,
    `command_not_found_handle() { printf '%s\\n' "$*" >> '${others}'; }`,
  ];
  writeFileSync(log, "");
  writeFileSync(others, "");
  writeFileSync(script, [...stubs, ...lines, ""].join("\n"));
  execFileSync("bash", [script], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return { runs: readFileSync(log, "utf8").split("\n").length - 1, others: readFileSync(others, "utf8") };
}

/** Beside those that every word is tried with, one of these. */
const OTHERS: readonly (readonly [readonly string[], Besides])[] = [
  [["why-denied", "route,gtw", "-A", "-v"], "nothing"],
  [["scaffold", "route,gtw", "-A"], "tabs and line ends"],
  [["explain", "ns", "-A"], "nothing"],
  [["explain", "route,gtw,referencegrant", "-A"], "nothing"],
  [["audit", "-o", "yaml"], "nothing"],
  [["audit", "-o", "wide"], "colours"],
];

describe("a word that a terminal, a shell or JavaScript would make something of", { timeout: TIMEOUT }, () => {
  const lines = new Set<string>();

  it.each(places())("is harmless as the %s", async (place) => {
    for (const [index, word] of WORDS.entries()) {
      tally.inputs += 1;
      const world = worldWith(place, word);
      const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: world });
      await run(["audit", "--closed-world"], text, "colours");
      const json = await runOnCluster(["why-denied", "route,gtw", "-A", "-o", "json"], world);
      if (json.stdout !== "") for (const line of offered(JSON.parse(json.stdout))) lines.add(line);
      for (const [argv, besides] of OTHERS.filter((_, at) => at === index % OTHERS.length)) {
        const { stdout, stderr } = await run(argv, text, besides);
        for (const line of [...offeredInText(stdout), ...offeredInText(stderr)]) lines.add(line);
      }
    }
  });

  it("is one word of what is offered to be pasted, and starts nothing", () => {
    expect(lines.size).toBeGreaterThan(100);
    const { runs, others } = pasted([...lines]);
    expect(others).toBe("");
    expect(runs).toBe(lines.size);
    expect(existsSync(join(folder, "owned"))).toBe(false);
  });
});

describe("a command line", { timeout: TIMEOUT }, () => {
  it("is answered in plain text, whatever stands in it", async () => {
    const good = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: ns}\n";
    for (const word of WORDS) {
      const lines = [
        [word],
        ["audit", word],
        ["audit", `--${word}`],
        ["audit", "-n", word],
        ["audit", "-l", word],
        ["audit", "-o", word],
        ["audit", "--ignore", word],
        ["audit", "--fail-on", word],
        ["why-denied", word],
        ["why-denied", "route", word],
        ["why-denied", `${word}/${word}`, "-n", word],
        ["explain", word],
        ["explain", `httproute.${word}`],
        ["explain", "route/web", "--to", word],
        ["scaffold", "route", "--name", word],
        ["scaffold", "route", "--into", word],
        ["scaffold", "route", "--to-namespace", word, "--api-version", word],
      ];
      for (const argv of lines) await run(argv, good);
      for (const argv of [
        ["catalogue", word],
        ["catalogue", "--implementation", word],
        ["completion", word],
        ["help", word],
      ]) {
        expectClean(await runCli(argv, { folder }), argv, "");
      }
      tally.inputs += 1;
    }
  });

  it("is completed with words that a shell takes for one", async () => {
    const names = WORDS.map((name) => ({
      apiVersion: GATEWAY,
      kind: "HTTPRoute",
      metadata: { name, namespace: "app" },
    }));
    const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: names });
    const lookups = { readFiles: async () => [{ name: "world.json", text }] };
    for (const typed of ["httproute/", "httproute/_", "httproute/c"]) {
      const outcome = await runCli(["__complete", "why-denied", "-f", "world.json", typed], { folder, lookups });
      expect(broken(bytesOf(outcome), "tabs and line ends")).toEqual([]);
      // Each line is a word that was typed on, and the last one a number.
      const offers = outcome.stdout.trimEnd().split("\n");
      expect(offers.pop()).toMatch(/^:\d$/);
      for (const line of offers) expect(line.startsWith(typed), line).toBe(true);
    }
  });
});
