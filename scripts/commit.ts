import { execFileSync } from "node:child_process";

/** The commit of a work tree, with `-dirty` where files that git knows differ from it; `unknown` where there is no git, or no commit. */
export function commitOf(root: string): string {
  try {
    const args = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}
