import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { itemsAt, parseJson, textAt } from "./harness/json.ts";
import { conformanceModule, crdFiles } from "./harness/modules.ts";
import { runPlugin } from "./harness/plugin.ts";

const world = `
apiVersion: v1
kind: Namespace
metadata:
  name: backend
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata:
  namespace: backend
  name: from-web
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web }]
  to: [{ group: "", kind: Service }]
`;

const reader = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: grant-reader }
rules: [{ apiGroups: [gateway.networking.k8s.io], resources: [referencegrants], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: grant-readers }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: grant-reader }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: readers }]
`;

describe("the end-to-end harness", () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await startApiServer({
      users: [
        { name: "nobody", token: "nobody-token" },
        { name: "rita", token: "rita-token", groups: ["readers", "staff"] },
      ],
    });
    await server.applyCrds("v1.7.0", "standard");
    await server.applyManifests(world);
    await server.applyManifests(reader);
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("kubectl reads back what was applied", async () => {
    const result = await server.kubectl(["get", "referencegrants.v1.gateway.networking.k8s.io", "-A", "-o", "json"]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(itemsAt(parseJson(result.stdout), "items").map((grant) => textAt(grant, "metadata", "name"))).toEqual([
      "from-web",
    ]);
  });

  test("the audit log tells who asked for what", async () => {
    await server.clearAudit();
    const kubeconfig = server.kubeconfigFor("rita");
    expect((await server.kubectl(["get", "referencegrants", "-n", "backend"], { kubeconfig })).code).toBe(0);
    const events = await server.auditEvents();
    expect(events.find((event) => event.objectRef?.resource === "referencegrants")).toMatchObject({
      verb: "list",
      user: "rita",
      impersonated: null,
      userAgent: expect.stringMatching(/^kubectl\//),
      code: 200,
      requestURI: "/apis/gateway.networking.k8s.io/v1/namespaces/backend/referencegrants?limit=500",
      objectRef: { group: "gateway.networking.k8s.io", version: "v1", namespace: "backend", name: "" },
    });
    await server.clearAudit();
    expect(await server.auditEvents()).toEqual([]);
  });

  test("RBAC denies a user without a role, and the denial is in the audit log", async () => {
    await server.clearAudit();
    const kubeconfig = server.kubeconfigFor("nobody");
    const result = await server.kubectl(["get", "referencegrants", "-A"], { kubeconfig });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('User "nobody" cannot list resource "referencegrants"');
    const denied = (await server.auditEvents()).filter((event) => event.code === 403);
    expect(denied).toMatchObject([{ user: "nobody", objectRef: { resource: "referencegrants", namespace: "" } }]);
  });

  test("an admin can act as another user, and the audit log names both", async () => {
    await server.clearAudit();
    expect((await server.kubectl(["get", "services", "-A", "--as=nobody"])).code).toBe(1);
    const denied = (await server.auditEvents()).find((event) => event.code === 403);
    expect(denied).toMatchObject({ user: "refgrant-admin", impersonated: "nobody" });
  });

  test("status is written through its subresource", async () => {
    const gatewayClass = (tail: string): string =>
      `{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: c}, ${tail}}`;
    await server.applyManifests(gatewayClass("spec: {controllerName: example.com/c}"));
    const condition =
      "{type: Accepted, status: 'True', reason: Accepted, message: '', lastTransitionTime: '2026-01-01T00:00:00Z'}";
    await server.applyStatus(gatewayClass(`status: {conditions: [${condition}]}`));
    const result = await server.kubectl(["get", "gatewayclass", "c", "-o", "jsonpath={.status.conditions[*].reason}"]);
    expect(result.stdout).toBe("Accepted");
  });

  test("what the server refuses is an error with its words", async () => {
    await expect(
      server.applyManifests("{apiVersion: v1, kind: Namespace, metadata: {name: Bad_Name}}"),
    ).rejects.toThrow(/Invalid value: "Bad_Name"/);
  });

  test("kubectl dispatches to a plugin, with its streams, its kubeconfig and its exit code", async () => {
    const folder = join(server.folder, "plugins");
    mkdirSync(folder);
    const plugin = join(folder, "kubectl-refgrant");
    writeFileSync(plugin, '#!/bin/sh\necho "args: $*"; echo "config: $KUBECONFIG" >&2; cat; exit 4\n');
    chmodSync(plugin, 0o755);
    const kubeconfig = server.kubeconfigFor("rita", "backend");
    const result = await runPlugin(["audit", "-A"], {
      kubectl: server.kubectlBinary,
      kubeconfig,
      folder,
      stdin: "in\n",
    });
    expect(result).toEqual({ stdout: "args: audit -A\nin\n", stderr: `config: ${kubeconfig}\n`, code: 4 });
  });

  test("the upstream modules hold the manifests", () => {
    expect(crdFiles("v1.7.0", "standard").map((file) => file.replace(/.*_/, ""))).toEqual([
      "backendtlspolicies.yaml",
      "gatewayclasses.yaml",
      "gateways.yaml",
      "grpcroutes.yaml",
      "httproutes.yaml",
      "listenersets.yaml",
      "referencegrants.yaml",
      "tcproutes.yaml",
      "tlsroutes.yaml",
      "udproutes.yaml",
    ]);
    expect(crdFiles("v1.0.0", "experimental")).toHaveLength(9);
    expect(conformanceModule("v1.7.0")).toMatch(/conformance@v1\.7\.0$/);
  });
});
