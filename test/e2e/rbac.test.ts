import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { isRecord, itemsAt, parseJson, textAt, valueAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { essence, findingsOf, readManifests, referenceOf, verdicts } from "./harness/report.ts";
import { apiRequest } from "./harness/request.ts";

const group = "gateway.networking.k8s.io";
const rolesFile = join(repositoryRoot, "docs", "clusterrole.yaml");
const worldFile = join(repositoryRoot, "test", "e2e", "worlds", "all-kinds.yaml");

interface Rule {
  readonly apiGroup: string;
  readonly resource: string;
}

/** The rules of one of the documented roles, one for each resource. */
function rulesOf(role: string): readonly Rule[] {
  const documents: unknown[] = parseAllDocuments(readFileSync(rolesFile, "utf8")).map((document) => document.toJS());
  return documents
    .filter((object) => textAt(object, "metadata", "name") === role)
    .flatMap((object) => itemsAt(object, "rules"))
    .flatMap((rule) =>
      itemsAt(rule, "apiGroups").flatMap((apiGroup) =>
        itemsAt(rule, "resources").map((resource) => ({ apiGroup: String(apiGroup), resource: String(resource) })),
      ),
    );
}

const needed = rulesOf("kubectl-refgrant");
const perKind = needed.map((rule) => ({ rule, user: `without-${rule.resource}` }));

function role(name: string, rules: readonly Rule[], namespace?: string, verbs: readonly string[] = ["list"]) {
  return stringify({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: namespace === undefined ? "ClusterRole" : "Role",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    rules: rules.map(({ apiGroup, resource }) => ({ apiGroups: [apiGroup], resources: [resource], verbs })),
  });
}

function binding(user: string, to: string, namespace?: string): string {
  const apiGroup = "rbac.authorization.k8s.io";
  return stringify({
    apiVersion: `${apiGroup}/v1`,
    kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
    metadata: { name: `${user}-${to}`, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup, kind: namespace === undefined ? "ClusterRole" : "Role", name: to },
    subjects: [{ apiGroup, kind: "User", name: user }],
  });
}

/** What someone may do once RBAC has taken notice. */
interface Permission extends Rule {
  readonly user: string;
  readonly namespace?: string;
  readonly verb?: string;
}

const users = [
  "viewer",
  "viewer-with-secrets",
  "tenant",
  "lister",
  "nobody",
  "promoted",
  "impersonator",
  ...perKind.map(({ user }) => user),
];
const tenantRules: readonly Rule[] = [...needed, { apiGroup: "", resource: "secrets" }];

const setup = [
  binding("viewer", "kubectl-refgrant"),
  binding("viewer-with-secrets", "kubectl-refgrant"),
  binding("viewer-with-secrets", "kubectl-refgrant-secrets"),
  // All but one of the rules, for each of them; and Secrets, so that only the missing one makes a difference.
  ...perKind.flatMap(({ rule, user }) => [
    role(user, [...needed.filter((other) => other !== rule), { apiGroup: "", resource: "secrets" }]),
    binding(user, user),
  ]),
  // Namespaces that may not be listed are read one by one, which takes get.
  ...["shop", "backend"].flatMap((namespace) => [
    role("tenant", tenantRules, namespace, ["get", "list"]),
    binding("tenant", "tenant", namespace),
  ]),
  role("list-namespaces", [{ apiGroup: "", resource: "namespaces" }]),
  binding("lister", "list-namespaces"),
  ...["shop", "backend", "infra"].flatMap((namespace) => [
    role("lister", tenantRules, namespace),
    binding("lister", "lister", namespace),
  ]),
  stringify({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "act-as-viewer" },
    rules: [{ apiGroups: [""], resources: ["users"], resourceNames: ["viewer-with-secrets"], verbs: ["impersonate"] }],
  }),
  binding("impersonator", "act-as-viewer"),
].join("---\n");

const permissions: readonly Permission[] = [
  { user: "viewer", apiGroup: group, resource: "gateways" },
  { user: "viewer-with-secrets", apiGroup: group, resource: "gateways" },
  { user: "viewer-with-secrets", apiGroup: "", resource: "secrets" },
  ...perKind.map(({ user }) => ({ user, apiGroup: "", resource: "secrets" })),
  ...["shop", "backend"].map((namespace) => ({ user: "tenant", apiGroup: group, resource: "gateways", namespace })),
  { user: "lister", apiGroup: "", resource: "namespaces" },
  ...["shop", "backend", "infra"].map((namespace) => ({
    user: "lister",
    apiGroup: group,
    resource: "gateways",
    namespace,
  })),
];

interface Gap {
  readonly cause: string;
  readonly group: string;
  readonly kind: string;
  readonly detail: string;
}

function gapsOf(stdout: string): readonly Gap[] {
  return itemsAt(parseJson(stdout), "gaps").map((gap) => ({
    cause: textAt(gap, "cause") ?? "",
    group: textAt(gap, "group") ?? "",
    kind: textAt(gap, "kind") ?? "",
    detail: textAt(gap, "detail") ?? "",
  }));
}

/** The rule that a gap tells its reader to ask for. */
function ruleIn(detail: string): Rule {
  const [, apiGroup, resource] =
    /verbs \[list\].*apiGroups: \["([^"]*)"\], resources: \["([^"]*)"\]/.exec(detail) ?? [];
  if (apiGroup === undefined || resource === undefined) throw new Error(`No rule in: ${detail}`);
  return { apiGroup, resource };
}

/** Whoever sees less may know less, but nothing that is not so. */
function expectNoLie(partly: ProcessResult, admin: ProcessResult): void {
  const truth = verdicts(admin.stdout);
  const hidden = new Set(gapsOf(partly.stdout).map(({ kind }) => kind));
  const seen = verdicts(partly.stdout);
  for (const [reference, verdict] of seen) {
    if (verdict !== "unknown") expect([reference, verdict]).toEqual([reference, truth.get(reference)]);
    else expect(truth.has(reference)).toBe(true);
  }
  for (const reference of truth.keys()) {
    const [kind = ""] = reference.split(" ");
    if (!seen.has(reference)) expect(hidden).toContain(kind);
  }
  const usage = (stdout: string) =>
    new Map(
      itemsAt(parseJson(stdout), "grants").map((grant) => [
        `${textAt(grant, "namespace")}/${textAt(grant, "name")}`,
        textAt(grant, "usage"),
      ]),
    );
  // Where a namespace cannot be seen, a grant that names a missing one is still unused.
  const unused = [...usage(admin.stdout)].filter(([, use]) => use === "unused").map(([grant]) => grant);
  const known = [...findingsOf(admin.stdout), ...unused.map((grant) => `grant-unused ReferenceGrant ${grant}`)];
  const findings = findingsOf(partly.stdout).filter((finding) => !finding.startsWith("unknown-verdict "));
  expect(findings.filter((finding) => !known.includes(finding))).toEqual([]);
  for (const [grant, use] of usage(partly.stdout)) {
    if (use !== "unknown") expect([grant, use]).toEqual([grant, usage(admin.stdout).get(grant)]);
  }
}

describe("what the plugin needs to be allowed", () => {
  let server: ApiServer;
  let admin: ProcessResult;
  let adminText: ProcessResult;

  const run = (kubeconfig: string, ...flags: readonly string[]): Promise<ProcessResult> =>
    runPlugin(["audit", ...flags], { kubectl: server.kubectlBinary, kubeconfig });
  const audit = (user: string, ...flags: readonly string[]): Promise<ProcessResult> =>
    run(server.kubeconfigFor(user), ...flags);
  const asAdmin = (...flags: readonly string[]): Promise<ProcessResult> => run(server.adminKubeconfig, ...flags);

  /** RBAC learns of new roles and bindings a moment after they are stored. */
  const untilAllowed = async ({ user, apiGroup, resource, namespace, verb }: Permission): Promise<void> => {
    const target = { url: server.url, caFile: server.caFile, token: server.adminToken };
    const resourceAttributes = { group: apiGroup, resource, verb: verb ?? "list", namespace: namespace ?? "" };
    const body = JSON.stringify({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user, resourceAttributes },
    });
    const deadline = performance.now() + 10_000;
    for (;;) {
      const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
      const answer = await apiRequest(target, "POST", path, { body });
      if (valueAt(parseJson(answer.body), "status", "allowed") === true) return;
      if (performance.now() > deadline) throw new Error(`${user} may still not list ${resource}`);
      await delay(20);
    }
  };

  beforeAll(async () => {
    server = await startApiServer({ users: users.map((name) => ({ name, token: `token-of-${name}` })) });
    await server.applyCrds("v1.7.0", "standard");
    const applied = await server.kubectl(["apply", "-f", rolesFile]);
    expect(applied).toMatchObject({ code: 0, stderr: "" });
    await server.applyManifests(readManifests([worldFile]));
    await server.applyManifests(setup);
    await Promise.all(permissions.map(untilAllowed));
    [admin, adminText] = await Promise.all([asAdmin("-o", "json"), asAdmin()]);
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("the documented roles allow list, and nothing else", () => {
    const documents: unknown[] = parseAllDocuments(readFileSync(rolesFile, "utf8")).map((document) => document.toJS());
    expect(documents.filter(isRecord)).toHaveLength(2);
    const verbs = documents.flatMap((object) => itemsAt(object, "rules")).flatMap((rule) => itemsAt(rule, "verbs"));
    expect([...new Set(verbs)]).toEqual(["list"]);
    expect(needed).toHaveLength(11);
  });

  test("an admin sees everything", () => {
    expect(admin).toMatchObject({ code: 1, stderr: "" });
    expect(gapsOf(admin.stdout)).toEqual([]);
    const all = [...verdicts(admin.stdout).values()];
    expect(all).toHaveLength(21);
    expect(all.filter((verdict) => verdict === "permitted")).toHaveLength(18);
    expect(findingsOf(admin.stdout)).toEqual(
      expect.arrayContaining([
        "not-attached HTTPRoute lab/probe",
        "ref-not-permitted HTTPRoute lab/probe",
        "ref-not-permitted HTTPRoute shop/web",
        "target-not-found HTTPRoute shop/web",
        "grant-dangling ReferenceGrant backend/from-legacy",
      ]),
    );
  });

  describe("with the first role alone", () => {
    test("every verdict and every finding is the admin's", async () => {
      const viewer = await audit("viewer", "-o", "json");
      expect(viewer.code).toBe(admin.code);
      expect(verdicts(viewer.stdout)).toEqual(verdicts(admin.stdout));
      expect(findingsOf(viewer.stdout)).toEqual(findingsOf(admin.stdout));
      expect(essence(viewer.stdout).counts).toEqual(essence(admin.stdout).counts);
      expect(essence(viewer.stdout).grants).toEqual(essence(admin.stdout).grants);
      const unseen = itemsAt(parseJson(viewer.stdout), "decisions").filter(
        (decision) => textAt(decision, "referentExistence") === "unseen" && textAt(decision, "verdict") === "permitted",
      );
      expect(unseen.map((decision) => textAt(decision, "referent", "kind"))).toEqual(["Secret", "Secret"]);
    });

    test("one note says that Secrets were not seen, and the text is otherwise the admin's", async () => {
      const viewer = await audit("viewer");
      expect(viewer).toMatchObject({ code: adminText.code, stdout: adminText.stdout });
      expect(viewer.stderr).toMatch(/^Note: Secrets not seen: [^\n]*\n$/);
      expect(viewer.stderr).toContain('apiGroups: [""], resources: ["secrets"]');
      expect(viewer.stderr).toContain('user "viewer"');
      // Hidden Secrets leave no verdict open, so a report without failures is a clean one.
      expect((await audit("viewer", "--fail-on", "never")).code).toBe(0);
    });

    test("the server refuses Secrets, and nothing else", async () => {
      await server.clearAudit();
      await audit("viewer");
      const events = await server.auditEvents();
      const refused = events.filter(({ code }) => code !== 200);
      expect(refused.length).toBeGreaterThan(0);
      expect([...new Set(refused.map(({ objectRef, code }) => `${code} ${objectRef?.resource}`))]).toEqual([
        "403 secrets",
      ]);
      // Each namespace is tried once, in the hope of Secrets there.
      expect(refused.length).toBeLessThanOrEqual(1 + 12);
      const asked = new Set(
        events.filter(({ code }) => code === 200).map(({ objectRef }) => objectRef?.resource ?? "discovery"),
      );
      expect([...asked].toSorted()).toEqual(["discovery", ...needed.map(({ resource }) => resource)].toSorted());
    });
  });

  test("with both roles the output is the admin's to the byte", async () => {
    for (const flags of [["-o", "json"], [], ["-o", "wide"]]) {
      expect(await audit("viewer-with-secrets", ...flags)).toEqual(await asAdmin(...flags));
    }
  });

  test.each(perKind)("without $rule.resource something is missing, and it is said", async ({ rule, user }) => {
    const partly = await audit(user, "-o", "json");
    expectNoLie(partly, admin);
    expect(partly.stdout).not.toBe(admin.stdout);
    const gaps = gapsOf(partly.stdout);
    expect(gaps.map(({ cause, group: of }) => ({ cause, of }))).toEqual([{ cause: "forbidden", of: rule.apiGroup }]);
    expect(gaps.map(({ detail }) => ruleIn(detail))).toEqual([rule]);
    expect(partly.code).not.toBe(0);
    const text = await audit(user);
    expect(text.code).toBe(partly.code);
    expect(text.stdout + text.stderr).toContain(`resources: ["${rule.resource}"]`);
  });

  test("what is hidden makes verdicts unknown, not refused", async () => {
    const unknown = async (user: string): Promise<readonly string[]> =>
      [...verdicts((await audit(user, "-o", "json")).stdout)].flatMap(([reference, verdict]) =>
        verdict === "unknown" ? [reference] : [],
      );
    // A gap hides every grant that leaves a reference permitted, too.
    expect(await unknown("without-referencegrants")).toHaveLength(11);
    expect(await unknown("without-gateways")).toHaveLength(9);
    expect(await unknown("without-listenersets")).toEqual([
      "HTTPRoute lab/probe spec.parentRefs[2] → ListenerSet shop/extra",
    ]);
    expect(await unknown("without-namespaces")).toContain(
      "HTTPRoute lab/probe spec.parentRefs[1] → Gateway infra/shared",
    );
    for (const kind of ["services", "configmaps", "httproutes"]) expect(await unknown(`without-${kind}`)).toEqual([]);
  });

  describe("a tenant, who may read two namespaces", () => {
    const kubeconfig = (): string => server.kubeconfigFor("tenant", "shop");

    test("gets what can be known from the context's namespace, with the rules to ask for", async () => {
      await server.clearAudit();
      const partly = await run(kubeconfig(), "-o", "json");
      const events = await server.auditEvents();
      expect([1, 4]).toContain(partly.code);
      expectNoLie(partly, admin);
      const seen = verdicts(partly.stdout);
      expect(seen.get("HTTPRoute shop/web spec.rules[0].backendRefs[0] → Service shop/web")).toBe("permitted");
      expect(seen.get("HTTPRoute shop/web spec.rules[0].backendRefs[1] → Service backend/api")).toBe("unknown");
      expect(seen.get("HTTPRoute shop/web spec.parentRefs[0] → Gateway infra/shared")).toBe("unknown");
      const rules = gapsOf(partly.stdout).map(({ detail }) => ruleIn(detail));
      expect(rules).toEqual(
        expect.arrayContaining([
          { apiGroup: group, resource: "referencegrants" },
          { apiGroup: group, resource: "gateways" },
        ]),
      );
      // Discovery, each of twelve kinds everywhere, and again in the one namespace.
      expect(events).toHaveLength(1 + 12 + 12);
      expect(events.every(({ verb }) => verb === "get" || verb === "list")).toBe(true);
    });

    test("gets more by naming the other namespace with -n", async () => {
      await server.clearAudit();
      const partly = await run(kubeconfig(), "-o", "json", "-n", "backend");
      const events = await server.auditEvents();
      expect([1, 4]).toContain(partly.code);
      expectNoLie(partly, await asAdmin("-o", "json", "-n", "backend"));
      const seen = verdicts(partly.stdout);
      for (const [reference, verdict] of seen) expect([reference, verdict]).toEqual([reference, "permitted"]);
      expect([...seen.keys()]).toEqual(
        [...verdicts(admin.stdout).keys()].filter((reference) => /^\S+ shop\/.* Service backend\//.test(reference)),
      );
      expect(findingsOf(partly.stdout)).toContain("target-not-found HTTPRoute shop/web");
      expect(events).toHaveLength(1 + 12 + 2 * 12);
    });

    test("reads text that names the rules, without a crash or a refusal of its own making", async () => {
      const partly = await run(kubeconfig());
      expect([1, 4]).toContain(partly.code);
      expect(partly.stdout).toContain("unknown-verdict");
      expect(partly.stdout + partly.stderr).toContain(
        `user "tenant" may not list referencegrants.${group} in all namespaces, only in one of them`,
      );
      expect(partly.stderr).not.toMatch(/^error:|^\s+at /m);
    });

    test("with the list of namespaces too, sees all those that open to them without naming any", async () => {
      const partly = await audit("lister", "-o", "json");
      expect([1, 4]).toContain(partly.code);
      expectNoLie(partly, admin);
      const visible = [...verdicts(admin.stdout)].filter(
        ([reference]) => reference.startsWith("HTTPRoute shop/web ") && !reference.includes(" vault/"),
      );
      expect(visible).toHaveLength(4);
      const seen = verdicts(partly.stdout);
      for (const [reference, verdict] of visible)
        expect([reference, seen.get(reference)]).toEqual([reference, verdict]);
      expect(
        seen.get("HTTPRoute shop/web spec.rules[0].filters[0].requestMirror.backendRef → Service vault/audit"),
      ).toBe("unknown");
    });
  });

  describe("someone without any right", () => {
    test("is not told that all is well", async () => {
      const nothing = await audit("nobody");
      expect(nothing.code).not.toBe(0);
      expect(nothing.code).not.toBe(1);
      expect(nothing.stdout).not.toContain("nothing to report");
      expect(nothing.stdout + nothing.stderr).toContain(`referencegrants.${group}`);
      expect(nothing.stderr).not.toMatch(/^\s+at /m);
    });

    test("sees as an admin once the rules that the report asks for are granted", async () => {
      const rules = gapsOf((await audit("nobody", "-o", "json")).stdout).map(({ detail }) => ruleIn(detail));
      expect(rules).toHaveLength(12);
      await server.applyManifests([role("asked-for", rules), binding("promoted", "asked-for")].join("---\n"));
      await untilAllowed({ user: "promoted", apiGroup: group, resource: "gateways" });
      expect(await audit("promoted", "-o", "json")).toEqual(admin);
    });
  });

  describe("--as", () => {
    test("an admin sees what another user sees", async () => {
      await server.clearAudit();
      const impersonated = await asAdmin("-o", "json", "--as", "viewer");
      const events = await server.auditEvents();
      expect(impersonated).toEqual(await audit("viewer", "-o", "json"));
      expect(events.length).toBeGreaterThan(0);
      for (const event of events) expect(event).toMatchObject({ user: "refgrant-admin", impersonated: "viewer" });
    });

    test("a user who may act as one other can, and only as that one", async () => {
      expect(await audit("impersonator", "-o", "json", "--as", "viewer-with-secrets")).toEqual(admin);
      const refused = await audit("impersonator", "--as", "viewer");
      expect(refused).toMatchObject({ code: 3, stdout: "" });
    });

    test("a user who may not is told so, and nothing that would not help", async () => {
      const refused = await audit("viewer", "--as", "refgrant-admin");
      expect(refused).toMatchObject({ code: 3, stdout: "" });
      expect(refused.stderr.match(/^error:/gm)).toHaveLength(1);
      expect(refused.stderr).toContain("impersonate");
      expect(refused.stderr).toContain('"viewer"');
      // Reading /apis is not what was refused.
      expect(refused.stderr).not.toContain("system:discovery");
      expect(refused.stderr).not.toContain("token-of-viewer");
    });
  });

  test("every reference of the world is in the admin's report once", () => {
    const references = itemsAt(parseJson(admin.stdout), "decisions").map(referenceOf);
    expect(new Set(references).size).toBe(references.length);
  });
});
