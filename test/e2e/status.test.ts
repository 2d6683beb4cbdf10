import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { itemsAt, parseJson, textAt, valueAt } from "./harness/json.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { essence } from "./harness/report.ts";

/** Verdicts beside what controllers write in status, with the generations that a real API server counts. */

const group = "gateway.networking.k8s.io";
const controller = "example.com/controller";

const world = `
apiVersion: v1
kind: Namespace
metadata: { name: infra }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Namespace
metadata: { name: backend }
---
apiVersion: v1
kind: Secret
metadata: { name: wildcard, namespace: backend }
type: kubernetes.io/tls
data: { tls.crt: "", tls.key: "" }
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: backend }
spec: { selector: { app: api }, ports: [{ port: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: vault, namespace: backend }
spec: { selector: { app: vault }, ports: [{ port: 8080 }] }
---
apiVersion: ${group}/v1
kind: ReferenceGrant
metadata: { name: from-shop, namespace: backend }
spec:
  from: [{ group: ${group}, kind: HTTPRoute, namespace: shop }]
  to: [{ group: "", kind: Service, name: api }]
---
apiVersion: ${group}/v1
kind: GatewayClass
metadata: { name: example }
spec: { controllerName: ${controller} }
---
apiVersion: ${group}/v1
kind: Gateway
metadata: { name: shared, namespace: infra }
spec:
  gatewayClassName: example
  listeners:
  - name: http
    protocol: HTTP
    port: 80
    allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { kubernetes.io/metadata.name: shop } } } }
  - name: https
    protocol: HTTPS
    port: 443
    tls: { certificateRefs: [{ name: wildcard, namespace: backend }] }
---
apiVersion: ${group}/v1
kind: HTTPRoute
metadata: { name: granted, namespace: shop }
spec:
  parentRefs: [{ name: shared, namespace: infra, sectionName: http }]
  rules: [{ backendRefs: [{ name: api, namespace: backend, port: 8080 }] }]
---
apiVersion: ${group}/v1
kind: HTTPRoute
metadata: { name: ungranted, namespace: shop }
spec:
  parentRefs: [{ name: shared, namespace: infra, sectionName: https }]
  rules: [{ backendRefs: [{ name: vault, namespace: backend, port: 8080 }] }]
`;

const condition = (type: string, status: "True" | "False", reason: string, observedGeneration: number) => ({
  type,
  status,
  reason,
  observedGeneration,
  message: "",
  lastTransitionTime: "2026-01-01T00:00:00Z",
});

type Condition = ReturnType<typeof condition>;

const ofRoute = (name: string, sectionName: string, conditions: readonly Condition[]): object => ({
  apiVersion: `${group}/v1`,
  kind: "HTTPRoute",
  metadata: { name, namespace: "shop" },
  status: {
    parents: [
      { controllerName: controller, parentRef: { name: "shared", namespace: "infra", sectionName }, conditions },
    ],
  },
});

const ofGateway = (conditions: readonly Condition[]): object => ({
  apiVersion: `${group}/v1`,
  kind: "Gateway",
  metadata: { name: "shared", namespace: "infra" },
  status: { listeners: [{ name: "https", attachedRoutes: 0, supportedKinds: [], conditions }] },
});

/** A controller that has it all wrong, as of a generation. */
const wrong = (generation: number): readonly object[] => [
  ofRoute("granted", "http", [
    condition("Accepted", "False", "NotAllowedByListeners", generation),
    condition("ResolvedRefs", "False", "RefNotPermitted", generation),
  ]),
  ofRoute("ungranted", "https", [
    condition("Accepted", "True", "Accepted", generation),
    condition("ResolvedRefs", "True", "ResolvedRefs", generation),
  ]),
  ofGateway([condition("ResolvedRefs", "True", "ResolvedRefs", generation)]),
];

/** One that says what the specification says. */
const right = (generation: number): readonly object[] => [
  ofRoute("granted", "http", [
    condition("Accepted", "True", "Accepted", generation),
    condition("ResolvedRefs", "True", "ResolvedRefs", generation),
  ]),
  ofRoute("ungranted", "https", [
    condition("Accepted", "False", "NotAllowedByListeners", generation),
    condition("ResolvedRefs", "False", "RefNotPermitted", generation),
  ]),
  ofGateway([condition("ResolvedRefs", "False", "RefNotPermitted", generation)]),
];

describe("what controllers say", () => {
  let server: ApiServer;

  const audit = (): Promise<ProcessResult> =>
    runPlugin(["audit", "-o", "json"], { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });

  const write = (objects: readonly object[]): Promise<void> =>
    server.applyStatus(objects.map((object) => stringify(object)).join("---\n"));

  /** The findings on status: severity, code, object, and the condition that was written. */
  const told = (result: ProcessResult): readonly string[] =>
    itemsAt(parseJson(result.stdout), "findings")
      .filter((finding) => valueAt(finding, "status") !== null)
      .map((finding) => {
        const words = [textAt(finding, "severity"), textAt(finding, "code"), textAt(finding, "subject", "name")];
        return `${words.join(" ")} ${textAt(finding, "status", "type")} ${textAt(finding, "status", "freshness")}`;
      })
      .toSorted();

  const generations = async (): Promise<readonly string[]> => {
    const kinds = "gateways,httproutes";
    const listed = await server.kubectl(["get", kinds, "-A", "-o", "jsonpath={.items[*].metadata.generation}"]);
    return listed.stdout.split(" ");
  };

  beforeAll(async () => {
    server = await startApiServer({ auditLog: false });
    await server.applyCrds("v1.7.0", "standard");
    await server.applyManifests(world);
  });

  afterAll(async () => {
    await server?.stop();
  });

  // The CRDs give every new object conditions of their own, with the reason Pending.
  test("is nothing, as long as no controller has spoken", async () => {
    expect(told(await audit())).toEqual([]);
  });

  test("of the object as it stands contradicts the verdicts: each is an error", async () => {
    expect(await generations()).toEqual(["1", "1", "1"]);
    await write(wrong(1));
    expect(told(await audit())).toEqual([
      "error controller-permits-refused shared ResolvedRefs fresh",
      "error controller-permits-refused ungranted Accepted fresh",
      "error controller-permits-refused ungranted ResolvedRefs fresh",
      "error controller-refuses-permitted granted Accepted fresh",
      "error controller-refuses-permitted granted ResolvedRefs fresh",
    ]);
  });

  test("is the same in what kubectl reads back", async () => {
    const kinds = `namespaces,services,secrets,crds,gatewayclasses,gateways,httproutes,referencegrants`;
    const dump = await server.kubectl(["get", kinds, "-A", "-o", "yaml"]);
    const files = await runPlugin(["audit", "-f", "-", "--closed-world", "-o", "json"], {
      kubectl: server.kubectlBinary,
      stdin: dump.stdout,
    });
    expect(told(files)).toHaveLength(5);
    expect(essence((await audit()).stdout)).toEqual(essence(files.stdout));
  });

  test("of the object as it was before its last change weighs less: each is a warning", async () => {
    const patch = (kind: string, name: string, namespace: string, spec: object) =>
      server.kubectl(["patch", kind, name, "-n", namespace, "--type=merge", "-p", JSON.stringify({ spec })]);
    const patched = await Promise.all([
      patch("httproute", "granted", "shop", { hostnames: ["granted.example.com"] }),
      patch("httproute", "ungranted", "shop", { hostnames: ["ungranted.example.com"] }),
      patch("gateway", "shared", "infra", { infrastructure: { labels: { tier: "edge" } } }),
    ]);
    expect(patched.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await generations()).toEqual(["2", "2", "2"]);
    expect(told(await audit())).toEqual([
      "warning controller-permits-refused shared ResolvedRefs stale",
      "warning controller-permits-refused ungranted Accepted stale",
      "warning controller-permits-refused ungranted ResolvedRefs stale",
      "warning controller-refuses-permitted granted Accepted stale",
      "warning controller-refuses-permitted granted ResolvedRefs stale",
    ]);
  });

  test("of an object as it was, in agreement with the verdicts: it may still change", async () => {
    await write(right(1));
    expect(told(await audit())).toEqual([
      "info status-stale granted Accepted stale",
      "info status-stale shared ResolvedRefs stale",
      "info status-stale ungranted Accepted stale",
    ]);
  });

  test("in agreement and up to date, is nothing to report", async () => {
    await write(right(2));
    expect(told(await audit())).toEqual([]);
  });
});
