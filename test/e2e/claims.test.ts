import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { itemsAt, parseJson } from "./harness/json.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { essence, findingsOf, verdicts } from "./harness/report.ts";

/** PersistentVolumeClaims that take their data from another namespace (KEP-3294), with and without the API server's gate. */

const world = `
apiVersion: v1
kind: Namespace
metadata: { name: lab }
---
apiVersion: v1
kind: Namespace
metadata: { name: vault }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: restored, namespace: lab }
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 1Gi } }
  dataSourceRef: { apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: nightly, namespace: vault }
`;

const grant = `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: from-lab, namespace: vault }
spec:
  from: [{ group: "", kind: PersistentVolumeClaim, namespace: lab }]
  to: [{ group: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: nightly }]
`;

const claim = "PersistentVolumeClaim lab/restored";

describe.each([
  { gates: "off", featureGates: [] },
  { gates: "on", featureGates: ["AnyVolumeDataSource", "CrossNamespaceVolumeDataSource"] },
])("a claim on data of another namespace, with the feature gates $gates", ({ gates, featureGates }) => {
  let server: ApiServer;

  const audit = (...flags: readonly string[]): Promise<ProcessResult> =>
    runPlugin(["audit", ...flags], { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });

  beforeAll(async () => {
    server = await startApiServer({ auditLog: false, featureGates });
    await server.applyCrds("v1.7.0", "standard");
    const applied = await server.kubectl(["apply", "-f", "-"], { stdin: world });
    expect(applied.code, applied.stderr).toBe(0);
  });

  afterAll(async () => {
    await server?.stop();
  });

  const sourceOf = async (): Promise<string> => {
    const path = "jsonpath={.spec.dataSource}{.spec.dataSourceRef}";
    return (await server.kubectl(["get", "pvc", "-n", "lab", "restored", "-o", path])).stdout;
  };

  const asFiles = async (): Promise<ProcessResult> => {
    const kinds = "namespaces,persistentvolumeclaims,referencegrants,crds";
    const dump = await server.kubectl(["get", kinds, "-A", "-o", "yaml"]);
    return runPlugin(["audit", "-f", "-", "--closed-world", "-o", "json"], {
      kubectl: server.kubectlBinary,
      stdin: dump.stdout,
    });
  };

  if (gates === "off") {
    test("loses its source without a word from the API server, and the audit has that word", async () => {
      // Not the namespace alone: what is left would be an empty volume.
      expect(await sourceOf()).toBe("");
      const [json, text] = await Promise.all([audit("-o", "json"), audit()]);
      expect(json).toMatchObject({ code: 0, stderr: "" });
      expect(findingsOf(json.stdout)).toEqual([`data-source-namespace-dropped ${claim}`]);
      expect(Object.fromEntries(verdicts(json.stdout))).toEqual({});
      expect(text.stdout).toContain("vault/nightly");
      expect(essence(json.stdout)).toEqual(essence((await asFiles()).stdout));
    });
    return;
  }

  const reference = `${claim} spec.dataSourceRef → VolumeSnapshot vault/nightly`;

  test("keeps its source, and is refused without a grant", async () => {
    expect(await sourceOf()).toContain('"namespace":"vault"');
    const json = await audit("-o", "json");
    expect(json).toMatchObject({ code: 1, stderr: "" });
    expect(Object.fromEntries(verdicts(json.stdout))).toEqual({ [reference]: "refused RefNotPermitted" });
    expect(findingsOf(json.stdout)).toEqual([`ref-not-permitted ${claim}`]);
    expect(essence(json.stdout)).toEqual(essence((await asFiles()).stdout));
  });

  test("is permitted by a grant, with a word about the gates that the audit cannot see", async () => {
    await server.applyManifests(grant);
    const json = await audit("-o", "json");
    expect(json).toMatchObject({ code: 0, stderr: "" });
    expect(Object.fromEntries(verdicts(json.stdout))).toEqual({ [reference]: "permitted" });
    expect(findingsOf(json.stdout)).toEqual([`feature-gated ${claim}`]);
    expect(itemsAt(parseJson(json.stdout), "grants")).toMatchObject([{ usage: "used" }]);
    expect(essence(json.stdout)).toEqual(essence((await asFiles()).stdout));
  });
});
