import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ApiServer, startApiServer } from "../e2e/harness/api-server.ts";
import { pluginFolder } from "../e2e/harness/paths.ts";
import { cleanEnv } from "../e2e/harness/processes.ts";
import { measureDeciding } from "./deciding.ts";
import { writeJsonList, writeYaml } from "./files.ts";
import { loadWorld } from "./load.ts";
import { type Command, compare, measureOnce } from "./measure.ts";
import { broken, type Figure, figureTable, type Limits, type Row, rowTable } from "./table.ts";
import { usualRoutes, type WorldObject, world, worldSize } from "./world.ts";

// The plugin beside kubectl on one machine, one API server and one set of objects. What counts are the ratios.
//   npm run bench -- [--routes 10000] [--runs 5] [--plugin bin/kubectl-refgrant] [--only start-up|one|cluster|files|growth|deciding …] [--check]

/** What short runs are held against: what kubectl takes to say its own version. */
const shortRuns: readonly (readonly [string, ...(readonly string[])])[] = [
  ["version"],
  ["--help"],
  ["audit", "--help"],
  ["audti"],
  ["__complete", ""],
  ["__complete", "why-denied", "--f"],
];

/** Findings, or verdicts that stay open, are answers: only 2 (usage) and 3 (no report) are failures. */
const reportCodes = [0, 1, 4];

/**
 * Routes that refer to as many things in worlds of every size (in small ones most namespaces meet others): all references of
 * the one are permitted, one of the other is refused.
 */
const oneRoutes = [
  { title: "ONE", name: "route-3", namespace: "team-0004" },
  { title: "ONE, refused", name: "route-6", namespace: "team-0006" },
] as const;

/** How many times as many routes the larger of two worlds has. */
const STEP = 10;

/** The kinds of the files that are measured: 12,200 documents for 10,000 routes. */
const fileKinds: readonly string[] = ["HTTPRoute", "Gateway", "ReferenceGrant"];

const groups = ["start-up", "one", "cluster", "files", "growth", "deciding"] as const;
type Group = (typeof groups)[number];

/** Two commands to compare, and what is asked of them. */
interface Pair {
  readonly first: Command;
  readonly second: Command;
  readonly limits: Limits;
  readonly objects?: number;
}

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

async function prepare(server: ApiServer, routes: number): Promise<void> {
  await server.applyCrds("v1.7.0", "standard");
  const size = Object.entries(worldSize(routes)).map(([kind, count]) => `${count} ${kind}`);
  say(`creating ${size.join(", ")} …`);
  const started = performance.now();
  const target = { url: server.url, caFile: server.caFile, token: server.adminToken };
  const created = await loadWorld(target, world(routes));
  const elapsed = (performance.now() - started) / 1000;
  say(`created ${created} objects in ${elapsed.toFixed(1)} s (${(created / elapsed).toFixed(0)}/s)`);
}

/** What a server was asked by a command, as paths. */
async function requestsOf(server: ApiServer, command: Command): Promise<readonly string[]> {
  await server.clearAudit();
  await measureOnce(command);
  return (await server.auditEvents()).map(({ requestURI }) => requestURI);
}

function* forFiles(routes: number): Generator<WorldObject> {
  for (const object of world(routes)) if (fileKinds.includes(object.kind)) yield object;
}

function written(server: ApiServer, routes: number, form: "yaml" | "json"): string {
  const path = join(server.folder, `world-${routes}.${form}`);
  if (existsSync(path)) return path;
  if (form === "yaml") writeYaml(path, forFiles(routes));
  else writeJsonList(path, forFiles(routes));
  say(`wrote ${path} (${(statSync(path).size / 1e6).toFixed(1)} MB)`);
  return path;
}

const here = dirname(fileURLToPath(import.meta.url));

/** Two servers, one of which holds a tenth of what the other does, and what is run against them. */
class Bench {
  readonly #few: ApiServer;
  readonly #many: ApiServer;
  readonly #routes: number;
  readonly #plugin: string;

  constructor(few: ApiServer, many: ApiServer, routes: number, plugin: string) {
    this.#few = few;
    this.#many = many;
    this.#routes = routes;
    this.#plugin = plugin;
  }

  #refgrant(title: string, args: readonly string[], server = this.#many): Command {
    const env = cleanEnv({ KUBECONFIG: server.adminKubeconfig });
    return { title: `refgrant ${title}`, file: this.#plugin, args, env, accept: reportCodes };
  }

  #kubectl(title: string, args: readonly string[]): Command {
    const env = cleanEnv({ KUBECONFIG: this.#many.adminKubeconfig });
    return { title: `kubectl ${title}`, file: this.#many.kubectlBinary, args, env };
  }

  #startUp(): readonly Pair[] {
    return shortRuns.map((args) => ({
      // An unknown command is an error of usage.
      first: { ...this.#refgrant(args.join(" "), args), accept: [0, 2] },
      second: this.#kubectl("version --client", ["version", "--client"]),
      limits: { seconds: 1.3 },
    }));
  }

  #one(): readonly Pair[] {
    const getOne = (name: string, namespace: string): Command =>
      this.#kubectl("get httproute ONE", ["get", "httproute", name, "-n", namespace]);
    const [{ namespace, name }] = oneRoutes;
    return [
      ...oneRoutes.map((one, index) => ({
        first: this.#refgrant(`why-denied httproute ${one.title}`, [
          "why-denied",
          "httproute",
          one.name,
          "-n",
          one.namespace,
        ]),
        second: getOne(one.name, one.namespace),
        limits: index === 0 ? { seconds: 2 } : {},
      })),
      {
        first: this.#refgrant("__complete … httproute/", ["__complete", "why-denied", "-n", namespace, "httproute/"]),
        second: getOne(name, namespace),
        limits: {},
      },
    ];
  }

  /** The lists that an audit asks for, without what continues them, and the resources that it lists. */
  async #lists(): Promise<{ readonly paths: readonly string[]; readonly resources: readonly string[] }> {
    const asked = await requestsOf(this.#many, this.#refgrant("audit", ["audit"]));
    const paths = asked.filter((path) => path.includes("limit=") && !path.includes("continue="));
    const resources = paths.map((path) => {
      const [root = ""] = path.split("?");
      const [, api, group = "", , plural = ""] = root.split("/");
      return api === "api" ? (root.split("/")[3] ?? "") : `${plural}.${group}`;
    });
    return { paths, resources: [...new Set(resources)] };
  }

  async #cluster(): Promise<readonly Pair[]> {
    const { paths, resources } = await this.#lists();
    const audit = this.#refgrant("audit", ["audit"]);
    const kinds = resources.join(",");
    say(`an audit lists ${kinds}`);
    const env = cleanEnv({
      BENCH_URL: this.#many.url,
      BENCH_CA: this.#many.caFile,
      BENCH_TOKEN: this.#many.adminToken,
    });
    const bare: Command = {
      title: "bare lists in Node",
      file: process.execPath,
      args: [join(here, "bare.ts"), ...paths],
      env,
    };
    return [
      {
        first: audit,
        second: this.#kubectl("get (the same kinds) -A", ["get", kinds, "-A"]),
        limits: { seconds: 0.5, memory: 1.2 },
      },
      {
        first: audit,
        second: this.#kubectl("get httproutes,gateways,referencegrants -A", [
          "get",
          "httproutes,gateways,referencegrants",
          "-A",
        ]),
        limits: {},
      },
      { first: audit, second: bare, limits: { seconds: 1.3 } },
    ];
  }

  #files(): readonly Pair[] {
    const yaml = written(this.#many, this.#routes, "yaml");
    const json = written(this.#many, this.#routes, "json");
    const parse = `JSON.parse(require("node:fs").readFileSync(${JSON.stringify(json)}, "utf8"))`;
    return [
      {
        first: this.#refgrant("audit -f (YAML)", ["audit", "-f", yaml]),
        second: this.#kubectl("create --dry-run=client -f", ["create", "--dry-run=client", "-f", yaml]),
        limits: { seconds: 0.6, megabytes: 300 },
      },
      {
        first: this.#refgrant("audit -f (JSON)", ["audit", "-f", json]),
        second: { title: "JSON.parse in Node", file: process.execPath, args: ["-e", parse], env: cleanEnv({}) },
        limits: { seconds: 2 },
      },
    ];
  }

  #growth(): readonly Pair[] {
    const few = this.#routes / STEP;
    const more = this.#routes * STEP;
    const onFile = (routes: number): Command =>
      this.#refgrant(`audit -f (${routes} routes)`, ["audit", "-f", written(this.#many, routes, "yaml")]);
    const limits = { seconds: 1.1 };
    return [
      {
        first: this.#refgrant(`audit (${this.#routes} routes)`, ["audit"]),
        second: this.#refgrant(`audit (${few} routes)`, ["audit"], this.#few),
        objects: STEP,
        limits,
      },
      { first: onFile(this.#routes), second: onFile(few), objects: STEP, limits },
      { first: onFile(more), second: onFile(this.#routes), objects: STEP, limits },
    ];
  }

  async #pairs(group: Group): Promise<readonly Pair[]> {
    switch (group) {
      case "start-up":
        return this.#startUp();
      case "one":
        return this.#one();
      case "cluster":
        return this.#cluster();
      case "files":
        return this.#files();
      case "growth":
        return this.#growth();
      case "deciding":
        return [];
    }
  }

  async rows(group: Group, runs: number): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const { first, second, ...asked } of await this.#pairs(group)) {
      say(`measuring ${first.title} | ${second.title} …`);
      const result = await compare(first, second, group === "growth" ? Math.min(runs, 3) : runs);
      rows.push({ first: first.title, second: second.title, result, ...asked });
    }
    return rows;
  }

  async #requests(): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    for (const { title, name, namespace } of oneRoutes) {
      const args = ["why-denied", "httproute", name, "-n", namespace];
      const [few, many] = [
        await requestsOf(this.#few, this.#refgrant(title, args, this.#few)),
        await requestsOf(this.#many, this.#refgrant(title, args)),
      ];
      const what = `why-denied httproute ${title}`;
      figures.push(
        { title: `${what}, ${this.#routes / STEP} routes`, value: few.length, unit: "requests" },
        { title: `${what}, ${this.#routes} routes`, value: many.length, unit: "requests", atMost: few.length },
      );
    }
    return figures;
  }

  async figures(group: Group): Promise<readonly Figure[]> {
    if (group === "one") return this.#requests();
    if (group !== "deciding") return [];
    say("deciding again and again …");
    const { alone, among } = measureDeciding(this.#routes, worldSize(this.#routes).grants);
    return [
      {
        title: `deciding, ${alone.references} references`,
        value: alone.perSecond,
        unit: "references a second",
        atLeast: 1_000_000,
      },
      {
        title: "the same, ten times as many grants in other namespaces",
        value: alone.perSecond / among.perSecond,
        unit: "of the time",
        atMost: 1.1,
      },
    ];
  }
}

function positiveInteger(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} wants a whole number above 0, not ${text}`);
  return value;
}

function groupsNamed(names: readonly string[]): readonly Group[] {
  const unknown = names.find((name) => !groups.some((group) => group === name));
  if (unknown !== undefined) throw new Error(`--only wants one of ${groups.join(", ")}, not ${unknown}`);
  return names.length === 0 ? groups : groups.filter((group) => names.includes(group));
}

const { values } = parseArgs({
  options: {
    routes: { type: "string", default: String(usualRoutes) },
    runs: { type: "string", default: "5" },
    plugin: { type: "string", default: join(pluginFolder, "kubectl-refgrant") },
    only: { type: "string", multiple: true, default: [] },
    check: { type: "boolean", default: false },
  },
});

/** Does something with a server that holds a world, and ends it. */
async function withWorld<T>(size: number, use: (server: ApiServer) => Promise<T>): Promise<T> {
  const server = await startApiServer();
  try {
    await prepare(server, size);
    return await use(server);
  } finally {
    await server.stop();
  }
}

async function main(): Promise<void> {
  const routes = positiveInteger("routes", values.routes);
  const runs = positiveInteger("runs", values.runs);
  const wanted = groupsNamed(values.only);
  await withWorld(routes / STEP, (few) =>
    withWorld(routes, async (many) => {
      const bench = new Bench(few, many, routes, values.plugin);
      const rows: Row[] = [];
      const figures: Figure[] = [];
      for (const group of wanted) {
        rows.push(...(await bench.rows(group, runs)));
        figures.push(...(await bench.figures(group)));
      }
      console.log(`${routes} routes, medians of ${runs} runs, peak resident memory in MiB`);
      if (rows.length > 0) console.log(`\n${rowTable(rows)}`);
      if (figures.length > 0) console.log(`\n${figureTable(figures)}`);
      const failures = values.check ? broken(rows, figures) : [];
      if (failures.length === 0) return;
      console.log(`\nabove the limits:\n${failures.join("\n")}`);
      process.exitCode = 1;
    }),
  );
}

if (existsSync(values.plugin)) {
  await main();
} else {
  say(`there is no ${values.plugin}: run "make build" first`);
  process.exitCode = 1;
}
