import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { isRecord, parseJson, textAt, valueAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import {
  appliable,
  essence,
  findingsOf,
  mapManifests,
  onlyOfFiles,
  readManifests,
  verdicts,
} from "./harness/report.ts";
import { apiRequest } from "./harness/request.ts";

/** The guides in whose words users meet ReferenceGrants, each followed on a real API server: the good end, then each failure. */

interface Breakage {
  readonly what: string;
  /** What is done to the cluster, as arguments of kubectl. */
  readonly kubectl: readonly string[];
  /** The same done to the manifests: an object as it is then, null where it is gone. */
  readonly manifests: (object: Readonly<Record<string, unknown>>) => unknown;
  /** The verdicts that change. */
  readonly verdicts: Readonly<Record<string, string>>;
  /** Findings that are new. */
  readonly findings: readonly string[];
}

interface Story {
  readonly guide: string;
  /** The folder under test/scenarios, and the files of it that make the good end. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly verdicts: Readonly<Record<string, string>>;
  readonly findings: readonly string[];
  readonly breakages: readonly Breakage[];
}

type Manifest = Readonly<Record<string, unknown>>;

const isObject = (object: Manifest, kind: string, name: string): boolean =>
  object.kind === kind && textAt(object, "metadata", "name") === name;

const lessOne =
  (kind: string, name: string) =>
  (object: Manifest): unknown =>
    isObject(object, kind, name) ? null : object;

const unlabelled =
  (name: string) =>
  (object: Manifest): unknown =>
    isObject(object, "Namespace", name) ? { ...object, metadata: { name } } : object;

function deleted(kind: string, namespace: string, name: string): Pick<Breakage, "what" | "kubectl" | "manifests"> {
  return {
    what: `the ${kind} ${namespace}/${name} is deleted`,
    kubectl: ["delete", kind.toLowerCase(), "-n", namespace, name],
    manifests: lessOne(kind, name),
  };
}

const tunnel = "Gateway cloudflare-tunnel-system/cloudflare-tunnel";
const apisixKinds = ["HTTP", "GRPC", "TLS", "TCP", "UDP"].map((protocol) => ({
  route: `${protocol}Route tenant-a/${protocol.toLowerCase()}-app`,
  app: `${protocol.toLowerCase()}-app`,
}));

const stories: readonly Story[] = [
  {
    guide: "000 Cloudflare: basic setup",
    folder: "cloudflare-basic-setup",
    files: ["backend.yaml", "gateway.yaml", "grant.yaml", "route.yaml"],
    verdicts: {
      [`HTTPRoute frontend/api-route spec.parentRefs[0] → ${tunnel}`]: "permitted",
      "HTTPRoute frontend/api-route spec.rules[0].backendRefs[0] → Service backend/api-service": "permitted",
    },
    findings: ["grant-broad ReferenceGrant backend/allow-frontend-routes"],
    breakages: [
      {
        ...deleted("ReferenceGrant", "backend", "allow-frontend-routes"),
        verdicts: {
          "HTTPRoute frontend/api-route spec.rules[0].backendRefs[0] → Service backend/api-service":
            "refused RefNotPermitted",
        },
        findings: ["ref-not-permitted HTTPRoute frontend/api-route"],
      },
      {
        // "Even with ReferenceGrant, the target Service must exist".
        ...deleted("Service", "backend", "api-service"),
        verdicts: {},
        findings: ["target-not-found HTTPRoute frontend/api-route"],
      },
    ],
  },
  {
    guide: "000 Cloudflare: shared services namespace",
    folder: "cloudflare-shared-services",
    files: ["gateway.yaml", "shared.yaml", "app-team-a.yaml", "app-team-b.yaml"],
    verdicts: {
      [`HTTPRoute app-team-a/web spec.parentRefs[0] → ${tunnel}`]: "permitted",
      "HTTPRoute app-team-a/web spec.rules[0].backendRefs[0] → Service shared-services/cache": "permitted",
      [`HTTPRoute app-team-b/web spec.parentRefs[0] → ${tunnel}`]: "permitted",
      "HTTPRoute app-team-b/web spec.rules[0].backendRefs[0] → Service app-team-b/web": "permitted",
    },
    findings: [
      // app-team-c is granted something and does not exist; app-team-b has no use for its entry.
      "grant-broad ReferenceGrant shared-services/allow-all-to-shared",
      "grant-dangling ReferenceGrant shared-services/allow-all-to-shared",
      "grant-unused ReferenceGrant shared-services/allow-all-to-shared",
    ],
    breakages: [
      {
        ...deleted("ReferenceGrant", "shared-services", "allow-all-to-shared"),
        verdicts: {
          "HTTPRoute app-team-a/web spec.rules[0].backendRefs[0] → Service shared-services/cache":
            "refused RefNotPermitted",
        },
        findings: ["ref-not-permitted HTTPRoute app-team-a/web"],
      },
    ],
  },
  {
    guide: "000 Cloudflare: specific service access",
    folder: "cloudflare-specific-service",
    files: ["base.yaml", "public.yaml", "internal.yaml"],
    verdicts: {
      [`HTTPRoute frontend/internal spec.parentRefs[0] → ${tunnel}`]: "permitted",
      "HTTPRoute frontend/internal spec.rules[0].backendRefs[0] → Service backend/internal-api":
        "refused RefNotPermitted",
      [`HTTPRoute frontend/public spec.parentRefs[0] → ${tunnel}`]: "permitted",
      "HTTPRoute frontend/public spec.rules[0].backendRefs[0] → Service backend/public-api": "permitted",
    },
    findings: ["ref-not-permitted HTTPRoute frontend/internal"],
    breakages: [],
  },
  {
    guide: "000 Cloudflare: GRPCRoute",
    folder: "cloudflare-grpcroute",
    files: ["base.yaml", "grant.yaml"],
    verdicts: {
      [`GRPCRoute grpc-clients/user-service spec.parentRefs[0] → ${tunnel}`]: "permitted",
      "GRPCRoute grpc-clients/user-service spec.rules[0].backendRefs[0] → Service grpc-services/user-grpc": "permitted",
    },
    findings: ["grant-broad ReferenceGrant grpc-services/allow-grpc-routes"],
    breakages: [
      {
        what: "from[].kind is HTTPRoute",
        kubectl: [
          "patch",
          "referencegrant",
          "-n",
          "grpc-services",
          "allow-grpc-routes",
          "--type=json",
          '-p=[{"op":"replace","path":"/spec/from/0/kind","value":"HTTPRoute"}]',
        ],
        manifests: (object) =>
          isObject(object, "ReferenceGrant", "allow-grpc-routes")
            ? {
                ...object,
                spec: {
                  from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "grpc-clients" }],
                  to: [{ group: "", kind: "Service" }],
                },
              }
            : object,
        verdicts: {
          "GRPCRoute grpc-clients/user-service spec.rules[0].backendRefs[0] → Service grpc-services/user-grpc":
            "refused RefNotPermitted",
        },
        findings: [
          "grant-unused ReferenceGrant grpc-services/allow-grpc-routes",
          "ref-not-permitted GRPCRoute grpc-clients/user-service",
        ],
      },
    ],
  },
  {
    guide: "000 Cloudflare: multi-service routing",
    folder: "cloudflare-multi-service",
    files: ["base.yaml", "grant-team-a.yaml", "grant-team-b.yaml"],
    verdicts: {
      [`HTTPRoute ingress/multi-team-route spec.parentRefs[0] → ${tunnel}`]: "permitted",
      "HTTPRoute ingress/multi-team-route spec.rules[0].backendRefs[0] → Service team-a/team-a-service": "permitted",
      "HTTPRoute ingress/multi-team-route spec.rules[1].backendRefs[0] → Service team-b/team-b-service": "permitted",
    },
    findings: [
      "grant-broad ReferenceGrant team-a/allow-gateway-routes",
      "grant-broad ReferenceGrant team-b/allow-gateway-routes",
    ],
    breakages: [
      {
        what: "one team takes its grant back",
        kubectl: ["delete", "referencegrant", "-n", "team-b", "allow-gateway-routes"],
        manifests: (object) =>
          isObject(object, "ReferenceGrant", "allow-gateway-routes") &&
          textAt(object, "metadata", "namespace") === "team-b"
            ? null
            : object,
        verdicts: {
          "HTTPRoute ingress/multi-team-route spec.rules[1].backendRefs[0] → Service team-b/team-b-service":
            "refused RefNotPermitted",
        },
        findings: ["ref-not-permitted HTTPRoute ingress/multi-team-route"],
      },
    ],
  },
  {
    guide: "001 APISIX: both handshakes",
    folder: "apisix-cross-namespace",
    files: ["gateway.yaml", "backend.yaml", "referencegrant.yaml", "tenant-a.yaml"],
    verdicts: {
      "Gateway aic/apisix spec.infrastructure.parametersRef → GatewayProxy aic/apisix-config": "permitted",
      "HTTPRoute tenant-a/httpbin-route spec.parentRefs[0] → Gateway aic/apisix": "permitted",
      "HTTPRoute tenant-a/httpbin-route spec.rules[0].backendRefs[0] → Service backend-ns/httpbin": "permitted",
    },
    findings: [],
    breakages: [
      {
        what: "the namespace loses its label",
        kubectl: ["label", "namespace", "tenant-a", "tenant-"],
        manifests: unlabelled("tenant-a"),
        verdicts: {
          "HTTPRoute tenant-a/httpbin-route spec.parentRefs[0] → Gateway aic/apisix": "refused NotAllowedByListeners",
        },
        findings: ["not-attached HTTPRoute tenant-a/httpbin-route"],
      },
      {
        ...deleted("ReferenceGrant", "backend-ns", "allow-from-tenant-a"),
        verdicts: {
          "HTTPRoute tenant-a/httpbin-route spec.rules[0].backendRefs[0] → Service backend-ns/httpbin":
            "refused RefNotPermitted",
        },
        findings: ["ref-not-permitted HTTPRoute tenant-a/httpbin-route"],
      },
      {
        ...deleted("Service", "backend-ns", "httpbin"),
        verdicts: {},
        findings: [
          "grant-dangling ReferenceGrant backend-ns/allow-from-tenant-a",
          "target-not-found HTTPRoute tenant-a/httpbin-route",
        ],
      },
    ],
  },
  {
    guide: "001 APISIX: all five kinds of route",
    folder: "apisix-route-kinds",
    files: ["gateway.yaml", "backend.yaml", "tenant-a.yaml", "routes.yaml", "grants.yaml"],
    verdicts: Object.fromEntries(
      apisixKinds.flatMap(({ route, app }) => [
        [`${route} spec.parentRefs[0] → Gateway aic/apisix`, "permitted"],
        [`${route} spec.rules[0].backendRefs[0] → Service backend-ns/${app}`, "permitted"],
      ]),
    ),
    findings: [],
    breakages: [
      {
        what: "the namespace loses its label",
        kubectl: ["label", "namespace", "tenant-a", "tenant-"],
        manifests: unlabelled("tenant-a"),
        verdicts: Object.fromEntries(
          apisixKinds.map(({ route }) => [
            `${route} spec.parentRefs[0] → Gateway aic/apisix`,
            "refused NotAllowedByListeners",
          ]),
        ),
        findings: apisixKinds.map(({ route }) => `not-attached ${route}`),
      },
      {
        what: "all grants are deleted",
        kubectl: ["delete", "referencegrants", "-n", "backend-ns", "--all"],
        manifests: (object) => (object.kind === "ReferenceGrant" ? null : object),
        verdicts: Object.fromEntries(
          apisixKinds.map(({ route, app }) => [
            `${route} spec.rules[0].backendRefs[0] → Service backend-ns/${app}`,
            "refused RefNotPermitted",
          ]),
        ),
        findings: apisixKinds.map(({ route }) => `ref-not-permitted ${route}`),
      },
    ],
  },
  {
    guide: "002 Kong: allowedRoutes All, and a grant",
    folder: "kong-cross-namespace",
    files: ["namespaces.yaml", "gateway.yaml", "grant.yaml", "service.yaml", "route.yaml"],
    verdicts: {
      "HTTPRoute test-source/echo spec.parentRefs[0] → Gateway kong/kong": "permitted",
      "HTTPRoute test-source/echo spec.rules[0].backendRefs[0] → Service test-destination/echo": "permitted",
    },
    findings: ["grant-broad ReferenceGrant test-destination/test-grant", "listener-open-to-all Gateway kong/kong"],
    breakages: [
      {
        ...deleted("ReferenceGrant", "test-destination", "test-grant"),
        verdicts: {
          "HTTPRoute test-source/echo spec.rules[0].backendRefs[0] → Service test-destination/echo":
            "refused RefNotPermitted",
        },
        findings: ["ref-not-permitted HTTPRoute test-source/echo"],
      },
      {
        // The guide's own patch, the other way round.
        what: "the Gateway is as before the guide's patch",
        kubectl: [
          "patch",
          "-n",
          "kong",
          "--type=json",
          "gateways.gateway.networking.k8s.io",
          "kong",
          '-p=[{"op":"replace","path": "/spec/listeners/0/allowedRoutes/namespaces/from","value":"Same"}]',
        ],
        manifests: (object) => {
          if (!isObject(object, "Gateway", "kong")) return object;
          const spec = valueAt(object, "spec");
          const allowedRoutes = { namespaces: { from: "Same" } };
          const listeners = [{ name: "proxy", port: 80, protocol: "HTTP", allowedRoutes }];
          return { ...object, spec: isRecord(spec) ? { ...spec, listeners } : spec };
        },
        verdicts: {
          "HTTPRoute test-source/echo spec.parentRefs[0] → Gateway kong/kong": "refused NotAllowedByListeners",
        },
        findings: ["not-attached HTTPRoute test-source/echo"],
      },
      {
        ...deleted("Service", "test-destination", "echo"),
        verdicts: {},
        findings: ["target-not-found HTTPRoute test-source/echo"],
      },
    ],
  },
  {
    guide: "003 ReferencePolicy's page, as a ReferenceGrant: route to Service",
    folder: "referencepolicy-foo-bar",
    files: ["base.yaml", "grant.yaml"],
    verdicts: { "HTTPRoute foo/foo spec.rules[0].backendRefs[0] → Service bar/bar": "permitted" },
    findings: ["grant-broad ReferenceGrant bar/bar"],
    breakages: [
      {
        ...deleted("ReferenceGrant", "bar", "bar"),
        verdicts: { "HTTPRoute foo/foo spec.rules[0].backendRefs[0] → Service bar/bar": "refused RefNotPermitted" },
        findings: ["ref-not-permitted HTTPRoute foo/foo"],
      },
    ],
  },
  {
    guide: "003 ReferencePolicy's page, as a ReferenceGrant: Gateway to Secret",
    folder: "referencepolicy-gateway-secret",
    files: ["base.yaml", "grant.yaml"],
    verdicts: { "Gateway foo/foo spec.listeners[0].tls.certificateRefs[0] → Secret bar/cert": "permitted" },
    findings: [],
    breakages: [
      {
        ...deleted("ReferenceGrant", "bar", "bar"),
        verdicts: {
          "Gateway foo/foo spec.listeners[0].tls.certificateRefs[0] → Secret bar/cert": "refused RefNotPermitted",
        },
        findings: ["ref-not-permitted Gateway foo/foo"],
      },
      {
        ...deleted("Secret", "bar", "cert"),
        verdicts: {},
        findings: ["grant-dangling ReferenceGrant bar/bar", "target-not-found Gateway foo/foo"],
      },
    ],
  },
];

/** The namespaces that manifests speak of. */
function namespacesOf(manifests: string): readonly string[] {
  const names = new Set<string>();
  mapManifests(manifests, (object) => {
    const name = textAt(object, "metadata", object.kind === "Namespace" ? "name" : "namespace");
    if (name !== undefined) names.add(name);
    return object;
  });
  return [...names];
}

/** The manifests with a Namespace for each of their objects: guides leave out those that are there already. */
function withNamespaces(manifests: string): string {
  const given = new Set<string>();
  mapManifests(manifests, (object) => {
    const name = textAt(object, "metadata", "name");
    if (object.kind === "Namespace" && name !== undefined) given.add(name);
    return object;
  });
  const missing = namespacesOf(manifests).filter((name) => !given.has(name));
  const namespaces = missing.map((name) => `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}\n`);
  return [...namespaces, manifests].join("---\n");
}

describe("the guides, on a real API server", () => {
  let server: ApiServer;

  const audit = (): Promise<ProcessResult> =>
    runPlugin(["audit", "-o", "json"], { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });
  const auditManifests = (stdin: string): Promise<ProcessResult> =>
    runPlugin(["audit", "-f", "-", "--closed-world", "-o", "json", "--ignore", onlyOfFiles.join(",")], {
      kubectl: server.kubectlBinary,
      stdin,
    });

  /** Deletes what was applied. Namespaces are let go by hand, since no controller does it here. */
  const clear = async (manifests: string): Promise<void> => {
    const gone = await server.kubectl(["delete", "--wait=false", "--ignore-not-found", "-f", "-"], {
      stdin: manifests,
    });
    expect(gone.code, gone.stderr).toBe(0);
    const target = { url: server.url, caFile: server.caFile, token: server.adminToken };
    await Promise.all(
      namespacesOf(manifests).map(async (name) => {
        const body = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name }, spec: {} });
        const answer = await apiRequest(target, "PUT", `/api/v1/namespaces/${name}/finalize`, { body });
        expect(answer.status).toBe(200);
      }),
    );
  };

  beforeAll(async () => {
    server = await startApiServer({ auditLog: false });
    await server.applyCrds("v1.7.0", "experimental");
  });

  afterAll(async () => {
    await server?.stop();
  });

  for (const story of stories) {
    describe(story.guide, () => {
      const files = story.files.map((name) => join(repositoryRoot, "test", "scenarios", story.folder, name));
      const manifests = withNamespaces(appliable(readManifests(files)));
      let good: ProcessResult;

      beforeAll(async () => {
        await server.applyManifests(manifests);
        good = await audit();
      });

      afterAll(async () => {
        await clear(manifests);
      });

      test("ends as the guide promises", () => {
        expect(good.stderr).toBe("");
        expect(Object.fromEntries(verdicts(good.stdout))).toEqual(story.verdicts);
        expect(findingsOf(good.stdout).toSorted()).toEqual(story.findings.toSorted());
        expect(good.code).toBe(Object.values(story.verdicts).every((verdict) => verdict === "permitted") ? 0 : 1);
      });

      test("is decided as the guide's files are", async () => {
        const flags = ["--closed-world", "-o", "json", "--ignore", onlyOfFiles.join(",")];
        const fromFiles = await runPlugin(["audit", "-f", files.join(","), ...flags], {
          kubectl: server.kubectlBinary,
        });
        expect(fromFiles.code).toBe(good.code);
        expect(essence(good.stdout)).toEqual(essence(fromFiles.stdout));
      });

      for (const breakage of story.breakages) {
        test(`${breakage.what}: the audit says so, until it is mended`, async () => {
          expect(await server.kubectl(breakage.kubectl)).toMatchObject({ code: 0 });
          const broken = await audit();
          expect(broken).toMatchObject({ code: 1, stderr: "" });
          expect(Object.fromEntries(verdicts(broken.stdout))).toEqual({ ...story.verdicts, ...breakage.verdicts });
          const before = findingsOf(good.stdout);
          const added = findingsOf(broken.stdout).filter((finding) => !before.includes(finding));
          expect(added.toSorted()).toEqual(breakage.findings.toSorted());

          const fromFiles = await auditManifests(mapManifests(manifests, breakage.manifests));
          expect(essence(broken.stdout)).toEqual(essence(fromFiles.stdout));

          await server.applyManifests(manifests);
          expect(parseJson((await audit()).stdout)).toEqual(parseJson(good.stdout));
        });
      }
    });
  }
});
