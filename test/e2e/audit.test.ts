import { globSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { parseJson } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { appliable, essence, findingsOf, readManifests, verdicts } from "./harness/report.ts";

/** The README's example world, in a cluster. */
const world = join(repositoryRoot, "examples", "world");
const worldFiles = globSync("*.yaml", { cwd: world })
  .toSorted()
  .map((name) => join(world, name));

describe("audit of a cluster", () => {
  let server: ApiServer;

  const fromCluster = (...flags: readonly string[]): Promise<ProcessResult> =>
    runPlugin(["audit", ...flags], { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });
  const fromFiles = (...flags: readonly string[]): Promise<ProcessResult> =>
    runPlugin(["audit", "-f", ".", "--closed-world", ...flags], { kubectl: server.kubectlBinary, cwd: world });

  beforeAll(async () => {
    server = await startApiServer();
    await server.applyCrds("v1.7.0", "standard");
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("a cluster without routes has nothing to report, whatever namespaces it has by itself", async () => {
    const namespaces = await server.kubectl(["get", "namespaces", "-o", "name"]);
    expect(namespaces.stdout).toContain("namespace/kube-system");
    const report = await fromCluster("-o", "json", "--fail-on", "info");
    expect(report).toMatchObject({ code: 0, stderr: "" });
    expect(essence(report.stdout)).toMatchObject({ decisions: [], findings: [], grants: [] });
    const text = await fromCluster();
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).not.toBe("");
  });

  test("the example world is what an API server accepts", async () => {
    expect(await server.kubectl(["apply", "--server-side", "-f", world])).toMatchObject({ code: 0, stderr: "" });
  });

  describe("with the example world", () => {
    let json: ProcessResult;
    let filesJson: ProcessResult;

    beforeAll(async () => {
      await server.applyManifests(appliable(readManifests(worldFiles)));
      [json, filesJson] = await Promise.all([fromCluster("-o", "json"), fromFiles("-o", "json")]);
    });

    test("decides as the same files do", () => {
      expect(json).toMatchObject({ code: 1, stderr: "" });
      expect(filesJson).toMatchObject({ code: 1, stderr: "" });
      expect(essence(json.stdout)).toEqual(essence(filesJson.stdout));
    });

    test("decides what the example is there to show", () => {
      expect(Object.fromEntries(verdicts(json.stdout))).toEqual({
        "GRPCRoute grpc-clients/user-service spec.parentRefs[0] → Gateway edge/shared": "permitted",
        "GRPCRoute grpc-clients/user-service spec.rules[0].backendRefs[0] → Service grpc-services/user-grpc":
          "refused RefNotPermitted",
        "Gateway edge/shared spec.listeners[1].tls.certificateRefs[0] → Secret certs/wildcard": "permitted",
        "HTTPRoute batch/reports spec.parentRefs[0] → Gateway edge/shared": "refused NotAllowedByListeners",
        "HTTPRoute batch/reports spec.rules[0].backendRefs[0] → Service batch/reports": "permitted",
        "HTTPRoute frontend/web spec.parentRefs[0] → Gateway edge/shared": "permitted",
        "HTTPRoute frontend/web spec.rules[0].backendRefs[0] → Service frontend/web": "permitted",
        "HTTPRoute frontend/web spec.rules[1].backendRefs[0] → Service backend/api": "permitted",
      });
      expect(findingsOf(json.stdout).toSorted()).toEqual([
        "grant-broad ReferenceGrant certs/edge-certificates",
        "grant-unused ReferenceGrant grpc-services/allow-grpc-routes",
        "listener-open-to-all Gateway edge/shared",
        "not-attached HTTPRoute batch/reports",
        "ref-not-permitted GRPCRoute grpc-clients/user-service",
      ]);
    });

    test("says in the report what it was read from", () => {
      expect(parseJson(json.stdout)).toMatchObject({
        source: "cluster",
        closedWorld: true,
        gaps: [],
        served: expect.arrayContaining([
          { group: "gateway.networking.k8s.io", kind: "ReferenceGrant", version: "v1" },
          { group: "", kind: "Service", version: "v1" },
        ]),
      });
      expect(json.stdout).not.toContain('"line"');
      expect(json.stdout).not.toContain("kube-");
    });

    test("the text is that of the files, but for the places in them", async () => {
      const [cluster, files] = await Promise.all([fromCluster(), fromFiles()]);
      expect(cluster).toMatchObject({ code: 1, stderr: "" });
      const unplaced = files.stdout.replaceAll(/^ +at \S+:\d+:\d+\n/gm, "").replace(/^(Next: .*?) -f .*$/m, "$1");
      expect(unplaced).not.toBe(files.stdout);
      expect(cluster.stdout).toBe(unplaced);
    });

    test("-o wide has the files' rows, but for the places in them", async () => {
      const [cluster, files] = await Promise.all([fromCluster("-o", "wide"), fromFiles("-o", "wide")]);
      expect(cluster).toMatchObject({ code: 1, stderr: "" });
      const rows = (text: string): readonly string[] =>
        text
          .replaceAll(/ +(SOURCE|<none>|\S+\.yaml:\d+:\d+)$/gm, "")
          .split("\n")
          .map((line) => line.trimEnd());
      expect(rows(cluster.stdout).filter((row) => row.startsWith("refused"))).toHaveLength(2);
      expect(rows(cluster.stdout)).toEqual(rows(files.stdout));
    });

    test("-o yaml holds what -o json holds", async () => {
      const yaml = await fromCluster("-o", "yaml");
      expect(yaml).toMatchObject({ code: 1, stderr: "" });
      expect(parse(yaml.stdout)).toEqual(parseJson(json.stdout));
    });

    test("--no-headers leaves out head lines and nothing else", async () => {
      const [plain, bare] = await Promise.all([fromCluster(), fromCluster("--no-headers")]);
      expect(bare).toMatchObject({ code: 1, stderr: "" });
      const left = bare.stdout.split("\n");
      const dropped = plain.stdout.split("\n").filter((line) => !left.includes(line));
      expect(dropped.length).toBeGreaterThan(0);
      for (const line of dropped) expect(line).toMatch(/^(PERMISSIONS|FROM|FINDINGS)/);
      const headless = await fromCluster("-o", "json", "--no-headers");
      expect(headless).toEqual(json);
    });

    test.each(["0", "1", "2"])("--chunk-size %s gives the same report", async (size) => {
      await server.clearAudit();
      expect(await fromCluster("-o", "json", "--chunk-size", size)).toEqual(json);
      const lists = (await server.auditEvents()).filter(({ objectRef }) => objectRef?.resource === "namespaces");
      const pages = lists.map(({ requestURI }) => new URL(requestURI, server.url).searchParams);
      expect(pages.every((query) => query.get("limit") === (size === "0" ? null : size))).toBe(true);
      // Nine or ten namespaces: the world's six and those of the server.
      if (size === "0") expect(pages).toHaveLength(1);
      if (size === "1") expect(pages.length).toBeGreaterThanOrEqual(9);
      expect(pages.slice(1).every((query) => query.has("continue"))).toBe(true);
    });

    test.each(["frontend", "backend", "edge", "certs", "grpc-services", "kube-system", "nowhere"])(
      "-n %s shows what the files show",
      async (namespace) => {
        const flags = ["-o", "json", "-n", namespace];
        const [cluster, files] = await Promise.all([fromCluster(...flags), fromFiles(...flags)]);
        expect(cluster.code).toBe(files.code);
        expect(essence(cluster.stdout)).toEqual(essence(files.stdout));
        const all = verdicts(json.stdout);
        for (const [reference, verdict] of verdicts(cluster.stdout)) expect(all.get(reference)).toBe(verdict);
      },
    );

    test("-A overrides -n", async () => {
      expect(await fromCluster("-o", "json", "-n", "frontend", "-A")).toEqual(json);
    });

    test("-l picks by the labels that objects have in the cluster", async () => {
      await server.kubectl(["label", "httproute", "-n", "frontend", "web", "team=a"]);
      await server.kubectl(["label", "grpcroute", "-n", "grpc-clients", "user-service", "team=b"]);
      const picked = await fromCluster("-o", "json", "-l", "team=a");
      expect(picked).toMatchObject({ code: 0, stderr: "" });
      const web = [...verdicts(json.stdout)].filter(([reference]) => reference.startsWith("HTTPRoute frontend/web "));
      expect(web).toHaveLength(3);
      expect([...verdicts(picked.stdout)]).toEqual(web);
      const others = await fromCluster("-o", "json", "-l", "team in (b,c),!tier");
      expect(others.code).toBe(1);
      expect([...verdicts(others.stdout).keys()].every((reference) => reference.startsWith("GRPCRoute "))).toBe(true);
      expect(verdicts(others.stdout).size).toBe(2);
    });

    test("--fail-on sets what fails, and changes nothing else", async () => {
      expect(await fromCluster("-o", "json", "--fail-on", "never")).toEqual({ ...json, code: 0 });
      const calm = ["--fail-on", "warning", "-o", "json", "-n", "certs"];
      expect((await fromCluster(...calm)).code).toBe(1);
      expect((await fromCluster(...calm.slice(2))).code).toBe(0);
    });

    test("a report is the same each time", async () => {
      expect(await fromCluster("-o", "json")).toEqual(json);
    });
  });
});
