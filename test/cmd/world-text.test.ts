import { describe, expect, it } from "vitest";
import { worldText } from "../../cmd/display.ts";
import { parse } from "../../cmd/parse.ts";
import { runCli } from "../harness/cli.ts";
import { readerOf } from "../harness/reader.ts";
import { gateway, namespace, route, snapshotOf } from "../harness/world.ts";

function worldOf(...words: readonly string[]): string | null {
  const plan = parse(["why-denied", "httproute/web", ...words], "kubectl refgrant");
  if (plan.command !== "why-denied") throw new Error(plan.command);
  return worldText(plan.source);
}

describe("what a command that is to be pasted needs to be about the same world", () => {
  it.each([
    [[], ""],
    [["--context", "prod eu"], " --context='prod eu'"],
    [
      ["--as", "jo", "--as-group", "a", "--as-group", "b", "-s", "https://x"],
      " --server=https://x --as=jo --as-group=a --as-group=b",
    ],
    [["--token", "secret", "--username", "u", "--password", "p"], ""],
    [["-f", "a b.yaml,c.yaml", "-R", "--closed-world"], " -f 'a b.yaml' -f c.yaml -R --closed-world"],
    [["-f", "-"], null],
  ])("%j", (words, text) => {
    expect(worldOf(...words)).toBe(text);
  });

  it("stands behind kubectl's commands, and behind this tool's own", async () => {
    const listener = { name: "http", port: 80, protocol: "HTTP" };
    const selector = { allowedRoutes: { namespaces: { from: "Selector", selector: { matchLabels: { team: "a" } } } } };
    const world = snapshotOf([
      namespace("app"),
      namespace("edge"),
      gateway("edge", "gw", [{ ...listener, ...selector }]),
      route("HTTPRoute", "app", "web", { parentRefs: [{ name: "gw", namespace: "edge" }] }),
    ]);
    const reader = readerOf({ ...world, source: "cluster" });
    const one = await runCli(["why-denied", "httproute/web", "-n", "app", "--context", "prod"], {
      folder: ".",
      reader,
    });
    expect(one.stdout).toContain("kubectl label namespace app team=a --context=prod\n");
    const all = await runCli(["why-denied", "-n", "app", "--context", "prod"], { folder: ".", reader });
    expect(all.stdout).toContain("Next: kubectl refgrant why-denied httproute/web -n app --context=prod\n");
  });
});
