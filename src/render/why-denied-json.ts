import type { Answer, Inquiry } from "../model/answer.ts";
import type { Decision } from "../model/decision.ts";
import { formatPath } from "../model/object.ts";
import type { Advice, Change, Repair } from "../model/remedy.ts";
import type { Judgement } from "../model/status.ts";
import { type AdviceSource, adviceSteps } from "./advice-prose.ts";
import { decisionJson } from "./decision-json.ts";
import { findingJson, gapJson, idJson, statementJson } from "./finding-json.ts";
import { hopJson } from "./hop-json.ts";
import { jsonPatch } from "./json-patch.ts";
import { jsonText } from "./json-text.ts";
import { SCHEMA_VERSIONS } from "./schema-versions.ts";
import { yamlText } from "./yaml-text.ts";

function changeJson(change: Change): object {
  switch (change.change) {
    case "create":
      return { change: change.change, object: idJson(change.id), manifest: change.manifest, patch: null };
    case "edit":
      return { change: change.change, object: idJson(change.id), manifest: null, patch: jsonPatch(change.edits) };
  }
}

const repairJson = (repair: Repair): object => ({
  repair: repair.repair,
  ...changeJson(repair.change),
  maker: repair.maker?.by ?? null,
});

/** What to do about a decision, in words, in lines to paste, and as data. */
export function adviceJson(advice: Advice, source: AdviceSource): object {
  const steps = adviceSteps(advice, source);
  const words = steps.map(({ step, by, what, paste, but }) => ({ step, by, what, paste, but }));
  switch (advice.advice) {
    case "repair":
      return {
        advice: advice.advice,
        way: null,
        steps: words,
        repairs: advice.repairs.map(repairJson),
      };
    case "way-out":
      return {
        advice: advice.advice,
        way: advice.wayOut.way,
        steps: words,
        repairs: advice.wayOut.way === "repair-and-ask" ? advice.wayOut.repairs.map(repairJson) : [],
      };
  }
}

/** What a controller said, and of which decisions. */
export function judgementJson(
  { statement, disagreement, decisions }: Judgement,
  indexOf: ReadonlyMap<Decision, number>,
): object {
  return {
    ...statementJson(statement),
    path: formatPath(statement.path),
    decisions: decisions.flatMap((decision) => indexOf.get(decision) ?? []),
    disagrees: disagreement?.code ?? null,
  };
}

function answerJson(answer: Answer, inquiry: Inquiry): object {
  const { object, maker, decisions, advice, unseen, findings, around, judgements, hops } = answer;
  const indexOf = new Map<Decision, number>(decisions.map((decision, index) => [decision, index]));
  return {
    object: idJson(object.id),
    apiVersion: object.apiVersion,
    source: inquiry.locate(object.id, []),
    writtenBy: maker?.by ?? null,
    decisions: decisions.map((decision) => decisionJson(decision, inquiry.locate)),
    advice: decisions.flatMap((decision, index) => {
      const own = advice.get(decision);
      return own === undefined ? [] : [{ decision: index, ...adviceJson(own, inquiry) }];
    }),
    unseenTargets: decisions.flatMap((decision, index) => {
      const gap = unseen.get(decision);
      return gap === undefined ? [] : [{ decision: index, gap: gapJson(gap) }];
    }),
    findings: findings.map((finding) => findingJson(finding, inquiry.locate, indexOf)),
    around: around.map((finding) => findingJson(finding, inquiry.locate, indexOf)),
    status: judgements.map((judgement) => judgementJson(judgement, indexOf)),
    nextHops: hops.map(hopJson),
  };
}

function whyDeniedData(inquiry: Inquiry): object {
  return {
    schemaVersion: SCHEMA_VERSIONS["why-denied"],
    source: inquiry.source,
    objects: inquiry.answers.map((answer) => answerJson(answer, inquiry)),
    gaps: inquiry.gaps.map(gapJson),
  };
}

/** The answers as JSON: every decision in the shape that audit gives it, with the advice on it. */
export function whyDeniedJson(inquiry: Inquiry): string {
  return jsonText(whyDeniedData(inquiry));
}

/** The same as YAML. */
export function whyDeniedYaml(inquiry: Inquiry): string {
  return yamlText(whyDeniedData(inquiry));
}
