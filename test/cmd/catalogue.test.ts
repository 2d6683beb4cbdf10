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
      ["KIND", "FIELD", "MAY-NAME", "NEEDS", "RULE-OF"],
      ["HTTPRoute", "parentRefs[]", "Gateway,ListenerSet,XListenerSet", "allowedRoutes", "gateway-api"],
    ]);
    expect(table).toContainEqual([
      "HTTPRoute",
      "rules[].backendRefs[]",
      "Service,ServiceImport,InferencePool,XBackend",
      "grant",
      "gateway-api",
    ]);
    expect(table).toContainEqual([
      "HTTPRoute",
      "rules[].filters[].extensionRef",
      "<any>",
      "nothing (local)",
      "gateway-api",
    ]);
  });

  it("has every row, in every format", async () => {
    const ids = (await catalogue("-o name")).stdout.trimEnd().split("\n");
    expect(ids).toEqual(ROWS.map(({ id }) => id));
    const data: { rows: { id: string }[] } = JSON.parse((await catalogue("-o json")).stdout);
    expect(data.rows.map(({ id }) => id)).toEqual(ids);
    for (const output of ["text", "wide"]) {
      const { stdout } = await catalogue(`-o ${output}`);
      for (const id of Object.keys(IMPLEMENTATIONS)) expect(stdout).toMatch(new RegExp(` ${id}( |$)`, "m"));
    }
  });

  it("tells of a Service as parent that nobody is asked for it", async () => {
    const rows = cells((await catalogue("route --implementation gateway-api")).stdout);
    const parents = rows.filter(([, field]) => field === "parentRefs[]");
    expect(parents).toHaveLength(10);
    expect(parents.filter(([, , names]) => names === "Service").map((row) => row[3])).toEqual(
      Array(5).fill("nothing (mesh)"),
    );
    expect(
      parents.filter((row) => row[3] === "allowedRoutes").every(([, , names]) => !names?.includes("Service")),
    ).toBe(true);
  });

  it.each([
    "httproute",
    "HTTPRoutes",
    "HTTPROUTE",
    "httproutes.gateway.networking.k8s.io",
    "--kind httproute",
    "--kind=HTTPRoute.gateway.networking.k8s.io",
    "httproutes.v1.gateway.networking.k8s.io",
    "HTTPRoute.v1beta1.gateway.networking.k8s.io",
    "--kind httproute.V1.Gateway.networking.k8s.io",
    "httproute,httproutes",
    "--kind httproute,HTTPRoutes --kind httproute",
  ])("%s: a kind as people write it", async (line) => {
    expect((await catalogue(line)).stdout).toBe((await catalogue("httproute")).stdout);
  });

  it.each([
    ["gtw", ["Gateway"]],
    ["gc", ["GatewayClass"]],
    ["lset", ["ListenerSet", "XListenerSet"]],
    ["lset.gateway.networking.k8s.io", ["ListenerSet"]],
    ["btlspolicy", ["BackendTLSPolicy"]],
    ["mesh", ["XMesh"]],
    ["pvc", ["PersistentVolumeClaim"]],
    ["svc", ["Service"]],
    ["ing", ["Ingress"]],
    ["backends", ["Backend"]],
    ["backends.gateway.envoyproxy.io", ["Backend"]],
    ["backends.v1alpha1.gateway.envoyproxy.io", ["Backend"]],
    ["services.v1.", ["Service"]],
    ["lset.v1.gateway.networking.k8s.io", ["ListenerSet"]],
    ["route", ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"]],
    ["udproute,gatewayclasses,mesh", ["UDPRoute", "GatewayClass", "XMesh"]],
    ["--kind udproute --kind gc,mesh", ["UDPRoute", "GatewayClass", "XMesh"]],
  ])("%s: as kubectl takes it", async (line, kinds) => {
    const { stdout, stderr } = await catalogue(`${line} -o name`);
    const ids = stdout.trimEnd().split("\n");
    expect(new Set(ids.map((id) => id.split(".")[0]))).toEqual(new Set(kinds));
    expect(stderr).toBe("");
  });

  it.each(["kong", "Kong", "KONG"])("--implementation %s: by id or title", async (name) => {
    const table = cells((await catalogue(`--implementation ${name} --no-headers`)).stdout.split("\n\n")[0] ?? "");
    expect(new Set(table.map((row) => row.at(-1)))).toEqual(new Set(["kong"]));
  });

  it("shows what an implementation lets a field of the Gateway API name", async () => {
    const { stdout } = await catalogue("httproute --implementation 'Envoy Gateway'");
    expect(cells(stdout)).toContainEqual([
      "HTTPRoute",
      "rules[].backendRefs[]",
      "Backend.gateway.envoyproxy.io",
      "grant",
      "envoy-gateway",
    ]);
    expect((await catalogue("httproute --implementation traefik -o name")).stdout).toBe("HTTPRoute.backendRefs\n");
  });

  it("says in which words a kind of grant that is none of ours decides", async () => {
    expect((await catalogue("kongroute")).stdout).toContain("KongReferenceGrant (out of scope)");
    expect(cells((await catalogue("kongreferencegrants -o wide")).stdout)).toEqual([
      ["OTHER-GRANT", "WHOSE", "CITATION"],
      ["KongReferenceGrant", "Kong", expect.any(String)],
    ]);
  });

  it("tells what needs nobody because its owner is cluster-scoped", async () => {
    expect(cells((await catalogue("gatewayclass --no-headers")).stdout)).toEqual([
      ["GatewayClass", "parametersRef", "<any>", "nothing (cluster-scoped owner)", "gateway-api"],
    ]);
  });

  it("-o wide adds releases, peculiarities and sources", async () => {
    const [head, row] = cells((await catalogue("pvc -o wide")).stdout);
    expect(head?.slice(5)).toEqual(["CHANNEL", "SINCE", "UNTIL", "QUIRK", "CITATION"]);
    expect(row?.slice(3, 8)).toEqual(["grant, and a feature", "kubernetes", "<none>", "v1.26", "<none>"]);
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

  it("keeps the group of a kind that others call by the same name", async () => {
    const lines = (await catalogue("--no-headers")).stdout.split("\n\n")[0]?.trimEnd().split("\n") ?? [];
    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
    const named = new Set(cells(lines.join("\n")).flatMap(([, , names = ""]) => names.split(",")));
    const ambiguous = [...named].filter((name) => /^(Backend|MeshService|ServiceImport)(\.|$)/.test(name));
    expect(ambiguous.toSorted()).toEqual([
      "Backend.gateway.envoyproxy.io",
      "Backend.gateway.kgateway.dev",
      "MeshService.consul.hashicorp.com",
      "MeshService.kuma.io",
      "ServiceImport",
      "ServiceImport.multicluster.flomesh.io",
    ]);
    const wide = (await catalogue("httproute --implementation traefik,agentgateway -o wide")).stdout;
    expect(wide).toContain("TraefikService.traefik.io");
    expect(wide).toContain("AgentgatewayBackend.agentgateway.dev,HTTPRoute ");
  });

  it("has heads of one word, and no blank in a kind, a field, a list or an implementation", async () => {
    for (const output of ["text", "wide"]) {
      for (const table of (await catalogue(`-o ${output}`)).stdout.trimEnd().split("\n\n")) {
        const [head = []] = cells(table);
        for (const word of head) expect(word).toMatch(/^[A-Z-]+$/);
      }
    }
    for (const [kind, field, names, , rule] of cells((await catalogue("httproute,pvc,kongvault")).stdout)) {
      for (const cell of [kind, field, names, rule]) expect(cell).not.toMatch(/\s/);
    }
  });

  it.each([80, 100, 120])("fits a terminal of %i columns, and says the same there", async (width) => {
    for (const line of ["", "httproute", "gtw", "kongvault"]) {
      const folded = (await catalogue(line, { width })).stdout;
      expect(Math.max(...folded.split("\n").map((text) => text.length))).toBeLessThanOrEqual(width);
      const squeezed = (text: string): string => [...text.replace(/[^A-Za-z0-9]/g, "")].toSorted().join("");
      expect(squeezed(folded)).toBe(squeezed((await catalogue(line)).stdout));
    }
    const wide = (await catalogue("httproute -o wide", { width })).stdout;
    expect(wide).toBe((await catalogue("httproute -o wide")).stdout);
  });

  it("colours a folded cell line by line", async () => {
    const { stdout } = await catalogue("gatewayclass", { width: 60, color: true });
    expect(stdout.match(/\u001b\[2m[^\u001b\n]+\u001b\[0m/g)).toEqual([
      "\u001b[2mnothing\u001b[0m",
      "\u001b[2m(cluster-\u001b[0m",
      "\u001b[2mscoped\u001b[0m",
      "\u001b[2mowner)\u001b[0m",
    ]);
  });

  it.each([
    ["gateway --implementation envoy-gateway", "Envoy Gateway has no rule for references of Gateway"],
    [
      "gc,lset --implementation kong,traefik",
      "Kong and Traefik have no rule for references of GatewayClass, ListenerSet and XListenerSet",
    ],
    ["kongreferencegrant --implementation kuma", "Kuma has no rule for references of KongReferenceGrant"],
    ["refgrant", "ReferenceGrant holds no references: it is what permits those of others"],
    ["refgrant --implementation kong", "ReferenceGrant holds no references: it is what permits those of others"],
    ["cm", "no field of ConfigMap is known to name another object"],
    ["traefikservice", "no field of TraefikService.traefik.io is known to name another object"],
  ])("%s: an empty table, as kubectl get has it, and why", async (line, why) => {
    expect(await catalogue(line)).toEqual({ stdout: "", stderr: `Note: ${why}\n`, exitCode: 0 });
    const { stdout, stderr } = await catalogue(`${line} -o json`);
    expect(JSON.parse(stdout)).toMatchObject({ implementations: [], rows: [], targets: [], lookAlikes: [] });
    expect(stderr).toBe(`Note: ${why}\n`);
  });

  it("tells ReferenceGrant from what is only called so", async () => {
    const { stdout, stderr } = await catalogue("referencegrant --no-headers");
    expect(cells(stdout).map(([grant]) => grant)).toEqual(["ReferenceGrant.reference.authorization.k8s.io"]);
    expect(stderr).toBe("Note: ReferenceGrant holds no references: it is what permits those of others\n");
    expect((await catalogue("secret,httproute")).stderr).toBe(
      "Note: no field of Secret is known to name another object\n",
    );
  });

  it.each([
    ["--implementation envoy", /^error: --implementation: there is no "envoy" \(did you mean envoy-/],
    ["--implementation kgatewya", /\(did you mean kgateway\?\), only gateway-api, kubernetes, /],
    ["--implementation zzzzzzzzzzz", /there is no "zzzzzzzzzzz", only gateway-api, /],
    ["--implementation=", /^error: --implementation holds an empty name/],
    ["--implementation ' '", /^error: --implementation holds an empty name/],
    ["--implementation kong,", /^error: --implementation holds an empty name/],
    ["--kind=", /^error: --kind holds an empty name/],
    ["httproute,", /^error: TYPE holds an empty name/],
    ["httproute grpcroute", /^error: catalogue takes one TYPE, found "grpcroute"/],
    [
      "httproute --kind gateway",
      /^error: --kind is another way to write TYPE: give one of them, as in httproute,gateway\n/,
    ],
    ["nosuch", /^error: the catalogue knows no kind "nosuch"\nSee 'kubectl refgrant catalogue --help' for usage\.\n$/],
    ["nosuch -o json", /^error: the catalogue knows no kind "nosuch"\n/],
    ["help", /^error: the catalogue knows no kind "help"\n/],
    ["httproute,foo", /^error: the catalogue knows no kind "foo"\n/],
    ["httprout", /^error: the catalogue knows no kind "httprout" \(did you mean httproute\?\)\n/],
    ["httproute/x", /no kind "httproute\/x" \(did you mean httproute\?\)/],
    ["routes.v1.", /no kind "routes\.v1\."/],
    ["httproutes.v7.gateway.networking.k8s.io", /no kind "httproutes\.v7\.gateway/],
    ["httproutes.v1.example.com", /no kind "httproutes\.v1\.example\.com" \(did you mean httproutes\?\)/],
    ["gateways.example.com", /no kind "gateways.example.com" \(did you mean gateways\?\)/],
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
