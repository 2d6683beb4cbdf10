import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Lookups } from "../../cmd/ports.ts";
import { runCli } from "../harness/cli.ts";

const FOLDER = fileURLToPath(new URL("../../examples", import.meta.url));

const KUBECONFIG = {
  contexts: [
    { name: "prod", cluster: "eu", namespace: "shop" },
    { name: "arn:aws:eks:eu:1:cluster/b", cluster: "b", namespace: "" },
    { name: "no; thanks", cluster: "c", namespace: "" },
    { name: "$(touch x)", cluster: "c", namespace: "" },
  ],
  clusters: ["eu", "b"],
  users: ["ann", "bob"],
};

/** A cluster of which every kind has the same names, and tells what it was asked by them. */
const CLUSTER: Partial<Lookups> = {
  names: async ({ connection, kinds, namespace, allNamespaces }) => {
    const where = allNamespaces ? "all" : (namespace ?? "home");
    const context = connection.context === null ? "" : `-${connection.context}`;
    return kinds.map(({ kind }) => ({ name: `${kind.toLowerCase()}-${where}${context}`, namespace: where }));
  },
  kubeconfigNames: async () => KUBECONFIG,
};

async function answerTo(words: readonly string[], lookups: Partial<Lookups> = CLUSTER) {
  const { stdout, stderr, exitCode } = await runCli(["__complete", ...words], { folder: FOLDER, lookups });
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n").slice(0, -1);
  const directive = lines.pop();
  return { values: lines.map((line) => line.split("\t")[0] ?? ""), lines, directive };
}

/** Splits a line at blanks; one at its end leaves an empty word to be completed. */
const typed = (line: string): readonly string[] => line.split(" ");

describe("a line, and what it may go on with", () => {
  it.each<[line: string, values: readonly string[], directive?: string]>([
    ["why", ["why-denied"]],
    ["nothing", []],
    ["__com", []],
    ["-", ["--help", "--version"]],
    ["help w", ["why-denied"]],
    ["help why-denied ", []],
    ["nonsense ", []],
    ["audit ", []],
    ["version --cl", ["--client"]],
    ["completion ", ["bash", "zsh", "fish", "powershell", "kubectl"]],
    ["completion bash ", []],

    ["audit -o ", ["text", "wide", "json", "yaml"]],
    ["audit -oj", ["-ojson"]],
    ["audit -Ao", ["-Aotext", "-Aowide", "-Aojson", "-Aoyaml"]],
    ["audit -o=j", ["json"]],
    ["audit --output=j", ["json"]],
    ["audit --fail-on ", ["error", "warning", "info", "never"]],
    ["audit --fail_on=n", ["never"]],
    ["why-denied --color a", ["auto", "always"]],
    ["scaffold --api-version v1", ["v1", "v1beta1", "v1alpha2"]],
    ["scaffold -o ", ["yaml", "json"]],
    ["catalogue -o n", ["name"]],
    ["version -o y", ["yaml"]],
    ["audit --ignore grant-un", ["grant-unused", "grant-unknown-kind"]],
    ["audit --ignore grant-unused,grant-unu", []],
    ["audit --ignore=grant-unused,grant-unk", ["grant-unused,grant-unknown-kind"]],
    ["catalogue --implementation kong,apis", ["kong,apisix"]],
    ["catalogue --kind httproute,grp", ["httproute,grpcroute"]],
    ["audit --request-timeout ", []],
    ["audit -l ", []],

    ["audit -f ", [], ":0"],
    ["audit --filename=x", [], ":0"],
    ["audit --kubeconfig ", [], ":0"],
    ["audit --client-key ", [], ":0"],

    ["audit --no-ig", ["--no-ignore-annotations"]],
    ["audit --ign", ["--ignore"]],
    ["audit --ignore x --ign", ["--ignore"]],
    ["audit -A --all", ["--allow-unknown"]],
    ["audit -n a --namesp", []],
    ["audit -n", ["-n"]],
    ["audit -- -", []],
    ["audit --bogus -o ", ["text", "wide", "json", "yaml"]],
    ["audit --recursive=perhaps -o ", ["text", "wide", "json", "yaml"]],

    ["audit -n ", ["namespace-home"]],
    ["explain --to-namespace ", ["namespace-home"]],
    ["audit --context=prod -n ", ["namespace-home-prod"]],
    ["audit --context p", ["prod"]],
    ["audit --context arn:", ["arn:aws:eks:eu:1:cluster/b"]],
    ["audit --context no", []],
    ["audit --context $", []],
    ["audit --cluster ", ["eu", "b"]],
    ["audit --user a", ["ann"]],

    ["why-denied httpro", ["httproute", "httproutefilter"]],
    ["why-denied HTTPRo", ["HTTPRoute", "HTTPRouteFilter"]],
    ["why-denied httproutes", ["httproutes", "httproutes.gateway.networking.k8s.io"]],
    ["why-denied rou", ["route"]],
    ["why-denied referenceg", []],
    ["why-denied secr", []],
    ["why-denied httproute,tls", ["httproute,tlsroute"]],
    ["why-denied httproute/", ["httproute/httproute-home"]],
    ["why-denied httproute/x", []],
    ["why-denied httproute/a/", []],
    ["why-denied httproute,gateway/", []],
    ["why-denied -n shop HTTPRoutes/", ["HTTPRoutes/httproute-shop"]],
    ["why-denied -nshop httproute/", ["httproute/httproute-shop"]],
    ["why-denied -A httproute/", ["httproute/httproute-all"]],
    ["why-denied httproute ", ["httproute-home"]],
    ["why-denied httproute httproute-home ", []],
    ["why-denied httproute,tlsroute ", ["httproute-home", "tlsroute-home"]],
    ["why-denied httproute/httproute-home httproute/", []],
    ["why-denied httproute/a grp", ["grpcroute/"], ":6"],
    ["why-denied httproute/a gateway/", ["gateway/gateway-home"]],
    ["why-denied httproute gateway/", []],
    ["why-denied httproute --context prod -n shop -- ", ["httproute-shop-prod"]],
    ["why-denied nosuch/", []],
    ["why-denied nosuch ", []],

    ["scaffold referencep", ["referencepolicy"]],
    ["scaffold secr", []],
    ["scaffold --into ", ["referencegrant/"], ":6"],
    ["scaffold --into referencegrant/", ["referencegrant/referencegrant-all"]],
    ["scaffold --to-namespace b --into refgrant/", ["refgrant/referencegrant-b"]],

    ["explain sec", ["secret", "securitypolicy"]],
    ["explain names", ["namespace"]],
    [
      "explain httproute.spec.rules.b",
      [
        "httproute.spec.rules.backendRefs",
        "httproute.spec.rules.backendRefs.filters.requestMirror.backendRef",
        "httproute.spec.rules.backendRefs.filters.extensionRef",
        "httproute.spec.rules.backendRefs.filters.externalAuth.backendRef",
      ],
    ],
    [
      "explain httproute.rules.backendRefs.filters.ext",
      [
        "httproute.rules.backendRefs.filters.extensionRef",
        "httproute.rules.backendRefs.filters.externalAuth.backendRef",
      ],
    ],
    ["explain GTW.spec.tls.b", ["GTW.spec.tls.backend.clientCertificateRef"]],
    ["explain --to serv", ["service/", "serviceimport/"], ":6"],
    ["explain --to service/", ["service/service-home"]],
    ["explain -n a --to=service/", ["service/service-a"]],
    ["explain -n a --to-namespace b --to service/", ["service/service-b"]],

    ["catalogue httpr", ["httproute", "httproutefilter"]],
    ["catalogue httproute ", []],
  ])("%s", async (line, values, directive = ":4") => {
    const answer = await answerTo(typed(line));
    expect(answer.values).toEqual(values);
    expect(answer.directive).toBe(directive);
  });

  it("says of commands and flags what the help says of them", async () => {
    expect((await answerTo(["aud"])).lines[0]).toMatch(/^audit\t\w+/);
    expect((await answerTo(["audit", "--chunk"])).lines).toEqual([
      "--chunk-size\tAsk the cluster for lists in pages of this many objects; 0 for all at once (default 10000)",
    ]);
    expect((await answerTo(["audit", "--context", "p"])).lines).toEqual(["prod\tcluster eu, namespace shop"]);
  });

  it("offers nothing for a line that nobody types", async () => {
    expect(await answerTo(["why-denied", ...Array(300).fill("httproute/a"), ""])).toMatchObject({ values: [] });
    expect(await answerTo(["why-denied", "h".repeat(100_000)])).toMatchObject({ values: [] });
  });
});

describe("where files are given", () => {
  const files: Partial<Lookups> = {
    names: async () => {
      throw new Error("a cluster was asked");
    },
    readFiles: async () => [
      {
        name: "a.yaml",
        text: ["web", "api"]
          .map(
            (name) =>
              `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: ${name}, namespace: ns-${name}}\n`,
          )
          .join("---\n"),
      },
    ],
  };

  it.each([
    ["why-denied -f a.yaml httproute/", ["httproute/web", "httproute/api"]],
    ["why-denied -f a.yaml -n ns-api httproute/", ["httproute/api"]],
    ["why-denied -f a.yaml route ", ["web", "api"]],
    ["explain -f a.yaml namespace/", ["namespace/ns-api", "namespace/ns-web"]],
    ["audit -f a.yaml -n ", ["ns-api", "ns-web"]],
  ])("%s", async (line, values) => {
    expect((await answerTo(typed(line), files)).values).toEqual(values);
  });
});

describe("a world that is hostile, slow or broken", () => {
  it("gets no control character and no name that is none into the answer", async () => {
    const names = ["good", "two\nlines", "tab\there", "\u001b[31mred", "$(id)", "../up", "a b", "-rf", "good"];
    const lookups: Partial<Lookups> = { names: async () => names.map((name) => ({ name, namespace: "evil\n:0\tx" })) };
    const answer = await answerTo(["why-denied", "-A", "httproute/"], lookups);
    expect(answer.values).toEqual(["httproute/good"]);
    expect(answer.lines).toEqual(["httproute/good\tin namespace evil :0 x"]);
    expect((await answerTo(["audit", "-n", ""], lookups)).values).toEqual(["good"]);
  });

  it("tells no description that is no text", async () => {
    const contexts = [{ name: "a", cluster: "\u001b]0;x\u0007\ny", namespace: "z\u202e".repeat(200) }];
    const lookups: Partial<Lookups> = { kubeconfigNames: async () => ({ contexts, clusters: [], users: [] }) };
    const [line = ""] = (await answerTo(["audit", "--context", ""], lookups)).lines;
    expect(line).toMatch(/^a\tcluster \]0;x y, namespace z+$/);
    expect(line.length).toBeLessThan(110);
  });

  it("is answered with nothing, when the moment is over, and told to end", async () => {
    let closed = false;
    const lookups: Partial<Lookups> = {
      names: () => new Promise(() => {}),
      over: Promise.resolve(),
      close: () => {
        closed = true;
      },
    };
    expect(await answerTo(["why-denied", "httproute/"], lookups)).toMatchObject({ values: [], directive: ":4" });
    expect(closed).toBe(true);
  });

  it("is answered with nothing, where looking up fails", async () => {
    expect(await answerTo(["why-denied", "httproute/"], {})).toMatchObject({ values: [], directive: ":4" });
    expect(await answerTo(["why-denied", "-f", "x", "httproute/"], {})).toMatchObject({ values: [], directive: ":4" });
    expect(await answerTo(["why-denied", "-f", "", "httproute/"], {})).toMatchObject({ values: [], directive: ":4" });
    expect(await answerTo(["why-denied", "-n", "NO", "httproute/"])).toMatchObject({ values: [], directive: ":4" });
  });
});
