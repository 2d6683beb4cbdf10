import { kindsNamed } from "../src/catalogue/kind-names.ts";
import { explainExit, pairExit } from "../src/explain/exit.ts";
import { explainField, explainObject, explainPair } from "../src/explanations.ts";
import type { Explanation } from "../src/model/explanation.ts";
import { RefgrantError } from "../src/model/failure.ts";
import type { ObjectId } from "../src/model/object.ts";
import { kindText, nameOf } from "../src/render/terms.ts";
import { printable } from "../src/render/text.ts";
import { displayOf, worldText } from "./display.ts";
import { find, kindsOf } from "./find.ts";
import { notesText, unseenText } from "./notes.ts";
import type { ExplainPlan, ExplainTopic, TargetWord } from "./plan.ts";
import type { Outcome, Ports, Progress } from "./ports.ts";
import { type NamedKind, openWorld, type World } from "./world.ts";

/** Progress that says for what all that is read: a list of a whole cluster is not what one expects of one object. */
interface Purpose {
  readonly progress: Progress;
  readonly set: (what: string) => void;
}

function purposeful(progress: Progress): Purpose {
  let purpose = "";
  return {
    progress: { update: (text) => progress.update(`${text}${purpose}`), stop: progress.stop },
    set: (what) => {
      purpose = what;
    },
  };
}

async function explainObjects(plan: ExplainPlan, world: World, purpose: Purpose, ports: Ports): Promise<Outcome> {
  const found = await find(plan.scope, world);
  const explanations: Explanation[] = [];
  for (const id of found.ids) {
    purpose.set(` (who refers to ${printable(nameOf(id))}, and what it refers to)`);
    explanations.push(await world.ask((snapshot) => explainObject(snapshot, id)));
  }
  const print = async (): Promise<string> => {
    switch (plan.output) {
      case "text": {
        const { explainText } = await import("../src/render/explain-text.ts");
        const telling = { display: displayOf(plan, ports.terminal), world: worldText(plan.source) };
        return explanations.map((explanation) => explainText(explanation, telling)).join("\n");
      }
      case "json":
        return (await import("../src/render/explain-json.ts")).explainJson(explanations);
      case "yaml":
        return (await import("../src/render/explain-json.ts")).explainYaml(explanations);
    }
  };
  const unseen = unseenText(found.gaps);
  const incomplete = unseen.length > 0 || explanations.some((explanation) => explainExit(explanation) === 4);
  return { stdout: await print(), stderr: notesText([...world.notes, ...unseen]), exitCode: incomplete ? 4 : 0 };
}

/** The one kind that a word of a pair names. */
async function oneKind({ type }: TargetWord, world: World): Promise<NamedKind> {
  const [kind, ...others] = await kindsOf(type, world);
  if (kind !== undefined && others.length === 0) return kind;
  const names = [kind, ...others].flatMap((one) => (one === undefined ? [] : [kindText(one)]));
  throw new RefgrantError("usage", `${type} is more than one kind, and a pair is of one: name ${names.join(", ")}`);
}

/** Namespaces of a pair have to be told where nothing else does. */
function homeOf(kind: NamedKind, namespace: string | null, world: World): string | null {
  if (kind.scope === "Cluster") return null;
  const home = namespace ?? world.namespace;
  if (home !== null) return home;
  throw new RefgrantError(
    "usage",
    `in which namespace the ${kindText(kind)} is has to be told with -n or --to-namespace`,
  );
}

async function explainOnePair(
  plan: ExplainPlan,
  { from, to, toNamespace }: Extract<ExplainTopic, { readonly topic: "pair" }>,
  world: World,
  ports: Ports,
): Promise<Outcome> {
  const [fromKind, toKind] = [await oneKind(from, world), await oneKind(to, world)];
  const namespace = homeOf(fromKind, plan.scope.namespace, world);
  if (namespace === null) {
    throw new RefgrantError(
      "usage",
      `a ${kindText(fromKind)} has no namespace, so that nobody has to permit what it refers to`,
    );
  }
  const target: ObjectId = {
    group: toKind.group,
    kind: toKind.kind,
    namespace: homeOf(toKind, toNamespace ?? plan.scope.namespace, world),
    name: to.name ?? "",
  };
  const question = { from: fromKind, namespace, name: from.name, to: target };
  const explanation = await world.ask((snapshot) => explainPair(snapshot, question));
  const print = async (): Promise<string> => {
    switch (plan.output) {
      case "text":
        return (await import("../src/render/explain-pair.ts")).explainPairText(
          explanation,
          displayOf(plan, ports.terminal),
        );
      case "json":
        return (await import("../src/render/explain-json.ts")).explainPairJson(explanation);
      case "yaml":
        return (await import("../src/render/explain-json.ts")).explainPairYaml(explanation);
    }
  };
  return { stdout: await print(), stderr: notesText(world.notes), exitCode: pairExit(explanation) };
}

/** The rule of a field. It is the same in every world, so none is looked at. */
async function explainOneField(
  plan: ExplainPlan,
  { type, path }: Extract<ExplainTopic, { readonly topic: "field" }>,
  ports: Ports,
): Promise<Outcome> {
  const kinds = kindsNamed(type);
  const rules = explainField(kinds, path);
  if (rules.length === 0) {
    const names = kinds.map(kindText).join(", ");
    throw new RefgrantError(
      "not-found",
      path === ""
        ? `nothing is known that ${names} refers to`
        : `${names} has no field ${path} that is known to refer to anything`,
      `kubectl refgrant catalogue ${path === "" ? "" : type} lists the fields that do.`.replace("  ", " "),
    );
  }
  const print = async (): Promise<string> => {
    switch (plan.output) {
      case "text":
        return (await import("../src/render/explain-field.ts")).explainFieldText(
          rules,
          displayOf(plan, ports.terminal),
        );
      case "json":
        return (await import("../src/render/explain-json.ts")).explainFieldJson(rules);
      case "yaml":
        return (await import("../src/render/explain-json.ts")).explainFieldYaml(rules);
    }
  };
  return { stdout: await print(), stderr: "", exitCode: 0 };
}

/** Answers `explain`. Failures are thrown. */
export async function runExplain(plan: ExplainPlan, ports: Ports, progress: Progress): Promise<Outcome> {
  const { topic } = plan;
  if (topic.topic === "field") return explainOneField(plan, topic, ports);
  const purpose = purposeful(progress);
  const world = await openWorld(plan.source, plan.scope, ports, purpose.progress);
  try {
    return topic.topic === "pair"
      ? await explainOnePair(plan, topic, world, ports)
      : await explainObjects(plan, world, purpose, ports);
  } finally {
    world.close();
  }
}
