import { namesNamespace } from "../src/catalogue/names.ts";
import { findingCode, type IgnoreRule, nearCode } from "../src/diagnose/ignore.ts";
import { isLabelKey, isLabelValue, type LabelRequirement } from "../src/model/labels.ts";

/** Makes the error for a value that cannot be read. */
type Complain = (message: string) => Error;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Reads a duration as Go and kubectl write it (`1m30s`, `0`; a bare number is seconds), in milliseconds. */
export function parseDuration(text: string, complain: Complain): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw complain(`a duration is written 1s, 2m, 3h or 1m30s, not ${JSON.stringify(text)}`);
  }
  return Math.ceil(parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_MS.get(unit) ?? 0), 0));
}

/** Splits at commas that are not inside parentheses. */
function splitRequirements(text: string): readonly string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function parseRequirement(text: string): LabelRequirement | null {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = "", word, list = ""] = set;
    return { key, operator: word === "in" ? "In" : "NotIn", values: list.split(",").map((value) => value.trim()) };
  }
  const equality = /^([^\s=!]+)\s*(==?|!=)\s*(\S*)$/.exec(text);
  if (equality !== null) {
    const [, key = "", sign, value = ""] = equality;
    return { key, operator: sign === "!=" ? "NotIn" : "In", values: [value] };
  }
  const existence = /^(!?)\s*([^\s=!()]+)$/.exec(text);
  if (existence === null) return null;
  const [, not, key = ""] = existence;
  return { key, operator: not === "!" ? "DoesNotExist" : "Exists", values: [] };
}

/** Reads a label selector as `kubectl -l` does: `a=b,c!=d,e in (x,y),f notin (z),g,!h`. */
export function parseSelector(text: string, complain: Complain): readonly LabelRequirement[] {
  if (text.trim() === "") return [];
  return splitRequirements(text).map((part) => {
    const requirement = parseRequirement(part);
    if (requirement === null || !isLabelKey(requirement.key) || !requirement.values.every(isLabelValue)) {
      throw complain(
        `unable to parse the label selector at ${JSON.stringify(part)}: write a=b, a!=b, a in (b,c), a or !a`,
      );
    }
    return requirement;
  });
}

/** What a name is made of, and more leniently than the API server: a manifest that it would refuse is audited too. */
const OBJECT_NAME = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;
/** What stands for the name of an object with `metadata.generateName`. */
const GENERATED_NAME = /^[a-z0-9][a-z0-9._-]*\(generated name( \d+)?\)$/i;

const namesSubject = (name: string): boolean =>
  name.length <= 253 && (OBJECT_NAME.test(name) || GENERATED_NAME.test(name));

/** Reads which findings to leave out: `code`, `code:namespace/name`, or `code:name` for objects without a namespace. */
export function parseIgnore(text: string, complain: Complain): IgnoreRule {
  const colon = text.indexOf(":");
  const word = colon === -1 ? text : text.slice(0, colon);
  const code = findingCode(word);
  if (code === null) {
    const near = nearCode(word);
    const help = near === null ? "; --help lists them" : ` (did you mean ${near}?)`;
    throw complain(`--ignore: no finding has the code ${JSON.stringify(word)}${help}`);
  }
  if (colon === -1) return { code, subject: null };
  const subject = /^(?:([^/]+)\/)?([^/]+)$/.exec(text.slice(colon + 1));
  const [, namespace = null, name] = subject ?? [];
  if (name === undefined) {
    throw complain(`--ignore takes CODE, CODE:NAMESPACE/NAME or CODE:NAME, not ${JSON.stringify(text)}`);
  }
  if (namespace !== null && !namesNamespace(namespace)) {
    throw complain(`--ignore: no namespace is called ${JSON.stringify(namespace)}`);
  }
  if (!namesSubject(name)) {
    const wildcard = name.includes("*") ? "; there is no wildcard" : "";
    throw complain(`--ignore: no object is called ${JSON.stringify(name)}${wildcard}`);
  }
  return { code, subject: { namespace, name } };
}

/** The same in the words of the command line. */
export function formatIgnore({ code, subject }: IgnoreRule): string {
  if (subject === null) return code;
  return `${code}:${subject.namespace === null ? "" : `${subject.namespace}/`}${subject.name}`;
}
