import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { loadWorld } from "../bench/load.ts";
import type { WorldObject } from "../bench/world.ts";
import { type ApiServer, type AuditEvent, startApiServer } from "./harness/api-server.ts";
import { itemsAt, parseJson, textAt, valueAt } from "./harness/json.ts";
import { pluginFolder, repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import { cleanEnv, type ProcessResult } from "./harness/processes.ts";
import { readManifests, referenceOf } from "./harness/report.ts";

const worldFile = join(repositoryRoot, "test", "e2e", "worlds", "one-object.yaml");
const treasure = "ReadMeAndTheAuditLogShowsIt";
const treasureBase64 = Buffer.from(treasure).toString("base64");

const group = "gateway.networking.k8s.io";
const api = `/apis/${group}/v1`;
const grantsIn = (namespace: string): string => `${api}/namespaces/${namespace}/referencegrants?limit=10000`;
const slicesOf = (namespace: string, service: string): string =>
  `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${service}&limit=10000`;
const policiesIn = (namespace: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies?limit=10000`;

/** All that the answer about HTTPRoute shop/web depends on. */
const aboutRoute = [
  "/apis",
  `${api}/namespaces/shop/httproutes/web`,
  // Who lets it in, and by what.
  `${api}/namespaces/infra/gateways/shared`,
  "/api/v1/namespaces/shop",
  // Whom it refers to, and who permits it; the grants of its own and its parent's namespace, which may stand there by mistake.
  grantsIn("backend"),
  grantsIn("vault"),
  grantsIn("shop"),
  grantsIn("infra"),
  "/api/v1/namespaces/shop/services/cart",
  "/api/v1/namespaces/backend/services/api",
  "/api/v1/namespaces/vault/services/audit",
  // What may keep traffic from what it may reach.
  slicesOf("shop", "cart"),
  slicesOf("backend", "api"),
  policiesIn("shop"),
  policiesIn("backend"),
  "/api/v1/namespaces/backend/pods?labelSelector=app%3Dapi&limit=10000",
  `${api}/gatewayclasses/example`,
  // Whether anything uses the entry that would be changed, which is for GRPCRoutes of its namespace.
  `${api}/namespaces/shop/grpcroutes?limit=500`,
].toSorted();

/** Many more routes beside the one, which refer to what it refers to. */
function* crowd(count: number): Generator<WorldObject> {
  for (let index = 0; index < count; index += 1) {
    yield {
      apiVersion: `${group}/v1`,
      kind: "HTTPRoute",
      metadata: { name: `crowd-${index}`, namespace: "shop" },
      spec: {
        parentRefs: [{ name: "shared", namespace: "infra" }],
        rules: [{ backendRefs: [{ name: "api", namespace: "backend", port: 8080 }] }],
      },
    };
  }
}

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: backend }
spec:
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec:
      containers:
      - { name: api, image: example.com/api }
`;

describe("why-denied on a cluster", () => {
  let server: ApiServer;

  const plugin = (args: readonly string[]): Promise<ProcessResult> =>
    runPlugin(args, { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });
  const why = (line: string): Promise<ProcessResult> => plugin(["why-denied", ...line.split(" ")]);

  /** What one run asks of the server. */
  const asked = async (line: string): Promise<readonly AuditEvent[]> => {
    await server.clearAudit();
    await why(line);
    return server.auditEvents();
  };
  const paths = (events: readonly AuditEvent[]): readonly string[] =>
    events.map(({ requestURI }) => requestURI).toSorted();

  beforeAll(async () => {
    server = await startApiServer({ auditBodies: true });
    await server.applyCrds("v1.7.0", "standard");
    await server.applyManifests(readManifests([worldFile]));
    await server.applyManifests(deployment);
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("it tells the verdicts, and what may keep traffic away", async () => {
    const { code, stdout, stderr } = await why("httproute/web -n shop -o json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const [object, ...others] = itemsAt(parseJson(stdout), "objects");
    expect(others).toEqual([]);
    const verdicts = itemsAt(object, "decisions").map(
      (decision) => `${referenceOf(decision)}: ${textAt(decision, "verdict")}`,
    );
    expect(verdicts).toEqual([
      "HTTPRoute shop/web spec.parentRefs[0] → Gateway infra/shared: permitted",
      "HTTPRoute shop/web spec.rules[0].backendRefs[0] → Service shop/cart: permitted",
      "HTTPRoute shop/web spec.rules[0].backendRefs[1] → Service backend/api: permitted",
      "HTTPRoute shop/web spec.rules[0].backendRefs[2] → Service vault/audit: refused",
    ]);
    const text = await why("httproute/web -n shop");
    for (const hint of ["Service backend/api is not ready", "NetworkPolicy nobody"])
      expect(text.stdout).toContain(hint);
  });

  describe("asks for", () => {
    test.each(["-o json", "-o yaml", "-o json -v", "--chunk-size 10000"])(
      "what the answer depends on, once, and nothing else: %s",
      async (flags) => {
        const events = await asked(`httproute/web -n shop ${flags}`);
        expect(paths(events)).toEqual(aboutRoute);
        for (const event of events) {
          expect(event).toMatchObject({
            code: 200,
            verb: event.requestURI.includes("limit=") ? "list" : "get",
            userAgent: `kubectl-refgrant/${manifest.version}`,
          });
          expect(event.objectRef?.subresource ?? "").toBe("");
        }
      },
    );

    test("metadata of Secrets only", async () => {
      await server.clearAudit();
      const { stdout, stderr, code } = await why("gateway/shared -n infra -o json");
      expect(code).toBe(0);
      const events = await server.auditEvents();
      const secrets = events.filter(({ objectRef }) => objectRef?.resource === "secrets");
      expect(secrets.map(({ requestURI }) => requestURI)).toEqual(["/api/v1/namespaces/vault/secrets/wildcard"]);
      for (const { response } of secrets) {
        expect(response).toMatchObject({ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1" });
        expect(valueAt(response, "data")).toBeUndefined();
      }
      for (const text of [JSON.stringify(events), stdout, stderr]) {
        expect(text).not.toContain(treasureBase64);
        expect(text).not.toContain(treasure);
      }
    });

    test.each(["secret/wildcard -n vault", "secrets -n vault", "secret/wildcrad -n vault", "secret/wildcard -A"])(
      "metadata only where the Secret itself is named: %s",
      async (line) => {
        const events = await asked(line);
        const answers = events.filter(({ objectRef, code }) => objectRef?.resource === "secrets" && code !== 404);
        expect(answers.length).toBeGreaterThan(0);
        for (const { response } of answers) expect(textAt(response, "kind")).toMatch(/^PartialObjectMetadata(List)?$/);
        expect(JSON.stringify(events)).not.toContain(treasureBase64);
      },
    );

    test("of Pods, for their labels, metadata only", async () => {
      const events = await asked("httproute/web -n shop");
      const pods = events.filter(({ objectRef }) => objectRef?.resource === "pods");
      expect(pods.map(({ response }) => textAt(response, "kind"))).toEqual(["PartialObjectMetadataList"]);
    });

    test("nothing else where there is no such object than what may have been meant", async () => {
      expect(paths(await asked("httproute/wep -n shop"))).toEqual(
        [
          "/apis",
          `${api}/namespaces/shop/httproutes/wep`,
          `${api}/namespaces/shop/httproutes?limit=500`,
          `${api}/httproutes?fieldSelector=metadata.name%3Dwep&limit=10000`,
          "/api/v1/namespaces/shop",
        ].toSorted(),
      );
    });
  });

  describe("finds what is named as kubectl names it", () => {
    test.each([
      "httproute web -n shop",
      "httproutes/web -n shop",
      "HTTPRoute/web --namespace=shop",
      `httproute.${group}/web -n shop`,
      `httproutes.v1.${group}/web -n shop`,
      "httproute.gateway/web -n shop",
      "route/web -n shop",
      "routes web -n shop",
    ])("%s", async (line) => {
      expect(await why(line)).toEqual(await why("httproute/web -n shop"));
    });

    test("short names", async () => {
      expect(await why("gtw/shared -n infra")).toEqual(await why("gateway/shared -n infra"));
    });

    test("a name that two kinds have is asked back for, and the group's own word tells them apart", async () => {
      const both = await why("route/web -n lab");
      expect(both).toMatchObject({ code: 3, stdout: "" });
      for (const choice of ["grpcroute/web -n lab", "httproute/web -n lab"]) expect(both.stderr).toContain(choice);
      expect(await why("route/secure -n lab")).toEqual(await why("tlsroute/secure -n lab"));
    });

    test.each(["deployment/api", "deploy/api", "deployments.v1.apps/api", "pod/api-0", "po/api-0"])(
      "%s, which refers to nothing",
      async (word) => {
        const { code, stdout } = await why(`${word} -n backend`);
        expect(code).toBe(0);
        expect(stdout).toMatch(/^(Deployment|Pod)\S* backend\/api\S*: it refers to nothing/);
      },
    );

    test("kinds of the core, which the server tells of by themselves, are looked up only where the word is no other's", async () => {
      expect(paths(await asked("deployment.apps/api -n backend"))).not.toContain("/api");
      expect(paths(await asked("rc/api -n backend"))).toContain("/api");
    });

    test("and says what it did not find", async () => {
      const type = await why("htproute/web -n shop");
      expect(type).toMatchObject({ code: 2, stdout: "" });
      expect(type.stderr).toContain("httproute");
      const name = await why("httproute/wep -n shop");
      expect(name).toMatchObject({ code: 3, stdout: "" });
      expect(name.stderr).toContain("HTTPRoute shop/web");
      const namespace = await why("httproute/web -n shpo");
      expect(namespace).toMatchObject({ code: 3, stdout: "" });
      expect(namespace.stderr).toContain("did you mean shop?");
    });
  });

  describe("when it is interrupted", () => {
    const open: Server[] = [];

    afterAll(() => {
      for (const one of open) {
        one.closeAllConnections();
        one.close();
      }
    });

    const verbs = ["get", "list"];
    const apis = {
      kind: "APIGroupDiscoveryList",
      items: [
        {
          metadata: { name: group },
          versions: [
            {
              version: "v1",
              freshness: "Current",
              resources: [{ resource: "httproutes", responseKind: { kind: "HTTPRoute" }, scope: "Namespaced", verbs }],
            },
          ],
        },
      ],
    };

    test.each(["/apis", `${api}/namespaces/shop/httproutes/web`])(
      "while the server hangs at %s, it ends at once, and quietly",
      async (silent) => {
        const waits = Promise.withResolvers<void>();
        const answer: RequestListener = (request, response) => {
          if (request.url === silent) return waits.resolve();
          response.writeHead(200, { "Content-Type": "application/json" });
          return response.end(JSON.stringify(apis));
        };
        const hanging = createServer(answer);
        open.push(hanging);
        await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
        const address = hanging.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        const kubeconfig = join(server.folder, `hanging-${open.length}`);
        writeFileSync(
          kubeconfig,
          stringify({
            clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }],
            contexts: [{ name: "c", context: { cluster: "c" } }],
            "current-context": "c",
          }),
        );
        const env = cleanEnv({ KUBECONFIG: kubeconfig });
        const child = spawn(server.kubectlBinary, ["refgrant", "why-denied", "httproute", "web", "-n", "shop"], {
          env: { ...env, PATH: [pluginFolder, env.PATH].join(delimiter) },
          stdio: ["ignore", "pipe", "pipe"],
        });
        let told = "";
        for (const stream of [child.stdout, child.stderr]) {
          stream.on("data", (chunk: Buffer) => {
            told += chunk.toString("utf8");
          });
        }
        const closed = once(child, "close");
        await waits.promise;
        // The object is asked for together with what the server has: that answer is to have come, so that all waits for this one.
        await sleep(300);
        const started = performance.now();
        child.kill("SIGINT");
        expect(await closed).toEqual([130, null]);
        expect(performance.now() - started).toBeLessThan(3000);
        expect(told).toBe("error: interrupted\n");
      },
    );
  });

  // Last, since it fills the cluster.
  test("it asks for the same with 10 routes in the cluster and with 1,000, in the same namespace", async () => {
    const target = { url: server.url, caFile: server.caFile, token: server.adminToken };
    const counted = async (): Promise<number> => {
      const all = await server.kubectl(["get", "httproutes", "-A", "-o", "name"]);
      return all.stdout.trim().split("\n").length;
    };
    const seen: (readonly [number, readonly string[]])[] = [];
    const crowdOf = [...crowd(998)];
    for (const objects of [crowdOf.slice(0, 8), crowdOf.slice(8)]) {
      await loadWorld(target, objects);
      seen.push([await counted(), paths(await asked("httproute/web -n shop"))]);
    }
    expect(seen).toEqual([
      [10, aboutRoute],
      [1000, aboutRoute],
    ]);
  });
});
