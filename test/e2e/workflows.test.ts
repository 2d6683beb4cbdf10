import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import project from "../../package.json" with { type: "json" };
import { ensureTool } from "./harness/assets.ts";
import { isRecord, itemsAt, textAt, valueAt } from "./harness/json.ts";
import { repositoryRoot } from "./harness/paths.ts";
import { cleanEnv, runProcess } from "./harness/processes.ts";

/** The files in .github: what actionlint says of the workflows, and the rules of this repository that no linter knows. */

const read = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");
const filesIn = (pattern: string): readonly string[] => globSync(pattern, { cwd: repositoryRoot }).toSorted();
const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  isRecord(value) ? Object.entries(value) : [];

const workflows = filesIn(".github/workflows/*.yaml");
const forms = filesIn(".github/ISSUE_TEMPLATE/*.yml").filter((path) => !path.endsWith("/config.yml"));

/** Every other permission is for reading, and whoever needs one more puts it here, with its reason. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  // A release and its assets; the signer of its attestations, and where they are kept.
  publish: ["attestations", "contents", "id-token"],
  // npm knows the workflow by this token.
  npm: ["id-token"],
};

const jobsOf = (workflow: unknown): readonly (readonly [string, unknown])[] => entries(valueAt(workflow, "jobs"));
const stepsOf = (workflow: unknown): readonly unknown[] => jobsOf(workflow).flatMap(([, job]) => itemsAt(job, "steps"));
const scriptsOf = (workflow: unknown): readonly string[] =>
  stepsOf(workflow).flatMap((step) => textAt(step, "run") ?? []);

const targets = [...read("Makefile").matchAll(/^([a-z][\w-]*):(?!=)/gm)].map(([, name = ""]) => name);

/** What a rule finds wrong in a workflow; its text is for what YAML forgets, such as comments. */
interface Rule {
  readonly rule: string;
  readonly offences: (workflow: unknown, text: string) => readonly string[];
  /** A workflow that breaks it. */
  readonly broken: string;
}

const RULES: readonly Rule[] = [
  {
    rule: "nobody has a permission that is not named in the job, nor one to write that is not in the list",
    offences: (workflow) => [
      ...(JSON.stringify(valueAt(workflow, "permissions")) === "{}"
        ? []
        : ["the workflow gives permissions to all jobs"]),
      ...jobsOf(workflow).flatMap(([id, job]) => {
        const permissions = valueAt(job, "permissions");
        if (!isRecord(permissions)) return [`${id} names no permissions`];
        const writes = Object.keys(permissions).filter((scope) => permissions[scope] !== "read");
        return writes.filter((scope) => !WRITES[id]?.includes(scope)).map((scope) => `${id}: ${scope}`);
      }),
    ],
    broken: "permissions: {}\njobs: {checks: {permissions: {contents: write}, steps: []}}",
  },
  {
    rule: "actions are pinned by commit, with the version beside it, and each at one version",
    offences: (_, text) => {
      const used = text.split("\n").filter((line) => /^\s*(- )?uses: (?!\.\/)/.test(line));
      const pins = used.map((line) => /uses: (\S+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$/.exec(line));
      const commits = new Map<string, Set<string>>();
      for (const pin of pins) {
        const [, action = "", commit = ""] = pin ?? [];
        commits.set(action, (commits.get(action) ?? new Set()).add(commit));
      }
      return [
        ...used.filter((_line, at) => pins[at] === null),
        ...[...commits].filter(([, set]) => set.size > 1).map(([action]) => `${action} at two commits`),
      ];
    },
    broken: "jobs:\n  checks:\n    steps:\n      - uses: actions/checkout@v6\n",
  },
  {
    rule: "a checkout leaves no credentials behind",
    offences: (workflow) =>
      stepsOf(workflow)
        .filter((step) => textAt(step, "uses")?.startsWith("actions/checkout@"))
        .filter((step) => valueAt(step, "with", "persist-credentials") !== false)
        .map(() => "persist-credentials"),
    broken: "jobs: {checks: {steps: [{uses: actions/checkout@v6}]}}",
  },
  {
    rule: "no job runs for ever, and no two releases at once",
    offences: (workflow) => [
      ...(textAt(workflow, "concurrency", "group") === undefined ? ["no concurrency"] : []),
      ...jobsOf(workflow)
        .filter(([, job]) => valueAt(job, "uses") === undefined && typeof valueAt(job, "timeout-minutes") !== "number")
        .map(([id]) => `${id} has no timeout`),
    ],
    broken: "concurrency: {group: ci}\njobs: {checks: {steps: []}}",
  },
  {
    rule: "there is no secret but the run's own token, and no trigger that lends it to strangers",
    offences: (workflow, text) => [
      ...(text.match(/\bsecrets\b.*/g) ?? []),
      ...entries(valueAt(workflow, "on"))
        .map(([event]) => event)
        .filter((event) => !["push", "pull_request", "workflow_call"].includes(event)),
    ],
    broken: "on: {pull_request_target: {}}\njobs: {}",
  },
  {
    rule: "scripts get what they need by environment, so that no name of a branch or title is run",
    offences: (workflow) => scriptsOf(workflow).filter((script) => script.includes("${{")),
    broken: "jobs: {checks: {steps: [{run: 'echo \x24{{ github.ref_name }}'}]}}",
  },
  {
    rule: "what scripts call is there: targets of make, scripts of npm, files of the repository",
    offences: (workflow) =>
      scriptsOf(workflow).flatMap((script) => [
        ...[...script.matchAll(/\bmake ([a-z][\w-]*)/g)]
          .filter(([, target = ""]) => !targets.includes(target))
          .map(([call]) => call),
        ...[...script.matchAll(/\bnpm run ([\w:-]+)/g)]
          .filter(([, name = ""]) => !Object.hasOwn(project.scripts, name))
          .map(([call]) => call),
        ...[...script.matchAll(/(?<![\w./-])(?:\.ci|scripts|test|examples)\/[\w./-]+/g)]
          .map(([path]) => path)
          .filter((path) => !existsSync(join(repositoryRoot, path))),
      ]),
    broken: "jobs: {checks: {steps: [{run: make everything}]}}",
  },
];

test("there are workflows and forms to look at", () => {
  expect(workflows).toEqual([".github/workflows/ci.yaml", ".github/workflows/release.yaml"]);
  expect(forms).toHaveLength(3);
});

test("actionlint has nothing to say", async () => {
  const actionlint = await ensureTool("actionlint", "github.com/rhysd/actionlint/cmd/actionlint");
  const args = ["-no-color", "-shellcheck=", "-pyflakes=", "-"];
  for (const path of workflows) {
    // From standard input, so that neither git nor a configuration elsewhere matters.
    const result = await runProcess(actionlint, args, { cwd: repositoryRoot, env: cleanEnv(), stdin: read(path) });
    expect(result, path).toEqual({ stdout: "", stderr: "", code: 0 });
  }
  const broken = await runProcess(actionlint, args, { env: cleanEnv(), stdin: "on: push\njobs: {a: {steps: []}}\n" });
  expect(broken.code).toBe(1);
});

describe.each(RULES)("$rule", ({ offences, broken }) => {
  test.each(workflows)("in %s", (path) => {
    expect(offences(parse(read(path)), read(path))).toEqual([]);
  });

  test("and a workflow that breaks it is noticed", () => {
    expect(offences(parse(broken), broken).length).toBeGreaterThan(0);
  });
});

test("the release publishes what was tried: its archives are those of the workflow that ran the tests", () => {
  const release: unknown = parse(read(".github/workflows/release.yaml"));
  const needs = (job: string): unknown => valueAt(release, "jobs", job, "needs");
  expect(textAt(release, "jobs", "ci", "uses")).toBe("./.github/workflows/ci.yaml");
  const order = ["advisories", "ci", "publish", "npm", "krew"].map(needs);
  expect(order).toEqual(["tag", "advisories", "ci", "publish", "publish"]);
  expect(scriptsOf(release).join("\n")).not.toMatch(/\bmake\b/);
});

test("every platform of a release is run before it is published", async () => {
  const { TARGETS } = await import("../../scripts/dist/targets.ts");
  const ci: unknown = parse(read(".github/workflows/ci.yaml"));
  const tried = itemsAt(ci, "jobs", "smoke", "strategy", "matrix", "include").map((entry) => textAt(entry, "target"));
  expect(tried.toSorted()).toEqual(TARGETS.map(({ name }) => name).toSorted());
});

describe("dependabot.yml", () => {
  const updates = itemsAt(parse(read(".github/dependabot.yml")), "updates");
  const foldersOf = (update: unknown): readonly unknown[] => [
    ...itemsAt(update, "directories"),
    ...(textAt(update, "directory") ?? []),
  ];
  const watched = (ecosystem: string): readonly unknown[] =>
    updates
      .filter((update) => textAt(update, "package-ecosystem") === ecosystem)
      .flatMap(foldersOf)
      .toSorted();

  test("has what GitHub wants of it", () => {
    expect(valueAt(parse(read(".github/dependabot.yml")), "version")).toBe(2);
    for (const update of updates) {
      expect(["npm", "github-actions", "gomod"]).toContain(textAt(update, "package-ecosystem"));
      expect(["daily", "weekly", "monthly"]).toContain(textAt(update, "schedule", "interval"));
      expect(foldersOf(update).length).toBeGreaterThan(0);
    }
  });

  test("watches every manifest of dependencies", () => {
    expect(watched("npm")).toEqual(["/"]);
    expect(watched("github-actions")).toEqual(["/"]);
    const modules = filesIn("{scripts,test}/**/go.mod").map((path) => `/${path.replace(/\/go\.mod$/, "")}`);
    expect(modules.length).toBeGreaterThan(3);
    expect(watched("gomod")).toEqual(modules);
  });
});

describe.each(forms)("%s", (path) => {
  const form: unknown = parse(read(path));
  const body = itemsAt(form, "body");
  const asked = body.filter((item) => textAt(item, "type") !== "markdown");

  test("has what GitHub wants of a form", () => {
    expect(textAt(form, "name")).toMatch(/\S/);
    expect(textAt(form, "description")).toMatch(/^.{4,200}$/);
    for (const item of body) {
      const type = textAt(item, "type") ?? "";
      expect(["markdown", "input", "textarea", "dropdown", "checkboxes"]).toContain(type);
      expect(textAt(item, "attributes", type === "markdown" ? "value" : "label"), type).toMatch(/\S/);
    }
    for (const choice of asked.filter((item) => textAt(item, "type") === "dropdown")) {
      const options = itemsAt(choice, "attributes", "options");
      expect(options.length).toBeGreaterThan(1);
      expect(new Set(options).size).toBe(options.length);
    }
  });

  test("asks each thing once, and for something that is needed", () => {
    const ids = asked.map((item) => textAt(item, "id"));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[a-z_]+$/.test(id ?? ""))).toBe(true);
    const labels = asked.map((item) => textAt(item, "attributes", "label"));
    expect(new Set(labels).size).toBe(labels.length);
    expect(asked.some((item) => valueAt(item, "validations", "required") === true)).toBe(true);
  });
});

test("who wants to write an issue is sent to a form, or to what is there", () => {
  const config: unknown = parse(read(".github/ISSUE_TEMPLATE/config.yml"));
  expect(valueAt(config, "blank_issues_enabled")).toBe(false);
  for (const link of itemsAt(config, "contact_links")) {
    expect(Object.keys(isRecord(link) ? link : {}).toSorted()).toEqual(["about", "name", "url"]);
    const url = textAt(link, "url") ?? "";
    expect(url.startsWith(`${project.homepage}/`)).toBe(true);
    const file = /\/blob\/main\/(.*)$/.exec(url)?.[1];
    if (file !== undefined) expect(existsSync(join(repositoryRoot, file)), file).toBe(true);
  }
});
