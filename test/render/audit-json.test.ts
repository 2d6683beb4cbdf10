import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { IGNORE_ANNOTATION } from "../../src/model/finding.ts";
import { formatPath } from "../../src/model/object.ts";
import type { Report } from "../../src/model/report.ts";
import { audit } from "../../src/pipeline.ts";
import { runCli } from "../harness/cli.ts";
import { auditJson } from "../harness/printed.ts";
import {
  core,
  type FromEntry,
  GW,
  gateway,
  grant,
  type Manifest,
  namespace,
  object,
  reportOn,
  reportOnCluster,
  route,
  snapshotOf,
  type ToEntry,
  withStatus,
} from "../harness/world.ts";

/** Findings as data: whoever reads JSON needs no English. */

interface FindingData {
  readonly code: string;
  readonly severity: string;
  readonly subject: object | null;
  readonly related: readonly object[];
  readonly decision: number | null;
  readonly status: object | null;
  readonly details: object | null;
}

interface ReportData {
  readonly findings: readonly FindingData[];
  readonly decisions: readonly { readonly path: string }[];
}

const ROOT = join(import.meta.dirname, "../..");
const schema: object = JSON.parse(readFileSync(join(ROOT, "docs/schema/audit.schema.json"), "utf8"));
const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(schema);

function dataOf(report: Report): ReportData {
  const data: ReportData = JSON.parse(auditJson(report));
  validate(data);
  expect(validate.errors ?? []).toEqual([]);
  return data;
}

/** The findings with one code; that there is one is for the caller to expect. */
const findings = (report: Report, code: string): readonly FindingData[] =>
  dataOf(report).findings.filter((finding) => finding.code === code);

const id = (group: string, kind: string, home: string | null, name: string) => ({ group, kind, namespace: home, name });

const namespaces = ["app", "backend", "edge", "shop"].map((name) => namespace(name));
const api = core("Service", "backend", "api");
const all = { allowedRoutes: { namespaces: { from: "All" } } };
const gw = gateway("edge", "gw", [{ name: "http", port: 80, protocol: "HTTP", ...all }]);
const parentRefs = [{ name: "gw", namespace: "edge" }];
const backendRefs = [{ name: "api", namespace: "backend", port: 80 }];
const toService = (name: string | null) => [name === null ? {} : { name }];

function created(manifest: Manifest, time: string): Manifest {
  const metadata: object = Object(manifest.metadata);
  return { ...manifest, metadata: { ...metadata, creationTimestamp: time } };
}

const condition = (type: string, status: string, reason: string, observedGeneration: number) => ({
  type,
  status,
  reason,
  message: "what it says",
  observedGeneration,
  lastTransitionTime: "2026-01-01T00:00:00Z",
});

const ofParent = (conditions: readonly object[]) => ({
  parents: [
    {
      parentRef: { name: "gw", namespace: "edge", sectionName: "http" },
      controllerName: "example.com/controller",
      conditions,
    },
  ],
});

describe("a finding names what it speaks of", () => {
  it("hostname-taken: the other route, the parent, the listener and the hostname", () => {
    const claim = (home: string) =>
      route("HTTPRoute", home, "web", { parentRefs, hostnames: ["a.example.com"], rules: [{ backendRefs: [] }] });
    const world = [
      ...namespaces,
      gw,
      created(claim("app"), "2026-01-01T00:00:00Z"),
      created(claim("shop"), "2026-02-01T00:00:00Z"),
    ];
    const other = id(GW, "HTTPRoute", "app", "web");
    const parent = id(GW, "Gateway", "edge", "gw");
    expect(findings(reportOnCluster(world), "hostname-taken")).toMatchObject([
      {
        subject: id(GW, "HTTPRoute", "shop", "web"),
        related: [other, parent],
        details: {
          other,
          parent,
          listener: "http",
          hostname: "a.example.com",
          seniority: "older",
          sameMatch: true,
          taker: null,
        },
      },
    ]);
  });

  it("grant-redundant: the grant that covers it", () => {
    const world = [
      ...namespaces,
      api,
      grant("backend", "narrow", [{}], toService("api")),
      grant("backend", "wide", [{}], toService(null)),
    ];
    const wide = id(GW, "ReferenceGrant", "backend", "wide");
    expect(findings(reportOn(world), "grant-redundant")).toMatchObject([
      {
        subject: id(GW, "ReferenceGrant", "backend", "narrow"),
        related: [wide],
        details: { covering: wide, coveredBy: null },
      },
    ]);
  });

  it("service-unselected: the grants that open the Service", () => {
    const world = [
      ...namespaces,
      { ...api, spec: { type: "ExternalName", externalName: "example.com" } },
      grant("backend", "g", [{}], toService("api")),
      route("HTTPRoute", "app", "web", { rules: [{ backendRefs }] }),
    ];
    const opening = id(GW, "ReferenceGrant", "backend", "g");
    expect(findings(reportOn(world), "service-unselected")).toMatchObject([
      { related: [opening], details: { why: "external-name", grants: [opening] } },
    ]);
  });

  it("controller-refuses-permitted: who said what of which parent, and every decision that it contradicts", () => {
    const web = route("HTTPRoute", "app", "web", {
      parentRefs: [{ ...parentRefs[0], sectionName: "http" }],
      rules: [{ backendRefs: [...backendRefs, { name: "more", namespace: "backend", port: 80 }] }],
    });
    const report = reportOn([
      ...namespaces,
      gw,
      api,
      core("Service", "backend", "more"),
      grant("backend", "g", [{}], toService(null)),
      withStatus(web, ofParent([condition("ResolvedRefs", "False", "RefNotPermitted", 3)])),
    ]);
    const [finding, ...others] = findings(report, "controller-refuses-permitted");
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      related: [
        id(GW, "Gateway", "edge", "gw"),
        id("", "Service", "backend", "api"),
        id("", "Service", "backend", "more"),
      ],
      status: {
        controller: "example.com/controller",
        subject: { about: "parent", parent: id(GW, "Gateway", "edge", "gw"), sectionName: "http", port: null },
        type: "ResolvedRefs",
        status: "False",
        reasons: ["RefNotPermitted"],
        message: "what it says",
        observedGeneration: 3,
        lastTransitionTime: "2026-01-01T00:00:00Z",
        generation: 3,
        freshness: "fresh",
      },
    });
    const { decisions = [] }: { decisions?: readonly number[] } = Object(finding?.details);
    expect(finding?.decision).toBe(decisions[0]);
    expect(decisions.map((index) => dataOf(report).decisions[index]?.path)).toEqual([
      "spec.rules[0].backendRefs[0]",
      "spec.rules[0].backendRefs[1]",
    ]);
  });

  it("the same, without the decisions that the report is narrowed away from", () => {
    const web = route("HTTPRoute", "app", "web", {
      parentRefs: [{ ...parentRefs[0], sectionName: "http" }],
      rules: [{ backendRefs: [...backendRefs, { name: "s", namespace: "shop", port: 80 }] }],
    });
    const world = [
      ...namespaces,
      gw,
      api,
      core("Service", "shop", "s"),
      grant("backend", "g", [{}], toService("api")),
      grant("shop", "g", [{}], toService("s")),
      withStatus(web, ofParent([condition("ResolvedRefs", "False", "RefNotPermitted", 3)])),
    ];
    const report = audit(snapshotOf(world), { namespace: "shop", selector: [] });
    const [finding] = findings(report, "controller-refuses-permitted");
    const paths = dataOf(report).decisions.map(({ path }) => path);
    expect(finding?.details).toMatchObject({ decisions: [paths.indexOf("spec.rules[0].backendRefs[1]")] });
  });

  it("status-stale: which listener of which object the controller spoke of, and of which generation", () => {
    const listeners = [{ name: "http", conditions: [condition("ResolvedRefs", "True", "ResolvedRefs", 1)] }];
    const report = reportOn([...namespaces, withStatus(gw, { listeners }, 2)]);
    expect(findings(report, "status-stale")).toMatchObject([
      {
        details: null,
        status: {
          subject: { about: "listener", listener: "http" },
          observedGeneration: 1,
          generation: 2,
          freshness: "stale",
        },
      },
    ]);
  });

  it("ignore-unknown-code: the word, and what it looks like", () => {
    const metadata = { ...Object(api.metadata), annotations: { [IGNORE_ANNOTATION]: "listner-open, nonsense" } };
    expect(
      findings(reportOn([...namespaces, { ...gw, metadata: { ...metadata, name: "gw" } }]), "ignore-unknown-code").map(
        ({ details }) => details,
      ),
    ).toEqual([
      { word: "listner-open", meant: "listener-open-to-all", more: 0 },
      { word: "nonsense", meant: null, more: 0 },
    ]);
  });

  it("version-stored: the kind and its versions", () => {
    const definition: Manifest = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `referencegrants.${GW}` },
      spec: {
        group: GW,
        names: { kind: "ReferenceGrant", plural: "referencegrants" },
        scope: "Namespaced",
        versions: [{ name: "v1beta1", served: true, storage: true }],
      },
      status: { storedVersions: ["v1alpha2", "v1beta1"] },
    };
    expect(findings(reportOnCluster([definition]), "version-stored")).toMatchObject([
      { details: { group: GW, kind: "ReferenceGrant", fate: "dropped", versions: ["v1alpha2"] } },
    ]);
  });

  it("version-old: what becomes of the versions", () => {
    const old = { ...route("TCPRoute", "app", "r", { rules: [] }), apiVersion: `${GW}/v1alpha2` };
    const served = [{ group: GW, kind: "TCPRoute", version: "v1alpha2" }];
    expect(findings(reportOnCluster([old], { served, problems: [] }), "version-old")).toMatchObject([
      { details: { kind: "TCPRoute", fate: "deprecated", versions: ["v1alpha2"] } },
    ]);
  });

  it("grant-unknown-kind: what is known of the kind all the same, and whether its use can be told", () => {
    const telling = (from: readonly FromEntry[], to: readonly ToEntry[]) =>
      findings(reportOn([...namespaces, grant("backend", "g", from, to)]), "grant-unknown-kind").map(
        ({ details }) => details,
      );
    const widget = { group: "example.com", kind: "Widget" };
    expect(telling([widget], [{}])).toEqual([{ unknown: widget, meant: null, known: null, openUse: true }]);
    expect(telling([{ kind: "httproute" }], [{}])).toMatchObject([
      { meant: { group: GW, kind: "HTTPRoute" }, known: null },
    ]);
    const service = { group: "", kind: "Service" };
    const ingress = { group: "networking.k8s.io", kind: "Ingress" };
    expect(telling([ingress], [{}])).toEqual([
      {
        unknown: ingress,
        meant: null,
        known: { unnamed: [service], instead: [], grantKind: null },
        openUse: true,
      },
    ]);
    const policy = { group: "gateway.kgateway.dev", kind: "TrafficPolicy" };
    expect(telling([policy], [{}])).toMatchObject([
      { known: { unnamed: [service], instead: [{ ...policy, kind: "GatewayExtension" }], grantKind: null } },
    ]);
    const kong = { group: "configuration.konghq.com", kind: "KongCertificate" };
    expect(telling([kong], [{ kind: "Secret" }])).toMatchObject([
      { known: { unnamed: [{ group: "", kind: "Secret" }], instead: [], grantKind: { kind: "KongReferenceGrant" } } },
    ]);
  });

  it("a status that a former controller left names the one that has taken over", () => {
    const web = route("HTTPRoute", "app", "web", {
      parentRefs: [{ ...parentRefs[0], sectionName: "http" }],
      rules: [{ backendRefs }],
    });
    const gatewayClass = object(`${GW}/v1`, "GatewayClass", null, "x", { controllerName: "example.com/successor" });
    const refusal = withStatus(web, ofParent([condition("ResolvedRefs", "False", "RefNotPermitted", 3)]));
    const world = [...namespaces, gw, api, grant("backend", "g", [{}], toService(null)), refusal];
    const told = (more: readonly Manifest[]) => findings(reportOn([...world, ...more]), "controller-refuses-permitted");
    expect(told([])).toMatchObject([{ status: { supersededBy: null }, details: { doubts: [] } }]);
    expect(told([gatewayClass])).toMatchObject([
      {
        status: { controller: "example.com/controller", supersededBy: "example.com/successor" },
        details: { doubts: [{ because: "superseded", namespaces: [] }] },
      },
    ]);
  });

  it("manifest-rejected: the field, what belongs there and what is there", () => {
    const broken = object(`${GW}/v1`, "HTTPRoute", "app", "web", { rules: 3 });
    const report = reportOn([...namespaces, broken]);
    const [problem] = report.findings.flatMap((finding) =>
      "problem" in finding && finding.problem.cause === "field" ? [finding.problem] : [],
    );
    expect(findings(report, "manifest-rejected")).toMatchObject([
      { details: { cause: "field", path: problem && formatPath(problem.path), found: "the number 3" } },
    ]);
  });

  it("ref-not-permitted: a grant that the API server would refuse, among what was tried", () => {
    const broken = grant("backend", "g", [{ namespace: "*" }, {}], toService("api"));
    const report = reportOn([
      ...namespaces,
      api,
      broken,
      route("HTTPRoute", "app", "web", { rules: [{ backendRefs }] }),
    ]);
    const [finding] = findings(report, "ref-not-permitted");
    expect(dataOf(report).decisions[finding?.decision ?? -1]).toMatchObject({
      trials: expect.arrayContaining([expect.objectContaining({ failed: ["grant.rejected"] })]),
    });
  });

  it("not-attached and target-not-found: where there is an object of that name", () => {
    const web = route("HTTPRoute", "app", "web", {
      parentRefs: [{ name: "gw" }],
      rules: [{ backendRefs: [{ name: "api", port: 80 }] }],
    });
    const report = reportOn([...namespaces, gw, api, web]);
    const there = [id(GW, "Gateway", "edge", "gw"), id("", "Service", "backend", "api")];
    for (const [index, code] of ["not-attached", "target-not-found"].entries()) {
      expect(findings(report, code)).toMatchObject([{ details: { elsewhere: there[index], others: 0 } }]);
      expect(findings(report, code)[0]?.related).toContainEqual(there[index]);
    }
  });
});

describe("the worlds of the pages", () => {
  const folder = join(ROOT, "test/docs/pages");
  it.each(readdirSync(folder))("%s fits the schema", async (file) => {
    const { stdout } = await runCli(["audit", "-f", file, "--closed-world", "-o", "json"], { folder });
    validate(JSON.parse(stdout));
    expect(validate.errors ?? []).toEqual([]);
  });
});

it("the schema refuses the details of another code, and none where there are some", () => {
  const data: { findings: object[] } = JSON.parse(
    auditJson(reportOn([...namespaces, gw, grant("backend", "g", [{}], [{}])])),
  );
  const of = (details: unknown) => ({
    ...data,
    findings: data.findings.map((finding) => ({ ...finding, code: "grant-unused", details })),
  });
  expect(data.findings).not.toEqual([]);
  expect([of({ entries: null }), of({ word: "x", meant: null }), of(null)].map((report) => validate(report))).toEqual([
    true,
    false,
    false,
  ]);
});
