import { describe, expect, it } from "vitest";
import { parse } from "../../cmd/parse.ts";
import type { ExplainPlan, WhyDeniedPlan } from "../../cmd/plan.ts";

const PROGRAM = "kubectl refgrant";

function whyDenied(...words: readonly string[]): WhyDeniedPlan {
  const plan = parse(["why-denied", ...words], PROGRAM);
  if (plan.command !== "why-denied") throw new Error(`${plan.command} was parsed`);
  return plan;
}

function explain(...words: readonly string[]): ExplainPlan {
  const plan = parse(["explain", ...words], PROGRAM);
  if (plan.command !== "explain") throw new Error(`${plan.command} was parsed`);
  return plan;
}

const named = (...words: readonly string[]): readonly string[] =>
  whyDenied(...words).scope.targets.map(({ type, name }) => `${type} ${name ?? "*"}`);

describe("objects on the command line, as kubectl has them", () => {
  it.each([
    [[], []],
    [["httproute/web"], ["httproute web"]],
    [["httproute", "web"], ["httproute web"]],
    [
      ["httproute", "web", "api"],
      ["httproute web", "httproute api"],
    ],
    [
      ["httproute/web", "gtw/shared"],
      ["httproute web", "gtw shared"],
    ],
    [
      ["httproute,gateway", "web"],
      ["httproute web", "gateway web"],
    ],
    [["httproutes"], ["httproutes *"]],
    [["httproutes,gateways"], ["httproutes *", "gateways *"]],
    [["httproutes.v1.gateway.networking.k8s.io/web"], ["httproutes.v1.gateway.networking.k8s.io web"]],
  ])("%j", (words, targets) => {
    expect(named(...words)).toEqual(targets);
  });

  it.each([
    [["httproute/a/b"], /one slash/],
    [["httproute/"], /names no object/],
    [["/web"], /names no type/],
    [["httproute", "gateway/b"], /stands beside TYPE\/NAME/],
    [["a,b/c"], /several types go with names behind them/],
    [["a,,b", "c"], /empty type/],
    [["httproute", ".."], /no object is called/],
    [["httproute/web", "-l", "a=b"], /do not go together/],
    [["httproute", "-n", "A_b"], /name of one namespace/],
  ])("%j is refused", (words, message) => {
    expect(() => whyDenied(...words)).toThrow(message);
  });

  it("takes kubectl's scope: a namespace, all of them, labels", () => {
    expect(whyDenied("httproutes", "-n", "a").scope).toMatchObject({ namespace: "a", allNamespaces: false });
    expect(whyDenied("httproutes", "-A", "-l", "a=b").scope).toMatchObject({
      allNamespaces: true,
      selector: [{ key: "a" }],
    });
    expect(whyDenied("httproute/web").scope.namespace).toBeNull();
  });
});

describe("what explain is asked", () => {
  it.each([
    [["httproute.spec.rules.backendRefs"], { topic: "field", type: "httproute", path: "spec.rules.backendRefs" }],
    [["HTTPRoutes.rules[].backendRefs[]"], { topic: "field", type: "HTTPRoutes", path: "rules[].backendRefs[]" }],
    [
      ["httproutes.gateway.networking.k8s.io.spec.parentRefs"],
      { topic: "field", type: "httproutes.gateway.networking.k8s.io", path: "spec.parentRefs" },
    ],
    [["gtw"], { topic: "field", type: "gtw", path: "" }],
    [["gtw", "shared"], { topic: "objects" }],
    [["gateway/shared"], { topic: "objects" }],
    [["gateways", "-A"], { topic: "objects" }],
    [["gateways", "-l", "a=b"], { topic: "objects" }],
    [
      ["httproute", "--to", "service/api", "--to-namespace", "backend"],
      {
        topic: "pair",
        from: { type: "httproute", name: null },
        to: { type: "service", name: "api" },
        toNamespace: "backend",
      },
    ],
  ])("%j", (words, topic) => {
    expect(explain(...words).topic).toEqual(topic);
  });

  it.each([
    [[], /takes TYPE\/NAME/],
    [["httproute", "--to", "service"], /--to takes one TYPE\/NAME/],
    [["httproute/a", "httproute/b", "--to", "service/api"], /goes with one TYPE/],
    [["httproute/a", "--to-namespace", "b"], /goes with --to/],
    [["httproute/a", "--to", "svc/a", "--to", "svc/b"], /--to is given once/],
    [["httproute", "--to", "svc/a", "-l", "a=b"], /-l does not go with --to/],
    [["httproute", "--to", "svc/a", "-A"], /-A does not go with --to/],
    [["httproute", "tcproute", "--to", "svc/a"], /"tcproute" is another: write httproute\/tcproute/],
    [["gateway.networking.k8s.io"], /is an API group/],
    [["Gateway.Networking.K8s.io"], /is an API group/],
  ])("%j is refused", (words, message) => {
    expect(() => explain(...words)).toThrow(message);
  });
});
