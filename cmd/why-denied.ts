import { inquiryExit } from "../src/diagnose/exit-code.ts";
import type { Inquiry } from "../src/model/answer.ts";
import { inquire } from "../src/pipeline.ts";
import { upperFirst } from "../src/render/text.ts";
import { displayOf, worldText } from "./display.ts";
import { type Found, findAsking, scopeText, scopeWords } from "./find.ts";
import { notesText, unseenText } from "./notes.ts";
import type { WhyDeniedPlan } from "./plan.ts";
import type { Outcome, Ports } from "./ports.ts";
import type { World } from "./world.ts";

async function print(
  inquiry: Inquiry,
  { named, gaps }: Pick<Found, "named" | "gaps">,
  plan: WhyDeniedPlan,
  world: World,
  ports: Ports,
): Promise<string> {
  switch (plan.output) {
    case "text": {
      const text = await import("../src/render/why-denied-text.ts");
      const telling = {
        display: displayOf({ ...plan, headers: true }, ports.terminal),
        verbose: plan.verbose,
        world: worldText(plan.source),
        scope: scopeWords(plan.scope, world),
        whole: gaps.length === 0,
      };
      return named
        ? text.whyDeniedText(inquiry, telling)
        : text.whyDeniedList(inquiry, upperFirst(scopeText(plan.scope, world)), telling);
    }
    case "json":
      return (await import("../src/render/why-denied-json.ts")).whyDeniedJson(inquiry);
    case "yaml":
      return (await import("../src/render/why-denied-json.ts")).whyDeniedYaml(inquiry);
  }
}

/** Answers `why-denied` of a world that is open. Failures are thrown. */
export async function whyDenied(plan: WhyDeniedPlan, world: World, ports: Ports): Promise<Outcome> {
  const found = await findAsking(plan.scope, world);
  const inquiry = await world.ask((snapshot) => inquire(snapshot, { objects: found.ids, hops: found.named }));
  const stdout = await print(inquiry, found, plan, world, ports);
  const unseen = unseenText(found.gaps);
  const code = inquiryExit(inquiry);
  return {
    stdout,
    stderr: notesText([...world.notes, ...unseen]),
    exitCode: code === 0 && unseen.length > 0 ? 4 : code,
  };
}
