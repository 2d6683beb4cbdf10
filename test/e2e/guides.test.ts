import { globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stepsOf } from "../docs/blocks.ts";
import { words } from "../harness/cli.ts";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { textAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import {
  appliable,
  type Essence,
  essence,
  mapManifests,
  onlyOfFiles,
  readManifests,
  verdicts,
} from "./harness/report.ts";
import { apiRequest } from "./harness/request.ts";

/** The worlds that the pages of docs/guides speak of: a real API server takes each, and it is decided there as its files are. */

const pages = globSync("docs/guides/*.md", { cwd: repositoryRoot }).toSorted();

/** The manifests of a command, as paths. */
function manifestsOf(filenames: string): readonly string[] {
  return filenames.split(",").flatMap((filename) => {
    const path = join(repositoryRoot, filename);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .toSorted()
      .map((file) => join(path, file));
  });
}

/** What the commands of a page are given with `-f --closed-world`, each world once. */
function worldsOf(page: string): readonly string[] {
  const argvs = stepsOf(readFileSync(join(repositoryRoot, page), "utf8")).map(({ command }) => words(command));
  const whole = argvs.filter((argv) => argv.includes("--closed-world"));
  return [...new Set(whole.map((argv) => argv[argv.indexOf("-f") + 1] ?? ""))];
}

const isPolicy = (object: unknown): boolean => textAt(object, "kind") === "ReferencePolicy";

/** The manifests without ReferencePolicies, which no API server takes any more. */
const today = (manifests: string): string => mapManifests(manifests, (object) => (isPolicy(object) ? null : object));

/** What an audit says of a world, without its counts, which tell how many findings were ignored. */
function told(stdout: string): Omit<Essence, "counts"> {
  const { decisions, findings, grants } = essence(stdout);
  return { decisions, findings, grants };
}

function namespacesOf(manifests: string): readonly string[] {
  const names: string[] = [];
  mapManifests(manifests, (object) => {
    const name = textAt(object, "metadata", "name");
    if (object.kind === "Namespace" && name !== undefined) names.push(name);
    return object;
  });
  return names;
}

describe("the worlds of the guides, on a real API server", () => {
  let server: ApiServer;

  const clear = async (manifests: string): Promise<void> => {
    const gone = await server.kubectl(["delete", "--wait=false", "--ignore-not-found", "-f", "-"], {
      stdin: manifests,
    });
    expect(gone.code, gone.stderr).toBe(0);
    const target = { url: server.url, caFile: server.caFile, token: server.adminToken };
    for (const name of namespacesOf(manifests)) {
      const body = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name }, spec: {} });
      expect((await apiRequest(target, "PUT", `/api/v1/namespaces/${name}/finalize`, { body })).status).toBe(200);
    }
  };

  beforeAll(async () => {
    server = await startApiServer({ auditLog: false });
    await server.applyCrds("v1.7.0", "standard");
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("there are some", () => {
    expect(pages.flatMap(worldsOf).length).toBeGreaterThan(pages.length);
  });

  for (const world of pages.flatMap(worldsOf)) {
    test(world, async () => {
      const manifests = today(appliable(readManifests(manifestsOf(world))));
      await server.applyManifests(manifests);
      try {
        const kubectl = server.kubectlBinary;
        const live = await runPlugin(["audit", "-o", "json"], { kubectl, kubeconfig: server.adminKubeconfig });
        const flags = ["--closed-world", "-o", "json", "--ignore", [...onlyOfFiles, "referencepolicy"].join(",")];
        const files = await runPlugin(["audit", "-f", world, ...flags], { kubectl, cwd: repositoryRoot });
        expect(live.stderr).toBe("");
        expect(verdicts(live.stdout).size).toBeGreaterThan(1);
        expect(told(live.stdout)).toEqual(told(files.stdout));
        expect(live.code).toBe(files.code);
      } finally {
        await clear(manifests);
      }
    });
  }

  test("a ReferencePolicy is no longer taken", async () => {
    const files = globSync("examples/guides/**/*.yaml", { cwd: repositoryRoot }).map((file) =>
      join(repositoryRoot, file),
    );
    const policies = files.filter((file) => readFileSync(file, "utf8").includes("kind: ReferencePolicy"));
    expect(policies).toHaveLength(1);
    const applied = await server.kubectl(["apply", "--dry-run=server", "-f", policies.join(",")]);
    expect(applied.code).toBe(1);
    expect(applied.stderr).toContain('no matches for kind "ReferencePolicy"');
  });
});
