import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { bundleOf, inVersionsOf, isOfGatewayApi } from "./harness/bundles.ts";
import { itemsAt, parseJson, textAt } from "./harness/json.ts";
import { type Channel, type GatewayApiVersion, gatewayApiVersions } from "./harness/modules.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { essence, mapManifests, onlyOfClusters, onlyOfFiles, verdicts } from "./harness/report.ts";

/**
 * Bundles of CRDs from the days of ReferencePolicy to today's, each in a cluster that knows no other. A world that uses
 * every field of the catalogue is decided there, and once more from what kubectl can read back of it.
 */

const worlds = join(repositoryRoot, "test", "e2e", "worlds");
const channels: readonly Channel[] = ["standard", "experimental"];
const versions: readonly GatewayApiVersion[] = [
  "v0.5.1",
  "v0.6.2",
  "v0.8.1",
  "v1.0.0",
  "v1.2.0",
  "v1.3.0",
  "v1.4.0",
  "v1.5.1",
  "v1.6.1",
  "v1.7.0",
];

const keep = (keeps: (object: unknown) => boolean, manifests: string): string =>
  mapManifests(manifests, (object) => (keeps(object) ? object : null));

const everyField = readFileSync(join(worlds, "every-field.yaml"), "utf8");
const ofKubernetes = keep((object) => !isOfGatewayApi(object), everyField);
const ofGatewayApi = keep(isOfGatewayApi, everyField);
const externalAuth = readFileSync(join(worlds, "external-auth.yaml"), "utf8");

interface Seen {
  readonly cluster: ProcessResult;
  readonly files: ProcessResult;
}

describe("bundles of CRDs, one after the other", () => {
  const servers = new Map<Channel, ApiServer>();
  const seen = new Map<string, Promise<Seen>>();
  let rows: readonly unknown[];

  const audit = (server: ApiServer, flags: readonly string[], stdin?: string): Promise<ProcessResult> =>
    runPlugin(["audit", "-o", "json", "--ignore", [...onlyOfClusters, ...onlyOfFiles].join(","), ...flags], {
      kubectl: server.kubectlBinary,
      kubeconfig: server.adminKubeconfig,
      ...(stdin === undefined ? {} : { stdin }),
    });

  const look = async (server: ApiServer, version: GatewayApiVersion, channel: Channel): Promise<Seen> => {
    const bundle = bundleOf(version, channel);
    const authenticates = channel === "experimental" && versions.indexOf(version) >= versions.indexOf("v1.4.0");
    const world = authenticates ? `${ofGatewayApi}\n---\n${externalAuth}` : ofGatewayApi;
    await server.removeCrds();
    await server.applyCrds(version, channel);
    await server.applyLoosely(inVersionsOf(bundle, world, ([newest]) => newest));
    const kinds = [...bundle.values()].map(({ plural, group }) => `${plural}.${group}`);
    const others = ["namespaces", "services", "secrets", "configmaps", "persistentvolumeclaims", "crds"];
    const [cluster, dump] = await Promise.all([
      audit(server, []),
      server.kubectl(["get", [...others, ...kinds].join(","), "-A", "-o", "yaml"]),
    ]);
    expect(dump.code, dump.stderr).toBe(0);
    return { cluster, files: await audit(server, ["-f", "-", "--closed-world"], dump.stdout) };
  };

  beforeAll(async () => {
    // A server for each channel: what is waited for is mostly the server, so the two take little longer than one.
    for (const channel of channels) servers.set(channel, await startApiServer({ auditLog: false }));
    for (const [channel, server] of servers) {
      let before: Promise<unknown> = server.applyLoosely(ofKubernetes);
      for (const version of versions) {
        const result = before.then(() => look(server, version, channel));
        seen.set(`${version} ${channel}`, result);
        before = result.catch(() => undefined);
      }
    }
    const [server] = servers.values();
    if (server === undefined) throw new Error("no server");
    const catalogue = await runPlugin(["catalogue", "-o", "json"], { kubectl: server.kubectlBinary });
    rows = itemsAt(parseJson(catalogue.stdout), "rows");
  });

  afterAll(async () => {
    await Promise.allSettled(seen.values());
    for (const server of servers.values()) await server.stop();
  });

  /** The place of a release among the pinned ones, of which there is one for each minor release. */
  const placeOf = (release: string): number =>
    gatewayApiVersions.findIndex((known) => known.startsWith(release.replace(/\.\d+$/, ".")));

  /** The fields that a release has in a channel, by their rows in the catalogue. */
  const rowsOf = (version: GatewayApiVersion, channel: Channel): readonly string[] =>
    rows
      .filter((row) => {
        const until = textAt(row, "until");
        return (
          textAt(row, "implementation") === "gateway-api" &&
          (textAt(row, "channel") === "standard" || channel === "experimental") &&
          placeOf(textAt(row, "since") ?? "") <= placeOf(version) &&
          (until === undefined || placeOf(version) <= placeOf(until))
        );
      })
      .map((row) => textAt(row, "id") ?? "");

  const codes = (result: ProcessResult, list: "findings" | "ignored"): readonly string[] =>
    itemsAt(parseJson(result.stdout), list).map((finding) => textAt(finding, "code") ?? "");

  test("the world has a place for every field of the Gateway API that the catalogue knows", () => {
    const known = rows.filter((row) => textAt(row, "implementation") === "gateway-api");
    const used = new Set(versions.flatMap((version) => rowsOf(version, "experimental")));
    expect(known.map((row) => textAt(row, "id")).filter((id) => !used.has(id ?? ""))).toEqual([]);
  });

  describe.each(versions)("%s", (version) => {
    describe.each(channels)("%s channel", (channel) => {
      let cluster: ProcessResult;
      let files: ProcessResult;

      beforeAll(async () => {
        ({ cluster, files } = (await seen.get(`${version} ${channel}`)) ?? { cluster, files });
      });

      test("everything that is served is read", () => {
        expect(cluster).toMatchObject({ code: 1, stderr: "" });
        // What the specification leaves open is a gap too, and not one of sight.
        const causes = itemsAt(parseJson(cluster.stdout), "gaps").map((gap) => textAt(gap, "cause"));
        expect(causes.filter((cause) => cause !== "implementation")).toEqual([]);
      });

      test("every field that can name an object is decided", () => {
        const decided = new Set(itemsAt(parseJson(cluster.stdout), "decisions").map((one) => textAt(one, "row") ?? ""));
        const expected = rowsOf(version, channel);
        expect(expected.length).toBeGreaterThanOrEqual(8);
        expect(expected.filter((row) => !decided.has(row))).toEqual([]);
      });

      test("what kubectl reads back is decided alike", () => {
        expect(files).toMatchObject({ code: 1, stderr: "" });
        expect(essence(cluster.stdout)).toEqual(essence(files.stdout));
      });
    });
  });

  /** What became of the one reference that a ReferencePolicy is for, and what is said of the policy. */
  const ofPolicy = async (version: GatewayApiVersion, channel: Channel): Promise<readonly unknown[]> => {
    const results = await seen.get(`${version} ${channel}`);
    return [results?.cluster, results?.files].map((result) => {
      const stdout = result?.stdout ?? "{}";
      const path = "spec.rules[0].filters[0].requestMirror.backendRef";
      const said = itemsAt(parseJson(stdout), "findings").find(
        (finding) => textAt(finding, "code") === "referencepolicy",
      );
      return [verdicts(stdout).get(`HTTPRoute shop/web ${path} → Service vault/audit`), textAt(said, "severity")];
    });
  };

  test("v0.5.1 has ReferencePolicies in its experimental channel alone, where they permit", async () => {
    expect(await ofPolicy("v0.5.1", "experimental")).toEqual([
      ["permitted", "info"],
      ["permitted", "info"],
    ]);
    expect(await ofPolicy("v0.5.1", "standard")).toEqual([
      ["refused RefNotPermitted", undefined],
      ["refused RefNotPermitted", undefined],
    ]);
  });

  test("files and cluster differ in what only one of them can know, and in nothing that never happens", async () => {
    const results = await Promise.all(seen.values());
    const ofClusters = new Set(results.flatMap(({ cluster }) => codes(cluster, "ignored")));
    const ofFiles = new Set(results.flatMap(({ files }) => codes(files, "ignored")));
    expect([...ofClusters].toSorted()).toEqual(onlyOfClusters.toSorted());
    expect([...ofFiles].toSorted()).toEqual(onlyOfFiles.toSorted());
  });
});
