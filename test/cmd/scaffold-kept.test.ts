import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ran, runCli, words } from "../harness/cli.ts";

/** What stays of a grant that is printed again, and what is said where something of it cannot stay. */

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-kept-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const onText = (text: string, line: string): Promise<Ran> =>
  runCli(words(`scaffold ${line} -f -`), { folder, stdin: text });

const web = (name = "api", kind = "Service"): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: app}
spec:
  rules: [{backendRefs: [{name: ${name}, kind: ${kind}, namespace: backend, port: 80}]}]
`;

const GRANT = `# of the backend team
apiVersion: gateway.networking.k8s.io/v1 # as everywhere
kind: ReferenceGrant
metadata:
  name: app-httproute-api
  namespace: backend
  creationTimestamp: null
  labels: {team: backend} # who to ask
  annotations:
    argocd.argoproj.io/tracking-id: shop:gateway.networking.k8s.io/ReferenceGrant:backend/app-httproute-api
spec:
  from:
  - group: gateway.networking.k8s.io
    kind: HTTPRoute
    namespace: app # the shop
  to:
  - group: ""
    kind: Service
    name: api
`;

describe("a grant in a file", () => {
  it("that says all that --all asks for is printed as it stands", async () => {
    const { stdout, exitCode } = await onText(GRANT + web(), "httproute/web --all");
    expect({ stdout, exitCode }).toEqual({ stdout: GRANT, exitCode: 0 });
  });

  it("keeps its text where entries are added, also what an API server wrote into it", async () => {
    const { stdout, stderr } = await onText(
      GRANT + web("orders"),
      "httproute/web --into referencegrant/app-httproute-api",
    );
    expect(stdout).toBe(`${GRANT}  - group: ""\n    kind: Service\n    name: orders\n`);
    expect(stderr).toContain(
      "ReferenceGrant backend/app-httproute-api comes from Argo CD application shop: change it there",
    );
  });

  it("keeps its comments in another version too", async () => {
    const line = "httproute/web --into referencegrant/app-httproute-api --api-version v1beta1";
    const { stdout } = await onText(GRANT + web("orders"), line);
    expect(stdout).toContain("apiVersion: gateway.networking.k8s.io/v1beta1 # as everywhere\n");
    expect(stdout).toContain("namespace: app # the shop\n");
  });

  it("loses comments only with a word about it", async () => {
    const merged = GRANT.replace("metadata:", "metadata: &own").replace("# who to ask", "# \u202ewho to ask");
    const { stdout, stderr } = await onText(
      merged + web("orders"),
      "httproute/web --into referencegrant/app-httproute-api",
    );
    expect(stdout).not.toContain("\u202e");
    expect(stdout).toContain("name: orders");
    expect(stderr).toContain("the comments on ReferenceGrant backend/app-httproute-api in - could not be kept");
  });

  it("names its namespace where it is written from its data", async () => {
    const bare = GRANT.replace("  namespace: backend\n", "");
    const { stdout } = await onText(bare + web(), "referencegrant/app-httproute-api -n backend -o json");
    expect(JSON.parse(stdout)).toMatchObject({ metadata: { namespace: "backend" } });
  });
});

describe("what no field takes is not granted", () => {
  it.each([
    ["Gateway, group: gateway.networking.k8s.io", "Gateway"],
    ["ConfigMap", "ConfigMap"],
    ["Secret", "Secret"],
  ])("%s", async (kind, told) => {
    const { stdout, stderr, exitCode } = await onText(web("x", kind), "httproute/web --closed-world");
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
    expect(stderr).toContain(`this field takes no ${told}, whatever is granted.`);
    expect(stderr).toContain("name a Service, a ServiceImport, an InferencePool or an XBackend instead");
  });
});

it("where nothing is seen of a namespace nobody says that a grant is not there", async () => {
  const { stderr, exitCode } = await onText(web(), "httproute/web --assume-refused --into referencegrant/x");
  expect(exitCode).toBe(3);
  expect(stderr).toContain("ReferenceGrant backend/x could not be read: ");
});

it("labels that choose nothing are told", async () => {
  const { stderr } = await onText(web(), "-l team=a");
  expect(stderr).toContain("there is nothing with these labels in the files that could be refused");
});
