import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { KNOWN_TARGETS } from "../../src/catalogue/ecosystem.ts";
import { ROWS } from "../../src/catalogue/rows.ts";
import { FINDING_CODES } from "../../src/model/finding.ts";
import { runCli } from "../harness/cli.ts";
import { auditJson } from "../harness/printed.ts";
import { core, GW, gateway, grant, type Manifest, namespace, reportOn, route } from "../harness/world.ts";

const ROOT = join(import.meta.dirname, "../..");

function schemaOf(command: string) {
  const schema: { $defs: { findingFields?: { properties: { code: { enum: string[] } } } } } = JSON.parse(
    readFileSync(join(ROOT, `docs/schema/${command}.schema.json`), "utf8"),
  );
  return { schema, validate: new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(schema) };
}

const { schema, validate } = schemaOf("audit");

/** Every folder of manifests in the repository is a world to validate the outputs of. */
const folders = [
  ...new Set(globSync(["examples/*/*.yaml", "test/scenarios/*/*.yaml"], { cwd: ROOT }).map((file) => join(file, ".."))),
];

/** The output of a command as JSON, which the schema has to fit and YAML to repeat. */
async function checked(argv: readonly string[], folder: string, fits: typeof validate): Promise<unknown> {
  const run = (output: string) => runCli([...argv, "-o", output], { folder });
  const data: unknown = JSON.parse((await run("json")).stdout);
  fits(data);
  expect(fits.errors ?? []).toEqual([]);
  expect(parse((await run("yaml")).stdout)).toEqual(data);
  return data;
}

describe("audit -o json and -o yaml", () => {
  it.each(folders.toSorted())("fit docs/schema/audit.schema.json: %s", async (folder) => {
    for (const more of [[], ["--closed-world"], ["--ignore", Object.keys(FINDING_CODES).join(",")]]) {
      await checked(["audit", "-f", ".", ...more], join(ROOT, folder), validate);
    }
  });

  it("show what was ignored, and by whom", async () => {
    const folder = join(ROOT, "examples/world");
    const all = await checked(["audit", "-f", "."], folder, validate);
    const some = await checked(["audit", "-f", ".", "--ignore", "grant-unused"], folder, validate);
    const counts = (data: unknown) => {
      const { findings = [], ignored = [] }: { findings?: unknown[]; ignored?: unknown[] } = Object(data);
      return { findings: findings.length, ignored };
    };
    const { findings, ignored } = counts(some);
    expect(counts(all)).toEqual({ findings: findings + ignored.length, ignored: [] });
    expect(ignored).not.toEqual([]);
    for (const finding of ignored) expect(finding).toMatchObject({ code: "grant-unused", ignoredBy: "flag" });
  });

  it("fit the schema for handshakes and rules that are rare", () => {
    const envoy = (kind: string, spec: object): Manifest => ({
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind,
      metadata: { name: kind.toLowerCase(), namespace: "app" },
      spec,
    });
    const status = (type: string, value: string, reason: string) => ({
      parents: [
        {
          parentRef: { name: "gw", namespace: "edge" },
          controllerName: "example.com/controller",
          conditions: [
            {
              type,
              status: value,
              reason,
              message: "",
              observedGeneration: 2,
              lastTransitionTime: "2026-01-01T00:00:00Z",
            },
          ],
        },
      ],
    });
    const backendRefs = [{ name: "api", namespace: "backend", port: 80 }];
    const web = route("HTTPRoute", "app", "web", {
      parentRefs: [{ name: "gw", namespace: "edge" }],
      rules: [
        { backendRefs, filters: [{ type: "ExtensionRef", extensionRef: { group: "x.io", kind: "X", name: "x" } }] },
      ],
    });
    const all = { allowedRoutes: { namespaces: { from: "All" } } };
    const report = reportOn([
      ...["app", "backend", "edge"].map((name) => namespace(name)),
      core("Service", "backend", "api"),
      grant("backend", "g", [{}], [{}]),
      gateway("edge", "gw", [{ name: "http", port: 80, protocol: "HTTP", ...all }]),
      {
        apiVersion: `${GW}/v1`,
        kind: "GatewayClass",
        metadata: { name: "c" },
        spec: { parametersRef: { group: "", kind: "ConfigMap", name: "params", namespace: "edge" } },
      },
      {
        ...web,
        metadata: { name: "web", namespace: "app", generation: 2 },
        status: status("ResolvedRefs", "False", "RefNotPermitted"),
      },
      envoy("Backend", { tls: { clientCertificateRef: { name: "cert", namespace: "backend" } } }),
      envoy("EnvoyProxy", { telemetry: { tracing: { provider: { backendRefs } } } }),
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "claim", namespace: "app" },
        spec: {
          dataSourceRef: {
            apiGroup: "snapshot.storage.k8s.io",
            kind: "VolumeSnapshot",
            name: "s",
            namespace: "backend",
          },
        },
      },
    ]);
    const data: {
      decisions: { handshake: string; reason: string | null; witness: { by: string } | null; rule: object }[];
      findings: { code: string; status: object | null; decision: number | null }[];
    } = JSON.parse(auditJson(report));
    validate(data);
    expect(validate.errors ?? []).toEqual([]);
    expect(new Set(data.decisions.map(({ handshake }) => handshake))).toEqual(new Set(["grant", "attachment", "none"]));
    expect(data.decisions.map(({ reason }) => reason)).toContain("MustBeLocal");
    expect(data.decisions.map(({ witness }) => witness?.by)).toContain("unenforced");
    expect(data.decisions.map(({ rule }) => rule)).toContainEqual({
      implementation: "envoy-gateway",
      enforcement: "ignored",
    });
    const [disagreement] = data.findings.filter(({ status: said }) => said !== null);
    expect(disagreement).toMatchObject({
      code: "controller-refuses-permitted",
      decision: expect.any(Number),
      status: {
        controller: "example.com/controller",
        type: "ResolvedRefs",
        status: "False",
        reasons: ["RefNotPermitted"],
        observedGeneration: 2,
        generation: 2,
        freshness: "fresh",
      },
    });
  });

  it("the schema has every code and no other", () => {
    expect(schema.$defs.findingFields?.properties.code.enum.toSorted()).toEqual(Object.keys(FINDING_CODES).toSorted());
  });

  it("the schema refuses what it should", () => {
    expect(validate({ schemaVersion: "1.3" })).toBe(false);
  });

  it.each(["finding", "ignoredFinding"])("the schema refuses fields that a %s does not have", async (name) => {
    const data: { findings: object[]; ignored: object[] } = Object(
      await checked(["audit", "-f", "."], join(ROOT, "examples/world"), validate),
    );
    const [finding] = data.findings;
    expect(finding).toBeDefined();
    const more = { ...finding, ...(name === "finding" ? {} : { ignoredBy: "flag" }) };
    const wrong = { ...more, surprise: true };
    const list = name === "finding" ? "findings" : "ignored";
    expect([validate({ ...data, [list]: [more] }), validate({ ...data, [list]: [wrong] })]).toEqual([true, false]);
  });
});

describe("catalogue -o json and -o yaml", () => {
  const { validate: fits } = schemaOf("catalogue");

  it.each([[[]], [["httproute"]], [["--implementation", "kong"]], [["secret"]], [["gc", "--implementation", "kong"]]])(
    "fit docs/schema/catalogue.schema.json: %j",
    async (argv) => {
      expect(await checked(["catalogue", ...argv], ROOT, fits)).toMatchObject({ schemaVersion: "1.1" });
    },
  );

  /** The rows of one kind, by id. */
  async function rowsOf(kind: string): Promise<ReadonlyMap<string, unknown>> {
    const data: { rows: { id: string }[] } = Object(await checked(["catalogue", kind], ROOT, fits));
    return new Map(data.rows.map((row) => [row.id, row]));
  }

  it("no kind is trusted where none is known to be enough", async () => {
    const rows = [...(await rowsOf("gatewayparameters")).values()];
    expect(rows).toContainEqual(expect.objectContaining({ trustUnknown: true }));
    for (const row of rows) expect(row).toMatchObject({ trustUnknown: true, trustedAs: [] });
  });

  it("what else decides over grants is in the rows that have it, and in no others", async () => {
    const plain = { trustUnknown: false, namesUnread: false, asksAtHome: false, generatedBy: null };
    const route = { group: GW, kind: "HTTPRoute" };
    const routes = await rowsOf("httproutes.gateway.networking.k8s.io");
    expect(routes.get("HTTPRoute.backendRefs")).toMatchObject({ ...plain, trustedAs: [route] });
    expect(routes.get("HTTPRoute.parentRefs")).toMatchObject({ ...plain, trustedAs: [] });
    const all: { rows: { id: string }[]; targets: { underMesh: boolean }[] } = Object(
      await checked(["catalogue"], ROOT, fits),
    );
    const told = (field: string, silent: unknown) =>
      all.rows.flatMap((row) => (Object(row)[field] === silent ? [] : [row.id]));
    const known = (field: "trustUnknown" | "namesUnread" | "asksAtHome" | "generatedBy") =>
      ROWS.flatMap((row) => (row.handshake === "grant" && row[field] !== undefined ? [row.id] : []));
    for (const field of ["trustUnknown", "namesUnread", "asksAtHome"] as const) {
      expect(known(field)).not.toEqual([]);
      expect(told(field, false).toSorted()).toEqual(known(field).toSorted());
    }
    expect(told("generatedBy", null).toSorted()).toEqual(known("generatedBy").toSorted());
    expect(all.rows).toContainEqual(expect.objectContaining({ generatedBy: "AIGatewayRoute.rules.backendRefs" }));
    const underMesh = KNOWN_TARGETS.map((target) => target.underMesh === true);
    expect(new Set(underMesh)).toEqual(new Set([true, false]));
    expect(all.targets.map((target) => target.underMesh).toSorted()).toEqual(underMesh.toSorted());
  });

  it("the schema refuses what it should", () => {
    expect(fits({ schemaVersion: "1.1" })).toBe(false);
  });
});
