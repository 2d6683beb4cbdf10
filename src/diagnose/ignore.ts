import { Field } from "../model/fields.ts";
import { FINDING_CODES, type Finding, type FindingCode } from "../model/finding.ts";
import { compareIds, type KubeObject } from "../model/object.ts";
import type { IgnoredFinding } from "../model/report.ts";
import type { Sight, Snapshot } from "../model/snapshot.ts";

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

/** The annotation that silences findings on its object: their codes, separated by commas. */
export const IGNORE_ANNOTATION = "kubectl-refgrant/ignore";

/** Is the word the code of a finding? */
export function isFindingCode(word: string): word is FindingCode {
  return Object.hasOwn(FINDING_CODES, word);
}

/** The words of an object's annotation, each once; none where its body was not read. */
function annotatedWords({ body }: KubeObject): readonly string[] {
  const annotation = Field.root(body, () => {})
    .at("metadata")
    .at("annotations")
    .at(IGNORE_ANNOTATION)
    .text();
  if (annotation === undefined) return [];
  const words = annotation.split(",").map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ""))];
}

/** What is wrong with the annotations themselves: a mistyped code silences nothing, and nobody would notice. */
export function diagnoseAnnotations({ objects }: Snapshot): readonly Finding[] {
  return [...objects.values()]
    .map((object) => ({ subject: object.id, words: annotatedWords(object).filter((word) => !isFindingCode(word)) }))
    .filter(({ words }) => words.length > 0)
    .toSorted((a, b) => compareIds(a.subject, b.subject))
    .flatMap(({ subject, words }) =>
      words.map((word): Finding => ({ code: "ignore-unknown-code", severity: "warning", subject, word })),
    );
}

function applies({ code, subject }: IgnoreRule, finding: Finding): boolean {
  if (code !== finding.code) return false;
  if (subject === null) return true;
  return subject.namespace === finding.subject?.namespace && subject.name === finding.subject.name;
}

/** Findings, parted into those that are told and those that somebody wants to hear no more of. */
export interface Silenced {
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
}

/** Takes out what a rule or an annotation silences. The order stays; where both would do, the rule is named. */
export function silence(findings: readonly Finding[], { rules, annotations }: Ignoring, sight: Sight): Silenced {
  const whose = (finding: Finding): IgnoredFinding["by"] | null => {
    if (rules.some((rule) => applies(rule, finding))) return "flag";
    const object = finding.subject === null || !annotations ? undefined : sight.get(finding.subject);
    return object !== undefined && annotatedWords(object).includes(finding.code) ? "annotation" : null;
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
