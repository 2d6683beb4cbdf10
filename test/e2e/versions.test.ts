import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { type Bundle, bundleOf, inVersionsOf, isGatewayApi } from "./harness/bundles.ts";
import { itemsAt, parseJson, textAt } from "./harness/json.ts";
import type { Channel, GatewayApiVersion } from "./harness/modules.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { essence, findingsOf, mapManifests, onlyOfClusters, readManifests, verdicts } from "./harness/report.ts";

/**
 * One cluster through its life: no Gateway API, then without ReferenceGrant, then every supported release laid over the
 * one before, as an administrator upgrades. The world stays what it is, and so must the decisions.
 */

const group = "gateway.networking.k8s.io";
const worlds = join(repositoryRoot, "test", "e2e", "worlds");
const core = [join(worlds, "core.yaml")];
const whole = [...core, join(worlds, "later.yaml")];
/** v1beta1, else the oldest that is served: so few objects are read as they were written. */
const inOldVersions = (bundle: Bundle, manifests: string): string =>
  inVersionsOf(bundle, manifests, (versions) => (versions.includes("v1beta1") ? "v1beta1" : versions.at(-1)));

const releases: readonly (readonly [GatewayApiVersion, Channel])[] = [
  ["v1.0.0", "standard"],
  ["v1.2.0", "experimental"],
  ["v1.4.0", "experimental"],
  ["v1.6.1", "experimental"],
  ["v1.7.0", "experimental"],
];

/** What is served once a release has been laid over those before it: kinds that it dropped stay as they were. */
function servedSince(version: GatewayApiVersion): Bundle {
  const last = releases.findIndex(([release]) => release === version);
  return new Map(releases.slice(0, last + 1).flatMap((release) => [...bundleOf(...release)]));
}

describe("releases of the Gateway API", () => {
  let server: ApiServer;

  // The manifests hold no CRDs, so they tell nothing of versions that are stored.
  const ignored = [...onlyOfClusters, "version-stored"].join(",");

  const audit = (...flags: readonly string[]): Promise<ProcessResult> =>
    runPlugin(["audit", ...flags], { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });
  const ofFiles = (files: readonly string[]): Promise<ProcessResult> =>
    runPlugin(["audit", "-f", files.join(","), "--closed-world", "-o", "json"], { kubectl: server.kubectlBinary });

  beforeAll(async () => {
    server = await startApiServer();
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("none: says which CRDs are missing, and reports nothing", async () => {
    await server.clearAudit();
    const result = await audit();
    expect(result).toMatchObject({ code: 3, stdout: "" });
    expect(result.stderr.match(/^error:/gm)).toHaveLength(1);
    for (const plural of ["gateways", "httproutes", "referencegrants"]) {
      expect(result.stderr).toContain(`${plural}.${group}`);
    }
    expect((await server.auditEvents()).map(({ requestURI }) => requestURI)).toEqual(["/apis"]);
  });

  test("without ReferenceGrant: every reference that needs one is refused, and one finding says why", async () => {
    await server.applyCrds("v1.0.0", "standard", ["referencegrants"]);
    const manifests = mapManifests(readManifests(core), (object) => (object.kind === "ReferenceGrant" ? null : object));
    await server.applyManifests(manifests);
    const result = await audit("-o", "json");
    expect(result).toMatchObject({ code: 1, stderr: "" });
    expect(Object.fromEntries(verdicts(result.stdout))).toEqual({
      "Gateway infra/shared spec.listeners[1].tls.certificateRefs[0] → Secret certs/wildcard":
        "refused RefNotPermitted",
      "HTTPRoute lab/probe spec.parentRefs[0] → Gateway infra/shared": "refused NotAllowedByListeners",
      "HTTPRoute lab/probe spec.rules[0].backendRefs[0] → Service backend/api": "refused RefNotPermitted",
      "HTTPRoute shop/web spec.parentRefs[0] → Gateway infra/shared": "permitted",
      "HTTPRoute shop/web spec.rules[0].backendRefs[0] → Service shop/web": "permitted",
      "HTTPRoute shop/web spec.rules[0].backendRefs[1] → Service backend/api": "refused RefNotPermitted",
      "HTTPRoute shop/web spec.rules[0].backendRefs[2] → Service vault/audit": "refused RefNotPermitted",
    });
    expect(findingsOf(result.stdout).filter((finding) => finding === "referencegrant-not-served")).toHaveLength(1);
    expect(itemsAt(parseJson(result.stdout), "served").map((kind) => textAt(kind, "kind"))).not.toContain(
      "ReferenceGrant",
    );
    expect((await audit()).stdout).toContain(`referencegrants.${group}`);
  });

  describe.each(releases)("%s, %s channel", (version, channel) => {
    const served = servedSince(version);
    // The first has neither GRPCRoute nor any of the routes below HTTP.
    const files = version === "v1.0.0" ? core : whole;
    let result: ProcessResult;

    beforeAll(async () => {
      await server.applyCrds(version, channel);
      await server.applyManifests(inOldVersions(bundleOf(version, channel), readManifests(files)));
      await server.clearAudit();
      result = await audit("-o", "json", "--ignore", ignored);
    });

    test("decides as the files do, which are written in the newest versions", async () => {
      const fromFiles = await ofFiles(files);
      expect(result).toMatchObject({ code: 1, stderr: "" });
      expect(fromFiles.code).toBe(1);
      expect(essence(result.stdout)).toEqual(essence(fromFiles.stdout));
      expect(parseJson(result.stdout)).toMatchObject({ gaps: [] });
    });

    test("reads each kind in one version, the newest that is served", async () => {
      const expected = [...served.values()].map(({ plural, group, versions }) => `${plural}.${versions[0]}.${group}`);
      const events = (await server.auditEvents()).filter(({ objectRef }) => isGatewayApi(objectRef?.group ?? ""));
      const asked = events.map(({ objectRef }) => `${objectRef?.resource}.${objectRef?.version}.${objectRef?.group}`);
      expect(asked.toSorted()).toEqual(expected.toSorted());
      if (version === "v1.4.0") expect(asked).toContain(`referencegrants.v1beta1.${group}`);
      if (version === "v1.7.0") expect(asked).toContain(`referencegrants.v1.${group}`);

      const reported = itemsAt(parseJson(result.stdout), "served").flatMap((kind) => {
        const of = textAt(kind, "group") ?? "";
        const plural = served.get(`${textAt(kind, "kind")}.${of}`)?.plural;
        return isGatewayApi(of) ? [`${plural}.${textAt(kind, "version")}.${of}`] : [];
      });
      expect(reported.toSorted()).toEqual(expected.toSorted());
    });

    test("counts every grant once", () => {
      const grants = itemsAt(parseJson(result.stdout), "grants");
      const names = grants.map((grant) => `${textAt(grant, "namespace")}/${textAt(grant, "name")}`);
      expect(names.toSorted()).toEqual([
        "backend/from-shop",
        ...(version === "v1.0.0" ? [] : ["backend/streams-from-shop"]),
        "certs/from-infra",
      ]);
    });
  });
});
