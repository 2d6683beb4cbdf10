import { describe, expect, it } from "vitest";
import { exitCode } from "../../src/diagnose/exit-code.ts";
import { findingCode, type IgnoreRule, idleRules, nearCode } from "../../src/diagnose/ignore.ts";
import { IGNORE_ANNOTATION } from "../../src/model/finding.ts";
import type { Scope } from "../../src/model/report.ts";
import { sightOf } from "../../src/model/sight.ts";
import { audit } from "../../src/pipeline.ts";
import { findingPlace, findingText } from "../../src/render/finding-prose.ts";
import { core, gateway, grant, type Manifest, namespace, route, snapshotOf } from "../harness/world.ts";

const namespaces = [namespace("app"), namespace("backend"), namespace("edge")];
const api = core("Service", "backend", "api");
const backendRefs = [{ name: "api", namespace: "backend", port: 80 }];
const web = route("HTTPRoute", "app", "web", { rules: [{ backendRefs }] });
const shop = route("HTTPRoute", "app", "shop", { rules: [{ backendRefs }] });
const open = gateway("edge", "gw", [
  { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
]);

/** The manifest with the annotation; its other metadata stays. */
function annotated(manifest: Manifest, ignore: unknown): Manifest {
  const metadata: object = Object(manifest.metadata);
  return { ...manifest, metadata: { ...metadata, annotations: { other: "x", [IGNORE_ANNOTATION]: ignore } } };
}

const plain = { width: null, color: false, unicode: true, headers: true };
const whole: Scope = { namespace: null, selector: [] };

function ignoring(
  manifests: readonly Manifest[],
  rules: readonly IgnoreRule[] = [],
  scope = whole,
  annotations = true,
) {
  return audit(snapshotOf([...namespaces, ...manifests]), scope, { rules, annotations });
}

/** `code subject` of the findings that are told, and `code subject by` of those that are not. */
function parted(manifests: readonly Manifest[], rules: readonly IgnoreRule[] = []) {
  const { findings, ignored } = ignoring(manifests, rules);
  return {
    told: findings.map(({ code, subject }) => `${code} ${subject?.name}`),
    ignored: ignored.map(({ finding, by }) => `${finding.code} ${finding.subject?.name} ${by}`),
  };
}

const everywhere = (code: IgnoreRule["code"]): IgnoreRule => ({ code, subject: null });

describe("--ignore", () => {
  it("silences a code everywhere", () => {
    expect(parted([web, shop, api, open], [everywhere("ref-not-permitted")])).toEqual({
      told: ["listener-open-to-all gw"],
      ignored: ["ref-not-permitted shop flag", "ref-not-permitted web flag"].toSorted(),
    });
  });
  it("silences a code on one object, of whatever kind", () => {
    const rule: IgnoreRule = { code: "ref-not-permitted", subject: { namespace: "app", name: "web" } };
    expect(parted([web, shop, api], [rule])).toEqual({
      told: ["ref-not-permitted shop"],
      ignored: ["ref-not-permitted web flag"],
    });
  });
  it("CODE:NAME means objects without a namespace only", () => {
    const rule: IgnoreRule = { code: "ref-not-permitted", subject: { namespace: null, name: "web" } };
    expect(parted([web, api], [rule])).toEqual({ told: ["ref-not-permitted web"], ignored: [] });
  });
  it("leaves verdicts, their counts and decisions as they are, and changes findings, their counts and the exit code", () => {
    const before = ignoring([web, api]);
    const after = ignoring([web, api], [everywhere("ref-not-permitted")]);
    const policy = { failOn: "error", allowUnknown: false } as const;
    expect([exitCode(before, policy), exitCode(after, policy)]).toEqual([1, 0]);
    expect(after.counts.findings).toEqual({ error: 0, warning: 0, info: 0 });
    expect(after.counts.crossing).toEqual(before.counts.crossing);
    expect(after.decisions).toHaveLength(before.decisions.length);
  });
  it("of an unknown verdict leaves the verdict unknown", () => {
    const report = audit(snapshotOf([web], false), whole, {
      rules: [everywhere("unknown-verdict")],
      annotations: true,
    });
    expect(report.findings).toEqual([]);
    expect(exitCode(report, { failOn: "info", allowUnknown: false })).toBe(4);
  });
  it("of an object on which there is no such finding does nothing, and is known to", () => {
    const on = (name: string): IgnoreRule => ({ code: "ref-not-permitted", subject: { namespace: "app", name } });
    const rules = [on("web"), on("wbe"), everywhere("grant-broad")];
    const { ignored } = ignoring([annotated(web, "ref-not-permitted"), api], rules);
    expect(idleRules({ rules, annotations: true }, ignored)).toEqual([on("wbe")]);
  });
  it("counts what is in scope only", () => {
    const scope = { ...whole, namespace: "edge" };
    expect(ignoring([web, api, open], [everywhere("ref-not-permitted")], scope).ignored).toEqual([]);
  });
});

describe("the annotation", () => {
  it("silences codes on its own object", () => {
    expect(parted([annotated(web, " listener-open-to-all ,ref-not-permitted,"), shop, api, open])).toEqual({
      told: ["ref-not-permitted shop", "listener-open-to-all gw"],
      ignored: ["ref-not-permitted web annotation"],
    });
  });
  it("on a grant silences what is found of the grant", () => {
    const unused = annotated(grant("backend", "g", [{}], [{ name: "api" }]), "grant-unused");
    const { told, ignored } = parted([unused, api]);
    expect(ignored).toEqual(["grant-unused g annotation"]);
    expect(told).not.toContain("grant-unused g");
    const heard = ignoring([unused, api], [], whole, false);
    expect(heard.ignored).toEqual([]);
    expect(heard.findings.map(({ code }) => code)).toContain("grant-unused");
  });
  it("gives way to the flag where both would do", () => {
    expect(parted([annotated(web, "ref-not-permitted"), api], [everywhere("ref-not-permitted")]).ignored).toEqual([
      "ref-not-permitted web flag",
    ]);
  });
  it("with a code that there is not is a finding, once for each, and silences the others all the same", () => {
    const world = [annotated(web, "ref-not-permited,ref-not-permitted,ref-not-permited"), api];
    expect(parted(world)).toEqual({
      told: ["ignore-unknown-code web"],
      ignored: ["ref-not-permitted web annotation"],
    });
    expect(ignoring(world).findings).toMatchObject([
      { severity: "warning", word: "ref-not-permited", meant: "ref-not-permitted" },
    ]);
  });
  it("with thousands of them has a finding for each of the first, and counts the others", () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `word-${index}`);
    const started = performance.now();
    const { findings } = ignoring([annotated(web, [...words, "ref-not-permitted"].join(",")), api]);
    expect(findings.map((finding) => finding.code === "ignore-unknown-code" && [finding.word, finding.more])).toEqual([
      ["word-0", 0],
      ["word-1", 0],
      ["word-2", 0],
      ["word-3", 0],
      ["word-4", 19_995],
    ]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
  it.each([
    ["a,b,c,d,grant-brod", '"grant-brod" (did you mean grant-broad?)'],
    ["a,b,c,d,grant-brod,e", '"grant-brod" (did you mean grant-broad?); 1 more word of it is no code either'],
    ["a,b,c,d,e,f,g", '"e"; 2 more words of it are no codes either'],
    ["x".repeat(60), `"${"x".repeat(60)}"`],
    ["x".repeat(250_000), `"${"x".repeat(60)}..."`],
    ["\u{1f600}".repeat(61), `"${"\u{1f600}".repeat(60)}..."`],
  ])("%.20s… is told in as many words as help", (annotation, told) => {
    const last = ignoring([annotated(web, annotation), api]).findings.findLast(
      ({ code }) => code === "ignore-unknown-code",
    );
    expect(last && findingText(last, plain).message).toBe(
      `annotation ${IGNORE_ANNOTATION}: no finding has the code ${told}`,
    );
  });
  it("is not looked at where it does not count", () => {
    expect(ignoring([annotated(web, "nonsense"), api], [], whole, false).findings.map(({ code }) => code)).toEqual([
      "ref-not-permitted",
    ]);
  });
  it("has its place in the file", () => {
    const report = ignoring([annotated(web, "nonsense"), api]);
    const [finding] = report.findings.filter(({ code }) => code === "ignore-unknown-code");
    const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...namespaces, annotated(web, "nonsense")] });
    expect(finding && findingPlace(finding, report.locate)).toEqual({
      file: "world.json",
      line: 1,
      column: text.indexOf('"nonsense"') + 1,
    });
  });
  it("can silence that too", () => {
    expect(parted([annotated(web, "ignore-unknown-code,x,ref-not-permitted"), api]).told).toEqual([]);
  });
  it.each([[5], [true], [["ref-not-permitted"]], [{}]])("%j silences nothing, and is no annotation", (value) => {
    expect(parted([annotated(web, value), api])).toEqual({
      told: ["manifest-rejected web", "ref-not-permitted web"],
      ignored: [],
    });
    const [rejected] = ignoring([annotated(web, value), api]).findings;
    expect(rejected).toMatchObject({ problem: { path: ["metadata", "annotations", IGNORE_ANNOTATION] } });
  });
  it("without a value says nothing", () => {
    expect(parted([annotated(web, null), api])).toEqual({ told: ["ref-not-permitted web"], ignored: [] });
  });
  it.each(["RefNotPermitted", "REF-NOT-PERMITTED", "ref-not-permitted"])(
    "takes the code as it is printed: %s",
    (word) => {
      expect(parted([annotated(web, word), api])).toEqual({ told: [], ignored: ["ref-not-permitted web annotation"] });
    },
  );
  it("of an object whose body was not read says nothing", () => {
    const snapshot = snapshotOf([...namespaces, annotated(web, "ref-not-permitted"), api]);
    const route = sightOf(snapshot).objectsOf({ group: "gateway.networking.k8s.io", kind: "HTTPRoute" })[0];
    expect(route?.body).not.toBeNull();
    const objects = new Map(
      [...snapshot.objects].map(([key, object]) => [key, object === route ? { ...object, body: null } : object]),
    );
    expect(audit({ ...snapshot, objects }, whole).ignored).toEqual([]);
  });
});

describe("the words for codes", () => {
  it.each([
    ["grant-broad", "grant-broad"],
    ["GRANT-BROAD", "grant-broad"],
    ["MustBeLocal", "must-be-local"],
    ["RefNotPermitted", "ref-not-permitted"],
    ["constructor", null],
    ["grant", null],
    ["", null],
  ])("%s names %s", (word, code) => {
    expect(findingCode(word)).toBe(code);
  });
  it.each([
    ["listner-open", "listener-open-to-all"],
    ["grant-unsed", "grant-unused"],
    ["RefNotPermited", "ref-not-permitted"],
    ["grant", null],
    ["nonsense", null],
  ])("%s is near %s", (word, code) => {
    expect(nearCode(word)).toBe(code);
  });
});
