import type { ChildProcess } from "node:child_process";
import { platform } from "node:os";
import { kill } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether a child can be ended together with what it started. Windows has no groups of processes, so there it is ended alone. */
export const HAS_GROUPS: boolean = platform() !== "win32";

/** How long what is told to end may take to put its things in order. A shell that waits at TAB does not wait for more. */
const GRACE_MS = 100;
const POLL_MS = 10;

/** Whether anything was there to be told. */
function tell(child: ChildProcess, group: boolean, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  if (child.pid === undefined) return false;
  if (!group) return child.kill(signal);
  try {
    return kill(-child.pid, signal);
  } catch {
    return false;
  }
}

/**
 * Ends a child: tells it to, and a moment later ends it for good.
 *
 * @param group whether it leads a group of its own, all of which is ended
 */
export async function endProcess(child: ChildProcess, group: boolean): Promise<void> {
  if (!tell(child, group, "SIGTERM")) return;
  for (let waited = 0; waited < GRACE_MS; waited += POLL_MS) {
    await sleep(POLL_MS);
    if (group ? !tell(child, group, 0) : child.exitCode !== null || child.signalCode !== null) return;
  }
  tell(child, group, "SIGKILL");
}
