import { describe, expect, it } from "vitest";
import { parse } from "../../cmd/parse.ts";
import type { AuditPlan } from "../../cmd/plan.ts";
import { GATEWAY, SERVICE } from "../../src/catalogue/kinds.ts";
import { RefgrantError } from "../../src/model/failure.ts";
import { FINDING_CODES } from "../../src/model/finding.ts";
import { options } from "../load/cluster/stub.ts";

const PROGRAM = "kubectl refgrant";

function auditPlan(...argv: readonly string[]): AuditPlan {
  const plan = parse(["audit", ...argv], PROGRAM);
  if (plan.command !== "audit") throw new Error(plan.command);
  return plan;
}

function usageError(...argv: readonly string[]): string {
  try {
    parse(argv, PROGRAM);
  } catch (error) {
    if (error instanceof RefgrantError && error.failure === "usage") return error.message;
    throw error;
  }
  throw new Error("no error");
}

describe("audit", () => {
  it("has every default in its plan", () => {
    expect(auditPlan()).toEqual({
      command: "audit",
      source: {
        from: "cluster",
        chunkSize: 10_000,
        connection: options(),
      },
      namespace: null,
      selector: [],
      ignore: { rules: [], annotations: true },
      output: "text",
      exit: { failOn: "error", allowUnknown: false },
      headers: true,
      color: "auto",
    });
  });

  it.each([
    [["-n", "a"], "a"],
    [["-na"], "a"],
    [["-n=a"], "a"],
    [["--namespace=a"], "a"],
    [["--namespace", "a"], "a"],
    [["-n", "a", "-n", "b"], "b"],
    [["-n", "a", "-A"], null],
    [["-A", "-n", "a"], null],
    [["-n", "a", "--all-namespaces=false"], "a"],
    [["-n", "5"], "5"],
  ])("%j looks at namespace %s", (argv, expected) => {
    expect(auditPlan(...argv).namespace).toBe(expected);
  });

  it.each([
    [["-o", "json"], "json"],
    [["-ojson"], "json"],
    [["-oJSON"], "json"],
    [["-owide"], "wide"],
    [["-Aoyaml"], "yaml"],
  ])("%j prints %s", (argv, expected) => {
    expect(auditPlan(...argv).output).toBe(expected);
  });

  it.each([
    [["-f", "a.yaml"], ["a.yaml"]],
    [
      ["-f", "a,b", "-f", "c"],
      ["a", "b", "c"],
    ],
    [["-f", "-"], ["-"]],
    [["-f-"], ["-"]],
    [["--filename=x", "-R"], ["x"]],
    [["-Rf", "x"], ["x"]],
  ])("%j reads %j", (argv, filenames) => {
    expect(auditPlan(...argv).source).toMatchObject({ from: "files", filenames });
  });

  it("takes the annotations of objects' owners into account, unless told not to", () => {
    expect(auditPlan("--no-ignore-annotations").ignore).toEqual({ rules: [], annotations: false });
  });
  it("reads what to ignore, repeated and at commas", () => {
    const { ignore } = auditPlan(
      "--ignore=grant-unused,grant-broad:ns/g",
      "--ignore",
      "version-stored:class, RefNotPermitted",
      "--ignore=GRANT-BROAD:ns/g-(generated name 2)",
    );
    expect(ignore.rules).toEqual([
      { code: "grant-unused", subject: null },
      { code: "grant-broad", subject: { namespace: "ns", name: "g" } },
      { code: "version-stored", subject: { namespace: null, name: "class" } },
      { code: "ref-not-permitted", subject: null },
      { code: "grant-broad", subject: { namespace: "ns", name: "g-(generated name 2)" } },
    ]);
  });

  it("reads kubectl's connection flags", () => {
    const { source } = auditPlan(
      "--kubeconfig=k",
      "--context",
      "c",
      "--cluster",
      "cl",
      "--user",
      "u",
      "-s",
      "https://h",
      "--tls-server-name=t",
      "--insecure-skip-tls-verify",
      "--certificate-authority=ca",
      "--client-certificate=cc",
      "--client-key=ck",
      "--token=t,k",
      "--as=a",
      "--as-uid=1",
      "--as-group=g,h",
      "--as-group=i",
      "--as-user-extra=k=v",
      "--request-timeout=1m30s",
      "--disable-compression",
      "--cache-dir=/x",
      "--chunk_size=0",
    );
    expect(source).toMatchObject({
      chunkSize: 0,
      connection: {
        kubeconfig: "k",
        context: "c",
        cluster: "cl",
        user: "u",
        server: "https://h",
        tlsServerName: "t",
        insecureSkipTlsVerify: true,
        certificateAuthority: "ca",
        clientCertificate: "cc",
        clientKey: "ck",
        token: "t,k",
        as: "a",
        asUid: "1",
        // --as-group is no comma list, unlike -f.
        asGroup: ["g,h", "i"],
        asUserExtra: ["k=v"],
        requestTimeoutMs: 90_000,
        disableCompression: true,
      },
    });
  });

  it.each([
    ["0", 0],
    ["0s", 0],
    ["5", 5000],
    ["5s", 5000],
    ["1h2m3s", 3_723_000],
    ["1.5s", 1500],
    ["100ms", 100],
  ])("--request-timeout %s is %d ms", (text, expected) => {
    expect(auditPlan(`--request-timeout=${text}`).source.connection.requestTimeoutMs).toBe(expected);
  });

  it("reads selectors as kubectl does", () => {
    expect(auditPlan("-l", "a=b,c==d,e!=f,g in (x, y),h notin (z),i,!j.io/k,l=").selector).toEqual([
      { key: "a", operator: "In", values: ["b"] },
      { key: "c", operator: "In", values: ["d"] },
      { key: "e", operator: "NotIn", values: ["f"] },
      { key: "g", operator: "In", values: ["x", "y"] },
      { key: "h", operator: "NotIn", values: ["z"] },
      { key: "i", operator: "Exists", values: [] },
      { key: "j.io/k", operator: "DoesNotExist", values: [] },
      { key: "l", operator: "In", values: [""] },
    ]);
  });
});

describe("wrong usage", () => {
  it.each([
    [["audit", "--bogus"], "unknown flag: --bogus"],
    [["audit", "--namespce=x"], "unknown flag: --namespce (did you mean --namespace?)"],
    [["audit", "-x"], "unknown shorthand flag: 'x' in -x"],
    [["audit", "-n"], "flag needs an argument: 'n' in -n"],
    [["audit", "--output"], "flag needs an argument: --output"],
    [["audit", "-o", "bogus"], '--output takes text, wide, json, yaml, not "bogus"'],
    [["audit", "--fail-on=fatal"], '--fail-on takes error, warning, info, never, not "fatal"'],
    [["audit", "--color=blue"], '--color takes auto, always, never, not "blue"'],
    [["audit", "--chunk-size=-1"], '--chunk-size takes a whole number, not "-1"'],
    [["audit", "-f", "x", "--chunk-size=abc"], '--chunk-size takes a whole number, not "abc"'],
    [["audit", "--request-timeout=soon"], 'a duration is written 1s, 2m, 3h or 1m30s, not "soon"'],
    [["audit", "-l", "a b"], 'unable to parse the label selector at "a b": write a=b, a!=b, a in (b,c), a or !a'],
    [["audit", "httproute/x"], 'audit takes no arguments, found "httproute/x"'],
    [["audit", "-f", "-", "-f", "-"], "standard input (-f -) can be read once only"],
    [["audit", "-f", "a,"], "-f names no file"],
    [["audit", "--closed-world"], "--closed-world is about files: it goes with -f"],
    [["audit", "-n", "a,b"], '-n takes the name of one namespace, not "a,b"'],
    [["audit", "--ignore=grant-unsed"], '--ignore: no finding has the code "grant-unsed" (did you mean grant-unused?)'],
    [
      ["audit", "--ignore=grant-unused:a/b/c"],
      '--ignore takes CODE, CODE:NAMESPACE/NAME or CODE:NAME, not "grant-unused:a/b/c"',
    ],
    [["audit", "--ignore=grant-unused:"], '--ignore takes CODE, CODE:NAMESPACE/NAME or CODE:NAME, not "grant-unused:"'],
    [["audit", "--ignore=grant-broad:be/*"], '--ignore: no object is called "*"; there is no wildcard'],
    [["audit", "--ignore=grant-broad:be/g:x"], '--ignore: no object is called "g:x"'],
    [["audit", "--ignore=grant-broad:b e/g"], '--ignore: no namespace is called "b e"'],
    [["audit", "--ignore="], "--ignore names no code"],
    [["audit", "--ignore", "grant-broad,"], "--ignore names no code"],
    [["audit", "--ignore=nonsense"], '--ignore: no finding has the code "nonsense"; --help lists them'],
    [
      ["audit", "--ignore=listner-open"],
      '--ignore: no finding has the code "listner-open" (did you mean listener-open-to-all?)',
    ],
    [["version", "x"], 'version takes no arguments, found "x"'],
    [["catalogue", "a", "b"], 'catalogue takes one TYPE, found "b"'],
    [["audit", "-R"], "--recursive is about files: it goes with -f"],
    [["audit", "--allow-unknown=maybe"], '--allow-unknown takes true or false, not "maybe"'],
    [["frobnicate"], 'unknown command "frobnicate" for "kubectl refgrant"'],
    [["-n", "x", "audit"], "flags come after the command"],
  ])("%j: %s", (argv, message) => {
    expect(usageError(...argv)).toBe(message);
  });
});

describe("catalogue", () => {
  it("has every default in its plan", () => {
    expect(parse(["catalogue"], PROGRAM)).toEqual({
      command: "catalogue",
      filter: { kinds: [], implementations: [] },
      output: "text",
      headers: true,
      color: "auto",
    });
  });
  it("takes kinds and implementations", () => {
    const argv = ["catalogue", "-owide", "gtw,SVC,gateways", "--implementation=Kong,envoy-gateway", "--no-headers"];
    expect(parse(argv, PROGRAM)).toMatchObject({
      filter: { kinds: [GATEWAY, SERVICE], implementations: ["kong", "envoy-gateway"] },
      output: "wide",
      headers: false,
    });
  });
});

describe("help", () => {
  it.each([[], ["help"], ["--help"], ["-h"]])("%j is one screen with every command", (...argv: string[]) => {
    const plan = parse(argv, PROGRAM);
    const text = plan.command === "help" ? plan.text : "";
    for (const command of ["audit", "catalogue", "version"]) expect(text).toMatch(new RegExp(`^  ${command} `, "m"));
  });

  it.each([[["audit", "--help"]], [["audit", "-h"]], [["help", "audit"]], [["audit", "-n", "x", "-h"]]])(
    "%j shows every flag of the command",
    (argv) => {
      const plan = parse(argv, PROGRAM);
      const text = plan.command === "help" ? plan.text : "";
      for (const flag of ["--filename", "--closed-world", "--fail-on", "--ignore", "Exit codes"])
        expect(text).toContain(flag);
    },
  );
});

it("audit --help has every code, where their pages are, and what each exit code means", () => {
  const plan = parse(["audit", "--help"], PROGRAM);
  const text = plan.command === "help" ? plan.text : "";
  const [, codes = ""] = text.split("Codes of findings");
  for (const code of Object.keys(FINDING_CODES)) expect(codes).toMatch(new RegExp(`[ \\n]${code}(,|\\n)`));
  for (const words of ["docs/findings", "not all referrers could be seen", "130  interrupted"])
    expect(text).toContain(words);
});

describe("version", () => {
  it.each([
    [["version"], "text"],
    [["--version"], "text"],
    [["version", "-o", "json"], "json"],
    [["version", "--client", "-oyaml"], "yaml"],
  ])("%j", (argv, output) => {
    expect(parse(argv, PROGRAM)).toEqual({ command: "version", output });
  });
});
