import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../harness/cli.ts";
import { type Bytes, broken, bytesOf } from "./clean.ts";
import { type Circumstances, expectBounded, measurements, program, type Run } from "./program.ts";

/** What `-f` may lead to beside files. Each case is a process of its own, and what cannot be read is never passed over in silence. */

const GOOD = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: ns}\n";
const BOUNDS = { busy: 10, peak: 400 };
const NOBODY = 65534;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refgrant-paths-"));
  chmodSync(folder, 0o755);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.stdout.write(`paths\n${measurements()}`);
});

/** A folder of one test. */
function place(): string {
  const path = mkdtempSync(join(folder, "place-"));
  chmodSync(path, 0o755);
  return path;
}

async function audit(named: string, at: string, more: Partial<Circumstances> = {}): Promise<Run> {
  const run = await program(["audit", "-o", "json", "-R", "-f", named], { folder: at, ...more });
  expectBounded(named.slice(0, 60), run, BOUNDS);
  return run;
}

const said = ({ stdout, stderr }: Run): string => `${Buffer.from(stdout)}${Buffer.from(stderr)}`;

/** The details of what could not be read. */
function unreadable({ stdout }: Bytes): readonly string[] {
  const report: unknown = JSON.parse(Buffer.from(stdout).toString());
  const gaps: unknown = Object(report).gaps;
  return (Array.isArray(gaps) ? gaps : []).map((gap: unknown) => String(Object(gap).detail));
}

describe("links", { concurrent: true }, () => {
  it("that lead in a circle, or nowhere, are told of, and the rest is judged", async () => {
    const at = place();
    writeFileSync(join(at, "good.yaml"), GOOD);
    symlinkSync("b.yaml", join(at, "a.yaml"));
    symlinkSync("a.yaml", join(at, "b.yaml"));
    symlinkSync("gone", join(at, "c.yaml"));
    const run = await audit(".", at);
    expect(run.exitCode).toBe(1);
    expect(unreadable(run)).toEqual([
      expect.stringMatching(/a\.yaml.*circle/),
      expect.stringMatching(/b\.yaml.*circle/),
      expect.stringMatching(/c\.yaml.*does not exist/),
    ]);
  });

  it("that lead in a circle, or nowhere, are errors where they were named", async () => {
    const at = place();
    symlinkSync("loop", join(at, "loop"));
    symlinkSync("gone", join(at, "dangling.yaml"));
    for (const name of ["loop", "dangling.yaml"]) expect((await audit(name, at)).exitCode).toBe(3);
  });

  it("to the folder above do not lead round", async () => {
    const at = place();
    mkdirSync(join(at, "in"));
    writeFileSync(join(at, "in", "good.yaml"), GOOD);
    symlinkSync("..", join(at, "in", "up"));
    symlinkSync("..", join(at, "in", "up.yaml"));
    expect((await audit(".", at)).exitCode).toBe(0);
    expect((await audit("**/*.yaml", at)).exitCode).toBe(0);
  });
});

describe("what is no file", { concurrent: true }, () => {
  it("is not opened in a folder: FIFOs, sockets, links to devices", async () => {
    const at = place();
    writeFileSync(join(at, "good.yaml"), GOOD);
    execFileSync("mkfifo", [join(at, "fifo.yaml")]);
    symlinkSync("/dev/zero", join(at, "zero.yaml"));
    const server = createServer().listen(join(at, "socket.yaml"));
    onTestFinished(() => void server.close());
    await once(server, "listening");
    expect((await audit(".", at)).exitCode).toBe(0);
  });

  it("is read where it was named, to its end", async () => {
    const at = place();
    execFileSync("mkfifo", [join(at, "fifo")]);
    const [run] = await Promise.all([audit("fifo", at), writeFile(join(at, "fifo"), GOOD)]);
    expect(run.exitCode).toBe(0);
    expect((await audit("/dev/null", at)).exitCode).toBe(3);
    expect((await audit("/dev/stdin", at)).exitCode).toBe(3);
  });

  it("is an error where it cannot be read: a socket, a device that is full of zeros", async () => {
    const at = place();
    const server = createServer().listen(join(at, "socket"));
    onTestFinished(() => void server.close());
    await once(server, "listening");
    expect((await audit("socket", at)).exitCode).toBe(3);
  });
});

describe("what has no end", { concurrent: true }, () => {
  const ENDLESS = { busy: 20, peak: 1500 };

  it.each(["/dev/zero", "/dev/full"])("is given up: %s", async (device) => {
    const run = await program(["audit", "-f", device], { folder: place() });
    expectBounded(device, run, ENDLESS);
    expect(run.exitCode).toBe(3);
  });

  it("is given up on standard input", async () => {
    const piece = Buffer.from("a: b\n".repeat(200_000));
    let given = 0;
    const input = new Readable({
      read() {
        given += piece.length;
        this.push(given > 6_000_000_000 ? null : piece);
      },
    });
    const run = await program(["audit", "-f", "-"], { folder: place(), input });
    expectBounded(`standard input of ${Math.round(given / 1_000_000)} MB`, run, ENDLESS);
    expect(run.exitCode).toBe(3);
  });
});

describe("rights", { concurrent: true }, () => {
  // Who may do everything cannot be refused, so somebody else asks.
  const somebody = process.getuid?.() === 0 ? { uid: NOBODY } : {};

  it("that are missing are told of, for a file and for a folder", async () => {
    const at = place();
    writeFileSync(join(at, "good.yaml"), GOOD);
    writeFileSync(join(at, "secret.yaml"), GOOD, { mode: 0o000 });
    mkdirSync(join(at, "closed"), { mode: 0o000 });
    const run = await audit(".", at, somebody);
    chmodSync(join(at, "closed"), 0o700);
    expect(run.exitCode).toBe(1);
    expect(unreadable(run)).toEqual([
      expect.stringMatching(/secret\.yaml.*permission denied/),
      expect.stringMatching(/closed.*permission denied/),
    ]);
  });

  it("that are missing are an error where it was named", async () => {
    const at = place();
    writeFileSync(join(at, "secret.yaml"), GOOD, { mode: 0o000 });
    const run = await audit("secret.yaml", at, somebody);
    expect(run.exitCode).toBe(3);
    expect(said(run)).toContain("permission denied");
  });
});

describe("names of files", { concurrent: true }, () => {
  it("are printed without what a terminal would obey", async () => {
    const at = place();
    const names = [
      "two\nlines.yaml",
      "\u001b]0;title\u0007.yaml",
      "\u001b[2J.yaml",
      "\u202egnp.yaml",
      "c1\u009b31m.yaml",
      "tags\u{e0041}.yaml",
      "-f.yaml",
      "*.yaml",
      "[a].yaml",
      "$(touch owned).yaml",
    ];
    for (const name of names) writeFileSync(join(at, name), `${GOOD}spec: [\n`);
    writeFileSync(
      Buffer.concat([Buffer.from(`${at}/bytes`), Buffer.from([0xff, 0xfe]), Buffer.from(".yaml")]),
      "a: [\n",
    );
    writeFileSync(join(at, "good.yaml"), GOOD);
    for (const output of ["text", "wide", "json", "yaml"]) {
      const run = bytesOf(await runCli(["audit", "-f", ".", "-o", output], { folder: at }));
      expect(broken(run), output).toEqual([]);
      expect(run.exitCode).toBe(1);
      if (output === "json") expect(unreadable(run)).toHaveLength(names.length + 1);
    }
    for (const name of names) {
      for (const path of [name, `nowhere/${name}`]) {
        const run = bytesOf(await runCli(["audit", "-f", path], { folder: at }));
        expect(broken(run), name).toEqual([]);
        expect([1, 3]).toContain(run.exitCode);
      }
    }
  });

  it("may be many, and their folders deep", async () => {
    const at = place();
    for (let index = 0; index < 5000; index += 1) {
      writeFileSync(join(at, `f${index}.yaml`), GOOD.replace("name: s", `name: s${index}`));
    }
    // As deep as a path may be long.
    const deep = Array.from({ length: 1000 }, () => "d").join("/");
    mkdirSync(join(at, deep), { recursive: true });
    writeFileSync(join(at, deep, "last.yaml"), "spec: [\n");
    const run = await audit(".", at);
    expect(run.exitCode).toBe(1);
    expect(unreadable(run)).toEqual([expect.stringContaining("last.yaml")]);
  });
});
