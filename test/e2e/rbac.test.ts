import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { ECOSYSTEM_KINDS, LOOK_ALIKE_GRANTS, READ_WITH } from "../../src/catalogue/ecosystem.ts";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { isRecord, itemsAt, parseJson, textAt } from "./harness/json.ts";
import { crdFiles, type GatewayApiVersion } from "./harness/modules.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import {
  binding,
  documentedRoles,
  type Permission,
  type Rule,
  role,
  rolesFile,
  ruleIn,
  rulesOf,
  untilAllowed,
} from "./harness/rbac.ts";
import { essence, findingsOf, readManifests, referenceOf, verdicts } from "./harness/report.ts";

const group = "gateway.networking.k8s.io";
const worldFile = join(repositoryRoot, "test", "e2e", "worlds", "all-kinds.yaml");

const needed = rulesOf("kubectl-refgrant");
/** What an audit uses of the roles that are for more than audits. */
const listsOf = (name: string): readonly Rule[] => rulesOf(name).filter(({ verb }) => verb === "list");
const [secrets] = listsOf("kubectl-refgrant-secrets");
if (secrets === undefined) throw new Error("no rule for Secrets");
const all: readonly Rule[] = [...needed, secrets];
const perKind = needed.map((rule) => ({ rule, user: `without-${rule.resource}` }));
/** How many kinds are listed; the one rule that is left reads definitions by name. */
const kinds = all.filter(({ verb }) => verb === "list").length;
const clusterScoped = ["gatewayclasses", "xmeshes"];
const definitions = needed.filter(({ apiGroup }) => apiGroup.startsWith("gateway.networking.")).length;

/** Kinds of releases that have none of each other's, in one cluster, so that every rule is in use. */
const leftOver: readonly (readonly [GatewayApiVersion, string])[] = [
  ["v1.4.0", "xlistenersets"],
  ["v1.2.0", "backendlbpolicies"],
  ["v0.5.1", "referencepolicies"],
];

/** Kinds whose presence decides whether others are read, and that are not read themselves. */
const onlyPresent = READ_WITH.map(({ onlyWith }) => ({ ...onlyWith, plural: `${onlyWith.kind.toLowerCase()}s` }));

/** The least of a CRD for each kind that a server does not have by itself. */
function stubDefinitions(
  infos: readonly { readonly group: string; readonly kind: string; readonly plural: string; readonly scope?: string }[],
): string {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return infos
    .filter(({ group: of }) => of !== "networking.k8s.io")
    .map(({ group: of, kind, plural, scope = "Namespaced" }) =>
      stringify({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        // Groups under k8s.io want a word of approval.
        metadata: { name: `${plural}.${of}`, annotations: { "api-approved.kubernetes.io": "unapproved, a test" } },
        spec: {
          group: of,
          scope,
          names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
          versions: [{ name: "v1", served: true, storage: true, schema }],
        },
      }),
    )
    .join("---\n");
}

const users = [
  "viewer",
  "viewer-with-secrets",
  "viewer-of-all",
  "tenant",
  "lister",
  "nobody",
  "promoted",
  "impersonator",
  ...perKind.map(({ user }) => user),
];
const setup = [
  binding("viewer", "kubectl-refgrant"),
  binding("viewer-with-secrets", "kubectl-refgrant"),
  binding("viewer-with-secrets", "kubectl-refgrant-secrets"),
  ...["kubectl-refgrant", "kubectl-refgrant-secrets", "kubectl-refgrant-vendors"].map((to) =>
    binding("viewer-of-all", to),
  ),
  // All but one of the rules, for each of them; and Secrets, so that only the missing one makes a difference.
  ...perKind.flatMap(({ rule, user }) => [
    role(
      user,
      all.filter((other) => other !== rule),
    ),
    binding(user, user),
  ]),
  // Namespaces that may not be listed are read one by one, which takes get.
  ...["shop", "backend"].flatMap((namespace) => [
    role("tenant", [...all, { apiGroup: "", resource: "namespaces", verb: "get" }], namespace),
    binding("tenant", "tenant", namespace),
  ]),
  role("list-namespaces", [{ apiGroup: "", resource: "namespaces", verb: "list" }]),
  binding("lister", "list-namespaces"),
  ...["shop", "backend", "infra"].flatMap((namespace) => [
    role("lister", all, namespace),
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
  { user: "viewer-of-all", apiGroup: "", resource: "secrets" },
  { user: "viewer-of-all", apiGroup: "gateway.envoyproxy.io", resource: "securitypolicies" },
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

  beforeAll(async () => {
    server = await startApiServer({ users: users.map((name) => ({ name, token: `token-of-${name}` })) });
    await server.applyCrds("v1.7.0", "experimental");
    const files = leftOver.flatMap(([version, plural]) =>
      crdFiles(version, "experimental").filter((file) => file.endsWith(`_${plural}.yaml`)),
    );
    expect(files).toHaveLength(leftOver.length);
    await server.applyDefinitions(readManifests(files));
    const applied = await server.kubectl(["apply", "-f", rolesFile]);
    expect(applied).toMatchObject({ code: 0, stderr: "" });
    await server.applyManifests(readManifests([worldFile]));
    await server.applyManifests(setup);
    await Promise.all(permissions.map((permission) => untilAllowed(server, permission)));
    [admin, adminText] = await Promise.all([asAdmin("-o", "json"), asAdmin()]);
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("the documented roles allow get and list; for an audit list, and get of definitions of the Gateway API by name", () => {
    expect(documentedRoles.filter(isRecord)).toHaveLength(4);
    const rules = documentedRoles.flatMap((object) => itemsAt(object, "rules"));
    expect(new Set(rules.flatMap((rule) => itemsAt(rule, "verbs")))).toEqual(new Set(["get", "list"]));
    const forAudit = documentedRoles
      .filter((object) => textAt(object, "metadata", "name") === "kubectl-refgrant")
      .flatMap((object) => itemsAt(object, "rules"));
    const others = forAudit.filter((rule) => itemsAt(rule, "verbs").join() !== "list");
    expect(others).toMatchObject([{ apiGroups: ["apiextensions.k8s.io"], verbs: ["get"] }]);
    for (const name of others.flatMap((rule) => itemsAt(rule, "resourceNames"))) {
      expect(name).toMatch(/\.gateway\.networking\.(x-)?k8s\.io$/);
    }
    expect(needed).toHaveLength(22);
  });

  test("an admin sees everything", () => {
    expect(admin).toMatchObject({ code: 1, stderr: "" });
    expect(gapsOf(admin.stdout)).toEqual([]);
    const told = [...verdicts(admin.stdout).values()];
    expect(told).toHaveLength(21);
    expect(told.filter((verdict) => verdict === "permitted")).toHaveLength(18);
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
    const [partly, text] = await Promise.all([audit(user, "-o", "json"), audit(user)]);
    expectNoLie(partly, admin);
    expect(partly.stdout).not.toBe(admin.stdout);
    const gaps = gapsOf(partly.stdout);
    expect(gaps.map(({ cause, group: of }) => ({ cause, of }))).toEqual([{ cause: "forbidden", of: rule.apiGroup }]);
    expect(gaps.map(({ detail }) => ruleIn(detail))).toEqual([rule]);
    expect(partly.code).not.toBe(0);
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

    /** The context's namespace, what is named there, and so on: backend, certs, infra, legacy and vault. */
    const tried = 6;

    test("gets what can be known from the context's namespace and those named there, with the rules to ask for", async () => {
      await server.clearAudit();
      const partly = await run(kubeconfig(), "-o", "json");
      const events = await server.auditEvents();
      expect([1, 4]).toContain(partly.code);
      expectNoLie(partly, admin);
      const seen = verdicts(partly.stdout);
      expect(seen.get("HTTPRoute shop/web spec.rules[0].backendRefs[0] → Service shop/web")).toBe("permitted");
      expect(seen.get("HTTPRoute shop/web spec.rules[0].backendRefs[1] → Service backend/api")).toBe("permitted");
      expect(seen.get("HTTPRoute shop/web spec.parentRefs[0] → Gateway infra/shared")).toBe("unknown");
      const rules = gapsOf(partly.stdout).map(({ detail }) => ruleIn(detail));
      expect(rules).toEqual(
        expect.arrayContaining([
          { apiGroup: group, resource: "referencegrants", verb: "list" },
          { apiGroup: group, resource: "gateways", verb: "list" },
        ]),
      );
      // Discovery, each kind everywhere, its definition, and each kind that has a namespace in each of them again.
      expect(events).toHaveLength(1 + kinds + definitions + tried * (kinds - clusterScoped.length));
      expect(events.every(({ verb }) => verb === "get" || verb === "list")).toBe(true);
    });

    test("gets the other namespace alone by naming it with -n", async () => {
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
      expect(events).toHaveLength(1 + kinds + definitions + tried * (kinds - clusterScoped.length));
    });

    test("reads text that names the rules, without a crash or a refusal of its own making", async () => {
      const partly = await run(kubeconfig());
      expect([1, 4]).toContain(partly.code);
      expect(partly.stdout).toContain("unknown-verdict");
      expect(partly.stdout + partly.stderr).toContain(
        `user "tenant" may not list referencegrants.${group} in namespace vault; ask for verbs [list]`,
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
      expect(nothing.stdout + nothing.stderr).toContain(`gateways.${group}`);
      expect(nothing.stderr).toMatch(/^Note: and \d+ more; -o json has them all$/m);
      expect(nothing.stderr).not.toMatch(/^\s+at /m);
    });

    test("sees as an admin once the rules that the report asks for are granted", async () => {
      const rules = gapsOf((await audit("nobody", "-o", "json")).stdout).map(({ detail }) => ruleIn(detail));
      expect(rules).toHaveLength(all.length);
      await server.applyManifests([role("asked-for", rules), binding("promoted", "asked-for")].join("---\n"));
      await untilAllowed(server, { user: "promoted", apiGroup: group, resource: "gateways" });
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

  // Last, since it fills the cluster with kinds.
  describe("where every vendor's kinds are served", () => {
    const vendors = listsOf("kubectl-refgrant-vendors");
    let everything: ProcessResult;

    beforeAll(async () => {
      await server.applyDefinitions(stubDefinitions([...ECOSYSTEM_KINDS, ...LOOK_ALIKE_GRANTS, ...onlyPresent]));
      everything = await asAdmin("-o", "json");
    });

    test("with the third role too, the output is the admin's, and nothing is asked for that the roles do not say", async () => {
      await server.clearAudit();
      expect(await audit("viewer-of-all", "-o", "json")).toEqual(everything);
      const events = await server.auditEvents();
      expect(events.filter(({ code }) => code !== 200)).toEqual([]);
      const asked = events.flatMap(({ objectRef, verb }) =>
        objectRef === null ? [] : [`${verb} ${objectRef.resource}.${objectRef.group}`],
      );
      const allowed = [...all, ...vendors].map(({ verb, resource, apiGroup }) => `${verb} ${resource}.${apiGroup}`);
      expect([...new Set(asked)].toSorted()).toEqual([...new Set(allowed)].toSorted());
    });

    test("without it, what is not seen is named, and the verdicts are the same", async () => {
      const partly = await audit("viewer-with-secrets", "-o", "json");
      expect(verdicts(partly.stdout)).toEqual(verdicts(everything.stdout));
      const rules = gapsOf(partly.stdout).map(({ detail }) => ruleIn(detail));
      const byName = (a: Rule, b: Rule): number =>
        `${a.resource}.${a.apiGroup}` < `${b.resource}.${b.apiGroup}` ? -1 : 1;
      expect(rules.toSorted(byName)).toEqual(vendors.toSorted(byName));
    });
  });
});
