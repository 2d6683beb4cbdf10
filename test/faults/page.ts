import type { Section } from "./fault.ts";
import type { Ran } from "./stage.ts";

/** What a user sees of a fault. */
export interface Seen {
  readonly command: string;
  readonly code: number;
  /** Whether there is the report that there is without a fault. */
  readonly whole: boolean;
  /** What is said of it; empty where nothing is. */
  readonly line: string;
}

/** The line that says what is wrong, without what differs from run to run. */
export function seenIn({ stdout, stderr }: Ran, folder: string): string {
  const told = stderr.split("\n").find((line) => /^(error|Note): /.test(line));
  const lines = stdout.split("\n").map((line) => line.trim());
  const line = told ?? lines.find((text) => / not seen: /.test(text)) ?? "";
  return line
    .replaceAll(folder, "DIR")
    .replace(/\/\S*\/test\/load\/cluster\/tls\//g, "DIR/")
    .replace(/(127\.0\.0\.1|localhost):\d+/g, "HOST:PORT");
}

function cell({ whole, line }: Seen): string {
  if (whole) return "the whole report";
  return line === "" ? "nothing" : `\`${line.replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}

function row(fault: string, seen: readonly Seen[]): string {
  const [first, second] = seen.toSorted((a, b) => (a.command < b.command ? -1 : 1));
  if (first === undefined) return "";
  if (second === undefined || (cell(second) === cell(first) && second.code === first.code)) {
    return `| ${fault} | ${cell(first)} | ${first.code} |\n`;
  }
  const both = [first, second].map((one) => `${one.command}: ${cell(one)}`);
  const codes = first.code === second.code ? String(first.code) : `${first.code}, ${second.code}`;
  return `| ${fault} | ${both.join("<br>")} | ${codes} |\n`;
}

const HEAD = `# What goes wrong, and what you see

Every row is a fault that a test provokes and the program meets: \`test/faults\` has the table, and this page is written from what the
program said. What it says is one line on standard error that begins with \`error:\` and, mostly, a line with what to do; or, where there
is a report (0 and 4), the line of it that names what could not be seen. Where \`audit\` and \`why-denied\` differ, both are told;
\`explain\` and \`scaffold\` read as \`why-denied\` does.

What holds for all of them:

- A report that is not whole says so. Where it leaves a verdict open, or a kind that refers was not seen, its exit code is 4, unless
  findings make it 1 ([exit codes](exit-codes.md)).
- There is no stack trace, and no credential in any output: not those that were sent, whoever repeats them, nor what looks like one in
  the words of a server or a plugin.
- Nothing waits for ever where \`--request-timeout\` is given. By default it is not, as for kubectl; then only a connection that is not made
  within 30 seconds is given up, and Ctrl-C ends the rest.

How long and how much:

| bound | is |
|---|---|
| attempts for one request | 4: for a connection that breaks off, and for 429, 500, 502, 503 and 504 |
| the pause before another | 0.2, 0.4 and 0.8 seconds, or what Retry-After asks, 30 seconds at most |
| one request with \`--request-timeout=T\` | 4 T and 90 seconds; the time itself is over once, and not tried again |
| after a 401 | credentials are obtained anew, once in a run, in T; the request is sent again, in T |
| requests under way at once | 8; for single objects over one connection 32 |
| one answer, unpacked | 256 MiB |
| all answers of a run | an eighth of what Node may have for its heap: 500 MiB where there is much memory |
| what a credential plugin prints | 1 MiB |

`;

/** docs/faults.md */
export function pageOf(sections: readonly Section[], seen: ReadonlyMap<string, readonly Seen[]>): string {
  const parts = sections.map(({ title, about, faults }) => {
    const rows = faults.map(({ fault }) => row(fault, seen.get(fault) ?? [])).join("");
    return `## ${title}\n\n${about === "" ? "" : `${about}\n\n`}| fault | what you see | exit code |\n|---|---|---|\n${rows}`;
  });
  return HEAD + parts.join("\n");
}
