import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { itemsAt, parseJson, textAt } from "./harness/json.ts";
import { crdFiles, type GatewayApiVersion } from "./harness/modules.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { binding, type Rule, role, rolesFile, ruleIn, rulesOf, untilAllowed } from "./harness/rbac.ts";
import { readManifests, referenceOf } from "./harness/report.ts";

const group = "gateway.networking.k8s.io";
const worldFile = join(repositoryRoot, "test", "e2e", "worlds", "one-object.yaml");

const forAudit = rulesOf("kubectl-refgrant");
const forSecrets = rulesOf("kubectl-refgrant-secrets");
const forObjects = rulesOf("kubectl-refgrant-objects");
const all: readonly Rule[] = [...forAudit, ...forSecrets, ...forObjects];

const rule = (verb: string, resource: string, apiGroup = group): Rule => ({ apiGroup, resource, verb });
const ruleText = ({ verb, resource, apiGroup }: Rule): string =>
  `${verb} ${resource}${apiGroup === "" ? "" : `.${apiGroup}`}`;

/** What the answer about HTTPRoute shop/web depends on, each with what becomes unknown without it. */
const needed: readonly (readonly [Rule, readonly string[]])[] = [
  [rule("get", "gateways"), ["spec.parentRefs[0] → Gateway infra/shared"]],
  [rule("get", "namespaces", ""), ["spec.parentRefs[0] → Gateway infra/shared"]],
  [
    rule("list", "referencegrants"),
    ["spec.rules[0].backendRefs[1] → Service backend/api", "spec.rules[0].backendRefs[2] → Service vault/audit"],
  ],
  // These leave every verdict as it is.
  [rule("get", "services", ""), []],
  [rule("list", "endpointslices", "discovery.k8s.io"), []],
  [rule("list", "networkpolicies", "networking.k8s.io"), []],
  [rule("list", "pods", ""), []],
  [rule("get", "gatewayclasses"), []],
];
/** Used by the advice, which is another without it. */
const ofAdvice = rule("list", "grpcroutes");

const without = (missing: Rule): string => `without-${missing.verb}-${missing.resource}`;
const users = [
  "auditor",
  "reader",
  "reader-with-secrets",
  "tenant",
  ...[...needed.map(([missing]) => missing), ofAdvice, rule("get", "httproutes")].map(without),
];

const ruleKey = (one: Rule): string => ruleText(one);
const allBut = (missing: Rule): readonly Rule[] => all.filter((one) => ruleKey(one) !== ruleKey(missing));

const setup = [
  binding("auditor", "kubectl-refgrant"),
  ...["kubectl-refgrant", "kubectl-refgrant-objects"].flatMap((to) => [
    binding("reader", to),
    binding("reader-with-secrets", to),
  ]),
  binding("reader-with-secrets", "kubectl-refgrant-secrets"),
  ...[...needed.map(([missing]) => missing), ofAdvice, rule("get", "httproutes")].flatMap((missing) => [
    role(without(missing), allBut(missing)),
    binding(without(missing), without(missing)),
  ]),
  ...["shop", "backend"].flatMap((namespace) => [
    role("tenant", all, namespace),
    binding("tenant", "tenant", namespace),
  ]),
].join("---\n");

/** Kinds of releases that have none of each other's, in one cluster, so that every rule is in use. */
const leftOver: readonly (readonly [GatewayApiVersion, string])[] = [
  ["v1.4.0", "xlistenersets"],
  ["v1.2.0", "backendlbpolicies"],
  ["v0.5.1", "referencepolicies"],
];

function verdicts(stdout: string): ReadonlyMap<string, string> {
  const decisions = itemsAt(parseJson(stdout), "objects").flatMap((object) => itemsAt(object, "decisions"));
  return new Map(
    decisions.map((decision) => [
      referenceOf(decision).replace("HTTPRoute shop/web ", ""),
      textAt(decision, "verdict") ?? "",
    ]),
  );
}

describe("what the plugin needs to be allowed for the answer about one object", () => {
  let server: ApiServer;
  let admin: ProcessResult;

  const run = (kubeconfig: string, line: string): Promise<ProcessResult> =>
    runPlugin(["why-denied", ...line.split(" ")], { kubectl: server.kubectlBinary, kubeconfig });
  const as = (user: string, line: string, namespace?: string): Promise<ProcessResult> =>
    run(server.kubeconfigFor(user, namespace), line);

  beforeAll(async () => {
    server = await startApiServer({ users: users.map((name) => ({ name, token: `token-of-${name}` })) });
    await server.applyCrds("v1.7.0", "experimental");
    const files = leftOver.flatMap(([version, plural]) =>
      crdFiles(version, "experimental").filter((file) => file.endsWith(`_${plural}.yaml`)),
    );
    await server.applyDefinitions(readManifests(files));
    expect(await server.kubectl(["apply", "-f", rolesFile])).toMatchObject({ code: 0, stderr: "" });
    await server.applyManifests(readManifests([worldFile]));
    await server.applyManifests(setup);
    await Promise.all(
      users.map((user) =>
        untilAllowed(server, {
          user,
          apiGroup: "",
          resource: "configmaps",
          ...(user === "tenant" ? { namespace: "backend" } : {}),
        }),
      ),
    );
    admin = await run(server.adminKubeconfig, "httproute/web -n shop -o json");
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("with the first role and the fourth it is the admin's, to the byte, and nothing is refused", async () => {
    await server.clearAudit();
    expect(await as("reader", "httproute/web -n shop -o json")).toEqual(admin);
    const events = await server.auditEvents();
    expect(events.length).toBeGreaterThan(10);
    expect(events.filter(({ code }) => code >= 400)).toEqual([]);
    expect(await as("reader", "httproute/web -n shop")).toEqual(
      await run(server.adminKubeconfig, "httproute/web -n shop"),
    );
  });

  describe("of a Gateway with certificates", () => {
    const line = "gateway/shared -n infra -o json";

    test("it is the admin's with the second role too, and the verdict is the same without it", async () => {
      const whole = await run(server.adminKubeconfig, line);
      expect(await as("reader-with-secrets", line)).toEqual(whole);
      const partly = await as("reader", line);
      expect(verdicts(partly.stdout)).toEqual(verdicts(whole.stdout));
      expect(whole.stdout).toContain('"referentExistence": "present"');
      expect(partly.stdout).toContain('"referentExistence": "unseen"');
    });

    test("without it the text says that the Secret was not seen", async () => {
      const { stdout, stderr } = await as("reader", "gateway/shared -n infra");
      expect(stdout + stderr).toContain(
        'ask for verbs [get] on that resource (apiGroups: [""], resources: ["secrets"])',
      );
    });
  });

  test.each(needed.map(([missing, unknown]) => ({ missing, unknown, name: ruleText(missing) })))(
    "without $name it says so, and nothing that is not so",
    async ({ missing, unknown }) => {
      const partly = await as(without(missing), "httproute/web -n shop -o json");
      const truth = verdicts(admin.stdout);
      expect([...verdicts(partly.stdout)]).toEqual(
        [...truth].map(([reference, verdict]) => [reference, unknown.includes(reference) ? "unknown" : verdict]),
      );
      const text = await as(without(missing), "httproute/web -n shop");
      for (const told of [partly.stdout, text.stdout]) {
        const details = told.split("\n").filter((line) => line.includes("ask for verbs ["));
        const rules = details.map((line) => ruleText(ruleIn(line.replaceAll('\\"', '"'))));
        expect([...new Set(rules)]).toEqual([ruleText(missing)]);
      }
      expect(text.stdout).toContain(`user "${without(missing)}"`);
    },
  );

  test("without a rule that only advice needs, the verdicts are the same, and the advice is a safe one", async () => {
    const partly = await as(without(ofAdvice), "httproute/web -n shop -o json");
    expect(verdicts(partly.stdout)).toEqual(verdicts(admin.stdout));
    expect(partly.code).toBe(admin.code);
    // Nobody knows whether the entry is in use, so it is not the one to change.
    expect(admin.stdout).toContain("correct-entry");
    expect(partly.stdout).not.toContain("correct-entry");
  });

  test("without the object itself there is no answer, but the rule to ask for", async () => {
    const missing = rule("get", "httproutes");
    const nothing = await as(without(missing), "httproute/web -n shop");
    expect(nothing).toMatchObject({ code: 3, stdout: "" });
    expect(ruleIn(nothing.stderr)).toEqual(missing);
    expect(nothing.stderr).toContain("in namespace shop");
  });

  test.each(forObjects.filter(({ verb }) => verb === "get").map((one) => ({ one, name: ruleText(one) })))(
    "$name is used, and enough to say that there is none of a name",
    async ({ one: { resource, apiGroup } }) => {
      const word = apiGroup === "" ? resource : `${resource}.${apiGroup}`;
      await server.clearAudit();
      const none = await as("reader", `${word}/nothing -n shop`);
      expect(none.stderr).toContain("called nothing");
      const events = await server.auditEvents();
      expect(events.filter(({ code }) => code === 403)).toEqual([]);
      const got = events.filter(({ verb, objectRef }) => verb === "get" && objectRef?.resource === resource);
      expect(got.map(({ objectRef }) => objectRef?.name)).toContain("nothing");
      const refused = await as("auditor", `${word}/nothing -n shop`);
      expect(refused.code).toBe(3);
      expect(ruleIn(refused.stderr)).toEqual({ verb: "get", resource, apiGroup });
    },
  );

  test("someone who may read some namespaces only gets what can be known there", async () => {
    const partly = await as("tenant", "httproute/web -n shop -o json", "shop");
    const truth = verdicts(admin.stdout);
    const seen = verdicts(partly.stdout);
    expect([...seen.keys()]).toEqual([...truth.keys()]);
    for (const [reference, verdict] of seen) {
      const visible = reference.endsWith("shop/cart") || reference.endsWith("backend/api");
      expect([reference, verdict]).toEqual([reference, visible ? truth.get(reference) : "unknown"]);
    }
    expect(partly.code).toBe(4);
  });
});
