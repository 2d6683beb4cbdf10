import { SEVERITIES } from "../../src/model/finding.ts";

/** A fenced block of a page, without the indentation of the list it stands in. */
export interface Block {
  /** What stands after the fence: `yaml`, `console shell`, or nothing. */
  readonly language: string;
  readonly text: string;
  /** The line of the page that the fence stands in, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^( *)```([^`\n]*)\n(.*?)^ *```$/gms)].map(
    ({ index, 1: indent = "", 2: language = "", 3: text = "" }) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      line: page.slice(0, index).split("\n").length,
    }),
  );
}

/** The findings of a page as a report prints them, whole: a block of text that begins with a severity. */
export function samplesOf(page: string): readonly string[] {
  return blocksOf(page)
    .filter(
      ({ language, text }) => language === "text" && SEVERITIES.some((severity) => text.startsWith(`${severity} `)),
    )
    .map(({ text }) => text);
}

/** Where the section `What it says` ends, and with it the sample. */
const AFTER_SAMPLE = "\n## Why it matters\n";

/** The page with this sample in place of the one it has, or as the last thing that its first section says. */
export function withSample(page: string, sample: string): string {
  const [known] = samplesOf(page);
  if (known !== undefined) return page.replace(known, () => sample);
  return page.replace(AFTER_SAMPLE, () => `\n\`\`\`text\n${sample}\`\`\`\n${AFTER_SAMPLE}`);
}
