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

const group = "gateway.networking.k8s.io";
const ofGatewayApi = [
  "backendtlspolicies",
  "gatewayclasses",
  "gateways",
  "grpcroutes",
  "httproutes",
  "listenersets",
  "referencegrants",
  "tcproutes",
  "tlsroutes",
  "udproutes",
];
const ofKubernetes = ["configmaps", "namespaces", "persistentvolumeclaims", "secrets", "services"];

const listPaths = [
  ...ofKubernetes.map((plural) => `/api/v1/${plural}`),
  ...ofGatewayApi.map((plural) => `/apis/${group}/v1/${plural}`),
];
const definitionPaths = ofGatewayApi.map(
  (plural) => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`,
);

/** All that an audit may ask for of v1.7.0: discovery, one list of each kind, and what defines the Gateway API's. */
const expectedPaths = ["/apis", ...listPaths, ...definitionPaths].toSorted();

/** What the server answers with where only names and labels are wanted. */
const metadataOnly = ["configmaps", "namespaces", "secrets"];

const pathOf = ({ requestURI }: AuditEvent): string => requestURI.replace(/\?.*$/, "");

describe("what the plugin asks of an API server", () => {
  let server: ApiServer;

  const plugin = (args: readonly string[]): Promise<ProcessResult> =>
    runPlugin(args, { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });

  beforeAll(async () => {
    server = await startApiServer({ auditBodies: true });
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
  ])("%s: discovery, one list for each kind and one look at its definition, no more", async (line) => {
    await server.clearAudit();
    const report = await plugin(line.split(" "));
    expect([0, 1]).toContain(report.code);
    const events = await server.auditEvents();
    expect(events.map(pathOf).toSorted()).toEqual(expectedPaths);
    for (const event of events) {
      expect(event.code).toBe(200);
      expect(event.objectRef?.subresource ?? "").toBe("");
      const lists = listPaths.includes(pathOf(event));
      expect(event).toMatchObject({
        verb: lists ? "list" : "get",
        requestURI: `${pathOf(event)}${lists ? "?limit=10000" : ""}`,
      });
      expect(event.userAgent).toBe(`kubectl-refgrant/${manifest.version}`);
    }
  });

  test("with small pages only more of the same lists", async () => {
    await server.clearAudit();
    await plugin(["audit", "--chunk-size", "2"]);
    const events = await server.auditEvents();
    expect([...new Set(events.map(pathOf))].toSorted()).toEqual(expectedPaths);
    for (const event of events) expect(event.verb).toBe(listPaths.includes(pathOf(event)) ? "list" : "get");
    expect(events.length).toBeLessThan(80);
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

  test("of Secrets, ConfigMaps and Namespaces it takes metadata; of Services the whole, for their selectors", async () => {
    await server.clearAudit();
    await plugin(["audit", "-o", "json"]);
    const answers = (await server.auditEvents()).flatMap(({ objectRef, response }) =>
      objectRef?.group === "" ? [[objectRef.resource, textAt(response, "kind")] as const] : [],
    );
    expect(answers.map(([resource]) => resource).toSorted()).toEqual(ofKubernetes);
    for (const [resource, kind] of answers) {
      if (metadataOnly.includes(resource)) expect([resource, kind]).toEqual([resource, "PartialObjectMetadataList"]);
      else
        expect([resource, kind]).toEqual([
          resource,
          resource === "services" ? "ServiceList" : "PersistentVolumeClaimList",
        ]);
    }
  });

  test.each([
    ["version"],
    ["version --client -o json"],
    ["help"],
    ["--help"],
    ["catalogue"],
    ["catalogue -o json"],
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
      const kinds = [...ofGatewayApi, ...ofKubernetes, "crds"].join(",");
      const all = await server.kubectl(["get", kinds, "-A", "-o", "json"]);
      expect(all.code).toBe(0);
      return all.stdout;
    };
    const before = await state();
    await plugin(["audit"]);
    expect(await state()).toBe(before);
  });
});
