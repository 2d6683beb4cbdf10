import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle, MAIN } from "../../scripts/bundle.ts";
import { BODIES, LISTS, REFUSALS } from "./answers.ts";
import { CONNECTING } from "./connecting.ts";
import { CREDENTIALS } from "./credentials.ts";
import { DISCOVERING } from "./discovering.ts";
import { INTERRUPTIONS, OUTPUT } from "./ending.ts";
import type { Fault, Section } from "./fault.ts";
import { pageOf, type Seen, seenIn } from "./page.ts";
import { type Ran, REPOSITORY, SECRETS, Stage } from "./stage.ts";
import { healthy } from "./world.ts";

/**
 * Every fault, met by the program as it is built. docs/faults.md has what the user sees of each; `U=1` writes it anew: read the
 * difference.
 */

const PAGE = join(REPOSITORY, "docs/faults.md");
const SECTIONS: readonly Section[] = [
  CONNECTING,
  CREDENTIALS,
  REFUSALS,
  BODIES,
  LISTS,
  DISCOVERING,
  INTERRUPTIONS,
  OUTPUT,
];
const COMMANDS = [
  { command: "audit", argv: ["audit"] },
  { command: "why-denied", argv: ["why-denied", "httproute/web", "-n", "frontend", "-v"] },
  { command: "explain", argv: ["explain", "httproute/web", "-n", "frontend"] },
  { command: "scaffold", argv: ["scaffold", "httproute/web", "-n", "frontend"] },
] as const;
/** Far more than any of them takes, on a machine that has other things to do. */
const SECONDS = 20;

/** The page has what these two show. */
const SHOWN: readonly string[] = ["audit", "why-denied"];
type Command = (typeof COMMANDS)[number];
function isRun({ only, everywhere }: Fault, { command }: Command): boolean {
  return (only === undefined || only === command) && (everywhere === true || SHOWN.includes(command));
}

const RUNS: readonly { readonly fault: Fault; readonly command: Command }[] = SECTIONS.flatMap(({ faults }) =>
  faults.flatMap((fault) => COMMANDS.flatMap((command) => (isRun(fault, command) ? [{ fault, command }] : []))),
);
/** Most of a run is waiting, so that some that come next are begun before they are asked for. */
const AHEAD = 10;
const runs: Promise<void>[] = [];

function begun(at: number): Promise<void> | undefined {
  for (const [next, { fault, command }] of RUNS.entries()) {
    if (next < at || next >= at + AHEAD || runs[next] !== undefined) continue;
    const run = meet(fault, command);
    // It is for the fault's own test to hear of it.
    run.catch(() => undefined);
    runs[next] = run;
  }
  return runs[at];
}

let folder: string;
let program: string;
const whole = new Map<string, string>();
const seen = new Map<string, Seen[]>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "refgrant-faults-"));
  await bundle({ root: REPOSITORY, folder: join(folder, "bundle"), commit: "" });
  program = join(folder, "bundle", MAIN);
  for (const { command, argv } of COMMANDS) {
    const stage = await Stage.open(program);
    const ran = await stage.run(argv, { server: await stage.https(healthy) });
    await stage.close();
    expect({ ...ran, said: ran.stdout + ran.stderr }).toMatchObject({
      code: 0,
      said: expect.stringMatching(/permitted/),
    });
    whole.set(command, ran.stdout);
  }
});

afterAll(async () => {
  await Promise.allSettled(runs);
  await rm(folder, { recursive: true, force: true });
}, 120_000);

/** What holds for every run, whatever went wrong. */
function judge({ stdout, stderr, code, ms }: Ran, { within = SECONDS }: Fault, expected: number): void {
  expect({ code, stderr: code === expected ? "" : stderr }).toEqual({ code: expected, stderr: "" });
  expect(ms / 1000).toBeLessThan(within);
  const said = stdout + stderr;
  expect(said).not.toMatch(/^\s+at /m);
  expect(said).not.toMatch(/node:internal|\.[cm]?[jt]s:\d|error: unexpected|Unhandled|Warning:|FATAL ERROR/);
  for (const secret of Object.values(SECRETS)) {
    expect(said).not.toContain(secret);
    expect(said).not.toContain(Buffer.from(secret).toString("base64").slice(0, -4));
  }
  // One message, and no half of a report.
  if (expected >= 2 && expected !== 4) {
    expect(stdout).toBe("");
    expect(stderr.match(/^error: \S/gm)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
  }
}

async function meet(fault: Fault, { command, argv }: Command): Promise<void> {
  const stage = await Stage.open(program);
  try {
    const expected = (command === "audit" ? undefined : fault.whyDenied) ?? fault.code;
    const scene = await fault.provoke(stage);
    const ran = await stage.run(argv, scene);
    judge(ran, fault, expected);
    const report = whole.get(command);
    if (expected === 0 && scene.argv === undefined) {
      expect(["", report]).toContain(ran.stdout);
      expect(ran.stderr).toBe("");
    }
    // What could not be seen is said, and the report does not pass for a whole one.
    if (expected === 4) expect(ran.stdout + ran.stderr).toMatch(/not seen: |not be seen|unknown/);
    await scene.afterwards?.(ran);
    const known = seen.get(fault.fault) ?? [];
    const shown = { command, code: expected, whole: ran.stdout === report, line: seenIn(ran, stage.folder) };
    if (SHOWN.includes(command)) seen.set(fault.fault, [...known, shown]);
  } finally {
    await stage.close();
  }
}

describe.each(SECTIONS.map((section) => ({ section, title: section.title })))("$title", ({ section }) => {
  for (const [at, { fault, command }] of RUNS.entries()) {
    if (section.faults.includes(fault)) it(`${fault.fault}: ${command.command}`, () => begun(at));
  }
});

it("each row has a name of its own", () => {
  const names = SECTIONS.flatMap(({ faults }) => faults.map(({ fault }) => fault));
  expect(names).toEqual([...new Set(names)]);
});

it("the page has what was seen", async () => {
  const page = pageOf(SECTIONS, seen);
  if (process.env.U === "1") await writeFile(PAGE, page);
  else expect(await readFile(PAGE, "utf8")).toBe(page);
});
