import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { type ApiServer, type AuditEvent, startApiServer } from "./harness/api-server.ts";
import { itemsAt, textAt, valueAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { readManifests } from "./harness/report.ts";

const worldFile = join(repositoryRoot, "test", "e2e", "worlds", "all-kinds.yaml");
const worldFiles = [worldFile];
/** Would be recognised anywhere, plain or in base64. */
const treasure = "ReadMeAndTheAuditLogShowsIt";
const treasureBase64 = Buffer.from(treasure).toString("base64");

const secret = `
apiVersion: v1
kind: Secret
metadata: { name: treasure, namespace: certs }
data: { key: ${treasureBase64} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: certs }
data: { note: hello }
`;

/** All that an audit may ask for, in the versions that v1.7.0 serves: discovery, and one list for each kind. */
const expectedPaths = [
  "/apis",
  ...["configmaps", "namespaces", "secrets", "services"].map((plural) => `/api/v1/${plural}`),
  ...[
    "gateways",
    "grpcroutes",
    "httproutes",
    "listenersets",
    "referencegrants",
    "tcproutes",
    "tlsroutes",
    "udproutes",
  ].map((plural) => `/apis/gateway.networking.k8s.io/v1/${plural}`),
].toSorted();

const pathOf = ({ requestURI }: AuditEvent): string => requestURI.replace(/\?.*$/, "");

describe("what the plugin asks of an API server", () => {
  let server: ApiServer;

  const plugin = (args: readonly string[]): Promise<ProcessResult> =>
    runPlugin(args, { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });

  beforeAll(async () => {
    server = await startApiServer({ auditSecretBodies: true });
    await server.applyCrds("v1.7.0", "standard");
    await server.applyManifests(readManifests(worldFiles));
    await server.applyManifests(secret);
  });

  afterAll(async () => {
    await server?.stop();
  });

  test.each([
    ["audit"],
    ["audit -o wide"],
    ["audit -o json"],
    ["audit -o yaml"],
    ["audit -A"],
    ["audit -n shop"],
    ["audit -l team=a"],
    ["audit --fail-on never --allow-unknown"],
    ["audit --as refgrant-admin --as-group system:masters"],
  ])("%s: discovery and one list for each kind, no more", async (line) => {
    await server.clearAudit();
    const report = await plugin(line.split(" "));
    expect([0, 1]).toContain(report.code);
    const events = await server.auditEvents();
    expect(events.map(pathOf).toSorted()).toEqual(expectedPaths);
    for (const event of events) {
      expect(["get", "list"]).toContain(event.verb);
      expect(event.code).toBe(200);
      expect(event.objectRef?.subresource ?? "").toBe("");
      expect(event.requestURI).toMatch(/^\/apis$|\?limit=500$/);
      expect(event.userAgent).toBe(`kubectl-refgrant/${manifest.version}`);
    }
  });

  test("with small pages only more of the same lists", async () => {
    await server.clearAudit();
    await plugin(["audit", "--chunk-size", "2"]);
    const events = await server.auditEvents();
    expect([...new Set(events.map(pathOf))].toSorted()).toEqual(expectedPaths);
    expect(events.every(({ verb, objectRef }) => verb === (objectRef === null ? "get" : "list"))).toBe(true);
    expect(events.length).toBeLessThan(60);
  });

  test("the audit log would show it if Secret data were sent", async () => {
    await server.clearAudit();
    await server.kubectl(["get", "secrets", "-n", "certs", "-o", "json"]);
    const bodies = (await server.auditEvents()).filter(({ objectRef }) => objectRef?.resource === "secrets");
    expect(bodies.map(({ response }) => textAt(response, "kind"))).toEqual(["SecretList"]);
    expect(JSON.stringify(bodies)).toContain(treasureBase64);
  });

  test.each([["audit -o json"], ["audit -n certs"], ["audit --chunk-size 1"]])(
    "%s: of Secrets the server sends metadata only",
    async (line) => {
      await server.clearAudit();
      const report = await plugin(line.split(" "));
      const events = await server.auditEvents();
      const answers = events.filter(({ objectRef }) => objectRef?.resource === "secrets");
      expect(answers.length).toBeGreaterThan(0);
      const names: (string | undefined)[] = [];
      for (const { response } of answers) {
        expect(response).toMatchObject({ kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" });
        for (const item of itemsAt(response, "items")) {
          expect(valueAt(item, "data")).toBeUndefined();
          names.push(textAt(item, "metadata", "name"));
        }
      }
      expect(names.toSorted()).toEqual(["shop", "treasure", "wildcard"]);
      for (const text of [JSON.stringify(events), report.stdout, report.stderr]) {
        expect(text).not.toContain(treasureBase64);
        expect(text).not.toContain(treasure);
      }
    },
  );

  test.each([
    ["version"],
    ["version --client -o json"],
    ["help"],
    ["--help"],
    ["audit --help"],
    ["audit --no-such-flag"],
    ["no-such-command"],
    [`audit -f ${worldFile}`],
    [`audit -f ${worldFile} --closed-world -n shop -o json`],
  ])("%s: asks the server for nothing", async (line) => {
    await server.clearAudit();
    const result = await plugin(line.split(" "));
    expect(result.stdout + result.stderr).not.toBe("");
    expect(await server.auditEvents()).toEqual([]);
  });

  test("the cluster is afterwards as it was before", async () => {
    const state = async (): Promise<string> => {
      const kinds = "namespaces,gateways,httproutes,referencegrants,secrets,services,configmaps";
      const all = await server.kubectl(["get", kinds, "-A", "-o", "json"]);
      expect(all.code).toBe(0);
      return all.stdout;
    };
    const before = await state();
    await plugin(["audit"]);
    expect(await state()).toBe(before);
  });
});
