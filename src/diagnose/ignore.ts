import { Field } from "../model/fields.ts";
import { asCode, FINDING_CODES, type Finding, type FindingCode, IGNORE_ANNOTATION } from "../model/finding.ts";
import { nearWord } from "../model/near-word.ts";
import { compareIds, type KubeObject, type ObjectId } from "../model/object.ts";
import type { IgnoredFinding } from "../model/report.ts";
import type { Sight } from "../model/sight.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** A wish to hear no more of some findings. */
export interface IgnoreRule {
  readonly code: FindingCode;
  /** The object that they stand on, of whatever kind (`namespace` null: a cluster-scoped one); null for every object. */
  readonly subject: { readonly namespace: string | null; readonly name: string } | null;
}

/** Which findings are left out. */
export interface Ignoring {
  readonly rules: readonly IgnoreRule[];
  /** Whether the annotation on an object counts; a pipeline that checks others' objects may not want it to. */
  readonly annotations: boolean;
}

/** No rules; what the objects' owners silence themselves stays silent. */
export const IGNORE_NOTHING: Ignoring = { rules: [], annotations: true };

const isFindingCode = (word: string): word is FindingCode => Object.hasOwn(FINDING_CODES, word);

/**
 * The code of a finding that a word names, in any case; `RefNotPermitted` and `MustBeLocal` too, since a report prints the
 * reason alone where it says the same as the code. Null for any other word.
 */
export function findingCode(word: string): FindingCode | null {
  return [word, word.toLowerCase(), asCode(word)].find(isFindingCode) ?? null;
}

/** The code that a word was most likely meant to be; null if none is near. */
export function nearCode(word: string): FindingCode | null {
  const near = nearWord(asCode(word), Object.keys(FINDING_CODES));
  return near === null ? null : findingCode(near);
}

/** The words of an object's annotation, each once; none where its body was not read. */
function annotatedWords({ body }: KubeObject): readonly string[] {
  const annotations = Field.silent(body).at("metadata").at("annotations");
  const annotation = annotations.present ? annotations.at(IGNORE_ANNOTATION).text() : undefined;
  if (annotation === undefined) return [];
  const words = annotation.split(",").map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ""))];
}

/** The codes that an object's annotation silences. */
const annotatedCodes = (object: KubeObject): ReadonlySet<FindingCode> =>
  new Set(annotatedWords(object).flatMap((word) => findingCode(word) ?? []));

/** Of so many words of one annotation each has a finding; the others are counted, since an annotation holds thousands. */
const MAX_WORDS = 5;

function ofUnknownCodes(subject: ObjectId, words: readonly string[]): readonly Finding[] {
  const told = words.slice(0, MAX_WORDS);
  return told.map((word, index) => ({
    code: "ignore-unknown-code",
    severity: "warning",
    subject,
    word,
    meant: nearCode(word),
    more: index === told.length - 1 ? words.length - told.length : 0,
  }));
}

/** What is wrong with the annotations themselves: a mistyped code silences nothing, and nobody would notice. */
export function diagnoseAnnotations({ objects }: Snapshot, { annotations }: Ignoring): readonly Finding[] {
  if (!annotations) return [];
  return [...objects.values()]
    .map((object) => ({
      subject: object.id,
      words: annotatedWords(object).filter((word) => findingCode(word) === null),
    }))
    .filter(({ words }) => words.length > 0)
    .toSorted((a, b) => compareIds(a.subject, b.subject))
    .flatMap(({ subject, words }) => ofUnknownCodes(subject, words));
}

function applies({ code, subject }: IgnoreRule, finding: Finding): boolean {
  if (code !== finding.code) return false;
  if (subject === null) return true;
  return subject.namespace === finding.subject?.namespace && subject.name === finding.subject.name;
}

/** The rules for one object that silenced nothing: such a rule may be mistyped, and nobody would notice. */
export function idleRules({ rules }: Ignoring, ignored: readonly IgnoredFinding[]): readonly IgnoreRule[] {
  return rules.filter((rule) => rule.subject !== null && !ignored.some(({ finding }) => applies(rule, finding)));
}

/** Findings, parted into those that are told and those that somebody wants to hear no more of. */
export interface Silenced {
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
}

/** Takes out what a rule or an annotation silences. The order stays; where both would do, the rule is named. */
export function silence(findings: readonly Finding[], { rules, annotations }: Ignoring, sight: Sight): Silenced {
  const codes = new Map<KubeObject, ReadonlySet<FindingCode>>();
  const codesOf = (object: KubeObject): ReadonlySet<FindingCode> => {
    const known = codes.get(object) ?? annotatedCodes(object);
    codes.set(object, known);
    return known;
  };
  const whose = (finding: Finding): IgnoredFinding["by"] | null => {
    if (rules.some((rule) => applies(rule, finding))) return "flag";
    const object = finding.subject === null || !annotations ? undefined : sight.get(finding.subject);
    return object !== undefined && codesOf(object).has(finding.code) ? "annotation" : null;
  };
  const told: Finding[] = [];
  const ignored: IgnoredFinding[] = [];
  for (const finding of findings) {
    const by = whose(finding);
    if (by === null) told.push(finding);
    else ignored.push({ finding, by });
  }
  return { findings: told, ignored };
}
