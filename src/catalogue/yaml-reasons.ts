/**
 * What is wrong with YAML, in words of our own. js-yaml's reasons quote the text they refuse (names of aliases, tags and
 * directives), and that text may be a password that begins with `*` or `!`; so of a reason only its beginning is looked at,
 * and nothing of it is passed on.
 *
 * The beginnings are those of js-yaml 5.5.0, the first that fits counts.
 */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^duplicated mapping key/, "duplicated mapping key"],
  [/^tab characters must not be used in indentation/, "a tab in the indentation"],
  [/^bad (explicit )?indentation/, "bad indentation"],
  [/^deficient indentation/, "bad indentation, or a quote or bracket that is never closed"],
  [/^unexpected end of the stream within a flow collection/, "a [ or { that is never closed"],
  [/^unexpected end of the (stream|document) within a (single|double) quoted/, "a quote that is never closed"],
  [/^missed comma|^expected the node content/, "a comma is missing or too many between [ ] or { }"],
  [/^expected ':'|^can not read a block mapping entry/, "a key without its colon, or on more than one line"],
  [/^a whitespace character is expected after/, "no space after a colon"],
  [/^unidentified alias/, "an alias (*) of which there is no anchor (&)"],
  [/^recursive alias/, "an alias (*) inside its own anchor (&)"],
  [/^(duplication of an anchor|name of an a|alias node)/, "an anchor (&) or alias (*) that is not well formed"],
  [/^aliases exceeded/, "too many aliases (*)"],
  [/^unknown \w+ tag/, "an unknown tag (!)"],
  [/^cannot resolve a node/, "a tag (!) that does not fit its value"],
  [/^(duplication of a tag|tag (name|suffix)|named tag handle|undeclared tag)/, "a tag (!) that is not well formed"],
  [/^unexpected end of the stream within a verbatim tag/, "a tag (!) that is not well formed"],
  [
    /^(\w+ )?directive|^duplication of %|^ill-formed|^unacceptable YAML|^there is a previously/,
    "a wrong directive (%)",
  ],
  [/^unknown escape|^expected hexadecimal/, "an unknown escape (\\) between double quotes"],
  [/^expected valid JSON character|^null byte|^the stream contains/, "a character that YAML does not allow"],
  [/^repeat of|^a line break is expected/, "a block (| or >) whose first line is not well formed"],
  [/^cannot merge|^abnormal merge|^merge keys exceeded/, "a merge key (<<) that cannot be followed"],
  [/^nesting exceeded/, "nested too deeply"],
  [/^end of the stream or a document separator/, "something that does not belong to the document"],
];

/**
 * Says what is wrong with YAML without quoting any of it.
 *
 * @param reason the `reason` of a js-yaml `YAMLException`
 */
export function yamlReason(reason: string): string {
  return REASONS.find(([beginning]) => beginning.test(reason))?.[1] ?? "not valid YAML";
}
