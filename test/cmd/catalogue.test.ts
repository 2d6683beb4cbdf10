import { describe, expect, it } from "vitest";
import type { Terminal } from "../../cmd/ports.ts";
import { IMPLEMENTATIONS } from "../../src/catalogue/implementations.ts";
import { ROWS } from "../../src/catalogue/rows.ts";
import { runCli, words } from "../harness/cli.ts";

const catalogue = (line: string, terminal: Partial<Terminal> = {}) =>
  runCli(["catalogue", ...words(line)], { folder: import.meta.dirname, terminal });

/** The lines of a table, each split into its columns. */
const cells = (text: string): readonly (readonly string[])[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {3,}/));

describe("catalogue", () => {
  it("prints who may name what, what that needs, and whose rule it is", async () => {
    const { stdout, stderr, exitCode } = await catalogue("httproute --implementation gateway-api");
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const table = cells(stdout);
    expect(table.slice(0, 2)).toEqual([
      ["KIND", "FIELD", "MAY NAME", "NEEDS", "RULE OF"],
      ["HTTPRoute", "parentRefs[]", "Gateway, ListenerSet, XListenerSet, Service", "allowedRoutes", "Gateway API"],
    ]);
    expect(table).toContainEqual([
      "HTTPRoute",
      "rules[].backendRefs[]",
      "Service, ServiceImport, InferencePool, XBackend",
      "grant",
      "Gateway API",
    ]);
    expect(table).toContainEqual([
      "HTTPRoute",
      "rules[].filters[].extensionRef",
      "any kind",
      "nothing (local)",
      "Gateway API",
    ]);
  });

  it("has every row, in every format", async () => {
    const ids = (await catalogue("-o name")).stdout.trimEnd().split("\n");
    expect(ids).toEqual(ROWS.map(({ id }) => id));
    const data: { rows: { id: string }[] } = JSON.parse((await catalogue("-o json")).stdout);
    expect(data.rows.map(({ id }) => id)).toEqual(ids);
    for (const output of ["text", "wide"]) {
      const { stdout } = await catalogue(`-o ${output}`);
      for (const { title } of Object.values(IMPLEMENTATIONS)) expect(stdout).toContain(title);
    }
  });

  it.each([
    "httproute",
    "HTTPRoutes",
    "HTTPROUTE",
    "httproutes.gateway.networking.k8s.io",
    "--kind httproute",
    "--kind=HTTPRoute.gateway.networking.k8s.io",
    "httproute,httproutes --kind httproute",
  ])("%s: a kind as people write it", async (line) => {
    expect((await catalogue(line)).stdout).toBe((await catalogue("httproute")).stdout);
  });

  it("takes several kinds", async () => {
    const ids = (await catalogue("udproute,gatewayclasses --kind xmesh -o name")).stdout.trimEnd().split("\n");
    expect(new Set(ids.map((id) => id.split(".")[0]))).toEqual(new Set(["UDPRoute", "GatewayClass", "XMesh"]));
  });

  it.each(["kong", "Kong", "KONG"])("--implementation %s: by id or title", async (name) => {
    const table = cells((await catalogue(`--implementation ${name} --no-headers`)).stdout.split("\n\n")[0] ?? "");
    expect(new Set(table.map((row) => row.at(-1)))).toEqual(new Set(["Kong"]));
  });

  it("shows what an implementation lets a field of the Gateway API name", async () => {
    const { stdout } = await catalogue("httproute --implementation 'Envoy Gateway'");
    expect(cells(stdout)).toContainEqual(["HTTPRoute", "rules[].backendRefs[]", "Backend", "grant", "Envoy Gateway"]);
    expect((await catalogue("httproute --implementation traefik -o name")).stdout).toBe("HTTPRoute.backendRefs\n");
  });

  it("says in which words a kind of grant that is none of ours decides", async () => {
    expect((await catalogue("kongroute")).stdout).toContain("KongReferenceGrant (out of scope)");
    expect(cells((await catalogue("kongreferencegrants -o wide")).stdout)).toEqual([
      ["GRANT OF ANOTHER KIND", "WHOSE", "CITATION"],
      ["KongReferenceGrant", "Kong", expect.any(String)],
    ]);
  });

  it("tells what needs nobody because its owner is cluster-scoped", async () => {
    expect(cells((await catalogue("gatewayclass --no-headers")).stdout)).toEqual([
      ["GatewayClass", "parametersRef", "any kind", "nothing (cluster-scoped owner)", "Gateway API"],
    ]);
  });

  it("-o wide adds releases, peculiarities and sources", async () => {
    const [head, row] = cells((await catalogue("pvc,persistentvolumeclaim -o wide")).stdout);
    expect(head?.slice(5)).toEqual(["CHANNEL", "SINCE", "UNTIL", "QUIRK", "CITATION"]);
    expect(row?.slice(3, 8)).toEqual(["grant, and a feature", "Kubernetes", "<none>", "v1.26", "<none>"]);
    expect(row?.at(-2)).toContain("CrossNamespaceVolumeDataSource");
  });

  it("uses colour only to repeat what the words say", async () => {
    const plain = (await catalogue("")).stdout;
    const coloured = (await catalogue("", { color: true })).stdout;
    expect(coloured).toContain("\u001b[2m");
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(plain);
    expect((await catalogue("--color=never", { color: true })).stdout).toBe(plain);
    expect((await catalogue("--color=always")).stdout).toBe(coloured);
  });

  it("is empty where nothing matches, as kubectl get is, and says so", async () => {
    expect(await catalogue("httprout")).toEqual({
      stdout: "",
      stderr: "No rows found; did you mean httproute?\n",
      exitCode: 0,
    });
    expect(await catalogue("gatewayclass --implementation kong")).toEqual({
      stdout: "",
      stderr: "No rows found\n",
      exitCode: 0,
    });
    const { stdout } = await catalogue("nonsense -o json");
    expect(JSON.parse(stdout)).toMatchObject({ implementations: [], rows: [], targets: [], lookAlikes: [] });
  });

  it.each([
    ["--implementation envoy", /^error: --implementation: there is no "envoy" \(did you mean envoy-/],
    ["--implementation kgatewya", /\(did you mean kgateway\?\), only gateway-api, kubernetes, /],
    ["--implementation zzzzzzzzzzz", /there is no "zzzzzzzzzzz", only gateway-api, /],
    ["httproute grpcroute", /^error: catalogue takes one TYPE, found "grpcroute"/],
    ["-n x", /unknown shorthand flag: 'n' in -n/],
    ["-o csv", /--output takes text, wide, name, json, yaml, not "csv"/],
  ])("%s: wrong usage", async (line, message) => {
    const { stdout, stderr, exitCode } = await catalogue(line);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toMatch(message);
  });

  it("has a help of its own", async () => {
    const { stdout } = await catalogue("--help");
    expect(stdout).toContain("kubectl refgrant catalogue [TYPE] [flags]");
    for (const flag of ["--kind", "--implementation", "--output", "--no-headers", "--color"])
      expect(stdout).toContain(flag);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
