import { displayOf } from "./display.ts";
import type { CataloguePlan } from "./plan.ts";
import type { Outcome, Ports } from "./ports.ts";

/** Prints the catalogue. Like kubectl, it takes an empty table for an answer, and says why it is empty. */
export async function runCatalogue({ filter, output, ...plan }: CataloguePlan, { terminal }: Ports): Promise<Outcome> {
  const [catalogue, data] = await Promise.all([
    import("../src/render/catalogue.ts"),
    import("../src/render/catalogue-json.ts"),
  ]);
  const selected = catalogue.selectCatalogue(filter);
  const print = (): string => {
    switch (output) {
      case "text":
        return catalogue.catalogueText(selected, displayOf(plan, terminal));
      case "wide":
        return catalogue.catalogueWide(selected, displayOf(plan, terminal));
      case "name":
        return catalogue.catalogueNames(selected);
      case "json":
        return data.catalogueJson(selected);
      case "yaml":
        return data.catalogueYaml(selected);
    }
  };
  const notes = catalogue.catalogueNotes(filter, selected);
  return { stdout: print(), stderr: notes.map((note) => `Note: ${note}\n`).join(""), exitCode: 0 };
}
