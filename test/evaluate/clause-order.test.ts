import { expect, it } from "vitest";
import { gateway, reportOn, route } from "../harness/world.ts";

it("the clauses that a listener fails are told in the order in which they fail first", () => {
  const listener = {
    name: "http",
    port: 80,
    protocol: "HTTP",
    hostname: "a.example.com",
    allowedRoutes: { kinds: [{ kind: "GRPCRoute" }], namespaces: { from: "Same" } },
  };
  const parentRefs = [{ name: "gw", namespace: "edge", sectionName: "https", port: 443 }];
  const spec = { parentRefs, hostnames: ["b.example.com"] };
  const { decisions } = reportOn([gateway("edge", "gw", [listener]), route("HTTPRoute", "app", "web", spec)]);
  expect(decisions[0]?.outcome.trials.map(({ failed }) => failed)).toEqual([
    ["sectionName", "port", "kinds", "namespaces", "hostname"],
  ]);
});
