import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../cmd/commands/table.ts";
import { runCli } from "../harness/cli.ts";

const anyWord = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("", "-", "--", "-n", "-A", "-f", "-o", "--to", "--into", "--kind", "--ignore"),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom("httproute", "httproute/", "httproute/a", "route,gtw", "httproute.spec", "a,"),
  },
  { weight: 2, arbitrary: fc.constantFrom(...COMMANDS.map(({ name }) => name)) },
  { weight: 2, arbitrary: fc.constantFrom(...COMMANDS.flatMap(({ flags }) => flags.map(({ name }) => `--${name}`))) },
  { weight: 2, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  { weight: 1, arbitrary: fc.string().map((text) => `--${text}`) },
);

const lookups = {
  names: async () => ["a", "b", "httproute", "x\ny"].map((name) => ({ name, namespace: null })),
  kubeconfigNames: async () => ({ contexts: [], clusters: ["a"], users: ["-b"] }),
};

/** What of a word an answer is about: behind `--flag=` the value alone. */
const asked = (word: string): string => (/^-[^=]*=/s.test(word) ? word.slice(word.indexOf("=") + 1) : word);

describe("for any words", () => {
  it("every offer goes on with what was typed, and the answer has its form", async () => {
    const words = fc.tuple(
      fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...COMMANDS.map(({ name }) => name)) }, anyWord),
      fc.array(anyWord, { maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(words, async ([first, rest]) => {
        const line = [first, ...rest];
        const { stdout, stderr, exitCode } = await runCli(["__complete", ...line], { folder: "/nonexistent", lookups });
        expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
        const lines = stdout.split("\n");
        expect(lines.pop()).toBe("");
        expect(lines.pop()).toMatch(/^:[046]$/);
        const last = line.at(-1) ?? "";
        for (const offer of lines) {
          const [value = ""] = offer.split("\t");
          expect(offer).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
          expect(value.startsWith(last) || value.startsWith(asked(last)), `${offer} for ${last}`).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))("%s", (name, { flags }) => {
  const offered = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await runCli(["__complete", name, ...words], { folder: "/nonexistent", lookups });
    return stdout.split("\n").map((line) => line.split("\t")[0] ?? "");
  };

  it("has each of its flags offered, until it was given", async () => {
    const all = await offered("--");
    for (const flag of [...flags, { name: "help", takes: "nothing" }]) {
      expect(all).toContain(`--${flag.name}`);
      const given = flag.takes === "nothing" ? [`--${flag.name}`] : [`--${flag.name}`, "1"];
      const again = await offered(...given, "--");
      expect(again.includes(`--${flag.name}`), `--${flag.name}`).toBe(flag.takes.startsWith("list"));
    }
  });

  it("takes every choice that is offered for a flag", async () => {
    for (const { name: flag, choices = [] } of flags) {
      const values = await offered(`--${flag}`, "");
      for (const choice of choices) expect(values).toContain(choice);
      const refused = await Promise.all(
        choices.map(async (choice) => {
          const argv = [name, `--${flag}=${choice}`, "--bogus"];
          return (await runCli(argv, { folder: "/nonexistent" })).stderr;
        }),
      );
      for (const stderr of refused) expect(stderr).not.toContain(`--${flag} takes`);
    }
  });
});
