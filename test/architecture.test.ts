import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

/** The rules of ARCHITECTURE.md about who may import whom, with what to do for the one who breaks them. */

const ROOT = join(import.meta.dirname, "..");

interface Import {
  readonly file: string;
  /** The imported file from the root of the repository, or the name of a package. */
  readonly target: string;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const specifiers = [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)["']([^"']+)["']/gm)].map(
    ([, name = ""]) => name,
  );
  return specifiers.map((name) => ({
    file,
    target: name.startsWith(".")
      ? relative(ROOT, join(ROOT, dirname(file), name))
          .split(sep)
          .join("/")
      : name,
  }));
}

const files = globSync(["cmd/**/*.ts", "src/**/*.ts"], { cwd: ROOT }).map((file) => file.split(sep).join("/"));
const imports = files.flatMap(importsOf);

const stageOf = (path: string): string => /^src\/([a-z-]+)\//.exec(path)?.[1] ?? path;

/** What each stage may import besides itself and the model. catalogue is the stage of facts, and facts are for everybody. */
const STAGES: ReadonlyMap<string, readonly string[]> = new Map([
  ["model", []],
  ["catalogue", []],
  ["manifest", ["catalogue"]],
  ["load", ["catalogue"]],
  ["evaluate", ["catalogue"]],
  ["diagnose", ["catalogue"]],
  ["explain", ["catalogue"]],
  ["remedy", ["catalogue"]],
  ["scaffold", ["catalogue"]],
  ["render", ["catalogue"]],
]);

/** Packages, and the only places that may name them. */
const PACKAGES: ReadonlyMap<string, readonly string[]> = new Map([
  ["@kubernetes/client-node", ["src/load/cluster/"]],
  ["yargs/helpers", ["cmd/flags.ts"]],
  ["ora", ["cmd/main.ts"]],
  ["cli-table3", ["src/render/table.ts"]],
  ["string-width", ["src/render/table.ts"]],
  ["js-yaml", ["src/manifest/", "src/load/cluster/", "src/render/manifest-yaml.ts"]],
  ["yaml", ["src/manifest/", "src/render/", "src/load/cluster/"]],
]);

/** Where the program begins, and what a binary loads it with: only there a process is to be met. */
const runs = (file: string): boolean => file === "cmd/main.ts" || file.startsWith("cmd/binary/");

function broken(rule: (found: Import) => boolean): readonly string[] {
  return imports.filter((found) => !rule(found)).map(({ file, target }) => `${file} imports ${target}`);
}

describe("architecture", () => {
  it("finds the source and its imports", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(imports.length).toBeGreaterThan(100);
  });

  it("stages import the model, the facts and themselves; only pipeline.ts, explanations.ts and scaffolding.ts know their order", () => {
    const offences = broken(({ file, target }) => {
      const allowed = STAGES.get(stageOf(file));
      if (allowed === undefined || !target.startsWith("src/")) return true;
      const stage = stageOf(target);
      return stage === "model" || stage === stageOf(file) || allowed.includes(stage);
    });
    expect(
      offences,
      "pass the value through src/pipeline.ts, src/explanations.ts, src/scaffolding.ts or cmd/run.ts instead of reaching into another stage",
    ).toEqual([]);
  });

  it("nothing that is imported is hidden from a clone", () => {
    const folders = ["cmd", "src", "scripts", "test"];
    const listed = spawnSync("git", ["ls-files", "--others", "--ignored", "--exclude-standard", "--", ...folders], {
      cwd: ROOT,
      encoding: "utf8",
    });
    // Without git, as in an archive of the source, there is nothing to hide.
    if (listed.error !== undefined || listed.status !== 0) return;
    expect(listed.stdout, "git ignores these files: mend .gitignore").toBe("");
  });

  it("the engine never looks back at the shore", () => {
    const offences = broken(({ file, target }) => !file.startsWith("src/") || !target.startsWith("cmd/"));
    expect(offences, "src/ knows nothing of cmd/: hand the value in as an argument").toEqual([]);
  });

  it("I/O lives in src/load, cmd/main.ts and cmd/binary alone", () => {
    const offences = broken(
      ({ file, target }) => !target.startsWith("node:") || file.startsWith("src/load/") || runs(file),
    );
    expect(offences, "read it in src/load and hand over a finished value").toEqual([]);
  });

  it("what loads the program in a binary knows nothing of it, nor it of that", () => {
    const offences = broken(
      ({ file, target }) =>
        target.startsWith("node:") || file.startsWith("cmd/binary/") === target.startsWith("cmd/binary/"),
    );
    expect(offences, "cmd/binary is loaded before anything else: keep it to Node's own modules").toEqual([]);
  });

  it("every package has its place", () => {
    const offences = broken(({ file, target }) => {
      if (target.startsWith("node:") || /^(cmd|src)\/|^package\.json$/.test(target)) return true;
      return PACKAGES.get(target)?.some((place) => file.startsWith(place)) ?? false;
    });
    expect(
      offences,
      "use the module that wraps the package, or give the package a place in this test and say why",
    ).toEqual([]);
  });

  it("only cmd/main.ts and cmd/binary name process", () => {
    const offences = files.filter(
      (file) =>
        !runs(file) &&
        /\bprocess\.[a-z]/.test(readFileSync(join(ROOT, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")),
    );
    expect(offences, "take what you need of the process as an argument; cmd/main.ts passes it").toEqual([]);
  });

  it("nothing looks at the clock or throws dice", () => {
    const offences = files
      .filter((file) => !file.startsWith("src/load/"))
      .filter((file) => /\bDate\b|Math\.random/.test(readFileSync(join(ROOT, file), "utf8")));
    expect(offences, "the same world must give the same report; take the value as an argument").toEqual([]);
  });

  it("has no default exports, no utils and no helpers", () => {
    const offences = files.filter(
      (file) => /export default/.test(readFileSync(join(ROOT, file), "utf8")) || /(utils?|helpers?)\.ts$/.test(file),
    );
    expect(offences, "name what it is, and export it by that name").toEqual([]);
  });
});

describe("citations", () => {
  it("of docs/rules.md name sections that it has", () => {
    const rules = readFileSync(join(ROOT, "docs/rules.md"), "utf8");
    const sections = new Set([...rules.matchAll(/^#{2,3} (\d+(?:\.\d+)?) /gm)].map(([, section]) => section));
    const cited = files.flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(/§(\d+(?:\.\d+)?)/g)].map(
        ([, section]) => `${file} §${section}`,
      ),
    );
    expect(cited.length).toBeGreaterThan(20);
    expect(cited.filter((citation) => !sections.has(citation.split("§")[1]))).toEqual([]);
  });
});

describe("the lock file", () => {
  const lock: {
    packages: Record<
      string,
      { version?: string; integrity?: string; resolved?: string; optionalDependencies?: Record<string, string> }
    >;
  } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const packages = Object.entries(lock.packages).filter(([path]) => path !== "");

  it("pins every package by version and hash, and names no registry", () => {
    expect(packages.filter(([, { version, integrity }]) => version === undefined || integrity === undefined)).toEqual(
      [],
    );
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("holds the packages of every platform, so that a clean install works everywhere", () => {
    const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          lock.packages[`node_modules/${name}`] === undefined &&
          lock.packages[`${path}/node_modules/${name}`] === undefined,
      ),
    );
    expect(missing, "make the lock file anew in an empty folder: npm install --package-lock-only").toEqual([]);
  });
});
