import { readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { itemsAt, parseJson, textAt, valueAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { runPlugin } from "./harness/plugin.ts";
import { cleanEnv, runProcess } from "./harness/processes.ts";

/**
 * Every fix that why-denied advises on the worlds of its stories is pasted, as it stands, into a shell with a real kubectl, and
 * the reference is then permitted by a real API server's objects.
 */

const STORIES = ["why-denied-grants", "why-denied-gateways", "why-denied-existence", "why-denied-many"];

/** What is to be pasted for one reference of one object. */
interface Advised {
  readonly story: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly repairs: readonly string[];
  readonly pastes: readonly (readonly string[])[];
  /** Whether it was said that the target is still to come. */
  readonly early: boolean;
}

const worldOf = (story: string): string =>
  readFileSync(join(repositoryRoot, "test", "scenarios", story, "world.yaml"), "utf8");

const texts = (values: readonly unknown[]): readonly string[] => values.filter((value) => typeof value === "string");

describe("fixes of why-denied, pasted", () => {
  let server: ApiServer;

  const plugin = (args: readonly string[]) =>
    runPlugin(args, { kubectl: server.kubectlBinary, kubeconfig: server.adminKubeconfig });

  /** Pastes lines into a shell: a command as it is, YAML to kubectl. What it says on standard error; empty if it was done. */
  const tryToPaste = async (lines: readonly string[]): Promise<string> => {
    const isCommand = lines[0]?.startsWith("kubectl ") === true;
    const script = isCommand ? lines.join("\n") : "kubectl apply -f -";
    const env = cleanEnv({ KUBECONFIG: server.adminKubeconfig });
    const done = await runProcess("/bin/sh", ["-c", script], {
      env: { ...env, PATH: [dirname(server.kubectlBinary), env.PATH].join(delimiter) },
      ...(isCommand ? {} : { stdin: lines.map((line) => `      ${line}`).join("\n") }),
    });
    if (done.code !== 0) expect(done.stderr).not.toBe("");
    return done.stderr;
  };

  const paste = async (lines: readonly string[]): Promise<void> => expect(await tryToPaste(lines)).toBe("");

  const advised = async (story: string): Promise<readonly Advised[]> => {
    const { stdout } = await plugin(["why-denied", "-A", "-o", "json"]);
    return itemsAt(parseJson(stdout), "objects").flatMap((answer) => {
      const decisions = itemsAt(answer, "decisions");
      return itemsAt(answer, "advice").flatMap((advice) => {
        const repairs = itemsAt(advice, "repairs");
        if (textAt(advice, "advice") !== "repair") return [];
        const decision = decisions[Number(valueAt(advice, "decision"))];
        return [
          {
            story,
            kind: textAt(answer, "object", "kind") ?? "",
            namespace: textAt(answer, "object", "namespace") ?? "",
            name: textAt(answer, "object", "name") ?? "",
            path: textAt(decision, "path") ?? "",
            repairs: repairs.map((repair) => textAt(repair, "repair") ?? ""),
            pastes: itemsAt(advice, "steps").map((step) => texts(itemsAt(step, "paste"))),
            early: itemsAt(advice, "steps").some((step) => textAt(step, "but")?.includes(" yet") === true),
          },
        ];
      });
    });
  };

  const standing = async ({ kind, namespace, name, path, repairs, early }: Advised): Promise<string> => {
    const { stdout } = await plugin(["why-denied", `${kind.toLowerCase()}/${name}`, "-n", namespace, "-o", "json"]);
    const [answer] = itemsAt(parseJson(stdout), "objects");
    const decision = itemsAt(answer, "decisions").find((one) => textAt(one, "path") === path);
    const missing = !early && textAt(decision, "referentExistence") === "missing" ? ", and nothing there" : "";
    // What was one too many is gone, and those after it have moved up.
    if (repairs.includes("remove-reference") && (decision === undefined || missing === "")) {
      const parents = itemsAt(answer, "decisions").filter((one) => textAt(one, "path")?.startsWith("spec.parentRefs"));
      return parents.every((one) => textAt(one, "verdict") === "permitted") ? "permitted" : "one of those left is not";
    }
    return `${textAt(decision, "verdict") ?? "gone"}${missing}`;
  };

  beforeAll(async () => {
    server = await startApiServer();
    await server.applyCrds("v1.7.0", "standard");
  });

  afterAll(async () => {
    await server?.stop();
  });

  test.each(STORIES)("%s", async (story) => {
    const world = worldOf(story);
    await server.applyManifests(world);
    const all = await advised(story);
    expect(all.length).toBeGreaterThan(1);
    const outcomes: string[] = [];
    const reset = async (): Promise<void> => {
      await server.kubectl(["delete", "referencegrants", "--all", "-A"]);
      const again = await server.kubectl(["replace", "--force", "-f", "-"], { stdin: withoutNamespaces(world) });
      expect(again.code).toBe(0);
      await server.kubectl(["replace", "-f", "-"], { stdin: namespacesOf(world) });
    };
    for (const one of all) {
      for (const lines of one.pastes) await paste(lines);
      outcomes.push(`${one.kind} ${one.name} ${one.path}: ${one.repairs.join(", ")}: ${await standing(one)}`);
      await reset();
    }
    const cured = outcomes.filter((outcome) => outcome.endsWith(": permitted"));
    expect(cured).toEqual(outcomes);
    process.stderr.write(`${story}: ${cured.length} of ${outcomes.length} fixes worked\n`);

    // All of them one after another: a patch that finds its change made already does nothing.
    let refused = 0;
    for (const one of all) {
      for (const lines of one.pastes) {
        const complaint = await tryToPaste(lines);
        if (complaint === "") continue;
        expect(complaint).toMatch(/testing value|test failed|the server rejected our request/i);
        refused += 1;
      }
    }
    const left = await advised(story);
    expect(left).toEqual([]);
    process.stderr.write(
      `${story}: all ${outcomes.length} together worked, ${refused} patches had nothing left to do\n`,
    );
    await reset();
    await server.kubectl(["delete", "-f", "-", "--wait=false"], { stdin: withoutNamespaces(world) });
  });
});

const documents = (world: string): readonly string[] => world.split("---\n");
const isNamespace = (document: string): boolean => /^kind: Namespace$/m.test(document);
const namespacesOf = (world: string): string => documents(world).filter(isNamespace).join("---\n");
const withoutNamespaces = (world: string): string =>
  documents(world)
    .filter((document) => !isNamespace(document))
    .join("---\n");
