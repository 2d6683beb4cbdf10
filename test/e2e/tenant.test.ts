import { globSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import type { AuditEvent } from "./harness/audit.ts";
import { itemsAt, parseJson, textAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { binding, type Rule, role, ruleIn, rulesOf, untilAllowed } from "./harness/rbac.ts";
import { mapManifests, readManifests, referenceOf, verdicts } from "./harness/report.ts";

/** Those who may see little of a cluster get what can be known from it, for few requests, and are told what was left out. */

const group = "gateway.networking.k8s.io";
const worldFiles = globSync(join(repositoryRoot, "examples/world/*.yaml")).toSorted();

const allow = (verbs: readonly string[], apiGroup: string, ...resources: readonly string[]): readonly Rule[] =>
  resources.flatMap((resource) => verbs.map((verb) => ({ apiGroup, resource, verb })));
const ofTenant = [
  ...allow(["get", "list"], group, "httproutes", "grpcroutes", "gateways", "referencegrants"),
  ...allow(["get", "list"], "", "services"),
];
const documented = [...rulesOf("kubectl-refgrant"), ...rulesOf("kubectl-refgrant-objects")];
const homes = ["frontend", "backend"];

const users = ["tenant", "crowded", "names-only", "kinds-only", "getter", "no-secrets"];
const setup = [
  ...homes.flatMap((namespace) => [
    role("tenant", ofTenant, namespace),
    binding("tenant", "tenant", namespace),
    binding("crowded", "tenant", namespace),
  ]),
  role("names-only", allow(["list", "get"], "", "namespaces")),
  binding("names-only", "names-only"),
  binding("crowded", "names-only"),
  role(
    "kinds-only",
    documented.filter(({ resource }) => resource !== "namespaces"),
  ),
  binding("kinds-only", "kinds-only"),
  role(
    "getter",
    documented.map((rule) => ({ ...rule, verb: "get" })),
  ),
  binding("getter", "getter"),
  role("no-secrets", documented),
  binding("no-secrets", "no-secrets"),
].join("---\n");

const crowd = Array.from({ length: 130 }, (_, at) =>
  stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: `crowd-${String(at).padStart(3, "0")}` } }),
).join("---\n");

const toApi = "HTTPRoute frontend/web spec.rules[1].backendRefs[0] → Service backend/api";
const toGateway = "HTTPRoute frontend/web spec.parentRefs[0] → Gateway edge/shared";

/** A run of the plugin, with what it asked the server. */
interface Asked extends ProcessResult {
  readonly events: readonly AuditEvent[];
}

const listsOf = ({ events }: Asked): readonly AuditEvent[] => events.filter(({ verb }) => verb === "list");
const kindsIn = ({ events }: Asked): number =>
  new Set(events.flatMap(({ objectRef }) => objectRef?.resource ?? [])).size;
const namespacesIn = (asked: Asked): ReadonlySet<string> =>
  new Set(listsOf(asked).flatMap(({ objectRef }) => objectRef?.namespace || []));

/** The verdicts of a question about one object. */
const answers = (stdout: string): ReadonlyMap<string, string> =>
  new Map(
    itemsAt(parseJson(stdout), "objects")
      .flatMap((object) => itemsAt(object, "decisions"))
      .map((decision) => [referenceOf(decision), textAt(decision, "verdict") ?? ""]),
  );

describe("on a cluster", () => {
  let server: ApiServer;

  const run = (kubeconfig: string, line: string): Promise<ProcessResult> =>
    runPlugin(line.split(" "), { kubectl: server.kubectlBinary, kubeconfig });
  const as = async (user: string, namespace: string | undefined, line: string): Promise<Asked> => {
    await server.clearAudit();
    const result = await run(server.kubeconfigFor(user, namespace), line);
    return { ...result, events: await server.auditEvents() };
  };

  beforeAll(async () => {
    server = await startApiServer({ users: users.map((name) => ({ name, token: `token-of-${name}` })) });
    await server.applyCrds("v1.7.0", "experimental");
    await server.applyManifests(mapManifests(readManifests(worldFiles), (object) => object));
    await server.applyManifests(setup);
    await Promise.all([
      ...["tenant", "crowded"].flatMap((user) =>
        homes.map((namespace) => untilAllowed(server, { user, apiGroup: group, resource: "gateways", namespace })),
      ),
      ...["kinds-only", "no-secrets"].map((user) =>
        untilAllowed(server, { user, apiGroup: group, resource: "gateways" }),
      ),
      untilAllowed(server, { user: "getter", apiGroup: group, resource: "gateways", verb: "get" }),
      untilAllowed(server, { user: "names-only", apiGroup: "", resource: "namespaces" }),
    ]);
  });

  afterAll(async () => {
    await server?.stop();
  });

  describe("a tenant of two namespaces, who may list nothing everywhere and no Namespaces", () => {
    test.each([
      ["frontend", "audit"],
      ["frontend", "audit -A"],
      ["frontend", "audit -n frontend"],
      ["frontend", "audit -n backend"],
      ["backend", "audit"],
      [undefined, "audit -n backend"],
      [undefined, "audit -n frontend"],
    ])("whose context is in %s gets both by `%s`, since what stands in one names the other", async (home, line) => {
      const asked = await as("tenant", home, `${line} -o json`);
      const seen = verdicts(asked.stdout);
      expect(seen.get(toApi)).toBe("permitted");
      if (seen.has(toGateway)) expect(seen.get(toGateway)).toBe("unknown");
      expect(asked.code).toBe(4);
      // Each kind everywhere, and then in each namespace that is known; definitions, discovery.
      const tried = namespacesIn(asked);
      expect([...tried].toSorted()).toEqual(
        [...new Set([...homes, "edge", ...(home === undefined ? ["default"] : [])])].toSorted(),
      );
      expect(asked.events.length).toBeLessThanOrEqual(kindsIn(asked) * (1 + tried.size) + 25);
      const told = await as("tenant", home, line);
      expect(told.stderr).toContain(`was tried in ${tried.size} namespaces, one by one: `);
      expect(told.stderr).toContain("-n has another one tried");
      for (const name of tried) expect(told.stderr).toContain(name);
    });

    test("is told the rule for the very namespace that hides a verdict", async () => {
      const { stdout } = await as("tenant", "frontend", "audit");
      const line = stdout.split("\n").find((text) => text.includes("Gateways not seen")) ?? "";
      expect(line).toContain("in namespace edge; ask for verbs [list]");
      expect(ruleIn(line)).toEqual({ apiGroup: group, resource: "gateways", verb: "list" });
    });

    test("without a namespace in the context or the command line is told what was tried, and what to do", async () => {
      const asked = await as("tenant", undefined, "audit");
      expect(asked).toMatchObject({ code: 4 });
      expect(asked.stdout).toContain("Nothing that could be seen crosses a namespace");
      expect(asked.stderr).toContain("was tried in namespace default; -n has another one tried");
      expect(asked.events.length).toBeLessThanOrEqual(kindsIn(asked) * 2 + 25);
    });

    test("asks why-denied, scaffold and explain by name, for a few requests each", async () => {
      const why = await as("tenant", "frontend", "why-denied httproute/web -o json");
      expect(answers(why.stdout)).toEqual(
        new Map([
          [toGateway, "unknown"],
          [toApi, "permitted"],
          ["HTTPRoute frontend/web spec.rules[0].backendRefs[0] → Service frontend/web", "permitted"],
        ]),
      );
      const scaffold = await as("tenant", "frontend", "scaffold httproute/web");
      expect(scaffold).toMatchObject({ code: 4, stdout: "" });
      expect(scaffold.stderr).toContain("in namespace edge; ask for verbs [get]");
      const grant = await as("tenant", "backend", "explain referencegrant/frontend-api");
      expect(grant).toMatchObject({ code: 0, stderr: "" });
      expect(grant.stdout).toContain("HTTPRoute frontend/web rules[1].backendRefs[0] -> api");
      const service = await as("tenant", "backend", "explain service/api");
      // The grants of its namespace say who may come.
      expect(service.stdout).toContain("HTTPRoute frontend/web   rules[1].backendRefs[0]   permitted");
      expect(service.stdout).toContain("only in the 2 that were tried");
      for (const { events } of [why, scaffold, grant]) expect(events.length).toBeLessThanOrEqual(20);
      expect(service.events.length).toBeLessThanOrEqual(kindsIn(service) * 3 + 5);
    });
  });

  test("one who may list Namespaces and nothing else is told so of every kind", async () => {
    const asked = await as("names-only", "frontend", "audit -o json");
    expect(asked.code).toBe(4);
    expect(verdicts(asked.stdout).size).toBe(0);
    const gaps = itemsAt(parseJson(asked.stdout), "gaps").map((gap) => ruleIn(textAt(gap, "detail") ?? ""));
    expect(gaps.map(({ resource }) => resource)).toEqual(expect.arrayContaining(["gateways", "referencegrants"]));
    const why = await as("names-only", "frontend", "why-denied httproute/web");
    expect(why).toMatchObject({ code: 3, stdout: "" });
    expect(ruleIn(why.stderr)).toEqual({ apiGroup: group, resource: "httproutes", verb: "get" });
  });

  test("one who may list kinds and no Namespaces does not know what selectors of namespaces take in", async () => {
    const admin = verdicts((await run(server.adminKubeconfig, "audit -o json")).stdout);
    const asked = await as("kinds-only", "frontend", "audit -o json");
    const seen = verdicts(asked.stdout);
    expect([...seen.keys()]).toEqual([...admin.keys()]);
    const unknown = [...seen].filter(([, verdict]) => verdict === "unknown").map(([reference]) => reference);
    expect(unknown.toSorted()).toEqual([
      "GRPCRoute grpc-clients/user-service spec.parentRefs[0] → Gateway edge/shared",
      "HTTPRoute batch/reports spec.parentRefs[0] → Gateway edge/shared",
    ]);
    for (const [reference, verdict] of seen) {
      if (verdict !== "unknown") expect([reference, verdict]).toEqual([reference, admin.get(reference)]);
    }
  });

  test("one who may get and not list gets answers by name, where no grant has to be looked for", async () => {
    const why = await as("getter", "frontend", "why-denied httproute/web -o json");
    expect(answers(why.stdout).get(toGateway)).toBe("permitted");
    expect(answers(why.stdout).get(toApi)).toBe("unknown");
    const audit = await as("getter", "frontend", "audit");
    expect(audit.code).toBe(4);
    expect(audit.stderr).toContain("ask for verbs [list]");
  });

  test("of Secrets nothing but metadata is asked for, with the right to them or without", async () => {
    const admin = await run(server.adminKubeconfig, "audit -o json");
    const asked = await as("no-secrets", "frontend", "audit -o json");
    expect(verdicts(asked.stdout)).toEqual(verdicts(admin.stdout));
    const secrets = asked.events.filter(({ objectRef }) => objectRef?.resource === "secrets");
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter(({ code }) => code !== 403)).toEqual([]);
  });

  test("--as shows the user's own view, to the byte", async () => {
    for (const [user, line] of [
      ["tenant", "audit -n backend -o json"],
      ["kinds-only", "audit -o json"],
      ["getter", "explain service/api -n backend -o json"],
    ] as const) {
      const own = await run(server.kubeconfigFor(user), line);
      expect(await run(server.adminKubeconfig, `${line} --as ${user}`)).toEqual(own);
    }
  });

  describe("among more than a hundred namespaces that may be listed", () => {
    beforeAll(() => server.applyManifests(crowd));

    test("a hundred are tried, those that are named first; how many were not is said, and how to have another tried", async () => {
      const json = await as("crowded", "frontend", "audit -n backend -o json");
      const tried = namespacesIn(json);
      expect(tried.size).toBe(100);
      for (const home of homes) expect(tried).toContain(home);
      expect(json.events.length).toBeLessThanOrEqual(kindsIn(json) * (1 + tried.size) + 25);
      expect(verdicts(json.stdout).get(toApi)).toBe("permitted");
      const { stderr } = await as("crowded", "frontend", "audit -n backend");
      expect(stderr).toMatch(/was tried in 100 of 14\d namespaces, one by one: .*; -n has another one tried/);
      expect(stderr).toMatch(
        /only in 2 of the 100 that were tried, and 4\d more were not tried \(-n NAMESPACE has one tried\)/,
      );
    });
  });
});
