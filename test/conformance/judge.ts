import type { ConformanceVersion } from "../e2e/harness/modules.ts";
import { type Condition, type Expectation, isIn, type Named, type UpstreamTest } from "./expectations.ts";
import type { OutOfScope } from "./out-of-scope.ts";
import { type PredictedCondition, type Prediction, type Predictor, predictor } from "./predict.ts";
import { evaluate, without, worldOf } from "./world.ts";

/** What kind of thing is asserted. */
export type Assertion = "condition" | "supportedKinds" | "attachedRoutes" | "attachedListenerSets";

/** How the engine did on one thing that an upstream test asserts. */
export interface Judgement {
  readonly assertion: Assertion;
  /** The test, the object, the listener if it is about one, and what is asserted. */
  readonly about: string;
  readonly expected: string;
  /** null where the engine does not know. */
  readonly got: string | null;
  readonly result: "passed" | "failed" | OutOfScope;
}

function nameOf({ kind, namespace, name }: Named): string {
  return `${kind} ${namespace.replace(/^gateway-conformance-/, "")}/${name}`;
}

function subjectOf({ object, subject }: Expectation): string {
  switch (subject.of) {
    case "object":
      return nameOf(object);
    case "listener":
      return `${nameOf(object)} listener ${subject.listener}`;
    case "parent": {
      const { sectionName } = subject.parentRef;
      return `${nameOf(object)} at ${nameOf(subject.parentRef)}${sectionName === null ? "" : `#${sectionName}`}`;
    }
    case "ancestor":
      return `${nameOf(object)} at ${nameOf(subject.ancestorRef)}`;
  }
}

/** Compares one prediction with what is expected; `agrees` is asked only where the engine knows. */
function judge<T>(
  { assertion, about, expected }: Pick<Judgement, "assertion" | "about" | "expected">,
  prediction: Prediction<T>,
  agrees: (value: T) => boolean,
  write: (value: T) => string,
): Judgement {
  switch (prediction.scope) {
    case "in": {
      const result = agrees(prediction.value) ? "passed" : "failed";
      return { assertion, about, expected, got: write(prediction.value), result };
    }
    case "out":
      return { assertion, about, expected, got: null, result: prediction.why };
    case "no status":
      return { assertion, about, expected, got: "no status", result: "failed" };
  }
}

function predictCondition(predict: Predictor, { object, subject }: Expectation, type: Condition["type"]) {
  switch (subject.of) {
    case "object":
      return predict.objectCondition(object, type);
    case "ancestor":
      return predict.policyCondition(object, subject.ancestorRef, type);
    case "listener":
      return predict.listenerCondition(object, subject.listener, type);
    case "parent":
      return predict.routeCondition(object, subject.parentRef, type);
  }
}

/** A controller gives one of the predicted reasons, so the expected one must be among them. */
function agreesWith({ status, reason }: Condition): (predicted: PredictedCondition) => boolean {
  return (predicted) =>
    predicted.status === status && (reason === null || predicted.reasons?.includes(reason) === true);
}

const list = (words: readonly string[]): string => `[${words.join(", ")}]`;

function judgeExpectation(predict: Predictor, test: string, expectation: Expectation): readonly Judgement[] {
  const { object, subject, conditions, supportedKinds, attachedRoutes, attachedListenerSets } = expectation;
  const about = `${test}: ${subjectOf(expectation)}`;
  const judgements: Judgement[] = conditions.map((condition) =>
    judge(
      {
        assertion: "condition",
        about: `${about}: ${condition.type}`,
        expected: `${condition.status}/${condition.reason ?? "any"}`,
      },
      predictCondition(predict, expectation, condition.type),
      agreesWith(condition),
      ({ status, reasons }) => `${status}/${reasons?.join("|") ?? "any"}`,
    ),
  );
  if (subject.of === "listener" && supportedKinds !== null) {
    judgements.push(
      judge(
        { assertion: "supportedKinds", about: `${about}: supportedKinds`, expected: list(supportedKinds) },
        predict.supportedKinds(object, subject.listener),
        (kinds) =>
          supportedKinds.length === 0 ? kinds.length === 0 : supportedKinds.every((kind) => kinds.includes(kind)),
        list,
      ),
    );
  }
  if (subject.of === "listener" && attachedRoutes !== null) {
    judgements.push(
      judge(
        { assertion: "attachedRoutes", about: `${about}: attachedRoutes`, expected: String(attachedRoutes) },
        predict.attachedRoutes(object, subject.listener),
        (count) => count === attachedRoutes,
        String,
      ),
    );
  }
  if (attachedListenerSets !== null) {
    judgements.push(
      judge(
        {
          assertion: "attachedListenerSets",
          about: `${about}: attachedListenerSets`,
          expected: String(attachedListenerSets),
        },
        predict.attachedListenerSets(object),
        (count) => count === attachedListenerSets,
        String,
      ),
    );
  }
  return judgements;
}

/** Runs one upstream test against the engine: everything that it asserts, in its order. */
export function judgeTest(test: UpstreamTest, release: ConformanceVersion): readonly Judgement[] {
  let world = worldOf(test, release);
  return test.steps.flatMap(({ remove, expect }) => {
    if (remove !== null) world = without(world, remove);
    const predict = predictor(evaluate(world));
    const name = remove === null ? test.test : `${test.test}: without ${nameOf(remove)}`;
    return expect
      .filter(({ since }) => isIn(release, since))
      .flatMap((expectation) => judgeExpectation(predict, name, expectation));
  });
}
