import { homedir } from "node:os";
import { join } from "node:path";

/** A folder outside the tree where what is costly to fetch or build is kept, by what it is for. */
export function cacheFolder(purpose: "dist" | "e2e"): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "kubectl-refgrant", purpose);
}
