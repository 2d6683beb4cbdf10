import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { COMMANDS } from "../../cmd/commands/table.ts";

/** docs/exit-codes.md has the exit codes of every command as the help has them. `U=1` writes its table anew. */

const PAGE = join(import.meta.dirname, "../../docs/exit-codes.md");
const TABLE = /(?<=\| command \| exit code \| meaning \|\n\|---\|---\|---\|\n)(?:\|.*\n)*/;

it("the page has the table that the commands make", () => {
  const page = readFileSync(PAGE, "utf8");
  const rows = COMMANDS.flatMap(({ name, exitCodes }) =>
    exitCodes.map(([code, meaning], at) => `| ${at === 0 ? `\`${name}\`` : ""} | ${code} | ${meaning} |\n`),
  ).join("");
  if (process.env.U === "1")
    writeFileSync(
      PAGE,
      page.replace(TABLE, () => rows),
    );
  else expect(TABLE.exec(page)?.[0]).toBe(rows);
});

it("the codes of a command are told once each, in order", () => {
  for (const { name, exitCodes } of COMMANDS) {
    const codes = exitCodes.map(([code]) => code);
    expect(codes, name).toEqual([...new Set(codes)].toSorted((a, b) => a - b));
  }
});
