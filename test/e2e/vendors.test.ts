import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { itemsAt, parseJson, textAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { essence, findingsOf, verdicts } from "./harness/report.ts";

/** Kinds of implementations in a cluster: read where they are served, decided by whose rule it is, left alone elsewhere. */

const worlds = join(repositoryRoot, "test", "e2e", "worlds");
const definitions = readFileSync(join(worlds, "vendors-definitions.yaml"), "utf8");
const world = readFileSync(join(worlds, "vendors.yaml"), "utf8");

const grant = `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: from-shop, namespace: auth }
spec:
  from: [{ group: gateway.envoyproxy.io, kind: SecurityPolicy, namespace: shop }]
  to: [{ group: "", kind: Service, name: authorizer }]
`;

const reference = "SecurityPolicy shop/guard spec.extAuth.http.backendRefs[0] → Service auth/authorizer";
const ownGroups = ["", "gateway.networking.k8s.io", "apiextensions.k8s.io"];

describe("kinds of vendors", () => {
  let server: ApiServer;

  const audit = (...flags: readonly string[]): Promise<ProcessResult> =>
    runPlugin(["audit", ...flags], { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });

  /** What was asked for of groups that are neither Kubernetes' nor the Gateway API's. */
  const askedOfVendors = async (): Promise<readonly string[]> =>
    (await server.auditEvents()).flatMap(({ verb, requestURI, objectRef }) =>
      objectRef === null || ownGroups.includes(objectRef.group) ? [] : [`${verb} ${requestURI}`],
    );

  beforeAll(async () => {
    server = await startApiServer();
    await server.applyCrds("v1.7.0", "standard");
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("that are not served are not asked for", async () => {
    await server.clearAudit();
    expect(await audit()).toMatchObject({ code: 0, stderr: "" });
    expect(await askedOfVendors()).toEqual([]);
  });

  describe("that are served", () => {
    beforeAll(async () => {
      await server.applyDefinitions(definitions);
      await server.applyManifests(world);
    });

    test("are asked for, in the version that the server has, and no others", async () => {
      await server.clearAudit();
      await audit();
      expect((await askedOfVendors()).toSorted()).toEqual([
        "list /apis/configuration.konghq.com/v1alpha1/kongreferencegrants?limit=10000",
        "list /apis/gateway.envoyproxy.io/v1alpha1/securitypolicies?limit=10000",
      ]);
    });

    test("refer by the rule of their implementation, and a refusal says whose it is", async () => {
      const [json, text] = await Promise.all([audit("-o", "json"), audit()]);
      expect(json).toMatchObject({ code: 1, stderr: "" });
      expect(Object.fromEntries(verdicts(json.stdout))).toEqual({ [reference]: "refused RefNotPermitted" });
      expect(itemsAt(parseJson(json.stdout), "decisions")).toMatchObject([
        { rule: { implementation: "envoy-gateway", enforcement: "required" } },
      ]);
      expect(text.stdout).toContain("rule of Envoy Gateway");
    });

    test("that look like a ReferenceGrant are named, and permit nothing", async () => {
      const [json, text] = await Promise.all([audit("-o", "json"), audit()]);
      expect(findingsOf(json.stdout)).toEqual([
        "ref-not-permitted SecurityPolicy shop/guard",
        "grant-look-alike KongReferenceGrant auth/from-shop",
      ]);
      expect(text.stdout).toMatch(/KongReferenceGrant auth\/from-shop.*\bKong\b.*grant-look-alike/);
    });

    test("are decided as what kubectl reads back is", async () => {
      const kinds =
        "namespaces,services,referencegrants.gateway.networking.k8s.io,securitypolicies,kongreferencegrants,crds";
      const dump = await server.kubectl(["get", kinds, "-A", "-o", "yaml"]);
      const files = await runPlugin(["audit", "-f", "-", "--closed-world", "-o", "json"], {
        kubectl: server.kubectlBinary,
        stdin: dump.stdout,
      });
      expect(files).toMatchObject({ code: 1, stderr: "" });
      expect(essence((await audit("-o", "json")).stdout)).toEqual(essence(files.stdout));
    });

    test("are permitted by a ReferenceGrant that names them", async () => {
      await server.applyManifests(grant);
      const json = await audit("-o", "json");
      expect(json).toMatchObject({ code: 0, stderr: "" });
      expect(Object.fromEntries(verdicts(json.stdout))).toEqual({ [reference]: "permitted" });
      expect(findingsOf(json.stdout)).toEqual(["grant-look-alike KongReferenceGrant auth/from-shop"]);
      expect(itemsAt(parseJson(json.stdout), "grants").map((one) => textAt(one, "usage"))).toEqual(["used"]);
    });
  });
});
