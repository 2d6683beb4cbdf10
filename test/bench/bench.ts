import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ApiServer, startApiServer } from "../e2e/harness/api-server.ts";
import { pluginFolder } from "../e2e/harness/paths.ts";
import { cleanEnv } from "../e2e/harness/processes.ts";
import { writeYaml } from "./files.ts";
import { loadWorld } from "./load.ts";
import { type Command, type Comparison, compare, measureOnce } from "./measure.ts";
import { usualRoutes, world, worldSize } from "./world.ts";

// The plugin beside kubectl on one machine, one API server and one set of objects. What counts are the ratios.
//   npm run bench -- [--routes 10000] [--runs 5] [--plugin bin/kubectl-refgrant]

interface Row {
  readonly first: Command;
  readonly second: Command;
  readonly result: Comparison;
}

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
/** The world that the number of requests is compared with. */
const fewRoutes = 100;

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

function seconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2);
}

function whole(value: number | null): string {
  return value === null ? "-" : value.toFixed(0);
}

function ratio(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

function table(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const cell = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column < 2 ? text.padEnd(width) : text.padStart(width);
  };
  return lines.map((line) => line.map(cell).join("   ").trimEnd()).join("\n");
}

function resultTable(rows: readonly Row[]): string {
  const head = ["A", "B", "A s", "B s", "A/B", "A MB", "B MB", "A/B"];
  const lines = rows.map(({ first, second, result }) => [
    first.title,
    second.title,
    seconds(result.first.seconds),
    seconds(result.second.seconds),
    ratio(result.secondsRatio),
    whole(result.first.megabytes),
    whole(result.second.megabytes),
    ratio(result.megabytesRatio),
  ]);
  return table([head, ...lines]);
}

async function prepare(server: ApiServer, routes: number): Promise<void> {
  await server.applyCrds("v1.7.0", "standard");
  const size = worldSize(routes);
  say(
    `creating ${Object.entries(size)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(", ")} …`,
  );
  const started = performance.now();
  const target = { url: server.url, caFile: server.caFile, token: server.adminToken };
  const created = await loadWorld(target, world(routes));
  const elapsed = (performance.now() - started) / 1000;
  say(`created ${created} objects in ${elapsed.toFixed(1)} s (${(created / elapsed).toFixed(0)}/s)`);
}

/** How many requests each of the answers about one route takes, by the server's own log. */
async function countRequests(server: ApiServer, plugin: string): Promise<readonly number[]> {
  const env = cleanEnv({ KUBECONFIG: server.adminKubeconfig });
  const counts: number[] = [];
  for (const { title, name, namespace } of oneRoutes) {
    await server.clearAudit();
    const args = ["why-denied", "httproute", name, "-n", namespace];
    await measureOnce({ title, file: plugin, args, env, accept: reportCodes });
    counts.push((await server.auditEvents()).length);
  }
  return counts;
}

function writeFile(server: ApiServer, routes: number): string {
  const path = join(server.folder, `world-${routes}.yaml`);
  writeYaml(path, world(routes));
  say(`wrote ${path} (${(statSync(path).size / 1e6).toFixed(1)} MB)`);
  return path;
}

/** Pairs of commands to compare. */
type Pairs = readonly (readonly [Command, Command])[];

async function measureAll(
  server: ApiServer,
  plugin: string,
  routes: number,
  runs: number,
  startUp: boolean,
): Promise<readonly Row[]> {
  const env = cleanEnv({ KUBECONFIG: server.adminKubeconfig });
  const kubectl = (title: string, ...args: string[]): Command => ({ title, file: server.kubectlBinary, args, env });
  const refgrant = (title: string, ...args: string[]): Command => ({
    title,
    file: plugin,
    args,
    env,
    accept: reportCodes,
  });
  const getOne = (name: string, namespace: string): Command =>
    kubectl("kubectl get httproute ONE", "get", "httproute", name, "-n", namespace);
  const [{ namespace: someNamespace, name: someName }] = oneRoutes;

  const short: Pairs = [
    ...shortRuns.map((args): readonly [Command, Command] => [
      // An unknown command is an error of usage.
      { ...refgrant(`refgrant ${args.join(" ")}`, ...args), accept: [0, 2] },
      kubectl("kubectl version --client", "version", "--client"),
    ]),
    ...oneRoutes.map(({ title, name, namespace }): readonly [Command, Command] => [
      refgrant(`refgrant why-denied httproute ${title}`, "why-denied", "httproute", name, "-n", namespace),
      getOne(name, namespace),
    ]),
    [
      refgrant("refgrant __complete … httproute/", "__complete", "why-denied", "-n", someNamespace, "httproute/"),
      getOne(someName, someNamespace),
    ],
  ];
  const resources = "httproutes,gateways,referencegrants";
  const long = (): Pairs => {
    const small = Math.max(1, Math.round(routes / 10));
    const smallFile = writeFile(server, small);
    const largeFile = writeFile(server, routes);
    return [
      [refgrant("refgrant audit", "audit"), kubectl(`kubectl get ${resources} -A`, "get", resources, "-A")],
      [
        refgrant(`refgrant audit -f (${routes} routes)`, "audit", "-f", largeFile),
        refgrant(`refgrant audit -f (${small} routes)`, "audit", "-f", smallFile),
      ],
    ];
  };
  const rows: Row[] = [];
  for (const [first, second] of [...short, ...(startUp ? [] : long())]) {
    say(`measuring ${first.title} | ${second.title} …`);
    rows.push({ first, second, result: await compare(first, second, runs) });
  }
  return rows;
}

function positiveInteger(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} wants a whole number above 0, not ${text}`);
  return value;
}

const { values } = parseArgs({
  options: {
    routes: { type: "string", default: String(usualRoutes) },
    runs: { type: "string", default: "5" },
    plugin: { type: "string", default: join(pluginFolder, "kubectl-refgrant") },
    "start-up": { type: "boolean", default: false },
  },
});
const routes = positiveInteger("routes", values.routes);
const runs = positiveInteger("runs", values.runs);

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

function requestsTable(few: readonly number[], many: readonly number[]): string {
  const head = ["requests of", "", `${fewRoutes} routes`, `${routes} routes`];
  const lines = oneRoutes.map(({ title }, index) => [
    `refgrant why-denied httproute ${title}`,
    "",
    whole(few[index] ?? null),
    whole(many[index] ?? null),
  ]);
  return table([head, ...lines]);
}

async function main(): Promise<void> {
  const few = await withWorld(fewRoutes, (server) => countRequests(server, values.plugin));
  await withWorld(routes, async (server) => {
    const many = await countRequests(server, values.plugin);
    const rows = await measureAll(server, values.plugin, routes, runs, values["start-up"]);
    console.log(`${routes} routes, medians of ${runs} runs, peak resident memory in MiB\n\n${resultTable(rows)}`);
    console.log(`\n${requestsTable(few, many)}`);
  });
}

if (existsSync(values.plugin)) {
  await main();
} else {
  say(`there is no ${values.plugin}: run "make build" first`);
  process.exitCode = 1;
}
