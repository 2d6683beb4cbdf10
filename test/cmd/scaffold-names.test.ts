import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { type Ran, runCli, words } from "../harness/cli.ts";
import { readerOf } from "../harness/reader.ts";
import { core, GW, grant, type Manifest, namespace, route, snapshotOfText } from "../harness/world.ts";

/** What grants are called where one run makes several, and where a name may belong to somebody else. */

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-names-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const textOf = (world: readonly Manifest[]): string => world.map((one) => JSON.stringify(one)).join("\n---\n");

const onFiles = (world: readonly Manifest[], line: string): Promise<Ran> =>
  runCli(words(`scaffold ${line} -f -`), { folder, stdin: textOf(world) });

/** In a cluster where the grants of `backend` may not be listed, nor got. */
const unseen = (world: readonly Manifest[], line: string): Promise<Ran> =>
  runCli(words(`scaffold ${line}`), {
    folder,
    reader: readerOf(snapshotOfText(textOf(world)), (need) => {
      const kind = need.read === "object" ? need.id.kind : need.groupKind.kind;
      return kind === "ReferenceGrant";
    }),
  });

function namesIn({ stdout }: Ran): readonly string[] {
  return parseAllDocuments(stdout).map((document) => {
    const name: unknown = document.getIn(["metadata", "name"]);
    return String(name);
  });
}

const to = (home: string, name: string) => ({ rules: [{ backendRefs: [{ name, namespace: home, port: 80 }] }] });
const web = route("HTTPRoute", "app", "web", to("backend", "api"));
const policy = (name: string, service?: string): Manifest => ({
  ...grant("backend", name, [{ namespace: "old" }], [service === undefined ? {} : { name: service }]),
  apiVersion: `${GW}/v1alpha2`,
  kind: "ReferencePolicy",
});
const wide = (name: string) =>
  grant("backend", name, [{ namespace: "app" }, { namespace: "far" }], [{ name: "api" }, { name: "pay" }]);
const users = [
  web,
  route("HTTPRoute", "far", "web", to("backend", "pay")),
  core("Service", "backend", "api"),
  core("Service", "backend", "pay"),
];

describe("one run gives each name once", () => {
  it("to a grant for a route and to one from a policy", async () => {
    const world = [web, policy("old"), core("Service", "backend", "api")];
    expect(namesIn(await onFiles(world, "httproute/web referencepolicy/old --name mine"))).toEqual(["mine", "mine-2"]);
  });

  it("also where the policy has the name that is made from what a grant says", async () => {
    const world = [web, policy("app-httproute-api"), core("Service", "backend", "api")];
    const outcome = await onFiles(world, "httproute/web referencepolicy/app-httproute-api");
    expect(namesIn(outcome)).toEqual(["app-httproute-api", "app-httproute-api-2"]);
  });

  it("and prints a grant once that two others come to", async () => {
    const outcome = await onFiles([...users, wide("one"), wide("two")], "referencegrants");
    expect(namesIn(outcome)).toEqual(["far-httproute-pay", "one", "two"]);
  });
});

describe("a name that is somebody else's", () => {
  const taken = [web, grant("backend", "used", [{ namespace: "x" }], [{}]), core("Service", "backend", "api")];

  it("is not given to what a policy says, if it was asked for", async () => {
    const { stdout, stderr, exitCode } = await onFiles([...taken, policy("old")], "referencepolicy/old --name used");
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toContain("ReferenceGrant backend/used is there already and says something else");
  });

  it("gets a number, and that is said, if it is the policy's own", async () => {
    const outcome = await onFiles([...taken, policy("used")], "referencepolicy/used");
    expect(namesIn(outcome)).toEqual(["used-2"]);
    expect(outcome.stderr).toContain(
      "ReferenceGrant backend/used is there and says something else, so this is called used-2.",
    );
  });

  const hidden = [web, namespace("app"), namespace("backend"), core("Service", "backend", "api")];

  it.each([
    ["allow", " --name allow"],
    ["app-httproute-api", ""],
  ])("may be one that nobody saw: %s", async (name, flag) => {
    const { stderr } = await unseen(hidden, `httproute/web -n app --assume-refused${flag}`);
    expect(stderr).toContain(`whether ReferenceGrant backend/${name} is there already could not be seen`);
  });

  it("of files that hold nothing of the namespace it is said too", async () => {
    const { stderr } = await onFiles([web], "httproute/web --assume-refused");
    expect(stderr).toContain("whether ReferenceGrant backend/app-httproute-api is there already could not be seen");
  });

  it("and nobody says that a grant is not there to be added to", async () => {
    const outcome = await unseen(hidden, "httproute/web -n app --assume-refused --into referencegrant/allow");
    expect({ stdout: outcome.stdout, exitCode: outcome.exitCode }).toEqual({ stdout: "", exitCode: 3 });
    expect(outcome.stderr).toMatch(
      /ReferenceGrant backend\/allow could not be read: .* may not (get|list) referencegrants/,
    );
  });
});

describe("text that stays as it stands", () => {
  const yaml = `apiVersion: ${GW}/v1
kind: ReferenceGrant
metadata: {name: allow, namespace: backend}
spec:
  from:
  - {group: ${GW}, kind: HTTPRoute, namespace: app} # see C:\\temp and \\u001b
  to:
  - {group: "", kind: Service, name: other}
---
`;

  it("keeps its comments though there is a backslash in one", async () => {
    const { stdout } = await runCli(words("scaffold httproute/web --into referencegrant/allow -f -"), {
      folder,
      stdin: `${yaml}${JSON.stringify(web)}`,
    });
    expect(stdout).toContain("# see C:\\temp and \\u001b");
  });

  it("is left for the data where it holds a control character", async () => {
    const { stdout } = await runCli(words("scaffold httproute/web --into referencegrant/allow -f -"), {
      folder,
      stdin: `${yaml.replace("C:", "\u202eC:")}${JSON.stringify(web)}`,
    });
    expect(stdout).not.toContain("\u202e");
    expect(stdout).toContain("name: api");
  });
});

it("what grants say already is said, and printed all the same with --all", async () => {
  const world = [web, grant("backend", "allow", [{ namespace: "app" }], [{}]), core("Service", "backend", "api")];
  const outcome = await onFiles(world, "httproute/web --all --into referencegrant/allow");
  expect(outcome.stderr).toContain("ReferenceGrant backend/allow says all of it already.");
  expect(namesIn(outcome)).toEqual(["allow"]);
});
