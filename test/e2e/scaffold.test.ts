import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { isRecord, itemsAt, parseJson, textAt, valueAt } from "./harness/json.ts";
import { runPlugin } from "./harness/plugin.ts";
import type { ProcessResult } from "./harness/processes.ts";
import { binding, type Rule, role, ruleIn, rulesOf, untilAllowed } from "./harness/rbac.ts";
import { verdicts } from "./harness/report.ts";
import {
  CROWD,
  crowdedWorld,
  gateway,
  listOf,
  MISTAKABLE_NAMESPACES,
  MISTAKABLE_SERVICES,
  MISTAKABLE_SUBDOMAINS,
  mistakableWorld,
  namespace,
  route,
  secret,
  service,
} from "./worlds/scaffold.ts";

/** What `scaffold` prints, given to a real kubectl and a real API server. `scaffold-catalogue.test.ts` does so for every row. */

const group = "gateway.networking.k8s.io";

/** A ReferenceGrant of namespace `name`, as JSON has it. */
const grant = (place: { readonly namespace: string; readonly name: string }, spec: object, metadata: object = {}) => ({
  apiVersion: `${group}/v1`,
  kind: "ReferenceGrant",
  metadata: { ...place, ...metadata },
  spec,
});
const fromKind = (kind: string, namespace: string) => ({ group, kind, namespace });
const toService = (name?: string) => ({ group: "", kind: "Service", ...(name === undefined ? {} : { name }) });
const toSecret = (name?: string) => ({ group: "", kind: "Secret", ...(name === undefined ? {} : { name }) });

/** What is compared of an object: not what the server writes into it, nor where kubectl remembers what it applied. */
function ownPart(object: unknown): unknown {
  if (!isRecord(object) || !isRecord(object.metadata)) throw new Error("this is no object");
  const { managedFields: _, resourceVersion: __, generation: ___, ...metadata } = object.metadata;
  const { "kubectl.kubernetes.io/last-applied-configuration": ____, ...annotations } = isRecord(metadata.annotations)
    ? metadata.annotations
    : {};
  return { ...object, metadata: { ...metadata, annotations } };
}

const documentsIn = (yaml: string): readonly unknown[] => parseAllDocuments(yaml).map((one) => one.toJS());

/** How many grants references of two kinds from one namespace take: one for each different set of targets in a namespace. */
function fewestGrants(references: readonly string[]): number {
  const parts = references.flatMap((reference) => {
    const [, kind = "", namespace = "", name = ""] = /^(\w+) .* → Service (.+)\/(.+)$/.exec(reference) ?? [];
    return namespace === "" ? [] : [{ kind, namespace, name }];
  });
  const byNamespace = Map.groupBy(parts, ({ namespace }) => namespace);
  return [...byNamespace.values()].reduce((sum, own) => {
    const byKind = [...Map.groupBy(own, ({ kind }) => kind).values()];
    return sum + new Set(byKind.map((same) => [...new Set(same.map(({ name }) => name))].toSorted().join())).size;
  }, 0);
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

describe("scaffold, with a real API server", () => {
  let server: ApiServer;

  const run = (args: readonly string[], kubeconfig = server.adminKubeconfig): Promise<ProcessResult> =>
    runPlugin(args, { kubectl: server.kubectlBinary, kubeconfig });
  const scaffold = (line: string, kubeconfig?: string): Promise<ProcessResult> =>
    run(["scaffold", ...line.split(" ")], kubeconfig);
  const kubectl = async (line: string, stdin = ""): Promise<string> => {
    const done = await server.kubectl(line.split(" "), { stdin });
    expect([line, done.code, done.stderr]).toEqual([line, 0, ""]);
    return done.stdout;
  };
  const apply = (stdin: string): Promise<string> => kubectl("apply -f -", stdin);
  /** The verdict of every reference that crosses into or out of some namespaces. */
  const verdictsIn = async (...namespaces: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const { stdout } = await run(["audit", "-o", "json"]);
    const isThere = (reference: string): boolean => namespaces.some((name) => reference.includes(` ${name}/`));
    return new Map([...verdicts(stdout)].filter(([reference]) => isThere(reference)));
  };
  const objectAt = async (line: string): Promise<unknown> => parseJson(await kubectl(`get ${line} -o json`));

  const users = ["reader", "without-grants"];
  const roles = ["kubectl-refgrant", "kubectl-refgrant-secrets", "kubectl-refgrant-objects"];
  const allRules: readonly Rule[] = roles.flatMap(rulesOf);
  const listGrants: Rule = { apiGroup: group, resource: "referencegrants", verb: "list" };
  const isOfGrants = ({ apiGroup, resource }: Rule): boolean => apiGroup === group && resource === listGrants.resource;

  beforeAll(async () => {
    server = await startApiServer({ users: users.map((name) => ({ name, token: `token-of-${name}` })) });
    await server.applyCrds("v1.7.0", "standard");
  });

  afterAll(async () => {
    await server?.stop();
  });

  describe("names that YAML takes for something else", () => {
    const references = MISTAKABLE_NAMESPACES.length + MISTAKABLE_SUBDOMAINS.length;

    beforeAll(async () => {
      await server.applyManifests(mistakableWorld());
    });

    test.each(["yaml", "json"])("-o %s of all of them is applied, and permits what they refer to", async (output) => {
      const before = verdicts((await run(["audit", "-o", "json"])).stdout);
      const crossing = [...before].filter(([, verdict]) => verdict !== "permitted");
      expect(crossing).toHaveLength(references);
      const { code, stdout, stderr } = await scaffold(`-A -o ${output}`);
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^\d+ grants, for 20 namespaces\./)]);
      const applied = await apply(stdout);
      expect(
        applied
          .trim()
          .split("\n")
          .every((line) => line.endsWith(" created")),
      ).toBe(true);
      const after = verdicts((await run(["audit", "-o", "json"])).stdout);
      expect([...after].filter(([, verdict]) => verdict !== "permitted")).toEqual([]);
      expect((await scaffold("-A")).stdout).toBe("");

      // The server has them as they are called, and so has every reader of YAML.
      const stored = itemsAt(await objectAt("referencegrants -A"), "items");
      const to = stored.flatMap((one) => itemsAt(one, "spec", "to").map((entry) => textAt(entry, "name") ?? ""));
      const from = stored.flatMap((one) => itemsAt(one, "spec", "from").map((entry) => textAt(entry, "namespace")));
      expect(new Set(to)).toEqual(new Set([...MISTAKABLE_SERVICES, ...MISTAKABLE_SUBDOMAINS]));
      expect(new Set(from)).toEqual(new Set(MISTAKABLE_NAMESPACES));
      process.stderr.write(
        `names like y and 1e3, -o ${output}: ${references} refused before, ${applied.trim().split("\n").length} grants, all permitted after\n`,
      );
      await kubectl("delete referencegrants --all -A");
    });

    test("none of them would do without its quotes", async () => {
      const { stdout } = await scaffold("-A");
      const unquoted = stdout.replaceAll(/"([^"\n]+)"/g, "$1");
      const complaint = (await server.kubectl(["apply", "--dry-run=server", "-f", "-"], { stdin: unquoted })).stderr;
      expect(complaint).toMatch(/cannot unmarshal (bool|number)|must be of type string|expected string/);
    });

    test.each(["y", "null", "1e3", "0x1f", "1.5"])("--name %s", async (name) => {
      const { stdout } = await scaffold(`-n y --name ${name}`);
      await apply(stdout);
      const [first] = itemsAt(await objectAt("referencegrants -A"), "items");
      expect(textAt(first, "metadata", "name")).toBe(name);
      expect([...(await verdictsIn("y"))].filter(([reference]) => reference.includes(" y/"))).toEqual(
        expect.arrayContaining([[expect.stringContaining("HTTPRoute y/"), "permitted"]]),
      );
      await kubectl("delete referencegrants --all -A");
    });

    afterAll(async () => {
      await kubectl("delete httproutes,gateways,referencegrants --all -A --wait=false");
    });
  });

  describe("a dry run", () => {
    const world = listOf([
      namespace("dry-app"),
      namespace("dry-shared"),
      service("dry-shared", "api"),
      service("dry-shared", "other"),
      route("HTTPRoute", { namespace: "dry-app", name: "web" }, [{ namespace: "dry-shared", name: "api" }]),
      route("GRPCRoute", { namespace: "dry-app", name: "rpc" }, [{ namespace: "dry-shared", name: "other" }]),
    ]);
    const state = (): Promise<string> =>
      kubectl("get httproutes,grpcroutes,gateways,referencegrants,services,namespaces,secrets -A -o json");

    beforeAll(() => server.applyManifests(world));

    test.each(["-n dry-app", "route/web -n dry-app", "-n dry-app -o json", "httproute/web grpcroute/rpc -n dry-app"])(
      "of what scaffold %s prints is taken by the server, and changes nothing",
      async (line) => {
        const before = await state();
        const { stdout } = await scaffold(line);
        const dry = await kubectl("apply --dry-run=server -f -", stdout);
        expect(dry).toMatch(/^(referencegrant\.\S+ created \(server dry run\)\n)+$/);
        expect(await state()).toBe(before);
      },
    );

    test.each([
      "-n dry-app",
      "-A",
      "-A --all",
      "route/web -n dry-app --any-name --name x",
      "-n dry-app --assume-refused -o json",
      "referencegrants -A",
      "httproute/nothing -n dry-app",
    ])("scaffold %s itself gets and lists, and no more", async (line) => {
      await server.clearAudit();
      await scaffold(line);
      const events = await server.auditEvents();
      expect(events.length).toBeGreaterThan(1);
      for (const event of events) {
        expect(["get", "list"]).toContain(event.verb);
        expect(event.userAgent).toBe(`kubectl-refgrant/${manifest.version}`);
        expect(event.objectRef?.subresource ?? "").toBe("");
      }
    });

    test("--api-version takes another version that the cluster serves", async () => {
      const versions = async (line: string): Promise<readonly unknown[]> => {
        const { code, stdout } = await scaffold(line);
        expect(code).toBe(0);
        await kubectl("apply --dry-run=server -f -", stdout);
        return documentsIn(stdout).map((one) => valueAt(one, "apiVersion"));
      };
      expect(await versions("route/web -n dry-app")).toEqual([`${group}/v1`]);
      expect(await versions("route/web -n dry-app --api-version v1beta1")).toEqual([`${group}/v1beta1`]);
      expect(await versions("route/web -n dry-app --api-version v1")).toEqual([`${group}/v1`]);
    });
  });

  describe("--into", () => {
    const place = { namespace: "into-shared", name: "partners" };
    const spec = {
      from: [
        fromKind("HTTPRoute", "into-other"),
        fromKind("GRPCRoute", "into-other"),
        fromKind("HTTPRoute", "into-app"),
      ],
      to: [toService("first"), toService("second"), toSecret("cert")],
    };
    const metadata = {
      labels: { team: "shop", "app.kubernetes.io/managed-by": "hand", on: "yes" },
      annotations: { "example.com/why": "asked for by the shop: see #12", "example.com/lines": "one\ntwo\n", n: "1e3" },
    };
    const world = listOf([
      ...["into-app", "into-other", "into-shared"].map(namespace),
      ...["first", "second", "third", "fourth"].map((name) => service("into-shared", name)),
      secret("into-shared", "cert"),
      ...["first", "third"].map((name) =>
        route("HTTPRoute", { namespace: "into-app", name }, [{ namespace: "into-shared", name }]),
      ),
      route("GRPCRoute", { namespace: "into-other", name: "second" }, [{ namespace: "into-shared", name: "second" }]),
      gateway({ namespace: "into-app", name: "edge" }, { namespace: "into-shared", name: "cert" }),
    ]);

    beforeAll(() => server.applyManifests(world));

    test.each([
      { how: "kubectl apply", create: (text: string) => apply(text), complaint: /^$/ },
      // kubectl says that it will remember from now on what it applies.
      {
        how: "kubectl create",
        create: (text: string) => kubectl("create -f -", text),
        complaint: /^Warning: .*last-applied/,
      },
    ])("adds to a grant made by $how what is missing, and leaves all else as it is", async ({ create, complaint }) => {
      await create(JSON.stringify(grant(place, spec, metadata)));
      const before = ownPart(await objectAt("referencegrant partners -n into-shared"));
      expect(Object.fromEntries(await verdictsIn("into-shared"))).toMatchObject({
        "Gateway into-app/edge spec.listeners[0].tls.certificateRefs[0] → Secret into-shared/cert":
          "refused RefNotPermitted",
        "HTTPRoute into-app/first spec.rules[0].backendRefs[0] → Service into-shared/first": "permitted",
        "HTTPRoute into-app/third spec.rules[0].backendRefs[0] → Service into-shared/third": "refused RefNotPermitted",
      });
      const { code, stdout, stderr } = await scaffold("-n into-app --into referencegrant/partners");
      expect([code, documentsIn(stdout).length]).toEqual([0, 1]);
      expect(stderr).toContain("Added to ReferenceGrant into-shared/partners: ");
      const applied = await server.kubectl(["apply", "-f", "-"], { stdin: stdout });
      expect(applied).toMatchObject({ code: 0, stderr: expect.stringMatching(complaint) });
      expect(applied.stdout).toMatch(/partners configured\n$/);

      const after = ownPart(await objectAt("referencegrant partners -n into-shared"));
      expect(after).toEqual({
        ...(isRecord(before) ? before : {}),
        spec: { from: [...spec.from, fromKind("Gateway", "into-app")], to: [...spec.to, toService("third")] },
      });
      const refused = [...(await verdictsIn("into-shared"))].filter(([, verdict]) => verdict !== "permitted");
      expect(refused).toEqual([]);
      const again = await scaffold("-n into-app --into referencegrant/partners");
      expect(again).toMatchObject({ code: 0, stdout: "" });
      await kubectl("delete referencegrant partners -n into-shared");
    });
  });

  describe("a grant made as tight as its use", () => {
    const place = { namespace: "tight-shared", name: "everyone" };
    const metadata = { labels: { team: "platform" }, annotations: { "example.com/why": "to begin with" } };
    const spec = {
      from: [
        fromKind("HTTPRoute", "tight-a"),
        fromKind("GRPCRoute", "tight-a"),
        fromKind("HTTPRoute", "tight-b"),
        fromKind("TLSRoute", "tight-b"),
        fromKind("Gateway", "tight-b"),
      ],
      to: [toService(), toSecret()],
    };
    const uses = [
      ["HTTPRoute", "tight-a", "first"],
      ["HTTPRoute", "tight-a", "second"],
      ["GRPCRoute", "tight-a", "second"],
      ["HTTPRoute", "tight-b", "third"],
    ] as const;
    const world = listOf([
      ...["tight-a", "tight-b", "tight-shared"].map(namespace),
      ...["first", "second", "third", "fourth"].map((name) => service("tight-shared", name)),
      ...["cert", "spare"].map((name) => secret("tight-shared", name)),
      ...uses.map(([kind, namespace, name]) => route(kind, { namespace, name }, [{ namespace: "tight-shared", name }])),
      gateway({ namespace: "tight-b", name: "edge" }, { namespace: "tight-shared", name: "cert" }),
    ]);
    const where = ["tight-a", "tight-b", "tight-shared"];

    test("leaves every verdict as it was, at each step on the way", async () => {
      await server.applyManifests(world);
      await apply(JSON.stringify(grant(place, spec, metadata)));
      const before = await verdictsIn(...where);
      expect(before.size).toBe(uses.length + 1);
      expect(new Set(before.values())).toEqual(new Set(["permitted"]));
      const { code, stdout, stderr } = await scaffold("referencegrant/everyone -n tight-shared");
      expect(code).toBe(0);
      expect(stderr).toContain("ReferenceGrant tight-shared/everyone, as tight as today's use. It drops:");
      const documents = documentsIn(stdout);
      expect(documents.length).toBeGreaterThan(1);
      for (const document of documents) {
        await apply(JSON.stringify(document));
        expect(await verdictsIn(...where)).toEqual(before);
      }
      const after = await objectAt("referencegrant everyone -n tight-shared");
      expect(after).toMatchObject({ metadata: { ...place, labels: metadata.labels } });
      expect(textAt(after, "metadata", "annotations", "example.com/why")).toBe("to begin with");
      const stored = itemsAt(await objectAt("referencegrants -n tight-shared"), "items");
      const pairs = stored.flatMap((one) =>
        itemsAt(one, "spec", "from").flatMap((from) =>
          itemsAt(one, "spec", "to").map(
            (to) => `${textAt(from, "kind")} ${textAt(from, "namespace")} ${textAt(to, "kind")} ${textAt(to, "name")}`,
          ),
        ),
      );
      expect(pairs.toSorted()).toEqual(
        [
          ...uses.map(([kind, from, name]) => `${kind} ${from} Service ${name}`),
          "Gateway tight-b Secret cert",
        ].toSorted(),
      );
      process.stderr.write(
        `a grant of ${spec.from.length} from × ${spec.to.length} to, for every name: ${documents.length} grants of ${pairs.length} named pairs, all ${before.size} verdicts as before\n`,
      );

      for (const one of stored) {
        const again = await scaffold(`referencegrant/${textAt(one, "metadata", "name")} -n tight-shared`);
        expect(again.stderr).toMatch(/ is as tight as today's use\.\n$/);
      }
    });

    test("is not printed where nothing uses it, and can be deleted", async () => {
      const unused = { namespace: "tight-shared", name: "unused" };
      await apply(JSON.stringify(grant(unused, { from: [fromKind("TCPRoute", "tight-a")], to: [toService()] })));
      const before = await verdictsIn(...where);
      const { code, stdout, stderr } = await scaffold("referencegrant/unused -n tight-shared");
      expect([code, stdout]).toEqual([0, ""]);
      expect(stderr).toMatch(/^ReferenceGrant tight-shared\/unused could be deleted: nothing uses it/);
      await kubectl("delete referencegrant unused -n tight-shared");
      expect(await verdictsIn(...where)).toEqual(before);
    });
  });

  describe("for someone who may not see everything", () => {
    const to = { namespace: "hidden-shared", name: "api" };
    const world = listOf([
      namespace("hidden-app"),
      namespace("hidden-shared"),
      service("hidden-shared", "api"),
      route("HTTPRoute", { namespace: "hidden-app", name: "web" }, [to]),
    ]);
    const place = "httproute/web -n hidden-app";

    beforeAll(async () => {
      await server.applyManifests(world);
      await server.applyManifests(
        [
          role("reader", allRules),
          binding("reader", "reader"),
          role(
            "without-grants",
            allRules.filter((rule) => !isOfGrants(rule)),
          ),
          binding("without-grants", "without-grants"),
        ].join("---\n"),
      );
      await Promise.all(
        users.map((user) => untilAllowed(server, { user, apiGroup: "", resource: "configmaps", verb: "get" })),
      );
    });

    test("grants that are hidden are told with the rule to ask for, and nothing is printed", async () => {
      const hidden = await scaffold(place, server.kubeconfigFor("without-grants"));
      expect(hidden).toMatchObject({ code: 4, stdout: "" });
      expect(hidden.stderr).toMatch(/^Left out, not known to be refused: HTTPRoute hidden-app\/web /);
      expect(ruleIn(hidden.stderr)).toEqual(listGrants);
      expect(hidden.stderr).toContain("--assume-refused grants what is unknown all the same.");
    });

    test("with that rule, by a Role in the target's namespace, it is printed", async () => {
      const hidden = await scaffold(place, server.kubeconfigFor("without-grants"));
      const asked = ruleIn(hidden.stderr);
      await server.applyManifests(
        [role("asked", [asked], "hidden-shared"), binding("without-grants", "asked", "hidden-shared")].join("---\n"),
      );
      await untilAllowed(server, { user: "without-grants", ...asked, namespace: "hidden-shared" });
      const seen = await scaffold(place, server.kubeconfigFor("without-grants"));
      expect(seen).toEqual(await scaffold(place));
      expect(seen).toMatchObject({ code: 0, stdout: expect.stringContaining("kind: ReferenceGrant") });
      await kubectl("delete rolebinding without-grants-asked -n hidden-shared");
    });

    test("--assume-refused prints what the admin gets, and it works", async () => {
      // RBAC takes notice of what is gone a moment later.
      const until = performance.now() + 10_000;
      const blind = (): Promise<ProcessResult> => scaffold(place, server.kubeconfigFor("without-grants"));
      while ((await blind()).code !== 4) expect(performance.now()).toBeLessThan(until);
      const bold = await scaffold(`${place} --assume-refused`, server.kubeconfigFor("without-grants"));
      expect(bold.code).toBe(0);
      expect(bold.stdout).toBe((await scaffold(place)).stdout);
      await apply(bold.stdout);
      expect(new Set((await verdictsIn("hidden-app")).values())).toEqual(new Set(["permitted"]));
      // Who sees no grants does not see this one either, and writes it again just the same.
      const again = await scaffold(`${place} --assume-refused`, server.kubeconfigFor("without-grants"));
      expect(await apply(again.stdout)).toMatch(/ unchanged\n$/);
    });

    test.each([`${place} --all`, "route/web -n hidden-app --all", "-n hidden-app --all", "-A --all"])(
      "with the documented roles, in a cluster without kinds of others, scaffold %s is the admin's",
      async (line) => {
        await server.clearAudit();
        const reader = await scaffold(line, server.kubeconfigFor("reader"));
        const events = await server.auditEvents();
        expect(events.filter(({ code }) => code === 403).map(({ requestURI }) => requestURI)).toEqual([]);
        expect(reader).toEqual(await scaffold(line));
        expect(reader.stdout).toContain("kind: ReferenceGrant");
      },
    );
  });

  describe(`a namespace with ${CROWD.references} refused references to ${CROWD.namespaces} namespaces`, () => {
    beforeAll(() => server.applyManifests(crowdedWorld()));

    test("is granted all, by few documents, in about the time of kubectl", async () => {
      const before = await verdictsIn("crowd");
      expect([...before.values()].filter((verdict) => verdict === "refused RefNotPermitted")).toHaveLength(
        CROWD.references,
      );
      const times = { plugin: [] as number[], kubectl: [] as number[] };
      for (let round = 0; round < 5; round += 1) {
        const start = performance.now();
        await scaffold("-n crowd");
        const between = performance.now();
        await kubectl("get httproutes,grpcroutes -n crowd -o json");
        times.plugin.push(between - start);
        times.kubectl.push(performance.now() - between);
      }
      await server.clearAudit();
      const { code, stdout, stderr } = await scaffold("-n crowd");
      const requests = await server.auditEvents();
      expect(code).toBe(0);
      expect(stderr).toMatch(/^\d+ grants, for 40 namespaces\. /);
      const documents = documentsIn(stdout);
      const entries = documents.flatMap((one) => [...itemsAt(one, "spec", "from"), ...itemsAt(one, "spec", "to")]);
      // Kinds with different Services cannot share a grant that says nothing else.
      expect(documents).toHaveLength(fewestGrants([...before.keys()]));

      await apply(stdout);
      const after = await verdictsIn("crowd");
      expect(after.size).toBe(before.size);
      expect(new Set(after.values())).toEqual(new Set(["permitted"]));
      expect(await scaffold("-n crowd")).toMatchObject({ code: 0, stdout: "" });

      const asked = Map.groupBy(requests, ({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? "discovery"}`);
      process.stderr.write(
        `${CROWD.references} references to ${CROWD.namespaces} namespaces: ${documents.length} documents, ${entries.length} entries; ` +
          `${Math.round(median(times.plugin))} ms, beside ${Math.round(median(times.kubectl))} ms of kubectl get (medians of 5); ` +
          `${requests.length} requests: ${[...asked].map(([what, same]) => `${same.length} ${what}`).join(", ")}\n`,
      );
    });
  });
});

describe("scaffold, with the API server of an older release", () => {
  let server: ApiServer;
  const world = listOf([
    namespace("app"),
    namespace("shared"),
    service("shared", "api"),
    route("HTTPRoute", { namespace: "app", name: "web" }, [{ namespace: "shared", name: "api" }]),
  ]);
  const scaffold = (line: string): Promise<ProcessResult> =>
    runPlugin(["scaffold", ...line.split(" ")], {
      kubectl: server.kubectlBinary,
      kubeconfig: server.adminKubeconfig,
    });

  beforeAll(async () => {
    server = await startApiServer({ auditLog: false });
    await server.applyCrds("v1.4.0", "standard");
    await server.applyManifests(world);
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("v1 is asked for in vain", async () => {
    const { code, stdout, stderr } = await scaffold("httproute/web -n app --api-version v1");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`the server has no referencegrants of ${group}/v1`);
  });

  test("v1beta1 is written, with or without being asked for, and works", async () => {
    const plain = await scaffold("httproute/web -n app");
    expect(plain.code).toBe(0);
    expect(documentsIn(plain.stdout)).toMatchObject([{ apiVersion: `${group}/v1beta1` }]);
    expect((await scaffold("httproute/web -n app --api-version v1beta1")).stdout).toBe(plain.stdout);
    expect(await server.kubectl(["apply", "-f", "-"], { stdin: plain.stdout })).toMatchObject({ code: 0, stderr: "" });
    expect(await scaffold("httproute/web -n app")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("permitted already"),
    });
  });
});
