import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from "js-yaml";
import { describe, expect, it } from "vitest";
import { yamlReason } from "../../src/catalogue/yaml-reasons.ts";

const CANARY = "hunter2secret";

/** The reason that js-yaml gives for text that it refuses. */
function reasonOf(text: string): string {
  try {
    loadAll(text, { schema: CORE_SCHEMA.withTags(mergeTag) });
  } catch (error) {
    if (error instanceof YAMLException) return error.reason;
    throw error;
  }
  throw new Error(`js-yaml takes ${JSON.stringify(text)}`);
}

describe("what is wrong with YAML", () => {
  it.each([
    [`a: *${CANARY}\n`, "an alias (*) of which there is no anchor (&)"],
    [`a: *${CANARY} b\n`, /alias|colon|belong|indentation/],
    [`*${CANARY} : 1\n`, /alias/],
    [`a: &${CANARY} &${CANARY} 1\n`, "an anchor (&) or alias (*) that is not well formed"],
    [`&${CANARY} a: &b *${CANARY}\n`, "an anchor (&) or alias (*) that is not well formed"],
    ["a: *\n", "an anchor (&) or alias (*) that is not well formed"],
    [`a: !${CANARY} 1\n`, "an unknown tag (!)"],
    [`a: !${CANARY} [1]\n`, "an unknown tag (!)"],
    [`a: !${CANARY} {b: 1}\n`, "an unknown tag (!)"],
    [`a: !<${CANARY}> 1\n`, "an unknown tag (!)"],
    [`a: !<${CANARY}`, "a tag (!) that is not well formed"],
    [`a: !${CANARY}! 1\n`, /tag \(!\)/],
    [`a: !${CANARY}!b 1\n`, "a tag (!) that is not well formed"],
    [`a: !${CANARY}^ 1\n`, "a tag (!) that is not well formed"],
    [`a: !!int ${CANARY}\n`, "a tag (!) that does not fit its value"],
    [`a: !!${CANARY} 1\n`, "an unknown tag (!)"],
    [`${CANARY}: 1\n${CANARY}: 2\n`, "duplicated mapping key"],
    [`a: 1\n${CANARY}\nb: 2\n`, "a key without its colon, or on more than one line"],
    [`a: 1\n "${CANARY}": 2\n`, "bad indentation"],
    [`a: b: ${CANARY}\n`, "bad indentation"],
    [`a:\n\t- ${CANARY}: 1\n`, /tab|indentation/],
    [`a: [${CANARY}`, "a [ or { that is never closed"],
    [`a: {${CANARY}: 1\n`, "bad indentation, or a quote or bracket that is never closed"],
    [`a: ["${CANARY}" "${CANARY}"]\n`, "a comma is missing or too many between [ ] or { }"],
    [`a: "${CANARY}`, "a quote that is never closed"],
    [`a: '${CANARY}\n`, "bad indentation, or a quote or bracket that is never closed"],
    [`a: "${CANARY}\\q"\n`, "an unknown escape (\\) between double quotes"],
    [`a: "\\x${CANARY}"\n`, "an unknown escape (\\) between double quotes"],
    [`a: ${CANARY}\u0000\n`, "a character that YAML does not allow"],
    [`a: |${CANARY}\n  b\n`, "a block (| or >) whose first line is not well formed"],
    [`<<: ${CANARY}\n`, "a merge key (<<) that cannot be followed"],
    [`a: "b" ${CANARY}\n`, /belong|indentation/],
    [`%YAML ${CANARY}\n---\na: 1\n`, "a wrong directive (%)"],
    [`%YAML 1.2 ${CANARY}\n---\na: 1\n`, "a wrong directive (%)"],
    [`%TAG ${CANARY} b\n---\na: 1\n`, "a wrong directive (%)"],
    [`%TAG !${CANARY}! b\n%TAG !${CANARY}! b\n---\na: 1\n`, "a wrong directive (%)"],
    [`%TAG !a! ^${CANARY}\n---\na: 1\n`, "a wrong directive (%)"],
    [`%${CANARY} 1\na: 1\n`, "a wrong directive (%)"],
  ])("%j: %s", (text, words) => {
    const said = yamlReason(reasonOf(text));
    expect(said).toMatch(words instanceof RegExp ? words : new RegExp(`^${RegExp.escape(words)}$`));
    expect(said).not.toContain(CANARY);
  });

  it.each([CANARY, `not known: ${CANARY}`, ""])("takes nothing from a reason that it does not know: %j", (reason) => {
    expect(yamlReason(reason)).toBe("not valid YAML");
  });
});
