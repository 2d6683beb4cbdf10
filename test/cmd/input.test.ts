import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFiles } from "../../src/load/files.ts";
import { parseDocuments } from "../../src/manifest/documents.ts";
import { objectsOf } from "../../src/manifest/objects.ts";
import { type Ran, runCli, words } from "../harness/cli.ts";

/** Input that is not as it should be: one clear message, what to do, the right exit code, no stack trace. */

const GOOD = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: ns}\n";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-input-"));
  const files: Record<string, string | Uint8Array> = {
    "good.yaml": GOOD,
    "empty.yaml": "",
    "comments.yaml": "# nothing\n---\n",
    "broken.yaml": "kind: HTTPRoute\nspec: [1\n",
    "values.yaml": "replicas: 3\n",
    "half.yaml": `${GOOD}---\nkind: ReferenceGrant\nspec: {a: 1, a: 2}\n`,
    "binary.yaml": new Uint8Array([0x80, 0xfe, 0x00, 0xff]),
    "utf16.yaml": new Uint8Array(Buffer.from(`\uFEFF${GOOD}`, "utf16le")),
    "blank-namespace.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
    "notes.txt": "not a manifest",
    "many/a.yaml": GOOD,
    "many/b.yml": GOOD.replace("name: s", "name: t"),
    "many/deep/c.json": '{"apiVersion":"v1","kind":"Service","metadata":{"name":"u","namespace":"ns"}}',
    "no-manifests/readme.md": "x",
    "tools/kustomization.yaml": "resources: [good.yaml]\n",
    "tools/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
    "tools/values-prod.yml": "replicas: 3\n",
    "tools/kind.yaml": "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n",
    "tools/kubeconfig.yaml": "apiVersion: v1\nkind: Config\nclusters: []\n",
    "tools/kustomize.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
    "with-tools/kustomization.yaml": "resources: [good.yaml]\n",
    "with-tools/values.yaml": "replicas: 3\n",
    "patched/base/good.yaml": GOOD,
    "patched/overlay/Kustomization": "resources: [../base]\npatches: [{path: p.yaml}, {path: q.yaml}]\n",
    "patched/overlay/p.yaml": GOOD,
    "patched/overlay/q.yaml": "- op: remove\n  path: /spec/type\n",
    "patched-once/kustomization.yml": "patchesStrategicMerge: [p.yaml]\n",
    "patched-once/good.yaml": GOOD,
    "patched-once/p.yaml": GOOD,
    "half-kustomization/kustomization.yaml": "patches: [\n",
    "half-kustomization/good.yaml": GOOD,
    "null.yaml": "---\nnull\n---\n",
    "twice/good.yaml": GOOD,
    "twice/values.yaml": GOOD,
    "with-tools/good.yaml": GOOD,
    "with-tools/settings.yaml": "a: 1\n",
    "empty-list.json": '{"apiVersion":"v1","kind":"List","items":[]}',
    "null-list.json": '{"apiVersion":"v1","kind":"List","items":null}',
    "bare-list.yaml": "apiVersion: v1\nkind: List\n",
    "refused.yaml": `${GOOD}---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: a}\nspec: {rules: [{backendRefs: [{name: s, namespace: ns}]}]}\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  symlinkSync(join(folder, "many"), join(folder, "many/deep/loop"));
  mkdirSync(join(folder, "mixed/folder.yaml"), { recursive: true });
  mkdirSync(join(folder, "mixed/empty"));
  writeFileSync(join(folder, "mixed/bytes.yaml"), new Uint8Array([0x80]));
  writeFileSync(join(folder, "mixed/good.yaml"), GOOD);
  writeFileSync(join(folder, "mixed/folder.yaml/inner.yaml"), GOOD.replace("name: s", "name: inner"));
  symlinkSync("gone.yaml", join(folder, "mixed/dangling.yaml"));
  symlinkSync("circle.yaml", join(folder, "mixed/circle.yaml"));
  symlinkSync("gone", join(folder, "mixed/dangling-but-no-manifest"));
  mkdirSync(join(folder, "hopeless"));
  symlinkSync("gone.yaml", join(folder, "hopeless/dangling.yaml"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const audit = (line: string, stdin?: string): Promise<Ran> =>
  runCli(["audit", ...words(line)], { folder, ...(stdin === undefined ? {} : { stdin }) });
const seen = ({ stdout }: Ran) => /(\d+) references? seen/.exec(stdout)?.[1];

describe("input that cannot be used", () => {
  it.each([
    ["-f gone.yaml", 'error: the path "gone.yaml" does not exist\ncheck -f for a typing error\n'],
    [
      "-f no-manifests",
      "error: the folder no-manifests holds no manifests (.json, .yaml, .yml)\nname another folder, or look into its folders too with -R\n",
    ],
    [
      "-R -f no-manifests",
      "error: the folder no-manifests holds no manifests (.json, .yaml, .yml)\nname another folder\n",
    ],
    ["-f 'x*.yaml'", 'error: no file matches "x*.yaml"\ncheck -f for a typing error\n'],
    [
      "-f broken.yaml",
      "error: broken.yaml:3:1: bad indentation, or a quote or bracket that is never closed\nnothing else could be read; mend it and run again\n",
    ],
    ["-f empty.yaml", "error: there is no document in empty.yaml\ngive files with Kubernetes objects to -f\n"],
    ["-f comments.yaml", "error: there is no document in comments.yaml\ngive files with Kubernetes objects to -f\n"],
    ["-f null.yaml", "error: there is no document in null.yaml\ngive files with Kubernetes objects to -f\n"],
    [
      "-R -f patched/overlay",
      "error: there are no objects in patched/overlay, only patches of kustomizations\njudge what comes of them: kubectl kustomize DIR | kubectl refgrant audit -f -\n",
    ],
    [
      "-f values.yaml",
      "error: values.yaml:1:1: no Kubernetes object: kind is missing or no usable string\nnothing else could be read; give files with Kubernetes objects to -f\n",
    ],
    ["-f tools", "error: nothing in tools is of a kind that is looked at\ngive files with Kubernetes objects to -f\n"],
    [
      "-f tools/kustomization.yaml",
      "error: tools/kustomization.yaml:1:1: no Kubernetes object: kind is missing or no usable string\nnothing else could be read; give files with Kubernetes objects to -f\n",
    ],
    [
      "-f tools/kind.yaml",
      "error: nothing in tools/kind.yaml is of a kind that is looked at\ngive files with Kubernetes objects to -f\n",
    ],
    ...["empty-list.json", "null-list.json", "bare-list.yaml"].map((file) => [
      `-f ${file}`,
      `error: there is nothing but empty lists in ${file}\ngive files with Kubernetes objects to -f\n`,
    ]),
    [
      "-f binary.yaml",
      "error: binary.yaml is not UTF-8 text\nconvert it, or leave it out of the files given with -f\n",
    ],
    ["-f -", "error: there is no document in -\ngive files with Kubernetes objects to -f\n"],
  ])("%s", async (line, stderr) => {
    expect(await audit(line)).toEqual({ stdout: "", stderr, exitCode: 3 });
  });
});

/** The files that are read for `-f`, with what is wrong with them; paths are those below the test's folder. */
async function sourcesOf(names: readonly string[], recursive = false): Promise<readonly string[]> {
  const filenames = names.map((name) => (name.startsWith("https:") ? name : join(folder, name)));
  const sources = await readFiles({ filenames, recursive, readStdin: async () => new Uint8Array() });
  const told = sources.map((source) => ("problem" in source ? `${source.name}: ${source.problem}` : source.name));
  return told.map((text) => text.replace(`${folder}/`, ""));
}

describe("files that nobody named and nobody can read", () => {
  const MIXED = [
    "mixed/bytes.yaml: it is not UTF-8 text",
    "mixed/circle.yaml: its links lead in a circle",
    "mixed/dangling.yaml: it links to a path that does not exist",
  ];
  it("do not stop the others of their folder", async () => {
    expect(await sourcesOf(["mixed"])).toEqual([...MIXED, "mixed/good.yaml"]);
  });
  it("do not stop the folders beside them; a folder called x.yaml is a folder", async () => {
    expect(await sourcesOf(["mixed"], true)).toEqual([...MIXED, "mixed/good.yaml", "mixed/folder.yaml/inner.yaml"]);
  });
  it("do not stop the other matches of a glob, and neither does a folder without manifests", async () => {
    expect((await sourcesOf(["mixed/*"])).toSorted()).toEqual(
      [
        ...MIXED,
        "mixed/dangling-but-no-manifest: it links to a path that does not exist",
        "mixed/folder.yaml/inner.yaml",
        "mixed/good.yaml",
      ].toSorted(),
    );
  });
  it("are errors, each with a gap of any kind, and the rest is judged", async () => {
    const sources = await readFiles({
      filenames: [join(folder, "mixed")],
      recursive: false,
      readStdin: async () => new Uint8Array(),
    });
    const { objects, problems, gaps } = objectsOf(parseDocuments(sources), "default");
    expect(objects.map(({ id }) => id.name)).toEqual(["s"]);
    expect(problems.map(({ cause }) => cause)).toEqual(["syntax", "syntax", "syntax"]);
    expect(gaps.map(({ cause, groupKind, namespace }) => ({ cause, groupKind, namespace }))).toEqual(
      gaps.map(() => ({ cause: "unreadable", groupKind: null, namespace: null })),
    );
    expect(gaps).toHaveLength(3);
  });
  it.skipIf(process.getuid?.() === 0)("may be forbidden files and folders", async () => {
    const shut = join(folder, "shut");
    mkdirSync(join(shut, "inner"), { recursive: true });
    writeFileSync(join(shut, "good.yaml"), GOOD);
    writeFileSync(join(shut, "secret.yaml"), GOOD, { mode: 0 });
    chmodSync(join(shut, "inner"), 0);
    try {
      expect(await sourcesOf(["shut"], true)).toEqual([
        "shut/good.yaml",
        "shut/secret.yaml: permission denied",
        "shut/inner: permission denied",
      ]);
    } finally {
      chmodSync(join(shut, "inner"), 0o700);
    }
  });
  it.each([
    [["mixed/bytes.yaml"], "mixed/bytes.yaml is not UTF-8 text"],
    [["mixed", "mixed/bytes.yaml"], "mixed/bytes.yaml is not UTF-8 text"],
    [["mixed/circle.yaml"], "mixed/circle.yaml could not be read (ELOOP)"],
    [["mixed", "mixed/dangling.yaml"], 'the path "mixed/dangling.yaml" does not exist'],
    [["hopeless"], "hopeless/dangling.yaml: it links to a path that does not exist"],
    [["hopeless/*"], "hopeless/dangling.yaml: it links to a path that does not exist"],
    [["mixed/empty/*"], 'no file matches "mixed/empty/*"'],
    [["https://example.com/a.yaml"], "URLs are not read"],
    [["https://example.com/a.yaml?b=[c]"], "URLs are not read"],
  ])("stop the run where they were named or nothing else is left: %s", async (names, message) => {
    const error = await sourcesOf(names).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "RefgrantError", failure: "input" });
    expect(error instanceof Error && error.message.replaceAll(`${folder}/`, "")).toBe(message);
  });
});

describe("files that no string can hold", () => {
  beforeAll(() => {
    mkdirSync(join(folder, "large"));
    writeFileSync(join(folder, "large/good.yaml"), GOOD);
    writeFileSync(join(folder, "large/huge.yaml"), "");
    // It takes no room on the disk.
    truncateSync(join(folder, "large/huge.yaml"), 511 * 1024 * 1024 + 1);
  });
  it("stop the run where they were named", async () => {
    const { stderr, exitCode } = await audit("-f large/huge.yaml");
    expect(exitCode).toBe(3);
    expect(stderr).toContain("large/huge.yaml is larger than 511 MiB");
    expect(stderr).toContain("split it into several files");
  });
  it("hide no others where they were found", async () => {
    expect(await sourcesOf(["large"])).toEqual(["large/good.yaml", "large/huge.yaml: it is larger than 511 MiB"]);
  });
  it.skipIf(process.platform === "win32")(
    "may be devices without an end",
    async () => {
      symlinkSync("/dev/zero", join(folder, "large/endless"));
      const { stderr, exitCode } = await audit("-f large/endless");
      expect(exitCode).toBe(3);
      expect(stderr).toContain("large/endless is larger than 511 MiB");
    },
    30_000,
  );
});

describe.skipIf(process.platform === "win32")("FIFOs", () => {
  beforeAll(() => {
    mkdirSync(join(folder, "pipes"));
    writeFileSync(join(folder, "pipes/good.yaml"), GOOD);
    for (const name of ["pipe.yaml", "named"]) execFileSync("mkfifo", [join(folder, "pipes", name)]);
    symlinkSync("named", join(folder, "pipes/link.yaml"));
  });
  it("that were found are not waited for", async () => {
    expect(await sourcesOf(["pipes"])).toEqual(["pipes/good.yaml"]);
    expect(await sourcesOf(["pipes/*"])).toEqual(["pipes/good.yaml"]);
  }, 5000);
  it("that were named are read, as is what a shell makes of <(...)", async () => {
    const [outcome] = await Promise.all([audit("-f pipes/named"), writeFile(join(folder, "pipes/named"), GOOD)]);
    expect(outcome.exitCode).toBe(0);
  }, 5000);
});

describe("input of which a part can be used", () => {
  it("a broken document is an error, and the rest is judged", async () => {
    const { stdout, exitCode } = await audit("-f half.yaml");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("half.yaml:6:14  not readable: duplicated mapping key");
  });
  it("a file that holds no object is a warning", async () => {
    const { stdout, exitCode } = await audit("-f good.yaml,values.yaml");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("values.yaml:1:1  passed over: no Kubernetes object");
  });
});

describe("what other tools keep beside manifests", () => {
  const findings = async (line: string) => {
    const { stdout } = await audit(`${line} -o json`);
    const report: { findings: { code: string; source: { file: string } }[] } = JSON.parse(stdout);
    return report.findings.map(({ code, source }) => `${code} ${source.file}`);
  };
  it("is no matter in a folder; other files without an object are", async () => {
    expect(await findings("-f tools,good.yaml")).toEqual([]);
    expect((await audit("-f tools,good.yaml --fail-on warning")).exitCode).toBe(0);
    expect(await findings("-f with-tools")).toEqual(["manifest-invalid with-tools/settings.yaml"]);
  });
  it("is told where it was named", async () => {
    expect(await findings("-f with-tools,tools/Chart.yaml")).toEqual([
      "manifest-invalid with-tools/settings.yaml",
      "manifest-invalid tools/Chart.yaml",
    ]);
  });
  it("is read where it is an object", async () => {
    expect(await findings("-f twice")).toEqual(["manifest-duplicate twice/values.yaml"]);
  });
});

describe("kustomizations", () => {
  it.each([
    [
      "-R -f patched",
      "Note: 2 patches of kustomizations were passed over; kubectl kustomize DIR | kubectl refgrant audit -f - judges what comes of them\n",
    ],
    [
      "-f 'patched-once/*'",
      "Note: 1 patch of a kustomization was passed over; kubectl kustomize DIR | kubectl refgrant audit -f - judges what comes of it\n",
    ],
  ])("%s: their patches are passed over, and that is said", async (line, stderr) => {
    const outcome = await audit(`${line} --fail-on info -o json`);
    expect({ ...outcome, stdout: JSON.parse(outcome.stdout).findings }).toEqual({ stdout: [], stderr, exitCode: 0 });
  });
  it("their patches are read where they were named", async () => {
    const { stdout, stderr } = await audit("-f patched-once,patched-once/p.yaml");
    expect(stdout).toContain("stands in the input twice");
    expect(stderr).toBe("");
  });
  it("that are broken are warnings", async () => {
    const { stdout, stderr, exitCode } = await audit("-f half-kustomization");
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(stdout).toMatch(/^warning {2}half-kustomization\/kustomization\.yaml:\d+:\d+ {2}passed over: /m);
  });
});

describe("--ignore for an object", () => {
  const notes = async (rules: string) =>
    (await audit(`-f refused.yaml --closed-world --ignore ${rules}`)).stderr.split("\n").filter(Boolean);
  it("on which there is no such finding is told", async () => {
    expect(await notes("ref-not-permitted:a/r,grant-broad:ns/g,version-old:class,grant-unused")).toEqual([
      "Note: --ignore grant-broad:ns/g,version-old:class: the report has no such finding",
    ]);
  });
  it("that silences something is not", async () => {
    expect(await notes("RefNotPermitted:a/r")).toEqual([]);
  });
});

describe("input that is all right", () => {
  it.each([
    ["-f good.yaml", 0],
    ["-f many", 0],
    ["-R -f many", 0],
    ["-f 'many/*.y*ml'", 0],
    ["-f utf16.yaml", 0],
    ["-f good.yaml,many/a.yaml", 0],
  ])("%s", async (line, exitCode) => {
    const outcome = await audit(line);
    expect(outcome.exitCode).toBe(exitCode);
    expect(seen(outcome) ?? outcome.stdout).toBeTruthy();
  });
  it("folders are read one level deep, with -R all the way, links to folders not at all", async () => {
    const json = async (line: string) => JSON.stringify(JSON.parse((await audit(`${line} -o json`)).stdout).findings);
    expect(await json("-f many")).toBe("[]");
    // The loop would give every Service twice, which is a finding.
    expect(await json("-R -f many")).toBe("[]");
  });
  it("standard input", async () => {
    expect((await audit("-f -", GOOD)).exitCode).toBe(0);
    expect((await audit("-f -,good.yaml", GOOD)).stdout).toContain("stands in the input twice");
  });
  it("an object without a namespace is put into the context's, and that is said", async () => {
    const run = (...argv: string[]) =>
      runCli(["audit", "-f", "blank-namespace.yaml", ...argv], { folder, contextNamespace: "mine" });
    expect((await run()).stderr).toBe(
      "Note: Service s has no namespace and was read as of mine, the namespace of the current context; -n names another\n",
    );
    expect((await run("-n", "x")).stderr).toBe(
      "Note: Service s has no namespace and was read as of x, the namespace given with -n\n",
    );
  });
});
