import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { type Bundle, bundleOf, inVersionsOf } from "./harness/bundles.ts";
import { itemsAt, parseJson, textAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { essence, findingsOf, onlyOfClusters, onlyOfFiles, verdicts } from "./harness/report.ts";

/**
 * A cluster that began with v0.5 and is upgraded: what becomes of its ReferencePolicies, and of the version that its objects
 * were first stored in.
 */

const group = "gateway.networking.k8s.io";
const world = readFileSync(join(repositoryRoot, "test", "e2e", "worlds", "every-field.yaml"), "utf8");
const mirror = "HTTPRoute shop/web spec.rules[0].filters[0].requestMirror.backendRef → Service vault/audit";

describe("an upgrade from v0.5", () => {
  let server: ApiServer;

  const audit = (flags: readonly string[] = [], stdin?: string): Promise<ProcessResult> =>
    runPlugin(["audit", "-o", "json", ...flags], {
      kubectl: server.kubectlBinary,
      kubeconfig: server.adminKubeconfig,
      ...(stdin === undefined ? {} : { stdin }),
    });

  const apply = (bundle: Bundle): Promise<void> =>
    server.applyLoosely(inVersionsOf(bundle, world, ([newest]) => newest));

  /** What kubectl reads back of everything that an audit looks at. */
  const dump = async (bundle: Bundle): Promise<string> => {
    const kinds = [...bundle.values()].map((kind) => `${kind.plural}.${kind.group}`);
    const core = ["namespaces", "services", "secrets", "configmaps", "persistentvolumeclaims", "crds"];
    const result = await server.kubectl(["get", [...core, ...kinds].join(","), "-A", "-o", "yaml"]);
    expect(result.code, result.stderr).toBe(0);
    return result.stdout;
  };

  const policies = (stdout: string): readonly unknown[] =>
    itemsAt(parseJson(stdout), "findings")
      .filter((finding) => textAt(finding, "code") === "referencepolicy")
      .map((finding) => [textAt(finding, "severity"), textAt(finding, "subject", "namespace")]);

  /** The CRDs that are said to keep a version that releases have dropped. */
  const storedOld = (stdout: string): readonly string[] =>
    findingsOf(stdout).flatMap(
      (finding) => /^version-stored CustomResourceDefinition ([^.]+)\./.exec(finding)?.[1] ?? [],
    );

  /** What docs/findings/version-stored.md tells to do. */
  const rewrite = async (plural: string, version: string): Promise<void> => {
    const objects = await server.kubectl(["get", `${plural}.${group}`, "-A", "-o", "yaml"]);
    const replaced = await server.kubectl(["replace", "-f", "-"], { stdin: objects.stdout });
    expect(replaced.code, replaced.stderr).toBe(0);
    const patch = JSON.stringify({ status: { storedVersions: [version] } });
    const target = ["crd", `${plural}.${group}`, "--subresource=status", "--type=merge", "-p", patch];
    const patched = await server.kubectl(["patch", ...target]);
    expect(patched.code, patched.stderr).toBe(0);
  };

  beforeAll(async () => {
    server = await startApiServer({ auditLog: false });
    await server.applyCrds("v0.5.1", "experimental");
    await apply(bundleOf("v0.5.1", "experimental"));
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("v0.5.1: the ReferencePolicy is in force, and everything is stored as v1alpha2", async () => {
    const { stdout } = await audit();
    expect(verdicts(stdout).get(mirror)).toBe("permitted");
    expect(policies(stdout)).toEqual([["info", "vault"]]);
    expect(storedOld(stdout)).toEqual(["gatewayclasses", "gateways", "httproutes", "referencegrants"]);
  });

  describe("v0.6.2, over it", () => {
    let report: ProcessResult;

    beforeAll(async () => {
      await server.applyCrds("v0.6.2", "experimental");
      await apply(bundleOf("v0.6.2", "experimental"));
      report = await audit(["--ignore", onlyOfClusters.join(",")]);
    });

    test("the ReferencePolicy that is left permits nothing, and a warning says so", () => {
      expect(verdicts(report.stdout).get(mirror)).toBe("refused RefNotPermitted");
      expect(policies(report.stdout)).toEqual([["warning", "vault"]]);
    });

    test("what kubectl reads back is decided alike", async () => {
      const both = new Map([...bundleOf("v0.5.1", "experimental"), ...bundleOf("v0.6.2", "experimental")]);
      const files = await audit(["-f", "-", "--closed-world", "--ignore", onlyOfFiles.join(",")], await dump(both));
      expect(essence(report.stdout)).toEqual(essence(files.stdout));
    });

    test("the old version is still listed as stored, though another one is for storing now", async () => {
      expect(storedOld(report.stdout)).toEqual([
        "gatewayclasses",
        "gateways",
        "grpcroutes",
        "httproutes",
        "referencegrants",
      ]);
      const path = "jsonpath={.status.storedVersions[*]}";
      const stored = await server.kubectl(["get", "crd", `gateways.${group}`, "-o", path]);
      expect(stored.stdout).toBe("v1alpha2 v1beta1");
    });
  });

  test("v1.0.0: refused by the API server for the very CRDs that were named, half-way through", async () => {
    const refusal = await server.applyCrds("v1.0.0", "experimental").then(
      () => "",
      (error: unknown) => String(error),
    );
    const refused = [
      ...refusal.matchAll(/CustomResourceDefinition[^ ]* "(\w+)\.[^"]*" is invalid: status\.storedVersions/g),
    ];
    expect(refused.map(([, plural]) => plural).toSorted()).toEqual(["gatewayclasses", "gateways", "httproutes"]);
    // Those of others went through: v1.0.0 still knows v1alpha2 of ReferenceGrants.
    expect(storedOld((await audit()).stdout)).toEqual(expect.arrayContaining(["gateways", "referencegrants"]));
  });

  test("after what the finding's page tells to do, the finding is gone and the upgrade goes through", async () => {
    for (const plural of ["gatewayclasses", "gateways", "httproutes"]) await rewrite(plural, "v1beta1");
    const alone = ["backendtlspolicies", "grpcroutes"];
    expect(storedOld((await audit()).stdout)).toEqual([...alone, "referencegrants"]);
    await server.applyCrds("v1.0.0", "experimental");
    await rewrite("referencegrants", "v1beta1");
    const { stdout } = await audit();
    // Of these v1.0.0 has no newer version, and v1.2.0 will not have this one.
    expect(storedOld(stdout)).toEqual(alone);
    expect(verdicts(stdout).get(mirror)).toBe("refused RefNotPermitted");
    expect(policies(stdout)).toEqual([["warning", "vault"]]);
  });
});
