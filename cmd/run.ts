import type { Plan, WhyDeniedPlan } from "./plan.ts";
import type { Outcome, Ports, Progress } from "./ports.ts";

/** Runs what tells of its progress, and ends the telling with it. */
async function progressing(ports: Ports, work: (progress: Progress) => Promise<Outcome>): Promise<Outcome> {
  const progress = ports.progress();
  try {
    return await work(progress);
  } finally {
    progress.stop();
  }
}

/** Answers `why-denied`; what decides and prints is loaded while the cluster is waited for. */
async function runWhyDenied(plan: WhyDeniedPlan, ports: Ports, progress: Progress): Promise<Outcome> {
  const load = () => import("./why-denied.ts");
  const meanwhile = () => {
    // One that fails is not told of here: whoever needs it imports it again, and hears of it then.
    for (const ahead of [load(), import("../src/render/why-denied-text.ts")]) ahead.catch(() => undefined);
  };
  const { openWorld } = await import("./world.ts");
  const world = await openWorld(plan.source, plan.scope, ports, progress, meanwhile);
  try {
    return await (await load()).whyDenied(plan, world, ports);
  } finally {
    world.close();
  }
}

const printed = (stdout: string): Outcome => ({ stdout, stderr: "", exitCode: 0 });

/**
 * Carries a plan out, and loads what that takes. Everything outside the program comes through the ports; failures are thrown.
 */
export async function run(plan: Plan, ports: Ports): Promise<Outcome> {
  switch (plan.command) {
    case "help":
      return printed(plan.text);
    case "version":
      return printed(await (await import("./version.ts")).versionText(plan.output, ports.runtime));
    case "completion":
      return printed((await import("./completion/scripts.ts")).scriptFor(plan.shell));
    case "complete": {
      const { complete } = await import("./completion/complete.ts");
      return printed(await complete(plan.words, ports));
    }
    case "catalogue":
      return (await import("./catalogue.ts")).runCatalogue(plan, ports);
    case "audit":
      return progressing(ports, async (progress) => (await import("./audit.ts")).runAudit(plan, ports, progress));
    case "why-denied":
      return progressing(ports, (progress) => runWhyDenied(plan, ports, progress));
    case "explain":
      return progressing(ports, async (progress) => (await import("./explain.ts")).runExplain(plan, ports, progress));
    case "scaffold":
      return progressing(ports, async (progress) => (await import("./scaffold.ts")).runScaffold(plan, ports, progress));
  }
}
