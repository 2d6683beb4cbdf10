import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REFERENCE_POLICY } from "../../src/catalogue/kinds.ts";
import { sameGroupKind } from "../../src/model/object.ts";
import { type Ran, runCli, words } from "../harness/cli.ts";
import { readerOf } from "../harness/reader.ts";
import { core, grant, type Manifest, namespace, object, route, snapshotOfText, withStatus } from "../harness/world.ts";

/** What scaffold says where there is little to print, and that it says no more than is so. */

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-told-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const textOf = (world: readonly Manifest[]): string => world.map((one) => JSON.stringify(one)).join("\n---\n");

const onFiles = (world: readonly Manifest[], line: string): Promise<Ran> =>
  runCli(words(`scaffold ${line} -f -`), { folder, stdin: textOf(world) });

const to = (home: string, name: string, more: object = {}) => ({
  rules: [{ backendRefs: [{ name, namespace: home, port: 80, ...more }] }],
});
const web = route("HTTPRoute", "app", "web", to("backend", "api"));
const shop = route("HTTPRoute", "shop", "web", to("other", "api"));
const allow = grant("backend", "allow", [{}], [{ name: "api" }]);
const api = core("Service", "backend", "api");
const here = grant("backend", "here", [{ namespace: "x" }], [{ name: "x" }]);
const there = grant("other", "there", [{ namespace: "x" }], [{ name: "x" }]);

describe("for whoever owns the target's namespace", () => {
  it("--to-namespace grants what is refused into it, from wherever", async () => {
    const both = [web, shop, route("GRPCRoute", "mobile", "app", to("backend", "api")), api, here, there];
    const { stdout, exitCode } = await onFiles(both, "--to-namespace backend");
    expect(stdout.match(/^ {2}namespace: .*$/gm)).toEqual(["  namespace: backend"]);
    expect(stdout.match(/^ {4}namespace: .*$/gm)).toEqual(["    namespace: app", "    namespace: mobile"]);
    expect(exitCode).toBe(0);
  });

  it("and is what one is told who asks for the namespace itself", async () => {
    const { stdout, stderr } = await onFiles([web, api, here], "-n backend");
    expect(stdout).toBe("");
    expect(stderr).toContain("Nothing to grant: nothing there refers to anything in another namespace");
  });
});

describe("what is said of nothing", () => {
  it.each<readonly [string, readonly Manifest[], string, string]>([
    [
      "one reference",
      [web, api, allow],
      "httproute/web",
      "the one reference of HTTPRoute app/web to another namespace is permitted already.",
    ],
    [
      "a mesh parent",
      [
        { ...web, spec: { ...to("backend", "api"), parentRefs: [{ group: "", kind: "Service", name: "web" }] } },
        core("Service", "app", "web"),
        api,
        here,
      ],
      "httproute/web",
      "needs no grant, under a Service as parent.",
    ],
    [
      "several objects",
      [web, route("HTTPRoute", "app", "two", to("app", "x"))],
      "httproute two -n app",
      "HTTPRoute app/two refers to nothing in another namespace",
    ],
  ])("%s", async (_, world, line, told) => {
    const { stdout, stderr, exitCode } = await onFiles(world, line);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 0 });
    expect(stderr).toContain(told);
  });

  it("a grant that is being deleted is named where nothing else permits", async () => {
    const leaving = { ...allow, metadata: { ...Object(allow.metadata), deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const { stderr } = await onFiles([web, api, leaving], "httproute/web");
    expect(stderr).toContain("is permitted by nothing but a grant that is being deleted.");
  });

  it("ReferencePolicies that the server has not are none to convert", async () => {
    const reader = readerOf(snapshotOfText(textOf([namespace("app")])));
    const { stdout, stderr, exitCode } = await runCli(words("scaffold referencepolicies -A"), {
      folder,
      reader: {
        ...reader,
        kindsNamed: async (word) =>
          (await reader.kindsNamed(word)).filter((kind) => !sameGroupKind(kind, REFERENCE_POLICY)),
      },
    });
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: "",
      stderr: "Note: the server has no ReferencePolicies: there is nothing to convert\n",
      exitCode: 0,
    });
  });
});

describe("what is wrong with the input", () => {
  it("fails nothing where it has no part in a reference", async () => {
    const labelled = { ...api, metadata: { ...Object(api.metadata), labels: { version: 1 } } };
    const { stderr, exitCode } = await onFiles([web, labelled, allow], "");
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("version");
  });

  it("is told where a reference is lost by it", async () => {
    const { stderr, exitCode } = await onFiles([route("HTTPRoute", "app", "web", to("Back_end", "api"))], "");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("No API server takes this as a reference: HTTPRoute app/web: spec.rules[0]");
  });

  it("is named, every document of it that could not be read or stands twice", async () => {
    const { stderr } = await runCli(words("scaffold -f -"), {
      folder,
      stdin: `${textOf([web, web, api, allow])}\n---\na: [\n---\nb: {\n`,
    });
    expect(stderr.match(/^Note: -:\d+:\d+: /gm)).toHaveLength(3);
  });
});

describe("a kind that there is not", () => {
  it("is said to be none, though nothing was seen of the grants", async () => {
    const slip = route("HTTPRoute", "app", "web", to("backend", "api", { kind: "Services" }));
    const { stderr } = await onFiles([slip], "--assume-refused");
    expect(stderr).toContain("there is no kind Services");
    expect(stderr).not.toContain("holds nothing");
    expect((await onFiles([slip], "")).stderr).not.toContain("--assume-refused grants");
  });

  it.each([
    ["Deployment", "apps"],
    ["Pod", ""],
  ])("no backend is %s", async (kind, group) => {
    const world = [route("HTTPRoute", "app", "web", to("backend", "api", { kind, group })), here];
    const { stdout, exitCode } = await onFiles(world, "");
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
  });

  it("what an implementation may take is granted", async () => {
    const world = [route("HTTPRoute", "app", "web", to("backend", "api", { kind: "Thing", group: "acme.io" })), here];
    expect((await onFiles(world, "")).stdout).toContain("kind: Thing");
  });
});

describe("tightening says what is so", () => {
  const wide = (from: readonly string[]) =>
    grant(
      "backend",
      "wide",
      from.map((home) => ({ namespace: home })),
      [{}],
    );

  it("nothing is as tight as its use that nobody saw", async () => {
    const { stderr, exitCode } = await onFiles([wide(["far"])], "referencegrants");
    expect(exitCode).toBe(4);
    expect(stderr).toContain("ReferenceGrant backend/wide is printed as it is.");
  });

  it("an entry that some go on using for every name is narrowed for the others alone", async () => {
    const { stderr } = await onFiles([wide(["far", "app"]), web, api], "referencegrants");
    expect(stderr).toContain("from[1] HTTPRoute app × to[0] every Service: only api is used");
  });

  it("an entry that is written twice goes, in the text too", async () => {
    const { stdout, stderr } = await runCli(words("scaffold referencegrants -f -"), {
      folder,
      stdin: `apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: twice, namespace: backend} # ours
spec:
  from:
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: app}
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: app}
  to:
  - {group: "", kind: Service, name: api}
---
${textOf([web, api])}`,
    });
    expect(stdout.match(/namespace: app/g)).toHaveLength(1);
    expect(stdout).toContain("# ours");
    expect(stderr).toContain("from[1] HTTPRoute app: other entries say the same");
  });
});

it("what a policy opens is said", async () => {
  const policy = object("gateway.networking.k8s.io/v1alpha2", "ReferencePolicy", "backend", "old", {
    from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "app" }],
    to: [{ group: "", kind: "Service" }],
  });
  const { stderr } = await onFiles([withStatus(policy, {})], "referencepolicies");
  expect(stderr).toContain("every HTTPRoute in app may then use every Service in backend.");
});

it("a grant that leaves its namespace out names it, beside its comments", async () => {
  const { stdout } = await runCli(words("scaffold referencegrant/bare -n backend -f -"), {
    folder,
    stdin: `apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata:
  labels:
    name: other
  name: bare # of the team
spec:
  from:
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: app}
  to:
  - {group: "", kind: Service, name: api}
---
${textOf([web, api])}`,
  });
  expect(stdout).toContain("  name: bare # of the team\n  namespace: backend\n");
});
