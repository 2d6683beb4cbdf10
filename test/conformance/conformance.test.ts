import { describe, expect, it } from "vitest";
import type { AttachmentDecision, Decision } from "../../src/model/decision.ts";
import { formatPath } from "../../src/model/object.ts";
import { type ConformanceVersion, conformanceVersions } from "../e2e/harness/modules.ts";
import { isIn, readExpectations, type UpstreamTest } from "./expectations.ts";
import { type Assertion, type Judgement, judgeTest } from "./judge.ts";
import { OUT_OF_SCOPE, type OutOfScope, REASONS } from "./out-of-scope.ts";
import { evaluate, worldOf } from "./world.ts";

/** What the engine was held against in one release, and what of it. Exact, so that nothing can drop out unseen. */
interface Totals {
  readonly tests: number;
  /** Tests that assert something, and nothing that the engine does not know. */
  readonly testsWhollyInScope: number;
  /** Tests that assert nothing that the engine knows. */
  readonly testsWithoutScope: number;
  readonly failed: number;
  readonly passed: Readonly<Record<Assertion, number>>;
  readonly outOfScope: Readonly<Record<OutOfScope, number>>;
}

const EXPECTED: Readonly<Record<ConformanceVersion, Totals>> = {
  "v1.6.1": {
    tests: 68,
    testsWhollyInScope: 55,
    testsWithoutScope: 3,
    failed: 0,
    passed: { condition: 244, supportedKinds: 34, attachedRoutes: 39, attachedListenerSets: 9 },
    outOfScope: {
      "listener-conflict": 2,
      "protocol-support": 6,
      "target-content": 4,
      "target-kind": 12,
      "tls-termination": 2,
    },
  },
  "v1.7.0": {
    tests: 76,
    testsWhollyInScope: 63,
    testsWithoutScope: 3,
    failed: 0,
    passed: { condition: 283, supportedKinds: 35, attachedRoutes: 40, attachedListenerSets: 9 },
    outOfScope: {
      "listener-conflict": 2,
      "protocol-support": 6,
      "target-content": 4,
      "target-kind": 12,
      "tls-termination": 2,
    },
  },
};

const ALL: readonly UpstreamTest[] = readExpectations();

const suiteOf = (release: ConformanceVersion): readonly UpstreamTest[] =>
  ALL.filter(({ since }) => isIn(release, since));

function testNamed(name: string): UpstreamTest {
  const found = ALL.find(({ test }) => test === name);
  if (found === undefined) throw new Error(`there is no test ${name}`);
  return found;
}

const isKnown = ({ result }: Judgement): boolean => result === "passed" || result === "failed";

/** The part of the reason table that speaks of one test. */
function declaredOutOfScope({ test }: UpstreamTest): readonly string[] {
  return Object.entries(OUT_OF_SCOPE).flatMap(([reason, entries]) =>
    entries.filter((about) => about.startsWith(`${test}:`)).map((about) => `${reason}: ${about}`),
  );
}

function totalsOf(release: ConformanceVersion): Totals {
  const judged = suiteOf(release).map((test) => judgeTest(test, release));
  const all = judged.flat();
  const passed = (assertion: Assertion) =>
    all.filter((judgement) => judgement.result === "passed" && judgement.assertion === assertion).length;
  const outOfScope = (reason: OutOfScope) => all.filter(({ result }) => result === reason).length;
  return {
    tests: judged.length,
    testsWhollyInScope: judged.filter((judgements) => judgements.length > 0 && judgements.every(isKnown)).length,
    testsWithoutScope: judged.filter((judgements) => !judgements.some(isKnown)).length,
    failed: all.filter(({ result }) => result === "failed").length,
    passed: {
      condition: passed("condition"),
      supportedKinds: passed("supportedKinds"),
      attachedRoutes: passed("attachedRoutes"),
      attachedListenerSets: passed("attachedListenerSets"),
    },
    outOfScope: {
      "listener-conflict": outOfScope("listener-conflict"),
      "protocol-support": outOfScope("protocol-support"),
      "target-content": outOfScope("target-content"),
      "target-kind": outOfScope("target-kind"),
      "tls-termination": outOfScope("tls-termination"),
    },
  };
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** The decisions about the references of one object. */
function decisionsOf(test: UpstreamTest, release: ConformanceVersion, name: string): readonly Decision[] {
  return evaluate(worldOf(test, release)).decisions.filter(({ reference }) => reference.referrer.name === name);
}

describe.each(conformanceVersions)("conformance %s", (release) => {
  it.each(suiteOf(release).map((test) => ({ name: test.test, test })))("$name", ({ test }) => {
    expect(evaluate(worldOf(test, release)).problems).toEqual([]);

    const judgements = judgeTest(test, release);
    expect(judgements.filter(({ result }) => result === "failed")).toEqual([]);

    const unknown = judgements.filter((judgement) => !isKnown(judgement));
    expect(unknown.map(({ result, about }) => `${result}: ${about}`).toSorted()).toEqual(
      declaredOutOfScope(test).toSorted(),
    );
  });

  // The suite asserts no condition here, but sends requests that must arrive.
  it("MeshConsumerRoute needs no grant", () => {
    const decisions = decisionsOf(testNamed("MeshConsumerRoute"), release, "mesh-echo-add-header");
    expect(
      decisions.map(({ reference, outcome }) => [
        formatPath(reference.path),
        outcome.verdict === "permitted" ? outcome.witness : outcome.verdict,
      ]),
    ).toEqual([
      ["spec.parentRefs[0]", { by: "meshExemption" }],
      ["spec.rules[0].backendRefs[0]", { by: "meshExemption" }],
    ]);
  });

  // No controller can report on a parent that is not there.
  it.each([
    ["GatewayInvalidFrontendClientCertificateValidation", "misconfigured-client-certificate-validation-https-test", 0],
    ["HTTPRoutePreserveForeignStatus", "preserve-foreign-status", 1],
  ] as const)("%s names a parent that does not exist", (name, route, parentIndex) => {
    const test = testNamed(name);
    if (!isIn(release, test.since)) return;
    const attachments = decisionsOf(test, release, route).filter(
      (decision): decision is AttachmentDecision => decision.handshake === "attachment",
    );
    expect(attachments[parentIndex]?.outcome).toEqual({ verdict: "refused", reason: "ParentNotFound", trials: [] });
  });

  it("is judged as a whole", () => {
    const totals = totalsOf(release);
    const known = sum(totals.passed) + totals.failed;
    const reasons = Object.entries(totals.outOfScope).map(([reason, count]) => `${count} ${reason}`);
    process.stdout.write(
      `conformance ${release}: ${sum(totals.passed)} of ${known} assertions passed in ${totals.tests} tests, ` +
        `${totals.testsWhollyInScope} of them wholly in scope; ` +
        `${sum(totals.outOfScope)} assertions out of scope (${reasons.join(", ")})\n`,
    );
    expect(totals).toEqual(EXPECTED[release]);
  });
});

describe("the reason table", () => {
  const entries = Object.values(OUT_OF_SCOPE).flat();

  it("says each thing once, and why", () => {
    expect(new Set(entries).size).toBe(entries.length);
    expect(Object.keys(OUT_OF_SCOPE)).toEqual(Object.keys(REASONS));
  });

  it("speaks of upstream's tests only", () => {
    expect(entries.filter((about) => !ALL.some(({ test }) => about.startsWith(`${test}:`)))).toEqual([]);
  });
});
