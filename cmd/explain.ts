import { kindsNamed } from "../src/catalogue/kind-names.ts";
import { NAMESPACE } from "../src/catalogue/kinds.ts";
import { explainExit, pairExit } from "../src/explain/exit.ts";
import { explainField, explainObject, explainPair } from "../src/explanations.ts";
import type { Explanation } from "../src/model/explanation.ts";
import { RefgrantError } from "../src/model/failure.ts";
import { compareText, keyOf, type ObjectId, sameGroupKind } from "../src/model/object.ts";
import { sightOf } from "../src/model/sight.ts";
import { kindsText, kindText, nameOf } from "../src/render/terms.ts";
import { listed, printable } from "../src/render/text.ts";
import { displayOf, worldText } from "./display.ts";
import { type Found, find, kindsOf, noneText } from "./find.ts";
import { notesText, unseenText } from "./notes.ts";
import type { ExplainPlan, ExplainTopic, ObjectScope, TargetWord } from "./plan.ts";
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

/** Objects that an explanation is to be of, and what hid others. */
type Subjects = Pick<Found, "ids" | "gaps">;

/**
 * The namespaces that a word names in files: they seldom hold Namespaces, and one is there since something stands in it. Null
 * for every other word.
 */
async function namespacesIn({ type, name }: TargetWord, scope: ObjectScope, world: World): Promise<Subjects | null> {
  if (world.source !== "files" || scope.selector.length > 0) return null;
  const [kind, ...others] = await kindsOf(type, world);
  if (kind === undefined || others.length > 0 || !sameGroupKind(kind, NAMESPACE)) return null;
  const names = world.namespaces.filter((namespace) => name === null || namespace === name).toSorted(compareText);
  return names.length === 0
    ? null
    : { ids: names.map((one) => ({ ...NAMESPACE, namespace: null, name: one })), gaps: [] };
}

async function subjects(scope: ObjectScope, world: World): Promise<Subjects> {
  const all: Subjects[] = [];
  for (const target of scope.targets) {
    all.push((await namespacesIn(target, scope, world)) ?? (await find({ ...scope, targets: [target] }, world)));
  }
  const ids = new Map(all.flatMap((found) => found.ids.map((id) => [keyOf(id), id] as const)));
  return { ids: [...ids.values()], gaps: [...new Set(all.flatMap(({ gaps }) => gaps))] };
}

async function explainObjects(plan: ExplainPlan, world: World, purpose: Purpose, ports: Ports): Promise<Outcome> {
  const found = await subjects(plan.scope, world);
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
        return (await import("../src/render/explain-json.ts")).explainJson(explanations, world.source);
      case "yaml":
        return (await import("../src/render/explain-json.ts")).explainYaml(explanations, world.source);
    }
  };
  const unseen = unseenText(found.gaps);
  const incomplete = unseen.length > 0 || explanations.some((explanation) => explainExit(explanation) === 4);
  const nothing = found.ids.length + unseen.length === 0 ? [noneText(plan.scope, world)] : [];
  const stderr = notesText([...world.notes, ...unseen, ...nothing]);
  return { stdout: await print(), stderr, exitCode: incomplete ? 4 : 0 };
}

/** The one kind that a word of a pair names. */
async function oneKind({ type }: TargetWord, world: World): Promise<NamedKind> {
  const [kind, ...others] = await kindsOf(type, world);
  if (kind !== undefined && others.length === 0) return kind;
  const names = [kind, ...others].flatMap((one) => (one === undefined ? [] : [kindText(one)]));
  throw new RefgrantError("usage", `${type} is more than one kind, and a pair is of one: name ${names.join(", ")}`);
}

/** One side of a pair, as far as the command line tells of it. */
interface Side {
  readonly kind: NamedKind;
  readonly name: string | null;
  readonly namespace: string | null;
  /** The flag that tells the namespace. */
  readonly flag: "-n" | "--to-namespace";
}

/** The namespace of one side. Files have no current one, so that an object is looked for in all that they hold. */
async function homeOf({ kind, name, namespace, flag }: Side, world: World): Promise<string | null> {
  if (kind.scope === "Cluster") return null;
  const home = namespace ?? world.namespace;
  if (home !== null) return home;
  const { group } = kind;
  const id: ObjectId = { group, kind: kind.kind, namespace: null, name: name ?? "" };
  const homes = await world.ask((snapshot) => {
    const ids = name === null ? [] : sightOf(snapshot).everywhere(id).ids;
    return { answer: ids.flatMap((found) => found.namespace ?? []), needs: [] };
  });
  const [only, ...others] = homes;
  if (only !== undefined && others.length === 0) return only;
  if (name === null)
    throw new RefgrantError("usage", `of which namespace the ${kindsText(kind)} are is told with ${flag}`);
  throw only === undefined
    ? new RefgrantError("usage", `the files hold no ${kindText(kind)} called ${name}: tell its namespace with ${flag}`)
    : new RefgrantError("ambiguous", `${kindText(kind)} ${name} is in ${listed(homes)}: choose with ${flag}`);
}

async function explainOnePair(
  plan: ExplainPlan,
  { from, to, toNamespace }: Extract<ExplainTopic, { readonly topic: "pair" }>,
  world: World,
  ports: Ports,
): Promise<Outcome> {
  const [fromKind, toKind] = [await oneKind(from, world), await oneKind(to, world)];
  const source: Side = { kind: fromKind, name: from.name, namespace: plan.scope.namespace, flag: "-n" };
  const aim: Side = {
    kind: toKind,
    name: to.name,
    namespace: toNamespace ?? plan.scope.namespace,
    flag: "--to-namespace",
  };
  const namespace = await homeOf(source, world);
  if (namespace === null) {
    throw new RefgrantError(
      "usage",
      `a ${kindText(fromKind)} has no namespace, so that nobody has to permit what it refers to`,
    );
  }
  const target: ObjectId = {
    group: toKind.group,
    kind: toKind.kind,
    namespace: await homeOf(aim, world),
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
  const explanation = explainField(kinds, path);
  if (explanation.rules.length + explanation.targets.length === 0) {
    throw new RefgrantError(
      "not-found",
      `${kinds.map(kindText).join(", ")} has no field ${path} that is known to refer to anything`,
      `kubectl refgrant catalogue ${type} lists the fields that do.`,
    );
  }
  const print = async (): Promise<string> => {
    switch (plan.output) {
      case "text":
        return (await import("../src/render/explain-field.ts")).explainFieldText(
          explanation,
          displayOf(plan, ports.terminal),
        );
      case "json":
        return (await import("../src/render/explain-json.ts")).explainFieldJson(explanation);
      case "yaml":
        return (await import("../src/render/explain-json.ts")).explainFieldYaml(explanation);
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
