import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { type Ran, runCli, type Surroundings, words } from "../harness/cli.ts";
import { type MemoryReader, readerOf } from "../harness/reader.ts";
import {
  core,
  GW,
  grant,
  type Manifest,
  namespace,
  object,
  route,
  snapshotOf,
  snapshotOfText,
} from "../harness/world.ts";

/** `scaffold` from the command line: flags, errors, exit codes, and what reaches standard output. */

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-scaffold-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const listOf = (items: readonly Manifest[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });

/** Runs the command on manifests that come on standard input. */
function onFiles(world: readonly Manifest[], line: string, more: Partial<Surroundings> = {}): Promise<Ran> {
  return runCli(words(`scaffold ${line} -f -`), { folder, stdin: listOf(world), ...more });
}

function onCluster(world: readonly Manifest[], line: string, more: Partial<MemoryReader> = {}): Promise<Ran> {
  const reader = { ...readerOf(snapshotOfText(world.map((one) => JSON.stringify(one)).join("\n---\n"))), ...more };
  return runCli(words(`scaffold ${line}`), { folder, reader });
}

const to = (home: string, name: string, more: object = {}) => ({
  rules: [{ backendRefs: [{ name, namespace: home, port: 80, ...more }] }],
});
const web = route("HTTPRoute", "app", "web", to("backend", "api"));
const both = route("HTTPRoute", "app", "both", {
  rules: [
    {
      backendRefs: [
        { name: "api", namespace: "backend", port: 80 },
        { name: "pay", namespace: "payments", port: 80 },
      ],
    },
  ],
});
const away = route("HTTPRoute", "app", "away", to("elsewhere", "api"));
const home = route("HTTPRoute", "app", "home", to("app", "api"));
const slip = route("HTTPRoute", "app", "slip", to("backend", "api", { kind: "Services" }));
const allow = grant("backend", "allow", [{ namespace: "far" }], [{ name: "other" }]);
const WORLD: readonly Manifest[] = [
  web,
  both,
  away,
  home,
  slip,
  allow,
  core("Service", "backend", "api"),
  core("Service", "payments", "pay"),
  ...["app", "backend", "payments"].map((name) => namespace(name)),
];
const policy: Manifest = {
  ...grant("backend", "old", [{}], [{}]),
  apiVersion: `${GW}/v1alpha2`,
  kind: "ReferencePolicy",
};

const yamlOf = ({ stdout }: Ran): readonly unknown[] =>
  parseAllDocuments(stdout).map((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join());
    return document.toJS();
  });

describe("command lines that are refused", () => {
  const long = "a".repeat(254);
  it.each([
    ["httproute/web --name A_b", /--name takes what an object can be called: letters a to z/],
    ["httproute/web --name=", /--name/],
    ["httproute/web --name -x", /--name/],
    ["httproute/web --name a..b", /--name takes/],
    [`httproute/web --name ${long}`, /--name takes/],
    ["httproute/web --name a/b", /--name takes/],
    ["httproute/web --api-version v2", /--api-version takes v1, v1beta1/],
    ["httproute/web --api-version v1alpha1", /--api-version takes/],
    [`httproute/web --api-version ${GW}/v3`, /--api-version takes/],
    [`httproute/web --api-version example.com/v1`, /--api-version takes/],
    ["httproute/web --into allow", /--into takes one referencegrant\/NAME/],
    ["httproute/web --into referencegrant", /--into takes one referencegrant\/NAME/],
    ["httproute/web --into referencegrant/", /names no object/],
    ["httproute/web --into referencegrant/a/b", /one slash/],
    ["httproute/web --into /allow", /names no type/],
    ["httproute/web --into httproute/web", /--into takes a referencegrant\/NAME, not "httproute\/web"/],
    ["httproute/web --into referencepolicy/allow", /--into takes a referencegrant\/NAME/],
    ["httproute/web --into referencegrnat/allow", /no resource type "referencegrnat" \(did you mean referencegrant/],
    ["httproute/web --into referencegrant/allow --name mine", /--name is of new grants, and --into makes none/],
    ["httproute/both --into referencegrant/allow", /targets are in namespaces backend and payments/],
    ["httproute/web --name allow", /ReferenceGrant backend\/allow is there already/],
    ["referencegrant/allow --all", /--all is about objects that refer to others/],
    ["referencegrant/allow --any-name", /--any-name is about objects that refer/],
    ["referencegrant/allow --assume-refused", /--assume-refused is about objects that refer/],
    ["referencegrant/allow --into referencegrant/allow", /--into is about objects that refer/],
    ["referencegrant/allow --name mine", /--name is about objects that refer/],
    ["referencepolicy/old --all", /--all is about objects that refer.*ReferencePolicy backend\/old/],
    ["httproute/web referencegrant/allow --all", /--all is about objects that refer/],
    ["httproute/web -o text", /yaml.*json|json.*yaml/],
    ["httproute/web -o wide", /yaml.*json|json.*yaml/],
    ["httproute/web -l a=b", /do not go together/],
    ["httprote/web", /no resource type "httprote" \(did you mean httproute/],
    ["httproute/web --fail-on error", /fail-on/],
  ])("%s", async (line, message) => {
    const { stdout, stderr, exitCode } = await onFiles([...WORLD, policy], line);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: /);
  });

  it("a version that the cluster has not", async () => {
    const reader = { kindsNamed: async () => [] };
    const outcome = await onCluster(WORLD, "-n app --api-version v1alpha2", reader);
    expect(outcome).toMatchObject({ stdout: "", exitCode: 2 });
    expect(outcome.stderr).toContain(`the server has no referencegrants of ${GW}/v1alpha2`);
  });
});

describe("what is not there", () => {
  it.each([
    ["httproute/wbe -n app", /no HTTPRoute called wbe.*\nDid you mean HTTPRoute app\/web\?/],
    [
      "referencegrant/alow -n backend",
      / called alow in namespace backend.*\nDid you mean ReferenceGrant backend\/allow\?/,
    ],
    ["referencegrant/allow -n app", / called allow in namespace app[\s\S]*ReferenceGrant backend\/allow/],
    ["referencepolicy/old -n backend", /no ReferencePolicy called old/],
    ["-n bakend", /namespace bakend[\s\S]*Did you mean backend\?/],
    [
      "httproute/web --into referencegrant/alow",
      /no ReferenceGrant called alow in namespace backend[\s\S]*Did you mean allow\?/,
    ],
  ])("%s", async (line, message) => {
    const { stdout, stderr, exitCode } = await onFiles(WORLD, line);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 3 });
    expect(stderr).toMatch(message);
  });

  it("is told of a cluster too", async () => {
    for (const line of ["httproute/wbe -n app", "-n bakend", "referencegrant/alow -n backend"]) {
      const { stdout, stderr, exitCode } = await onCluster(WORLD, line);
      expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 3 });
      expect(stderr).toContain("Did you mean");
    }
  });

  it("is no error where none was named", async () => {
    expect(await onFiles(WORLD, "tlsroutes")).toMatchObject({ stdout: "", exitCode: 0 });
    expect(await onFiles([core("Service", "app", "api")], "-n app")).toMatchObject({ stdout: "", exitCode: 0 });
  });
});

describe("exit codes, and whether anything is printed", () => {
  it.each([
    ["httproute/web", 0, 1],
    ["httproute/home", 0, 0],
    ["httproute/both", 0, 2],
    ["httproute/slip", 1, 0],
    ["httproute web slip", 1, 1],
    ["httproute/away", 4, 0],
    ["httproute web away", 4, 1],
    ["httproute slip away", 1, 0],
    ["httproute/away --assume-refused", 0, 1],
    ["httproute/away --closed-world", 0, 1],
    ["httproute/away --closed-world --all", 0, 1],
    ["-n app", 1, 2],
    ["-A", 1, 2],
    ["referencegrant/allow", 4, 1],
    ["referencegrant/allow --closed-world", 0, 0],
    ["referencepolicy/old", 0, 1],
    ["httproute/web referencepolicy/old", 0, 2],
    ["httproute/slip referencepolicy/old", 1, 1],
    ["httproute/web --name mine", 0, 1],
    ["httproute/both --name allow-2", 0, 2],
    ["httproute/web --into referencegrant/allow", 0, 1],
    ["httproute/web --into referencegrants/allow", 0, 1],
    ["httproute/web --into referencegrants.v1.gateway.networking.k8s.io/allow", 0, 1],
    [`httproute/web --api-version ${GW}/v1`, 0, 1],
  ])("%s: %i, with %i documents", async (line, exitCode, documents) => {
    const outcome = await onFiles([...WORLD, policy], line);
    expect(outcome.exitCode).toBe(exitCode);
    expect(yamlOf(outcome)).toHaveLength(documents);
    expect(outcome.stdout === "").toBe(documents === 0);
    expect(outcome.stderr).not.toBe("");
  });

  it("1 where the cluster has no ReferenceGrant, and nothing is printed", async () => {
    const served = readerOf(snapshotOf([])).served.filter(({ kind }) => kind !== "ReferenceGrant");
    const refused = await onCluster(WORLD, "httproute/web -n app", { served });
    expect(refused).toMatchObject({ stdout: "", exitCode: 1 });
    expect(refused.stderr).toContain("the cluster has no ReferenceGrant");
    const old = await onCluster([...WORLD, policy], "referencepolicy/old -n backend", { served });
    expect(old).toMatchObject({ stdout: "", exitCode: 1 });
  });

  it("4 where objects that are asked about may not be listed, and what could be seen is printed", async () => {
    const snapshot = snapshotOfText(WORLD.map((one) => JSON.stringify(one)).join("\n---\n"));
    const mayNotList = (plain: string) =>
      readerOf(snapshot, (need) => need.read === "list" && need.groupKind.kind === plain);
    const printed = async (plain: string, line: string) => {
      const outcome = await runCli(words(`scaffold ${line}`), { folder, reader: mayNotList(plain) });
      return [outcome.exitCode, yamlOf(outcome).length, outcome.stderr.includes('user "jo" may not list')];
    };
    expect(await printed("GRPCRoute", "routes -n backend")).toEqual([4, 0, true]);
    expect(await printed("GRPCRoute", "routes -n payments")).toEqual([4, 0, true]);
    expect(await printed("ReferenceGrant", "httproute/both -n app")).toEqual([4, 0, true]);
    expect(await printed("ReferenceGrant", "httproute/both -n app --assume-refused")).toEqual([0, 2, false]);
  });

  it("1 for a grant that the API server refuses", async () => {
    const rejected = grant("backend", "bad", [{ namespace: "*" }], [{}]);
    expect(await onFiles([...WORLD, rejected], "referencegrant/bad")).toMatchObject({ stdout: "", exitCode: 1 });
  });
});

describe("standard output", () => {
  const kindsOf = (documents: readonly unknown[]) =>
    documents.map((document) => Object(document).kind).filter((kind) => kind !== "ReferenceGrant");

  it.each(["-A", "-n app", "httproute/both", "httproute/web --into referencegrant/allow", "referencepolicy/old"])(
    "holds YAML of ReferenceGrants and nothing else: %s",
    async (line) => {
      const outcome = await onFiles([...WORLD, policy], line);
      const documents = yamlOf(outcome);
      expect(documents.length).toBeGreaterThan(0);
      expect(kindsOf(documents)).toEqual([]);
      expect(outcome.stdout).toMatch(/^apiVersion: /);
      expect(outcome.stdout.endsWith("\n")).toBe(true);
    },
  );

  it("holds the same as JSON: one object, or a List", async () => {
    for (const line of ["-A", "httproute/web", "httproute/web --into referencegrant/allow", "referencepolicy/old"]) {
      const documents = yamlOf(await onFiles([...WORLD, policy], line));
      const json: unknown = JSON.parse((await onFiles([...WORLD, policy], `${line} -o json`)).stdout);
      const items = documents.length === 1 ? [json] : Object(json).items;
      expect(items).toEqual(documents);
      if (documents.length > 1) expect(json).toMatchObject({ apiVersion: "v1", kind: "List" });
    }
  });

  it("holds nothing in JSON where there is nothing", async () => {
    expect(await onFiles(WORLD, "httproute/home -o json")).toMatchObject({ stdout: "", exitCode: 0 });
  });

  it("can be read back: a second run asks for nothing", async () => {
    const world = WORLD.filter((one) => one !== slip && one !== away);
    const first = await onFiles(world, "-A");
    const made = yamlOf(first).map((one): Manifest => ({ kind: "", ...Object(one) }));
    expect(made).toHaveLength(2);
    const second = await onFiles([...world, ...made], "-A");
    expect(second).toMatchObject({ stdout: "", exitCode: 0 });
    expect(second.stderr).toContain("Nothing to grant");
  });

  it("is the same from a cluster and from files, but for the version", async () => {
    const files = yamlOf(await onFiles(WORLD, "httproute/both --api-version v1"));
    expect(yamlOf(await onCluster(WORLD, "httproute/both -n app"))).toEqual(files);
  });

  it("keeps the comments of what comes on standard input", async () => {
    const text = [
      "# Reviewed.",
      `apiVersion: ${GW}/v1`,
      "kind: ReferenceGrant",
      "metadata: {name: used, namespace: backend}",
      "spec:",
      "  from:",
      `  - group: ${GW} # ours`,
      "    kind: HTTPRoute",
      "    namespace: app",
      "  to:",
      '  - group: ""',
      "    kind: Service",
      "    name: other",
      "---",
      JSON.stringify(web),
      "",
    ].join("\n");
    const line = "scaffold httproute/web --into referencegrant/used -f -";
    const { stdout, exitCode } = await runCli(words(line), { folder, stdin: text });
    const [own = ""] = text.split("---");
    expect({ stdout, exitCode }).toEqual({
      stdout: `${own}  - group: ""\n    kind: Service\n    name: api\n`,
      exitCode: 0,
    });
  });

  it("gives one name in each namespace that needs a grant", async () => {
    const names = yamlOf(await onFiles(WORLD, "httproute/both --name mine")).map((one) => Object(one).metadata);
    expect(names).toEqual([
      { name: "mine", namespace: "backend" },
      { name: "mine", namespace: "payments" },
    ]);
  });
});

describe("hostile text", () => {
  const HOSTILE = "a\u001b[2Jb\u0007c\u009bd\u202ee\u200bf\rg\u007fh\u0085i\u2028j";
  const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
  const marked = (manifest: Manifest): Manifest => ({
    ...manifest,
    metadata: {
      ...Object(manifest.metadata),
      annotations: { "example.com/note": HOSTILE, [`example.com/${HOSTILE}`]: "x" },
      labels: { note: HOSTILE },
    },
  });
  const used = grant("backend", "used", [{}], [{}]);
  const old = { ...policy, spec: Object(grant("backend", "old", [{ namespace: "far" }], [{}]).spec) };
  const other = route("GRPCRoute", "app", "other", to("backend", "api"));
  const world = [web, other, marked(used), marked(old), core("Service", "backend", "api"), namespace("app")];

  it.each([
    "referencegrant/used",
    "referencepolicy/old",
    "grpcroute/other --into referencegrant/used",
    "referencegrant/used -o json",
    "referencepolicy/old -o json",
  ])("of an object is escaped on standard output, and is still there: %s", async (line) => {
    const outcome = await onFiles(world, line);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stdout).not.toMatch(RAW);
    expect(outcome.stderr).not.toMatch(RAW);
    expect(yamlOf(outcome)).toMatchObject([
      { metadata: { annotations: { "example.com/note": HOSTILE, [`example.com/${HOSTILE}`]: "x" } } },
    ]);
  });

  it("in the comments of a file does not reach a terminal", async () => {
    const text = [
      `# ${HOSTILE.replaceAll(/[\u0000-\u001f\u007f\u0085\u009b\u2028]/g, "")}`,
      "apiVersion: gateway.networking.k8s.io/v1",
      "kind: ReferenceGrant",
      "metadata: {name: used, namespace: backend}",
      "spec:",
      "  from:",
      "  - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}",
      "  to:",
      '  - {group: "", kind: Service, name: api}',
      "---",
      JSON.stringify(web),
      "",
    ].join("\n");
    writeFileSync(join(folder, "hostile.yaml"), text);
    const line = "scaffold httproute/web -f hostile.yaml --into referencegrant/used --closed-world";
    const outcome = await runCli(words(line), { folder });
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(outcome.stdout).not.toMatch(RAW);
    expect(yamlOf(outcome)).toMatchObject([{ metadata: { name: "used" } }]);
  });

  it("as names does not reach a terminal, nor make other YAML than is meant", async () => {
    for (const name of ["x\u202ey", "x: y", "- x", "'", '"', "#x", "null", "yes", "012", "!!str", "{a", "&a", "*"]) {
      const outcome = await onFiles(
        [route("HTTPRoute", "app", "web", to("backend", name)), namespace("backend")],
        "-A",
      );
      expect(outcome.stdout).not.toMatch(RAW);
      expect(outcome.stderr).not.toMatch(RAW);
      for (const document of yamlOf(outcome)) {
        expect(document).toMatchObject({ spec: { to: [{ name }] } });
      }
    }
  });
});

describe("who writes a grant is told", () => {
  const marked = (metadata: object): Manifest => {
    const wide = grant("backend", "wide", [{}], [{}]);
    return { ...wide, metadata: { ...Object(wide.metadata), ...metadata } };
  };
  const tight = (metadata: object) =>
    onFiles([web, marked(metadata), core("Service", "backend", "api")], "referencegrant/wide --closed-world");

  it.each([
    [
      "Helm",
      { labels: { "app.kubernetes.io/managed-by": "Helm" }, annotations: { "meta.helm.sh/release-name": "shop" } },
      /Helm release shop/,
    ],
    ["Argo CD", { labels: { "argocd.argoproj.io/instance": "shop" } }, /Argo CD.*shop/],
    [
      "a controller",
      { ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "maker", uid: "a", controller: true }] },
      /Deployment\.apps backend\/maker generates ReferenceGrant backend/,
    ],
  ])("%s", async (_, metadata, note) => {
    const { stderr, stdout, exitCode } = await tight(metadata);
    expect(stderr).toMatch(note);
    expect(stderr).toContain("change it there");
    expect(stdout).toContain("name: api");
    expect(exitCode).toBe(0);
  });

  it("and of others nothing", async () => {
    const owner = [{ apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "a" }];
    expect((await tight({})).stderr).not.toContain("change it there");
    expect((await tight({ ownerReferences: owner })).stderr).not.toContain("change it there");
  });
});

describe("more than is read by anyone", () => {
  it("is counted: of fifty that no grant helps twenty are told", async () => {
    const slips = Array.from({ length: 50 }, (_, at) =>
      route("HTTPRoute", "app", `slip-${at}`, to("backend", "api", { kind: "Services" })),
    );
    const { stderr, stdout, exitCode } = await onFiles([...slips, core("Service", "backend", "api")], "-n app");
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
    expect(stderr.split("\n").filter((line) => line.startsWith("A grant alone does not help"))).toHaveLength(20);
    expect(stderr).toContain("And 30 more");
  });

  it("is one sentence of what is let in", async () => {
    const routes = Array.from({ length: 40 }, (_, at) =>
      route("HTTPRoute", `app-${at}`, "web", to(`team-${at}`, "api")),
    );
    const outcome = await onFiles([...routes, ...routes.map((_, at) => core("Service", `team-${at}`, "api"))], "-A");
    expect(yamlOf(outcome)).toHaveLength(40);
    expect(outcome.stderr.split("\n").filter((line) => !line.startsWith("Note:") && line !== "")).toHaveLength(1);
    expect(outcome.stderr).toContain("40 grants, for 40 namespaces.");
  });
});

describe("a kind of an implementation", () => {
  it("is granted by its own name and group", async () => {
    const extension = object("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", "app", "auth", {
      targetRefs: [{ group: GW, kind: "HTTPRoute", name: "web" }],
      extAuth: { grpc: { backendRefs: [{ name: "api", namespace: "backend", port: 80 }] } },
    });
    const outcome = await onFiles([extension, core("Service", "backend", "api")], "securitypolicy/auth");
    expect(yamlOf(outcome)).toMatchObject([
      { spec: { from: [{ group: "gateway.envoyproxy.io", kind: "SecurityPolicy", namespace: "app" }] } },
    ]);
  });
});
