import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import { ROWS } from "../../src/catalogue/rows.ts";
import { openCluster } from "../../src/load/cluster/open.ts";
import { environmentOf } from "../../src/load/cluster/options.ts";
import { sameGroupKind } from "../../src/model/object.ts";
import { itemsAt, parseJson, textAt, valueAt } from "../e2e/harness/json.ts";
import { runCli } from "../harness/cli.ts";
import {
  connectTo,
  type Denial,
  type DenyingCluster,
  denialText,
  type Rule,
  ruleIn,
} from "../harness/denying-cluster.ts";
import { lawRuns, SEED } from "../harness/law-runs.ts";
import { options } from "../load/cluster/stub.ts";
import { STORIES, tenantOf } from "./denials.ts";

/**
 * What `why-denied`, `explain` and `scaffold` tell one who may not see everything, through a server that answers 403 to what they ask
 * for by name, held against what they tell one who sees all.
 */

vi.mock(import("../../src/load/cluster/connect.ts"), async () => {
  const { connected } = await import("../harness/denying-cluster.ts");
  return { connect: async () => connected() };
});

const ROOT = join(import.meta.dirname, "../..");
/** Questions for each story, each with what is denied. */
const RUNS = lawRuns(40);
const TIMEOUT = 120_000 + RUNS.numRuns * 3000;
const MOST_ROUNDS = 12;
const ENVIRONMENT = environmentOf({}, "");
const REQUEST = {
  chunkSize: 500,
  signal: new AbortController().signal,
  progress: () => {},
  userAgent: "test",
  namespaces: [],
};

type Command = "why-denied" | "scaffold" | "explain";

/** What is asked of one object. */
interface Question {
  readonly command: Command;
  readonly words: readonly string[];
}

interface Asker {
  readonly cluster: DenyingCluster;
  readonly denials: readonly Denial[];
  readonly rules?: readonly Rule[];
}

interface Told {
  readonly text: string;
  /** What `scaffold` prints on standard output. */
  readonly yaml: string;
  /** What is answered on standard output, as JSON; null where the command has none. */
  readonly data: unknown;
  readonly exitCode: number;
}

async function run(words: readonly string[], { cluster, denials, rules = [] }: Asker) {
  connectTo(cluster.connection(denials, rules));
  return runCli(words, { folder: ROOT, reader: await openCluster(options(), ENVIRONMENT, REQUEST) });
}

async function ask({ command, words }: Question, asker: Asker): Promise<Told> {
  const { stdout, stderr, exitCode } = await run([command, ...words], asker);
  const json = command === "scaffold" || exitCode === 3 ? null : await run([command, ...words, "-o", "json"], asker);
  return { text: `${stdout}${stderr}`, yaml: stdout, data: json === null ? null : parseJson(json.stdout), exitCode };
}

/** Every question about an object of a world that a command can answer. */
function questionsOn(cluster: DenyingCluster): readonly Question[] {
  const refers = (kind: { readonly group: string; readonly kind: string }): boolean =>
    ROWS.some(({ from, handshake }) => handshake !== "foreign-grant" && sameGroupKind(from, kind));
  return cluster.objects.flatMap(({ info, namespace, name }) => {
    const word = `${info.plural}${info.group === "" ? "" : `.${info.group}`}/${name}`;
    const words = [word, ...(namespace === null ? [] : ["-n", namespace])];
    const commands: readonly Command[] =
      refers(info) && namespace !== null ? ["why-denied", "scaffold", "explain"] : ["explain"];
    return commands.map((command) => ({ command, words }));
  });
}

/** Every decision in an answer, wherever it stands, by what it is about. */
function decisionsIn(data: unknown): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const open: unknown[] = [data];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const about = ["referrer", "path", "referent", "parents"].map((key) => valueAt(value, key));
    if (textAt(value, "verdict") !== undefined && about[0] !== undefined) found.set(JSON.stringify(about), value);
    open.push(...Object.values(value).filter((inner) => inner !== undefined && inner !== null));
  }
  return found;
}

/**
 * What is answered for sure: verdicts, and the grants that are printed. Advice may be another one, which is safe without what is
 * hidden; of what explain remarks beside, such as how many there are today, it may say less.
 */
function outcomeOf({ yaml, data }: Told, command: Command): string {
  if (command === "scaffold") return yaml;
  const verdicts = [...decisionsIn(data)].map(([about, decision]) => `${about} ${textAt(decision, "verdict")}`);
  return verdicts.toSorted().join("\n");
}

/** What is said that is not so, or hidden in silence. */
function faultsOf(view: Told, whole: Told, { command }: Question): readonly string[] {
  const hasRule = /ask for verbs \[(get|list)\]/.test(view.text);
  if (view.exitCode === 3) return hasRule ? [] : [`no answer, and no rule: ${view.text}`];
  const truth = decisionsIn(whole.data);
  const verdicts = [...decisionsIn(view.data)].flatMap(([about, decision]) => {
    const verdict = textAt(decision, "verdict");
    const full = textAt(truth.get(about), "verdict");
    if (verdict !== "unknown") return verdict === full ? [] : [`wrong verdict: ${about} ${verdict}, not ${full}`];
    if (full === "unknown") return [];
    const named = itemsAt(decision, "gaps").some((gap) => ruleIn(textAt(gap, "detail") ?? "") !== null);
    return named ? [] : [`unknown without a rule: ${about}`];
  });
  const silent = outcomeOf(view, command) !== outcomeOf(whole, command) && !hasRule;
  const alike = view.exitCode === whole.exitCode || view.exitCode === 4;
  // Whether a target is there is no verdict: that it could not be seen is noted, and no failure.
  const noted = view.exitCode === 0 && hasRule;
  return [
    ...verdicts,
    ...(silent ? [`hidden in silence: ${view.text}`] : []),
    ...(alike || noted ? [] : [`exit code ${view.exitCode}, not ${whole.exitCode}: ${view.text}`]),
  ];
}

/** Every rule that a text names. */
const rulesIn = (text: string): readonly Rule[] =>
  text.split(/(?=user "jo" may not)/).flatMap((part) => ruleIn(part.split("\n")[0]?.replace(/\.$/, "") ?? "") ?? []);

/** What is answered in the end to one who gets the rules that are named, again and again. */
async function followed(question: Question, { cluster, denials }: Asker): Promise<string> {
  const rules: Rule[] = [];
  for (let round = 0; ; round += 1) {
    const told = await ask(question, { cluster, denials, rules });
    const known = new Set(rules.map((rule) => JSON.stringify(rule)));
    const fresh = rulesIn(told.text).filter((rule) => !known.has(JSON.stringify(rule)));
    if (fresh.length === 0 || round === MOST_ROUNDS) return outcomeOf(told, question.command);
    rules.push(...fresh);
  }
}

const tally = { cases: 0, wrong: 0 };

describe("questions about one object under partial sight", { timeout: TIMEOUT }, () => {
  afterAll(() => {
    process.stdout.write(`partial sight: ${tally.cases} questions asked, ${tally.wrong} wrong verdicts\n`);
  });

  it.each(STORIES)(
    `$folder: ${RUNS.numRuns} questions, with one denial, two, or all but a tenant's rights`,
    async (story) => {
      const { folder, cluster, denials } = story;
      const questions = questionsOn(cluster);
      const whole = new Map<Question, Told>();
      const homes = cluster.objects.flatMap(({ info, name }) => (info.kind === "Namespace" ? [name] : []));
      const picks = fc.sample(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(3)), { ...SEED, numRuns: RUNS.numRuns });
      for (const [which, one, other, sort] of picks) {
        const question = questions[which % questions.length];
        const first = denials[one % denials.length];
        const second = denials[other % denials.length];
        if (question === undefined || first === undefined || second === undefined) continue;
        const tenant = tenantOf(cluster, [homes[one % homes.length] ?? "", homes[other % homes.length] ?? ""]);
        const asker: Asker =
          sort === 0 ? { cluster, ...tenant } : { cluster, denials: sort === 1 ? [first, second] : [first] };
        const full = whole.get(question) ?? (await ask(question, { cluster, denials: [] }));
        whole.set(question, full);
        const view = await ask(question, asker);
        const faults = faultsOf(view, full, question);
        tally.cases += 1;
        tally.wrong += faults.filter((fault) => fault.startsWith("wrong verdict")).length;
        const without = sort === 0 ? `but ${asker.rules?.length} rights` : asker.denials.map(denialText).join(" and ");
        const about = `${folder}: ${question.command} ${question.words.join(" ")} without ${without}`;
        expect([about, ...faults]).toEqual([about]);
        if (sort > 1 && question.command !== "explain") {
          expect([about, await followed(question, asker)]).toEqual([about, outcomeOf(full, question.command)]);
        }
      }
    },
  );
});
