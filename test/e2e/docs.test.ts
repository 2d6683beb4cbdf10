import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import project from "../../package.json" with { type: "json" };
import { commandBlocksIn, documents, type Line, type Step, stepsOf, typedIn } from "../docs/blocks.ts";
import { blocksOf } from "../docs/page.ts";
import { type ApiServer, startApiServer } from "./harness/api-server.ts";
import { textAt } from "./harness/json.ts";
import { type Channel, crdFiles, type GatewayApiVersion } from "./harness/modules.ts";
import { pluginFolder, repositoryRoot } from "./harness/paths.ts";
import { cleanEnv, type ProcessResult, runProcess } from "./harness/processes.ts";
import { releaseFolder } from "./harness/release.ts";
import { appliable, mapManifests, readManifests } from "./harness/report.ts";

/**
 * Every command block of README.md and docs/ (CONTRIBUTING.md, "Documents"), by a real bash with the real kubectl, the built plugin and
 * a real API server. Only programs that need the network or a chart are stood in for, by test/docs/stand-ins. `U=1` writes
 * the outputs of `console shell` blocks anew; read the difference.
 */

const UPDATE = process.env.U === "1";
const STAND_INS = join(repositoryRoot, "test", "docs", "stand-ins");
const CRDS: GatewayApiVersion = "v1.7.0";
/** Pages tell of fields that only this channel has. */
const CHANNEL: Channel = "experimental";

const REPOSITORY = project.homepage;
const RELEASE = releaseFolder();

/** Programs that may be missing on a machine, and what a command that wants them looks like. */
const WANTED: readonly { readonly by: RegExp; readonly there: boolean; readonly otherwise: string }[] = [
  {
    by: /\b(curl|npx?|gh|sha256sum|shasum)\s|\bkrew (install|upgrade|uninstall)\b|\.krew\b/,
    there: RELEASE !== null,
    otherwise: "dist/release has no archives of this version (make dist)",
  },
  {
    by: /\bkrew (install|upgrade|uninstall)\b|\brefgrant\.yaml\b/,
    there: existsSync(join(repositoryRoot, "krew", "refgrant.yaml")),
    otherwise: "there is no krew/refgrant.yaml (make krew)",
  },
  ...["jq", "zsh", "fish"].map((program) => ({
    by: new RegExp(`(^|[|(]\\s*)${program}\\s`, "m"),
    there: spawnSync(program, ["--version"]).status === 0,
    otherwise: `there is no ${program} on this machine`,
  })),
];

/** Why a block cannot be run on this machine; null where it can. */
const missingFor = (text: string): string | null =>
  WANTED.find(({ by, there }) => by.test(text) && !there)?.otherwise ?? null;

type Runnable =
  | { readonly sort: "step"; readonly line: number; readonly text: string; readonly step: Step }
  | { readonly sort: "typed"; readonly line: number; readonly text: string; readonly lines: readonly Line[] };

/** What a page has to be run, in its order. */
function runnableIn(page: string): readonly Runnable[] {
  const steps = stepsOf(page).map((step): Runnable => ({ sort: "step", line: step.line, text: step.command, step }));
  const typed = blocksOf(page).flatMap((block): readonly Runnable[] => {
    const lines = typedIn(block);
    return lines.length === 0 ? [] : [{ sort: "typed", line: block.line, text: block.text, lines }];
  });
  return [...steps, ...typed].toSorted((a, b) => a.line - b.line);
}

const pages = documents(repositoryRoot)
  .map((file) => ({ file, page: readFileSync(join(repositoryRoot, file), "utf8") }))
  .filter(({ page }) => commandBlocksIn(page) > 0);
const present = pages.reduce((sum, { page }) => sum + commandBlocksIn(page), 0);
const worldFiles = globSync(join(repositoryRoot, "examples/world/*.yaml")).toSorted();
let run = 0;
const leftOut: string[] = [];

let server: ApiServer;

/** The finding that a page is about; null for all other pages. */
function findingOf(file: string): string | null {
  const code = basename(file, ".md");
  return file.startsWith("docs/findings/") && code !== "README" ? code : null;
}

/** The worlds of a finding: mended first, where it can be, then as it is told. */
function worldsOf(code: string): readonly string[] {
  return [`${code}.fixed.yaml`, `${code}.yaml`]
    .map((name) => join(repositoryRoot, "test/docs/pages", name))
    .filter((world) => existsSync(world));
}

/** The folder that a page's commands are run in, with what a reader would have there. */
function folderFor(file: string): string {
  const folder = mkdtempSync(join(server.folder, `${file.replaceAll(/\W+/g, "-")}-`));
  cpSync(join(repositoryRoot, "examples"), join(folder, "examples"), { recursive: true });
  cpSync(join(repositoryRoot, "docs", "clusterrole.yaml"), join(folder, "docs", "clusterrole.yaml"));
  const code = findingOf(file);
  const world = appliable(readManifests(code === null ? worldFiles : worldsOf(code).slice(0, 1)));
  for (const place of ["manifests", "overlays/prod", "chart"]) {
    mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, place, "world.yaml"), world);
  }
  writeFileSync(join(folder, "overlays/prod/kustomization.yaml"), "resources:\n- world.yaml\n");
  writeFileSync(join(folder, "standard-install.yaml"), readManifests(crdFiles(CRDS, CHANNEL)));
  for (const name of ["grant.yaml", "policy.yaml"]) writeFileSync(join(folder, name), GRANT);
  return folder;
}

const GRANT = `apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata:
  name: of-the-reader
  namespace: backend
spec:
  from:
  - group: gateway.networking.k8s.io
    kind: HTTPRoute
    namespace: frontend
  to:
  - group: ""
    kind: Service
    name: api
`;

/** Runs a script of bash as a reader would, in this folder. */
function inBash(script: string, folder: string): Promise<ProcessResult> {
  const base = cleanEnv({
    HOME: join(folder, ".home"),
    KUBECONFIG: server.adminKubeconfig,
    KUBE_EDITOR: "true",
    LC_ALL: "C.UTF-8",
    DOCS_NODE: process.execPath,
    DOCS_ROOT: repositoryRoot,
    DOCS_FOLDER: folder,
    DOCS_RELEASE: RELEASE ?? "",
    DOCS_REPOSITORY: REPOSITORY,
  });
  const path = [STAND_INS, pluginFolder, dirname(server.kubectlBinary), base.PATH].join(delimiter);
  mkdirSync(join(folder, ".home"), { recursive: true });
  return runProcess("bash", ["-c", script], { env: { ...base, PATH: path }, cwd: folder });
}

/** Empties the server of what pages leave behind; namespaces stay, since no controller ends their deletion. */
async function sweep(): Promise<void> {
  const kinds =
    "referencegrants,httproutes,grpcroutes,tlsroutes,gateways,gatewayclasses,listenersets,backendtlspolicies";
  await server.kubectl(["delete", `${kinds},networkpolicies,persistentvolumeclaims`, "--all", "-A", "--wait=false"]);
  await server.kubectl(["delete", "clusterrolebindings,rolebindings", "-A", "-l", "!kubernetes.io/bootstrapping"]);
}

/** Objects one by one, in namespaces of their own, as far as the server takes them: some findings are about what it refuses. */
async function applyWhatIsTaken(text: string): Promise<void> {
  const objects: string[] = [];
  const namespaces = new Set<string>();
  mapManifests(appliable(text), (object) => {
    objects.push(JSON.stringify(object));
    namespaces.add(textAt(object, "metadata", "namespace") ?? "default");
    return null;
  });
  for (const name of namespaces) await server.kubectl(["create", "namespace", name]);
  const apply = ["apply", "--server-side", "--force-conflicts", "--validate=ignore", "-f", "-"];
  for (const stdin of objects) await server.kubectl(apply, { stdin });
}

/** Puts a finding's world on the server, after the one that is mended, which the server takes surely. */
async function applyFinding(code: string): Promise<void> {
  if (code === "referencepolicy")
    await server.applyDefinitions(
      readManifests(crdFiles("v0.5.1", "experimental").filter((crd) => crd.endsWith("_referencepolicies.yaml"))),
    );
  for (const world of worldsOf(code)) await applyWhatIsTaken(readManifests([world]));
}

async function applyWorld(file: string): Promise<void> {
  await sweep();
  const code = findingOf(file);
  if (code !== null) return applyFinding(code);
  return server.applyManifests(appliable(readManifests(worldFiles)));
}

/** Runs a command until it prints what is shown: what may be done, the server learns a moment after it is told. */
async function outcomeOf(step: Step, folder: string): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const { stdout, stderr, code } = await inBash(step.command, folder);
    const shown = step.shown({ stdout, stderr, exitCode: code });
    if (shown === step.whole || attempt === 4) return shown;
    await delay(200);
  }
}

/** Runs lines in one shell and gives what each ended in, with all that was said. */
async function endingsOf(lines: readonly Line[], folder: string): Promise<{ codes: readonly number[]; said: string }> {
  const script = lines.map(({ command }) => `${command}\necho $? >&9`).join("\n");
  const { stdout, stderr } = await inBash(`set -o pipefail\nexec 9>.codes\n${script}\n`, folder);
  const codes = readFileSync(join(folder, ".codes"), "utf8").trim().split("\n").map(Number);
  return { codes, said: `${stdout}${stderr}` };
}

async function hold(file: string, block: Runnable, folder: string): Promise<void> {
  if (block.sort === "typed") {
    const { codes, said } = await endingsOf(block.lines, folder);
    for (const [at, { command, codes: expected }] of block.lines.entries())
      expect(expected, `${command}\n${said}`).toContain(codes[at]);
    return;
  }
  const actual = await outcomeOf(block.step, folder);
  if (UPDATE && block.step.sort === "console shell") {
    const path = join(repositoryRoot, file);
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(block.step.whole, () => actual),
    );
  } else expect(actual).toBe(block.step.whole);
}

beforeAll(async () => {
  server = await startApiServer({ auditLog: false });
  await server.applyCrds(CRDS, CHANNEL);
  await server.applyManifests(appliable(readManifests(worldFiles)));
});

afterAll(async () => {
  await server?.stop();
  const why = [...new Set(leftOut)].map((reason) => ` ${reason}.`).join("");
  process.stdout.write(`${run} of ${present} command blocks run.${why}\n`);
});

describe.each(pages)("$file", ({ file, page }) => {
  let folder: string;
  const blocks = runnableIn(page);

  beforeAll(async () => {
    await applyWorld(file);
    folder = folderFor(file);
  });

  test("every block that shows a command is run", () => {
    expect(blocks.length).toBe(commandBlocksIn(page));
  });

  test.for(blocks.map((block) => ({ block, title: `line ${block.line}: ${block.text.split("\n")[0]}` })))(
    "$title",
    async ({ block }, { skip }) => {
      const missing = missingFor(block.text);
      if (missing !== null) {
        leftOut.push(missing);
        skip(missing);
      }
      await hold(file, block, folder);
      run += 1;
    },
  );
});
