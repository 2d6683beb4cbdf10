import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { failureOutcome } from "../../cmd/failure.ts";
import type { KindInfo } from "../../src/catalogue/kinds.ts";
import { KINDS } from "../../src/catalogue/known.ts";
import { openCluster } from "../../src/load/cluster/open.ts";
import { type Ran, ran, runCli } from "../harness/cli.ts";
import { lawRuns } from "../harness/law-runs.ts";
import {
  discovery,
  environment,
  file,
  type Handler,
  kind,
  options,
  read,
  reply,
  serve,
  status,
} from "../load/cluster/stub.ts";
import { broken, bytesOf, expectUnpolluted, Tally } from "./clean.ts";
import { SEEDS } from "./corpus.ts";
import { type Change, change, changed } from "./mutations.ts";
import { block, flow, list, map, type Tree, text, treeOf } from "./trees.ts";
import { WORDS } from "./words.ts";

/** An API server that nobody meant well with: what it says of its kinds and objects is not what it should say. */

const { numRuns, ...SEED } = lawRuns(500);
const RUNS = { ...SEED, numRuns: Math.ceil(numRuns / 3) };
const TIMEOUT = 60_000 + RUNS.numRuns * 500;

/** What a server answers, by path without query. */
type Answers = ReadonlyMap<string, Answer>;

interface Answer {
  readonly status: number;
  readonly body: Tree;
}

/** An object of a file as far as it names itself. */
interface Named {
  readonly info: KindInfo;
  readonly namespace: string | null;
  readonly name: string;
  readonly tree: Tree;
}

const field = (tree: Tree | undefined, key: string): Tree | undefined =>
  tree?.is === "map" ? tree.entries.find(([own]) => own === key)?.[1] : undefined;
const textOf = (tree: Tree | undefined): string | null => (tree?.is === "text" ? tree.text : null);

function namedIn(tree: Tree): readonly Named[] {
  const metadata = field(tree, "metadata");
  const name = textOf(field(metadata, "name"));
  const [group] = (textOf(field(tree, "apiVersion")) ?? "").split("/");
  const kind = textOf(field(tree, "kind"));
  const info = KINDS.find((one) => one.kind === kind && (one.group === group || one.group === ""));
  if (info === undefined || name === null) return [];
  const namespace = info.scope === "Namespaced" ? (textOf(field(metadata, "namespace")) ?? "default") : null;
  return [{ info, namespace, name, tree }];
}

const rootOf = ({ group, versions }: KindInfo): string =>
  group === "" ? "/api/v1" : `/apis/${group}/${versions?.[0] ?? "v1"}`;

/** An object as a server sends it: of its metadata no more than that. */
function sent({ info, namespace, name, tree }: Named): Tree {
  const entries = tree.is === "map" ? tree.entries : [];
  const metadata = field(tree, "metadata");
  const own = metadata?.is === "map" ? metadata.entries.filter(([key]) => !["name", "namespace"].includes(key)) : [];
  const where: [string, Tree][] = namespace === null ? [] : [["namespace", text(namespace)]];
  const kind = info.read === "metadata" ? "PartialObjectMetadata" : info.kind;
  return map([
    ["kind", text(kind)],
    ["apiVersion", text(info.read === "metadata" ? "meta.k8s.io/v1" : `${info.group}/v1`)],
    ["metadata", map([["name", text(name)], ...where, ...own])],
    ...entries.filter(([key]) => !["kind", "apiVersion", "metadata"].includes(key)),
  ]);
}

/** Everything that a server with these objects can be asked. */
function answersOf(objects: readonly Named[]): Answers {
  const kinds = [...new Set(objects.map(({ info }) => info))];
  const answers = new Map<string, Answer>([["/apis", { status: 200, body: treeOf(discovery(kinds)) }]]);
  const answer = (path: string, body: Tree) => answers.set(path, { status: 200, body });
  const listed = (info: KindInfo, items: readonly Named[]): Tree =>
    map([
      ["kind", text(info.read === "metadata" ? "PartialObjectMetadataList" : `${info.kind}List`)],
      ["metadata", map([["resourceVersion", text("1")]])],
      ["items", list(items.map(sent))],
    ]);
  for (const info of kinds) {
    const own = objects.filter((one) => one.info === info);
    answer(`${rootOf(info)}/${info.plural}`, listed(info, own));
    for (const one of own) {
      const inNamespace = one.namespace === null ? "" : `/namespaces/${one.namespace}`;
      const beside = own.filter(({ namespace }) => namespace === one.namespace);
      answer(`${rootOf(info)}${inNamespace}/${info.plural}`, listed(info, beside));
      answer(`${rootOf(info)}${inNamespace}/${info.plural}/${one.name}`, sent(one));
    }
  }
  return answers;
}

/** What goes wrong with one answer: something in it, or all of it. */
type Wrong = { readonly at: number } & (
  | { readonly node: number; readonly one: Change }
  | { readonly status: number; readonly message: string }
);

const wrong: fc.Arbitrary<Wrong> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ at: fc.nat(), node: fc.nat(), one: change }) },
  // Others are asked for again and again, which takes its time.
  {
    weight: 1,
    arbitrary: fc.record({
      at: fc.nat(),
      status: fc.constantFrom(400, 403, 404, 406, 410, 418),
      message: fc.constantFrom(...WORDS),
    }),
  },
);

function spoilt(answers: Answers, wrongs: readonly Wrong[]): Answers {
  const all = [...answers];
  for (const one of wrongs) {
    const at = one.at % all.length;
    const [path, answer] = all[at] ?? ["", { status: 200, body: map([]) }];
    const body = "one" in one ? changed(answer.body, one.node, one.one) : treeOf(status(one.status, one.message));
    all[at] = [path, { status: "one" in one ? answer.status : one.status, body }];
  }
  return new Map(all);
}

const handlerOf =
  (answers: () => Answers): Handler =>
  (request, response) => {
    const path = decodeURIComponent((request.url ?? "").replace(/\?.*$/, ""));
    const answer = answers().get(path);
    if (answer === undefined) return reply(response, 404, status(404, `nothing at ${path}`));
    response.writeHead(answer.status, { "Content-Type": "application/json" });
    response.end(flow(answer.body));
  };

/** Reads a cluster as the program does, and runs a command on it, up to what the user sees. */
async function audited(url: string, argv: readonly string[]): Promise<Ran> {
  try {
    const cluster = await read(url, { kinds: KINDS, definitions: true });
    return await runCli(argv, { folder: "/", cluster, terminal: { width: 100, color: true } });
  } catch (error) {
    return ran(failureOutcome(error));
  }
}

async function inquired(url: string, argv: readonly string[]): Promise<Ran> {
  try {
    const reader = await openCluster(options({ server: url }), environment(), {
      chunkSize: 500,
      namespaces: [],
      signal: new AbortController().signal,
      progress: () => undefined,
      userAgent: "kubectl-refgrant/test",
    });
    return await runCli(argv, { folder: "/", reader });
  } catch (error) {
    return ran(failureOutcome(error));
  }
}

function questions({ info, namespace, name }: Named): readonly (readonly string[])[] {
  const object = `${info.kind}.${info.group}/${name}`.replace("./", "/");
  const where = namespace === null ? [] : ["-n", namespace];
  return [
    ["why-denied", object, ...where],
    ["why-denied", object, ...where, "-v", "-o", "yaml"],
    ["explain", object, ...where],
    ["explain", object, ...where, "-o", "json"],
    ["scaffold", object, ...where],
    ["scaffold", "route", "-A"],
  ];
}

const served = SEEDS.map((trees) => trees.flatMap(namedIn)).filter((objects) => objects.length > 0);

const tally = new Tally();

describe("a hostile API server", { timeout: TIMEOUT }, () => {
  afterAll(() => process.stdout.write(tally.told("a hostile API server")));

  it("gets a clean answer or a clear error, whatever it sends", async () => {
    let answers: Answers = new Map();
    const { url } = await serve(handlerOf(() => answers));
    const expectClean = (outcome: Ran, argv: readonly string[], besides: Parameters<typeof broken>[1]) => {
      tally.ended(outcome.exitCode);
      expect(broken(bytesOf(outcome), besides), argv.join(" ")).toEqual([]);
      expectUnpolluted();
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...served),
        fc.array(wrong, { minLength: 1, maxLength: 4 }),
        fc.nat(1000),
        async (objects, wrongs, at) => {
          tally.inputs += 1;
          answers = spoilt(answersOf(objects), wrongs);
          const text = await audited(url, ["audit"]);
          expectClean(text, ["audit"], "colours");
          const json = await audited(url, ["audit", "-o", at % 2 === 0 ? "json" : "yaml"]);
          expectClean(json, ["audit", "-o", "json"], "nothing");
          expect(json.exitCode).toBe(text.exitCode);
          const asked = objects[at % objects.length];
          for (const argv of asked === undefined ? [] : questions(asked).slice(at % 4, (at % 4) + 3)) {
            expectClean(await inquired(url, argv), argv, "nothing");
          }
        },
      ),
      RUNS,
    );
    expect(tally.commands).toBeGreaterThan(tally.inputs);
  });
});

/** A list of one object of a kind, as text, so that it may be what no value of JavaScript would be written as. */
const listText = (info: KindInfo, more: string): string =>
  `{"kind":"${info.kind}List","metadata":{},"items":[{"metadata":{"name":"a","namespace":"ns"}${more}}]}`;

const DEPTH = 100_000;
const nested = (open: string, close: string): string => `${open.repeat(DEPTH)}1${close.repeat(DEPTH)}`;

describe("an API server whose objects are bombs", { timeout: TIMEOUT }, () => {
  const route = kind("HTTPRoute");
  const grant = kind("ReferenceGrant");
  it.each([
    ["lists in lists in a spec", `,"spec":{"rules":${nested("[", "]")}}`],
    ["objects in objects in a spec", `,"spec":{"rules":[${nested('{"backendRefs":[', "]}")}]}`],
    [
      "objects in objects where a text belongs",
      `,"spec":{"from":${nested('{"a":', "}")},"hostnames":${nested("[", "]")}}`,
    ],
    ["a status of objects in objects", `,"status":{"parents":${nested('[{"conditions":', "}]")}}`],
    [
      "20,000 references",
      `,"spec":{"rules":[{"backendRefs":[${Array(DEPTH / 5)
        .fill('{"name":"a"}')
        .join(",")}]}]}`,
    ],
    [
      "a prototype",
      ',"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"spec":{"__proto__":{"polluted":1}}',
    ],
  ])("does no harm: %s", async (_, more) => {
    const { url } = await serve((request, response) => {
      const path = (request.url ?? "").replace(/\?.*$/, "");
      response.writeHead(200, { "Content-Type": "application/json" });
      const listed = listText(path.endsWith(`/${grant.plural}`) ? grant : route, more);
      response.end(path === "/apis" ? JSON.stringify(discovery([route, grant])) : listed);
    });
    for (const output of ["text", "json", "yaml"]) {
      const outcome = await audited(url, ["audit", "-o", output]);
      expect(broken(bytesOf(outcome), "colours")).toEqual([]);
      expectUnpolluted();
    }
    for (const argv of [
      ["why-denied", "route", "-A"],
      ["explain", "referencegrant", "-A"],
      ["scaffold", "referencegrant", "-A"],
      ["scaffold", "route", "-A"],
    ]) {
      expect(broken(bytesOf(await inquired(url, argv)), "tabs and line ends"), argv.join(" ")).toEqual([]);
      expectUnpolluted();
    }
  });
});

describe("a hostile kubeconfig", { timeout: TIMEOUT }, () => {
  const configOf = (word: string, url: string) => ({
    apiVersion: "v1",
    kind: "Config",
    "current-context": word,
    clusters: [{ name: word, cluster: { server: url, "certificate-authority-data": "aGk=", "tls-server-name": word } }],
    users: [{ name: word, user: { token: "secret-token" } }],
    contexts: [{ name: word, context: { cluster: word, user: word, namespace: word } }],
  });

  async function connected(url: string, config: string, given: Parameters<typeof read>[2]): Promise<readonly string[]> {
    try {
      await read(url, {}, { kubeconfig: await file(config), server: null, ...given });
      return [];
    } catch (error) {
      const outcome = ran(failureOutcome(error));
      expectUnpolluted();
      const leaks = outcome.stderr.includes("secret-token") ? ["the token is told"] : [];
      return [...broken(bytesOf(outcome)), ...leaks];
    }
  }

  it("is told of in plain text: its names, its mistakes, and what its server says", async () => {
    for (const word of WORDS) {
      const { url } = await serve((_, response) => reply(response, 401, status(401, word)));
      const config = configOf(word, url);
      const missing = [
        { ...config, contexts: [] },
        { ...config, clusters: [] },
        { ...config, users: [] },
        { ...config, users: [{ name: word, user: { "client-certificate": word, "client-key": word } }] },
        { ...config, users: [{ name: word, user: { tokenFile: word } }] },
        { ...config, clusters: [{ name: word, cluster: { server: url, "certificate-authority": word } }] },
        { ...config, clusters: [{ name: word, cluster: { server: `ftp://${word}` } }] },
        { ...config, clusters: [{ name: word, cluster: { server: url, "proxy-url": `x:${word}` } }] },
      ];
      for (const [index, one] of [config, ...missing].entries()) {
        expect(await connected(url, JSON.stringify(one), {}), `${index} ${word}`).toEqual([]);
      }
      expect(await connected(url, JSON.stringify(config), { context: `no ${word}` })).toEqual([]);
    }
  });

  it("is read or refused, whatever stands in it", async () => {
    const { url } = await serve((_, response) => reply(response, 401, status(401, "no")));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), change), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (changes, inLines) => {
          tally.inputs += 1;
          const tree = changes.reduce((whole, [at, one]) => changed(whole, at, one), treeOf(configOf("here", url)));
          // Whatever the file says, nobody else is asked.
          const given = { server: url };
          expect(await connected(url, inLines ? `${block(tree)}\n` : flow(tree), given)).toEqual([]);
        },
      ),
      RUNS,
    );
  });
});
